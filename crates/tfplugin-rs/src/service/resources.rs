//! Resources: validate, upgrade, read, plan, apply, import, move.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{Availability, Core, Deferral, PROVIDER_CONFIG_UNKNOWN, convert, no_such};
use crate::codec::json;
use crate::diagnostics::{Diagnostic, Diagnostics, Outcome, Report};
use crate::erased::{AnyResource, Applied, ApplyJob, PlanJob, ReadJob};
use crate::private::{IMPORTED, Private};
use crate::provider::Provider;
use crate::resource::MoveSource;
use crate::rule::Together;
use crate::schema::{Attribute, Kind, Mode, Object, Schema, Text};
use crate::timeouts::{Verb, limit};
use crate::validate::{Capabilities, validate};
use crate::value::Value;
use crate::wire::tfplugin6 as wire;

type Shared<C> = Arc<dyn AnyResource<C>>;

impl<P: Provider> Core<P> {
    fn resource(&self, type_name: &str) -> Outcome<Shared<P::Client>> {
        self.registry.resources.get(type_name).cloned().ok_or_else(|| no_such("resource", type_name))
    }

    pub(super) async fn validate_resource_config(
        self: Arc<Self>,
        request: wire::validate_resource_config::Request,
    ) -> Outcome<wire::validate_resource_config::Response> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let config = convert::decode(request.config.as_ref(), schema)?;
        let capabilities = Capabilities {
            write_only_attributes: request
                .client_capabilities
                .is_some_and(|client| client.write_only_attributes_allowed),
        };
        let mut report = Report::new();
        validate(&schema.object, &config, capabilities, &mut report);
        resource.validate(&config, &mut report);
        let diagnostics = convert::to_wire(report.into_diagnostics());
        Ok(wire::validate_resource_config::Response { diagnostics })
    }

    pub(super) async fn upgrade_resource_state(
        self: Arc<Self>,
        request: wire::upgrade_resource_state::Request,
    ) -> Outcome<wire::upgrade_resource_state::Response> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let raw = request.raw_state.unwrap_or_default();
        if raw.json.is_empty() {
            return Err(Diagnostic::error(format!(
                "The state of `{}` is too old to be read",
                request.type_name
            ))
            .line("It was written by Terraform 0.11 or earlier.")
            .line("Nothing was changed.")
            .line("Remove the object from the state and import it again.")
            .into());
        }
        let value = if request.version == schema.version {
            json::decode(&raw.json, schema.ty()).map_err(|error| unreadable(&request.type_name, error))?
        } else {
            let stored = attributes(&request.type_name, &raw.json)?;
            state_of(&request.type_name, schema, resource.upgrade(request.version, stored)?)?
        };
        if value.is_null() {
            // Terraform would take this for an object that is gone, and create a second one.
            return Err(unreadable(&request.type_name, "the stored state is null"));
        }
        let upgraded_state = Some(convert::encode(&value, schema)?);
        Ok(wire::upgrade_resource_state::Response { upgraded_state, diagnostics: Vec::new() })
    }

    pub(super) async fn get_resource_identity_schemas(
        self: Arc<Self>,
        _: wire::get_resource_identity_schemas::Request,
    ) -> Outcome<wire::get_resource_identity_schemas::Response> {
        let identity_schemas = self
            .registry
            .resources
            .iter()
            .map(|(name, resource)| (name.clone(), convert::identity_schema(resource.identity_schema())))
            .collect();
        Ok(wire::get_resource_identity_schemas::Response { identity_schemas, diagnostics: Vec::new() })
    }

    pub(super) async fn upgrade_resource_identity(
        self: Arc<Self>,
        request: wire::upgrade_resource_identity::Request,
    ) -> Outcome<wire::upgrade_resource_identity::Response> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.identity_schema();
        let raw = request.raw_identity.unwrap_or_default();
        let identity =
            json::decode(&raw.json, schema.ty()).map_err(|error| unreadable(&request.type_name, error))?;
        let upgraded_identity = Some(identity_data(&identity, schema)?);
        Ok(wire::upgrade_resource_identity::Response { upgraded_identity, diagnostics: Vec::new() })
    }

    pub(super) async fn read_resource(
        self: Arc<Self>,
        request: wire::read_resource::Request,
    ) -> Outcome<wire::read_resource::Response> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let state = convert::decode(request.current_state.as_ref(), schema)?;
        if state.is_null() {
            return Err(Diagnostic::error(format!(
                "Terraform asked to read a `{}` that is not there",
                request.type_name
            ))
            .line("The state it sent is empty.")
            .line("This is a bug of Terraform: please report it.")
            .into());
        }
        let client = match self.need_client(Deferral::of(request.client_capabilities.as_ref()))? {
            Availability::Ready(client) => client,
            Availability::Defer => {
                return Ok(wire::read_resource::Response {
                    new_state: request.current_state,
                    private: request.private,
                    deferred: Some(PROVIDER_CONFIG_UNKNOWN),
                    new_identity: request.current_identity,
                    diagnostics: Vec::new(),
                });
            }
        };
        let operation = self.operation(limit(Verb::Read, &state, resource.time_limits()));
        let private = Private::from_bytes(&request.private)?;
        let found = resource.read(ReadJob { operation, client, state, private }).await?;
        Ok(wire::read_resource::Response {
            new_state: Some(convert::encode(&found.state, schema)?),
            private: found.private.to_bytes(),
            new_identity: identity_of(&*resource, &found.state)?,
            diagnostics: convert::to_wire(found.warnings),
            deferred: None,
        })
    }

    pub(super) async fn plan_resource_change(
        self: Arc<Self>,
        request: wire::plan_resource_change::Request,
    ) -> Outcome<wire::plan_resource_change::Response> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let config = convert::decode(request.config.as_ref(), schema)?;
        let prior = convert::decode(request.prior_state.as_ref(), schema)?;
        let proposed = convert::decode(request.proposed_new_state.as_ref(), schema)?;
        let client = self.client();
        let job = PlanJob { client: client.as_deref(), config: &config, prior: &prior, proposed: &proposed };
        let planned = resource.plan(job).await?;
        Ok(wire::plan_resource_change::Response {
            planned_state: Some(convert::encode(&planned.state, schema)?),
            requires_replace: planned.replace.iter().map(convert::path).collect(),
            planned_private: request.prior_private,
            planned_identity: request.prior_identity,
            diagnostics: convert::to_wire(planned.warnings),
            deferred: None,
            legacy_type_system: false,
        })
    }

    pub(super) async fn apply_resource_change(
        self: Arc<Self>,
        request: wire::apply_resource_change::Request,
    ) -> Outcome<wire::apply_resource_change::Response> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let config = convert::decode(request.config.as_ref(), schema)?;
        let prior = convert::decode(request.prior_state.as_ref(), schema)?;
        let planned = convert::decode(request.planned_state.as_ref(), schema)?;
        let private = Private::from_bytes(&request.planned_private)?;
        let Availability::Ready(client) = self.need_client(Deferral::Refused)? else {
            unreachable!("a refused deferral is an error")
        };
        let (verb, subject) = match (&prior, &planned) {
            (Value::Null, planned) => (Verb::Create, planned),
            (prior, Value::Null) => (Verb::Delete, prior),
            (_, planned) => (Verb::Update, planned),
        };
        let operation = self.operation(limit(verb, subject, resource.time_limits()));
        tracing::info!(verb = ?verb, "applying");
        let job = ApplyJob { operation, client, config, prior, planned, private };
        let Applied { state, private, mut diagnostics } = resource.apply(job).await;
        let new_state = match convert::encode(&state, schema) {
            Ok(encoded) => Some(encoded),
            Err(failed) => {
                // A reply that Terraform cannot read would make it forget the object; the plan's own values are
                // at least values of the right type.
                diagnostics.extend(failed);
                let kept = convert::decode(request.planned_state.as_ref(), schema)?.without_unknowns().0;
                Some(convert::encode(&kept, schema)?)
            }
        };
        let new_identity = identity_of(&*resource, &state).unwrap_or_else(|failed| {
            diagnostics.extend(failed);
            None
        });
        Ok(wire::apply_resource_change::Response {
            new_state,
            private: private.to_bytes(),
            new_identity,
            diagnostics: convert::to_wire(diagnostics),
            legacy_type_system: false,
        })
    }

    pub(super) async fn import_resource_state(
        self: Arc<Self>,
        request: wire::import_resource_state::Request,
    ) -> Outcome<wire::import_resource_state::Response> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let by_identity = request.identity.as_ref().and_then(|identity| identity.identity_data.as_ref());
        let id = match by_identity {
            Some(data) if request.id.is_empty() => {
                let identity = convert::decode(Some(data), resource.identity_schema())?;
                resource.id_of_identity(&identity)?
            }
            _ => request.id,
        };
        let (id, identity) = resource.identity_of_id(&id)?;
        let mut state = schema.object.empty();
        if let Value::Object(attributes) = &mut state {
            attributes.insert("id".into(), Value::String(id));
        }
        // The read that follows fills in the rest; until then nothing but the id is known.
        let mut private = Private::default();
        private.set(IMPORTED, Json::Bool(true));
        let imported = wire::import_resource_state::ImportedResource {
            type_name: request.type_name,
            state: Some(convert::encode(&state, schema)?),
            private: private.to_bytes(),
            identity: Some(identity_data(&identity, resource.identity_schema())?),
        };
        Ok(wire::import_resource_state::Response {
            imported_resources: vec![imported],
            diagnostics: Vec::new(),
            deferred: None,
        })
    }

    pub(super) async fn move_resource_state(
        self: Arc<Self>,
        request: wire::move_resource_state::Request,
    ) -> Outcome<wire::move_resource_state::Response> {
        let resource = self.resource(&request.target_type_name)?;
        let schema = resource.schema();
        let raw = request.source_state.unwrap_or_default();
        let source = MoveSource {
            state: attributes(&request.source_type_name, &raw.json)?,
            provider_address: request.source_provider_address,
            type_name: request.source_type_name,
            schema_version: request.source_schema_version,
        };
        let Some(moved) = resource.moved_from(&source) else {
            return Err(Diagnostic::error(format!(
                "A `{}` cannot become a `{}`",
                source.type_name, request.target_type_name
            ))
            .line(format!("The source is of {}, version {}.", source.provider_address, source.schema_version))
            .line("Nothing was changed.")
            .line("Remove the old object from the state (`removed` block) and import the new one.")
            .into());
        };
        let state = state_of(&request.target_type_name, schema, moved?)?;
        Ok(wire::move_resource_state::Response {
            target_identity: identity_of(&*resource, &state)?,
            target_state: Some(convert::encode(&state, schema)?),
            target_private: Vec::new(),
            diagnostics: Vec::new(),
        })
    }

    pub(super) async fn generate_resource_config(
        self: Arc<Self>,
        request: wire::generate_resource_config::Request,
    ) -> Outcome<wire::generate_resource_config::Response> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let state = convert::decode(request.state.as_ref(), schema)?;
        let config = configurable(&schema.object, state);
        Ok(wire::generate_resource_config::Response {
            config: Some(convert::encode(&config, schema)?),
            diagnostics: Vec::new(),
        })
    }
}

