//! `cargo xtask bench`: how fast the provider is, as ratios of one run.

mod measure;
mod protocol;
mod report;
mod s3_stub;
mod stacks;

use crate::install::build_release;
use crate::screen::{Screen, spoken};
use acceptance_tests::job::interrupted;
use acceptance_tests::{AwsMirror, Cli, Finished, Job, NotRun, Project, Settings, settings};
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use measure::{Cost, median};
use report::{Report, Row};
use s3_stub::S3Stub;
use sandbox::{Options, Running, Sandbox};
use stacks::Subject;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Measure the provider against Terraform's own floor and against hashicorp/aws, on a local S3 stub.
///
/// Everything is a release build, runs alternate, one warm-up is dropped, and figures are medians. A command that
/// fails fails the whole run. The table is also written as JSON to `bench/bench.json` in the target directory.
#[derive(clap::Args)]
pub(crate) struct Bench {
    /// How many buckets.
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [1, 50, 200])]
    counts: Vec<usize>,
    /// How many measured runs of each command.
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: usize,
    /// Leave hashicorp/aws out even where its mirror is found.
    #[arg(long)]
    without_aws: bool,
    /// How many resources the overhead over Terraform's floor is measured with; 0 leaves it out.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    overhead: usize,
    /// Update `docs/guides/performance.md` with the result.
    #[arg(long)]
    write_docs: bool,
    /// Print the result as JSON on standard output, and everything else on standard error.
    #[arg(long)]
    json: bool,
}

/// The commands that are measured in a row, each on what the one before has left. A plan with changes ends with 2.
const COMMANDS: [(&str, &[&str], &[i32]); 4] = [
    ("plan", &["plan", "-detailed-exitcode"], &[2]),
    ("apply", &["apply", "-auto-approve"], &[0]),
    ("re-plan", &["plan", "-detailed-exitcode"], &[0]),
    ("destroy", &["destroy", "-auto-approve"], &[0]),
];

impl Bench {
    pub(crate) fn run(&self) -> Result<()> {
        let screen = Screen::new(self.json);
        let settings = settings();
        let started = Instant::now();
        let cli = Cli::find(&settings)?;
        let program = build_release(screen)?;
        let aws = if self.without_aws { Err(NotRun("left out".into())) } else { AwsMirror::find(&settings) };
        let bench =
            Workbench { screen, settings, cli, program, aws, clouds: Clouds::start()?, runs: self.runs };

        let mut report = Report::new(&bench.cli.to_string(), self.runs);
        bench.protocol(&mut report)?;
        for count in &self.counts {
            bench.buckets(*count, &mut report)?;
        }
        bench.targets(&mut report)?;
        if self.overhead > 0 {
            bench.overhead(self.overhead, &mut report)?;
        }
        bench.engine(&mut report)?;
        let lacking = bench.clouds.s3.lacking();
        ensure!(
            lacking.is_empty(),
            "the S3 stub lacks {}, so that the figures would be of retries",
            lacking.join(", ")
        );

        report.judge();
        let file = Project::get().target.join("bench").join("bench.json");
        fs::write(&file, serde_json::to_string_pretty(&report)?)
            .with_context(|| file.display().to_string())?;
        screen.line(&report.table());
        screen.line(&format!("\nin {}; also in {}", spoken(started.elapsed()), file.display()));
        screen.object(&serde_json::to_value(&report)?);
        if self.write_docs {
            let guide = Project::get().root.join("docs/guides/performance.md");
            fs::write(&guide, report.guide()).with_context(|| guide.display().to_string())?;
            screen.line(&format!("wrote {}", guide.display()));
        }
        Ok(())
    }
}

/// What the measurements share.
struct Workbench {
    screen: Screen,
    settings: Settings,
    cli: Cli,
    program: PathBuf,
    aws: Result<AwsMirror, NotRun>,
    clouds: Clouds,
    runs: usize,
}

/// Where the buckets are made.
struct Clouds {
    s3: S3Stub,
    /// Supabase and Cloudflare.
    sandbox: Running,
}

