//! What a reading means, what a verdict counts for, and which limit acts when.

use jiff::{SignedDuration, Timestamp};
use rollout::journal::{Counters, Journal, Phase, Verdict};
use rollout::{
    Action, Decision, Live, Measurement, Observation, Policy, Reading, Reason, Split, Variant, Verb, step,
};
use serde_json::{Value, json};

use crate::world::{ask, start_of_time};

/// A rollout at 50 % since minute 0, to which measurements are told by hand.
struct Told {
    policy: Policy,
    journal: Journal,
    live: f64,
}

impl Told {
    /// One metric, with the defaults but for these settings of `analysis` and this bake time.
    fn to(metric: Value, analysis: Value, bake_time: &str) -> Told {
        let mut metric = metric;
        let defaults = json!({"name": "m", "source": "platform"});
        for (key, value) in defaults.as_object().expect("an object") {
            metric.as_object_mut().expect("a metric").entry(key.clone()).or_insert(value.clone());
        }
        let mut analysis = analysis;
        analysis["metrics"] = json!([metric]);
        Told::under(
            json!({"steps": [{"weight": 50, "bake_time": bake_time}], "progress_deadline": "3h", "analysis": analysis}),
        )
    }

    fn under(policy: Value) -> Told {
        let policy = Policy::from_value(policy).expect("a policy without problems");
        let mut told = Told { policy, journal: Journal::new("told"), live: 0.0 };
        told.call(0, Vec::new(), Some(Verb::Start("v2".into())));
        for _ in 0..5 {
            told.call(0, Vec::new(), None);
        }
        let run = told.journal.run.as_ref().expect("a rollout");
        assert!(run.traffic_verified_at.is_some());
        told
    }

    fn call(&mut self, seconds: i64, measurements: Vec<Measurement>, verb: Option<Verb>) -> Decision {
        let mut observation = Observation::new("runner", Live::Split(Split::between("v1", "v2", self.live)));
        if self.live == 0.0 {
            observation.live = Live::Split(Split::all_on("v1"));
        }
        observation.measurements = measurements;
        observation.command = verb.map(ask);
        let decision = step(&self.policy, self.journal.clone(), &observation, at(seconds));
        for effect in &decision.effects {
            if let rollout::Effect::Shift { canary_weight, .. } = effect {
                self.live = f64::from(*canary_weight);
            }
        }
        self.journal = decision.journal.clone();
        decision
    }

    /// What the canary's source says at this minute.
    fn minute(&mut self, minute: i64, canary: (Reading, u64)) -> Decision {
        self.call(minute * 60, vec![measured("m", Variant::Canary, minute * 60, canary)], None)
    }

    /// The same for both versions.
    fn both(&mut self, minute: i64, canary: (Reading, u64), stable: (Reading, u64)) -> Decision {
        let canary = measured("m", Variant::Canary, minute * 60, canary);
        self.call(minute * 60, vec![canary, measured("m", Variant::Stable, minute * 60, stable)], None)
    }

    fn verdict(&self) -> Verdict {
        let state = &self.journal.run.as_ref().expect("a rollout").metrics[0];
        state.recent.back().expect("a check").verdict
    }

    fn counters(&self) -> Counters {
        self.journal.run.as_ref().expect("a rollout").counters
    }
}

fn at(seconds: i64) -> Timestamp {
    start_of_time() + SignedDuration::from_secs(seconds)
}

fn measured(metric: &str, variant: Variant, seconds: i64, (reading, samples): (Reading, u64)) -> Measurement {
    Measurement { metric: metric.into(), variant, at: at(seconds), reading, samples: Some(samples) }
}

fn value(value: f64) -> (Reading, u64) {
    (Reading::Value(value), 1_000)
}

const SILENCE: (Reading, u64) = (Reading::NoData, 0);

fn broken() -> (Reading, u64) {
    (Reading::Error("503".into()), 0)
}

