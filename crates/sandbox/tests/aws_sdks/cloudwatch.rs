//! CloudWatch (CBOR, which boto3 does not speak to it).

use aws_sdk_cloudwatch::types::{AlarmType, StateValue, Tag};
use aws_sdk_cloudwatch::{Client, config::Builder};

use crate::support::{Aws, assert_now, tests};

tests! { "CloudWatch":
    a_composite_alarm_is_stored
        calls PutCompositeAlarm;
}

async fn a_composite_alarm_is_stored(aws: &Aws) {
    let cloudwatch = Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build());
    let rule = "ALARM(cpu) AND ALARM(memory)";
    let tag = Tag::builder().key("a").value("1").build();
    let put = cloudwatch.put_composite_alarm().alarm_name("both").alarm_rule(rule).alarm_description("d");
    let put =
        put.actions_enabled(false).ok_actions("arn:aws:sns:us-east-1:123456789012:fine").tags(tag.clone());
    put.send().await.unwrap();

    let found = cloudwatch.describe_alarms().alarm_names("both").alarm_types(AlarmType::CompositeAlarm);
    let found = found.send().await.unwrap();
    assert!(found.metric_alarms().is_empty());
    let [alarm] = found.composite_alarms() else { panic!("{found:?}") };
    assert_eq!((alarm.alarm_rule(), alarm.alarm_description()), (Some(rule), Some("d")));
    assert_eq!((alarm.actions_enabled(), alarm.ok_actions().len()), (Some(false), 1));
    assert_eq!(alarm.state_value(), Some(&StateValue::Ok));
    assert_now(alarm.state_updated_timestamp());
    let arn = alarm.alarm_arn().unwrap();
    let tags = cloudwatch.list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags(), [tag]);

    // The operation has no error that the double could be moved to; that of its neighbour goes the same way.
    let unknown = cloudwatch.get_dashboard().dashboard_name("nobody").send().await;
    let unknown = unknown.unwrap_err().into_service_error();
    assert!(unknown.is_dashboard_not_found_error(), "{unknown:?}");
}
