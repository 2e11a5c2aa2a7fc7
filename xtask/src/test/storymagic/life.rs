//! One environment on the double: applied as planned, at rest afterwards, touched by a new image only where it must be,
//! without a secret in its state, and gone at the end.

use super::plan::Plan;
use super::rows::{Environment, Row, applied};
use super::{IMAGE, NEXT_IMAGE, System, image};
use crate::test::Tally;
use acceptance_tests::Stack;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What the double loses, by address and attribute, so that the second plan is not empty. It must be exactly this.
const ACCEPTED_DRIFT: [(&str, &str); 0] = [];

/// What a new image may touch.
const DEPLOYED: [&str; 2] = ["module.api.aws_ecs_service", "module.api.aws_ecs_task_definition"];

/// What destroying leaves on purpose. SM-131: the revisions that a rollback needs.
const KEPT: &str = "module.api.aws_ecs_task_definition.this";

/// Sizes that no environment has. A change of size is an update in place of everything that holds something.
const SIZES: [&str; 3] = [
    "-var=database={ instance_class = \"db.t3.large\", multi_az = true, allocated_storage = 200 }",
    "-var=cache={ node_type = \"cache.t3.medium\", nodes = 2 }",
    "-var=api={ cpu = 2048, memory = 4096, desired_count = 3, min_count = 3, max_count = 6 }",
];

/// The values that people put into secrets by hand.
const BY_HAND: &str = "put-in-by-hand-and-known-to-nobody";

pub(super) fn lived(system: &System<'_>, environment: &Environment, stack: &Stack) -> Tally {
    let step = |what: &str| format!("{}: {what}", environment.name);
    let done = stack.run(&["apply", &format!("{}.tfplan", environment.name)]).check();
    let failed = done.is_err();
    let mut tally = system.told(&step("applied"), done);
    if failed {
        return tally;
    }
    if let Err(story) = fill_secrets(system, environment) {
        return system.failed(&step("secrets put in by hand"), &story);
    }
    let state = match stack.run(&["state", "pull"]).check() {
        Ok(pulled) => pulled.finished.stdout,
        Err(story) => return system.failed(&step("state pull"), &story),
    };
    let mut say = |what: &str, result: Result<String, String>| {
        tally += match result {
            Ok(found) => system.passed(&step(&format!("{what}: {found}"))),
            Err(story) => system.failed(&step(what), &story),
        }
    };
    say("second plan", at_rest(system, environment, stack));
    // The second plan has read everything again, after people put their values in.
    let seen = stack.run(&["show", "-json", &format!("{}.tfplan", environment.name)]).check();
    let secrets = seen.and_then(|seen| no_secret_in(system, environment, &[&state, &seen.finished.stdout]));
    say("no secret in state and plan", secrets);
    say("plan of other sizes", other_sizes(system, environment, stack));
    let new = system.plan(stack, environment, &[&image(NEXT_IMAGE)]);
    let new = new.and_then(|contents| only_the_service(&contents));
    tally += match stack.run(&["show", "-json"]).check() {
        Err(story) => system.failed(&step("show"), &story),
        Ok(shown) => {
            let contents = Plan::new(shown.json());
            let mut rows = applied(environment, &contents, IMAGE);
            rows.extend([new_image(new), workspace(environment, workspace_of(stack))]);
            system.table(&step("applied"), &rows, &contents)
        }
    };
    tally += ends(system, environment, stack, &state);
    tally
}

/// The plan right after the apply: nothing to do, but for what the double is known to lose.
fn at_rest(system: &System<'_>, environment: &Environment, stack: &Stack) -> Result<String, String> {
    let found = drift(&system.plan(stack, environment, &[&image(IMAGE)])?);
    let accepted =
        BTreeSet::from(ACCEPTED_DRIFT.map(|(address, name)| (address.to_owned(), name.to_owned())));
    if found == accepted {
        return Ok(if found.is_empty() {
            "empty".to_owned()
        } else {
            format!("the accepted drift: {found:?}")
        });
    }
    Err(found.iter().map(|(address, name)| format!("{address} {name}\n")).collect())
}

/// Everything that holds something is updated in place.
fn other_sizes(system: &System<'_>, environment: &Environment, stack: &Stack) -> Result<String, String> {
    let image = image(IMAGE);
    let given = [[image.as_str()].as_slice(), &SIZES].concat();
    match replaced(&system.plan(stack, environment, &given)?) {
        (0, _) => Err("it changes nothing".to_owned()),
        (count, replaced) if replaced.is_empty() => Ok(format!("{count} changes, nothing replaced")),
        (_, replaced) => Err(replaced.join("\n")),
    }
}

