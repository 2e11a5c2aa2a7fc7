//! What the words of a policy and of a trace mean, each in a release that was worked out by hand.

use serde_json::{Value, json};

use super::{argument, file, slipway};

/// 10 % and 50 % for ten minutes each, one gate at 2 %, checked every minute; `change` is merged in.
fn policy(change: Value) -> Value {
    let mut policy = json!({
        "steps": [{ "weight": 10, "bake_time": "10m" }, { "weight": 50, "bake_time": "10m" }],
        "analysis": { "interval": "1m", "min_sample_size": 200, "metrics": [metric(json!({}))] },
    });
    merge(&mut policy, change);
    policy
}

fn metric(change: Value) -> Value {
    let mut metric = json!({ "name": "errors", "source": "platform", "threshold": { "max": 0.02 } });
    merge(&mut metric, change);
    metric
}

/// Objects are merged, everything else is replaced; null removes.
fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (name, change) in changes {
                match change {
                    Value::Null => drop(fields.remove(&name)),
                    change => merge(fields.entry(name).or_insert_with(|| json!({})), change),
                }
            }
        }
        (into, change) => *into = change,
    }
}

/// Replays rows and compares what was decided after the first second, holds aside: `t decision reason`, and at last the
/// result with the live weight.
fn check(policy: &Value, rows: &str, code: i32, expected: &[&str]) {
    let (_policy, policy) = file("policy.json", &policy.to_string());
    let (_trace, trace) = file("trace.csv", &format!("seconds,metric,variant,value,samples\n{rows}"));
    let run =
        slipway(["canary", "simulate", "--json", "--policy", argument(&policy), "--trace", argument(&trace)]);
    let lines = run.json_lines();
    let (last, decisions) = lines.split_last().unwrap_or_else(|| panic!("{rows}: {}", run.stderr));
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told: Vec<String> = decisions
        .iter()
        .filter(|line| line["t"] != 0 && line["decision"] != "hold" && line["decision"] != "verify")
        .map(|line| {
            let reason = word(&line["reason"]);
            format!("{} {} {}", line["t"], word(&line["decision"]), reason.split(':').next().unwrap_or(""))
        })
        .collect();
    told.push(format!("{} at {} %", word(&last["result"]), last["weight"]));
    assert_eq!((told, run.code), (expected.iter().map(|line| (*line).to_owned()).collect(), code), "{rows}");
}

/// The counters of the last decision at second `t`.
fn counters(policy: &Value, rows: &str, t: u64) -> Value {
    let (_policy, policy) = file("policy.json", &policy.to_string());
    let (_trace, trace) = file("trace.csv", &format!("seconds,metric,variant,value,samples\n{rows}"));
    let policy = argument(&policy);
    let run = slipway(["canary", "simulate", "--json", "--policy", policy, "--trace", argument(&trace)]);
    let lines = run.json_lines();
    lines.iter().rfind(|line| line["t"] == t && line["decision"].is_string()).expect("a decision")["counters"]
        .clone()
}

const SUCCESS: [&str; 4] =
    ["600 advance gate_passed", "1200 advance gate_passed", "1200 end promoted", "succeeded at 100 %"];

const GOOD: &str = "0,errors,canary,0.001,500\n";

fn until(seconds: u64) -> String {
    format!("{seconds},errors,canary,0.001,500\n")
}

