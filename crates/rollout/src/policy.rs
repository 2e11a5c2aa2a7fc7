//! What a team writes down about a release: steps, gates, hooks, notifications. Data only; [`crate::machine`] obeys it.
//!
//! [`Policy::parse`] reads one and reports every problem in one run. The sentences on the fields are what users read in
//! the published JSON Schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::duration::Duration;
use crate::freeze::FreezeWindow;

/// How a new version is released: which share of the traffic it gets for how long, what must be true before it gets
/// more, and what happens when it is not.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The JSON Schema that an editor checks this file against. Slipway ignores it.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// A remark for readers of the file. Slipway ignores it.
    #[serde(rename = "$comment", default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// A name for messages and notifications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the policy is for, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The ladder: shares of the traffic in strictly rising order. 100 % is implied as the end and never written.
    /// An empty list is refused unless a `generator` makes the steps or `skip_analysis` is set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Makes the steps by a rule, in place of `steps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<Generator>,
    /// How long the new version is still watched at 100 %, with automatic rollback, before the release counts as
    /// succeeded. `"0s"`, the default, ends the release as soon as 100 % is verified.
    #[serde(default)]
    pub final_bake_time: Duration,
    /// The longest time a step may take. When it has passed, bad data rolls back; missing data or missing traffic
    /// pauses. The clock starts anew with each verified shift, and stands still in pauses and freeze windows.
    /// Default: three times the longest wait in the policy, at least one hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_deadline: Option<Duration>,
    /// Measure nothing and let bake times and approvals alone decide. With an empty `steps`, the new version gets
    /// 100 % at once. For emergencies.
    #[serde(default)]
    pub skip_analysis: bool,
    /// Which earlier good versions may come back at once, without steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_window: Option<RollbackWindow>,
    /// The gates: what is measured, how often, and what is good enough.
    #[serde(default)]
    pub analysis: Analysis,
    /// HTTP calls at fixed points of the rollout that take part in its outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// HTTP calls that tell people. They never change the outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<Notification>,
    /// Times in which the canary's share is not raised. Rolling back is possible at any time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freeze_windows: Vec<FreezeWindow>,
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The canary's share of the traffic in whole percents, 1 to 99.
    #[schemars(range(min = 1, max = 99))]
    pub weight: u8,
    /// The least time at this weight. Time in a pause does not count.
    pub bake_time: Duration,
    /// After the bake, wait until a person approves the next weight.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approval_required: bool,
    /// Analysis settings that differ in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analysis: Option<StepAnalysis>,
}

/// Analysis settings of one step. What is absent is as in the policy's `analysis`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepAnalysis {
    /// As `analysis.interval`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// As `analysis.initial_delay`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_delay: Option<Duration>,
    /// As `analysis.min_sample_size`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_sample_size: Option<u64>,
    /// As `analysis.failure_limit`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_limit: Option<u32>,
    /// As `analysis.consecutive_error_limit`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consecutive_error_limit: Option<u32>,
    /// As `analysis.inconclusive_limit`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inconclusive_limit: Option<u32>,
    /// As `analysis.consecutive_success_limit`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consecutive_success_limit: Option<u32>,
    /// As `analysis.on_inconclusive`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_inconclusive: Option<OnInconclusive>,
    /// As `analysis.on_provider_error`, in this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_provider_error: Option<OnProviderError>,
    /// The names of the metrics that are measured in this step. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<String>>,
}

/// A rule that makes the steps. Exactly one of `linear`, `exponential`, or `increment_percentage` with `interval`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    /// Equal increments from a first weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linear: Option<Linear>,
    /// Each weight a multiple of the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exponential: Option<Exponential>,
    /// Whole percents added every `interval`, the first increment being the first step: 10 makes 10, 20, ... 90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99))]
    pub increment_percentage: Option<u8>,
    /// The bake time of every step made by `increment_percentage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
}

