//! A release rehearsed: the real engine against a simulated clock and a simulated cloud.
//!
//! The engine decides exactly as it would in production. Its effects are carried out on a split in memory; a source
//! answers its measurements; hooks succeed at once. After a crash only the journal is left, and the effects of the
//! decision that was being carried out are lost.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rollout::policy::{Metric, Stat};
use rollout::{
    Command, Decision, Effect, Event as Happening, Journal, Live, Measurement, Observation, Phase, Policy,
    Reading, Share, Split, Variant, Verb,
};

use super::trace::Event;

/// The version that serves when the rehearsal begins.
const STABLE: &str = "stable";
/// The version that is released.
const CANARY: &str = "canary";
/// Who runs the engine, and who sends the commands of a trace.
const RUNNER: &str = "simulator";
const PERSON: &str = "trace";
/// Decisions in one second after which the engine can be said to turn in circles.
const CIRCLES: u32 = 1_000;

/// Answers the engine's measurements.
pub(crate) trait Source {
    /// One metric of one version over a span of the rehearsal, with the requests behind it.
    fn measure(&mut self, metric: &Metric, variant: Variant, span: Span) -> (Reading, Option<u64>);
}

/// What a measurement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its first second.
    pub(crate) from: u64,
    /// Its last second.
    pub(crate) to: u64,
    /// The canary's live share in percent.
    pub(crate) weight: u8,
}

/// One turn of the engine.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    /// Seconds since the rollout began.
    pub(crate) t: u64,
    /// What happened before the decision.
    pub(crate) event: Option<Event>,
    /// What was measured for the decision.
    pub(crate) measured: Vec<Measurement>,
    /// What the engine decided.
    pub(crate) decision: Decision,
    /// The canary's live share after the effects, in percent.
    pub(crate) live: u8,
}

impl Turn {
    /// Requests to the canary in the present step, by the metric that saw most.
    pub(crate) fn samples(&self) -> u64 {
        let run = self.decision.journal.run.as_ref();
        run.map_or(0, |run| run.metrics.iter().map(|metric| metric.samples).max().unwrap_or(0))
    }
}

/// How a rehearsal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Seconds since the rollout began.
    pub(crate) t: u64,
    /// The phase at the end.
    pub(crate) phase: Phase,
    /// The canary's live share at the end, in percent.
    pub(crate) weight: u8,
    /// Requests that the canary answered, as far as they were measured.
    pub(crate) canary_requests: u64,
    /// Those of them that were bad.
    pub(crate) bad_requests: u64,
}

/// The engine asked to be called again without end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Circling {
    /// The second at which it happened.
    pub(crate) t: u64,
}

/// Rehearses a release of a new version, from the first second until its end or until `until`.
///
/// `events` are in order of time. `watch` sees every turn of the engine.
///
/// # Errors
/// [`Circling`] is a bug of the engine, never of the input.
pub(crate) fn rehearse(
    policy: &Policy,
    source: &mut impl Source,
    events: &[(u64, Event)],
    begin: Timestamp,
    until: u64,
    mut watch: impl FnMut(&Turn),
) -> Result<Ending, Circling> {
    let mut stage = Stage::new(policy, begin);
    let mut journal = Journal::new("rehearsal");
    let mut events = events.iter().peekable();
    let mut start = Some(Command::new(Verb::Start(CANARY.to_owned()), RUNNER));
    let mut wake = Some(0);
    let mut turns_in_second = 0;
    loop {
        let next_event = events.peek().map(|(at, _)| *at);
        let Some(t) = wake.into_iter().chain(next_event).min().filter(|t| *t <= until) else { break };
        turns_in_second = if t == stage.t { turns_in_second + 1 } else { 0 };
        if turns_in_second > CIRCLES {
            return Err(Circling { t });
        }
        stage.t = t;
        // The start comes first, then what the trace says of this second, then what the engine waits for.
        let event = if start.is_some() { None } else { events.next_if(|(at, _)| *at == t) };
        let turn = stage.turn(source, journal, event.map(|(_, event)| event.clone()), start.take());
        watch(&turn);
        wake = turn.decision.wake_at.map(|at| stage.second_of(at).max(t));
        if stage.has_answers() {
            wake = Some(t);
        }
        journal = turn.decision.journal;
        if journal.phase().is_terminal() {
            return Ok(stage.ending(t, journal.phase()));
        }
    }
    Ok(stage.ending(until, journal.phase()))
}

