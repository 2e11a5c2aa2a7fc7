//! Lambda (JSON by path).

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    FunctionCode, ProvisionedConcurrencyStatusEnum, RecursiveLoop, Runtime, UpdateRuntimeOn,
};
use aws_sdk_lambda::{Client, config::Builder};
use serde_json::json;

use crate::support::{Aws, tests};

tests! { "Lambda":
    provisioned_concurrency_is_on_its_way_then_ready_then_gone
        calls PutProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig DeleteProvisionedConcurrencyConfig;
    a_function_has_the_settings_that_every_function_starts_with
        calls GetRuntimeManagementConfig GetFunctionRecursionConfig;
    settings_of_a_function_that_does_not_exist_are_not_found
        calls GetRuntimeManagementConfig;
}

/// A client, and the ARN of a function that was made with it.
async fn with_function(aws: &Aws, name: &str) -> (Client, String) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "lambda.amazonaws.com" },
    }] });
    let role = json!({ "RoleName": name, "AssumeRolePolicyDocument": trust.to_string() });
    let role = aws.boto3().call("iam", "create_role", role).unwrap();
    // An archive that holds nothing: only its end.
    let archive = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();

    let lambda = Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build());
    let made =
        lambda.create_function().function_name(name).runtime(Runtime::Python312).handler("index.handler");
    let made = made.role(role["Role"]["Arn"].as_str().unwrap()).publish(true);
    let made = made.code(FunctionCode::builder().zip_file(Blob::new(archive)).build()).send().await.unwrap();
    (lambda, made.function_arn().unwrap().trim_end_matches(":1").to_owned())
}

async fn provisioned_concurrency_is_on_its_way_then_ready_then_gone(aws: &Aws) {
    let (lambda, _) = with_function(aws, "warm").await;
    let put = lambda.put_provisioned_concurrency_config().function_name("warm").qualifier("1");
    let put = put.provisioned_concurrent_executions(3).send().await.unwrap();
    assert_eq!(put.status(), Some(&ProvisionedConcurrencyStatusEnum::InProgress));
    assert_eq!(put.allocated_provisioned_concurrent_executions(), Some(0));

    let read = || lambda.get_provisioned_concurrency_config().function_name("warm").qualifier("1").send();
    let found = read().await.unwrap();
    assert_eq!(found.status(), Some(&ProvisionedConcurrencyStatusEnum::Ready));
    assert_eq!(found.allocated_provisioned_concurrent_executions(), Some(3));

    lambda.delete_provisioned_concurrency_config().function_name("warm").qualifier("1").send().await.unwrap();
    let gone = read().await.unwrap_err().into_service_error();
    assert!(gone.is_provisioned_concurrency_config_not_found_exception(), "{gone:?}");
}

async fn a_function_has_the_settings_that_every_function_starts_with(aws: &Aws) {
    let (lambda, arn) = with_function(aws, "fresh").await;
    let runtime = lambda.get_runtime_management_config().function_name("fresh").send().await.unwrap();
    assert_eq!(
        (runtime.update_runtime_on(), runtime.function_arn()),
        (Some(&UpdateRuntimeOn::Auto), Some(&*arn))
    );
    let recursion = lambda.get_function_recursion_config().function_name("fresh").send().await.unwrap();
    assert_eq!(recursion.recursive_loop(), Some(&RecursiveLoop::Terminate));
}

async fn settings_of_a_function_that_does_not_exist_are_not_found(aws: &Aws) {
    let (lambda, _) = with_function(aws, "known").await;
    lambda.get_runtime_management_config().function_name("known").send().await.unwrap();
    let unknown = lambda.get_runtime_management_config().function_name("unknown").send().await;
    let unknown = unknown.unwrap_err().into_service_error();
    assert!(unknown.is_resource_not_found_exception(), "{unknown:?}");
    let unknown = lambda.get_function_recursion_config().function_name("unknown").send().await;
    let unknown = unknown.unwrap_err().into_service_error();
    assert!(unknown.is_resource_not_found_exception(), "{unknown:?}");
}
