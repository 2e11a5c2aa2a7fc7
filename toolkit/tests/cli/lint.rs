//! `slipway canary lint`.

use serde_json::{Value, json};

use super::{argument, file, slipway, slipway_reading};

/// Breaks rules of the engine and of the linter, at several places.
const BROKEN: &str = "\
steps:
  - weight: 60
    bake_time: 30s
  - weight: 40
    bake_time: 10 minutes
progress_deadline: 1h
hooks:
  - when: pre_rollout
    url: http://ci.example.com/smoke
analysis:
  interval: 1m
  min_sample_size: 20
  metrics:
    - name: error-rate
      source: platform
      threshold: {max: 0.005}
      critcal: true
";

#[test]
fn everything_that_is_wrong_is_told_in_one_run_at_its_place() {
    let run = slipway_reading(["canary", "lint", "-"], BROKEN);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn a_policy_without_fault_is_told_so() {
    let run = slipway(["canary", "lint", "toolkit/tests/fixtures/two-steps.yaml"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "1 policy checked, nothing found\n"));
}

#[test]
fn every_format_yields_the_same_findings() {
    let json = r#"{ "steps": [{ "weight": 10, "bake_time": "30s" }], "analysis": { "min_sample_size": 300, "metrics":
        [{ "name": "e", "source": "platform", "threshold": { "max": 0.02 } }] } }"#;
    let yaml = "steps: [{weight: 10, bake_time: 30s}]\nanalysis:\n  min_sample_size: 300\n  metrics:\n  \
                - {name: e, source: platform, threshold: {max: 0.02}}\n";
    let hcl = "steps = [{ weight = 10, bake_time = \"30s\" }]\nanalysis = {\n  min_sample_size = 300\n  \
               metrics = [{ name = \"e\", source = \"platform\", threshold = { max = 0.02 } }]\n}\n";
    let terraform = format!("data \"slipway_release_policy\" \"fast\" {{\n{hcl}\n}}\n");
    for (name, text) in [("p.json", json), ("p.yaml", yaml), ("p.hcl", hcl), ("main.tf", &terraform)] {
        let (_folder, path) = file(name, text);
        let run = slipway(["canary", "lint", "--json", argument(&path)]);
        assert_eq!(run.code, 1, "{name}: {}", run.stdout);
        let problems = run.json()["problems"].clone();
        let found: Vec<_> =
            problems.as_array().unwrap().iter().map(|problem| (&problem["path"], &problem["rule"])).collect();
        assert_eq!(found, [(&json!("steps[0].bake_time"), &json!("bake_shorter_than_interval"))], "{name}");
        assert!(
            problems[0]["line"].as_u64() >= Some(1) && problems[0]["column"].as_u64() > Some(1),
            "{name}"
        );
    }
}