/// What a user would write to get this state: nothing that the provider decides, no defaults, one of what excludes each
/// other.
fn configurable(object: &Object, state: Value) -> Value {
    let Value::Object(attributes) = state else { return state };
    let keep = |attribute: &Attribute, value: Value| {
        let omitted = attribute.mode == Mode::Computed
            || attribute.write_only
            || attribute.deprecated.is_some()
            || attribute.default.as_ref() == Some(&value);
        if omitted { Value::Null } else { configurable_value(&attribute.kind, value) }
    };
    let mut config: BTreeMap<_, _> = attributes
        .into_iter()
        .map(|(name, value)| {
            let value = object.attribute(&name).map_or(Value::Null, |attribute| keep(attribute, value));
            (name, value)
        })
        .collect();
    // The provider may have decided several attributes of which a user writes one: the first one says it.
    for rule in &object.rules {
        if let Together::ExactlyOneOf(names) | Together::AtMostOneOf(names) = rule {
            let is_set = |name: &&Text| config.get(name.as_ref()).is_some_and(|value| !value.is_null());
            let others: Vec<_> = names.iter().filter(is_set).skip(1).collect();
            for name in others {
                config.insert(name.to_string(), Value::Null);
            }
        }
    }
    Value::Object(config)
}

fn configurable_value(kind: &Kind, value: Value) -> Value {
    match (kind, value) {
        (Kind::Object(object), value) => configurable(object, value),
        (Kind::List(inner), Value::List(elements)) => {
            Value::List(elements.into_iter().map(|element| configurable_value(inner, element)).collect())
        }
        (Kind::Map(inner), Value::Object(entries)) => Value::Object(
            entries.into_iter().map(|(key, entry)| (key, configurable_value(inner, entry))).collect(),
        ),
        (_, value) => value,
    }
}

