//! The one home of retry, limits and waiting: data with names, and the two functions that obey it.
//!
//! Every request of every vendor goes through [`Policy::run`]. The libraries underneath have their own retries
//! and time-outs switched off, so this is the only place that decides.
//!
//! | question | answer |
//! |---|---|
//! | is the failure worth another attempt? | [`classify`] |
//! | is it safe to repeat the request? | [`Repeat`] of its [`Operation`], and whether it provably had no effect |
//! | how long until the next attempt? | [`RetryPolicy::pause`]: full jitter; what the vendor asks for wins, up to a bound |
//! | how many attempts, how long in all? | [`RetryPolicy`], and the deadline of the [`Call`] |
//! | how many requests at once? | [`Limits::concurrency`], per vendor |
//! | how long may one request take? | [`Limits::attempt`], or what is left of the deadline |
//! | Ctrl-C? | seen before each attempt and in every pause; a request in flight is finished |

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    call::Call,
    clock::{Clock, SystemClock},
    error::{ApiError, Delivery, ErrorKind, Vendor, spell},
};

/// A call that a vendor's API offers, named as the vendor's documents name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The API it belongs to, such as `S3`.
    pub service: &'static str,
    /// Its name, such as `PutBucketPolicy`.
    pub name: &'static str,
    /// The permission it needs, in the vendor's notation, where the vendor documents one.
    pub permission: Option<&'static str>,
    /// Whether it may be sent twice.
    pub repeat: Repeat,
}

/// What happens when a request is sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing: it only looks.
    Read,
    /// The second one leaves what the first one left, or is refused by name: "already exists", "not found".
    Write,
    /// A second object, a second message. It is repeated only if the first one provably had no effect.
    Once,
}

/// Whether a failed request is worth another attempt, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Asking again changes nothing.
    No,
    /// After a pause of our choice.
    Soon,
    /// After the pause that the vendor asks for.
    After(Duration),
}

/// Whether the failure passes by itself. Whether repeating is safe is a second question: [`Repeat`].
pub fn classify(error: &ApiError) -> Retry {
    match error.kind {
        ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::Busy => {
            error.retry_after.map_or(Retry::Soon, Retry::After)
        }
        ErrorKind::Network | ErrorKind::TimedOut => Retry::Soon,
        ErrorKind::NotFound
        | ErrorKind::AlreadyExists { .. }
        | ErrorKind::Denied
        | ErrorKind::Unauthenticated
        | ErrorKind::NotEmpty
        | ErrorKind::WrongRegion { .. }
        | ErrorKind::Invalid
        | ErrorKind::Conflict
        | ErrorKind::Unreadable
        | ErrorKind::DeadlinePassed
        | ErrorKind::Cancelled
        | ErrorKind::Unsupported
        | ErrorKind::DoubleGap => Retry::No,
    }
}

/// Whether the request provably had no effect: it never left, or the vendor turned it away at the door.
fn had_no_effect(error: &ApiError) -> bool {
    error.delivery == Delivery::NeverSent || matches!(error.kind, ErrorKind::Throttled | ErrorKind::Busy)
}

/// How often to try, and how far apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Requests in all, the first one included; at least one.
    pub attempts: u32,
    /// Upper bound of the first pause; it doubles with each attempt.
    pub first: Duration,
    /// Upper bound of any pause that we choose.
    pub cap: Duration,
    /// Upper bound of a pause that the vendor asks for; a longer one is cut to this.
    pub longest_retry_after: Duration,
    /// No new attempt starts later than this after the first one.
    pub total: Duration,
}

impl RetryPolicy {
    /// Ordinary requests: six attempts within three minutes.
    pub const STANDARD: Self = Self {
        attempts: 6,
        first: Duration::from_millis(250),
        cap: Duration::from_secs(20),
        longest_retry_after: Duration::from_secs(60),
        total: Duration::from_secs(180),
    };

