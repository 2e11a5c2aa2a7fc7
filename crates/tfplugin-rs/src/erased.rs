//! Typed handlers behind untyped values: the one place where models meet [`Value`].

use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use serde_json::{Map, Value as Json};
use tokio::sync::mpsc::{Sender, UnboundedSender};

use crate::action::{Action, ActionContext};
use crate::context::{Context, Notebook, Operation};
use crate::data_source::{ClientContext, DataSource};
use crate::diagnostics::{Diagnostic, Diagnostics, Outcome, Report};
use crate::ephemeral::{Ephemeral, Opened, Renewed};
use crate::field::Element;
use crate::function::{Arguments, Function, FunctionError, Parameter};
use crate::identity::{Identity, identity_schema};
use crate::list::{Found, List, Sink};
use crate::model::{Model, schema_of};
use crate::panic;
use crate::path::Path;
use crate::plan::{Inputs, carry_unread, plan, replacements, respell, with_defaults};
use crate::private::{IMPORTED, Private};
use crate::resource::{MoveSource, Plan, Resource, TimeLimits};
use crate::rule::Invalid;
use crate::schema::Schema;
use crate::value::Value;

/// A resource without its types.
pub(crate) trait AnyResource<C>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn identity_schema(&self) -> &Schema;
    fn subcategory(&self) -> &'static str;
    fn time_limits(&self) -> TimeLimits;
    fn validate(&self, config: &Value, report: &mut Report);
    fn plan<'a>(&'a self, job: PlanJob<'a, C>) -> BoxFuture<'a, Outcome<PlanResult>>;
    fn apply<'a>(&'a self, job: ApplyJob<C>) -> BoxFuture<'a, Applied>;
    fn read<'a>(&'a self, job: ReadJob<C>) -> BoxFuture<'a, Outcome<ReadResult>>;
    fn upgrade(&self, from: i64, state: Map<String, Json>) -> Outcome<Map<String, Json>>;
    fn moved_from(&self, source: &MoveSource) -> Option<Outcome<Map<String, Json>>>;
    /// The canonical id and the identity that an import id names.
    fn identity_of_id(&self, id: &str) -> Outcome<(String, Value)>;
    /// The canonical id of an identity.
    fn id_of_identity(&self, identity: &Value) -> Outcome<String>;
}

/// What a plan is made from.
pub(crate) struct PlanJob<'a, C> {
    pub(crate) client: Option<&'a C>,
    pub(crate) config: &'a Value,
    pub(crate) prior: &'a Value,
    pub(crate) proposed: &'a Value,
}

/// A plan, and what the user should know about it.
pub(crate) struct PlanResult {
    pub(crate) state: Value,
    pub(crate) replace: Vec<Path>,
    pub(crate) warnings: Diagnostics,
}

/// What an apply is made from.
pub(crate) struct ApplyJob<C> {
    pub(crate) operation: Operation,
    pub(crate) client: Arc<C>,
    pub(crate) config: Value,
    pub(crate) prior: Value,
    pub(crate) planned: Value,
    pub(crate) private: Private,
}

/// What became of an apply. There is always a state to save, whatever went wrong.
pub(crate) struct Applied {
    pub(crate) state: Value,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

/// What a read is made from.
pub(crate) struct ReadJob<C> {
    pub(crate) operation: Operation,
    pub(crate) client: Arc<C>,
    pub(crate) state: Value,
    pub(crate) private: Private,
}

/// What a read found; a null state when the object is gone.
pub(crate) struct ReadResult {
    pub(crate) state: Value,
    pub(crate) private: Private,
    pub(crate) warnings: Diagnostics,
}

pub(crate) struct ErasedResource<R> {
    /// Name with the provider's prefix.
    name: String,
    schema: OnceLock<Schema>,
    identity: OnceLock<Schema>,
    kind: PhantomData<fn() -> R>,
}

impl<R: Resource> ErasedResource<R> {
    pub(crate) fn new(name: String) -> Self {
        Self { name, schema: OnceLock::new(), identity: OnceLock::new(), kind: PhantomData }
    }

    fn schema(&self) -> &Schema {
        self.schema.get_or_init(schema_of::<R::Model>)
    }

