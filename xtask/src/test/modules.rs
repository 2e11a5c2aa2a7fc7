//! The part `modules`: the HCL of the modules and the examples, against the real Terraform and hashicorp/aws.
//!
//! Everything runs in a copy, because `init` writes a lock file beside the configuration.

mod rules;

use super::go::GoProgram;
use super::{Runner, Tally};
use crate::modules_docs::folders;
use acceptance_tests::{AwsMirror, Cli, Job, NotRun, Project, settings};
use anyhow::{Context as _, Result};
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The linter of HCL.
const TFLINT: GoProgram =
    GoProgram { name: "tflint", package: "github.com/terraform-linters/tflint", version: "0.64.0" };

/// How many folders are worked on at a time. Each starts a provider of 400 MB.
const PARALLEL: usize = 2;

/// Longer than any one command takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(20 * 60);

pub(super) fn run(runner: &Runner) -> Result<Tally> {
    let settings = settings();
    let cli = match Cli::find(&settings) {
        Ok(cli) => cli,
        Err(NotRun(missing)) => return Ok(Tally::skip(&format!("modules: {missing}"))),
    };
    let copy = tempfile::Builder::new().prefix("modules-").tempdir_in(scratch()?)?;
    let root = &Project::get().root;
    for part in ["modules", "examples"] {
        copy_sources(&root.join(part), &copy.path().join(part))?;
    }
    let mut tally = Tally::default();
    let shop = Shop { runner, cli, root: copy.path().to_owned(), lint: lint(runner, &mut tally)? };
    tally += shop.format()?;
    for module in folders(&copy.path().join("modules"))? {
        tally += shop.rules(&module)?;
    }
    match AwsMirror::find(&settings) {
        Ok(mirror) => tally += shop.everything(&mirror)?,
        Err(NotRun(missing)) => {
            tally += Tally::skip(&format!("modules: init, validate, test and tflint: {missing}"));
        }
    }
    Ok(tally)
}

/// Where the work is done: a copy of the sources, and the programs.
struct Shop<'a> {
    runner: &'a Runner,
    cli: Cli,
    root: PathBuf,
    lint: Option<Lint>,
}

struct Lint {
    program: PathBuf,
    config: PathBuf,
}

