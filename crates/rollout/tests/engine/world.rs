//! A cloud, its traffic and a runner, small enough to run ten thousand rollouts in a second.
//!
//! The runner does what every caller of the engine does: observe, `step`, save, carry out the effects, and again.

use jiff::{SignedDuration, Timestamp};
use rollout::journal::{Counters, Intent, Journal, PauseKind, Phase, Run, Straight};
use rollout::policy::{Metric, Mode, Policy, Stat};
use rollout::{
    Command, Decision, Effect, Event, Live, Measurement, Observation, Reading, Share, Split, Stable, Variant,
    Verb, step,
};

/// How the canary and its sources behave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Traffic {
    /// Requests to both versions together, per minute.
    pub(crate) per_minute: f64,
    /// Error rate of the canary.
    pub(crate) canary_errors: f64,
    /// Error rate of the stable version.
    pub(crate) stable_errors: f64,
    /// Latency of the canary in milliseconds.
    pub(crate) canary_latency: f64,
    /// Latency of the stable version in milliseconds.
    pub(crate) stable_latency: f64,
    /// The tripwires say yes.
    pub(crate) alarm: bool,
    /// What the sources answer.
    pub(crate) sources: Sources,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sources {
    Answer,
    SayNothing,
    SayNan,
    AreDown,
}

impl Traffic {
    pub(crate) const GOOD: Traffic = Traffic {
        per_minute: 10_000.0,
        canary_errors: 0.002,
        stable_errors: 0.002,
        canary_latency: 210.0,
        stable_latency: 200.0,
        alarm: false,
        sources: Sources::Answer,
    };
    pub(crate) const BAD: Traffic = Traffic { canary_errors: 0.08, canary_latency: 2_900.0, ..Traffic::GOOD };
    pub(crate) const NONE: Traffic = Traffic { per_minute: 0.0, ..Traffic::GOOD };
}

/// What the cloud does with the next shifts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Calls {
    Work,
    /// Refused; nothing happens.
    AreRefused,
    /// Carried out, but the answer is lost.
    LoseTheAnswer,
    /// Accepted, and visible only after this many seconds.
    TakeSeconds(u32),
}

/// Where the runner dies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Crash {
    BeforeSaving,
    /// After saving and this many effects.
    AfterEffects(usize),
}

/// Where the rollout stood before a call: what the properties need, without the log.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    pub(crate) id: u64,
    pub(crate) canary: String,
    pub(crate) phase: Phase,
    pub(crate) paused_for: Option<PauseKind>,
    pub(crate) step: usize,
    pub(crate) weight: u8,
    pub(crate) intent: Option<Intent>,
    pub(crate) straight: Option<Straight>,
    pub(crate) next: Option<String>,
    pub(crate) counters: Counters,
}

impl Before {
    fn of(journal: &Journal) -> Option<Before> {
        let run = journal.run.as_ref()?;
        Some(Before {
            id: run.id,
            canary: run.canary.clone(),
            phase: run.phase,
            paused_for: run.pause.as_ref().map(|pause| pause.kind),
            step: run.step,
            weight: run.weight,
            intent: run.intent.clone(),
            straight: run.straight,
            next: run.rollback.as_ref().and_then(|rollback| rollback.next.clone()),
            counters: run.counters,
        })
    }
}

/// One call of the engine, as a property sees it.
pub(crate) struct Call<'a> {
    /// Nothing was ever released where this is missing.
    pub(crate) before: Option<&'a Before>,
    /// The whole journal that was handed in, where the world was asked to keep it.
    pub(crate) journal: Option<&'a Journal>,
    pub(crate) observation: &'a Observation,
    pub(crate) now: Timestamp,
    pub(crate) decision: &'a Decision,
}

