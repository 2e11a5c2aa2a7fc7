//! Application Auto Scaling (JSON).

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_applicationautoscaling::{Client, config::Builder};
use std::collections::HashMap;

use crate::support::{Aws, tests};

tests! { "Application Auto Scaling":
    a_scalable_target_is_tagged
        calls TagResource UntagResource ListTagsForResource;
    tags_of_a_target_that_does_not_exist_are_not_found
        calls ListTagsForResource;
    nothing_scales
        calls DescribeScalingActivities;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

/// Makes a target and gives its ARN.
async fn target(scaling: &Client, table: &str) -> String {
    let made =
        scaling.register_scalable_target().service_namespace(ServiceNamespace::Dynamodb).resource_id(table);
    let made = made.scalable_dimension(ScalableDimension::DynamoDbTableReadCapacityUnits);
    let made = made.min_capacity(1).max_capacity(2).tags("a", "1").send().await.unwrap();
    made.scalable_target_arn().unwrap().to_owned()
}

async fn a_scalable_target_is_tagged(aws: &Aws) {
    let scaling = client(aws);
    let arn = target(&scaling, "table/tagged").await;
    scaling.tag_resource().resource_arn(&arn).tags("b", "2").send().await.unwrap();
    scaling.untag_resource().resource_arn(&arn).tag_keys("a").send().await.unwrap();
    let tags = scaling.list_tags_for_resource().resource_arn(&arn).send().await.unwrap();
    assert_eq!(tags.tags(), Some(&HashMap::from([("b".to_owned(), "2".to_owned())])));
}

async fn tags_of_a_target_that_does_not_exist_are_not_found(aws: &Aws) {
    let scaling = client(aws);
    let arn = target(&scaling, "table/known").await;
    scaling.list_tags_for_resource().resource_arn(&arn).send().await.unwrap();
    let unknown = scaling.list_tags_for_resource().resource_arn(format!("{arn}0")).send().await;
    let unknown = unknown.unwrap_err().into_service_error();
    assert!(unknown.is_resource_not_found_exception(), "{unknown:?}");
    let unknown = scaling.tag_resource().resource_arn(format!("{arn}0")).tags("a", "1").send().await;
    let unknown = unknown.unwrap_err().into_service_error();
    assert!(unknown.is_resource_not_found_exception(), "{unknown:?}");
    let unknown = scaling.untag_resource().resource_arn(format!("{arn}0")).tag_keys("a").send().await;
    let unknown = unknown.unwrap_err().into_service_error();
    assert!(unknown.is_resource_not_found_exception(), "{unknown:?}");
}

async fn nothing_scales(aws: &Aws) {
    let scaling = client(aws);
    target(&scaling, "table/still").await;
    let activities = scaling.describe_scaling_activities().service_namespace(ServiceNamespace::Dynamodb);
    let activities = activities.send().await.unwrap();
    assert!(activities.scaling_activities().is_empty() && activities.next_token().is_none());
}
