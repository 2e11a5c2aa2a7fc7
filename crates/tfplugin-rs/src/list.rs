//! A list resource: finds objects that exist, for `terraform query` (Terraform 1.14).

use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::data_source::ClientContext;
use crate::diagnostics::{Diagnostic, Outcome, Report};
use crate::field::Element;
use crate::model::Model;
use crate::resource::Resource;
use crate::value::Value;

/// Finds the objects of a resource. It has the resource's name.
pub trait List: Send + Sync + Sized + 'static {
    /// What is listed.
    type Resource: Resource;

    /// How long it may take.
    const TIMEOUT: Duration = Duration::from_secs(20 * 60);

    /// What to look for.
    type Config: Model + Send + Sync;

    /// Rules that span attributes.
    fn validate(draft: &<Self::Config as Element>::Draft, report: &mut Report) {
        let _ = (draft, report);
    }

    /// Puts every object found into the sink, until the sink has enough.
    ///
    /// # Errors
    /// When the search cannot be finished.
    fn list(
        ctx: &ClientContext<<Self::Resource as Resource>::Client>,
        config: Self::Config,
        found: &Sink<Self::Resource>,
    ) -> impl Future<Output = Outcome<()>> + Send;
}

/// Where found objects go.
#[derive(Debug)]
pub struct Sink<R: Resource> {
    pub(crate) events: Sender<Found>,
    pub(crate) limit: Option<usize>,
    pub(crate) sent: std::sync::atomic::AtomicUsize,
    pub(crate) wants_objects: bool,
    pub(crate) kind: PhantomData<fn() -> R>,
}

/// One object found, ready for the wire.
#[derive(Debug)]
pub(crate) enum Found {
    Object { identity: Value, display_name: String, object: Option<Value> },
    Failed(Diagnostic),
}

impl<R: Resource> Sink<R> {
    /// Whether Terraform wants the attributes too, not only the identities.
    pub fn wants_objects(&self) -> bool {
        self.wants_objects
    }

    /// Hands over an object; false when there are enough or nobody listens any more.
    pub async fn push(
        &self,
        identity: &R::Identity,
        display_name: impl Into<String>,
        object: Option<&R::Model>,
    ) -> bool {
        use std::sync::atomic::Ordering;
        let sent = self.sent.fetch_add(1, Ordering::Relaxed);
        if self.limit.is_some_and(|limit| sent >= limit) {
            return false;
        }
        let object = object.filter(|_| self.wants_objects).map(|object| object.encode().without_unknowns().0);
        let found = Found::Object { identity: identity.encode(), display_name: display_name.into(), object };
        self.events.send(found).await.is_ok() && self.limit.is_none_or(|limit| sent + 1 < limit)
    }
}
