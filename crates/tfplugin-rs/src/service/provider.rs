//! The provider as a whole: what it offers, its block, and the order to stop.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Configured, Core, convert};
use crate::diagnostics::{Diagnostic, Diagnostics, Outcome, Report};
use crate::field::Element;
use crate::model::schema_of;
use crate::panic;
use crate::path::Path;
use crate::plan::with_defaults;
use crate::provider::Provider;
use crate::schema::{Schema, Usage};
use crate::validate::{Capabilities, validate};
use crate::wire::tfplugin6 as wire;

/// Configuring makes a client and talks to nobody; it is not expected to take any time.
const CONFIGURE_LIMIT: Duration = Duration::from_secs(60);

const CAPABILITIES: wire::ServerCapabilities = wire::ServerCapabilities {
    plan_destroy: true,
    // Every call looks up its own schema, so Terraform may ask for the schemas once per command.
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: true,
};

impl<P: Provider> Core<P> {
    pub(super) fn provider_schema(&self) -> &Schema {
        self.schema.get_or_init(schema_of::<P::Config>)
    }

    /// What is wrong with what was registered: a bug that should stop every user at once, not one at a time.
    fn problems(&self) -> Vec<String> {
        let mut problems = self.registry.twice.clone();
        let mut say = |name: &str, found: Vec<String>| {
            problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
        };
        say("provider", self.provider_schema().problems(Usage::Provider));
        for (name, resource) in &self.registry.resources {
            let schema = resource.schema();
            let mut found = schema.problems(Usage::Resource);
            match schema.object.attribute("id") {
                Some(id) if id.mode == crate::schema::Mode::Computed && !id.sensitive => {}
                _ => found.push(
                    "a resource needs `#[tf(keep)] id: Computed<String>`, the text that imports it".into(),
                ),
            }
            say(name, found);
        }
        for (name, source) in &self.registry.data_sources {
            say(name, source.schema().problems(Usage::Resource));
        }
        for (name, ephemeral) in &self.registry.ephemerals {
            say(name, ephemeral.schema().problems(Usage::Resource));
        }
        for (name, action) in &self.registry.actions {
            say(name, action.schema().problems(Usage::Resource));
        }
        for (name, list) in &self.registry.lists {
            let mut found = list.schema().problems(Usage::Resource);
            if !self.registry.resources.contains_key(name) {
                found.push("it lists a resource that is not registered".into());
            }
            say(name, found);
        }
        problems
    }

    pub(super) async fn get_metadata(
        self: Arc<Self>,
        _: wire::get_metadata::Request,
    ) -> Outcome<wire::get_metadata::Response> {
        use wire::get_metadata::{
            ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata,
            ResourceMetadata, Response,
        };
        let registry = &self.registry;
        let names = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<_>>().into_iter();
        Ok(Response {
            server_capabilities: Some(CAPABILITIES),
            resources: names(registry.resources.keys().collect())
                .map(|type_name| ResourceMetadata { type_name })
                .collect(),
            data_sources: names(registry.data_sources.keys().collect())
                .map(|type_name| DataSourceMetadata { type_name })
                .collect(),
            functions: names(registry.functions.keys().collect())
                .map(|name| FunctionMetadata { name })
                .collect(),
            ephemeral_resources: names(registry.ephemerals.keys().collect())
                .map(|type_name| EphemeralMetadata { type_name })
                .collect(),
            list_resources: names(registry.lists.keys().collect())
                .map(|type_name| ListResourceMetadata { type_name })
                .collect(),
            actions: names(registry.actions.keys().collect())
                .map(|type_name| ActionMetadata { type_name })
                .collect(),
            ..Response::default()
        })
    }

    pub(super) async fn get_provider_schema(
        self: Arc<Self>,
        _: wire::get_provider_schema::Request,
    ) -> Outcome<wire::get_provider_schema::Response> {
        let problems = self.problems();
        if !problems.is_empty() {
            return Err(problems
                .into_iter()
                .map(|problem| {
                    Diagnostic::error("The provider has an invalid schema")
                        .line(format!("{problem}."))
                        .line("This is a bug of the provider: please report it.")
                })
                .collect());
        }
        let registry = &self.registry;
        let action = |schema: &Schema| wire::ActionSchema { schema: Some(convert::schema(schema)) };
        Ok(wire::get_provider_schema::Response {
            provider: Some(convert::schema(self.provider_schema())),
            resource_schemas: each(&registry.resources, |resource| convert::schema(resource.schema())),
            data_source_schemas: each(&registry.data_sources, |source| convert::schema(source.schema())),
            functions: each(&registry.functions, |function| {
                super::functions::describe(function.definition())
            }),
            ephemeral_resource_schemas: each(&registry.ephemerals, |ephemeral| {
                convert::schema(ephemeral.schema())
            }),
            list_resource_schemas: each(&registry.lists, |list| convert::schema(list.schema())),
            action_schemas: each(&registry.actions, |found| action(found.schema())),
            server_capabilities: Some(CAPABILITIES),
            ..wire::get_provider_schema::Response::default()
        })
    }

    pub(super) async fn validate_provider_config(
        self: Arc<Self>,
        request: wire::validate_provider_config::Request,
    ) -> Outcome<wire::validate_provider_config::Response> {
        let schema = self.provider_schema();
        let config = convert::decode(request.config.as_ref(), schema)?;
        let mut report = Report::new();
        validate(&schema.object, &config, Capabilities::NEWEST, &mut report);
        let config = with_defaults(&schema.object, &config, &config);
        if let Some(draft) = P::Config::draft(&config, &Path::root()) {
            P::validate(&draft, &mut report);
        }
        let diagnostics = convert::to_wire(report.into_diagnostics());
        Ok(wire::validate_provider_config::Response { diagnostics })
    }

    pub(super) async fn configure_provider(
        self: Arc<Self>,
        request: wire::configure_provider::Request,
    ) -> Outcome<wire::configure_provider::Response> {
        let schema = self.provider_schema();
        let config = convert::decode_block(request.config.as_ref(), schema)?;
        let config = with_defaults(&schema.object, &config, &config);
        *self.terraform_version.write().unwrap_or_else(PoisonError::into_inner) =
            request.terraform_version.into();
        let operation = self.operation(CONFIGURE_LIMIT);
        let draft = P::Config::draft(&config, &Path::root()).expect("an object is a draft");
        let made = panic::catch(P::configure(&operation, draft)).await;
        let client = made.map_err(|panic| crate::erased::panicked(&panic, "Nothing was changed."))??;
        *self.configured.write().unwrap_or_else(PoisonError::into_inner) =
            client.map_or(Configured::Later, |client| Configured::Ready(Arc::new(client)));
        let diagnostics = convert::to_wire(operation.take_warnings());
        Ok(wire::configure_provider::Response { diagnostics })
    }

    pub(super) async fn stop_provider(
        self: Arc<Self>,
        _: wire::stop_provider::Request,
    ) -> Result<wire::stop_provider::Response, Diagnostics> {
        tracing::info!("asked to stop: requests in flight are finished, no new ones are begun");
        // What Terraform asks for after this, closing ephemeral resources say, must still work.
        let stopped = std::mem::replace(
            &mut *self.stop.lock().unwrap_or_else(PoisonError::into_inner),
            CancellationToken::new(),
        );
        stopped.cancel();
        Ok(wire::stop_provider::Response::default())
    }
}

fn each<T: ?Sized, W>(named: &BTreeMap<String, Arc<T>>, convert: impl Fn(&T) -> W) -> BTreeMap<String, W> {
    named.iter().map(|(name, thing)| (name.clone(), convert(thing))).collect()
}
