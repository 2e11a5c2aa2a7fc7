//! `terraform query`: what lists find, and its way into the state.

use std::fs;

use acceptance_tests::{AwsLab, NotRun, Project, SandboxLab, on_clouds, on_terraform};
use serde_json::Value;

/// A test that needs `terraform query` beside all the clouds.
fn on_clouds_with_queries(test: impl FnOnce(&AwsLab, &SandboxLab<'_>)) {
    on_terraform(|lab| {
        if !lab.cli().is_terraform_at_least(1, 14) {
            let found = lab.cli().to_string();
            let found = found.trim_start_matches("terraform ");
            NotRun(format!("terraform query needs Terraform 1.14, found {found}")).end_test();
        }
        on_clouds(test);
    });
}

/// A bucket on each cloud that the examples of the list find, and one that they do not.
const BUCKETS: &str = r#"
resource "slipway_storage_bucket" "aws" {
  name = "NAME-uploads"
  aws  = { region = "eu-west-1" }
}

resource "slipway_storage_bucket" "cloudflare" {
  name       = "my-NAME-uploads"
  cloudflare = { jurisdiction = "eu" }
}

resource "slipway_storage_bucket" "elsewhere" {
  name       = "my-NAME-uploads"
  cloudflare = {}
}

resource "slipway_storage_bucket" "supabase" {
  name     = "NAME-uploads"
  supabase = { project_ref = "PROJECT", public = true }
}
"#;

/// The example of the list, for the buckets of this test.
fn example(aws: &AwsLab, cloud: &SandboxLab<'_>) -> String {
    let file = "examples/list-resources/slipway_storage_bucket/list-resource.tfquery.hcl";
    let hcl = fs::read_to_string(Project::get().root.join(file)).expect("the example");
    let hcl = hcl.replace("storymagic", "NAME").replace("abcdefghijklmnopqrst", "PROJECT");
    cloud.filled(&aws.named(&hcl))
}

#[test]
fn the_example_finds_the_buckets_of_each_cloud_and_their_attributes_where_it_asks_for_them() {
    on_clouds_with_queries(|aws, cloud| {
        let stack = cloud.stack_with(aws, BUCKETS);
        stack.apply().did(4, 0, 0);
        stack.write("buckets.tfquery.hcl", &example(aws, cloud));

        let run = stack.run(&["query", "-json"]).succeeds();

        let lines = run.finished.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut found: Vec<Value> = lines
            .filter(|event| event["type"] == "list_resource_found")
            .map(|event| event["list_resource_found"].clone())
            .collect();
        found.sort_by_key(|found| found["address"].to_string());
        let told: Vec<_> = found
            .iter()
            .map(|found| [&found["address"], &found["display_name"], &found["identity"]["cloud"]])
            .collect();
        let name = aws.name();
        let expected = [
            ["list.slipway_storage_bucket.aws", &format!("{name}-uploads"), "aws"],
            ["list.slipway_storage_bucket.cloudflare", &format!("my-{name}-uploads"), "cloudflare"],
            ["list.slipway_storage_bucket.supabase", &format!("{name}-uploads"), "supabase"],
        ];
        assert_eq!(told, expected, "{found:#?}");
        assert_eq!(found[1]["identity"]["jurisdiction"], "eu");
        assert_eq!(found[1]["resource_object"]["cloudflare"]["jurisdiction"], "eu");
        assert!(found[0]["resource_object"].is_null(), "nobody asked for it");
        stack.destroy().did(0, 0, 4);
    });
}

#[test]
fn what_a_query_writes_down_imports_the_buckets_and_leaves_nothing_to_do() {
    on_clouds_with_queries(|aws, cloud| {
        let stack = cloud.stack_with(aws, BUCKETS);
        stack.apply().did(4, 0, 0);
        stack.lose_state();
        stack.configure("");
        stack.write("buckets.tfquery.hcl", &example(aws, cloud));

        stack.run(&["query", "-generate-config-out=found.tf"]).succeeds();
        stack.apply().succeeds();

        assert_eq!(stack.addresses().len(), 3);
        stack.plan().is_empty();
        stack.destroy().did(0, 0, 3);
    });
}