pub(crate) struct World {
    pub(crate) policy: Policy,
    /// What the store holds.
    pub(crate) journal: Journal,
    pub(crate) now: Timestamp,
    pub(crate) live: Split,
    pub(crate) stable: Stable,
    pub(crate) traffic: Traffic,
    pub(crate) calls: Calls,
    pub(crate) crash: Option<Crash>,
    /// The split cannot be read.
    pub(crate) blind: bool,
    /// All hooks fail.
    pub(crate) hooks_fail: bool,
    /// The hook of this name fails.
    pub(crate) failing_hook: Option<&'static str>,
    /// The cloud's answers carry a date.
    pub(crate) dated: bool,
    /// How far the runner's clock is ahead, in seconds.
    pub(crate) skew: i64,
    pub(crate) writer: String,
    /// When the runner wants to be called again.
    pub(crate) wake_at: Option<Timestamp>,
    /// Every shift that the cloud carried out.
    pub(crate) shifts: Vec<u8>,
    /// Everything that people were told.
    pub(crate) told: Vec<String>,
    /// The observation of the latest call.
    pub(crate) latest: Option<Observation>,
    /// Hand the whole journal to those who look.
    pub(crate) keeps_journals: bool,
    /// The split at the latest look, and since when every look has shown the same. What changes and changes back while
    /// nobody can look has not happened.
    seen: (Vec<Share>, Timestamp),
    paused_since: Option<Timestamp>,
    paused_ms: i64,
    events: Vec<Event>,
    command: Option<Command>,
    measurements: Vec<Measurement>,
    underway: Option<(Timestamp, Split)>,
}

pub(crate) fn start_of_time() -> Timestamp {
    "2026-07-15T10:00:00Z".parse().expect("a Wednesday")
}