fn unreadable(type_name: &str, error: impl std::fmt::Display) -> Diagnostics {
    Diagnostic::error(format!("The stored state of `{type_name}` cannot be read"))
        .line(format!("{error}."))
        .line("Nothing was changed.")
        .line("Restore the state from a backup, or remove the object from it and import it again.")
        .into()
}

fn attributes(type_name: &str, json: &[u8]) -> Outcome<Map<String, Json>> {
    serde_json::from_slice(json).map_err(|error| unreadable(type_name, error))
}

/// Attributes in the current version as a state, wholly known and without write-only values.
fn state_of(type_name: &str, schema: &Schema, attributes: Map<String, Json>) -> Outcome<Value> {
    let text = Json::Object(attributes).to_string();
    let mut value =
        json::decode(text.as_bytes(), schema.ty()).map_err(|error| unreadable(type_name, error))?;
    crate::plan::respell(&schema.object, &Value::Null, &mut value);
    Ok(value)
}

fn identity_data(identity: &Value, schema: &Schema) -> Outcome<wire::ResourceIdentityData> {
    Ok(wire::ResourceIdentityData { identity_data: Some(convert::encode(identity, schema)?) })
}

/// The identity of an object in a state; none when there is no object, or no id yet.
fn identity_of<C>(
    resource: &dyn AnyResource<C>,
    state: &Value,
) -> Outcome<Option<wire::ResourceIdentityData>> {
    let Some(id) = state.get("id").as_str() else { return Ok(None) };
    let (_, identity) = resource.identity_of_id(id)?;
    identity_data(&identity, resource.identity_schema()).map(Some)
}
