//! Lifecycle of an R2 bucket: one set of rules, replaced as a whole. A new bucket already has one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{malformed, nothing};
use crate::call::Answer;
use crate::cloudflare::World;
use crate::cloudflare::api::{Api, body, success};
use crate::operation::{Ask, Operation};

pub(in crate::cloudflare) const TABLE: &[Operation<Api>] = &[
    Operation::read("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}/lifecycle", get),
    Operation::write("PUT", "/accounts/{account_id}/r2/buckets/{bucket_name}/lifecycle", put),
];

/// Seven days, in seconds.
const ABORT_UPLOADS_AFTER: u64 = 7 * 24 * 60 * 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    rules: Vec<LifecycleRule>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct LifecycleRule {
    id: String,
    enabled: bool,
    conditions: Conditions,
    #[serde(skip_serializing_if = "Option::is_none")]
    abort_multipart_uploads_transition: Option<Transition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_objects_transition: Option<Transition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class_transitions: Option<Vec<ClassTransition>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Conditions {
    #[serde(default)]
    prefix: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Transition {
    condition: Condition,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ClassTransition {
    condition: Condition,
    storage_class: Class,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
enum Class {
    InfrequentAccess,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, tag = "type")]
enum Condition {
    Age {
        #[serde(rename = "maxAge")]
        max_age: u64,
    },
    Date {
        date: String,
    },
}

/// What a new bucket has.
pub(super) fn default_rules() -> Vec<LifecycleRule> {
    vec![LifecycleRule {
        id: "Default Multipart Abort Rule".to_owned(),
        enabled: true,
        conditions: Conditions { prefix: String::new() },
        abort_multipart_uploads_transition: Some(Transition {
            condition: Condition::Age { max_age: ABORT_UPLOADS_AFTER },
        }),
        delete_objects_transition: None,
        storage_class_transitions: None,
    }]
}

fn get(world: &World, ask: &Ask<Api>) -> Answer {
    success(&json!({ "rules": world.named(ask)?.lifecycle }))
}

fn put(world: &mut World, ask: &Ask<Api>) -> Answer {
    let Policy { rules } = body(ask, malformed)?;
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let aborts_by_age = rules
        .iter()
        .filter_map(|rule| rule.abort_multipart_uploads_transition.as_ref())
        .all(|transition| matches!(transition.condition, Condition::Age { .. }));
    if ids.len() != rules.len() || ids.contains("") || !aborts_by_age {
        return Err(malformed());
    }
    world.named_mut(ask)?.lifecycle = rules;
    success(&nothing())
}
