//! `slipway canary simulate`.

use serde_json::{Value, json};

use super::{argument, file, slipway, slipway_reading};

const POLICY: &str = "examples/traces/policy.yaml";

fn replay<'argument>(trace: &'argument str, more: &[&'argument str]) -> super::Run {
    slipway(
        ["canary", "simulate", "--policy", POLICY, "--trace", trace].into_iter().chain(more.iter().copied()),
    )
}

/// Replays rows under [`POLICY`]; the header is added.
fn replay_rows(rows: &str, more: &[&str]) -> super::Run {
    let (_folder, trace) = file("trace.csv", &format!("seconds,metric,variant,value,samples\n{rows}"));
    replay(argument(&trace), more)
}

/// Rows that pass every gate, and hold.
const FINE: &str =
    "0,error-rate,canary,0.001,300\n0,latency-p95,canary,400,300\n0,latency-p95,stable,390,2700\n";

#[test]
fn each_example_trace_tells_its_story() {
    for (trace, code) in [("good", 0), ("bad", 3), ("night", 4), ("human", 0), ("crash", 0), ("blind", 4)] {
        let run = replay(&format!("examples/traces/{trace}.csv"), &["--quiet"]);
        assert_eq!(run.code, code, "{trace}: {}", run.stderr);
        assert_eq!(run.stderr, "", "{trace}");
        insta::assert_snapshot!(format!("simulate_{trace}"), run.stdout);
    }
}

