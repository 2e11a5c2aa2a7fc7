//! Secrets of a project: whoever sets one never gets it back.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::World;
use super::management::{Fields, Management, invalid, list_of};
use crate::call::{Answer, Reply, ok};
use crate::clock::millis;
use crate::ids::hex;
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Management>] = &[
    Operation::read("GET", "/v1/projects/{ref}/secrets", list),
    Operation::write("POST", "/v1/projects/{ref}/secrets", set),
    Operation::write("DELETE", "/v1/projects/{ref}/secrets", remove),
];

/// How many secrets a project has at most.
const MOST: usize = 100;

/// Beginning of the names that Supabase keeps for itself.
const RESERVED: &str = "SUPABASE_";

/// A secret: only its digest is ever told.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Secret {
    digest: String,
    updated_at: Timestamp,
}

pub(super) type Secrets = BTreeMap<String, Secret>;

fn digest(value: &str) -> String {
    hex(&Sha256::digest(value))
}

fn list(world: &World, ask: &Ask<Management>) -> Answer {
    let project = world.named(ask)?;
    // Every project has a few that are not its own.
    let own = [("SUPABASE_URL", project.reference.as_str()), ("SUPABASE_JWKS", project.jwt_secret.as_str())];
    let own = own.map(|(name, value)| (name, digest(value), project.created_at));
    let set = project.secrets.iter();
    let set = set.map(|(name, secret)| (name.as_str(), secret.digest.clone(), secret.updated_at));
    let rows = own.into_iter().chain(set).map(|(name, digest, updated_at)| {
        json!({ "name": name, "value": digest, "updated_at": millis(updated_at) })
    });
    ok(&rows.collect::<Vec<_>>())
}

fn set(world: &mut World, ask: &Ask<Management>) -> Answer {
    let mut wanted = BTreeMap::new();
    for (at, row) in list_of(ask)?.into_iter().enumerate() {
        let fields = Fields::within(row, &format!("{at}."), &["name", "value"])?;
        let (name, value) = (fields.required("name")?, fields.required("value")?);
        if name.starts_with(RESERVED) {
            return Err(invalid(&format!(
                "{at}.name: Secret name must not start with the SUPABASE_ prefix."
            )));
        }
        if name.is_empty() || name.chars().count() > 256 {
            return Err(invalid(&format!("{at}.name: String must contain at most 256 character(s)")));
        }
        if value.chars().count() > 24_576 {
            return Err(invalid(&format!("{at}.value: String must contain at most 24576 character(s)")));
        }
        wanted.insert(name, Secret { digest: digest(&value), updated_at: ask.now });
    }
    let secrets = &mut world.named_mut(ask)?.secrets;
    let new = wanted.keys().filter(|name| !secrets.contains_key(*name)).count();
    if secrets.len() + new > MOST {
        return Err(invalid(&format!("Maximum number of secrets ({MOST}) exceeded")));
    }
    secrets.extend(wanted);
    Ok(Reply::empty(StatusCode::CREATED))
}

fn remove(world: &mut World, ask: &Ask<Management>) -> Answer {
    let mut names = Vec::new();
    for (at, name) in list_of(ask)?.into_iter().enumerate() {
        match name {
            Value::String(name) => names.push(name),
            _ => return Err(invalid(&format!("{at}: Expected string"))),
        }
    }
    let secrets = &mut world.named_mut(ask)?.secrets;
    secrets.retain(|name, _| !names.contains(name));
    Ok(Reply::empty(StatusCode::OK))
}
