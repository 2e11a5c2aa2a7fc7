//! The providers that a run may use: ours, and hashicorp/aws where this machine has it.

use crate::cli::Cli;
use crate::env::Settings;
use crate::job::Job;
use crate::not_run::NotRun;
use crate::project::Project;
use regex::Regex;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The package of the provider, which is also the name of its program.
pub const PACKAGE: &str = "terraform-provider-slipway";

/// A Terraform CLI configuration that offers our provider from a mirror of our own, and nothing from the network.
#[derive(Clone, Debug)]
pub struct Providers {
    /// The CLI configuration file.
    pub config: PathBuf,
    /// The program in the mirror.
    pub program: PathBuf,
}

impl Providers {
    /// Builds the provider (the debug profile) unless `SLIPWAY_PROVIDER` names a built one.
    ///
    /// # Errors
    /// It does not build.
    pub fn build(settings: &Settings) -> io::Result<PathBuf> {
        match &settings.provider {
            Some(built) => std::path::absolute(built),
            None => program(settings, PACKAGE),
        }
    }

    /// Lays out a mirror with `program` in `folder`, for `cli`, and with hashicorp/aws from `aws` if given.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn offer(program: &Path, cli: &Cli, aws: Option<&AwsMirror>, folder: &Path) -> io::Result<Self> {
        Self::offer_as("slipway/slipway", program, cli, aws, folder)
    }

    /// The same for another provider, by its namespace and name: `example/notes`.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn offer_as(
        source: &str,
        program: &Path,
        cli: &Cli,
        aws: Option<&AwsMirror>,
        folder: &Path,
    ) -> io::Result<Self> {
        let version = &Project::get().version;
        let mirror = folder.join("mirror");
        let package = mirror.join(cli.registry()).join(source).join(version).join(platform());
        fs::create_dir_all(&package)?;
        let name = source.rsplit('/').next().unwrap_or(source);
        let offered = package.join(format!("terraform-provider-{name}_v{version}"));
        if !offered.exists() && fs::hard_link(program, &offered).is_err() {
            fs::copy(program, &offered)?;
        }

        let ours = format!("{}/{source}", cli.registry());
        let mut methods =
            format!("  filesystem_mirror {{\n    path    = {mirror:?}\n    include = [{ours:?}]\n  }}\n");
        if let Some(aws) = aws {
            let theirs = AwsMirror::ADDRESS;
            methods += &format!(
                "  filesystem_mirror {{\n    path    = {:?}\n    include = [{theirs:?}]\n  }}\n",
                aws.root
            );
        }
        let config = folder.join("cli.tfrc");
        fs::write(&config, format!("disable_checkpoint = true\n\nprovider_installation {{\n{methods}}}\n"))?;
        Ok(Self { config, program: offered })
    }
}

/// Builds a program of this workspace (the debug profile), with the features that the tests are built with.
///
/// # Errors
/// It does not build.
pub fn program(settings: &Settings, name: &str) -> io::Result<PathBuf> {
    let mut command = Command::new(&settings.cargo);
    command.args(["build", "--quiet", "--workspace", "--bin", name]).current_dir(&Project::get().root);
    let finished = Job::start(command)?.wait(Duration::from_secs(30 * 60))?;
    if !finished.status.success() {
        return Err(io::Error::other(format!("{name} does not build:\n{}", finished.stderr)));
    }
    Ok(Project::get().target.join("debug").join(name))
}

/// `OS_ARCH` in the spelling of provider packages.
#[must_use]
pub fn platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{os}_{arch}")
}

/// A folder that holds the package of hashicorp/aws in the layout of a provider mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsMirror {
    /// The folder above `registry.terraform.io`.
    pub root: PathBuf,
    /// The newest version in it.
    pub version: String,
    /// The provider's program.
    pub program: PathBuf,
}

impl AwsMirror {
    /// The source address.
    pub const ADDRESS: &str = "registry.terraform.io/hashicorp/aws";

    /// Looks where Terraform would look, and where system packages put such trees.
    ///
    /// # Errors
    /// There is none.
    pub fn find(settings: &Settings) -> Result<Self, NotRun> {
        places(settings).iter().find_map(|root| Self::at(root)).ok_or_else(|| {
            NotRun(
                "no hashicorp/aws provider on this machine (SLIPWAY_PROVIDER_MIRROR may name a mirror)"
                    .into(),
            )
        })
    }

    /// What `root` holds.
    fn at(root: &Path) -> Option<Self> {
        let mut versions: Vec<(Vec<u32>, PathBuf)> = fs::read_dir(root.join(Self::ADDRESS))
            .ok()?
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let number = name.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()?;
                Some((number, entry.path().join(platform())))
            })
            .filter(|(_, package)| package.is_dir())
            .collect();
        versions.sort();
        let (number, package) = versions.pop()?;
        let program = fs::read_dir(package).ok()?.flatten().map(|entry| entry.path()).find(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("terraform-provider-aws"))
        })?;
        let version = number.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
        Some(Self { root: root.to_owned(), version, program })
    }
}

/// Every folder that may hold a `registry.terraform.io`, the most explicit first.
fn places(settings: &Settings) -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = settings.provider_mirror.clone().into_iter().collect();
    let configs = [settings.cli_config.clone(), settings.home.as_ref().map(|home| home.join(".terraformrc"))];
    for text in configs.into_iter().flatten().filter_map(|file| fs::read_to_string(file).ok()) {
        places.extend(mirrors_in(&text));
    }
    places.extend(settings.plugin_cache.clone());
    places.extend(implied_mirrors(settings));
    for prefix in ["/usr/local", "/usr", "/opt", "/srv"].map(Path::new) {
        for below in [prefix.to_owned(), prefix.join("share"), prefix.join("lib")] {
            places.extend(folders_in(&below));
            places.push(below);
        }
    }
    places
}

/// The directories in which Terraform looks for providers without being told to.
#[must_use]
pub fn implied_mirrors(settings: &Settings) -> Vec<PathBuf> {
    let of_home = settings.home.iter().flat_map(|home| {
        let mac = home.join("Library/Application Support/io.terraform/plugins");
        [home.join(".terraform.d/plugins"), mac, home.join(".terraform.d/plugin-cache")]
    });
    of_home.chain(settings.data_folders.iter().map(|folder| folder.join("terraform/plugins"))).collect()
}

/// The paths that a Terraform CLI configuration names as mirrors or caches.
fn mirrors_in(config: &str) -> Vec<PathBuf> {
    let paths = Regex::new(r#"(?m)^\s*(?:path|plugin_cache_dir)\s*=\s*"([^"]+)""#)
        .expect("the pattern is well formed");
    paths.captures_iter(config).map(|path| PathBuf::from(&path[1])).collect()
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_are_read_from_a_cli_configuration() {
        let config = "plugin_cache_dir = \"/a\"\nprovider_installation {\n  filesystem_mirror {\n    path = \"/b c\"\n  }\n}";
        assert_eq!(mirrors_in(config), [PathBuf::from("/a"), PathBuf::from("/b c")]);
    }

    #[test]
    fn the_newest_version_in_a_mirror_is_taken_by_number() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["5.9.0", "5.100.0", "junk"] {
            let package = folder.path().join(AwsMirror::ADDRESS).join(version).join(platform());
            fs::create_dir_all(&package).unwrap();
            fs::write(package.join(format!("terraform-provider-aws_v{version}_x5")), "").unwrap();
        }
        assert_eq!(AwsMirror::at(folder.path()).unwrap().version, "5.100.0");
        assert_eq!(AwsMirror::at(&folder.path().join("registry.terraform.io")), None);
    }
}
