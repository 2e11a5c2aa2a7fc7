//! Ephemeral resources.

use std::sync::Arc;
use std::time::SystemTime;

use super::{Availability, Core, Deferral, PROVIDER_CONFIG_UNKNOWN, convert, no_such};
use crate::diagnostics::{Diagnostic, Outcome, Report};
use crate::erased::AnyEphemeral;
use crate::provider::Provider;
use crate::validate::{Capabilities, validate};
use crate::wire::tfplugin6 as wire;

impl<P: Provider> Core<P> {
    fn ephemeral(&self, type_name: &str) -> Outcome<Arc<dyn AnyEphemeral<P::Client>>> {
        self.registry
            .ephemerals
            .get(type_name)
            .cloned()
            .ok_or_else(|| no_such("ephemeral resource", type_name))
    }

    fn ready(&self) -> Outcome<Arc<P::Client>> {
        match self.need_client(Deferral::Refused)? {
            Availability::Ready(client) => Ok(client),
            Availability::Defer => unreachable!("a refused deferral is an error"),
        }
    }

    pub(super) async fn validate_ephemeral_resource_config(
        self: Arc<Self>,
        request: wire::validate_ephemeral_resource_config::Request,
    ) -> Outcome<wire::validate_ephemeral_resource_config::Response> {
        let ephemeral = self.ephemeral(&request.type_name)?;
        let config = convert::decode(request.config.as_ref(), ephemeral.schema())?;
        let mut report = Report::new();
        validate(&ephemeral.schema().object, &config, Capabilities::NEWEST, &mut report);
        ephemeral.validate(&config, &mut report);
        let diagnostics = convert::to_wire(report.into_diagnostics());
        Ok(wire::validate_ephemeral_resource_config::Response { diagnostics })
    }

    pub(super) async fn open_ephemeral_resource(
        self: Arc<Self>,
        request: wire::open_ephemeral_resource::Request,
    ) -> Outcome<wire::open_ephemeral_resource::Response> {
        let ephemeral = self.ephemeral(&request.type_name)?;
        let schema = ephemeral.schema();
        let config = convert::decode(request.config.as_ref(), schema)?;
        let client = match self.need_client(Deferral::of(request.client_capabilities.as_ref()))? {
            Availability::Ready(client) => client,
            Availability::Defer => {
                return Ok(wire::open_ephemeral_resource::Response {
                    deferred: Some(PROVIDER_CONFIG_UNKNOWN),
                    ..Default::default()
                });
            }
        };
        let operation = self.operation(ephemeral.time_limit());
        let opened = ephemeral.open(operation.clone(), client, config).await?;
        Ok(wire::open_ephemeral_resource::Response {
            result: Some(convert::encode(&opened.result, schema)?),
            renew_at: opened.renew_at.map(timestamp),
            private: Some(opened.note.to_string().into_bytes()),
            diagnostics: convert::to_wire(operation.take_warnings()),
            deferred: None,
        })
    }

    pub(super) async fn renew_ephemeral_resource(
        self: Arc<Self>,
        request: wire::renew_ephemeral_resource::Request,
    ) -> Outcome<wire::renew_ephemeral_resource::Response> {
        let ephemeral = self.ephemeral(&request.type_name)?;
        let operation = self.operation(ephemeral.time_limit());
        let note = note(request.private.as_deref())?;
        let renewed = ephemeral.renew(operation.clone(), self.ready()?, note).await?;
        Ok(wire::renew_ephemeral_resource::Response {
            renew_at: renewed.renew_at.map(timestamp),
            private: Some(renewed.note.to_string().into_bytes()),
            diagnostics: convert::to_wire(operation.take_warnings()),
        })
    }

    pub(super) async fn close_ephemeral_resource(
        self: Arc<Self>,
        request: wire::close_ephemeral_resource::Request,
    ) -> Outcome<wire::close_ephemeral_resource::Response> {
        let ephemeral = self.ephemeral(&request.type_name)?;
        let operation = self.operation(ephemeral.time_limit());
        ephemeral.close(operation.clone(), self.ready()?, note(request.private.as_deref())?).await?;
        let diagnostics = convert::to_wire(operation.take_warnings());
        Ok(wire::close_ephemeral_resource::Response { diagnostics })
    }
}

fn note(private: Option<&[u8]>) -> Outcome<serde_json::Value> {
    match private {
        None | Some([]) => Ok(serde_json::Value::Null),
        Some(bytes) => serde_json::from_slice(bytes).map_err(|error| {
            Diagnostic::error("The provider's note about an ephemeral resource cannot be read")
                .line(format!("{error}."))
                .line("This is a bug of the provider or of Terraform: please report it.")
                .into()
        }),
    }
}

fn timestamp(time: SystemTime) -> prost_types::Timestamp {
    time.into()
}