#[test]
fn json_prints_one_object_for_each_decision_and_one_for_the_result() {
    let run = replay("examples/traces/bad.csv", &["--json"]);
    assert_eq!(run.code, 3);
    let lines = run.json_lines();
    let (last, decisions) = lines.split_last().unwrap();
    for decision in decisions {
        let keys: Vec<&str> = decision.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["t", "phase", "step", "weight", "decision", "reason", "counters", "samples"]);
        let counters: Vec<&str> =
            decision["counters"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(counters, ["failed", "inconclusive", "errors"]);
    }
    assert_eq!(
        *last,
        json!({ "result": "failed", "t": 360, "weight": 0, "canary_requests": 1212, "bad_requests": 68 })
    );
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn the_result_and_the_exit_code_name_every_end() {
    let check = |rows: &str, code: i32, result: &str| {
        let run = replay_rows(&format!("{FINE}{rows}"), &["--json"]);
        let last = run.json_lines().pop().unwrap();
        assert_eq!((run.code, last["result"].as_str().unwrap()), (code, result), "{rows}");
        last
    };
    check("3000,error-rate,canary,0.001,300\n", 0, "succeeded");
    check("200,error-rate,canary,0.9,300\n3000,error-rate,canary,0.9,300\n", 3, "failed");
    check("200,@event,abort,,\n3000,error-rate,canary,0.001,300\n", 3, "aborted");
    check("200,@event,split,0,\n3000,error-rate,canary,0.001,300\n", 3, "aborted");
    check("200,@event,split,33,\n3000,error-rate,canary,0.001,300\n", 4, "paused");
    check("200,@event,pause,,\n3000,error-rate,canary,0.001,300\n", 4, "paused");
    let running = check("200,error-rate,canary,0.001,300\n", 4, "running");
    assert_eq!((running["t"].as_u64(), running["weight"].as_u64()), (Some(200), Some(10)));
}

#[test]
fn a_change_of_the_split_pauses_with_its_reason_and_is_never_overwritten() {
    let run =
        replay_rows(&format!("{FINE}200,@event,split,33,\n3000,error-rate,canary,0.001,300\n"), &["--json"]);
    let lines = run.json_lines();
    let pause = lines.iter().find(|line| line["decision"] == "pause").unwrap();
    assert_eq!((pause["t"].as_u64(), pause["phase"].as_str()), (Some(200), Some("paused")));
    assert!(pause["reason"].as_str().unwrap().starts_with("external_change: "), "{pause}");
    assert_eq!(lines.last().unwrap()["weight"], 33);
}

#[test]
fn a_value_equal_to_its_threshold_passes() {
    let rows = "0,error-rate,canary,0.02,300\n0,latency-p95,canary,2000,300\n0,latency-p95,stable,700,2700\n\
                3000,error-rate,canary,0.02,300\n";
    assert_eq!(replay_rows(rows, &[]).code, 0);
}

#[test]
fn a_rate_pooled_from_small_samples_and_equal_to_its_threshold_passes() {
    // Four bad requests of two hundred are 2 %, however they fall on the measurements that make up the check.
    for bad in [[0, 1, 2, 0, 1], [0, 0, 0, 2, 2], [0, 3, 0, 0, 1], [1, 1, 0, 0, 2], [0, 0, 0, 0, 4]] {
        let mut rows = "0,latency-p95,canary,400,40\n0,latency-p95,stable,390,360\n".to_owned();
        for minute in 0..60 {
            // The first measurement comes after two minutes.
            let share = f64::from(bad[(minute + 3) % 5]) / 40.0;
            rows.push_str(&format!("{},error-rate,canary,{share},40\n", minute * 60));
        }
        let run = replay_rows(&rows, &["--json"]);
        let failed = run.json_lines().into_iter().find(|line| line["counters"]["failed"].as_u64() > Some(0));
        assert_eq!(failed, None, "{bad:?}");
        assert_eq!(run.code, 0);
    }
}

#[test]
fn a_crash_at_any_second_changes_no_outcome() {
    let decisions = |rows: &str| -> Vec<Value> {
        let run = replay_rows(&format!("{FINE}{rows}4000,error-rate,canary,0.001,300\n"), &["--json"]);
        assert_eq!(run.code, 0, "{rows}");
        let advances = run.json_lines().into_iter().filter(|line| line["decision"] == "advance");
        advances.map(|line| line["weight"].clone()).collect()
    };
    let undisturbed = decisions("");
    for second in (0..1_300).step_by(47).chain([119, 120, 121, 599, 600, 601, 900, 1_200]) {
        assert_eq!(decisions(&format!("{second},@event,crash,,\n")), undisturbed, "crash at {second}");
    }
}

#[test]
fn a_command_that_is_impossible_is_told_with_what_is_possible() {
    let run =
        replay_rows(&format!("{FINE}200,@event,resume,,\n3000,error-rate,canary,0.001,300\n"), &["--json"]);
    assert_eq!(run.code, 0);
    let refused = run.json_lines().into_iter().find(|line| line["t"] == 200).unwrap();
    let reason = refused["reason"].as_str().unwrap();
    assert!(
        reason.contains("refused: `resume` is not possible") && reason.contains("Possible: pause"),
        "{reason}"
    );
}

#[test]
fn every_event_is_obeyed() {
    let promoted =
        replay_rows(&format!("{FINE}200,@event,promote,,\n300,error-rate,canary,0.001,300\n"), &["--json"]);
    assert_eq!(promoted.json_lines().last().unwrap()["weight"], 50);
    let full = replay_rows(
        &format!("{FINE}200,@event,promote,full,\n300,error-rate,canary,0.001,300\n"),
        &["--json"],
    );
    assert_eq!((full.code, full.json_lines().last().unwrap()["weight"].as_u64()), (0, Some(100)));
    let newer = replay_rows(
        &format!("{FINE}700,@event,new_version,v3,\n760,error-rate,canary,0.001,300\n"),
        &["--json"],
    );
    let lines = newer.json_lines();
    let weights: Vec<_> =
        lines.iter().filter(|line| line["decision"] == "verify").map(|line| line["weight"].clone()).collect();
    assert_eq!(weights, [10, 50, 10], "the newer version begins at the first step");
    let rollback = lines.iter().find(|line| line["decision"] == "rollback").unwrap();
    assert!(rollback["reason"].as_str().unwrap().contains("v3"), "{rollback}");
}

#[test]
fn an_approval_is_waited_for() {
    let (_folder, policy) = file(
        "policy.json",
        r#"{ "steps": [{ "weight": 10, "bake_time": "5m", "approval_required": true }],
             "analysis": { "metrics": [{ "name": "error-rate", "source": "platform", "threshold": { "max": 0.02 } }] } }"#,
    );
    let replay = |rows: &str| {
        let rows = format!("seconds,metric,variant,value,samples\n0,error-rate,canary,0.001,300\n{rows}");
        slipway_reading(
            ["canary", "simulate", "--json", "--policy", argument(&policy), "--trace", "-"],
            &rows,
        )
    };
    let waiting = replay("2000,error-rate,canary,0.001,300\n");
    assert_eq!(waiting.code, 4);
    let pause = waiting.json_lines().into_iter().find(|line| line["decision"] == "pause").unwrap();
    assert!(pause["reason"].as_str().unwrap().starts_with("approval_required"), "{pause}");
    let approved = replay("900,@event,approve,,\n2000,error-rate,canary,0.001,300\n");
    assert_eq!((approved.code, approved.json_lines().last().unwrap()["t"].as_u64()), (0, Some(900)));
}

