//! Hooks, notifications and freeze windows.

use rollout::journal::{PauseKind, Phase};
use rollout::{Effect, Policy, Verb, Warning};
use serde_json::{Value, json};

use crate::world::{Crash, Traffic, World, ask, nobody};

fn policy(more: Value) -> Policy {
    let mut policy = json!({
        "steps": [{"weight": 10, "bake_time": "5m"}, {"weight": 50, "bake_time": "5m"}],
        "final_bake_time": "5m",
        "analysis": {"metrics": [{"name": "error-rate", "source": "platform", "threshold": {"max": 0.02}}]},
    });
    for (key, value) in more.as_object().expect("an object") {
        policy[key] = value.clone();
    }
    Policy::from_value(policy).expect("a policy without problems")
}

fn hook(when: &str, more: Value) -> Value {
    let mut hook = json!({"when": when, "url": "https://example.com/hook", "name": when});
    for (key, value) in more.as_object().expect("an object") {
        hook[key] = value.clone();
    }
    hook
}

/// Runs to the end and notes when each hook was called: name, attempt, live weight, seconds.
fn calls(world: &mut World) -> Vec<(String, u32, u8, i64)> {
    let begun = world.now.as_second();
    let mut calls = Vec::new();
    for _ in 0..200 {
        world.follow(1, &mut |world, call| {
            for effect in &call.decision.effects {
                if let Effect::CallHook { hook, attempt, .. } = effect {
                    calls.push((
                        hook.clone(),
                        *attempt,
                        call.decision.weight(),
                        world.now.as_second() - begun,
                    ));
                }
            }
        });
    }
    calls
}

#[test]
fn hooks_are_called_at_their_points_in_order() {
    let hooks = ["post_rollout", "step", "pre_rollout", "post_promotion"].map(|when| hook(when, json!({})));
    let mut world = World::new(policy(json!({"hooks": hooks})));
    world.ask(ask(Verb::Start("v2".into())));
    let called: Vec<(String, u8, i64)> =
        calls(&mut world).into_iter().map(|(hook, _, weight, at)| (hook, weight, at)).collect();
    let expected = [
        ("pre_rollout", 0, 60),
        ("step", 10, 60),
        ("step", 50, 360),
        ("post_promotion", 100, 660),
        ("post_rollout", 100, 960),
    ];
    assert_eq!(called, expected.map(|(hook, weight, at)| (hook.to_owned(), weight, at)));
    assert_eq!(world.phase(), Phase::Succeeded);
}

#[test]
fn a_failed_hook_is_called_again_and_then_does_what_the_policy_says() {
    for (point, on_failure, expected) in [
        ("pre_rollout", "rollback", Phase::Failed),
        ("pre_rollout", "pause", Phase::Paused),
        ("pre_rollout", "continue", Phase::Succeeded),
        ("step", "rollback", Phase::Failed),
        ("step", "pause", Phase::Paused),
        ("step", "continue", Phase::Succeeded),
        ("post_promotion", "rollback", Phase::Failed),
        ("post_promotion", "pause", Phase::Paused),
        ("post_promotion", "continue", Phase::Succeeded),
        ("post_rollout", "rollback", Phase::Succeeded),
    ] {
        let mut world = World::new(policy(
            json!({"hooks": [hook(point, json!({"retries": 2, "on_failure": on_failure}))]}),
        ));
        world.hooks_fail = true;
        world.ask(ask(Verb::Start("v2".into())));
        let calls = calls(&mut world);
        assert_eq!(world.phase(), expected, "{point} {on_failure}");
        let first: Vec<(u32, i64)> =
            calls.iter().take(3).map(|(_, attempt, _, at)| (*attempt, at - calls[0].3)).collect();
        assert_eq!(first, [(1, 0), (2, 5), (3, 15)], "{point} {on_failure}: two retries, further apart");
        if expected == Phase::Failed {
            assert_eq!(world.live.only_version(), Some("v1"));
        }
        if expected == Phase::Paused {
            assert_eq!(world.paused_for(), Some(PauseKind::Hook));
            world.hooks_fail = false;
            world.does(Verb::Resume);
            world.until(Phase::Succeeded);
        }
    }
}

#[test]
fn a_hook_without_an_answer_is_called_again_under_the_same_number() {
    let mut world = World::new(policy(json!({"hooks": [hook("pre_rollout", json!({"timeout": "20s"}))]})));
    world.ask(ask(Verb::Start("v2".into())));
    world.call(&mut nobody);
    world.crash = Some(Crash::AfterEffects(0));
    let mut keys = Vec::new();
    let mut see = |_: &World, call: crate::world::Call<'_>| {
        keys.extend(call.decision.effects.iter().filter_map(|effect| match effect {
            Effect::CallHook { attempt, key, .. } => Some((*attempt, key.clone())),
            _ => None,
        }));
    };
    world.call(&mut see);
    world.pass(24);
    world.run_now(&mut see);
    world.pass(1);
    world.run_now(&mut see);
    assert_eq!(keys.len(), 2, "after the time-out and five seconds, not before: {keys:?}");
    assert_eq!(keys[0], keys[1]);
    assert_eq!(world.run().weight, 10);
}

