//! What goes wrong around a release, and what then happens: one test for each row of the failure table.

use jiff::SignedDuration;
use rollout::journal::{Journal, PauseKind, Phase};
use rollout::policy::{Hook, HookPoint, OnHookFailure};
use rollout::{
    Duration, Effect, Event, Policy, Reason, Split, Stable, Verb, Warning, give_back, lease, step,
};

use crate::world::{Calls, Crash, Sources, Traffic, World, ask, nobody, start_of_time};

/// 10 % and 50 % for five minutes each, five more at 100 %.
fn policy() -> Policy {
    Policy::parse(
        r#"{
            "steps": [{"weight": 10, "bake_time": "5m"}, {"weight": 50, "bake_time": "5m"}],
            "final_bake_time": "5m",
            "progress_deadline": "30m",
            "analysis": {"metrics": [{"name": "error-rate", "source": "platform", "threshold": {"max": 0.02}}]},
            "notifications": [{"url": "https://example.com/ops"}]
        }"#,
    )
    .expect("a policy without problems")
}

#[test]
fn ctrl_c_pauses_at_every_step_and_the_next_run_goes_on() {
    for weight in [10, 50, 100] {
        let mut world = World::releasing(policy());
        world.until_weight(weight);
        world.event(Event::Interrupted);
        world.run_now(&mut nobody);
        assert_eq!((world.phase(), world.paused_for()), (Phase::Paused, Some(PauseKind::Interrupted)));
        assert_eq!(
            world.live_weight(),
            f64::from(weight),
            "the call in flight was finished, and nothing else"
        );
        world.pass(3_600);
        world.does(Verb::Resume);
        world.until(Phase::Succeeded);
    }
}

#[test]
fn ctrl_c_during_a_shift_lets_it_finish_and_pauses_behind_it() {
    let mut world = World::releasing(policy());
    world.calls = Calls::TakeSeconds(30);
    world.for_minutes(5);
    assert_eq!(world.run().intent.as_ref().map(|intent| intent.to), Some(50));
    world.event(Event::Interrupted);
    world.run_now(&mut nobody);
    world.pass(60);
    world.run_now(&mut nobody);
    assert_eq!((world.phase(), world.run().weight, world.run().intent.is_none()), (Phase::Paused, 50, true));
}

#[test]
fn a_lost_runner_leaves_the_split_and_the_next_caller_finds_its_way_from_any_point() {
    for crash in [Crash::BeforeSaving, Crash::AfterEffects(0), Crash::AfterEffects(1)] {
        for calls_before in 0..12 {
            let mut world = World::new(policy());
            world.ask(ask(Verb::Start("v2".into())));
            for _ in 0..calls_before {
                world.now = world.now.max(world.wake_at.unwrap_or(world.now));
                world.call(&mut nobody);
            }
            world.crash = Some(crash);
            world.call(&mut nobody);
            world.pass(30);
            if world.phase() == Phase::Idle {
                world.does(Verb::Start("v2".into()));
            }
            world.until(Phase::Succeeded);
            assert_eq!(world.shifts, [10, 50, 100], "after {calls_before} calls, {crash:?}");
        }
    }
}

#[test]
fn the_caller_who_finds_a_lost_rollout_after_the_deadline_rolls_bad_data_back() {
    let mut world = World::releasing(policy());
    world.pass(3 * 3_600);
    world.traffic = Traffic::BAD;
    world.run_now(&mut nobody);
    assert!(matches!(
        world.run().rollback.as_ref().map(|rollback| &rollback.because),
        Some(Reason::DeadlineWithBadData { .. })
    ));
    assert_eq!((world.phase(), world.live_weight()), (Phase::Failed, 0.0));
}

#[test]
fn the_caller_who_finds_a_lost_rollout_after_the_deadline_pauses_without_data() {
    let mut world = World::releasing(policy());
    world.pass(3 * 3_600);
    world.traffic = Traffic::NONE;
    world.run_now(&mut nobody);
    assert_eq!((world.paused_for(), world.live_weight()), (Some(PauseKind::Deadline), 10.0));
}

