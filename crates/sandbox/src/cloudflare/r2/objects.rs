//! Objects of an R2 bucket by the REST API, which is what `wrangler r2 object` uses.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use hyper::body::Bytes;
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde_json::json;

use super::Object;
use crate::call::{Answer, Reply};
use crate::clock::{http_date, millis};
use crate::cloudflare::World;
use crate::cloudflare::api::{Api, refuse, success};
use crate::double::Content;
use crate::ids::hex;
use crate::operation::{Ask, Operation};

pub(in crate::cloudflare) const TABLE: &[Operation<Api>] = &[
    Operation::read("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{*object_key}", get),
    Operation::write("PUT", "/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{*object_key}", put),
    Operation::write(
        "DELETE",
        "/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{*object_key}",
        remove,
    ),
];

impl Object {
    /// An object as it arrives.
    pub(in crate::cloudflare) fn new(
        bytes: Bytes,
        content_type: Option<&str>,
        headers: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Self {
        Self {
            content_type: content_type.unwrap_or("application/octet-stream").to_owned(),
            etag: format!("\"{}\"", hex(&Md5::digest(&bytes))),
            content: Content::new(bytes),
            uploaded_at: now,
            headers,
        }
    }

    /// The object as the answer to a GET.
    pub(in crate::cloudflare) fn reply(&self) -> Reply {
        let reply = Reply::bytes(StatusCode::OK, &self.content_type, self.content.bytes.clone())
            .with("etag", &self.etag)
            .with("last-modified", http_date(self.uploaded_at));
        self.headers.iter().fold(reply, |reply, (name, value)| reply.with(name.as_str(), value))
    }
}

fn get(world: &World, ask: &Ask<Api>) -> Answer {
    let object = world.named(ask)?.objects.get(ask.param("object_key"));
    let no_such_key = || refuse(StatusCode::NOT_FOUND, 10007, "The specified key does not exist.");
    Ok(object.ok_or_else(no_such_key)?.reply())
}

fn put(world: &mut World, ask: &Ask<Api>) -> Answer {
    let key = ask.param("object_key");
    let bucket = world.named_mut(ask)?;
    let object = Object::new(ask.body.clone(), ask.header("content-type"), BTreeMap::new(), ask.now);
    let answer = json!({
        "key": key,
        "etag": object.etag.trim_matches('"'),
        "size": object.content.size.to_string(),
        "storage_class": bucket.storage_class,
        "uploaded": millis(ask.now),
    });
    bucket.objects.insert(key.to_owned(), object);
    success(&answer)
}

/// Removing what is not there is fine, as in S3.
fn remove(world: &mut World, ask: &Ask<Api>) -> Answer {
    let key = ask.param("object_key");
    world.named_mut(ask)?.objects.remove(key);
    success(&json!({ "key": key }))
}
