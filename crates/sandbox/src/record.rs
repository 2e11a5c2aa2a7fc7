//! The record of calls: what was asked and answered, without secrets.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::http::HeaderMap;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::furniture::Vendor;

/// How many calls are remembered; older ones are only in the file of `--record`.
const REMEMBERED: usize = 10_000;

/// Bodies beyond this many bytes are recorded by their size.
const LONGEST_BODY: usize = 1 << 20;

/// Header on an answer that only means that the sandbox has nothing there.
pub(crate) const GAP: &str = "x-slipway-sandbox-gap";

const REDACTED: &str = "<redacted>";

/// One call: what was sent, what came back, and what the sandbox thought of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Exchange {
    /// Counts the calls of a sandbox from 1, in the order in which they arrived.
    pub number: u64,
    /// When it arrived, RFC 3339.
    pub at: String,
    /// Whom it was meant for.
    pub vendor: Vendor,
    /// The HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// The operation's path as the vendor documents it; absent where the sandbox has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What was sent.
    pub request: Message,
    /// The status of the answer; absent where the connection was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What was answered, also where the answer was lost on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Message>,
    /// The fault that hit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// How long the sandbox took, in microseconds.
    pub micros: u64,
}

impl Exchange {
    /// Whether the sandbox lacks this operation: the answer then says more about the sandbox than about the vendor.
    pub fn is_gap(&self) -> bool {
        self.response.as_ref().is_some_and(|response| response.headers.contains_key(GAP))
    }
}

/// Headers and body of a request or an answer.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Message {
    /// By lower-case name, secrets blanked.
    pub headers: BTreeMap<String, String>,
    /// JSON where it is JSON, else a string; `{"bytes": n}` where it is neither or too long; null where empty.
    pub body: Value,
}

impl Message {
    pub(crate) fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.to_string(), redact_header(name.as_str(), &value))
            })
            .collect();
        Self { headers, body: readable(body) }
    }
}