#[test]
fn a_hook_after_the_end_asks_for_the_outcome_it_is_for() {
    let hooks = json!({"hooks": [
        hook("post_rollout", json!({"name": "good", "on": ["succeeded"]})),
        hook("post_rollout", json!({"name": "bad", "on": ["failed", "aborted"]})),
        hook("post_rollout", json!({"name": "any"})),
    ]});
    for (traffic, expected) in [(Traffic::GOOD, ["good", "any"]), (Traffic::BAD, ["bad", "any"])] {
        let mut world = World::new(policy(hooks.clone()));
        world.traffic = traffic;
        world.ask(ask(Verb::Start("v2".into())));
        let called: Vec<String> = calls(&mut world).into_iter().map(|(hook, ..)| hook).collect();
        assert_eq!(called, expected);
    }
}

#[test]
fn a_hook_that_fails_after_the_end_is_a_warning() {
    let mut world = World::new(policy(json!({"hooks": [hook("post_rollout", json!({}))]})));
    world.hooks_fail = true;
    world.ask(ask(Verb::Start("v2".into())));
    let mut warnings = Vec::new();
    for _ in 0..50 {
        world.follow(1, &mut |_, call| warnings.extend(call.decision.warnings.iter().cloned()));
    }
    assert_eq!(
        warnings,
        [Warning::HookFailed { hook: "post_rollout".into(), why: "interrupted by a time-out".into() }]
    );
    assert_eq!(world.phase(), Phase::Succeeded);
}

#[test]
fn people_are_told_what_they_asked_to_be_told() {
    let notifications = json!({"notifications": [
        {"url": "https://example.com/all"},
        {"url": "https://example.com/slack", "format": "slack", "on": ["rolling_back", "failed"]},
    ]});
    let mut world = World::new(policy(notifications));
    world.traffic = Traffic::BAD;
    world.ask(ask(Verb::Start("v2".into())));
    let mut told = Vec::new();
    // More than enough to fail, and no end where it does not.
    world.follow(20, &mut |_, call| {
        for effect in &call.decision.effects {
            if let Effect::Notify { url, message, .. } = effect {
                told.push(format!("{} {message}", url.trim_start_matches("https://example.com/")));
            }
        }
    });
    assert_eq!(world.phase(), Phase::Failed);
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_freeze_window_holds_the_next_step_and_neither_the_checks_nor_a_rollback() {
    // The world begins on a Wednesday at ten.
    let frozen = json!({"freeze_windows": [{"days": ["wednesday"], "start": "10:03", "end": "14:00"}], "progress_deadline": "30m"});
    let mut world = World::new(policy(frozen.clone()));
    world.does(Verb::Start("v2".into()));
    world.for_minutes(5);
    assert_eq!(world.run().weight, 10);
    world.for_minutes(200);
    assert_eq!((world.phase(), world.run().weight), (Phase::Progressing, 10), "the deadline waits as well");
    world.for_minutes(35);
    assert_eq!(world.run().weight, 50);

    let mut world = World::new(policy(frozen.clone()));
    world.does(Verb::Start("v2".into()));
    world.for_minutes(60);
    world.traffic = Traffic::BAD;
    world.for_minutes(5);
    assert_eq!((world.phase(), world.live_weight()), (Phase::Failed, 0.0));

    // A person may, and so may the release that has not begun not.
    let mut world = World::new(policy(frozen));
    world.pass(600);
    world.does(Verb::Start("v2".into()));
    assert_eq!((world.phase(), world.run().weight), (Phase::Pending, 0));
    world.does(Verb::PromoteFull);
    assert_eq!(world.phase(), Phase::Succeeded);
}

#[test]
fn skipped_analysis_goes_by_the_clock_alone_and_without_steps_at_once() {
    let mut by_clock = policy(json!({"skip_analysis": true}));
    by_clock.final_bake_time = rollout::Duration::ZERO;
    let mut world = World::releasing(by_clock);
    world.traffic = Traffic { alarm: true, ..Traffic::BAD };
    world.for_minutes(4);
    assert_eq!(world.run().weight, 10);
    world.for_minutes(6);
    assert_eq!((world.phase(), world.shifts.as_slice()), (Phase::Succeeded, &[10, 50, 100][..]));

    let mut world = World::releasing(policy(json!({"skip_analysis": true, "steps": []})));
    assert_eq!((world.phase(), world.shifts.as_slice()), (Phase::Succeeded, &[100][..]));
    world.run_now(&mut nobody);
}