    fn decode(&self, value: &Value, what: &str) -> Outcome<R::Model> {
        R::Model::decode(value).map_err(|invalid| mismatch(&self.name, what, &invalid))
    }

    /// The result of a handler as a state that Terraform accepts.
    fn finish(&self, model: &R::Model, reference: &Value) -> (Value, Diagnostics) {
        let mut state = model.encode();
        respell(&self.schema().object, reference, &mut state);
        let (state, unknown) = state.without_unknowns();
        let complaints = unknown.into_iter().map(|path| {
            Diagnostic::error(format!("`{path}` was left undecided"))
                .line(format!("The provider finished without a value for this attribute of `{}`.", self.name))
                .line("The object exists and is kept in the state.")
                .line("This is a bug of the provider: please report it.")
                .at(path)
        });
        (state, complaints.collect())
    }
}

/// A value that passed every check and still does not fit: only a bug or an edited state file leads here.
fn mismatch(name: &str, what: &str, invalid: &Invalid) -> Diagnostics {
    Diagnostic::error(format!("The {what} of `{name}` does not fit its schema"))
        .line(format!("{}.", invalid.what))
        .line("Nothing was changed.")
        .line("If nobody edited the state by hand, this is a bug of the provider: please report it.")
        .into()
}

fn broken_id(name: &str, id: &str, invalid: &Invalid) -> Diagnostics {
    let mut diagnostic = Diagnostic::error(format!("The import id of `{name}` {}", invalid.what))
        .line(format!("It is {id:?}."));
    if !invalid.next.is_empty() {
        diagnostic = diagnostic.line(&invalid.next);
    }
    diagnostic.into()
}

impl<R: Resource> AnyResource<R::Client> for ErasedResource<R> {
    fn schema(&self) -> &Schema {
        self.schema()
    }

    fn identity_schema(&self) -> &Schema {
        self.identity.get_or_init(identity_schema::<R::Identity>)
    }

    fn subcategory(&self) -> &'static str {
        R::SUBCATEGORY
    }

    fn time_limits(&self) -> TimeLimits {
        R::TIMEOUTS
    }

    fn validate(&self, config: &Value, report: &mut Report) {
        let config = with_defaults(&self.schema().object, config, config);
        if let Some(draft) = R::Model::draft(&config, &Path::root()) {
            R::validate(&draft, report);
        }
    }

    fn plan<'a>(&'a self, job: PlanJob<'a, R::Client>) -> BoxFuture<'a, Outcome<PlanResult>> {
        Box::pin(async move {
            let PlanJob { client, config, prior, proposed } = job;
            let object = &self.schema().object;
            let planned = match proposed {
                Value::Null => Value::Null,
                _ => plan(object, Inputs { config, prior, proposed }),
            };
            let (replace, report) = (Vec::new(), Report::new());
            let mut plan = Plan::<R> { client, object, config, prior, planned, replace, report };
            panic::catch(R::plan(&mut plan))
                .await
                .map_err(|panic| panicked(&panic, "Nothing was changed."))??;
            let Plan { planned, replace, report, .. } = plan;
            let found = report.into_diagnostics();
            if found.has_errors() {
                return Err(found);
            }
            let mut paths = replacements(object, prior, &planned);
            paths.extend(replace.into_iter().filter(|_| prior.is_known()));
            Ok(PlanResult { state: planned, replace: paths.into_iter().collect(), warnings: found })
        })
    }