/// One check, of the canary and the stable version.
fn check(metric: Value, canary: (Reading, u64), stable: (Reading, u64), expected: Verdict) {
    let mut told = Told::to(metric.clone(), json!({}), "10m");
    told.both(1, canary.clone(), stable.clone());
    assert_eq!(told.verdict(), expected, "{metric} against {canary:?} and {stable:?}");
}

#[test]
fn a_value_equal_to_its_threshold_passes() {
    let max = json!({"threshold": {"max": 0.02}});
    check(max.clone(), value(0.02), SILENCE, Verdict::Pass);
    check(max, value(0.021), SILENCE, Verdict::Fail);
    let min = json!({"threshold": {"min": 0.99}});
    check(min.clone(), value(0.99), SILENCE, Verdict::Pass);
    check(min, value(0.989), SILENCE, Verdict::Fail);
    let both = json!({"stat": "p95", "threshold": {"min": 5, "max": 9, "unit": "ms"}});
    check(both.clone(), value(5.0), SILENCE, Verdict::Pass);
    check(both.clone(), value(9.0), SILENCE, Verdict::Pass);
    check(both.clone(), value(4.0), SILENCE, Verdict::Fail);
    check(both, value(10.0), SILENCE, Verdict::Fail);
}

#[test]
fn a_rate_added_up_from_small_samples_is_the_rate_of_its_requests() {
    // Four bad requests of two hundred, however they fall on five measurements of forty.
    for bad in [[0, 1, 2, 0, 1], [0, 0, 0, 2, 2], [0, 3, 0, 0, 1], [1, 1, 0, 0, 2], [0, 0, 0, 0, 4]] {
        let run = |metric: Value, whole: f64| {
            let mut told = Told::to(metric, json!({"min_sample_size": 200}), "30m");
            for (minute, bad) in (1..).zip(bad) {
                told.minute(minute, (Reading::Value(f64::from(bad) * whole / 40.0), 40));
            }
            told.verdict()
        };
        assert_eq!(run(json!({"threshold": {"max": 0.02}}), 1.0), Verdict::Pass, "{bad:?}");
        assert_eq!(run(json!({"threshold": {"below": 0.02}}), 1.0), Verdict::Fail, "{bad:?}");
        assert_eq!(
            run(json!({"stat": "error_rate", "threshold": {"max": 2, "unit": "percent"}}), 100.0),
            Verdict::Pass,
            "{bad:?}"
        );
        assert_eq!(run(json!({"threshold": {"max": 0.019}}), 1.0), Verdict::Fail, "{bad:?}");
    }
}

#[test]
fn a_strict_bound_fails_at_its_own_value() {
    let below = json!({"threshold": {"below": 0.01}});
    check(below.clone(), value(0.01), SILENCE, Verdict::Fail);
    check(below, value(0.0099), SILENCE, Verdict::Pass);
    let above = json!({"threshold": {"above": 0.99}});
    check(above.clone(), value(0.99), SILENCE, Verdict::Fail);
    check(above, value(0.991), SILENCE, Verdict::Pass);
}

#[test]
fn what_is_no_number_is_neither_a_pass_nor_a_failed_check() {
    let metric = || json!({"threshold": {"max": 0.02}});
    check(metric(), value(f64::NAN), SILENCE, Verdict::Inconclusive);
    check(metric(), value(f64::INFINITY), SILENCE, Verdict::Inconclusive);
    check(metric(), value(f64::NEG_INFINITY), SILENCE, Verdict::Inconclusive);
    check(metric(), SILENCE, SILENCE, Verdict::Inconclusive);
    check(metric(), (Reading::Value(0.0), 0), SILENCE, Verdict::Inconclusive);
    check(metric(), broken(), SILENCE, Verdict::Error);
}

#[test]
fn three_times_normal_needs_a_ratio_and_a_difference_that_matters() {
    let metric = || json!({"stat": "p95", "relative": {"max_ratio": 3, "min_delta": 150}});
    check(metric(), value(600.0), value(200.0), Verdict::Pass);
    check(metric(), value(601.0), value(200.0), Verdict::Fail);
    // Four times as slow, and still nobody notices.
    check(metric(), value(40.0), value(10.0), Verdict::Pass);
    check(metric(), value(160.0), value(10.0), Verdict::Pass);
    check(metric(), value(161.0), value(10.0), Verdict::Fail);
    check(metric(), value(151.0), value(0.0), Verdict::Fail);
}

