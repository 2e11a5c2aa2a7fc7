//! Objects of the Storage API: put in, looked at, listed, moved, taken out.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use hyper::body::Bytes;
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::buckets::Bucket;
use super::{
    StorageApi, World, duplicate, invalid_request, no_such_bucket, no_such_key, refuse, row_level_security,
    schema, too_large, unsupported_mime_type,
};
use crate::call::{Answer, Call, Reply, ok};
use crate::clock::{http_date, millis};
use crate::double::Content;
use crate::ids::hex;
use crate::operation::{Ask, Operation};

pub(crate) const TABLE: &[Operation<StorageApi>] = &[
    Operation::read("POST", "/object/list/{bucket}", list),
    Operation::read("POST", "/object/list-v2/{bucket}", list_v2),
    Operation::read("GET", "/object/info/{bucket}/{*key}", info),
    Operation::write("POST", "/object/move", relocate),
    Operation::write("POST", "/object/copy", copy),
    Operation::write("DELETE", "/object/{bucket}", remove_many),
    Operation::read("GET", "/object/public/{bucket}/{*key}", download_public),
    Operation::read("GET", "/object/authenticated/{bucket}/{*key}", download),
    Operation::read("GET", "/object/{bucket}/{*key}", download),
    Operation::write("POST", "/object/{bucket}/{*key}", upload),
    Operation::write("PUT", "/object/{bucket}/{*key}", overwrite),
    Operation::write("DELETE", "/object/{bucket}/{*key}", remove),
];

/// A page of a list where the caller does not say.
const PAGE: usize = 100;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Object {
    id: String,
    version: String,
    content_type: String,
    cache_control: String,
    etag: String,
    user_metadata: Value,
    pub(crate) content: Content,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// When the queue will have emptied it away.
    pub(super) gone_at: Option<Timestamp>,
}

impl Object {
    fn metadata(&self) -> Value {
        json!({
            "eTag": self.etag,
            "size": self.content.size,
            "mimetype": self.content_type,
            "cacheControl": self.cache_control,
            "lastModified": millis(self.updated_at),
            "contentLength": self.content.size,
            "httpStatusCode": 200,
        })
    }

    /// As lists show it.
    fn listed(&self, name: &str) -> Value {
        json!({
            "name": name,
            "id": self.id,
            "updated_at": millis(self.updated_at),
            "created_at": millis(self.created_at),
            "last_accessed_at": millis(self.updated_at),
            "metadata": self.metadata(),
        })
    }

    /// As the database row, which is what removing answers.
    fn row(&self, bucket: &str, name: &str) -> Value {
        let mut row = self.listed(name);
        for (field, value) in [
            ("bucket_id", json!(bucket)),
            ("owner", json!("")),
            ("owner_id", json!("")),
            ("version", json!(self.version)),
            ("user_metadata", self.user_metadata.clone()),
        ] {
            row[field] = value;
        }
        row
    }
}

impl Bucket {
    fn object(&self, key: &str, now: Timestamp) -> Result<&Object, Reply> {
        self.objects
            .get(key)
            .filter(|object| object.gone_at.is_none_or(|gone| gone > now))
            .ok_or_else(no_such_key)
    }

    /// Whether the bucket takes this media type; without a list, or with an empty one, it takes any.
    fn takes(&self, mime_type: &str) -> bool {
        let bare = mime_type.split(';').next().unwrap_or_default().trim();
        let allowed = self.allowed_mime_types.as_deref().unwrap_or_default();
        allowed.is_empty()
            || allowed.iter().any(|pattern| match pattern.split_once('/') {
                Some(("*", "*")) => true,
                Some((kind, "*")) => bare.split('/').next() == Some(kind),
                _ => pattern == bare,
            })
    }
}

fn upload(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    let upsert = ask.header("x-upsert").is_some_and(|upsert| upsert == "true");
    store(world, ask, |exists| if exists && !upsert { Err(duplicate("KeyAlreadyExists")) } else { Ok(()) })
}

fn overwrite(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    store(world, ask, |exists| if exists { Ok(()) } else { Err(no_such_key()) })
}

