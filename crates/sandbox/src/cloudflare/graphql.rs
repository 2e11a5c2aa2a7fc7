//! The analytics API: as much of GraphQL as the clients ask of it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::World;
use super::api::{Api, body, refuse};
use super::r2::DEFAULT_JURISDICTION;
use crate::call::{Answer, Reply, ok};
use crate::clock::millis;
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Api>] = &[Operation::read("POST", "/graphql", answer)];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    query: String,
    #[serde(default)]
    variables: Value,
    #[serde(rename = "operationName")]
    _operation: Option<String>,
}

fn answer(world: &World, ask: &Ask<Api>) -> Answer {
    let query: Query = body(ask, || refuse(axum::http::StatusCode::BAD_REQUEST, 10040, "Malformed query"))?;
    if query.query.contains("r2StorageAdaptiveGroups") {
        return ok(&json!({ "data": r2_storage(world, ask, &query.variables), "errors": null }));
    }
    let errors =
        json!([{ "message": "the sandbox knows no dataset of this query", "path": null, "extensions": {} }]);
    let reply: Reply = Reply::json(axum::http::StatusCode::OK, &json!({ "data": null, "errors": errors }));
    Ok(reply.with(crate::record::GAP, "dataset"))
}

/// What a bucket holds. A bucket in a jurisdiction is called `<jurisdiction>_<name>` here.
fn r2_storage(world: &World, ask: &Ask<Api>, variables: &Value) -> Value {
    let account = variables["accountTag"].as_str().unwrap_or_default();
    let wanted = variables["filter"]["bucketName"].as_str().unwrap_or_default();
    let bucket = world.buckets.iter().filter(|bucket| bucket.account == account).find(|bucket| {
        let jurisdiction = bucket.jurisdiction.as_str();
        wanted == bucket.name && jurisdiction == DEFAULT_JURISDICTION
            || wanted == format!("{jurisdiction}_{}", bucket.name)
    });
    let groups: Vec<Value> = bucket
        .iter()
        .map(|bucket| {
            let size: u64 = bucket.objects.values().map(|object| object.content.size).sum();
            json!({
                "max": { "objectCount": bucket.objects.len(), "payloadSize": size, "metadataSize": 0 },
                "dimensions": { "datetime": millis(ask.now) },
            })
        })
        .collect();
    json!({ "viewer": { "accounts": [{ "r2StorageAdaptiveGroups": groups }] } })
}
