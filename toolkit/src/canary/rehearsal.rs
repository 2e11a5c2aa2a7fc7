//! A release rehearsed: the real engine against a simulated clock and a simulated cloud.
//!
//! The engine decides exactly as it would in production. Its effects are carried out on a split in memory; a source
//! answers its measurements; hooks succeed at once. After a crash only the journal is left, and the effects of the
//! decision that was being carried out are lost.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rollout::journal::{Counters, Run, Verdict};
use rollout::policy::{Metric, Stat};
use rollout::{
    Action, Command, Decision, Effect, Event as Happening, Journal, Live, Measurement, Observation, Phase,
    Policy, Reading, Reason, Refused, Share, Split, Variant, Verb, Warning,
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
    /// What it has to say of one metric of one version, and the requests behind it.
    fn measure(&mut self, question: &Question<'_>) -> (Reading, Option<u64>);
}

/// A measurement that the engine asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Question<'policy> {
    pub(crate) metric: &'policy Metric,
    pub(crate) variant: Variant,
    /// The second at which the span to measure begins; it ends at the present second.
    pub(crate) since: u64,
    /// The present second.
    pub(crate) t: u64,
    /// The canary's live share in percent.
    pub(crate) weight: u8,
}

/// What the engine decided in one turn.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// What was measured for the decision.
    pub(crate) measured: Vec<Measurement>,
    pub(crate) action: Action,
    pub(crate) reason: Reason,
    /// The command that could not be obeyed.
    pub(crate) refused: Option<Refused>,
    pub(crate) warnings: Vec<Warning>,
}

/// One turn of the engine, and how things stood after it.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    /// Seconds since the rollout began.
    pub(crate) t: u64,
    /// What happened before the decision.
    pub(crate) event: Option<Event>,
    pub(crate) answer: Answer,
    pub(crate) phase: Phase,
    /// The position on the ladder, from 0.
    pub(crate) step: usize,
    /// The canary's last verified share in percent.
    pub(crate) weight: u8,
    /// The canary's live share after the effects, in percent.
    pub(crate) live: u8,
    /// Failed checks, checks without a verdict, errors in a row: of all metrics that decide.
    pub(crate) counters: Counters,
    /// Requests to the canary in this step.
    pub(crate) samples: u64,
    /// How the latest check of each measured metric came out.
    pub(crate) verdicts: BTreeMap<String, Verdict>,
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
    mut watch: impl FnMut(Turn),
) -> Result<Ending, Circling> {
    let mut rehearsal = Rehearsal::of(policy, begin);
    let mut events = events.iter().peekable();
    let answer = rehearsal.start();
    watch(rehearsal.told(None, answer));
    while !rehearsal.is_over() {
        let event_at = events.peek().map(|(at, _)| *at);
        let Some(t) = rehearsal.wake.into_iter().chain(event_at).min().filter(|t| *t <= until) else { break };
        rehearsal.wait_until(t)?;
        // What the trace says of a second comes before what the engine waits for.
        let event = events.next_if(|(at, _)| *at == t).map(|(_, event)| event);
        let answer = rehearsal.turn(event);
        watch(rehearsal.told(event, answer));
        for question in rehearsal.questions() {
            let (reading, samples) = source.measure(&question);
            rehearsal.answer(&question, reading, samples);
        }
    }
    if !rehearsal.is_over() {
        rehearsal.t = until;
    }
    Ok(rehearsal.ending())
}

/// A release in the middle of its rehearsal: the engine's journal, the world around it, and what the process knows
/// beside the journal, which a crash takes away.
#[derive(Debug, Clone)]
pub(crate) struct Rehearsal<'policy> {
    policy: &'policy Policy,
    begin: Timestamp,
    /// The present second.
    t: u64,
    /// Turns in the present second.
    turns: u32,
    /// When the engine wants its next turn.
    wake: Option<u64>,
    journal: Journal,
    cloud: Cloud,
    asked: Vec<(String, Timestamp)>,
    measurements: Vec<Measurement>,
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

impl<'policy> Rehearsal<'policy> {
    /// A rehearsal that has not begun.
    pub(crate) fn of(policy: &'policy Policy, begin: Timestamp) -> Self {
        Self {
            policy,
            begin,
            t: 0,
            turns: 0,
            wake: None,
            journal: Journal::new("rehearsal"),
            cloud: Cloud::default(),
            asked: Vec::new(),
            measurements: Vec::new(),
            happenings: Vec::new(),
            served: BTreeMap::new(),
        }
    }

    /// The first turn: the release is asked for.
    pub(crate) fn start(&mut self) -> Answer {
        self.decide(None, Some(Command::new(Verb::Start(CANARY.to_owned()), RUNNER)))
    }

    /// When the engine wants its next turn; `None` when nothing will change by itself.
    pub(crate) fn wake(&self) -> Option<u64> {
        self.wake
    }

    /// Lets time pass.
    pub(crate) fn wait_until(&mut self, t: u64) -> Result<(), Circling> {
        self.turns = if t > self.t { 0 } else { self.turns + 1 };
        self.t = t;
        if self.turns > CIRCLES { Err(Circling { t }) } else { Ok(()) }
    }

    /// Lets something happen, and the engine decide once.
    pub(crate) fn turn(&mut self, event: Option<&Event>) -> Answer {
        match event {
            Some(Event::Split(weight)) => self.cloud.set_by_hand(*weight),
            Some(Event::NewVersion(version)) => {
                let version = version.clone().unwrap_or_else(|| format!("{CANARY}-{}", self.t));
                self.happenings.push(Happening::NewVersion(version));
            }
            _ => {}
        }
        let command = event.and_then(command_of);
        self.decide(event, command)
    }

