//! The clock that policy runs on: the real one, and one for tests that never makes anybody wait.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Mutex,
    time::{Duration, Instant},
};

/// A wait that somebody else decides the end of.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time comes from. Retry and waiting ask it, so that tests of both take no time.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present moment.
    fn now(&self) -> Instant;

    /// Ends once `length` has passed: the pause between two attempts.
    fn sleep(&self, length: Duration) -> Wait;

    /// Ends once work that runs beside it has had `length`: the time limit of one request.
    ///
    /// It differs from [`Clock::sleep`] only for a test's clock, where pauses pass at once and limits do not.
    fn limit(&self, length: Duration) -> Wait;
}

/// The real clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, length: Duration) -> Wait {
        #[expect(clippy::disallowed_methods, reason = "the home of waiting")]
        Box::pin(tokio::time::sleep(length))
    }

    fn limit(&self, length: Duration) -> Wait {
        self.sleep(length)
    }
}

/// A clock for tests: it moves only when somebody sleeps on it, and it remembers every pause.
#[derive(Debug)]
pub struct TestClock {
    time: Mutex<(Instant, Vec<Duration>)>,
    impatient: bool,
}

impl TestClock {
    /// A clock on which pauses pass at once and no request ever takes too long.
    pub fn new() -> Self {
        Self { time: Mutex::new((Instant::now(), Vec::new())), impatient: false }
    }

    /// A clock on which every request that is not answered at once has taken too long.
    pub fn impatient() -> Self {
        Self { impatient: true, ..Self::new() }
    }

    /// Every pause so far, in order.
    pub fn pauses(&self) -> Vec<Duration> {
        self.time.lock().expect("no test panics while it holds the clock").1.clone()
    }

    fn advance(&self, length: Duration) {
        let mut time = self.time.lock().expect("no test panics while it holds the clock");
        time.0 += length;
        time.1.push(length);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.time.lock().expect("no test panics while it holds the clock").0
    }

    fn sleep(&self, length: Duration) -> Wait {
        self.advance(length);
        Box::pin(std::future::ready(()))
    }

    fn limit(&self, _length: Duration) -> Wait {
        if self.impatient { Box::pin(std::future::ready(())) } else { Box::pin(std::future::pending()) }
    }
}