    fn apply<'a>(&'a self, job: ApplyJob<R::Client>) -> BoxFuture<'a, Applied> {
        Box::pin(async move {
            let ApplyJob { operation, client, config, prior, planned, private } = job;
            let notebook = Notebook::new(private);
            let result = self.run_apply(&operation, client, &config, &prior, &planned, &notebook).await;
            let (state, mut diagnostics) = match result {
                Ok(Some(model)) => self.finish(&model, &planned),
                Ok(None) => (Value::Null, Diagnostics::new()),
                Err(failed) => {
                    // Create: what exists so far, or nothing. Update: the mixture of old and new, or the old.
                    // Delete: what is left, or all of it.
                    let mut state = notebook.checkpoint().unwrap_or(prior);
                    respell(&self.schema().object, &planned, &mut state);
                    (state.without_unknowns().0, failed)
                }
            };
            diagnostics.extend(operation.take_warnings());
            Applied { state, private: notebook.private(), diagnostics }
        })
    }

    fn read<'a>(&'a self, job: ReadJob<R::Client>) -> BoxFuture<'a, Outcome<ReadResult>> {
        Box::pin(async move {
            let ReadJob { operation, client, state, mut private } = job;
            let imported = private.remove(IMPORTED);
            let id = state.get("id").as_str().ok_or_else(|| {
                Diagnostics::from(
                    Diagnostic::error(format!("The state of `{}` has no id", self.name))
                        .line("Without it the object cannot be found.")
                        .line("Nothing was changed.")
                        .line("Remove the object from the state and import it again."),
                )
            })?;
            let identity = R::Identity::parse(id).map_err(|invalid| broken_id(&self.name, id, &invalid))?;
            let prior = if imported { None } else { Some(self.decode(&state, "state")?) };
            let notebook = Notebook::new(private);
            let context = Context::<R> {
                operation: operation.clone(),
                client,
                config: None,
                prior,
                notebook: notebook.clone(),
            };
            let found = panic::catch(R::read(&context, &identity))
                .await
                .map_err(|panic| panicked(&panic, "Nothing was changed; the state keeps what it holds."))??;
            let Some(model) = found else {
                let warnings = operation.take_warnings();
                return Ok(ReadResult { state: Value::Null, private: notebook.private(), warnings });
            };
            let mut found = model.encode();
            carry_unread(&self.schema().object, &state, &mut found);
            respell(&self.schema().object, &state, &mut found);
            let (found, unknown) = found.without_unknowns();
            if let Some(path) = unknown.first() {
                return Err(Diagnostic::error(format!("`{path}` was left undecided by a read"))
                    .line("Nothing was changed; the state keeps what it holds.")
                    .line("This is a bug of the provider: please report it.")
                    .into());
            }
            Ok(ReadResult { state: found, private: notebook.private(), warnings: operation.take_warnings() })
        })
    }

    fn upgrade(&self, from: i64, state: Map<String, Json>) -> Outcome<Map<String, Json>> {
        (from..R::Model::VERSION).try_fold(state, |state, version| R::upgrade(version, state))
    }

    fn moved_from(&self, source: &MoveSource) -> Option<Outcome<Map<String, Json>>> {
        R::moved_from(source)
    }

    fn identity_of_id(&self, id: &str) -> Outcome<(String, Value)> {
        let identity = R::Identity::parse(id).map_err(|invalid| broken_id(&self.name, id, &invalid))?;
        Ok((identity.id(), identity.encode()))
    }

    fn id_of_identity(&self, identity: &Value) -> Outcome<String> {
        R::Identity::decode(identity)
            .map(|identity| identity.id())
            .map_err(|invalid| mismatch(&self.name, "identity", &invalid))
    }
}

impl<R: Resource> ErasedResource<R> {
    async fn run_apply(
        &self,
        operation: &Operation,
        client: Arc<R::Client>,
        config: &Value,
        prior: &Value,
        planned: &Value,
        notebook: &Notebook,
    ) -> Outcome<Option<R::Model>> {
        let object = &self.schema().object;
        let config = match config {
            Value::Null => None,
            config => Some(self.decode(&with_defaults(object, config, config), "configuration")?),
        };
        let context = |prior: Option<R::Model>| Context::<R> {
            operation: operation.clone(),
            client,
            config,
            prior,
            notebook: notebook.clone(),
        };
        let kept = |panic: panic::Panic| {
            let left = match notebook.checkpoint() {
                Some(_) => "What had been done until then is kept in the state.",
                None if prior.is_null() => {
                    "The provider had not recorded anything yet: look whether the object exists."
                }
                None => "The state keeps what it held before.",
            };
            panicked(&panic, left)
        };
        match (prior, planned) {
            (Value::Null, planned) => {
                let plan = self.decode(planned, "plan")?;
                let created = panic::catch(R::create(&context(None), plan)).await.map_err(kept)??;
                Ok(Some(created))
            }
            (prior, Value::Null) => {
                let state = self.decode(prior, "state")?;
                panic::catch(R::delete(&context(None), state)).await.map_err(kept)??;
                Ok(None)
            }
            (prior, planned) => {
                let before = self.decode(prior, "state")?;
                let plan = self.decode(planned, "plan")?;
                let context = context(Some(self.decode(prior, "state")?));
                let updated = panic::catch(R::update(&context, before, plan)).await.map_err(kept)??;
                Ok(Some(updated))
            }
        }
    }
}

