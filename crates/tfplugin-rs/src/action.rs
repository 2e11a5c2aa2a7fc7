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
