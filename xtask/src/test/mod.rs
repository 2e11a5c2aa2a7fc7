//! `cargo xtask test`: everything that CI runs, in parts, with one closing line.

mod deny;
mod go;
mod modules;
mod storymagic;
mod tally;
mod targets;
mod workflows;

use crate::generate;
use crate::screen::{Screen, spoken};
use acceptance_tests::{Job, Project, settings};
use anyhow::{Context as _, Result, bail};
use clap::builder::PossibleValuesParser;
use sandbox::aws::{Double, Kind, Tools, Unavailable};
use serde_json::json;
use std::ffi::OsStr;
use std::io::{IsTerminal, stderr};
use std::process::Command;
use std::time::{Duration, Instant};
use tally::{Reader, Tally};

/// Longer than any part takes, and short enough to end a night's CI run that hangs.
const LIMIT: Duration = Duration::from_secs(3600);

/// The package whose tests are a part of their own.
const ACCEPTANCE: &str = "acceptance-tests";

/// Run everything that CI runs.
///
/// Ends with one line `N passed, N failed, N skipped`. A check that this machine cannot run is skipped by name,
/// never passed. The exit code is 1 when anything failed.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Run only these parts.
    #[arg(long, value_name = "PART", num_args = 1.., value_parser = PossibleValuesParser::new(PARTS.map(|part| part.name)))]
    only: Vec<String>,
    /// The AWS double for the acceptance tests: `moto`, `localstack` or the URL of one that runs.
    #[arg(long, value_name = "DOUBLE", default_value = "moto")]
    aws: Kind,
    /// List the parts and end.
    #[arg(long)]
    list: bool,
    /// Print the result as JSON on standard output, and everything else on standard error.
    #[arg(long)]
    json: bool,
}

/// One part of the whole.
struct Part {
    name: &'static str,
    about: &'static str,
    run: fn(&Runner) -> Result<Tally>,
}

const PARTS: [Part; 9] = [
    Part { name: "fmt", about: "rustfmt has nothing to change", run: fmt },
    Part { name: "gen", about: "generated files are what their sources say", run: generated },
    Part { name: "clippy", about: "no warning in any target", run: clippy },
    Part {
        name: "unit",
        about: "unit, contract, property, snapshot, derive UI and documentation tests",
        run: unit,
    },
    Part {
        name: "deny",
        about: "licences, bans, sources and advisories of the dependencies",
        run: deny::run,
    },
    Part {
        name: "workflows",
        about: "the project's workflows and the templates for users: actionlint, and what the requirements ask",
        run: workflows::run,
    },
    Part {
        name: "modules",
        about: "modules and examples: format, init, validate, terraform test, tflint",
        run: modules::run,
    },
    Part {
        name: "storymagic",
        about: "the whole example: each row of its requirements in three plans, all of them applied",
        run: storymagic::run,
    },
    Part {
        name: "acceptance",
        about: "the real Terraform, and OpenTofu if there, against an AWS double",
        run: acceptance,
    },
];

impl Test {
    pub(crate) fn run(&self) -> Result<()> {
        if self.list {
            return self.list();
        }
        let runner = Runner { aws: self.aws.clone(), screen: Screen::new(self.json) };
        let started = Instant::now();
        let mut total = Tally::default();
        let mut times = Vec::new();
        let wanted = |part: &&Part| self.only.is_empty() || self.only.iter().any(|name| name == part.name);
        for part in PARTS.iter().filter(wanted) {
            runner.screen.title(&format!("{}: {}", part.name, part.about));
            let begun = Instant::now();
            let tally = (part.run)(&runner).with_context(|| format!("the part `{}`", part.name))?;
            if acceptance_tests::job::interrupted() {
                bail!("interrupted in the part `{}`", part.name);
            }
            times.push((part.name, begun.elapsed(), tally.clone()));
            total += tally;
        }
        self.close(&runner.screen, &times, &total, started.elapsed())
    }

    fn list(&self) -> Result<()> {
        let screen = Screen::new(self.json);
        for part in &PARTS {
            if self.json {
                screen.object(&json!({ "part": part.name, "about": part.about }));
            } else {
                screen.line(&format!("{:12}{}", part.name, part.about));
            }
        }
        Ok(())
    }

    /// The summary; its last line is the one that scripts look for.
    fn close(
        &self,
        screen: &Screen,
        times: &[(&str, Duration, Tally)],
        total: &Tally,
        took: Duration,
    ) -> Result<()> {
        screen.title(&format!("in {}", spoken(took)));
        for (name, time, tally) in times {
            screen.line(&format!("  {name:12}{:>10}  {tally}", spoken(*time)));
        }
        for failure in &total.failures {
            screen.line(&format!("failed: {failure}"));
        }
        for skip in &total.skips {
            screen.line(&format!("skipped: {skip}"));
        }
        let parts: Vec<_> = times
            .iter()
            .map(|(name, time, tally)| json!({ "part": name, "seconds": time.as_secs_f64(), "tally": tally }))
            .collect();
        screen.object(&json!({ "total": total, "seconds": took.as_secs_f64(), "parts": parts }));
        screen.line(&total.to_string());
        if total.failed() > 0 {
            bail!("{} failed", total.failed());
        }
        Ok(())
    }
}

