//! A resource: five functions, and powers that are optional.

use std::future::{Future, ready};
use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::context::Context;
use crate::diagnostics::{Diagnostic, Outcome, Report};
use crate::field::Element;
use crate::identity::Identity;
use crate::model::Model;
use crate::path::Path;
use crate::schema::Object;
use crate::value::Value;

/// A kind of object that Terraform creates, reads, changes and destroys.
///
/// The model has an attribute `id`, `#[tf(keep)] id: Computed<String>`, which holds [`Identity::id`]: it is what
/// `terraform import` takes, and what every read starts from.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Mutex;
///
/// use tfplugin::{Computed, Context, Identity, Model, Outcome, Resource};
/// # use tfplugin::{Report, Value};
///
/// /// A cloud that keeps its queues in memory, with their sizes.
/// type Cloud = Mutex<BTreeMap<String, u32>>;
///
/// /// A message queue.
/// #[derive(Model, Clone, Debug)]
/// struct Queue {
///     /// Its name.
///     #[tf(replace)]
///     name: String,
///     /// How many messages it holds.
///     size: u32,
///     /// Its name again.
///     #[tf(keep)]
///     id: Computed<String>,
/// }
///
/// /// What tells a queue from every other one.
/// #[derive(Model, Identity)]
/// struct QueueId {
///     /// Its name.
///     name: String,
/// }
///
/// impl Resource for Queue {
///     const NAME: &'static str = "queue";
///     type Client = Cloud;
///     type Model = Self;
///     type Identity = QueueId;
///
///     async fn create(ctx: &Context<Self>, plan: Self) -> Outcome<Self> {
///         ctx.client().lock().unwrap().insert(plan.name.clone(), plan.size);
///         Ok(Self { id: plan.name.clone().into(), ..plan })
///     }
///
///     async fn read(ctx: &Context<Self>, id: &QueueId) -> Outcome<Option<Self>> {
///         let found = ctx.client().lock().unwrap().get(&id.name).copied();
///         Ok(found.map(|size| Self { name: id.name.clone(), size, id: id.id().into() }))
///     }
///
///     async fn update(ctx: &Context<Self>, _prior: Self, plan: Self) -> Outcome<Self> {
///         ctx.client().lock().unwrap().insert(plan.name.clone(), plan.size);
///         Ok(plan)
///     }
///
///     async fn delete(ctx: &Context<Self>, state: Self) -> Outcome<()> {
///         ctx.client().lock().unwrap().remove(&state.name);
///         Ok(())
///     }
///
///     fn validate(draft: &QueueDraft, report: &mut Report) {
///         if draft.size.known() == Some(&0) {
///             report.error(&draft.size, "The queue holds nothing", "Make it larger.");
///         }
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
/// #         registry.resource::<Queue>();
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&Value::object::<&str>([])).await?;
///
/// // In a test, the testkit plays Terraform; `core` is the provider with this resource.
/// let config = Value::object([("name", Value::from("orders")), ("size", Value::from(5))]);
/// let applied = core.apply("acme_queue", None, &config).await;
/// let orders = applied.instance.expect("a queue");
/// assert_eq!(orders.value.get("id"), &Value::from("orders"));
/// assert!(core.plan("acme_queue", Some(&orders), &config).await?.no_op);
/// assert_eq!(core.import("acme_queue", "orders").await?.value, orders.value);
/// core.destroy("acme_queue", orders).await.verdict?;
/// # let nothing = Value::object([("name", Value::from("orders")), ("size", Value::from(0))]);
/// # assert!(core.plan("acme_queue", None, &nothing).await.is_err());
/// # Ok(())
/// # }
/// ```
pub trait Resource: Send + Sync + Sized + 'static {
    /// Name without the provider's prefix: `storage_bucket`.
    const NAME: &'static str;

    /// The group of pages in the Registry's menu; empty for none.
    const SUBCATEGORY: &'static str = "";

    /// How long each operation may take unless the `timeouts` attribute says otherwise.
    const TIMEOUTS: TimeLimits = TimeLimits::COMMON;

    /// What [`Provider::configure`](crate::Provider::configure) yields.
    type Client: Send + Sync + 'static;

    /// The attributes.
    type Model: Model + Send + Sync;

    /// What tells this object from every other one.
    type Identity: Identity + Send + Sync;

    /// Rules that span attributes, or that a type cannot express. Runs without a cloud, at validate and at plan;
    /// unknown values are to be expected.
    fn validate(draft: &<Self::Model as Element>::Draft, report: &mut Report) {
        let _ = (draft, report);
    }

    /// A last word on the plan. The default has none.
    ///
    /// # Errors
    /// When the plan must not be applied.
    fn plan(plan: &mut Plan<'_, Self>) -> impl Future<Output = Outcome<()>> + Send {
        let _ = plan;
        ready(Ok(()))
    }

    /// Creates the object. Checkpoint as soon as the id is known.
    ///
    /// # Errors
    /// When the object does not exist as planned. What was checkpointed is kept as tainted.
    fn create(ctx: &Context<Self>, plan: Self::Model) -> impl Future<Output = Outcome<Self::Model>> + Send;

    /// Reads the object; none when it is gone.
    ///
    /// # Errors
    /// When it is not known whether the object exists, or what it looks like. Nothing changes in the state then.
    fn read(
        ctx: &Context<Self>,
        id: &Self::Identity,
    ) -> impl Future<Output = Outcome<Option<Self::Model>>> + Send;

    /// Changes the object in place. Checkpoint after each request of several.
    ///
    /// # Errors
    /// When the object is not as planned. The last checkpoint is kept, or else the prior state.
    fn update(
        ctx: &Context<Self>,
        prior: Self::Model,
        plan: Self::Model,
    ) -> impl Future<Output = Outcome<Self::Model>> + Send;

    /// Removes the object. That it is gone already is a success.
    ///
    /// # Errors
    /// When the object, or a part of it, still exists.
    fn delete(ctx: &Context<Self>, state: Self::Model) -> impl Future<Output = Outcome<()>> + Send;

    /// Turns the stored attributes of version `from` into those of version `from + 1`. Called once per version.
    ///
    /// # Errors
    /// When the state cannot be understood.
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
    /// # #[derive(Debug)]
    /// # struct Queues;
    /// # /// A queue, as it is now.
    /// # #[derive(Model, Clone, Debug)]
    /// # #[tf(version = 1)]
    /// # struct QueueModel {
    /// #     /// Its name.
    /// #     name: String,
    /// #     /// Its name again.
    /// #     #[tf(keep)]
    /// #     id: Computed<String>,
    /// # }
    /// use serde_json::{Map, Value as Json};
    ///
    /// impl Resource for Queues {
    /// #   const NAME: &'static str = "queue";
    /// #   type Client = ();
    /// #   type Model = QueueModel;
    /// #   type Identity = QueueId;
    /// #   async fn create(_: &Context<Self>, plan: QueueModel) -> Outcome<QueueModel> { Ok(plan) }
    /// #   async fn read(_: &Context<Self>, _: &QueueId) -> Outcome<Option<QueueModel>> { Ok(None) }
    /// #   async fn update(_: &Context<Self>, _: QueueModel, plan: QueueModel) -> Outcome<QueueModel> { Ok(plan) }
    /// #   async fn delete(_: &Context<Self>, _: QueueModel) -> Outcome<()> { Ok(()) }
    ///     // The model says `#[tf(version = 1)]`, because `name` was called `title` before.
    ///     fn upgrade(_from: i64, mut state: Map<String, Json>) -> Outcome<Map<String, Json>> {
    ///         let title = state.remove("title").unwrap_or_default();
    ///         state.insert("name".into(), title);
    ///         Ok(state)
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
    /// #         registry.resource::<Queues>();
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
    /// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
    /// # core.configure(&Value::object::<&str>([])).await?;
    /// # let stored = br#"{ "title": "orders", "id": "orders" }"#.to_vec();
    /// # assert_eq!(core.upgrade("acme_queue", 0, stored).await?.get("name"), &Value::from("orders"));
    /// # Ok(())
    /// # }
    /// ```
    fn upgrade(from: i64, state: Map<String, Json>) -> Outcome<Map<String, Json>> {
        let _ = state;
        Err(Diagnostic::error(format!("A state of version {from} cannot be upgraded"))
            .line("This provider does not know that version.")
            .line("Nothing was changed.")
            .line("Use the version of the provider that wrote the state.")
            .into())
    }

    /// Takes over an object of another resource type, for a `moved` block; none when it is not one of those that
    /// this resource knows. The answer is a state of the current version.
    ///
    /// ```
    /// use serde_json::{Map, Value as Json, json};
    /// use tfplugin::{MoveSource, Outcome};
    ///
    /// // For `moved { from = other_queue.a, to = acme_queue.a }`.
    /// fn moved_from(source: &MoveSource) -> Option<Outcome<Map<String, Json>>> {
    ///     if source.type_name != "other_queue" {
    ///         return None;
    ///     }
    ///     let name = source.state.get("name").cloned().unwrap_or_default();
    ///     let state = json!({ "name": name, "size": 5, "id": name });
    ///     Some(Ok(state.as_object().cloned().unwrap_or_default()))
    /// }
    /// # let source = MoveSource {
    /// #     provider_address: "registry.terraform.io/other/other".into(),
    /// #     type_name: "other_queue".into(),
    /// #     schema_version: 0,
    /// #     state: Map::from_iter([("name".to_owned(), json!("orders"))]),
    /// # };
    /// # assert_eq!(moved_from(&source).unwrap().unwrap()["id"], "orders");
    /// ```
    fn moved_from(source: &MoveSource) -> Option<Outcome<Map<String, Json>>> {
        let _ = source;
        None
    }
}

