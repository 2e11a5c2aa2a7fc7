//! The thirteen invariants of a release, each over thousands of random lives.
//!
//! `ROLLOUT_THOROUGH=1` plays twenty times as many lives; `ROLLOUT_CASES=500` plays so many. What fails is made smaller
//! in at most 4,000 attempts, or `ROLLOUT_SHRINK`.

use proptest::test_runner::{Config, TestRunner};
use rollout::journal::{Journal, PauseKind, Phase};
use rollout::policy::Mode;
use rollout::{
    Action, Effect, Event, Live, Measurement, Observation, Policy, Reading, Reason, Split, Stable, Variant,
    Verb, give_back, lease, step,
};

use crate::scenario::{Scenario, scenario};
use crate::world::{Call, Calls, Traffic, World, nobody};

/// Lives that each property goes through in CI.
const CASES: u32 = 10_000;

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a test run reads how thorough it shall be"
)]
fn config() -> Config {
    let asked = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let thorough = std::env::var("ROLLOUT_THOROUGH").is_ok_and(|thorough| thorough != "0");
    Config {
        cases: asked("ROLLOUT_CASES").unwrap_or(if thorough { 20 * CASES } else { CASES }),
        max_shrink_iters: asked("ROLLOUT_SHRINK").unwrap_or(4_000),
        failure_persistence: None,
        ..Config::default()
    }
}

