//! Terraform's commands, played against a provider in the same process.

use std::collections::BTreeMap;
use std::fmt;

use tfplugin::codec::{json, msgpack};
use tfplugin::cty::Type;
use tfplugin::wire::tfplugin6 as wire;
use tfplugin::{Path, Value};
use tonic::Request;

use crate::block::{Block, InvalidSchema};
use crate::judge::{plan_problems, result_problems, write_only_problems};
use crate::proposed::proposed_new;

/// Terraform in miniature, with one provider.
///
/// A whole life, with a provider that has a resource `acme_queue`:
///
/// ```
/// use tfplugin::{Service, Value};
/// use tfplugin_testkit::{Applied, Core, Instance, Planned, Verdict};
/// # use std::collections::BTreeMap;
/// # use std::sync::Mutex;
/// # use tfplugin::{Computed, Context, Identity, Model, Operation, Outcome, Provider, Registry, Resource};
/// # type Cloud = Mutex<BTreeMap<String, u32>>;
/// # /// A message queue.
/// # #[derive(Model, Clone, Debug)]
/// # struct Queue {
/// #     /// Its name.
/// #     #[tf(replace)]
/// #     name: String,
/// #     /// How many messages it holds.
/// #     #[tf(range = "1..")]
/// #     size: u32,
/// #     /// Its name again.
/// #     #[tf(keep)]
/// #     id: Computed<String>,
/// # }
/// # /// What tells a queue from every other one.
/// # #[derive(Model, Identity)]
/// # struct QueueId {
/// #     /// Its name.
/// #     name: String,
/// # }
/// # impl Resource for Queue {
/// #     const NAME: &'static str = "queue";
/// #     type Client = Cloud;
/// #     type Model = Self;
/// #     type Identity = QueueId;
/// #     async fn create(ctx: &Context<Self>, plan: Self) -> Outcome<Self> {
/// #         ctx.client().lock().unwrap().insert(plan.name.clone(), plan.size);
/// #         Ok(Self { id: plan.name.clone().into(), ..plan })
/// #     }
/// #     async fn read(ctx: &Context<Self>, id: &QueueId) -> Outcome<Option<Self>> {
/// #         let found = ctx.client().lock().unwrap().get(&id.name).copied();
/// #         Ok(found.map(|size| Self { name: id.name.clone(), size, id: id.id().into() }))
/// #     }
/// #     async fn update(ctx: &Context<Self>, _: Self, plan: Self) -> Outcome<Self> {
/// #         ctx.client().lock().unwrap().insert(plan.name.clone(), plan.size);
/// #         Ok(plan)
/// #     }
/// #     async fn delete(ctx: &Context<Self>, state: Self) -> Outcome<()> {
/// #         ctx.client().lock().unwrap().remove(&state.name);
/// #         Ok(())
/// #     }
/// # }
/// # struct Acme;
/// # impl Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "1.0.0";
/// #     type Config = ();
/// #     type Client = Cloud;
/// #     async fn configure(_: &Operation, (): ()) -> Outcome<Option<Cloud>> {
/// #         Ok(Some(Cloud::default()))
/// #     }
/// #     fn register(registry: &mut Registry<Cloud>) {
/// #         registry.resource::<Queue>();
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Verdict> {
///
/// let core = Core::start(Service::<Acme>::new()).await?; // refuses a schema that Terraform refuses
/// core.configure(&core.provider_block().empty()).await?;
/// let queue = |size: i64| Value::object([("name", Value::from("orders")), ("size", Value::from(size))]);
///
/// // terraform validate
/// let Err(Verdict::Refused(errors)) = core.validate("acme_queue", &queue(0)).await else { panic!() };
/// assert!(errors[0].contains("`size` is too small"));
///
/// // terraform apply, with the plan, the plan in apply and the result held against each other
/// let Applied { instance, verdict } = core.apply("acme_queue", None, &queue(5)).await;
/// verdict?;
/// let orders: Instance = instance.expect("a queue");
/// assert_eq!(orders.value.get("id"), &Value::from("orders"));
///
/// // The second plan is empty, an import gives the same, and so does a refresh.
/// assert!(core.plan("acme_queue", Some(&orders), &queue(5)).await?.no_op);
/// assert_eq!(core.import("acme_queue", "orders").await?.value, orders.value);
/// assert_eq!(core.import_by_identity("acme_queue", &orders).await?.value, orders.value);
/// assert_eq!(core.refresh("acme_queue", &orders).await?.as_ref(), Some(&orders));
///
/// // terraform plan -generate-config-out
/// assert_eq!(core.generate_config("acme_queue", &orders).await?.get("size"), &Value::from(5));
///
/// // Another name is another queue.
/// let other = Value::object([("name", Value::from("bills")), ("size", Value::from(5))]);
/// let planned: Planned = core.plan("acme_queue", Some(&orders), &other).await?;
/// assert_eq!(planned.replace, ["name"]);
///
/// core.destroy("acme_queue", orders.clone()).await.verdict?;
/// assert_eq!(core.refresh("acme_queue", &orders).await?, None);
/// # Ok(())
/// # }
/// ```
///
/// What every registered resource must stand is one loop over [`resources`](Self::resources):
///
/// ```
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
/// use tfplugin::wire::tfplugin6::provider_server::Provider;
/// use tfplugin_testkit::Core;
/// use tfplugin_testkit::configs::any_config;
///
/// async fn nothing_panics(core: &Core<impl Provider>) {
///     let mut runner = TestRunner::deterministic();
///     for (name, block) in core.resources() {
///         assert_eq!(block.ty(), core.resource(name).ty());
///         let config = any_config(block).new_tree(&mut runner).unwrap().current();
///         if let Err(verdict) = core.plan(name, None, &config).await {
///             assert!(!verdict.to_string().contains("panicked"), "{name}: {verdict}");
///         }
///     }
/// }
/// ```
///
/// And the rest of what a provider can offer:
///
/// ```
/// use tfplugin::Value;
/// use tfplugin::wire::tfplugin6::provider_server::Provider;
/// use tfplugin_testkit::core::{Listed, UNDECODABLE};
/// use tfplugin_testkit::{Core, Verdict};
///
/// async fn the_rest(core: &Core<impl Provider>, config: &Value) -> Result<(), Verdict> {
///     let account = core.read_data("acme_account", config).await?;
///     let token = core.use_ephemeral("acme_token", config).await?;
///     let said: Vec<String> = core.invoke("acme_purge", config).await?;
///
///     core.validate_list("acme_queue", config).await?;
///     let found: Vec<Listed> = core.list("acme_queue", config, 10, true).await?;
///     let first = core.import_listed("acme_queue", &found[0]).await?;
///
///     let stored = br#"{ "title": "orders" }"#.to_vec();
///     let upgraded = core.upgrade("acme_queue", 0, stored).await;
///     assert!(!matches!(upgraded, Err(Verdict::Broken(UNDECODABLE, _))));
///
///     core.stop().await?; // the first Ctrl-C
///     assert!(core.data_sources().chain(core.lists()).all(|(_, block)| block.blocks.is_empty()));
///     let (_provider, _search) = (core.provider(), core.list_config("acme_queue").empty());
/// #   drop((account, token, said, first));
///     Ok(())
/// }
/// ```
pub struct Core<P> {
    provider: P,
    provider_block: Block,
    resources: BTreeMap<String, (i64, Block)>,
    data_sources: BTreeMap<String, Block>,
    lists: BTreeMap<String, Block>,
}

impl<P> fmt::Debug for Core<P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Core").field("resources", &self.resources.keys()).finish_non_exhaustive()
    }
}

