//! The real command line: Terraform or OpenTofu.

use crate::env::Settings;
use crate::not_run::NotRun;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One Terraform or OpenTofu of this machine.
#[derive(Clone, Debug)]
pub struct Cli {
    /// The program's path.
    pub program: PathBuf,
    /// `terraform` or `tofu`.
    pub name: &'static str,
    /// Major, minor and patch.
    pub version: (u32, u32, u32),
}

impl Cli {
    /// The one that `SLIPWAY_TERRAFORM` names, otherwise `terraform` on `PATH`.
    ///
    /// # Errors
    /// There is none, or it does not run.
    pub fn find(settings: &Settings) -> Result<Self, NotRun> {
        let wanted = settings.terraform.clone().unwrap_or_else(|| "terraform".into());
        Self::named(settings, &wanted)
    }

    /// The program `wanted`, a path or a name to find on `PATH`.
    ///
    /// # Errors
    /// There is none, or it does not run.
    pub fn named(settings: &Settings, wanted: &Path) -> Result<Self, NotRun> {
        let missing = |why: &str| NotRun(format!("{} {why}", wanted.display()));
        let program = if wanted.components().count() > 1 {
            std::path::absolute(wanted).ok().filter(|file| file.is_file())
        } else {
            std::env::split_paths(&settings.path)
                .map(|folder| folder.join(wanted))
                .find(|file| file.is_file())
        };
        let program = program.ok_or_else(|| missing("is not installed"))?;
        let output = Command::new(&program)
            .args(["version", "-json"])
            .env_clear()
            .env("PATH", &settings.path)
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| missing(&format!("does not start ({error})")))?;
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let version = answer["terraform_version"].as_str().and_then(parse_version);
        let name = if String::from_utf8_lossy(&output.stdout).contains("OpenTofu")
            || program.file_name().is_some_and(|name| name.to_string_lossy().contains("tofu"))
        {
            "tofu"
        } else {
            "terraform"
        };
        let version = version.ok_or_else(|| missing("does not tell its version"))?;
        Ok(Self { program, name, version })
    }

    /// The registry that a source address without a host belongs to.
    #[must_use]
    pub fn registry(&self) -> &'static str {
        if self.name == "tofu" { "registry.opentofu.org" } else { "registry.terraform.io" }
    }

    /// Whether it is Terraform of at least this version. OpenTofu counts its own way and has no part in it.
    #[must_use]
    pub fn is_terraform_at_least(&self, major: u32, minor: u32) -> bool {
        self.name == "terraform" && self.version >= (major, minor, 0)
    }
}

impl std::fmt::Display for Cli {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (major, minor, patch) = self.version;
        write!(f, "{} {major}.{minor}.{patch}", self.name)
    }
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split(['.', '-', '+']).map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn a_version_may_carry_a_suffix() {
        assert_eq!(parse_version("1.11.4"), Some((1, 11, 4)));
        assert_eq!(parse_version("1.14.0-beta1"), Some((1, 14, 0)));
        assert_eq!(parse_version("dev"), None);
    }
}