#[test]
fn expired_credentials_count_as_errors_and_pause_with_everything_saved() {
    let mut world = World::releasing(policy());
    world.traffic = Traffic { sources: Sources::AreDown, ..Traffic::BAD };
    world.until(Phase::Paused);
    assert_eq!(world.paused_for(), Some(PauseKind::ProviderError));
    assert_eq!(
        world.now,
        start_of_time() + SignedDuration::from_mins(5),
        "five errors in a row, four are tolerated"
    );
    let counters = world.run().counters;
    assert_eq!((counters.failed, counters.inconclusive, counters.errors), (0, 0, 5));
    assert_eq!(world.live_weight(), 10.0);
    let saved = Journal::parse(&world.journal.to_canonical_json()).expect("a journal");
    assert_eq!(saved, world.journal);
}

#[test]
fn a_lost_state_file_is_made_good_from_the_journal_and_a_lost_journal_from_the_live_split() {
    let mut world = World::releasing(policy());
    world.until_weight(50);
    world.journal = Journal::parse(&world.journal.to_canonical_json()).expect("a journal");
    world.journal = Journal::new("story-api");
    world.ask(ask(Verb::Start("v2".into())));
    let decision = world.call(&mut nobody).expect("a decision");
    let refused = decision.refused.expect("nobody knows which of the two versions is stable");
    assert!(refused.because.contains("divided"), "{refused}");
    let Some(Effect::Shift { canary, stable, canary_weight, .. }) = give_back("v1", &world.live) else {
        panic!("the live split is enough to give everything back");
    };
    assert_eq!((canary.as_str(), stable.as_deref(), canary_weight), ("v2", Some("v1"), 0));
}

#[test]
fn the_second_of_two_applies_is_told_who_holds_the_lock_and_calls_nothing() {
    let mut world = World::releasing(policy());
    let length = Duration::from_mins(2);
    world.journal = lease::acquire(world.journal.clone(), "apply-1", world.now, length).expect("free");
    let denied = lease::acquire(world.journal.clone(), "apply-2", world.now, length).expect_err("held");
    assert_eq!(denied.to_string(), "rollout locked by apply-1 until 2026-07-15T10:02:00Z");
    world.writer = "apply-2".into();
    world.ask(ask(Verb::Abort));
    let before = world.journal.clone();
    let decision = world.call(&mut nobody).expect("a decision");
    assert_eq!(decision.effects, [Effect::Hold { until: Some(denied.until) }]);
    assert!(decision.refused.is_some_and(|refused| refused.because.contains("apply-1")));
    assert_eq!(world.journal, before);
    world.writer = "apply-1".into();
    world.does(Verb::Abort);
    assert_eq!(world.phase(), Phase::Aborted);
}

#[test]
fn a_lease_that_was_lost_stops_everything() {
    let mut world = World::releasing(policy());
    world.pass(300);
    let until = world.now + SignedDuration::from_mins(1);
    world.event(Event::LeaseLost { holder: "somebody".into(), until });
    let before = world.journal.clone();
    let decision = world.call(&mut nobody).expect("a decision");
    assert_eq!(decision.effects, [Effect::Hold { until: Some(until) }]);
    assert!(!decision.changed);
    assert_eq!(world.journal, before);
}

#[test]
fn a_rollback_in_the_console_ends_the_rollout_and_says_who() {
    let mut world = World::releasing(policy());
    world.until_weight(50);
    world.edit_split(vec![("v1", 100.0)]);
    world.run_now(&mut nobody);
    assert_eq!(world.phase(), Phase::Aborted);
    assert_eq!(world.run().reason, Reason::AbortedOutside { author: Some("ana".into()) });
    world.for_minutes(120);
    assert_eq!((world.live_weight(), world.shifts.len()), (0.0, 2), "nothing is shipped again");
}

