//! `cargo xtask mutants`: breaks the release engine one rule at a time, and asks whether a test notices.
//!
//! The list is `crates/rollout/mutants/mutants.json`: a file, a text that stands in it exactly once, what takes its
//! place, and the rule that is broken by it. The work is done on a copy below the target directory.

use crate::screen::{Screen, spoken};
use acceptance_tests::{Job, Project, settings};
use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Break each rule of the release engine once, and check that a test fails.
///
/// The exit code is 1 when a mutant survives, does not compile, or no longer matches the source.
#[derive(clap::Args)]
pub(crate) struct Mutants {
    /// Only the mutants whose name contains one of these.
    only: Vec<String>,
    /// Print one JSON object for each mutant on standard output, and everything else on standard error.
    #[arg(long)]
    json: bool,
}

/// One way to break the engine.
#[derive(Deserialize)]
struct Mutant {
    name: String,
    /// Relative to the crate.
    file: PathBuf,
    /// What stands in the file, exactly once.
    search: String,
    /// What takes its place.
    replace: String,
    /// The rule that no longer holds.
    breaks: String,
}

/// What became of a mutant.
enum Fate {
    /// A test noticed: the first of those that failed, and how many did.
    Killed { by: String, failed: usize },
    /// Every test passed.
    Survived,
}

/// Lives that each property test plays per mutant: what a thousand do not notice is worth a test of its own.
const CASES: &str = "1000";

/// A mutant is built once and run for seconds, so the compiler is what takes the time.
const FAST_TO_BUILD: [&str; 2] = ["profile.dev.package.rollout.opt-level=0", "profile.dev.debug=false"];

/// A mutant can send a test in circles.
const LIMIT: Duration = Duration::from_secs(900);

impl Mutants {
    pub(crate) fn run(&self) -> Result<()> {
        let screen = Screen::new(self.json);
        let project = Project::get();
        let list = project.root.join("crates/rollout/mutants/mutants.json");
        let text =
            fs::read_to_string(&list).with_context(|| format!("{} is not readable", list.display()))?;
        let mut mutants: Vec<Mutant> = serde_json::from_str(&text)
            .with_context(|| format!("{} is not a list of mutants", list.display()))?;
        mutants
            .retain(|mutant| self.only.is_empty() || self.only.iter().any(|part| mutant.name.contains(part)));
        ensure!(!mutants.is_empty(), "no mutant is named like that");

        let copy = Copy::of_the_engine(&project.root, &project.target.join("mutants"))?;
        screen.title("The engine as it is");
        match copy.fate()? {
            (Fate::Survived, took) => screen.line(&format!("every test passes, {}", spoken(took))),
            (Fate::Killed { by, .. }, _) => bail!("`{by}` fails without any mutant; mend that first"),
        }

        screen.title(&format!("{} mutants", mutants.len()));
        let mut survivors = Vec::new();
        for mutant in &mutants {
            let broken = copy.with(mutant)?;
            let (fate, took) = copy.fate().with_context(|| format!("mutant `{}`", mutant.name))?;
            broken.mend()?;
            let (killed, line) = match &fate {
                Fate::Killed { by, failed } => (true, format!("killed by {by} and {} more", failed - 1)),
                Fate::Survived => (false, format!("SURVIVED; nothing tests: {}", mutant.breaks)),
            };
            screen.line(&format!("{:<42} {line}, {}", mutant.name, spoken(took)));
            screen.object(&json!({
                "mutant": mutant.name,
                "breaks": mutant.breaks,
                "killed": killed,
                "by": if let Fate::Killed { by, .. } = &fate { Some(by) } else { None },
                "seconds": took.as_secs_f64(),
            }));
            if !killed {
                survivors.push(mutant.name.as_str());
            }
        }
        screen.object(&json!({"mutants": mutants.len(), "survived": survivors}));
        if survivors.is_empty() {
            screen.title(&format!("All {} mutants were killed.", mutants.len()));
            return Ok(());
        }
        bail!("{} of {} mutants survived: {}", survivors.len(), mutants.len(), survivors.join(", "))
    }
}

/// A workspace of its own that holds nothing but the engine.
struct Copy {
    workspace: PathBuf,
    build: PathBuf,
}

