//! The part `storymagic`: the whole system planned in each of its environments, row by row of its requirements, and
//! the smallest of them applied to the AWS double, changed, and destroyed.

mod plan;
mod rows;

use super::modules::{copy_sources, mirror_config, scratch};
use super::{Runner, Tally};
use acceptance_tests::{AwsMirror, Cli, NotRun, Project, Stack, settings};
use anyhow::{Context as _, Result, anyhow};
use comfy_table::{ContentArrangement, Table};
use plan::Plan;
use rows::{Ask, ENVIRONMENTS, Environment, Row, rows};
use sandbox::aws::{Client, Double, Tools};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The commits that the plans are for.
const IMAGE: &str = "0123456789abcdef0123456789abcdef01234567";
const NEXT_IMAGE: &str = "89abcdef0123456789abcdef0123456789abcdef";

/// What the double loses, by address and attribute, so that the second plan is not empty. It must be exactly this.
const ACCEPTED_DRIFT: [(&str, &str); 0] = [];

/// What a new image may touch.
const DEPLOYED: [&str; 2] = ["module.api.aws_ecs_service", "module.api.aws_ecs_task_definition"];

pub(super) fn run(runner: &Runner) -> Result<Tally> {
    let system = match System::start(runner)? {
        Ok(system) => system,
        Err(NotRun(missing)) => return Ok(Tally::skip(&format!("storymagic: {missing}"))),
    };
    let mut tally = Tally::default();
    for environment in &ENVIRONMENTS {
        tally += system.conforms(environment)?;
    }
    tally += system.lives(&ENVIRONMENTS[0])?;
    for gap in system.double.gaps() {
        tally += Tally::skip(&format!("storymagic: double gap: {gap}"));
    }
    Ok(tally)
}

/// A copy of the example beside the modules, and the double that it meets.
struct System<'a> {
    runner: &'a Runner,
    cli: Cli,
    copy: tempfile::TempDir,
    config: PathBuf,
    double: Double,
    client: Client,
}

