//! `kill -9` and Ctrl-C at every API call: nothing is orphaned and nothing is made twice.

use crate::{BUCKET, bucket};
use acceptance_tests::job::Child;
use acceptance_tests::providers::PACKAGE;
use acceptance_tests::{AwsLab, Call, Moment, NotRun, Stack, When, on_aws};
use serde_json::json;
use std::fmt;
use std::time::Duration;

/// How long a call of a run may take to come. A machine under load needs a tenth of it.
const LIMIT: Duration = Duration::from_secs(60);

/// How a run is stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    KillProvider,
    KillTerraform,
    CtrlC,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KillProvider => "kill -9 provider",
            Self::KillTerraform => "kill -9 terraform",
            Self::CtrlC => "Ctrl-C",
        })
    }
}

/// What is being done to the bucket when the run is stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Create,
    Update,
    Destroy,
}

impl Doing {
    /// What the configuration was before; none before a create.
    fn before(self) -> Option<String> {
        (self != Self::Create).then(|| bucket("", "versioning = \"Enabled\"\ntags = { a = \"1\" }"))
    }

    fn configuration(self) -> String {
        match self {
            Self::Create | Self::Destroy => bucket("", "versioning = \"Enabled\"\ntags = { a = \"1\" }"),
            Self::Update => bucket(
                "",
                "versioning = \"Suspended\"\ntags = { a = \"2\" }\nrequire_tls = false\nobject_ownership = \"ObjectWriter\"",
            ),
        }
    }

    fn command(self) -> [&'static str; 2] {
        match self {
            Self::Create | Self::Update => ["apply", "-auto-approve"],
            Self::Destroy => ["destroy", "-auto-approve"],
        }
    }
}

/// Stops a run at each of its calls, before and after the double has done it, and recovers; prints what it took.
#[expect(clippy::print_stdout, reason = "the table is the result")]
fn check(doing: Doing, stop: Stop) {
    on_aws(|aws| {
        let calls = calls_of(aws, doing);
        println!("{:24} {:8} {stop}", "call", "moment");
        for (at, call) in calls.iter().enumerate() {
            for moment in moments(call) {
                let recovery = stop_and_recover(aws, doing, stop, at + 1, moment);
                let when = if moment == Moment::Before { "before" } else { "after" };
                println!("{:34} {when:8} {recovery}", call.operation);
            }
        }
    });
}

/// The calls of an undisturbed run.
fn calls_of(aws: &AwsLab, doing: Doing) -> Vec<Call> {
    let stack = ready(aws, doing, "calls");
    aws.proxy.forget();
    stack.run(&doing.command()).succeeds();
    let calls = aws.proxy.calls();
    clean_up(&stack);
    calls
}

/// A read has no effect, so that its two sides are one.
fn moments(call: &Call) -> Vec<Moment> {
    let reads = ["s3.Get", "s3.Head", "s3.List", "sts."].iter().any(|read| call.operation.starts_with(read));
    if reads { vec![Moment::Before] } else { vec![Moment::Before, Moment::After] }
}

/// A stack in which everything is as it must be before the run.
fn ready(aws: &AwsLab, doing: Doing, suffix: &str) -> Stack {
    let named = |text: &str| text.replace("NAME", &format!("NAME-{suffix}"));
    let stack = aws.stack(&named(&doing.before().unwrap_or_else(|| doing.configuration())));
    if doing.before().is_some() {
        stack.apply().succeeds();
    }
    stack.configure(&aws.named(&named(&doing.configuration())));
    stack
}

fn clean_up(stack: &Stack) {
    stack.destroy().succeeds();
}

fn stop_and_recover(aws: &AwsLab, doing: Doing, stop: Stop, at: usize, moment: Moment) -> String {
    let suffix = format!("{at}{}", if moment == Moment::Before { "b" } else { "a" });
    let stack = ready(aws, doing, &suffix);
    aws.proxy.forget();
    let held = aws.proxy.hold(When::Call(at), moment);
    let command = doing.command();
    let job = stack.start(&command);
    held.reached(LIMIT).unwrap_or_else(|| panic!("call {at} did not come"));
    let unwatched = |error| NotRun(format!("a way to watch processes on this system ({error})")).end_test();
    let providers = job.children(PACKAGE).unwrap_or_else(unwatched);
    match stop {
        Stop::KillProvider => providers.iter().for_each(Child::kill),
        Stop::KillTerraform => job.kill(),
        Stop::CtrlC => job.interrupt(),
    }
    match stop {
        // The provider finishes the call that is under way, and makes no other.
        Stop::CtrlC => held.release(),
        Stop::KillProvider | Stop::KillTerraform => drop(held),
    }
    let run = stack.finish(&command, job);
    // After Ctrl-C at its last call there is nothing left to stop.
    assert!(run.code() != Some(0) || stop == Stop::CtrlC, "nothing was stopped\n{}", run.output());
    assert!(!providers.is_empty());
    for provider in providers {
        assert!(provider.wait(LIMIT).expect("the system tells"), "the provider has outlived Terraform");
    }

    aws.proxy.forget();
    let recovery = recover(aws, doing, &stack, &aws.named(&format!("NAME-{suffix}")));
    clean_up(&stack);
    recovery
}

/// Does what the messages say, and asserts that everything is then as if nothing had happened.
fn recover(aws: &AwsLab, doing: Doing, stack: &Stack, name: &str) -> String {
    let mut told = Vec::new();
    if stack.is_tainted(BUCKET) {
        told.push("tainted");
    }
    let again = stack.run(&doing.command());
    if again.code() == Some(0) {
        told.push(if doing == Doing::Destroy { "destroy again" } else { "apply again" });
    } else {
        again.fails_with(&["exists already, in an account of yours"]);
        stack.import(BUCKET, &format!("aws:{name}")).succeeds();
        stack.apply().succeeds();
        told.push("import, apply again");
    }
    let exists = aws.try_call("s3", "head_bucket", json!({ "Bucket": name })).is_ok();
    let state = stack.state();
    if doing == Doing::Destroy {
        assert!(!exists && state.addresses().is_empty(), "an orphan");
    } else {
        assert!(exists && state.addresses() == [BUCKET], "{:?}", state.addresses());
        assert!(!state.is_tainted(BUCKET));
        stack.plan().is_empty();
    }
    told.join(", ")
}

#[test]
fn a_create_survives_the_death_of_the_provider() {
    check(Doing::Create, Stop::KillProvider);
}

#[test]
fn a_create_survives_the_death_of_terraform() {
    check(Doing::Create, Stop::KillTerraform);
}

#[test]
fn a_create_survives_ctrl_c() {
    check(Doing::Create, Stop::CtrlC);
}

#[test]
fn an_update_survives_the_death_of_the_provider() {
    check(Doing::Update, Stop::KillProvider);
}

#[test]
fn an_update_survives_the_death_of_terraform() {
    check(Doing::Update, Stop::KillTerraform);
}

#[test]
fn an_update_survives_ctrl_c() {
    check(Doing::Update, Stop::CtrlC);
}

#[test]
fn a_destroy_survives_the_death_of_the_provider() {
    check(Doing::Destroy, Stop::KillProvider);
}

#[test]
fn a_destroy_survives_the_death_of_terraform() {
    check(Doing::Destroy, Stop::KillTerraform);
}

#[test]
fn a_destroy_survives_ctrl_c() {
    check(Doing::Destroy, Stop::CtrlC);
}
