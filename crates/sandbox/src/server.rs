//! The way of a request: taken off the wire, struck by a fault or answered, recorded.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::admin;
use crate::clock::millis;
use crate::double::{Double, Trouble, World};
use crate::faults::Fault;
use crate::operation::Answered;
use crate::record::{Exchange, GAP, Message, recorded_path};

/// No request of the real clients comes near; what is larger is a mistake.
const LARGEST_BODY: usize = 512 << 20;

/// How long calls under way may take to finish when the sandbox stops. A slow fault may be in the midst of one.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// How long to wait before accepting again when the system gives no more connections.
const BREATH: Duration = Duration::from_millis(50);

/// One port: a vendor's double and the sandbox's own paths.
pub(crate) struct Site<W> {
    double: Arc<Double<W>>,
    vendor: Router,
    admin: Router,
}

impl<W: World> Site<W> {
    pub(crate) fn new(double: Arc<Double<W>>, admin: Router) -> Arc<Self> {
        let no_route = |request: Request<Body>| async move {
            let (method, path) = (request.method(), request.uri().path());
            W::no_route(method, path).with(GAP, format!("{method} {path}"))
        };
        let vendor = W::router()
            .fallback(no_route)
            .method_not_allowed_fallback(no_route)
            .with_state(Arc::clone(&double));
        Arc::new(Self { double, vendor, admin })
    }

    /// Accepts until `stop` changes, then lets what is under way finish.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let under_way = GracefulShutdown::new();
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        self.double.furniture.record.complain(&format!("A connection was not accepted: {error}"));
                        wait(BREATH).await;
                        continue;
                    }
                },
                _ = stop.changed() => break,
            };
            let site = Arc::clone(&self);
            let service = service_fn(move |request| respond(Arc::clone(&site), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A connection that the client or a fault cut short is no news: the call is in the record.
            tokio::spawn(under_way.watch(connection));
        }
        drop(listener);
        // What is not finished by then is cut.
        let _ = tokio::time::timeout(STOP_LIMIT, under_way.shutdown()).await;
    }
}

/// Tells hyper to drop the connection without an answer.
#[derive(Debug)]
struct CutOff;

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was cut by a fault")
    }
}

impl std::error::Error for CutOff {}

async fn respond<W: World>(site: Arc<Site<W>>, request: Request<Incoming>) -> Result<Response<Body>, CutOff> {
    if request.uri().path().starts_with(admin::PREFIX) {
        let request = request.map(Body::new);
        return Ok(site.admin.clone().oneshot(request).await.into_response());
    }
    let started = Instant::now();
    let furniture = &site.double.furniture;
    let at = furniture.clock.now();
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        return Err(CutOff);
    };
    let body = body.to_bytes();
    let sent = parts.uri.path_and_query().map_or("/", |sent| sent.as_str()).to_owned();
    let mut exchange = Exchange {
        number: furniture.record.next_number(),
        at: millis(at),
        vendor: W::VENDOR,
        method: parts.method.to_string(),
        path: recorded_path(&sent),
        operation: None,
        request: Message::of(&parts.headers, &body),
        status: None,
        response: None,
        fault: None,
        micros: 0,
    };
    let path = parts.uri.path().to_owned();
    let struck = furniture.faults().strike(W::VENDOR, &parts.method, &path);
    exchange.fault = struck.as_ref().map(|fault| fault.name().to_owned());

    let answer = match struck {
        Some(Fault::Cut) => None,
        Some(Fault::TooManyRequests { retry_after }) => {
            Some(W::trouble(&path, Trouble::TooManyRequests(retry_after)).into_response())
        }
        Some(Fault::Failure { status }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(W::trouble(&path, Trouble::Failure(status)).into_response())
        }
        Some(Fault::Slow { .. } | Fault::LostResponse) | None => {
            if let Some(delay) = struck.as_ref().and_then(Fault::delay) {
                wait(delay).await;
            }
            Some(site.vendor.clone().oneshot(located::<W>(parts, body)).await.into_response())
        }
    };
    let answer = match answer {
        Some(answer) => Some(read::<W>(answer, &mut exchange, &path).await),
        None => None,
    };
    let lost = matches!(struck, Some(Fault::LostResponse));
    exchange.status = answer.as_ref().filter(|_| !lost).map(|answer| answer.status().as_u16());
    exchange.micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    furniture.record.keep(exchange);
    answer.filter(|_| !lost).ok_or(CutOff)
}

/// The request under the path that the vendor's router knows.
fn located<W: World>(mut parts: axum::http::request::Parts, body: Bytes) -> Request<Body> {
    let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    if let Some(path) = W::locate(host, parts.uri.path()) {
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(uri) = format!("{path}{query}").parse() {
            parts.uri = uri;
        }
    }
    Request::from_parts(parts, Body::from(body))
}

/// Reads the answer into the record, and puts the vendor's usual headers on it.
async fn read<W: World>(answer: Response<Body>, exchange: &mut Exchange, path: &str) -> Response<Body> {
    let (mut parts, body) = answer.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    for (name, value) in W::house_headers(path, exchange.number) {
        if let Some(name) = name {
            parts.headers.entry(name).or_insert(value);
        }
    }
    exchange.operation = parts.extensions.get::<Answered>().map(|Answered(path)| (*path).to_owned());
    exchange.response = Some(Message::of(&parts.headers, &body));
    Response::from_parts(parts, Body::from(body))
}

#[expect(clippy::disallowed_methods, reason = "a slow answer is what was asked for; this is its one home")]
async fn wait(delay: Duration) {
    tokio::time::sleep(delay).await;
}
