//! The Storage API of a project: who may come in, and how it says no.
//!
//! Every refusal is HTTP 400 whatever it means; the meaning is `statusCode`, a string, and `code` in the body.

use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::api_keys::Role;
use super::jwt::{self, Rejected};
use super::projects::{Project, Status};
use super::{STORAGE, World};
use crate::call::{Answer, Call, Reply};
use crate::double::Trouble;
use crate::operation::{Ask, Face, Operation};

pub(super) mod buckets;
pub(super) mod objects;
mod schema;

use buckets::Bucket;

/// What the service says about itself.
pub(super) const SERVICE: &[Operation<StorageApi>] =
    &[Operation::read("GET", "/status", status), Operation::read("GET", "/health", status)];

/// What a project stores.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Storage {
    /// In the order of the table's rows: an updated row goes to the end, as in the database.
    pub(super) buckets: Vec<Bucket>,
    /// Buckets of the other kind, which this API makes and then never shows.
    analytics: Vec<String>,
}

/// `https://<ref>.supabase.co/storage/v1`.
pub(super) struct StorageApi;

/// Whose project, and with what rights.
pub(super) struct Caller {
    project: String,
    role: Option<Role>,
}

impl Face for StorageApi {
    type World = World;
    type Caller = Caller;

    fn authorise(world: &World, call: &Call) -> Result<Caller, Reply> {
        let reference = call.param("project");
        let project = world.project(reference).ok_or_else(|| no_project(reference))?;
        if matches!(project.status(call.now), Status::Inactive | Status::Pausing) {
            return Err(paused());
        }
        let open = inner_path(call.uri.path()).is_some_and(|path| {
            path.starts_with("/object/public/") || path == "/status" || path == "/health"
        });
        let role = if open { None } else { Some(role(project, call)?) };
        Ok(Caller { project: reference.to_owned(), role })
    }
}

/// What the keys of a call allow. An `sb_...` key works in `apikey` alone: as a bearer token it is not a JWT.
fn role(project: &Project, call: &Call) -> Result<Role, Reply> {
    if call.header("authorization").is_none() {
        let key = call.header("apikey").and_then(|key| project.role_of(key));
        return key.ok_or_else(|| invalid_request("headers must have required property 'authorization'"));
    }
    let token = call.bearer().unwrap_or_default();
    let claims = jwt::verify(token, &project.jwt_secret, call.now).map_err(|why| {
        denied(match why {
            Rejected::Malformed => "Invalid Compact JWS",
            Rejected::Signature => "signature verification failed",
            Rejected::Expired => "\"exp\" claim timestamp check failed",
        })
    })?;
    if !project.legacy_keys_enabled {
        let body = json!({ "message": "Legacy API keys are disabled", "hint": "Use a publishable or secret API key" });
        return Err(Reply::json(StatusCode::UNAUTHORIZED, &body));
    }
    Ok(if claims.role == "service_role" { Role::ServiceRole } else { Role::Anon })
}

impl Caller {
    /// Row-level security: who is not the service sees no bucket and no object.
    fn sees_all(&self) -> bool {
        self.role == Some(Role::ServiceRole)
    }
}

impl World {
    fn store(&self, ask: &Ask<StorageApi>) -> Result<&Project, Reply> {
        self.project(&ask.caller.project).ok_or_else(|| no_project(&ask.caller.project))
    }

    fn store_mut(&mut self, ask: &Ask<StorageApi>) -> Result<&mut Project, Reply> {
        self.project_mut(&ask.caller.project).ok_or_else(|| no_project(&ask.caller.project))
    }

    /// The bucket of this id, if the caller may see it.
    fn bucket(&self, ask: &Ask<StorageApi>, id: &str) -> Result<&Bucket, Reply> {
        let buckets = &self.store(ask)?.storage.buckets;
        let found = buckets.iter().find(|bucket| bucket.id == id && ask.caller.sees_all());
        found.ok_or_else(no_such_bucket)
    }