#[test]
fn a_limit_acts_when_it_is_exceeded() {
    let bad = format!("0,errors,canary,0.0201,500\n{}", until(3_000));
    let rolled_back = |t: u64, reason: &str| {
        [format!("{t} rollback {reason}"), format!("{t} end rolled_back"), "failed at 0 %".to_owned()]
    };
    for limit in [0, 1, 2, 5] {
        let expected = rolled_back(60 * (limit + 1), "failure_limit");
        let policy = policy(json!({ "analysis": { "failure_limit": limit } }));
        check(&policy, &bad, 3, &expected.each_ref().map(String::as_str));
        let failed = counters(&policy, &bad, 60 * (limit + 1))["failed"].clone();
        assert_eq!(failed, limit + 1);
    }
    // Two failed checks are tolerated, and the step still ends when its bake is over.
    let twice = format!("0,errors,canary,0.5,500\n121,errors,canary,0.001,500\n{}", until(3_000));
    check(&policy(json!({})), &twice, 0, &SUCCESS);
    // Four errors in a row are tolerated, the fifth pauses; an answer in between begins anew.
    let blind = format!("0,errors,canary,error,\n{}", until(3_000));
    check(&policy(json!({})), &blind, 4, &["300 pause error_limit", "paused at 10 %"]);
    assert_eq!(
        counters(&policy(json!({})), &blind, 300),
        json!({ "failed": 0, "inconclusive": 0, "errors": 5 })
    );
    let flickering = format!(
        "0,errors,canary,error,\n200,errors,canary,0.001,500\n260,errors,canary,error,\n500,errors,canary,0.001,500\n{}",
        until(3_000)
    );
    check(&policy(json!({})), &flickering, 0, &SUCCESS);
    // Three checks without data are tolerated, the fourth pauses or rolls back where the policy says so.
    let silent = format!("0,errors,canary,,0\n{}", until(3_000));
    let on_inconclusive = |action: &str| policy(json!({ "analysis": { "on_inconclusive": action } }));
    check(&on_inconclusive("pause"), &silent, 4, &["240 pause inconclusive_limit", "paused at 10 %"]);
    let expected = rolled_back(240, "inconclusive_limit");
    check(&on_inconclusive("rollback"), &silent, 3, &expected.each_ref().map(String::as_str));
}

#[test]
fn critical_metrics_and_tripwires_act_at_once() {
    let change =
        json!({ "analysis": { "failure_limit": 9, "metrics": [metric(json!({ "critical": true }))] } });
    let bad = format!("0,errors,canary,0.03,500\n{}", until(3_000));
    let expected = ["60 rollback critical", "60 end rolled_back", "failed at 0 %"];
    check(&policy(change.clone()), &bad, 3, &expected);
    assert_eq!(counters(&policy(change), &bad, 60), json!({ "failed": 1, "inconclusive": 0, "errors": 0 }));

    let tripwire =
        json!({ "name": "alarm", "source": "webhook", "url": "https://example.com/a", "mode": "tripwire" });
    let armed = policy(json!({ "analysis": { "metrics": [metric(json!({})), tripwire] } }));
    let hit = format!("{GOOD}0,alarm,canary,0,1\n300,alarm,canary,1,1\n{}", until(3_000));
    check(&armed, &hit, 3, &["300 rollback tripwire", "300 end rolled_back", "failed at 0 %"]);
    let quiet = format!("{GOOD}0,alarm,canary,0,1\n{}", until(3_000));
    check(&armed, &quiet, 0, &SUCCESS);
}

#[test]
fn a_metric_with_a_limit_of_its_own_is_counted_too() {
    let own = policy(json!({ "analysis": { "metrics": [metric(json!({ "failure_limit": 1 }))] } }));
    let bad = format!("0,errors,canary,0.5,500\n{}", until(3_000));
    check(&own, &bad, 3, &["120 rollback failure_limit", "120 end rolled_back", "failed at 0 %"]);
    assert_eq!(counters(&own, &bad, 120)["failed"], 2);
}

#[test]
fn what_is_on_trial_never_decides() {
    let trial = metric(json!({ "name": "trial", "dry_run": true, "critical": true }));
    let policy = policy(json!({ "analysis": { "metrics": [metric(json!({})), trial] } }));
    for trial in ["0,trial,canary,0.9,500\n", "0,trial,canary,error,\n", "0,trial,canary,,0\n", ""] {
        check(&policy, &format!("{GOOD}{trial}{}", until(3_000)), 0, &SUCCESS);
    }
}

#[test]
fn time_in_a_pause_is_not_bake_time() {
    let rows = format!("{GOOD}100,@event,pause,,\n1000,@event,resume,,\n{}", until(3_000));
    let expected = [
        "100 pause commanded",
        "1000 resume commanded",
        "1500 advance gate_passed",
        "2100 advance gate_passed",
        "2100 end promoted",
        "succeeded at 100 %",
    ];
    check(&policy(json!({})), &rows, 0, &expected);
}