/// Plays random lives; `live` panics where the property does not hold.
fn in_every_life(live: impl Fn(Scenario)) {
    let outcome = TestRunner::new(config()).run(&scenario(), |scenario| {
        live(scenario);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// The same, for a property of single calls.
fn at_every_call(holds: impl Fn(&World, &Call<'_>)) {
    in_every_life(|scenario| {
        scenario.play(&mut |world, call| holds(world, &call));
    });
}

fn shift_of<'a>(call: &Call<'a>) -> Option<(u8, &'a Effect)> {
    let mut shifts = call.decision.effects.iter().filter_map(|effect| match effect {
        Effect::Shift { canary_weight, .. } => Some((*canary_weight, effect)),
        _ => None,
    });
    let first = shifts.next();
    assert!(shifts.next().is_none(), "two shifts in one decision");
    first
}

fn live_of(observation: &Observation) -> Option<&Split> {
    match &observation.live {
        Live::Split(split) => Some(split),
        Live::Unreadable(_) => None,
    }
}

/// Whether the observation is an old one, told once more.
fn is_old(world: &World, call: &Call<'_>) -> bool {
    call.observation.server_time.is_some_and(|at| at < world.now)
}

#[test]
fn invariant_01_weights_sum_to_100_and_the_canary_only_rises_or_goes_to_0() {
    at_every_call(|world, call| {
        let total: f64 = world.live.shares.iter().map(|share| share.percent).sum();
        assert!((total - 100.0).abs() < 1e-9, "{:?}", world.live);
        let Some((weight, Effect::Shift { canary, .. })) = shift_of(call) else { return };
        let live = live_of(call.observation).expect("a shift without a known split").percent_of(canary);
        assert!(weight == 0 || f64::from(weight) >= live, "from {live} % down to {weight} %");
        assert!(weight <= 100);
    });
}

#[test]
fn invariant_02_stable_is_the_way_back_until_success_and_nothing_goes_on_without_it() {
    in_every_life(|scenario| {
        let mut serves_before: Option<String> = None;
        scenario.play(&mut |_, call| {
            let run = call.decision.journal.run.as_ref();
            if let Some(run) = run.filter(|run| call.before.is_none_or(|before| before.id != run.id)) {
                // Whoever takes the place of an unproven canary is released against the same stable version.
                let superseded =
                    call.before.is_some_and(|before| before.next.as_deref() == Some(&run.canary));
                if superseded {
                    assert_eq!(run.stable, serves_before);
                }
                assert_ne!(run.stable.as_deref(), Some(run.canary.as_str()));
                serves_before.clone_from(&run.stable);
            }
            let Some((weight, Effect::Shift { stable, .. })) = shift_of(&call) else { return };
            assert_eq!(*stable, serves_before, "the way back was swapped in mid-rollout");
            let run = run.expect("a shift belongs to a rollout");
            if call.observation.stable != Stable::Deployable && run.straight.is_none() {
                panic!("{weight} % was asked for while the stable version was gone");
            }
        });
    });
}

/// What a step has shown so far, counted without the engine's help.
#[derive(Default)]
struct Evidence {
    verified: Option<(u64, usize, u8, jiff::Timestamp)>,
    /// By metric: the end of the latest measurement, requests, values.
    seen: Vec<(String, jiff::Timestamp, u64, u64)>,
}

impl Evidence {
    fn of_a_new_step(call: &Call<'_>, world: &World) -> Option<Evidence> {
        let run = call.decision.journal.run.as_ref()?;
        let verified_now =
            run.traffic_verified_at.is_some() && run.bake.baked_ms == 0 && run.intent.is_none();
        let key = (run.id, run.step, run.weight, world.now);
        verified_now.then(|| Evidence { verified: Some(key), seen: Vec::new() })
    }

    fn add(&mut self, measurement: &Measurement) {
        let Measurement { metric, variant, at, reading, samples } = measurement;
        let Some((.., since)) = self.verified else { return };
        let Reading::Value(value) = reading else { return };
        if *variant != Variant::Canary || !value.is_finite() || *samples == Some(0) || *at <= since {
            return;
        }
        match self.seen.iter_mut().find(|(name, ..)| name == metric) {
            Some((_, latest, requests, values)) if *latest < *at => {
                *latest = *at;
                *requests += samples.unwrap_or(0);
                *values += 1;
            }
            Some(_) => {}
            None => self.seen.push((metric.clone(), *at, samples.unwrap_or(0), 1)),
        }
    }
}

#[test]
fn invariant_03_no_advance_without_a_full_bake_enough_requests_and_fresh_metrics() {
    in_every_life(|scenario| {
        let mut evidence = Evidence::default();
        scenario.play(&mut |world, call| {
            for measurement in &call.observation.measurements {
                evidence.add(measurement);
            }
            let by_itself = match &call.decision.reason {
                Reason::GatePassed | Reason::Baked => call.decision.action == Action::Advance,
                Reason::Promoted if call.decision.action == Action::End => {
                    call.before.is_some_and(|before| before.straight.is_none())
                }
                _ => false,
            };
            let before = call.before.filter(|before| by_itself && before.phase != Phase::Pending);
            if let (Some(before), Some(run)) = (before, &call.decision.journal.run) {
                let policy = run.policy.policy();
                let on_the_ladder =
                    policy.steps.get(before.step).filter(|_| call.decision.action == Action::Advance);
                let bake_time = on_the_ladder.map_or(policy.final_bake_time, |step| step.bake_time);
                let baked = world.baked_ms();
                assert!(baked >= bake_time.as_millis() as i64, "left after {baked} ms of {bake_time}");
                let unwatched = policy.skip_analysis || (on_the_ladder.is_none() && bake_time.is_zero());
                if !unwatched {
                    assert_evidence(policy, &evidence);
                }
            }
            if let Some(new) = Evidence::of_a_new_step(&call, world) {
                let same = |(id, step, weight, _)| {
                    evidence.verified.is_some_and(|(i, s, w, _)| (i, s, w) == (id, step, weight))
                };
                if !new.verified.is_some_and(same) || call.decision.action == Action::Verify {
                    evidence = new;
                }
            }
        });
    });
}

fn assert_evidence(policy: &Policy, evidence: &Evidence) {
    let gates = policy.analysis.metrics.iter().filter(|metric| metric.mode == Mode::Gate && !metric.dry_run);
    let mut most = 0;
    let mut any = false;
    for metric in gates {
        let (.., requests, values) = evidence
            .seen
            .iter()
            .find(|(name, ..)| *name == metric.name)
            .expect("a pass without a measurement in the step");
        assert!(*values > 0);
        most = most.max(*requests);
        any = true;
    }
    let needed = policy.analysis.min_sample_size;
    assert!(!any || most >= needed, "left after {most} of {needed} requests");
}

#[test]
fn invariant_04_rollback_needs_only_the_live_split_and_is_repeated_until_verified() {
    in_every_life(|scenario| {
        let mut world = scenario.play(&mut |_, call| {
            let ended_badly = matches!(call.decision.phase(), Phase::Failed | Phase::Aborted);
            let was_active = call.before.is_some_and(|before| before.phase.is_active());
            if ended_badly && was_active {
                let run = call.decision.journal.run.as_ref().expect("a rollout that ended");
                let live = live_of(call.observation).expect("it ended without a look at the split");
                assert_eq!(live.percent_of(&run.canary), 0.0, "it ended while the canary had traffic");
            }
            // Without the journal, without metrics: one call, and a second one has nothing to do.
            if let Some(split) = live_of(call.observation)
                && let Some(Effect::Shift { canary_weight, stable, .. }) = give_back("v1", split)
            {
                assert_eq!((canary_weight, stable.as_deref()), (0, Some("v1")));
                assert_eq!(give_back("v1", &Split::all_on("v1")), None);
            }
        });
        // Once nothing stands in its way any more, a rollback comes to its end.
        if world.phase() == Phase::RollingBack {
            world.calls = Calls::Work;
            world.stable = Stable::Deployable;
            world.crash = None;
            world.blind = false;
            world.traffic = Traffic::GOOD;
            let id = world.journal.run.as_ref().map(|run| run.id);
            for _ in 0..30 {
                world.pass(60);
                world.run_now(&mut nobody);
            }
            let run = world.journal.run.as_ref().expect("the rollout is remembered");
            assert!(run.phase.is_terminal() || Some(run.id) != id || run.pause.is_some(), "{:?}", run.phase);
        }
    });
}

#[test]
fn invariant_05_failed_inconclusive_and_not_measured_are_three_counters() {
    at_every_call(|_, call| {
        let (Some(before), Some(run)) = (call.before, &call.decision.journal.run) else { return };
        if run.id != before.id || run.phase != before.phase {
            return;
        }
        let told = |found: fn(&Measurement) -> bool| call.observation.measurements.iter().any(found);
        let (was, is) = (before.counters, run.counters);
        if is.failed > was.failed {
            assert_eq!(is.failed, was.failed + 1);
            assert!(
                told(|m| matches!(m.reading, Reading::Value(value) if value.is_finite())),
                "{:?}",
                call.observation
            );
        }
        if is.inconclusive > was.inconclusive {
            assert_eq!(is.inconclusive, was.inconclusive + 1);
            assert!(told(|m| !matches!(m.reading, Reading::Error(_))), "{:?}", call.observation);
        }
        if is.errors > was.errors {
            assert_eq!(is.errors, was.errors + 1);
            assert!(told(|m| matches!(m.reading, Reading::Error(_))), "{:?}", call.observation);
        }
        let only_errors =
            !call.observation.measurements.is_empty() && !told(|m| !matches!(m.reading, Reading::Error(_)));
        if only_errors {
            assert!(is.failed == was.failed && is.inconclusive == was.inconclusive, "an error is neither");
        }
        let only_silence =
            !call.observation.measurements.is_empty() && !told(|m| !matches!(m.reading, Reading::NoData));
        if only_silence {
            assert!(is.failed == was.failed && is.errors <= was.errors, "silence is neither");
        }
    });
}

#[test]
fn invariant_06_one_writer_by_lease_and_by_the_clouds_own_precondition() {
    at_every_call(|world, call| {
        if let Some((_, Effect::Shift { if_revision, .. })) = shift_of(call) {
            assert_eq!(*if_revision, live_of(call.observation).and_then(|split| split.revision.clone()));
        }
        if call.decision.journal.revision % 7 != 3 {
            return;
        }
        // Somebody else takes the lease: this runner may look, but neither touch nor remember.
        let minute = rollout::Duration::from_mins(1);
        let held = lease::acquire(call.decision.journal.clone(), "runner-9", call.now, minute)
            .expect("a free lease");
        let denied = lease::acquire(held.clone(), &world.writer, call.now, minute);
        assert_eq!(denied.expect_err("a lease that is held").holder, "runner-9");
        let locked = step(&world.policy, held.clone(), call.observation, call.now);
        assert!(matches!(locked.reason, Reason::Locked { .. }));
        assert!(!locked.changed && locked.journal == held);
        assert!(
            locked.effects.iter().all(|effect| matches!(effect, Effect::Hold { .. })),
            "{:?}",
            locked.effects
        );
        let later = call.now + jiff::SignedDuration::from_secs(60);
        assert!(lease::acquire(held, &world.writer, later, minute).is_ok(), "a lease ends by itself");
    });
}

#[test]
fn invariant_07_intent_is_journaled_before_the_call_and_live_is_believed() {
    at_every_call(|world, call| {
        if let Some((weight, _)) = shift_of(call) {
            let intent = call.decision.journal.run.as_ref().and_then(|run| run.intent.as_ref());
            let intent = intent.expect("a call that the journal knows nothing of");
            assert_eq!(intent.to, weight);
            assert!(call.decision.changed, "the caller would not save it");
        }
        // After a crash: what is live has happened, whatever the journal says.
        let (Some(before), Some(split)) = (call.before, live_of(call.observation)) else { return };
        let Some(intent) = before.intent.as_ref().filter(|_| !is_old(world, call)) else { return };
        let ours = before.paused_for != Some(PauseKind::ExternalChange) && before.phase.is_active();
        let live = split.percent_of(&before.canary);
        let two_versions =
            split.shares.iter().all(|share| share.version == before.canary || share.version == "v1");
        if ours && two_versions && live == f64::from(intent.to) {
            let repeated = shift_of(call).is_some_and(|(weight, _)| weight == intent.to && weight > 0);
            assert!(!repeated, "a shift to {} % that is live was asked for again", intent.to);
        }
    });
}

#[test]
fn invariant_08_a_humans_change_is_never_overwritten_and_never_shipped_again() {
    in_every_life(|scenario| {
        // Whether a person's split is live that the engine was not told to touch since.
        let mut hands_off = false;
        let mut edited: Option<String> = None;
        scenario.play(&mut |world, call| {
            let by_hand = world.live.author.as_deref() == Some("ana");
            if by_hand && edited != world.live.revision {
                edited.clone_from(&world.live.revision);
                let own = call.before.filter(|before| before.phase.is_active()).map(|before| {
                    let live = world.live.percent_of(&before.canary);
                    let foreign = world.live.percent_of("v0") > 0.0;
                    let expected = before
                        .intent
                        .iter()
                        .flat_map(|intent| intent.from.iter().copied().chain([intent.to]));
                    !foreign && expected.chain([before.weight]).any(|weight| f64::from(weight) == live)
                });
                // A split that the engine had set or was about to set cannot be told from its own.
                hands_off = own == Some(false) && !world.blind;
            }
            hands_off &= by_hand;
            let asked = call.observation.command.is_some()
                || call.observation.events.iter().any(|event| matches!(event, Event::NewVersion(_)));
            if asked {
                // Whatever a person asks for afterwards is that person's will.
                hands_off = false;
            }
            if hands_off && !is_old(world, &call) {
                assert!(shift_of(&call).is_none(), "{:?} over {:?}", call.decision.effects, world.live);
                if live_of(call.observation).is_some() {
                    let phase = call.decision.phase();
                    assert!(matches!(phase, Phase::Paused | Phase::Aborted), "{phase:?}");
                }
            }
        });
    });
}

#[test]
fn invariant_09_a_failed_version_is_never_released_again_without_a_human_act() {
    in_every_life(|scenario| {
        let mut failed: Vec<String> = Vec::new();
        scenario.play(&mut |_, call| {
            if let Some(command) = &call.observation.command
                && command.verb == Verb::Retry
                && call.decision.refused.is_none()
                && let Some(before) = call.before
            {
                failed.retain(|version| *version != before.canary);
            }
            if let Some((weight, Effect::Shift { canary, .. })) = shift_of(&call) {
                assert!(weight == 0 || !failed.contains(canary), "{canary} is shipped again");
            }
            if let Some(run) = call.decision.journal.run.as_ref().filter(|run| run.phase == Phase::Failed) {
                failed.push(run.canary.clone());
            }
        });
    });
}

#[test]
fn invariant_10_an_unverified_shift_is_not_a_shift() {
    at_every_call(|world, call| {
        let (Some(before), Some(run)) = (call.before, &call.decision.journal.run) else { return };
        if run.id != before.id || run.weight == before.weight {
            return;
        }
        let live = live_of(call.observation).expect("a weight changed without a look at the split");
        assert!(!is_old(world, call), "a weight changed by an old look at the split");
        assert!(
            (live.percent_of(&run.canary) - f64::from(run.weight)).abs() < 0.01,
            "{live:?} is not {} %",
            run.weight
        );
        if run.phase.is_active() && run.phase != Phase::RollingBack && run.weight > 0 {
            assert!(run.traffic_verified_at.is_some());
            assert_eq!(run.bake.baked_ms, 0, "time counts from the verification on");
        }
    });
}

#[test]
fn invariant_11_an_interrupt_comes_from_stop_alone_never_from_a_call_that_timed_out() {
    at_every_call(|_, call| {
        let paused_for = |kind: Option<PauseKind>| kind == Some(PauseKind::Interrupted);
        let now =
            call.decision.journal.run.as_ref().and_then(|run| run.pause.as_ref()).map(|pause| pause.kind);
        let was = call.before.and_then(|before| before.paused_for);
        let told = call.observation.events.contains(&Event::Interrupted);
        if paused_for(now) && !paused_for(was) {
            assert!(told, "an interrupt was made out of {:?}", call.observation);
        }
        let moving = |phase: Phase| matches!(phase, Phase::Pending | Phase::Progressing | Phase::FinalBake);
        if told && !is_replay(call) && call.before.is_some_and(|before| moving(before.phase)) {
            assert!(
                !moving(call.decision.phase()) || was.is_some() || call.observation.command.is_some(),
                "Stop was not heard"
            );
        }
    });
}

fn is_replay(call: &Call<'_>) -> bool {
    call.observation.server_time.is_some_and(|at| at < call.now)
}

#[test]
fn invariant_12_the_end_is_a_phase_in_the_journal_never_an_error() {
    in_every_life(|scenario| {
        let world = scenario.play(&mut |_, call| {
            // `step` has no error to return: what goes wrong is a phase, a reason and a journal to save.
            let asked = call.observation.command.is_some()
                || call.observation.events.iter().any(|event| matches!(event, Event::NewVersion(_)))
                || call.before.is_some_and(|before| before.next.is_some());
            assert!(call.decision.refused.is_none() || asked, "{:?}", call.decision.refused);
            if let Some(run) = call.decision.journal.run.as_ref().filter(|run| run.phase == Phase::Failed) {
                assert!(matches!(run.reason, Reason::RolledBack { .. }), "{:?}", run.reason);
                assert!(run.rollback.is_some() && run.ended_at.is_some());
            }
            assert!(!call.decision.effects.is_empty(), "the caller is left without a word");
        });
        // And the journal survives being written and read, wherever it stopped. Writing is slow, so not every life ends so.
        if world.journal.revision % 8 == 5 {
            let text = world.journal.to_canonical_json();
            let read = Journal::parse(&text).expect("the engine reads what it wrote");
            assert_eq!(read, world.journal);
            assert_eq!(read.to_canonical_json(), text);
        }
    });
}

#[test]
fn invariant_13_the_same_inputs_give_the_same_decision() {
    in_every_life(|scenario| {
        let mut world = World::new(scenario.policy.clone());
        world.dated = scenario.dated;
        world.keeps_journals = true;
        scenario.continue_in(&mut world, &mut |world, call| {
            let journal = call.journal.expect("journals are kept");
            let again = step(&world.policy, journal.clone(), call.observation, call.now);
            assert_eq!(again, *call.decision);
            // Nor does it matter on which machine the journal was in between.
            if call.decision.journal.revision % 97 == 2 {
                let read =
                    Journal::parse(&journal.to_canonical_json()).expect("the engine reads what it wrote");
                assert_eq!(step(&world.policy, read, call.observation, call.now), *call.decision);
            }
        });
    });
}

#[test]
fn the_random_lives_reach_every_phase_every_pause_and_every_way_back() {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    let seen: Mutex<BTreeSet<String>> = Mutex::default();
    at_every_call(|_, call| {
        let Some(run) = &call.decision.journal.run else { return };
        let mut words = vec![run.phase.word().to_owned()];
        words.extend(run.pause.as_ref().map(|pause| format!("paused for {:?}", pause.kind)));
        words.extend(
            run.rollback.as_ref().map(|rollback| format!("back because of {}", rollback.because.code())),
        );
        words.extend(run.straight.map(|straight| format!("straight: {straight:?}")));
        let mut seen = seen.lock().expect("nobody panics here");
        for word in words {
            if !seen.contains(&word) {
                seen.insert(word);
            }
        }
    });
    let seen = seen.into_inner().expect("nobody panics here");
    let expected = [
        "aborted",
        "back because of commanded",
        "back because of critical",
        "back because of deadline_with_bad_data",
        "back because of error_limit",
        "back because of failure_limit",
        "back because of hook_failed",
        "back because of inconclusive_limit",
        "back because of superseded",
        "back because of tripwire",
        "failed",
        "final_bake",
        "paused",
        "paused for Approval",
        "paused for Deadline",
        "paused for ExternalChange",
        "paused for Hook",
        "paused for Inconclusive",
        "paused for Interrupted",
        "paused for ProviderError",
        "paused for StableGone",
        "paused for User",
        "paused for Verification",
        "pending",
        "progressing",
        "rolling_back",
        "straight: AnalysisSkipped",
        "straight: Promoted",
        "straight: RecentlyGood",
        "succeeded",
    ];
    let missing: Vec<&&str> = expected.iter().filter(|word| !seen.contains(**word)).collect();
    assert!(missing.is_empty() || config().cases < CASES, "never seen: {missing:?} in {seen:?}");
}
