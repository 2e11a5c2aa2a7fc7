//! `slipway_supabase_secrets`: write-only values through their whole life, with the real Terraform, against the sandbox.

use acceptance_tests::{SandboxLab, Stack, on_sandbox};
use sandbox::Fault;

/// The address of the secrets in every configuration here.
const SECRETS: &str = "slipway_supabase_secrets.s";

/// A stack that finds the ephemeral variable in its environment.
fn stack_of(cloud: &SandboxLab<'_>, values: &str) -> Stack {
    let mut stack = cloud.stack(&secrets(values));
    stack.set("TF_VAR_key", "hunter2-hunter2");
    stack
}

/// A configuration with one of its values from an ephemeral variable.
fn secrets(values: &str) -> String {
    format!(
        "variable \"key\" {{\n  type      = string\n  ephemeral = true\n}}\n\n\
         resource \"slipway_supabase_secrets\" \"s\" {{\n  project_ref = \"PROJECT\"\n  values = {{\n    {values}\n  }}\n}}\n"
    )
}

const ONE: &str = "API_KEY = var.key";
const TWO: &str = "API_KEY = var.key\n    FLAGS = \"all\"";

/// The names that the state holds.
fn names(stack: &Stack) -> Vec<String> {
    let resource = stack.resource(SECRETS).expect("they are there");
    resource["digests"].as_object().expect("a map").keys().cloned().collect()
}

fn by_hand(cloud: &SandboxLab<'_>, method: &str, body: &str) {
    assert!((200..300).contains(&cloud.management(method, "/secrets", body)));
}

#[test]
fn secrets_live_their_life_and_are_kept_nowhere() {
    on_sandbox(|cloud| {
        let mut stack = stack_of(cloud, ONE);
        let log = stack.trace();
        stack.plan().does(&[(SECRETS, "create")]);
        let plan = stack.run(&["show", "-json", "saved.tfplan"]).succeeds().output();
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();

        cloud.configure(&stack, &secrets(TWO));
        stack.plan().does(&[(SECRETS, "update")]);
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();
        assert_eq!(names(&stack), ["API_KEY", "FLAGS"]);

        cloud.configure(&stack, &secrets(&TWO.replace("all", "none")));
        stack.plan().does(&[(SECRETS, "update")]);
        stack.apply().did(0, 1, 0);

        cloud.configure(&stack, &secrets(ONE));
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();
        assert_eq!(names(&stack), ["API_KEY"]);

        let state = stack.run(&["state", "pull"]).succeeds().output();
        let log = std::fs::read_to_string(log).expect("a log was asked for");
        for (what, text) in [("plan", plan), ("state", state), ("log", log)] {
            assert!(!text.contains("hunter2"), "the {what} holds the secret");
        }
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn what_others_change_is_put_right_and_what_is_theirs_stays() {
    on_sandbox(|cloud| {
        let stack = stack_of(cloud, TWO);
        by_hand(cloud, "POST", r#"[{"name": "THEIRS", "value": "x"}]"#);
        stack.apply().did(1, 0, 0);

        by_hand(cloud, "POST", r#"[{"name": "API_KEY", "value": "changed"}]"#);
        stack.plan().does(&[(SECRETS, "update")]);
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();

        by_hand(cloud, "DELETE", r#"["FLAGS"]"#);
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();

        by_hand(cloud, "DELETE", r#"["FLAGS", "API_KEY"]"#);
        stack.plan().does(&[(SECRETS, "create")]);
        stack.apply().did(1, 0, 0);

        stack.destroy().did(0, 0, 1);
        // Still there: it can be made again only by those whose it is.
        let taken = stack_of(cloud, "THEIRS = \"y\"");
        taken.apply().fails_with(&["The project has secrets called `THEIRS` already", "terraform import"]);
    });
}

#[test]
fn secrets_are_imported_by_the_reference_of_their_project() {
    on_sandbox(|cloud| {
        let stack = stack_of(cloud, ONE);
        stack.apply().did(1, 0, 0);
        stack.lose_state();
        stack.import(SECRETS, &cloud.filled("PROJECT")).succeeds();
        stack.plan().is_empty();
        assert_eq!(names(&stack), ["API_KEY"]);
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn an_answer_that_is_lost_loses_no_secret() {
    on_sandbox(|cloud| {
        let stack = stack_of(cloud, ONE);
        cloud.strike(&Fault::LostResponse, &[("POST", "*/secrets"), ("DELETE", "*/secrets")]);
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
        stack.destroy().did(0, 0, 1);
        cloud.every_fault_has_struck_once();
    });
}