#[test]
fn a_shift_that_was_set_back_before_anybody_looked_is_not_shipped_again() {
    let mut world = World::new(policy());
    world.ask(ask(Verb::Start("v2".into())));
    world.call(&mut nobody);
    world.crash = Some(Crash::AfterEffects(1));
    world.call(&mut nobody);
    assert_eq!(world.live_weight(), 10.0, "the runner died behind the shift");
    world.edit_split(vec![("v1", 100.0)]);
    world.run_now(&mut nobody);
    world.for_minutes(60);
    assert_eq!((world.phase(), world.shifts.as_slice()), (Phase::Aborted, [10].as_slice()));
    assert_eq!(world.run().reason, Reason::AbortedOutside { author: Some("ana".into()) });
}

#[test]
fn a_split_that_somebody_else_set_pauses_and_is_never_overwritten() {
    let mut world = World::releasing(policy());
    world.edit_split(vec![("v1", 70.0), ("v2", 30.0)]);
    world.run_now(&mut nobody);
    assert_eq!(world.paused_for(), Some(PauseKind::ExternalChange));
    let reason = Reason::ExternalChange { expected: 10, live: 30.0, author: Some("ana".into()) };
    assert_eq!(world.run().reason, reason);
    world.traffic = Traffic::BAD;
    world.for_minutes(120);
    assert_eq!((world.live_weight(), world.phase()), (30.0, Phase::Paused));
    // A person accepts it: the ladder goes on from there, and no weight falls.
    world.traffic = Traffic::GOOD;
    world.does(Verb::Resume);
    assert_eq!((world.run().weight, world.run().step), (30, 0));
    world.until(Phase::Succeeded);
    assert_eq!(world.shifts, [10, 50, 100]);
}

#[test]
fn a_full_promotion_that_somebody_stopped_half_way_is_watched_when_it_goes_on() {
    let mut world = World::releasing(policy());
    world.calls = Calls::AreRefused;
    world.does(Verb::PromoteFull);
    world.edit_split(vec![("v1", 70.0), ("v2", 30.0)]);
    world.run_now(&mut nobody);
    world.calls = Calls::Work;
    assert_eq!(world.paused_for(), Some(PauseKind::ExternalChange));
    world.does(Verb::Resume);
    world.for_minutes(4);
    assert_eq!(world.live_weight(), 30.0, "30 % bakes like the step at 10 %");
    world.traffic = Traffic::BAD;
    world.until(Phase::Failed);
    assert!(world.told.iter().any(|message| message.contains("error-rate fails")), "{:?}", world.told);
}

#[test]
fn a_rollback_that_somebody_interfered_with_goes_on_when_it_can() {
    let mut world = World::releasing(policy());
    world.for_minutes(2);
    world.calls = Calls::AreRefused;
    world.does(Verb::Abort);
    world.stable = Stable::Gone("404".into());
    world.edit_split(vec![("v1", 70.0), ("v2", 30.0)]);
    world.run_now(&mut nobody);
    // The person's split is accepted; nothing of the time at 10 % counts for it, and there is still no way back.
    world.ask(ask(Verb::Resume));
    world.run_now(&mut nobody);
    assert_eq!((world.run().weight, world.run().bake.baked_ms), (30, 0));
    assert_eq!(world.paused_for(), Some(PauseKind::StableGone));
    world.stable = Stable::Deployable;
    world.calls = Calls::Work;
    world.does(Verb::Resume);
    world.until(Phase::Aborted);
    assert_eq!(world.live_weight(), 0.0);
}

