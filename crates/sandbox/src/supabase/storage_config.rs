//! Storage settings of a project as the Management API sees them, and its list of buckets.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::management::{Fields, Management, invalid};
use crate::call::{Answer, Reply, ok};
use crate::clock::millis;
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Management>] = &[
    Operation::read("GET", "/v1/projects/{ref}/config/storage", get),
    Operation::write("PATCH", "/v1/projects/{ref}/config/storage", update),
    Operation::read("GET", "/v1/projects/{ref}/storage/buckets", buckets),
];

/// 50 MiB: what a project on the free plan starts with.
const FREE_PLAN_LIMIT: u64 = 50 << 20;

/// The largest limit of any plan, 500 GiB.
const LARGEST_LIMIT: u64 = 536_870_912_000;

/// Features and the limits that each may set.
const FEATURES: [(&str, &[&str]); 4] = [
    ("imageTransformation", &[]),
    ("s3Protocol", &[]),
    ("icebergCatalog", &["maxNamespaces", "maxTables", "maxCatalogs"]),
    ("vectorBuckets", &["maxBuckets", "maxIndexes"]),
];

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct StorageConfig {
    /// The cap that no bucket's own limit exceeds, in bytes.
    pub(super) file_size_limit: u64,
    features: Value,
    upstream_target: String,
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self {
            file_size_limit: FREE_PLAN_LIMIT,
            features: json!({
                "imageTransformation": { "enabled": false },
                "s3Protocol": { "enabled": true },
                "icebergCatalog": { "enabled": false, "maxNamespaces": 10, "maxTables": 10, "maxCatalogs": 2 },
                "vectorBuckets": { "enabled": false, "maxBuckets": 10, "maxIndexes": 5 },
            }),
            upstream_target: "main".to_owned(),
        }
    }
}

fn get(world: &World, ask: &Ask<Management>) -> Answer {
    let config = &world.named(ask)?.storage_config;
    ok(&json!({
        "fileSizeLimit": config.file_size_limit,
        "features": config.features,
        "capabilities": { "list_v2": true, "iceberg_catalog": false },
        "external": { "upstreamTarget": config.upstream_target },
        "migrationVersion": "fix-optimized-search-function",
        "databasePoolMode": "recycled",
    }))
}

fn update(world: &mut World, ask: &Ask<Management>) -> Answer {
    let mut fields = Fields::of(ask, &["fileSizeLimit", "features", "external"])?;
    let limit = fields.count("fileSizeLimit", LARGEST_LIMIT)?;
    let target = match fields.object("external", &["upstreamTarget"])? {
        None => None,
        Some(external) => {
            let target = external.choice("upstreamTarget", &["main", "canary"])?;
            Some(target.ok_or_else(|| invalid("external.upstreamTarget: Required"))?)
        }
    };
    let mut features = world.named(ask)?.storage_config.features.clone();
    if let Some(mut wanted) = fields.object("features", &FEATURES.map(|(name, _)| name))? {
        for (name, limits) in FEATURES {
            let known: Vec<&str> = limits.iter().copied().chain(["enabled"]).collect();
            let Some(feature) = wanted.object(name, &known)? else { continue };
            let enabled = feature.switch("enabled")?;
            features[name]["enabled"] =
                enabled.ok_or_else(|| invalid(&format!("{name}.enabled: Required")))?.into();
            for limit in limits {
                let number = feature.count(limit, u64::MAX)?;
                features[name][*limit] =
                    number.ok_or_else(|| invalid(&format!("{name}.{limit}: Required")))?.into();
            }
        }
    }
    let config = &mut world.named_mut(ask)?.storage_config;
    config.features = features;
    config.file_size_limit = limit.unwrap_or(config.file_size_limit);
    config.upstream_target = target.unwrap_or_else(|| config.upstream_target.clone());
    Ok(Reply::empty(StatusCode::OK))
}

fn buckets(world: &World, ask: &Ask<Management>) -> Answer {
    let buckets = &world.named(ask)?.storage.buckets;
    let buckets: Vec<Value> = buckets
        .iter()
        .map(|bucket| {
            json!({
                "id": bucket.id,
                "name": bucket.name,
                "owner": "",
                "created_at": millis(bucket.created_at),
                "updated_at": millis(bucket.updated_at),
                "public": bucket.public,
            })
        })
        .collect();
    ok(&buckets)
}
