//! Policies: what is read, what is refused and where, what generators make, and the published schema.

use rollout::policy::{Policy, json_schema};
use rollout::{Duration, Problem};
use serde_json::{Value, json};

/// The sketch that the spelling comes from, with every field it names.
fn sketch() -> Value {
    json!({
        "name": "standard",
        "steps": [
            {"weight": 5, "bake_time": "10m"},
            {"weight": 10, "bake_time": "10m"},
            {"weight": 25, "bake_time": "15m"},
            {"weight": 50, "bake_time": "15m", "approval_required": true}
        ],
        "final_bake_time": "30m",
        "progress_deadline": "6h",
        "analysis": {
            "interval": "1m",
            "initial_delay": "2m",
            "min_sample_size": 200,
            "failure_limit": 2,
            "consecutive_error_limit": 4,
            "inconclusive_limit": 3,
            "on_inconclusive": "extend",
            "on_provider_error": "pause",
            "metrics": [
                {"name": "error-rate", "source": "platform", "threshold": {"max": 0.02}, "critical": true},
                {"name": "latency-p95", "source": "platform", "stat": "p95", "threshold": {"max": 2000, "unit": "ms"},
                    "relative": {"baseline": "stable", "max_ratio": 3.0, "min_delta": 150}},
                {"name": "latency-shift", "source": "platform", "stat": "p95", "comparison": {"method": "mann_whitney",
                    "direction": "increase", "confidence": 0.98, "allowed_increase": 1.25, "min_points": 20}, "dry_run": true},
                {"name": "db-errors", "source": "prometheus", "address": "https://prometheus.example.com",
                    "query": "db_errors{version=\"{{version}}\"}", "threshold": {"max": 0.005}},
                {"name": "security-alert", "source": "webhook", "url": "https://example.com/alert", "mode": "tripwire"}
            ]
        },
        "hooks": [
            {"when": "pre_rollout", "url": "https://example.com/smoke", "timeout": "3m", "retries": 2},
            {"when": "post_rollout", "url": "https://example.com/slack", "on": ["succeeded", "failed", "aborted"]}
        ]
    })
}

/// The sketch with one place changed: a JSON pointer, and what stands there (null: nothing).
fn changed(changes: &[(&str, Value)]) -> Value {
    let mut policy = sketch();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = policy.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
        match parent {
            Value::Array(items) => match key.parse::<usize>() {
                Ok(index) if index < items.len() => items[index] = value.clone(),
                _ => items.push(value.clone()),
            },
            _ if value.is_null() => drop(parent.as_object_mut().expect("an object").remove(key)),
            _ => parent[key] = value.clone(),
        }
    }
    policy
}

fn problems(policy: Value) -> Vec<Problem> {
    Policy::from_value(policy).err().unwrap_or_default()
}

/// One change breaks one rule at one place.
fn check(changes: &[(&str, Value)], path: &str, rule: &str) {
    let found: Vec<(String, &str)> =
        problems(changed(changes)).into_iter().map(|problem| (problem.path, problem.rule)).collect();
    assert_eq!(found, [(path.to_owned(), rule)], "{changes:?}");
}

#[test]
fn the_sketch_of_the_design_is_a_policy_and_comes_back_as_it_went_in() {
    let policy = Policy::from_value(sketch()).expect("a policy without problems");
    let written: Value = serde_json::from_str(&policy.to_canonical_json()).expect("JSON");
    let again = Policy::from_value(written).expect("a policy without problems");
    assert_eq!(again, policy);
    assert_eq!(policy.normalized().normalized(), policy.normalized());
    assert_eq!(policy.shortest_duration(), Duration::from_mins(80));
}

