//! What the engine remembers: where the rollout stands, how it came there, and what was good before.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::duration::Duration;
use crate::observation::Share;
use crate::policy::{Outcome, Policy, Step};
use crate::reason::{Breach, Reason};

/// The memory of one release target, saved after every decision that changes it.
///
/// It holds enough to go on after a crash at any point, and is bounded: measurements are kept per metric and folded,
/// rollouts that ended become one line each. Engines of the same major format read each other's journals; what they
/// do not know they keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    /// The format of this journal: `major.minor`.
    pub format: String,
    /// What is released: the name of the release.
    pub target: String,
    /// Grows by one with every change. A store saves a journal only over the revision that it was made from.
    pub revision: u64,
    /// The rollout that runs, or the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// Every transition, oldest first. Only ever appended to; the oldest are folded when it grows long.
    #[serde(default)]
    pub log: Vec<Entry>,
    /// The rollouts before it, oldest first.
    #[serde(default)]
    pub history: VecDeque<Past>,
    /// Who may change anything at present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The latest moment the engine saw, and on whose clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Stamp>,
    /// The ids of the latest commands, so that none is obeyed twice.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub commands: VecDeque<String>,
    /// What a newer engine added.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// Where a rollout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing was ever released.
    Idle,
    /// Asked for; hooks run, the canary has no traffic.
    Pending,
    /// On the ladder.
    Progressing,
    /// At 100 %, still watched.
    FinalBake,
    /// Waiting for a person.
    Paused,
    /// The canary is losing its traffic; not yet verified.
    RollingBack,
    /// The canary is the stable version.
    Succeeded,
    /// The canary was judged bad; the stable version serves.
    Failed,
    /// A person ended it; the stable version serves.
    Aborted,
}

impl Phase {
    /// Whether the rollout is over.
    pub fn is_terminal(self) -> bool {
        matches!(self, Phase::Succeeded | Phase::Failed | Phase::Aborted)
    }

    /// Whether a rollout runs.
    pub fn is_active(self) -> bool {
        !self.is_terminal() && self != Phase::Idle
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Idle => "idle",
            Phase::Pending => "pending",
            Phase::Progressing => "progressing",
            Phase::FinalBake => "final_bake",
            Phase::Paused => "paused",
            Phase::RollingBack => "rolling_back",
            Phase::Succeeded => "succeeded",
            Phase::Failed => "failed",
            Phase::Aborted => "aborted",
        }
    }
}

impl From<Outcome> for Phase {
    fn from(outcome: Outcome) -> Phase {
        match outcome {
            Outcome::Succeeded => Phase::Succeeded,
            Outcome::Failed => Phase::Failed,
            Outcome::Aborted => Phase::Aborted,
        }
    }
}

/// One rollout of one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Counts the rollouts of this target from 1.
    pub id: u64,
    /// The new version.
    pub canary: String,
    /// The version that served before; `None` at the first deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable: Option<String>,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub started_at: Timestamp,
    /// The policy as it was then. Edits take effect with the next rollout.
    pub policy: Snapshot,
    /// Where it stands.
    pub phase: Phase,
    /// The position on the ladder, from 0; the number of steps once the ladder is behind.
    pub step: usize,
    /// The canary's last verified share in percent.
    pub weight: u8,
    /// When that was read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic_verified_at: Option<Timestamp>,
    /// A shift that was decided and is not verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// Straight to 100 % instead of up the ladder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub straight: Option<Straight>,
    /// The step's own clocks.
    #[serde(default)]
    pub bake: Bake,
    /// The step was approved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approved: bool,
    /// Steps that a person left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<usize>,
    /// Why it waits for a person, and where it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// Why it goes back, and what it then is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
    /// Failed, inconclusive and not measured: three numbers.
    #[serde(default)]
    pub counters: Counters,
    /// What is remembered of each metric, in the order of the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricState>,
    /// What is remembered of the hooks of the present point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<HookState>,
    /// The reason of the latest transition.
    pub reason: Reason,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// It has been noted that the policy was edited.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub policy_edited: bool,
    /// What a newer engine added.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// A shift that was decided: written down before the cloud is called, so that a crash cannot hide it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The canary's shares that may be live before it takes effect: the last verified one, and those of earlier
    /// shifts that were never verified and may still take effect.
    pub from: Vec<u8>,
    /// The canary's share after.
    pub to: u8,
    /// The position on the ladder after.
    pub step: usize,
    /// The cloud's name for the split that the call was made over. The old share under another name means that somebody
    /// wrote in between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// A split made by somebody else, which a person's command writes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Vec<Share>>,
    /// When it was decided.
    pub at: Timestamp,
    /// How often the cloud was called.
    pub attempts: u32,
    /// Not before then is it called again.
    pub again_at: Timestamp,
    /// The cloud's last refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// Why a rollout goes straight to 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Straight {
    /// Nothing served before.
    FirstDeployment,
    /// The version was good recently.
    RecentlyGood,
    /// The policy has no steps and skips analysis.
    AnalysisSkipped,
    /// A person promoted it fully.
    Promoted,
}