#[test]
fn what_changed_and_changed_back_while_nobody_could_look_has_not_happened() {
    let mut world = World::releasing(policy());
    world.until_weight(100);
    world.for_minutes(2);
    world.blind = true;
    world.edit_split(vec![("v1", 100.0)]);
    world.for_minutes(1);
    world.edit_split(vec![("v2", 100.0)]);
    world.blind = false;
    world.run_now(&mut nobody);
    assert_eq!(world.phase(), Phase::FinalBake, "what is live is believed");
    world.until(Phase::Succeeded);
}

#[test]
fn without_a_stable_version_nothing_is_taken_from_the_canary() {
    let mut world = World::releasing(policy());
    world.until_weight(50);
    world.stable = Stable::Gone("404 ResourceNotFoundException".into());
    world.traffic = Traffic::BAD;
    world.run_now(&mut nobody);
    world.for_minutes(60);
    assert_eq!((world.paused_for(), world.live_weight()), (Some(PauseKind::StableGone), 50.0));
    assert!(
        world.told.iter().any(|message| message.contains("404 ResourceNotFoundException")),
        "{:?}",
        world.told
    );
    world.ask(ask(Verb::Abort));
    let refused = world.call(&mut nobody).expect("a decision").refused.expect("there is no way back");
    assert_eq!(refused.possible, ["promote --full"]);
    // When it is back, a person lets the rollout go on, and it sees to the bad data.
    world.stable = Stable::Deployable;
    world.does(Verb::Resume);
    world.until(Phase::Failed);
    assert_eq!(world.live_weight(), 0.0);
}

#[test]
fn a_failed_smoke_test_takes_nothing_from_the_only_version_that_is_left() {
    let policy = Policy::parse(
        r#"{
            "skip_analysis": true,
            "hooks": [{"when": "post_promotion", "url": "https://example.com/smoke", "on_failure": "rollback"}]
        }"#,
    );
    let mut world = World::new(policy.expect("a policy without problems"));
    world.hooks_fail = true;
    world.ask(ask(Verb::Start("v2".into())));
    world.call(&mut nobody);
    world.call(&mut nobody);
    assert_eq!(world.live_weight(), 100.0);
    world.stable = Stable::Gone("404".into());
    world.run_now(&mut nobody);
    world.for_minutes(10);
    assert_eq!((world.paused_for(), world.live_weight()), (Some(PauseKind::StableGone), 100.0));
    assert!(world.run().reason.to_string().contains("hook"), "{}", world.run().reason);
    // With a way back it is taken.
    world.stable = Stable::Deployable;
    world.does(Verb::Resume);
    world.until(Phase::Failed);
    assert_eq!(world.live_weight(), 0.0);
}

#[test]
fn a_metrics_api_that_is_down_pauses_and_never_advances() {
    let mut world = World::releasing(policy());
    world.for_minutes(4);
    world.traffic = Traffic { sources: Sources::AreDown, ..Traffic::GOOD };
    world.for_minutes(120);
    assert_eq!((world.paused_for(), world.shifts.as_slice()), (Some(PauseKind::ProviderError), &[10][..]));
    // Also where the policy tolerates more errors than the bake time has minutes.
    let mut patient = policy();
    patient.analysis.consecutive_error_limit = 100;
    let mut world = World::releasing(patient);
    world.traffic = Traffic { sources: Sources::AreDown, ..Traffic::GOOD };
    world.for_minutes(29);
    assert_eq!((world.phase(), world.shifts.as_slice()), (Phase::Progressing, &[10][..]));
}

#[test]
fn no_traffic_at_night_extends_the_step_and_pauses_at_the_deadline() {
    let mut world = World::releasing(policy());
    world.traffic = Traffic::NONE;
    world.for_minutes(29);
    assert_eq!((world.phase(), world.live_weight()), (Phase::Progressing, 10.0));
    world.for_minutes(1);
    assert_eq!((world.paused_for(), world.live_weight()), (Some(PauseKind::Deadline), 10.0));
    assert!(matches!(world.run().reason, Reason::DeadlineWithoutData { .. }), "{:?}", world.run().reason);
    world.traffic = Traffic::GOOD;
    world.does(Verb::Resume);
    world.until(Phase::Succeeded);
}

