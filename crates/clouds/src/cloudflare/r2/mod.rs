//! R2 buckets: made, listed, read aspect by aspect, changed, emptied and removed.
//!
//! Like S3, R2 keeps a bucket's settings apart, one call each, so a caller names the [`Aspect`]s that matter to it and
//! pays for those only. Words that Cloudflare may add to (locations, storage classes, states of a domain) stay strings
//! in its spelling.

mod bucket;
mod cors;
mod domains;
mod empty;
mod lifecycle;
mod list;

use std::fmt;

use reqwest::Method;
use serde::de::DeserializeOwned;

pub use self::{
    bucket::{Bucket, NewBucket},
    cors::{Allowed, CorsRule},
    domains::{CustomDomain, DomainState, ManagedDomain, NewDomain},
    lifecycle::{
        Condition, Conditions, DEFAULT_RULE, LifecycleRule, StorageClassTransition, Transition,
        is_default_rule,
    },
};
use super::{Cloudflare, answer::Enveloped};
use crate::{
    call::Call,
    error::{ApiError, ErrorKind},
    http::{Question, Request, segment},
    policy::{Operation, Repeat},
};

/// A part of R2 with buckets of its own: the same name in two jurisdictions is two buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Jurisdiction {
    /// Wherever.
    #[default]
    Default,
    /// The European Union.
    Eu,
    /// FedRAMP Moderate.
    Fedramp,
    /// The United States.
    Us,
    /// FedRAMP High.
    FedrampHigh,
}

impl Jurisdiction {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Default, Self::Eu, Self::Fedramp, Self::Us, Self::FedrampHigh];

    /// Cloudflare's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Eu => "eu",
            Self::Fedramp => "fedramp",
            Self::Us => "us",
            Self::FedrampHigh => "fedramp-high",
        }
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// R2 in one account and jurisdiction. Cheap to clone.
#[derive(Clone, Debug)]
pub struct R2 {
    cloudflare: Cloudflare,
    account: Option<String>,
    jurisdiction: Jurisdiction,
}

/// A part of a bucket that R2 keeps, and is asked for, by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// Which web pages may use the bucket from a browser.
    Cors,
    /// What happens to objects as they age.
    Lifecycle,
    /// The host name below r2.dev.
    ManagedDomain,
    /// Host names of one's own.
    CustomDomains,
}

/// What a bucket is like. An aspect that was not asked for looks like one that is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketState {
    /// What belongs to the bucket itself.
    pub bucket: Bucket,
    /// See [`Aspect::Cors`]; in Cloudflare's order, which is the order of evaluation.
    pub cors: Vec<CorsRule>,
    /// See [`Aspect::Lifecycle`]; the rule that every new bucket gets included.
    pub lifecycle: Vec<LifecycleRule>,
    /// See [`Aspect::ManagedDomain`].
    pub managed_domain: Option<ManagedDomain>,
    /// See [`Aspect::CustomDomains`].
    pub custom_domains: Vec<CustomDomain>,
}

impl R2 {
    pub(super) fn new(cloudflare: Cloudflare, account: Option<String>, jurisdiction: Jurisdiction) -> Self {
        Self { cloudflare, account, jurisdiction }
    }

    /// The account that this handle speaks about.
    ///
    /// # Errors
    /// See [`Cloudflare::account_id`].
    pub async fn account(&self, call: &Call) -> Result<String, ApiError> {
        match &self.account {
            Some(account) => Ok(account.clone()),
            None => self.cloudflare.account_id(call).await,
        }
    }

    /// Reads a bucket and its named aspects, side by side, one call each. `None` when there is no such bucket in this
    /// account and jurisdiction.
    ///
    /// # Errors
    /// The first error that is not "no such bucket".
    pub async fn read(
        &self,
        call: &Call,
        name: &str,
        what: &[Aspect],
    ) -> Result<Option<BucketState>, ApiError> {
        let asked = |aspect| what.contains(&aspect);
        let (bucket, cors, lifecycle, managed_domain, custom_domains) = tokio::join!(
            self.get(call, name),
            when(asked(Aspect::Cors), || self.cors(call, name)),
            when(asked(Aspect::Lifecycle), || self.lifecycle(call, name)),
            when(asked(Aspect::ManagedDomain), || async { self.managed_domain(call, name).await.map(Some) }),
            when(asked(Aspect::CustomDomains), || self.custom_domains(call, name)),
        );
        let state = (|| {
            Ok(BucketState {
                bucket: bucket?,
                cors: cors?,
                lifecycle: lifecycle?,
                managed_domain: managed_domain?,
                custom_domains: custom_domains?,
            })
        })();
        match state {
            Ok(state) => Ok(Some(state)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends a request about `/accounts/{account}/r2/buckets{path}` under policy.
    async fn ask<T: DeserializeOwned>(
        &self,
        call: &Call,
        operation: Operation,
        method: Method,
        path: &str,
        fill: impl FnOnce(Request) -> Request,
    ) -> Result<Enveloped<T>, ApiError> {
        let account = self.account(call).await?;
        let question = self.question(operation, &account);
        let path = format!("/accounts/{}/r2/buckets{path}", segment(&account));
        let mut request = fill(self.cloudflare.request(&question, method, &path)?);
        if self.jurisdiction != Jurisdiction::Default {
            request = request.header("cf-r2-jurisdiction", self.jurisdiction.as_str());
        }
        self.cloudflare.ask(call, &question, &request).await
    }

    fn question(&self, operation: Operation, account: &str) -> Question {
        let mut question = self.cloudflare.question(operation, Some(account));
        if self.jurisdiction != Jurisdiction::Default {
            question.place = Some(format!("account {account}, jurisdiction {}", self.jurisdiction));
        }
        question
    }
}

/// Whether the error says that there is no such bucket, rather than no such something else.
pub(super) fn is_gone(error: &ApiError) -> bool {
    error.kind == ErrorKind::NotFound && error.code.as_deref() == Some("10006")
}

/// What `read` gives if `asked`, otherwise nothing at no cost.
async fn when<T: Default, F: Future<Output = Result<T, ApiError>>>(
    asked: bool,
    read: impl FnOnce() -> F,
) -> Result<T, ApiError> {
    if asked { Box::pin(read()).await } else { Ok(T::default()) }
}

/// An operation that only looks.
const fn looks(name: &'static str) -> Operation {
    Operation { service: "R2", name, permission: Some("Workers R2 Storage Read"), repeat: Repeat::Read }
}

/// An operation that replaces what is there, or is refused by name the second time.
const fn writes(name: &'static str) -> Operation {
    Operation { service: "R2", name, permission: Some("Workers R2 Storage Write"), repeat: Repeat::Write }
}
