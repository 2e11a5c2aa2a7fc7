//! Buckets of the Storage API.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::objects::Object;
use super::{
    StorageApi, World, duplicate, invalid_request, refuse, row_level_security, schema, too_large,
    unsupported_mime_type,
};
use crate::call::{Answer, Reply, ok};
use crate::clock::millis;
use crate::operation::{Ask, Operation};

pub(crate) const TABLE: &[Operation<StorageApi>] = &[
    Operation::read("GET", "/bucket", list),
    Operation::read("GET", "/bucket/", list),
    Operation::write("POST", "/bucket", create),
    Operation::write("POST", "/bucket/", create),
    Operation::read("GET", "/bucket/{id}", get),
    Operation::write("PUT", "/bucket/{id}", update),
    Operation::write("DELETE", "/bucket/{id}", remove),
    Operation::write("POST", "/bucket/{id}/empty", empty),
];

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Bucket {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) public: bool,
    pub(super) file_size_limit: Option<u64>,
    pub(super) allowed_mime_types: Option<Vec<String>>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) objects: BTreeMap<String, Object>,
}

impl Bucket {
    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "owner": "",
            "public": self.public,
            "file_size_limit": self.file_size_limit,
            "allowed_mime_types": self.allowed_mime_types,
            "created_at": millis(self.created_at),
            "updated_at": millis(self.updated_at),
        })
    }

    fn listed(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "owner": "",
            "public": self.public,
            "type": "STANDARD",
            "file_size_limit": self.file_size_limit,
            "allowed_mime_types": self.allowed_mime_types,
            "created_at": millis(self.created_at),
            "updated_at": millis(self.updated_at),
        })
    }

    /// The objects that are there at a moment, those being emptied away included.
    pub(super) fn present(&self, now: Timestamp) -> impl Iterator<Item = (&String, &Object)> {
        self.objects.iter().filter(move |(_, object)| object.gone_at.is_none_or(|gone| gone > now))
    }

    /// Forgets the objects whose time has come.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.objects.retain(|_, object| object.gone_at.is_none_or(|gone| gone > now));
    }
}

fn list(world: &World, ask: &Ask<StorageApi>) -> Answer {
    let limit = schema::query_whole(ask, "limit", 1)?;
    let offset = schema::query_whole(ask, "offset", 0)?.unwrap_or(0);
    let column = schema::query_choice(ask, "sortColumn", &["id", "name", "created_at", "updated_at"])?;
    let order = schema::query_choice(ask, "sortOrder", &["asc", "desc"])?;
    if !ask.caller.sees_all() {
        return ok(&json!([]));
    }
    let search = ask.query("search").unwrap_or_default().to_lowercase();
    let buckets = &world.store(ask)?.storage.buckets;
    let mut found: Vec<&Bucket> =
        buckets.iter().filter(|bucket| bucket.name.to_lowercase().contains(&search)).collect();
    match column.as_deref() {
        Some("id") => found.sort_by(|a, b| a.id.cmp(&b.id)),
        Some("name") => found.sort_by(|a, b| a.name.cmp(&b.name)),
        Some("created_at") => found.sort_by_key(|bucket| bucket.created_at),
        Some("updated_at") => found.sort_by_key(|bucket| bucket.updated_at),
        _ => {}
    }
    if column.is_some() && order.as_deref() == Some("desc") {
        found.reverse();
    }
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let taken = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    ok(&found.into_iter().skip(skipped).take(taken).map(Bucket::listed).collect::<Vec<_>>())
}

fn get(world: &World, ask: &Ask<StorageApi>) -> Answer {
    ok(&world.bucket(ask, ask.param("id"))?.json())
}

fn create(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    let fields = schema::object(ask)?;
    let name = schema::required_text(&fields, "name")?;
    let id = schema::text(&fields, "id")?.unwrap_or_else(|| name.clone());
    let public = schema::switch(&fields, "public")?.unwrap_or(false);
    let kind = schema::choice(&fields, "type", &["STANDARD", "ANALYTICS"])?;
    let limit = schema::size(&fields, "file_size_limit")?.flatten();
    let mime_types = schema::texts(&fields, "allowed_mime_types")?.flatten();
    if !(is_name(&name) && is_name(&id)) {
        return Err(refuse("400", "Invalid Input", "Bucket name invalid", "InvalidBucketName"));
    }
    if kind.as_deref() == Some("ANALYTICS") {
        world.store_mut(ask)?.storage.analytics.push(name.clone());
        return ok(&json!({ "name": name }));
    }
    let cap = world.store(ask)?.storage_config.file_size_limit;
    check_limits(cap, limit, mime_types.as_deref())?;
    if !ask.caller.sees_all() {
        return Err(row_level_security());
    }
    let buckets = &mut world.store_mut(ask)?.storage.buckets;
    if buckets.iter().any(|bucket| bucket.id == id || bucket.name == name) {
        return Err(duplicate("BucketAlreadyExists"));
    }
    let answer = json!({ "name": name });
    buckets.push(Bucket {
        id,
        name,
        public,
        file_size_limit: limit,
        allowed_mime_types: mime_types,
        created_at: ask.now,
        updated_at: ask.now,
        objects: BTreeMap::new(),
    });
    ok(&answer)
}

