//! The part `storymagic`: the whole system, its three environments side by side on the AWS double. Each is planned and
//! held against its requirements row by row, applied, changed, and destroyed. Around them: what the plan refuses, and
//! where the state lives.

mod life;
mod localstack;
mod plan;
mod plans;
mod rows;
mod state;

use super::modules::{copy_sources, mirror_config, scratch};
use super::{Runner, Tally};
use acceptance_tests::{AwsMirror, Cli, NotRun, Project, Run, Stack, settings};
use anyhow::{Context as _, Result, anyhow};
use comfy_table::Table;
use plan::Plan;
use rows::{Ask, ENVIRONMENTS, Environment, Row};
use sandbox::aws::{Client, Double, Kind, Tools};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

/// The commits that the plans are for.
const IMAGE: &str = "0123456789abcdef0123456789abcdef01234567";
const NEXT_IMAGE: &str = "89abcdef0123456789abcdef0123456789abcdef";

/// The account that holds the states of all environments.
const HOME: &Environment = &ENVIRONMENTS[2];

/// The longest value that is shown whole in a table.
const CELL: usize = 72;

/// One of the things that go on at the same time.
type Work<'a> = Box<dyn FnOnce() -> Result<Tally> + Send + 'a>;

pub(super) fn run(runner: &Runner) -> Result<Tally> {
    let system = match System::start(runner, &runner.aws)? {
        Ok(system) => system,
        Err(NotRun(missing)) => return Ok(Tally::skip(&format!("storymagic: {missing}"))),
    };
    together(vec![Box::new(|| localstack::carried(runner)), Box::new(|| system.whole())])
}

