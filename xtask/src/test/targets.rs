//! What there is to test, as cargo and the machine tell it.

use super::{LIMIT, Runner};
use acceptance_tests::providers::PACKAGE;
use acceptance_tests::{Cli, Job, NotRun, Project, settings};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::path::PathBuf;

/// The names of the integration tests of the packages that `wanted` picks, sorted.
pub(super) fn integration_tests(wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let cargo = settings().cargo;
    let mut command = std::process::Command::new(cargo);
    command
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(&Project::get().root);
    let answer = Job::start(command)?.wait(LIMIT)?;
    let answer: Value = serde_json::from_str(&answer.stdout).context("cargo metadata")?;
    let packages = answer["packages"].as_array().into_iter().flatten();
    let targets = packages
        .filter(|package| package["name"].as_str().is_some_and(&wanted))
        .flat_map(|package| package["targets"].as_array().into_iter().flatten())
        .filter(|target| target["kind"][0] == "test");
    let mut names: Vec<String> =
        targets.filter_map(|target| target["name"].as_str().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The provider's program as the tests of the workspace have it built; none when it does not build.
///
/// Asked of cargo, because a program that merely lies in the target directory may be an old one.
pub(super) fn built_provider(runner: &Runner) -> Result<Option<PathBuf>> {
    let mut command = runner.cargo(["test", "--workspace", "--locked", "--no-run", "--lib", "--bins"]);
    for test in integration_tests(|_| true)? {
        command.args(["--test", &test]);
    }
    command.arg("--message-format=json-render-diagnostics").current_dir(&Project::get().root);
    let mut built = None;
    let finished = Job::start(command)?.wait_and_watch(LIMIT, |line, is_stdout| {
        if !is_stdout {
            runner.screen.line(line);
        } else if let Some(program) = provider_in(line) {
            built = Some(program);
        }
    })?;
    if finished.status.success() && built.is_none() {
        bail!("cargo builds no `{PACKAGE}` with the tests: the provider package needs an integration test");
    }
    Ok(built.filter(|_| finished.status.success()))
}

/// The program that a line of cargo's messages says it has made.
fn provider_in(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_program = message["target"]["name"] == PACKAGE
        && message["target"]["kind"][0] == "bin"
        && message["profile"]["test"] == false;
    message["executable"].as_str().filter(|_| is_program).map(PathBuf::from)
}

/// What to run the acceptance tests with: the one that `SLIPWAY_TERRAFORM` names, or Terraform and OpenTofu.
pub(super) fn command_lines() -> Vec<Result<Cli, NotRun>> {
    let settings = settings();
    match settings.terraform {
        Some(_) => vec![Cli::find(&settings)],
        None => ["terraform", "tofu"].map(|name| Cli::named(&settings, name.as_ref())).to_vec(),
    }
}