/// SM-121, as the pipeline does it: a new tag makes a new revision, and the services follow.
pub(super) fn new_image(found: Result<String, String>) -> Row {
    Row::found("SM-121", "module.api", "a new tag touches task definition and service only", found)
}

/// SM-160.
pub(super) fn workspace(environment: &Environment, found: Result<String, String>) -> Row {
    let found = found.and_then(|name| if name == environment.workspace() { Ok(name) } else { Err(name) });
    Row::found("SM-160", "module.guard", "the environment's own workspace", found)
}

fn workspace_of(stack: &Stack) -> Result<String, String> {
    Ok(stack.run(&["workspace", "show"]).check()?.finished.stdout.trim().to_owned())
}

/// How much a plan changes, and what it would replace or remove, but for the revisions of the task definition.
fn replaced(contents: &Value) -> (usize, Vec<String>) {
    let changes = changes(contents);
    let gone = |change: &Value| {
        change["actions"].as_array().is_some_and(|all| all.iter().any(|one| one == "delete"))
    };
    let replaced = changes.iter().filter(|(address, change)| gone(change) && !address.starts_with(KEPT));
    (changes.len(), replaced.map(|(address, _)| address.clone()).collect())
}

fn only_the_service(contents: &Value) -> Result<String, String> {
    let touched: Vec<String> = changes(contents).into_keys().collect();
    let may = |address: &String| DEPLOYED.iter().any(|may| address.starts_with(may));
    let each = DEPLOYED.iter().all(|must| touched.iter().any(|address| address.starts_with(must)));
    let found = touched.join(", ");
    if each && touched.iter().all(may) { Ok(found) } else { Err(found) }
}

/// As the runbook says: the two secrets that nobody may generate are put in by hand.
fn fill_secrets(system: &System<'_>, environment: &Environment) -> Result<(), String> {
    for name in ["openai-api-key", "firebase-config"] {
        let id = format!("{}/{name}", environment.secret_prefix());
        let arguments = json!({ "SecretId": id, "SecretString": BY_HAND });
        let place = (environment.account, "eu-central-1");
        let put = system.client.call_in(place, "secretsmanager", "put_secret_value", arguments);
        put.map_err(|refusal| refusal.to_string())?;
    }
    Ok(())
}

/// The password that Terraform made is in Secrets Manager; neither it nor what people put in is in any of these texts.
fn no_secret_in(system: &System<'_>, environment: &Environment, texts: &[&str]) -> Result<String, String> {
    let id = format!("{}/database-credentials", environment.secret_prefix());
    let ask = |operation, arguments| {
        let place = (environment.account, "eu-central-1");
        let answer = system.client.call_in(place, "secretsmanager", operation, arguments);
        answer.map_err(|refusal| format!("{operation}: {refusal}"))
    };
    // A rotation has begun, so that there may be several.
    let versions = ask("list_secret_version_ids", json!({ "SecretId": id, "IncludeDeprecated": true }))?;
    let mut secrets = vec![BY_HAND.to_owned()];
    for version in versions["Versions"].as_array().into_iter().flatten() {
        let value = ask("get_secret_value", json!({ "SecretId": id, "VersionId": version["VersionId"] }));
        let text = value.ok().and_then(|value| value["SecretString"].as_str().map(str::to_owned));
        let value: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
        secrets.extend(value.and_then(|value| value["password"].as_str().map(str::to_owned)));
    }
    match secrets.iter().find(|secret| texts.iter().any(|text| text.contains(*secret))) {
        _ if secrets.iter().all(|secret| secret.len() != 32) => {
            Err("the database has no password".to_owned())
        }
        _ if !texts.iter().all(|text| text.contains(&id)) => {
            Err("they do not even name the secret".to_owned())
        }
        Some(secret) => Err(format!("it holds the value that begins with {:?}", &secret[..4])),
        None => Ok(format!("none of {} values", secrets.len())),
    }
}

/// Destroyed, and everything that the state knew is gone from the double.
fn ends(system: &System<'_>, environment: &Environment, stack: &Stack, state: &str) -> Tally {
    let step = |what: &str| format!("{}: {what}", environment.name);
    let (file, image) = (environment.file(), image(IMAGE));
    let given = [file.as_str(), &image, "-var=protect=false"];
    // What is protected has to be given up first, in an apply of its own.
    if environment.is_protected()
        && let Err(story) = stack.run(&[["apply", "-auto-approve"].as_slice(), &given].concat()).check()
    {
        return system.failed(&step("protection taken away"), &story);
    }
    let done = stack.run(&[["destroy", "-auto-approve"].as_slice(), &given].concat()).check();
    let failed = done.is_err();
    let mut tally = system.told(&step("destroyed"), done);
    if !failed {
        tally += match left(system, environment, state) {
            Ok(left) if left.is_empty() => system.passed(&step("nothing is left in the double")),
            Ok(left) => system.failed(&step("something is left in the double"), &left.join("\n")),
            Err(story) => system.failed(&step("a look at what is left"), &story),
        };
    }
    tally
}