/// The world around the engine, and the part of the process that a crash forgets.
struct Stage<'policy> {
    policy: &'policy Policy,
    begin: Timestamp,
    t: u64,
    cloud: Cloud,
    /// Measurements that the engine asked for and has not been told yet.
    measurements: Vec<Measurement>,
    /// Answers to other effects that it has not been told yet.
    happenings: Vec<Happening>,
    /// What the canary answered, by metric.
    served: BTreeMap<String, Served>,
}

/// Requests that a metric saw at the canary.
#[derive(Debug, Clone, Copy, Default)]
struct Served {
    requests: u64,
    bad: f64,
}

impl<'policy> Stage<'policy> {
    fn new(policy: &'policy Policy, begin: Timestamp) -> Self {
        Self {
            policy,
            begin,
            t: 0,
            cloud: Cloud::default(),
            measurements: Vec::new(),
            happenings: Vec::new(),
            served: BTreeMap::new(),
        }
    }

    /// Lets the engine decide once, and carries out what it decided.
    fn turn(
        &mut self,
        source: &mut impl Source,
        journal: Journal,
        event: Option<Event>,
        start: Option<Command>,
    ) -> Turn {
        match &event {
            Some(Event::Split(weight)) => self.cloud.set_by_hand(*weight),
            Some(Event::NewVersion(version)) => {
                let version = version.clone().unwrap_or_else(|| format!("{CANARY}-{}", self.t));
                self.happenings.push(Happening::NewVersion(version));
            }
            _ => {}
        }
        let mut observation = Observation::new(RUNNER, Live::Split(self.cloud.split()));
        observation.measurements = std::mem::take(&mut self.measurements);
        observation.events = std::mem::take(&mut self.happenings);
        observation.command = start.or_else(|| event.as_ref().and_then(command_of));
        self.count(&observation.measurements);

        let now = self.moment(self.t);
        let mut decision = rollout::step(self.policy, journal, &observation, now);
        if event == Some(Event::Crash) {
            // The process dies between saving the journal and acting on the decision.
            let saved = decision.journal.to_canonical_json();
            decision.journal = Journal::parse(&saved).expect("the engine reads the journal that it wrote");
            decision.wake_at = Some(now);
        } else {
            for effect in &decision.effects {
                self.carry_out(effect, source);
            }
        }
        Turn { t: self.t, event, measured: observation.measurements, decision, live: self.cloud.weight }
    }

    fn carry_out(&mut self, effect: &Effect, source: &mut impl Source) {
        match effect {
            Effect::Shift { canary, stable, canary_weight, if_revision } => {
                if if_revision.as_ref().is_some_and(|revision| *revision != self.cloud.revision()) {
                    let refusal = "the split was changed in the meantime".to_owned();
                    self.happenings.push(Happening::ShiftFailed(refusal));
                } else {
                    self.cloud.shift(canary, stable.as_deref(), *canary_weight);
                }
            }
            Effect::Measure { metric, since } => self.measure(metric, *since, source),
            Effect::CallHook { hook, attempt, .. } => {
                self.happenings.push(Happening::HookFinished {
                    hook: hook.clone(),
                    attempt: *attempt,
                    failure: None,
                });
            }
            // The split is read anew before every turn; nobody needs to be told; waiting is the loop's business.
            Effect::Verify { .. } | Effect::Notify { .. } | Effect::Hold { .. } => {}
        }
    }

    fn measure(&mut self, name: &str, since: Timestamp, source: &mut impl Source) {
        let Some(metric) = self.policy.analysis.metrics.iter().find(|metric| metric.name == name) else {
            return;
        };
        let span = Span { from: self.second_of(since), to: self.t, weight: self.cloud.weight };
        let variants: &[Variant] =
            if metric.needs_stable() { &[Variant::Canary, Variant::Stable] } else { &[Variant::Canary] };
        for variant in variants {
            let (reading, samples) = source.measure(metric, *variant, span);
            let at = self.moment(self.t);
            self.measurements.push(Measurement {
                metric: name.to_owned(),
                variant: *variant,
                at,
                reading,
                samples,
            });
        }
    }

