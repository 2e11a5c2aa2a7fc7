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
    fn moved_from(source: &MoveSource) -> Option<Outcome<Map<String, Json>>> {
        let _ = source;
        None
    }
}

/// How long each operation may take.
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