/// The clocks of the present step. All of them stand still while the rollout is paused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Bake {
    /// When the step's weight was verified; `None` while no step is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Time at the step's weight that counts, in milliseconds.
    pub baked_ms: u64,
    /// Time towards the progress deadline, in milliseconds.
    pub stalled_ms: u64,
    /// The gate was open at the last look and only a freeze window held the step.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
}

/// A pause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// What kind of pause.
    pub kind: PauseKind,
    /// Since when.
    pub at: Timestamp,
    /// The phase that a `resume` leads back to.
    pub resume: Phase,
}

/// What a paused rollout waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseKind {
    /// A step wants an approval.
    Approval,
    /// Checks stayed without a verdict.
    Inconclusive,
    /// A metric could not be measured.
    ProviderError,
    /// The live split is not the engine's.
    ExternalChange,
    /// A person asked for it.
    User,
    /// The program around the engine was told to stop.
    Interrupted,
    /// The progress deadline passed without data.
    Deadline,
    /// A hook failed.
    Hook,
    /// A shift did not become visible.
    Verification,
    /// The stable version is gone.
    StableGone,
}

/// A rollback under way, or done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    /// Why.
    pub because: Reason,
    /// What the rollout is when the rollback is verified.
    pub outcome: Outcome,
    /// The version that is released next, when a newer one took the canary's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The three counters of the rollout. They never mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Rounds of checks in which a metric without its own limit failed. Metrics with one are counted in their own
    /// [`failed`](MetricState::failed).
    pub failed: u32,
    /// Rounds of checks in which a metric without its own limit had no verdict. Begins anew after a `resume`.
    pub inconclusive: u32,
    /// Measurement errors in a row, of the metric that has most of them.
    pub errors: u32,
}

/// What is remembered of one metric.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MetricState {
    /// The metric's name.
    pub name: String,
    /// When the next check is due; `None` when no step is under way or `count` is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The due check was asked for with a `Measure` effect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// The end of the latest measurement that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_until: Option<Timestamp>,
    /// Requests to the canary in this step.
    #[serde(default)]
    pub samples: u64,
    /// The measurements that the check under way has collected.
    #[serde(default)]
    pub pool: Pool,
    /// Verdicts in this step.
    #[serde(default)]
    pub verdicts: u32,
    /// How the latest check in this step came out, measurements that only wait aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Verdict>,
    /// Why it did, where it is not a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Reason>,
    /// What the latest failed check of this step broke, unless a pass came after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach: Option<Breach>,
    /// Passes in a row, in this step.
    #[serde(default)]
    pub passes: u32,
    /// Failed checks in the rollout.
    #[serde(default)]
    pub failed: u32,
    /// Checks without a verdict in the rollout, or since a `resume`.
    #[serde(default)]
    pub inconclusive: u32,
    /// Measurement errors in a row.
    #[serde(default)]
    pub errors: u32,
    /// The latest checks, oldest first; of this step only what comes after its beginning.
    #[serde(default)]
    pub recent: VecDeque<Check>,
    /// The checks before those, added up.
    #[serde(default)]
    pub folded: Folded,
    /// What a newer engine added.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// Measurements added up until they hold enough requests for a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Pool {
    /// Requests to the canary.
    pub canary_samples: u64,
    /// The canary's value, the mean of all measurements weighted with their requests. Exact for rates and means; for
    /// percentiles the usual approximation.
    pub canary: f64,
    /// Requests to the stable version.
    pub stable_samples: u64,
    /// The stable version's value.
    pub stable: f64,
}

