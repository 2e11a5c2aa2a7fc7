//! The one HTTP client of vendors without an SDK: pooled, HTTP/2, rustls, with no retries and no redirects of its own.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};

use crate::{
    error::{ApiError, Delivery, ErrorKind, Vendor, chain},
    policy::{Limits, Operation, retry_after},
    secret::Secret,
};

/// The connections of a process to the vendors that it reaches by plain HTTP. Cheap to clone; costs nothing until the
/// first request.
///
/// Proxies come from the usual environment variables (`HTTPS_PROXY`, `NO_PROXY`), trusted certificates from the system.
#[derive(Clone)]
pub struct Http(Arc<Inner>);

struct Inner {
    user_agent: String,
    client: OnceLock<reqwest::Client>,
}

impl Http {
    /// Connections that introduce themselves as `user_agent`.
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self(Arc::new(Inner { user_agent: user_agent.into(), client: OnceLock::new() }))
    }

    /// Sends a request once and reads the whole answer, whatever its status. The time limit is the caller's policy.
    ///
    /// # Errors
    /// There was no answer, or it ended before its end.
    pub(crate) async fn send(&self, question: &Question, request: &Request) -> Result<Answer, ApiError> {
        let unanswered = |error: reqwest::Error| {
            let delivery = if error.is_connect() { Delivery::NeverSent } else { Delivery::Unknown };
            let kind = if error.is_timeout() && delivery == Delivery::Unknown {
                ErrorKind::TimedOut
            } else {
                ErrorKind::Network
            };
            question.unsent(kind, delivery, chain(&error.without_url()))
        };
        let client = self.client().map_err(|error| {
            let words = format!("no TLS could be set up: {}", chain(&error));
            question.unsent(ErrorKind::Network, Delivery::NeverSent, words)
        })?;
        let mut sent = client.request(request.method.clone(), &request.url);
        for (name, value) in &request.headers {
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| {
                let words = format!("No header `{name}` can carry what is configured for it");
                question.unsent(ErrorKind::Invalid, Delivery::NeverSent, words)
            })?;
            value.set_sensitive(true);
            sent = sent.header(name, value);
        }
        if let Some(body) = &request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let answer = sent.send().await.map_err(|error| {
            if error.is_builder() {
                let words = format!("`{}` is not the address of a request", request.url);
                return question.unsent(ErrorKind::Invalid, Delivery::NeverSent, words);
            }
            unanswered(error)
        })?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map_err(unanswered)?;
        Ok(Answer { status, headers, body: body.into() })
    }

    fn client(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(client) = self.0.client.get() {
            return Ok(client);
        }
        #[expect(clippy::disallowed_methods, reason = "the home of the HTTP client")]
        let client = reqwest::Client::builder()
            .user_agent(&self.0.user_agent)
            .connect_timeout(Limits::CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()?;
        Ok(self.0.client.get_or_init(|| client))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Http").field("user_agent", &self.0.user_agent).finish_non_exhaustive()
    }
}

/// What is asked, of whom and where.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) vendor: Vendor,
    pub(crate) operation: Operation,
    /// An account or a project, in words that follow "in".
    pub(crate) place: Option<String>,
}

impl Question {
    /// An error of this question, with nothing but its kind said.
    pub(crate) fn error(&self, kind: ErrorKind) -> ApiError {
        ApiError::new(self.vendor, self.operation, kind).with(|failure| failure.place.clone_from(&self.place))
    }

    /// A request that has no answer.
    pub(crate) fn unsent(&self, kind: ErrorKind, delivery: Delivery, words: String) -> ApiError {
        self.error(kind).with(|failure| {
            failure.delivery = delivery;
            failure.words = Some(words);
        })
    }

    /// An answer that says no, or that nobody understands.
    pub(crate) fn answered(
        &self,
        answer: &Answer,
        kind: ErrorKind,
        code: Option<String>,
        words: Option<String>,
    ) -> ApiError {
        self.error(kind).with(|failure| {
            failure.status = Some(answer.status);
            failure.code = code;
            failure.words = words;
            failure.request_id = answer.request_id();
            failure.retry_after = answer.asked_pause();
            failure.delivery = Delivery::Answered;
        })
    }
}