    /// "Not found" about an object that was created a moment ago: close together, for a minute.
    pub const JUST_CREATED: Self = Self {
        attempts: 20,
        first: Duration::from_millis(250),
        cap: Duration::from_secs(5),
        longest_retry_after: Duration::from_secs(60),
        total: Duration::from_secs(60),
    };

    /// Something else that has to finish first, such as the removal of a bucket whose name is wanted again.
    pub const BUSY: Self = Self {
        attempts: 30,
        first: Duration::from_millis(500),
        cap: Duration::from_secs(10),
        longest_retry_after: Duration::from_secs(60),
        total: Duration::from_secs(120),
    };

    /// The pause after attempt number `attempt` (the first is 1). `chance` is a number in `0.0..1.0`: all of the
    /// range is used ("full jitter"), so that clients which failed together do not come back together.
    pub fn pause(&self, retry: Retry, attempt: u32, chance: f64) -> Option<Duration> {
        match retry {
            Retry::No => None,
            Retry::After(asked) => Some(asked.min(self.longest_retry_after)),
            Retry::Soon => {
                let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
                Some(self.first.saturating_mul(doubled).min(self.cap).mul_f64(chance))
            }
        }
    }
}

/// How much at once, and how long one request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time to make a connection.
    pub connect: Duration,
    /// Time for one request, from its first byte to the last byte of the answer.
    pub attempt: Duration,
    /// Requests in flight at once, per vendor.
    pub concurrency: usize,
}

impl Limits {
    /// Time to make a connection, whoever it goes to.
    pub const CONNECT: Duration = Duration::from_secs(10);

    /// What a vendor tolerates from one client, with room to spare.
    pub const fn of(vendor: Vendor) -> Self {
        let (attempt, concurrency) = match vendor {
            Vendor::Aws => (60, 32),
            // Cloudflare counts 1,200 requests in five minutes per user, so a wide front only meets the limit sooner.
            Vendor::Cloudflare => (60, 8),
            // Supabase's Management API counts 120 requests a minute per user and project.
            Vendor::Supabase => (60, 8),
        };
        Self { connect: Self::CONNECT, attempt: Duration::from_secs(attempt), concurrency }
    }
}

/// One vendor's policy: shared by everything that talks to it.
#[derive(Debug)]
pub struct Policy {
    vendor: Vendor,
    retry: RetryPolicy,
    limits: Limits,
    clock: Arc<dyn Clock>,
    slots: Semaphore,
}

impl Policy {
    /// The policy that Slipway uses for `vendor`.
    pub fn of(vendor: Vendor) -> Self {
        let limits = Limits::of(vendor);
        Self {
            vendor,
            retry: RetryPolicy::STANDARD,
            limits,
            clock: Arc::new(SystemClock),
            slots: Semaphore::new(limits.concurrency),
        }
    }