fn store(world: &mut World, ask: &Ask<StorageApi>, may: impl Fn(bool) -> Result<(), Reply>) -> Answer {
    let (id, key) = (ask.param("bucket"), ask.param("key"));
    check_key(key)?;
    let Sent { bytes, content_type, cache_control, user_metadata } = sent(ask)?;
    let cap = world.store(ask)?.storage_config.file_size_limit;
    let buckets = &world.store(ask)?.storage.buckets;
    let bucket = buckets.iter().find(|bucket| bucket.id == id).ok_or_else(no_such_bucket)?;
    if !bucket.takes(&content_type) {
        return Err(unsupported_mime_type(&content_type));
    }
    if bytes.len() as u64 > bucket.file_size_limit.unwrap_or(cap).min(cap) {
        return Err(too_large());
    }
    if !ask.caller.sees_all() {
        return Err(row_level_security());
    }
    let before = bucket.object(key, ask.now).ok().map(|object| (object.id.clone(), object.created_at));
    may(before.is_some())?;
    let (object_id, created_at) = before.unwrap_or_else(|| (world.ids.uuid(), ask.now));
    let object = Object {
        id: object_id.clone(),
        version: world.ids.uuid(),
        content_type,
        cache_control,
        etag: format!("\"{}\"", hex(&Md5::digest(&bytes))),
        user_metadata,
        content: Content::new(bytes),
        created_at,
        updated_at: ask.now,
        gone_at: None,
    };
    let bucket = world.bucket_mut(ask, id)?;
    bucket.settle(ask.now);
    bucket.objects.insert(key.to_owned(), object);
    ok(&json!({ "Key": format!("{id}/{key}"), "Id": object_id }))
}

/// What an upload carries.
struct Sent {
    bytes: Bytes,
    content_type: String,
    cache_control: String,
    user_metadata: Value,
}

/// The file as the body, or as the one file of a form.
fn sent(call: &Call) -> Result<Sent, Reply> {
    let content_type = call.header("content-type").unwrap_or("application/octet-stream").to_owned();
    let plain = |cache: Option<&str>| cache.unwrap_or("no-cache").to_owned();
    let Some(boundary) =
        content_type.strip_prefix("multipart/form-data").and_then(|rest| rest.split_once("boundary="))
    else {
        return Ok(Sent {
            bytes: call.body.clone(),
            content_type,
            cache_control: plain(call.header("cache-control")),
            user_metadata: json!({}),
        });
    };
    let boundary = boundary.1.split(';').next().unwrap_or_default().trim_matches('"');
    let mut file = None;
    let mut cache_control = plain(call.header("cache-control"));
    for Part { name, content_type, bytes } in parts(&call.body, boundary) {
        match name.as_str() {
            "cacheControl" => cache_control = format!("max-age={}", String::from_utf8_lossy(&bytes)),
            "metadata" => {}
            _ => file = Some((bytes, content_type)),
        }
    }
    let (bytes, content_type) = file.ok_or_else(|| invalid_request("body must have a file"))?;
    let content_type = content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(Sent { bytes, content_type, cache_control, user_metadata: json!({}) })
}

/// One part of a form.
struct Part {
    name: String,
    content_type: Option<String>,
    bytes: Bytes,
}

fn parts(body: &Bytes, boundary: &str) -> Vec<Part> {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut starts: Vec<usize> = Vec::new();
    let mut from = 0;
    while let Some(at) = find(&body[from..], &delimiter) {
        starts.push(from + at);
        from += at + delimiter.len();
    }
    let part = |pair: &[usize]| {
        // Between two delimiters: CRLF, headers, an empty line, the bytes, CRLF.
        let whole = body.slice(pair[0] + delimiter.len() + 2..pair[1].saturating_sub(2));
        let head = find(&whole, b"\r\n\r\n")?;
        let headers = String::from_utf8_lossy(&whole[..head]).into_owned();
        let value = |wanted: &str| {
            headers.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
            })
        };
        let disposition = value("content-disposition")?;
        let name = disposition.split(';').find_map(|field| field.trim().strip_prefix("name="));
        Some(Part {
            name: name.unwrap_or_default().trim_matches('"').to_owned(),
            content_type: value("content-type"),
            bytes: whole.slice(head + 4..),
        })
    };
    starts.windows(2).filter(|pair| pair[0] + delimiter.len() + 2 < pair[1]).filter_map(part).collect()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn check_key(key: &str) -> Result<(), Reply> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_/!-.*'() &$@=;:+,?".contains(letter);
    if !key.is_empty() && key.chars().all(fits) {
        return Ok(());
    }
    Err(refuse("400", "InvalidKey", &format!("Invalid key: {key}"), "InvalidKey"))
}

fn download(world: &World, ask: &Ask<StorageApi>) -> Answer {
    let bucket = world.bucket(ask, ask.param("bucket"))?;
    Ok(contents(bucket.object(ask.param("key"), ask.now)?))
}

fn download_public(world: &World, ask: &Ask<StorageApi>) -> Answer {
    let buckets = &world.store(ask)?.storage.buckets;
    let bucket = buckets.iter().find(|bucket| bucket.public && bucket.id == ask.param("bucket"));
    Ok(contents(bucket.ok_or_else(no_such_bucket)?.object(ask.param("key"), ask.now)?))
}

