//! Programs that the Go toolchain of this machine builds by package name, once.

use super::Runner;
use acceptance_tests::{Job, Project};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Longer than a build takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// One program, at one version.
pub(super) struct GoProgram {
    pub(super) name: &'static str,
    pub(super) package: &'static str,
    pub(super) version: &'static str,
}

impl GoProgram {
    /// The program, built where it is not there yet; none without a Go toolchain or its package.
    ///
    /// A folder with the version in its name is complete or absent.
    pub(super) fn install(&self, runner: &Runner) -> Result<Option<PathBuf>> {
        let tools = Project::get().tools();
        let folder = tools.join(format!("{}-{}", self.name, self.version));
        let program = folder.join("bin").join(self.name);
        if program.is_file() {
            return Ok(Some(program));
        }
        let partial = tools.join(format!(".{}.partial", self.name));
        let mut command = Command::new("go");
        command.args(["install", "-trimpath", &format!("{}@v{}", self.package, self.version)]);
        command.env("GOBIN", partial.join("bin"));
        runner.screen.line(&format!("building {} {} (a few minutes, once)", self.name, self.version));
        let built = match Job::start(command) {
            Ok(job) => job.wait(LIMIT)?.status.success(),
            Err(_) => false,
        };
        if built {
            let _ = fs::remove_dir_all(&folder);
            fs::rename(&partial, &folder).with_context(|| folder.display().to_string())?;
        }
        Ok(built.then_some(program))
    }

    /// What is missing where it cannot be installed.
    pub(super) fn missing(&self) -> String {
        format!("{} {}, which needs a Go toolchain and a module proxy", self.name, self.version)
    }
}