/// One check of one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// When.
    pub at: Timestamp,
    /// How it came out.
    pub verdict: Verdict,
    /// The canary's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The stable version's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable: Option<f64>,
    /// The requests behind the canary's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every rule of the metric holds.
    Pass,
    /// A rule is broken.
    Fail,
    /// No data, or nothing to compare with.
    Inconclusive,
    /// Could not be measured.
    Error,
    /// Needs more requests or points; the next measurement is added to this one.
    Waiting,
}

/// Old checks, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Folded {
    /// Checks that passed.
    pub passed: u64,
    /// Checks that failed.
    pub failed: u64,
    /// Checks without a verdict.
    pub inconclusive: u64,
    /// Checks that could not be measured.
    pub errors: u64,
    /// Measurements that were only added to the next.
    pub waiting: u64,
}

/// What is remembered of one hook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HookState {
    /// The hook's name.
    pub name: String,
    /// The number of the latest call, from 1.
    pub attempt: u32,
    /// Not before then is it called (again).
    pub again_at: Timestamp,
    /// Where it stands.
    pub status: HookStatus,
    /// What its latest failure answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// Where a hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookStatus {
    /// To be called, or called and not answered.
    Running,
    /// Succeeded.
    Succeeded,
    /// Failed for the last time.
    Failed,
}

/// One transition: who, when, why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the transitions of the target from 1.
    pub seq: u64,
    /// The rollout's number.
    pub run: u64,
    /// When.
    pub at: Timestamp,
    /// Who: the person for commands, otherwise the runner.
    pub by: String,
    /// The phase after it.
    pub phase: Phase,
    /// The position on the ladder after it.
    pub step: usize,
    /// The canary's verified share after it.
    pub weight: u8,
    /// Why.
    pub reason: Reason,
    /// How many older entries were folded into this one.
    #[serde(default, skip_serializing_if = "none_folded")]
    pub folded: u64,
    /// What a newer engine added.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

fn none_folded(folded: &u64) -> bool {
    *folded == 0
}

/// A rollout that ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Its number.
    pub id: u64,
    /// Its version.
    pub version: String,
    /// The version it was released against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// Who asked for it.
    pub by: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What a newer engine added.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// Who may change anything, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The runner.
    pub holder: String,
    /// The lease ends by itself then.
    pub until: Timestamp,
}

/// A moment, and on whose clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The moment.
    pub at: Timestamp,
    /// The runner whose clock it is; `None` for the cloud's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
}

/// A policy as it was when the rollout began, with its steps worked out.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot(Arc<Content>);

#[derive(Debug, PartialEq)]
struct Content {
    policy: Policy,
    ladder: Vec<Step>,
    deadline: Duration,
    /// What was read, where it holds fields that this engine does not know, and their places.
    raw: Option<Value>,
    unknown: Vec<String>,
}

/// The format that this engine writes. A minor step adds fields and reasons; a major one changes the meaning of what is
/// there (a new phase, for one) and is refused by older engines.
const FORMAT: &str = "1.0";

/// Entries of the log that are kept; when it grows beyond, the older half is folded into one.
const LOG_ENTRIES: usize = 1_000;

/// Rollouts that are remembered after their end.
const PAST_ROLLOUTS: usize = 100;

/// Command ids that are remembered.
const COMMAND_IDS: usize = 32;

/// Checks kept of a metric that is only compared with bounds; the others keep enough for their test.
pub(crate) const RECENT_CHECKS: usize = 10;

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum NotReadable {
    /// The text is not a journal, or is cut off.
    #[error("this is not a release journal: {0}")]
    NotAJournal(#[from] serde_json::Error),
    /// Another major format.
    #[error(
        "the journal has format {found} and this engine reads 1.x; use a Slipway that writes format {found}"
    )]
    OtherFormat {
        /// What was found.
        found: String,
    },
}

impl Journal {
    /// The journal of a target that nothing was released to yet.
    pub fn new(target: impl Into<String>) -> Journal {
        Journal {
            format: FORMAT.to_owned(),
            target: target.into(),
            revision: 0,
            run: None,
            log: Vec::new(),
            history: VecDeque::new(),
            lease: None,
            clock: None,
            commands: VecDeque::new(),
            extra: BTreeMap::new(),
        }
    }

