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
