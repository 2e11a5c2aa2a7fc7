//! The sandbox's own paths, below one reserved prefix on both ports: what the `slipway sandbox` commands talk to.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::json;

use crate::call::Reply;
use crate::faults::FaultRule;
use crate::sandbox::House;

/// No vendor has a path that starts like this.
pub(crate) const PREFIX: &str = "/_sandbox/";

/// Everything below [`PREFIX`].
pub(crate) fn router(house: &Arc<House>) -> Router {
    Router::new()
        .route("/_sandbox/status", get(status))
        .route("/_sandbox/env", get(env))
        .route("/_sandbox/reset", post(reset))
        .route("/_sandbox/calls", get(calls))
        .route("/_sandbox/faults", get(faults).post(add_fault).delete(clear_faults))
        .fallback(async || problem(StatusCode::NOT_FOUND, "the sandbox has no such path"))
        .layer(middleware::from_fn(not_from_a_page))
        .with_state(Arc::clone(house))
}

/// A web page may send requests to 127.0.0.1 too; browsers say so with `Origin`, and the commands never send it.
async fn not_from_a_page(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return problem(StatusCode::FORBIDDEN, "the sandbox's own paths are not for web pages")
            .into_response();
    }
    next.run(request).await
}

async fn status(State(house): State<Arc<House>>) -> Reply {
    Reply::json(StatusCode::OK, &house.status())
}

async fn env(State(house): State<Arc<House>>) -> Reply {
    Reply::json(StatusCode::OK, &house.variables())
}

async fn reset(State(house): State<Arc<House>>) -> Reply {
    match house.reset() {
        Ok(()) => Reply::json(StatusCode::OK, &json!({})),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn calls(State(house): State<Arc<House>>, Query(Since { since }): Query<Since>) -> Reply {
    Reply::json(StatusCode::OK, &house.furniture.record.calls(since))
}

async fn faults(State(house): State<Arc<House>>) -> Reply {
    Reply::json(StatusCode::OK, &house.furniture.faults().states())
}

async fn add_fault(State(house): State<Arc<House>>, body: Bytes) -> Reply {
    let rule: FaultRule = match serde_json::from_slice(&body) {
        Ok(rule) => rule,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("not a fault rule: {error}")),
    };
    let mut faults = house.furniture.faults();
    match faults.add(rule) {
        Ok(()) => Reply::json(StatusCode::CREATED, &faults.states()),
        Err(error) => problem(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

async fn clear_faults(State(house): State<Arc<House>>) -> Reply {
    house.furniture.faults().clear();
    Reply::json(StatusCode::OK, &json!([]))
}

fn problem(status: StatusCode, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": message }))
}