/// Steps in equal increments: `start`, `start + increment`, ... below 100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Linear {
    /// The first weight. Default: the increment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99))]
    pub start: Option<u8>,
    /// Whole percents between two steps.
    #[schemars(range(min = 1, max = 99))]
    pub increment: u8,
    /// The bake time of every step.
    pub bake_time: Duration,
}

/// Steps that grow by a factor: `start`, `start × factor`, ... below 100, rounded down to whole percents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exponential {
    /// The first weight.
    #[schemars(range(min = 1, max = 99))]
    pub start: u8,
    /// What each weight is multiplied by; more than 1. Default: 2.
    #[serde(default = "default::factor")]
    pub factor: f64,
    /// The bake time of every step.
    pub bake_time: Duration,
}

/// Which earlier good versions take the fast path: all traffic at once, without steps and without analysis.
/// Where both bounds are given, both must hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackWindow {
    /// The version was one of so many good versions before the one that serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub revisions: Option<u32>,
    /// The version was replaced no longer ago than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
}

/// What is measured, how often, and which limits act. A limit acts when it is **exceeded**: with a `failure_limit` of
/// 2 the third failed check rolls back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Analysis {
    /// The time between two checks.
    #[serde(default = "default::interval")]
    pub interval: Duration,
    /// How long after each shift the first check waits, so that metrics can arrive. The first check never comes
    /// before one whole `interval`.
    #[serde(default)]
    pub initial_delay: Duration,
    /// Requests to the canary that a verdict needs. A check takes as many measurements as it needs to see this many;
    /// until it has, it neither passes nor fails, and no step ends with fewer. Applies to metrics whose source counts
    /// requests, and not to tripwires.
    #[serde(default = "default::min_sample_size")]
    pub min_sample_size: u64,
    /// Failed checks that are tolerated in the whole rollout. A failed check holds the step; one more than this rolls
    /// back. Metrics that fail at the same moment count once.
    #[serde(default = "default::failure_limit")]
    pub failure_limit: u32,
    /// Measurements in a row that may come back with an error, for each metric, before `on_provider_error` acts.
    #[serde(default = "default::consecutive_error_limit")]
    pub consecutive_error_limit: u32,
    /// Checks without a verdict (no data, too little traffic after the bake time) that are tolerated in the whole
    /// rollout before `on_inconclusive` acts.
    #[serde(default = "default::inconclusive_limit")]
    pub inconclusive_limit: u32,
    /// Passes in a row that each metric needs at the end of a step.
    #[serde(default = "default::consecutive_success_limit")]
    #[schemars(range(min = 1))]
    pub consecutive_success_limit: u32,
    /// What happens when `inconclusive_limit` is exceeded.
    #[serde(default)]
    pub on_inconclusive: OnInconclusive,
    /// What happens when `consecutive_error_limit` is exceeded.
    #[serde(default)]
    pub on_provider_error: OnProviderError,
    /// What is measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
}

impl Default for Analysis {
    fn default() -> Analysis {
        Analysis {
            interval: default::interval(),
            initial_delay: Duration::ZERO,
            min_sample_size: default::min_sample_size(),
            failure_limit: default::failure_limit(),
            consecutive_error_limit: default::consecutive_error_limit(),
            inconclusive_limit: default::inconclusive_limit(),
            consecutive_success_limit: default::consecutive_success_limit(),
            on_inconclusive: OnInconclusive::default(),
            on_provider_error: OnProviderError::default(),
            metrics: Vec::new(),
        }
    }
}

/// What happens when checks stay without a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnInconclusive {
    /// Stay in the step until there is a verdict or `progress_deadline` pauses.
    #[default]
    Extend,
    /// Pause for a person.
    Pause,
    /// Roll back.
    Rollback,
}

/// What happens when a metric cannot be measured. Going on without it is not a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnProviderError {
    /// Pause for a person.
    #[default]
    Pause,
    /// Roll back.
    Rollback,
}