    /// What the engine asked in its last turn. Each question wants an answer before the next turn.
    pub(crate) fn questions(&mut self) -> Vec<Question<'policy>> {
        let mut questions = Vec::new();
        for (name, since) in std::mem::take(&mut self.asked) {
            let Some(metric) = self.policy.analysis.metrics.iter().find(|metric| metric.name == name) else {
                continue;
            };
            let since = self.second_of(since);
            let question =
                |variant| Question { metric, variant, since, t: self.t, weight: self.cloud.weight };
            questions.push(question(Variant::Canary));
            if metric.needs_stable() {
                questions.push(question(Variant::Stable));
            }
        }
        questions
    }

    /// The answer to a question.
    pub(crate) fn answer(&mut self, question: &Question<'_>, reading: Reading, samples: Option<u64>) {
        if question.variant == Variant::Canary {
            let served = self.served.entry(question.metric.name.clone()).or_default();
            served.add(question.metric, &reading, samples.unwrap_or(0));
        }
        let metric = question.metric.name.clone();
        let at = self.moment(question.t);
        self.measurements.push(Measurement { metric, variant: question.variant, at, reading, samples });
        self.wake = Some(self.t);
    }

    /// The turn that gave this answer, for those who watch.
    fn told(&self, event: Option<&Event>, answer: Answer) -> Turn {
        let run = self.journal.run.as_ref();
        let measured = |name: &str| answer.measured.iter().any(|measurement| measurement.metric == name);
        let verdicts = run.iter().flat_map(|run| &run.metrics).filter(|state| measured(&state.name));
        Turn {
            t: self.t,
            event: event.cloned(),
            phase: self.journal.phase(),
            step: run.map_or(0, |run| run.step),
            weight: run.map_or(0, |run| run.weight),
            live: self.cloud.weight,
            counters: run.map(counters_of).unwrap_or_default(),
            samples: run.map_or(0, Run::requests),
            verdicts: verdicts
                .filter_map(|state| Some((state.name.clone(), state.recent.back()?.verdict)))
                .collect(),
            answer,
        }
    }

    /// Whether the release has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.journal.phase().is_terminal()
    }

    /// What the engine remembers.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// How it stands, or ended.
    pub(crate) fn ending(&self) -> Ending {
        // Metrics watch the same requests; the one that saw most missed fewest.
        let canary_requests = self.served.values().map(|served| served.requests).max().unwrap_or(0);
        let bad_requests = self.served.values().map(|served| served.bad.round() as u64).max().unwrap_or(0);
        Ending {
            t: self.t,
            phase: self.journal.phase(),
            weight: self.cloud.weight,
            canary_requests,
            bad_requests,
        }
    }

    fn decide(&mut self, event: Option<&Event>, command: Option<Command>) -> Answer {
        let mut observation = Observation::new(RUNNER, Live::Split(self.cloud.split()));
        observation.measurements = std::mem::take(&mut self.measurements);
        observation.events = std::mem::take(&mut self.happenings);
        observation.command = command;

        let now = self.moment(self.t);
        let journal = std::mem::replace(&mut self.journal, Journal::new(""));
        let Decision { mut journal, effects, action, reason, mut wake_at, refused, warnings, .. } =
            rollout::step(self.policy, journal, &observation, now);
        if event == Some(&Event::Crash) {
            // The process dies between saving the journal and acting on the decision.
            let saved = journal.to_canonical_json();
            journal = Journal::parse(&saved).expect("the engine reads the journal that it wrote");
            wake_at = Some(now);
        } else {
            for effect in &effects {
                self.carry_out(effect);
            }
        }
        self.journal = journal;
        self.wake = wake_at.map(|at| self.second_of(at).max(self.t));
        if !self.happenings.is_empty() {
            self.wake = Some(self.t);
        }
        Answer { measured: observation.measurements, action, reason, refused, warnings }
    }

    fn carry_out(&mut self, effect: &Effect) {
        match effect {
            Effect::Shift { canary, stable, canary_weight, if_revision } => {
                if if_revision.as_ref().is_some_and(|revision| *revision != self.cloud.revision()) {
                    let refusal = "the split was changed in the meantime".to_owned();
                    self.happenings.push(Happening::ShiftFailed(refusal));
                } else {
                    self.cloud.shift(canary, stable.as_deref(), *canary_weight);
                }
            }
            Effect::Measure { metric, since } => self.asked.push((metric.clone(), *since)),
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

impl Served {
    fn add(&mut self, metric: &Metric, reading: &Reading, requests: u64) {
        self.requests += requests;
        if let (Reading::Value(value), true) = (reading, metric.is_rate()) {
            let rate = value / metric.whole();
            let bad = if metric.stat() == Some(Stat::SuccessRate) { 1.0 - rate } else { rate };
            if bad.is_finite() {
                self.bad += bad.clamp(0.0, 1.0) * requests as f64;
            }
        }
    }
}

/// The split in memory: two versions, and who set it last.
#[derive(Debug, Clone)]
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

/// Everything that was counted: the engine's shared counters, and those of metrics with a limit of their own.
fn counters_of(run: &Run) -> Counters {
    let mut counters = run.counters;
    let metrics = run.policy.policy().analysis.metrics.iter().zip(&run.metrics);
    for (metric, state) in metrics.filter(|(metric, _)| metric.is_deciding_gate()) {
        counters.failed += if metric.failure_limit.is_some() { state.failed } else { 0 };
        counters.inconclusive += if metric.inconclusive_limit.is_some() { state.inconclusive } else { 0 };
    }
    counters
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