/// How long each operation may take.
///
/// ```
/// use std::time::Duration;
/// use tfplugin::TimeLimits;
///
/// // In `impl Resource`: a database takes its time to come up.
/// const TIMEOUTS: TimeLimits = TimeLimits { create: Duration::from_secs(60 * 60), ..TimeLimits::COMMON };
/// # assert_eq!(TIMEOUTS.read, Duration::from_secs(5 * 60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// Creating.
    pub create: Duration,
    /// Reading, also as part of a plan.
    pub read: Duration,
    /// Changing in place.
    pub update: Duration,
    /// Removing.
    pub delete: Duration,
}

impl TimeLimits {
    /// Enough for anything that does not provision machines.
    pub const COMMON: Self = Self {
        create: Duration::from_secs(20 * 60),
        read: Duration::from_secs(5 * 60),
        update: Duration::from_secs(20 * 60),
        delete: Duration::from_secs(20 * 60),
    };
}

/// What a plan does to the object.
///
/// ```
/// use tfplugin::resource::Action;
/// use tfplugin::{Outcome, Plan, Resource};
///
/// async fn plan<R: Resource>(plan: &mut Plan<'_, R>) -> Outcome<()> {
///     match plan.action() {
///         Action::Delete => plan.report().warn("name", "The queue is removed", "With all its messages."),
///         Action::Create | Action::Update | Action::None => {}
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It does not exist yet, or is to be made again.
    Create,
    /// It changes in place, or is replaced.
    Update,
    /// It is removed.
    Delete,
    /// Nothing changes.
    None,
}

