//! The `provider "slipway"` block.

use std::collections::BTreeMap;

use clouds::aws::{AssumeRole, Aws, AwsConfig, StaticCredentials};
use clouds::cloudflare::{Cloudflare, CloudflareConfig, R2Credentials};
use clouds::http::Http;
use clouds::supabase::{Supabase, SupabaseConfig};
use clouds::{Policy, Secret, Vendor};
use tfplugin::{Draft, Model, Operation, Outcome, Provider, Registry, Sensitive};

use crate::clouds::Clouds;
use crate::data_sources::CallerIdentity;
use crate::env::{self, var};
use crate::ephemerals::SupabaseApiKeys;
use crate::functions::{ParseDuration, ParseSize};
use crate::resources::{ProjectsWithSecrets, StorageBucket, StorageBuckets, SupabaseSecrets};

/// One resource kind over AWS, Cloudflare and Supabase.
///
/// Every block is optional, and a cloud is not contacted before something needs it.
#[derive(Model, Clone, Debug)]
pub struct Settings {
    /// How AWS is reached. What is left out comes from the usual chain: environment variables, shared configuration
    /// files, web identity, the container's or the machine's own role.
    pub aws: Option<AwsSettings>,
    /// How Cloudflare is reached. What is left out comes from the environment.
    pub cloudflare: Option<CloudflareSettings>,
    /// How Supabase is reached. What is left out comes from the environment.
    pub supabase: Option<SupabaseSettings>,
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

/// How Cloudflare is reached.
#[derive(Model, Clone, Debug)]
#[tf(all_or_none("r2_access_key_id", "r2_secret_access_key"))]
pub struct CloudflareSettings {
    /// API token, a user's or an account's. Else `CLOUDFLARE_API_TOKEN`.
    pub api_token: Option<Sensitive<String>>,
    /// Account of everything that does not name its own. Else `CLOUDFLARE_ACCOUNT_ID`, or the only account that the
    /// token reaches.
    #[tf(pattern("[0-9a-f]{32}", "Write the account's id: 32 hexadecimal digits."))]
    pub account_id: Option<String>,
    /// Address of the API with its `/client/v4`, for local stand-ins. Else `CLOUDFLARE_BASE_URL`.
    #[tf(pattern("https?://.+", "Write a URL, such as `http://127.0.0.1:5000/client/v4`."))]
    pub endpoint: Option<String>,
    /// Access key id of R2's S3 API, through which `force_destroy` empties buckets. Else `R2_ACCESS_KEY_ID`, or the one
    /// that belongs to the API token.
    pub r2_access_key_id: Option<Sensitive<String>>,
    /// Secret access key of R2's S3 API. Else `R2_SECRET_ACCESS_KEY`, or the one that belongs to the API token.
    pub r2_secret_access_key: Option<Sensitive<String>>,
    /// Address of R2's S3 API for the account, for local stand-ins. Else `R2_ENDPOINT_URL`. For a jurisdiction, its name
    /// is put behind the account id in it.
    #[tf(pattern("https?://.+", "Write a URL, such as `http://127.0.0.1:5000/r2/ACCOUNT/`."))]
    pub r2_endpoint: Option<String>,
}

/// How Supabase is reached.
#[derive(Model, Clone, Debug)]
pub struct SupabaseSettings {
    /// Personal access token. Else `SUPABASE_ACCESS_TOKEN`.
    pub access_token: Option<Sensitive<String>>,
    /// Service key of a project: its legacy `service_role` key, or `sb_secret_...`. Else `SUPABASE_SERVICE_ROLE_KEY`, or
    /// the key is fetched with the access token when it is first needed, and stored nowhere.
    pub service_key: Option<Sensitive<String>>,
    /// Address of the Management API, for local stand-ins. Else `SUPABASE_API_ENDPOINT`.
    #[tf(pattern("https?://.+", "Write a URL, such as `http://127.0.0.1:5000`."))]
    pub endpoint: Option<String>,
    /// Address of the projects' own APIs, for self-hosted stacks. Else `SUPABASE_URL`. `{ref}` in it stands for the
    /// project's reference.
    #[tf(pattern("https?://.+", "Write a URL, such as `http://127.0.0.1:54321`."))]
    pub project_url: Option<String>,
}

/// The provider `slipway/slipway`.
#[derive(Debug)]
pub struct Slipway;

impl Provider for Slipway {
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
        let http = Http::new(user_agent.clone());
        let Some(aws) = aws_config(&config.aws, user_agent) else { return Ok(None) };
        let Some(cloudflare) = cloudflare_config(&config.cloudflare) else { return Ok(None) };
        let Some(supabase) = supabase_config(&config.supabase) else { return Ok(None) };
        Ok(Some(Clouds {
            aws: Aws::new(aws, Policy::of(Vendor::Aws)),
            cloudflare: Cloudflare::new(cloudflare, http.clone(), Policy::of(Vendor::Cloudflare)),
            supabase: Supabase::new(supabase, http, Policy::of(Vendor::Supabase)),
        }))
    }

