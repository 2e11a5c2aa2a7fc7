//! What a provider can do beyond the five functions of a resource, judged in one process.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value as Json, json};
use tfplugin::list::Sink;
use tfplugin::{
    Action, ActionContext, ClientContext, Computed, Context, DataSource, Defaulted, Diagnostic, Ephemeral,
    Identity, List, Model, MoveSource, Opened, Operation, Outcome, Plan, Probe, Provider, Registry, Renewed,
    Resource, Service, Span, TimeLimits, Timeouts, Value, WriteOnly,
};
use tfplugin_testkit::{Core, Instance, Listed, Verdict};
use tokio::sync::Barrier;

/// A cloud that keeps queues in memory, and does what the test wants.
struct Cloud {
    queues: Mutex<Vec<(String, String)>>,
    /// Passed by two together.
    meeting: Barrier,
}

impl Default for Cloud {
    fn default() -> Self {
        Self { queues: Mutex::default(), meeting: Barrier::new(2) }
    }
}

impl Cloud {
    fn queues(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        self.queues.lock().expect("nothing panics while it holds the queues")
    }
}

/// How the provider is set up.
#[derive(Model, Clone, Debug)]
struct Settings {
    /// Where the cloud is.
    address: Option<String>,
}

/// A queue.
#[derive(Model, Clone, Debug)]
#[tf(version = 2)]
struct QueueModel {
    /// Its name. Some names make things go wrong.
    #[tf(replace)]
    name: String,
    /// How long messages are kept.
    #[tf(default = "4d")]
    retention: Defaulted<Span>,
    /// Who may write.
    secret: WriteOnly<String>,
    /// Raise it to hand over another secret.
    secret_version: Option<i64>,
    /// Its address.
    #[tf(keep)]
    url: Computed<String>,
    /// Its id.
    #[tf(keep)]
    id: Computed<String>,
    /// How long things may take.
    #[tf(unread)]
    timeouts: Option<Timeouts>,
}

/// The queue's place.
#[derive(Model, Identity, Clone, Debug)]
struct QueueId {
    /// Account.
    account: String,
    /// Name.
    name: String,
}

struct Queue;

fn filled(plan: QueueModel) -> QueueModel {
    let id = QueueId { account: "1".into(), name: plan.name.clone() }.id();
    QueueModel { url: format!("https://{}", plan.name).into(), id: id.into(), ..plan }
}

impl Resource for Queue {
    const NAME: &'static str = "queue";
    const TIMEOUTS: TimeLimits = TimeLimits { create: Duration::from_secs(60), ..TimeLimits::COMMON };
    type Client = Cloud;
    type Model = QueueModel;
    type Identity = QueueId;

    async fn plan(plan: &mut Plan<'_, Self>) -> Outcome<()> {
        let planned = plan.planned();
        if planned.name.known().is_some_and(|name| name == "forbidden") {
            plan.report().error(&planned.name, "The name is forbidden", "Choose another one.");
        }
        Ok(())
    }

    async fn create(ctx: &Context<Self>, plan: QueueModel) -> Outcome<QueueModel> {
        let secret = ctx.config().and_then(|config| config.secret.expose().cloned());
        if plan.name == "guarded" && secret.as_deref() != Some("hunter2") {
            return Err(Diagnostic::error("There is no secret").into());
        }
        ctx.client().queues().push((plan.name.clone(), plan.retention.to_string()));
        let name = plan.name.clone();
        let state = filled(plan);
        if name == "lost" {
            return Err(Diagnostic::error("Nothing was recorded").into());
        }
        ctx.checkpoint(&state);
        ctx.set_private("made", json!("by create"));
        match name.as_str() {
            "half" => Err(Diagnostic::error("The second step failed").into()),
            "panic" => panic!("the second step panicked"),
            "slow" => {
                ctx.wait_until("the queue", "It exists.", || async { Ok(Probe::NotYet("creating".into())) })
                    .await
            }
            "open" => Ok(QueueModel { url: Computed::Pending, ..state }),
            _ => Ok(state),
        }
    }