#[test]
fn exactly_the_ratio_or_the_difference_passes_also_where_binary_fractions_are_off() {
    // 3 * 0.35 is 1.0499999999999998 and 0.4 - 0.1 is 0.30000000000000004.
    let metric = |max_ratio: f64, min_delta: f64| json!({"stat": "p95", "relative": {"max_ratio": max_ratio, "min_delta": min_delta}});
    check(metric(3.0, 0.0), value(1.05), value(0.35), Verdict::Pass);
    check(metric(3.0, 0.0), value(1.050001), value(0.35), Verdict::Fail);
    check(metric(2.0, 0.3), value(0.4), value(0.1), Verdict::Pass);
    check(metric(2.0, 0.3), value(0.400001), value(0.1), Verdict::Fail);
}

#[test]
fn what_is_compared_needs_both_sides() {
    let metric = || json!({"stat": "p95", "relative": {"max_ratio": 3}});
    check(metric(), value(100.0), SILENCE, Verdict::Inconclusive);
    check(metric(), value(100.0), (Reading::Value(100.0), 0), Verdict::Inconclusive);
    check(metric(), value(100.0), value(f64::NAN), Verdict::Inconclusive);
    check(metric(), value(100.0), broken(), Verdict::Error);
    // What fails by itself needs no comparison.
    let with_threshold = json!({"stat": "p95", "threshold": {"max": 50}, "relative": {"max_ratio": 3}});
    check(with_threshold, value(100.0), SILENCE, Verdict::Fail);
}

#[test]
fn a_rank_test_waits_for_its_points_and_fails_on_a_shift_that_is_certain_and_large() {
    let metric = |allowed: f64| {
        json!({"stat": "p95", "comparison": {"method": "mann_whitney", "direction": "increase", "confidence": 0.98,
            "allowed_increase": allowed, "min_points": 10}})
    };
    let run = |allowed: f64, factor: f64| {
        let mut told = Told::to(metric(allowed), json!({}), "30m");
        let mut verdicts = Vec::new();
        for minute in 1..=10 {
            let jitter = f64::from((minute * 7 % 10) as u8);
            told.both(minute, value((200.0 + jitter) * factor), value(200.0 + jitter));
            verdicts.push(told.verdict());
        }
        (verdicts[..9].iter().all(|verdict| *verdict == Verdict::Waiting), verdicts[9])
    };
    assert_eq!(run(1.25, 1.0), (true, Verdict::Pass), "alike");
    assert_eq!(run(1.25, 1.5), (true, Verdict::Fail), "half as slow again");
    assert_eq!(run(1.25, 1.2), (true, Verdict::Pass), "certain, but within what is allowed");
    assert_eq!(run(1.0, 1.2), (true, Verdict::Fail), "the same where nothing is allowed");
    assert_eq!(run(1.0, 0.5), (true, Verdict::Pass), "faster is not worse");
}

#[test]
fn a_proportion_test_weighs_requests() {
    let metric = |direction: &str| json!({"comparison": {"method": "two_proportion", "direction": direction, "confidence": 0.98, "min_points": 500}});
    let requests = |rate: f64, n: u64| (Reading::Value(rate), n);
    check(metric("increase"), requests(0.03, 2_000), requests(0.01, 2_000), Verdict::Fail);
    check(metric("increase"), requests(0.012, 2_000), requests(0.01, 2_000), Verdict::Pass);
    check(metric("increase"), requests(0.001, 2_000), requests(0.02, 2_000), Verdict::Pass);
    check(metric("decrease"), requests(0.001, 2_000), requests(0.02, 2_000), Verdict::Fail);
    check(metric("either"), requests(0.001, 2_000), requests(0.02, 2_000), Verdict::Fail);
    check(metric("increase"), requests(0.5, 499), requests(0.0, 2_000), Verdict::Waiting);
    check(metric("increase"), requests(0.5, 2_000), requests(0.0, 499), Verdict::Waiting);
}