/// An object as the state holds it.
///
/// ```
/// use tfplugin::Value;
/// use tfplugin_testkit::Instance;
///
/// // What a creation that failed half way leaves behind: the next plan makes it again.
/// let value = Value::object([("name", Value::from("orders")), ("id", Value::from("orders"))]);
/// let half_made = Instance { value, private: Vec::new(), tainted: true };
/// assert_eq!(half_made.value.get("id"), &Value::from("orders"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its attributes.
    pub value: Value,
    /// The provider's notes.
    pub private: Vec<u8>,
    /// Whether the next plan replaces it because its creation failed half way.
    pub tainted: bool,
}

/// An object that a list found.
///
/// ```
/// use tfplugin_testkit::core::Listed;
///
/// fn names(found: &[Listed]) -> Vec<&str> {
///     found.iter().map(|object| object.display_name.as_str()).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// What tells it from every other one, as an import takes it.
    identity: wire::ResourceIdentityData,
    /// What it is called before the user.
    pub display_name: String,
    /// Its attributes, if they were asked for.
    pub object: Option<Value>,
}

/// Why a command did not succeed.
///
/// ```
/// use tfplugin_testkit::Verdict;
///
/// /// What the user is told is fine; what Terraform would call a bug of the provider is not.
/// fn expect_refusal<T>(outcome: Result<T, Verdict>) -> String {
///     match outcome {
///         Err(Verdict::Refused(errors)) => errors.join("\n"),
///         Err(broken @ Verdict::Broken(..)) => panic!("{broken}"),
///         Ok(_) => panic!("it was not refused"),
///     }
/// }
///
/// let taken = Verdict::Refused(vec!["name: The name is taken\nChoose another one.".into()]);
/// assert!(expect_refusal(Err::<(), _>(taken)).contains("Choose another one."));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The provider said no: its errors, each with summary and detail.
    Refused(Vec<String>),
    /// Terraform said no: the provider broke a rule. First the words of Terraform, then what is wrong.
    Broken(&'static str, Vec<String>),
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(errors) => write!(out, "refused by the provider:\n{}", errors.join("\n")),
            Self::Broken(rule, problems) => write!(out, "{rule}:\n{}", problems.join("\n")),
        }
    }
}