/// A plan that is being made.
///
/// Terraform may ask for the same plan several times, so whatever a resource does here must follow from the
/// configuration and the prior state alone.
///
/// ```
/// use tfplugin::Plan;
/// use tfplugin::resource::Action;
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
///     async fn plan(plan: &mut Plan<'_, Self>) -> Outcome<()> {
///         if plan.action() != Action::Update {
///             return Ok(());
///         }
///         let (before, after) = (plan.prior(), plan.planned());
///         if after.size.known() < before.size.known() {
///             plan.replace("size"); // a queue can grow, but not shrink
///             plan.set_unknown("id"); // and the new one has an id of its own
///             plan.report().warn(&after.size, "The queue is made anew", "Its messages are lost.");
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
/// #         registry.resource::<Queue>();
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&Value::object::<&str>([])).await?;
/// # let sized = |size: i64| Value::object([("name", Value::from("orders")), ("size", Value::from(size))]);
/// # let orders = core.apply("acme_queue", None, &sized(5)).await.instance.expect("a queue");
/// # assert!(core.plan("acme_queue", Some(&orders), &sized(7)).await?.replace.is_empty());
/// # assert_eq!(core.plan("acme_queue", Some(&orders), &sized(3)).await?.replace, ["size"]);
/// # Ok(())
/// # }
/// ```
///
/// What the provider decides and knows already is planned as such:
///
/// ```
/// use tfplugin::{Model, OrComputed, Plan, Resource};
///
/// /// A queue.
/// #[derive(Model)]
/// struct Queue {
///     /// The region it is in. Else that of the provider.
///     region: OrComputed<String>,
/// }
///
/// struct Client {
///     region: String,
/// }
///
/// fn plan<R: Resource<Client = Client, Model = Queue>>(plan: &mut Plan<'_, R>) {
///     // There is no client while the provider block holds unknown values: then apply decides.
///     if let Some(client) = plan.client()
///         && plan.config().region.is_null()
///     {
///         let region = client.region.clone();
///         plan.set("region", &region);
///     }
///     plan.set_null("legacy_address"); // there is none any more
/// }
/// ```
#[derive(Debug)]
pub struct Plan<'a, R: Resource> {
    pub(crate) client: Option<&'a R::Client>,
    pub(crate) object: &'a Object,
    pub(crate) config: &'a Value,
    pub(crate) prior: &'a Value,
    pub(crate) planned: Value,
    pub(crate) replace: Vec<Path>,
    pub(crate) report: Report,
}