#[test]
fn every_shape_that_is_wrong_is_named_at_its_place() {
    check(&[("/steps/0/weight", json!("5"))], "steps[0].weight", "type");
    check(&[("/steps/0/weight", json!(5.5))], "steps[0].weight", "range");
    check(&[("/steps/0/weight", json!(-5))], "steps[0].weight", "range");
    check(&[("/steps/0/weight", json!(0))], "steps[0].weight", "range");
    check(&[("/steps/3/weight", json!(100))], "steps[3].weight", "range");
    check(&[("/steps/0/bake_time", json!("10 minutes"))], "steps[0].bake_time", "duration");
    check(&[("/steps/0/bake_time", json!(600))], "steps[0].bake_time", "type");
    check(&[("/steps/0/bake_time", Value::Null)], "steps[0].bake_time", "missing_field");
    check(&[("/steps/3/approval_required", json!("yes"))], "steps[3].approval_required", "type");
    check(&[("/steps/0/wait", json!("10m"))], "steps[0].wait", "unknown_field");
    check(&[("/analysis/intervall", json!("10m"))], "analysis.intervall", "unknown_field");
    check(&[("/analysis/on_inconclusive", json!("continue"))], "analysis.on_inconclusive", "word");
    check(&[("/analysis/on_provider_error", json!("continue"))], "analysis.on_provider_error", "word");
    check(&[("/analysis/failure_limit", json!(-1))], "analysis.failure_limit", "range");
    check(&[("/analysis/metrics/0/source", json!("crystal_ball"))], "analysis.metrics[0].source", "word");
    check(
        &[("/analysis/metrics/0/threshold/max", json!("2 %"))],
        "analysis.metrics[0].threshold.max",
        "type",
    );
    check(&[("/hooks/0", json!("https://example.com"))], "hooks[0]", "type");
    check(&[("/freeze_windows", json!([{"start": "25:00"}]))], "freeze_windows[0].start", "time_of_day");
    check(&[("/freeze_windows", json!([{"first_date": "24.12."}]))], "freeze_windows[0].first_date", "date");
}

