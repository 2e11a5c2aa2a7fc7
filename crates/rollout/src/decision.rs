//! What the engine answers: effects to carry out, the reason, and when to ask again.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::duration::Duration;
use crate::journal::{Journal, Phase};
use crate::policy::{Notice, NotificationFormat};
use crate::reason::Reason;

/// The engine's answer to one observation.
///
/// The caller saves `journal` first (under the condition that nobody else saved in between), and carries out `effects`
/// in order only when that succeeded. A crash between any two of these is made good by the next call.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The journal to save.
    pub journal: Journal,
    /// Whether `journal` differs from what was handed in. When it does not, saving can be left out.
    pub changed: bool,
    /// What to do, in this order.
    pub effects: Vec<Effect>,
    /// What was decided.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// When to call again if nothing happens before. Not after `now`: at once, as soon as the effects are carried out
    /// and the split was read back. `None`: nothing will change by itself.
    pub wake_at: Option<Timestamp>,
    /// The command in the observation that could not be obeyed.
    pub refused: Option<Refused>,
    /// What needs eyes but decided nothing.
    pub warnings: Vec<Warning>,
}

impl Decision {
    /// The phase after this decision; `idle` when nothing was ever released.
    pub fn phase(&self) -> Phase {
        self.journal.phase()
    }

    /// The canary's last verified share in percent.
    pub fn weight(&self) -> u8 {
        self.journal.run.as_ref().map_or(0, |run| run.weight)
    }
}

/// What a decision comes to, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing changes.
    Hold,
    /// A rollout begins.
    Start,
    /// The canary gets more traffic, or the final bake is over.
    Advance,
    /// A shift was read back and is real.
    Verify,
    /// The rollout waits for a person.
    Pause,
    /// The rollout goes on.
    Resume,
    /// The canary loses all traffic.
    Rollback,
    /// The rollout has ended.
    End,
}

/// Something to carry out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Give the canary this share of the traffic, and the stable version the rest. Repeating it does no harm.
    Shift {
        /// The new version.
        canary: String,
        /// The version that gets the rest; `None` at the first deployment, when there is none.
        stable: Option<String>,
        /// The canary's share in percent, 0 to 100.
        canary_weight: u8,
        /// Write only if the split is still the one with this [`revision`](crate::Split::revision).
        if_revision: Option<String>,
    },
    /// Read the split back and call again with it.
    Verify {
        /// The share that is expected.
        canary_weight: u8,
    },
    /// Measure both versions and call again with the measurements.
    Measure {
        /// The metric's name in the policy.
        metric: String,
        /// The beginning of the span to measure; it ends as late as the source has data.
        since: Timestamp,
    },
    /// Call a hook and report [`HookFinished`](crate::Event::HookFinished).
    CallHook {
        /// The hook's name.
        hook: String,
        /// Counts from 1; repeated with the same number only when no answer was ever reported, as after a crash.
        attempt: u32,
        /// The address that gets a POST.
        url: String,
        /// How long the call may take; longer is a failure.
        timeout: Duration,
        /// The same for every repetition of the same call, for receivers that must not act twice.
        key: String,
    },
    /// Tell people. Best effort: a notification that cannot be delivered changes nothing.
    Notify {
        /// Whom, from the policy.
        url: String,
        /// In which shape.
        format: NotificationFormat,
        /// What happened.
        notice: Notice,
        /// What happened, in a sentence.
        message: String,
    },
    /// Wait; nothing else is to be done.
    Hold {
        /// Until when, if nothing happens before.
        until: Option<Timestamp>,
    },
}

/// Why a command was not obeyed, and what would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// What was asked.
    pub command: String,
    /// Why it is impossible, in a sentence.
    pub because: String,
    /// The commands that are possible.
    pub possible: Vec<&'static str>,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is not possible: {}. ", self.command, self.because)?;
        if self.possible.is_empty() {
            return formatter.write_str("Nothing is possible before the lease is free");
        }
        write!(formatter, "Possible: {}", self.possible.join(", "))
    }
}

impl std::error::Error for Refused {}

/// Something that needs eyes but decides nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    /// The writer's clock and the cloud's are more than 30 seconds apart. The cloud's counts.
    ClockSkew {
        /// Writer minus cloud, in seconds.
        seconds: i64,
    },
    /// The policy was edited after the rollout began; the rollout keeps the one it began with.
    PolicyEdited,
    /// A rollback is asked for again and again and does not take effect.
    RollbackNotVerified {
        /// How often it was asked for.
        attempts: u32,
        /// The cloud's last words.
        why: Option<String>,
    },
    /// A hook with `on_failure = "continue"`, or after the end, failed.
    HookFailed {
        /// The hook.
        hook: String,
        /// What it answered.
        why: String,
    },
    /// A version that failed before was announced as new; it is not released again without `retry`.
    FailedVersionIgnored {
        /// The version.
        version: String,
    },
}
