//! Who asks, until when, whether to stop, and what Terraform will remember if anything fails.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::diagnostics::{Diagnostic, Diagnostics, Outcome};
use crate::field::Element;
use crate::private::Private;
use crate::resource::Resource;
use crate::value::Value;

/// One request of Terraform: its deadline, its cancellation, its warnings.
///
/// Cancellation is cooperative. After Ctrl-C a request that is already on its way to the cloud is finished, its
/// result is checkpointed, and the handler stops before the next one.
///
/// Every context of a handler is one, and [`Provider::configure`](crate::Provider::configure) gets it as such:
///
/// ```
/// use std::time::Instant;
/// use tfplugin::{Diagnostic, Operation, Outcome};
///
/// async fn configure(operation: &Operation) -> Outcome<Option<String>> {
///     if operation.terraform_version().starts_with("1.0.") {
///         operation.warn(Diagnostic::warning("This Terraform is old").line("Use 1.8 or newer for functions."));
///     }
///     let seconds = operation.deadline().map(|end| end.duration_since(Instant::now()).as_secs());
///     tokio::select! {
///         account = look_it_up(seconds) => Ok(Some(account)),
///         () = operation.stop_token().cancelled() => {
///             operation.proceed("Nothing was done.")?;
///             Ok(None)
///         }
///     }
/// }
/// # async fn look_it_up(_: Option<u64>) -> String { "me".into() }
/// # struct Acme;
/// # impl tfplugin::Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "1.0.0";
/// #     type Config = ();
/// #     type Client = String;
/// #     async fn configure(operation: &Operation, (): ()) -> Outcome<Option<String>> {
/// #         configure(operation).await
/// #     }
/// #     fn register(_: &mut tfplugin::Registry<String>) {}
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&tfplugin::Value::object::<&str>([])).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Operation {
    stop: CancellationToken,
    deadline: Option<Instant>,
    limit: Duration,
    terraform_version: Arc<str>,
    warnings: Arc<Mutex<Diagnostics>>,
}

/// What a probe found; see [`Operation::wait_until`].
///
/// ```
/// use tfplugin::Probe;
///
/// /// What the cloud says of a queue that is being made.
/// fn look(status: &str) -> Probe<()> {
///     match status {
///         "ACTIVE" => Probe::Ready(()),
///         other => Probe::NotYet(other.to_lowercase()),
///     }
/// }
///
/// assert!(matches!(look("CREATING"), Probe::NotYet(said) if said == "creating"));
/// ```
#[derive(Debug)]
pub enum Probe<T> {
    /// It is there.
    Ready(T),
    /// Not yet; the text is what it says of itself ("creating").
    NotYet(String),
}

