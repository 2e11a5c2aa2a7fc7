//! How long the engine takes, as one JSON object: `cargo run --release -p rollout --example bench`.
//!
//! `step_ns` is one `step` that makes a check of each of ten metrics over a journal of 1,000 entries; `rollout_ms` is a
//! rollout of 30 days, checked every minute, from start to success. Each is the best of several rounds, so that what
//! else runs on the machine does not count.
#![expect(clippy::print_stdout, reason = "the program's output is its purpose")]

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rollout::journal::{Journal, Phase};
use rollout::policy::Policy;
use rollout::{Command, Effect, Live, Measurement, Observation, Reading, Split, Variant, Verb, step};

const ROUNDS: usize = 7;

fn main() {
    let step = (0..ROUNDS).map(|_| one_step()).min().expect("at least one round");
    let rollout =
        (0..ROUNDS).map(|_| thirty_days()).min_by_key(|(time, _)| *time).expect("at least one round");
    println!(
        "{}",
        serde_json::json!({
            "step_ns": step.as_nanos() as u64,
            "step_metrics": 10,
            "step_log_entries": 1_000,
            "rollout_ms": rollout.0.as_secs_f64() * 1e3,
            "rollout_days": 30,
            "rollout_steps": rollout.1,
        })
    );
}

/// One `step` with ten checks, averaged over a thousand.
fn one_step() -> Duration {
    let metrics: Vec<_> = (0..10)
        .map(|index| match index % 3 {
            0 => serde_json::json!({"name": format!("errors-{index}"), "source": "platform", "threshold": {"max": 0.02}}),
            1 => serde_json::json!({"name": format!("latency-{index}"), "source": "platform", "stat": "p95",
                "threshold": {"max": 2000, "unit": "ms"}, "relative": {"max_ratio": 3.0, "min_delta": 150}}),
            _ => serde_json::json!({"name": format!("alarm-{index}"), "source": "webhook", "url": "https://example.com",
                "mode": "tripwire"}),
        })
        .collect();
    let policy = serde_json::json!({
        "steps": [{"weight": 50, "bake_time": "168h"}],
        "progress_deadline": "200h",
        "analysis": {"metrics": metrics},
    });
    let policy = Policy::from_value(policy).expect("a policy without problems");
    let mut now = start();
    let mut journal = begin(&policy, now);
    // A person who cannot make up their mind fills the log.
    while journal.log.len() < 1_000 {
        let verb = if journal.phase() == Phase::Paused { Verb::Resume } else { Verb::Pause };
        let observation = Observation { command: Some(Command::new(verb, "ana")), ..observe(50) };
        journal = step(&policy, journal, &observation, now).journal;
    }
    if journal.phase() == Phase::Paused {
        let observation = Observation { command: Some(Command::new(Verb::Resume, "ana")), ..observe(50) };
        journal = step(&policy, journal, &observation, now).journal;
    }
    let observations: Vec<(Timestamp, Observation)> = (0..1_000)
        .map(|_| {
            now += SignedDuration::from_mins(1);
            (now, measured(&policy, observe(50), now))
        })
        .collect();
    let begun = Instant::now();
    for (now, observation) in &observations {
        journal = step(&policy, journal, observation, *now).journal;
    }
    let time = begun.elapsed() / observations.len() as u32;
    assert_eq!(journal.phase(), Phase::Progressing);
    assert!(
        journal.run.is_some_and(|run| run.metrics.iter().all(|state| state.passes == 1_000)),
        "every check was made"
    );
    time
}

/// Thirty steps of a day, two metrics every minute, the way a simulation drives it. Returns the time and the calls.
fn thirty_days() -> (Duration, u32) {
    let steps: Vec<_> =
        (1..=30).map(|day| serde_json::json!({"weight": day * 3, "bake_time": "24h"})).collect();
    let policy = serde_json::json!({
        "steps": steps,
        "progress_deadline": "48h",
        "analysis": {"metrics": [
            {"name": "error-rate", "source": "platform", "threshold": {"max": 0.02}},
            {"name": "latency-p95", "source": "platform", "stat": "p95", "threshold": {"max": 2000, "unit": "ms"}},
        ]},
    });
    let policy = Policy::from_value(policy).expect("a policy without problems");
    let begun = Instant::now();
    let mut now = start();
    let mut journal = begin(&policy, now);
    let mut live = 3;
    let mut observation = observe(live);
    let mut calls = 0;
    while journal.phase() != Phase::Succeeded {
        remeasure(&policy, &mut observation, now);
        let decision = step(&policy, journal, &observation, now);
        calls += 1;
        for effect in &decision.effects {
            if let Effect::Shift { canary_weight, .. } = effect {
                live = *canary_weight;
                observation = observe(live);
            }
        }
        journal = decision.journal;
        now = decision.wake_at.map_or(now, |at| at.max(now));
    }
    (begun.elapsed(), calls)
}

fn start() -> Timestamp {
    Timestamp::from_second(1_780_000_000).expect("a moment in 2026")
}

fn begin(policy: &Policy, now: Timestamp) -> Journal {
    let observation =
        Observation { command: Some(Command::new(Verb::Start("v2".into()), "ana")), ..observe(0) };
    let mut journal = step(policy, Journal::new("bench"), &observation, now).journal;
    // The first call asks for the shift, the second sees it.
    for live in [0, policy.steps[0].weight] {
        journal = step(policy, journal, &observe(live), now).journal;
    }
    assert_eq!(journal.phase(), Phase::Progressing);
    journal
}

fn observe(weight: u8) -> Observation {
    Observation::new("bench", Live::Split(Split::between("v1", "v2", f64::from(weight))))
}

fn measured(policy: &Policy, mut observation: Observation, now: Timestamp) -> Observation {
    remeasure(policy, &mut observation, now);
    observation
}

/// Puts a good measurement of every metric and version into the observation.
fn remeasure(policy: &Policy, observation: &mut Observation, now: Timestamp) {
    let metrics = &policy.analysis.metrics;
    if observation.measurements.is_empty() {
        for metric in metrics {
            for variant in [Variant::Canary, Variant::Stable] {
                let value = match metric.name.split('-').next() {
                    Some("errors" | "error") => 0.004,
                    Some("latency") => 180.0,
                    _ => 0.0,
                };
                observation.measurements.push(Measurement {
                    metric: metric.name.clone(),
                    variant,
                    at: now,
                    reading: Reading::Value(value),
                    samples: Some(5_000),
                });
            }
        }
    }
    for measurement in &mut observation.measurements {
        measurement.at = now;
    }
}
