//! `cargo xtask demo`: the life of a stack, from nothing to nothing, on this machine alone.

use crate::install::build_release;
use crate::screen::{Screen, spoken};
use acceptance_tests::job::interrupted;
use acceptance_tests::{Cli, Project, Providers, Run, Stack, by_hand, settings};
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use sandbox::aws::{Client, Double, Kind, Tools};
use sandbox::{Options, Running, Sandbox};
use serde_json::{Value, json};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Instant;

/// Show what Slipway does, with the real Terraform and without any account.
///
/// Builds the provider, starts the sandbox of Supabase and Cloudflare and an AWS double, applies `examples/quickstart`,
/// which has a bucket on each, and takes it through a second plan, changes behind Terraform's back, their repair, an
/// import and the end. Takes a few minutes the first time.
#[derive(clap::Args)]
pub(crate) struct Demo {
    /// The AWS double: `moto`, `localstack` or the URL of one that runs.
    #[arg(long, value_name = "DOUBLE", default_value = "moto")]
    aws: Kind,
    /// Print one JSON object for each step on standard output, and everything else on standard error.
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(crate) fn run(&self) -> Result<()> {
        let screen = Screen::new(self.json);
        let mut show = Show { screen, number: 0, started: Instant::now() };
        let folder = Project::get().target.join("demo");

        let told = self.tell(&mut show, &folder);
        let stopped = interrupted();
        let clean = told.is_ok() || stopped;
        if clean {
            remove(&folder)?;
        }
        screen.object(&json!({ "result": if told.is_ok() { "ok" } else { "failed" }, "seconds": show.started.elapsed().as_secs_f64() }));
        match told {
            Ok(()) => {
                screen.title(&format!(
                    "Done in {}. Nothing is left but the build.",
                    spoken(show.started.elapsed())
                ));
                Ok(())
            }
            Err(_) if stopped => {
                screen.title(
                    "Interrupted. The clouds have ended, and with them everything that was made in them.",
                );
                bail!("interrupted")
            }
            Err(error) => Err(error.context(format!("the demo stopped; look into {}", folder.display()))),
        }
    }

    fn tell(&self, show: &mut Show, folder: &Path) -> Result<()> {
        let settings = settings();
        let cli = Cli::find(&settings)?;
        let example = Project::get().root.join("examples/quickstart");
        let screen = show.screen;

        let program = show.step("Build the provider", || build_release(screen))?;
        let clouds = show.step("Start the clouds on this machine", || {
            let tools = Tools::new(Project::get().tools())?
                .with_python(settings.python.clone())
                .on_progress(move |line| screen.line(&format!("  {line}")));
            let clouds = Clouds::start(&self.aws, &tools)?;
            clouds.introduce(screen);
            Ok(clouds)
        })?;
        let stack = show.step(&format!("Initialise examples/quickstart with {cli}"), || {
            remove(folder)?;
            copy(&example, &folder.join("quickstart"))?;
            let providers = Providers::offer(&program, &cli, None, &folder.join("providers"))?;
            let mut stack = Stack::new(&cli, Some(&providers), &settings.path, &folder.join("quickstart"))?;
            for (name, value) in clouds.environment() {
                stack.set(name, value);
            }
            ran(screen, stack.init(), &["Installed"])?;
            Ok(stack)
        })?;

        show.step("Apply it", || ran(screen, stack.apply(), &["Creation complete", "Apply complete"]))?;
        let buckets = buckets(&stack)?;
        show.step("Plan again: there is nothing to do", || empty(screen, &stack))?;
        show.step("Change each of them behind Terraform's back", || {
            buckets.iter().try_for_each(|bucket| clouds.meddle(screen, bucket))
        })?;
        show.step("Plan: Terraform sees what was changed, on each cloud", || {
            let plan = stack.plan();
            excerpt(screen, &plan.run.output());
            let seen = plan.drifted();
            for bucket in &buckets {
                let (address, output) = (&bucket.address, plan.run.output());
                ensure!(
                    seen.contains(address),
                    "the plan does not see that {address} was changed:\n{output}"
                );
            }
            Ok(())
        })?;
        show.step("Apply: everything is as it was", || {
            ran(screen, stack.apply(), &["Modifications complete", "Apply complete"])?;
            empty(screen, &stack)
        })?;
        show.step("Lose the state, and import all of them again", || {
            stack.lose_state();
            for bucket in &buckets {
                ran(screen, stack.import(&bucket.address, &bucket.id), &["Import successful"])
                    .with_context(|| format!("{} as {}", bucket.address, bucket.id))?;
                screen.line(&format!("  {} as {}", bucket.address, bucket.id));
            }
            empty(screen, &stack)
        })?;
        show.step("Destroy them: nothing is left on any cloud", || {
            ran(screen, stack.destroy(), &["Destruction complete", "Destroy complete"])?;
            clouds.are_empty()
        })
    }
}

/// AWS, Cloudflare and Supabase on this machine; they end when this is dropped.
struct Clouds {
    aws: Double,
    /// To look at AWS, and to change it behind Terraform's back.
    hand: Client,
    sandbox: Running,
}

impl Clouds {
    fn start(aws: &Kind, tools: &Tools) -> Result<Self> {
        let aws = Double::start(aws, tools)?;
        let hand = Client::connect(aws.endpoint(), tools)?;
        let sandbox = Sandbox::start(Options::default())?;
        sandbox.announce(aws.environment().into_iter().map(|(name, value)| (name.to_owned(), value)));
        Ok(Self { aws, hand, sandbox })
    }