    /// The same policy with another way of retrying.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// The same policy with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, slots: Semaphore::new(limits.concurrency), ..self }
    }

    /// The same policy on another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The same policy with requests in flight of its own: for a client within a client, which would otherwise wait
    /// for itself.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self {
            vendor: self.vendor,
            retry: self.retry,
            limits: self.limits,
            clock: Arc::clone(&self.clock),
            slots: Semaphore::new(self.limits.concurrency),
        }
    }

    /// Whose policy this is.
    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// How often to try.
    pub fn retry(&self) -> &RetryPolicy {
        &self.retry
    }

    /// How much at once, and how long.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sends a request as often as policy allows and returns the first good answer or the last bad one.
    ///
    /// `attempt` sends it once. It turns answers that only look like errors ("there are no tags") into values
    /// itself, because what it returns as an error may be tried again.
    ///
    /// # Errors
    /// The last attempt's error, with attempts and time filled in; [`ErrorKind::Cancelled`] when somebody asked
    /// to stop, [`ErrorKind::DeadlinePassed`] when the call's time ran out before a first answer.
    pub async fn run<T, F>(
        &self,
        call: &Call,
        operation: Operation,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        let started = self.clock.now();
        let mut attempts = 0;
        let mut may_have_worked = false;
        let mut last: Option<ApiError> = None;
        loop {
            let slot = match self.slot(call).await {
                Ok(slot) => slot,
                Err(stop) => return Err(self.stopped(stop, last, operation)),
            };
            attempts += 1;
            let sent = self.clock.now();
            // Boxed because an SDK's request is tens of kilobytes of future.
            let outcome = self.limited(call, operation, Box::pin(attempt())).await;
            drop(slot);
            let error = match outcome {
                Ok(answer) => {
                    let took = self.clock.now().duration_since(sent);
                    tracing::debug!(vendor = %self.vendor, operation = operation.name, attempts, ?took, "answered");
                    return Ok(answer);
                }
                Err(error) => error.with(|failure| {
                    failure.attempts = attempts;
                    failure.elapsed = self.clock.now().duration_since(started);
                    failure.earlier_attempt_may_have_worked = may_have_worked;
                }),
            };
            tracing::debug!(
                vendor = %self.vendor,
                operation = operation.name,
                attempts,
                status = error.status,
                code = error.code.as_deref(),
                request_id = error.request_id.as_deref(),
                kind = ?error.kind,
                "refused",
            );
            may_have_worked |= error.may_have_worked();
            let Some(pause) = self.next_pause(call, operation, &error) else { return Err(error) };
            tracing::info!(
                vendor = %self.vendor,
                operation = operation.name,
                attempts,
                "asking again in {}",
                spell(pause)
            );
            last = Some(error);
            if let Err(stop) = self.wait(call, pause).await {
                return Err(self.stopped(stop, last, operation));
            }
        }
    }

    /// Looks again and again until `probe` says that the object is ready, and returns what it says.
    ///
    /// The pauses grow from `pace.first` to `pace.cap`; only the call's deadline ends the wait.
    ///
    /// # Errors
    /// Whatever `probe` fails with; [`ErrorKind::DeadlinePassed`] with the last thing seen as its words, or
    /// [`ErrorKind::Cancelled`].
    pub async fn wait_until<T, F>(
        &self,
        call: &Call,
        operation: Operation,
        pace: &RetryPolicy,
        mut probe: impl FnMut() -> F,
    ) -> Result<T, ApiError>
    where
        F: Future<Output = Result<Probe<T>, ApiError>>,
    {
        let started = self.clock.now();
        let mut looks = 0;
        loop {
            let seen = match probe().await? {
                Probe::Ready(value) => return Ok(value),
                Probe::NotYet(seen) => seen,
            };
            looks += 1;
            let pause =
                pace.pause(Retry::Soon, looks, fastrand::f64()).unwrap_or(pace.cap).max(pace.first / 2);
            // One last look is taken at the edge of the deadline rather than none.
            let left = call.left(self.clock.now()).unwrap_or(Duration::MAX);
            let stop = if left.is_zero() {
                Stop::DeadlinePassed
            } else {
                match self.wait(call, pause.min(left)).await {
                    Ok(()) => continue,
                    Err(stop) => stop,
                }
            };
            let waited = self.clock.now().duration_since(started);
            return Err(ApiError::new(self.vendor, operation, stop.kind()).with(|failure| {
                failure.attempts = looks;
                failure.elapsed = waited;
                failure.words = Some(seen);
            }));
        }
    }

    /// The pause before the next attempt, or `None` when there is none.
    fn next_pause(&self, call: &Call, operation: Operation, error: &ApiError) -> Option<Duration> {
        let early = call.is_just_created() && error.kind == ErrorKind::NotFound;
        let (retry, policy) = match error.kind {
            _ if early => (Retry::Soon, &RetryPolicy::JUST_CREATED),
            ErrorKind::Busy => (classify(error), &RetryPolicy::BUSY),
            _ => (classify(error), &self.retry),
        };
        if error.attempts >= policy.attempts {
            return None;
        }
        if operation.repeat == Repeat::Once && !early && !had_no_effect(error) {
            return None;
        }
        let pause = policy.pause(retry, error.attempts, fastrand::f64())?;
        let in_time = error.elapsed + pause <= policy.total
            && call.left(self.clock.now()).is_none_or(|left| pause < left);
        in_time.then_some(pause)
    }

    /// A place among the requests in flight.
    async fn slot(&self, call: &Call) -> Result<SemaphorePermit<'_>, Stop> {
        self.check(call)?;
        let slot = async { self.slots.acquire().await.expect("the semaphore is never closed") };
        tokio::select! {
            biased;
            slot = slot => Ok(slot),
            () = call.cancelled() => Err(Stop::Cancelled),
            () = self.deadline(call) => Err(Stop::DeadlinePassed),
        }
    }

    /// One attempt within its time limit. Cancellation is not looked at: a request in flight is finished.
    async fn limited<T>(
        &self,
        call: &Call,
        operation: Operation,
        attempt: Pin<Box<impl Future<Output = Result<T, ApiError>>>>,
    ) -> Result<T, ApiError> {
        let limit = call.left(self.clock.now()).unwrap_or(Duration::MAX).min(self.limits.attempt);
        tokio::select! {
            biased;
            outcome = attempt => outcome,
            () = self.clock.limit(limit) => {
                Err(ApiError::new(self.vendor, operation, ErrorKind::TimedOut).with(|failure| {
                    failure.delivery = Delivery::Unknown;
                    failure.words = Some(format!("no answer within {}", spell(limit)));
                }))
            }
        }
    }

    /// A pause between attempts, ended early by a stop.
    async fn wait(&self, call: &Call, pause: Duration) -> Result<(), Stop> {
        self.check(call)?;
        tokio::select! {
            biased;
            () = call.cancelled() => Err(Stop::Cancelled),
            () = self.clock.sleep(pause) => Ok(()),
        }
    }

    fn check(&self, call: &Call) -> Result<(), Stop> {
        if call.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        if call.left(self.clock.now()).is_some_and(|left| left.is_zero()) {
            return Err(Stop::DeadlinePassed);
        }
        Ok(())
    }

    async fn deadline(&self, call: &Call) {
        match call.left(self.clock.now()) {
            Some(left) => self.clock.limit(left).await,
            None => std::future::pending().await,
        }
    }

    /// A stop keeps what was answered before it, so that the reader learns why it took so long.
    fn stopped(&self, stop: Stop, last: Option<ApiError>, operation: Operation) -> ApiError {
        let error = last.unwrap_or_else(|| {
            ApiError::new(self.vendor, operation, stop.kind())
                .with(|failure| failure.delivery = Delivery::NeverSent)
        });
        error.with(|failure| failure.kind = stop.kind())
    }
}

