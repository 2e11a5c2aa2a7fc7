//! `slipway_storage_bucket` on R2: its whole life, with the real Terraform, against the sandbox.

mod judged;

use std::time::Duration;

use acceptance_tests::{NotRun, SandboxLab};
use judged::{on_sandbox, on_sandbox_with};
use sandbox::{Fault, Options};
use serde_json::json;

/// The address of the bucket in every configuration here.
const BUCKET: &str = "slipway_storage_bucket.b";

/// The import id of a bucket without a jurisdiction.
fn id(cloud: &SandboxLab<'_>, name: &str) -> String {
    cloud.filled(&format!("cloudflare:ACCOUNT/default/{name}"))
}

fn buckets(cloud: &SandboxLab<'_>) -> usize {
    cloud.sandbox.status().holds.r2_buckets
}

/// A configuration of one bucket: its own attributes, then those of its R2 target.
fn bucket(own: &str, target: &str) -> String {
    format!(
        "resource \"slipway_storage_bucket\" \"b\" {{\n  name = \"assets\"\n  {own}\n  cloudflare = {{\n{target}\n  }}\n}}\n"
    )
}

/// Everything that can be set together.
const COMPLETE: &str = r#"
    location_hint = "weur"
    storage_class = "InfrequentAccess"
    cors_rules = [{
      id              = "web"
      allowed         = { origins = ["https://example.com"], methods = ["GET", "PUT"], headers = ["*"] }
      expose_headers  = ["ETag"]
      max_age_seconds = 3600
    }]
    lifecycle_rules = [
      {
        id                                 = "logs"
        prefix                             = "logs/"
        delete_objects_transition          = { max_age = "30d" }
        abort_multipart_uploads_transition = { max_age = "2d" }
      },
      {
        id                        = "archive"
        storage_class_transitions = [{ date = "2027-01-31" }]
      },
    ]
    r2_dev_enabled = true
    custom_domains = {
      "assets.example.com" = { zone_id = "ZONE", min_tls = "1.2" }
    }
"#;

