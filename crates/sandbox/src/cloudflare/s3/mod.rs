//! The S3 face of R2: enough to fill a bucket, list it and empty it.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::body::Bytes;
use serde::Deserialize;

use super::World;
use super::r2::buckets::{Blueprint, is_name};
use super::r2::{Bucket, DEFAULT_JURISDICTION, Object};
use crate::call::{Answer, Call, Reply};
use crate::clock::millis;
use crate::double::Trouble;
use crate::operation::{Ask, Face, Operation};
use crate::record::GAP;

mod signature;
mod xml;

use xml::Element;

pub(super) const TABLE: &[Operation<S3>] = &[
    Operation::read("GET", "/{account}", list_buckets),
    Operation::read("GET", "/{account}/", list_buckets),
    Operation::read("GET", "/{account}/{bucket}", look),
    Operation::read("GET", "/{account}/{bucket}/", look),
    Operation::write("PUT", "/{account}/{bucket}", create_bucket),
    Operation::write("PUT", "/{account}/{bucket}/", create_bucket),
    Operation::write("DELETE", "/{account}/{bucket}", delete_bucket),
    Operation::write("DELETE", "/{account}/{bucket}/", delete_bucket),
    Operation::write("POST", "/{account}/{bucket}", delete_objects),
    Operation::write("POST", "/{account}/{bucket}/", delete_objects),
    Operation::read("GET", "/{account}/{bucket}/{*key}", get_object),
    Operation::write("PUT", "/{account}/{bucket}/{*key}", put_object),
    Operation::write("DELETE", "/{account}/{bucket}/{*key}", delete_object),
];

/// The most keys in a page and in a batch.
const MOST_KEYS: usize = 1000;

/// `https://<account>[.<jurisdiction>].r2.cloudflarestorage.com`.
pub(super) struct S3;

/// The namespace that the path names.
pub(super) struct Caller {
    account: String,
    jurisdiction: String,
}

impl Face for S3 {
    type World = World;
    type Caller = Caller;

