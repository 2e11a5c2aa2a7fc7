//! Why something was decided, with the numbers behind it, and how that reads in a sentence.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// The hooks succeeded and the first step begins.
    Ready,
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
    /// A check is due and waits for its measurement.
    CheckDue {
        /// The metric.
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
    /// The bake time is over, and the step asks for nothing else: the policy says `skip_analysis`.
    Baked,
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

impl Reason {
    /// The stable word for the reason.
    pub fn code(&self) -> &str {
        match self {
            Reason::Idle => "idle",
            Reason::Started { .. } => "started",
            Reason::Ready => "ready",
            Reason::FirstDeployment => "first_deployment",
            Reason::RecentlyGood { .. } => "recently_good",
            Reason::AnalysisSkipped => "analysis_skipped",
            Reason::AlreadyServing { .. } => "already_serving",
            Reason::WaitingForHooks { .. } => "waiting_for_hooks",
            Reason::WaitingForShift { .. } => "waiting_for_shift",
            Reason::SplitUnreadable { .. } => "split_unreadable",
            Reason::ShiftVerified { .. } => "shift_verified",
            Reason::Baking => "baking",
            Reason::TooFewRequests { .. } => "too_few_requests",
            Reason::TooFewPoints { .. } => "too_few_points",
            Reason::CheckDue { .. } => "check_due",
            Reason::NotMeasuredYet { .. } => "not_measured_yet",
            Reason::NoData { .. } => "no_data",
            Reason::NotMeasured { .. } => "not_measured",
            Reason::CheckFailed { .. } => "check_failed",
            Reason::TooFewPasses { .. } => "too_few_passes",
            Reason::Frozen { .. } => "frozen",
            Reason::GatePassed => "gate_passed",
            Reason::Baked => "baked",
            Reason::ApprovalRequired => "approval_required",
            Reason::Commanded { .. } => "commanded",
            Reason::Interrupted => "interrupted",
            Reason::FailureLimit { .. } => "failure_limit",
            Reason::Critical { .. } => "critical",
            Reason::Tripwire { .. } => "tripwire",
            Reason::InconclusiveLimit { .. } => "inconclusive_limit",
            Reason::ErrorLimit { .. } => "error_limit",
            Reason::DeadlineWithBadData { .. } => "deadline_with_bad_data",
            Reason::DeadlineWithoutData { .. } => "deadline_without_data",
            Reason::HookFailed { .. } => "hook_failed",
            Reason::ExternalChange { .. } => "external_change",
            Reason::AbortedOutside { .. } => "aborted_outside",
            Reason::StableGone { .. } => "stable_gone",
            Reason::ShiftNotVerified { .. } => "shift_not_verified",
            Reason::Superseded { .. } => "superseded",
            Reason::RolledBack { .. } => "rolled_back",
            Reason::Promoted => "promoted",
            Reason::Locked { .. } => "locked",
            Reason::NewerPolicy { .. } => "newer_policy",
            Reason::Other(fields) => {
                fields.get("code").and_then(serde_json::Value::as_str).unwrap_or("unknown")
            }
        }
    }
}

impl fmt::Display for Reason {
    /// A sentence without its full stop.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Idle => write!(to, "no release is under way"),
            Reason::Started { version } => write!(to, "the release of {version} begins"),
            Reason::Ready => write!(to, "nothing stands in the way of the first step"),
            Reason::FirstDeployment => {
                write!(to, "nothing serves yet, so the first version gets all traffic")
            }
            Reason::RecentlyGood { version } => {
                write!(to, "{version} was good recently and comes back at once")
            }
            Reason::AnalysisSkipped => write!(to, "the policy skips analysis and has no steps"),
            Reason::AlreadyServing { version } => write!(to, "{version} already serves all traffic"),
            Reason::WaitingForHooks { hook } => write!(to, "hook {hook} has not answered yet"),
            Reason::WaitingForShift { weight, attempts } => {
                write!(to, "the shift to {weight} % is not visible yet ({})", times(*attempts))
            }
            Reason::SplitUnreadable { why } => write!(to, "the live split could not be read: {why}"),
            Reason::ShiftVerified { weight } => write!(to, "{weight} % is live"),
            Reason::Baking => write!(to, "the bake time is not over"),
            Reason::TooFewRequests { metric, samples, needed } => {
                write!(to, "{metric} has seen {samples} requests of the {needed} that a verdict needs")
            }
            Reason::TooFewPoints { metric } => write!(to, "{metric} has too few measurements for its test"),
            Reason::CheckDue { metric } => write!(to, "a check of {metric} is due"),
            Reason::NotMeasuredYet { metric } => write!(to, "{metric} was not measured in this step yet"),
            Reason::NoData { metric } => write!(to, "{metric} has no data"),
            Reason::NotMeasured { metric, why } => write!(to, "{metric} could not be measured: {why}"),
            Reason::CheckFailed { metric, breach } => write!(to, "{metric} fails: {breach}"),
            Reason::TooFewPasses { metric, passes, needed } => {
                write!(to, "{metric} passed {} in a row of {needed} needed", times(*passes))
            }
            Reason::Frozen { until } => write!(to, "a freeze window is open until {until}"),
            Reason::GatePassed => write!(to, "the bake time is over and every gate has passed"),
            Reason::Baked => write!(to, "the bake time is over, and the policy skips analysis"),
            Reason::ApprovalRequired => write!(to, "the step waits for an approval"),
            Reason::Commanded { command, by, why } => {
                write!(to, "{by} asked to {command}")?;
                why.iter().try_for_each(|why| write!(to, ": {why}"))
            }
            Reason::Interrupted => write!(to, "the run was interrupted"),
            Reason::FailureLimit { metric, breach, failed, limit } => {
                write!(
                    to,
                    "{metric} fails: {breach}; that is failed check {failed} and {limit} are tolerated"
                )
            }
            Reason::Critical { metric, breach } => write!(to, "critical metric {metric} fails: {breach}"),
            Reason::Tripwire { metric, breach } => write!(to, "tripwire {metric} was hit: {breach}"),
            Reason::InconclusiveLimit { metric, inconclusive, limit } => {
                write!(
                    to,
                    "{metric} has no verdict; that is check {inconclusive} without one and {limit} are tolerated"
                )
            }
            Reason::ErrorLimit { metric, why, errors, limit } => write!(
                to,
                "{metric} could not be measured {} in a row and {limit} are tolerated; the last answer was: {why}",
                times(*errors)
            ),
            Reason::DeadlineWithBadData { metric, breach } => {
                write!(to, "the progress deadline passed and {metric} fails: {breach}")
            }
            Reason::DeadlineWithoutData { missing } => {
                write!(to, "the progress deadline passed and {missing}")
            }
            Reason::HookFailed { hook, why } => write!(to, "hook {hook} failed: {why}"),
            Reason::ExternalChange { expected, live, author } => {
                write!(to, "the live split was changed from outside")?;
                author.iter().try_for_each(|author| write!(to, " by {author}"))?;
                write!(to, ": the canary has {live} % where {expected} % was set")
            }
            Reason::AbortedOutside { author } => {
                write!(to, "all traffic was given back to the stable version from outside")?;
                author.iter().try_for_each(|author| write!(to, " by {author}"))
            }
            Reason::StableGone { why } => write!(to, "the stable version cannot take traffic back: {why}"),
            Reason::ShiftNotVerified { weight, attempts, why } => {
                write!(
                    to,
                    "the shift to {weight} % was asked for {} and did not take effect",
                    times(*attempts)
                )?;
                why.iter().try_for_each(|why| write!(to, "; the last answer was: {why}"))
            }
            Reason::Superseded { by } => write!(to, "version {by} takes its place"),
            Reason::RolledBack { because } => {
                write!(to, "the stable version serves all traffic again, because {because}")
            }
            Reason::Promoted => write!(to, "the new version serves all traffic"),
            Reason::Locked { holder, until } => write!(to, "rollout locked by {holder} until {until}"),
            Reason::NewerPolicy { field } => {
                write!(
                    to,
                    "the rollout began under a newer Slipway: `{field}` of its policy is not understood here"
                )
            }
            Reason::Other(_) => write!(to, "a newer Slipway noted \"{}\"", self.code()),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let value = Short(self.value);
        let bound = Short(self.bound);
        match (self.rule, self.stable) {
            (Rule::TooHigh, _) if self.value == self.bound => {
                write!(to, "{value}{unit} is not below {bound}{unit}")
            }
            (Rule::TooLow, _) if self.value == self.bound => {
                write!(to, "{value}{unit} is not above {bound}{unit}")
            }
            (Rule::TooHigh, _) => write!(to, "{value}{unit} is above the limit of {bound}{unit}"),
            (Rule::TooLow, _) => write!(to, "{value}{unit} is below the limit of {bound}{unit}"),
            (Rule::Relative, Some(stable)) => {
                write!(
                    to,
                    "{value}{unit} is more than {bound} times the {}{unit} of the stable version",
                    Short(stable)
                )
            }
            (Rule::Comparison, Some(stable)) => write!(
                to,
                "{value}{unit} differs from the {}{unit} of the stable version with a confidence of {bound}",
                Short(stable)
            ),
            (Rule::Relative | Rule::Comparison, None) => {
                write!(to, "{value}{unit} is worse than the stable version")
            }
            (Rule::Hit, _) => write!(to, "it answered {value}"),
        }
    }
}

/// A number with at most six significant digits, so that 0.1 + 0.2 reads as 0.3.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded: f64 = format!("{:.5e}", self.0).parse().unwrap_or(self.0);
        write!(to, "{rounded}")
    }
}

fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}
