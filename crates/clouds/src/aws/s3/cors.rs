//! Which web pages may use the bucket from a browser.

use aws_sdk_s3::types::{self, CorsConfiguration};

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

/// One permission. The first rule that matches a request counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsRule {
    /// A name, for people.
    pub id: Option<String>,
    /// Request headers that the page may send.
    pub allowed_headers: Vec<String>,
    /// `GET`, `PUT`, `POST`, `DELETE`, `HEAD`.
    pub allowed_methods: Vec<String>,
    /// Origins of the pages, each with at most one `*`.
    pub allowed_origins: Vec<String>,
    /// Response headers that the page may read.
    pub expose_headers: Vec<String>,
    /// How long the browser may remember the permission.
    pub max_age_seconds: Option<i32>,
}

const PUT: Operation = writes("PutBucketCors", "s3:PutBucketCORS");
const GET: Operation = looks("GetBucketCors", "s3:GetBucketCORS");
const DELETE: Operation = writes("DeleteBucketCors", "s3:PutBucketCORS");

impl S3 {
    /// The rules, in the order of evaluation.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn cors(&self, call: &Call, bucket: &str) -> Result<Vec<CorsRule>, ApiError> {
        let answer = self
            .send_for(call, GET, "NoSuchCORSConfiguration", |client| {
                client.get_bucket_cors().bucket(bucket).send()
            })
            .await?;
        let rules = answer.and_then(|answer| answer.cors_rules).unwrap_or_default();
        Ok(rules
            .into_iter()
            .map(|rule| CorsRule {
                id: rule.id,
                allowed_headers: rule.allowed_headers.unwrap_or_default(),
                allowed_methods: rule.allowed_methods,
                allowed_origins: rule.allowed_origins,
                expose_headers: rule.expose_headers.unwrap_or_default(),
                max_age_seconds: rule.max_age_seconds,
            })
            .collect())
    }

    /// Sets the rules; none removes the setting.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn put_cors(&self, call: &Call, bucket: &str, rules: &[CorsRule]) -> Result<(), ApiError> {
        if rules.is_empty() {
            return self
                .send(call, DELETE, |client| client.delete_bucket_cors().bucket(bucket).send())
                .await
                .map(drop);
        }
        let configuration = CorsConfiguration::builder()
            .set_cors_rules(Some(rules.iter().map(CorsRule::sdk).collect()))
            .build()
            .expect("the rules are set");
        self.send(call, PUT, |client| {
            client.put_bucket_cors().bucket(bucket).cors_configuration(configuration.clone()).send()
        })
        .await
        .map(drop)
    }
}

impl CorsRule {
    fn sdk(&self) -> types::CorsRule {
        let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        types::CorsRule::builder()
            .set_id(self.id.clone())
            .set_allowed_headers(some(&self.allowed_headers))
            .set_allowed_methods(Some(self.allowed_methods.clone()))
            .set_allowed_origins(Some(self.allowed_origins.clone()))
            .set_expose_headers(some(&self.expose_headers))
            .set_max_age_seconds(self.max_age_seconds)
            .build()
            .expect("methods and origins are set")
    }
}
