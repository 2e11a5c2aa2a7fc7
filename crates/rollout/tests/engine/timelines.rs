//! The policies of the five systems, from the first second to the last: golden timelines.
//!
//! The files stand under `examples/policies/`; what they have to say is cited there and here by row.

use std::fmt::Write as _;

use rollout::journal::Phase;
use rollout::{Action, Measurement, Policy, Reading, Variant, Verb};

use crate::world::{Sources, Traffic, World, ask};

fn policy(name: &str) -> Policy {
    let path = format!("{}/../../examples/policies/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    Policy::parse(&text).unwrap_or_else(|problems| panic!("{path}: {problems:#?}"))
}

/// Releases `v2` and writes down every decision that changes something. `live` may change the world as time passes.
fn timeline(policy: Policy, live: impl Fn(&mut World, i64)) -> String {
    let mut world = World::new(policy);
    let begun = world.now.as_second();
    let mut lines = String::new();
    world.ask(ask(Verb::Start("v2".into())));
    for _ in 0..1_000 {
        let seconds = world.now.as_second() - begun;
        live(&mut world, seconds);
        world.run_now(&mut |world, call| {
            let seconds = world.now.as_second() - begun;
            for effect in &call.decision.effects {
                if let rollout::Effect::CallHook { hook, .. } = effect {
                    writeln!(lines, "{} call {hook}", clock(seconds)).expect("a string takes everything");
                }
            }
            if call.decision.action != Action::Hold {
                let action = format!("{:?}", call.decision.action).to_lowercase();
                let (phase, weight) = (call.decision.phase().word(), call.decision.weight());
                let reason = &call.decision.reason;
                writeln!(lines, "{} {action}: {phase} at {weight} %: {reason}", clock(seconds))
                    .expect("a string");
            }
        });
        match world.wake_at {
            Some(at) => world.now = world.now.max(at),
            None => break,
        }
    }
    lines
}

fn clock(seconds: i64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Good until so many minutes have passed, then this.
fn later(minutes: i64, then: Traffic) -> impl Fn(&mut World, i64) {
    move |world, seconds| world.traffic = if seconds >= minutes * 60 { then } else { Traffic::GOOD }
}

#[test]
fn infinitestories_raises_by_ten_every_quarter_of_an_hour() {
    // IS-122 to IS-125, IS-128, IS-130: ten steps of 15 minutes, the last at 2:15, done at 2:30.
    insta::assert_snapshot!(timeline(policy("infinitestories"), later(0, Traffic::GOOD)));
}

#[test]
fn infinitestories_goes_back_at_the_first_unhealthy_look() {
    // IS-129, IS-133: "Canary deployment failed", stable has 100 %.
    insta::assert_snapshot!(timeline(policy("infinitestories"), later(40, Traffic::BAD)));
}

#[test]
fn infinitestories_compares_strictly() {
    // IS-126, IS-127, IS-132: healthy is below 1 %, below 2000 ms and above 99 %, all three.
    let healthy = Traffic { canary_errors: 0.0099, canary_latency: 1_999.0, ..Traffic::GOOD };
    for (traffic, expected) in [
        (healthy, Phase::Succeeded),
        (Traffic { canary_errors: 0.01, ..healthy }, Phase::Failed),
        (Traffic { canary_latency: 2_000.0, ..healthy }, Phase::Failed),
    ] {
        let mut world = World::releasing(policy("infinitestories"));
        world.traffic = traffic;
        world.until(expected);
    }
}

#[test]
fn storymagic_goes_10_50_100() {
    // SM-123 to SM-128: ten minutes, five minutes, everything, then the old tasks are ended.
    insta::assert_snapshot!(timeline(policy("storymagic"), later(0, Traffic::GOOD)));
}

#[test]
fn storymagic_goes_back_when_a_health_check_fails_and_comes_back_within_a_day() {
    // SM-129; SM-131: the version before is kept for 24 hours.
    insta::assert_snapshot!(timeline(policy("storymagic"), later(12, Traffic::BAD)));
    for (hours, shifts) in [(23, &[10, 50, 100, 100][..]), (25, &[10, 50, 100, 10])] {
        let mut world = World::releasing(policy("storymagic"));
        world.until(Phase::Succeeded);
        world.pass(hours * 3_600);
        world.does(Verb::Start("v1".into()));
        assert_eq!(world.shifts, shifts, "after {hours} hours");
    }
}

#[test]
fn liminal_transit_tests_deploys_and_looks_afterwards() {
    // LT-068 before, LT-106 after; LT-077 and LT-108 when the look afterwards fails.
    let good = timeline(policy("liminal-transit"), |_, _| {});
    let smoke_test_fails =
        timeline(policy("liminal-transit"), |world, _| world.failing_hook = Some("smoke-test"));
    let tests_fail =
        timeline(policy("liminal-transit"), |world, _| world.failing_hook = Some("end-to-end-tests"));
    insta::assert_snapshot!(format!(
        "{good}\nthe smoke test fails\n{smoke_test_fails}\nthe tests before fail\n{tests_fail}"
    ));
}

#[test]
fn vibelog_rolls_errors_back_at_once() {
    // VL-046: above 5 % in five minutes. VL-052, VL-053: smoke tests and the status page afterwards.
    insta::assert_snapshot!(timeline(
        policy("vibelog"),
        later(22, Traffic { canary_errors: 0.051, ..Traffic::GOOD })
    ));
}

#[test]
fn vibelog_holds_slowness_first_and_rolls_it_back_when_it_stays() {
    // VL-047: a p95 above 5 s in ten minutes, in stages.
    let slow = Traffic { canary_latency: 5.1, ..Traffic::GOOD };
    let fast = Traffic { canary_latency: 5.0, ..Traffic::GOOD };
    let stays = timeline(policy("vibelog"), move |world, _| world.traffic = slow);
    let passes = timeline(policy("vibelog"), move |world, seconds| {
        world.traffic = if (600..1_300).contains(&seconds) { slow } else { fast };
    });
    insta::assert_snapshot!(format!("it stays\n{stays}\nit passes\n{passes}"));
}

#[test]
fn stonecaster_goes_5_10_25_50_100() {
    // SC-058, SC-059, SC-060.
    insta::assert_snapshot!(timeline(policy("stonecaster"), later(0, Traffic::GOOD)));
}

#[test]
fn stonecaster_goes_back_on_each_of_its_five_triggers() {
    // SC-062: 2.0 % no, 2.1 % yes. SC-063: three times normal. SC-064: database errors above 0.5 %. SC-065: alerts.
    let check = |metric: &str, canary: f64, stable: f64, expected: &str| {
        let mut world = World::releasing(policy("stonecaster"));
        let mut latest = String::new();
        for _ in 0..12 {
            world.pass(60);
            world.call(&mut |_, _| {});
            let mut observation = world.observe();
            for measurement in &mut observation.measurements {
                let Measurement { metric: name, variant, reading, .. } = measurement;
                let quiet = match name.as_str() {
                    "response-time" => 200.0,
                    _ => 0.0,
                };
                *reading = Reading::Value(match variant {
                    Variant::Canary if name == metric => canary,
                    Variant::Stable if name == metric => stable,
                    _ => quiet,
                });
            }
            world.call_with(observation, &mut |_, call| {
                if call.decision.phase() != Phase::Progressing && latest.is_empty() {
                    latest = call.decision.reason.to_string();
                }
            });
            if !latest.is_empty() {
                break;
            }
        }
        assert_eq!(latest, expected, "{metric} {canary}");
    };
    check("error-rate", 0.02, 0.0, "");
    check("error-rate", 0.021, 0.0, "critical metric error-rate fails: 0.021 is above the limit of 0.02");
    check("response-time", 600.0, 200.0, "");
    check(
        "response-time",
        601.0,
        200.0,
        "response-time fails: 601 is more than 3 times the 200 of the stable version; \
         that is failed check 3 and 2 are tolerated",
    );
    check("database-errors", 0.005, 0.0, "");
    check(
        "database-errors",
        0.0051,
        0.0,
        "critical metric database-errors fails: 0.0051 is above the limit of 0.005",
    );
    check("critical-service-down", 1.0, 0.0, "tripwire critical-service-down was hit: it answered 1");
    check("security-alert", 1.0, 0.0, "tripwire security-alert was hit: it answered 1");
}

#[test]
fn stonecaster_pauses_when_its_sources_fall_silent() {
    let silent = Traffic { sources: Sources::AreDown, ..Traffic::GOOD };
    insta::assert_snapshot!(timeline(policy("stonecaster"), later(15, silent)));
}