/// What a plan comes to.
///
/// ```
/// use tfplugin_testkit::Planned;
///
/// fn is_change_in_place(planned: &Planned) -> bool {
///     !planned.no_op && planned.replace.is_empty() && !planned.value.is_null()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The object after apply; null when it is removed.
    pub value: Value,
    /// The provider's notes.
    pub private: Vec<u8>,
    /// The attributes whose change replaces the object.
    pub replace: Vec<String>,
    /// Whether nothing is to be done.
    pub no_op: bool,
}

/// What an apply comes to: there may be a state to save whatever the verdict.
///
/// ```
/// use tfplugin_testkit::Applied;
///
/// /// What must hold when the second request of a creation fails.
/// fn nothing_is_lost(applied: &Applied) -> bool {
///     let kept = applied.instance.as_ref();
///     applied.verdict.is_err() && kept.is_some_and(|kept| kept.tainted && !kept.value.get("id").is_null())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What the state holds afterwards.
    pub instance: Option<Instance>,
    /// How it went.
    pub verdict: Result<(), Verdict>,
}

const INVALID_PLAN: &str = "Provider produced invalid plan";
const INVALID_OBJECT: &str = "Provider produced invalid object";
const INCONSISTENT_RESULT: &str = "Provider produced inconsistent result after apply";
const INCONSISTENT_PLAN: &str = "Provider produced inconsistent final plan";
/// Terraform repeats the words of its decoder here, which are no rule.
pub const UNDECODABLE: &str = "Undecodable value";
const INVALID_RESULT: &str = "Provider returned invalid result object after apply";

/// The newest Terraform.
fn capabilities() -> Option<wire::ClientCapabilities> {
    Some(wire::ClientCapabilities { write_only_attributes_allowed: true, ..Default::default() })
}

impl<P: wire::provider_server::Provider> Core<P> {
    /// Asks for the schemas, and refuses what Terraform refuses about them.
    ///
    /// # Errors
    /// The provider's own errors, or what is wrong with a schema.
    pub async fn start(provider: P) -> Result<Self, Verdict> {
        let answer = provider.get_provider_schema(Request::new(wire::get_provider_schema::Request {})).await;
        let answer =
            answer.map_err(|status| Verdict::Broken("Plugin error", vec![status.to_string()]))?.into_inner();
        errors(&answer.diagnostics)?;
        let mut problems = Vec::new();
        let mut read = |name: &str, schema: Option<&wire::Schema>| -> (i64, Block) {
            let block = schema.and_then(|schema| schema.block.as_ref());
            match block.map(Block::read) {
                Some(Ok(block)) => (schema.map_or(0, |schema| schema.version), block),
                Some(Err(InvalidSchema(found))) => {
                    problems.push(format!("{name}: {found}"));
                    (0, Block::default())
                }
                None => {
                    problems.push(format!("{name}: the schema has no block"));
                    (0, Block::default())
                }
            }
        };
        let provider_block = read("provider", answer.provider.as_ref()).1;
        let mut resources = BTreeMap::new();
        for (name, schema) in &answer.resource_schemas {
            resources.insert(name.clone(), read(name, Some(schema)));
        }
        let mut data_sources = BTreeMap::new();
        for (name, schema) in &answer.data_source_schemas {
            data_sources.insert(name.clone(), read(name, Some(schema)).1);
        }
        let mut lists = BTreeMap::new();
        for (name, schema) in &answer.list_resource_schemas {
            lists.insert(name.clone(), read(name, Some(schema)).1);
        }
        problems.extend(
            lists
                .keys()
                .filter(|name| !resources.contains_key(*name))
                .map(|name| format!("{name}: a list without a resource")),
        );
        if problems.is_empty() {
            Ok(Self { provider, provider_block, resources, data_sources, lists })
        } else {
            Err(Verdict::Broken("Invalid provider schema", problems))
        }
    }

    /// The provider itself.
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// The schema of the provider block.
    pub fn provider_block(&self) -> &Block {
        &self.provider_block
    }

