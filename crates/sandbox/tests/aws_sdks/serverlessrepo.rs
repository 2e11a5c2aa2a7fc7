//! Serverless Application Repository (JSON by path).

use aws_sdk_serverlessapplicationrepository::types::{Capability, ParameterValue};
use aws_sdk_serverlessapplicationrepository::{Client, config::Builder};

use crate::support::{Aws, tests};

const ROTATION: &str = "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser";

tests! { "ServerlessApplicationRepository":
    an_application_tells_what_it_takes
        calls GetApplication;
    an_application_becomes_a_change_set_of_a_stack
        calls CreateCloudFormationChangeSet;
    another_application_is_not_found
        calls GetApplication;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

async fn an_application_tells_what_it_takes(aws: &Aws) {
    let found = client(aws).get_application().application_id(ROTATION).send().await.unwrap();
    assert_eq!((found.application_id(), found.author()), (Some(ROTATION), Some("AWS")));
    let version = found.version().unwrap();
    let capabilities = [Capability::CapabilityIam, Capability::CapabilityResourcePolicy];
    assert_eq!(version.required_capabilities(), capabilities);
    let parameters: Vec<_> = version.parameter_definitions().iter().filter_map(|one| one.name()).collect();
    assert!(parameters.starts_with(&["functionName", "endpoint"]), "{parameters:?}");
    assert!(version.parameter_definitions()[0].referenced_by_resources().is_empty());
}

async fn an_application_becomes_a_change_set_of_a_stack(aws: &Aws) {
    let parameter = |name: &str, value: &str| ParameterValue::builder().name(name).value(value).build();
    let asked =
        client(aws).create_cloud_formation_change_set().application_id(ROTATION).stack_name("rotation");
    let asked = asked.capabilities("CAPABILITY_IAM").semantic_version("1.1.3");
    let asked = asked.parameter_overrides(parameter("functionName", "rotate"));
    let asked =
        asked.parameter_overrides(parameter("endpoint", "https://secretsmanager.us-east-1.amazonaws.com"));
    let made = asked.send().await.unwrap();
    assert_eq!((made.application_id(), made.semantic_version()), (Some(ROTATION), Some("1.1.3")));
    let stack = made.stack_id().unwrap();
    assert!(stack.contains(":stack/serverlessrepo-rotation/"), "{stack}");
    assert!(made.change_set_id().unwrap().contains(":changeSet/"));
}

async fn another_application_is_not_found(aws: &Aws) {
    let repository = client(aws);
    repository.get_application().application_id(ROTATION).send().await.unwrap();
    let other = ROTATION.replace("SecretsManager", "Other");
    let unknown =
        repository.get_application().application_id(&other).send().await.unwrap_err().into_service_error();
    assert!(unknown.is_not_found_exception(), "{unknown:?}");
    let unknown =
        repository.create_cloud_formation_change_set().application_id(other).stack_name("other").send();
    // The operation has no such error in Amazon's model, so there is no variant of it.
    let unknown = unknown.await.unwrap_err().into_service_error();
    assert_eq!(unknown.meta().code(), Some("NotFoundException"), "{unknown:?}");
}
