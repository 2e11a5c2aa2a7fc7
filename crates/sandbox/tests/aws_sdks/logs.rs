//! CloudWatch Logs (JSON).

use aws_sdk_cloudwatchlogs::{Client, config::Builder};
use aws_smithy_types::DateTime;

use crate::support::{Aws, assert_now, tests};

tests! { "CloudWatch Logs":
    a_saved_query_is_made_changed_found_and_deleted
        calls PutQueryDefinition DescribeQueryDefinitions DeleteQueryDefinition;
    a_query_that_does_not_exist_is_neither_changed_nor_deleted
        calls PutQueryDefinition DeleteQueryDefinition;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

async fn a_saved_query_is_made_changed_found_and_deleted(aws: &Aws) {
    let logs = client(aws);
    let made =
        logs.put_query_definition().name("saved/errors").query_string("fields a").send().await.unwrap();
    let id = made.query_definition_id().unwrap();
    let changed =
        logs.put_query_definition().name("saved/errors").query_string("fields b").query_definition_id(id);
    let changed = changed.log_group_names("/ecs/api").send().await.unwrap();
    assert_eq!(changed.query_definition_id(), Some(id));

    let queries = || logs.describe_query_definitions().query_definition_name_prefix("saved/").send();
    let found = queries().await.unwrap();
    let [query] = found.query_definitions() else { panic!("{found:?}") };
    assert_eq!(
        (query.query_string(), query.log_group_names()),
        (Some("fields b"), &["/ecs/api".to_owned()][..])
    );
    assert_now(query.last_modified().map(DateTime::from_millis).as_ref());

    assert!(logs.delete_query_definition().query_definition_id(id).send().await.unwrap().success());
    assert!(queries().await.unwrap().query_definitions().is_empty());
}

async fn a_query_that_does_not_exist_is_neither_changed_nor_deleted(aws: &Aws) {
    let logs = client(aws);
    let made = logs.put_query_definition().name("gone").query_string("fields a").send().await.unwrap();
    let id = made.query_definition_id().unwrap();
    logs.delete_query_definition().query_definition_id(id).send().await.unwrap();
    let gone = logs
        .put_query_definition()
        .name("gone")
        .query_string("fields b")
        .query_definition_id(id)
        .send()
        .await;
    let gone = gone.unwrap_err().into_service_error();
    assert!(gone.is_resource_not_found_exception(), "{gone:?}");
    let gone =
        logs.delete_query_definition().query_definition_id(id).send().await.unwrap_err().into_service_error();
    assert!(gone.is_resource_not_found_exception(), "{gone:?}");
}