/// One thing that is measured, and when it is good enough.
///
/// Several rules in one metric must all hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// The name in messages, traces and the journal. Unique in the policy.
    pub name: String,
    /// Who is asked.
    pub source: Source,
    /// What is asked of the platform. Default: `error_rate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stat: Option<Stat>,
    /// Where the Prometheus server is. Default: the one in the provider's configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The Prometheus query. `{{version}}` stands for the version that is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The address that an `http` or `webhook` source calls. `{{version}}` stands for the version that is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where the value stands in the JSON answer of an `http` source, as a JSON pointer. Default: `/value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_pointer: Option<String>,
    /// Fixed bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// Bounds relative to the stable version at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<Relative>,
    /// A statistical test against the stable version at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// One failed check rolls back at once, whatever the limits say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub critical: bool,
    /// Whether the metric must pass for the rollout to go on (`gate`), or is an alarm that rolls back at the first
    /// hit (`tripwire`).
    #[serde(default, skip_serializing_if = "Mode::is_gate")]
    pub mode: Mode,
    /// Measure and show, but never decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// As `analysis.initial_delay`, for this metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_delay: Option<Duration>,
    /// As `analysis.interval`, for this metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// So many verdicts in a step are enough; the metric then rests and its last verdict stands.
    /// Default: no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub count: Option<u32>,
    /// A limit for this metric alone; its failed checks then do not count towards `analysis.failure_limit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_limit: Option<u32>,
    /// A limit for this metric alone; its inconclusive checks then do not count towards
    /// `analysis.inconclusive_limit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inconclusive_limit: Option<u32>,
    /// As `analysis.consecutive_error_limit`, for this metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consecutive_error_limit: Option<u32>,
    /// As `analysis.consecutive_success_limit`, for this metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub consecutive_success_limit: Option<u32>,
}

/// Who answers for a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The cloud that serves the traffic, per version: CloudWatch, Workers analytics, Supabase analytics.
    Platform,
    /// A Prometheus server, by `query`.
    Prometheus,
    /// A JSON document at `url`.
    Http,
    /// A yes-or-no question asked at `url`: a success status is 0, HTTP 409 or 412 is 1. Made for tripwires.
    Webhook,
}

/// What a platform can be asked about a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stat {
    /// Failed requests divided by all requests, 0 to 1.
    ErrorRate,
    /// Successful requests divided by all requests, 0 to 1.
    SuccessRate,
    /// Mean latency in milliseconds.
    Avg,
    /// Median latency in milliseconds.
    P50,
    /// 90th percentile of the latency in milliseconds.
    P90,
    /// 95th percentile of the latency in milliseconds.
    P95,
    /// 99th percentile of the latency in milliseconds.
    P99,
    /// Requests per minute.
    RequestRate,
}

/// Fixed bounds. At least one; the measured value has the same unit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The smallest value that passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The largest value that passes: a value equal to it passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Values must be greater than this: a value equal to it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Values must be less than this: a value equal to it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// The unit of the bounds and of the measured value, such as "ms" or "percent". A platform's values are converted
    /// to it from milliseconds (`ms`, `s`) or from fractions (`fraction`, `percent`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Bounds relative to the stable version: "three times the normal latency".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relative {
    /// What the canary is compared with.
    #[serde(default)]
    pub baseline: Baseline,
    /// The largest accepted canary value as a multiple of the stable one. A value equal to it passes.
    pub max_ratio: f64,
    /// A difference up to this passes whatever the ratio, so that small numbers do not raise alarms. In the unit of
    /// the value.
    #[serde(default)]
    pub min_delta: f64,
}

/// What a relative bound is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// The stable version, measured over the same time.
    #[default]
    Stable,
}

/// A statistical test of the canary against the stable version.
///
/// It fails where the canary is worse with the stated confidence **and** by more than the stated effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Which test.
    pub method: Method,
    /// Which change is bad.
    #[serde(default)]
    pub direction: Direction,
    /// How sure the test must be, between 0 and 1.
    #[serde(default = "default::confidence")]
    pub confidence: f64,
    /// The change of the mean that is accepted even when it is certain, as a ratio: 1.25 accepts a canary 25 % above
    /// the stable version, or, where a decrease is bad, as far below it. Default: 1, every certain change fails.
    #[serde(default = "default::allowed_increase")]
    pub allowed_increase: f64,
    /// What the test needs of each version before it says anything: measurements in the step for `mann_whitney`,
    /// requests for `two_proportion`.
    #[serde(default = "default::min_points")]
    pub min_points: u32,
}