impl<'a> System<'a> {
    fn start(runner: &'a Runner) -> Result<Result<Self, NotRun>> {
        let settings = settings();
        let found = || -> Result<_, NotRun> {
            let tools = Tools::new(Project::get().tools())?.with_python(settings.python.clone());
            let double = Double::start(&runner.aws, &tools)?;
            let client = Client::connect(double.endpoint(), &tools)?;
            Ok((Cli::find(&settings)?, AwsMirror::find(&settings)?, double, client))
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
        let system = Self { runner, cli, copy, config, double, client };
        // The state stays here: what is proven is the system. Where its state lives has tests of its own.
        let stack = system.stack(&ENVIRONMENTS[0])?;
        stack.write("state_override.tf", "terraform {\n  backend \"local\" {}\n}\n");
        stack.init().check().map_err(|story| anyhow!(story))?;
        Ok(Ok(system))
    }

    /// The example with the credentials of one environment, in an account of its own.
    fn stack(&self, environment: &Environment) -> Result<Stack> {
        let folder = self.copy.path().join("examples/storymagic");
        let mut stack = Stack::new(&self.cli, None, &settings().path, &folder)?;
        let role = format!("arn:aws:iam::{}:role/deploy", environment.account);
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
        stack.set("TF_CLI_CONFIG_FILE", &self.config);
        Ok(stack)
    }

    /// The plan of an environment in its own workspace, saved as `NAME.tfplan`.
    fn plan(&self, stack: &Stack, environment: &Environment, image: &str) -> Result<Value, String> {
        let workspace = format!("storymagic-{}", environment.name);
        stack.run(&["workspace", "select", "-or-create", &workspace]).check()?;
        let [file, image] = arguments(environment, image);
        let saved = format!("{}.tfplan", environment.name);
        stack.run(&["plan", &file, &image, "-out", &saved]).check()?;
        Ok(stack.run(&["show", "-json", &saved]).check()?.json())
    }

    /// Every row of the requirements against the plan of one environment.
    fn conforms(&self, environment: &Environment) -> Result<Tally> {
        let stack = self.stack(environment)?;
        let plan = match self.plan(&stack, environment, IMAGE) {
            Ok(contents) => Plan::new(contents),
            Err(story) => return Ok(self.failed(&format!("{}: plan", environment.name), &story)),
        };
        let mut table = Table::new();
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header(["row", "expected", "found", "file"]);
        let (mut asserted, mut reasoned, mut failures) = (BTreeSet::new(), BTreeSet::new(), Tally::default());
        for row in rows(environment, &plan) {
            let (expected, found, holds) = verdict(&row, &plan);
            table.add_row([row.id.to_owned(), expected.clone(), found.clone(), self.file_of(&row.address)]);
            match holds {
                None => drop(reasoned.insert(row.id)),
                Some(holds) => {
                    asserted.insert(row.id);
                    if !holds {
                        let what = format!(
                            "{} {}: {} is {found}, not {expected}",
                            environment.name, row.id, row.address
                        );
                        failures += Tally::failure(&what);
                    }
                }
            }
        }
        self.runner.screen.line(&table.to_string());
        let counts = format!("{} rows asserted, {} with a reason", asserted.len(), reasoned.len());
        self.runner.screen.line(&format!("{}: {counts}", environment.name));
        let failed: usize = failures.failed();
        failures += Tally::passed(asserted.len().saturating_sub(failed));
        Ok(failures)
    }

    /// Applied as planned, at rest afterwards, touched by a new image only where it must be, and gone at the end.
    fn lives(&self, environment: &Environment) -> Result<Tally> {
        let stack = self.stack(environment)?;
        let step = |what: &str| format!("{}: {what}", environment.name);
        let [file, image] = arguments(environment, IMAGE);
        let saved = format!("{}.tfplan", environment.name);
        if let Err(story) = stack.run(&["apply", &saved]).check() {
            return Ok(self.failed(&step("apply"), &story));
        }
        let mut tally = self.passed(&step("applied"));

        tally += match self.plan(&stack, environment, IMAGE) {
            Err(story) => self.failed(&step("second plan"), &story),
            Ok(contents) => {
                let found = drift(&contents);
                let accepted =
                    ACCEPTED_DRIFT.map(|(address, attribute)| (address.to_owned(), attribute.to_owned()));
                if found == BTreeSet::from(accepted) {
                    self.passed(&step(&format!(
                        "second plan: nothing but the {} accepted",
                        ACCEPTED_DRIFT.len()
                    )))
                } else {
                    let lines: Vec<String> =
                        found.iter().map(|(address, attribute)| format!("{address} {attribute}")).collect();
                    self.failed(&step("second plan"), &lines.join("\n"))
                }
            }
        };

        tally += match self.plan(&stack, environment, NEXT_IMAGE) {
            Err(story) => self.failed(&step("plan of a new image"), &story),
            Ok(contents) => {
                let accepted =
                    |address: &str| ACCEPTED_DRIFT.iter().any(|(drifting, _)| *drifting == address);
                let touched: Vec<String> =
                    changes(&contents).into_keys().filter(|address| !accepted(address)).collect();
                let only = touched.iter().all(|address| DEPLOYED.iter().any(|may| address.starts_with(may)));
                if only && !touched.is_empty() {
                    self.passed(&step("a new image touches task definition and service only"))
                } else {
                    self.failed(&step("plan of a new image"), &touched.join("\n"))
                }
            }
        };

        tally += match stack.run(&["destroy", "-auto-approve", &file, &image]).check() {
            Err(story) => self.failed(&step("destroy"), &story),
            Ok(_) => self.passed(&step("destroyed")),
        };
        Ok(tally)
    }

    fn passed(&self, what: &str) -> Tally {
        self.runner.screen.line(what);
        Tally::passed(1)
    }

    fn failed(&self, what: &str, story: &str) -> Tally {
        self.runner.screen.line(&format!("{what} failed\n{story}"));
        Tally::failure(&format!("storymagic {what}"))
    }

    /// The file of the example that an address comes from: the one with its module or its resource.
    fn file_of(&self, address: &str) -> String {
        let mut parts = address.split(['.', '[']);
        let (kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let block = match kind {
            "module" => format!("module \"{name}\""),
            kind => format!("resource \"{kind}\" \"{name}\""),
        };
        let folder = self.copy.path().join("examples/storymagic");
        let holds = |file: &Path| std::fs::read_to_string(file).is_ok_and(|text| text.contains(&block));
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let file =
            files.filter(|file| file.extension().is_some_and(|end| end == "tf")).find(|file| holds(file));
        file.and_then(|file| Some(file.file_name()?.to_string_lossy().into_owned())).unwrap_or_default()
    }
}

fn arguments(environment: &Environment, image: &str) -> [String; 2] {
    [format!("-var-file=environments/{}.tfvars", environment.name), format!("-var=image_tag={image}")]
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

/// The planned changes by address, reads and no-ops left out.
fn changes(contents: &Value) -> BTreeMap<String, &Value> {
    let all = contents["resource_changes"].as_array().into_iter().flatten();
    let real = all.filter(|change| {
        let actions = change["change"]["actions"].as_array();
        actions.is_some_and(|actions| !actions.iter().all(|action| action == "no-op" || action == "read"))
    });
    real.filter_map(|change| Some((change["address"].as_str()?.to_owned(), &change["change"]))).collect()
}

/// Address and attribute of every value that a plan would change; a resource that comes or goes is `(all)`.
fn drift(contents: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (address, change) in changes(contents) {
        let (Some(before), Some(after)) = (change["before"].as_object(), change["after"].as_object()) else {
            found.insert((address, "(all)".to_owned()));
            continue;
        };
        let unknown = |attribute: &str| change["after_unknown"][attribute] == true;
        for attribute in before
            .keys()
            .filter(|attribute| unknown(attribute) || before.get(*attribute) != after.get(*attribute))
        {
            found.insert((address.clone(), attribute.clone()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_is_told_by_address_and_attribute() {
        let change = |actions: Value, before: Value, after: Value| json!({ "actions": actions, "before": before, "after": after, "after_unknown": {} });
        let contents = json!({ "resource_changes": [
            { "address": "a.same", "change": change(json!(["no-op"]), json!({ "x": 1 }), json!({ "x": 1 })) },
            { "address": "a.changed", "change": change(json!(["update"]), json!({ "x": 1, "y": 1 }), json!({ "x": 2, "y": 1 })) },
            { "address": "a.gone", "change": change(json!(["delete"]), json!({ "x": 1 }), Value::Null) },
        ]});
        let expected = [("a.changed", "x"), ("a.gone", "(all)")]
            .map(|(address, attribute)| (address.to_owned(), attribute.to_owned()));
        assert_eq!(drift(&contents), BTreeSet::from(expected));
    }

    #[test]
    fn every_row_of_an_environment_that_is_not_planned_fails_or_has_a_reason() {
        let plan = Plan::new(json!({}));
        for row in rows(&ENVIRONMENTS[2], &plan) {
            let absent =
                matches!(row.id, "SM-086" | "SM-088" | "SM-089" | "SM-091" | "SM-143" | "SM-144" | "SM-155");
            let (expected, found, holds) = verdict(&row, &plan);
            assert!(absent || holds != Some(true), "{} holds for nothing: {expected} {found}", row.id);
        }
    }
}