/// Nothing but the providers that a state names: what it knows and the double still has is planned to go.
const PROVIDERS: &str = r#"
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

provider "aws" {
  alias  = "dr"
  region = "eu-central-1"
}
"#;

/// What the double still has of what a state knew: each resource is read again by its own id.
fn left(system: &System<'_>, environment: &Environment, state: &str) -> Result<Vec<String>, String> {
    let folder = format!("left-{}", environment.name);
    let stack = system.stack(&folder, environment.account).map_err(|error| format!("{error:#}"))?;
    stack.configure(PROVIDERS);
    stack.write("terraform.tfstate", state);
    stack.init().check()?;
    let known = stack.addresses().len();
    if known < 100 {
        return Err(format!("the state knew {known} resources only"));
    }
    stack.run(&["plan", "-parallelism=40", "-out", "left.tfplan"]).check()?;
    let contents = stack.run(&["show", "-json", "left.tfplan"]).check()?.json();
    let (kept, left) = still_there(&contents);
    // A look that finds not even these would have seen nothing.
    if kept == 0 { Err("it does not find what stays on purpose".to_owned()) } else { Ok(left) }
}

/// How much is there on purpose, and the addresses of the rest.
///
/// A key of the bill has no end: once seen it is listed for good, and a destroy makes it inactive.
fn still_there(contents: &Value) -> (usize, Vec<String>) {
    let changes = changes(contents);
    let seen = contents["resource_drift"].as_array().into_iter().flatten();
    let inactive: BTreeSet<&str> = seen
        .filter(|one| {
            one["type"] == "aws_ce_cost_allocation_tag" && one["change"]["after"]["status"] == "Inactive"
        })
        .filter_map(|one| one["address"].as_str())
        .collect();
    let stays = |address: &str| address.starts_with(KEPT) || inactive.contains(address);
    let left: Vec<String> = changes.keys().filter(|address| !stays(address)).cloned().collect();
    (changes.len() - left.len(), left)
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
pub(super) fn drift(contents: &Value) -> BTreeSet<(String, String)> {
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

    fn change(actions: Value, before: Value, after: Value) -> Value {
        json!({ "actions": actions, "before": before, "after": after, "after_unknown": {} })
    }

    #[test]
    fn drift_is_told_by_address_and_attribute() {
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
    fn what_is_left_is_told_apart_from_what_stays() {
        let (used, unused) = (
            "module.budget.aws_ce_cost_allocation_tag.this[0]",
            "module.budget.aws_ce_cost_allocation_tag.this[1]",
        );
        let gone = |address: &str| json!({ "address": address, "change": change(json!(["delete"]), json!({}), Value::Null) });
        let drift = |address: &str, status: &str| {
            let after = json!({ "status": status });
            json!({ "address": address, "type": "aws_ce_cost_allocation_tag", "change": { "after": after } })
        };
        let contents = json!({
            "resource_changes": [gone(&format!("{KEPT}[0]")), gone(used), gone(unused), gone("aws_kms_key.data")],
            "resource_drift": [drift(used, "Active"), drift(unused, "Inactive")],
        });
        let left = ["aws_kms_key.data", used];
        assert_eq!(still_there(&contents), (2, left.map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_replacement_is_noticed_unless_it_is_a_revision() {
        let contents = json!({ "resource_changes": [
            { "address": "a.kept", "change": change(json!(["update"]), json!({ "x": 1 }), json!({ "x": 2 })) },
            { "address": "a.replaced", "change": change(json!(["delete", "create"]), json!({ "x": 1 }), json!({ "x": 2 })) },
            { "address": format!("{KEPT}[0]"), "change": change(json!(["create", "delete"]), json!({ "x": 1 }), json!({ "x": 2 })) },
        ]});
        assert_eq!(replaced(&contents), (3, vec!["a.replaced".to_owned()]));
    }

    #[test]
    fn a_new_image_may_touch_nothing_else_and_must_touch_both() {
        let check = |addresses: &[&str], expected: bool| {
            let all: Vec<Value> = addresses
                .iter()
                .map(|address| json!({ "address": address, "change": change(json!(["update"]), json!({}), json!({})) }))
                .collect();
            assert_eq!(
                only_the_service(&json!({ "resource_changes": all })).is_ok(),
                expected,
                "{addresses:?}"
            );
        };
        let (service, task) =
            ("module.api.aws_ecs_service.this[0]", "module.api.aws_ecs_task_definition.this[0]");
        check(&[service, task], true);
        check(&[service], false);
        check(&[service, task, "module.alb.aws_lb.this"], false);
        check(&[], false);
    }
}