#[test]
fn every_rule_that_is_broken_is_named_at_its_place() {
    let metric = "/analysis/metrics/0";
    let at = |field: &str| format!("{metric}/{field}");
    check(&[("/steps/1/weight", json!(5))], "steps[1].weight", "weights_rise");
    check(&[("/steps", json!([]))], "steps", "steps_empty");
    check(&[("/steps/0/bake_time", json!("0s"))], "steps[0].bake_time", "no_time");
    check(
        &[("/generator", json!({"increment_percentage": 10, "interval": "5m"}))],
        "generator",
        "steps_or_generator",
    );
    check(&[("/analysis/metrics", json!([]))], "analysis.metrics", "metrics_empty");
    check(&[("/analysis/interval", json!("0m"))], "analysis.interval", "no_time");
    check(
        &[("/analysis/consecutive_success_limit", json!(0))],
        "analysis.consecutive_success_limit",
        "range",
    );
    check(&[(&at("name"), json!("a,b"))], "analysis.metrics[0].name", "metric_name");
    check(&[(&at("name"), json!("@event"))], "analysis.metrics[0].name", "metric_name");
    check(&[(&at("name"), json!("db-errors"))], "analysis.metrics[3].name", "metric_names_differ");
    check(&[(&at("threshold"), Value::Null)], "analysis.metrics[0]", "metric_without_rule");
    check(&[(&at("threshold"), json!({}))], "analysis.metrics[0].threshold", "threshold_empty");
    check(
        &[(&at("threshold"), json!({"min": 0.5, "max": 0.4}))],
        "analysis.metrics[0].threshold",
        "threshold_empty",
    );
    check(
        &[(&at("threshold"), json!({"above": 0.4, "below": 0.4}))],
        "analysis.metrics[0].threshold",
        "threshold_empty",
    );
    check(
        &[(&at("threshold"), json!({"max": 0.4, "below": 0.4}))],
        "analysis.metrics[0].threshold.below",
        "one_bound",
    );
    check(
        &[(&at("threshold"), json!({"min": 0.4, "above": 0.4}))],
        "analysis.metrics[0].threshold.above",
        "one_bound",
    );
    check(
        &[("/analysis/metrics/1/threshold/unit", json!("percent"))],
        "analysis.metrics[1].threshold.unit",
        "unit",
    );
    let percent = [(at("stat"), json!("error_rate")), (at("threshold"), json!({"max": 2}))];
    check(
        &percent.each_ref().map(|(p, v)| (p.as_str(), v.clone())),
        "analysis.metrics[0].threshold.max",
        "rate_bound",
    );
    check(&[(&at("query"), json!("up"))], "analysis.metrics[0].query", "source_field");
    check(&[("/analysis/metrics/3/query", Value::Null)], "analysis.metrics[3].query", "missing_field");
    check(
        &[("/analysis/metrics/3/address", json!("prometheus:9090"))],
        "analysis.metrics[3].address",
        "address",
    );
    check(&[("/analysis/metrics/4/url", Value::Null)], "analysis.metrics[4].url", "missing_field");
    check(&[("/analysis/metrics/4/stat", json!("p95"))], "analysis.metrics[4].stat", "source_field");
    check(
        &[("/analysis/metrics/4/relative", json!({"max_ratio": 2}))],
        "analysis.metrics[4].mode",
        "tripwire_compares",
    );
    check(&[("/analysis/metrics/4/count", json!(3))], "analysis.metrics[4].count", "tripwire_counts");
    check(
        &[("/analysis/metrics/1/relative/max_ratio", json!(0))],
        "analysis.metrics[1].relative.max_ratio",
        "range",
    );
    check(
        &[("/analysis/metrics/1/relative/min_delta", json!(-1))],
        "analysis.metrics[1].relative.min_delta",
        "range",
    );
    let comparison = "/analysis/metrics/2/comparison";
    let of = |field: &str| format!("{comparison}/{field}");
    check(&[(&of("confidence"), json!(98))], "analysis.metrics[2].comparison.confidence", "range");
    check(
        &[(&of("allowed_increase"), json!(0.25))],
        "analysis.metrics[2].comparison.allowed_increase",
        "range",
    );
    check(&[(&of("min_points"), json!(0))], "analysis.metrics[2].comparison.min_points", "range");
    check(
        &[(&of("method"), json!("two_proportion"))],
        "analysis.metrics[2].comparison.method",
        "method_needs_rate",
    );
    let never = [(at("count"), json!(1)), (at("consecutive_success_limit"), json!(2))];
    check(
        &never.each_ref().map(|(p, v)| (p.as_str(), v.clone())),
        "analysis.metrics[0].count",
        "count_too_small",
    );
    check(&[(&at("interval"), json!("0s"))], "analysis.metrics[0].interval", "no_time");
    let http = json!({"name": "h", "source": "http", "url": "https://example.com", "json_pointer": "value", "threshold": {"max": 1}});
    check(&[("/analysis/metrics/9", http)], "analysis.metrics[5].json_pointer", "json_pointer");
    check(
        &[("/steps/0/analysis", json!({"metrics": ["nobody"]}))],
        "steps[0].analysis.metrics[0]",
        "metric_unknown",
    );
    check(&[("/steps/0/analysis", json!({"metrics": []}))], "steps[0].analysis.metrics", "metrics_empty");
    check(&[("/steps/0/analysis", json!({"interval": "0s"}))], "steps[0].analysis.interval", "no_time");
    check(&[("/progress_deadline", json!("30m"))], "progress_deadline", "deadline_too_short");
    check(&[("/rollback_window", json!({}))], "rollback_window", "window_empty");
    check(&[("/rollback_window", json!({"revisions": 0}))], "rollback_window.revisions", "range");
    check(&[("/rollback_window", json!({"max_age": "0s"}))], "rollback_window.max_age", "no_time");
    check(&[("/hooks/0/url", json!("example.com"))], "hooks[0].url", "address");
    check(&[("/hooks/0/on", json!(["failed"]))], "hooks[0].on", "hook_on");
    check(&[("/hooks/0/timeout", json!("0s"))], "hooks[0].timeout", "no_time");
    check(&[("/hooks/0/name", json!("post_rollout-2"))], "hooks[1].name", "hook_names_differ");
    check(&[("/notifications", json!([{"url": "ops"}]))], "notifications[0].url", "address");
    check(
        &[("/freeze_windows", json!([{"time_zone": "Berlin"}]))],
        "freeze_windows[0].time_zone",
        "time_zone",
    );
    let backwards = json!([{"first_date": "2026-12-24", "last_date": "2026-12-19"}]);
    check(&[("/freeze_windows", backwards)], "freeze_windows[0].last_date", "dates");
    check(&[("/freeze_windows", json!([{}]))], "freeze_windows", "always_frozen");
}

