//! `slipway_supabase_api_keys`: keys that a run uses and nothing keeps, with the real Terraform, against the sandbox.

use acceptance_tests::{Project, on_sandbox};
use std::fs;

/// The example of the page: a second provider block works with the key of the first.
fn example() -> String {
    let path = "examples/ephemeral-resources/slipway_supabase_api_keys/ephemeral-resource.tf";
    let text = fs::read_to_string(Project::get().root.join(path)).expect("the page has an example");
    text.replace("abcdefghijklmnopqrst", "PROJECT")
}

#[test]
fn a_key_is_used_by_another_provider_and_kept_nowhere() {
    on_sandbox(|cloud| {
        let mut stack = cloud.stack(&example());
        stack.set("SUPABASE_SERVICE_ROLE_KEY", "");
        stack.plan().does(&[("slipway_storage_bucket.avatars", "create")]);
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();

        let access = cloud.sandbox.supabase();
        let plan = stack.run(&["show", "-json", "saved.tfplan"]).succeeds().output();
        let state = stack.run(&["state", "pull"]).succeeds().output();
        for key in [access.service_role_key, access.anon_key, access.secret_key] {
            assert!(!plan.contains(&key), "the plan holds a key");
            assert!(!state.contains(&key), "the state holds a key");
        }
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn every_kind_of_key_is_there() {
    on_sandbox(|cloud| {
        let mut stack = cloud.stack(
            r#"
ephemeral "slipway_supabase_api_keys" "app" {
  project_ref = "PROJECT"

  lifecycle {
    postcondition {
      condition = (
        length(split(".", self.anon_key)) == 3 && length(split(".", self.service_role_key)) == 3 &&
        startswith(self.publishable_keys["default"], "sb_publishable_") &&
        startswith(self.secret_keys["default"], "sb_secret_")
      )
      error_message = "A key is missing."
    }
  }
}
"#,
        );
        stack.set("SUPABASE_SERVICE_ROLE_KEY", "");
        stack.apply().succeeds();
    });
}

#[test]
fn a_token_that_may_not_is_named_with_what_to_do() {
    on_sandbox(|cloud| {
        let mut stack = cloud
            .stack("ephemeral \"slipway_supabase_api_keys\" \"app\" {\n  project_ref = \"PROJECT\"\n}\n");
        stack.set("SUPABASE_ACCESS_TOKEN", "sbp_0000000000000000000000000000000000000000");
        stack.plan().fails_with(&["cannot be read", "Check the credentials for Supabase"]);
    });
}