impl Clouds {
    fn start() -> Result<Self> {
        Ok(Self { s3: S3Stub::start()?, sandbox: Sandbox::start(Options::default())? })
    }

    /// What a subject finds in its environment.
    fn environment(&self, subject: Subject) -> Vec<(String, String)> {
        if subject.is_in_the_sandbox() {
            return self.sandbox.variables();
        }
        let of_aws = sandbox::aws::environment(self.s3.endpoint());
        of_aws.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Forgets the buckets of the run before.
    fn reset(&self) -> Result<()> {
        self.s3.reset();
        Ok(self.sandbox.reset()?)
    }

    /// How many calls the sandbox has seen since it was reset.
    fn called(&self) -> u64 {
        self.sandbox.calls().last().map_or(0, |call| call.number)
    }

    /// The calls of a command, by name: those after `before` where it is the sandbox that was called.
    fn calls(&self, subject: Subject, before: u64) -> BTreeMap<String, usize> {
        if !subject.is_in_the_sandbox() {
            return self.s3.take_calls();
        }
        let mut calls = BTreeMap::new();
        for call in self.sandbox.calls().into_iter().filter(|call| call.number > before) {
            let operation = call.operation.unwrap_or(call.path);
            *calls.entry(format!("{} {operation}", call.method)).or_default() += 1;
        }
        calls
    }
}

impl Workbench {
    /// The provider alone.
    fn protocol(&self, report: &mut Report) -> Result<()> {
        self.screen.title("Start, handshake and schema");
        // Sockets are made there, and their paths are short.
        let scratch = Project::get().target.join("bench").join("tmp");
        let starts = self.runs.max(9);
        let ours = protocol::measure(&self.program, 6, starts, &self.settings.path, &scratch)?;
        let theirs = match &self.aws {
            Ok(aws) => {
                Some(protocol::measure(&aws.program, 5, starts.min(5), &self.settings.path, &scratch)?)
            }
            Err(_) => None,
        };
        report.protocol(&ours, theirs.as_ref(), self.aws.as_ref().err());
        Ok(())
    }

    /// Plan, apply, re-plan and destroy of `count` buckets, by everybody in turn.
    fn buckets(&self, count: usize, report: &mut Report) -> Result<()> {
        let mut subjects = vec![Subject::Slipway, Subject::Floor];
        match &self.aws {
            Ok(_) => subjects.push(Subject::HashicorpAws),
            Err(missing) => report.not_run(&format!("{count} buckets with hashicorp/aws"), missing),
        }
        self.screen.title(&format!("{count} buckets"));
        let costs = self.alternate(count, &subjects, &COMMANDS)?;
        report.rows.extend(costs.rows(count));
        for (subject, calls) in costs.refresh_calls {
            report.refresh(subject, count, &calls);
        }
        Ok(())
    }

    /// The same resource on each cloud.
    fn targets(&self, report: &mut Report) -> Result<()> {
        const COUNT: usize = 50;
        self.screen.title(&format!("{COUNT} buckets on R2 and on Supabase Storage"));
        let subjects = [Subject::SlipwayOnR2, Subject::SlipwayOnSupabase];
        let costs = self.alternate(COUNT, &subjects, &COMMANDS)?;
        report.rows.extend(costs.rows(COUNT));
        for (subject, calls) in costs.refresh_calls {
            report.refresh(subject, COUNT, &calls);
        }
        Ok(())
    }

    /// What many resources cost in processor time: Terraform's own, and the provider's.
    fn overhead(&self, count: usize, report: &mut Report) -> Result<()> {
        self.screen.title(&format!("{count} resources"));
        const SUBJECTS: [Subject; 4] =
            [Subject::Slipway, Subject::Floor, Subject::FloorOfSize, Subject::Notes];
        const UNREFRESHED: &[&str] = &["plan", "-detailed-exitcode", "-refresh=false"];
        let commands: [(&str, &[&str], &[i32]); 4] = [
            COMMANDS[0],
            COMMANDS[1],
            ("plan without refresh", UNREFRESHED, &[0]),
            ("re-plan", COMMANDS[2].1, COMMANDS[2].2),
        ];
        let costs = self.alternate(count, &SUBJECTS, &commands)?;
        report.rows.extend(costs.rows(count));
        Ok(())
    }