/// What the parts share.
pub(crate) struct Runner {
    aws: Kind,
    screen: Screen,
}

impl Runner {
    /// Runs a command with its output on the screen, and counts what it says of tests.
    fn stream(&self, mut command: Command) -> Result<(bool, Tally)> {
        command.current_dir(&Project::get().root);
        if stderr().is_terminal() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        let program = command.get_program().to_string_lossy().into_owned();
        let job = Job::start(command).with_context(|| format!("{program} does not start"))?;
        let mut reader = Reader::default();
        let finished = job.wait_and_watch(LIMIT, |line, is_stdout| {
            if is_stdout {
                reader.read(line);
            }
            self.screen.line(line);
        })?;
        Ok((finished.status.success(), reader.finish()))
    }

    /// Starts the AWS double that this run is about.
    fn aws_double(&self) -> Result<Double, Unavailable> {
        let screen = self.screen;
        let tools = Tools::new(Project::get().tools())?
            .with_python(settings().python)
            .on_progress(move |line| screen.line(line));
        Double::start(&self.aws, &tools)
    }

    fn cargo<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new(settings().cargo);
        command.args(arguments);
        command
    }

    /// A command that is one check: it passes or fails as a whole.
    fn check(&self, name: &str, command: Command) -> Result<Tally> {
        let (passed, _) = self.stream(command)?;
        Ok(if passed { Tally::passed(1) } else { Tally::failure(name) })
    }

    /// A test run: counted by its closing lines. One that ends badly without a failed test has failed itself.
    fn tests(&self, name: &str, command: Command) -> Result<Tally> {
        let (passed, mut tally) = self.stream(command)?;
        if !passed && tally.failed() == 0 {
            tally += Tally::failure(&format!("{name} did not run to its end"));
        }
        Ok(tally)
    }
}

fn fmt(runner: &Runner) -> Result<Tally> {
    runner.check("fmt: run `cargo fmt --all`", runner.cargo(["fmt", "--all", "--check"]))
}

fn clippy(runner: &Runner) -> Result<Tally> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    runner.check("clippy", runner.cargo(arguments))
}

fn generated(runner: &Runner) -> Result<Tally> {
    let mut tally = Tally::default();
    for generator in generate::GENERATORS {
        match generator.differences()? {
            generate::Differences::None => tally += Tally::passed(1),
            generate::Differences::NotRun(missing) => {
                tally += Tally::skip(&format!("gen {}: {missing}", generator.name))
            }
            generate::Differences::Stale(stale) => {
                for file in &stale.paths {
                    runner.screen.line(&format!("{} is not what its source says", file.display()));
                }
                tally += Tally::failure(&format!("gen {0}: run `cargo xtask gen {0}`", generator.name));
            }
        }
    }
    Ok(tally)
}

/// The members' own tests. Always the whole workspace is selected, so that everything is built with one set of
/// features, and once.
fn unit(runner: &Runner) -> Result<Tally> {
    let mut command = runner.cargo(["test", "--workspace", "--locked", "--no-fail-fast", "--lib", "--bins"]);
    for test in targets::integration_tests(|package| package != ACCEPTANCE)? {
        command.args(["--test", &test]);
    }
    command.args(["--", "--show-output"]).env("INSTA_UPDATE", "no");
    // The clients' own tests are told where a double is; without one they say that they did not run.
    let double = runner.aws_double();
    match &double {
        Ok(double) => _ = command.env("SLIPWAY_TEST_AWS_ENDPOINT", double.endpoint()),
        Err(missing) => runner.screen.line(&missing.to_string()),
    }
    let mut tally = runner.tests("cargo test", command)?;
    drop(double);
    let documentation = ["test", "--workspace", "--locked", "--no-fail-fast", "--doc", "--", "--show-output"];
    tally += runner.tests("cargo test --doc", runner.cargo(documentation))?;
    Ok(tally)
}

fn acceptance(runner: &Runner) -> Result<Tally> {
    let tests = targets::integration_tests(|package| package == ACCEPTANCE)?;
    let tests: Vec<&str> = tests.iter().flat_map(|test| ["--test", test]).collect();
    let Some(provider) = targets::built_provider(runner)? else {
        return Ok(Tally::failure("acceptance: the provider does not build"));
    };
    let mut tally = Tally::default();
    for cli in targets::command_lines() {
        match cli {
            Err(missing) => tally += Tally::skip(&format!("acceptance: {missing}")),
            Ok(cli) => {
                runner.screen.line(&format!("with {cli} and {}", runner.aws));
                let mut command = runner.cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
                command.args(&tests).args(["--", "--show-output"]);
                command.env("SLIPWAY_PROVIDER", &provider).env("SLIPWAY_AWS", runner.aws.to_string());
                command.env("SLIPWAY_TERRAFORM", &cli.program);
                tally += runner.tests(&format!("acceptance with {cli}"), command)?;
            }
        }
    }
    Ok(tally)
}
