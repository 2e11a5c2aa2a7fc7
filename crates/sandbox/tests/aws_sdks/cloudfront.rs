//! CloudFront (XML).

use aws_sdk_cloudfront::primitives::Blob;
use aws_sdk_cloudfront::types::{
    CachePolicyConfig, CachePolicyType, DefaultCacheBehavior, DistributionConfig, FunctionConfig,
    FunctionRuntime, FunctionStage, MonitoringSubscription, Origin, OriginRequestPolicyConfig,
    OriginRequestPolicyCookieBehavior, OriginRequestPolicyCookiesConfig, OriginRequestPolicyHeaderBehavior,
    OriginRequestPolicyHeadersConfig, OriginRequestPolicyQueryStringBehavior,
    OriginRequestPolicyQueryStringsConfig, OriginRequestPolicyType, Origins,
    RealtimeMetricsSubscriptionConfig, RealtimeMetricsSubscriptionStatus, ResponseHeadersPolicyConfig,
    ResponseHeadersPolicyServerTimingHeadersConfig, ResponseHeadersPolicyType, S3OriginConfig,
    ViewerProtocolPolicy,
};
use aws_sdk_cloudfront::{Client, config::Builder};

use crate::support::{Aws, assert_now, tests};

tests! { "CloudFront":
    a_cache_policy_is_made_changed_listed_and_deleted
        calls CreateCachePolicy GetCachePolicy GetCachePolicyConfig UpdateCachePolicy ListCachePolicies
            DeleteCachePolicy;
    an_origin_request_policy_is_made_changed_listed_and_deleted
        calls CreateOriginRequestPolicy GetOriginRequestPolicy GetOriginRequestPolicyConfig
            UpdateOriginRequestPolicy ListOriginRequestPolicies DeleteOriginRequestPolicy;
    a_response_headers_policy_is_made_changed_listed_and_deleted
        calls CreateResponseHeadersPolicy GetResponseHeadersPolicy GetResponseHeadersPolicyConfig
            UpdateResponseHeadersPolicy ListResponseHeadersPolicies DeleteResponseHeadersPolicy;
    policies_of_aws_are_listed_apart
        calls ListCachePolicies ListOriginRequestPolicies ListResponseHeadersPolicies GetCachePolicy
            GetOriginRequestPolicy GetResponseHeadersPolicy;
    a_function_is_changed_and_published
        calls UpdateFunction PublishFunction;
    a_distribution_is_subscribed_to_more_metrics
        calls CreateMonitoringSubscription GetMonitoringSubscription DeleteMonitoringSubscription;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

async fn a_cache_policy_is_made_changed_listed_and_deleted(aws: &Aws) {
    let cdn = client(aws);
    let config =
        CachePolicyConfig::builder().name("cached").min_ttl(1).max_ttl(60).comment("c").build().unwrap();
    let create = || cdn.create_cache_policy().cache_policy_config(config.clone()).send();
    let made = create().await.unwrap();
    let policy = made.cache_policy().unwrap();
    assert_eq!(policy.cache_policy_config(), Some(&config));
    assert_now(Some(policy.last_modified_time()));
    let again = create().await.unwrap_err().into_service_error();
    assert!(again.is_cache_policy_already_exists(), "{again:?}");

    let slower = CachePolicyConfig::builder().name("cached").min_ttl(2).build().unwrap();
    let update = cdn.update_cache_policy().id(policy.id()).cache_policy_config(slower.clone());
    let changed = update.if_match(made.e_tag().unwrap()).send().await.unwrap();
    assert_ne!(changed.e_tag(), made.e_tag());
    let found = cdn.get_cache_policy().id(policy.id()).send().await.unwrap();
    assert_eq!((found.cache_policy(), found.e_tag()), (changed.cache_policy(), changed.e_tag()));
    let settings = cdn.get_cache_policy_config().id(policy.id()).send().await.unwrap();
    assert_eq!((settings.cache_policy_config(), settings.e_tag()), (Some(&slower), changed.e_tag()));
    let listed = cdn.list_cache_policies().r#type(CachePolicyType::Custom).send().await.unwrap();
    assert!(
        listed
            .cache_policy_list()
            .unwrap()
            .items()
            .iter()
            .any(|one| one.cache_policy() == found.cache_policy())
    );

    let delete = |etag: Option<&str>| {
        cdn.delete_cache_policy().id(policy.id()).set_if_match(etag.map(str::to_owned)).send()
    };
    let outdated = delete(made.e_tag()).await.unwrap_err().into_service_error();
    assert!(outdated.is_precondition_failed(), "{outdated:?}");
    delete(changed.e_tag()).await.unwrap();
    let gone = cdn.get_cache_policy().id(policy.id()).send().await.unwrap_err().into_service_error();
    assert!(gone.is_no_such_cache_policy(), "{gone:?}");
}

async fn an_origin_request_policy_is_made_changed_listed_and_deleted(aws: &Aws) {
    let cdn = client(aws);
    let config = |comment: &str| {
        let headers = OriginRequestPolicyHeadersConfig::builder()
            .header_behavior(OriginRequestPolicyHeaderBehavior::None);
        let cookies = OriginRequestPolicyCookiesConfig::builder()
            .cookie_behavior(OriginRequestPolicyCookieBehavior::All);
        let queries = OriginRequestPolicyQueryStringsConfig::builder()
            .query_string_behavior(OriginRequestPolicyQueryStringBehavior::None);
        let config = OriginRequestPolicyConfig::builder().name("requested").comment(comment);
        let config = config.headers_config(headers.build().unwrap()).cookies_config(cookies.build().unwrap());
        config.query_strings_config(queries.build().unwrap()).build().unwrap()
    };
    let made =
        cdn.create_origin_request_policy().origin_request_policy_config(config("c")).send().await.unwrap();
    let policy = made.origin_request_policy().unwrap();
    assert_eq!(policy.origin_request_policy_config(), Some(&config("c")));
    assert_now(Some(policy.last_modified_time()));

    let update =
        cdn.update_origin_request_policy().id(policy.id()).origin_request_policy_config(config("changed"));
    let changed = update.if_match(made.e_tag().unwrap()).send().await.unwrap();
    let found = cdn.get_origin_request_policy().id(policy.id()).send().await.unwrap();
    assert_eq!(found.origin_request_policy(), changed.origin_request_policy());
    let settings = cdn.get_origin_request_policy_config().id(policy.id()).send().await.unwrap();
    assert_eq!(settings.origin_request_policy_config(), Some(&config("changed")));
    let listed =
        cdn.list_origin_request_policies().r#type(OriginRequestPolicyType::Custom).send().await.unwrap();
    let listed = listed.origin_request_policy_list().unwrap();
    assert!(listed.items().iter().any(|one| one.origin_request_policy() == found.origin_request_policy()));

    cdn.delete_origin_request_policy().id(policy.id()).if_match(found.e_tag().unwrap()).send().await.unwrap();
    let gone = cdn.get_origin_request_policy().id(policy.id()).send().await.unwrap_err().into_service_error();
    assert!(gone.is_no_such_origin_request_policy(), "{gone:?}");
}

async fn a_response_headers_policy_is_made_changed_listed_and_deleted(aws: &Aws) {
    let cdn = client(aws);
    let config = |rate: f64| {
        let timing =
            ResponseHeadersPolicyServerTimingHeadersConfig::builder().enabled(true).sampling_rate(rate);
        let config = ResponseHeadersPolicyConfig::builder().name("answered");
        config.server_timing_headers_config(timing.build().unwrap()).build().unwrap()
    };
    let made = cdn
        .create_response_headers_policy()
        .response_headers_policy_config(config(50.0))
        .send()
        .await
        .unwrap();
    let policy = made.response_headers_policy().unwrap();
    assert_eq!(policy.response_headers_policy_config(), Some(&config(50.0)));
    assert_now(Some(policy.last_modified_time()));

    let update =
        cdn.update_response_headers_policy().id(policy.id()).response_headers_policy_config(config(1.5));
    let changed = update.if_match(made.e_tag().unwrap()).send().await.unwrap();
    let found = cdn.get_response_headers_policy().id(policy.id()).send().await.unwrap();
    assert_eq!(found.response_headers_policy(), changed.response_headers_policy());
    let settings = cdn.get_response_headers_policy_config().id(policy.id()).send().await.unwrap();
    assert_eq!(settings.response_headers_policy_config(), Some(&config(1.5)));
    let listed =
        cdn.list_response_headers_policies().r#type(ResponseHeadersPolicyType::Custom).send().await.unwrap();
    let listed = listed.response_headers_policy_list().unwrap();
    assert!(
        listed.items().iter().any(|one| one.response_headers_policy() == found.response_headers_policy())
    );

    cdn.delete_response_headers_policy()
        .id(policy.id())
        .if_match(found.e_tag().unwrap())
        .send()
        .await
        .unwrap();
    let gone =
        cdn.get_response_headers_policy().id(policy.id()).send().await.unwrap_err().into_service_error();
    assert!(gone.is_no_such_response_headers_policy(), "{gone:?}");
}

async fn policies_of_aws_are_listed_apart(aws: &Aws) {
    let cdn = client(aws);
    let caches = cdn.list_cache_policies().r#type(CachePolicyType::Managed).send().await.unwrap();
    let caches = caches.cache_policy_list().unwrap();
    assert_eq!(usize::try_from(caches.quantity()).unwrap(), caches.items().len());
    let id = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
    assert!(caches.items().iter().any(|one| one.cache_policy().unwrap().id() == id));
    let found = cdn.get_cache_policy().id(id).send().await.unwrap();
    let found = found.cache_policy().unwrap().cache_policy_config().unwrap();
    assert_eq!(found.name(), "Managed-CachingDisabled");

    let requests =
        cdn.list_origin_request_policies().r#type(OriginRequestPolicyType::Managed).send().await.unwrap();
    let id = "216adef6-5c7f-47e4-b989-5492eafa07d3";
    let requests = requests.origin_request_policy_list().unwrap();
    assert!(requests.items().iter().any(|one| one.origin_request_policy().unwrap().id() == id));
    let found = cdn.get_origin_request_policy().id(id).send().await.unwrap();
    let found = found.origin_request_policy().unwrap().origin_request_policy_config().unwrap();
    assert_eq!(found.name(), "Managed-AllViewer");

    let answers =
        cdn.list_response_headers_policies().r#type(ResponseHeadersPolicyType::Managed).send().await.unwrap();
    let id = "67f7725c-6f97-4210-82d7-5512b31e9d03";
    let answers = answers.response_headers_policy_list().unwrap();
    assert!(answers.items().iter().any(|one| one.response_headers_policy().unwrap().id() == id));
    let found = cdn.get_response_headers_policy().id(id).send().await.unwrap();
    let found = found.response_headers_policy().unwrap().response_headers_policy_config().unwrap();
    assert_eq!(found.name(), "Managed-SecurityHeadersPolicy");
}

async fn a_function_is_changed_and_published(aws: &Aws) {
    let cdn = client(aws);
    let code = Blob::new("function handler(event) { return event.request }");
    let config =
        FunctionConfig::builder().comment("c").runtime(FunctionRuntime::CloudfrontJs20).build().unwrap();
    let made =
        cdn.create_function().name("rewrite").function_config(config.clone()).function_code(code.clone());
    let made = made.send().await.unwrap();
    let live = || cdn.get_function().name("rewrite").stage(FunctionStage::Live).send();
    assert!(live().await.unwrap_err().into_service_error().is_no_such_function_exists());

    let published =
        cdn.publish_function().name("rewrite").if_match(made.e_tag().unwrap()).send().await.unwrap();
    let metadata = published.function_summary().unwrap().function_metadata().unwrap();
    assert_eq!(metadata.stage(), Some(&FunctionStage::Live));
    assert_now(Some(metadata.last_modified_time()));

    let longer = Blob::new([code.as_ref(), b"//"].concat());
    let change = || {
        let change = cdn.update_function().name("rewrite").function_config(config.clone());
        change.function_code(longer.clone()).if_match(made.e_tag().unwrap()).send()
    };
    let changed = change().await.unwrap();
    assert_eq!(changed.function_summary().unwrap().status(), Some("UNPUBLISHED"));
    assert_now(Some(changed.function_summary().unwrap().function_metadata().unwrap().last_modified_time()));
    let outdated = change().await.unwrap_err().into_service_error();
    assert!(outdated.is_precondition_failed(), "{outdated:?}");

    let found = live().await.unwrap();
    assert_eq!(
        (found.function_code(), found.content_type()),
        (Some(&code), Some("application/octet-stream"))
    );
    let drafted = cdn.get_function().name("rewrite").stage(FunctionStage::Development).send().await.unwrap();
    assert_eq!(drafted.function_code(), Some(&longer));
}

async fn a_distribution_is_subscribed_to_more_metrics(aws: &Aws) {
    let cdn = client(aws);
    let site = Origin::builder().id("site").domain_name("site.s3.us-east-1.amazonaws.com");
    let site = site.s3_origin_config(S3OriginConfig::builder().origin_access_identity("").build());
    let origins = Origins::builder().quantity(1).items(site.build().unwrap()).build().unwrap();
    let behaviour = DefaultCacheBehavior::builder().target_origin_id("site");
    let behaviour = behaviour.viewer_protocol_policy(ViewerProtocolPolicy::HttpsOnly).build().unwrap();
    let distribution = DistributionConfig::builder().caller_reference("measured").comment("").enabled(true);
    let distribution = distribution.origins(origins).default_cache_behavior(behaviour).build().unwrap();
    let distribution = cdn.create_distribution().distribution_config(distribution).send().await.unwrap();
    let id = distribution.distribution().unwrap().id();

    let config = RealtimeMetricsSubscriptionConfig::builder()
        .realtime_metrics_subscription_status(RealtimeMetricsSubscriptionStatus::Enabled);
    let wanted = MonitoringSubscription::builder()
        .realtime_metrics_subscription_config(config.build().unwrap())
        .build();
    let subscribe = |id| {
        cdn.create_monitoring_subscription()
            .distribution_id(id)
            .monitoring_subscription(wanted.clone())
            .send()
    };
    assert_eq!(subscribe(id).await.unwrap().monitoring_subscription(), Some(&wanted));
    let read = || cdn.get_monitoring_subscription().distribution_id(id).send();
    assert_eq!(read().await.unwrap().monitoring_subscription(), Some(&wanted));
    cdn.delete_monitoring_subscription().distribution_id(id).send().await.unwrap();
    let gone = read().await.unwrap_err().into_service_error();
    assert!(gone.is_no_such_monitoring_subscription(), "{gone:?}");
    let unknown = subscribe("NOBODY").await.unwrap_err().into_service_error();
    assert!(unknown.is_no_such_distribution(), "{unknown:?}");
}
