//! AWS: how it is reached, lazily, and what its services are asked.
//!
//! The public face speaks the vendor's terms in plain Rust; no type of the SDK leaves this folder. The SDK's own
//! retries and time limits are switched off: [`crate::policy`] decides.

mod answer;
mod connect;
pub mod partition;
pub mod s3;
mod sts;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex},
};

use tokio::sync::OnceCell;

pub use sts::CallerIdentity;

use self::{connect::Connection, s3::S3};
use crate::{
    call::Call,
    error::ApiError,
    policy::{Operation, Policy},
    secret::Secret,
};

/// Where AWS is and who we are to it.
///
/// What is absent here comes from the usual chain: environment (`AWS_REGION`, `AWS_PROFILE`, `AWS_ACCESS_KEY_ID`,
/// `AWS_ENDPOINT_URL`, ...), the shared configuration and credentials files (single sign-on, `credential_process`
/// and roles included), web identity, the container's and the machine's own role.
#[derive(Clone, Debug, Default)]
pub struct AwsConfig {
    /// Region of requests that do not name one.
    pub region: Option<String>,
    /// Profile of the shared configuration files.
    pub profile: Option<String>,
    /// Explicit credentials; without them the chain is asked.
    pub credentials: Option<StaticCredentials>,
    /// Role to act as, with the credentials above.
    pub assume_role: Option<AssumeRole>,
    /// Address of every service, for stand-ins and S3-compatible stores.
    pub endpoint: Option<String>,
    /// Whether the bucket's name goes into the path instead of the host name. Unset: only where an endpoint is set.
    pub s3_use_path_style: Option<bool>,
    /// Whether the machine's own role and region are left out of the chain, which saves some seconds where there
    /// is no such machine.
    pub skip_metadata_api_check: bool,
    /// Tags that everything gets which can have tags.
    pub default_tags: BTreeMap<String, String>,
    /// What we call ourselves, put in front of the SDK's own user agent.
    pub user_agent: Option<String>,
}

/// Explicit credentials.
#[derive(Clone, Debug)]
pub struct StaticCredentials {
    /// Not secret by itself, yet nobody's business.
    pub access_key: Secret,
    /// The key that signs.
    pub secret_key: Secret,
    /// Set for temporary credentials.
    pub session_token: Option<Secret>,
}

/// A role to act as.
#[derive(Clone, Debug, Default)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// What the role's trust policy asks for, if it does.
    pub external_id: Option<String>,
    /// How the session is called in CloudTrail.
    pub session_name: Option<String>,
}

/// AWS as one configuration reaches it. Cheap to clone; costs nothing until the first request.
#[derive(Clone)]
pub struct Aws(Arc<Inner>);

struct Inner {
    config: AwsConfig,
    policy: Policy,
    connection: OnceCell<Connection>,
    /// One client per region: a client is bound to its region when it is built.
    s3: Mutex<HashMap<String, aws_sdk_s3::Client>>,
}

impl Aws {
    /// AWS by `config`, under `policy`. Nothing is read or sent yet.
    pub fn new(config: AwsConfig, policy: Policy) -> Self {
        Self(Arc::new(Inner { config, policy, connection: OnceCell::new(), s3: Mutex::default() }))
    }

    /// Tags that everything gets which can have tags.
    pub fn default_tags(&self) -> &BTreeMap<String, String> {
        &self.0.config.default_tags
    }

    /// The region of requests that do not name one, from the configuration or the chain.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when nobody names one.
    pub async fn region(&self, call: &Call) -> Result<String, ApiError> {
        self.region_for(call, REGION).await
    }

    /// S3 in `region`, or in the configured one.
    pub fn s3(&self, region: Option<&str>) -> S3 {
        S3::new(self.clone(), region.map(str::to_owned))
    }

    fn policy(&self) -> &Policy {
        &self.0.policy
    }

    async fn region_for(&self, _call: &Call, operation: Operation) -> Result<String, ApiError> {
        match &self.0.config.region {
            Some(region) => Ok(region.clone()),
            None => self.connection().await.region(self.policy().vendor(), operation),
        }
    }

    async fn connection(&self) -> &Connection {
        // Boxed so that the chain's future, which runs once, is not part of every request's.
        self.0.connection.get_or_init(|| Box::pin(connect::connect(&self.0.config, &self.0.policy))).await
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Aws").field("config", &self.0.config).finish_non_exhaustive()
    }
}

/// Stands for the search of a region, which sends nothing unless the machine itself has to be asked.
const REGION: Operation = Operation {
    service: "AWS",
    name: "The search for a region",
    permission: None,
    repeat: crate::policy::Repeat::Read,
};