    /// Runs the commands for each subject in turn, as often as asked and once more before that to warm up.
    fn alternate(
        &self,
        count: usize,
        subjects: &[Subject],
        commands: &[(&'static str, &[&str], &[i32])],
    ) -> Result<Costs> {
        let mut stacks = Vec::new();
        for subject in subjects {
            let aws = self.aws.as_ref().ok();
            let environment = self.clouds.environment(*subject);
            let program = if *subject == Subject::Notes { &self.notes()? } else { &self.program };
            let stack =
                stacks::prepare(*subject, count, &self.cli, &self.settings, program, aws, &environment)?;
            stacks.push((*subject, stack));
        }
        let mut costs = Costs::default();
        for run in 0..=self.runs {
            for (subject, stack) in &stacks {
                self.clouds.reset()?;
                stack.lose_state();
                let mut told = Vec::new();
                for (name, arguments, fine) in commands {
                    self.clouds.s3.take_calls();
                    let before = self.clouds.called();
                    let mut cost = measure::run(stack, arguments, subject.program(), fine)
                        .map_err(|story| anyhow!(story))?;
                    let calls = self.clouds.calls(*subject, before);
                    cost.calls = calls.values().sum::<usize>() as f64;
                    if interrupted() {
                        bail!("interrupted");
                    }
                    told.push(format!("{name} {:.2} s", cost.wall));
                    if run > 0 {
                        costs
                            .of
                            .entry((subject.name(), name))
                            .or_insert_with(|| (*subject, Vec::new()))
                            .1
                            .push(cost);
                    }
                    if *name == "re-plan" {
                        costs.refresh_calls.insert(subject.name(), calls);
                    }
                }
                let which = if run == 0 { "warm-up".to_owned() } else { format!("run {run}") };
                self.screen.line(&format!("  {which:8} {:15} {}", subject.name(), told.join(", ")));
            }
        }
        Ok(costs)
    }

    /// The framework's smallest provider, as a release build.
    fn notes(&self) -> Result<PathBuf> {
        const EXAMPLE: &str = "terraform-provider-notes";
        self.cargo_release("build", "tfplugin-rs", EXAMPLE)?;
        Ok(Project::get().target.join("release").join("examples").join(EXAMPLE))
    }

    /// Builds an example of a package, or runs it too, as a release build.
    fn cargo_release(&self, verb: &str, package: &str, example: &str) -> Result<Finished> {
        let mut command = Command::new(&self.settings.cargo);
        command.args([verb, "--quiet", "--release", "--locked", "--package", package, "--example", example]);
        command.current_dir(&Project::get().root);
        let finished = Job::start(command)?.wait(Duration::from_secs(1800))?;
        let status = finished.status;
        ensure!(status.success(), "the example {example} ended with {status}:\n{}", finished.stderr);
        Ok(finished)
    }

    /// The release engine measures itself.
    fn engine(&self, report: &mut Report) -> Result<()> {
        const EXAMPLE: &str = "crates/rollout/examples/bench.rs";
        self.screen.title("The release engine");
        if !Project::get().root.join(EXAMPLE).is_file() {
            report.not_run("release engine", &NotRun(format!("{EXAMPLE} is not there")));
            return Ok(());
        }
        let finished = self.cargo_release("run", "rollout", "bench")?;
        report.engine =
            serde_json::from_str(&finished.stdout).with_context(|| format!("{EXAMPLE} printed no JSON"))?;
        Ok(())
    }
}

/// The costs of a series.
#[derive(Default)]
struct Costs {
    of: BTreeMap<(&'static str, &'static str), (Subject, Vec<Cost>)>,
    refresh_calls: BTreeMap<&'static str, BTreeMap<String, usize>>,
}

impl Costs {
    fn rows(&self, count: usize) -> Vec<Row> {
        let rows = self.of.iter();
        rows.map(|((_, command), (subject, costs))| Row {
            subject: *subject,
            count,
            command,
            cost: median(costs),
            runs: costs.len(),
        })
        .collect()
    }
}
