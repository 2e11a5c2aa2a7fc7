//! One Terraform configuration in a folder of its own, what can be done with it, and what came of it.

use crate::cli::Cli;
use crate::job::{Finished, Job};
use crate::not_run::NotRun;
use crate::providers::Providers;
use sandbox::aws::gaps_in;
use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long one Terraform command may take.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// A folder with a configuration, and a clean environment to run Terraform in.
#[derive(Debug)]
pub struct Stack {
    cli: Cli,
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
    /// Held so that the folder lives as long as the stack.
    kept: Option<tempfile::TempDir>,
}

impl Stack {
    /// A stack in `folder`, which is made. The environment holds nothing but what Terraform needs.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(cli: &Cli, providers: Option<&Providers>, path: &OsString, folder: &Path) -> io::Result<Self> {
        let scratch = folder.join(".tmp");
        fs::create_dir_all(&scratch)?;
        let mut stack =
            Self { cli: cli.clone(), folder: folder.to_owned(), environment: Vec::new(), kept: None };
        let config = match providers {
            Some(providers) => providers.config.clone(),
            None => {
                let config = scratch.join("cli.tfrc");
                fs::write(&config, "disable_checkpoint = true\n\nprovider_installation {\n}\n")?;
                config
            }
        };
        stack.set("PATH", path);
        stack.set("HOME", &scratch);
        stack.set("LANG", "C.UTF-8");
        stack.set("TMPDIR", socket_folder(&scratch));
        stack.set("TF_CLI_CONFIG_FILE", config);
        stack.set("CHECKPOINT_DISABLE", "1");
        stack.set("TF_IN_AUTOMATION", "1");
        stack.set("TF_INPUT", "0");
        Ok(stack)
    }

    /// As [`new`](Self::new), in a folder that goes with the stack, unless a test fails: then it is kept to be looked at.
    pub(crate) fn temporary(
        cli: &Cli,
        providers: Option<&Providers>,
        path: &OsString,
        below: &Path,
    ) -> io::Result<Self> {
        fs::create_dir_all(below)?;
        let folder = tempfile::Builder::new().prefix("stack-").tempdir_in(below)?;
        let mut stack = Self::new(cli, providers, path, folder.path())?;
        stack.kept = Some(folder);
        Ok(stack)
    }

    /// Sets a variable for every command that follows.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        let name = name.into();
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value.into()));
    }

    /// The command line that runs it.
    #[must_use]
    pub fn cli(&self) -> &Cli {
        &self.cli
    }

    /// Has every command that follows run by `program`, which runs the command line in its turn.
    pub fn run_by(&mut self, program: &Path) {
        self.cli.program = program.to_owned();
    }

    /// The folder of the configuration.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file of the configuration.
    ///
    /// # Panics
    /// The folder cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        let file = self.folder.join(name);
        fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// Replaces the configuration: `main.tf`.
    pub fn configure(&self, hcl: &str) {
        self.write("main.tf", hcl);
    }

    /// Forgets the state, as if it had been lost.
    ///
    /// # Panics
    /// The folder cannot be written.
    pub fn lose_state(&self) {
        for name in ["terraform.tfstate", "terraform.tfstate.backup"] {
            match fs::remove_file(self.folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => panic!("{name}: {error}"),
                _ => {}
            }
        }
    }

    /// Has every command that follows write Terraform's and the provider's log, at TRACE, into the file returned.
    pub fn trace(&mut self) -> PathBuf {
        let log = self.folder.join(".tmp").join("trace.log");
        self.set("TF_LOG", "TRACE");
        self.set("TF_LOG_PATH", &log);
        log
    }

    /// Starts a command without waiting for it.
    ///
    /// # Panics
    /// The program does not start.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Job {
        let mut command = Command::new(&self.cli.program);
        command.args(arguments).arg("-no-color").current_dir(&self.folder);
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        Job::start(command).unwrap_or_else(|error| panic!("{}: {error}", self.cli.program.display()))
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// It does not end in time.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.finish(arguments, self.start(arguments))
    }

    /// Waits for a command that was started.
    ///
    /// # Panics
    /// It does not end in time.
    #[must_use]
    pub fn finish(&self, arguments: &[&str], job: Job) -> Run {
        let command = format!("{} {}", self.cli.name, arguments.join(" "));
        let finished = job.wait(LIMIT).unwrap_or_else(|error| panic!("{command}: {error}"));
        Run { command, folder: self.folder.clone(), finished }
    }

    /// `init`.
    #[must_use]
    pub fn init(&self) -> Run {
        self.run(&["init"])
    }

    /// `validate`.
    #[must_use]
    pub fn validate(&self) -> Run {
        self.run(&["validate"])
    }

    /// `plan`, with what it would do.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.plan_with(&[])
    }

    /// `plan` with further arguments.
    #[must_use]
    pub fn plan_with(&self, arguments: &[&str]) -> Plan {
        let saved = "saved.tfplan";
        let arguments: Vec<&str> = ["plan", "-detailed-exitcode", "-out", saved]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        let run = self.run(&arguments);
        // Only a plan with changes has something to show.
        let contents = if run.code() == Some(2) { self.show(&[saved]) } else { Value::Null };
        Plan { run, contents }
    }

    /// `apply`, without questions.
    #[must_use]
    pub fn apply(&self) -> Run {
        self.run(&["apply", "-auto-approve"])
    }

    /// `destroy`, without questions.
    #[must_use]
    pub fn destroy(&self) -> Run {
        self.run(&["destroy", "-auto-approve"])
    }

    /// `import`.
    #[must_use]
    pub fn import(&self, address: &str, id: &str) -> Run {
        self.run(&["import", address, id])
    }

    /// The state, in Terraform's own format: `state pull`, which starts no provider.
    ///
    /// # Panics
    /// There is none that can be read.
    #[must_use]
    pub fn state(&self) -> State {
        let pulled = self.run(&["state", "pull"]).succeeds();
        State(if pulled.finished.stdout.trim().is_empty() { Value::Null } else { pulled.json() })
    }

    /// The attributes of a resource or a data source in the state.
    #[must_use]
    pub fn resource(&self, address: &str) -> Option<Value> {
        self.state().attributes(address).cloned()
    }

    /// The addresses of all managed resources in the state.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        self.state().addresses()
    }

    /// Whether the state has this resource marked for replacement.
    #[must_use]
    pub fn is_tainted(&self, address: &str) -> bool {
        self.state().is_tainted(address)
    }

    /// The value of an output.
    #[must_use]
    pub fn output(&self, name: &str) -> Value {
        self.state().0["outputs"][name]["value"].clone()
    }

    fn show(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = ["show", "-json"].into_iter().chain(arguments.iter().copied()).collect();
        let shown = self.run(&arguments).succeeds();
        serde_json::from_str(&shown.finished.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}", shown.command))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let Some(folder) = self.kept.take()
            && std::thread::panicking()
        {
            let _ = folder.keep();
        }
    }
}

