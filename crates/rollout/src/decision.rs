//! What the engine answers: effects to carry out, the reason, and when to ask again.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::journal::{Journal, Phase};
use crate::policy::{Notice, NotificationFormat, Outcome};

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
        /// The hook's name in the policy.
        hook: String,
        /// Counts from 1; repeated with the same number only after a crash.
        attempt: u32,
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

/// Why a decision was taken, with the numbers behind it.
///
/// Engines of the same major version may meet reasons they do not know in a journal; those are kept as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// No release was ever asked for, or the last one is over.
    Idle,
    /// A release was asked for.
    Started {
        /// The new version.
        version: String,
    },
    /// Nothing serves yet, so there is nothing to protect: all traffic at once.
    FirstDeployment,
    /// The version was good before and recently enough (`rollback_window`): all traffic at once.
    RecentlyGood {
        /// The version.
        version: String,
    },
    /// The policy says `skip_analysis` and has no steps: all traffic at once.
    AnalysisSkipped,
    /// The version that is asked for already serves all traffic.
    AlreadyServing {
        /// The version.
        version: String,
    },
    /// Hooks have not answered yet.
    WaitingForHooks {
        /// The hook that is waited for.
        hook: String,
    },
    /// A shift was asked for and is not visible yet.
    WaitingForShift {
        /// The share that was asked for.
        weight: u8,
        /// How often it was asked for.
        attempts: u32,
    },
    /// The live split could not be read.
    SplitUnreadable {
        /// The cloud's words.
        why: String,
    },
    /// The shift is real: it was read back.
    ShiftVerified {
        /// The canary's share.
        weight: u8,
    },
    /// The bake time is not over.
    Baking,
    /// The canary has seen too few requests.
    TooFewRequests {
        /// The metric that lacks them.
        metric: String,
        /// Requests seen since its last verdict.
        samples: u64,
        /// Requests needed.
        needed: u64,
    },
    /// A test needs more measurements.
    TooFewPoints {
        /// The metric that lacks them.
        metric: String,
    },
    /// A metric has no verdict yet in this step.
    NotMeasuredYet {
        /// The metric.
        metric: String,
    },
    /// The last check of a metric had no verdict.
    NoData {
        /// The metric.
        metric: String,
    },
    /// A metric could not be measured.
    NotMeasured {
        /// The metric.
        metric: String,
        /// The source's words.
        why: String,
    },
    /// The last check of a metric failed; the step does not end before one passes.
    CheckFailed {
        /// The metric.
        metric: String,
        /// What was wrong.
        breach: Breach,
    },
    /// A metric has not passed often enough in a row.
    TooFewPasses {
        /// The metric.
        metric: String,
        /// Passes in a row.
        passes: u32,
        /// Passes needed.
        needed: u32,
    },
    /// The gate is open but a freeze window is too.
    Frozen {
        /// When the windows close.
        until: Timestamp,
    },
    /// Everything that the step asks for is there.
    GatePassed,
    /// The step waits for an approval.
    ApprovalRequired,
    /// A person asked for it.
    Commanded {
        /// What was asked.
        command: String,
        /// Who asked.
        by: String,
        /// The person's own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The program around the engine was told to stop.
    Interrupted,
    /// More failed checks than `failure_limit`.
    FailureLimit {
        /// The metric that failed last.
        metric: String,
        /// What was wrong.
        breach: Breach,
        /// Failed checks.
        failed: u32,
        /// How many were tolerated.
        limit: u32,
    },
    /// A `critical` metric failed a check.
    Critical {
        /// The metric.
        metric: String,
        /// What was wrong.
        breach: Breach,
    },
    /// A tripwire was hit.
    Tripwire {
        /// The metric.
        metric: String,
        /// What was wrong.
        breach: Breach,
    },
    /// More checks without a verdict than `inconclusive_limit`.
    InconclusiveLimit {
        /// The metric that had none last.
        metric: String,
        /// Checks without a verdict.
        inconclusive: u32,
        /// How many were tolerated.
        limit: u32,
    },
    /// More errors in a row than `consecutive_error_limit`.
    ErrorLimit {
        /// The metric that could not be measured.
        metric: String,
        /// The source's words.
        why: String,
        /// Errors in a row.
        errors: u32,
        /// How many were tolerated.
        limit: u32,
    },
    /// The progress deadline passed while a check was failing.
    DeadlineWithBadData {
        /// The metric.
        metric: String,
        /// What was wrong.
        breach: Breach,
    },
    /// The progress deadline passed without enough data or traffic to decide.
    DeadlineWithoutData {
        /// What was missing.
        missing: Box<Reason>,
    },
    /// A hook failed for the last time.
    HookFailed {
        /// The hook.
        hook: String,
        /// What it answered.
        why: String,
    },
    /// The live split is one that the engine did not set.
    ExternalChange {
        /// The canary's share as it should be.
        expected: u8,
        /// The canary's share as it is, in percent.
        live: f64,
        /// Who set it, as far as the cloud says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        author: Option<String>,
    },
    /// A person gave all traffic back to the stable version.
    AbortedOutside {
        /// Who, as far as the cloud says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        author: Option<String>,
    },
    /// The stable version cannot take traffic any more, so there is no way back.
    StableGone {
        /// The cloud's words.
        why: String,
    },
    /// A shift did not become visible however often it was asked for.
    ShiftNotVerified {
        /// The share that was asked for.
        weight: u8,
        /// How often it was asked for.
        attempts: u32,
        /// The cloud's last words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A newer version takes the canary's place.
    Superseded {
        /// The newer version.
        by: String,
    },
    /// The rollback is verified: the stable version serves all traffic.
    RolledBack {
        /// Why it was rolled back.
        because: Box<Reason>,
    },
    /// The new version serves all traffic and is the stable one.
    Promoted,
    /// Another runner holds the lease.
    Locked {
        /// Who.
        holder: String,
        /// Until when.
        until: Timestamp,
    },
    /// The rollout's policy was written for a newer engine and says things that this one does not understand.
    NewerPolicy {
        /// The first field that is not understood.
        field: String,
    },
    /// A reason that a newer engine wrote down.
    #[serde(untagged)]
    Other(serde_json::Map<String, serde_json::Value>),
}

/// What was wrong with a measured value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// The rule that was broken.
    pub rule: Rule,
    /// The canary's value.
    pub value: f64,
    /// The stable version's value, where the rule compares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable: Option<f64>,
    /// The bound: a threshold, a ratio, or a confidence.
    pub bound: f64,
    /// The unit of `value`, where the policy names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Which of a metric's rules was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// `threshold.min` or `threshold.above`.
    TooLow,
    /// `threshold.max` or `threshold.below`.
    TooHigh,
    /// `relative.max_ratio`.
    Relative,
    /// `comparison`.
    Comparison,
    /// A tripwire without a threshold said yes.
    Hit,
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

/// How a rollout that ended has ended, for callers that only want to know that.
impl From<Outcome> for Phase {
    fn from(outcome: Outcome) -> Phase {
        match outcome {
            Outcome::Succeeded => Phase::Succeeded,
            Outcome::Failed => Phase::Failed,
            Outcome::Aborted => Phase::Aborted,
        }
    }
}
