//! CORS of an R2 bucket: one policy, put and taken away as a whole.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{malformed, nothing};
use crate::call::Answer;
use crate::cloudflare::World;
use crate::cloudflare::api::{Api, body, refuse, success};
use crate::operation::{Ask, Operation};

pub(in crate::cloudflare) const TABLE: &[Operation<Api>] = &[
    Operation::read("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}/cors", get),
    Operation::write("PUT", "/accounts/{account_id}/r2/buckets/{bucket_name}/cors", put),
    Operation::write("DELETE", "/accounts/{account_id}/r2/buckets/{bucket_name}/cors", remove),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    rules: Vec<CorsRule>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CorsRule {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    allowed: Allowed,
    #[serde(skip_serializing_if = "Option::is_none")]
    expose_headers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_seconds: Option<u64>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    origins: Vec<String>,
    methods: Vec<Method>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Method {
    Get,
    Put,
    Post,
    Delete,
    Head,
}

fn get(world: &World, ask: &Ask<Api>) -> Answer {
    let rules = world
        .named(ask)?
        .cors
        .as_ref()
        .ok_or_else(|| refuse(StatusCode::NOT_FOUND, 10059, "The CORS configuration does not exist."))?;
    success(&json!({ "rules": rules }))
}

fn put(world: &mut World, ask: &Ask<Api>) -> Answer {
    let Policy { rules } = body(ask, malformed)?;
    if rules.iter().flat_map(|rule| &rule.allowed.origins).any(|origin| !is_origin(origin)) {
        return Err(malformed());
    }
    world.named_mut(ask)?.cors = Some(rules);
    success(&nothing())
}

fn remove(world: &mut World, ask: &Ask<Api>) -> Answer {
    world.named_mut(ask)?.cors = None;
    success(&nothing())
}

/// `*`, or a scheme and a host; never a path, not even a slash.
fn is_origin(text: &str) -> bool {
    text == "*"
        || text
            .split_once("://")
            .is_some_and(|(scheme, host)| !scheme.is_empty() && !host.is_empty() && !host.contains('/'))
}