/// Which test compares the canary with the stable version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Mann-Whitney U over the step's measurements, for latencies and other continuous values.
    MannWhitney,
    /// Two-proportion test over counted requests, for error and success rates.
    TwoProportion,
}

/// Which change of a metric is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Larger is worse.
    #[default]
    Increase,
    /// Smaller is worse.
    Decrease,
    /// Any change is bad.
    Either,
}

/// How a metric takes part in the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Must pass before the rollout goes on.
    #[default]
    Gate,
    /// An alarm: the first hit rolls back. A hit is a value outside `threshold`, or without one any value above 0.
    /// Silence is not a hit, and a tripwire never has to pass.
    Tripwire,
}

impl Mode {
    fn is_gate(&self) -> bool {
        *self == Mode::Gate
    }
}

/// An HTTP call that takes part in the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The name in messages and the journal. Default: `when` and the position among the hooks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At which point of the rollout.
    pub when: HookPoint,
    /// The address that gets a POST. A success status means that the hook succeeded.
    pub url: String,
    /// How long one call may take.
    #[serde(default = "default::hook_timeout")]
    pub timeout: Duration,
    /// How often a failed call is repeated.
    #[serde(default)]
    pub retries: u32,
    /// What happens when the last repetition failed. `post_rollout` hooks cannot change the outcome any more.
    #[serde(default)]
    pub on_failure: OnHookFailure,
    /// For `post_rollout`: after which outcomes. Default: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<Outcome>,
}

/// At which point of a rollout a hook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HookPoint {
    /// Before the canary gets any traffic, at weight 0.
    PreRollout,
    /// In every step, after its weight is verified; the step does not end before the hook succeeded.
    Step,
    /// After 100 % is verified, before the final bake.
    PostPromotion,
    /// After the end, whatever it was.
    PostRollout,
}

/// What a hook's failure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnHookFailure {
    /// Roll back.
    #[default]
    Rollback,
    /// Pause for a person.
    Pause,
    /// Note it and go on.
    Continue,
}

/// How a rollout ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The new version serves all traffic and is the stable one.
    Succeeded,
    /// The new version was judged bad; the stable one serves all traffic.
    Failed,
    /// A person, or a newer version, ended the rollout; the stable version serves all traffic.
    Aborted,
}

/// An HTTP call that tells people what happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// The address that gets a POST.
    pub url: String,
    /// What to tell. Default: everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<Notice>,
    /// The shape of the body.
    #[serde(default)]
    pub format: NotificationFormat,
}

/// What people can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A rollout began.
    Started,
    /// A new weight is verified.
    Step,
    /// The rollout waits for a person.
    Paused,
    /// A person let it go on.
    Resumed,
    /// The canary's traffic is being taken away.
    RollingBack,
    /// The release ended well.
    Succeeded,
    /// The new version was judged bad and is rolled back.
    Failed,
    /// A person, or a newer version, ended the rollout.
    Aborted,
    /// Something needs eyes, but nothing was decided: clocks apart, a rollback not taking effect, an edited policy.
    Warning,
}

/// The shape of a notification's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotificationFormat {
    /// Slipway's own JSON object: notice, message, versions, weight, reason.
    #[default]
    Json,
    /// `{"text": ...}`, as Slack, Mattermost and compatible services take it.
    Slack,
}

/// Defaults that serde and the schema share.
mod default {
    use super::Duration;

