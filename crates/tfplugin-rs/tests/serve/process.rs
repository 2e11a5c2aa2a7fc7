//! A provider process, started as Terraform starts it.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::client::{Channel, Identity, Terms, connect, connect_plain};

/// Longer than anything here takes on a busy machine; only a hang is as slow.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

pub(crate) const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// The example `bare`. Cargo builds examples for a whole test run only, so a run of this file alone builds it here.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let mut cargo = std::process::Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", env!("CARGO_PKG_NAME"), "--example", "bare"]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo runs").success());
        let tests = std::env::current_exe().expect("a path");
        let profile = tests.ancestors().nth(2).expect("target/<profile>/deps/<test>");
        profile.join("examples/bare")
    })
}

/// The binary with a directory for temporary files of its own and none of the variables that steer a plugin.
pub(crate) fn command(directory: &TempDir) -> Command {
    let mut command = Command::new(binary());
    command
        .env_clear()
        .env("TMPDIR", directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs the binary to its end.
pub(crate) async fn output(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let directory = tempfile::tempdir().expect("a directory");
    let child = command(&directory).args(arguments).envs(environment.iter().copied()).output();
    let output = timeout(LIMIT, child).await.expect("an end").expect("a process");
    let left = directory.path().read_dir().expect("a directory").count();
    assert_eq!(left, 0, "nothing is left behind");
    output
}

/// A provider that has said where it listens.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) stdout: Lines<BufReader<ChildStdout>>,
    pub(crate) handshake: Vec<String>,
    pub(crate) identity: Identity,
    pub(crate) directory: TempDir,
}

impl Running {
    pub(crate) async fn start(environment: &[(&str, &str)]) -> Self {
        let identity = Identity::new();
        let certificate = ("PLUGIN_CLIENT_CERT", identity.pem.clone());
        let environment: Vec<(&str, &str)> = [(certificate.0, certificate.1.as_str())]
            .into_iter()
            .chain(environment.iter().copied())
            .collect();
        let mut running = Self::start_plain(&environment).await;
        running.identity = identity;
        running
    }

    /// Without a certificate of the client's, unless `environment` has one.
    pub(crate) async fn start_plain(environment: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut child = command(&directory)
            .envs([COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "6,5")])
            .envs(environment.iter().copied())
            .spawn()
            .expect("a process");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let line =
            timeout(LIMIT, stdout.next_line()).await.expect("a line in time").expect("text").expect("a line");
        let handshake = line.split('|').map(str::to_owned).collect();
        Self { child, stdout, handshake, identity: Identity::new(), directory }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        PathBuf::from(&self.handshake[3])
    }

    pub(crate) fn terms<'a>(&'a self, identity: Option<&'a Identity>) -> Terms<'a> {
        Terms::new(identity, &self.handshake[5])
    }

    pub(crate) async fn connect(&self) -> Channel {
        if self.handshake[5].is_empty() {
            connect_plain(&self.socket()).await.expect("a connection")
        } else {
            connect(&self.socket(), self.terms(Some(&self.identity))).await.expect("a connection")
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.child.id().expect("a running process");
        kill(Pid::from_raw(id.cast_signed()), signal).expect("a signal is sent");
    }

    /// Waits for the end and returns how it went and what was written to stderr. Judges that stdout had nothing
    /// after the handshake, and that no file is left.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        let status = timeout(LIMIT, self.child.wait()).await.expect("an end in time").expect("a status");
        assert_eq!(self.stdout.next_line().await.expect("text"), None, "stdout is for the handshake alone");
        let left = self.directory.path().read_dir().expect("a directory").count();
        assert_eq!(left, 0, "nothing is left behind");
        let mut stderr = String::new();
        let mut pipe = self.child.stderr.take().expect("a pipe");
        timeout(LIMIT, pipe.read_to_string(&mut stderr)).await.expect("an end in time").expect("text");
        (status, stderr)
    }
}