#[test]
fn a_canary_that_looks_better_early_still_bakes_and_still_needs_its_requests() {
    let mut world = World::releasing(policy());
    world.traffic = Traffic { canary_errors: 0.0, canary_latency: 20.0, ..Traffic::GOOD };
    world.for_minutes(4);
    assert_eq!(world.run().weight, 10, "four of five minutes");
    world.for_minutes(1);
    assert_eq!(world.run().weight, 50);
    // 20 requests a minute at 50 % are 10 on the canary: 200 of them take twenty minutes.
    world.traffic = Traffic { canary_errors: 0.0, per_minute: 20.0, ..Traffic::GOOD };
    world.for_minutes(19);
    assert_eq!(world.run().weight, 50, "{:?}", world.run().metrics);
    world.for_minutes(1);
    assert_eq!(world.run().weight, 100);
}

#[test]
fn a_policy_edited_in_mid_rollout_takes_effect_with_the_next() {
    let mut world = World::releasing(policy());
    world.policy.steps[1].weight = 99;
    let mut warnings = Vec::new();
    for _ in 0..100 {
        world.follow(1, &mut |_, call| warnings.extend(call.decision.warnings.iter().cloned()));
    }
    assert_eq!(world.phase(), Phase::Succeeded);
    assert_eq!(world.shifts, [10, 50, 100]);
    assert_eq!(warnings, [Warning::PolicyEdited], "said once");
    world.does(Verb::Start("v3".into()));
    world.until(Phase::Succeeded);
    assert_eq!(world.shifts[3..], [10, 99, 100]);
}

#[test]
fn destroying_in_mid_rollout_gives_everything_back_and_is_verified() {
    let mut world = World::releasing(policy());
    world.until_weight(50);
    world.does(Verb::Abort);
    assert_eq!((world.phase(), world.live_weight()), (Phase::Aborted, 0.0));
    assert_eq!(world.live.only_version(), Some("v1"));
}

#[test]
fn a_rollback_call_that_fails_is_repeated_and_never_called_done() {
    let mut world = World::releasing(policy());
    world.until_weight(50);
    world.traffic = Traffic { alarm: true, ..Traffic::BAD };
    world.calls = Calls::AreRefused;
    world.until(Phase::RollingBack);
    let begun = world.now;
    let mut asked = Vec::new();
    let mut warned = 0;
    while world.now < begun + SignedDuration::from_hours(1) {
        world.follow(1, &mut |world, call| {
            let shift = |effect: &Effect| matches!(effect, Effect::Shift { canary_weight: 0, .. });
            if call.decision.effects.iter().any(shift) {
                asked.push((world.now.as_second() - begun.as_second()) as u64);
            }
            warned += call.decision.warnings.len();
            assert_eq!(call.decision.phase(), Phase::RollingBack);
        });
    }
    assert_eq!(
        asked[..9],
        [5, 15, 35, 75, 155, 315, 615, 915, 1_215],
        "doubled up to five minutes, without end"
    );
    assert!(warned > 5, "loudly");
    assert!(
        world.told.iter().any(|message| message.contains("409 Conflict")),
        "in the cloud's words: {:?}",
        world.told
    );
    world.calls = Calls::Work;
    world.until(Phase::Failed);
    assert_eq!(world.live_weight(), 0.0);
}

#[test]
fn clocks_that_disagree_neither_shorten_a_bake_nor_go_unnoticed() {
    let mut world = World::releasing(policy());
    world.for_minutes(2);
    // Another machine goes on, a quarter of an hour ahead: the cloud's clock counts.
    world.writer = "runner-2".into();
    world.skew = 900;
    let mut warnings = Vec::new();
    world.run_now(&mut |_, call| warnings.extend(call.decision.warnings.iter().cloned()));
    assert_eq!(warnings, [Warning::ClockSkew { seconds: 900 }]);
    assert_eq!(world.run().weight, 10);
    world.for_minutes(2);
    assert_eq!(world.run().weight, 10, "four of five minutes");
    world.for_minutes(1);
    assert_eq!(world.run().weight, 50);
    // Half a minute is nothing.
    world.skew = 30;
    world.run_now(&mut |_, call| assert_eq!(call.decision.warnings, []));
}