/// A panic as a message. The process lives on.
pub(crate) fn panicked(panic: &panic::Panic, left_behind: &str) -> Diagnostics {
    Diagnostic::error("The provider made a mistake of its own")
        .line(format!("It panicked at {}: {}.", panic.location, panic.message))
        .line(left_behind)
        .line("This is a bug of the provider: please report it with these lines.")
        .into()
}

/// A data source without its types.
pub(crate) trait AnyDataSource<C>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn time_limit(&self) -> std::time::Duration;
    fn validate(&self, config: &Value, report: &mut Report);
    fn read<'a>(
        &'a self,
        operation: Operation,
        client: Arc<C>,
        config: Value,
    ) -> BoxFuture<'a, Outcome<Value>>;
}

macro_rules! erased {
    ($name:ident) => {
        pub(crate) struct $name<T> {
            schema: OnceLock<Schema>,
            kind: PhantomData<fn() -> T>,
        }

        impl<T> $name<T> {
            pub(crate) fn new() -> Self {
                Self { schema: OnceLock::new(), kind: PhantomData }
            }
        }
    };
}
erased!(ErasedDataSource);
erased!(ErasedEphemeral);
erased!(ErasedList);
erased!(ErasedAction);

/// A configuration as its model, with the defaults filled in.
fn decode_config<M: Model>(schema: &Schema, name: &str, config: &Value) -> Outcome<M> {
    let config = with_defaults(&schema.object, config, config);
    // What the provider is to decide arrives as null; the handler sees it as pending.
    let mut pending = config.clone();
    mark_pending(schema, &mut pending);
    M::decode(&pending).map_err(|invalid| mismatch(name, "configuration", &invalid))
}

fn mark_pending(schema: &Schema, config: &mut Value) {
    if let Value::Object(attributes) = config {
        for attribute in schema.object.attributes.iter().filter(|attribute| attribute.mode.is_computed()) {
            if let Some(value) = attributes.get_mut(attribute.name.as_ref())
                && value.is_null()
            {
                *value = Value::Unknown;
            }
        }
    }
}

/// A handler's result as a value without unknowns.
fn encode_result<M: Model>(schema: &Schema, name: &str, model: &M, config: &Value) -> Outcome<Value> {
    let mut value = model.encode();
    respell(&schema.object, config, &mut value);
    let (value, unknown) = value.without_unknowns();
    match unknown.first() {
        None => Ok(value),
        Some(path) => Err(Diagnostic::error(format!("`{path}` was left undecided"))
            .line(format!("The provider finished without a value for this attribute of `{name}`."))
            .line("This is a bug of the provider: please report it.")
            .into()),
    }
}

fn validate_draft<M: Model>(
    schema: &Schema,
    config: &Value,
    rules: fn(&M::Draft, &mut Report),
    report: &mut Report,
) {
    let config = with_defaults(&schema.object, config, config);
    if let Some(draft) = M::draft(&config, &Path::root()) {
        rules(&draft, report);
    }
}

impl<D: DataSource> AnyDataSource<D::Client> for ErasedDataSource<D> {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(schema_of::<D::Model>)
    }

    fn time_limit(&self) -> std::time::Duration {
        D::TIMEOUT
    }

    fn validate(&self, config: &Value, report: &mut Report) {
        validate_draft::<D::Model>(self.schema(), config, D::validate, report);
    }

    fn read<'a>(
        &'a self,
        operation: Operation,
        client: Arc<D::Client>,
        config: Value,
    ) -> BoxFuture<'a, Outcome<Value>> {
        Box::pin(async move {
            let model = decode_config::<D::Model>(self.schema(), D::NAME, &config)?;
            let context = ClientContext { operation, client };
            let read = panic::catch(D::read(&context, model)).await;
            let read = read.map_err(|panic| panicked(&panic, "Nothing was changed."))??;
            encode_result(self.schema(), D::NAME, &read, &config)
        })
    }
}

