//! An action: something that is done and leaves no object behind (Terraform 1.14).

use std::future::{Future, ready};
use std::ops::Deref;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::data_source::ClientContext;
use crate::diagnostics::{Outcome, Report};
use crate::field::Element;
use crate::model::Model;

/// Something that is done on demand.
///
/// ```
/// use tfplugin::{Action, ActionContext, ClientContext, Model, Outcome, Report};
/// # use tfplugin::Value;
///
/// /// Throws away what a queue holds.
/// #[derive(Model)]
/// struct Purge {
///     /// The queue.
///     queue: String,
/// }
///
/// impl Action for Purge {
///     const NAME: &'static str = "purge";
///     type Client = ();
///     type Model = Self;
///
///     async fn invoke(ctx: &ActionContext<()>, config: Self) -> Outcome<()> {
///         ctx.progress(format!("purging {}", config.queue));
///         let () = ctx.client();
///         Ok(())
///     }
///
///     fn validate(draft: &PurgeDraft, report: &mut Report) {
///         if draft.queue.known().is_some_and(String::is_empty) {
///             report.error(&draft.queue, "There is no queue of that name", "Name one.");
///         }
///     }
/// #   async fn plan(_: &ClientContext<()>, config: PurgeDraft) -> Outcome<()> {
/// #       assert!(config.queue.known().is_some());
/// #       Ok(())
/// #   }
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
/// #         registry.action::<Purge>();
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&Value::object::<&str>([])).await?;
/// # let config = Value::object([("queue", Value::from("orders"))]);
///
/// // action "acme_purge" "orders" { config { queue = "orders" } }
/// assert_eq!(core.invoke("acme_purge", &config).await?, ["purging orders"]);
/// # Ok(())
/// # }
/// ```
pub trait Action: Send + Sync + Sized + 'static {
    /// Name without the provider's prefix.
    const NAME: &'static str;

    /// How long it may take.
    const TIMEOUT: Duration = Duration::from_secs(20 * 60);

    /// What [`Provider::configure`](crate::Provider::configure) yields.
    type Client: Send + Sync + 'static;

    /// The inputs.
    type Model: Model + Send + Sync;

    /// Rules that span attributes.
    fn validate(draft: &<Self::Model as Element>::Draft, report: &mut Report) {
        let _ = (draft, report);
    }

    /// A word at plan time. The default has none.
    ///
    /// # Errors
    /// When it must not be invoked.
    fn plan(
        ctx: &ClientContext<Self::Client>,
        config: <Self::Model as Element>::Draft,
    ) -> impl Future<Output = Outcome<()>> + Send {
        let _ = (ctx, config);
        ready(Ok(()))
    }

    /// Does it.
    ///
    /// # Errors
    /// When it was not done.
    fn invoke(
        ctx: &ActionContext<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Outcome<()>> + Send;
}

/// A request to act, with a line to the user's screen.
///
/// ```
/// use tfplugin::{ActionContext, Outcome};
///
/// async fn purge(ctx: &ActionContext<Vec<String>>) -> Outcome<()> {
///     for (done, queue) in ctx.client().iter().enumerate() {
///         ctx.proceed(&format!("{done} queues are empty."))?; // after Ctrl-C no further one is touched
///         ctx.progress(format!("purging {queue}"));
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct ActionContext<C> {
    pub(crate) inner: ClientContext<C>,
    pub(crate) progress: UnboundedSender<String>,
}

impl<C> ActionContext<C> {
    /// Tells the user how far it is.
    pub fn progress(&self, message: impl Into<String>) {
        // Nobody listens any more when Terraform has gone away; the work goes on to its end all the same.
        let _ = self.progress.send(message.into());
    }
}

impl<C> Deref for ActionContext<C> {
    type Target = ClientContext<C>;

    fn deref(&self) -> &ClientContext<C> {
        &self.inner
    }
}
