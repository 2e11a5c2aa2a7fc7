//! `cargo xtask install`: the release build, where Terraform finds it without being told.

use crate::screen::{Screen, spoken};
use acceptance_tests::providers::{PACKAGE, platform};
use acceptance_tests::{Job, Project, Settings, settings};
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Build the provider and put it where `terraform init` finds it.
///
/// That is the implied local mirror of this user: `~/.terraform.d/plugins`, in which Terraform and OpenTofu look for
/// providers before they ask a registry.
#[derive(clap::Args)]
pub(crate) struct Install {
    /// Another mirror: a folder that a `filesystem_mirror` of your CLI configuration names.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Print what was installed as JSON.
    #[arg(long)]
    json: bool,
}

/// The registries whose addresses Terraform and OpenTofu mean by `slipway/slipway`.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

impl Install {
    pub(crate) fn run(&self) -> Result<()> {
        let screen = Screen::new(self.json);
        let settings = settings();
        let mirror = match &self.dir {
            Some(folder) => std::path::absolute(folder)?,
            None => settings
                .home
                .as_ref()
                .context("HOME is not set: name a folder with --dir")?
                .join(".terraform.d/plugins"),
        };
        let program = build_release(screen)?;
        let version = &Project::get().version;
        for registry in REGISTRIES {
            put(&program, &package(&mirror, registry, version))?;
        }
        let folders = REGISTRIES.map(|registry| mirror.join(registry).join("slipway"));
        screen.line(&format!("installed {PACKAGE} {version} in {}", mirror.display()));
        screen.line(&advice(version, &folders));
        let warning = obstacle(&settings, &mirror, self.dir.is_some());
        if let Some(warning) = &warning {
            screen.line(&format!("\n{warning}"));
        }
        screen
            .object(&json!({ "version": version, "mirror": mirror, "folders": folders, "warning": warning }));
        Ok(())
    }
}

/// The release build, or the program that `SLIPWAY_PROVIDER` names.
pub(crate) fn build_release(screen: Screen) -> Result<PathBuf> {
    let settings = settings();
    if let Some(built) = settings.provider {
        screen.line(&format!("  {} (SLIPWAY_PROVIDER)", built.display()));
        return Ok(std::path::absolute(built)?);
    }
    let started = Instant::now();
    let mut command = Command::new(settings.cargo);
    command.args(["build", "--release", "--locked", "--package", PACKAGE]).current_dir(&Project::get().root);
    let spinner = screen.spinner();
    let finished = Job::start(command)?.wait_and_watch(Duration::from_secs(3600), |line, _| {
        if let Some(package) = line.trim().strip_prefix("Compiling ") {
            spinner.set_message(format!("compiling {package}"));
        }
    })?;
    spinner.finish_and_clear();
    if !finished.status.success() {
        bail!("{PACKAGE} does not build:\n{}", finished.stderr);
    }
    screen.line(&format!("  built in {}", spoken(started.elapsed())));
    Ok(Project::get().target.join("release").join(PACKAGE))
}

fn package(mirror: &Path, registry: &str, version: &str) -> PathBuf {
    mirror.join(registry).join("slipway/slipway").join(version).join(platform())
}

/// Puts the program into its place in one step, so that a Terraform that runs now keeps the file it has.
fn put(program: &Path, folder: &Path) -> Result<()> {
    let version = &Project::get().version;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let partial = folder.join(".partial");
    fs::copy(program, &partial).with_context(|| partial.display().to_string())?;
    fs::rename(&partial, folder.join(format!("{PACKAGE}_v{version}")))?;
    Ok(())
}

fn advice(version: &str, folders: &[PathBuf]) -> String {
    let folders: Vec<String> = folders.iter().map(|folder| format!("'{}'", folder.display())).collect();
    format!(
        r#"
Write this into your configuration, then run `terraform init`:

  terraform {{
    required_providers {{
      slipway = {{
        source  = "slipway/slipway"
        version = "{version}"
      }}
    }}
  }}

If `terraform init` finds another checksum for {version} in your .terraform.lock.hcl (an earlier build of the same
version), remove the block of slipway/slipway from that file.
To uninstall: rm -r {}"#,
        folders.join(" ")
    )
}

/// What stands between Terraform and the mirror, and what to write against it.
fn obstacle(settings: &Settings, mirror: &Path, explicit: bool) -> Option<String> {
    let of_home = settings.home.as_ref().map(|home| home.join(".terraformrc"));
    let config = settings.cli_config.clone().or(of_home)?;
    let text = fs::read_to_string(&config).unwrap_or_default();
    let why = why_unseen(&text, mirror, explicit)?;
    let config = config.display();
    Some(format!(
        r#"{why}. Write into {config}:

  provider_installation {{
    filesystem_mirror {{
      path    = {mirror:?}
      include = ["slipway/slipway"]
    }}
    direct {{
      exclude = ["slipway/slipway"]
    }}
  }}"#
    ))
}

/// Why a Terraform with this CLI configuration does not look into the mirror; none when it does.
fn why_unseen(config: &str, mirror: &Path, explicit: bool) -> Option<String> {
    let names_methods = config.lines().any(|line| line.trim_start().starts_with("provider_installation"));
    if config.contains(&*mirror.to_string_lossy()) {
        None
    } else if names_methods {
        Some("Your CLI configuration has a `provider_installation` block, so that Terraform looks nowhere else".into())
    } else if explicit {
        Some(format!("Terraform does not look into {} by itself", mirror.display()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::why_unseen;
    use std::path::Path;

    #[test]
    fn a_mirror_is_seen_when_it_is_implied_or_named_and_nothing_else_is() {
        let check = |config, explicit, seen| {
            assert_eq!(
                why_unseen(config, Path::new("/mirror"), explicit).is_none(),
                seen,
                "{config:?} {explicit}"
            );
        };
        check("", false, true);
        check("", true, false);
        check("provider_installation {\n  direct {}\n}", false, false);
        check("provider_installation {\n  filesystem_mirror {\n    path = \"/mirror\"\n  }\n}", true, true);
        check("plugin_cache_dir = \"/cache\"", false, true);
    }
}
