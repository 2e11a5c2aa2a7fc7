//! `cargo xtask gen`: files that are written by programs, and the check that they are what their sources say.

use crate::modules_docs;
use crate::proto;
use crate::screen::Screen;
use acceptance_tests::providers::PACKAGE;
use acceptance_tests::{Job, Project, settings};
use anyhow::{Context as _, Result, bail};
use clap::builder::PossibleValuesParser;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Write the generated files.
///
/// With `--check`, nothing is written, and the exit code is 1 when a file is not what its source says.
#[derive(clap::Args)]
pub(crate) struct Generate {
    /// What to generate; everything by default.
    #[arg(value_parser = PossibleValuesParser::new(GENERATORS.iter().map(|generator| generator.name)))]
    what: Vec<String>,
    /// Compare instead of writing.
    #[arg(long)]
    check: bool,
    /// Print what differs or was written as JSON.
    #[arg(long)]
    json: bool,
}

/// Text by path, relative to the project.
pub(crate) type Files = BTreeMap<PathBuf, String>;

/// One kind of generated file.
pub(crate) struct Generator {
    pub(crate) name: &'static str,
    /// Everything that should exist; none where the generator's own source does not exist yet, with what is missing.
    files: fn() -> Result<Files, Missing>,
    /// Folders that hold nothing else: a file of theirs that is not generated is a leftover.
    owned: &'static [&'static str],
}

/// Why a generator has no answer.
pub(crate) enum Missing {
    /// Its source is not part of the project.
    Source(String),
    /// It failed.
    Failed(anyhow::Error),
}

/// What a comparison found.
pub(crate) enum Differences {
    None,
    Stale(Stale),
    NotRun(String),
}

/// Files that are not what their sources say.
pub(crate) struct Stale {
    pub(crate) paths: Vec<PathBuf>,
    /// What they should be.
    files: Files,
}

/// All of them.
pub(crate) const GENERATORS: [Generator; 5] = [
    Generator { name: "proto", files: || proto::files().map_err(Missing::Failed), owned: &[proto::TARGET] },
    Generator {
        name: "docs",
        files: || printed(PACKAGE, "provider/examples/generate.rs", &["docs"]),
        owned: &[
            "docs/actions",
            "docs/data-sources",
            "docs/ephemeral-resources",
            "docs/functions",
            "docs/list-resources",
            "docs/resources",
        ],
    },
    Generator {
        name: "schemas",
        files: || printed(PACKAGE, "provider/examples/generate.rs", &["schemas"]),
        owned: &["schemas/list-resources", "schemas/resources"],
    },
    Generator {
        name: "policy",
        files: || printed("rollout", "crates/rollout/examples/policy-schema.rs", &[]),
        owned: &[],
    },
    Generator { name: "modules", files: || modules_docs::files().map_err(Missing::Failed), owned: &[] },
];

impl Generate {
    pub(crate) fn run(&self) -> Result<()> {
        let screen = Screen::new(self.json);
        let wanted = |generator: &&Generator| {
            self.what.is_empty() || self.what.iter().any(|name| name == generator.name)
        };
        let mut stale = Vec::new();
        for generator in GENERATORS.iter().filter(wanted) {
            match generator.differences()? {
                Differences::None => screen.line(&format!("{}: as its source says", generator.name)),
                Differences::NotRun(missing) => {
                    screen.line(&format!("{}: not run: {missing}", generator.name))
                }
                Differences::Stale(differing) => {
                    if !self.check {
                        differing.write()?;
                    }
                    for file in &differing.paths {
                        let verb = if self.check { "differs from its source" } else { "written" };
                        screen.line(&format!("{}: {} {verb}", generator.name, file.display()));
                    }
                    stale.extend(differing.paths);
                }
            }
        }
        screen.object(&json!({ "check": self.check, "files": stale }));
        if self.check && !stale.is_empty() {
            bail!("{} generated files are not what their sources say; run `cargo xtask gen`", stale.len());
        }
        Ok(())
    }
}