    async fn read(ctx: &Context<Self>, id: &QueueId) -> Outcome<Option<QueueModel>> {
        if ctx.prior().is_some() && ctx.private("made") != Some(json!("by create")) {
            return Err(Diagnostic::error("The note of the creation is lost").into());
        }
        match id.name.as_str() {
            "a-gone" => return Ok(None),
            "a-meeting" | "b-meeting" => {
                let both = tokio::time::timeout(Duration::from_secs(10), ctx.client().meeting.wait()).await;
                both.map_err(|_| Diagnostic::error("Nobody else is being read"))?;
            }
            "a-sealed" => return Err(Diagnostic::error("The queue cannot be read").into()),
            _ => {}
        }
        let queues = ctx.client().queues();
        let Some((name, retention)) = queues.iter().find(|(name, _)| *name == id.name) else {
            return Ok(None);
        };
        use tfplugin::Spelled;
        let retention = Span::parse(retention).expect("what was written").into();
        let secret_version = ctx.prior().and_then(|prior| prior.secret_version);
        Ok(Some(filled(QueueModel {
            name: name.clone(),
            retention,
            secret: WriteOnly::default(),
            secret_version,
            url: Computed::Pending,
            id: Computed::Pending,
            timeouts: None,
        })))
    }

    async fn update(ctx: &Context<Self>, prior: QueueModel, plan: QueueModel) -> Outcome<QueueModel> {
        ctx.warn(Diagnostic::warning("Messages may be lost"));
        let mut queues = ctx.client().queues();
        if let Some(queue) = queues.iter_mut().find(|(name, _)| *name == prior.name) {
            queue.1 = plan.retention.to_string();
        }
        if plan.name == "stuck" {
            return Err(Diagnostic::error("The change was refused").into());
        }
        Ok(plan)
    }

    async fn delete(ctx: &Context<Self>, state: QueueModel) -> Outcome<()> {
        if state.name == "kept" {
            return Err(Diagnostic::error("The queue is in use").into());
        }
        ctx.client().queues().retain(|(name, _)| *name != state.name);
        Ok(())
    }

    fn upgrade(from: i64, mut state: Map<String, Json>) -> Outcome<Map<String, Json>> {
        match from {
            // Version 0 counted days.
            0 => {
                let days = state.remove("retention_days").and_then(|days| days.as_i64()).unwrap_or(4);
                state.insert("retention".into(), json!(format!("{days}d")));
                Ok(state)
            }
            // Version 1 had ids without an account.
            1 => {
                let id = format!("1/{}", state["id"].as_str().unwrap_or_default());
                state.insert("id".into(), json!(id));
                Ok(state)
            }
            _ => Err(Diagnostic::error("The state is of an unknown version").into()),
        }
    }

    fn moved_from(source: &MoveSource) -> Option<Outcome<Map<String, Json>>> {
        (source.type_name == "other_queue").then(|| {
            let name = source.state["label"].clone();
            let id = format!("1/{}", name.as_str().unwrap_or_default());
            Ok(Map::from_iter([
                ("name".into(), name),
                ("id".into(), json!(id)),
                ("retention".into(), json!("4d")),
            ]))
        })
    }
}

/// How many queues there are.
#[derive(Model, Clone, Debug)]
struct CountModel {
    /// What their names begin with.
    prefix: String,
    /// How many.
    count_of: Computed<i64>,
}

struct Count;

impl DataSource for Count {
    const NAME: &'static str = "count";
    type Client = Cloud;
    type Model = CountModel;

    async fn read(ctx: &ClientContext<Cloud>, config: CountModel) -> Outcome<CountModel> {
        let queues = ctx.client().queues();
        let count = queues.iter().filter(|(name, _)| name.starts_with(&config.prefix)).count();
        Ok(CountModel { count_of: i64::try_from(count).expect("few").into(), ..config })
    }
}

/// A key.
#[derive(Model, Clone, Debug)]
struct KeyModel {
    /// Of which queue.
    queue: String,
    /// The key.
    key: Computed<String>,
}

struct Key;

/// Renewing and closing get the note of the opening.
fn opened(note: &Json) -> Outcome<()> {
    if *note == json!(7) { Ok(()) } else { Err(Diagnostic::error("The note of the opening is lost").into()) }
}

