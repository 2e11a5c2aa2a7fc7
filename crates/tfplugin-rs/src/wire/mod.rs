//! The protocols on the wire, as generated from `proto/`. Only the outermost layer speaks them.
//!
//! Each package has messages, a server and a client. The client runs against any transport, and against a
//! server in the same process: `ProviderClient::new(ProviderServer::new(provider))`.

/// What Terraform asks a provider: package `tfplugin6`, minor version 6.11.
#[rustfmt::skip]
#[path = "generated/tfplugin6.rs"]
pub mod tfplugin6;

/// What the host of a plugin process asks it: package `plugin`.
#[rustfmt::skip]
#[path = "generated/plugin.rs"]
pub mod plugin;

/// The health check of gRPC: package `grpc.health.v1`.
#[rustfmt::skip]
#[path = "generated/grpc_health_v1.rs"]
pub mod health;