/// A function without its types.
pub(crate) trait AnyFunction: Send + Sync {
    fn definition(&self) -> &Definition;
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// A function as it is described to Terraform and to people.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) summary: &'static str,
    pub(crate) description: &'static str,
    pub(crate) parameters: Vec<Described>,
    pub(crate) variadic: Option<Described>,
    pub(crate) output: crate::cty::Type,
}

#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) parameter: Parameter,
}

pub(crate) struct ErasedFunction<F> {
    definition: OnceLock<Definition>,
    kind: PhantomData<fn() -> F>,
}

impl<F: Function> ErasedFunction<F> {
    pub(crate) fn new() -> Self {
        Self { definition: OnceLock::new(), kind: PhantomData }
    }
}

impl<F: Function> AnyFunction for ErasedFunction<F> {
    fn definition(&self) -> &Definition {
        self.definition.get_or_init(|| {
            let (fixed, variadic) = F::Arguments::parameters();
            let mut names = F::PARAMETERS.iter();
            let mut describe = |parameter| {
                // The testkit refuses a function whose names and types do not match in number.
                let (name, description) = names.next().copied().unwrap_or(("argument", ""));
                Described { name, description, parameter }
            };
            let parameters = fixed.into_iter().map(&mut describe).collect();
            Definition {
                summary: F::SUMMARY,
                description: F::DESCRIPTION,
                parameters,
                variadic: variadic.map(describe),
                output: F::Output::kind().ty(),
            }
        })
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let arguments = F::Arguments::decode(arguments)?;
        F::call(arguments).map(|output| output.encode())
    }
}

/// An ephemeral resource without its types.
pub(crate) trait AnyEphemeral<C>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn time_limit(&self) -> std::time::Duration;
    fn validate(&self, config: &Value, report: &mut Report);
    fn open<'a>(
        &'a self,
        operation: Operation,
        client: Arc<C>,
        config: Value,
    ) -> BoxFuture<'a, Outcome<Opened<Value>>>;
    fn renew<'a>(
        &'a self,
        operation: Operation,
        client: Arc<C>,
        note: Json,
    ) -> BoxFuture<'a, Outcome<Renewed>>;
    fn close<'a>(&'a self, operation: Operation, client: Arc<C>, note: Json) -> BoxFuture<'a, Outcome<()>>;
}

impl<E: Ephemeral> AnyEphemeral<E::Client> for ErasedEphemeral<E> {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(schema_of::<E::Model>)
    }

    fn time_limit(&self) -> std::time::Duration {
        E::TIMEOUT
    }

    fn validate(&self, config: &Value, report: &mut Report) {
        validate_draft::<E::Model>(self.schema(), config, E::validate, report);
    }

    fn open<'a>(
        &'a self,
        operation: Operation,
        client: Arc<E::Client>,
        config: Value,
    ) -> BoxFuture<'a, Outcome<Opened<Value>>> {
        Box::pin(async move {
            let model = decode_config::<E::Model>(self.schema(), E::NAME, &config)?;
            let context = ClientContext { operation, client };
            let opened = panic::catch(E::open(&context, model)).await;
            let Opened { result, renew_at, note } =
                opened.map_err(|panic| panicked(&panic, "Nothing is kept."))??;
            let result = encode_result(self.schema(), E::NAME, &result, &config)?;
            Ok(Opened { result, renew_at, note })
        })
    }

    fn renew<'a>(
        &'a self,
        operation: Operation,
        client: Arc<E::Client>,
        note: Json,
    ) -> BoxFuture<'a, Outcome<Renewed>> {
        Box::pin(async move {
            let context = ClientContext { operation, client };
            let renewed = panic::catch(E::renew(&context, note)).await;
            renewed.map_err(|panic| panicked(&panic, "The value was not renewed."))?
        })
    }

    fn close<'a>(
        &'a self,
        operation: Operation,
        client: Arc<E::Client>,
        note: Json,
    ) -> BoxFuture<'a, Outcome<()>> {
        Box::pin(async move {
            let context = ClientContext { operation, client };
            let closed = panic::catch(E::close(&context, note)).await;
            closed.map_err(|panic| panicked(&panic, "The value may live on."))?
        })
    }
}