#[test]
fn a_check_collects_measurements_until_it_has_seen_enough_requests() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({}), "10m");
    // 60 requests a minute; 3 % and then 0 %: the verdict is on all of them together.
    for (minute, rate) in [(1, 0.03), (2, 0.0), (3, 0.0)] {
        told.minute(minute, (Reading::Value(rate), 60));
        assert_eq!(told.verdict(), Verdict::Waiting);
    }
    told.minute(4, (Reading::Value(0.0), 60));
    assert_eq!((told.verdict(), told.counters().failed), (Verdict::Pass, 0), "0.75 % of 240");
    for (minute, rate) in [(5, 0.03), (6, 0.03), (7, 0.03)] {
        told.minute(minute, (Reading::Value(rate), 60));
    }
    assert_eq!(told.counters(), Counters::default(), "a new check begins with nothing");
    told.minute(8, (Reading::Value(0.03), 60));
    assert_eq!((told.verdict(), told.counters().failed), (Verdict::Fail, 1), "3 % of 240");
}

#[test]
fn a_handful_of_requests_decides_nothing_however_bad_they_are() {
    let few = |rate: f64, requests: u64, expected: Verdict| {
        let canary = || (Reading::Value(rate), requests);
        check(json!({"threshold": {"max": 0.02}}), canary(), SILENCE, expected);
        check(json!({"threshold": {"max": 0.02}, "critical": true}), canary(), SILENCE, expected);
    };
    few(1.0, 1, Verdict::Waiting);
    few(1.0, 199, Verdict::Waiting);
    few(1.0, 200, Verdict::Fail);
    // What must not wait for requests is a tripwire.
    let tripwire = json!({"threshold": {"max": 0.5}, "mode": "tripwire"});
    check(tripwire.clone(), (Reading::Value(0.5), 2), SILENCE, Verdict::Pass);
    check(tripwire, (Reading::Value(1.0), 2), SILENCE, Verdict::Fail);
}

#[test]
fn without_counted_requests_a_verdict_is_possible_but_no_step_ends() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({}), "2m");
    let uncounted = |minute: i64| Measurement {
        samples: None,
        ..measured("m", Variant::Canary, minute * 60, value(0.0))
    };
    told.call(60, vec![uncounted(1)], None);
    assert_eq!(told.verdict(), Verdict::Pass);
    let decision = told.call(120, vec![uncounted(2)], None);
    assert_eq!(decision.reason, Reason::TooFewRequests { metric: "m".into(), samples: 0, needed: 200 });
    // Whoever cannot count says so.
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({"min_sample_size": 0}), "2m");
    told.call(60, vec![uncounted(1)], None);
    assert_eq!(told.call(120, vec![uncounted(2)], None).action, Action::Advance);
}

#[test]
fn old_repeated_and_reordered_measurements_are_counted_once_or_never() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({}), "10m");
    let now = vec![measured("m", Variant::Canary, 60, value(0.5))];
    told.call(60, now.clone(), None);
    assert_eq!(told.counters().failed, 1);
    told.call(60, now.clone(), None);
    told.call(120, now, None);
    told.call(120, vec![measured("m", Variant::Canary, 30, value(0.5))], None);
    assert_eq!(told.counters().failed, 1, "repeated, late and out of order");
    let before_the_step = vec![measured("m", Variant::Canary, -1, value(0.5))];
    told.call(180, before_the_step, None);
    assert_eq!(told.counters().failed, 1, "older than the step");
    let run = told.journal.run.as_ref().expect("a rollout");
    assert_eq!(run.metrics[0].samples, 1_000);
}

#[test]
fn a_measurement_from_the_future_does_not_hide_the_next_one() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({}), "10m");
    told.call(60, vec![measured("m", Variant::Canary, 90_000, value(0.0))], None);
    told.minute(2, value(0.5));
    assert_eq!(told.counters().failed, 1);
}