    /// Reads a journal that this or another engine of the same major format wrote.
    ///
    /// # Errors
    /// The text is no journal, or one of another major format.
    pub fn parse(text: &str) -> Result<Journal, NotReadable> {
        #[derive(Deserialize)]
        struct Format {
            format: String,
        }
        let Format { format } = serde_json::from_str(text)?;
        if format.split('.').next() != FORMAT.split('.').next() {
            return Err(NotReadable::OtherFormat { found: format });
        }
        let mut journal: Journal = serde_json::from_str(text)?;
        if let Some(run) = &mut journal.run {
            run.complete_metrics();
        }
        Ok(journal)
    }

    /// JSON with sorted keys and without spaces: the same journal is the same text.
    pub fn to_canonical_json(&self) -> String {
        crate::canonical::to_string(self)
    }

    /// Where the present or last rollout stands.
    pub fn phase(&self) -> Phase {
        self.run.as_ref().map_or(Phase::Idle, |run| run.phase)
    }

    /// The version that a rollback goes to, or that serves: the canary once it succeeded, else the stable one.
    pub fn stable(&self) -> Option<&str> {
        let run = self.run.as_ref()?;
        if run.phase == Phase::Succeeded { Some(&run.canary) } else { run.stable.as_deref() }
    }

    /// Whether the latest rollout of `version` failed or was aborted by a person. `run` is the latest one of all.
    pub(crate) fn was_rejected(&self, run: Option<&Run>, version: &str) -> bool {
        let latest = run.filter(|run| run.canary == version).map(|run| (run.phase, &run.reason));
        let before = || {
            let past = self.history.iter().rev().find(|past| past.version == version)?;
            Some((Phase::from(past.outcome), &past.reason))
        };
        match latest.or_else(before) {
            Some((Phase::Failed, _)) => true,
            // Who only made room for a newer version was never judged.
            Some((Phase::Aborted, Reason::RolledBack { because })) => {
                !matches!(**because, Reason::Superseded { .. })
            }
            Some((Phase::Aborted, _)) => true,
            _ => false,
        }
    }

    /// Whether `version` served before `stable` and still lies in the policy's rollback window.
    pub(crate) fn was_good_recently(
        &self,
        run: Option<&Run>,
        policy: &Policy,
        version: &str,
        stable: &str,
        now: Timestamp,
    ) -> bool {
        let Some(window) = &policy.rollback_window else { return false };
        let latest = run.filter(|run| run.phase == Phase::Succeeded);
        let latest = latest
            .map(|run| (run.canary.as_str(), run.stable.as_deref(), run.ended_at.unwrap_or(run.started_at)));
        let before = self.history.iter().rev().filter(|past| past.outcome == Outcome::Succeeded);
        let before = before.map(|past| (past.version.as_str(), past.stable.as_deref(), past.ended_at));
        // From the version that serves back through those that were replaced, as long as the chain is unbroken.
        let mut serving = stable;
        for (revisions, (promoted, replaced, at)) in (1..).zip(latest.into_iter().chain(before)) {
            let Some(replaced) = replaced.filter(|_| promoted == serving) else { return false };
            if replaced == version {
                let near = window.revisions.is_none_or(|most| revisions <= most);
                let age = now.as_millisecond().saturating_sub(at.as_millisecond());
                return near && window.max_age.is_none_or(|most| age <= most.as_millis() as i64);
            }
            serving = replaced;
        }
        false
    }

    /// Puts a rollout that ended into the history, to make room for the next.
    pub(crate) fn retire(&mut self, run: Run) {
        let outcome = match run.phase {
            Phase::Succeeded => Outcome::Succeeded,
            Phase::Failed => Outcome::Failed,
            _ => Outcome::Aborted,
        };
        self.history.push_back(Past {
            id: run.id,
            version: run.canary,
            stable: run.stable,
            outcome,
            ended_at: run.ended_at.unwrap_or(run.started_at),
            reason: run.reason,
            by: run.by,
            started_at: run.started_at,
            extra: run.extra,
        });
        if self.history.len() > PAST_ROLLOUTS {
            self.history.pop_front();
        }
    }

