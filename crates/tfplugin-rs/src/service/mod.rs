//! The provider as Terraform calls it: one method per call, each answered with diagnostics, never with a status.

mod actions;
mod convert;
mod data_sources;
mod ephemerals;
mod functions;
mod lists;
mod provider;
mod resources;
mod state_stores;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use tracing::Instrument;

use self::convert::Refusal;
use crate::context::Operation;
use crate::diagnostics::{Diagnostic, Diagnostics, Outcome};
use crate::erased::panicked;
use crate::panic;
use crate::provider::Provider;
use crate::registry::Registry;
use crate::schema::Schema;
use crate::wire::tfplugin6 as wire;

/// A provider that can be served.
///
/// [`run`](crate::run) makes one; tests hand it to the testkit, and programs with a runtime of their own to
/// [`serve`](crate::serve::serve):
///
/// ```
/// use tfplugin::Service;
/// use tfplugin_testkit::Core;
/// # struct Acme;
/// # impl tfplugin::Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "1.0.0";
/// #     type Config = ();
/// #     type Client = ();
/// #     async fn configure(_: &tfplugin::Operation, (): ()) -> tfplugin::Outcome<Option<()>> {
/// #         Ok(Some(()))
/// #     }
/// #     fn register(_: &mut tfplugin::Registry<()>) {}
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
///
/// let core = Core::start(Service::<Acme>::new()).await?;
/// assert_eq!(core.resources().count(), 0);
/// # Ok(())
/// # }
/// ```
pub struct Service<P: Provider> {
    core: Arc<Core<P>>,
}

impl<P: Provider> Default for Service<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Provider> Clone for Service<P> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone() }
    }
}

impl<P: Provider> fmt::Debug for Service<P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Service").field(&P::NAME).finish()
    }
}

impl<P: Provider> Service<P> {
    /// Lists what the provider offers; builds nothing else yet.
    pub fn new() -> Self {
        let mut registry = Registry::new(P::NAME);
        P::register(&mut registry);
        Self {
            core: Arc::new(Core {
                registry,
                schema: OnceLock::new(),
                configured: RwLock::new(Configured::Not),
                stop: Mutex::new(CancellationToken::new()),
                terraform_version: RwLock::new("".into()),
            }),
        }
    }
}

impl<P: Provider> Service<P> {
    pub(crate) fn registry(&self) -> &Registry<P::Client> {
        &self.core.registry
    }

    pub(crate) fn provider_schema(&self) -> &Schema {
        self.core.provider_schema()
    }
}

/// What the provider block has come to.
enum Configured<C> {
    /// Nobody has configured the provider in this process.
    Not,
    /// The block holds values that are not known yet.
    Later,
    /// Ready for use.
    Ready(Arc<C>),
}

struct Core<P: Provider> {
    registry: Registry<P::Client>,
    schema: OnceLock<Schema>,
    // A process that outlives a command (a debugger's) is configured again and again.
    configured: RwLock<Configured<P::Client>>,
    stop: Mutex<CancellationToken>,
    terraform_version: RwLock<Arc<str>>,
}

/// Whether Terraform takes "later" for an answer.
#[derive(Clone, Copy, PartialEq)]
enum Deferral {
    Allowed,
    Refused,
}

impl Deferral {
    fn of(capabilities: Option<&wire::ClientCapabilities>) -> Self {
        match capabilities {
            Some(capabilities) if capabilities.deferral_allowed => Self::Allowed,
            _ => Self::Refused,
        }
    }
}

/// A client, or that the answer has to wait for one.
enum Availability<C> {
    Ready(Arc<C>),
    Defer,
}

const PROVIDER_CONFIG_UNKNOWN: wire::Deferred =
    wire::Deferred { reason: wire::deferred::Reason::ProviderConfigUnknown as i32 };

impl<P: Provider> Core<P> {
    fn operation(&self, limit: Duration) -> Operation {
        let stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let version = self.terraform_version.read().unwrap_or_else(PoisonError::into_inner).clone();
        Operation::new(stop, limit, version)
    }