    fn introduce(&self, screen: Screen) {
        let status = self.sandbox.status();
        screen.line(&format!("  AWS         {} ({})", self.aws.endpoint(), self.aws.title()));
        screen.line(&format!("  Cloudflare  {}", status.cloudflare_url));
        screen.line(&format!("  Supabase    {}", status.supabase_url));
    }

    /// What `slipway sandbox env` would print.
    fn environment(&self) -> Vec<(String, String)> {
        self.sandbox.variables()
    }

    /// What the plan after next has to find: somebody changed the bucket by hand.
    fn meddle(&self, screen: Screen, bucket: &Bucket) -> Result<()> {
        let name = &bucket.name;
        let done = match bucket.id.split_once(':').map(|(cloud, _)| cloud) {
            Some("aws") => {
                self.hand.call("s3", "delete_public_access_block", json!({ "Bucket": name }))?;
                let tags = json!({ "TagSet": [{ "Key": "changed-by", "Value": "hand" }] });
                self.hand.call("s3", "put_bucket_tagging", json!({ "Bucket": name, "Tagging": tags }))?;
                "removed the public access block, replaced the tags"
            }
            Some("cloudflare") => {
                let access = self.sandbox.cloudflare();
                accepted(by_hand::r2(&access, "DELETE", &format!("/{name}/cors"), "")?)?;
                let off = r#"{"enabled":false}"#;
                accepted(by_hand::r2(&access, "PUT", &format!("/{name}/domains/managed"), off)?)?;
                "removed the CORS rules, switched r2.dev off"
            }
            Some("supabase") => {
                let access = self.sandbox.supabase();
                let settings = r#"{"public":false,"file_size_limit":null}"#;
                accepted(by_hand::storage(&access, "PUT", &format!("/bucket/{name}"), settings)?)?;
                "made it private, lifted the size limit"
            }
            _ => bail!("{} is on no cloud that the demo knows", bucket.address),
        };
        screen.line(&format!("  {}: {done}", bucket.address));
        Ok(())
    }

    fn are_empty(&self) -> Result<()> {
        let left = self.hand.call("s3", "list_buckets", json!({}))?;
        ensure!(left["Buckets"].as_array().is_none_or(Vec::is_empty), "AWS still holds {left}");
        let holds = self.sandbox.status().holds;
        ensure!(holds.r2_buckets == 0, "Cloudflare still holds {} buckets", holds.r2_buckets);
        ensure!(holds.storage_buckets == 0, "Supabase still holds {} buckets", holds.storage_buckets);
        Ok(())
    }
}

fn accepted(status: u16) -> Result<()> {
    ensure!(status == 200, "the sandbox refused the change by hand with status {status}");
    Ok(())
}

/// The steps as they are told: numbered, timed, and none after an interrupt.
struct Show {
    screen: Screen,
    number: usize,
    started: Instant,
}

impl Show {
    fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.number += 1;
        self.screen.title(&format!("{} {name}", self.number));
        let begun = Instant::now();
        let done = if interrupted() { Err(anyhow!("interrupted")) } else { work() };
        let took = begun.elapsed();
        let error = done.as_ref().err().map(|error| format!("{error:#}"));
        self.screen.object(&json!({
            "step": self.number, "name": name, "ok": done.is_ok(), "seconds": took.as_secs_f64(), "error": error,
        }));
        if done.is_ok() {
            self.screen.line(&format!("  \u{2713} {}", spoken(took)));
        }
        done.with_context(|| format!("step {} failed: {name}", self.number))
    }
}

/// A bucket of the applied example.
struct Bucket {
    address: String,
    id: String,
    name: String,
}

fn buckets(stack: &Stack) -> Result<Vec<Bucket>> {
    let text = |value: &Value, name: &str| Some(value[name].as_str()?.to_owned());
    let addresses = stack.addresses();
    ensure!(!addresses.is_empty(), "examples/quickstart made nothing");
    addresses
        .into_iter()
        .map(|address| {
            let values = stack.resource(&address).unwrap_or_default();
            let (id, name) = text(&values, "id")
                .zip(text(&values, "name"))
                .with_context(|| format!("{address} is no bucket"))?;
            Ok(Bucket { address, id, name })
        })
        .collect()
}

fn empty(screen: Screen, stack: &Stack) -> Result<()> {
    let plan = stack.plan();
    ensure!(plan.run.code() == Some(0), "the plan is not empty:\n{}", plan.run.output());
    screen.line("  No changes.");
    Ok(())
}

/// Shows those lines of a run that tell something, and fails where the run failed.
fn ran(screen: Screen, run: Run, telling: &[&str]) -> Result<()> {
    let run = run.check().map_err(|story| anyhow!(story))?;
    for line in run.output().lines().filter(|line| telling.iter().any(|words| line.contains(words))) {
        screen.line(&format!("  {}", line.trim()));
    }
    Ok(())
}

/// Shows what a plan would do, without the legend before it and the advice after it.
fn excerpt(screen: Screen, output: &str) {
    let actions = output.lines().skip_while(|line| !line.starts_with("Terraform will perform")).skip(1);
    for line in actions.take_while(|line| !line.starts_with("Plan:")).filter(|line| !line.trim().is_empty()) {
        screen.line(line);
    }
    for line in output.lines().filter(|line| line.starts_with("Plan:")) {
        screen.line(&format!("  {line}"));
    }
}

/// Copies the files of an example; its folders are documentation of their own.
fn copy(example: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(example).with_context(|| example.display().to_string())? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "tf") {
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}
