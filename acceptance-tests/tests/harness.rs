//! The harness tells a pass from a failure, and both from what was not run.

use acceptance_tests::on_terraform;
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};

const ONE: &str = r#"resource "terraform_data" "one" { input = "a" }"#;

#[test]
fn a_stack_is_created_changed_and_destroyed() {
    on_terraform(|lab| {
        let stack = lab.bare_stack(ONE);
        stack.plan().does(&[("terraform_data.one", "create")]);
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
        assert_eq!(stack.addresses(), ["terraform_data.one"]);
        // Of an attribute that may be of any type, the state keeps the type too.
        assert_eq!(stack.resource("terraform_data.one").unwrap()["output"]["value"], "a");

        stack.configure(&ONE.replace("\"a\"", "\"b\""));
        stack.plan().does(&[("terraform_data.one", "update")]);
        stack.apply().did(0, 1, 0);

        stack.destroy().did(0, 0, 1);
        assert!(stack.addresses().is_empty());
    });
}

#[test]
fn a_replacement_names_the_path_that_asks_for_it() {
    on_terraform(|lab| {
        let hcl = r#"resource "terraform_data" "one" { triggers_replace = ["a"] }"#;
        let stack = lab.bare_stack(hcl);
        stack.apply().did(1, 0, 0);
        stack.configure(&hcl.replace("\"a\"", "\"b\""));
        let plan = stack.plan();
        plan.does(&[("terraform_data.one", "replace")]);
        assert_eq!(plan.replaced_by("terraform_data.one"), [json!(["triggers_replace"])]);
    });
}

#[test]
fn drift_and_taint_are_seen_in_the_plan_and_in_the_state() {
    on_terraform(|lab| {
        let stack = lab.bare_stack(ONE);
        stack.apply().succeeds();
        stack.run(&["taint", "terraform_data.one"]).succeeds();
        assert!(stack.is_tainted("terraform_data.one"));
        stack.plan().does(&[("terraform_data.one", "replace")]);
    });
}

#[test]
fn a_lost_state_can_be_imported_again() {
    on_terraform(|lab| {
        let hcl = r#"resource "terraform_data" "one" {}"#;
        let stack = lab.bare_stack(hcl);
        stack.apply().succeeds();
        let id = stack.resource("terraform_data.one").unwrap()["id"].as_str().unwrap().to_owned();
        stack.lose_state();
        stack.plan().does(&[("terraform_data.one", "create")]);
        stack.import("terraform_data.one", &id).succeeds();
        stack.plan().is_empty();
    });
}

#[test]
fn a_sentence_is_found_across_the_lines_and_boxes_that_terraform_draws() {
    on_terraform(|lab| {
        let sentence =
            "This sentence is long enough to be broken into several lines by Terraform itself, which counts.";
        let check = format!(
            "variable \"v\" {{\n  default = 1\n  validation {{\n    condition = var.v == 2\n    error_message = \"{sentence}\"\n  }}\n}}"
        );
        let plan = lab.bare_stack(&check).plan();
        assert!(!plan.run.output().contains(sentence), "nothing was broken");
        plan.fails_with(&["Invalid value for variable", sentence]);
    });
}

#[test]
fn a_plan_that_is_not_empty_fails_the_test() {
    on_terraform(|lab| {
        let stack = lab.bare_stack(ONE);
        let complaint = complaint_of(|| stack.plan().is_empty());
        assert!(
            complaint.starts_with("the plan is not empty: [(\"terraform_data.one\", \"create\")]"),
            "{complaint}"
        );
    });
}

#[test]
fn a_run_that_fails_fails_the_test_and_shows_what_was_printed() {
    on_terraform(|lab| {
        let stack = lab.bare_stack("nonsense");
        let complaint = complaint_of(|| drop(stack.apply().succeeds()));
        assert!(complaint.contains("ended with exit status: 1"), "{complaint}");
        assert!(complaint.contains("Argument or block definition required"), "{complaint}");
    });
}

/// What a verdict panics with.
fn complaint_of(verdict: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(verdict)).expect_err("the verdict must be a failure");
    *panic.downcast::<String>().expect("a verdict speaks")
}

#[test]
fn nothing_of_the_users_own_terraform_settings_reaches_a_stack() {
    on_terraform(|lab| {
        let stack = lab.bare_stack(r#"output "leaked" { value = 1 }"#);
        let offered = stack.run(&["version", "-json"]).succeeds();
        assert_eq!(offered.json()["provider_selections"], json!({}));
        stack.configure(r#"terraform { required_providers { aws = { source = "hashicorp/aws" } } }"#);
        stack.init().fails_with(&["hashicorp/aws"]);
    });
}

#[test]
fn ctrl_c_lets_terraform_save_its_state() {
    on_terraform(|lab| {
        let slow = r#"resource "terraform_data" "slow" {
          provisioner "local-exec" { command = "echo begun; read line < fifo; echo done" }
        }"#;
        let stack = lab.bare_stack(slow);
        let made = std::process::Command::new("mkfifo").arg(stack.folder().join("fifo")).status();
        assert!(made.unwrap().success());
        let arguments = ["apply", "-auto-approve"];
        let job = stack.start(&arguments);
        // Opening the other end waits until the provisioner reads.
        let fifo = std::fs::OpenOptions::new().write(true).open(stack.folder().join("fifo")).unwrap();
        job.interrupt();
        drop(fifo);
        let run = stack.finish(&arguments, job);
        assert_ne!(run.code(), Some(0), "{}", run.output());
        assert!(run.text().contains("Interrupt received"), "{}", run.output());
        assert_eq!(stack.addresses(), ["terraform_data.slow"]);
    });
}
