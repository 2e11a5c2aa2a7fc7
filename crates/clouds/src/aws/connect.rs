//! From a configuration to SDK clients: the credentials chain, one HTTP client, no retries of the SDK's own.

use aws_config::{
    BehaviorVersion, Region, SdkConfig,
    ecs::EcsCredentialsProvider,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    identity::IdentityCache,
    meta::{credentials::CredentialsProviderChain, region::RegionProviderChain},
    profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider},
    provider_config::ProviderConfig,
    retry::RetryConfig,
    stalled_stream_protection::StalledStreamProtectionConfig,
    sts::AssumeRoleProvider,
    timeout::TimeoutConfig,
    web_identity_token::WebIdentityTokenCredentialsProvider,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{self, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::SharedHttpClient,
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextMut},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::service_config::ServiceConfigKey;

use super::{AwsConfig, StaticCredentials};
use crate::{
    error::{ApiError, Delivery, ErrorKind, Vendor},
    policy::{Operation, Policy},
};

/// What the chain came to.
pub(super) struct Connection {
    sdk: SdkConfig,
    user_agent: UserAgent,
    /// Whether S3 requests go somewhere else than to AWS.
    s3_elsewhere: bool,
    path_style: bool,
}

/// Reads the chain. Credentials themselves are fetched with the first request that needs them.
pub(super) async fn connect(config: &AwsConfig, policy: &Policy) -> Connection {
    let http = http_client();
    let providers = ProviderConfig::without_region().with_http_client(http.clone());
    // Only what fetches credentials still retries by itself: it runs inside one of our attempts.
    let retries = RetryConfig::standard()
        .with_max_attempts(policy.retry().attempts.min(3))
        .with_initial_backoff(policy.retry().first)
        .with_max_backoff(policy.retry().cap);

    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(retries)
        .timeout_config(TimeoutConfig::builder().connect_timeout(policy.limits().connect).build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .identity_cache(IdentityCache::lazy().load_timeout(policy.limits().attempt).build());
    if let Some(region) = &config.region {
        loader = loader.region(Region::new(region.clone()));
    } else if config.skip_metadata_api_check {
        loader = loader.region(region_without_metadata(config, &providers).await);
    }
    if let Some(profile) = &config.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &config.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(keys) = &config.credentials {
        loader = loader.credentials_provider(credentials(keys));
    } else if config.skip_metadata_api_check {
        loader = loader.credentials_provider(chain_without_metadata(config, &providers));
    }
    let mut sdk = loader.load().await;
    if let Some(role) = &config.assume_role {
        let mut assume = AssumeRoleProvider::builder(&role.role_arn)
            .configure(&sdk)
            .session_name(role.session_name.as_deref().unwrap_or("slipway"));
        if let Some(external_id) = &role.external_id {
            assume = assume.external_id(external_id);
        }
        let role = match sdk.credentials_provider() {
            Some(base) => assume.build_from_provider(base).await,
            None => assume.build().await,
        };
        sdk = sdk.into_builder().credentials_provider(SharedCredentialsProvider::new(role)).build();
    }

    let s3_elsewhere = sdk.endpoint_url().is_some() || s3_endpoint_in_environment(&sdk);
    Connection {
        path_style: config.s3_use_path_style.unwrap_or(s3_elsewhere),
        s3_elsewhere,
        user_agent: UserAgent(config.user_agent.clone()),
        sdk,
    }
}

impl Connection {
    /// The region that the chain names.
    pub(super) fn region(&self, vendor: Vendor, operation: Operation) -> Result<String, ApiError> {
        self.sdk.region().map(ToString::to_string).ok_or_else(|| {
            ApiError::new(vendor, operation, ErrorKind::Invalid).with(|failure| {
                failure.delivery = Delivery::NeverSent;
                failure.words = Some(
                    "No region is known: `region` is not set, nor is `AWS_REGION`, nor does the profile name one"
                        .to_owned(),
                );
            })
        })
    }

    /// Whether S3 requests go to a stand-in or a compatible store instead of AWS.
    pub(super) fn s3_is_elsewhere(&self) -> bool {
        self.s3_elsewhere
    }

    /// Whether all requests go to a stand-in instead of AWS.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.sdk.endpoint_url().is_some()
    }

    pub(super) fn s3(&self, region: &str) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.sdk)
            .region(Region::new(region.to_owned()))
            .force_path_style(self.path_style)
            .retry_config(RetryConfig::disabled())
            .interceptor(self.user_agent.clone())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    pub(super) fn sts(&self, region: &str) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::config::Builder::from(&self.sdk)
            .region(Region::new(region.to_owned()))
            .retry_config(RetryConfig::disabled())
            .interceptor(self.user_agent.clone())
            .build();
        aws_sdk_sts::Client::from_conf(config)
    }
}

/// One pool of connections for everything that goes to AWS; proxies from the usual environment variables.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder()
            .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
            .proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    })
}

/// The region that the environment or the profile names, leaving the machine itself out.
async fn region_without_metadata(config: &AwsConfig, providers: &ProviderConfig) -> Option<Region> {
    let mut profile = ProfileFileRegionProvider::builder().configure(providers);
    if let Some(name) = &config.profile {
        profile = profile.profile_name(name);
    }
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build())
        .region()
        .await
}

fn credentials(keys: &StaticCredentials) -> Credentials {
    let token = keys.session_token.as_ref().map(|token| token.expose().to_owned());
    Credentials::new(keys.access_key.expose(), keys.secret_key.expose(), token, None, "configuration")
}

/// The SDK's default chain without its last link, the machine's metadata service.
fn chain_without_metadata(config: &AwsConfig, providers: &ProviderConfig) -> CredentialsProviderChain {
    let mut profile = ProfileFileCredentialsProvider::builder().configure(providers);
    if let Some(name) = &config.profile {
        profile = profile.profile_name(name);
    }
    CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
        .or_else("Profile", profile.build())
        .or_else(
            "WebIdentityToken",
            WebIdentityTokenCredentialsProvider::builder().configure(providers).build(),
        )
        .or_else("EcsContainer", EcsCredentialsProvider::builder().configure(providers).build())
}

/// `AWS_ENDPOINT_URL_S3`, or `s3 = endpoint_url` in the profile's services.
fn s3_endpoint_in_environment(sdk: &SdkConfig) -> bool {
    let key = ServiceConfigKey::builder()
        .service_id("S3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .expect("all three parts of the key are given");
    sdk.service_config().is_some_and(|services| services.load_config(key).is_some())
}

/// Puts our name in front of the SDK's. The header is not part of the signature.
#[derive(Clone, Debug)]
struct UserAgent(Option<String>);

impl Intercept for UserAgent {
    fn name(&self) -> &'static str {
        "UserAgent"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(ours) = &self.0 {
            let headers = context.request_mut().headers_mut();
            let theirs = headers.get("user-agent").unwrap_or_default();
            let both = format!("{ours} {theirs}");
            headers.try_insert("user-agent", both)?;
        }
        Ok(())
    }
}
