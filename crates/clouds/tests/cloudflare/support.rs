//! A sandbox, and a client of it on a clock whose pauses pass at once and move the sandbox's clock along.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use clouds::clock::{Clock, TestClock, Wait};
use clouds::cloudflare::r2::{Jurisdiction, R2};
use clouds::cloudflare::{Cloudflare, CloudflareConfig};
use clouds::http::Http;
use clouds::{Call, Policy, Vendor};
use sandbox::contract::Judge;
use sandbox::{ManualClock, Options, Running, Sandbox};

/// How long the sandbox's background work takes, on its own clock.
const SETTLE: Duration = Duration::from_secs(40);

/// A sandbox whose answers are judged by the contracts when the test is over.
pub(crate) struct Bench {
    pub(crate) sandbox: Running,
    pub(crate) clock: Arc<Linked>,
    pub(crate) cloudflare: Cloudflare,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|options| options, |config| config)
    }

    pub(crate) fn with(
        options: impl FnOnce(Options) -> Options,
        config: impl FnOnce(CloudflareConfig) -> CloudflareConfig,
    ) -> Self {
        let theirs = Arc::new(ManualClock::at(jiff::Timestamp::now()));
        let start = Options { clock: Arc::clone(&theirs) as _, settle: SETTLE, ..Options::default() };
        let sandbox = Sandbox::start(options(start)).expect("the sandbox starts on free ports");
        let clock = Arc::new(Linked { ours: TestClock::new(), theirs });
        let policy = Policy::of(Vendor::Cloudflare).with_clock(Arc::clone(&clock) as _);
        let cloudflare = Cloudflare::new(config(access(&sandbox)), Http::new("slipway-tests/0"), policy);
        Self { sandbox, clock, cloudflare }
    }

    pub(crate) fn r2(&self) -> R2 {
        self.cloudflare.r2(None, Jurisdiction::Default)
    }

    /// What was called so far: method and path, without the query, `…` for everything before a bucket.
    pub(crate) fn calls(&self) -> Vec<String> {
        let buckets = format!("/accounts/{}/r2/buckets", self.sandbox.cloudflare().account_id);
        let short = |path: &str| {
            path.split('?').next().unwrap_or_default().replace("/client/v4", "").replace(&buckets, "…")
        };
        let calls = self.sandbox.calls();
        calls.iter().map(|call| format!("{} {}", call.method, short(&call.path))).collect()
    }

    /// How often an operation was called.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.calls().iter().filter(|call| *call == operation).count()
    }

    pub(crate) fn buckets(&self) -> usize {
        self.sandbox.status().holds.r2_buckets
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

/// What reaches the sandbox. The account is not named.
pub(crate) fn access(sandbox: &Running) -> CloudflareConfig {
    let access = sandbox.cloudflare();
    CloudflareConfig {
        api_token: Some(access.token.into()),
        endpoint: Some(access.url),
        r2_endpoint: Some(access.r2_s3_url),
        ..CloudflareConfig::default()
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