#[test]
fn without_the_clouds_clock_time_is_not_counted_between_two_machines() {
    let mut world = World::new(policy());
    world.dated = false;
    world.does(Verb::Start("v2".into()));
    world.for_minutes(4);
    world.writer = "runner-2".into();
    world.pass(60);
    world.run_now(&mut nobody);
    assert_eq!(
        (world.run().weight, world.run().bake.baked_ms),
        (10, 240_000),
        "a minute nobody can vouch for"
    );
    world.pass(60);
    world.run_now(&mut nobody);
    assert_eq!(world.run().weight, 50);
}

#[test]
fn a_shift_that_never_shows_pauses_and_is_not_counted_as_one() {
    let mut world = World::releasing(policy());
    world.calls = Calls::AreRefused;
    world.for_minutes(5);
    world.until(Phase::Paused);
    assert_eq!((world.paused_for(), world.run().weight), (Some(PauseKind::Verification), 10));
    let Reason::ShiftNotVerified { weight, attempts, why } = &world.run().reason else {
        panic!("{:?}", world.run().reason);
    };
    assert_eq!((*weight, *attempts, why.as_deref()), (50, 5, Some("409 Conflict")));
    world.calls = Calls::Work;
    world.does(Verb::Resume);
    assert_eq!(world.run().weight, 50);
}

#[test]
fn a_lost_answer_is_made_good_by_looking() {
    let mut world = World::new(policy());
    world.calls = Calls::LoseTheAnswer;
    world.does(Verb::Start("v2".into()));
    world.until(Phase::Succeeded);
    assert_eq!(world.shifts, [10, 50, 100], "each shift was asked for once");
}

#[test]
fn a_new_version_goes_to_0_first_and_begins_against_the_same_stable_version() {
    let mut world = World::releasing(policy());
    world.until_weight(50);
    world.event(Event::NewVersion("v3".into()));
    world.run_now(&mut nobody);
    assert_eq!((world.run().canary.as_str(), world.run().stable.as_deref()), ("v3", Some("v1")));
    assert_eq!(world.shifts, [10, 50, 0, 10]);
    world.until(Phase::Succeeded);
    // The one that had to make room was never judged, so it may come again.
    world.does(Verb::Start("v2".into()));
    world.until(Phase::Succeeded);
}

#[test]
fn a_newer_version_does_not_begin_on_a_split_that_somebody_made_in_the_meantime() {
    let mut policy = policy();
    policy.hooks = vec![Hook {
        name: None,
        when: HookPoint::PostRollout,
        url: "https://example.com/clean-up".into(),
        timeout: Duration::from_secs(20),
        retries: 1,
        on_failure: OnHookFailure::Continue,
        on: Vec::new(),
    }];
    let mut world = World::releasing(policy);
    world.hooks_fail = true;
    world.event(Event::NewVersion("v3".into()));
    world.run_now(&mut nobody);
    assert_eq!((world.phase(), world.live_weight()), (Phase::Aborted, 0.0), "v3 waits for the hook");
    // The version that made room is no baseline, also when a person gives it everything.
    world.edit_split(vec![("v2", 100.0)]);
    let mut refused = None;
    world.follow(5, &mut |_, call| refused = refused.take().or(call.decision.refused.clone()));
    assert_eq!((world.phase(), world.run().canary.as_str()), (Phase::Aborted, "v2"));
    assert_eq!(world.live_weight(), 100.0);
    let refused = refused.expect("somebody is told");
    assert_eq!(refused.because, "the live split was changed from outside before v3 could begin");
}

