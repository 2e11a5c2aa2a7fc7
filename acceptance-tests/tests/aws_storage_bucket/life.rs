//! Made, looked at, imported, removed.

use crate::{BUCKET, COMPLETE, bucket};
use acceptance_tests::{AwsLab, on_aws};
use serde_json::json;

/// Takes a configuration from nothing to nothing: created, nothing left to do, imported into an empty state, still
/// nothing to do, destroyed.
fn check(configuration: &str) {
    on_aws(|aws| {
        let stack = aws.stack(configuration);
        stack.plan().does(&[(BUCKET, "create")]);
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
        let before = stack.resource(BUCKET).expect("it was created");

        stack.lose_state();
        stack.import(BUCKET, &aws.named("aws:NAME")).succeeds();
        stack.plan().is_empty();
        let after = stack.resource(BUCKET).expect("it was imported");
        assert_eq!(before["aws"]["arn"], after["aws"]["arn"]);

        stack.destroy().did(0, 0, 1);
        assert!(!exists(aws, aws.name()));
    });
}

fn exists(aws: &AwsLab, name: &str) -> bool {
    aws.try_call("s3", "head_bucket", json!({ "Bucket": name })).is_ok()
}

#[test]
fn a_plain_bucket_lives_its_life() {
    check(&bucket("", ""));
}

#[test]
fn a_bucket_with_everything_lives_its_life() {
    check(&bucket("", COMPLETE));
}

#[test]
fn a_bucket_in_another_region_lives_its_life() {
    check(&bucket("", "region = \"eu-central-1\""));
}

#[test]
fn a_redirecting_bucket_lives_its_life() {
    check(&bucket(
        "",
        "website = { redirect_all_requests_to = { host_name = \"example.com\", protocol = \"https\" } }",
    ));
}

#[test]
fn a_locked_bucket_lives_its_life() {
    check(&bucket(
        "",
        "versioning = \"Enabled\"\nobject_lock = { default_retention = { mode = \"GOVERNANCE\", days = 1 } }",
    ));
}

#[test]
fn a_new_bucket_is_closed_to_the_public_and_to_plain_http() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        stack.apply().succeeds();

        let name = json!({ "Bucket": aws.name() });
        let access = aws.call("s3", "get_public_access_block", name.clone());
        let closed = json!({
            "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true,
        });
        assert_eq!(access["PublicAccessBlockConfiguration"], closed);
        let ownership = aws.call("s3", "get_bucket_ownership_controls", name.clone());
        assert_eq!(ownership["OwnershipControls"]["Rules"][0]["ObjectOwnership"], "BucketOwnerEnforced");
        let policy =
            aws.call("s3", "get_bucket_policy", name)["Policy"].as_str().expect("a policy").to_owned();
        assert!(policy.contains("aws:SecureTransport"), "{policy}");

        stack.destroy().succeeds();
    });
}

#[test]
fn a_name_is_made_up_from_a_prefix_and_kept() {
    on_aws(|aws| {
        let configuration =
            "resource \"slipway_storage_bucket\" \"b\" {\n  name_prefix = \"NAME-\"\n  aws = {}\n}";
        let stack = aws.stack(configuration);
        stack.apply().did(1, 0, 0);
        let name =
            stack.resource(BUCKET).expect("it was created")["name"].as_str().expect("a name").to_owned();
        assert!(name.starts_with(&aws.named("NAME-")) && exists(aws, &name), "{name}");
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}

#[test]
fn a_name_that_is_only_known_at_apply_is_no_obstacle() {
    on_aws(|aws| {
        let configuration = bucket("", "tags = { made = terraform_data.name.output }")
            .replace("\"NAME\"", "terraform_data.name.output")
            + "resource \"terraform_data\" \"name\" { input = \"NAME\" }";
        let stack = aws.stack(&configuration);
        stack.apply().did(2, 0, 0);
        stack.plan().is_empty();
        assert_eq!(stack.resource(BUCKET).expect("it was created")["aws"]["tags"]["made"], aws.name());
        stack.destroy().succeeds();
    });
}

#[test]
fn a_bucket_that_holds_objects_stays_unless_its_removal_is_forced() {
    on_aws(|aws| {
        // The doubles are spoken to without TLS, and some of them obey the policy.
        let versioned = "versioning = \"Enabled\"\nrequire_tls = false";
        let stack = aws.stack(&bucket("", versioned));
        stack.apply().succeeds();
        for text in ["one", "two"] {
            let object = json!({ "Bucket": aws.name(), "Key": "kept", "Body": text });
            aws.call("s3", "put_object", object);
        }
        aws.call("s3", "delete_object", json!({ "Bucket": aws.name(), "Key": "kept" }));

        stack.destroy().fails_with(&[
            &aws.named("Bucket `NAME` was not removed"),
            "BucketNotEmpty",
            "force_destroy = true",
        ]);
        assert_eq!(stack.addresses(), [BUCKET]);

        stack.configure(&aws.named(&bucket("force_destroy = true", versioned)));
        stack.apply().succeeds();
        stack.destroy().did(0, 0, 1);
        assert!(!exists(aws, aws.name()));
    });
}

#[test]
fn two_buckets_of_one_name_are_refused_and_the_first_stays_as_it_is() {
    on_aws(|aws| {
        let first = aws.stack(&bucket("", "region = \"eu-west-1\"\ntags = { owner = \"first\" }"));
        first.apply().succeeds();
        let second = aws.stack(&bucket("", "region = \"eu-west-1\""));
        second.apply().fails_with(&[
            &aws.named("Bucket `NAME` exists already, in an account of yours"),
            "Nothing was created",
            &aws.named("terraform import ADDRESS aws:NAME"),
        ]);
        assert!(second.addresses().is_empty());
        first.plan().is_empty();
        first.destroy().succeeds();
    });
}