    /// Appends a transition.
    pub(crate) fn record(&mut self, run: &mut Run, at: Timestamp, by: &str, reason: Reason) {
        run.reason = reason.clone();
        let entry = Entry {
            seq: self.log.last().map_or(1, |last| last.seq + 1),
            run: run.id,
            at,
            by: by.to_owned(),
            phase: run.phase,
            step: run.step,
            weight: run.weight,
            reason,
            folded: 0,
            extra: BTreeMap::new(),
        };
        self.log.push(entry);
        if self.log.len() > LOG_ENTRIES {
            let folded: u64 = self.log.drain(..LOG_ENTRIES / 2).map(|entry| 1 + entry.folded).sum();
            self.log[0].folded += folded;
        }
    }

    /// Whether the command with this id was obeyed or refused before; remembers it.
    pub(crate) fn seen_command(&mut self, id: &str) -> bool {
        if self.commands.iter().any(|seen| seen == id) {
            return true;
        }
        if self.commands.len() == COMMAND_IDS {
            self.commands.pop_front();
        }
        self.commands.push_back(id.to_owned());
        false
    }
}

impl Run {
    /// Puts the states of the metrics in the order of the policy. A metric that the journal knows nothing of is due at
    /// once: what is not remembered must not count as passed.
    fn complete_metrics(&mut self) {
        let mut known = std::mem::take(&mut self.metrics);
        for metric in &self.policy.policy().analysis.metrics {
            let state = known
                .iter()
                .position(|state| state.name == metric.name)
                .map(|index| known.swap_remove(index));
            let unknown =
                || MetricState { name: metric.name.clone(), due: self.bake.since, ..MetricState::default() };
            self.metrics.push(state.unwrap_or_else(unknown));
        }
    }
}

impl MetricState {
    /// Remembers a check, and folds what grows beyond `keep`.
    pub(crate) fn remember(&mut self, check: Check, keep: usize) {
        if self.recent.len() >= keep
            && let Some(old) = self.recent.pop_front()
        {
            self.folded.add(old.verdict);
        }
        self.recent.push_back(check);
    }

    /// Forgets what belongs to the step before; what was seen there is only added up.
    pub(crate) fn begin_step(&mut self, due: Option<Timestamp>) {
        let old: Vec<Verdict> = self.recent.drain(..).map(|check| check.verdict).collect();
        old.into_iter().for_each(|verdict| self.folded.add(verdict));
        self.due = due;
        self.asked = false;
        self.samples = 0;
        self.pool = Default::default();
        self.verdicts = 0;
        self.passes = 0;
        self.last = None;
        self.why = None;
        self.breach = None;
    }
}

impl Folded {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Pass => self.passed += 1,
            Verdict::Fail => self.failed += 1,
            Verdict::Inconclusive => self.inconclusive += 1,
            Verdict::Error => self.errors += 1,
            Verdict::Waiting => self.waiting += 1,
        }
    }
}

impl Snapshot {
    /// The policy, kept for a rollout.
    pub fn of(policy: &Policy) -> Snapshot {
        Snapshot::with(policy.clone(), None, Vec::new())
    }

    fn with(policy: Policy, raw: Option<Value>, unknown: Vec<String>) -> Snapshot {
        let (ladder, deadline) = (policy.ladder(), policy.deadline());
        Snapshot(Arc::new(Content { policy, ladder, deadline, raw, unknown }))
    }

    /// The policy, as far as this engine understands it.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Its steps, written down or generated.
    pub fn ladder(&self) -> &[Step] {
        &self.0.ladder
    }

    /// The progress deadline that applies.
    pub fn deadline(&self) -> Duration {
        self.0.deadline
    }

    /// Where the policy says things that this engine does not know, as JSON paths.
    pub fn unknown(&self) -> &[String] {
        &self.0.unknown
    }
}

impl Serialize for Snapshot {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.raw {
            Some(raw) => raw.serialize(serializer),
            None => self.0.policy.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Snapshot, D::Error> {
        let raw = Value::deserialize(deserializer)?;
        let (policy, unknown) =
            crate::check::read_leniently(raw.clone()).map_err(serde::de::Error::custom)?;
        Ok(Snapshot::with(policy, (!unknown.is_empty()).then_some(raw), unknown))
    }
}