    /// Every resource with its schema.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.resources.iter().map(|(name, (_, block))| (name.as_str(), block))
    }

    /// Every data source with its schema.
    pub fn data_sources(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.data_sources.iter().map(|(name, block)| (name.as_str(), block))
    }

    /// Every list resource with the schema of its `config` block.
    pub fn lists(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.lists.iter().map(|(name, block)| (name.as_str(), block))
    }

    /// The schema of a list resource's `config` block.
    ///
    /// # Panics
    /// When there is none of that name.
    pub fn list_config(&self, type_name: &str) -> &Block {
        self.lists.get(type_name).unwrap_or_else(|| panic!("the provider lists no `{type_name}`"))
    }

    /// The schema of a resource.
    ///
    /// # Panics
    /// When there is none of that name.
    pub fn resource(&self, type_name: &str) -> &Block {
        &self.resources.get(type_name).unwrap_or_else(|| panic!("the provider has no `{type_name}`")).1
    }

    /// Configures the provider.
    ///
    /// # Errors
    /// The provider's own errors.
    pub async fn configure(&self, config: &Value) -> Result<(), Verdict> {
        let ty = self.provider_block.ty();
        let validate = wire::validate_provider_config::Request { config: dynamic(config, &ty) };
        errors(&sent(self.provider.validate_provider_config(Request::new(validate)).await)?.diagnostics)?;
        let configure = wire::configure_provider::Request {
            terraform_version: "1.14.0".into(),
            config: dynamic(config, &ty),
            client_capabilities: capabilities(),
        };
        errors(&sent(self.provider.configure_provider(Request::new(configure)).await)?.diagnostics)
    }

    /// `terraform validate` of one resource.
    ///
    /// # Errors
    /// The provider's own errors.
    pub async fn validate(&self, type_name: &str, config: &Value) -> Result<(), Verdict> {
        let ty = self.resource(type_name).ty();
        let request = wire::validate_resource_config::Request {
            type_name: type_name.into(),
            config: dynamic(config, &ty),
            client_capabilities: capabilities(),
        };
        errors(&sent(self.provider.validate_resource_config(Request::new(request)).await)?.diagnostics)
    }

    /// `terraform plan` of one resource: null as a configuration removes it.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn plan(
        &self,
        type_name: &str,
        prior: Option<&Instance>,
        config: &Value,
    ) -> Result<Planned, Verdict> {
        if !config.is_null() {
            self.validate(type_name, config).await?;
        }
        // What failed half way is made again, as if it did not exist.
        let standing = prior.filter(|prior| !prior.tainted || config.is_null());
        let planned = self.plan_once(type_name, standing, config).await?;
        if planned.replace.is_empty() {
            return Ok(planned);
        }
        // A replacement is planned a second time, as a creation with the notes of the first plan.
        let replace = planned.replace;
        let notes = Instance { value: Value::Null, private: planned.private, tainted: false };
        let created = self.plan_once(type_name, Some(&notes), config).await?;
        Ok(Planned { replace, no_op: false, ..created })
    }

    async fn plan_once(
        &self,
        type_name: &str,
        prior: Option<&Instance>,
        config: &Value,
    ) -> Result<Planned, Verdict> {
        let block = self.resource(type_name);
        let ty = block.ty();
        let none = Value::Null;
        let prior_value = prior.map_or(&none, |prior| &prior.value);
        let proposed = proposed_new(block, prior_value, config);
        let request = wire::plan_resource_change::Request {
            type_name: type_name.into(),
            prior_state: dynamic(prior_value, &ty),
            proposed_new_state: dynamic(&proposed, &ty),
            config: dynamic(config, &ty),
            prior_private: prior.map(|prior| prior.private.clone()).unwrap_or_default(),
            client_capabilities: capabilities(),
            ..Default::default()
        };
        let answer = sent(self.provider.plan_resource_change(Request::new(request)).await)?;
        errors(&answer.diagnostics)?;
        if answer.deferred.is_some() {
            return Err(Verdict::Broken(
                "Provider deferred changes when Terraform did not allow deferrals",
                vec![],
            ));
        }
        let planned = decode(answer.planned_state.as_ref(), &ty)?;
        if config.is_null() {
            if !planned.is_null() {
                return Err(Verdict::Broken(INVALID_PLAN, vec!["planned a non-null destroy value".into()]));
            }
            let no_op = prior_value.is_null();
            return Ok(Planned {
                value: planned,
                private: answer.planned_private,
                replace: Vec::new(),
                no_op,
            });
        }
        let problems = plan_problems(block, prior_value, config, &planned);
        if !problems.is_empty() {
            return Err(Verdict::Broken(INVALID_PLAN, problems));
        }
        let mut replace = Vec::new();
        for path in answer.requires_replace.iter().filter(|_| !prior_value.is_null()) {
            let path = read_path(path);
            let (before, after) = (prior_value.lookup(&path), planned.lookup(&path));
            if before.is_none() && after.is_none() {
                let what = format!(
                    "has indicated \"requires replacement\" on {path} for a non-existent attribute path"
                );
                return Err(Verdict::Broken(INVALID_PLAN, vec![what]));
            }
            if before != after {
                replace.push(path.to_string());
            }
        }
        let no_op = prior_value == &planned;
        Ok(Planned { value: planned, private: answer.planned_private, replace, no_op })
    }

    /// `terraform apply` of one resource: refreshes nothing, plans, plans again, applies.
    ///
    /// A replacement removes the old object first.
    pub async fn apply(&self, type_name: &str, prior: Option<Instance>, config: &Value) -> Applied {
        let planned = match self.plan(type_name, prior.as_ref(), config).await {
            Ok(planned) => planned,
            Err(verdict) => return Applied { instance: prior, verdict: Err(verdict) },
        };
        if planned.no_op {
            return Applied { instance: prior, verdict: Ok(()) };
        }
        let replaces = prior.is_some()
            && (!planned.replace.is_empty()
                || prior.as_ref().is_some_and(|prior| prior.tainted && !config.is_null()));
        let prior = if replaces {
            let removed =
                self.apply_once(type_name, prior, &Value::Null, planned.private.clone(), Value::Null).await;
            if removed.verdict.is_err() {
                return removed;
            }
            None
        } else {
            prior
        };
        // Terraform plans once more before it applies, and holds the provider to what it said first.
        let again = match self.plan_once(type_name, prior.as_ref(), config).await {
            Ok(again) => again,
            Err(verdict) => return Applied { instance: prior, verdict: Err(verdict) },
        };
        let problems = result_problems(&self.resource(type_name).ty(), &planned.value, &again.value);
        if !problems.is_empty() {
            return Applied { instance: prior, verdict: Err(Verdict::Broken(INCONSISTENT_PLAN, problems)) };
        }
        self.apply_once(type_name, prior, config, again.private, again.value).await
    }

    /// `terraform destroy` of one resource.
    pub async fn destroy(&self, type_name: &str, prior: Instance) -> Applied {
        self.apply(type_name, Some(prior), &Value::Null).await
    }

    async fn apply_once(
        &self,
        type_name: &str,
        prior: Option<Instance>,
        config: &Value,
        private: Vec<u8>,
        planned: Value,
    ) -> Applied {
        let block = self.resource(type_name);
        let ty = block.ty();
        let none = Value::Null;
        let prior_value = prior.as_ref().map_or(&none, |prior| &prior.value);
        let request = wire::apply_resource_change::Request {
            type_name: type_name.into(),
            prior_state: dynamic(prior_value, &ty),
            planned_state: dynamic(&planned, &ty),
            config: dynamic(config, &ty),
            planned_private: private,
            ..Default::default()
        };
        let answer = match sent(self.provider.apply_resource_change(Request::new(request)).await) {
            Ok(answer) => answer,
            Err(verdict) => return Applied { instance: prior, verdict: Err(verdict) },
        };
        let refused = errors(&answer.diagnostics);
        let (creates, deletes) = (prior.is_none(), planned.is_null());
        let lost = |rule, problems| Applied {
            instance: prior.clone(),
            verdict: Err(Verdict::Broken(rule, problems)),
        };
        let value = match decode(answer.new_state.as_ref(), &ty) {
            Ok(value) => value,
            Err(Verdict::Broken(rule, problems)) => return lost(rule, problems),
            Err(verdict) => return Applied { instance: prior, verdict: Err(verdict) },
        };
        let mut problems = Vec::new();
        write_only_problems(block, &value, &mut problems);
        if !problems.is_empty() {
            return lost(INVALID_OBJECT, problems);
        }
        let (value, unknown) = value.without_unknowns();
        let mut verdict = refused;
        if !unknown.is_empty() {
            let unknown = unknown.iter().map(|path| format!("{path}: still unknown")).collect();
            verdict = verdict.and(Err(Verdict::Broken(INVALID_RESULT, unknown)));
        }
        if verdict.is_ok() {
            verdict = match (deletes, value.is_null()) {
                (true, false) => {
                    Err(Verdict::Broken(INVALID_RESULT, vec!["a non-null object after destroy".into()]))
                }
                (false, true) => Err(Verdict::Broken(
                    INCONSISTENT_RESULT,
                    vec!["root object was present, but now absent".into()],
                )),
                (true, true) => Ok(()),
                (false, false) => match result_problems(&ty, &planned, &value) {
                    problems if problems.is_empty() => Ok(()),
                    problems => Err(Verdict::Broken(INCONSISTENT_RESULT, problems)),
                },
            };
        }
        let instance = match (value.is_null(), &verdict) {
            (true, Ok(())) => None,
            // What failed without saying what there is leaves the state as it was.
            (true, Err(_)) => prior,
            (false, verdict) => {
                let tainted = creates && verdict.is_err() || prior.is_some_and(|prior| prior.tainted);
                Some(Instance { value, private: answer.private, tainted })
            }
        };
        Applied { instance, verdict }
    }

    /// The refresh of one object: first the upgrade that Terraform always asks for, then the read. None when the
    /// object is gone.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn refresh(&self, type_name: &str, instance: &Instance) -> Result<Option<Instance>, Verdict> {
        let (version, block) = &self.resources[type_name];
        let stored = json::to_json(&instance.value).to_string().into_bytes();
        let value = self.upgrade(type_name, *version, stored).await?;
        self.read(type_name, block, &Instance { value, ..instance.clone() }).await
    }

    /// Upgrades stored attributes, as JSON, from a version.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn upgrade(
        &self,
        type_name: &str,
        version: i64,
        attributes: Vec<u8>,
    ) -> Result<Value, Verdict> {
        let ty = self.resource(type_name).ty();
        let request = wire::upgrade_resource_state::Request {
            type_name: type_name.into(),
            version,
            raw_state: Some(wire::RawState { json: attributes, ..Default::default() }),
        };
        let answer = sent(self.provider.upgrade_resource_state(Request::new(request)).await)?;
        errors(&answer.diagnostics)?;
        const RULE: &str = "Invalid resource state upgrade";
        match decode(answer.upgraded_state.as_ref(), &ty)? {
            Value::Null => Err(Verdict::Broken(RULE, vec!["the state is gone".into()])),
            value if !value.is_wholly_known() => Err(Verdict::Broken(RULE, vec!["not wholly known".into()])),
            value => Ok(value),
        }
    }

    async fn read(
        &self,
        type_name: &str,
        block: &Block,
        instance: &Instance,
    ) -> Result<Option<Instance>, Verdict> {
        let ty = block.ty();
        let request = wire::read_resource::Request {
            type_name: type_name.into(),
            current_state: dynamic(&instance.value, &ty),
            private: instance.private.clone(),
            client_capabilities: capabilities(),
            ..Default::default()
        };
        let answer = sent(self.provider.read_resource(Request::new(request)).await)?;
        errors(&answer.diagnostics)?;
        let value = decode(answer.new_state.as_ref(), &ty)?;
        let mut problems = Vec::new();
        write_only_problems(block, &value, &mut problems);
        problems.extend(
            value.clone().without_unknowns().1.iter().map(|path| format!("{path}: unknown after a read")),
        );
        if !problems.is_empty() {
            return Err(Verdict::Broken(INVALID_OBJECT, problems));
        }
        let found = Instance { value, private: answer.private, tainted: instance.tainted };
        Ok((!found.value.is_null()).then_some(found))
    }

    /// `terraform import` of one object: the import and the read that follows.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn import(&self, type_name: &str, id: &str) -> Result<Instance, Verdict> {
        self.import_by(type_name, id, None).await
    }

    /// Import by identity, as Terraform 1.12 does it: with the identity that a refresh of the object gave.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn import_by_identity(
        &self,
        type_name: &str,
        instance: &Instance,
    ) -> Result<Instance, Verdict> {
        let ty = self.resource(type_name).ty();
        let request = wire::read_resource::Request {
            type_name: type_name.into(),
            current_state: dynamic(&instance.value, &ty),
            private: instance.private.clone(),
            client_capabilities: capabilities(),
            ..Default::default()
        };
        let answer = sent(self.provider.read_resource(Request::new(request)).await)?;
        errors(&answer.diagnostics)?;
        let identity = answer
            .new_identity
            .ok_or(Verdict::Broken(INVALID_OBJECT, vec!["there is no identity".into()]))?;
        self.import_by(type_name, "", Some(identity)).await
    }

    /// The import of an object that a list found, which is what lists are for.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn import_listed(&self, type_name: &str, listed: &Listed) -> Result<Instance, Verdict> {
        self.import_by(type_name, "", Some(listed.identity.clone())).await
    }

    async fn import_by(
        &self,
        type_name: &str,
        id: &str,
        identity: Option<wire::ResourceIdentityData>,
    ) -> Result<Instance, Verdict> {
        let block = self.resource(type_name);
        let request = wire::import_resource_state::Request {
            type_name: type_name.into(),
            id: id.into(),
            client_capabilities: capabilities(),
            identity,
        };
        let answer = sent(self.provider.import_resource_state(Request::new(request)).await)?;
        errors(&answer.diagnostics)?;
        const RULE: &str = "Import returned an invalid resource";
        let [imported] = answer.imported_resources.as_slice() else {
            return Err(Verdict::Broken(
                RULE,
                vec![format!("{} resources", answer.imported_resources.len())],
            ));
        };
        if imported.type_name != type_name {
            return Err(Verdict::Broken(RULE, vec![format!("of type {}", imported.type_name)]));
        }
        let value = decode(imported.state.as_ref(), &block.ty())?;
        let mut problems = Vec::new();
        write_only_problems(block, &value, &mut problems);
        if value.is_null() || !value.is_wholly_known() || !problems.is_empty() {
            return Err(Verdict::Broken(RULE, vec!["null, unknown or write-only values".into()]));
        }
        let imported = Instance { value, private: imported.private.clone(), tainted: false };
        let read = self.read(type_name, block, &imported).await?;
        read.ok_or(Verdict::Broken("Cannot import non-existent remote object", vec![id.into()]))
    }

    /// The configuration that `-generate-config-out` writes for an object.
    ///
    /// # Errors
    /// The provider's own errors, or a configuration that it does not take itself.
    pub async fn generate_config(&self, type_name: &str, instance: &Instance) -> Result<Value, Verdict> {
        let ty = self.resource(type_name).ty();
        let request = wire::generate_resource_config::Request {
            type_name: type_name.into(),
            state: dynamic(&instance.value, &ty),
        };
        let answer = sent(self.provider.generate_resource_config(Request::new(request)).await)?;
        errors(&answer.diagnostics)?;
        let config = decode(answer.config.as_ref(), &ty)?;
        self.validate(type_name, &config).await?;
        Ok(config)
    }

    /// `terraform plan` of a data source.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn read_data(&self, type_name: &str, config: &Value) -> Result<Value, Verdict> {
        let ty = self.data_sources[type_name].ty();
        let request = wire::validate_data_resource_config::Request {
            type_name: type_name.into(),
            config: dynamic(config, &ty),
        };
        errors(&sent(self.provider.validate_data_resource_config(Request::new(request)).await)?.diagnostics)?;
        let request = wire::read_data_source::Request {
            type_name: type_name.into(),
            config: dynamic(config, &ty),
            client_capabilities: capabilities(),
            ..Default::default()
        };
        let answer = sent(self.provider.read_data_source(Request::new(request)).await)?;
        errors(&answer.diagnostics)?;
        match decode(answer.state.as_ref(), &ty)? {
            Value::Null => Err(Verdict::Broken("Provider produced null object", vec![])),
            value if !value.is_wholly_known() => {
                Err(Verdict::Broken(INVALID_OBJECT, vec!["not wholly known".into()]))
            }
            value => Ok(value),
        }
    }

    /// `terraform query -validate-only` of one list.
    ///
    /// # Errors
    /// The provider's own errors.
    pub async fn validate_list(&self, type_name: &str, config: &Value) -> Result<(), Verdict> {
        let request = wire::validate_list_resource_config::Request {
            type_name: type_name.into(),
            config: dynamic(config, &self.list_config(type_name).ty()),
            ..Default::default()
        };
        errors(&sent(self.provider.validate_list_resource_config(Request::new(request)).await)?.diagnostics)
    }

    /// `terraform query`: what a list finds, after its validation. A null configuration stands for a `config` block that
    /// is left out, and the limit 0 for none.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn list(
        &self,
        type_name: &str,
        config: &Value,
        limit: i64,
        with_objects: bool,
    ) -> Result<Vec<Listed>, Verdict> {
        self.validate_list(type_name, config).await?;
        let ty = self.resource(type_name).ty();
        let config = dynamic(config, &self.list_config(type_name).ty());
        let request = wire::list_resource::Request {
            type_name: type_name.into(),
            config,
            include_resource_object: with_objects,
            limit,
        };
        const RULE: &str = "Provider produced invalid list result";
        let mut events = Box::pin(sent(self.provider.list_resource(Request::new(request)).await)?);
        let mut found = Vec::new();
        while let Some(event) = next(&mut events).await {
            let event = event.map_err(|status| Verdict::Broken("Plugin error", vec![status.to_string()]))?;
            errors(&event.diagnostic)?;
            let Some(identity) = event.identity else {
                if event.diagnostic.is_empty() {
                    return Err(Verdict::Broken(RULE, vec!["an object without identity".into()]));
                }
                continue;
            };
            let object =
                event.resource_object.as_ref().map(|object| decode(Some(object), &ty)).transpose()?;
            if object.is_some() && !with_objects {
                return Err(Verdict::Broken(RULE, vec!["attributes that nobody asked for".into()]));
            }
            found.push(Listed { identity, display_name: event.display_name, object });
            if usize::try_from(limit).is_ok_and(|limit| limit > 0 && found.len() > limit) {
                return Err(Verdict::Broken(RULE, vec!["more objects than were asked for".into()]));
            }
        }
        Ok(found)
    }

    /// Plans and invokes an action; what it said on its way.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn invoke(&self, action: &str, config: &Value) -> Result<Vec<String>, Verdict> {
        use wire::invoke_action::event::Type as Event;
        let schemas = self.schemas().await?;
        let schema = schemas.action_schemas.get(action).and_then(|action| action.schema.as_ref());
        let config = dynamic(config, &block_of(schema)?.ty());
        let request = wire::plan_action::Request {
            action_type: action.into(),
            config: config.clone(),
            client_capabilities: capabilities(),
        };
        errors(&sent(self.provider.plan_action(Request::new(request)).await)?.diagnostics)?;
        let request = wire::invoke_action::Request {
            action_type: action.into(),
            config,
            client_capabilities: capabilities(),
        };
        const RULE: &str = "Provider produced invalid action result";
        let mut events = Box::pin(sent(self.provider.invoke_action(Request::new(request)).await)?);
        let (mut said, mut completed) = (Vec::new(), false);
        while let Some(event) = next(&mut events).await {
            let event = event.map_err(|status| Verdict::Broken("Plugin error", vec![status.to_string()]))?;
            match event.r#type {
                _ if completed => return Err(Verdict::Broken(RULE, vec!["an event after the end".into()])),
                None => return Err(Verdict::Broken(RULE, vec!["an event that says nothing".into()])),
                Some(Event::Progress(progress)) => said.push(progress.message),
                Some(Event::Completed(end)) => {
                    errors(&end.diagnostics)?;
                    completed = true;
                }
            }
        }
        if completed { Ok(said) } else { Err(Verdict::Broken(RULE, vec!["no end".into()])) }
    }

    /// Opens an ephemeral resource, renews it if it asks for that, and closes it; what it held.
    ///
    /// # Errors
    /// The provider's own errors, or the rule it broke.
    pub async fn use_ephemeral(&self, type_name: &str, config: &Value) -> Result<Value, Verdict> {
        let schemas = self.schemas().await?;
        let block = block_of(schemas.ephemeral_resource_schemas.get(type_name))?;
        let ty = block.ty();
        let request = wire::open_ephemeral_resource::Request {
            type_name: type_name.into(),
            config: dynamic(config, &ty),
            client_capabilities: capabilities(),
        };
        let opened = sent(self.provider.open_ephemeral_resource(Request::new(request)).await)?;
        errors(&opened.diagnostics)?;
        const RULE: &str = "Provider produced invalid ephemeral resource instance";
        let result = decode(opened.result.as_ref(), &ty)?;
        let problems = plan_problems(&block, &Value::Null, config, &result);
        if !problems.is_empty() || !result.is_wholly_known() {
            return Err(Verdict::Broken(RULE, problems));
        }
        if opened.renew_at.is_some() {
            let request = wire::renew_ephemeral_resource::Request {
                type_name: type_name.into(),
                private: opened.private.clone(),
            };
            errors(&sent(self.provider.renew_ephemeral_resource(Request::new(request)).await)?.diagnostics)?;
        }
        // Terraform closes with the notes of the opening, not with those of the last renewal.
        let request =
            wire::close_ephemeral_resource::Request { type_name: type_name.into(), private: opened.private };
        errors(&sent(self.provider.close_ephemeral_resource(Request::new(request)).await)?.diagnostics)?;
        Ok(result)
    }

    async fn schemas(&self) -> Result<wire::get_provider_schema::Response, Verdict> {
        sent(self.provider.get_provider_schema(Request::new(wire::get_provider_schema::Request {})).await)
    }

    /// Asks the provider to stop, as the first Ctrl-C does.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub async fn stop(&self) -> Result<(), Verdict> {
        sent(self.provider.stop_provider(Request::new(wire::stop_provider::Request {})).await).map(drop)
    }
}

