//! Lifecycle: one set of rules, replaced as a whole. Every new bucket comes with one rule of Cloudflare's.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{R2, looks, writes};
use crate::{call::Call, error::ApiError, http::segment, policy::Operation};

/// What happens to some of the objects as they age.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LifecycleRule {
    /// Name of the rule, unique within the bucket.
    pub id: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// Which objects it is about.
    pub conditions: Conditions,
    /// When unfinished uploads go. By age only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_multipart_uploads_transition: Option<Transition>,
    /// When objects go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_objects_transition: Option<Transition>,
    /// When objects move to another storage class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub storage_class_transitions: Vec<StorageClassTransition>,
}

/// Which objects a rule is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Conditions {
    /// What their key begins with; empty for all.
    #[serde(default)]
    pub prefix: String,
}

/// When something happens to an object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Transition {
    /// When.
    pub condition: Condition,
}

/// When an object moves, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageClassTransition {
    /// When.
    pub condition: Condition,
    /// Where to: `InfrequentAccess`.
    pub storage_class: String,
}

/// A moment in the life of an object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "type")]
pub enum Condition {
    /// So long after it was made.
    Age {
        /// In seconds.
        #[serde(rename = "maxAge")]
        max_age: u64,
    },
    /// At a moment that is the same for all objects.
    Date {
        /// RFC 3339.
        date: String,
    },
}

/// Name of the rule that Cloudflare gives every new bucket: unfinished uploads go after seven days.
pub const DEFAULT_RULE: &str = "Default Multipart Abort Rule";

/// Whether a rule is the one that Cloudflare gives every new bucket.
pub fn is_default_rule(rule: &LifecycleRule) -> bool {
    rule.id == DEFAULT_RULE
}

#[derive(Deserialize)]
struct Rules {
    #[serde(default)]
    rules: Vec<LifecycleRule>,
}

const GET: Operation = looks("Get Object Lifecycle Rules");
const PUT: Operation = writes("Put Object Lifecycle Rules");

impl R2 {
    /// The rules, Cloudflare's own included.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn lifecycle(&self, call: &Call, bucket: &str) -> Result<Vec<LifecycleRule>, ApiError> {
        let path = format!("/{}/lifecycle", segment(bucket));
        Ok(self.ask::<Rules>(call, GET, Method::GET, &path, |request| request).await?.result.rules)
    }

    /// Sets the rules. Cloudflare's own rule stays as it is unless `rules` has one of its name.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn put_lifecycle(
        &self,
        call: &Call,
        bucket: &str,
        rules: &[LifecycleRule],
    ) -> Result<(), ApiError> {
        let kept = match rules.iter().any(is_default_rule) {
            true => Vec::new(),
            false => self.lifecycle(call, bucket).await?.into_iter().filter(is_default_rule).collect(),
        };
        let rules: Vec<&LifecycleRule> = kept.iter().chain(rules).collect();
        let path = format!("/{}/lifecycle", segment(bucket));
        let body = json!({ "rules": rules });
        self.ask::<Value>(call, PUT, Method::PUT, &path, |request| request.json(body)).await.map(drop)
    }
}