#[test]
fn what_only_terraform_knows_is_left_out_and_named() {
    let text = "data \"slipway_release_policy\" \"fast\" {\n  steps = [{ weight = 10, bake_time = var.bake }]\n  \
                analysis = { min_sample_size = 300, metrics = [\n    \
                { name = \"e\", source = \"platform\", threshold = { max = 0.02 } }\n  ] }\n}\n";
    let (_folder, path) = file("main.tf", text);
    let run = slipway(["canary", "lint", argument(&path)]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(
        run.stderr.contains("only Terraform knows it") && run.stderr.contains("steps[0].bake_time"),
        "{}",
        run.stderr
    );
}

#[test]
fn traffic_that_never_reaches_a_gate_is_an_error() {
    let lint = |traffic: &str| {
        let policy = "toolkit/tests/fixtures/two-steps.yaml";
        slipway(["canary", "lint", policy, "--requests-per-minute", traffic, "--json"])
    };
    let rules = |run: &super::Run| -> Vec<String> {
        let problems = run.json()["problems"].as_array().unwrap().clone();
        problems
            .iter()
            .map(|problem| {
                format!("{} {}", problem["path"].as_str().unwrap(), problem["rule"].as_str().unwrap())
            })
            .collect()
    };
    let starved = lint("20");
    assert_eq!(starved.code, 1);
    assert!(
        rules(&starved).contains(&"steps[0].bake_time gate_out_of_reach".to_owned()),
        "{:?}",
        rules(&starved)
    );
    let slow = lint("100");
    assert_eq!(slow.code, 0);
    assert!(rules(&slow).iter().all(|rule| rule.ends_with("traffic_extends_bake")), "{:?}", rules(&slow));
    assert!(!rules(&slow).is_empty());
    assert_eq!(rules(&lint("5000")), Vec::<String>::new());
}

#[test]
fn warnings_fail_only_under_strict() {
    let policy = "steps: [{weight: 60, bake_time: 10m}]\nanalysis:\n  min_sample_size: 300\n  metrics:\n  \
                  - {name: e, source: platform, threshold: {max: 0.02}}\n";
    let plain = slipway_reading(["canary", "lint", "-"], policy);
    assert_eq!(plain.code, 0);
    assert!(
        plain.stdout.contains("warning steps[0].weight") && plain.stdout.contains("[first_step_large]"),
        "{}",
        plain.stdout
    );
    assert_eq!(slipway_reading(["canary", "lint", "-", "--strict"], policy).code, 1);
}

#[test]
fn a_missing_minimum_of_requests_is_noticed_and_none_at_all_is_an_error() {
    let policy = |size: &str| {
        format!(
            "steps: [{{weight: 10, bake_time: 10m}}]\nanalysis:\n  {size}\n  metrics:\n  \
             - {{name: e, source: platform, threshold: {{max: 0.02}}}}\n"
        )
    };
    let absent = slipway_reading(["canary", "lint", "-"], &policy("interval: 1m"));
    assert!(absent.code == 0 && absent.stdout.contains("[no_min_sample_size]"), "{}", absent.stdout);
    let zero = slipway_reading(["canary", "lint", "-"], &policy("min_sample_size: 0"));
    assert!(zero.code == 1 && zero.stdout.contains("[min_sample_size_zero]"), "{}", zero.stdout);
    let small = slipway_reading(["canary", "lint", "-"], &policy("min_sample_size: 40"));
    assert!(small.code == 0 && small.stdout.contains("takes 149"), "{}", small.stdout);
    assert!(small.stdout.contains("[one_request_fails]"), "{}", small.stdout);
}

#[test]
fn sarif_names_rules_levels_and_places() {
    let run = slipway_reading(["canary", "lint", "-", "--format", "sarif"], BROKEN);
    assert_eq!(run.code, 1);
    let sarif = run.json();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let rule: &Value = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(
            region["startLine"].as_u64() >= Some(1) && region["startColumn"].as_u64() >= Some(1),
            "{result}"
        );
    }
    insta::assert_json_snapshot!(sarif, { ".runs[0].tool.driver.version" => "[version]" });
}

#[test]
fn several_files_make_one_report() {
    let (_folder, broken) = file("broken.yaml", "steps: [\n");
    let run =
        slipway(["canary", "lint", "--json", "toolkit/tests/fixtures/two-steps.yaml", argument(&broken)]);
    assert_eq!(run.code, 1);
    let report = run.json();
    assert_eq!(
        (report["errors"].as_u64(), report["problems"][0]["rule"].as_str()),
        (Some(1), Some("syntax"))
    );
    assert_eq!(report["problems"][0]["line"], 2);
}

#[test]
fn misuse_exits_with_2() {
    let run = slipway(["canary", "lint", "no-such-policy.json"]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!(run.stderr, @"
    error: `no-such-policy.json` cannot be read
      The system answered: No such file or directory (os error 2).
      Check the path and its permissions.
    ");
    assert_eq!(slipway(["canary", "lint"]).code, 2);
    assert_eq!(slipway(["canary", "lint", "--format", "xml", "p.json"]).code, 2);
}