impl Copy {
    fn of_the_engine(root: &Path, place: &Path) -> Result<Self> {
        let workspace = place.join("workspace");
        if workspace.exists() {
            fs::remove_dir_all(&workspace).with_context(|| format!("{} stays", workspace.display()))?;
        }
        copy(&root.join("crates/rollout"), &workspace.join("crates/rollout"))?;
        copy(&root.join("examples/policies"), &workspace.join("examples/policies"))?;
        copy(&root.join("schemas/release-policy.json"), &workspace.join("schemas/release-policy.json"))?;
        copy(&root.join("Cargo.lock"), &workspace.join("Cargo.lock"))?;
        let manifest = fs::read_to_string(root.join("Cargo.toml")).context("Cargo.toml is not readable")?;
        let (before, rest) = manifest.split_once("members = [").context("Cargo.toml lists no members")?;
        let (_, after) = rest.split_once(']').context("Cargo.toml's list of members has no end")?;
        let manifest = format!("{before}members = [\"crates/rollout\"]{after}");
        fs::write(workspace.join("Cargo.toml"), manifest).context("the copy's Cargo.toml is not writable")?;
        Ok(Self { workspace, build: place.join("build") })
    }

    /// Breaks the copy.
    fn with(&self, mutant: &Mutant) -> Result<Broken> {
        let path = self.workspace.join("crates/rollout").join(&mutant.file);
        let whole =
            fs::read_to_string(&path).with_context(|| format!("{} is not readable", path.display()))?;
        let found = whole.matches(&mutant.search).count();
        ensure!(
            found == 1,
            "mutant `{}` looks for a text that stands {found} times in {}; adapt it to the source",
            mutant.name,
            mutant.file.display()
        );
        fs::write(&path, whole.replacen(&mutant.search, &mutant.replace, 1))
            .with_context(|| format!("{} is not writable", path.display()))?;
        Ok(Broken { path, whole })
    }

    /// Runs the tests of the copy.
    fn fate(&self) -> Result<(Fate, Duration)> {
        let mut command = Command::new(settings().cargo);
        command
            .args(["test", "--quiet", "--offline", "--package", "rollout", "--lib", "--test", "engine"])
            .args(FAST_TO_BUILD.iter().flat_map(|setting| ["--config", *setting]))
            .args(["--no-fail-fast", "--", "--format=pretty"])
            .current_dir(&self.workspace)
            .env("CARGO_TARGET_DIR", &self.build)
            .env("ROLLOUT_CASES", CASES)
            .env("ROLLOUT_SHRINK", "0")
            .env("RUST_BACKTRACE", "0")
            .env("RUSTFLAGS", "--cap-lints=warn")
            .env("INSTA_UPDATE", "no")
            .env_remove("CARGO_TERM_COLOR");
        let mut failed = Vec::new();
        let mut last_words = Vec::new();
        let finished = Job::start(command)?.wait_and_watch(LIMIT, |line, is_stdout| {
            if let Some(name) = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED")) {
                failed.push(name.to_owned());
            }
            if !is_stdout {
                last_words.push(line.to_owned());
            }
        })?;
        let fate = match (finished.status.success(), failed.first()) {
            (true, _) => Fate::Survived,
            (false, Some(by)) => Fate::Killed { by: by.clone(), failed: failed.len() },
            (false, None) => {
                let words = last_words[last_words.len().saturating_sub(20)..].join("\n");
                bail!("the tests did not run to their end:\n{words}")
            }
        };
        Ok((fate, finished.took))
    }
}

/// A file of the copy with a rule broken.
struct Broken {
    path: PathBuf,
    whole: String,
}

impl Broken {
    fn mend(self) -> Result<()> {
        fs::write(&self.path, &self.whole).with_context(|| format!("{} is not writable", self.path.display()))
    }
}

/// Copies a file, or a folder with everything in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("{} is not copied to {}", from.display(), to.display());
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap_or(to)).with_context(failed)?;
        fs::copy(from, to).with_context(failed)?;
        return Ok(());
    }
    fs::create_dir_all(to).with_context(failed)?;
    for entry in fs::read_dir(from).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