fn sent<T>(answer: Result<tonic::Response<T>, tonic::Status>) -> Result<T, Verdict> {
    answer
        .map(tonic::Response::into_inner)
        .map_err(|status| Verdict::Broken("Plugin error", vec![status.to_string()]))
}

fn errors(diagnostics: &[wire::Diagnostic]) -> Result<(), Verdict> {
    let errors: Vec<_> = diagnostics
        .iter()
        // A severity that was forgotten is no error to Terraform.
        .filter(|diagnostic| diagnostic.severity == wire::diagnostic::Severity::Error as i32)
        .map(|diagnostic| {
            let place = diagnostic.attribute.as_ref().map(read_path);
            let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
            format!("{place}{}\n{}", diagnostic.summary, diagnostic.detail)
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Verdict::Refused(errors)) }
}

fn dynamic(value: &Value, ty: &Type) -> Option<wire::DynamicValue> {
    let msgpack = msgpack::encode(value, ty).expect("the testkit makes values of the schema's type");
    Some(wire::DynamicValue { msgpack, json: Vec::new() })
}

fn decode(value: Option<&wire::DynamicValue>, ty: &Type) -> Result<Value, Verdict> {
    let Some(value) = value else { return Ok(Value::Null) };
    msgpack::decode(&value.msgpack, ty).map_err(|error| Verdict::Broken(UNDECODABLE, vec![error.to_string()]))
}

fn read_path(path: &wire::AttributePath) -> Path {
    use tfplugin::path::Step;
    use wire::attribute_path::step::Selector;
    path.steps
        .iter()
        .filter_map(|step| step.selector.as_ref())
        .map(|selector| match selector {
            Selector::AttributeName(name) => Step::Attribute(name.clone().into()),
            Selector::ElementKeyString(key) => Step::Key(key.clone()),
            Selector::ElementKeyInt(index) => Step::Index(usize::try_from(*index).unwrap_or(usize::MAX)),
        })
        .collect()
}

fn block_of(schema: Option<&wire::Schema>) -> Result<Block, Verdict> {
    let block = schema.and_then(|schema| schema.block.as_ref());
    let block = block
        .ok_or_else(|| Verdict::Broken("Invalid provider schema", vec!["there is no such schema".into()]))?;
    Block::read(block).map_err(|InvalidSchema(found)| Verdict::Broken("Invalid provider schema", vec![found]))
}

async fn next<S: futures::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *stream).poll_next(context)).await
}
