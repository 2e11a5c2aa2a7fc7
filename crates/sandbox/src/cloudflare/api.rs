//! API v4's manners: API tokens, the envelope, numbered errors, two kinds of pages.

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::World;
use super::identity::{Account, Token};
use crate::call::{Answer, Call, Reply};
use crate::double::Trouble;
use crate::operation::Face;

/// `https://api.cloudflare.com/client/v4`.
pub(super) struct Api;

impl Face for Api {
    type World = World;
    type Caller = Token;

    fn authorise(world: &World, call: &Call) -> Result<Token, Reply> {
        if call.header("authorization").is_none() {
            let message = "Missing X-Auth-Key, X-Auth-Email or Authorization headers";
            return Err(refuse(StatusCode::BAD_REQUEST, 9106, message));
        }
        let token = call.bearer().filter(|token| !token.is_empty()).ok_or_else(malformed_authorization)?;
        let known =
            world.tokens.iter().find(|known| known.value == token).ok_or_else(|| unknown_token(call))?;
        if let Some((_, id)) = call.params.iter().find(|(name, _)| name == "account_id") {
            world.reachable_account(known, id)?;
        }
        Ok(known.clone())
    }
}

fn malformed_authorization() -> Reply {
    let chain = json!([{ "code": 6111, "message": "Invalid format for Authorization header" }]);
    let error = json!({ "code": 6003, "message": "Invalid request headers", "error_chain": chain });
    refused(StatusCode::BAD_REQUEST, error)
}

/// Which of its three answers the vendor gives to a wrong token depends on who is asked first.
fn unknown_token(call: &Call) -> Reply {
    let path = call.uri.path();
    let below_an_account = !call.param("account_id").is_empty() && !path.ends_with(call.param("account_id"));
    if path.ends_with("/tokens/verify") {
        refuse(StatusCode::UNAUTHORIZED, 1000, "Invalid API Token")
    } else if below_an_account {
        refuse(StatusCode::UNAUTHORIZED, 10000, "Authentication error")
    } else {
        refuse(StatusCode::FORBIDDEN, 9109, "Invalid access token")
    }
}

impl World {
    /// An account that a token reaches.
    pub(super) fn reachable_account(&self, token: &Token, id: &str) -> Result<&Account, Reply> {
        if !is_identifier(id) {
            return Err(no_such_identifier(&format!("/accounts/{id}")));
        }
        let found = self.accounts.iter().find(|account| account.id == id && token.reaches(id));
        found.ok_or_else(|| refuse(StatusCode::FORBIDDEN, 10000, "Authentication error"))
    }
}

/// Whether a text can be one of the vendor's identifiers: 32 hexadecimal digits.
pub(super) fn is_identifier(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
}

/// The vendor's answer to a path with something in it that is no identifier.
pub(super) fn no_such_identifier(path: &str) -> Reply {
    let message = format!("Could not route to /client/v4{path}, perhaps your object identifier is invalid?");
    refuse(StatusCode::NOT_FOUND, 7003, &message)
}

/// A 200 with `result`.
pub(super) fn success(result: &Value) -> Answer {
    Ok(enveloped(json!({ "result": result })))
}

/// A 200 with `result`, and a message beside it.
pub(super) fn success_with(result: &Value, code: u32, message: &str) -> Answer {
    let message = json!([{ "code": code, "message": message, "type": null }]);
    Ok(enveloped(json!({ "result": result, "messages": message })))
}

fn enveloped(fields: Value) -> Reply {
    let mut envelope = json!({ "success": true, "errors": [], "messages": [] });
    if let (Value::Object(fields), Value::Object(envelope)) = (fields, &mut envelope) {
        envelope.extend(fields);
    }
    Reply::json(StatusCode::OK, &envelope)
}

/// One page of `items`, numbered from 1. A size out of bounds is brought into them.
pub(super) fn page(call: &Call, items: Vec<Value>) -> Answer {
    let number = |name: &str| call.query(name).and_then(|text| text.parse::<usize>().ok());
    let page = number("page").unwrap_or(1).max(1);
    let per_page = number("per_page").unwrap_or(20).clamp(5, 50);
    let total = items.len();
    let shown: Vec<Value> = items.into_iter().skip((page - 1) * per_page).take(per_page).collect();
    let info = json!({
        "page": page,
        "per_page": per_page,
        "count": shown.len(),
        "total_count": total,
        "total_pages": total.div_ceil(per_page),
    });
    Ok(enveloped(json!({ "result": shown, "result_info": info })))
}

/// A 200 with `result` and where to go on.
pub(super) fn from_cursor(result: &Value, per_page: usize, cursor: &str) -> Answer {
    Ok(enveloped(json!({ "result": result, "result_info": { "per_page": per_page, "cursor": cursor } })))
}

/// One numbered error.
pub(super) fn refuse(status: StatusCode, code: u32, message: &str) -> Reply {
    refused(status, json!({ "code": code, "message": message }))
}

fn refused(status: StatusCode, error: Value) -> Reply {
    Reply::json(status, &json!({ "success": false, "errors": [error], "messages": [], "result": null }))
}

/// The body as `T`: no unknown field, no wrong type. The media type does not matter; wrangler sends JSON as text.
pub(super) fn body<T: DeserializeOwned>(call: &Call, refusal: impl FnOnce() -> Reply) -> Result<T, Reply> {
    serde_json::from_slice(&call.body).map_err(|_| refusal())
}

pub(super) fn no_route(path: &str) -> Reply {
    let path = path.strip_prefix(super::API).unwrap_or(path);
    let message = format!("Could not route to /client/v4{path}, perhaps your object identifier is invalid?");
    let errors =
        json!([{ "code": 7003, "message": message }, { "code": 7000, "message": "No route for that URI" }]);
    let body = json!({ "success": false, "errors": errors, "messages": [], "result": null });
    Reply::json(StatusCode::NOT_FOUND, &body)
}

pub(super) fn trouble(trouble: Trouble) -> Reply {
    match trouble {
        Trouble::TooManyRequests(wait) => {
            let message = "Please wait and consider throttling your request speed";
            let reply =
                refuse(StatusCode::TOO_MANY_REQUESTS, 971, message).with("x-ratelimit-remaining", "0");
            wait.map_or(reply.clone(), |seconds| reply.with("retry-after", seconds.to_string()))
        }
        Trouble::Failure(StatusCode::SERVICE_UNAVAILABLE) => {
            let message = "We encountered an internal error. Please try again.";
            refuse(StatusCode::SERVICE_UNAVAILABLE, 10043, message)
        }
        Trouble::Failure(status) => {
            refuse(status, 10001, "We encountered an internal error. Please try again.")
        }
    }
}