#[test]
fn generators_are_held_to_their_rules() {
    let generated = |generator: Value| changed(&[("/steps", Value::Null), ("/generator", generator)]);
    let check = |generator: Value, path: &str, rule: &str| {
        let found: Vec<(String, &str)> = problems(generated(generator.clone()))
            .into_iter()
            .map(|problem| (problem.path, problem.rule))
            .collect();
        assert_eq!(found, [(path.to_owned(), rule)], "{generator}");
    };
    check(json!({}), "generator", "one_generator");
    check(
        json!({"increment_percentage": 10, "interval": "5m", "linear": {"increment": 10, "bake_time": "5m"}}),
        "generator",
        "one_generator",
    );
    check(json!({"increment_percentage": 10}), "generator.interval", "missing_field");
    check(json!({"interval": "10m"}), "generator.increment_percentage", "missing_field");
    check(json!({"increment_percentage": 0, "interval": "5m"}), "generator.increment_percentage", "range");
    check(json!({"increment_percentage": 10, "interval": "0s"}), "generator.interval", "no_time");
    check(json!({"linear": {"increment": 100, "bake_time": "5m"}}), "generator.linear.increment", "range");
    check(json!({"linear": {"increment": 10, "bake_time": "0s"}}), "generator.linear.bake_time", "no_time");
    check(
        json!({"exponential": {"start": 5, "factor": 1, "bake_time": "5m"}}),
        "generator.exponential.factor",
        "range",
    );
    check(
        json!({"exponential": {"start": 5, "bake_time": "0s"}}),
        "generator.exponential.bake_time",
        "no_time",
    );
}

#[test]
fn generators_make_strictly_rising_steps_below_100() {
    let weights = |generator: Value| -> Vec<u8> {
        let policy = changed(&[("/steps", Value::Null), ("/generator", generator)]);
        let policy = Policy::from_value(policy).expect("a policy without problems");
        assert_eq!(policy.normalized().steps, policy.ladder());
        policy.ladder().iter().map(|step| step.weight).collect()
    };
    // IS-123, IS-124: ten steps, of which the last is 100 %.
    assert_eq!(
        weights(json!({"increment_percentage": 10, "interval": "15m"})),
        [10, 20, 30, 40, 50, 60, 70, 80, 90]
    );
    assert_eq!(weights(json!({"increment_percentage": 30, "interval": "15m"})), [30, 60, 90]);
    assert_eq!(weights(json!({"increment_percentage": 99, "interval": "15m"})), [99]);
    assert_eq!(
        weights(json!({"linear": {"start": 5, "increment": 20, "bake_time": "5m"}})),
        [5, 25, 45, 65, 85]
    );
    assert_eq!(weights(json!({"linear": {"increment": 25, "bake_time": "5m"}})), [25, 50, 75]);
    assert_eq!(weights(json!({"exponential": {"start": 5, "bake_time": "5m"}})), [5, 10, 20, 40, 80]);
    assert_eq!(
        weights(json!({"exponential": {"start": 1, "factor": 1.4, "bake_time": "5m"}})),
        [1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 56, 79]
    );
}

#[test]
fn everything_wrong_is_reported_in_one_run() {
    let policy = changed(&[
        ("/steps/0/bake_time", json!("ten minutes")),
        ("/steps/1/weight", json!(70)),
        ("/analysis/on_inconclusive", json!("hope")),
        ("/analysis/metrics/1/relative/max_ratio", json!(-3)),
        ("/hooks/0/timeout", json!(5)),
        ("/colour", json!("blue")),
    ]);
    let found: Vec<String> = problems(policy).into_iter().map(|problem| problem.to_string()).collect();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn what_is_not_set_may_be_null_and_whole_numbers_may_have_a_fraction_of_zero() {
    let policy = changed(&[("/steps/0/weight", json!(5.0)), ("/steps/0/approval_required", json!(false))]);
    let mut with_nulls = policy.clone();
    for field in ["description", "generator", "rollback_window", "freeze_windows", "skip_analysis"] {
        with_nulls[field] = Value::Null;
    }
    with_nulls["steps"][0]["analysis"] = Value::Null;
    assert_eq!(
        Policy::from_value(with_nulls).expect("nulls are nothing"),
        Policy::from_value(policy).expect("a policy")
    );
}

#[test]
fn what_is_no_json_is_one_problem() {
    let found = Policy::parse("{\"steps\": [").expect_err("cut off");
    assert_eq!((found.len(), found[0].path.as_str(), found[0].rule), (1, "$", "json"));
    let found = Policy::parse("[]").expect_err("a list");
    assert_eq!((found.len(), found[0].path.as_str(), found[0].rule), (1, "$", "type"));
}

#[test]
fn defaults_are_the_published_ones() {
    let policy = Policy::parse(
        r#"{"steps": [{"weight": 10, "bake_time": "90m"}],
            "analysis": {"metrics": [{"name": "m", "source": "platform", "threshold": {"max": 0.02}}]}}"#,
    )
    .expect("a policy without problems");
    insta::assert_snapshot!(policy.normalized().to_canonical_json());
}

