//! Every example of the pages is applied as it stands: an example that nobody runs does not exist.

use std::fs;
use std::path::PathBuf;

use acceptance_tests::{AwsLab, Project, on_aws};

/// The examples of a folder that are about AWS or no cloud at all, by path.
fn examples(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Project::get().root.join("examples").join(folder);
    let mut found = Vec::new();
    for entry in fs::read_dir(&root).expect("the folder of examples").flatten() {
        for file in fs::read_dir(entry.path()).expect("a folder for each").flatten() {
            let path = file.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let other_cloud = ["cloudflare", "supabase"].iter().any(|cloud| name.starts_with(cloud));
            if name.ends_with(".tf") && !other_cloud {
                found.push((path.clone(), fs::read_to_string(&path).expect("an example")));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "there are examples in {}", root.display());
    found
}

/// Applies an example, plans it again, removes it.
fn check(aws: &AwsLab, hcl: &str) {
    // The double knows one bucket of a name; several runs may share it.
    let stack = aws.stack(&hcl.replace("storymagic-", "NAME-"));
    stack.apply().succeeds();
    stack.plan().is_empty();
    stack.destroy().succeeds();
}

#[test]
fn every_resource_example_applies_and_settles() {
    on_aws(|aws| {
        for (_, hcl) in examples("resources") {
            check(aws, &hcl);
        }
    });
}

#[test]
fn every_data_source_example_applies_and_settles() {
    on_aws(|aws| {
        for (_, hcl) in examples("data-sources") {
            check(aws, &hcl);
        }
    });
}

#[test]
fn every_function_example_gives_what_its_comment_says() {
    on_aws(|aws| {
        for (path, hcl) in examples("functions") {
            let stack = aws.stack(&hcl);
            stack.apply().succeeds();
            let (name, said) = output_and_comment(&hcl);
            assert_eq!(stack.output(&name).to_string(), said, "{}", path.display());
            stack.plan().is_empty();
        }
    });
}

/// `output "seconds" {` and `value = ... # 5400`.
fn output_and_comment(hcl: &str) -> (String, String) {
    let name = hcl.split('"').nth(1).expect("an output").to_owned();
    let said = hcl.lines().find_map(|line| line.split_once("# ")).expect("a comment with the value").1;
    (name, said.trim().to_owned())
}
