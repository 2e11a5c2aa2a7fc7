//! What is written from the structs, as one JSON object of texts by path; `cargo xtask gen` writes the files.
#![expect(clippy::print_stdout, reason = "the program's output is its purpose")]

fn main() {
    let schema = serde_json::to_string_pretty(&rollout::policy::json_schema()).expect("a schema is JSON");
    println!("{}", serde_json::json!({ "schemas/release-policy.json": format!("{schema}\n") }));
}