/// Unix sockets are made in `TMPDIR`, and their paths are limited to about a hundred bytes.
fn socket_folder(wanted: &Path) -> PathBuf {
    const LONGEST: usize = 72;
    if wanted.as_os_str().len() <= LONGEST { wanted.to_owned() } else { std::env::temp_dir() }
}

/// A state as Terraform stores it.
#[derive(Clone, Debug)]
pub struct State(Value);

impl State {
    /// The attributes of a resource or a data source.
    #[must_use]
    pub fn attributes(&self, address: &str) -> Option<&Value> {
        self.instance(address).map(|instance| &instance["attributes"])
    }

    /// The addresses of all managed resources.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        self.instances()
            .filter(|(resource, ..)| resource["mode"] == "managed")
            .map(|(_, address, _)| address)
            .collect()
    }

    /// Whether this resource is marked for replacement.
    #[must_use]
    pub fn is_tainted(&self, address: &str) -> bool {
        self.instance(address).is_some_and(|instance| instance["status"] == "tainted")
    }

    fn instance(&self, wanted: &str) -> Option<&Value> {
        self.instances().find(|(_, address, _)| address == wanted).map(|(.., instance)| instance)
    }

    fn instances(&self) -> impl Iterator<Item = (&Value, String, &Value)> {
        let resources = self.0["resources"].as_array().into_iter().flatten();
        resources.flat_map(|resource| {
            let instances = resource["instances"].as_array().into_iter().flatten();
            instances.map(move |instance| (resource, address(resource, instance), instance))
        })
    }
}

fn address(resource: &Value, instance: &Value) -> String {
    let part = |name: &str| resource[name].as_str().unwrap_or_default();
    let module = if part("module").is_empty() { String::new() } else { format!("{}.", part("module")) };
    let mode = if part("mode") == "data" { "data." } else { "" };
    let key = instance.get("index_key").map(|key| format!("[{key}]")).unwrap_or_default();
    format!("{module}{mode}{}.{}{key}", part("type"), part("name"))
}

/// One command and what came of it.
#[derive(Clone, Debug)]
pub struct Run {
    /// The command line.
    pub command: String,
    /// What it left.
    pub finished: Finished,
    folder: PathBuf,
}

