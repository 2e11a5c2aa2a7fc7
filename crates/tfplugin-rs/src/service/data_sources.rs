//! Data sources.

use std::sync::Arc;

use super::{Availability, Core, Deferral, PROVIDER_CONFIG_UNKNOWN, convert, no_such};
use crate::diagnostics::{Outcome, Report};
use crate::erased::AnyDataSource;
use crate::provider::Provider;
use crate::schema::Object;
use crate::validate::{Capabilities, validate};
use crate::value::Value;
use crate::wire::tfplugin6 as wire;

impl<P: Provider> Core<P> {
    fn data_source(&self, type_name: &str) -> Outcome<Arc<dyn AnyDataSource<P::Client>>> {
        self.registry.data_sources.get(type_name).cloned().ok_or_else(|| no_such("data source", type_name))
    }

    pub(super) async fn validate_data_resource_config(
        self: Arc<Self>,
        request: wire::validate_data_resource_config::Request,
    ) -> Outcome<wire::validate_data_resource_config::Response> {
        let source = self.data_source(&request.type_name)?;
        let config = convert::decode(request.config.as_ref(), source.schema())?;
        let mut report = Report::new();
        validate(&source.schema().object, &config, Capabilities::NEWEST, &mut report);
        source.validate(&config, &mut report);
        let diagnostics = convert::to_wire(report.into_diagnostics());
        Ok(wire::validate_data_resource_config::Response { diagnostics })
    }

    pub(super) async fn read_data_source(
        self: Arc<Self>,
        request: wire::read_data_source::Request,
    ) -> Outcome<wire::read_data_source::Response> {
        let source = self.data_source(&request.type_name)?;
        let schema = source.schema();
        let config = convert::decode(request.config.as_ref(), schema)?;
        let client = match self.need_client(Deferral::of(request.client_capabilities.as_ref()))? {
            Availability::Ready(client) => client,
            Availability::Defer => {
                return Ok(wire::read_data_source::Response {
                    state: Some(convert::encode(&undecided(&schema.object, &config), schema)?),
                    deferred: Some(PROVIDER_CONFIG_UNKNOWN),
                    diagnostics: Vec::new(),
                });
            }
        };
        let operation = self.operation(source.time_limit());
        let state = source.read(operation.clone(), client, config).await?;
        Ok(wire::read_data_source::Response {
            state: Some(convert::encode(&state, schema)?),
            diagnostics: convert::to_wire(operation.take_warnings()),
            deferred: None,
        })
    }
}

/// The configuration with everything unknown that a read would decide.
fn undecided(object: &Object, config: &Value) -> Value {
    Value::object(object.attributes.iter().map(|attribute| {
        let value = match config.get(&attribute.name) {
            Value::Null if attribute.mode.is_computed() => Value::Unknown,
            value => value.clone(),
        };
        (attribute.name.to_string(), value)
    }))
}