    fn register(registry: &mut Registry<Clouds>) {
        registry
            .resource::<StorageBucket>()
            .resource::<SupabaseSecrets>()
            .list::<StorageBuckets>()
            .list::<ProjectsWithSecrets>()
            .data_source::<CallerIdentity>()
            .ephemeral::<SupabaseApiKeys>()
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

/// The block's values, else the environment's, once all of them are known.
fn cloudflare_config(block: &Draft<CloudflareSettingsDraft>) -> Option<CloudflareConfig> {
    if block.is_unknown() {
        return None;
    }
    let mut config = CloudflareConfig::default();
    let mut keys = (None, None);
    if let Some(block) = block.known() {
        config.api_token = settled(&block.api_token)?.map(secret);
        config.account_id = settled(&block.account_id)?;
        config.endpoint = settled(&block.endpoint)?;
        config.r2_endpoint = settled(&block.r2_endpoint)?;
        keys = (
            settled(&block.r2_access_key_id)?.map(secret),
            settled(&block.r2_secret_access_key)?.map(secret),
        );
    }
    config.api_token = config.api_token.or_else(|| var(env::CLOUDFLARE_API_TOKEN).map(Secret::from));
    config.account_id = config.account_id.or_else(|| var(env::CLOUDFLARE_ACCOUNT_ID));
    config.endpoint = config.endpoint.or_else(|| var(env::CLOUDFLARE_BASE_URL));
    config.r2_endpoint = config.r2_endpoint.or_else(|| var(env::R2_ENDPOINT_URL));
    let environment = || Some((var(env::R2_ACCESS_KEY_ID)?.into(), var(env::R2_SECRET_ACCESS_KEY)?.into()));
    config.r2_credentials = keys
        .0
        .zip(keys.1)
        .or_else(environment)
        .map(|(access_key_id, secret_access_key)| R2Credentials { access_key_id, secret_access_key });
    Some(config)
}

/// The block's values, else the environment's, once all of them are known.
fn supabase_config(block: &Draft<SupabaseSettingsDraft>) -> Option<SupabaseConfig> {
    if block.is_unknown() {
        return None;
    }
    let mut config = SupabaseConfig::default();
    if let Some(block) = block.known() {
        config.access_token = settled(&block.access_token)?.map(secret);
        config.service_key = settled(&block.service_key)?.map(secret);
        config.api_url = settled(&block.endpoint)?;
        config.project_url = settled(&block.project_url)?;
    }
    config.access_token = config.access_token.or_else(|| var(env::SUPABASE_ACCESS_TOKEN).map(Secret::from));
    config.service_key = config.service_key.or_else(|| var(env::SUPABASE_SERVICE_ROLE_KEY).map(Secret::from));
    config.api_url = config.api_url.or_else(|| var(env::SUPABASE_API_ENDPOINT));
    // Many a shell has the URL of the hosted project that is worked on; the reference says as much.
    let self_hosted = || var(env::SUPABASE_URL).filter(|url| !url.contains(".supabase.co"));
    config.project_url = config.project_url.or_else(self_hosted);
    Some(config)
}

fn secret(secret: Sensitive<String>) -> Secret {
    secret.expose().clone().into()
}

/// A value that will not change any more; none while it is unknown.
fn settled<T: Clone>(draft: &Draft<T>) -> Option<Option<T>> {
    (!draft.is_unknown()).then(|| draft.known().cloned())
}