impl Run {
    /// The exit code; none when a signal ended it.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.finished.status.code()
    }

    /// What it printed on standard output, as JSON.
    ///
    /// # Panics
    /// It is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.finished.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.story()))
    }

    /// Everything that it printed.
    #[must_use]
    pub fn output(&self) -> String {
        [self.finished.stdout.as_str(), self.finished.stderr.as_str()].concat()
    }

    /// What it printed as one line: without Terraform's boxes and line breaks, so that sentences can be found.
    #[must_use]
    pub fn text(&self) -> String {
        self.output()
            .split(|c: char| c.is_whitespace() || "│╷╵".contains(c))
            .filter(|word| !word.is_empty())
            .fold(
                String::new(),
                |text, word| if text.is_empty() { word.to_owned() } else { text + " " + word },
            )
    }

    /// The run itself when it ended with 0, otherwise everything about it.
    ///
    /// # Errors
    /// Any other end.
    pub fn check(self) -> Result<Self, String> {
        if self.code() == Some(0) { Ok(self) } else { Err(self.story()) }
    }

    /// Asserts that it ended with 0. A gap of the double ends the test as not run.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert!(self.code() == Some(0), "{}", self.unexpected());
        self
    }

    /// Asserts that it ended with an error, and that it said each of these.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn fails_with(self, sentences: &[&str]) -> Self {
        assert!(self.code() == Some(1), "{}", self.unexpected());
        let text = self.text();
        for sentence in sentences {
            assert!(text.contains(sentence), "it does not say {sentence:?}\n{}", self.story());
        }
        self
    }

    /// Asserts that an apply or destroy added, changed and destroyed this many.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn did(self, added: u32, changed: u32, destroyed: u32) -> Self {
        let run = self.succeeds();
        let applied = format!("Resources: {added} added, {changed} changed, {destroyed} destroyed.");
        let done = run.text().contains(&applied)
            || (added, changed) == (0, 0)
                && run.text().contains(&format!("Resources: {destroyed} destroyed."));
        assert!(done, "expected {applied}\n{}", run.story());
        run
    }

    /// What to tell of a run that ended otherwise than expected; ends the test where the double is at fault.
    fn unexpected(&self) -> String {
        let gaps = gaps_in(&self.output());
        if gaps.is_empty() {
            return self.story();
        }
        NotRun(format!("double gap: {}", gaps.join(", "))).end_test()
    }

    fn story(&self) -> String {
        let end = self.finished.status;
        format!("`{}` in {} ended with {end}\n{}", self.command, self.folder.display(), self.output())
    }
}

/// A plan and what it holds.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The command.
    pub run: Run,
    /// What `show -json` says of a plan with changes; null otherwise.
    pub contents: Value,
}

impl Plan {
    /// Asserts that there is nothing to do.
    ///
    /// # Panics
    /// There is.
    #[track_caller]
    pub fn is_empty(&self) {
        assert!(
            self.run.code() == Some(0),
            "the plan is not empty: {:?}\n{}",
            self.changes(),
            self.run.unexpected()
        );
    }

    /// Asserts that exactly this is planned: pairs of address and `create`, `update`, `delete` or `replace`.
    ///
    /// # Panics
    /// It is not.
    #[track_caller]
    pub fn does(&self, expected: &[(&str, &str)]) {
        assert!(self.run.code() != Some(1), "{}", self.run.unexpected());
        let changes = self.changes();
        let changes: Vec<(&str, &str)> =
            changes.iter().map(|(address, what)| (address.as_str(), *what)).collect();
        assert_eq!(changes, expected, "{}", self.run.output());
    }

    /// Asserts that the plan is an error that says each of these.
    ///
    /// # Panics
    /// It is not.
    #[track_caller]
    pub fn fails_with(&self, sentences: &[&str]) {
        self.run.clone().fails_with(sentences);
    }

    /// What is planned, no-ops and reads left out: address and `create`, `update`, `delete` or `replace`.
    #[must_use]
    pub fn changes(&self) -> Vec<(String, &'static str)> {
        let changes = self.contents["resource_changes"].as_array().into_iter().flatten();
        changes
            .filter_map(|change| {
                let actions: Vec<&str> =
                    change["change"]["actions"].as_array()?.iter().filter_map(Value::as_str).collect();
                let what = match actions.as_slice() {
                    ["create"] => "create",
                    ["update"] => "update",
                    ["delete"] => "delete",
                    ["delete", "create"] | ["create", "delete"] => "replace",
                    _ => return None,
                };
                Some((change["address"].as_str()?.to_owned(), what))
            })
            .collect()
    }

    /// The paths whose change makes a replacement necessary, such as `["aws", "name"]`.
    #[must_use]
    pub fn replaced_by(&self, address: &str) -> Vec<Value> {
        let changes = self.contents["resource_changes"].as_array().into_iter().flatten();
        let change = changes.into_iter().find(|change| change["address"] == address);
        change.and_then(|change| change["change"]["replace_paths"].as_array().cloned()).unwrap_or_default()
    }

    /// The addresses that changed outside Terraform.
    #[must_use]
    pub fn drifted(&self) -> Vec<String> {
        let drift = self.contents["resource_drift"].as_array().into_iter().flatten();
        drift.filter_map(|change| change["address"].as_str().map(str::to_owned)).collect()
    }
}
