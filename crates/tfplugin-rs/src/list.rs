//! A list resource: finds objects that exist, for `terraform query` (Terraform 1.14).

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::mpsc::Sender;

use crate::context::{Context, Notebook, Operation};
use crate::data_source::ClientContext;
use crate::diagnostics::{Diagnostic, Outcome, Report};
use crate::field::Element;
use crate::model::Model;
use crate::private::Private;
use crate::resource::Resource;
use crate::value::Value;

/// Finds the objects of a resource. It has the resource's name.
///
/// ```
/// use tfplugin::{ClientContext, List, Report, Sink};
/// # use std::collections::BTreeMap;
/// # use std::sync::Mutex;
/// # use tfplugin::{Computed, Context, Identity, Model, Outcome, Resource, Value};
/// # type Cloud = Mutex<BTreeMap<String, u32>>;
/// # /// A message queue.
/// # #[derive(Model, Clone, Debug)]
/// # struct Queue {
/// #     /// Its name.
/// #     #[tf(replace)]
/// #     name: String,
/// #     /// How many messages it holds.
/// #     size: u32,
/// #     /// Its name again.
/// #     #[tf(keep)]
/// #     id: Computed<String>,
/// # }
/// #
/// # /// What tells a queue from every other one.
/// # #[derive(Model, Identity)]
/// # struct QueueId {
/// #     /// Its name.
/// #     name: String,
/// # }
/// # impl Resource for Queue {
/// #   const NAME: &'static str = "queue";
/// #   type Client = Cloud;
/// #   type Model = Self;
/// #   type Identity = QueueId;
/// #     async fn create(ctx: &Context<Self>, plan: Self) -> Outcome<Self> {
/// #         ctx.client().lock().unwrap().insert(plan.name.clone(), plan.size);
/// #         Ok(Self { id: plan.name.clone().into(), ..plan })
/// #     }
/// #     async fn read(ctx: &Context<Self>, id: &QueueId) -> Outcome<Option<Self>> {
/// #         let found = ctx.client().lock().unwrap().get(&id.name).copied();
/// #         Ok(found.map(|size| Self { name: id.name.clone(), size, id: id.id().into() }))
/// #     }
/// #     async fn update(ctx: &Context<Self>, _prior: Self, plan: Self) -> Outcome<Self> {
/// #         ctx.client().lock().unwrap().insert(plan.name.clone(), plan.size);
/// #         Ok(plan)
/// #     }
/// #     async fn delete(ctx: &Context<Self>, state: Self) -> Outcome<()> {
/// #         ctx.client().lock().unwrap().remove(&state.name);
/// #         Ok(())
/// #     }
/// # }
///
/// /// Which queues to look for.
/// #[derive(Model)]
/// struct Search {
///     /// What their names begin with.
///     prefix: Option<String>,
/// }
///
/// struct Queues;
///
/// impl List for Queues {
///     type Resource = Queue;
///     type Config = Search;
///
///     fn validate(draft: &SearchDraft, report: &mut Report) {
///         if draft.prefix.known().is_some_and(String::is_empty) {
///             report.warn(&draft.prefix, "Every queue is looked for", "Leave `prefix` out to say so.");
///         }
///     }
///
///     async fn list(ctx: &ClientContext<Cloud>, search: Search, found: &Sink<Queue>) -> Outcome<()> {
///         let all = ctx.client().lock().unwrap().clone();
///         let prefix = search.prefix.unwrap_or_default();
///         for (name, size) in all.into_iter().filter(|(name, _)| name.starts_with(&prefix)) {
///             let id = QueueId { name: name.clone() };
///             // Where reading an object is a request of its own, `push_page` makes it, if Terraform wants the object.
///             let queue = found.wants_objects().then(|| Queue { name: name.clone(), size, id: id.id().into() });
///             if !found.push(&id, name, queue.as_ref()).await {
///                 break;
///             }
///         }
///         Ok(())
///     }
/// }
/// # struct Acme;
/// # impl tfplugin::Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "1.0.0";
/// #     type Config = ();
/// #     type Client = Cloud;
/// #     async fn configure(_: &tfplugin::Operation, (): ()) -> tfplugin::Outcome<Option<Cloud>> {
/// #         Ok(Some(Cloud::default()))
/// #     }
/// #     fn register(registry: &mut tfplugin::Registry<Cloud>) {
/// #         registry.resource::<Queue>().list::<Queues>();
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&Value::object::<&str>([])).await?;
/// # for name in ["a1", "a2", "b1"] {
/// #     let config = Value::object([("name", Value::from(name)), ("size", Value::from(5))]);
/// #     core.apply("acme_queue", None, &config).await.verdict?;
/// # }
/// # let search = Value::object([("prefix", Value::from("a"))]);
///
/// // list "acme_queue" "all" { provider = acme, config { prefix = "a" } }
/// let names: Vec<_> = core.list("acme_queue", &search, 10, false).await?.into_iter().map(|found| found.display_name).collect();
/// assert_eq!(names, ["a1", "a2"]);
/// # Ok(())
/// # }
/// ```
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

