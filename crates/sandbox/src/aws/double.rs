//! One running AWS double.

use super::tools::{Environment, Tools};
use super::{Unavailable, gap};
use serde::Deserialize;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a server may take until it accepts connections. A loaded machine needs a tenth of it.
const START_LIMIT: Duration = Duration::from_secs(120);

/// How long a server may take to end after its standard input was closed, before its process is killed.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Which AWS double to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// moto's server.
    Moto,
    /// LocalStack in host mode.
    LocalStack,
    /// A server that somebody else runs. It is neither started nor stopped.
    Url(String),
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "moto" => Ok(Self::Moto),
            "localstack" => Ok(Self::LocalStack),
            url if url.starts_with("http://") || url.starts_with("https://") => {
                Ok(Self::Url(url.trim_end_matches('/').to_owned()))
            }
            other => Err(format!("`{other}` is not `moto`, `localstack` or a URL")),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Moto => "moto",
            Self::LocalStack => "localstack",
            Self::Url(url) => url,
        })
    }
}

/// A server that answers as AWS does. Dropping it ends it, and so does the end of this process, however it ends.
#[derive(Debug)]
pub struct Double {
    title: String,
    endpoint: String,
    server: Option<Server>,
}

impl Double {
    /// Installs what is missing, starts the server on a free loopback port, and returns once it answers.
    ///
    /// # Errors
    /// No fitting Python, no package registry, another version than the pinned one, or a server that does not start.
    pub fn start(kind: &Kind, tools: &Tools) -> Result<Self, Unavailable> {
        match kind {
            Kind::Moto => Self::serve("moto", &tools.moto()?, tools),
            Kind::LocalStack => Self::serve("localstack", &tools.localstack()?, tools),
            Kind::Url(url) => Ok(Self { title: url.clone(), endpoint: url.clone(), server: None }),
        }
    }

    fn serve(name: &'static str, environment: &Environment, tools: &Tools) -> Result<Self, Unavailable> {
        let title = format!("{name} {}", environment.version);
        let server = Server::start(name, environment, tools).map_err(|why| Unavailable::new(&title, why))?;
        let endpoint = format!("http://127.0.0.1:{}", server.port);
        Ok(Self { title, endpoint, server: Some(server) })
    }

    /// Where it answers, such as `http://127.0.0.1:41234`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Name and version, such as `moto 5.2.5`; the URL of a server that is not ours.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What a server of ours has printed. The file goes with the server.
    #[must_use]
    pub fn log(&self) -> Option<PathBuf> {
        self.server.as_ref().map(Server::log)
    }

    /// What an AWS client needs in its environment to talk to this double, and to nobody else.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.endpoint)
    }

    /// The gaps that were met so far, as far as the server's own log tells.
    #[must_use]
    pub fn gaps(&self) -> Vec<String> {
        let log = self.log().and_then(|log| fs::read(log).ok()).unwrap_or_default();
        gap::gaps_in(&String::from_utf8_lossy(&log))
    }
}

/// The environment that points an AWS client to `endpoint`, with credentials that are worth nothing.
#[must_use]
pub fn environment(endpoint: &str) -> Vec<(&'static str, String)> {
    [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

/// A launcher's process. Closing its standard input ends it, its children and its folder.
#[derive(Debug)]
struct Server {
    child: Child,
    lifeline: Option<ChildStdin>,
    /// Disconnected once the process is gone.
    alive: Mutex<Receiver<String>>,
    folder: PathBuf,
    port: u16,
}

/// What a launcher prints first.
#[derive(Deserialize)]
#[serde(untagged)]
enum Announcement {
    Ready { port: u16 },
    Refused { refused: String },
}

impl Server {
    fn start(name: &str, environment: &Environment, tools: &Tools) -> Result<Self, String> {
        let folder =
            run_folder(tools.folder(), name).map_err(|error| format!("no folder to run in ({error})"))?;
        let log = File::create(folder.join("log")).map_err(|error| format!("no log ({error})"))?;
        let mut command = environment.script(&format!("{name}_double.py"));
        command.arg(environment.version).current_dir(&folder).env_clear();
        command.env("PATH", tools.search_path()).env("LANG", "C.UTF-8");
        command.env("HOME", &folder).env("TMPDIR", &folder).env("SLIPWAY_RUN_DIR", &folder);
        // moto looks AWS's own policies up by ARN only when it was told to load them.
        command.env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        // A group of its own: Ctrl-C in our terminal is for us to act on, and its children end with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| format!("does not start ({error})"))?;

        let lifeline = child.stdin.take();
        let stdout = child.stdout.take().expect("standard output was asked for as a pipe");
        let (sender, alive) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody listens any more: the server is on its way out.
                let _ = sender.send(line);
            }
        });

        let mut server = Self { child, lifeline, alive: Mutex::new(alive), folder, port: 0 };
        server.port = server.announced_port()?;
        Ok(server)
    }

    fn announced_port(&self) -> Result<u16, String> {
        let line = self.alive().recv_timeout(START_LIMIT).map_err(|gone| match gone {
            RecvTimeoutError::Timeout => format!("did not accept connections within {START_LIMIT:?}"),
            RecvTimeoutError::Disconnected => {
                format!("ended before it accepted connections: {}", self.last_words())
            }
        })?;
        match serde_json::from_str(&line) {
            Ok(Announcement::Ready { port }) => Ok(port),
            Ok(Announcement::Refused { refused }) => Err(refused),
            Err(error) => Err(format!("announced {line:?} ({error})")),
        }
    }

    fn alive(&self) -> MutexGuard<'_, Receiver<String>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn last_words(&self) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        String::from_utf8_lossy(&log).lines().last().unwrap_or("its log is empty").to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        while !matches!(self.alive().recv_timeout(STOP_LIMIT), Err(RecvTimeoutError::Disconnected)) {
            if self.child.kill().is_err() {
                break;
            }
        }
        // The process has closed its output or was killed; only its exit status is left to collect.
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A folder for one server, which dies with it.
fn run_folder(tools: &Path, name: &str) -> io::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = tools.join("run").join(format!("{name}-{}-{count}", std::process::id()));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_name_or_a_url() {
        let check = |text: &str, expected: Result<Kind, &str>| {
            assert_eq!(text.parse::<Kind>(), expected.map_err(str::to_owned), "{text}");
        };
        check("moto", Ok(Kind::Moto));
        check("localstack", Ok(Kind::LocalStack));
        check("http://127.0.0.1:4566/", Ok(Kind::Url("http://127.0.0.1:4566".into())));
        check("aws", Err("`aws` is not `moto`, `localstack` or a URL"));
    }
}