#[test]
fn at_the_deadline_bad_data_rolls_back_and_missing_data_or_traffic_pauses() {
    let policy = policy(json!({ "progress_deadline": "20m", "analysis": { "failure_limit": 99 } }));
    let paused = ["1200 pause deadline_without_data", "paused at 10 %"];
    let rolled_back = ["1200 rollback deadline_with_bad_data", "1200 end rolled_back", "failed at 0 %"];
    let hold = |value: &str| format!("0,errors,canary,{value}\n1500,errors,canary,{value}\n");
    check(&policy, &hold("0.5,500"), 3, &rolled_back);
    for missing in [",0", "NaN,500", "inf,500", "0.001,0", "0.001,3", "0.5,3", "1,3"] {
        check(&policy, &hold(missing), 4, &paused);
    }
    check(&policy, "0,other,canary,1,1\n1500,other,canary,1,1\n", 4, &paused);
}

#[test]
fn a_person_who_moves_the_split_is_never_overruled() {
    let event = |events: &str| format!("{GOOD}{events}{}", until(3_000));
    let policy = policy(json!({}));
    check(&policy, &event("300,@event,split,30,\n"), 4, &["300 pause external_change", "paused at 30 %"]);
    check(&policy, &event("300,@event,split,100,\n"), 4, &["300 pause external_change", "paused at 100 %"]);
    check(&policy, &event("300,@event,split,0,\n"), 3, &["300 end aborted_outside", "aborted at 0 %"]);
    check(&policy, &event("300,@event,split,10,\n"), 0, &SUCCESS);
    check(
        &policy,
        &event("300,@event,split,30,\n400,@event,split,0,\n"),
        3,
        &["300 pause external_change", "400 end aborted_outside", "aborted at 0 %"],
    );
    // Accepted, it is the step that it has reached, and bakes anew.
    check(
        &policy,
        &event("300,@event,split,30,\n400,@event,resume,,\n"),
        0,
        &[
            "300 pause external_change",
            "400 resume commanded",
            "1000 advance gate_passed",
            "1600 advance gate_passed",
            "1600 end promoted",
            "succeeded at 100 %",
        ],
    );
}

#[test]
fn rates_compare_with_the_stable_version_to_the_last_bit() {
    let slow = json!({ "name": "errors", "threshold": null, "stat": "p95",
                       "relative": { "baseline": "stable", "max_ratio": 3, "min_delta": 0.3 } });
    let policy = policy(json!({ "analysis": { "metrics": [metric(slow)] } }));
    let rows = |canary: &str, stable: &str| {
        format!(
            "0,errors,canary,{canary},500\n0,errors,stable,{stable},4500\n3000,errors,canary,{canary},500\n"
        )
    };
    let rolled_back = ["180 rollback failure_limit", "180 end rolled_back", "failed at 0 %"];
    check(&policy, &rows("1.05", "0.35"), 0, &SUCCESS);
    check(&policy, &rows("1.06", "0.35"), 3, &rolled_back);
    check(&policy, &rows("0.4", "0.1"), 0, &SUCCESS);
    check(&policy, &rows("0.41", "0.1"), 3, &rolled_back);
}

#[test]
fn what_is_no_ladder_is_refused() {
    for weights in [json!([]), json!([0]), json!([100]), json!([50, 10]), json!([10, 10]), json!([2.5])] {
        let steps: Vec<Value> = weights
            .as_array()
            .into_iter()
            .flatten()
            .map(|weight| json!({ "weight": weight, "bake_time": "1m" }))
            .collect();
        let (_folder, path) = file("policy.json", &policy(json!({ "steps": steps })).to_string());
        let trace = "examples/traces/good.csv";
        let run = slipway(["canary", "simulate", "--policy", argument(&path), "--trace", trace]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{weights}");
        assert!(run.stderr.contains("steps"), "{weights}: {}", run.stderr);
    }
    let skipped = json!({ "skip_analysis": true, "steps": [] });
    check(&skipped, &until(60), 0, &["succeeded at 100 %"]);
    let by_the_clock = json!({ "skip_analysis": true, "steps": [{ "weight": 10, "bake_time": "10m" }] });
    check(&by_the_clock, &until(900), 0, &["600 advance baked", "600 end promoted", "succeeded at 100 %"]);
}
