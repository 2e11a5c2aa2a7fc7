//! R2 buckets by the REST API.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::lifecycle::default_rules;
use super::{Bucket, STORAGE_CLASSES, jurisdiction, malformed, nothing};
use crate::call::{Answer, Reply};
use crate::clock::millis;
use crate::cloudflare::World;
use crate::cloudflare::api::{Api, body, from_cursor, refuse, success};
use crate::operation::{Ask, Operation};

pub(in crate::cloudflare) const TABLE: &[Operation<Api>] = &[
    Operation::read("GET", "/accounts/{account_id}/r2/buckets", list),
    Operation::write("POST", "/accounts/{account_id}/r2/buckets", create),
    Operation::read("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}", get),
    Operation::write("PATCH", "/accounts/{account_id}/r2/buckets/{bucket_name}", set_storage_class),
    Operation::write("DELETE", "/accounts/{account_id}/r2/buckets/{bucket_name}", remove),
];

const LOCATIONS: [&str; 6] = ["apac", "eeur", "enam", "weur", "wnam", "oc"];

/// Where a bucket goes that does not say.
const NEAREST: &str = "ENAM";

impl Bucket {
    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "creation_date": millis(self.created_at),
            "location": self.location,
            "storage_class": self.storage_class,
            "jurisdiction": self.jurisdiction,
        })
    }
}

/// What a bucket is made from.
pub(in crate::cloudflare) struct Blueprint<'a> {
    pub(in crate::cloudflare) account: &'a str,
    pub(in crate::cloudflare) jurisdiction: &'a str,
    pub(in crate::cloudflare) name: &'a str,
    pub(in crate::cloudflare) location_hint: Option<&'a str>,
    pub(in crate::cloudflare) storage_class: &'a str,
}

impl World {
    /// Makes a bucket. A name that was in use before goes back to where it was: the hint counts the first time only.
    pub(in crate::cloudflare) fn make_bucket(
        &mut self,
        blueprint: &Blueprint<'_>,
        now: Timestamp,
    ) -> &Bucket {
        let Blueprint { account, jurisdiction, name, location_hint, storage_class } = *blueprint;
        let hinted = location_hint.map_or(NEAREST.to_owned(), str::to_ascii_uppercase);
        let location =
            self.locations.entry(format!("{account}/{jurisdiction}/{name}")).or_insert(hinted).clone();
        self.buckets.push(Bucket {
            account: account.to_owned(),
            jurisdiction: jurisdiction.to_owned(),
            name: name.to_owned(),
            created_at: now,
            location,
            storage_class: storage_class.to_owned(),
            public_id: self.ids.hex32(),
            r2_dev_enabled: false,
            cors: None,
            lifecycle: default_rules(),
            domains: Vec::new(),
            objects: BTreeMap::new(),
        });
        &self.buckets[self.buckets.len() - 1]
    }
}

/// 3 to 63 lower-case letters, digits and hyphens; a letter or digit at both ends.
pub(in crate::cloudflare) fn is_name(name: &str) -> bool {
    let inner = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    (3..=63).contains(&name.len())
        && name.bytes().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn list(world: &World, ask: &Ask<Api>) -> Answer {
    let per_page = match ask.query("per_page").map(|text| text.parse::<usize>()) {
        None => 20,
        Some(Ok(number)) if (1..=1000).contains(&number) => number,
        Some(_) => return Err(malformed()),
    };
    let descending = match ask.query("direction").as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(malformed()),
    };
    if ask.query("order").is_some_and(|order| order != "name") {
        return Err(malformed());
    }
    let (account, jurisdiction) = (ask.param("account_id"), jurisdiction(ask)?);
    let contains = ask.query("name_contains").unwrap_or_default();
    // The cursor is the last name shown: opaque to clients, and good for ever.
    let after = ask.query("cursor").filter(|cursor| !cursor.is_empty()).or_else(|| ask.query("start_after"));
    let mut found: Vec<&Bucket> = world
        .buckets
        .iter()
        .filter(|bucket| bucket.account == account && bucket.jurisdiction == jurisdiction)
        .filter(|bucket| bucket.name.contains(&contains))
        .filter(|bucket| {
            after
                .as_ref()
                .is_none_or(|after| if descending { bucket.name < *after } else { bucket.name > *after })
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if descending {
        found.reverse();
    }
    let more = found.len() > per_page;
    found.truncate(per_page);
    let cursor = found.last().filter(|_| more).map_or("", |bucket| bucket.name.as_str());
    let buckets: Vec<Value> = found.iter().map(|bucket| bucket.json()).collect();
    from_cursor(&json!({ "buckets": buckets }), per_page, cursor)
}

fn get(world: &World, ask: &Ask<Api>) -> Answer {
    success(&world.named(ask)?.json())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewBucket {
    name: String,
    location_hint: Option<String>,
    storage_class: Option<String>,
}

fn create(world: &mut World, ask: &Ask<Api>) -> Answer {
    let NewBucket { name, location_hint, storage_class } = body(ask, malformed)?;
    let storage_class = storage_class.as_deref().unwrap_or(STORAGE_CLASSES[0]);
    let location_hint = location_hint.map(|hint| hint.to_ascii_lowercase());
    let placed = location_hint.as_ref().is_none_or(|hint| LOCATIONS.contains(&hint.as_str()));
    if !placed || !STORAGE_CLASSES.contains(&storage_class) {
        return Err(malformed());
    }
    if !is_name(&name) {
        return Err(refuse(StatusCode::BAD_REQUEST, 10005, "The specified bucket name is not valid."));
    }
    let (account, jurisdiction) = (ask.param("account_id"), jurisdiction(ask)?);
    if world.bucket(account, jurisdiction, &name).is_some() {
        let message = "The bucket you tried to create already exists, and you own it.";
        return Err(refuse(StatusCode::CONFLICT, 10004, message));
    }
    let location_hint = location_hint.as_deref();
    let blueprint = Blueprint { account, jurisdiction, name: &name, location_hint, storage_class };
    success(&world.make_bucket(&blueprint, ask.now).json())
}

/// The new class comes in a header; there is no body.
fn set_storage_class(world: &mut World, ask: &Ask<Api>) -> Answer {
    let class = ask.header("cf-r2-storage-class").filter(|class| STORAGE_CLASSES.contains(class));
    let class = class.ok_or_else(malformed)?.to_owned();
    let bucket = world.named_mut(ask)?;
    bucket.storage_class = class;
    success(&bucket.json())
}

fn remove(world: &mut World, ask: &Ask<Api>) -> Answer {
    let (account, jurisdiction, name) =
        (ask.param("account_id"), jurisdiction(ask)?, ask.param("bucket_name"));
    if !world.named(ask)?.objects.is_empty() {
        return Err(not_empty());
    }
    world.buckets.retain(|bucket| !bucket.is(account, jurisdiction, name));
    success(&nothing())
}

fn not_empty() -> Reply {
    refuse(StatusCode::CONFLICT, 10008, "The bucket you tried to delete is not empty.")
}
