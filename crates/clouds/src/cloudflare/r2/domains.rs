//! How a bucket is reached from outside: its host below r2.dev, and host names in zones of the account.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{R2, looks, writes};
use crate::{
    call::Call,
    error::{ApiError, ErrorKind},
    http::segment,
    policy::{Operation, Probe, RetryPolicy},
};

/// The host below r2.dev: for trying out, slowed down and without a cache.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ManagedDomain {
    /// `pub-....r2.dev`.
    pub domain: String,
    /// Whether it serves the bucket to everybody.
    pub enabled: bool,
}

/// A host name to attach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewDomain {
    /// The host name.
    pub domain: String,
    /// The zone that it is in.
    #[serde(rename = "zoneId")]
    pub zone_id: String,
    /// Whether it serves the bucket to everybody.
    pub enabled: bool,
    /// Oldest version of TLS: `1.0`, `1.1`, `1.2` or `1.3`.
    #[serde(rename = "minTLS", skip_serializing_if = "Option::is_none")]
    pub min_tls: Option<String>,
}

/// An attached host name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CustomDomain {
    /// The host name.
    pub domain: String,
    /// The zone that it is in.
    #[serde(rename = "zoneId", default)]
    pub zone_id: Option<String>,
    /// Whether it serves the bucket. Says no until the domain is active, whatever was asked for.
    #[serde(default)]
    pub enabled: bool,
    /// Oldest version of TLS.
    #[serde(rename = "minTLS", default)]
    pub min_tls: Option<String>,
    /// How far Cloudflare is with it.
    #[serde(default)]
    pub status: Option<DomainState>,
}

/// How far Cloudflare is with a host name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DomainState {
    /// `pending`, `active`, `deactivated`, `blocked`, `error` or `unknown`.
    #[serde(default)]
    pub ownership: String,
    /// `initializing`, `pending`, `active`, `deactivated`, `error` or `unknown`.
    #[serde(default)]
    pub ssl: String,
}

impl CustomDomain {
    /// Whether Cloudflare is still at it, so that `enabled` says nothing yet.
    pub fn is_pending(&self) -> bool {
        self.status.as_ref().is_some_and(|state| {
            state.ownership == "pending" || matches!(state.ssl.as_str(), "initializing" | "pending")
        })
    }

    fn has_failed(&self) -> bool {
        self.status.as_ref().is_some_and(|state| {
            matches!(state.ownership.as_str(), "blocked" | "error") || state.ssl == "error"
        })
    }

    fn said(&self) -> String {
        match &self.status {
            Some(state) => format!("ownership is {}, the certificate is {}", state.ownership, state.ssl),
            None => "Cloudflare does not say how far it is".to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    domains: Vec<CustomDomain>,
}

const GET_MANAGED: Operation = looks("Get r2.dev Domain of Bucket");
const PUT_MANAGED: Operation = writes("Update r2.dev Domain for Bucket");
const LIST: Operation = looks("List Custom Domains of Bucket");
const GET: Operation = looks("Get Custom Domain Settings");
const ATTACH: Operation = writes("Attach Custom Domain To Bucket");
const UPDATE: Operation = writes("Configure Custom Domain Settings");
const DETACH: Operation = writes("Remove Custom Domain From Bucket");

impl R2 {
    /// The host below r2.dev.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn managed_domain(&self, call: &Call, bucket: &str) -> Result<ManagedDomain, ApiError> {
        let path = format!("/{}/domains/managed", segment(bucket));
        Ok(self.ask(call, GET_MANAGED, Method::GET, &path, |request| request).await?.result)
    }

    /// Switches the host below r2.dev.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn put_managed_domain(
        &self,
        call: &Call,
        bucket: &str,
        enabled: bool,
    ) -> Result<ManagedDomain, ApiError> {
        let path = format!("/{}/domains/managed", segment(bucket));
        let body = json!({ "enabled": enabled });
        Ok(self.ask(call, PUT_MANAGED, Method::PUT, &path, |request| request.json(body)).await?.result)
    }

    /// The host names attached to the bucket.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn custom_domains(&self, call: &Call, bucket: &str) -> Result<Vec<CustomDomain>, ApiError> {
        let path = format!("/{}/domains/custom", segment(bucket));
        Ok(self.ask::<Listed>(call, LIST, Method::GET, &path, |request| request).await?.result.domains)
    }

    /// Attaches a host name. It does not serve yet: see [`R2::wait_for_domain`].
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] when the host name is in use, also by another bucket.
    pub async fn attach_domain(&self, call: &Call, bucket: &str, new: &NewDomain) -> Result<(), ApiError> {
        let path = format!("/{}/domains/custom", segment(bucket));
        let body = json!(new);
        match self.ask::<Value>(call, ATTACH, Method::POST, &path, |request| request.json(body)).await {
            Ok(_) => Ok(()),
            // "In use" may speak of what a lost attempt of the same call attached.
            Err(error) if error.earlier_attempt_may_have_worked && error.kind == ErrorKind::Conflict => {
                let ours = self.custom_domains(call, bucket).await?;
                if ours.iter().any(|domain| domain.domain == new.domain) { Ok(()) } else { Err(error) }
            }
            Err(error) => Err(error),
        }
    }

    /// Changes how an attached host name serves.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn update_domain(&self, call: &Call, bucket: &str, new: &NewDomain) -> Result<(), ApiError> {
        let path = format!("/{}/domains/custom/{}", segment(bucket), segment(&new.domain));
        let mut body = json!({ "enabled": new.enabled });
        if let Some(min_tls) = &new.min_tls {
            body["minTLS"] = min_tls.as_str().into();
        }
        self.ask::<Value>(call, UPDATE, Method::PUT, &path, |request| request.json(body)).await.map(drop)
    }

    /// Detaches a host name. That it is not attached is a success.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn detach_domain(&self, call: &Call, bucket: &str, domain: &str) -> Result<(), ApiError> {
        let path = format!("/{}/domains/custom/{}", segment(bucket), segment(domain));
        match self.ask::<Value>(call, DETACH, Method::DELETE, &path, |request| request).await {
            Ok(_) => Ok(()),
            Err(error) if error.code.as_deref() == Some("10053") => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Waits until a host name serves the bucket.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] when Cloudflare gives up on it, [`ErrorKind::DeadlinePassed`] with the last state seen.
    pub async fn wait_for_domain(&self, call: &Call, bucket: &str, domain: &str) -> Result<(), ApiError> {
        let path = format!("/{}/domains/custom/{}", segment(bucket), segment(domain));
        self.cloudflare
            .policy()
            .wait_until(call, GET, &RetryPolicy::JUST_CREATED, || async {
                let answer = self
                    .ask::<CustomDomain>(&call.just_created(), GET, Method::GET, &path, |request| request)
                    .await?;
                let found = answer.result;
                if found.has_failed() {
                    let account = self.account(call).await?;
                    return Err(self.question(GET, &account).error(ErrorKind::Conflict).with(|failure| {
                        failure.words = Some(format!("The host name will not serve: {}", found.said()));
                    }));
                }
                Ok(if found.enabled { Probe::Ready(()) } else { Probe::NotYet(found.said()) })
            })
            .await
    }
}
