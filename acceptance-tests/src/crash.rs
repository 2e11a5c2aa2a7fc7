//! `kill -9` and Ctrl-C at every API call of a run: whatever was done by then, nothing is orphaned and nothing is made
//! twice.

use crate::job::Child;
use crate::not_run::NotRun;
use crate::providers::PACKAGE;
use crate::proxy::{Call, Moment, Proxy, When};
use crate::stack::Stack;
use std::fmt;
use std::time::Duration;

/// How long a call of a run may take to come. A machine under load needs a tenth of it.
const LIMIT: Duration = Duration::from_secs(60);

/// How a run is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// `kill -9` of the provider.
    KillProvider,
    /// `kill -9` of Terraform.
    KillTerraform,
    /// What a terminal sends to all of them.
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

/// What is being done when the run is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// The first apply.
    Create,
    /// An apply that changes what is there.
    Update,
    /// The destroy.
    Destroy,
}

impl Doing {
    fn command(self) -> [&'static str; 2] {
        match self {
            Self::Create | Self::Update => ["apply", "-auto-approve"],
            Self::Destroy => ["destroy", "-auto-approve"],
        }
    }
}

/// What is made, changed and destroyed.
pub struct Subject<'a> {
    /// Its address.
    pub address: &'a str,
    /// The beginning of its name; each case has a name of its own.
    pub name: &'a str,
    /// What stands between the provider and the double.
    pub proxy: &'a Proxy,
    /// Its configuration, `NAME` in the place of its name.
    pub created: &'a str,
    /// Its configuration after the update.
    pub updated: &'a str,
    /// A stack with a configuration, whose calls go through the proxy.
    pub stack: &'a dyn Fn(&str) -> Stack,
    /// A configuration with what only the double knows put into it, as `stack` does it.
    pub configured: &'a dyn Fn(&str) -> String,
    /// Whether the double has one of that name.
    pub exists: &'a dyn Fn(&str) -> bool,
    /// The import id of the one of that name.
    pub import_id: &'a dyn Fn(&str) -> String,
    /// What a create says when the name is taken by what the stopped run has left.
    pub taken: &'a str,
}

impl Subject<'_> {
    /// Stops a run at each of its calls, before and after the double has done it, and recovers as the messages say;
    /// prints what it took.
    ///
    /// # Panics
    /// Something is orphaned, made twice, or not as it was meant to be in the end.
    #[expect(clippy::print_stdout, reason = "the table is the result")]
    pub fn survives(&self, doing: Doing, stop: Stop) {
        let calls = self.calls_of(doing);
        assert!(!calls.is_empty());
        let verb = format!("{doing:?}").to_lowercase();
        println!("{stop} during {verb}: {} calls", calls.len());
        for (at, call) in calls.iter().enumerate() {
            for moment in moments(call) {
                let recovery = self.stop_and_recover(doing, stop, at + 1, moment);
                let when = if moment == Moment::Before { "before" } else { "after" };
                let operation = shortened(&call.operation.replace(&self.named("NAME", "calls"), "NAME"));
                println!("  {operation:52} {when:8} {recovery}");
            }
        }
    }

    fn named(&self, text: &str, case: &str) -> String {
        text.replace("NAME", &format!("{}-{case}", self.name))
    }

    /// The calls of an undisturbed run.
    fn calls_of(&self, doing: Doing) -> Vec<Call> {
        let stack = self.ready(doing, "calls");
        self.proxy.forget();
        stack.run(&doing.command()).succeeds();
        let calls = self.proxy.calls();
        stack.destroy().succeeds();
        calls
    }

    /// A stack in which everything is as it must be before the run.
    fn ready(&self, doing: Doing, case: &str) -> Stack {
        let stack = (self.stack)(&self.named(self.created, case));
        if doing != Doing::Create {
            stack.apply().succeeds();
        }
        if doing == Doing::Update {
            stack.configure(&(self.configured)(&self.named(self.updated, case)));
        }
        stack
    }

    fn stop_and_recover(&self, doing: Doing, stop: Stop, at: usize, moment: Moment) -> String {
        let case = format!("{at}{}", if moment == Moment::Before { "b" } else { "a" });
        let stack = self.ready(doing, &case);
        self.proxy.forget();
        let held = self.proxy.hold(When::Call(at), moment);
        let command = doing.command();
        let job = stack.start(&command);
        held.reached(LIMIT).unwrap_or_else(|| panic!("call {at} did not come"));
        let unwatched =
            |error| NotRun(format!("a way to watch processes on this system ({error})")).end_test();
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

        self.proxy.forget();
        let recovery = self.recover(doing, &stack, &self.named("NAME", &case));
        stack.destroy().succeeds();
        assert!(!(self.exists)(&self.named("NAME", &case)), "an orphan");
        recovery
    }

    /// Does what the messages say, and asserts that everything is then as if nothing had happened.
    fn recover(&self, doing: Doing, stack: &Stack, name: &str) -> String {
        let mut told = Vec::new();
        if stack.is_tainted(self.address) {
            told.push("tainted");
        }
        let again = stack.run(&doing.command());
        if again.code() == Some(0) {
            told.push(if doing == Doing::Destroy { "destroy again" } else { "apply again" });
        } else {
            again.fails_with(&[self.taken]);
            stack.import(self.address, &(self.import_id)(name)).succeeds();
            stack.apply().succeeds();
            told.push("import, apply again");
        }
        let exists = (self.exists)(name);
        let state = stack.state();
        if doing == Doing::Destroy {
            assert!(!exists && state.addresses().is_empty(), "an orphan");
        } else {
            assert!(exists && state.addresses() == [self.address], "{:?}", state.addresses());
            assert!(!state.is_tainted(self.address));
            stack.plan().is_empty();
        }
        told.join(", ")
    }
}

/// A call without the parts of its path that all calls of a vendor have.
fn shortened(operation: &str) -> String {
    let (method, path) = operation.split_once(' ').unwrap_or((operation, ""));
    let markers = ["/r2/", "/storage/v1/", "/v1/"];
    match markers.iter().find_map(|marker| Some(&path[path.find(marker)?..])) {
        Some(tail) => format!("{method} {tail}"),
        None => operation.to_owned(),
    }
}

/// A read has no effect, so that its two sides are one.
fn moments(call: &Call) -> Vec<Moment> {
    let reads = ["s3.Get", "s3.Head", "s3.List", "sts.", "GET ", "HEAD "];
    if reads.iter().any(|read| call.operation.starts_with(read)) {
        vec![Moment::Before]
    } else {
        vec![Moment::Before, Moment::After]
    }
}