#[test]
fn a_check_is_made_every_interval_and_not_before_a_whole_one() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({"interval": "2m"}), "10m");
    told.minute(1, value(0.5));
    assert_eq!(told.counters().failed, 0, "one minute of two");
    told.minute(2, value(0.5));
    told.minute(3, value(0.5));
    assert_eq!(told.counters().failed, 1);
    // A late call does not shift the rhythm.
    told.call(290, vec![measured("m", Variant::Canary, 290, value(0.5))], None);
    assert_eq!(told.counters().failed, 2);
    let decision = told.call(300, Vec::new(), None);
    assert_eq!(decision.wake_at, Some(at(360)));
}

#[test]
fn the_first_check_waits_for_the_initial_delay() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({"initial_delay": "5m"}), "10m");
    for minute in 1..5 {
        told.minute(minute, value(0.5));
    }
    assert_eq!(told.counters().failed, 0);
    told.minute(5, value(0.5));
    assert_eq!(told.counters().failed, 1);
}

#[test]
fn the_failure_limit_acts_when_it_is_exceeded() {
    for limit in 0..4 {
        let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({"failure_limit": limit}), "30m");
        for minute in 1..=limit {
            let decision = told.minute(minute, value(0.5));
            assert_eq!(decision.phase(), Phase::Progressing, "failed check {minute} of {limit} tolerated");
        }
        let decision = told.minute(limit + 1, value(0.5));
        assert_eq!(decision.phase(), Phase::RollingBack);
        assert!(matches!(decision.reason, Reason::FailureLimit { .. }), "{:?}", decision.reason);
    }
}

#[test]
fn failed_checks_are_counted_over_the_whole_rollout() {
    let mut told = Told::under(json!({
        "steps": [{"weight": 10, "bake_time": "2m"}, {"weight": 50, "bake_time": "2m"}],
        "analysis": {"failure_limit": 1, "metrics": [{"name": "m", "source": "platform", "threshold": {"max": 0.02}}]},
    }));
    told.minute(1, value(0.5));
    told.minute(2, value(0.0));
    assert_eq!(told.call(120, Vec::new(), None).weight(), 50);
    let decision = told.minute(3, value(0.5));
    assert_eq!(decision.phase(), Phase::RollingBack, "the second in all, the first in this step");
}

#[test]
fn a_failed_check_holds_the_step_until_one_passes() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({}), "2m");
    told.minute(1, value(0.0));
    let decision = told.minute(2, value(0.5));
    assert_eq!((decision.action, decision.reason.code()), (Action::Hold, "check_failed"));
    assert_eq!(told.minute(3, value(0.0)).action, Action::Advance);
}

#[test]
fn two_metrics_that_fail_together_are_one_failed_check() {
    let mut told = Told::under(json!({
        "steps": [{"weight": 50, "bake_time": "10m"}],
        "analysis": {"failure_limit": 1, "metrics": [
            {"name": "m", "source": "platform", "threshold": {"max": 0.02}},
            {"name": "n", "source": "platform", "threshold": {"max": 0.02}},
        ]},
    }));
    let bad = |minute: i64| {
        ["m", "n"].map(|metric| measured(metric, Variant::Canary, minute * 60, value(0.5))).to_vec()
    };
    told.call(60, bad(1), None);
    assert_eq!(told.counters().failed, 1);
    assert_eq!(told.call(120, bad(2), None).phase(), Phase::RollingBack);
}

#[test]
fn a_metric_with_its_own_limit_is_counted_alone() {
    let mut told = Told::under(json!({
        "steps": [{"weight": 50, "bake_time": "30m"}],
        "analysis": {"failure_limit": 0, "inconclusive_limit": 0, "on_inconclusive": "pause", "metrics": [
            {"name": "m", "source": "platform", "threshold": {"max": 0.02}, "failure_limit": 3, "inconclusive_limit": 2},
        ]},
    }));
    told.minute(1, SILENCE);
    told.minute(2, SILENCE);
    for minute in 3..=5 {
        assert_eq!(told.minute(minute, value(0.5)).phase(), Phase::Progressing);
    }
    assert_eq!(told.counters(), Counters::default());
    let decision = told.minute(6, value(0.5));
    assert!(
        matches!(decision.reason, Reason::FailureLimit { failed: 4, limit: 3, .. }),
        "{:?}",
        decision.reason
    );
}

