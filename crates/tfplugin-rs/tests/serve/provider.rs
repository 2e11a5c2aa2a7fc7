//! A provider with nothing in it but what tells whether it is served well. It speaks the wire directly.

use std::pin::Pin;
use std::sync::Arc;

use tfplugin::serve::Options;
use tfplugin::wire::tfplugin6::provider_server::Provider;
use tfplugin::wire::tfplugin6::*;
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status, Streaming};

pub(crate) const OPTIONS: Options =
    Options { address: "registry.terraform.io/tfplugin/bare", version: env!("CARGO_PKG_VERSION") };

/// Data sources `bare_note`, which is well, and `bare_panic`, which is not. Functions `echo`, `wait`, `panic`.
#[derive(Clone, Default)]
pub(crate) struct Bare {
    pub(crate) gate: Gate,
}

/// The function `wait` waits here, from `entered` until `opened` has a permit.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) entered: Arc<Semaphore>,
    pub(crate) opened: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { entered: Arc::new(Semaphore::new(0)), opened: Arc::new(Semaphore::new(0)) }
    }
}

impl Bare {
    fn schema() -> get_provider_schema::Response {
        let empty = || Schema { version: 0, block: Some(schema::Block::default()) };
        let data_source_schemas =
            ["bare_note", "bare_panic"].map(|name| (name.to_owned(), empty())).into_iter().collect();
        get_provider_schema::Response {
            provider: Some(empty()),
            data_source_schemas,
            ..get_provider_schema::Response::default()
        }
    }

    fn validate(type_name: &str) -> validate_data_resource_config::Response {
        assert_ne!(type_name, "bare_panic", "asked to panic");
        validate_data_resource_config::Response::default()
    }

    async fn call(&self, request: call_function::Request) -> Result<call_function::Response, Status> {
        let result = match request.name.as_str() {
            "echo" => request.arguments.into_iter().next(),
            "wait" => {
                self.gate.entered.add_permits(1);
                let _permit =
                    self.gate.opened.acquire().await.map_err(|gate| Status::internal(gate.to_string()))?;
                Some(DynamicValue::default())
            }
            name => panic!("asked for `{name}`"),
        };
        Ok(call_function::Response { result, error: None })
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send + 'a>>;

/// A method as `#[tonic::async_trait]` would write it, which does not look into macros.
macro_rules! answers {
    ($($method:ident: $request:ty => $response:ty $(= |$self:ident, $asked:ident| $answer:expr)?;)*) => {
        $(fn $method<'life, 'answer>(&'life self, _request: Request<$request>) -> Answer<'answer, $response>
        where
            'life: 'answer,
            Self: 'answer,
        {
            #[allow(unreachable_code)]
            Box::pin(async move {
                $(let ($self, $asked) = (self, _request.into_inner()); return $answer.map(Response::new);)?
                Err(Status::unimplemented(stringify!($method)))
            })
        })*
    };
}

type Events<T> = Pin<Box<dyn futures::Stream<Item = Result<T, Status>> + Send>>;

impl Provider for Bare {
    type ListResourceStream = Events<list_resource::Event>;
    type ReadStateBytesStream = Events<read_state_bytes::Response>;
    type InvokeActionStream = Events<invoke_action::Event>;

    answers! {
        get_provider_schema: get_provider_schema::Request => get_provider_schema::Response = |_this, _asked| {
            tracing::info!(tf_rpc = "GetProviderSchema", "asked for the schema");
            Ok(Self::schema())
        };
        stop_provider: stop_provider::Request => stop_provider::Response = |_this, _asked| {
            Ok(stop_provider::Response::default())
        };
        validate_data_resource_config: validate_data_resource_config::Request => validate_data_resource_config::Response
            = |_this, asked| Ok(Self::validate(&asked.type_name));
        call_function: call_function::Request => call_function::Response
            = |this, asked| this.call(asked).await;
        get_metadata: get_metadata::Request => get_metadata::Response;
        validate_provider_config: validate_provider_config::Request => validate_provider_config::Response;
        validate_resource_config: validate_resource_config::Request => validate_resource_config::Response;
        upgrade_resource_state: upgrade_resource_state::Request => upgrade_resource_state::Response;
        get_resource_identity_schemas: get_resource_identity_schemas::Request => get_resource_identity_schemas::Response;
        upgrade_resource_identity: upgrade_resource_identity::Request => upgrade_resource_identity::Response;
        configure_provider: configure_provider::Request => configure_provider::Response;
        read_resource: read_resource::Request => read_resource::Response;
        plan_resource_change: plan_resource_change::Request => plan_resource_change::Response;
        apply_resource_change: apply_resource_change::Request => apply_resource_change::Response;
        import_resource_state: import_resource_state::Request => import_resource_state::Response;
        move_resource_state: move_resource_state::Request => move_resource_state::Response;
        read_data_source: read_data_source::Request => read_data_source::Response;
        generate_resource_config: generate_resource_config::Request => generate_resource_config::Response;
        validate_ephemeral_resource_config: validate_ephemeral_resource_config::Request
            => validate_ephemeral_resource_config::Response;
        open_ephemeral_resource: open_ephemeral_resource::Request => open_ephemeral_resource::Response;
        renew_ephemeral_resource: renew_ephemeral_resource::Request => renew_ephemeral_resource::Response;
        close_ephemeral_resource: close_ephemeral_resource::Request => close_ephemeral_resource::Response;
        list_resource: list_resource::Request => Self::ListResourceStream;
        validate_list_resource_config: validate_list_resource_config::Request => validate_list_resource_config::Response;
        get_functions: get_functions::Request => get_functions::Response;
        validate_state_store_config: validate_state_store::Request => validate_state_store::Response;
        configure_state_store: configure_state_store::Request => configure_state_store::Response;
        read_state_bytes: read_state_bytes::Request => Self::ReadStateBytesStream;
        write_state_bytes: Streaming<write_state_bytes::RequestChunk> => write_state_bytes::Response;
        lock_state: lock_state::Request => lock_state::Response;
        unlock_state: unlock_state::Request => unlock_state::Response;
        get_states: get_states::Request => get_states::Response;
        delete_state: delete_state::Request => delete_state::Response;
        plan_action: plan_action::Request => plan_action::Response;
        invoke_action: invoke_action::Request => Self::InvokeActionStream;
        validate_action_config: validate_action_config::Request => validate_action_config::Response;
    }
}
