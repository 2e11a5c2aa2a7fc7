//! Accepts connections and serves them until the end.

use std::time::Duration;

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;

use super::ending::Ending;
use super::listener::{Connection, Listener};
use super::services::Services;
use crate::wire::tfplugin6::provider_server::Provider;

/// How long a peer may take to say who it is.
const TLS_LIMIT: Duration = Duration::from_secs(10);

/// How long answers may take to leave once the host has said goodbye. It kills after two seconds.
const FAREWELL_LIMIT: Duration = Duration::from_millis(100);

/// How often a process without a connection looks whether its host is still there.
const HOST_CHECK: Duration = Duration::from_secs(1);

/// Large schemas and states in few round trips. HTTP/2 begins with 64 KiB.
const WINDOW: u32 = 8 << 20;

/// One listening server.
pub(super) struct Server<P> {
    pub(super) listener: Listener,
    /// None where the host asked for no TLS.
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) services: Services<P>,
    pub(super) ending: Ending,
    /// None where the process belongs to a debugger.
    pub(super) host: Option<Host>,
}

impl<P: Provider> Server<P> {
    /// Serves until the ending. When it returns, every connection is closed and the socket is gone.
    pub(super) async fn run(self) {
        let Self { listener, tls, services, ending, host } = self;
        let mut connections = JoinSet::new();
        let mut tick = ticks(HOST_CHECK);
        loop {
            tokio::select! {
                () = ending.begun() => break,
                accepted = listener.accept() => match accepted {
                    // In a task of its own: a peer that is slow, refused or only probing holds up no other.
                    Ok(io) => {
                        connections.spawn(serve_connection(io, tls.clone(), services.clone(), ending.clone()));
                    }
                    Err(reason) => {
                        tracing::warn!(%reason, "a connection could not be accepted");
                        // Most likely out of file descriptors, which passes when a connection closes.
                        tick.tick().await;
                    }
                },
                Some(_) = connections.join_next() => {}
                _ = tick.tick() => {
                    if connections.is_empty() && host.as_ref().is_some_and(Host::is_gone) {
                        tracing::info!("the host is gone without a goodbye; ending");
                        ending.hurry();
                    }
                }
            }
        }

        let closed = async { while connections.join_next().await.is_some() {} };
        tokio::pin!(closed);
        tokio::select! {
            () = &mut closed => {}
            () = ending.urgent() => {
                if timeout(FAREWELL_LIMIT, closed).await.is_err() {
                    tracing::debug!("ending with requests in flight");
                }
            }
        }
    }
}

fn ticks(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn serve_connection<P: Provider>(
    io: Box<dyn Connection>,
    tls: Option<TlsAcceptor>,
    services: Services<P>,
    ending: Ending,
) {
    let Some(tls) = tls else { return serve_http(io, services, ending).await };
    let accepted = tokio::select! {
        accepted = timeout(TLS_LIMIT, tls.accept(io)) => accepted,
        () = ending.begun() => return,
    };
    match accepted {
        Ok(Ok(stream)) => serve_http(stream, services, ending).await,
        Ok(Err(reason)) => tracing::debug!(%reason, "a connection was refused"),
        Err(_) => tracing::debug!("a connection was given up: its TLS handshake took too long"),
    }
}

async fn serve_http<P: Provider>(io: impl Connection + 'static, services: Services<P>, ending: Ending) {
    let connection = http2::Builder::new(TokioExecutor::new())
        // A limit would hold StopProvider back behind the very calls that it is to stop.
        .max_concurrent_streams(None)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .serve_connection(TokioIo::new(io), services);
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = ending.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(reason) = result {
        tracing::debug!(%reason, "a connection broke");
    }
}

/// The process that started this one.
pub(super) struct Host {
    #[cfg(unix)]
    process: u32,
}

impl Host {
    pub(super) fn of_this_process() -> Self {
        Self {
            #[cfg(unix)]
            process: std::os::unix::process::parent_id(),
        }
    }

    /// A process whose parent ends is given another one. Windows has nothing of the kind, so there a host is
    /// never seen to go.
    fn is_gone(&self) -> bool {
        #[cfg(unix)]
        return std::os::unix::process::parent_id() != self.process;
        #[cfg(not(unix))]
        return false;
    }
}
