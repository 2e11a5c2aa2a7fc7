//! What a person can ask for in every situation, and what comes of it.

use rollout::journal::{PauseKind, Phase};
use rollout::{Command, Event, Policy, Reason, Split, Stable, Verb};

use crate::world::{Calls, Traffic, World, ask, nobody};

/// Two steps, the second with an approval; a hook before, a hook after.
fn policy() -> Policy {
    Policy::parse(
        r#"{
            "steps": [
                {"weight": 10, "bake_time": "5m"},
                {"weight": 50, "bake_time": "5m", "approval_required": true}
            ],
            "final_bake_time": "5m",
            "analysis": {"metrics": [{"name": "error-rate", "source": "platform", "threshold": {"max": 0.02}}]},
            "hooks": [{"when": "pre_rollout", "url": "https://example.com/smoke", "on_failure": "pause"}]
        }"#,
    )
    .expect("a policy without problems")
}

/// Every situation a rollout can be in, by name.
fn situations() -> Vec<(&'static str, World)> {
    let mut situations = Vec::new();
    let mut idle = World::new(policy());
    idle.run_now(&mut nobody);
    situations.push(("idle", idle));

    let mut pending = World::new(policy());
    pending.ask(ask(Verb::Start("v2".into())));
    pending.call(&mut nobody);
    situations.push(("pending", pending));

    let mut shifting = World::new(policy());
    shifting.calls = Calls::TakeSeconds(600);
    shifting.does(Verb::Start("v2".into()));
    situations.push(("shifting to 10 %", shifting));

    situations.push(("progressing at 10 %", World::releasing(policy())));

    let mut second = World::releasing(policy());
    second.until_weight(50);
    situations.push(("progressing at 50 %", second));

    let mut approval = World::releasing(policy());
    approval.until(Phase::Paused);
    assert_eq!(approval.paused_for(), Some(PauseKind::Approval));
    situations.push(("paused for an approval", approval));

    let mut paused = World::releasing(policy());
    paused.does(Verb::Pause);
    situations.push(("paused by a person", paused));

    let mut hook = World::new(policy());
    hook.hooks_fail = true;
    hook.does(Verb::Start("v2".into()));
    assert_eq!(hook.paused_for(), Some(PauseKind::Hook));
    situations.push(("paused before the first step", hook));

    let mut outside = World::releasing(policy());
    outside.edit_split(vec![("v1", 65.0), ("v2", 35.0)]);
    outside.run_now(&mut nobody);
    situations.push(("paused by a change of the split", outside));

    let mut foreign = World::releasing(policy());
    foreign.edit_split(vec![("v1", 50.0), ("v0", 50.0)]);
    foreign.run_now(&mut nobody);
    situations.push(("paused by a third version", foreign));

    let mut gone = World::releasing(policy());
    gone.stable = Stable::Gone("404".into());
    gone.run_now(&mut nobody);
    situations.push(("paused without a stable version", gone));

    let mut last = World::releasing(policy());
    last.until_weight(50);
    last.does(Verb::Approve);
    last.until(Phase::FinalBake);
    situations.push(("final bake", last));

    let mut back = World::releasing(policy());
    back.calls = Calls::AreRefused;
    back.does(Verb::Abort);
    situations.push(("rolling back", back));

    let mut good = World::releasing(policy());
    good.does(Verb::PromoteFull);
    situations.push(("succeeded", good));

    let mut bad = World::releasing(policy());
    bad.traffic = Traffic::BAD;
    bad.until(Phase::Failed);
    bad.traffic = Traffic::GOOD;
    situations.push(("failed", bad));

    let mut aborted = World::releasing(policy());
    aborted.does(Verb::Abort);
    situations.push(("aborted", aborted));
    situations
}

fn verbs() -> Vec<Verb> {
    let start = |version: &str| Verb::Start(version.to_owned());
    vec![
        start("v2"),
        start("v3"),
        Verb::Pause,
        Verb::Resume,
        Verb::Promote,
        Verb::PromoteFull,
        Verb::Abort,
        Verb::Retry,
        Verb::Approve,
        Verb::SkipStep,
    ]
}