/// Takes a configuration from nothing to nothing: created, nothing left to do, imported into an empty state, still
/// nothing to do, destroyed.
fn lives(configuration: &str, id: impl FnOnce(&SandboxLab<'_>) -> String) {
    on_sandbox(|cloud| {
        let stack = cloud.stack(configuration);
        stack.plan().does(&[(BUCKET, "create")]);
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
        let before = stack.resource(BUCKET).expect("it was created");

        stack.lose_state();
        stack.import(BUCKET, &id(cloud)).succeeds();
        stack.plan().is_empty();
        assert_eq!(stack.resource(BUCKET).expect("it was imported")["id"], before["id"]);

        stack.destroy().did(0, 0, 1);
        assert_eq!(buckets(cloud), 0);
    });
}

#[test]
fn a_plain_bucket_lives_its_life() {
    lives(&bucket("", ""), |cloud| id(cloud, "assets"));
}

#[test]
fn a_bucket_with_everything_lives_its_life() {
    lives(&bucket("", COMPLETE), |cloud| id(cloud, "assets"));
}

#[test]
fn a_bucket_in_a_jurisdiction_lives_its_life() {
    lives(&bucket("", "jurisdiction = \"eu\""), |cloud| id(cloud, "assets").replace("default", "eu"));
}

#[test]
fn a_bucket_is_imported_by_the_id_of_the_vendor() {
    lives(&bucket("", COMPLETE), |cloud| cloud.filled("ACCOUNT/default/assets"));
}

#[test]
fn a_bucket_is_imported_by_its_identity() {
    on_sandbox(|cloud| {
        let stack = cloud.stack(&bucket("", ""));
        if !stack.cli().is_terraform_at_least(1, 12) {
            NotRun(format!("{} knows no identities", stack.cli())).end_test();
        }
        stack.apply().did(1, 0, 0);
        stack.lose_state();
        let import = "import {\n  to = slipway_storage_bucket.b\n  identity = {\n    cloud = \"cloudflare\"\n    account_id = \"ACCOUNT\"\n    jurisdiction = \"default\"\n    name = \"assets\"\n  }\n}\n";
        stack.write("import.tf", &cloud.filled(import));
        stack.apply().succeeds();
        stack.plan().is_empty();
        assert_eq!(buckets(cloud), 1);
    });
}

/// Applies `before`, then `after`, then `before` again. Each change is planned as `action`, and leaves nothing to do.
fn changes(before: &str, after: &str, action: &str) {
    on_sandbox(|cloud| {
        let stack = cloud.stack(&bucket("", before));
        stack.apply().did(1, 0, 0);
        for target in [after, before] {
            cloud.configure(&stack, &bucket("", target));
            stack.plan().does(&[(BUCKET, action)]);
            stack.apply().succeeds();
            stack.plan().is_empty();
        }
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn the_storage_class_changes_in_place() {
    changes("", "storage_class = \"InfrequentAccess\"", "update");
}

#[test]
fn cors_rules_come_and_go_in_place() {
    changes("", "cors_rules = [{ allowed = { origins = [\"*\"], methods = [\"GET\"] } }]", "update");
}

#[test]
fn lifecycle_rules_change_in_place() {
    changes(
        "lifecycle_rules = [{ id = \"old\", delete_objects_transition = { max_age = \"30d\" } }]",
        "lifecycle_rules = [{ id = \"old\", enabled = false, delete_objects_transition = { date = \"2027-01-31\" } }, { id = \"new\", storage_class_transitions = [{ max_age = \"7d\" }] }]",
        "update",
    );
}

#[test]
fn lifecycle_rules_come_and_go_in_place_and_the_rule_of_cloudflare_stays() {
    changes(
        "",
        "lifecycle_rules = [{ id = \"old\", delete_objects_transition = { max_age = \"30d\" } }]",
        "update",
    );
}

#[test]
fn the_rule_of_cloudflare_can_be_taken_over() {
    changes(
        "",
        "lifecycle_rules = [{ id = \"Default Multipart Abort Rule\", abort_multipart_uploads_transition = { max_age = \"1d\" } }]",
        "update",
    );
}

#[test]
fn access_below_r2_dev_comes_and_goes_in_place() {
    changes("", "r2_dev_enabled = true", "update");
}

#[test]
fn host_names_change_in_place() {
    changes(
        "custom_domains = { \"a.example.com\" = { zone_id = \"ZONE\" } }",
        "custom_domains = { \"a.example.com\" = { zone_id = \"ZONE\", min_tls = \"1.3\" }, \"b.example.com\" = { zone_id = \"ZONE\", enabled = false } }",
        "update",
    );
}

#[test]
fn a_host_name_that_is_not_active_yet_is_no_change() {
    // Cloudflare says of it that it does not serve, whatever was asked for, for longer than the test takes.
    let options = Options { settle: Duration::from_secs(3600), ..Options::default() };
    on_sandbox_with(options, |cloud| {
        let off = "custom_domains = { \"a.example.com\" = { zone_id = \"ZONE\", enabled = false } }";
        let stack = cloud.stack(&bucket("", off));
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
    });
}

#[test]
fn another_jurisdiction_replaces_the_bucket() {
    changes("", "jurisdiction = \"eu\"", "replace");
}

#[test]
fn equal_ages_are_no_change() {
    on_sandbox(|cloud| {
        let rule = |age| {
            bucket(
                "",
                &format!(
                    "lifecycle_rules = [{{ id = \"a\", delete_objects_transition = {{ max_age = \"{age}\" }} }}]"
                ),
            )
        };
        let stack = cloud.stack(&rule("30d"));
        stack.apply().succeeds();
        cloud.configure(&stack, &rule("720h"));
        stack.plan().is_empty();
    });
}

/// Applies a configuration, lets somebody change the bucket, and asserts that the plan sees it and an apply puts it
/// right.
fn drifts(target: &str, method: &str, path: &str, body: &str) {
    on_sandbox(|cloud| {
        let stack = cloud.stack(&bucket("", target));
        stack.apply().succeeds();
        assert_eq!(cloud.r2(method, path, body), 200);
        let plan = stack.plan();
        plan.does(&[(BUCKET, "update")]);
        assert_eq!(plan.drifted(), [BUCKET]);
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();
    });
}

#[test]
fn cors_rules_that_were_removed_are_put_back() {
    drifts(
        "cors_rules = [{ allowed = { origins = [\"*\"], methods = [\"GET\"] } }]",
        "DELETE",
        "/assets/cors",
        "",
    );
}

#[test]
fn lifecycle_rules_that_were_removed_are_put_back() {
    drifts(
        "lifecycle_rules = [{ id = \"a\", delete_objects_transition = { max_age = \"30d\" } }]",
        "PUT",
        "/assets/lifecycle",
        r#"{"rules":[]}"#,
    );
}

#[test]
fn access_below_r2_dev_that_was_opened_is_closed_again() {
    drifts("r2_dev_enabled = false", "PUT", "/assets/domains/managed", r#"{"enabled":true}"#);
}

#[test]
fn a_host_name_that_was_detached_is_attached_again() {
    drifts(
        "custom_domains = { \"a.example.com\" = { zone_id = \"ZONE\" } }",
        "DELETE",
        "/assets/domains/custom/a.example.com",
        "",
    );
}

#[test]
fn a_refresh_of_a_plain_bucket_is_one_call() {
    on_sandbox(|cloud| {
        let stack = cloud.stack(&bucket("", ""));
        stack.apply().succeeds();
        let before = cloud.sandbox.calls().len();
        stack.plan().is_empty();
        assert_eq!(cloud.sandbox.calls().len() - before, 1);
    });
}

#[test]
fn a_bucket_that_was_deleted_is_planned_again() {
    for own in ["", "force_destroy = true"] {
        on_sandbox(|cloud| {
            let stack = cloud.stack(&bucket(own, ""));
            stack.apply().succeeds();
            assert_eq!(cloud.r2("DELETE", "/assets", ""), 200);
            let plan = stack.plan();
            plan.does(&[(BUCKET, "create")]);
            assert_eq!(plan.drifted(), [BUCKET]);
            stack.run(&["destroy", "-auto-approve", "-refresh=false"]).did(0, 0, 1);
        });
    }
}

#[test]
fn a_name_that_is_taken_is_refused_and_the_first_bucket_stays() {
    on_sandbox(|cloud| {
        assert_eq!(cloud.r2("POST", "", r#"{"name":"assets"}"#), 200);
        let stack = cloud.stack(&bucket("", ""));
        stack.apply().fails_with(&[
            "Bucket `assets` exists already, in this account",
            "Nothing was created",
            &format!("terraform import ADDRESS {}", id(cloud, "assets")),
        ]);
        assert!(stack.addresses().is_empty());
        assert_eq!((buckets(cloud), cloud.count("POST", "/r2/buckets")), (1, 1));
    });
}

#[test]
fn a_name_that_was_used_elsewhere_comes_back_there_and_says_so() {
    on_sandbox(|cloud| {
        assert_eq!(cloud.r2("POST", "", r#"{"name":"assets","locationHint":"apac"}"#), 200);
        assert_eq!(cloud.r2("DELETE", "/assets", ""), 200);
        let stack = cloud.stack(&bucket("", "location_hint = \"weur\""));
        let applied = stack.apply();
        applied.did(1, 0, 0);
        stack.plan().is_empty();
        assert_eq!(stack.resource(BUCKET).expect("it was created")["cloudflare"]["location"], "apac");

        cloud.configure(&stack, &bucket("", "location_hint = \"enam\""));
        stack.run(&["plan"]).fails_with(&["A bucket on R2 cannot be moved", "It is in apac"]);
    });
}

#[test]
fn a_wrong_token_is_named_and_nothing_is_created() {
    on_sandbox(|cloud| {
        let mut stack = cloud.stack(&bucket("", ""));
        stack.set("CLOUDFLARE_API_TOKEN", "wrong");
        stack.apply().fails_with(&["Bucket `assets` was not created", "10000", "Nothing was created"]);
        assert!(stack.addresses().is_empty() && buckets(cloud) == 0);
    });
}

#[test]
fn without_a_token_the_message_says_where_one_belongs() {
    on_sandbox(|cloud| {
        let mut stack = cloud.stack(&bucket("", ""));
        stack.set("CLOUDFLARE_API_TOKEN", "");
        stack.apply().fails_with(&["No API token was found", "CLOUDFLARE_API_TOKEN"]);
    });
}

#[test]
fn emptying_without_any_keys_is_refused_at_plan() {
    on_sandbox(|cloud| {
        let mut stack = cloud.stack(&bucket("force_destroy = true", ""));
        for name in ["CLOUDFLARE_API_TOKEN", "R2_ACCESS_KEY_ID"] {
            stack.set(name, "");
        }
        stack
            .run(&["plan"])
            .fails_with(&["`force_destroy` on R2 takes keys of its S3 API", "r2_access_key_id"]);
    });
}

#[test]
fn a_bucket_that_holds_objects_stays_unless_its_removal_is_forced() {
    on_sandbox(|cloud| {
        let stack = cloud.stack(&bucket("", ""));
        stack.apply().succeeds();
        assert_eq!(cloud.r2("PUT", "/assets/objects/kept", "x"), 200);
        stack.destroy().fails_with(&["Bucket `assets` was not removed", "10008", "force_destroy = true"]);
        assert_eq!(stack.addresses(), [BUCKET]);

        cloud.configure(&stack, &bucket("force_destroy = true", ""));
        stack.apply().succeeds();
        stack.destroy().did(0, 0, 1);
        assert_eq!(buckets(cloud), 0);
    });
}

/// Lets `fault` happen once to each kind of call that a whole life makes: everything succeeds all the same, and there
/// is one bucket, then none.
fn survives(fault: &Fault) {
    on_sandbox(|cloud| {
        let strike = |calls: &[(&str, &str)]| cloud.strike(fault, calls);
        let stack = cloud.stack(&bucket("force_destroy = true", COMPLETE));
        strike(&[
            ("GET", "*/r2/buckets/assets"),
            ("POST", "*/r2/buckets"),
            ("PUT", "*/cors"),
            ("PUT", "*/lifecycle"),
            ("PUT", "*/managed"),
            ("POST", "*/domains/custom"),
        ]);
        stack.apply().did(1, 0, 0);
        cloud.every_fault_has_struck_once();
        stack.plan().is_empty();
        assert_eq!(buckets(cloud), 1);

        cloud.configure(&stack, &bucket("force_destroy = true", ""));
        strike(&[("PATCH", "*/assets"), ("DELETE", "*/cors"), ("DELETE", "*/domains/custom/*")]);
        stack.apply().did(0, 1, 0);
        cloud.every_fault_has_struck_once();
        stack.plan().is_empty();

        assert_eq!(cloud.r2("PUT", "/assets/objects/kept", "x"), 200);
        strike(&[("GET", "/r2/*/assets*"), ("POST", "/r2/*/assets*"), ("DELETE", "*/r2/buckets/assets")]);
        stack.destroy().did(0, 0, 1);
        cloud.every_fault_has_struck_once();
        assert_eq!(buckets(cloud), 0);
    });
}

#[test]
fn writes_that_are_turned_away_are_tried_again() {
    survives(&Fault::TooManyRequests { retry_after: Some(1) });
}

#[test]
fn writes_that_meet_trouble_are_tried_again() {
    survives(&Fault::Failure { status: 503 });
}

#[test]
fn writes_that_never_arrive_are_tried_again() {
    survives(&Fault::Cut);
}

#[test]
fn writes_whose_answers_are_lost_are_neither_lost_nor_doubled() {
    survives(&Fault::LostResponse);
}

#[test]
fn a_bucket_moves_from_cloud_to_cloud_by_being_replaced() {
    on_sandbox(|cloud| {
        let stack = cloud.stack(&bucket("", ""));
        stack.apply().succeeds();
        let project = cloud.sandbox.supabase().project_ref;
        stack.configure(&format!(
            "resource \"slipway_storage_bucket\" \"b\" {{\n  name = \"assets\"\n  supabase = {{ project_ref = \"{project}\" }}\n}}\n"
        ));
        let plan = stack.plan();
        plan.does(&[(BUCKET, "replace")]);
        stack.apply().did(1, 0, 1);
        stack.plan().is_empty();
        let holds = cloud.sandbox.status().holds;
        assert_eq!((holds.r2_buckets, holds.storage_buckets), (0, 1));
    });
}

#[test]
fn the_account_of_the_token_is_told() {
    on_sandbox(|cloud| {
        let stack = cloud.stack("data \"slipway_caller_identity\" \"me\" { cloudflare = {} }");
        stack.apply().succeeds();
        let told = stack.resource("data.slipway_caller_identity.me").expect("it was read");
        assert_eq!(told["cloudflare"]["account_id"], cloud.sandbox.cloudflare().account_id);
        assert_eq!(told["cloudflare"]["token_status"], "active");
        assert_eq!(told["aws"], json!(null));
    });
}

#[test]
fn a_token_for_several_accounts_wants_to_know_which() {
    on_sandbox_with(Options { cloudflare_accounts: 2, ..Options::default() }, |cloud| {
        let mut stack = cloud.stack(&bucket("", ""));
        stack.set("CLOUDFLARE_ACCOUNT_ID", "");
        stack.apply().fails_with(&["reaches 2 accounts", "account_id"]);
        cloud.configure(&stack, &bucket("", "account_id = \"ACCOUNT\""));
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
    });
}

#[test]
fn no_secret_is_in_what_an_apply_writes_at_trace() {
    on_sandbox(|cloud| {
        let mut stack = cloud.stack(&bucket("force_destroy = true", COMPLETE));
        let log = stack.trace();
        stack.apply().succeeds();
        stack.destroy().succeeds();
        let log = std::fs::read_to_string(log).expect("Terraform wrote its log");
        assert!(log.contains("Create Bucket"), "the log is a real one");
        let access = cloud.sandbox.cloudflare();
        for secret in [access.token, access.r2_secret_access_key] {
            assert!(!log.contains(&secret), "the log shows a secret");
        }
    });
}
