//! A data source: something that is read and never owned.

use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::context::Operation;
use crate::diagnostics::{Outcome, Report};
use crate::field::Element;
use crate::model::Model;

/// Something that is read at every plan.
///
/// ```
/// use tfplugin::{ClientContext, Computed, DataSource, Model, Outcome, Report};
/// # use tfplugin::Value;
///
/// /// The account that the provider acts for.
/// #[derive(Model)]
/// struct Account {
///     /// Its name.
///     name: String,
///     /// Its number.
///     number: Computed<u64>,
/// }
///
/// impl DataSource for Account {
///     const NAME: &'static str = "account";
///     type Client = ();
///     type Model = Self;
///
///     async fn read(ctx: &ClientContext<()>, config: Self) -> Outcome<Self> {
///         let () = ctx.client();
///         Ok(Self { number: (config.name.len() as u64).into(), ..config })
///     }
///
///     fn validate(draft: &AccountDraft, report: &mut Report) {
///         if draft.name.known().is_some_and(String::is_empty) {
///             report.error(&draft.name, "There is no name", "Write one.");
///         }
///     }
/// }
/// # struct Acme;
/// # impl tfplugin::Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "1.0.0";
/// #     type Config = ();
/// #     type Client = ();
/// #     async fn configure(_: &tfplugin::Operation, (): ()) -> tfplugin::Outcome<Option<()>> {
/// #         Ok(Some(()))
/// #     }
/// #     fn register(registry: &mut tfplugin::Registry<()>) {
/// #         registry.data_source::<Account>();
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&Value::object::<&str>([])).await?;
/// # let config = Value::object([("name", Value::from("acme"))]);
///
/// // data "acme_account" "this" { name = "acme" }
/// let account = core.read_data("acme_account", &config).await?;
/// assert_eq!(account.get("number"), &Value::from(4));
/// # Ok(())
/// # }
/// ```
pub trait DataSource: Send + Sync + Sized + 'static {
    /// Name without the provider's prefix.
    const NAME: &'static str;

    /// How long a read may take.
    const TIMEOUT: Duration = Duration::from_secs(5 * 60);

    /// What [`Provider::configure`](crate::Provider::configure) yields.
    type Client: Send + Sync + 'static;

    /// The attributes: inputs are required or optional, results are computed.
    type Model: Model + Send + Sync;

    /// Rules that span attributes.
    fn validate(draft: &<Self::Model as Element>::Draft, report: &mut Report) {
        let _ = (draft, report);
    }

    /// Reads it: the configuration comes back with the computed fields filled in.
    ///
    /// # Errors
    /// When there is no such thing, or it cannot be read.
    fn read(
        ctx: &ClientContext<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Outcome<Self::Model>> + Send;
}

/// A request with the configured client: what data sources, ephemeral resources, lists and actions get.
///
/// It is an [`Operation`] too:
///
/// ```
/// use tfplugin::{ClientContext, Outcome};
///
/// async fn read(ctx: &ClientContext<Vec<u32>>) -> Outcome<u32> {
///     ctx.proceed("Nothing was read.")?;
///     Ok(ctx.client().iter().sum())
/// }
/// ```
#[derive(Debug)]
pub struct ClientContext<C> {
    pub(crate) operation: Operation,
    pub(crate) client: Arc<C>,
}

impl<C> ClientContext<C> {
    /// What [`Provider::configure`](crate::Provider::configure) made of the provider block.
    pub fn client(&self) -> &C {
        &self.client
    }
}

impl<C> Deref for ClientContext<C> {
    type Target = Operation;

    fn deref(&self) -> &Operation {
        &self.operation
    }
}
