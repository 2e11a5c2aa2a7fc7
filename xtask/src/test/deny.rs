//! The part `deny`: cargo-deny, built into the target directory when it is not there.

use super::{Runner, Tally};
use acceptance_tests::Project;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

const VERSION: &str = "0.20.2";

/// What needs nothing but the dependency tree itself.
const OFFLINE: [&str; 3] = ["bans", "licenses", "sources"];

pub(super) fn run(runner: &Runner) -> Result<Tally> {
    let Some(program) = install(runner)? else {
        let missing = format!("cargo-deny {VERSION}, which could not be built");
        return Ok(Tally::skip(&format!("deny: {missing}")));
    };
    let mut tally = Tally::default();
    for check in OFFLINE {
        tally += runner.check(&format!("deny {check}"), cargo_deny(&program, &["check", check]))?;
    }
    // The database is a git repository of a public host, which a closed network does not reach.
    if runner.stream(cargo_deny(&program, &["fetch", "db"]))?.0 {
        tally += runner.check("deny advisories", cargo_deny(&program, &["check", "advisories"]))?;
    } else {
        tally += Tally::skip("deny advisories: the advisory database, which could not be fetched");
    }
    Ok(tally)
}

fn cargo_deny(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// The program, built once: a folder with its version in the name is complete or absent.
fn install(runner: &Runner) -> Result<Option<PathBuf>> {
    let root = Project::get().tools().join(format!("cargo-deny-{VERSION}"));
    let program = root.join("bin").join("cargo-deny");
    if program.is_file() {
        return Ok(Some(program));
    }
    runner.screen.line(&format!("building cargo-deny {VERSION} (a few minutes, once)"));
    let mut command =
        runner.cargo(["install", "cargo-deny", "--locked", "--quiet", "--version", VERSION, "--root"]);
    command.arg(&root).arg("--target-dir").arg(Project::get().tools().join("build"));
    // It runs for a second, so that time spent on optimising it is lost.
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "false");
    command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    let built = runner.stream(command)?.0;
    // What is left of the build is of no further use.
    let _ = std::fs::remove_dir_all(Project::get().tools().join("build"));
    Ok(built.then_some(program))
}