/// First pause between two looks.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Operation {
    pub(crate) fn new(stop: CancellationToken, limit: Duration, terraform_version: Arc<str>) -> Self {
        // A limit beyond what the clock can express is no limit.
        let deadline = Instant::now().checked_add(limit);
        Self { stop, deadline, limit, terraform_version, warnings: Arc::default() }
    }

    /// When the operation must be over; none when its time limit is beyond what the clock can express.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Cancelled when the user interrupts Terraform.
    pub fn stop_token(&self) -> &CancellationToken {
        &self.stop
    }

    /// Version of the Terraform that asks, such as `1.11.4`; empty where it has not said.
    pub fn terraform_version(&self) -> &str {
        &self.terraform_version
    }

    /// Tells the user something without failing.
    pub fn warn(&self, warning: Diagnostic) {
        locked(&self.warnings).push(Diagnostic { severity: crate::Severity::Warning, ..warning });
    }

    pub(crate) fn take_warnings(&self) -> Diagnostics {
        std::mem::take(&mut *locked(&self.warnings))
    }

    /// An error when the user interrupted Terraform or the time is up: call it between two requests.
    ///
    /// # Errors
    /// With a message that says which of the two it was; `left_behind` says what exists now.
    pub fn proceed(&self, left_behind: &str) -> Outcome<()> {
        if self.stop.is_cancelled() {
            return Err(Diagnostic::error("The operation was interrupted")
                .line(left_behind)
                .line("Apply again to go on.")
                .into());
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(self.time_is_up(left_behind));
        }
        Ok(())
    }

    /// Looks again and again, with growing pauses, until the probe is ready.
    ///
    /// `what` completes the sentence "Waited for …". The deadline cuts only the waiting: there is one last look at
    /// its very edge.
    ///
    /// # Errors
    /// The probe's own error; an error of its own when the time is up or the user interrupts.
    ///
    /// ```
    /// use tfplugin::Probe;
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
    ///
    /// impl Resource for Queue {
    /// #   const NAME: &'static str = "queue";
    /// #   type Client = Cloud;
    /// #   type Model = Self;
    /// #   type Identity = QueueId;
    ///     async fn delete(ctx: &Context<Self>, state: Self) -> Outcome<()> {
    ///         let left = format!("Queue `{}` may still exist.", state.name);
    ///         ctx.wait_until("the queue to be gone", &left, || async {
    ///             match ctx.client().lock().unwrap().remove(&state.name) {
    ///                 Some(size) => Ok(Probe::NotYet(format!("{size} messages are left"))),
    ///                 None => Ok(Probe::Ready(())),
    ///             }
    ///         })
    ///         .await
    ///     }
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
    /// #         registry.resource::<Queue>();
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
    /// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
    /// # core.configure(&Value::object::<&str>([])).await?;
    /// # let config = Value::object([("name", Value::from("orders")), ("size", Value::from(5))]);
    /// # let orders = core.apply("acme_queue", None, &config).await.instance.expect("a queue");
    /// # core.destroy("acme_queue", orders).await.verdict?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_until<T, F: Future<Output = Outcome<Probe<T>>>>(
        &self,
        what: &str,
        left_behind: &str,
        mut probe: impl FnMut() -> F,
    ) -> Outcome<T> {
        let mut pause = FIRST_PAUSE;
        loop {
            let said = match probe().await? {
                Probe::Ready(found) => return Ok(found),
                Probe::NotYet(said) => said,
            };
            let report = |why: &str| {
                Diagnostic::error(format!("Waiting for {what} {why}"))
                    .line(format!("It last said: {said}."))
                    .line(left_behind)
            };
            let left =
                self.deadline.map_or(Duration::MAX, |deadline| deadline.duration_since(Instant::now()));
            if left.is_zero() {
                let next = format!(
                    "Raise the operation's time limit in `timeouts` (it is {:?}), or look into it.",
                    self.limit
                );
                return Err(report("took too long").line(next).into());
            }
            tokio::select! {
                () = self.stop.cancelled() => {
                    return Err(report("was interrupted").line("Apply again to go on.").into());
                }
                () = pause_for(pause.min(left)) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn time_is_up(&self, left_behind: &str) -> Diagnostics {
        Diagnostic::error("The operation took longer than its time limit")
            .line(format!("The limit is {:?}.", self.limit))
            .line(left_behind)
            .line("Raise it in `timeouts`, then apply again.")
            .into()
    }
}

#[expect(clippy::disallowed_methods, reason = "the home of waiting in the framework")]
async fn pause_for(pause: Duration) {
    tokio::time::sleep(pause).await;
}

/// What must survive whatever becomes of the handler: the last checkpoint and the private state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notebook {
    checkpoint: Arc<Mutex<Option<Value>>>,
    private: Arc<Mutex<Private>>,
}

impl Notebook {
    pub(crate) fn new(private: Private) -> Self {
        Self { checkpoint: Arc::default(), private: Arc::new(Mutex::new(private)) }
    }

    pub(crate) fn checkpoint(&self) -> Option<Value> {
        locked(&self.checkpoint).clone()
    }

    pub(crate) fn private(&self) -> Private {
        locked(&self.private).clone()
    }
}

/// What a resource's handler knows about the request it serves.
///
/// ```
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
/// # struct Queues;
/// impl Resource for Queues {
/// #   const NAME: &'static str = "queue";
/// #   type Client = Cloud;
/// #   type Model = Queue;
/// #   type Identity = QueueId;
///     async fn create(ctx: &Context<Self>, plan: Queue) -> Outcome<Queue> {
///         ctx.client().lock().unwrap().insert(plan.name.clone(), 0);
///         let made = Queue { size: 0, id: plan.name.clone().into(), ..plan.clone() };
///         ctx.checkpoint(&made); // whatever fails from here on, the queue is in the state
///         ctx.set_private("made_by", "acme 1.0.0".into());
///         ctx.proceed("The queue exists and holds nothing yet.")?; // between two requests
///
///         ctx.client().lock().unwrap().insert(plan.name.clone(), plan.size);
///         assert_eq!(ctx.config().map(|config| config.size), Some(plan.size));
///         Ok(Queue { size: plan.size, ..made })
///     }
///
///     async fn read(ctx: &Context<Self>, id: &QueueId) -> Outcome<Option<Queue>> {
///         let size = ctx.client().lock().unwrap().get(&id.name).copied();
///         if size.is_none() && ctx.prior().is_some() && ctx.private("made_by").is_some() {
///             ctx.warn(tfplugin::Diagnostic::warning(format!("Queue `{}` is gone", id.name)));
///         }
///         Ok(size.map(|size| Queue { name: id.name.clone(), size, id: id.id().into() }))
///     }
/// #     async fn update(ctx: &Context<Self>, _prior: Queue, plan: Queue) -> Outcome<Queue> {
/// #         ctx.client().lock().unwrap().insert(plan.name.clone(), plan.size);
/// #         Ok(plan)
/// #     }
/// #     async fn delete(ctx: &Context<Self>, state: Queue) -> Outcome<()> {
/// #         ctx.client().lock().unwrap().remove(&state.name);
/// #         Ok(())
/// #     }
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
/// #         registry.resource::<Queues>();
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&Value::object::<&str>([])).await?;
/// # let config = Value::object([("name", Value::from("orders")), ("size", Value::from(5))]);
/// # let applied = core.apply("acme_queue", None, &config).await;
/// # applied.verdict?;
/// # let orders = applied.instance.expect("a queue");
/// # assert!(core.refresh("acme_queue", &orders).await?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Context<R: Resource> {
    pub(crate) operation: Operation,
    pub(crate) client: Arc<R::Client>,
    pub(crate) config: Option<R::Model>,
    pub(crate) prior: Option<R::Model>,
    pub(crate) notebook: Notebook,
}