/// A list resource without its types.
pub(crate) trait AnyList<C>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn time_limit(&self) -> std::time::Duration;
    fn validate(&self, config: &Value, report: &mut Report);
    fn list<'a>(&'a self, job: ListJob<C>) -> BoxFuture<'a, ()>;
}

/// What a listing is made from.
pub(crate) struct ListJob<C> {
    pub(crate) operation: Operation,
    pub(crate) client: Arc<C>,
    pub(crate) config: Value,
    pub(crate) limit: Option<usize>,
    pub(crate) wants_objects: bool,
    pub(crate) events: Sender<Found>,
}

impl<C, L> AnyList<C> for ErasedList<L>
where
    C: Send + Sync + 'static,
    L: List,
    L::Resource: Resource<Client = C>,
{
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(schema_of::<L::Config>)
    }

    fn time_limit(&self) -> std::time::Duration {
        L::TIMEOUT
    }

    fn validate(&self, config: &Value, report: &mut Report) {
        validate_draft::<L::Config>(self.schema(), config, L::validate, report);
    }

    fn list<'a>(&'a self, job: ListJob<C>) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let ListJob { operation, client, config, limit, wants_objects, events } = job;
            let name = <L::Resource as Resource>::NAME;
            let outcome = async {
                let config = decode_config::<L::Config>(self.schema(), name, &config)?;
                let sink = Sink {
                    operation: operation.clone(),
                    client: Arc::clone(&client),
                    events: events.clone(),
                    limit,
                    sent: 0.into(),
                    wants_objects,
                };
                let context = ClientContext { operation: operation.clone(), client };
                let listed = panic::catch(L::list(&context, config, &sink)).await;
                listed.map_err(|panic| panicked(&panic, "The list is not complete."))?
            };
            let failed = outcome.await.err().unwrap_or_default();
            for diagnostic in operation.take_warnings().into_iter().chain(failed) {
                // A receiver that is gone has had enough; there is nobody left to tell.
                let _ = events.send(Found::Said(diagnostic)).await;
            }
        })
    }
}

/// An action without its types.
pub(crate) trait AnyAction<C>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn time_limit(&self) -> std::time::Duration;
    fn validate(&self, config: &Value, report: &mut Report);
    fn plan<'a>(&'a self, operation: Operation, client: Arc<C>, config: Value) -> BoxFuture<'a, Outcome<()>>;
    fn invoke<'a>(
        &'a self,
        operation: Operation,
        client: Arc<C>,
        config: Value,
        progress: UnboundedSender<String>,
    ) -> BoxFuture<'a, Outcome<()>>;
}

impl<A: Action> AnyAction<A::Client> for ErasedAction<A> {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(schema_of::<A::Model>)
    }

    fn time_limit(&self) -> std::time::Duration {
        A::TIMEOUT
    }

    fn validate(&self, config: &Value, report: &mut Report) {
        validate_draft::<A::Model>(self.schema(), config, A::validate, report);
    }

    fn plan<'a>(
        &'a self,
        operation: Operation,
        client: Arc<A::Client>,
        config: Value,
    ) -> BoxFuture<'a, Outcome<()>> {
        Box::pin(async move {
            let config = with_defaults(&self.schema().object, &config, &config);
            let Some(draft) = A::Model::draft(&config, &Path::root()) else { return Ok(()) };
            let context = ClientContext { operation, client };
            let planned = panic::catch(A::plan(&context, draft)).await;
            planned.map_err(|panic| panicked(&panic, "Nothing was done."))?
        })
    }

    fn invoke<'a>(
        &'a self,
        operation: Operation,
        client: Arc<A::Client>,
        config: Value,
        progress: UnboundedSender<String>,
    ) -> BoxFuture<'a, Outcome<()>> {
        Box::pin(async move {
            let config = decode_config::<A::Model>(self.schema(), A::NAME, &config)?;
            let context = ActionContext { inner: ClientContext { operation, client }, progress };
            let done = panic::catch(A::invoke(&context, config)).await;
            done.map_err(|panic| panicked(&panic, "It is not known how far it got."))?
        })
    }
}
