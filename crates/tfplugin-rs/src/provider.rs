//! A provider: its block, and what it offers.

use std::future::Future;

use crate::context::Operation;
use crate::diagnostics::{Outcome, Report};
use crate::field::Element;
use crate::model::Model;
use crate::registry::Registry;

/// A Terraform provider.
///
/// ```
/// use tfplugin::{Model, Operation, Outcome, Provider, Registry, Report};
/// # use tfplugin::{Function, FunctionError, Value};
/// # struct Version;
/// # impl Function for Version {
/// #     const NAME: &'static str = "version";
/// #     const SUMMARY: &'static str = "The provider's version.";
/// #     const DESCRIPTION: &'static str = "The provider's version.";
/// #     const PARAMETERS: &'static [(&'static str, &'static str)] = &[];
/// #     type Arguments = ();
/// #     type Output = String;
/// #     fn call((): ()) -> Result<String, FunctionError> {
/// #         Ok(Acme::VERSION.into())
/// #     }
/// # }
///
/// /// How Acme is reached.
/// #[derive(Model)]
/// struct Settings {
///     /// Address of the API.
///     endpoint: Option<String>,
/// }
///
/// /// What every handler talks to.
/// struct Client {
///     endpoint: String,
/// }
///
/// struct Acme;
///
/// impl Provider for Acme {
///     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
///     const VERSION: &'static str = "1.0.0";
///     type Config = Settings;
///     type Client = Client;
///
///     fn validate(draft: &SettingsDraft, report: &mut Report) {
///         if draft.endpoint.known().is_some_and(|url| url.starts_with("http:")) {
///             report.warn(&draft.endpoint, "The endpoint is not encrypted", "Use `https`.");
///         }
///     }
///
///     async fn configure(_: &Operation, config: SettingsDraft) -> Outcome<Option<Client>> {
///         if config.endpoint.is_unknown() {
///             return Ok(None); // the address comes from a resource that does not exist yet
///         }
///         let endpoint = config.endpoint.known().cloned().unwrap_or("https://api.acme.example".into());
///         Ok(Some(Client { endpoint }))
///     }
///
///     fn register(registry: &mut Registry<Client>) {
///         registry.function::<Version>(); // .resource::<Queue>().data_source::<Account>() ...
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&Value::object([("endpoint", Value::from("http://127.0.0.1"))])).await?;
/// assert_eq!(Acme::NAME, "acme");
/// # Ok(())
/// # }
/// ```
pub trait Provider: Send + Sync + Sized + 'static {
    /// Where Terraform finds it: `registry.terraform.io/slipway/slipway`.
    const ADDRESS: &'static str;

    /// The prefix of every type name: the last part of the address, which is where Terraform looks for it.
    const NAME: &'static str = last_part(Self::ADDRESS);

    /// Its version, for people and for the clouds' logs.
    const VERSION: &'static str;

    /// The `provider` block; `()` where there is nothing to configure.
    type Config: Model + Send + Sync;

    /// What handlers talk to.
    type Client: Send + Sync + 'static;

    /// Rules that span attributes of the block.
    fn validate(draft: &<Self::Config as Element>::Draft, report: &mut Report) {
        let _ = (draft, report);
    }

    /// Makes the client from the block. It should not talk to a cloud: Terraform starts a provider several times
    /// per command, often without needing any cloud at all.
    ///
    /// The block may hold values that are not known yet; `Ok(None)` says that the client has to wait for them.
    /// Plans are made without a client then, and reads are deferred or refused.
    ///
    /// # Errors
    /// When the block can never work.
    fn configure(
        operation: &Operation,
        config: <Self::Config as Element>::Draft,
    ) -> impl Future<Output = Outcome<Option<Self::Client>>> + Send;

    /// Lists what the provider offers.
    fn register(registry: &mut Registry<Self::Client>);
}

const fn last_part(address: &'static str) -> &'static str {
    let mut start = address.len();
    while start > 0 && address.as_bytes()[start - 1] != b'/' {
        start -= 1;
    }
    address.split_at(start).1
}
