//! ElastiCache (forms and XML).

use aws_sdk_elasticache::types::{AuthenticationMode, InputAuthenticationType, ParameterNameValue};
use aws_sdk_elasticache::{Client, config::Builder};
use serde_json::json;

use crate::support::{Aws, tests};

tests! { "ElastiCache":
    a_parameter_group_is_made_listed_and_deleted
        calls CreateCacheParameterGroup DescribeCacheParameterGroups DeleteCacheParameterGroup;
    a_parameter_is_set_and_reset
        calls CreateCacheParameterGroup ModifyCacheParameterGroup DescribeCacheParameters ResetCacheParameterGroup;
    a_user_group_is_made_changed_and_deleted
        calls CreateUserGroup ModifyUserGroup DescribeUserGroups DeleteUserGroup;
    a_user_is_changed
        calls ModifyUser;
    a_subnet_group_is_deleted_once
        calls DeleteCacheSubnetGroup;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

async fn a_parameter_group_is_made_listed_and_deleted(aws: &Aws) {
    let cache = client(aws);
    let make = || {
        let make = cache.create_cache_parameter_group().cache_parameter_group_name("tuned").description("d");
        make.cache_parameter_group_family("redis7").send()
    };
    let made = make().await.unwrap();
    let group = made.cache_parameter_group().unwrap();
    assert_eq!((group.cache_parameter_group_family(), group.is_global()), (Some("redis7"), Some(false)));
    assert_eq!(group.arn(), Some("arn:aws:elasticache:us-east-1:123456789012:parametergroup:tuned"));
    let again = make().await.unwrap_err().into_service_error();
    assert!(again.is_cache_parameter_group_already_exists_fault(), "{again:?}");

    let read = || cache.describe_cache_parameter_groups().cache_parameter_group_name("tuned").send();
    assert_eq!(read().await.unwrap().cache_parameter_groups().first(), Some(group));
    cache.delete_cache_parameter_group().cache_parameter_group_name("tuned").send().await.unwrap();
    let gone = read().await.unwrap_err().into_service_error();
    assert!(gone.is_cache_parameter_group_not_found_fault(), "{gone:?}");
}

async fn a_parameter_is_set_and_reset(aws: &Aws) {
    let cache = client(aws);
    let made = cache.create_cache_parameter_group().cache_parameter_group_name("set").description("d");
    made.cache_parameter_group_family("redis7").send().await.unwrap();
    let policy =
        ParameterNameValue::builder().parameter_name("maxmemory-policy").parameter_value("allkeys-lru");
    let policy = policy.build();

    let set = cache.modify_cache_parameter_group().cache_parameter_group_name("set");
    let set = set.parameter_name_values(policy.clone()).send().await.unwrap();
    assert_eq!(set.cache_parameter_group_name(), Some("set"));
    let read = || cache.describe_cache_parameters().cache_parameter_group_name("set").send();
    let found = read().await.unwrap();
    let [parameter] = found.parameters() else { panic!("{found:?}") };
    assert_eq!(
        (parameter.parameter_name(), parameter.parameter_value()),
        (policy.parameter_name(), Some("allkeys-lru"))
    );
    assert_eq!((parameter.source(), parameter.is_modifiable()), (Some("user"), Some(true)));

    let reset =
        cache.reset_cache_parameter_group().cache_parameter_group_name("set").parameter_name_values(policy);
    assert_eq!(reset.send().await.unwrap().cache_parameter_group_name(), Some("set"));
    assert!(read().await.unwrap().parameters().is_empty());
}

/// Makes a user of this name.
async fn user(cache: &Client, name: &str) {
    let keyless = AuthenticationMode::builder().r#type(InputAuthenticationType::Iam).build();
    let made = cache.create_user().user_id(name).user_name(name).engine("redis").access_string("on ~* +@all");
    made.authentication_mode(keyless).send().await.unwrap();
}

async fn a_user_group_is_made_changed_and_deleted(aws: &Aws) {
    let cache = client(aws);
    user(&cache, "reader").await;
    let make = || {
        let make = cache.create_user_group().user_group_id("users").engine("redis");
        make.user_ids("default").user_ids("reader").send()
    };
    let made = make().await.unwrap();
    assert_eq!(
        (made.user_ids(), made.status()),
        (&["default".to_owned(), "reader".to_owned()][..], Some("active"))
    );
    let again = make().await.unwrap_err().into_service_error();
    assert!(again.is_user_group_already_exists_fault(), "{again:?}");

    let changed =
        cache.modify_user_group().user_group_id("users").user_ids_to_remove("default").send().await.unwrap();
    assert_eq!(changed.user_ids(), ["reader"]);
    let read = || cache.describe_user_groups().user_group_id("users").send();
    let found = read().await.unwrap();
    let [group] = found.user_groups() else { panic!("{found:?}") };
    assert_eq!((group.user_ids(), group.arn()), (changed.user_ids(), made.arn()));
    assert!(group.replication_groups().is_empty());

    let deleted = cache.delete_user_group().user_group_id("users").send().await.unwrap();
    assert_eq!(deleted.status(), Some("deleting"));
    let gone = read().await.unwrap_err().into_service_error();
    assert!(gone.is_user_group_not_found_fault(), "{gone:?}");
}

async fn a_user_is_changed(aws: &Aws) {
    let cache = client(aws);
    user(&cache, "writer").await;
    let change = |id| cache.modify_user().user_id(id).access_string("on ~app:* +@all").send();
    let changed = change("writer").await.unwrap();
    assert_eq!((changed.user_id(), changed.access_string()), (Some("writer"), Some("on ~app:* +@all")));
    let found = cache.describe_users().user_id("writer").send().await.unwrap();
    assert_eq!(found.users()[0].access_string(), Some("on ~app:* +@all"));
    let unknown = change("nobody").await.unwrap_err().into_service_error();
    assert!(unknown.is_user_not_found_fault(), "{unknown:?}");
}

async fn a_subnet_group_is_deleted_once(aws: &Aws) {
    let cache = client(aws);
    let network = aws.boto3();
    let vpc = network.call("ec2", "create_vpc", json!({ "CidrBlock": "10.0.0.0/16" })).unwrap();
    let subnet = json!({ "VpcId": vpc["Vpc"]["VpcId"], "CidrBlock": "10.0.0.0/24" });
    let subnet = network.call("ec2", "create_subnet", subnet).unwrap();
    let made = cache
        .create_cache_subnet_group()
        .cache_subnet_group_name("subnets")
        .cache_subnet_group_description("d");
    made.subnet_ids(subnet["Subnet"]["SubnetId"].as_str().unwrap()).send().await.unwrap();

    let delete = || cache.delete_cache_subnet_group().cache_subnet_group_name("subnets").send();
    delete().await.unwrap();
    let gone = delete().await.unwrap_err().into_service_error();
    assert!(gone.is_cache_subnet_group_not_found_fault(), "{gone:?}");
}