    fn authorise(world: &World, call: &Call) -> Result<Caller, Reply> {
        let key = |id: &str| world.tokens.iter().find(|token| token.id == id);
        let token = signature::verify(call, key)?;
        let (account, jurisdiction) = match call.param("account").split_once('.') {
            Some((account, jurisdiction)) => (account, jurisdiction),
            None => (call.param("account"), DEFAULT_JURISDICTION),
        };
        if !world.accounts.iter().any(|known| known.id == account && token.reaches(account)) {
            return Err(refuse(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied"));
        }
        Ok(Caller { account: account.to_owned(), jurisdiction: jurisdiction.to_owned() })
    }
}

impl World {
    fn bucket_of(&self, ask: &Ask<S3>) -> Result<&Bucket, Reply> {
        let Caller { account, jurisdiction } = &ask.caller;
        self.bucket(account, jurisdiction, ask.param("bucket")).ok_or_else(no_such_bucket)
    }

    fn bucket_of_mut(&mut self, ask: &Ask<S3>) -> Result<&mut Bucket, Reply> {
        let Caller { account, jurisdiction } = &ask.caller;
        self.bucket_mut(account, jurisdiction, ask.param("bucket")).ok_or_else(no_such_bucket)
    }
}

/// The sub-resource or upload that a query asks for, and that this double does not have.
fn unmodelled(call: &Call, known: &[&str]) -> Result<(), Reply> {
    const SUB_RESOURCES: [&str; 20] = [
        "accelerate",
        "acl",
        "attributes",
        "cors",
        "delete",
        "encryption",
        "legal-hold",
        "lifecycle",
        "location",
        "object-lock",
        "partNumber",
        "policy",
        "publicAccessBlock",
        "requestPayment",
        "retention",
        "tagging",
        "uploadId",
        "uploads",
        "versioning",
        "website",
    ];
    let asked = call
        .queries()
        .into_iter()
        .find(|(name, _)| SUB_RESOURCES.contains(&name.as_str()) && !known.contains(&name.as_str()));
    match asked {
        Some((name, _)) => {
            let message = format!("{} ?{name} is not implemented by the sandbox", call.method);
            Err(refuse(StatusCode::NOT_IMPLEMENTED, "NotImplemented", &message).with(GAP, format!("?{name}")))
        }
        None => Ok(()),
    }
}

fn list_buckets(world: &World, ask: &Ask<S3>) -> Answer {
    let Caller { account, jurisdiction } = &ask.caller;
    let mut found: Vec<&Bucket> = world
        .buckets
        .iter()
        .filter(|bucket| bucket.account == *account && bucket.jurisdiction == *jurisdiction)
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let buckets = found.into_iter().map(|bucket| {
        Element::new("Bucket").text("CreationDate", millis(bucket.created_at)).text("Name", &bucket.name)
    });
    let owner = Element::new("Owner").text("ID", account).text("DisplayName", account);
    let list = buckets.fold(Element::new("Buckets"), Element::child);
    Ok(Element::document("ListAllMyBucketsResult").child(list).child(owner).reply(StatusCode::OK))
}

fn look(world: &World, ask: &Ask<S3>) -> Answer {
    unmodelled(ask, &["location"])?;
    let bucket = world.bucket_of(ask)?;
    if ask.query("location").is_some() {
        let location = Element::document("LocationConstraint").content(&bucket.location);
        return Ok(location.reply(StatusCode::OK));
    }
    list_objects(bucket, ask)
}

/// ListObjectsV2, and the older ListObjects where `list-type=2` is missing.
fn list_objects(bucket: &Bucket, ask: &Ask<S3>) -> Answer {
    let second = ask.query("list-type").is_some_and(|kind| kind == "2");
    let prefix = ask.query("prefix").unwrap_or_default();
    let delimiter = ask.query("delimiter").filter(|delimiter| !delimiter.is_empty());
    let most = match ask.query("max-keys").map(|text| text.parse::<usize>()) {
        None => MOST_KEYS,
        Some(Ok(most)) => most.min(MOST_KEYS),
        Some(Err(_)) => {
            return Err(refuse(
                StatusCode::BAD_REQUEST,
                "InvalidMaxKeys",
                "MaxKeys params must be positive integer <= 1000.",
            ));
        }
    };
    let encoded = ask.query("encoding-type").is_some_and(|kind| kind == "url");
    let shown = |text: &str| if encoded { signature::encode(text, false) } else { text.to_owned() };
    let token = ask.query("continuation-token");
    let after = match &token {
        Some(token) => {
            let decoded = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let invalid = || {
                refuse(
                    StatusCode::BAD_REQUEST,
                    "InvalidArgument",
                    "The continuation token provided is incorrect",
                )
            };
            decoded.ok_or_else(invalid)?
        }
        None => ask.query(if second { "start-after" } else { "marker" }).unwrap_or_default(),
    };

    let mut folders: BTreeSet<String> = BTreeSet::new();
    let mut keys: Vec<Element> = Vec::new();
    let mut last = None;
    let mut more = false;
    for (key, object) in &bucket.objects {
        if !key.starts_with(&prefix) || *key <= after {
            continue;
        }
        let folder = delimiter.as_ref().and_then(|delimiter| {
            let end = key[prefix.len()..].find(delimiter.as_str())?;
            Some(key[..prefix.len() + end + delimiter.len()].to_owned())
        });
        if folder
            .as_ref()
            .is_some_and(|folder| folders.contains(folder) || after.starts_with(folder.as_str()))
        {
            continue;
        }
        if keys.len() + folders.len() == most {
            more = true;
            break;
        }
        last = Some(match folder {
            Some(folder) => {
                folders.insert(folder.clone());
                // The next page starts behind everything in the folder.
                format!("{folder}{}", char::MAX)
            }
            None => {
                keys.push(listed(&shown(key), object));
                key.clone()
            }
        });
    }
    let count = keys.len() + folders.len();
    let mut result = Element::document("ListBucketResult")
        .text("Name", &bucket.name)
        .text("Prefix", shown(&prefix))
        .text("MaxKeys", most.to_string())
        .text("IsTruncated", more.to_string());
    if let Some(delimiter) = &delimiter {
        result = result.text("Delimiter", shown(delimiter));
    }
    if encoded {
        result = result.text("EncodingType", "url");
    }
    result = if second { result.text("KeyCount", count.to_string()) } else { result.text("Marker", &after) };
    if let (true, Some(last)) = (more, last) {
        result = match second {
            true => result.text("NextContinuationToken", URL_SAFE_NO_PAD.encode(last)),
            false => result.text("NextMarker", shown(&last)),
        };
    }
    if let Some(token) = token {
        result = result.text("ContinuationToken", token);
    }
    let folders = folders.iter().map(|folder| Element::new("CommonPrefixes").text("Prefix", shown(folder)));
    Ok(keys.into_iter().chain(folders).fold(result, Element::child).reply(StatusCode::OK))
}

fn listed(key: &str, object: &Object) -> Element {
    Element::new("Contents")
        .text("Key", key)
        .text("Size", object.content.size.to_string())
        .text("LastModified", millis(object.uploaded_at))
        .text("ETag", &object.etag)
        .text("StorageClass", "STANDARD")
}

fn create_bucket(world: &mut World, ask: &Ask<S3>) -> Answer {
    unmodelled(ask, &[])?;
    let name = ask.param("bucket");
    if !is_name(name) {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "InvalidBucketName",
            "The specified bucket name is not valid.",
        ));
    }
    if world.bucket_of(ask).is_ok() {
        let message = "The bucket you tried to create already exists, and you own it.";
        return Err(refuse(StatusCode::CONFLICT, "BucketAlreadyOwnedByYou", message));
    }
    let Caller { account, jurisdiction } = &ask.caller;
    let location = location_constraint(&ask.body)?;
    let blueprint = Blueprint {
        account,
        jurisdiction,
        name,
        location_hint: location.as_deref().filter(|location| *location != "auto"),
        storage_class: "Standard",
    };
    world.make_bucket(&blueprint, ask.now);
    Ok(Reply::empty(StatusCode::OK).with("location", format!("/{name}")))
}