#[test]
fn one_failed_check_of_a_critical_metric_rolls_back() {
    let mut told =
        Told::to(json!({"threshold": {"max": 0.02}, "critical": true}), json!({"failure_limit": 99}), "10m");
    let decision = told.minute(1, value(0.021));
    assert_eq!((decision.phase(), decision.reason.code()), (Phase::RollingBack, "critical"));
    assert_eq!(told.counters(), Counters { failed: 1, inconclusive: 0, errors: 0 });
}

#[test]
fn one_hit_of_a_tripwire_rolls_back_between_two_checks_and_in_a_pause() {
    let tripwire = || json!({"source": "webhook", "url": "https://example.com/alarm", "mode": "tripwire"});
    let mut told = Told::to(tripwire(), json!({"failure_limit": 99, "interval": "10m"}), "30m");
    let hit =
        |seconds: i64| Measurement { samples: None, ..measured("m", Variant::Canary, seconds, value(1.0)) };
    let decision = told.call(7, vec![hit(7)], None);
    assert_eq!((decision.phase(), decision.reason.code()), (Phase::RollingBack, "tripwire"));

    let mut told = Told::to(tripwire(), json!({}), "30m");
    told.call(60, Vec::new(), Some(Verb::Pause));
    let decision = told.call(120, vec![hit(120)], None);
    assert_eq!((decision.phase(), decision.reason.code()), (Phase::RollingBack, "tripwire"));
}

#[test]
fn a_quiet_tripwire_neither_passes_nor_holds() {
    let mut told = Told::under(json!({
        "steps": [{"weight": 50, "bake_time": "2m"}],
        "analysis": {"metrics": [
            {"name": "m", "source": "platform", "threshold": {"max": 0.02}},
            {"name": "alarm", "source": "webhook", "url": "https://example.com/alarm", "mode": "tripwire"},
            {"name": "load", "source": "platform", "stat": "request_rate", "mode": "tripwire", "threshold": {"max": 500}},
        ]},
    }));
    for minute in 1..=2 {
        let seconds = minute * 60;
        let told_now = vec![
            measured("m", Variant::Canary, seconds, value(0.0)),
            measured("alarm", Variant::Canary, seconds, SILENCE),
            measured("load", Variant::Canary, seconds, (Reading::Value(500.0), 0)),
        ];
        let decision = told.call(seconds, told_now, None);
        assert_eq!(decision.action, if minute == 2 { Action::Advance } else { Action::Hold });
    }
}

#[test]
fn a_metric_on_trial_is_measured_and_shown_and_never_decides() {
    let mut told = Told::under(json!({
        "steps": [{"weight": 50, "bake_time": "3m"}],
        "analysis": {"failure_limit": 0, "consecutive_error_limit": 0, "metrics": [
            {"name": "m", "source": "platform", "threshold": {"max": 0.02}},
            {"name": "trial", "source": "platform", "threshold": {"max": 0.02}, "critical": true, "dry_run": true},
            {"name": "alarm", "source": "webhook", "url": "https://example.com/a", "mode": "tripwire", "dry_run": true},
        ]},
    }));
    for minute in 1..=3 {
        let seconds = minute * 60;
        let trial = if minute == 2 { broken() } else { value(0.9) };
        let told_now = vec![
            measured("m", Variant::Canary, seconds, value(0.0)),
            measured("trial", Variant::Canary, seconds, trial),
            measured("alarm", Variant::Canary, seconds, value(1.0)),
        ];
        let decision = told.call(seconds, told_now, None);
        assert_eq!(decision.action, if minute == 3 { Action::Advance } else { Action::Hold });
    }
    assert_eq!(told.counters(), Counters::default());
    let shown: Vec<Verdict> =
        told.journal.run.as_ref().expect("a rollout").metrics[1].recent.iter().map(|c| c.verdict).collect();
    assert_eq!(shown, [Verdict::Fail, Verdict::Error, Verdict::Fail]);
}

