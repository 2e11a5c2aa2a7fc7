//! Random policies and random lives: what a property test lets happen to a rollout.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rollout::policy::{
    Analysis, Hook, HookPoint, Metric, Mode, OnHookFailure, OnInconclusive, OnProviderError, Policy,
    Relative, RollbackWindow, Source, Stat, Step, Threshold,
};
use rollout::{Command, Duration, Event, Stable, Verb};

use crate::world::{Call, Calls, Crash, Sources, Traffic, World};

/// A policy, and everything that happens under it.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) policy: Policy,
    /// The cloud dates its answers.
    pub(crate) dated: bool,
    pub(crate) happenings: Vec<Happening>,
}

#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// Time passes, and the runner calls whenever the engine asked it to, so many times.
    Follow(u8),
    /// Time passes, and nobody calls until its end.
    Sleep(u16),
    Traffic(Traffic),
    Calls(Calls),
    Crash(Crash),
    Blind(bool),
    HooksFail(bool),
    /// A person sets the split to this share of the canary, or to a version of their own.
    Split(Option<u8>),
    StableGone(bool),
    Ask(Verb, Option<u8>),
    NewVersion(String),
    Interrupt,
    /// An observation from before is told again.
    Replay,
    /// The runner's clock is wrong by so many seconds. Only where the cloud dates its answers.
    Skew(i16),
    /// Another runner takes over, with a clock of its own.
    OtherRunner,
    EditPolicy,
}

pub(crate) fn scenario() -> impl Strategy<Value = Scenario> {
    (policy(), prop::bool::weighted(0.8), vec(happening(), 1..20)).prop_map(
        |(policy, dated, mut happenings)| {
            // Every life begins with a release; what happened before is allowed to happen all the same.
            let start = happenings.len().min(2) - 1;
            happenings.insert(start, Happening::Ask(Verb::Start("v2".into()), None));
            happenings.insert(start + 1, Happening::Follow(2));
            Scenario { policy, dated, happenings }
        },
    )
}

fn policy() -> impl Strategy<Value = Policy> {
    let step = (1..=5u64, prop::bool::weighted(0.15));
    let steps = vec((any::<Index>(), step), 0..4);
    let ends = (0..=3u64, 15..=40u64, prop::bool::weighted(0.05), prop::bool::weighted(0.3));
    (steps, ends, analysis(), vec(hook(), 0..2)).prop_map(|(steps, ends, analysis, hooks)| {
        let (final_bake, deadline, skip_analysis, window) = ends;
        let ladder = [1, 5, 10, 20, 25, 40, 50, 75, 90, 99];
        let mut weights: Vec<(u8, (u64, bool))> =
            steps.into_iter().map(|(at, step)| (*at.get(&ladder), step)).collect();
        weights.sort_unstable_by_key(|(weight, _)| *weight);
        weights.dedup_by_key(|(weight, _)| *weight);
        let mut steps: Vec<Step> = weights
            .into_iter()
            .map(|(weight, (minutes, approval_required))| Step {
                weight,
                bake_time: Duration::from_mins(minutes),
                approval_required,
                analysis: None,
            })
            .collect();
        if steps.is_empty() && !skip_analysis {
            steps.push(Step {
                weight: 10,
                bake_time: Duration::from_mins(2),
                approval_required: false,
                analysis: None,
            });
        }
        Policy {
            steps,
            final_bake_time: Duration::from_mins(final_bake),
            progress_deadline: Some(Duration::from_mins(deadline)),
            skip_analysis,
            rollback_window: window.then_some(RollbackWindow { revisions: Some(2), max_age: None }),
            analysis,
            hooks,
            ..Policy::default()
        }
    })
}

