//! `slipway_storage_bucket` on Supabase Storage: its whole life, with the real Terraform, against the sandbox.

mod judged;

use acceptance_tests::{SandboxLab, Stack};
use judged::on_sandbox;
use sandbox::Fault;

/// The address of the bucket in every configuration here.
const BUCKET: &str = "slipway_storage_bucket.b";

/// A stack without a service key, which is then fetched.
fn stack(cloud: &SandboxLab<'_>, hcl: &str) -> Stack {
    let mut stack = cloud.stack(hcl);
    stack.set("SUPABASE_SERVICE_ROLE_KEY", "");
    stack
}

fn buckets(cloud: &SandboxLab<'_>) -> usize {
    cloud.sandbox.status().holds.storage_buckets
}

/// A configuration of one bucket: its own attributes, then those of its Supabase target.
fn bucket(own: &str, target: &str) -> String {
    format!(
        "resource \"slipway_storage_bucket\" \"b\" {{\n  name = \"avatars\"\n  {own}\n  supabase = {{\n    project_ref = \"PROJECT\"\n{target}\n  }}\n}}\n"
    )
}

/// Everything that can be set together.
const COMPLETE: &str = r#"
    public             = true
    file_size_limit    = "5MB"
    allowed_mime_types = ["image/png", "image/*"]
"#;

/// Takes a configuration from nothing to nothing: created, nothing left to do, imported into an empty state, still
/// nothing to do, destroyed.
fn lives(configuration: &str, id: &str) {
    on_sandbox(|cloud| {
        let stack = stack(cloud, configuration);
        stack.plan().does(&[(BUCKET, "create")]);
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
        let before = stack.resource(BUCKET).expect("it was created");

        stack.lose_state();
        stack.import(BUCKET, &cloud.filled(id)).succeeds();
        stack.plan().is_empty();
        assert_eq!(stack.resource(BUCKET).expect("it was imported")["id"], before["id"]);

        stack.destroy().did(0, 0, 1);
        assert_eq!(buckets(cloud), 0);
    });
}

#[test]
fn a_plain_bucket_lives_its_life() {
    lives(&bucket("", ""), "supabase:PROJECT/avatars");
}

#[test]
fn a_bucket_with_everything_lives_its_life_and_is_imported_by_the_id_of_the_vendor() {
    lives(&bucket("", COMPLETE), "PROJECT/avatars");
}

#[test]
fn a_name_with_a_blank_lives_its_life() {
    lives(&bucket("", "public = true").replace("avatars", "my avatars"), "supabase:PROJECT/my avatars");
}