impl Ephemeral for Key {
    const NAME: &'static str = "key";
    type Client = Cloud;
    type Model = KeyModel;

    async fn open(_: &ClientContext<Cloud>, config: KeyModel) -> Outcome<Opened<KeyModel>> {
        let key = format!("key of {}", config.queue);
        let renew_at = Some(SystemTime::now() + Duration::from_secs(60));
        Ok(Opened { result: KeyModel { key: key.into(), ..config }, renew_at, note: json!(7) })
    }

    async fn renew(_: &ClientContext<Cloud>, note: Json) -> Outcome<Renewed> {
        opened(&note)?;
        Ok(Renewed { renew_at: None, note: json!(8) })
    }

    async fn close(_: &ClientContext<Cloud>, note: Json) -> Outcome<()> {
        opened(&note)
    }
}

/// Which queues to look for.
#[derive(Model, Clone, Debug)]
struct Search {
    /// What their names begin with.
    prefix: Option<String>,
}

struct Queues;

impl List for Queues {
    type Resource = Queue;
    type Config = Search;

    async fn list(ctx: &ClientContext<Cloud>, config: Search, found: &Sink<Queue>) -> Outcome<()> {
        let queues = ctx.client().queues().clone();
        let prefix = config.prefix.unwrap_or_default();
        ctx.warn(Diagnostic::warning("Queues of other accounts are not looked for"));
        let page = queues.into_iter().filter(|(name, _)| name.starts_with(&prefix)).map(|(name, _)| {
            let display_name = format!("queue {name}");
            (QueueId { account: "1".into(), name }, display_name)
        });
        found.push_page(page.collect()).await.map(drop)
    }
}

/// Which queue to empty.
#[derive(Model, Clone, Debug)]
struct Purge {
    /// Its name.
    queue: String,
}

struct PurgeQueue;

impl Action for PurgeQueue {
    const NAME: &'static str = "purge";
    type Client = Cloud;
    type Model = Purge;

    async fn invoke(ctx: &ActionContext<Cloud>, config: Purge) -> Outcome<()> {
        ctx.progress(format!("emptying {}", config.queue));
        ctx.progress("done");
        match config.queue.as_str() {
            "locked" => Err(Diagnostic::error("The queue is locked").into()),
            _ => Ok(()),
        }
    }
}

struct Acme;

impl Provider for Acme {
    const NAME: &'static str = "acme";
    const ADDRESS: &'static str = "registry.terraform.io/example/acme";
    const VERSION: &'static str = "0.0.1";
    type Config = Settings;
    type Client = Cloud;

    async fn configure(_: &Operation, config: SettingsDraft) -> Outcome<Option<Cloud>> {
        Ok((!config.address.is_unknown()).then(Cloud::default))
    }

    fn register(registry: &mut Registry<Cloud>) {
        registry
            .resource::<Queue>()
            .data_source::<Count>()
            .ephemeral::<Key>()
            .list::<Queues>()
            .action::<PurgeQueue>();
    }
}

const QUEUE: &str = "acme_queue";

async fn core() -> Core<Service<Acme>> {
    let core = Core::start(Service::new()).await.expect("the schemas are sound");
    core.configure(&Value::object([("address", Value::Null)])).await.expect("it can be configured");
    core
}