impl Generator {
    /// The files that are missing, different or left over.
    pub(crate) fn differences(&self) -> Result<Differences> {
        let files = match (self.files)() {
            Ok(files) => files,
            Err(Missing::Source(source)) => return Ok(Differences::NotRun(source)),
            Err(Missing::Failed(error)) => return Err(error.context(format!("gen {}", self.name))),
        };
        let paths = differences(&Project::get().root, &files, self.owned)?;
        Ok(if paths.is_empty() { Differences::None } else { Differences::Stale(Stale { paths, files }) })
    }
}

impl Stale {
    fn write(&self) -> Result<()> {
        for file in &self.paths {
            let path = Project::get().root.join(file);
            match self.files.get(file) {
                Some(text) => {
                    fs::create_dir_all(path.parent().context("a generated file is in a folder")?)?;
                    fs::write(&path, text).with_context(|| path.display().to_string())?;
                }
                None => fs::remove_file(&path).with_context(|| path.display().to_string())?,
            }
        }
        Ok(())
    }
}

/// Compares `files` with what is below `root`.
fn differences(root: &Path, files: &Files, owned: &[&str]) -> Result<Vec<PathBuf>> {
    let mut differing = BTreeSet::new();
    for (file, text) in files {
        match fs::read_to_string(root.join(file)) {
            Ok(found) if found == *text => {}
            Ok(_) => drop(differing.insert(file.clone())),
            Err(error) if error.kind() == ErrorKind::NotFound => drop(differing.insert(file.clone())),
            Err(error) => return Err(error).with_context(|| file.display().to_string()),
        }
    }
    for folder in owned {
        for file in files_below(&root.join(folder))? {
            let file = file.strip_prefix(root)?.to_owned();
            if !files.contains_key(&file) {
                differing.insert(file);
            }
        }
    }
    Ok(differing.into_iter().collect())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| folder.display().to_string())?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// What an example of a package prints: one JSON object of text by path.
///
/// It is run and not linked, so that the chores build fast and work while the package does not compile.
fn printed(package: &str, example: &str, arguments: &[&str]) -> Result<Files, Missing> {
    let root = &Project::get().root;
    if !root.join(example).is_file() {
        return Err(Missing::Source(format!("{example}, which prints the files")));
    }
    let run = || -> Result<Files> {
        let name = Path::new(example).file_stem().context("an example is a file")?;
        let mut command = Command::new(settings().cargo);
        command.args(["run", "--quiet", "--locked", "--package", package, "--example"]).arg(name).arg("--");
        command.args(arguments);
        command.current_dir(root);
        let finished = Job::start(command)?.wait(Duration::from_secs(1800))?;
        if !finished.status.success() {
            bail!("{example} ended with {}:\n{}", finished.status, finished.stderr);
        }
        serde_json::from_str(&finished.stdout)
            .with_context(|| format!("{example} printed no object of texts"))
    };
    run().map_err(Missing::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_different_or_left_over_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("docs/resources")).unwrap();
        fs::write(root.join("docs/resources/same.md"), "same").unwrap();
        fs::write(root.join("docs/resources/edited.md"), "by hand").unwrap();
        fs::write(root.join("docs/resources/left.md"), "over").unwrap();
        fs::write(root.join("docs/guide.md"), "not ours").unwrap();
        let files: Files = [("same", "same"), ("edited", "text"), ("missing", "text")]
            .map(|(name, text)| (format!("docs/resources/{name}.md").into(), text.to_owned()))
            .into();

        let stale = differences(root, &files, &["docs/resources", "docs/nowhere"]).unwrap();

        let expected =
            ["edited", "left", "missing"].map(|name| PathBuf::from(format!("docs/resources/{name}.md")));
        assert_eq!(stale, expected);
    }
}