    pub(super) fn factor() -> f64 {
        2.0
    }
    pub(super) fn interval() -> Duration {
        Duration::from_mins(1)
    }
    pub(super) fn min_sample_size() -> u64 {
        200
    }
    pub(super) fn failure_limit() -> u32 {
        2
    }
    pub(super) fn consecutive_error_limit() -> u32 {
        4
    }
    pub(super) fn inconclusive_limit() -> u32 {
        3
    }
    pub(super) fn consecutive_success_limit() -> u32 {
        1
    }
    pub(super) fn confidence() -> f64 {
        0.98
    }
    pub(super) fn allowed_increase() -> f64 {
        1.0
    }
    pub(super) fn min_points() -> u32 {
        20
    }
    pub(super) fn hook_timeout() -> Duration {
        Duration::from_secs(30)
    }
}

/// One thing wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where, as a JSON path: `steps[1].weight`. `$` is the whole document.
    pub path: String,
    /// The rule that is broken, a stable word: `weights_rise`.
    pub rule: &'static str,
    /// What is wrong and what would be right, in a sentence.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {} [{}]", self.path, self.message, self.rule)
    }
}

impl Policy {
    /// Reads a policy from JSON text.
    ///
    /// # Errors
    /// Everything that is wrong with it, each problem at its place.
    pub fn parse(text: &str) -> Result<Policy, Vec<Problem>> {
        match serde_json::from_str(text) {
            Ok(value) => Policy::from_value(value),
            Err(error) => Err(vec![Problem {
                path: "$".into(),
                rule: "json",
                message: format!("this is not JSON: {error}"),
            }]),
        }
    }

    /// Reads a policy from a JSON value, wherever it came from (JSON, YAML, HCL).
    ///
    /// # Errors
    /// Everything that is wrong with it, each problem at its place.
    pub fn from_value(value: serde_json::Value) -> Result<Policy, Vec<Problem>> {
        crate::check::read(value)
    }

    /// Everything that is wrong with this policy; empty when a rollout can obey it.
    pub fn problems(&self) -> Vec<Problem> {
        crate::check::rules(self)
    }

    /// The same policy with nothing left to work out: the generator replaced by its steps, the deadline and the hook
    /// names written down. Two policies that mean the same are equal after this.
    pub fn normalized(&self) -> Policy {
        let mut policy = self.clone();
        policy.schema = None;
        policy.comment = None;
        policy.steps = self.ladder();
        policy.generator = None;
        policy.progress_deadline = Some(self.deadline());
        for (index, hook) in policy.hooks.iter_mut().enumerate() {
            hook.name = Some(self.hook_name(index));
        }
        policy
    }

    /// The name of the hook at this position: its own, or its point and position.
    pub fn hook_name(&self, index: usize) -> String {
        let hook = &self.hooks[index];
        hook.name.clone().unwrap_or_else(|| format!("{}-{}", hook.when.word(), index + 1))
    }

    /// The steps, written down or generated. 100 % is not among them.
    pub fn ladder(&self) -> Vec<Step> {
        match &self.generator {
            Some(generator) if self.steps.is_empty() => generator.steps(),
            _ => self.steps.clone(),
        }
    }

    /// The progress deadline that applies: the one written down, or three times the longest wait, at least one hour.
    pub fn deadline(&self) -> Duration {
        self.progress_deadline.unwrap_or_else(|| self.longest_wait().times(3).max(Duration::from_mins(60)))
    }

    /// The longest time that one step takes when everything is well.
    pub fn longest_wait(&self) -> Duration {
        let steps = self.ladder();
        let bakes = steps.iter().map(|step| (step.bake_time, Some(step)));
        let waits = bakes.chain([(self.final_bake_time, None)]).map(|(bake, step)| {
            let first_checks = self.analysis.metrics.iter().map(|metric| self.first_check(metric, step));
            first_checks.fold(bake, Duration::max)
        });
        waits.max().unwrap_or_default()
    }

    /// The time from the first shift to the end when nothing goes wrong, no request lacks and nobody is waited for.
    pub fn shortest_duration(&self) -> Duration {
        self.ladder().iter().fold(self.final_bake_time, |total, step| total.plus(step.bake_time))
    }

