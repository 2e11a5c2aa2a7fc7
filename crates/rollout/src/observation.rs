//! What the engine is told: the live split, measurements, what happened outside, what a person asked for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Everything known at one moment. The engine decides from this, the policy, the journal and the time, and from
/// nothing else.
///
/// Facts (`live`, `stable`, `server_time`) are repeated in every observation as they are at that moment. Happenings
/// (`measurements`, `events`, `command`) are told once; telling them twice, or late, changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Who runs the engine: the holder of the lease, and whose clock `now` is. Two runners never share a name.
    pub writer: String,
    /// The split as the cloud reports it, read after the latest effect.
    pub live: Live,
    /// Whether the stable version could take all traffic back.
    #[serde(default)]
    pub stable: Stable,
    /// The cloud's own time, from the `Date` header of the answer with the live split. Where it is known it is the
    /// engine's clock, so that runners with different clocks agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_time: Option<Timestamp>,
    /// Answers to the [`Measure`](crate::Effect::Measure) effects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<Measurement>,
    /// What happened outside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// What a person asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
}

impl Observation {
    /// An observation of nothing but the live split.
    pub fn new(writer: impl Into<String>, live: Live) -> Observation {
        Observation {
            writer: writer.into(),
            live,
            stable: Stable::Deployable,
            server_time: None,
            measurements: Vec::new(),
            events: Vec::new(),
            command: None,
        }
    }
}

/// The live split, or why it is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Live {
    /// What the cloud answered.
    Split(Split),
    /// It could not be read; the cloud's own words.
    Unreadable(String),
}

/// Which versions serve which share of the traffic.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Split {
    /// The versions with a share, and the share in percent. Nothing where nothing is deployed yet.
    pub shares: Vec<Share>,
    /// The cloud's name for this state of the split (a deployment id, an alias revision); another one after every
    /// write to it. Handed back with each [`Shift`](crate::Effect::Shift), so that the adapter writes only over what
    /// the engine saw. `None` where the cloud has no such name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Who made it, as far as the cloud says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

/// One version's share of the traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The version, by the cloud's own name.
    pub version: String,
    /// Percent of the traffic, 0 to 100; not always whole, as a person may have set it.
    pub percent: f64,
}

impl Split {
    /// All traffic on one version.
    pub fn all_on(version: impl Into<String>) -> Split {
        Split {
            shares: vec![Share { version: version.into(), percent: 100.0 }],
            revision: None,
            author: None,
        }
    }

    /// `canary_weight` percent on `canary`, the rest on `stable`.
    pub fn between(stable: impl Into<String>, canary: impl Into<String>, canary_weight: f64) -> Split {
        let stable = Share { version: stable.into(), percent: 100.0 - canary_weight };
        let canary = Share { version: canary.into(), percent: canary_weight };
        Split { shares: vec![stable, canary], revision: None, author: None }
    }

    /// The share of `version` in percent; 0 where it has none.
    pub fn percent_of(&self, version: &str) -> f64 {
        // Not `sum`, whose nothing is -0.
        self.shares
            .iter()
            .filter(|share| share.version == version)
            .fold(0.0, |total, share| total + share.percent)
    }

    /// The one version that serves all traffic, if one does.
    pub fn only_version(&self) -> Option<&str> {
        let mut serving = self.shares.iter().filter(|share| share.percent > 0.0);
        match (serving.next(), serving.next()) {
            (Some(share), None) => Some(&share.version),
            _ => None,
        }
    }
}

/// Whether the stable version could take all traffic back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stable {
    /// It could.
    #[default]
    Deployable,
    /// It is gone or can no longer be deployed; the cloud's own words.
    Gone(String),
}

/// Which of the two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// The new version.
    Canary,
    /// The version that served before.
    Stable,
}

/// One metric of one version over one span of time.
///
/// | measurement | meaning |
/// |---|---|
/// | a finite value | judged, together with those before it that had too few requests |
/// | NaN, infinite, no data, or zero requests | inconclusive: never a pass, never a failed check |
/// | an error | could not be measured: a counter of its own; the next measurement covers that time as well |
/// | ends before the step began, or not after the one before it | old, late or told twice: ignored |
/// | ends in the future | taken as ending now |
/// | none at all | the check stays due, is asked for again, and nothing goes on without it |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The metric's name in the policy.
    pub metric: String,
    /// Which version was measured.
    pub variant: Variant,
    /// The end of the span that the value describes. It began at the `since` of the
    /// [`Measure`](crate::Effect::Measure) effect, that is at the measurement before. A measurement that does not end
    /// after the one before it, or after the step's beginning, is old news and is ignored.
    pub at: Timestamp,
    /// What came back.
    pub reading: Reading,
    /// The requests behind the value. `None` where the source cannot say, 0 where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
}

/// What a source answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// A value in the metric's unit. NaN and infinities stand for no data: they come from divisions by zero requests.
    Value(f64),
    /// The source answered, and had nothing to say. Never a pass.
    NoData,
    /// The source could not be asked or did not answer; its own words. Neither a pass nor a failed check.
    Error(String),
}

/// What happened outside of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A version newer than the canary wants to be released. The rollout goes to 0 first and then begins again with
    /// it, against the same stable version.
    NewVersion(String),
    /// A [`Shift`](crate::Effect::Shift) was answered with a refusal; the cloud's own words.
    ShiftFailed(String),
    /// A hook was called and answered.
    HookFinished {
        /// The hook's name.
        hook: String,
        /// The `attempt` of the [`CallHook`](crate::Effect::CallHook) effect that is answered.
        attempt: u32,
        /// What went wrong, or nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
    },
    /// The program around the engine was told to stop (Terraform's Stop, Ctrl-C). Never made from a timed-out call.
    Interrupted,
    /// The lease is no longer ours. Nothing may be changed any more.
    LeaseLost {
        /// Who holds it, as far as is known.
        holder: String,
        /// Until when.
        until: Timestamp,
    },
}

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// What is asked.
    pub verb: Verb,
    /// Who asks, for the journal.
    pub by: String,
    /// Why, in the person's own words, for the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Names this request, so that a repetition of it is not obeyed twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Command {
    /// A request without a remark.
    pub fn new(verb: Verb, by: impl Into<String>) -> Command {
        Command { verb, by: by.into(), why: None, id: None }
    }
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Release this version. While another one is being released, the same as [`Event::NewVersion`].
    Start(String),
    /// Hold the weight.
    Pause,
    /// Go on after a pause. After a change of the split by a person: accept it and go on from there.
    Resume,
    /// Go on to the next weight now, whatever the gate says. In the final bake: the release has succeeded.
    Promote,
    /// Go to 100 % now and be done: no further steps, no analysis, no final bake.
    PromoteFull,
    /// Give all traffic back to the stable version and end.
    Abort,
    /// Release the version that failed, or was aborted, once more.
    Retry,
    /// Let the step go on that waits for an approval, or will.
    Approve,
    /// Leave out the next step of the ladder.
    SkipStep,
}

impl Verb {
    /// The word that a person types.
    pub fn word(&self) -> &'static str {
        match self {
            Verb::Start(_) => "start",
            Verb::Pause => "pause",
            Verb::Resume => "resume",
            Verb::Promote => "promote",
            Verb::PromoteFull => "promote --full",
            Verb::Abort => "abort",
            Verb::Retry => "retry",
            Verb::Approve => "approve",
            Verb::SkipStep => "skip",
        }
    }
}
