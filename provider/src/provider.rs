//! The `provider "slipway"` block.

use std::collections::BTreeMap;

use clouds::Policy;
use clouds::aws::{AssumeRole, Aws, AwsConfig, StaticCredentials};
use tfplugin::{Draft, Model, Operation, Outcome, Provider, Registry, Sensitive};

use crate::clouds::Clouds;
use crate::data_sources::CallerIdentity;
use crate::functions::{ParseDuration, ParseSize};
use crate::resources::StorageBucket;

/// One resource kind over AWS, Cloudflare and Supabase.
///
/// Every block is optional, and a cloud is not contacted before something needs it.
#[derive(Model, Clone, Debug)]
pub struct Settings {
    /// How AWS is reached. What is left out comes from the usual chain: environment variables, shared configuration
    /// files, web identity, the container's or the machine's own role.
    pub aws: Option<AwsSettings>,
}

/// How AWS is reached.
#[derive(Model, Clone, Debug)]
#[tf(all_or_none("access_key", "secret_key"))]
pub struct AwsSettings {
    /// Region of everything that does not name its own. Else `AWS_REGION`, or the profile's.
    pub region: Option<String>,
    /// Profile of the shared configuration files. Else `AWS_PROFILE`.
    pub profile: Option<String>,
    /// Access key id. Prefer the chain: what stands here is in the configuration for all to read.
    pub access_key: Option<Sensitive<String>>,
    /// Secret access key.
    pub secret_key: Option<Sensitive<String>>,
    /// Session token of temporary credentials.
    #[tf(required_with("access_key"))]
    pub token: Option<Sensitive<String>>,
    /// Role to act as.
    pub assume_role: Option<AssumeRoleSettings>,
    /// Address of every AWS service, for local stand-ins and S3-compatible stores. Else `AWS_ENDPOINT_URL`.
    #[tf(pattern("https?://.+", "Write a URL, such as `http://127.0.0.1:5000`."))]
    pub endpoint: Option<String>,
    /// Whether a bucket's name goes into the path of its URL instead of the host name. When left out, it does where
    /// an endpoint is set.
    pub s3_use_path_style: Option<bool>,
    /// Whether the machine's own role and region are left out of the chain, which saves seconds where there are none.
    pub skip_metadata_api_check: Option<bool>,
    /// Tags of everything that can have tags. An object's own tags win.
    pub default_tags: Option<BTreeMap<String, String>>,
}

/// A role to act as.
#[derive(Model, Clone, Debug)]
pub struct AssumeRoleSettings {
    /// ARN of the role.
    #[tf(pattern(
        "arn:[a-z-]+:iam::[0-9]{12}:role/.+",
        "Write the ARN of a role, such as `arn:aws:iam::123456789012:role/deploy`."
    ))]
    pub role_arn: String,
    /// What the role's trust policy asks for, if it does.
    pub external_id: Option<String>,
    /// How the session is called in CloudTrail.
    pub session_name: Option<String>,
}

/// The provider `slipway/slipway`.
#[derive(Debug)]
pub struct Slipway;

impl Provider for Slipway {
    const NAME: &'static str = "slipway";
    const ADDRESS: &'static str = "registry.terraform.io/slipway/slipway";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    type Config = Settings;
    type Client = Clouds;

    async fn configure(operation: &Operation, config: SettingsDraft) -> Outcome<Option<Clouds>> {
        let user_agent = format!(
            "terraform-provider-slipway/{} (+terraform/{})",
            Self::VERSION,
            operation.terraform_version()
        );
        let Some(aws) = aws_config(&config.aws, user_agent) else { return Ok(None) };
        Ok(Some(Clouds { aws: Aws::new(aws, Policy::of(clouds::Vendor::Aws)) }))
    }

    fn register(registry: &mut Registry<Clouds>) {
        registry
            .resource::<StorageBucket>()
            .data_source::<CallerIdentity>()
            .function::<ParseDuration>()
            .function::<ParseSize>();
    }
}

/// The block's values, once all of them are known.
fn aws_config(block: &Draft<AwsSettingsDraft>, user_agent: String) -> Option<AwsConfig> {
    if block.is_unknown() {
        return None;
    }
    let mut config = AwsConfig { user_agent: Some(user_agent), ..AwsConfig::default() };
    let Some(block) = block.known() else { return Some(config) };
    config.region = settled(&block.region)?;
    config.profile = settled(&block.profile)?;
    config.endpoint = settled(&block.endpoint)?;
    config.s3_use_path_style = settled(&block.s3_use_path_style)?;
    config.skip_metadata_api_check = settled(&block.skip_metadata_api_check)?.unwrap_or_default();
    let secret = |secret: Sensitive<String>| secret.expose().clone().into();
    let access_key = settled(&block.access_key)?.map(secret);
    let secret_key = settled(&block.secret_key)?.map(secret);
    let session_token = settled(&block.token)?.map(secret);
    config.credentials = access_key.zip(secret_key).map(|(access_key, secret_key)| StaticCredentials {
        access_key,
        secret_key,
        session_token,
    });
    config.assume_role = match settled(&block.assume_role)? {
        None => None,
        Some(role) => Some(AssumeRole {
            role_arn: settled(&role.role_arn)?.unwrap_or_default(),
            external_id: settled(&role.external_id)?,
            session_name: settled(&role.session_name)?,
        }),
    };
    for (key, tag) in settled(&block.default_tags)?.unwrap_or_default() {
        config.default_tags.insert(key, settled(&tag)?.unwrap_or_default());
    }
    Some(config)
}

/// A value that will not change any more; none while it is unknown.
fn settled<T: Clone>(draft: &Draft<T>) -> Option<Option<T>> {
    (!draft.is_unknown()).then(|| draft.known().cloned())
}
