//! Where this project is, as cargo tells it.

use crate::env::settings;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The project's folders and version.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target directory. Everything that we write is below it.
    pub target: PathBuf,
    /// The version of the provider, which is the workspace's.
    pub version: String,
}

impl Project {
    /// Asks cargo, once.
    ///
    /// # Panics
    /// Cargo does not answer: then nothing else can work either.
    #[must_use]
    pub fn get() -> &'static Self {
        static PROJECT: OnceLock<Project> = OnceLock::new();
        PROJECT.get_or_init(|| {
            let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
            let output = Command::new(settings().cargo)
                .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
                .arg(manifest)
                .output()
                .expect("cargo runs, since it has built this");
            let answer: Value = serde_json::from_slice(&output.stdout)
                .unwrap_or_else(|_| panic!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
            let text = |value: &Value| value.as_str().expect("cargo metadata keeps its format").to_owned();
            Self {
                root: text(&answer["workspace_root"]).into(),
                target: text(&answer["target_directory"]).into(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            }
        })
    }

    /// The folder of the tools that we install.
    #[must_use]
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }
}
