//! CodeDeploy (JSON).

use aws_sdk_codedeploy::types::{
    AppSpecContent, ComputePlatform, DeploymentStatus, RevisionLocation, RevisionLocationType, StopStatus,
    TimeBasedLinear, TrafficRoutingConfig, TrafficRoutingType,
};
use aws_sdk_codedeploy::{Client, config::Builder};

use crate::support::{Aws, assert_now, tests};

tests! { "CodeDeploy":
    a_configuration_is_made_read_and_deleted
        calls CreateDeploymentConfig GetDeploymentConfig DeleteDeploymentConfig;
    a_configuration_is_made_once
        calls CreateDeploymentConfig;
    a_group_is_renamed_and_deleted_and_so_is_its_application
        calls UpdateDeploymentGroup DeleteDeploymentGroup DeleteApplication;
    a_deployment_is_stopped
        calls StopDeployment;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

/// Makes an application of this name, and a group `all` in it.
async fn group(deploy: &Client, application: &str) {
    let made =
        deploy.create_application().application_name(application).compute_platform(ComputePlatform::Lambda);
    made.send().await.unwrap();
    let made = deploy.create_deployment_group().application_name(application).deployment_group_name("all");
    made.service_role_arn("arn:aws:iam::123456789012:role/deploy").send().await.unwrap();
}

async fn a_configuration_is_made_read_and_deleted(aws: &Aws) {
    let deploy = client(aws);
    let linear = TimeBasedLinear::builder().linear_percentage(10).linear_interval(1).build();
    let routing = TrafficRoutingConfig::builder().r#type(TrafficRoutingType::TimeBasedLinear);
    let routing = routing.time_based_linear(linear).build();
    let made = deploy
        .create_deployment_config()
        .deployment_config_name("slowly")
        .compute_platform(ComputePlatform::Ecs);
    let made = made.traffic_routing_config(routing.clone()).send().await.unwrap();

    let read = || deploy.get_deployment_config().deployment_config_name("slowly").send();
    let found = read().await.unwrap();
    let found = found.deployment_config_info().unwrap();
    assert_eq!(found.deployment_config_id(), made.deployment_config_id());
    assert_eq!(found.traffic_routing_config(), Some(&routing));
    assert_now(found.create_time());

    deploy.delete_deployment_config().deployment_config_name("slowly").send().await.unwrap();
    let gone = read().await.unwrap_err().into_service_error();
    assert!(gone.is_deployment_config_does_not_exist_exception(), "{gone:?}");
}

async fn a_configuration_is_made_once(aws: &Aws) {
    let deploy = client(aws);
    let make = || deploy.create_deployment_config().deployment_config_name("once").send();
    make().await.unwrap();
    let again = make().await.unwrap_err().into_service_error();
    assert!(again.is_deployment_config_already_exists_exception(), "{again:?}");
}

async fn a_group_is_renamed_and_deleted_and_so_is_its_application(aws: &Aws) {
    let deploy = client(aws);
    group(&deploy, "ending").await;
    let renamed =
        deploy.update_deployment_group().application_name("ending").current_deployment_group_name("all");
    let renamed = renamed.new_deployment_group_name("some").send().await.unwrap();
    assert!(renamed.hooks_not_cleaned_up().is_empty());
    let read =
        |name| deploy.get_deployment_group().application_name("ending").deployment_group_name(name).send();
    let found = read("some").await.unwrap();
    assert_eq!(found.deployment_group_info().unwrap().deployment_group_name(), Some("some"));
    assert!(
        read("all").await.unwrap_err().into_service_error().is_deployment_group_does_not_exist_exception()
    );

    let deleted = deploy.delete_deployment_group().application_name("ending").deployment_group_name("some");
    assert!(deleted.send().await.unwrap().hooks_not_cleaned_up().is_empty());
    assert!(
        read("some").await.unwrap_err().into_service_error().is_deployment_group_does_not_exist_exception()
    );
    deploy.delete_application().application_name("ending").send().await.unwrap();
    let gone =
        deploy.get_application().application_name("ending").send().await.unwrap_err().into_service_error();
    assert!(gone.is_application_does_not_exist_exception(), "{gone:?}");
}

async fn a_deployment_is_stopped(aws: &Aws) {
    let deploy = client(aws);
    group(&deploy, "stopping").await;
    let revision = RevisionLocation::builder().revision_type(RevisionLocationType::AppSpecContent);
    let revision =
        revision.app_spec_content(AppSpecContent::builder().content("{}").sha256("0").build()).build();
    let made = deploy
        .create_deployment()
        .application_name("stopping")
        .deployment_group_name("all")
        .revision(revision);
    let made = made.send().await.unwrap();
    let id = made.deployment_id().unwrap();

    let stopped = deploy.stop_deployment().deployment_id(id).send().await.unwrap();
    assert_eq!(stopped.status(), Some(&StopStatus::Succeeded));
    let found = deploy.get_deployment().deployment_id(id).send().await.unwrap();
    let found = found.deployment_info().unwrap();
    assert_eq!(found.status(), Some(&DeploymentStatus::Stopped));
    assert_now(found.create_time());

    let unknown =
        deploy.stop_deployment().deployment_id("d-NOBODY123").send().await.unwrap_err().into_service_error();
    assert!(unknown.is_deployment_does_not_exist_exception(), "{unknown:?}");
}