fn contents(object: &Object) -> Reply {
    Reply::bytes(StatusCode::OK, &object.content_type, object.content.bytes.clone())
        .with("etag", &object.etag)
        .with("cache-control", &object.cache_control)
        .with("last-modified", http_date(object.updated_at))
}

fn info(world: &World, ask: &Ask<StorageApi>) -> Answer {
    let (id, key) = (ask.param("bucket"), ask.param("key"));
    let object = world.bucket(ask, id)?.object(key, ask.now)?;
    let body = json!({
        "id": object.id,
        "name": key,
        "version": object.version,
        "bucket_id": id,
        "size": object.content.size,
        "content_type": object.content_type,
        "cache_control": object.cache_control,
        "etag": object.etag,
        "metadata": object.user_metadata,
        "last_modified": millis(object.updated_at),
        "created_at": millis(object.created_at),
    });
    Ok(Reply::json(StatusCode::OK, &body)
        .with("etag", &object.etag)
        .with("cache-control", &object.cache_control)
        .with("last-modified", http_date(object.updated_at)))
}

fn remove(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    let (id, key) = (ask.param("bucket"), ask.param("key"));
    world.bucket(ask, id)?.object(key, ask.now)?;
    world.bucket_mut(ask, id)?.objects.remove(key);
    ok(&json!({ "message": "Successfully deleted" }))
}

fn remove_many(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    let fields = schema::object(ask)?;
    let keys = schema::texts(&fields, "prefixes")?.flatten();
    let keys = keys.ok_or_else(|| invalid_request("body must have required property 'prefixes'"))?;
    if keys.is_empty() {
        return Err(invalid_request("body/prefixes must NOT have fewer than 1 items"));
    }
    let id = ask.param("bucket");
    // Row-level security and a bucket that is not there look the same: nothing was found to remove.
    let Ok(bucket) = world.bucket_mut(ask, id) else { return ok(&json!([])) };
    bucket.settle(ask.now);
    let removed: Vec<Value> =
        keys.iter().filter_map(|key| bucket.objects.remove(key).map(|object| object.row(id, key))).collect();
    ok(&removed)
}

/// Where an object is taken from and put.
struct Route {
    from: (String, String),
    to: (String, String),
}

fn route(ask: &Ask<StorageApi>) -> Result<Route, Reply> {
    let fields = schema::object(ask)?;
    let bucket = schema::required_text(&fields, "bucketId")?;
    let from = (bucket.clone(), schema::required_text(&fields, "sourceKey")?);
    let key = schema::required_text(&fields, "destinationKey")?;
    check_key(&key)?;
    Ok(Route { from, to: (schema::text(&fields, "destinationBucket")?.unwrap_or(bucket), key) })
}

/// Puts a copy at the end of the route, as a new object.
fn put_copy(world: &mut World, ask: &Ask<StorageApi>, route: &Route, upsert: bool) -> Result<Object, Reply> {
    let source = world.bucket(ask, &route.from.0)?.object(&route.from.1, ask.now)?.clone();
    if world.bucket(ask, &route.to.0)?.object(&route.to.1, ask.now).is_ok() && !upsert {
        return Err(duplicate("KeyAlreadyExists"));
    }
    let copy = Object {
        id: world.ids.uuid(),
        version: world.ids.uuid(),
        created_at: ask.now,
        updated_at: ask.now,
        gone_at: None,
        ..source
    };
    world.bucket_mut(ask, &route.to.0)?.objects.insert(route.to.1.clone(), copy.clone());
    Ok(copy)
}

fn relocate(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    let route = route(ask)?;
    put_copy(world, ask, &route, false)?;
    world.bucket_mut(ask, &route.from.0)?.objects.remove(&route.from.1);
    ok(&json!({ "message": "Successfully moved" }))
}

fn copy(world: &mut World, ask: &Ask<StorageApi>) -> Answer {
    let route = route(ask)?;
    let upsert = ask.header("x-upsert").is_some_and(|upsert| upsert == "true");
    let copy = put_copy(world, ask, &route, upsert)?;
    let (bucket, key) = &route.to;
    let mut answer = copy.row(bucket, key);
    answer["Key"] = format!("{bucket}/{key}").into();
    answer["Id"] = copy.id.into();
    ok(&answer)
}