fn update(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    const CHANGEABLE: [&str; 3] = ["public", "file_size_limit", "allowed_mime_types"];
    let fields = schema::object(ask)?;
    if !CHANGEABLE.iter().any(|name| fields.contains_key(*name)) {
        let missing = CHANGEABLE.map(|name| format!("body must have required property '{name}'")).join(", ");
        return Err(invalid_request(&format!("{missing}, body must match a schema in anyOf")));
    }
    let Change { public, limit, mime_types } = change(&fields)?;
    let cap = world.store(ask)?.storage_config.file_size_limit;
    check_limits(cap, limit.flatten(), mime_types.as_ref().and_then(Option::as_deref))?;
    let id = ask.param("id");
    let bucket = world.bucket_mut(ask, id)?;
    bucket.public = public.unwrap_or(bucket.public);
    bucket.file_size_limit = limit.unwrap_or(bucket.file_size_limit);
    if let Some(mime_types) = mime_types {
        bucket.allowed_mime_types = mime_types;
    }
    // An updated row is a new row version, and an unordered list shows it last. `updated_at` stays as it is.
    let buckets = &mut world.store_mut(ask)?.storage.buckets;
    if let Some(at) = buckets.iter().position(|bucket| bucket.id == id) {
        buckets[at..].rotate_left(1);
    }
    ok(&json!({ "message": "Successfully updated" }))
}

/// What an update asks for; `None` leaves as it is, `Some(None)` clears.
struct Change {
    public: Option<bool>,
    limit: Option<Option<u64>>,
    mime_types: Option<Option<Vec<String>>>,
}

fn change(fields: &Map<String, Value>) -> Result<Change, Reply> {
    Ok(Change {
        public: schema::switch(fields, "public")?,
        limit: schema::size(fields, "file_size_limit")?,
        mime_types: schema::texts(fields, "allowed_mime_types")?,
    })
}

fn remove(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    let id = ask.param("id");
    let bucket = world.bucket(ask, id)?;
    if bucket.present(ask.now).next().is_some() {
        let message = "The bucket you tried to delete is not empty";
        return Err(refuse("409", "ResourceNotEmpty", message, "ResourceNotEmpty"));
    }
    world.store_mut(ask)?.storage.buckets.retain(|bucket| bucket.id != id);
    ok(&json!({ "message": "Successfully deleted" }))
}

fn empty(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    let bucket = world.bucket_mut(ask, ask.param("id"))?;
    bucket.settle(ask.now);
    for object in bucket.objects.values_mut() {
        object.gone_at.get_or_insert(ask.settled_at());
    }
    let message = "Empty bucket has been queued. Completion may take up to an hour.";
    Ok(Reply::json(StatusCode::OK, &json!({ "message": message })))
}

fn check_limits(cap: u64, limit: Option<u64>, mime_types: Option<&[String]>) -> Result<(), Reply> {
    if limit.is_some_and(|limit| limit > cap) {
        return Err(too_large());
    }
    match mime_types.unwrap_or_default().iter().find(|mime_type| !is_mime_type(mime_type)) {
        Some(wrong) => Err(unsupported_mime_type(wrong)),
        None => Ok(()),
    }
}

/// 1 to 100 characters that need no escaping in S3, no blank at either end, and not a reserved suffix.
fn is_name(name: &str) -> bool {
    (1..=100).contains(&name.chars().count())
        && name.trim() == name
        && !name.ends_with("--table-s3")
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_!-.*'() &$@=;:+,?".contains(letter))
}

/// `type/subtype`, either of them `*`.
fn is_mime_type(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "!#$&^_.+-*".contains(letter))
    };
    text.split_once('/')
        .is_some_and(|(kind, subtype)| part(kind) && part(subtype.split(';').next().unwrap_or_default()))
}