impl<R: Resource> Plan<'_, R> {
    /// What [`Provider::configure`](crate::Provider::configure) made of the provider block; none while the block
    /// holds values that are not known yet.
    pub fn client(&self) -> Option<&R::Client> {
        self.client
    }

    /// What the plan does.
    pub fn action(&self) -> Action {
        match (self.prior, &self.planned) {
            (Value::Null, _) => Action::Create,
            (_, Value::Null) => Action::Delete,
            (prior, planned) if prior == planned => Action::None,
            _ => Action::Update,
        }
    }

    /// The planned object, with unknown values where only apply can tell. All null when the object is removed.
    pub fn planned(&self) -> <R::Model as Element>::Draft {
        self.draft(&self.planned)
    }

    /// The object in the state. All null when there is none.
    pub fn prior(&self) -> <R::Model as Element>::Draft {
        self.draft(self.prior)
    }

    /// The configuration.
    pub fn config(&self) -> <R::Model as Element>::Draft {
        self.draft(self.config)
    }

    fn draft(&self, value: &Value) -> <R::Model as Element>::Draft {
        let empty = self.object.empty();
        let value = if value.is_known() { value } else { &empty };
        R::Model::draft(value, &Path::root()).expect("an object is a draft")
    }

    /// Plans a value that the provider decides. A path that leads nowhere in the plan is ignored, because what it
    /// belongs to is not there.
    pub fn set<T: Element>(&mut self, path: impl Into<Path>, value: &T) {
        self.put(&path.into(), value.encode());
    }

    /// Plans that the provider will decide a value in apply.
    pub fn set_unknown(&mut self, path: impl Into<Path>) {
        self.put(&path.into(), Value::Unknown);
    }

    /// Plans that a value the provider decides is absent.
    pub fn set_null(&mut self, path: impl Into<Path>) {
        self.put(&path.into(), Value::Null);
    }

    fn put(&mut self, path: &Path, value: Value) {
        if let Some(place) = self.planned.lookup_mut(path) {
            *place = value;
        }
    }

    /// Plans that the change of this attribute replaces the object.
    pub fn replace(&mut self, path: impl Into<Path>) {
        self.replace.push(path.into());
    }

    /// Where to put what is wrong.
    pub fn report(&mut self) -> &mut Report {
        &mut self.report
    }
}

/// Where an object of another type comes from.
///
/// ```
/// use tfplugin::MoveSource;
///
/// /// Whether `Resource::moved_from` can take it over.
/// fn is_known(source: &MoveSource) -> bool {
///     source.provider_address.ends_with("/hashicorp/aws")
///         && source.type_name == "aws_sqs_queue"
///         && source.schema_version == 0
///         && source.state.contains_key("name")
/// }
/// ```
#[derive(Clone, Debug)]
pub struct MoveSource {
    /// Address of the provider, such as `registry.terraform.io/hashicorp/aws`.
    pub provider_address: String,
    /// Type of the resource, such as `aws_s3_bucket`.
    pub type_name: String,
    /// Version of its stored state.
    pub schema_version: i64,
    /// Its attributes.
    pub state: Map<String, Json>,
}