impl Shop<'_> {
    fn format(&self) -> Result<Tally> {
        let mut command = Command::new(&self.cli.program);
        command.args(["fmt", "-check", "-diff", "-recursive", "-no-color"]).current_dir(&self.root);
        self.one("fmt: run `terraform fmt -recursive modules examples`", command)
    }

    /// What needs no program to be seen.
    fn rules(&self, module: &Path) -> Result<Tally> {
        let name = module.strip_prefix(&self.root)?.display().to_string();
        let broken = rules::broken(module)?;
        for rule in &broken {
            self.runner.screen.line(&format!("{name}: {rule}"));
        }
        Ok(if broken.is_empty() {
            Tally::passed(1)
        } else {
            Tally::failure(&format!("{name}: module rules"))
        })
    }

    fn everything(&self, mirror: &AwsMirror) -> Result<Tally> {
        let config = mirror_config(mirror, &self.root)?;
        let work: Mutex<VecDeque<PathBuf>> = Mutex::new(configurations(&self.root)?.into());
        let done = Mutex::new(Ok(Tally::default()));
        std::thread::scope(|scope| {
            for _ in 0..PARALLEL {
                scope.spawn(|| {
                    while let Some(folder) = take(&work) {
                        let one = self.configuration(&folder, &config);
                        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                        match (&mut *done, one) {
                            (Ok(tally), Ok(one)) => *tally += one,
                            (Ok(_), Err(error)) => *done = Err(error),
                            (Err(_), _) => return,
                        }
                    }
                });
            }
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// One folder: what fails first ends it, since the rest would fail of the same.
    fn configuration(&self, folder: &Path, config: &Path) -> Result<Tally> {
        let name = folder.strip_prefix(&self.root)?.display().to_string();
        let mut steps = vec![vec!["init", "-backend=false", "-input=false"], vec!["validate"]];
        if folder.join("tests").is_dir() {
            steps.push(vec!["test"]);
        }
        let mut tally = Tally::default();
        for step in steps {
            let mut command = Command::new(&self.cli.program);
            command.args(&step).arg("-no-color").current_dir(folder).env("TF_CLI_CONFIG_FILE", config);
            command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
            // Without a network there is nobody to ask for credentials.
            command.env("AWS_EC2_METADATA_DISABLED", "true");
            let one = self.one(&format!("{name}: terraform {}", step[0]), command)?;
            let failed = one.failed() > 0;
            tally += one;
            if failed {
                return Ok(tally);
            }
        }
        if let Some(lint) = &self.lint {
            let mut command = Command::new(&lint.program);
            command.arg("--config").arg(&lint.config).arg("--chdir").arg(folder).arg("--no-color");
            tally += self.one(&format!("{name}: tflint"), command)?;
        }
        Ok(tally)
    }

    /// A command whose output is only of interest when it fails. A `terraform test` counts by its runs.
    fn one(&self, name: &str, command: Command) -> Result<Tally> {
        let finished = Job::start(command).with_context(|| name.to_owned())?.wait(LIMIT)?;
        let runs = finished.stdout.lines().rev().find_map(passed_runs);
        let verdict = if finished.status.success() { "ok" } else { "failed" };
        let counted = runs.map(|runs| format!(", {runs} runs")).unwrap_or_default();
        self.runner
            .screen
            .line(&format!("{name}: {verdict} in {:.0} s{counted}", finished.took.as_secs_f64()));
        if finished.status.success() {
            return Ok(Tally::passed(runs.unwrap_or(1)));
        }
        for line in finished.stdout.lines().chain(finished.stderr.lines()) {
            self.runner.screen.line(&format!("  {line}"));
        }
        Ok(Tally::failure(name))
    }
}

fn take(work: &Mutex<VecDeque<PathBuf>>) -> Option<PathBuf> {
    work.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// `Success! 12 passed, 0 failed.`
fn passed_runs(line: &str) -> Option<usize> {
    line.strip_prefix("Success! ")?.split_once(" passed")?.0.parse().ok()
}

/// Every folder that is a configuration of its own: those with tests first, because they take longest.
fn configurations(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for module in folders(&root.join("modules"))? {
        for example in ["examples/minimal", "examples/complete"] {
            found.push(module.join(example));
        }
        found.push(module);
    }
    let storymagic = root.join("examples/storymagic");
    found.extend([storymagic.join("bootstrap"), storymagic]);
    found.retain(|folder| folder.is_dir());
    found.sort_by_key(|folder| !folder.join("tests").is_dir());
    Ok(found)
}

/// The settings by which Terraform takes hashicorp/aws from a mirror, and nothing from anywhere else.
pub(super) fn mirror_config(mirror: &AwsMirror, folder: &Path) -> Result<PathBuf> {
    let config = folder.join("cli.tfrc");
    let theirs = format!("filesystem_mirror {{\n    path = {:?}\n  }}", mirror.root);
    fs::write(&config, format!("disable_checkpoint = true\n\nprovider_installation {{\n  {theirs}\n}}\n"))?;
    Ok(config)
}

pub(super) fn scratch() -> Result<PathBuf> {
    let folder = Project::get().target.join("tmp");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}

/// Copies what belongs to a configuration, without what Terraform leaves beside it.
pub(super) fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let name =
            path.file_name().context("an entry of a folder has a name")?.to_string_lossy().into_owned();
        let left_behind = name.starts_with(".terraform") || name.contains(".tfstate");
        if path.is_dir() && !left_behind {
            copy_sources(&path, &to.join(&name))?;
        } else if path.is_file() && !left_behind {
            fs::copy(&path, to.join(&name))?;
        }
    }
    Ok(())
}

/// TFLint with the rules that it brings along. The rules of the AWS plugin are for users who have it.
fn lint(runner: &Runner, tally: &mut Tally) -> Result<Option<Lint>> {
    let Some(program) = TFLINT.install(runner)? else {
        *tally += Tally::skip(&format!("modules: {}", TFLINT.missing()));
        return Ok(None);
    };
    *tally += Tally::skip("modules: the AWS rules of tflint, whose plugin comes from its publisher alone");
    let text = fs::read_to_string(Project::get().root.join(".tflint.hcl")).context(".tflint.hcl")?;
    let config = scratch()?.join("tflint.hcl");
    fs::write(&config, without_aws_rules(&text)?)?;
    Ok(Some(Lint { program, config }))
}

/// TFLint refuses a plugin that is not installed, even one that is switched off.
fn without_aws_rules(text: &str) -> Result<String> {
    let mut body: hcl_edit::structure::Body = text.parse().context(".tflint.hcl")?;
    body.remove_blocks("plugin")
        .into_iter()
        .filter(|plugin| !plugin.has_exact_labels(&["aws"]))
        .for_each(|plugin| body.push(plugin));
    Ok(body.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_from_the_closing_line() {
        assert_eq!(passed_runs("Success! 12 passed, 0 failed."), Some(12));
        assert_eq!(passed_runs("Failure! 11 passed, 1 failed."), None);
    }

    #[test]
    fn the_linter_keeps_every_plugin_but_the_one_that_is_not_there() {
        let text = "plugin \"terraform\" {\n  enabled = true\n}\n\nplugin \"aws\" {\n  enabled = true\n}\n";
        let kept = without_aws_rules(text).unwrap();
        assert!(kept.contains("\"terraform\"") && !kept.contains("\"aws\""), "{kept}");
    }
}