    /// How long after a shift the first check of `metric` comes in `step` (`None`: in the final bake).
    pub fn first_check(&self, metric: &Metric, step: Option<&Step>) -> Duration {
        let own = step.and_then(|step| step.analysis.as_ref());
        let delay = metric
            .initial_delay
            .or(own.and_then(|own| own.initial_delay))
            .unwrap_or(self.analysis.initial_delay);
        delay.max(self.interval(metric, step))
    }

    /// The time between two checks of `metric` in `step` (`None`: in the final bake).
    pub fn interval(&self, metric: &Metric, step: Option<&Step>) -> Duration {
        let own = step.and_then(|step| step.analysis.as_ref());
        metric.interval.or(own.and_then(|own| own.interval)).unwrap_or(self.analysis.interval)
    }

    /// JSON with sorted keys and without spaces: the same policy is the same text.
    pub fn to_canonical_json(&self) -> String {
        crate::canonical::to_string(self)
    }
}

impl Generator {
    /// The steps that the rule makes. Nothing where the rule is incomplete.
    pub fn steps(&self) -> Vec<Step> {
        let step = |weight, bake_time| Step { weight, bake_time, approval_required: false, analysis: None };
        if let Some(Linear { start, increment, bake_time }) = self.linear {
            let start = start.unwrap_or(increment);
            (start..100)
                .step_by(usize::from(increment.max(1)))
                .map(|weight| step(weight, bake_time))
                .collect()
        } else if let Some(Exponential { start, factor, bake_time }) = self.exponential {
            let mut steps: Vec<Step> = Vec::new();
            let mut exact = f64::from(start);
            // A factor close to 1 needs many rounds to the next whole percent; one that is not above 1 has no end.
            while factor > 1.0 && exact < 100.0 {
                let weight = exact as u8;
                if steps.last().is_none_or(|last| last.weight < weight) {
                    steps.push(step(weight, bake_time));
                }
                exact *= factor;
            }
            steps
        } else if let (Some(increment), Some(interval)) = (self.increment_percentage, self.interval) {
            let first = increment.max(1);
            (first..100).step_by(usize::from(first)).map(|weight| step(weight, interval)).collect()
        } else {
            Vec::new()
        }
    }
}

impl HookPoint {
    /// The word that stands for the point in a policy.
    pub fn word(self) -> &'static str {
        match self {
            HookPoint::PreRollout => "pre_rollout",
            HookPoint::Step => "step",
            HookPoint::PostPromotion => "post_promotion",
            HookPoint::PostRollout => "post_rollout",
        }
    }
}

impl Source {
    /// The word that stands for the source in a policy.
    pub fn word(self) -> &'static str {
        match self {
            Source::Platform => "platform",
            Source::Prometheus => "prometheus",
            Source::Http => "http",
            Source::Webhook => "webhook",
        }
    }
}

impl Metric {
    /// What is asked of the source, as far as it is known: `error_rate` for a platform that is asked nothing else.
    pub fn stat(&self) -> Option<Stat> {
        self.stat.or((self.source == Source::Platform).then_some(Stat::ErrorRate))
    }

    /// Whether the value is a share of the requests behind it, so that requests can be counted from it.
    pub fn is_rate(&self) -> bool {
        matches!(self.stat(), Some(Stat::ErrorRate | Stat::SuccessRate))
    }

    /// What one whole is in the metric's unit, for rates: 1, or 100 percent.
    pub fn whole(&self) -> f64 {
        let unit = self.threshold.as_ref().and_then(|threshold| threshold.unit.as_deref());
        if matches!(unit, Some("percent" | "%")) { 100.0 } else { 1.0 }
    }

    /// Whether a verdict needs a measurement of the stable version.
    pub fn needs_stable(&self) -> bool {
        self.relative.is_some() || self.comparison.is_some()
    }

    /// Whether the metric can hold a rollout back: a gate that is not on trial.
    pub fn is_deciding_gate(&self) -> bool {
        self.mode == Mode::Gate && !self.dry_run
    }
}

/// The JSON Schema of a policy, as published in `schemas/release-policy.json`.
pub fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Policy)
}