/// An apply mostly waits, so that all of them fit onto two cores.
fn together(works: Vec<Work<'_>>) -> Result<Tally> {
    let results = thread::scope(|scope| {
        let threads: Vec<_> = works.into_iter().map(|work| scope.spawn(work)).collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    let mut tally = Tally::default();
    for result in results {
        tally += result.map_err(|panic| anyhow!("{}", said(&*panic)))??;
    }
    Ok(tally)
}

/// What a thread said as it gave up.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// A copy of the example beside the modules, and the double that it meets.
struct System<'a> {
    runner: &'a Runner,
    cli: Cli,
    copy: tempfile::TempDir,
    config: std::path::PathBuf,
    double: Double,
    client: Client,
}

impl<'a> System<'a> {
    fn start(runner: &'a Runner, kind: &Kind) -> Result<Result<Self, NotRun>> {
        let settings = settings();
        let found = || -> Result<_, NotRun> {
            let (cli, mirror) = (Cli::find(&settings)?, AwsMirror::find(&settings)?);
            let tools = Tools::new(Project::get().tools())?.with_python(settings.python.clone());
            let double = Double::start(kind, &tools)?;
            let client = Client::connect(double.endpoint(), &tools)?;
            Ok((cli, mirror, double, client))
        };
        let (cli, mirror, double, client) = match found() {
            Ok(found) => found,
            Err(missing) => return Ok(Err(missing)),
        };
        let copy = tempfile::Builder::new().prefix("storymagic-").tempdir_in(scratch()?)?;
        for part in ["modules", "examples/storymagic"] {
            copy_sources(&Project::get().root.join(part), &copy.path().join(part))?;
        }
        let config = mirror_config(&mirror, copy.path())?;
        Ok(Ok(Self { runner, cli, copy, config, double, client }))
    }

    /// Bootstrap, and then everything that its bucket of states makes possible.
    fn whole(&self) -> Result<Tally> {
        let mut tally = match self.bootstrap() {
            Ok(tally) => tally,
            Err(story) => return Ok(self.failed("bootstrap", &story)),
        };
        let mut works: Vec<Work<'_>> = Vec::new();
        for environment in &ENVIRONMENTS {
            works.push(Box::new(move || self.environment(environment)));
        }
        works.push(Box::new(|| plans::proven(self)));
        works.push(Box::new(|| state::proven(self)));
        tally += together(works)?;
        tally += state::holds_all(self);
        for gap in self.double.gaps() {
            tally += Tally::skip(&format!("storymagic: double gap: {gap}"));
        }
        Ok(tally)
    }

    /// A folder of the copy, with credentials of one account.
    fn stack(&self, folder: &str, account: &str) -> Result<Stack> {
        let mut stack = Stack::new(&self.cli, None, &settings().path, &self.copy.path().join(folder))?;
        let role = format!("arn:aws:iam::{account}:role/deploy");
        let given = self.client.call(
            "sts",
            "assume_role",
            json!({ "RoleArn": role, "RoleSessionName": "deploy" }),
        )?;
        for (name, value) in self.double.environment() {
            stack.set(name, value);
        }
        for (name, member) in [
            ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
            ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
            ("AWS_SESSION_TOKEN", "SessionToken"),
        ] {
            stack
                .set(name, given["Credentials"][member].as_str().context("credentials of a role are texts")?);
        }
        // A gap is no reason to try again.
        stack.set("AWS_MAX_ATTEMPTS", "2");
        // Whatever would leave this machine ends at a port that nobody listens on; loopback goes past a proxy.
        for proxy in ["HTTP_PROXY", "HTTPS_PROXY"] {
            stack.set(proxy, "http://127.0.0.1:9");
        }
        stack.set("TF_CLI_CONFIG_FILE", &self.config);
        Ok(stack)
    }

    /// The root, in the workspace and with the credentials of an environment.
    fn root(&self, environment: &Environment) -> Result<Stack> {
        let mut stack = self.stack("examples/storymagic", environment.account)?;
        stack.set("TF_WORKSPACE", environment.workspace());
        Ok(stack)
    }

    /// What comes first in an account: the bucket of the states. Then, as the runbook says, the root with that backend,
    /// and a workspace for each environment.
    fn bootstrap(&self) -> Result<Tally, String> {
        let story = |error: anyhow::Error| format!("{error:#}");
        let stack = self.stack("examples/storymagic/bootstrap", HOME.account).map_err(story)?;
        stack.init().check()?;
        let account = format!("-var=account_id={}", HOME.account);
        let given = [account.as_str(), "-var=github_repository=example/storymagic", "-var=state={}"];
        stack.run(&[["plan", "-out", "bootstrap.tfplan"].as_slice(), &given].concat()).check()?;
        let plan = Plan::new(stack.run(&["show", "-json", "bootstrap.tfplan"]).check()?.json());
        let mut tally = self.table("bootstrap", &rows::bootstrap(&plan), &plan);
        stack.run(&["apply", "bootstrap.tfplan"]).check()?;
        stack
            .run(&[["plan", "-detailed-exitcode"].as_slice(), &given].concat())
            .check()
            .map_err(|story| format!("the second plan of bootstrap is not empty\n{story}"))?;
        tally += self.passed("bootstrap: applied, second plan empty");

        let backend = stack.output("backend_config");
        let root = self.stack("examples/storymagic", HOME.account).map_err(story)?;
        let lines = ["bucket", "region", "kms_key_id"].map(|name| format!("{name} = {}\n", backend[name]));
        root.write("backend.s3.tfbackend", &lines.concat());
        root.run(&["init", "-backend-config=backend.s3.tfbackend"]).check()?;
        for environment in &ENVIRONMENTS {
            root.run(&["workspace", "new", &environment.workspace()]).check()?;
        }
        Ok(tally)
    }

    /// The plan of an environment in its own workspace, saved as `NAME.tfplan`.
    fn plan(&self, stack: &Stack, environment: &Environment, given: &[&str]) -> Result<Value, String> {
        let file = environment.file();
        let saved = format!("{}.tfplan", environment.name);
        stack.run(&[["plan", &file, "-out", &saved].as_slice(), given].concat()).check()?;
        Ok(stack.run(&["show", "-json", &saved]).check()?.json())
    }

    /// One environment from its first plan to its end.
    fn environment(&self, environment: &Environment) -> Result<Tally> {
        let stack = self.root(environment)?;
        let planned = match self.plan(&stack, environment, &[&image(IMAGE)]) {
            Ok(contents) => Plan::new(contents),
            Err(story) => return Ok(self.failed(&format!("{}: plan", environment.name), &story)),
        };
        let mut tally = self.table(environment.name, &rows::planned(environment, &planned), &planned);
        tally += life::lived(self, environment, &stack);
        Ok(tally)
    }

    /// The table of the rows, and what came of them.
    fn table(&self, of: &str, rows: &[Row], plan: &Plan) -> Tally {
        let mut table = Table::new();
        table.set_header(["row", "expected", "found", "file"]);
        let mut failures = Tally::default();
        // A row holds when everything that it asks for does.
        let mut rows_asserted: BTreeMap<&str, bool> = BTreeMap::new();
        let mut reasons = 0;
        for row in rows {
            let (expected, found, holds) = verdict(row, plan);
            table.add_row([row.id.to_owned(), short(&expected), short(&found), self.file_of(&row.address)]);
            match holds {
                None => reasons += 1,
                Some(holds) => {
                    *rows_asserted.entry(row.id).or_insert(true) &= holds;
                    if !holds {
                        let what = format!("{of} {}: {} is {found}, not {expected}", row.id, row.address);
                        failures += Tally::failure(&what);
                    }
                }
            }
        }
        let held = rows_asserted.values().filter(|held| **held).count();
        let counts =
            format!("{of}: {} rows asserted, {held} hold, {reasons} with a reason", rows_asserted.len());
        self.runner.screen.line(&format!("{table}\n{counts}"));
        failures += Tally::passed(held);
        failures
    }

    fn passed(&self, what: &str) -> Tally {
        self.runner.screen.line(what);
        Tally::passed(1)
    }

    fn failed(&self, what: &str, story: &str) -> Tally {
        self.runner.screen.line(&format!("{what} failed\n{story}"));
        Tally::failure(&format!("storymagic {what}"))
    }

    /// A check that passes with a sentence or fails with a story.
    fn told(&self, what: &str, result: Result<Run, String>) -> Tally {
        match result {
            Ok(run) => self.passed(&format!("{what} in {}", crate::screen::spoken(run.finished.took))),
            Err(story) => self.failed(what, &story),
        }
    }

    /// The file of the example that an address comes from: the one with its module or its resource.
    fn file_of(&self, address: &str) -> String {
        let mut parts = address.split(['.', '[']);
        let (kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let block = match kind {
            "" => return String::new(),
            "module" => format!("module \"{name}\""),
            "provider" => format!("provider \"{name}\""),
            "check" => format!("check \"{name}\""),
            kind => format!("resource \"{kind}\" \"{name}\""),
        };
        let root = self.copy.path().join("examples/storymagic");
        let holds = |file: &Path| std::fs::read_to_string(file).is_ok_and(|text| text.contains(&block));
        let files = |folder: &Path| {
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
        };
        let mut files: Vec<_> = files(&root).chain(files(&root.join("bootstrap"))).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "tf") && holds(file));
        files.sort_by_key(|file| file.components().count());
        let file = files.first().and_then(|file| file.strip_prefix(&root).ok());
        file.map(|file| file.display().to_string()).unwrap_or_default()
    }
}