/// A request, whole and ready to be sent any number of times. Every header counts as a secret.
#[derive(Clone)]
pub(crate) struct Request {
    method: Method,
    url: String,
    headers: Vec<(HeaderName, Secret)>,
    body: Option<serde_json::Value>,
}

impl Request {
    pub(crate) fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: None }
    }

    /// The same request with one more header.
    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<Secret>) -> Self {
        self.headers.push((HeaderName::from_static(name), value.into()));
        self
    }

    /// The same request with a token in `Authorization`.
    #[must_use]
    pub(crate) fn bearer(self, token: &Secret) -> Self {
        self.header("authorization", format!("Bearer {}", token.expose()))
    }

    /// The same request with a JSON body.
    #[must_use]
    pub(crate) fn json(mut self, body: serde_json::Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The vendor's name for the exchange: Cloudflare's ray, Supabase's request, or the ray of the Cloudflare before
    /// Supabase.
    fn request_id(&self) -> Option<String> {
        ["sb-request-id", "x-request-id", "cf-ray"]
            .iter()
            .find_map(|name| self.header(name))
            .map(str::to_owned)
    }

    /// How long the vendor asks to wait: `Retry-After`, or else when a spent limit is refilled.
    fn asked_pause(&self) -> Option<Duration> {
        let now = SystemTime::now();
        let asked = self.header("retry-after").and_then(|value| retry_after(value, now));
        let refilled = || {
            self.header("x-ratelimit-reset")
                .filter(|_| self.status == 429)
                .and_then(|value| retry_after(value, now))
        };
        asked.or_else(refilled)
    }

    /// What can be quoted of a body that is not the vendor's JSON.
    pub(crate) fn excerpt(&self) -> Option<String> {
        let start = self.body.trim_ascii_start();
        let is_page = [&b"<!doctype html"[..], b"<html"]
            .iter()
            .any(|tag| start.get(..tag.len()).is_some_and(|found| found.eq_ignore_ascii_case(tag)));
        match is_page {
            true => Some("a web page instead of an answer".to_owned()),
            false => Some(String::from_utf8_lossy(start).into_owned()).filter(|text| !text.is_empty()),
        }
    }
}

/// What a status means where no code says more.
pub(crate) fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::Denied,
        404 => ErrorKind::NotFound,
        405 | 501 => ErrorKind::Unsupported,
        408 | 500.. => ErrorKind::Unavailable,
        409 | 412 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        _ => ErrorKind::Invalid,
    }
}

/// What stands for itself between two slashes.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as one segment of a path.
pub(crate) fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Answer { status, headers, body: body.into() }
    }

    #[test]
    fn the_pause_is_what_the_vendor_asks_for() {
        for (status, headers, expected) in [
            (429, &[("retry-after", "7"), ("x-ratelimit-reset", "60")][..], Some(7)),
            (429, &[("x-ratelimit-reset", "60")], Some(60)),
            (429, &[("x-ratelimit-reset", "Thu, 01 Jan 1970 00:00:00 GMT")], Some(0)),
            (503, &[("retry-after", "3")], Some(3)),
            (503, &[("x-ratelimit-reset", "60")], None),
            (429, &[], None),
        ] {
            let pause = answer(status, headers, "").asked_pause();
            assert_eq!(pause, expected.map(Duration::from_secs), "{status} {headers:?}");
        }
    }

    #[test]
    fn a_web_page_is_not_quoted() {
        let quoted = |body| answer(502, &[], body).excerpt();
        assert_eq!(quoted("\n<!DOCTYPE html><p>x").as_deref(), Some("a web page instead of an answer"));
        assert_eq!(quoted("upstream timed out").as_deref(), Some("upstream timed out"));
        assert_eq!(quoted(""), None);
    }

    #[test]
    fn a_name_stays_one_segment() {
        assert_eq!(segment("my bucket/../x?y#z"), "my%20bucket%2F..%2Fx%3Fy%23z");
        assert_eq!(segment("plain-name_1.2~"), "plain-name_1.2~");
    }
}