impl World {
    /// `v1` serves everything.
    pub(crate) fn new(policy: Policy) -> World {
        World {
            policy,
            journal: Journal::new("story-api"),
            now: start_of_time(),
            live: Split { revision: Some("0".into()), ..Split::all_on("v1") },
            stable: Stable::Deployable,
            traffic: Traffic::GOOD,
            calls: Calls::Work,
            crash: None,
            blind: false,
            hooks_fail: false,
            failing_hook: None,
            dated: true,
            skew: 0,
            writer: "runner-1".into(),
            wake_at: None,
            shifts: Vec::new(),
            told: Vec::new(),
            latest: None,
            keeps_journals: false,
            seen: (Vec::new(), start_of_time()),
            paused_since: None,
            paused_ms: 0,
            events: Vec::new(),
            command: None,
            measurements: Vec::new(),
            underway: None,
        }
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    pub(crate) fn ask(&mut self, command: Command) {
        self.command = Some(command);
    }

    /// Everything that a caller knows now. Happenings are told once.
    pub(crate) fn observe(&mut self) -> Observation {
        self.settle();
        if !self.blind && self.seen.0 != self.live.shares {
            self.seen = (self.live.shares.clone(), self.now);
            self.paused_ms = 0;
            self.paused_since = self.paused_since.map(|_| self.now);
        }
        let live = if self.blind { Live::Unreadable("503".into()) } else { Live::Split(self.live.clone()) };
        Observation {
            writer: self.writer.clone(),
            live,
            stable: self.stable.clone(),
            server_time: self.dated.then_some(self.now),
            measurements: std::mem::take(&mut self.measurements),
            events: std::mem::take(&mut self.events),
            command: self.command.take(),
        }
    }

    /// The runner's own time.
    pub(crate) fn clock(&self) -> Timestamp {
        self.now + SignedDuration::from_secs(self.skew)
    }

    pub(crate) fn phase(&self) -> Phase {
        self.journal.phase()
    }

    /// How long the present split has been seen and the rollout not paused, in milliseconds.
    pub(crate) fn baked_ms(&self) -> i64 {
        let paused = self.paused_since.map_or(0, |since| self.now.as_millisecond() - since.as_millisecond());
        self.now.as_millisecond() - self.seen.1.as_millisecond() - self.paused_ms - paused
    }

    /// One call: observe, decide, save, carry out. Returns the decision, without its journal, or nothing where the
    /// runner died.
    pub(crate) fn call(&mut self, see: &mut dyn FnMut(&World, Call<'_>)) -> Option<Decision> {
        let observation = self.observe();
        self.call_with(observation, see)
    }

    /// The same with an observation that was made before.
    pub(crate) fn call_with(
        &mut self,
        observation: Observation,
        see: &mut dyn FnMut(&World, Call<'_>),
    ) -> Option<Decision> {
        let now = self.clock();
        let crash = self.crash.take();
        let before = Before::of(&self.journal);
        let kept = (self.keeps_journals || crash == Some(Crash::BeforeSaving)).then(|| self.journal.clone());
        let journal = std::mem::replace(&mut self.journal, Journal::new(""));
        let mut decision = step(&self.policy, journal, &observation, now);
        see(
            self,
            Call {
                before: before.as_ref(),
                journal: kept.as_ref(),
                observation: &observation,
                now,
                decision: &decision,
            },
        );
        self.latest = Some(observation);
        if let (Some(Crash::BeforeSaving), Some(kept)) = (crash, kept) {
            self.journal = kept;
            return None;
        }
        self.journal = std::mem::replace(&mut decision.journal, Journal::new(""));
        if self.phase() == Phase::Paused {
            self.paused_since = self.paused_since.or(Some(self.now));
        } else if let Some(since) = self.paused_since.take() {
            self.paused_ms += self.now.as_millisecond() - since.as_millisecond();
        }
        for (done, effect) in decision.effects.iter().enumerate() {
            if crash == Some(Crash::AfterEffects(done)) {
                return None;
            }
            self.carry_out(effect);
        }
        self.wake_at = decision.wake_at;
        Some(decision)
    }

    /// Calls until the runner has nothing to do now. Returns the last decision.
    pub(crate) fn run_now(&mut self, see: &mut dyn FnMut(&World, Call<'_>)) -> Option<Decision> {
        for _ in 0..40 {
            let decision = self.call(see)?;
            if decision.wake_at.is_none_or(|at| at > self.now)
                && self.events.is_empty()
                && self.measurements.is_empty()
            {
                return Some(decision);
            }
        }
        None
    }

    /// Calls whenever the engine asked to be called, so many times.
    pub(crate) fn follow(&mut self, times: u8, see: &mut dyn FnMut(&World, Call<'_>)) {
        for _ in 0..times {
            match self.wake_at {
                Some(at) => self.now = self.now.max(at),
                // Nothing will happen by itself; somebody looks in a minute later.
                None => self.pass(60),
            }
            self.run_now(see);
        }
    }

    /// Begins the release of `v2` and follows it until its first weight is live.
    pub(crate) fn releasing(policy: Policy) -> World {
        let mut world = World::new(policy);
        world.does(Verb::Start("v2".into()));
        world
    }

    /// A person asks, and the runner obeys or not; it must not be refused.
    pub(crate) fn does(&mut self, verb: Verb) {
        let mut refused = None;
        self.ask(ask(verb));
        self.run_now(&mut |_, call| refused = refused.take().or(call.decision.refused.clone()));
        assert_eq!(refused, None);
    }

    /// Follows until the rollout is in this phase.
    pub(crate) fn until(&mut self, phase: Phase) -> &mut World {
        for _ in 0..2_000 {
            if self.phase() == phase {
                return self;
            }
            self.follow(1, &mut nobody);
        }
        panic!("never {}, but {} because {}", phase.word(), self.phase().word(), self.run().reason);
    }

    /// Follows until this weight is live.
    pub(crate) fn until_weight(&mut self, weight: u8) -> &mut World {
        for _ in 0..2_000 {
            if self.run().weight == weight {
                return self;
            }
            self.follow(1, &mut nobody);
        }
        panic!("never {weight} %, but {} because {}", self.phase().word(), self.run().reason);
    }

    /// Lets time pass, with calls whenever the engine asked for them.
    pub(crate) fn for_minutes(&mut self, minutes: i64) -> &mut World {
        let end = self.now + SignedDuration::from_mins(minutes);
        while self.wake_at.is_some_and(|at| at <= end) && !self.phase().is_terminal() {
            self.follow(1, &mut nobody);
        }
        self.now = self.now.max(end);
        self.run_now(&mut nobody);
        self
    }

    pub(crate) fn run(&self) -> &Run {
        self.journal.run.as_ref().expect("a release was begun")
    }

    pub(crate) fn paused_for(&self) -> Option<PauseKind> {
        self.run().pause.as_ref().map(|pause| pause.kind)
    }

    /// The canary's live share.
    pub(crate) fn live_weight(&self) -> f64 {
        self.live.percent_of(&self.run().canary)
    }

    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// Somebody else sets the split.
    pub(crate) fn edit_split(&mut self, shares: Vec<(&str, f64)>) {
        let shares = shares.into_iter().filter(|(_, percent)| *percent > 0.0);
        let shares =
            shares.map(|(version, percent)| Share { version: version.to_owned(), percent }).collect();
        self.underway = None;
        self.write(shares, "ana");
    }

    fn write(&mut self, shares: Vec<Share>, author: &str) {
        let revision: u64 = self.live.revision.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
        self.live =
            Split { shares, revision: Some((revision + 1).to_string()), author: Some(author.to_owned()) };
    }

    fn settle(&mut self) {
        if let Some((at, split)) = self.underway.take() {
            if at <= self.now {
                self.write(split.shares, "slipway");
            } else {
                self.underway = Some((at, split));
            }
        }
    }

    fn carry_out(&mut self, effect: &Effect) {
        match effect {
            Effect::Shift { canary, stable, canary_weight, if_revision } => {
                self.shift(canary, stable.as_deref(), *canary_weight, if_revision.as_deref());
            }
            Effect::Measure { metric, since } => {
                let metric = self.journal.run.as_ref().and_then(|run| {
                    run.policy.policy().analysis.metrics.iter().find(|known| known.name == *metric).cloned()
                });
                if let Some(metric) = metric {
                    self.measure(&metric, *since);
                }
            }
            Effect::CallHook { hook, attempt, .. } => {
                let fails = self.hooks_fail || self.failing_hook == Some(hook.as_str());
                let failure = fails.then(|| "interrupted by a time-out".to_owned());
                self.events.push(Event::HookFinished { hook: hook.clone(), attempt: *attempt, failure });
            }
            Effect::Notify { message, .. } => self.told.push(message.clone()),
            Effect::Verify { .. } | Effect::Hold { .. } => {}
        }
    }

    fn shift(&mut self, canary: &str, stable: Option<&str>, weight: u8, if_revision: Option<&str>) {
        self.settle();
        if self.calls == Calls::AreRefused || if_revision != self.live.revision.as_deref() {
            return self.events.push(Event::ShiftFailed("409 Conflict".into()));
        }
        let shares = [(Some(canary), weight), (stable, 100 - weight)];
        let shares: Vec<Share> = shares
            .into_iter()
            .filter(|(_, percent)| *percent > 0)
            .filter_map(|(version, percent)| {
                Some(Share { version: version?.to_owned(), percent: f64::from(percent) })
            })
            .collect();
        self.shifts.push(weight);
        if let Calls::TakeSeconds(seconds) = self.calls {
            let at = self.now + SignedDuration::from_secs(i64::from(seconds));
            self.underway = Some((at, Split { shares, ..Split::default() }));
            return;
        }
        self.underway = None;
        self.write(shares, "slipway");
        if self.calls == Calls::LoseTheAnswer {
            self.events.push(Event::ShiftFailed("context deadline exceeded".into()));
        }
    }

    fn measure(&mut self, metric: &Metric, since: Timestamp) {
        let Some(run) = &self.journal.run else { return };
        let share = self.live.percent_of(&run.canary) / 100.0;
        let minutes = (self.now.as_millisecond() - since.as_millisecond()).max(0) as f64 / 60_000.0;
        for (variant, share) in [(Variant::Canary, share), (Variant::Stable, 1.0 - share)] {
            let samples = (self.traffic.per_minute * minutes * share) as u64;
            let reading = match self.traffic.sources {
                Sources::AreDown => Reading::Error("context canceled".into()),
                Sources::SayNothing => Reading::NoData,
                Sources::SayNan => Reading::Value(f64::NAN),
                Sources::Answer => Reading::Value(self.value(metric, variant)),
            };
            self.measurements.push(Measurement {
                metric: metric.name.clone(),
                variant,
                at: self.now,
                reading,
                samples: Some(samples),
            });
        }
    }

    fn value(&self, metric: &Metric, variant: Variant) -> f64 {
        let Traffic { canary_errors, stable_errors, canary_latency, stable_latency, alarm, .. } =
            self.traffic;
        let (errors, latency) = match variant {
            Variant::Canary => (canary_errors, canary_latency),
            Variant::Stable => (stable_errors, stable_latency),
        };
        match (metric.mode, metric.stat()) {
            (Mode::Tripwire, _) => f64::from(u8::from(alarm)),
            (_, Some(Stat::ErrorRate)) => errors,
            (_, Some(Stat::SuccessRate)) => 1.0 - errors,
            _ => latency,
        }
    }
}

/// Does not look.
pub(crate) fn nobody(_: &World, _: Call<'_>) {}

/// A person asks.
pub(crate) fn ask(verb: Verb) -> Command {
    Command::new(verb, "ana")
}