/// The first kind of list: one folder at a time, folders before files.
fn list(world: &World, ask: &Ask<StorageApi>) -> Answer {
    let fields = schema::object(ask)?;
    let prefix = schema::required_text(&fields, "prefix")?;
    let limit =
        schema::whole(&fields, "limit", 1)?.map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE));
    let offset =
        schema::whole(&fields, "offset", 0)?.map_or(0, |offset| usize::try_from(offset).unwrap_or(0));
    let search = schema::text(&fields, "search")?.unwrap_or_default().to_lowercase();
    let order = order(&fields, &["name", "updated_at", "created_at", "last_accessed_at"])?;
    let Ok(bucket) = world.bucket(ask, ask.param("bucket")) else { return ok(&json!([])) };

    let folder = if prefix.is_empty() || prefix.ends_with('/') { prefix } else { format!("{prefix}/") };
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    let mut files: Vec<(&str, &Object)> = Vec::new();
    for (key, object) in bucket.present(ask.now) {
        let Some(rest) = key.strip_prefix(&folder) else { continue };
        if !rest.to_lowercase().starts_with(&search) {
            continue;
        }
        match rest.split_once('/') {
            Some((name, _)) => {
                folders.insert(name);
            }
            None => files.push((rest, object)),
        }
    }
    order.sort(&mut files);
    let mut folders: Vec<&str> = folders.into_iter().collect();
    if order.descending && order.column == "name" {
        folders.reverse();
    }
    let nothing = |name: &str| {
        json!({
            "name": name, "id": null, "updated_at": null, "created_at": null, "last_accessed_at": null, "metadata": null,
        })
    };
    let all =
        folders.into_iter().map(nothing).chain(files.into_iter().map(|(name, object)| object.listed(name)));
    ok(&all.skip(offset).take(limit).collect::<Vec<_>>())
}

/// The second kind of list: by cursor, with or without folders.
fn list_v2(world: &World, ask: &Ask<StorageApi>) -> Answer {
    let fields = schema::object(ask)?;
    let prefix = schema::text(&fields, "prefix")?.unwrap_or_default();
    let limit =
        schema::whole(&fields, "limit", 1)?.map_or(1000, |limit| usize::try_from(limit).unwrap_or(1000));
    let cursor = schema::text(&fields, "cursor")?.unwrap_or_default();
    let folded = schema::switch(&fields, "with_delimiter")?.unwrap_or(false);
    let nothing = json!({ "hasNext": false, "folders": [], "objects": [] });
    let Ok(bucket) = world.bucket(ask, ask.param("bucket")) else { return ok(&nothing) };

    let mut folders: BTreeSet<String> = BTreeSet::new();
    let mut objects: Vec<Value> = Vec::new();
    let mut last = None;
    let mut more = false;
    for (key, object) in bucket.present(ask.now) {
        if !key.starts_with(&prefix)
            || *key <= cursor
            || (folded && folders.iter().any(|name| key.starts_with(name)))
        {
            continue;
        }
        if folders.len() + objects.len() == limit {
            more = true;
            break;
        }
        last = Some(match key[prefix.len()..].split_once('/').filter(|_| folded) {
            Some((name, _)) => {
                let folder = format!("{prefix}{name}/");
                folders.insert(folder.clone());
                // The next page starts behind everything in the folder.
                format!("{folder}{}", char::MAX)
            }
            None => {
                objects.push(object.listed(key));
                key.clone()
            }
        });
    }
    let folders: Vec<Value> = folders.iter().map(|name| json!({ "name": name })).collect();
    let mut answer = json!({ "hasNext": more, "folders": folders, "objects": objects });
    if let Some(last) = last.filter(|_| more) {
        answer["nextCursor"] = last.into();
    }
    ok(&answer)
}

/// How a list is sorted.
struct Order {
    column: String,
    descending: bool,
}

impl Order {
    fn sort(&self, files: &mut [(&str, &Object)]) {
        match self.column.as_str() {
            "created_at" => files.sort_by_key(|(_, object)| object.created_at),
            "updated_at" | "last_accessed_at" => files.sort_by_key(|(_, object)| object.updated_at),
            _ => files.sort_by_key(|(name, _)| *name),
        }
        if self.descending {
            files.reverse();
        }
    }
}

fn order(fields: &serde_json::Map<String, Value>, columns: &[&str]) -> Result<Order, Reply> {
    let by_name = Order { column: "name".to_owned(), descending: false };
    match fields.get("sortBy") {
        None => Ok(by_name),
        Some(Value::Object(by)) => {
            let column = schema::choice(by, "column", columns)?.unwrap_or(by_name.column);
            let order = schema::choice(by, "order", &["asc", "desc"])?;
            Ok(Order { column, descending: order.as_deref() == Some("desc") })
        }
        Some(_) => Err(invalid_request("body/sortBy must be object")),
    }
}
