//! The same process under the real Terraform.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use tfplugin::serve::{REATTACH_VARIABLE, reattach};

use crate::process::binary;
use crate::provider::{Bare, OPTIONS};

/// A folder with a configuration and the command line's settings, which take the provider from where it was built.
struct Workspace(TempDir);

impl Workspace {
    /// None where there is no `terraform`.
    fn with(configuration: &str) -> Option<Self> {
        if Command::new("terraform").arg("version").output().is_err() {
            // Past the test runner, which keeps what a passing test prints to itself.
            let _ = writeln!(std::io::stderr(), "not run: terraform");
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let write =
            |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("a write");
        write(
            "main.tf",
            &format!(
                "terraform {{\n  required_providers {{\n    bare = {{ source = \"tfplugin/bare\" }}\n  }}\n}}\n\
                 {configuration}"
            ),
        );
        write(
            "terraformrc",
            &format!(
                "provider_installation {{\n  dev_overrides {{ \"tfplugin/bare\" = \"{}\" }}\n  direct {{}}\n}}\n",
                directory.path().display()
            ),
        );
        std::fs::create_dir(directory.path().join("tmp")).expect("a directory");
        symlink(binary(), &directory.path().join("terraform-provider-bare"));
        Some(Self(directory))
    }

    fn terraform(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(self.0.path())
            .env("TF_CLI_CONFIG_FILE", self.0.path().join("terraformrc"))
            .env("TMPDIR", self.0.path().join("tmp"))
            .env("CHECKPOINT_DISABLE", "1")
            .envs(environment.iter().copied())
            .output()
            .expect("terraform runs");
        let left: Vec<_> = self.0.path().join("tmp").read_dir().expect("a directory").flatten().collect();
        assert!(left.is_empty(), "no socket is left behind: {left:?}");
        output
    }
}

#[cfg(unix)]
fn symlink(original: &Path, link: &Path) {
    std::os::unix::fs::symlink(original, link).expect("a link");
}

fn data_sources(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let schemas: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let names = schemas["provider_schemas"][OPTIONS.address]["data_source_schemas"].as_object();
    names.map(|names| names.keys().cloned().collect()).unwrap_or_default()
}

const SCHEMA: [&str; 3] = ["providers", "schema", "-json"];

#[test]
fn terraform_reads_the_schema_over_mutual_tls_and_keeps_our_log() {
    let Some(workspace) = Workspace::with("") else { return };
    let output = workspace.terraform(&SCHEMA, &[("TF_LOG_PROVIDER", "TRACE")]);
    assert_eq!(data_sources(&output), ["bare_note", "bare_panic"]);
    let log = String::from_utf8_lossy(&output.stderr);
    let ours = log.lines().find(|line| line.contains("asked for the schema")).expect("our record in the log");
    for part in
        ["[INFO]", "provider.terraform-provider-bare: ", "@module=bare.provider", "tf_rpc=GetProviderSchema"]
    {
        assert!(ours.contains(part), "{part}: {ours}");
    }
    assert!(!log.contains("[WARN]  unexpected data"), "{log}");
}

#[test]
fn terraform_reads_the_schema_without_tls_when_told_to() {
    let Some(workspace) = Workspace::with("") else { return };
    let output = workspace.terraform(&SCHEMA, &[("TF_DISABLE_PLUGIN_TLS", "1")]);
    assert_eq!(data_sources(&output), ["bare_note", "bare_panic"]);
}

#[test]
fn terraform_validates_a_data_source() {
    let Some(workspace) = Workspace::with("data \"bare_note\" \"one\" {}\n") else { return };
    let output = workspace.terraform(&["validate"], &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn terraform_shows_the_text_of_a_panic() {
    let Some(workspace) = Workspace::with("data \"bare_panic\" \"one\" {}\n") else { return };
    // Terraform shows what it has read by the time it ends, which on a busy machine may be nothing.
    let mut shown = String::new();
    for _ in 0..3 {
        let output = workspace.terraform(&["validate", "-no-color"], &[]);
        assert!(!output.status.success());
        shown = String::from_utf8_lossy(&output.stderr).into_owned();
        if shown.contains("Stack trace from the terraform-provider-bare plugin") {
            break;
        }
    }
    assert!(shown.contains("Stack trace from the terraform-provider-bare plugin"), "{shown}");
    assert!(shown.contains("asked to panic"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terraform_attaches_to_a_provider_in_this_process() {
    let Some(workspace) = Workspace::with("data \"bare_note\" \"one\" {}\n") else { return };
    let running = reattach(Bare::default(), &OPTIONS).await.expect("a server");
    let environment = running.environment().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        // Without the binary, so that only the running provider can have answered.
        std::fs::remove_file(workspace.0.path().join("terraform-provider-bare")).expect("a file");
        workspace.terraform(&["validate"], &[(REATTACH_VARIABLE, &environment)])
    });
    let output = output.await.expect("no panic");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    running.stop().await;
}
