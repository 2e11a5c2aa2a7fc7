//! List resources.

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use tokio::sync::mpsc;
use tonic::Status;

use super::{Availability, Core, Deferral, convert, no_such};
use crate::diagnostics::{Diagnostics, Outcome, Report};
use crate::erased::{AnyList, ListJob};
use crate::list::Found;
use crate::plan::{carry_unread, respell};
use crate::provider::Provider;
use crate::validate::{Capabilities, validate};
use crate::value::Value;
use crate::wire::tfplugin6 as wire;

/// Objects as they are found.
pub(super) type Events = Pin<Box<dyn Stream<Item = Result<wire::list_resource::Event, Status>> + Send>>;

/// How many found objects may wait for Terraform before the search pauses.
const IN_FLIGHT: usize = 64;

impl<P: Provider> Core<P> {
    fn list(&self, type_name: &str) -> Outcome<Arc<dyn AnyList<P::Client>>> {
        self.registry.lists.get(type_name).cloned().ok_or_else(|| no_such("list resource", type_name))
    }

    pub(super) async fn validate_list_resource_config(
        self: Arc<Self>,
        request: wire::validate_list_resource_config::Request,
    ) -> Outcome<wire::validate_list_resource_config::Response> {
        let list = self.list(&request.type_name)?;
        let config = convert::decode_block(request.config.as_ref(), list.schema())?;
        let mut report = Report::new();
        validate(&list.schema().object, &config, Capabilities::NEWEST, &mut report);
        list.validate(&config, &mut report);
        let diagnostics = convert::to_wire(report.into_diagnostics());
        Ok(wire::validate_list_resource_config::Response { diagnostics })
    }

    pub(super) fn list_resource(self: Arc<Self>, request: wire::list_resource::Request) -> Events {
        let (events, found) = mpsc::channel(IN_FLIGHT);
        let core = self.clone();
        let type_name = request.type_name.clone();
        tokio::spawn(async move {
            if let Err(failed) = core.start_list(request, events.clone()).await {
                for diagnostic in failed {
                    // A receiver that is gone has had enough.
                    let _ = events.send(Found::Said(diagnostic)).await;
                }
            }
        });
        Box::pin(futures::stream::unfold((self, type_name, found), async |(core, type_name, mut found)| {
            let event = core.event(&type_name, found.recv().await?);
            Some((Ok(event), (core, type_name, found)))
        }))
    }

    async fn start_list(
        &self,
        request: wire::list_resource::Request,
        events: mpsc::Sender<Found>,
    ) -> Result<(), Diagnostics> {
        let list = self.list(&request.type_name)?;
        let config = convert::decode_block(request.config.as_ref(), list.schema())?;
        let Availability::Ready(client) = self.need_client(Deferral::Refused)? else {
            unreachable!("a refused deferral is an error")
        };
        let operation = self.operation(list.time_limit());
        let limit = usize::try_from(request.limit).ok().filter(|limit| *limit > 0);
        let wants_objects = request.include_resource_object;
        list.list(ListJob { operation, client, config, limit, wants_objects, events }).await;
        Ok(())
    }

    fn event(&self, type_name: &str, found: Found) -> wire::list_resource::Event {
        let failed = |failed: Diagnostics| wire::list_resource::Event {
            diagnostic: convert::to_wire(failed),
            ..Default::default()
        };
        match found {
            Found::Said(diagnostic) => failed(diagnostic.into()),
            Found::Object { identity, display_name, object } => {
                let Some(resource) = self.registry.resources.get(type_name) else {
                    return failed(no_such("resource", type_name));
                };
                let encode = || -> Outcome<_> {
                    let identity = convert::encode(&identity, resource.identity_schema())?;
                    let object = object
                        .map(|mut object| {
                            // As the refresh after an import leaves it.
                            carry_unread(&resource.schema().object, &Value::Null, &mut object);
                            respell(&resource.schema().object, &Value::Null, &mut object);
                            convert::encode(&object, resource.schema())
                        })
                        .transpose()?;
                    Ok((identity, object))
                };
                match encode() {
                    Ok((identity, resource_object)) => wire::list_resource::Event {
                        identity: Some(wire::ResourceIdentityData { identity_data: Some(identity) }),
                        display_name,
                        resource_object,
                        diagnostic: Vec::new(),
                    },
                    Err(mismatch) => failed(mismatch),
                }
            }
        }
    }
}