#[test]
fn going_back_to_the_stable_version_in_mid_rollout_is_a_rollback() {
    let mut world = World::releasing(policy());
    world.until_weight(50);
    world.event(Event::NewVersion("v1".into()));
    world.run_now(&mut nobody);
    assert_eq!((world.phase(), world.live.only_version()), (Phase::Aborted, Some("v1")));
    world.for_minutes(60);
    assert_eq!(world.phase(), Phase::Aborted);
}

#[test]
fn a_split_that_cannot_be_read_holds_everything_that_touches_it() {
    let mut world = World::releasing(policy());
    world.blind = true;
    world.for_minutes(20);
    assert_eq!((world.phase(), world.run().weight), (Phase::Progressing, 10));
    world.traffic = Traffic::BAD;
    world.for_minutes(5);
    assert_eq!(
        (world.phase(), world.shifts.as_slice()),
        (Phase::RollingBack, &[10][..]),
        "decided, and not yet done"
    );
    world.blind = false;
    world.until(Phase::Failed);
    assert_eq!(world.shifts, [10, 0]);
}

#[test]
fn no_release_succeeds_before_its_split_was_seen() {
    let mut world = World::releasing(policy());
    world.until_weight(100);
    world.blind = true;
    world.for_minutes(20);
    assert_eq!(world.phase(), Phase::FinalBake);
    world.blind = false;
    world.until(Phase::Succeeded);
}

#[test]
fn a_call_that_timed_out_is_no_interrupt() {
    let mut world = World::new(policy());
    world.calls = Calls::AreRefused;
    world.ask(ask(Verb::Start("v2".into())));
    world.call(&mut nobody);
    world.call(&mut nobody);
    world.event(Event::ShiftFailed("context deadline exceeded".into()));
    world.call(&mut nobody);
    assert_eq!((world.phase(), world.paused_for()), (Phase::Progressing, None));
    world.calls = Calls::Work;
    world.until_weight(10);
}

#[test]
fn an_answer_about_the_split_that_comes_late_is_not_believed() {
    let mut world = World::releasing(policy());
    let old = world.latest.clone().expect("there was a call");
    world.until_weight(50);
    let mut phase = None;
    world.call_with(old, &mut |_, call| phase = Some((call.decision.phase(), call.decision.weight())));
    assert_eq!(phase, Some((Phase::Progressing, 50)), "10 % is neither news nor somebody's change");
}

#[test]
fn the_first_deployment_has_nothing_to_protect_and_takes_everything_at_once() {
    let mut world = World::new(policy());
    world.live = Split::default();
    world.does(Verb::Start("v1".into()));
    assert_eq!((world.phase(), world.shifts.as_slice()), (Phase::Succeeded, &[100][..]));
    world.does(Verb::Start("v2".into()));
    world.until(Phase::Succeeded);
    assert_eq!(world.shifts, [100, 10, 50, 100]);
}

#[test]
fn the_last_call_can_be_made_without_anything_but_the_split() {
    let live = Split::between("v1", "v2", 25.0);
    let Some(Effect::Shift { canary_weight: 0, stable: Some(stable), .. }) = give_back("v1", &live) else {
        panic!("something is to be given back");
    };
    assert_eq!(stable, "v1");
    assert_eq!(give_back("v1", &Split::all_on("v1")), None, "repeating it does nothing");
    let three = Split {
        shares: ["v1", "v2", "v0"]
            .map(|version| rollout::Share { version: version.into(), percent: 33.3 })
            .to_vec(),
        ..Split::default()
    };
    assert!(give_back("v1", &three).is_some());
    let decision = step(
        &policy(),
        Journal::new("story-api"),
        &rollout::Observation::new("ops", rollout::Live::Split(live)),
        start_of_time(),
    );
    assert!(!decision.changed, "looking at a split is not a rollout");
}