    /// Adds up what the canary answered, from what the engine is told.
    fn count(&mut self, measurements: &[Measurement]) {
        for measurement in measurements.iter().filter(|measurement| measurement.variant == Variant::Canary) {
            let Some(metric) =
                self.policy.analysis.metrics.iter().find(|metric| metric.name == measurement.metric)
            else {
                continue;
            };
            let requests = measurement.samples.unwrap_or(0);
            let served = self.served.entry(measurement.metric.clone()).or_default();
            served.requests += requests;
            if let (Reading::Value(value), true) = (&measurement.reading, metric.is_rate()) {
                let rate = value / metric.whole();
                let bad = if metric.stat() == Some(Stat::SuccessRate) { 1.0 - rate } else { rate };
                if bad.is_finite() {
                    served.bad += bad.clamp(0.0, 1.0) * requests as f64;
                }
            }
        }
    }

    fn has_answers(&self) -> bool {
        !self.measurements.is_empty() || !self.happenings.is_empty()
    }

    fn ending(&self, t: u64, phase: Phase) -> Ending {
        // Metrics watch the same requests; the one that saw most missed fewest.
        let requests = self.served.values().map(|served| served.requests).max().unwrap_or(0);
        let bad = self.served.values().map(|served| served.bad.round() as u64).max().unwrap_or(0);
        Ending { t, phase, weight: self.cloud.weight, canary_requests: requests, bad_requests: bad }
    }

    fn moment(&self, t: u64) -> Timestamp {
        let seconds = SignedDuration::from_secs(t.cast_signed());
        self.begin.checked_add(seconds).expect("a trace is shorter than the calendar")
    }

    /// The second of a moment; a part of a second counts as a whole one, so that nothing is called too early.
    fn second_of(&self, moment: Timestamp) -> u64 {
        let since = moment.duration_since(self.begin);
        let whole = since.as_secs() + i64::from(since.subsec_nanos() > 0);
        u64::try_from(whole).unwrap_or(0)
    }
}

/// The split in memory: two versions, and who set it last.
struct Cloud {
    stable: Option<String>,
    canary: String,
    weight: u8,
    revision: u64,
    author: &'static str,
}

impl Default for Cloud {
    fn default() -> Self {
        Self {
            stable: Some(STABLE.to_owned()),
            canary: CANARY.to_owned(),
            weight: 0,
            revision: 1,
            author: RUNNER,
        }
    }
}

impl Cloud {
    fn shift(&mut self, canary: &str, stable: Option<&str>, weight: u8) {
        self.canary = canary.to_owned();
        self.stable = stable.map(str::to_owned);
        self.weight = weight;
        self.revision += 1;
        self.author = RUNNER;
    }

    fn set_by_hand(&mut self, weight: u8) {
        self.weight = weight;
        self.revision += 1;
        self.author = PERSON;
    }

    fn revision(&self) -> String {
        self.revision.to_string()
    }

    fn split(&self) -> Split {
        let canary = || Share { version: self.canary.clone(), percent: f64::from(self.weight) };
        let mut shares = Vec::new();
        if let Some(stable) = &self.stable
            && self.weight < 100
        {
            shares.push(Share { version: stable.clone(), percent: 100.0 - f64::from(self.weight) });
        }
        if self.weight > 0 {
            shares.push(canary());
        }
        Split { shares, revision: Some(self.revision()), author: Some(self.author.to_owned()) }
    }
}

fn command_of(event: &Event) -> Option<Command> {
    let verb = match event {
        Event::Pause => Verb::Pause,
        Event::Resume => Verb::Resume,
        Event::Promote { full: false } => Verb::Promote,
        Event::Promote { full: true } => Verb::PromoteFull,
        Event::Abort => Verb::Abort,
        Event::Approve => Verb::Approve,
        Event::Split(_) | Event::NewVersion(_) | Event::Crash => return None,
    };
    Some(Command::new(verb, PERSON))
}