#[test]
fn errors_act_in_a_row_and_begin_anew_after_an_answer() {
    let limit = json!({"consecutive_error_limit": 2});
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), limit.clone(), "30m");
    for minute in [1, 2, 4, 5] {
        assert_eq!(told.minute(minute, broken()).phase(), Phase::Progressing);
        if minute == 2 {
            told.minute(3, value(0.0));
        }
    }
    let decision = told.minute(6, broken());
    assert_eq!((decision.phase(), decision.reason.code()), (Phase::Paused, "error_limit"));
    assert_eq!(told.counters(), Counters { failed: 0, inconclusive: 0, errors: 3 });

    let rollback = json!({"consecutive_error_limit": 0, "on_provider_error": "rollback"});
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), rollback, "30m");
    assert_eq!(told.minute(1, broken()).phase(), Phase::RollingBack);
}

#[test]
fn checks_without_a_verdict_extend_pause_or_roll_back_as_the_policy_says() {
    for (action, expected) in
        [("extend", Phase::Progressing), ("pause", Phase::Paused), ("rollback", Phase::RollingBack)]
    {
        let limits = json!({"inconclusive_limit": 1, "on_inconclusive": action});
        let mut told = Told::to(json!({"threshold": {"max": 0.02}}), limits, "5m");
        assert_eq!(told.minute(1, SILENCE).phase(), Phase::Progressing);
        assert_eq!(told.minute(2, SILENCE).phase(), expected, "{action}");
        assert_eq!(told.counters(), Counters { failed: 0, inconclusive: 2, errors: 0 });
    }
}

#[test]
fn a_lack_of_requests_is_a_finding_only_after_the_bake_time() {
    let limits = json!({"inconclusive_limit": 0, "on_inconclusive": "pause"});
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), limits, "3m");
    for minute in 1..=2 {
        assert_eq!(told.minute(minute, (Reading::Value(0.0), 10)).phase(), Phase::Progressing);
    }
    let decision = told.minute(3, (Reading::Value(0.0), 10));
    assert_eq!((decision.phase(), decision.reason.code()), (Phase::Paused, "inconclusive_limit"));
}

#[test]
fn a_pass_stands_while_the_next_check_still_collects() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({}), "2m");
    told.minute(1, value(0.0));
    assert_eq!(told.minute(2, (Reading::Value(0.0), 5)).action, Action::Advance);
}

#[test]
fn several_passes_in_a_row_can_be_asked_for() {
    let mut told =
        Told::to(json!({"threshold": {"max": 0.02}}), json!({"consecutive_success_limit": 3}), "2m");
    told.minute(1, value(0.0));
    let decision = told.minute(2, value(0.0));
    assert_eq!(decision.reason, Reason::TooFewPasses { metric: "m".into(), passes: 2, needed: 3 });
    told.minute(3, value(0.5));
    told.minute(4, value(0.0));
    assert_eq!(told.minute(5, value(0.0)).action, Action::Hold);
    assert_eq!(told.minute(6, value(0.0)).action, Action::Advance);
}

#[test]
fn a_metric_rests_after_its_count_and_its_last_verdict_stands() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}, "count": 2}), json!({}), "4m");
    told.minute(1, value(0.0));
    told.minute(2, value(0.0));
    told.minute(3, value(0.5));
    assert_eq!(told.counters().failed, 0, "nobody measures any more");
    assert_eq!(told.call(240, Vec::new(), None).action, Action::Advance);
}

#[test]
fn a_step_can_say_otherwise() {
    let mut told = Told::under(json!({
        "steps": [
            {"weight": 10, "bake_time": "10m", "analysis": {"interval": "2m", "failure_limit": 0, "min_sample_size": 5,
                "metrics": ["n"]}},
            {"weight": 50, "bake_time": "1m"},
        ],
        "analysis": {"metrics": [
            {"name": "m", "source": "platform", "threshold": {"max": 0.02}, "critical": true},
            {"name": "n", "source": "platform", "threshold": {"max": 0.02}},
        ]},
    }));
    told.call(120, vec![measured("m", Variant::Canary, 120, value(0.9))], None);
    assert_eq!(told.counters().failed, 0, "this step does not look at it");
    let decision = told.call(120, vec![measured("n", Variant::Canary, 120, (Reading::Value(0.9), 5))], None);
    assert_eq!(decision.reason.code(), "failure_limit");
}

