//! From an answer to a result or an [`ApiError`]: the one place that knows how Supabase's two APIs say no.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    error::{ApiError, ErrorKind},
    http::{Answer, Question, kind_of_status},
};

/// Reads an answer of the Management API: bare JSON, `{"message": ...}` when it says no.
pub(super) fn management<T: DeserializeOwned>(question: &Question, answer: &Answer) -> Result<T, ApiError> {
    if answer.is_success() {
        return decode(question, answer);
    }
    let Some(body) = object(answer) else { return Err(not_supabase(question, answer)) };
    let words = text(&body, "message").or_else(|| text(&body["error"], "message"));
    let code = text(&body, "code").or_else(|| text(&body["error"], "code"));
    let kind = match (answer.status, words.as_deref().unwrap_or_default()) {
        (400, "Resource has been removed") => ErrorKind::NotFound,
        (404, words) if words.starts_with("Cannot ") => ErrorKind::Unsupported,
        (status, _) => kind_of_status(status),
    };
    Err(question.answered(answer, kind, code, words))
}

/// Reads an answer of a project's Storage API: HTTP says 400 whatever is wrong, the body says what.
pub(super) fn storage<T: DeserializeOwned>(question: &Question, answer: &Answer) -> Result<T, ApiError> {
    if answer.is_success() {
        return decode(question, answer);
    }
    let Some(body) = object(answer) else { return Err(not_supabase(question, answer)) };
    let words = text(&body, "message").or_else(|| text(&body, "error"));
    // A string where the service itself answers, a number where its framework does.
    let status = match &body["statusCode"] {
        Value::String(status) => status.parse().ok(),
        Value::Number(status) => status.as_u64().and_then(|status| u16::try_from(status).ok()),
        _ => None,
    };
    let code = text(&body, "code").or_else(|| text(&body, "error"));
    let meant = status.unwrap_or(answer.status);
    let kind =
        kind(answer.status, meant, code.as_deref().unwrap_or_default(), words.as_deref().unwrap_or_default());
    Err(question.answered(answer, kind, code, words))
}

/// What Storage means: the code first, then the status in the body. `sent` is the status on the wire.
fn kind(sent: u16, meant: u16, code: &str, words: &str) -> ErrorKind {
    match code {
        "NoSuchBucket" | "Bucket not found" => ErrorKind::NotFound,
        "BucketAlreadyExists" | "Duplicate" => ErrorKind::AlreadyExists { owned_by_you: true },
        "ResourceNotEmpty" => ErrorKind::NotEmpty,
        "SlowDown" => ErrorKind::Throttled,
        "DatabaseTimeout" | "InternalError" => ErrorKind::Unavailable,
        "AccessDenied" if is_about_the_key(words) => ErrorKind::Unauthenticated,
        "InvalidRequest" if words.contains("'authorization'") => ErrorKind::Unauthenticated,
        // The service marks what it does not find with 400 on the wire; a 404 is a route that it does not have.
        _ if sent == 404 && words.starts_with("Route ") => ErrorKind::Unsupported,
        _ if sent == 404 => ErrorKind::Invalid,
        // "Project paused".
        _ if sent == 540 => ErrorKind::Conflict,
        _ => kind_of_status(meant),
    }
}

/// Whether "access denied" speaks of the key itself rather than of what its bearer may do.
fn is_about_the_key(words: &str) -> bool {
    ["signature", "JWS", "JWT", "jwt", "\"exp\""].iter().any(|word| words.contains(word))
}

fn decode<T: DeserializeOwned>(question: &Question, answer: &Answer) -> Result<T, ApiError> {
    // Several writes are answered with nothing at all.
    let body = if answer.body.is_empty() { b"null".as_slice() } else { &answer.body };
    serde_json::from_slice(body).map_err(|error| {
        let words = format!("the answer could not be read: {error}");
        question.answered(answer, ErrorKind::Unreadable, None, Some(words))
    })
}

fn object(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok().filter(Value::is_object)
}

fn text(body: &Value, field: &str) -> Option<String> {
    body[field].as_str().map(str::to_owned)
}

/// A gateway in trouble, or a proxy. "Not found" then says nothing about the object.
fn not_supabase(question: &Question, answer: &Answer) -> ApiError {
    let kind = match kind_of_status(answer.status) {
        kind @ (ErrorKind::Throttled | ErrorKind::Unavailable) => kind,
        _ => ErrorKind::Unreadable,
    };
    question.answered(answer, kind, None, answer.excerpt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_says_what_the_status_hides() {
        for (sent, meant, code, words, expected) in [
            (400, 404, "NoSuchBucket", "Bucket not found", ErrorKind::NotFound),
            (400, 409, "BucketAlreadyExists", "", ErrorKind::AlreadyExists { owned_by_you: true }),
            (400, 409, "ResourceNotEmpty", "", ErrorKind::NotEmpty),
            (400, 403, "AccessDenied", "signature verification failed", ErrorKind::Unauthenticated),
            (400, 403, "AccessDenied", "Invalid Compact JWS", ErrorKind::Unauthenticated),
            (400, 403, "AccessDenied", "\"exp\" claim timestamp check failed", ErrorKind::Unauthenticated),
            (400, 403, "AccessDenied", "new row violates row-level security policy", ErrorKind::Denied),
            (
                400,
                400,
                "InvalidRequest",
                "headers must have required property 'authorization'",
                ErrorKind::Unauthenticated,
            ),
            (400, 400, "InvalidRequest", "body must be object", ErrorKind::Invalid),
            (400, 413, "EntityTooLarge", "", ErrorKind::Invalid),
            (429, 429, "SlowDown", "", ErrorKind::Throttled),
            (544, 544, "DatabaseTimeout", "", ErrorKind::Unavailable),
            (404, 404, "Not Found", "Route GET:/nope not found", ErrorKind::Unsupported),
            (404, 404, "", "Project abc not found", ErrorKind::Invalid),
            (540, 540, "", "Project paused", ErrorKind::Conflict),
            (401, 401, "", "Legacy API keys are disabled", ErrorKind::Unauthenticated),
        ] {
            assert_eq!(kind(sent, meant, code, words), expected, "{sent} {code} {words}");
        }
    }
}