/// How many objects are read side by side: as many as Terraform refreshes at once.
const SIDE_BY_SIDE: usize = 10;

/// Where found objects go.
///
/// ```
/// use tfplugin::{Resource, Sink};
///
/// /// How many objects to ask the cloud for at once.
/// fn page_size<R: Resource>(found: &Sink<R>) -> usize {
///     found.room().min(1_000)
/// }
/// ```
#[derive(Debug)]
pub struct Sink<R: Resource> {
    pub(crate) operation: Operation,
    pub(crate) client: Arc<R::Client>,
    pub(crate) events: Sender<Found>,
    pub(crate) limit: Option<usize>,
    pub(crate) sent: AtomicUsize,
    pub(crate) wants_objects: bool,
}

/// One object found, ready for the wire, or what went wrong.
#[derive(Debug)]
pub(crate) enum Found {
    Object { identity: Value, display_name: String, object: Option<Value> },
    Said(Diagnostic),
}

/// What became of the read of one object.
enum Read<M> {
    Unasked,
    There(M),
    Gone,
}

impl<R: Resource> Sink<R> {
    /// Whether Terraform wants the attributes too, not only the identities.
    pub fn wants_objects(&self) -> bool {
        self.wants_objects
    }

    /// How many more objects Terraform takes: what a page of the search need not exceed.
    pub fn room(&self) -> usize {
        self.limit.map_or(usize::MAX, |limit| limit.saturating_sub(self.sent.load(Ordering::Relaxed)))
    }

    /// Hands over objects by identity and display name; false when there are enough or nobody listens any more.
    ///
    /// Where Terraform wants the attributes, the resource itself reads them, as it does after an import: some objects
    /// side by side, and no more than are wanted. An object that is gone by then is left out.
    ///
    /// # Errors
    /// That of the first read that failed; what comes before it was handed over.
    pub async fn push_page(&self, found: Vec<(R::Identity, String)>) -> Outcome<bool> {
        let mut found = found.into_iter().peekable();
        while found.peek().is_some() {
            let some: Vec<_> = found.by_ref().take(self.room().min(SIDE_BY_SIDE)).collect();
            if some.is_empty() {
                return Ok(false);
            }
            let read = join_all(some.iter().map(|(identity, _)| self.read(identity))).await;
            for ((identity, display_name), read) in some.iter().zip(read) {
                let goes_on = match read? {
                    Read::Unasked => self.push(identity, display_name, None).await,
                    Read::There(object) => self.push(identity, display_name, Some(&object)).await,
                    Read::Gone => true,
                };
                if !goes_on {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    async fn read(&self, identity: &R::Identity) -> Outcome<Read<R::Model>> {
        if !self.wants_objects {
            return Ok(Read::Unasked);
        }
        let context = Context::<R> {
            operation: self.operation.clone(),
            client: Arc::clone(&self.client),
            config: None,
            prior: None,
            notebook: Notebook::new(Private::default()),
        };
        Ok(R::read(&context, identity).await?.map_or(Read::Gone, Read::There))
    }

    /// Hands over an object, with its attributes where the search has brought them along; false when there are enough or
    /// nobody listens any more.
    pub async fn push(
        &self,
        identity: &R::Identity,
        display_name: impl Into<String>,
        object: Option<&R::Model>,
    ) -> bool {
        let sent = self.sent.fetch_add(1, Ordering::Relaxed);
        if self.limit.is_some_and(|limit| sent >= limit) {
            return false;
        }
        let object = object.filter(|_| self.wants_objects).map(|object| object.encode().without_unknowns().0);
        let found = Found::Object { identity: identity.encode(), display_name: display_name.into(), object };
        self.events.send(found).await.is_ok() && self.limit.is_none_or(|limit| sent + 1 < limit)
    }
}
