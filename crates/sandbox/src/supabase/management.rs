//! The Management API's manners: personal access tokens, bare JSON, `{"message": ...}` when it says no.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::World;
use super::projects::Project;
use crate::call::{Call, Reply};
use crate::double::Trouble;
use crate::operation::Face;

/// `https://api.supabase.com`.
pub(super) struct Management;

impl Face for Management {
    type World = World;
    type Caller = ();

    fn authorise(world: &World, call: &Call) -> Result<(), Reply> {
        match call.bearer() {
            Some(token) if token == world.access_token => Ok(()),
            Some(token) if !token.starts_with("sbp_") => Err(unauthorized("JWT could not be decoded")),
            _ => Err(unauthorized("Unauthorized")),
        }
    }
}

impl World {
    /// The project that a path names.
    pub(super) fn named<'w>(&'w self, call: &Call) -> Result<&'w Project, Reply> {
        let reference = check_ref(call)?;
        self.project(reference).ok_or_else(|| self.absent(reference))
    }

    /// The project that a path names, to be changed.
    pub(super) fn named_mut<'w>(&'w mut self, call: &Call) -> Result<&'w mut Project, Reply> {
        let reference = check_ref(call)?;
        let absent = self.absent(reference);
        self.project_mut(reference).ok_or(absent)
    }

    fn absent(&self, reference: &str) -> Reply {
        if self.removed.contains(reference) {
            refuse(StatusCode::BAD_REQUEST, "Resource has been removed")
        } else {
            refuse(StatusCode::NOT_FOUND, "Project not found")
        }
    }
}

fn check_ref(call: &Call) -> Result<&str, Reply> {
    let reference = call.param("ref");
    if reference.len() != 20 {
        return Err(invalid("ref: String must contain exactly 20 character(s)"));
    }
    if !reference.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return Err(invalid("ref: Invalid"));
    }
    Ok(reference)
}

/// `{"message": ...}` with a status.
pub(super) fn refuse(status: StatusCode, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message }))
}

/// A request that does not fit the contract. That the answer is a 400 with a message is recorded; its words are not.
pub(super) fn invalid(message: &str) -> Reply {
    refuse(StatusCode::BAD_REQUEST, message)
}

fn unauthorized(message: &str) -> Reply {
    refuse(StatusCode::UNAUTHORIZED, message)
}

pub(super) fn no_route(method: &Method, path: &str) -> Reply {
    refuse(StatusCode::NOT_FOUND, &format!("Cannot {method} {path}"))
}

pub(super) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::TooManyRequests(wait) => {
            let reply = refuse(StatusCode::TOO_MANY_REQUESTS, "ThrottlerException: Too Many Requests")
                .with("x-ratelimit-remaining", "0");
            wait.map_or(reply.clone(), |seconds| {
                reply.with("retry-after", seconds.to_string()).with("x-ratelimit-reset", seconds.to_string())
            })
        }
        Trouble::Failure(status) => {
            refuse(status, status.canonical_reason().unwrap_or("Internal server error"))
        }
    }
}

/// The body, which is a JSON array.
pub(super) fn list_of(call: &Call) -> Result<Vec<Value>, Reply> {
    match serde_json::from_slice(&call.body) {
        Ok(Value::Array(items)) => Ok(items),
        Ok(other) => Err(invalid(&format!("Expected array, received {}", kind(&other)))),
        Err(error) => Err(invalid(&format!("Body is not valid JSON: {error}"))),
    }
}

/// A JSON object as the contract describes it: no unknown field, no wrong type.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The body's fields, all of them among `known`.
    pub(super) fn of(call: &Call, known: &[&str]) -> Result<Self, Reply> {
        let value: Value = serde_json::from_slice(&call.body)
            .map_err(|error| invalid(&format!("Body is not valid JSON: {error}")))?;
        Self::within(value, "", known)
    }

    /// The fields of an object that stands at `at`, all of them among `known`.
    pub(super) fn within(value: Value, at: &str, known: &[&str]) -> Result<Self, Reply> {
        let Value::Object(fields) = value else {
            return Err(invalid(&format!("{at}Expected object, received {}", kind(&value))));
        };
        match fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(invalid(&format!("{at}Unrecognized key(s) in object: '{unknown}'"))),
            None => Ok(Self(fields)),
        }
    }

    /// An object within, or nothing where it is absent.
    pub(super) fn object(&mut self, name: &str, known: &[&str]) -> Result<Option<Self>, Reply> {
        self.0.remove(name).map(|value| Self::within(value, &format!("{name}: "), known)).transpose()
    }

    /// A string, or nothing where it is absent.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Reply> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(expected(name, "string", other)),
        }
    }

    /// A string that may be null, or nothing where it is absent.
    pub(super) fn nullable_text(&self, name: &str) -> Result<Option<Option<String>>, Reply> {
        match self.0.get(name) {
            Some(Value::Null) => Ok(Some(None)),
            _ => Ok(self.text(name)?.map(|text| Some(text.to_owned()))),
        }
    }

    /// A string that must be there.
    pub(super) fn required(&self, name: &str) -> Result<String, Reply> {
        let text = self.text(name)?;
        text.map(str::to_owned).ok_or_else(|| invalid(&format!("{name}: Required")))
    }

    /// One of a set of words, or nothing where it is absent.
    pub(super) fn choice(&self, name: &str, among: &[&str]) -> Result<Option<String>, Reply> {
        match self.text(name)? {
            Some(word) if !among.contains(&word) => {
                let words = among.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | ");
                Err(invalid(&format!("{name}: Invalid enum value. Expected {words}, received '{word}'")))
            }
            word => Ok(word.map(str::to_owned)),
        }
    }

    /// A switch, or nothing where it is absent.
    pub(super) fn switch(&self, name: &str) -> Result<Option<bool>, Reply> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Bool(on)) => Ok(Some(*on)),
            Some(other) => Err(expected(name, "boolean", other)),
        }
    }

    /// A whole number of at most `most`, or nothing where it is absent.
    pub(super) fn count(&self, name: &str, most: u64) -> Result<Option<u64>, Reply> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        match value.as_u64() {
            Some(number) if number <= most => Ok(Some(number)),
            Some(_) => Err(invalid(&format!("{name}: Number must be less than or equal to {most}"))),
            None if value.is_number() => {
                Err(invalid(&format!("{name}: Number must be a whole number of at least 0")))
            }
            None => Err(expected(name, "number", value)),
        }
    }

    /// Any JSON value, or nothing where it is absent.
    pub(super) fn any(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

fn expected(name: &str, wanted: &str, got: &Value) -> Reply {
    invalid(&format!("{name}: Expected {wanted}, received {}", kind(got)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