impl<R: Resource> Context<R> {
    /// What [`Provider::configure`](crate::Provider::configure) made of the provider block.
    pub fn client(&self) -> &R::Client {
        &self.client
    }

    /// The configuration, the only place where write-only values are. None on read and delete.
    pub fn config(&self) -> Option<&R::Model> {
        self.config.as_ref()
    }

    /// What the state holds. None on create, and on the read that follows an import.
    pub fn prior(&self) -> Option<&R::Model> {
        self.prior.as_ref()
    }

    /// What Terraform remembers if anything after this line fails.
    ///
    /// Call it as soon as an id is known, and again after each request of an operation that makes several. Values
    /// that are still pending are remembered as null.
    pub fn checkpoint(&self, state: &R::Model) {
        *locked(&self.notebook.checkpoint) = Some(state.encode());
    }

    /// A note that the provider keeps beside the state and the user never sees. It is not encrypted.
    pub fn private(&self, key: &str) -> Option<serde_json::Value> {
        locked(&self.notebook.private).get(key).cloned()
    }

    /// Keeps a note beside the state.
    pub fn set_private(&self, key: &str, note: serde_json::Value) {
        locked(&self.notebook.private).set(key, note);
    }
}

impl<R: Resource> Deref for Context<R> {
    type Target = Operation;

    fn deref(&self) -> &Operation {
        &self.operation
    }
}

/// A panic while the lock was held leaves a value that is still whole: each holder makes one assignment.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    fn operation(limit: Duration) -> Operation {
        Operation::new(CancellationToken::new(), limit, "1.11.4".into())
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_when_the_probe_is_ready() {
        let mut looks = 0;
        let found = operation(Duration::from_secs(3600))
            .wait_until("the queue", "It exists.", || {
                looks += 1;
                ready(Ok(if looks < 4 { Probe::NotYet("creating".into()) } else { Probe::Ready(looks) }))
            })
            .await;
        assert_eq!(found, Ok(4));
    }

    #[tokio::test]
    async fn an_interrupt_ends_the_wait_and_says_what_is_left() {
        let operation = operation(Duration::from_secs(3600));
        operation.stop_token().cancel();
        let waited = operation
            .wait_until("the queue", "It exists as q-1.", || async {
                Ok(Probe::<()>::NotYet("creating".into()))
            })
            .await;
        insta::assert_snapshot!(waited.unwrap_err(), @r"
        Error: Waiting for the queue was interrupted
          It last said: creating.
          It exists as q-1.
          Apply again to go on.
        ");
    }

    #[tokio::test]
    async fn the_time_limit_ends_the_wait_after_one_last_look() {
        let mut looks = 0;
        let waited = operation(Duration::ZERO)
            .wait_until("the queue", "It exists as q-1.", || {
                looks += 1;
                ready(Ok(Probe::<()>::NotYet("creating".into())))
            })
            .await;
        assert!(waited.unwrap_err().to_string().contains("took too long"));
        assert_eq!(looks, 1);
    }
}