/// Applies `before`, then `after`, then `before` again. Each change is planned in place, and leaves nothing to do.
fn changes(before: &str, after: &str) {
    on_sandbox(|cloud| {
        let stack = stack(cloud, &bucket("", before));
        stack.apply().did(1, 0, 0);
        for target in [after, before] {
            cloud.configure(&stack, &bucket("", target));
            stack.plan().does(&[(BUCKET, "update")]);
            stack.apply().did(0, 1, 0);
            stack.plan().is_empty();
        }
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn public_access_changes_in_place() {
    changes("", "public = true");
}

#[test]
fn the_size_limit_changes_in_place() {
    changes("file_size_limit = \"5MB\"", "file_size_limit = \"1.5MB\"");
}

#[test]
fn the_size_limit_comes_and_goes_in_place() {
    changes("", "file_size_limit = \"0\"");
}

#[test]
fn the_media_types_change_in_place() {
    changes(
        "allowed_mime_types = [\"image/png\"]",
        "allowed_mime_types = [\"image/*\", \"application/pdf\"]",
    );
}

#[test]
fn no_media_types_and_an_empty_list_are_told_apart() {
    changes("", "allowed_mime_types = []");
}

#[test]
fn equal_sizes_are_no_change() {
    on_sandbox(|cloud| {
        let stack = stack(cloud, &bucket("", "file_size_limit = \"5MB\""));
        stack.apply().succeeds();
        for same in ["5000KB", "5mb", "5000000", "0.005GB"] {
            cloud.configure(&stack, &bucket("", &format!("file_size_limit = \"{same}\"")));
            stack.plan().is_empty();
        }
    });
}

#[test]
fn a_name_is_spelled_as_a_url_where_public_objects_are() {
    on_sandbox(|cloud| {
        let stack = stack(cloud, &bucket("", "public = true").replace("avatars", "who & what?"));
        stack.apply().succeeds();
        let told = stack.resource(BUCKET).expect("it was created")["supabase"]["public_url"].clone();
        assert!(told.as_str().is_some_and(|url| url.ends_with("/public/who%20%26%20what%3F")), "{told}");
        stack.plan().is_empty();
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn public_objects_are_told_where_they_are() {
    on_sandbox(|cloud| {
        let stack = stack(cloud, &bucket("", ""));
        stack.apply().succeeds();
        assert!(stack.resource(BUCKET).expect("it was created")["supabase"]["public_url"].is_null());
        cloud.configure(&stack, &bucket("", "public = true"));
        stack.apply().succeeds();
        let base = cloud.sandbox.supabase().storage_url;
        let told = stack.resource(BUCKET).expect("it was changed")["supabase"]["public_url"].clone();
        assert_eq!(told, format!("{base}/object/public/avatars"));
    });
}

/// Lets somebody change the bucket; the plan sees it, and an apply puts it right.
fn drifts(target: &str, body: &str) {
    on_sandbox(|cloud| {
        let stack = stack(cloud, &bucket("", target));
        stack.apply().succeeds();
        assert_eq!(cloud.storage("PUT", "/bucket/avatars", body), 200);
        let plan = stack.plan();
        plan.does(&[(BUCKET, "update")]);
        assert_eq!(plan.drifted(), [BUCKET]);
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();
    });
}

#[test]
fn a_bucket_that_was_made_public_is_closed_again() {
    drifts("", r#"{"public":true}"#);
}

#[test]
fn limits_that_were_set_are_taken_away_again() {
    drifts("", r#"{"file_size_limit":1000,"allowed_mime_types":["image/png"]}"#);
}

#[test]
fn limits_that_were_taken_away_are_set_again() {
    drifts(COMPLETE, r#"{"file_size_limit":null,"allowed_mime_types":null}"#);
}

#[test]
fn a_refresh_is_one_call_beside_the_key() {
    on_sandbox(|cloud| {
        let mut stack = stack(cloud, &bucket("", COMPLETE));
        stack.apply().succeeds();
        stack.set("SUPABASE_SERVICE_ROLE_KEY", cloud.sandbox.supabase().service_role_key);
        let before = cloud.sandbox.calls().len();
        stack.plan().is_empty();
        assert_eq!(cloud.sandbox.calls().len() - before, 1);
    });
}

#[test]
fn a_bucket_that_was_deleted_is_planned_again() {
    for own in ["", "force_destroy = true"] {
        on_sandbox(|cloud| {
            let stack = stack(cloud, &bucket(own, ""));
            stack.apply().succeeds();
            assert_eq!(cloud.storage("DELETE", "/bucket/avatars", ""), 200);
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
        assert_eq!(cloud.storage("POST", "/bucket", r#"{"name":"avatars"}"#), 200);
        let stack = stack(cloud, &bucket("", ""));
        stack.apply().fails_with(&[
            "Bucket `avatars` exists already, in this project",
            "Nothing was created",
            &cloud.filled("terraform import ADDRESS supabase:PROJECT/avatars"),
        ]);
        assert!(stack.addresses().is_empty());
        assert_eq!((buckets(cloud), cloud.count("POST", "/bucket")), (1, 1));
    });
}

#[test]
fn a_wrong_token_is_named_and_nothing_is_created() {
    on_sandbox(|cloud| {
        let mut stack = stack(cloud, &bucket("", ""));
        stack.set("SUPABASE_ACCESS_TOKEN", format!("sbp_{}", "0".repeat(40)));
        stack.apply().fails_with(&["Bucket `avatars` was not created", "401", "Nothing was created"]);
        assert!(stack.addresses().is_empty() && buckets(cloud) == 0);
    });
}

#[test]
fn a_key_without_rights_does_not_make_a_bucket_look_deleted() {
    on_sandbox(|cloud| {
        let mut stack = stack(cloud, &bucket("", ""));
        stack.apply().succeeds();
        stack.set("SUPABASE_SERVICE_ROLE_KEY", cloud.sandbox.supabase().anon_key);
        stack.run(&["plan"]).fails_with(&["Bucket `avatars` could not be read", "role `anon`"]);
        assert_eq!(stack.addresses(), [BUCKET]);
    });
}

#[test]
fn the_key_of_another_project_is_left_alone() {
    on_sandbox(|cloud| {
        let mut stack = stack(cloud, &bucket("", ""));
        // A legacy key of project `zyxwvutsrqponmlkjihg`.
        let claims = "eyJyb2xlIjoic2VydmljZV9yb2xlIiwicmVmIjoienl4d3Z1dHNycXBvbm1sa2ppaGcifQ";
        stack.set("SUPABASE_SERVICE_ROLE_KEY", format!("e30.{claims}.x"));
        stack.apply().did(1, 0, 0);
        assert_eq!(buckets(cloud), 1);
    });
}

#[test]
fn a_bucket_that_holds_objects_stays_unless_its_removal_is_forced() {
    on_sandbox(|cloud| {
        let stack = stack(cloud, &bucket("", ""));
        stack.apply().succeeds();
        for key in ["kept", "folder/kept"] {
            assert_eq!(cloud.storage("POST", &format!("/object/avatars/{key}"), "\"x\""), 200);
        }
        stack.destroy().fails_with(&[
            "Bucket `avatars` was not removed",
            "ResourceNotEmpty",
            "force_destroy = true",
        ]);
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
        let stack = stack(cloud, &bucket("force_destroy = true", COMPLETE));
        strike(&[("GET", "*/api-keys"), ("GET", "*/bucket/*"), ("POST", "*/bucket")]);
        stack.apply().did(1, 0, 0);
        cloud.every_fault_has_struck_once();
        stack.plan().is_empty();
        assert_eq!(buckets(cloud), 1);

        cloud.configure(&stack, &bucket("force_destroy = true", ""));
        strike(&[("PUT", "*/bucket/*")]);
        stack.apply().did(0, 1, 0);
        cloud.every_fault_has_struck_once();
        stack.plan().is_empty();

        assert_eq!(cloud.storage("POST", "/object/avatars/kept", "\"x\""), 200);
        strike(&[
            ("POST", "*/object/list*/*"),
            ("DELETE", "*/object/avatars"),
            ("DELETE", "*/bucket/avatars"),
        ]);
        stack.destroy().did(0, 0, 1);
        cloud.every_fault_has_struck_once();
        assert_eq!(buckets(cloud), 0);
    });
}

#[test]
fn calls_that_are_turned_away_are_made_again() {
    survives(&Fault::TooManyRequests { retry_after: Some(1) });
}

#[test]
fn calls_that_meet_trouble_are_made_again() {
    survives(&Fault::Failure { status: 503 });
}

#[test]
fn calls_that_never_arrive_are_made_again() {
    survives(&Fault::Cut);
}

#[test]
fn calls_whose_answers_are_lost_are_neither_lost_nor_doubled() {
    survives(&Fault::LostResponse);
}

#[test]
fn the_organizations_of_the_token_are_told() {
    on_sandbox(|cloud| {
        let stack = stack(cloud, "data \"slipway_caller_identity\" \"me\" { supabase = {} }");
        stack.apply().succeeds();
        let told = stack.resource("data.slipway_caller_identity.me").expect("it was read");
        assert_eq!(told["supabase"]["organization_slugs"][0], cloud.sandbox.supabase().organization_slug);
    });
}

#[test]
fn the_key_that_is_fetched_is_neither_in_the_state_nor_in_what_an_apply_writes_at_trace() {
    on_sandbox(|cloud| {
        let mut stack = stack(cloud, &bucket("force_destroy = true", COMPLETE));
        let log = stack.trace();
        stack.apply().succeeds();
        let log = std::fs::read_to_string(log).expect("Terraform wrote its log");
        assert!(log.contains("Create a bucket"), "the log is a real one");
        let state = std::fs::read_to_string(stack.folder().join("terraform.tfstate")).expect("a state");
        let access = cloud.sandbox.supabase();
        for secret in [access.access_token, access.service_role_key] {
            assert!(!log.contains(&secret) && !state.contains(&secret), "a secret is written down");
        }
    });
}