#[test]
fn every_command_in_every_situation_is_obeyed_or_says_what_is_possible() {
    let mut table = String::new();
    for (name, _) in situations() {
        for verb in verbs() {
            // Worlds are not copied: each command meets its own.
            let (_, mut world) =
                situations().into_iter().find(|(other, _)| *other == name).expect("the same list");
            world.ask(ask(verb.clone()));
            let decision = world.call(&mut nobody).expect("a decision");
            let word = match &verb {
                Verb::Start(version) => format!("start {version}"),
                verb => verb.word().to_owned(),
            };
            let answer = match &decision.refused {
                Some(refused) => {
                    format!("no: {}; possible: {}", refused.because, refused.possible.join(", "))
                }
                None => {
                    let (phase, weight) =
                        (world.phase().word(), world.journal.run.as_ref().map_or(0, |run| run.weight));
                    let shift = world
                        .journal
                        .run
                        .as_ref()
                        .and_then(|run| run.intent.as_ref())
                        .map(|intent| intent.to);
                    let shift = shift.map(|to| format!(" -> {to} %")).unwrap_or_default();
                    format!("{phase} at {weight} %{shift}: {}", decision.reason)
                }
            };
            table.push_str(&format!("{name} | {word} | {answer}\n"));
            if let Some(refused) = &decision.refused {
                assert!(
                    !refused.possible.contains(&verb.word()) || matches!(verb, Verb::Start(_)),
                    "{name}: {refused}"
                );
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_is_said_to_be_possible_is_obeyed() {
    for (name, _) in situations() {
        let find = || situations().into_iter().find(|(other, _)| *other == name).expect("the same list").1;
        // No situation allows all of these, so one is refused and tells.
        let refusal = [Verb::Retry, Verb::Resume].into_iter().find_map(|verb| {
            let mut world = find();
            world.ask(ask(verb));
            world.call(&mut nobody).expect("a decision").refused
        });
        let possible = refusal.expect("not both of these are possible").possible;
        let known = verbs().into_iter().filter(|verb| *verb != Verb::Start("v2".into()));
        for verb in known.filter(|verb| possible.contains(&verb.word())) {
            let mut world = find();
            world.ask(ask(verb.clone()));
            let refused = world.call(&mut nobody).expect("a decision").refused;
            assert_eq!(refused, None, "{name}: {}", verb.word());
        }
    }
}

#[test]
fn a_command_told_twice_is_obeyed_once() {
    let mut world = World::releasing(policy());
    let promote = Command { id: Some("a1".into()), ..Command::new(Verb::Promote, "ana") };
    world.ask(promote.clone());
    world.run_now(&mut nobody);
    assert_eq!(world.run().weight, 50);
    world.ask(promote);
    let decision = world.run_now(&mut nobody).expect("a decision");
    assert_eq!((decision.refused, world.run().weight, world.shifts.as_slice()), (None, 50, &[10, 50][..]));
}

#[test]
fn a_promotion_goes_one_step_and_a_full_one_to_the_end() {
    let mut world = World::releasing(policy());
    world.traffic = Traffic::NONE;
    world.does(Verb::Promote);
    assert_eq!(world.run().weight, 50, "whatever the gate says");
    world.does(Verb::Promote);
    assert_eq!(
        (world.phase(), world.run().weight),
        (Phase::FinalBake, 100),
        "an approval is no obstacle either"
    );
    world.does(Verb::Promote);
    assert_eq!(world.phase(), Phase::Succeeded);

    let mut world = World::releasing(policy());
    world.does(Verb::PromoteFull);
    assert_eq!((world.phase(), world.shifts.as_slice()), (Phase::Succeeded, &[10, 100][..]));
}

#[test]
fn an_approval_can_come_early_and_counts_for_its_own_step() {
    let mut world = World::releasing(policy());
    world.until_weight(50);
    world.does(Verb::Approve);
    world.until(Phase::Succeeded);

    let mut world = World::releasing(policy());
    world.until(Phase::Paused);
    world.for_minutes(600);
    assert_eq!((world.paused_for(), world.run().weight), (Some(PauseKind::Approval), 50));
    world.does(Verb::Approve);
    assert_eq!(world.run().weight, 100);
}

#[test]
fn waiting_for_an_approval_everything_is_still_watched() {
    let mut world = World::releasing(policy());
    world.until(Phase::Paused);
    world.traffic = Traffic::BAD;
    world.until(Phase::Failed);
    assert!(matches!(world.run().rollback.as_ref().map(|r| &r.because), Some(Reason::FailureLimit { .. })));
}

#[test]
fn a_skipped_step_is_never_set() {
    let mut world = World::releasing(policy());
    world.does(Verb::SkipStep);
    world.until(Phase::Succeeded);
    assert_eq!(world.shifts, [10, 100]);
}

#[test]
fn a_failed_version_comes_back_only_when_a_person_says_so() {
    let mut world = World::releasing(policy());
    world.traffic = Traffic::BAD;
    world.until(Phase::Failed);
    world.traffic = Traffic::GOOD;
    world.event(Event::NewVersion("v2".into()));
    world.for_minutes(60);
    assert_eq!((world.phase(), world.live_weight()), (Phase::Failed, 0.0));
    world.ask(ask(Verb::Start("v2".into())));
    let refused = world.call(&mut nobody).expect("a decision").refused.expect("it failed before");
    assert!(refused.possible.contains(&"retry"), "{refused}");
    world.does(Verb::Retry);
    assert_eq!((world.phase(), world.run().counters.failed), (Phase::Progressing, 0));
}

#[test]
fn an_abort_keeps_the_persons_own_words() {
    let mut world = World::releasing(policy());
    world.ask(Command { why: Some("critical_bug_discovered".into()), ..ask(Verb::Abort) });
    world.run_now(&mut nobody);
    let entry =
        world.journal.log.iter().find(|entry| entry.phase == Phase::RollingBack).expect("a transition");
    assert_eq!(
        (entry.by.as_str(), entry.reason.to_string().as_str()),
        ("ana", "ana asked to abort: critical_bug_discovered")
    );
}

#[test]
fn an_abort_while_a_newer_version_waits_sends_that_away_too() {
    let mut world = World::releasing(policy());
    world.calls = Calls::AreRefused;
    world.event(Event::NewVersion("v3".into()));
    world.run_now(&mut nobody);
    world.does(Verb::Abort);
    world.calls = Calls::Work;
    world.for_minutes(60);
    assert_eq!((world.phase(), world.run().canary.as_str()), (Phase::Aborted, "v2"));
}

#[test]
fn a_recently_good_version_comes_back_at_once() {
    let mut recent = policy();
    recent.rollback_window = Some(rollout::policy::RollbackWindow { revisions: Some(1), max_age: None });
    let mut world = World::releasing(recent);
    world.does(Verb::PromoteFull);
    world.does(Verb::Start("v1".into()));
    assert_eq!((world.phase(), &world.shifts[2..]), (Phase::Succeeded, &[100][..]));
    assert_eq!(
        world.live,
        Split {
            revision: world.live.revision.clone(),
            author: world.live.author.clone(),
            ..Split::all_on("v1")
        }
    );
    // Two revisions back is outside of this window.
    world.does(Verb::Start("v3".into()));
    world.does(Verb::PromoteFull);
    world.does(Verb::Start("v2".into()));
    assert_eq!(world.run().weight, 10);
}

#[test]
fn an_old_good_version_takes_the_steps_like_any_other() {
    let mut recent = policy();
    recent.rollback_window = Some(rollout::policy::RollbackWindow {
        revisions: None,
        max_age: Some(rollout::Duration::from_mins(60)),
    });
    let mut world = World::releasing(recent);
    world.does(Verb::PromoteFull);
    world.pass(3_601);
    world.does(Verb::Start("v1".into()));
    assert_eq!(world.run().weight, 10);
}

#[test]
fn what_serves_already_is_not_released_again() {
    let mut world = World::new(policy());
    world.ask(ask(Verb::Start("v1".into())));
    let decision = world.call(&mut nobody).expect("a decision");
    assert_eq!(decision.reason, Reason::AlreadyServing { version: "v1".into() });
    assert_eq!((decision.refused, world.phase()), (None, Phase::Idle));
}

#[test]
fn a_policy_with_problems_is_not_obeyed() {
    let mut wrong = policy();
    wrong.steps[1].weight = 5;
    let mut world = World::new(wrong);
    world.ask(ask(Verb::Start("v2".into())));
    let refused = world.call(&mut nobody).expect("a decision").refused.expect("weights that fall");
    assert!(refused.because.contains("steps[1].weight"), "{refused}");
}