fn analysis() -> impl Strategy<Value = Analysis> {
    let limits = (0..=3u32, 0..=3u32, 0..=3u32, 1..=2u32);
    let actions = (
        select(vec![OnInconclusive::Extend, OnInconclusive::Pause, OnInconclusive::Rollback]),
        select(vec![OnProviderError::Pause, OnProviderError::Pause, OnProviderError::Rollback]),
    );
    let metrics = vec(metric(), 1..4);
    let pace = (select(vec![30u64, 60, 90]), select(vec![0u64, 0, 45]), select(vec![0u64, 50, 200]));
    (limits, actions, metrics, pace).prop_map(|(limits, actions, mut metrics, pace)| {
        for (index, metric) in metrics.iter_mut().enumerate() {
            metric.name = format!("{}-{index}", metric.name);
        }
        Analysis {
            interval: Duration::from_secs(pace.0),
            initial_delay: Duration::from_secs(pace.1),
            min_sample_size: pace.2,
            failure_limit: limits.0,
            consecutive_error_limit: limits.1,
            inconclusive_limit: limits.2,
            consecutive_success_limit: limits.3,
            on_inconclusive: actions.0,
            on_provider_error: actions.1,
            metrics,
        }
    })
}

fn metric() -> impl Strategy<Value = Metric> {
    let kind = select(vec!["errors", "errors", "latency", "alarm"]);
    let own = (
        prop::option::weighted(0.2, 0..=2u32),
        prop::option::weighted(0.2, 1..=4u32),
        prop::bool::weighted(0.5),
    );
    (kind, prop::bool::weighted(0.2), prop::bool::weighted(0.15), own).prop_map(
        |(kind, critical, dry_run, own)| {
            let max = if kind == "latency" { 2_000.0 } else { 0.02 };
            let alarm = kind == "alarm";
            let gate = !alarm;
            Metric {
                name: kind.into(),
                source: if alarm { Source::Webhook } else { Source::Platform },
                stat: (kind == "latency").then_some(Stat::P95),
                address: None,
                query: None,
                url: alarm.then(|| "https://example.com/alarm".to_owned()),
                json_pointer: None,
                threshold: gate.then(|| Threshold { max: Some(max), ..Threshold::default() }),
                relative: (kind == "latency" && own.2).then_some(Relative {
                    baseline: Default::default(),
                    max_ratio: 3.0,
                    min_delta: 150.0,
                }),
                comparison: None,
                critical: critical && gate,
                mode: if alarm { Mode::Tripwire } else { Mode::Gate },
                dry_run,
                initial_delay: None,
                interval: None,
                count: own.1.filter(|_| gate),
                failure_limit: own.0,
                inconclusive_limit: own.0,
                consecutive_error_limit: None,
                consecutive_success_limit: own.1.filter(|_| gate).map(|_| 1),
            }
        },
    )
}

fn hook() -> impl Strategy<Value = Hook> {
    let points =
        vec![HookPoint::PreRollout, HookPoint::Step, HookPoint::PostPromotion, HookPoint::PostRollout];
    let failures = vec![OnHookFailure::Rollback, OnHookFailure::Pause, OnHookFailure::Continue];
    (select(points), select(failures), 0..2u32).prop_map(|(when, on_failure, retries)| Hook {
        name: None,
        when,
        url: "https://example.com/hook".into(),
        timeout: Duration::from_secs(20),
        retries,
        on_failure,
        on: Vec::new(),
    })
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        12 => (1..12u8).prop_map(Happening::Follow),
        2 => (1..4_000u16).prop_map(Happening::Sleep),
        4 => traffic().prop_map(Happening::Traffic),
        2 => calls().prop_map(Happening::Calls),
        2 => prop_oneof![Just(Crash::BeforeSaving), (0..3usize).prop_map(Crash::AfterEffects)].prop_map(Happening::Crash),
        1 => any::<bool>().prop_map(Happening::Blind),
        1 => any::<bool>().prop_map(Happening::HooksFail),
        2 => select(vec![Some(0), Some(0), Some(30), Some(60), Some(100), None]).prop_map(Happening::Split),
        1 => any::<bool>().prop_map(Happening::StableGone),
        6 => (verb(), prop::option::weighted(0.3, 0..3u8)).prop_map(|(verb, id)| Happening::Ask(verb, id)),
        1 => select(vec!["v1", "v2", "v3"]).prop_map(|version| Happening::NewVersion(version.into())),
        1 => Just(Happening::Interrupt),
        1 => Just(Happening::Replay),
        1 => (-900..900i16).prop_map(Happening::Skew),
        1 => Just(Happening::OtherRunner),
        1 => Just(Happening::EditPolicy),
    ]
}