#[test]
fn the_deadline_is_three_times_the_longest_wait_and_at_least_an_hour() {
    let deadline = |bake: &str, analysis: Value| {
        let mut analysis = analysis;
        analysis["metrics"] = sketch()["analysis"]["metrics"].clone();
        let policy = json!({"steps": [{"weight": 10, "bake_time": bake}], "analysis": analysis});
        Policy::from_value(policy).expect("a policy without problems").deadline().to_string()
    };
    assert_eq!(deadline("5m", json!({})), "1h");
    assert_eq!(deadline("40m", json!({})), "2h");
    assert_eq!(
        deadline("5m", json!({"initial_delay": "1h"})),
        "3h",
        "a check that comes later than the bake's end"
    );
}

#[test]
fn the_published_schema_and_the_reader_agree_on_what_is_wrong() {
    let schema = serde_json::to_value(json_schema()).expect("JSON");
    let judge = jsonschema::validator_for(&schema).expect("a JSON Schema");
    assert!(judge.is_valid(&sketch()));
    for change in [
        ("/steps/0/weight", json!("5")),
        ("/steps/0/weight", json!(5.5)),
        ("/steps/0/weight", json!(0)),
        ("/steps/0/weight", json!(100)),
        ("/steps/0/bake_time", json!("10 minutes")),
        ("/steps/0/bake_time", json!("")),
        ("/steps/0/bake_time", json!("5m1h")),
        ("/steps/0/bake_time", Value::Null),
        ("/steps/0/wait", json!("10m")),
        ("/analysis/on_inconclusive", json!("continue")),
        ("/analysis/metrics/0/source", json!("crystal_ball")),
        ("/analysis/metrics/0/threshold/max", json!("2 %")),
        ("/hooks/0", json!("https://example.com")),
        ("/freeze_windows", json!([{"start": "25:00"}])),
        ("/analysis/failure_limit", json!(-1)),
    ] {
        let policy = changed(std::slice::from_ref(&change));
        assert!(!judge.is_valid(&policy) && !problems(policy).is_empty(), "{change:?}");
    }
    for name in ["infinitestories", "storymagic", "liminal-transit", "vibelog", "stonecaster"] {
        let path = format!("{}/../../examples/policies/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let policy: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("an example")).expect("JSON");
        let wrong: Vec<String> = judge.iter_errors(&policy).map(|error| error.to_string()).collect();
        assert_eq!((wrong, problems(policy)), (Vec::new(), Vec::new()), "{name}");
    }
}

#[test]
fn the_published_schema_is_the_one_of_the_structs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/release-policy.json");
    let published: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON");
    let of_the_structs = serde_json::to_value(json_schema()).expect("JSON");
    assert!(
        published == of_the_structs,
        "schemas/release-policy.json is old; `cargo xtask gen policy` writes it"
    );
}

#[test]
fn the_schema_explains_every_field() {
    let schema = serde_json::to_value(json_schema()).expect("JSON");
    let definitions = schema["$defs"].as_object().expect("definitions").iter();
    for (name, definition) in definitions.chain([(&"Policy".to_owned(), &schema)]) {
        for (field, property) in definition["properties"].as_object().into_iter().flatten() {
            let words = property["description"].as_str().unwrap_or_default();
            assert!(words.len() > 10, "{name}.{field} has no sentence");
            assert!(!words.contains("[`"), "{name}.{field} speaks to programmers: {words}");
        }
        assert!(
            definition["type"] != "object" || definition["additionalProperties"] == false,
            "{name} takes anything"
        );
    }
}