impl Environment {
    fn workspace(&self) -> String {
        format!("storymagic-{}", self.name)
    }

    fn secret_prefix(&self) -> String {
        format!("storymagic{}", self.suffix)
    }

    /// Whether deleting what holds data is refused.
    fn is_protected(&self) -> bool {
        self.secret_days > 0
    }

    fn file(&self) -> String {
        format!("-var-file=environments/{}.tfvars", self.name)
    }
}

fn image(tag: &str) -> String {
    format!("-var=image_tag={tag}")
}

/// What a row expects, what there is, and whether it holds; none where nothing is asserted.
fn verdict(row: &Row, plan: &Plan) -> (String, String, Option<bool>) {
    match &row.ask {
        Ask::Value(pointer, expected) => {
            let found = plan.at(&row.address, pointer);
            (expected.to_string(), found.to_string(), Some(same(&found, expected)))
        }
        Ask::Finding(expected, Ok(found)) => ((*expected).to_owned(), found.clone(), Some(true)),
        Ask::Finding(expected, Err(found)) => ((*expected).to_owned(), found.clone(), Some(false)),
        Ask::Nothing(reason) => ((*reason).to_owned(), String::new(), None),
    }
}

/// Numbers are equal by value: Terraform writes 5 where a row says 5.0.
fn same(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() < 1e-9,
        _ => found == expected,
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The numbers of the document's rows.
    const NUMBERS: std::ops::RangeInclusive<u32> = 1..=161;

    #[test]
    fn every_row_of_the_document_is_asserted_or_has_a_reason_in_every_environment() {
        let nothing = Plan::new(json!({}));
        let wanted: BTreeSet<String> = NUMBERS.map(|number| format!("SM-{number:03}")).collect();
        for environment in &ENVIRONMENTS {
            let all = rows::planned(environment, &nothing).into_iter();
            let all = all.chain(rows::applied(environment, &nothing, IMAGE));
            let all = all
                .chain(rows::bootstrap(&nothing))
                .chain([life::new_image(Ok(String::new())), life::workspace(environment, Ok(String::new()))]);
            let found: BTreeSet<String> = all.map(|row| row.id.to_owned()).collect();
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn no_row_holds_where_nothing_is_planned_but_those_that_ask_for_nothing() {
        let nothing = Plan::new(json!({}));
        let environment = &ENVIRONMENTS[0];
        for row in rows::planned(environment, &nothing).into_iter().chain(rows::applied(
            environment,
            &nothing,
            IMAGE,
        )) {
            let absence = matches!(
                row.id,
                "SM-050"
                    | "SM-079"
                    | "SM-086"
                    | "SM-088"
                    | "SM-089"
                    | "SM-100"
                    | "SM-101"
                    | "SM-141"
                    | "SM-143"
                    | "SM-144"
                    | "SM-145"
                    | "SM-151"
                    | "SM-155"
            );
            let (expected, found, holds) = verdict(&row, &nothing);
            assert!(absence || holds != Some(true), "{} holds for nothing: {expected} {found}", row.id);
        }
    }
}