/// Something that whoever runs the sandbox may want to see at once.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A call was answered, or cut off.
    Call(&'a Exchange),
    /// Something is wrong with the sandbox itself.
    Complaint(&'a str),
}

/// Hears every event, on the sandbox's own thread.
pub type Listener = Arc<dyn Fn(Event<'_>) + Send + Sync>;

/// Remembers calls, writes them to a file, and tells whoever listens.
pub(crate) struct Record {
    kept: Mutex<Kept>,
    listener: Option<Listener>,
}

#[derive(Default)]
struct Kept {
    calls: VecDeque<Exchange>,
    number: u64,
    file: Option<File>,
}

impl Record {
    pub(crate) fn new(file: Option<File>, listener: Option<Listener>) -> Self {
        Self { kept: Mutex::new(Kept { file, ..Kept::default() }), listener }
    }

    /// The number of the next call.
    pub(crate) fn next_number(&self) -> u64 {
        let mut kept = self.kept();
        kept.number += 1;
        kept.number
    }

    /// Keeps a call.
    pub(crate) fn keep(&self, exchange: Exchange) {
        if let Some(listener) = &self.listener {
            listener(Event::Call(&exchange));
        }
        let mut kept = self.kept();
        let written = kept.file.as_mut().map(|file| {
            let mut line = serde_json::to_vec(&exchange).expect("an exchange has string keys only");
            line.push(b'\n');
            file.write_all(&line)
        });
        if kept.calls.len() == REMEMBERED {
            kept.calls.pop_front();
        }
        kept.calls.push_back(exchange);
        drop(kept);
        if let Some(Err(error)) = written {
            self.complain(&format!("The record of calls could not be written: {error}"));
        }
    }

    /// The remembered calls, oldest first, from the one after `since`.
    pub(crate) fn calls(&self, since: u64) -> Vec<Exchange> {
        let mut calls: Vec<Exchange> =
            self.kept().calls.iter().filter(|call| call.number > since).cloned().collect();
        // They are kept as they end.
        calls.sort_by_key(|call| call.number);
        calls
    }

    /// How many calls there were.
    pub(crate) fn count(&self) -> u64 {
        self.kept().number
    }

    /// Forgets all calls; the numbers go on.
    pub(crate) fn forget(&self) {
        self.kept().calls.clear();
    }

    /// Tells whoever runs the sandbox that something is wrong with the sandbox itself.
    pub(crate) fn complain(&self, message: &str) {
        if let Some(listener) = &self.listener {
            listener(Event::Complaint(message));
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The path of a call as it is recorded.
pub(crate) fn recorded_path(path_and_query: &str) -> String {
    redact_text(path_and_query)
}

fn readable(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if body.len() > LONGEST_BODY {
        return json!({ "bytes": body.len() });
    }
    if let Ok(value) = serde_json::from_slice(body) {
        return redact_json(value);
    }
    match std::str::from_utf8(body) {
        Ok(text) => Value::String(redact_text(text)),
        Err(_) => json!({ "bytes": body.len() }),
    }
}

fn redact_header(name: &str, value: &str) -> String {
    const SECRET: [&str; 6] =
        ["apikey", "authorization", "cookie", "set-cookie", "x-auth-key", "x-auth-user-service-key"];
    if !SECRET.contains(&name) {
        return redact_text(value);
    }
    match value.split_once(' ') {
        Some((scheme, _)) => format!("{scheme} {REDACTED}"),
        None => REDACTED.to_owned(),
    }
}

fn redact_json(value: Value) -> Value {
    const SECRET: [&str; 10] = [
        "access_token",
        "api_key",
        "db_pass",
        "jwt_secret",
        "password",
        "secret",
        "secret_access_key",
        "secretAccessKey",
        "sessionToken",
        "token",
    ];
    match value {
        Value::Object(fields) => {
            // How Supabase takes the secrets of a project: `{"name": "API_KEY", "value": "..."}`.
            let is_named = fields.len() <= 3 && fields.contains_key("name");
            let is_secret = |name: &str| SECRET.contains(&name) || (is_named && name == "value");
            let redact = |(name, value): (String, Value)| match value {
                Value::String(_) if is_secret(&name) => (name, REDACTED.into()),
                value => (name, redact_json(value)),
            };
            fields.into_iter().map(redact).collect()
        }
        Value::Array(items) => items.into_iter().map(redact_json).collect(),
        Value::String(text) => redact_text(&text).into(),
        other => other,
    }
}

/// Blanks what looks like a key or a signature, wherever it stands.
fn redact_text(text: &str) -> String {
    static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?P<jwt>\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)",
            r"|(?P<key>\bsb_secret_[A-Za-z0-9_-]+|\bsbp_[A-Za-z0-9]+)",
            r"|(?P<name>(?:X-Amz-Signature|X-Amz-Credential|Signature|Credential|token)=)[^&,\s]+",
        ))
        .expect("the pattern is a constant")
    });
    SECRETS.replace_all(text, format!("${{name}}{REDACTED}")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        assert_eq!(readable(body.as_bytes()).to_string(), expected);
    }

    #[test]
    fn secrets_are_blanked_in_bodies() {
        check(r#"{"db_pass": "hunter2", "name": "shop"}"#, r#"{"db_pass":"<redacted>","name":"shop"}"#);
        check(r#"[{"name": "API_KEY", "value": "hunter2"}]"#, r#"[{"name":"API_KEY","value":"<redacted>"}]"#);
        check(
            r#"[{"api_key": "x", "note": "use sb_secret_abc_def"}]"#,
            r#"[{"api_key":"<redacted>","note":"use <redacted>"}]"#,
        );
        check("not json, eyJhbGciOi.eyJpc3Mi.c2ln inside", r#""not json, <redacted> inside""#);
    }

    #[test]
    fn secrets_are_blanked_in_headers_and_queries() {
        assert_eq!(redact_header("authorization", "Bearer sbp_0123"), "Bearer <redacted>");
        assert_eq!(redact_header("apikey", "anything"), "<redacted>");
        assert_eq!(
            recorded_path("/b/k?X-Amz-Signature=abc&list-type=2"),
            "/b/k?X-Amz-Signature=<redacted>&list-type=2"
        );
    }

    #[test]
    fn bodies_that_are_no_text_are_recorded_by_size() {
        assert_eq!(readable(&[0xff, 0xfe]), json!({ "bytes": 2 }));
        assert_eq!(readable(b""), Value::Null);
    }
}
