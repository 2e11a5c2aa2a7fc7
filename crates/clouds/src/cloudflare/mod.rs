//! Cloudflare: how it is reached, lazily, and what its products are asked.
//!
//! The public face speaks the vendor's terms in plain Rust. What a caller leaves out is found out with the first request
//! that needs it: the account, where the token reaches exactly one.

mod answer;
mod identity;
pub mod r2;

use std::{fmt, sync::Arc};

use reqwest::Method;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

pub use identity::{Account, Token};

use self::{
    answer::{Enveloped, enveloped},
    r2::{Jurisdiction, R2},
};
use crate::{
    call::Call,
    error::{ApiError, Delivery, ErrorKind},
    http::{Http, Question, Request},
    policy::{Operation, Policy},
    secret::Secret,
};

/// Where the API is.
const ENDPOINT: &str = "https://api.cloudflare.com/client/v4";

/// Where Cloudflare is and who we are to it.
#[derive(Clone, Debug, Default)]
pub struct CloudflareConfig {
    /// API token, a user's or an account's.
    pub api_token: Option<Secret>,
    /// The account of everything that does not name its own. Unset: the one that the token reaches.
    pub account_id: Option<String>,
    /// Base of the API, for stand-ins: `https://api.cloudflare.com/client/v4`.
    pub endpoint: Option<String>,
    /// Base of R2's S3 API for the account, for stand-ins: `https://<account>.r2.cloudflarestorage.com`. For a
    /// jurisdiction, `.<jurisdiction>` is put behind the account id in it.
    pub r2_endpoint: Option<String>,
    /// Keys for R2's S3 API. Unset: those that belong to the API token.
    pub r2_credentials: Option<R2Credentials>,
}

/// Keys for R2's S3 API.
#[derive(Clone, Debug)]
pub struct R2Credentials {
    /// Not secret by itself, yet nobody's business.
    pub access_key_id: Secret,
    /// The key that signs.
    pub secret_access_key: Secret,
}

/// Cloudflare as one configuration reaches it. Cheap to clone; costs nothing until the first request.
#[derive(Clone)]
pub struct Cloudflare(Arc<Inner>);

struct Inner {
    config: CloudflareConfig,
    http: Http,
    policy: Policy,
    account: OnceCell<String>,
    r2_credentials: OnceCell<R2Credentials>,
}

impl Cloudflare {
    /// Cloudflare by `config`, under `policy`. Nothing is sent yet.
    pub fn new(config: CloudflareConfig, http: Http, policy: Policy) -> Self {
        let (account, r2_credentials) = (OnceCell::new(), OnceCell::new());
        Self(Arc::new(Inner { config, http, policy, account, r2_credentials }))
    }

    /// Whether an API token is configured.
    pub fn has_token(&self) -> bool {
        self.0.config.api_token.is_some()
    }

    /// Whether objects in R2 can be reached, which takes keys of its S3 API or a token to derive them from.
    pub fn has_r2_credentials(&self) -> bool {
        self.has_token() || self.0.config.r2_credentials.is_some()
    }

    /// The account of requests that do not name one, where the configuration says it.
    pub fn configured_account(&self) -> Option<&str> {
        self.0.config.account_id.as_deref()
    }

    /// R2 in an account, or in the configured one, and in a jurisdiction.
    pub fn r2(&self, account: Option<&str>, jurisdiction: Jurisdiction) -> R2 {
        R2::new(self.clone(), account.map(str::to_owned), jurisdiction)
    }

    fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// A request below the API's base, with the token.
    fn request(&self, question: &Question, method: Method, path: &str) -> Result<Request, ApiError> {
        let token = self.0.config.api_token.as_ref().ok_or_else(|| {
            question.unsent(
                ErrorKind::Unauthenticated,
                Delivery::NeverSent,
                "No API token was found, neither in the provider block nor in `CLOUDFLARE_API_TOKEN`"
                    .to_owned(),
            )
        })?;
        let base = self.0.config.endpoint.as_deref().unwrap_or(ENDPOINT).trim_end_matches('/');
        Ok(Request::new(method, format!("{base}{path}")).bearer(token))
    }

    /// Sends a request under policy and opens the envelope of its answer.
    async fn ask<T: DeserializeOwned>(
        &self,
        call: &Call,
        question: &Question,
        request: &Request,
    ) -> Result<Enveloped<T>, ApiError> {
        self.policy()
            .run(call, question.operation, || async {
                enveloped(question, &self.0.http.send(question, request).await?)
            })
            .await
    }

    fn question(&self, operation: Operation, account: Option<&str>) -> Question {
        let place = account.map(|account| format!("account {account}"));
        Question { vendor: self.policy().vendor(), operation, place }
    }
}

impl fmt::Debug for Cloudflare {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cloudflare").field("config", &self.0.config).finish_non_exhaustive()
    }
}
