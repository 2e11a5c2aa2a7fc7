//! Everything that answers on the one connection: the provider, and beside it what go-plugin expects.

use std::convert::Infallible;
use std::pin::Pin;

use futures::{Stream, StreamExt as _};
use hyper::body::Incoming;
use hyper::{Request, Response};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service as _};
use tonic::{Status, Streaming};

use super::ending::Ending;
use crate::wire::health::health_server::{self, Health, HealthServer};
use crate::wire::health::{HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus};
use crate::wire::plugin::grpc_broker_server::{self, GrpcBroker, GrpcBrokerServer};
use crate::wire::plugin::grpc_controller_server::{self, GrpcController, GrpcControllerServer};
use crate::wire::plugin::grpc_stdio_server::{self, GrpcStdio, GrpcStdioServer};
use crate::wire::plugin::{ConnInfo, Empty, StdioData};
use crate::wire::tfplugin6::provider_server::{self, Provider, ProviderServer};

/// What providers written in Go take and send. Without it the limit would be 4 MiB, which a large state exceeds.
const MESSAGE_LIMIT: usize = 256 << 20;

/// The services of one server, chosen by the first part of a request's path.
pub(super) struct Services<P> {
    provider: ProviderServer<P>,
    controller: GrpcControllerServer<Controller>,
    broker: GrpcBrokerServer<Broker>,
    stdio: GrpcStdioServer<Stdio>,
    health: HealthServer<AlwaysWell>,
}

impl<P: Provider> Services<P> {
    /// With `may_shut_down`, the host's wish to end the process is a command.
    pub(super) fn new(provider: P, ending: &Ending, may_shut_down: bool) -> Self {
        Self {
            provider: ProviderServer::new(provider)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
            controller: GrpcControllerServer::new(Controller {
                ending: may_shut_down.then(|| ending.clone()),
            }),
            broker: GrpcBrokerServer::new(Broker { ending: ending.clone() }),
            stdio: GrpcStdioServer::new(Stdio { ending: ending.clone() }),
            health: HealthServer::new(AlwaysWell { ending: ending.clone() }),
        }
    }
}

impl<P> Clone for Services<P> {
    fn clone(&self) -> Self {
        Self {
            provider: self.provider.clone(),
            controller: self.controller.clone(),
            broker: self.broker.clone(),
            stdio: self.stdio.clone(),
            health: self.health.clone(),
        }
    }
}

impl<P: Provider> hyper::service::Service<Request<Incoming>> for Services<P> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        match request.uri().path().split('/').nth(1).unwrap_or_default() {
            provider_server::SERVICE_NAME => self.provider.clone().call(request),
            grpc_controller_server::SERVICE_NAME => self.controller.clone().call(request),
            grpc_broker_server::SERVICE_NAME => self.broker.clone().call(request),
            grpc_stdio_server::SERVICE_NAME => self.stdio.clone().call(request),
            health_server::SERVICE_NAME => self.health.clone().call(request),
            unknown => {
                let status = Status::unimplemented(format!("there is no service `{unknown}` here"));
                Box::pin(async move { Ok(status.into_http()) })
            }
        }
    }
}

type Silence<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// A stream that says nothing and lasts as long as `open`.
fn silence<T: Send + 'static>(open: impl Future<Output = ()> + Send + 'static) -> Silence<T> {
    Box::pin(futures::stream::once(open).filter_map(|()| async { None }))
}

/// Ends the process, where there is a host that owns it.
struct Controller {
    ending: Option<Ending>,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: tonic::Request<Empty>) -> Result<tonic::Response<Empty>, Status> {
        match &self.ending {
            Some(ending) => ending.hurry(),
            None => tracing::debug!("asked to shut down; goes on, because a debugger holds this process"),
        }
        Ok(tonic::Response::new(Empty {}))
    }
}

/// Hosts open the stream at once and never use it.
struct Broker {
    ending: Ending,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = Silence<ConnInfo>;

    async fn start_stream(
        &self,
        request: tonic::Request<Streaming<ConnInfo>>,
    ) -> Result<tonic::Response<Self::StartStreamStream>, Status> {
        let ending = self.ending.clone();
        let mut asked = request.into_inner();
        Ok(tonic::Response::new(silence(async move {
            tokio::select! {
                () = ending.begun() => {}
                () = async { while let Ok(Some(_)) = asked.message().await {} } => {}
            }
        })))
    }
}

/// Whatever is sent here becomes a warning in Terraform's log. Logs go to stderr, which Terraform reads anyway.
struct Stdio {
    ending: Ending,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = Silence<StdioData>;

    async fn stream_stdio(
        &self,
        _request: tonic::Request<()>,
    ) -> Result<tonic::Response<Self::StreamStdioStream>, Status> {
        let ending = self.ending.clone();
        Ok(tonic::Response::new(silence(async move { ending.begun().await })))
    }
}

/// A process that answers is well.
struct AlwaysWell {
    ending: Ending,
}

impl AlwaysWell {
    fn status(request: &HealthCheckRequest) -> Result<HealthCheckResponse, Status> {
        match request.service.as_str() {
            "" | "plugin" | provider_server::SERVICE_NAME => {
                Ok(HealthCheckResponse { status: ServingStatus::Serving.into() })
            }
            unknown => Err(Status::not_found(format!("there is no service `{unknown}` here"))),
        }
    }
}

#[tonic::async_trait]
impl Health for AlwaysWell {
    type WatchStream = Silence<HealthCheckResponse>;

    async fn check(
        &self,
        request: tonic::Request<HealthCheckRequest>,
    ) -> Result<tonic::Response<HealthCheckResponse>, Status> {
        Self::status(request.get_ref()).map(tonic::Response::new)
    }

    async fn watch(
        &self,
        request: tonic::Request<HealthCheckRequest>,
    ) -> Result<tonic::Response<Self::WatchStream>, Status> {
        let status = Self::status(request.get_ref())?;
        let ending = self.ending.clone();
        let rest = silence(async move { ending.begun().await });
        Ok(tonic::Response::new(Box::pin(futures::stream::iter([Ok(status)]).chain(rest))))
    }
}
