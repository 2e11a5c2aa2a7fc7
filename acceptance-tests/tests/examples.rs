//! Every example of the pages is applied as it stands: an example that nobody runs does not exist.

use std::fs;
use std::path::PathBuf;

use acceptance_tests::{Project, on_clouds};

/// The examples of a folder, by path.
fn examples(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Project::get().root.join("examples").join(folder);
    let mut found = Vec::new();
    for entry in fs::read_dir(&root).expect("the folder of examples").flatten() {
        for file in fs::read_dir(entry.path()).expect("a folder for each").flatten() {
            let path = file.path();
            if path.extension().is_some_and(|extension| extension == "tf") {
                found.push((path.clone(), fs::read_to_string(&path).expect("an example")));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "there are examples in {}", root.display());
    found
}

/// Applies an example, plans it again, removes it.
fn check(hcl: &str) {
    on_clouds(|aws, cloud| {
        // The AWS double knows one bucket of a name, and several runs may share it. The project is the sandbox's.
        let hcl = hcl.replace("storymagic-", "NAME-").replace("abcdefghijklmnopqrst", "PROJECT");
        let mut stack = cloud.stack_with(aws, &hcl);
        // The one thing that an example asks its reader for.
        stack.set("TF_VAR_openai_api_key", "sk-example");
        stack.apply().succeeds();
        stack.plan().is_empty();
        stack.destroy().succeeds();
        let holds = cloud.sandbox.status().holds;
        assert_eq!((holds.r2_buckets, holds.storage_buckets), (0, 0));
    });
}

#[test]
fn every_resource_example_applies_and_settles() {
    let examples = examples("resources");
    for cloud in ["aws", "cloudflare", "supabase"] {
        let of_bucket = |path: &PathBuf| path.ends_with(format!("slipway_storage_bucket/{cloud}.tf"));
        assert!(examples.iter().any(|(path, _)| of_bucket(path)), "a bucket on {cloud}");
    }
    for (_, hcl) in examples {
        check(&hcl);
    }
}

#[test]
fn every_ephemeral_example_applies_and_settles() {
    for (_, hcl) in examples("ephemeral-resources") {
        check(&hcl);
    }
}

#[test]
fn every_data_source_example_applies_and_settles() {
    for (_, hcl) in examples("data-sources") {
        check(&hcl);
    }
}

#[test]
fn the_example_of_the_provider_configures_it() {
    on_clouds(|aws, cloud| {
        let stack = cloud.stack_with(aws, "data \"slipway_caller_identity\" \"me\" { aws = {} }");
        let example = Project::get().root.join("examples/provider/provider.tf");
        // It says where the provider comes from, which the head of other configurations does.
        stack.write("head.tf", &fs::read_to_string(example).expect("the example"));
        stack.apply().succeeds();
        stack.plan().is_empty();
    });
}

#[test]
fn every_function_example_gives_what_its_comment_says() {
    for (path, hcl) in examples("functions") {
        on_clouds(|aws, cloud| {
            let stack = cloud.stack_with(aws, &hcl);
            stack.apply().succeeds();
            let (name, said) = output_and_comment(&hcl);
            assert_eq!(stack.output(&name).to_string(), said, "{}", path.display());
            stack.plan().is_empty();
        });
    }
}

/// `output "seconds" {` and `value = ... # 5400`.
fn output_and_comment(hcl: &str) -> (String, String) {
    let name = hcl.split('"').nth(1).expect("an output").to_owned();
    let said = hcl.lines().find_map(|line| line.split_once("# ")).expect("a comment with the value").1;
    (name, said.trim().to_owned())
}
