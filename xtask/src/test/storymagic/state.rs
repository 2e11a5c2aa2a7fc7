//! Where the state lives: workspaces side by side in the bucket that bootstrap/ makes, one writer at a time, and nothing
//! lost when a writer is killed.

use super::rows::ENVIRONMENTS;
use super::{HOME, System};
use crate::test::Tally;
use acceptance_tests::{Moment, Proxy, Run, Stack, When};
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Something small with a state of its own.
const ROOT: &str = r#"
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }

  backend "s3" {
    key          = "small/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_ssm_parameter" "first" {
  name  = "/${terraform.workspace}/first"
  type  = "String"
  value = "1"
}

variable "queue" {
  type    = bool
  default = false
}

resource "aws_sqs_queue" "second" {
  count = var.queue ? 1 : 0

  name       = "${terraform.workspace}-second"
  depends_on = [aws_ssm_parameter.first]
}
"#;

/// How long an apply may take to come to its queue. A machine under load needs a tenth of it.
const LIMIT: Duration = Duration::from_secs(120);

pub(super) fn proven(system: &System<'_>) -> Result<Tally> {
    Ok(match steps(system) {
        Ok(tally) => tally,
        Err(story) => system.failed("state", &story),
    })
}

fn steps(system: &System<'_>) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let base = system.stack("small", HOME.account).map_err(|error| format!("{error:#}"))?;
    base.configure(ROOT);
    let backend = "-backend-config=../examples/storymagic/backend.s3.tfbackend";
    base.run(&["init", backend]).check()?;
    for name in ["left", "right"] {
        base.run(&["workspace", "new", name]).check()?;
    }
    let workspace = |name: &str| -> Result<Stack, String> {
        let mut stack = system.stack("small", HOME.account).map_err(|error| format!("{error:#}"))?;
        stack.set("TF_WORKSPACE", name);
        Ok(stack)
    };
    let (mut left, right) = (workspace("left")?, workspace("right")?);

    let applies = [&left, &right].map(|stack| stack.start(&["apply", "-auto-approve"]));
    for (stack, job) in [&left, &right].into_iter().zip(applies) {
        stack.finish(&["apply"], job).check()?;
    }
    let own = |stack: &Stack| stack.resource("aws_ssm_parameter.first").unwrap_or_default()["name"].clone();
    let names = (own(&left), own(&right));
    tally += match names == (json!("/left/first"), json!("/right/first")) {
        true => system.passed("state: two workspaces applied at the same time, each with its own"),
        false => system.failed("state: two workspaces", &format!("{names:?}")),
    };

    let holder = killed_while(system, &mut left, |left| {
        let lock = lock_of(system, "left")?;
        let refused = left.run(&["plan", "-lock-timeout=0s"]);
        let free = right.run(&["plan", "-lock-timeout=0s", "-detailed-exitcode"]).check();
        Ok((lock, refused, free))
    })?;
    let (lock, refused, free) = holder;
    tally += refusal(system, &lock, &refused);
    tally += system.told("state: the other workspace plans meanwhile", free);

    // The lock outlives its holder: nobody can tell whether the holder does.
    let stale = left.run(&["plan", "-lock-timeout=0s"]);
    tally += refusal(system, &lock, &stale);
    let id = lock["ID"].as_str().unwrap_or_default();
    left.run(&["force-unlock", "-force", id]).check()?;
    let recovered = left.run(&["apply", "-auto-approve", "-var=queue=true"]).check();
    tally += system.told("state: applied to its end after a kill -9 and force-unlock", recovered);
    let addresses: BTreeSet<String> = left.addresses().into_iter().collect();
    let rest = left.run(&["plan", "-detailed-exitcode", "-var=queue=true"]).check();
    tally += match rest {
        Ok(_) if addresses.len() == 2 => system.passed("state: complete, and the plan is empty"),
        Ok(_) => system.failed("state: not complete", &format!("{addresses:?}")),
        Err(story) => system.failed("state: complete", &story),
    };
    tally += older_version(system, &left)?;
    for (stack, queue) in [(&left, "-var=queue=true"), (&right, "-var=queue=false")] {
        stack.run(&["destroy", "-auto-approve", queue]).check()?;
    }
    Ok(tally)
}

/// Starts an apply, does something while its queue is made, and kills it before it knows that the queue is there.
fn killed_while<T>(
    system: &System<'_>,
    stack: &mut Stack,
    then: impl FnOnce(&Stack) -> Result<T, String>,
) -> Result<T, String> {
    let proxy = Proxy::start(system.double.endpoint()).map_err(|error| error.to_string())?;
    let held = proxy.hold(When::Operation("sqs.CreateQueue"), Moment::After);
    stack.set("AWS_ENDPOINT_URL", proxy.endpoint());
    let job = stack.start(&["apply", "-auto-approve", "-var=queue=true"]);
    stack.set("AWS_ENDPOINT_URL", system.double.endpoint());
    held.reached(LIMIT).ok_or("the apply did not come to its queue")?;
    let result = then(stack);
    job.kill();
    drop(held);
    let ended = job.wait(LIMIT).map_err(|error| error.to_string())?;
    match ended.signal() {
        Some(_) => result,
        None => Err(format!("the apply ended before it was killed\n{}{}", ended.stdout, ended.stderr)),
    }
}

/// Refused, by a message with the holder's name and the id of its lock.
fn refusal(system: &System<'_>, lock: &Value, run: &Run) -> Tally {
    let (who, id) = (lock["Who"].as_str().unwrap_or_default(), lock["ID"].as_str().unwrap_or_default());
    let text = run.text();
    let named = !who.is_empty() && text.contains(&format!("Who: {who}")) && text.contains(id);
    let what = "state: a second writer is refused, with the name of the holder";
    match run.code() == Some(1) && text.contains("Error acquiring the state lock") && named {
        true => system.passed(&format!("{what}: {who}")),
        false => system.failed(what, &format!("{lock}\n{}", run.output())),
    }
}

/// What the lock file of a workspace says.
fn lock_of(system: &System<'_>, workspace: &str) -> Result<Value, String> {
    let key = format!("env:/{workspace}/small/terraform.tfstate.tflock");
    let lock = state_call(system, "get_object", json!({ "Key": key }))?;
    serde_json::from_str(lock["Body"].as_str().unwrap_or_default()).map_err(|error| format!("{key}: {error}"))
}

/// A state that was overwritten comes back by copying its older version over it, as `modules/state-backend` says.
fn older_version(system: &System<'_>, stack: &Stack) -> Result<Tally, String> {
    let key = "env:/left/small/terraform.tfstate";
    let good = stack.run(&["state", "pull"]).check()?.finished.stdout;
    let versions = state_call(system, "list_object_versions", json!({ "Prefix": key }))?;
    let mut all = versions["Versions"].as_array().into_iter().flatten();
    let newest = all.find(|version| version["Key"] == key && version["IsLatest"] == true);
    let newest =
        newest.and_then(|version| version["VersionId"].as_str()).ok_or("there is no version")?.to_owned();
    state_call(system, "delete_object", json!({ "Key": key }))?;
    let lost = stack.addresses().is_empty();
    let source = json!({ "Bucket": state_bucket(), "Key": key, "VersionId": newest });
    state_call(system, "copy_object", json!({ "Key": key, "CopySource": source }))?;
    let back = stack.run(&["state", "pull"]).check()?.finished.stdout == good;
    let what = "state: a lost one comes back from its older version";
    Ok(if lost && back {
        system.passed(what)
    } else {
        system.failed(what, &format!("lost {lost}, back {back}"))
    })
}

/// After the environments: a state for each in the one bucket, and no lock that was left.
pub(super) fn holds_all(system: &System<'_>) -> Tally {
    let what = "state: one object per workspace, and no lock left";
    let listed = match state_call(system, "list_objects_v2", json!({})) {
        Ok(listed) => listed,
        Err(story) => return system.failed(what, &story),
    };
    let keys: BTreeSet<&str> = listed["Contents"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|object| object["Key"].as_str())
        .collect();
    let wanted = ENVIRONMENTS.map(|of| format!("env:/{}/storymagic/terraform.tfstate", of.workspace()));
    let all = wanted.iter().all(|key| keys.contains(key.as_str()));
    match all && !keys.iter().any(|key| key.ends_with(".tflock")) {
        true => system.passed(what),
        false => system.failed(what, &format!("{keys:?}")),
    }
}

fn state_bucket() -> String {
    format!("storymagic-terraform-state-{}", HOME.account)
}

fn state_call(system: &System<'_>, operation: &str, mut arguments: Value) -> Result<Value, String> {
    arguments["Bucket"] = state_bucket().into();
    let place = (HOME.account, "eu-central-1");
    system
        .client
        .call_in(place, "s3", operation, arguments)
        .map_err(|refusal| format!("{operation}: {refusal}"))
}
