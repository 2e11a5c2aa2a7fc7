//! A request as an operation sees it, and the answer that it gives.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hyper::body::Bytes;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::clock::later;

/// What an operation answers: `Err` is the vendor's refusal, and promises that nothing was changed.
pub(crate) type Answer = Result<Reply, Reply>;

/// One request, read completely.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// When it arrived.
    pub(crate) now: Timestamp,
    /// How long what the vendor does in the background takes here.
    pub(crate) settle: Duration,
    /// What the path's `{placeholders}` stood for, decoded.
    pub(crate) params: Vec<(String, String)>,
}

impl Call {
    /// The value of a `{placeholder}` of the operation's path.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        self.queries().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Every query parameter in the order sent, decoded.
    pub(crate) fn queries(&self) -> Vec<(String, String)> {
        let decode =
            |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
        let query = self.uri.query().unwrap_or_default();
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(key, value)| (decode(key), decode(value)))
            .collect()
    }

    /// A header's value, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token of `Authorization: Bearer`, if that is what was sent.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// When something that starts with this call will be done.
    pub(crate) fn settled_at(&self) -> Timestamp {
        later(self.now, self.settle)
    }
}

/// The answer to one request. Boxed, since it is also what a refusal is made of.
#[derive(Clone, Debug)]
pub(crate) struct Reply(Box<Response<Bytes>>);

impl Reply {
    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = status;
        Self(Box::new(response))
    }

    /// An answer in JSON.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("what the sandbox answers has string keys only");
        Self::bytes(status, "application/json; charset=utf-8", body.into())
    }

    /// An answer of any media type.
    pub(crate) fn bytes(status: StatusCode, content_type: &str, body: Bytes) -> Self {
        let mut reply = Self::empty(status).with(CONTENT_TYPE, content_type);
        *reply.0.body_mut() = body;
        reply
    }

    /// The same answer with one more header. A value that no header can carry is left out.
    pub(crate) fn with(mut self, name: impl TryInto<HeaderName>, value: impl AsRef<str>) -> Self {
        if let (Ok(name), Ok(value)) = (name.try_into(), HeaderValue::from_str(value.as_ref())) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        self.0.map(Body::from)
    }
}

/// A 200 in JSON.
pub(crate) fn ok(body: &impl Serialize) -> Answer {
    Ok(Reply::json(StatusCode::OK, body))
}
