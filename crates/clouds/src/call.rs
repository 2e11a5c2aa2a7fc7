//! Who is asking: until when, and whether to stop.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// The slice of an operation that a client may see: its deadline, its stop signal, and what it may take for
/// granted.
///
/// Stopping is cooperative. It is seen between requests and inside waits; a request in flight is finished and
/// its answer returned, because a write that was sent and then forgotten is worse than one second of patience.
#[derive(Clone, Debug)]
pub struct Call {
    deadline: Option<Instant>,
    cancelled: CancellationToken,
    fresh: bool,
}

impl Call {
    /// A call that must be over by `deadline` and stops when `cancelled` is cancelled.
    pub fn new(deadline: Instant, cancelled: CancellationToken) -> Self {
        Self { deadline: Some(deadline), cancelled, fresh: false }
    }

    /// A call that nobody waits for impatiently and nobody stops: command lines and tests.
    pub fn unbounded() -> Self {
        Self { deadline: None, cancelled: CancellationToken::new(), fresh: false }
    }

    /// The same call about an object that was created a moment ago, so that "not found" means "not yet".
    ///
    /// Clouds answer a create before every part of them has heard of it.
    #[must_use]
    pub fn just_created(&self) -> Self {
        Self { fresh: true, ..self.clone() }
    }

    /// Whether "not found" means "not yet".
    pub fn is_just_created(&self) -> bool {
        self.fresh
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Ends when somebody asks to stop.
    pub async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    /// What is left at `now`; `None` when there is no deadline.
    pub fn left(&self, now: Instant) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(now))
    }
}
