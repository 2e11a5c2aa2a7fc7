//! A running sandbox seen from another process: what the `slipway sandbox` commands use.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::faults::{FaultRule, FaultState};
use crate::record::Exchange;
use crate::sandbox::Status;

/// How long a command waits for a sandbox on the same machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a running sandbox did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The address is not one of this machine.
    #[error("`{0}` is not the address of a sandbox; it looks like http://127.0.0.1:PORT")]
    Address(String),
    /// Nothing listens there.
    #[error("nothing answers at {url}: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// What the system said.
        reason: String,
    },
    /// Something answers that is no sandbox, or no sandbox of this version.
    #[error("what answers at {url} is not a sandbox of this version: {reason}")]
    Foreign {
        /// The address.
        url: String,
        /// What gave it away.
        reason: String,
    },
    /// The sandbox refused.
    #[error("{0}")]
    Refused(String),
}

/// The sandbox at an address.
#[derive(Clone, Debug)]
pub struct Remote {
    url: String,
    authority: String,
}

impl Remote {
    /// The sandbox that has a port at `url`, such as `http://127.0.0.1:7601`; either vendor's port will do.
    pub fn at(url: &str) -> Result<Self, RemoteError> {
        let wrong = || RemoteError::Address(url.to_owned());
        let authority = url.trim_end_matches('/').strip_prefix("http://").ok_or_else(wrong)?;
        let (host, port) = authority.rsplit_once(':').ok_or_else(wrong)?;
        if !["127.0.0.1", "localhost"].contains(&host) || port.parse::<u16>().is_err() {
            return Err(wrong());
        }
        Ok(Self { url: format!("http://{authority}"), authority: authority.to_owned() })
    }

    /// What runs, and what happened so far.
    pub async fn status(&self) -> Result<Status, RemoteError> {
        self.ask(Method::GET, "status", None).await
    }

    /// The environment variables that the clients need.
    pub async fn variables(&self) -> Result<Vec<(String, String)>, RemoteError> {
        self.ask(Method::GET, "env", None).await
    }

    /// Makes it forget everything.
    pub async fn reset(&self) -> Result<(), RemoteError> {
        self.ask::<Value>(Method::POST, "reset", None).await.map(|_| ())
    }

    /// The calls after number `since`, oldest first.
    pub async fn calls(&self, since: u64) -> Result<Vec<Exchange>, RemoteError> {
        self.ask(Method::GET, &format!("calls?since={since}"), None).await
    }

    /// Every fault rule and its counts.
    pub async fn faults(&self) -> Result<Vec<FaultState>, RemoteError> {
        self.ask(Method::GET, "faults", None).await
    }

    /// Adds a fault rule and returns all of them.
    pub async fn add_fault(&self, rule: &FaultRule) -> Result<Vec<FaultState>, RemoteError> {
        let rule = serde_json::to_vec(rule).expect("a rule has string keys only");
        self.ask(Method::POST, "faults", Some(rule)).await
    }

    /// Removes every fault rule.
    pub async fn clear_faults(&self) -> Result<(), RemoteError> {
        self.ask::<Value>(Method::DELETE, "faults", None).await.map(|_| ())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<T, RemoteError> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", crate::admin::PREFIX))
            .header(header::HOST, &self.authority)
            .body(Body::from(body.unwrap_or_default()))
            .expect("the path is made here");
        let unreachable = |reason: String| RemoteError::Unreachable { url: self.url.clone(), reason };
        let answer = tokio::time::timeout(PATIENCE, self.send(request));
        let (status, bytes) = match answer.await {
            Ok(answer) => answer.map_err(unreachable)?,
            Err(_) => return Err(unreachable(format!("no answer in {} s", PATIENCE.as_secs()))),
        };
        let foreign = |reason: String| RemoteError::Foreign { url: self.url.clone(), reason };
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|error| foreign(error.to_string()));
        }
        let said = serde_json::from_slice::<Value>(&bytes).ok();
        match said.as_ref().and_then(|said| said["error"].as_str()) {
            Some(error) => Err(RemoteError::Refused(error.to_owned())),
            None => Err(foreign(format!("it answered {status}"))),
        }
    }

    async fn send(&self, request: Request<Body>) -> Result<(StatusCode, Vec<u8>), String> {
        let stream = TcpStream::connect(&self.authority).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| error.to_string())?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
            let status = response.status();
            let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
            Ok((status, body.to_bytes().to_vec()))
        };
        tokio::pin!(exchange);
        tokio::select! {
            answer = &mut exchange => answer,
            ended = connection => match ended {
                // The connection may be done a moment before its last answer is taken.
                Ok(()) => exchange.await,
                Err(error) => Err(error.to_string()),
            },
        }
    }
}