/// What a look at an object that is being made shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe<T> {
    /// It is there.
    Ready(T),
    /// It is not there yet; what was seen instead.
    NotYet(String),
}

/// Why no further request is sent.
#[derive(Clone, Copy, Debug)]
enum Stop {
    Cancelled,
    DeadlinePassed,
}

impl Stop {
    fn kind(self) -> ErrorKind {
        match self {
            Self::Cancelled => ErrorKind::Cancelled,
            Self::DeadlinePassed => ErrorKind::DeadlinePassed,
        }
    }
}

/// Reads a `Retry-After` header: seconds, or a date.
pub fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(header).ok()?.timestamp();
    let now = jiff::Timestamp::try_from(now).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use proptest::prelude::*;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::clock::TestClock;

    const READ: Operation = operation(Repeat::Read);
    const WRITE: Operation = operation(Repeat::Write);
    const ONCE: Operation = operation(Repeat::Once);

    const fn operation(repeat: Repeat) -> Operation {
        Operation { service: "Mail", name: "PutLetter", permission: None, repeat }
    }

    fn error(kind: ErrorKind, delivery: Delivery) -> ApiError {
        ApiError::new(Vendor::Aws, WRITE, kind).with(|failure| {
            failure.delivery = delivery;
            failure.status = (delivery == Delivery::Answered).then_some(503);
        })
    }

    fn unavailable() -> ApiError {
        error(ErrorKind::Unavailable, Delivery::Answered)
    }

    /// A policy on a test clock, and the clock.
    fn policy() -> (Policy, Arc<TestClock>) {
        let clock = Arc::new(TestClock::new());
        (Policy::of(Vendor::Aws).with_clock(clock.clone()), clock)
    }

    /// Runs `operation` against a vendor that fails with `failures` in turn and is fine afterwards; returns the
    /// outcome and the number of requests that were sent.
    async fn run(
        policy: &Policy,
        call: &Call,
        operation: Operation,
        failures: Vec<ApiError>,
    ) -> (Result<(), ApiError>, usize) {
        let sent = AtomicU32::new(0);
        let outcome = policy
            .run(call, operation, || {
                let turn = sent.fetch_add(1, Ordering::Relaxed) as usize;
                std::future::ready(failures.get(turn).map_or(Ok(()), |error| Err(error.clone())))
            })
            .await;
        (outcome, sent.into_inner() as usize)
    }

    #[tokio::test]
    async fn a_passing_failure_is_tried_again() {
        let (policy, clock) = policy();

        let (outcome, sent) =
            run(&policy, &Call::unbounded(), READ, vec![unavailable(), unavailable()]).await;

        assert!(outcome.is_ok());
        assert_eq!((sent, clock.pauses().len()), (3, 2));
    }

    #[tokio::test]
    async fn a_lasting_failure_is_not_tried_again() {
        let (policy, clock) = policy();

        let denied = error(ErrorKind::Denied, Delivery::Answered);
        let (outcome, sent) = run(&policy, &Call::unbounded(), READ, vec![denied]).await;

        assert_eq!(outcome.unwrap_err().kind, ErrorKind::Denied);
        assert_eq!((sent, clock.pauses().len()), (1, 0));
    }

    #[tokio::test]
    async fn attempts_are_bounded_and_counted() {
        let (policy, _) = policy();

        let (outcome, sent) = run(&policy, &Call::unbounded(), READ, vec![unavailable(); 100]).await;

        let error = outcome.unwrap_err();
        assert_eq!((sent, error.attempts), (6, 6));
        assert_eq!(error.status, Some(503));
    }

    #[tokio::test]
    async fn what_the_vendor_asks_for_wins_up_to_a_bound() {
        let (policy, clock) = policy();
        let asked =
            |seconds| unavailable().with(|failure| failure.retry_after = Some(Duration::from_secs(seconds)));

        let (outcome, _) = run(&policy, &Call::unbounded(), READ, vec![asked(7), asked(3600)]).await;

        assert!(outcome.is_ok());
        assert_eq!(clock.pauses(), [Duration::from_secs(7), Duration::from_secs(60)]);
    }

    #[tokio::test]
    async fn a_pause_that_does_not_fit_the_deadline_is_not_begun() {
        let (policy, clock) = policy();
        let call = Call::new(clock.now() + Duration::from_secs(5), CancellationToken::new());
        let asked = unavailable().with(|failure| failure.retry_after = Some(Duration::from_secs(6)));

        let (outcome, sent) = run(&policy, &call, READ, vec![asked]).await;

        let error = outcome.unwrap_err();
        assert_eq!((sent, error.kind.clone(), error.status), (1, ErrorKind::Unavailable, Some(503)));
        assert!(clock.pauses().is_empty());
    }

    #[tokio::test]
    async fn no_attempt_starts_after_the_total() {
        let (policy, _) = policy();
        let asked = unavailable().with(|failure| failure.retry_after = Some(Duration::from_secs(59)));

        let (outcome, sent) = run(&policy, &Call::unbounded(), READ, vec![asked; 100]).await;

        assert!(outcome.is_err());
        assert_eq!(sent, 4);
    }

    #[tokio::test]
    async fn a_write_that_must_not_happen_twice_is_repeated_only_when_it_had_no_effect() {
        for (failure, expected) in [
            (error(ErrorKind::Network, Delivery::NeverSent), 2),
            (error(ErrorKind::Network, Delivery::Unknown), 1),
            (error(ErrorKind::TimedOut, Delivery::Unknown), 1),
            (error(ErrorKind::Throttled, Delivery::Answered), 2),
            (error(ErrorKind::Busy, Delivery::Answered), 2),
            (unavailable(), 1),
        ] {
            let (policy, _) = policy();
            let (_, sent) = run(&policy, &Call::unbounded(), ONCE, vec![failure.clone()]).await;
            assert_eq!(sent, expected, "{failure:?}");
        }
    }

    #[tokio::test]
    async fn a_repeated_write_remembers_that_an_earlier_one_may_have_worked() {
        let (policy, _) = policy();
        let exists = || error(ErrorKind::AlreadyExists { owned_by_you: true }, Delivery::Answered);
        let throttled = error(ErrorKind::Throttled, Delivery::Answered);
        let lost = error(ErrorKind::Network, Delivery::Unknown);
        let refused = error(ErrorKind::Network, Delivery::NeverSent);

        for (first, expected) in [
            (Some(lost), true),
            (Some(unavailable()), true),
            (Some(refused), false),
            (Some(throttled), false),
            (None, false),
        ] {
            let failures = first.into_iter().chain([exists()]).collect();
            let (outcome, _) = run(&policy, &Call::unbounded(), WRITE, failures).await;
            assert_eq!(outcome.unwrap_err().earlier_attempt_may_have_worked, expected);
        }
    }

    #[tokio::test]
    async fn not_found_means_not_yet_for_what_was_just_created() {
        let not_found = || error(ErrorKind::NotFound, Delivery::Answered);
        for (call, expected) in [(Call::unbounded(), 1), (Call::unbounded().just_created(), 4)] {
            let (policy, _) = policy();
            let (outcome, sent) = run(&policy, &call, WRITE, vec![not_found(); 3]).await;
            assert_eq!((outcome.is_ok(), sent), (expected == 4, expected));
        }
    }

    #[tokio::test]
    async fn what_has_to_finish_first_is_waited_for_longer() {
        let (policy, clock) = policy();

        let busy = error(ErrorKind::Busy, Delivery::Answered);
        let (outcome, sent) = run(&policy, &Call::unbounded(), WRITE, vec![busy; 100]).await;

        assert_eq!(outcome.unwrap_err().kind, ErrorKind::Busy);
        assert!(sent > 6, "{sent}");
        assert!(clock.pauses().iter().sum::<Duration>() <= RetryPolicy::BUSY.total);
    }

    #[tokio::test]
    async fn a_stop_is_seen_before_the_first_attempt() {
        let (policy, clock) = policy();
        let token = CancellationToken::new();
        token.cancel();
        let call = Call::new(clock.now() + Duration::from_secs(5), token);

        let (outcome, sent) = run(&policy, &call, READ, vec![]).await;

        let error = outcome.unwrap_err();
        assert_eq!((sent, &error.kind, error.attempts), (0, &ErrorKind::Cancelled, 0));
    }

    #[tokio::test]
    async fn a_stop_in_a_pause_keeps_the_last_answer() {
        let (policy, clock) = policy();
        let token = CancellationToken::new();
        let call = Call::new(clock.now() + Duration::from_secs(500), token.clone());

        let outcome: Result<(), _> = policy
            .run(&call, READ, || {
                token.cancel();
                std::future::ready(Err(unavailable()))
            })
            .await;

        let error = outcome.unwrap_err();
        assert_eq!((&error.kind, error.status, error.attempts), (&ErrorKind::Cancelled, Some(503), 1));
        assert_eq!(error.answered(), "The operation was stopped. AWS answered 503.");
        assert!(clock.pauses().is_empty());
    }

    #[tokio::test]
    async fn a_request_in_flight_is_finished_when_somebody_stops() {
        let (policy, clock) = policy();
        let token = CancellationToken::new();
        let call = Call::new(clock.now() + Duration::from_secs(5), token.clone());

        let outcome = policy
            .run(&call, WRITE, || async {
                token.cancel();
                tokio::task::yield_now().await;
                Ok("stored")
            })
            .await;

        assert_eq!(outcome.unwrap(), "stored");
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_given_up_and_tried_again() {
        let clock = Arc::new(TestClock::impatient());
        let policy = Policy::of(Vendor::Aws).with_clock(clock.clone());

        let outcome: Result<(), _> =
            policy.run(&Call::unbounded(), READ, std::future::pending::<Result<(), ApiError>>).await;

        let error = outcome.unwrap_err();
        assert_eq!(
            (&error.kind, error.delivery, error.attempts),
            (&ErrorKind::TimedOut, Delivery::Unknown, 6)
        );
        assert_eq!(error.words.as_deref(), Some("no answer within 1 m"));
    }

    #[tokio::test]
    async fn a_passed_deadline_sends_nothing() {
        let (policy, clock) = policy();
        let call = Call::new(clock.now(), CancellationToken::new());

        let (outcome, sent) = run(&policy, &call, READ, vec![]).await;

        assert_eq!((sent, &outcome.unwrap_err().kind), (0, &ErrorKind::DeadlinePassed));
    }

    #[tokio::test]
    async fn no_more_requests_are_in_flight_than_allowed() {
        let limits = Limits { concurrency: 3, ..Limits::of(Vendor::Aws) };
        let policy = Policy::of(Vendor::Aws).with_limits(limits);
        let (now, most) = (AtomicU32::new(0), AtomicU32::new(0));
        let call = Call::unbounded();

        let requests = (0..20).map(|_| {
            policy.run(&call, READ, || async {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            })
        });
        let outcomes = futures::future::join_all(requests).await;

        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(most.into_inner(), 3);
    }

    #[tokio::test]
    async fn waiting_looks_until_it_is_ready() {
        let (policy, clock) = policy();
        let looks = AtomicU32::new(0);

        let ready = policy
            .wait_until(&Call::unbounded(), READ, &RetryPolicy::JUST_CREATED, || {
                let look = looks.fetch_add(1, Ordering::Relaxed);
                std::future::ready(Ok(if look < 4 {
                    Probe::NotYet("creating".into())
                } else {
                    Probe::Ready(look)
                }))
            })
            .await;

        assert_eq!(ready.unwrap(), 4);
        assert_eq!(clock.pauses().len(), 4);
    }

    #[tokio::test]
    async fn waiting_ends_at_the_deadline_with_what_was_last_seen() {
        let (policy, clock) = policy();
        let call = Call::new(clock.now() + Duration::from_secs(30), CancellationToken::new());

        let outcome: Result<(), _> = policy
            .wait_until(&call, READ, &RetryPolicy::JUST_CREATED, || {
                std::future::ready(Ok(Probe::NotYet("creating".into())))
            })
            .await;

        let error = outcome.unwrap_err();
        assert_eq!((&error.kind, error.words.as_deref()), (&ErrorKind::DeadlinePassed, Some("creating")));
        assert_eq!(error.elapsed, Duration::from_secs(30));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_480);
        for (header, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Wed, 21 Oct 2015 07:28:30 GMT", Some(30)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
        ] {
            assert_eq!(retry_after(header, now), expected.map(Duration::from_secs), "{header}");
        }
    }

    proptest! {
        #[test]
        fn a_pause_of_our_choice_stays_within_its_bounds(attempt in 1_u32..200, chance in 0.0_f64..1.0) {
            let policy = RetryPolicy::STANDARD;
            let pause = policy.pause(Retry::Soon, attempt, chance).expect("soon means a pause");
            let bound = policy.first.saturating_mul(2_u32.saturating_pow(attempt - 1)).min(policy.cap);
            prop_assert!(pause <= bound);
        }
    }
}
