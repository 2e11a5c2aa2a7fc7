//! A sandbox, and a client of it on a clock whose pauses pass at once and move the sandbox's clock along.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use clouds::clock::{Clock, TestClock, Wait};
use clouds::http::Http;
use clouds::supabase::storage::Storage;
use clouds::supabase::{Supabase, SupabaseConfig};
use clouds::{Call, Policy, Vendor};
use sandbox::contract::Judge;
use sandbox::{ManualClock, Options, Running, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long the sandbox's background work takes, on its own clock.
const SETTLE: Duration = Duration::from_secs(5);

/// A sandbox whose answers are judged by the contracts when the test is over.
pub(crate) struct Bench {
    pub(crate) sandbox: Running,
    pub(crate) clock: Arc<Linked>,
    pub(crate) supabase: Supabase,
}

impl Bench {
    /// A client that has an access token and fetches the service key.
    pub(crate) fn new() -> Self {
        Self::with(|config| config)
    }

    pub(crate) fn with(config: impl FnOnce(SupabaseConfig) -> SupabaseConfig) -> Self {
        let theirs = Arc::new(ManualClock::at(jiff::Timestamp::now()));
        let options = Options { clock: Arc::clone(&theirs) as _, settle: SETTLE, ..Options::default() };
        let sandbox = Sandbox::start(options).expect("the sandbox starts on free ports");
        let clock = Arc::new(Linked { ours: TestClock::new(), theirs });
        let supabase = client(config(access(&sandbox)), &clock);
        Self { sandbox, clock, supabase }
    }

    /// Another client of the same sandbox.
    pub(crate) fn client(&self, config: SupabaseConfig) -> Supabase {
        client(config, &self.clock)
    }

    pub(crate) fn storage(&self) -> Storage {
        self.supabase.storage(&self.sandbox.supabase().project_ref)
    }

    /// What was called so far: method and path, without the query, `…` for everything before Storage's own path.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.sandbox.calls();
        let short = |path: &str| {
            let path = path.split('?').next().unwrap_or_default();
            path.split_once("/storage/v1").map_or(path.to_owned(), |(_, inner)| format!("…{inner}"))
        };
        calls.iter().map(|call| format!("{} {}", call.method, short(&call.path))).collect()
    }

    /// How often an operation was called.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.calls().iter().filter(|call| *call == operation).count()
    }

    pub(crate) fn buckets(&self) -> usize {
        self.sandbox.status().holds.storage_buckets
    }

    /// Sends a request past the client; gives back the answer's status.
    pub(crate) async fn send(&self, method: &str, url: &str, token: &str, body: &str) -> u16 {
        let rest = url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_at(rest.find('/').unwrap());
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Puts objects into a bucket, in folders.
    pub(crate) async fn fill(&self, bucket: &str, objects: usize) {
        let access = self.sandbox.supabase();
        for number in 0..objects {
            let url = format!("{}/object/{bucket}/folder-{}/{number}.txt", access.storage_url, number % 2);
            assert_eq!(self.send("POST", &url, &access.service_role_key, "\"x\"").await, 200);
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        static JUDGE: OnceLock<Option<Judge>> = OnceLock::new();
        let Some(judge) = JUDGE.get_or_init(Judge::beside_checkout) else { return };
        let findings = judge.judge_all(&self.sandbox.calls());
        if !std::thread::panicking() {
            assert!(findings.broken.is_empty(), "{findings}");
        }
    }
}

fn client(config: SupabaseConfig, clock: &Arc<Linked>) -> Supabase {
    let policy = Policy::of(Vendor::Supabase).with_clock(Arc::clone(clock) as _);
    Supabase::new(config, Http::new("slipway-tests/0"), policy)
}

/// What reaches the sandbox: an access token, no service key.
pub(crate) fn access(sandbox: &Running) -> SupabaseConfig {
    let access = sandbox.supabase();
    SupabaseConfig {
        access_token: Some(access.access_token.into()),
        service_key: None,
        api_url: Some(access.url.clone()),
        project_url: Some(format!("{}/projects/{{ref}}", access.url)),
    }
}

pub(crate) fn call() -> Call {
    Call::unbounded()
}

/// A clock whose pauses take no time here, and all of it in the sandbox.
#[derive(Debug)]
pub(crate) struct Linked {
    ours: TestClock,
    theirs: Arc<ManualClock>,
}

impl Linked {
    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.ours.pauses()
    }
}

impl Clock for Linked {
    fn now(&self) -> Instant {
        self.ours.now()
    }

    fn sleep(&self, length: Duration) -> Wait {
        self.theirs.advance(length);
        self.ours.sleep(length)
    }

    fn limit(&self, length: Duration) -> Wait {
        self.ours.limit(length)
    }
}