fn traffic() -> impl Strategy<Value = Traffic> {
    select(vec![
        Traffic::GOOD,
        Traffic::GOOD,
        Traffic::GOOD,
        Traffic::BAD,
        Traffic::BAD,
        Traffic::NONE,
        Traffic { per_minute: 300.0, ..Traffic::GOOD },
        Traffic { per_minute: 300.0, ..Traffic::BAD },
        Traffic { alarm: true, ..Traffic::GOOD },
        Traffic { sources: Sources::AreDown, ..Traffic::GOOD },
        Traffic { sources: Sources::SayNothing, ..Traffic::GOOD },
        Traffic { sources: Sources::SayNan, ..Traffic::GOOD },
    ])
}

fn calls() -> impl Strategy<Value = Calls> {
    select(vec![Calls::Work, Calls::Work, Calls::AreRefused, Calls::LoseTheAnswer, Calls::TakeSeconds(12)])
}

fn verb() -> impl Strategy<Value = Verb> {
    select(vec![
        Verb::Start("v2".into()),
        Verb::Start("v3".into()),
        Verb::Pause,
        Verb::Resume,
        Verb::Resume,
        Verb::Promote,
        Verb::PromoteFull,
        Verb::Abort,
        Verb::Retry,
        Verb::Approve,
        Verb::Approve,
        Verb::SkipStep,
    ])
}

impl Scenario {
    /// Lives through it. `see` looks at every call of the engine.
    pub(crate) fn play(&self, see: &mut dyn FnMut(&World, Call<'_>)) -> World {
        let mut world = World::new(self.policy.clone());
        world.dated = self.dated;
        self.continue_in(&mut world, see);
        world
    }

    /// The same, in a world that is there already.
    pub(crate) fn continue_in(&self, world: &mut World, see: &mut dyn FnMut(&World, Call<'_>)) {
        for happening in &self.happenings {
            world.live_through(happening, see);
        }
    }
}

impl World {
    fn live_through(&mut self, happening: &Happening, see: &mut dyn FnMut(&World, Call<'_>)) {
        match happening {
            Happening::Follow(times) => return self.follow(*times, see),
            Happening::Sleep(seconds) => self.pass(i64::from(*seconds)),
            Happening::Traffic(traffic) => return self.traffic = *traffic,
            Happening::Calls(calls) => return self.calls = *calls,
            Happening::Crash(crash) => return self.crash = Some(*crash),
            Happening::Blind(blind) => return self.blind = *blind,
            Happening::HooksFail(fail) => return self.hooks_fail = *fail,
            Happening::Split(share) => {
                let canary = self.journal.run.as_ref().map_or("v2", |run| run.canary.as_str()).to_owned();
                let stable = self.journal.stable().unwrap_or("v1").to_owned();
                match share {
                    Some(share) => {
                        let share = f64::from(*share);
                        self.edit_split(vec![(&stable, 100.0 - share), (&canary, share)]);
                    }
                    None => self.edit_split(vec![(&stable, 50.0), ("v0", 50.0)]),
                }
            }
            Happening::StableGone(gone) => {
                self.stable = if *gone { Stable::Gone("404".into()) } else { Stable::Deployable };
            }
            Happening::Ask(verb, id) => {
                let id = id.map(|id| format!("request-{id}"));
                self.ask(Command { id, ..Command::new(verb.clone(), "ana") });
            }
            Happening::NewVersion(version) => self.event(Event::NewVersion(version.clone())),
            Happening::Interrupt => self.event(Event::Interrupted),
            Happening::Replay => {
                if let Some(old) = self.latest.clone().filter(|_| self.dated) {
                    self.call_with(old, see);
                }
            }
            Happening::Skew(seconds) => {
                if self.dated {
                    self.skew = i64::from(*seconds);
                }
            }
            Happening::OtherRunner => {
                self.writer = if self.writer == "runner-1" { "runner-2".into() } else { "runner-1".into() };
            }
            Happening::EditPolicy => self.policy.name = Some("edited".into()),
        }
        self.run_now(see);
    }
}