    fn bucket_mut(&mut self, ask: &Ask<StorageApi>, id: &str) -> Result<&mut Bucket, Reply> {
        let sees_all = ask.caller.sees_all();
        let buckets = &mut self.store_mut(ask)?.storage.buckets;
        buckets.iter_mut().find(|bucket| bucket.id == id && sees_all).ok_or_else(no_such_bucket)
    }
}

fn status(_: &World, _: &Ask<StorageApi>) -> Answer {
    Ok(Reply::empty(StatusCode::OK))
}

/// The path as the storage server sees it, if the request is for one.
pub(super) fn inner_path(path: &str) -> Option<&str> {
    let below = match path.strip_prefix("/projects/") {
        Some(rest) => &rest[rest.find('/')?..],
        None => path,
    };
    let inner = below.strip_prefix(STORAGE)?;
    (inner.is_empty() || inner.starts_with('/')).then_some(inner)
}

/// The vendor's refusal: `status` says what it means, the wire says 400.
fn refuse(status: &str, error: &str, message: &str, code: &str) -> Reply {
    let wire = match status.parse::<u16>() {
        Ok(wire @ (429 | 500..)) => StatusCode::from_u16(wire).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        _ => StatusCode::BAD_REQUEST,
    };
    Reply::json(wire, &json!({ "statusCode": status, "error": error, "message": message, "code": code }))
}

fn invalid_request(message: &str) -> Reply {
    refuse("400", "Error", message, "InvalidRequest")
}

fn denied(message: &str) -> Reply {
    refuse("403", "Unauthorized", message, "AccessDenied")
}

fn row_level_security() -> Reply {
    denied("new row violates row-level security policy")
}

fn no_such_bucket() -> Reply {
    refuse("404", "Bucket not found", "Bucket not found", "NoSuchBucket")
}

fn no_such_key() -> Reply {
    refuse("404", "not_found", "Object not found", "NoSuchKey")
}

fn duplicate(code: &str) -> Reply {
    refuse("409", "Duplicate", "The resource already exists", code)
}

fn too_large() -> Reply {
    refuse("413", "Payload too large", "The object exceeded the maximum allowed size", "EntityTooLarge")
}

fn unsupported_mime_type(mime_type: &str) -> Reply {
    let message = format!("mime type {mime_type} is not supported");
    refuse("415", "invalid_mime_type", &message, "InvalidMimeType")
}

/// At the vendor, the host of a project that is not there does not resolve.
fn no_project(reference: &str) -> Reply {
    Reply::json(StatusCode::NOT_FOUND, &json!({ "message": format!("Project {reference} not found") }))
}

fn paused() -> Reply {
    let status = StatusCode::from_u16(540).expect("any three digits are a status");
    Reply::json(status, &json!({ "message": "Project paused" }))
}

pub(super) fn no_route(method: &Method, inner: &str) -> Reply {
    let message = format!("Route {method}:{inner} not found");
    Reply::json(
        StatusCode::NOT_FOUND,
        &json!({ "message": message, "error": "Not Found", "statusCode": 404 }),
    )
}

pub(super) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::TooManyRequests(wait) => {
            let reply =
                refuse("429", "Too Many Requests", "Too many connections issued to the database", "SlowDown");
            wait.map_or(reply.clone(), |seconds| reply.with("retry-after", seconds.to_string()))
        }
        Trouble::Failure(status) if status.as_u16() == 544 => {
            refuse("544", "DatabaseTimeout", "The connection to the database timed out", "DatabaseTimeout")
        }
        Trouble::Failure(status) => {
            refuse(status.as_str(), "Internal", "Internal Server Error", "InternalError")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_paths_are_told_from_management_paths() {
        assert_eq!(inner_path("/projects/abc/storage/v1/bucket"), Some("/bucket"));
        assert_eq!(inner_path("/storage/v1"), Some(""));
        assert_eq!(inner_path("/v1/projects/abc/storage/buckets"), None);
        assert_eq!(inner_path("/projects/abc/storage/v10/bucket"), None);
    }
}
