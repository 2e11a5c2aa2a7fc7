//! `slipway canary explain`.

use super::{argument, file, slipway};

/// Everything that a policy can say.
const FULL: &str = "toolkit/tests/fixtures/everything.json";

#[test]
fn a_policy_is_told_in_sentences_and_on_a_timeline() {
    let run = slipway(["canary", "explain", "--policy", FULL]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn json_tells_the_same() {
    let run = slipway(["canary", "explain", "--policy", FULL, "--json"]);
    assert_eq!(run.code, 0);
    let told = run.json();
    assert_eq!(told["total"]["least"], 4_800);
    assert_eq!(told["total"]["most"], 5 * 6 * 3_600);
    let weights: Vec<_> =
        told["timeline"].as_array().unwrap().iter().map(|moment| moment["weight"].as_u64()).collect();
    assert_eq!(weights, [0, 5, 10, 25, 50, 100, 100].map(Some));
}

#[test]
fn a_policy_is_found_by_its_name_in_a_terraform_file() {
    let block = |name: &str, weight: u8| {
        format!(
            "data \"slipway_release_policy\" \"{name}\" {{\n  steps = [{{ weight = {weight}, bake_time = \"5m\" }}]\n  \
             analysis = {{ metrics = [{{ name = \"e\", source = \"platform\", threshold = {{ max = 0.02 }} }}] }}\n}}\n"
        )
    };
    let (_folder, path) = file("main.tf", &format!("{}{}", block("slow", 5), block("fast", 50)));
    let several = slipway(["canary", "explain", "--policy", argument(&path)]);
    assert_eq!(several.code, 2);
    assert!(
        several.stderr.contains("holds 2 policies") && several.stderr.contains("release_policy.slow"),
        "{}",
        several.stderr
    );
    let named = slipway(["canary", "explain", "--policy", &format!("{}#fast", argument(&path))]);
    assert_eq!(named.code, 0, "{}", named.stderr);
    assert!(named.stdout.contains("climbs 50 to 100 %"), "{}", named.stdout);
    assert_eq!(slipway(["canary", "explain", "--policy", &format!("{}#none", argument(&path))]).code, 2);
}

#[test]
fn an_invalid_policy_is_misuse() {
    let (_folder, path) = file("p.json", "{ \"steps\": [] }");
    let run = slipway(["canary", "explain", "--policy", argument(&path)]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("[steps_empty]") && run.stderr.contains("[metrics_empty]"), "{}", run.stderr);
}