#[test]
fn the_last_rows_hold_until_the_given_end() {
    assert_eq!(replay_rows(FINE, &[]).code, 4);
    assert_eq!(replay_rows(FINE, &["--until", "1h"]).code, 0);
    assert_eq!(replay_rows(FINE, &["--until", "1200"]).code, 0);
    assert_eq!(replay_rows(FINE, &["--until", "soon"]).code, 2);
    let hint = replay_rows(FINE, &[]).stderr;
    assert!(hint.contains("--until 1200"), "{hint}");
}

#[test]
fn a_freeze_window_holds_the_weight() {
    let (_folder, policy) = file(
        "policy.json",
        r#"{ "steps": [{ "weight": 10, "bake_time": "5m" }], "freeze_windows": [{ "days": ["saturday", "sunday"] }],
             "analysis": { "metrics": [{ "name": "error-rate", "source": "platform", "threshold": { "max": 0.02 } }] } }"#,
    );
    let end = |start: &str| {
        let rows = "seconds,metric,variant,value,samples\n0,error-rate,canary,0.001,300\n7200,error-rate,canary,0.001,300\n";
        let policy = argument(&policy);
        let run = slipway_reading(
            ["canary", "simulate", "--json", "--policy", policy, "--trace", "-", "--start", start],
            rows,
        );
        let last = run.json_lines().pop().unwrap();
        (run.code, last["weight"].as_u64().unwrap())
    };
    assert_eq!(end("2026-01-05T09:00:00Z"), (0, 100));
    assert_eq!(end("2026-01-09T23:58:00Z"), (4, 10), "the weekend begins in the middle of the first step");
}

#[test]
fn the_drawing_shows_weight_metrics_limits_and_events() {
    let (folder, _) = file("unused", "");
    let drawing = folder.path().join("release.svg");
    let run = replay("examples/traces/human.csv", &["--plot", argument(&drawing)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let svg = std::fs::read_to_string(&drawing).unwrap();
    for shown in [
        "two-steps",
        "Succeeded after 0:34:00",
        "Traffic on the canary",
        "error-rate",
        "latency-p95",
        "max 2 %",
        "max 2,000 ms",
        "3 × stable",
        "split 40 %",
        "resume",
        "url(#paused)",
        "0:06:15 pause: the live split was changed from outside",
    ] {
        assert!(svg.contains(shown), "{shown} is not drawn");
    }
    let run = replay("examples/traces/human.csv", &["--plot", "no-such-folder/release.svg"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`no-such-folder/release.svg` cannot be written"), "{}", run.stderr);
}

#[test]
fn misuse_is_told_with_its_place_and_exits_with_2() {
    let (_folder, broken) = file(
        "broken.csv",
        "seconds,metric,variant,value,samples\n0,error-rate,kanary,0.1,5\n60,@event,explode,,\n-1,error-rate,canary,x,y\n",
    );
    let run = replay(argument(&broken), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    insta::assert_snapshot!("simulate_misuse_trace", run.stderr.replace(argument(&broken), "broken.csv"));

    let (_folder, broken) = file("broken.json", r#"{ "steps": [{ "weight": 120, "bake_time": "10" }] }"#);
    let run =
        slipway(["canary", "simulate", "--policy", argument(&broken), "--trace", "examples/traces/good.csv"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    insta::assert_snapshot!("simulate_misuse_policy", run.stderr.replace(argument(&broken), "broken.json"));

    let run = replay("no-such-trace.csv", &["--json"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let error: Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(error["error"]["fact"], "`no-such-trace.csv` cannot be read");

    assert_eq!(slipway(["canary", "simulate", "--policy", POLICY]).code, 2, "no trace");
    for (option, value) in [
        ("--start", "yesterday"),
        ("--start", "9999-12-31T00:00:00Z"),
        ("--until", "99999999999"),
        ("--until", "-1"),
    ] {
        assert_eq!(replay("examples/traces/good.csv", &[option, value]).code, 2, "{option} {value}");
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    assert!(!replay("examples/traces/good.csv", &[]).stdout.contains('\u{1b}'));
    assert!(replay("examples/traces/good.csv", &["--color", "always"]).stdout.contains('\u{1b}'));
    assert!(!replay("examples/traces/good.csv", &["--color", "never"]).stdout.contains('\u{1b}'));
    assert!(!replay("examples/traces/good.csv", &["--json", "--color", "always"]).stdout.contains('\u{1b}'));
}