    /// The client, where there is one.
    fn client(&self) -> Option<Arc<P::Client>> {
        match &*self.configured.read().unwrap_or_else(PoisonError::into_inner) {
            Configured::Ready(client) => Some(client.clone()),
            Configured::Not | Configured::Later => None,
        }
    }

    /// The client, for an operation that cannot do without.
    fn need_client(&self, deferral: Deferral) -> Outcome<Availability<P::Client>> {
        match &*self.configured.read().unwrap_or_else(PoisonError::into_inner) {
            Configured::Ready(client) => Ok(Availability::Ready(client.clone())),
            Configured::Later if deferral == Deferral::Allowed => Ok(Availability::Defer),
            Configured::Later => Err(Diagnostic::error(format!(
                "The provider `{}` is not configured yet",
                P::NAME
            ))
            .line(
                "Its block holds values that are only known after apply, and this operation needs them now.",
            )
            .line("Nothing was changed.")
            .line("Apply what those values come from first (`-target`), or write them out.")
            .into()),
            Configured::Not => {
                Err(Diagnostic::error(format!("The provider `{}` was never configured", P::NAME))
                    .line("Terraform asked for this operation before it configured the provider.")
                    .line("Nothing was changed.")
                    .line("This is a bug of the provider or of Terraform: please report it.")
                    .into())
            }
        }
    }
}

/// The error for a name that the provider does not have.
fn no_such(what: &str, name: &str) -> Diagnostics {
    Diagnostic::error(format!("There is no {what} `{name}`"))
        .line("This version of the provider does not have it.")
        .line("Look for a misspelling, or use a version of the provider that has it.")
        .into()
}

/// Runs one call to its end, whatever becomes of the connection, and answers a panic with a diagnostic.
///
/// The work runs in a task of its own: a client that goes away must not cut a request that is on its way to a cloud.
async fn answer<R: Refusal + Send + 'static>(
    rpc: &'static str,
    subject: &str,
    work: impl Future<Output = Outcome<R>> + Send + 'static,
) -> Result<Response<R>, Status> {
    let span = tracing::info_span!("rpc", tf_rpc = rpc, tf_resource_type = subject, tf_req_id = request_id());
    let started = std::time::Instant::now();
    let guarded = async move {
        tracing::trace!("received");
        let outcome = match panic::catch(work).await {
            Ok(outcome) => outcome,
            Err(panic) => Err(panicked(&panic, "Nothing was changed.")),
        };
        let response = outcome.unwrap_or_else(R::refuse);
        for diagnostic in response.diagnostics() {
            tracing::debug!(
                diagnostic_severity = if diagnostic.severity == wire::diagnostic::Severity::Error as i32 {
                    "ERROR"
                } else {
                    "WARNING"
                },
                diagnostic_summary = diagnostic.summary.as_str(),
                "diagnostic"
            );
        }
        tracing::debug!(tf_req_duration_ms = started.elapsed().as_millis() as u64, "answered");
        response
    };
    tokio::spawn(guarded.instrument(span))
        .await
        .map(Response::new)
        .map_err(|error| Status::internal(format!("the task of {rpc} ended without an answer: {error}")))
}

/// Tells the log lines of one call from those of another that runs at the same time.
fn request_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

macro_rules! calls {
    ($(($method:ident, $rpc:literal, $module:ident, |$request:ident| $subject:expr)),* $(,)?) => {
        #[tonic::async_trait]
        impl<P: Provider> wire::provider_server::Provider for Service<P> {
            $(
                async fn $method(
                    &self,
                    request: Request<wire::$module::Request>,
                ) -> Result<Response<wire::$module::Response>, Status> {
                    let core = self.core.clone();
                    let $request = request.into_inner();
                    let subject: String = $subject;
                    answer($rpc, &subject, async move { core.$method($request).await }).await
                }
            )*

            type ListResourceStream = lists::Events;

            async fn list_resource(
                &self,
                request: Request<wire::list_resource::Request>,
            ) -> Result<Response<Self::ListResourceStream>, Status> {
                Ok(Response::new(self.core.clone().list_resource(request.into_inner())))
            }

            type InvokeActionStream = actions::Events;

            async fn invoke_action(
                &self,
                request: Request<wire::invoke_action::Request>,
            ) -> Result<Response<Self::InvokeActionStream>, Status> {
                Ok(Response::new(self.core.clone().invoke_action(request.into_inner())))
            }

            type ReadStateBytesStream = state_stores::Chunks;

            async fn read_state_bytes(
                &self,
                request: Request<wire::read_state_bytes::Request>,
            ) -> Result<Response<Self::ReadStateBytesStream>, Status> {
                Ok(Response::new(state_stores::read(&request.into_inner())))
            }

            async fn write_state_bytes(
                &self,
                request: Request<Streaming<wire::write_state_bytes::RequestChunk>>,
            ) -> Result<Response<wire::write_state_bytes::Response>, Status> {
                state_stores::write(request.into_inner()).await.map(Response::new)
            }
        }
    };
}

