//! The command line as its users meet it: the binary is run, its output read, its exit code checked.

mod explain;
mod guide;
mod lint;
mod odds;
mod readings;
mod shell;
mod simulate;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What one call of the binary came to.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    /// Every line of standard output as JSON.
    fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
    }

    /// Standard output as one JSON document.
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("the output is one JSON document")
    }
}

/// Runs `slipway` in the root of the checkout, so that paths in the output are the same everywhere.
fn slipway<'argument>(arguments: impl IntoIterator<Item = &'argument str>) -> Run {
    slipway_reading(arguments, "")
}

fn slipway_reading<'argument>(arguments: impl IntoIterator<Item = &'argument str>, input: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_slipway"))
        .args(arguments)
        .current_dir(root())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    child
        .stdin
        .take()
        .expect("standard input is piped")
        .write_all(input.as_bytes())
        .expect("the binary reads");
    let output = child.wait_with_output().expect("the binary ends");
    Run {
        code: output.status.code().expect("the binary exits by itself"),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("errors are UTF-8"),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the toolkit lies in the checkout")
}

/// A file of this test's own, which goes with the returned folder.
fn file(name: &str, content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a file can be written");
    (folder, path)
}

/// A path as an argument.
fn argument(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}
