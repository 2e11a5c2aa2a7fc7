//! CORS: one list of rules, put and taken away as a whole.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{R2, looks, writes};
use crate::{call::Call, error::ApiError, http::segment, policy::Operation};

/// Which web pages may do what from a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CorsRule {
    /// A name, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is allowed to whom.
    pub allowed: Allowed,
    /// Response headers that the page may read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expose_headers: Vec<String>,
    /// Seconds for which the browser may remember the permission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
}

/// What a rule allows to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Allowed {
    /// Origins of the pages: `*`, or a scheme and a host without a path.
    pub origins: Vec<String>,
    /// `GET`, `PUT`, `POST`, `DELETE`, `HEAD`.
    pub methods: Vec<String>,
    /// Request headers that the page may send.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
}

#[derive(Deserialize)]
struct Rules {
    #[serde(default)]
    rules: Vec<CorsRule>,
}

const GET: Operation = looks("Get Bucket CORS Policy");
const PUT: Operation = writes("Put Bucket CORS Policy");
const DELETE: Operation = writes("Delete Bucket CORS Policy");

/// "There is no CORS policy."
const NONE: &str = "10059";

impl R2 {
    /// The rules, in the order of evaluation.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn cors(&self, call: &Call, bucket: &str) -> Result<Vec<CorsRule>, ApiError> {
        let path = format!("/{}/cors", segment(bucket));
        match self.ask::<Rules>(call, GET, Method::GET, &path, |request| request).await {
            Ok(answer) => Ok(answer.result.rules),
            Err(error) if error.code.as_deref() == Some(NONE) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Sets the rules; none removes the setting.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn put_cors(&self, call: &Call, bucket: &str, rules: &[CorsRule]) -> Result<(), ApiError> {
        let path = format!("/{}/cors", segment(bucket));
        if rules.is_empty() {
            return match self.ask::<Value>(call, DELETE, Method::DELETE, &path, |request| request).await {
                Err(error) if error.code.as_deref() != Some(NONE) => Err(error),
                _ => Ok(()),
            };
        }
        let body = json!({ "rules": rules });
        self.ask::<Value>(call, PUT, Method::PUT, &path, |request| request.json(body)).await.map(drop)
    }
}