calls! {
    (get_metadata, "GetMetadata", get_metadata, |request| String::new()),
    (get_provider_schema, "GetProviderSchema", get_provider_schema, |request| String::new()),
    (validate_provider_config, "ValidateProviderConfig", validate_provider_config, |request| String::new()),
    (configure_provider, "ConfigureProvider", configure_provider, |request| String::new()),
    (stop_provider, "StopProvider", stop_provider, |request| String::new()),
    (validate_resource_config, "ValidateResourceConfig", validate_resource_config, |request| request.type_name.clone()),
    (upgrade_resource_state, "UpgradeResourceState", upgrade_resource_state, |request| request.type_name.clone()),
    (get_resource_identity_schemas, "GetResourceIdentitySchemas", get_resource_identity_schemas, |request| String::new()),
    (upgrade_resource_identity, "UpgradeResourceIdentity", upgrade_resource_identity, |request| request.type_name.clone()),
    (read_resource, "ReadResource", read_resource, |request| request.type_name.clone()),
    (plan_resource_change, "PlanResourceChange", plan_resource_change, |request| request.type_name.clone()),
    (apply_resource_change, "ApplyResourceChange", apply_resource_change, |request| request.type_name.clone()),
    (import_resource_state, "ImportResourceState", import_resource_state, |request| request.type_name.clone()),
    (move_resource_state, "MoveResourceState", move_resource_state, |request| request.target_type_name.clone()),
    (generate_resource_config, "GenerateResourceConfig", generate_resource_config, |request| request.type_name.clone()),
    (validate_data_resource_config, "ValidateDataResourceConfig", validate_data_resource_config, |request| request.type_name.clone()),
    (read_data_source, "ReadDataSource", read_data_source, |request| request.type_name.clone()),
    (validate_ephemeral_resource_config, "ValidateEphemeralResourceConfig", validate_ephemeral_resource_config, |request| request.type_name.clone()),
    (open_ephemeral_resource, "OpenEphemeralResource", open_ephemeral_resource, |request| request.type_name.clone()),
    (renew_ephemeral_resource, "RenewEphemeralResource", renew_ephemeral_resource, |request| request.type_name.clone()),
    (close_ephemeral_resource, "CloseEphemeralResource", close_ephemeral_resource, |request| request.type_name.clone()),
    (validate_list_resource_config, "ValidateListResourceConfig", validate_list_resource_config, |request| request.type_name.clone()),
    (get_functions, "GetFunctions", get_functions, |request| String::new()),
    (call_function, "CallFunction", call_function, |request| request.name.clone()),
    (plan_action, "PlanAction", plan_action, |request| request.action_type.clone()),
    (validate_action_config, "ValidateActionConfig", validate_action_config, |request| request.type_name.clone()),
    (validate_state_store_config, "ValidateStateStoreConfig", validate_state_store, |request| request.type_name.clone()),
    (configure_state_store, "ConfigureStateStore", configure_state_store, |request| request.type_name.clone()),
    (lock_state, "LockState", lock_state, |request| request.type_name.clone()),
    (unlock_state, "UnlockState", unlock_state, |request| request.type_name.clone()),
    (get_states, "GetStates", get_states, |request| request.type_name.clone()),
    (delete_state, "DeleteState", delete_state, |request| request.type_name.clone()),
}
