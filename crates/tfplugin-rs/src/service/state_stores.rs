//! State stores, which are still experimental in Terraform: no provider of ours has one, and every call says so.

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use tonic::{Status, Streaming};

use super::{Core, convert, no_such};
use crate::diagnostics::Outcome;
use crate::provider::Provider;
use crate::wire::tfplugin6 as wire;

/// The bytes of a state.
pub(super) type Chunks = Pin<Box<dyn Stream<Item = Result<wire::read_state_bytes::Response, Status>> + Send>>;

macro_rules! refuse {
    ($($method:ident: $module:ident),*) => {
        impl<P: Provider> Core<P> {
            $(
                pub(super) async fn $method(
                    self: Arc<Self>,
                    request: wire::$module::Request,
                ) -> Outcome<wire::$module::Response> {
                    Err(no_such("state store", &request.type_name))
                }
            )*
        }
    };
}
refuse! {
    validate_state_store_config: validate_state_store,
    configure_state_store: configure_state_store,
    lock_state: lock_state,
    unlock_state: unlock_state,
    get_states: get_states,
    delete_state: delete_state
}

pub(super) fn read(request: &wire::read_state_bytes::Request) -> Chunks {
    let diagnostics = convert::to_wire(no_such("state store", &request.type_name));
    let answer = wire::read_state_bytes::Response { diagnostics, ..Default::default() };
    Box::pin(futures::stream::once(std::future::ready(Ok(answer))))
}

pub(super) async fn write(
    mut chunks: Streaming<wire::write_state_bytes::RequestChunk>,
) -> Result<wire::write_state_bytes::Response, Status> {
    let first = chunks.message().await?;
    let type_name = first.and_then(|chunk| chunk.meta).map(|meta| meta.type_name).unwrap_or_default();
    Ok(wire::write_state_bytes::Response {
        diagnostics: convert::to_wire(no_such("state store", &type_name)),
    })
}
