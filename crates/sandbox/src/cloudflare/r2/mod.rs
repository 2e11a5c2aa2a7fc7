//! R2: a bucket, where it is, and what the REST API's files about it share.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::World;
use super::api::{Api, refuse};
use crate::call::{Call, Reply};
use crate::double::Content;
use crate::operation::Ask;

pub(super) mod buckets;
pub(super) mod cors;
pub(super) mod domains;
pub(super) mod lifecycle;
pub(super) mod objects;

use cors::CorsRule;
use domains::Domain;
use lifecycle::LifecycleRule;

/// Where a bucket is that asks for no jurisdiction. Each jurisdiction is a namespace of its own.
pub(super) const DEFAULT_JURISDICTION: &str = "default";
const JURISDICTIONS: [&str; 5] = [DEFAULT_JURISDICTION, "eu", "fedramp", "us", "fedramp-high"];
const STORAGE_CLASSES: [&str; 2] = ["Standard", "InfrequentAccess"];

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Bucket {
    pub(super) account: String,
    pub(super) jurisdiction: String,
    pub(super) name: String,
    pub(super) created_at: Timestamp,
    /// Upper-case, as the vendor reports it.
    pub(super) location: String,
    storage_class: String,
    /// What the r2.dev host is made of.
    public_id: String,
    r2_dev_enabled: bool,
    cors: Option<Vec<CorsRule>>,
    lifecycle: Vec<LifecycleRule>,
    domains: Vec<Domain>,
    pub(super) objects: BTreeMap<String, Object>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Object {
    pub(super) content_type: String,
    pub(super) etag: String,
    pub(super) content: Content,
    pub(super) uploaded_at: Timestamp,
    /// Headers that come back with the object: `cache-control`, `x-amz-meta-...`.
    pub(super) headers: BTreeMap<String, String>,
}

impl World {
    /// The bucket that a path and the jurisdiction header name.
    fn named(&self, ask: &Ask<Api>) -> Result<&Bucket, Reply> {
        let found = self.bucket(ask.param("account_id"), jurisdiction(ask)?, ask.param("bucket_name"));
        found.ok_or_else(no_such_bucket)
    }

    /// The bucket that a path and the jurisdiction header name, to be changed.
    fn named_mut(&mut self, ask: &Ask<Api>) -> Result<&mut Bucket, Reply> {
        let found = self.bucket_mut(ask.param("account_id"), jurisdiction(ask)?, ask.param("bucket_name"));
        found.ok_or_else(no_such_bucket)
    }

    pub(super) fn bucket(&self, account: &str, jurisdiction: &str, name: &str) -> Option<&Bucket> {
        self.buckets.iter().find(|bucket| bucket.is(account, jurisdiction, name))
    }

    pub(super) fn bucket_mut(
        &mut self,
        account: &str,
        jurisdiction: &str,
        name: &str,
    ) -> Option<&mut Bucket> {
        self.buckets.iter_mut().find(|bucket| bucket.is(account, jurisdiction, name))
    }
}

impl Bucket {
    fn is(&self, account: &str, jurisdiction: &str, name: &str) -> bool {
        self.account == account && self.jurisdiction == jurisdiction && self.name == name
    }
}

/// The namespace that a call is about.
fn jurisdiction(call: &Call) -> Result<&str, Reply> {
    let asked = call.header("cf-r2-jurisdiction").unwrap_or(DEFAULT_JURISDICTION);
    if JURISDICTIONS.contains(&asked) { Ok(asked) } else { Err(malformed()) }
}

fn no_such_bucket() -> Reply {
    refuse(StatusCode::NOT_FOUND, 10006, "The specified bucket does not exist.")
}

/// R2's one answer to a body or a value that it does not understand.
fn malformed() -> Reply {
    refuse(StatusCode::BAD_REQUEST, 10040, "The JSON you provided was not well formed.")
}

/// What R2's PUT and DELETE answer.
fn nothing() -> Value {
    serde_json::json!({})
}