/// A configuration of a queue.
fn queue<const N: usize>(name: &str, more: [(&str, Value); N]) -> Value {
    let mut all = Value::object([
        ("name", Value::from(name)),
        ("retention", Value::Null),
        ("secret", Value::Null),
        ("secret_version", Value::Null),
        ("url", Value::Null),
        ("id", Value::Null),
        ("timeouts", Value::Null),
    ]);
    if let Value::Object(attributes) = &mut all {
        attributes.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    all
}

async fn created(core: &Core<Service<Acme>>, config: &Value) -> Instance {
    let applied = core.apply(QUEUE, None, config).await;
    applied.verdict.expect("it is created");
    applied.instance.expect("it is there")
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Verdict>) -> String {
    match outcome.expect_err("it is refused") {
        Verdict::Refused(errors) => errors.join("\n"),
        broken @ Verdict::Broken(..) => panic!("{broken}"),
    }
}

#[tokio::test]
async fn a_whole_life_obeys_every_rule() {
    let core = core().await;
    let config = queue("orders", [("retention", "96h".into())]);
    let instance = created(&core, &config).await;
    assert_eq!(instance.value.get("retention"), &Value::from("96h"), "the user's spelling is kept");
    let refreshed = core.refresh(QUEUE, &instance).await.unwrap().expect("it is there");
    assert_eq!(refreshed, instance, "a read changes nothing");
    assert!(core.plan(QUEUE, Some(&refreshed), &config).await.unwrap().no_op);

    let changed = core.apply(QUEUE, Some(refreshed), &queue("orders", [("retention", "7d".into())])).await;
    changed.verdict.expect("it is changed");
    let instance = changed.instance.expect("it is there");
    assert_eq!(instance.value.get("url"), &Value::from("https://orders"), "what never changes is kept");

    let replaced = core.plan(QUEUE, Some(&instance), &queue("bills", [])).await.unwrap();
    assert_eq!(replaced.replace, ["name"]);
    assert!(replaced.value.get("url").is_unknown(), "a new object has a new address");
    let gone = core.destroy(QUEUE, instance).await;
    gone.verdict.expect("it is removed");
    assert_eq!(gone.instance, None);
}

#[tokio::test]
async fn an_import_by_id_or_identity_is_what_a_read_sees() {
    let core = core().await;
    let config = queue("orders", []);
    let instance = created(&core, &config).await;
    for imported in [
        core.import(QUEUE, "1/orders").await.unwrap(),
        core.import_by_identity(QUEUE, &instance).await.unwrap(),
    ] {
        assert_eq!(imported.value, instance.value);
        assert!(
            core.plan(QUEUE, Some(&imported), &config).await.unwrap().no_op,
            "the plan after an import is empty"
        );
    }
    assert!(
        refused(core.import(QUEUE, "orders").await)
            .contains("The import id of `acme_queue` does not have all its parts")
    );
    let absent = core.import(QUEUE, "1/none").await.unwrap_err();
    assert!(matches!(absent, Verdict::Broken("Cannot import non-existent remote object", _)), "{absent}");
}

#[tokio::test]
async fn what_was_known_survives_a_failure_and_a_panic() {
    for (name, message) in [("half", "The second step failed"), ("panic", "the second step panicked")] {
        let core = core().await;
        let applied = core.apply(QUEUE, None, &queue(name, [])).await;
        assert!(refused(applied.verdict).contains(message));
        let instance = applied.instance.expect("the checkpoint is kept");
        assert!(instance.tainted);
        assert_eq!(instance.value.get("id"), &Value::from(format!("1/{name}")));
        let cleaned = core.destroy(QUEUE, instance).await;
        cleaned.verdict.expect("what was half made can be removed");
    }
}

#[tokio::test]
async fn a_create_that_recorded_nothing_leaves_nothing() {
    let core = core().await;
    let applied = core.apply(QUEUE, None, &queue("lost", [])).await;
    assert!(refused(applied.verdict).contains("Nothing was recorded"));
    assert_eq!(applied.instance, None);
}

#[tokio::test]
async fn a_value_left_undecided_is_an_error_and_the_object_is_kept() {
    let core = core().await;
    let applied = core.apply(QUEUE, None, &queue("open", [])).await;
    assert!(refused(applied.verdict).contains("`url` was left undecided"));
    assert!(applied.instance.expect("it is kept").tainted);
}

#[tokio::test]
async fn a_failed_update_and_a_failed_delete_keep_the_state() {
    let core = core().await;
    let stuck = created(&core, &queue("stuck", [])).await;
    let applied = core.apply(QUEUE, Some(stuck.clone()), &queue("stuck", [("retention", "1d".into())])).await;
    assert!(refused(applied.verdict).contains("The change was refused"));
    assert_eq!(applied.instance, Some(stuck));

    let kept = created(&core, &queue("kept", [])).await;
    let applied = core.destroy(QUEUE, kept.clone()).await;
    assert!(refused(applied.verdict).contains("The queue is in use"));
    assert_eq!(applied.instance, Some(kept));
}

#[tokio::test]
async fn a_stop_ends_the_wait_and_keeps_what_was_made() {
    let core = std::sync::Arc::new(core().await);
    let running = {
        let core = core.clone();
        tokio::spawn(async move { core.apply(QUEUE, None, &queue("slow", [])).await })
    };
    // The queue shows up in the list when its creation waits.
    let search = Value::object([("prefix", Value::Null)]);
    while core.list(QUEUE, &search, 0, false).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    core.stop().await.unwrap();
    let applied = running.await.unwrap();
    assert!(refused(applied.verdict).contains("was interrupted"));
    assert!(applied.instance.expect("it is kept").tainted);
    // What comes after the stop still works.
    created(&core, &queue("after", [])).await;
}

#[tokio::test]
async fn a_time_limit_of_the_configuration_ends_the_wait() {
    let core = core().await;
    let timeouts = Value::object([
        ("create", Value::from("300ms")),
        ("read", Value::Null),
        ("update", Value::Null),
        ("delete", Value::Null),
    ]);
    let applied = core.apply(QUEUE, None, &queue("slow", [("timeouts", timeouts)])).await;
    assert!(refused(applied.verdict).contains("took too long"));
}

#[tokio::test]
async fn a_write_only_value_reaches_the_handler_and_nothing_else() {
    let core = core().await;
    let config = queue("guarded", [("secret", "hunter2".into())]);
    let planned = core.plan(QUEUE, None, &config).await.unwrap();
    assert!(planned.value.get("secret").is_null());
    let instance = created(&core, &config).await;
    assert!(!format!("{instance:?}").contains("hunter2"));
}

#[tokio::test]
async fn the_plan_hook_can_refuse() {
    let core = core().await;
    let refusal = refused(core.plan(QUEUE, None, &queue("forbidden", [])).await);
    assert_eq!(refusal, "name: The name is forbidden\nChoose another one.");
}

#[tokio::test]
async fn old_states_are_upgraded_version_by_version() {
    let core = core().await;
    let v0 = br#"{"name": "orders", "retention_days": 7, "id": "orders", "url": "https://orders"}"#;
    let upgraded = core.upgrade(QUEUE, 0, v0.to_vec()).await.unwrap();
    assert_eq!(upgraded.get("retention"), &Value::from("7d"));
    assert_eq!(upgraded.get("id"), &Value::from("1/orders"));
    let v1 = br#"{"name": "orders", "retention": "7d", "id": "orders", "url": "https://orders"}"#;
    assert_eq!(core.upgrade(QUEUE, 1, v1.to_vec()).await.unwrap(), upgraded);
    assert!(refused(core.upgrade(QUEUE, 2, b"null".to_vec()).await).contains("cannot be read"));
}

#[tokio::test]
async fn an_object_of_another_type_can_be_taken_over() {
    use tfplugin::wire::tfplugin6 as wire;
    use wire::provider_server::Provider as _;
    let core = core().await;
    let ask = |source: &str| wire::move_resource_state::Request {
        source_type_name: source.into(),
        source_state: Some(wire::RawState { json: br#"{"label": "orders"}"#.to_vec(), ..Default::default() }),
        target_type_name: QUEUE.into(),
        ..Default::default()
    };
    let moved = core.provider().move_resource_state(tonic::Request::new(ask("other_queue"))).await.unwrap();
    let state = moved.into_inner().target_state.expect("a state");
    let state = tfplugin::codec::msgpack::decode(&state.msgpack, &core.resource(QUEUE).ty()).unwrap();
    assert_eq!(state.get("id"), &Value::from("1/orders"));
    let refused = core.provider().move_resource_state(tonic::Request::new(ask("third_queue"))).await.unwrap();
    assert!(refused.into_inner().diagnostics[0].summary.contains("cannot become"));
}

#[tokio::test]
async fn without_a_known_provider_block_plans_work_and_reads_say_why_not() {
    let core = Core::start(Service::<Acme>::new()).await.unwrap();
    core.configure(&Value::object([("address", Value::Unknown)])).await.unwrap();
    core.plan(QUEUE, None, &queue("orders", [])).await.expect("a plan needs no cloud");
    let config = Value::object([("prefix", Value::from("o")), ("count_of", Value::Null)]);
    assert!(refused(core.read_data("acme_count", &config).await).contains("is not configured yet"));
}

#[tokio::test]
async fn a_data_source_fills_in_what_it_found() {
    let core = core().await;
    created(&core, &queue("orders", [])).await;
    let config = Value::object([("prefix", Value::from("o")), ("count_of", Value::Null)]);
    assert_eq!(core.read_data("acme_count", &config).await.unwrap().get("count_of"), &Value::from(1));
}

#[tokio::test]
async fn an_ephemeral_value_is_opened_renewed_and_closed() {
    let core = core().await;
    let config = Value::object([("queue", Value::from("orders")), ("key", Value::Null)]);
    let value = core.use_ephemeral("acme_key", &config).await.unwrap();
    assert_eq!(value.get("key"), &Value::from("key of orders"));
}

#[tokio::test]
async fn a_list_stops_where_terraform_has_enough() {
    let core = core().await;
    for name in ["a1", "a2", "a3", "b1"] {
        created(&core, &queue(name, [])).await;
    }
    let search = Value::object([("prefix", Value::from("a"))]);
    assert_eq!(
        names(core.list(QUEUE, &search, 0, false).await.unwrap()),
        ["queue a1", "queue a2", "queue a3"]
    );
    assert_eq!(names(core.list(QUEUE, &search, 2, true).await.unwrap()), ["queue a1", "queue a2"]);
}

fn names(found: Vec<Listed>) -> Vec<String> {
    found.into_iter().map(|found| found.display_name).collect()
}

#[tokio::test]
async fn a_list_without_a_configuration_has_an_empty_one() {
    let core = core().await;
    created(&core, &queue("orders", [])).await;
    assert_eq!(names(core.list(QUEUE, &Value::Null, 0, false).await.unwrap()), ["queue orders"]);
}

#[tokio::test]
async fn what_a_list_finds_is_what_an_import_of_it_gives() {
    let core = core().await;
    for name in ["a1", "a2"] {
        created(&core, &queue(name, [("secret", "hunter2".into())])).await;
    }
    let found = core.list(QUEUE, &Value::Null, 0, true).await.unwrap();
    assert_eq!(found.len(), 2);
    for listed in found {
        let imported = core.import_listed(QUEUE, &listed).await.unwrap();
        assert_eq!(Some(imported.value), listed.object);
    }
}

#[tokio::test]
async fn what_a_list_finds_is_read_side_by_side_and_told_in_order() {
    let core = core().await;
    for name in ["b-meeting", "a-meeting"] {
        created(&core, &queue(name, [])).await;
    }
    let found = core.list(QUEUE, &Value::Null, 0, true).await.unwrap();
    assert_eq!(names(found), ["queue b-meeting", "queue a-meeting"]);
}

#[tokio::test]
async fn a_list_reads_no_more_than_is_wanted_and_leaves_out_what_is_gone() {
    let core = core().await;
    for name in ["a1", "a-gone", "a2", "a-sealed", "a3"] {
        created(&core, &queue(name, [])).await;
    }
    let search = Value::object([("prefix", Value::from("a"))]);
    let listed = |limit, with_objects| core.list(QUEUE, &search, limit, with_objects);
    assert_eq!(listed(0, false).await.unwrap().len(), 5, "identities take no read");
    assert_eq!(names(listed(2, true).await.unwrap()), ["queue a1", "queue a2"]);
    assert!(refused(listed(3, true).await).contains("The queue cannot be read"));
}

#[tokio::test]
async fn an_action_says_how_far_it_is_and_how_it_ended() {
    let core = core().await;
    let purge = |name: &str| Value::object([("queue", Value::from(name))]);
    assert_eq!(core.invoke("acme_purge", &purge("orders")).await.unwrap(), ["emptying orders", "done"]);
    assert!(refused(core.invoke("acme_purge", &purge("locked")).await).contains("The queue is locked"));
}
