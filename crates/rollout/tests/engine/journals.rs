//! Journals of older and newer engines, of crashed runners, and after very long lives.

use rollout::journal::{Journal, NotReadable, Phase};
use rollout::{Policy, Reason, Verb};
use serde_json::Value;

use crate::world::{Traffic, World, ask, nobody, start_of_time};

fn policy() -> Policy {
    Policy::parse(
        r#"{
            "steps": [{"weight": 10, "bake_time": "5m"}, {"weight": 50, "bake_time": "5m"}],
            "analysis": {"metrics": [{"name": "error-rate", "source": "platform", "threshold": {"max": 0.02}}]}
        }"#,
    )
    .expect("a policy without problems")
}

/// A journal as it was committed, from `tests/fixtures/`.
fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A world whose cloud is as the journal says, with that journal in its store.
fn world_of(journal: Journal) -> World {
    let mut world = World::new(policy());
    let run = journal.run.as_ref().expect("a rollout");
    world.now = journal.clock.as_ref().map_or(start_of_time(), |stamp| stamp.at);
    let weight = f64::from(run.weight);
    world.edit_split(vec![("v1", 100.0 - weight), ("v2", weight)]);
    world.journal = journal;
    world
}

#[test]
fn the_text_of_a_journal_is_as_it_always_was() {
    let mut world = World::releasing(policy());
    world.for_minutes(6);
    insta::assert_snapshot!(world.journal.to_canonical_json());
}

#[test]
fn the_first_journal_of_this_format_is_read_and_continued() {
    let journal = Journal::parse(&fixture("journal-1.0-progressing")).expect("a journal");
    assert_eq!((journal.phase(), journal.run.as_ref().map(|run| run.weight)), (Phase::Progressing, Some(10)));
    let mut world = world_of(journal);
    world.until(Phase::Succeeded);
    assert_eq!(world.shifts, [50, 100]);
}

#[test]
fn a_journal_without_anything_that_can_be_left_out_is_read() {
    let mut world = world_of(Journal::parse(&fixture("journal-1.0-minimal")).expect("a journal"));
    world.does(Verb::Abort);
    assert_eq!(world.phase(), Phase::Aborted);
}

#[test]
fn a_journal_that_lost_its_measurements_measures_again_before_it_goes_on() {
    let mut value: Value = serde_json::from_str(&fixture("journal-1.0-progressing")).expect("JSON");
    value["run"].as_object_mut().expect("a rollout").remove("metrics");
    let mut world = world_of(Journal::parse(&value.to_string()).expect("a journal"));
    world.traffic = Traffic::NONE;
    world.for_minutes(20);
    assert_eq!(world.run().weight, 10);
    world.traffic = Traffic::GOOD;
    world.until(Phase::Succeeded);
}

#[test]
fn what_a_newer_engine_of_the_same_major_wrote_is_read_kept_and_continued() {
    let text = fixture("journal-1.7-progressing");
    let mut world = world_of(Journal::parse(&text).expect("a journal"));
    let kept = |journal: &Journal| {
        let value: Value = serde_json::from_str(&journal.to_canonical_json()).expect("JSON");
        for pointer in [
            "/fleet",
            "/run/weather",
            "/run/metrics/0/forecast",
            "/log/0/mood",
            "/log/1/reason/wind",
            "/format",
        ] {
            let before: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(value.pointer(pointer), before.pointer(pointer), "{pointer}");
        }
    };
    kept(&world.journal);
    assert_eq!(world.journal.log[1].reason.code(), "blown_away");
    assert_eq!(world.journal.log[1].reason.to_string(), "a newer Slipway noted \"blown_away\"");
    world.for_minutes(2);
    kept(&world.journal);
    world.until(Phase::Succeeded);
}

#[test]
fn a_policy_that_a_newer_engine_understood_holds_the_rollout_but_not_a_rollback() {
    let mut world = world_of(Journal::parse(&fixture("journal-1.7-newer-policy")).expect("a journal"));
    world.for_minutes(20);
    assert_eq!(world.run().weight, 10);
    let mut reason = None;
    world.call(&mut |_, call| reason = Some(call.decision.reason.clone()));
    assert_eq!(reason, Some(Reason::NewerPolicy { field: "analysis.metrics[0].phase_of_the_moon".into() }));
    let written: Value = serde_json::from_str(&world.journal.to_canonical_json()).expect("JSON");
    assert_eq!(
        written.pointer("/run/policy/analysis/metrics/0/phase_of_the_moon"),
        Some(&Value::from("full"))
    );
    world.traffic = Traffic::BAD;
    world.until(Phase::Failed);
}

#[test]
fn a_journal_of_another_major_format_is_refused_with_both_numbers() {
    let error = Journal::parse(&fixture("journal-2.0")).expect_err("another format");
    assert!(matches!(error, NotReadable::OtherFormat { .. }));
    assert_eq!(
        error.to_string(),
        "the journal has format 2.0 and this engine reads 1.x; use a Slipway that writes format 2.0"
    );
    assert!(matches!(Journal::parse("{\"format\": \"1.0\""), Err(NotReadable::NotAJournal(_))), "cut off");
}

#[test]
fn who_when_and_why_are_written_down_for_every_transition() {
    let mut world = World::releasing(policy());
    world.does(Verb::Pause);
    world.pass(60);
    world.does(Verb::Resume);
    world.until(Phase::Succeeded);
    let log: Vec<String> = world
        .journal
        .log
        .iter()
        .map(|entry| {
            let minutes = (entry.at.as_second() - start_of_time().as_second()) / 60;
            format!(
                "{} {minutes} min, {}: {} at {} %: {}",
                entry.seq,
                entry.by,
                entry.phase.word(),
                entry.weight,
                entry.reason
            )
        })
        .collect();
    insta::assert_snapshot!(log.join("\n"));
}

#[test]
fn a_journal_stays_small_however_long_it_lives() {
    let mut world = World::releasing(policy());
    world.traffic = Traffic::NONE;
    let mut seq = 0;
    for round in 0..1_200 {
        world.does(if round % 2 == 0 { Verb::Pause } else { Verb::Resume });
        world.pass(60);
        let log = &world.journal.log;
        let latest = log.last().expect("an entry").seq;
        assert!(latest > seq, "only ever appended to");
        seq = latest;
        let counted: u64 = log.iter().map(|entry| 1 + entry.folded).sum();
        assert_eq!(counted, seq, "folded, not lost");
    }
    assert!(world.journal.log.len() <= 1_000);
    let state = &world.run().metrics[0];
    let folded = &state.folded;
    let checks = folded.passed + folded.failed + folded.inconclusive + folded.errors + folded.waiting;
    assert!(state.recent.len() <= 10 && checks > 500, "{} and {checks}", state.recent.len());
    assert!(world.journal.to_canonical_json().len() < 300_000, "{}", world.journal.to_canonical_json().len());

    let mut world = World::new(Policy { skip_analysis: true, steps: Vec::new(), ..policy() });
    for release in 0..150 {
        world.does(Verb::Start(format!("r{release}")));
        assert_eq!(world.phase(), Phase::Succeeded);
    }
    assert_eq!(world.journal.history.len(), 100);
}

#[test]
fn equal_journals_are_equal_text() {
    let release = || {
        let mut world = World::releasing(policy());
        world.for_minutes(7);
        world.ask(ask(Verb::Pause));
        world.run_now(&mut nobody);
        world.journal.to_canonical_json()
    };
    assert_eq!(release(), release());
    let text = release();
    assert!(!text.contains(": ") && !text.contains('\n'), "without spaces between");
}