fn location_constraint(body: &[u8]) -> Result<Option<String>, Reply> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Configuration {
        location_constraint: Option<String>,
    }
    if body.is_empty() {
        return Ok(None);
    }
    let configuration: Configuration = xml::parse(body).ok_or_else(malformed_xml)?;
    Ok(configuration.location_constraint)
}

fn delete_bucket(world: &mut World, ask: &Ask<S3>) -> Answer {
    unmodelled(ask, &[])?;
    if !world.bucket_of(ask)?.objects.is_empty() {
        let message = "The bucket you tried to delete is not empty";
        return Err(refuse(StatusCode::CONFLICT, "BucketNotEmpty", message));
    }
    let (account, jurisdiction) = (&ask.caller.account, &ask.caller.jurisdiction);
    let name = ask.param("bucket");
    world.buckets.retain(|bucket| {
        bucket.account != *account || bucket.jurisdiction != *jurisdiction || bucket.name != name
    });
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn get_object(world: &World, ask: &Ask<S3>) -> Answer {
    unmodelled(ask, &[])?;
    let object = world.bucket_of(ask)?.objects.get(ask.param("key"));
    let no_such_key = || refuse(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.");
    Ok(object.ok_or_else(no_such_key)?.reply())
}

fn put_object(world: &mut World, ask: &Ask<S3>) -> Answer {
    unmodelled(ask, &[])?;
    if ask.header("x-amz-copy-source").is_some() {
        let refusal = refuse(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            "CopyObject is not implemented by the sandbox",
        );
        return Err(refusal.with(GAP, "CopyObject"));
    }
    let key = ask.param("key");
    let bytes = uploaded(ask)?;
    let kept =
        |name: &str| name.starts_with("x-amz-meta-") || ["cache-control", "content-encoding"].contains(&name);
    let headers: BTreeMap<String, String> = ask
        .headers
        .iter()
        .filter(|(name, _)| kept(name.as_str()))
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .filter(|(_, value)| value != "aws-chunked")
        .collect();
    let object = Object::new(bytes, ask.header("content-type"), headers, ask.now);
    let etag = object.etag.clone();
    world.bucket_of_mut(ask)?.objects.insert(key.to_owned(), object);
    Ok(Reply::empty(StatusCode::OK).with("etag", etag))
}

/// The object's bytes. SDKs that add a checksum behind the body send it in chunks, each with its length.
fn uploaded(call: &Call) -> Result<Bytes, Reply> {
    let streamed = call.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    if !streamed {
        return Ok(call.body.clone());
    }
    let incomplete =
        || refuse(StatusCode::BAD_REQUEST, "IncompleteBody", "The request body terminated unexpectedly");
    let mut bytes = Vec::new();
    let mut rest = &call.body[..];
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n").ok_or_else(incomplete)?;
        let line = std::str::from_utf8(&rest[..end]).map_err(|_| incomplete())?;
        let length = line.split(';').next().unwrap_or_default();
        let length = usize::from_str_radix(length, 16).map_err(|_| incomplete())?;
        if length == 0 {
            return Ok(bytes.into());
        }
        let chunk = rest.get(end + 2..end + 2 + length).ok_or_else(incomplete)?;
        bytes.extend_from_slice(chunk);
        rest = rest.get(end + 2 + length + 2..).ok_or_else(incomplete)?;
    }
}

fn delete_object(world: &mut World, ask: &Ask<S3>) -> Answer {
    unmodelled(ask, &[])?;
    world.bucket_of_mut(ask)?.objects.remove(ask.param("key"));
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    #[serde(rename = "Object", default)]
    objects: Vec<BatchItem>,
    #[serde(default)]
    quiet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BatchItem {
    key: String,
}

fn delete_objects(world: &mut World, ask: &Ask<S3>) -> Answer {
    unmodelled(ask, &["delete"])?;
    if ask.query("delete").is_none() {
        return Err(refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "The specified method is not allowed.",
        ));
    }
    let batch: Batch = xml::parse(&ask.body).ok_or_else(malformed_xml)?;
    if batch.objects.is_empty() || batch.objects.len() > MOST_KEYS {
        return Err(malformed_xml());
    }
    let bucket = world.bucket_of_mut(ask)?;
    let mut result = Element::document("DeleteResult");
    for BatchItem { key } in batch.objects {
        bucket.objects.remove(&key);
        if !batch.quiet {
            result = result.child(Element::new("Deleted").text("Key", &key));
        }
    }
    Ok(result.reply(StatusCode::OK))
}

/// An error as S3 clients parse it.
fn refuse(status: StatusCode, code: &str, message: &str) -> Reply {
    Element::bare("Error").text("Code", code).text("Message", message).reply(status)
}

fn no_such_bucket() -> Reply {
    refuse(StatusCode::NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist.")
}

fn malformed_xml() -> Reply {
    let message =
        "The XML you provided was not well formed or did not validate against our published schema.";
    refuse(StatusCode::BAD_REQUEST, "MalformedXML", message)
}

pub(super) fn no_route(method: &Method) -> Reply {
    let message = format!("{method} is not implemented by the sandbox here");
    refuse(StatusCode::NOT_IMPLEMENTED, "NotImplemented", &message)
}

pub(super) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::TooManyRequests(wait) => {
            let message = "Reduce your concurrent request rate for the same object.";
            let reply = refuse(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", message);
            wait.map_or(reply.clone(), |seconds| reply.with("retry-after", seconds.to_string()))
        }
        Trouble::Failure(StatusCode::SERVICE_UNAVAILABLE) => {
            let message = "Service is temporarily unavailable. Please try again later.";
            refuse(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
        }
        Trouble::Failure(status) => {
            refuse(status, "InternalError", "We encountered an internal error. Please try again.")
        }
    }
}