#[test]
fn at_100_percent_thresholds_stay_and_comparisons_rest() {
    let mut told = Told::under(json!({
        "steps": [{"weight": 50, "bake_time": "1m"}],
        "final_bake_time": "2m",
        "analysis": {"failure_limit": 0, "metrics": [
            {"name": "m", "source": "platform", "stat": "p95", "threshold": {"max": 500}, "relative": {"max_ratio": 2}},
            {"name": "n", "source": "platform", "stat": "p95", "relative": {"max_ratio": 2}},
        ]},
    }));
    let both = |seconds: i64, canary: f64| {
        ["m", "n"]
            .iter()
            .flat_map(|metric| {
                let of = |variant, reading| measured(metric, variant, seconds, value(reading));
                [of(Variant::Canary, canary), of(Variant::Stable, 200.0)]
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(told.call(60, both(60, 300.0), None).action, Action::Advance);
    told.call(60, Vec::new(), None);
    // What only compares is not even asked, so its silence holds nothing up.
    let asked = told.call(120, Vec::new(), None).effects;
    let measured_now =
        |effect: &rollout::Effect| matches!(effect, rollout::Effect::Measure { metric, .. } if metric == "n");
    assert!(!asked.iter().any(measured_now), "{asked:?}");
    // More than twice the stable version's last value, but nothing is stable any more.
    assert_eq!(told.call(120, both(120, 450.0), None).phase(), Phase::FinalBake);
    assert_eq!(told.call(180, both(180, 501.0), None).phase(), Phase::RollingBack);
}

#[test]
fn at_the_deadline_bad_data_rolls_back_and_missing_data_pauses() {
    let run = |canary: fn() -> (Reading, u64)| {
        let mut told = Told::under(json!({
            "steps": [{"weight": 50, "bake_time": "5m"}],
            "progress_deadline": "10m",
            "analysis": {"failure_limit": 99, "inconclusive_limit": 99, "consecutive_error_limit": 99, "metrics": [
                {"name": "m", "source": "platform", "threshold": {"max": 0.02}},
            ]},
        }));
        (1..=9).for_each(|minute| assert_eq!(told.minute(minute, canary()).phase(), Phase::Progressing));
        let decision = told.minute(10, canary());
        (decision.phase(), decision.reason.code().to_owned())
    };
    let paused = (Phase::Paused, "deadline_without_data".to_owned());
    assert_eq!(run(|| value(0.5)), (Phase::RollingBack, "deadline_with_bad_data".to_owned()));
    assert_eq!(run(|| SILENCE), paused);
    assert_eq!(run(broken), paused);
    assert_eq!(run(|| (Reading::Value(0.0), 3)), paused);
    assert_eq!(run(|| value(f64::NAN)), paused);
}

#[test]
fn time_in_a_pause_is_not_bake_time() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({}), "5m");
    told.minute(1, value(0.0));
    told.call(120, Vec::new(), Some(Verb::Pause));
    told.call(1_200, Vec::new(), Some(Verb::Resume));
    for minute in 21..=22 {
        assert_eq!(told.minute(minute, value(0.0)).action, Action::Hold, "two and {} minutes", minute - 20);
    }
    assert_eq!(told.minute(23, value(0.0)).action, Action::Advance);
}

#[test]
fn a_due_check_comes_before_the_next_step() {
    let mut told = Told::to(json!({"threshold": {"max": 0.02}}), json!({}), "2m");
    told.minute(1, value(0.0));
    let decision = told.call(120, Vec::new(), None);
    assert_eq!(decision.reason, Reason::CheckDue { metric: "m".into() });
    assert_eq!(decision.wake_at, Some(at(120)), "measure and call at once");
    assert_eq!(told.minute(2, value(0.0)).action, Action::Advance);
}
