//! X-Ray (JSON by path).

use aws_sdk_xray::types::{SamplingRule, SamplingRuleUpdate, Tag};
use aws_sdk_xray::{Client, config::Builder, error::ProvideErrorMetadata};

use crate::support::{Aws, assert_now, tests};

tests! { "XRay":
    a_sampling_rule_tells_when_it_was_made_and_changed
        calls CreateSamplingRule UpdateSamplingRule GetSamplingRules DeleteSamplingRule;
    a_group_is_made_found_changed_and_deleted
        calls CreateGroup GetGroup GetGroups UpdateGroup DeleteGroup;
    a_group_is_tagged
        calls CreateGroup TagResource UntagResource ListTagsForResource;
    what_does_not_exist_is_an_invalid_request
        calls CreateGroup;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

async fn a_sampling_rule_tells_when_it_was_made_and_changed(aws: &Aws) {
    let xray = client(aws);
    let rule = SamplingRule::builder().rule_name("some").priority(100).fixed_rate(0.05).reservoir_size(1);
    let rule = rule.resource_arn("*").service_name("*").service_type("*").host("*").http_method("*");
    let rule = rule.url_path("*").version(1).build().unwrap();
    let made = xray.create_sampling_rule().sampling_rule(rule).send().await.unwrap();
    let made = made.sampling_rule_record().unwrap();
    assert_now(made.created_at());

    let update = SamplingRuleUpdate::builder().rule_name("some").fixed_rate(0.1).build();
    let changed = xray.update_sampling_rule().sampling_rule_update(update).send().await.unwrap();
    let changed = changed.sampling_rule_record().unwrap();
    assert_eq!(changed.created_at(), made.created_at());
    assert!(changed.modified_at() > made.modified_at());

    let all = xray.get_sampling_rules().send().await.unwrap();
    let [found] = all.sampling_rule_records() else { panic!("{all:?}") };
    assert_eq!(found, changed);
    assert_eq!(
        (found.sampling_rule().unwrap().fixed_rate(), found.sampling_rule().unwrap().priority()),
        (0.1, 100)
    );

    let deleted = xray.delete_sampling_rule().rule_name("some").send().await.unwrap();
    assert_eq!(deleted.sampling_rule_record(), Some(found));
    assert!(xray.get_sampling_rules().send().await.unwrap().sampling_rule_records().is_empty());
}

async fn a_group_is_made_found_changed_and_deleted(aws: &Aws) {
    let xray = client(aws);
    let made =
        xray.create_group().group_name("slow").filter_expression("responsetime > 5").send().await.unwrap();
    let arn = made.group().unwrap().group_arn().unwrap();
    let found = xray.get_group().group_name("slow").send().await.unwrap();
    assert_eq!(found.group(), made.group());

    let changed =
        xray.update_group().group_arn(arn).filter_expression("responsetime > 2").send().await.unwrap();
    assert_eq!(changed.group().unwrap().filter_expression(), Some("responsetime > 2"));
    assert_eq!(changed.group().unwrap().insights_configuration().unwrap().insights_enabled(), Some(false));
    let names = async || {
        let all = xray.get_groups().send().await.unwrap();
        all.groups().iter().filter_map(|group| group.group_name().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert!(names().await.contains(&"slow".to_owned()));

    xray.delete_group().group_name("slow").send().await.unwrap();
    assert!(!names().await.contains(&"slow".to_owned()));
}

async fn a_group_is_tagged(aws: &Aws) {
    let xray = client(aws);
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
    let made = xray.create_group().group_name("tagged").tags(tag("a", "1")).send().await.unwrap();
    let arn = made.group().unwrap().group_arn().unwrap();
    xray.tag_resource().resource_arn(arn).tags(tag("b", "2")).send().await.unwrap();
    xray.untag_resource().resource_arn(arn).tag_keys("a").send().await.unwrap();
    let tags = xray.list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags(), [tag("b", "2")]);
}

async fn what_does_not_exist_is_an_invalid_request(aws: &Aws) {
    let xray = client(aws);
    let refused = xray.get_group().group_name("nobody").send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_request_exception(), "{refused:?}");
    assert_eq!(refused.message(), Some("nobody does not exist."));
    let refused =
        xray.delete_sampling_rule().rule_name("nobody").send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_request_exception(), "{refused:?}");

    xray.create_group().group_name("twice").send().await.unwrap();
    let refused = xray.create_group().group_name("twice").send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_request_exception(), "{refused:?}");
}
