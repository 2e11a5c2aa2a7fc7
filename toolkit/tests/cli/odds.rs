//! `slipway canary odds`. The numbers are those of "How much traffic a gate needs" and of the binomial formula.

use serde_json::Value;

use super::{argument, file, slipway};

/// A gate that looks once at `requests` requests of the canary, which has half of the traffic.
fn one_check(requests: u64, bound: f64) -> String {
    format!(
        r#"{{ "steps": [{{ "weight": 50, "bake_time": "1m" }}],
              "analysis": {{ "interval": "1m", "min_sample_size": {requests}, "failure_limit": 0,
                             "metrics": [{{ "name": "errors", "source": "platform", "threshold": {{ "max": {bound} }} }}] }} }}"#
    )
}

fn odds(policy: &str, requests_per_minute: f64, stable: &str, canary: &str, more: &[&str]) -> Value {
    let (_folder, policy) = file("policy.json", policy);
    let traffic = requests_per_minute.to_string();
    let arguments =
        ["canary", "odds", "--json", "--policy", argument(&policy), "--requests-per-minute", &traffic];
    let rates = ["--stable-error-rate", stable, "--canary-error-rate", canary];
    let run = slipway(arguments.into_iter().chain(rates).chain(more.iter().copied()));
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.json()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn close(found: &Value, expected: f64, tolerance: f64) {
    let found = number(found);
    assert!((found - expected).abs() <= tolerance, "found {found}, expected {expected}");
}

/// Chance of at least `bad` bad requests among `requests`, summed up from the formula itself.
fn at_least(bad: u64, requests: u64, rate: f64) -> f64 {
    let mut exactly = (1.0 - rate).powf(requests as f64);
    let mut fewer = 0.0;
    for count in 0..bad {
        fewer += exactly;
        exactly *= (requests - count) as f64 / (count + 1) as f64 * rate / (1.0 - rate);
    }
    1.0 - fewer
}

#[test]
fn a_gate_of_one_check_has_the_odds_of_the_binomial_formula() {
    // The naive gate of the table: more than 2 % bad rolls back. A good release has 0.5 %, a bad one 5 %.
    for (requests, false_alarm, detection) in
        [(20, 0.095, 0.64), (50, 0.026, 0.72), (100, 0.014, 0.88), (200, 0.004, 0.97), (500, 0.0, 1.0)]
    {
        let odds = odds(&one_check(requests, 0.02), requests as f64 * 2.0, "0.5%", "5%", &[]);
        let fails_from = requests / 50 + 1;
        assert_eq!(odds["method"], "exact");
        close(&odds["probability"]["rollback"], at_least(fails_from, requests, 0.05), 1e-9);
        close(&odds["healthy"]["probability"]["rollback"], at_least(fails_from, requests, 0.005), 1e-9);
        close(&odds["probability"]["rollback"], detection, 6e-3);
        close(&odds["healthy"]["probability"]["rollback"], false_alarm, 5e-4);
        // What is not rolled back is promoted, after one minute, having answered so many requests.
        close(&odds["probability"]["promotion"], 1.0 - at_least(fails_from, requests, 0.05), 1e-9);
        assert_eq!(number(&odds["probability"]["pause"]), 0.0);
        close(&odds["time_to_decision"]["expected"], 60.0, 1e-9);
        close(&odds["expected_bad_requests"], requests as f64 * 0.05, 1e-6);
        let gate = &odds["gates"][0];
        assert_eq!(
            (gate["requests_per_check"].as_u64(), gate["fails_from"].as_u64()),
            (Some(requests), Some(fails_from))
        );
        close(&gate["detection_per_check"], at_least(fails_from, requests, 0.05), 1e-9);
        close(&gate["false_alarm_per_check"], at_least(fails_from, requests, 0.005), 1e-9);
    }
}

#[test]
fn ten_checks_raise_ten_times_the_chance_of_a_false_alarm() {
    for (requests, over_ten) in [(20, 0.63), (50, 0.23), (100, 0.13), (200, 0.03), (500, 0.0)] {
        let policy = one_check(requests, 0.02).replace("\"bake_time\": \"1m\"", "\"bake_time\": \"10m\"");
        let odds = odds(&policy, requests as f64 * 2.0, "0.5%", "5%", &[]);
        let false_alarm = at_least(requests / 50 + 1, requests, 0.005);
        let expected = 1.0 - (1.0 - false_alarm).powi(10);
        close(&odds["healthy"]["probability"]["rollback"], expected, 1e-9);
        close(&odds["healthy"]["probability"]["rollback"], over_ten, 6e-3);
        assert_eq!(odds["gates"][0]["checks"], 10);
        close(&odds["gates"][0]["false_alarm_over_checks"], expected, 1e-9);
    }
}

#[test]
fn the_requests_that_exclude_a_bound_are_those_of_the_table() {
    // Gate, requests to the canary, requests to the whole service when the canary has 5 %.
    for (bound, canary, total) in
        [(0.05, 59, 1_180), (0.02, 149, 2_980), (0.01, 299, 5_980), (0.005, 598, 11_960)]
    {
        let policy = one_check(200, bound).replace("\"weight\": 50", "\"weight\": 5");
        let odds = odds(&policy, 8_000.0, "0", "0.3", &[]);
        let gate = &odds["gates"][0];
        assert_eq!(gate["requests_to_exclude"], canary);
        assert_eq!(gate["total_requests_to_exclude"], total);
    }
}

#[test]
fn tolerated_failures_are_counted_over_the_whole_release() {
    // Ten checks, two failures tolerated: rolled back by the third, or by the deadline, if they go on failing.
    let policy = one_check(20, 0.02)
        .replace("\"bake_time\": \"1m\"", "\"bake_time\": \"10m\"")
        .replace("\"failure_limit\": 0", "\"failure_limit\": 2");
    let odds = odds(&policy, 40.0, "0.5%", "5%", &[]);
    // With at least ten checks, and one more for each failure at the end, three failures of eleven bound it from above.
    let at_least_three_of = |checks| at_least(3, checks, at_least(1, 20, 0.005));
    let rollback = number(&odds["healthy"]["probability"]["rollback"]);
    assert!(rollback >= at_least_three_of(10) - 1e-9 && rollback <= at_least_three_of(12), "{rollback}");
}

#[test]
fn traffic_that_cannot_support_a_gate_is_told_with_what_would() {
    let run = slipway([
        "canary",
        "odds",
        "--policy",
        "toolkit/tests/fixtures/two-steps.yaml",
        "--requests-per-minute",
        "20",
        "--stable-error-rate",
        "0.3%",
        "--canary-error-rate",
        "5%",
    ]);
    assert_eq!(run.code, 0);
    insta::assert_snapshot!(run.stdout);
    let odds = odds(&one_check(20, 0.02), 40.0, "0.5%", "5%", &[]);
    assert_eq!(odds["verdict"]["supported"], false);
    let needs = odds["verdict"]["needs"].to_string();
    assert!(needs.contains("`min_sample_size` of 200") && needs.contains("400 requests a minute"), "{needs}");
}

#[test]
fn traffic_that_supports_the_gates_is_told_too() {
    let run = slipway([
        "canary",
        "odds",
        "--policy",
        "toolkit/tests/fixtures/two-steps.yaml",
        "--requests-per-minute",
        "2400",
        "--stable-error-rate",
        "0.3%",
        "--canary-error-rate",
        "7%",
    ]);
    assert_eq!(run.code, 0);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn where_more_is_left_to_chance_releases_are_simulated_and_the_seed_settles_them() {
    let latency =
        ["--latency-stable", "400", "--latency-canary", "1150", "--latency-noise", "20%", "--runs", "200"];
    let policy =
        std::fs::read_to_string(super::root().join("toolkit/tests/fixtures/two-steps.yaml")).unwrap();
    let odds = |seed: &str| {
        let (_folder, path) = file("policy.yaml", &policy);
        let arguments =
            ["canary", "odds", "--json", "--policy", argument(&path), "--requests-per-minute", "2400"];
        let rates = ["--stable-error-rate", "0.003", "--canary-error-rate", "0.003", "--seed", seed];
        let run = slipway(arguments.into_iter().chain(rates).chain(latency));
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.json()
    };
    let (once, again, other) = (odds("7"), odds("7"), odds("8"));
    assert_eq!(once["method"], "simulated");
    assert_eq!((once["runs"].as_u64(), once["seed"].as_u64()), (Some(200), Some(7)));
    assert_eq!(once, again);
    assert_ne!(once, other);
    // Near three times the stable latency, chance decides; a good release is never slow.
    let rollback = number(&once["probability"]["rollback"]);
    assert!(rollback > 0.05 && rollback < 1.0, "{rollback}");
    assert!(number(&once["healthy"]["probability"]["rollback"]) < 0.01);
}

#[test]
fn misuse_exits_with_2() {
    let check = |rates: [&str; 3], words: &str| {
        let arguments = [
            "canary",
            "odds",
            "--policy",
            "toolkit/tests/fixtures/two-steps.yaml",
            "--requests-per-minute",
            rates[0],
        ];
        let run = slipway(arguments.into_iter().chain([
            "--stable-error-rate",
            rates[1],
            "--canary-error-rate",
            rates[2],
        ]));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{rates:?}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    };
    check(["0", "0.1", "0.1"], "requests a minute are a number above 0");
    check(["10", "110%", "0.1"], "a share is a number from 0 to 1");
    check(["10", "0.1", "-1"], "");
    check(["10", "few", "0.1"], "a share is a number from 0 to 1");
}
