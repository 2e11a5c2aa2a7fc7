//! What somebody else has done to the bucket is seen, and put right.

use crate::{BUCKET, bucket};
use acceptance_tests::{AwsLab, on_aws};
use serde_json::{Value, json};

/// Applies a configuration, lets somebody change the bucket by one call, and asserts that the plan sees it and that
/// an apply puts it right.
fn check(aws_attributes: &str, operation: &str, arguments: Value) {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", aws_attributes));
        stack.apply().succeeds();
        by_hand(aws, operation, arguments);
        let plan = stack.plan();
        plan.does(&[(BUCKET, "update")]);
        assert_eq!(plan.drifted(), [BUCKET]);
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}

fn by_hand(aws: &AwsLab, operation: &str, mut arguments: Value) {
    arguments["Bucket"] = aws.name().into();
    aws.call("s3", operation, arguments);
}

#[test]
fn a_public_access_block_that_was_removed_is_put_back() {
    check("", "delete_public_access_block", json!({}));
}

#[test]
fn an_ownership_that_was_changed_is_put_right() {
    check(
        "",
        "put_bucket_ownership_controls",
        json!({ "OwnershipControls": { "Rules": [{ "ObjectOwnership": "ObjectWriter" }] } }),
    );
}

#[test]
fn versioning_that_was_suspended_is_switched_on_again() {
    check(
        "versioning = \"Enabled\"",
        "put_bucket_versioning",
        json!({ "VersioningConfiguration": { "Status": "Suspended" } }),
    );
}

#[test]
fn an_encryption_that_was_changed_is_put_right() {
    let kms = json!({ "SSEAlgorithm": "aws:kms" });
    check(
        "encryption = { sse_algorithm = \"AES256\" }",
        "put_bucket_encryption",
        json!({ "ServerSideEncryptionConfiguration": { "Rules": [{ "ApplyServerSideEncryptionByDefault": kms }] } }),
    );
}

#[test]
fn a_policy_that_was_removed_is_put_back() {
    check("", "delete_bucket_policy", json!({}));
}

#[test]
fn lifecycle_rules_that_were_removed_are_put_back() {
    check(
        "lifecycle_rules = [{ id = \"old\", expiration = { days = 30 } }]",
        "delete_bucket_lifecycle",
        json!({}),
    );
}

#[test]
fn cors_rules_that_were_removed_are_put_back() {
    check(
        "cors_rules = [{ allowed_origins = [\"*\"], allowed_methods = [\"GET\"] }]",
        "delete_bucket_cors",
        json!({}),
    );
}

#[test]
fn a_website_that_was_removed_is_put_back() {
    check("website = { index_document = \"index.html\" }", "delete_bucket_website", json!({}));
}

#[test]
fn tags_that_were_changed_are_put_right() {
    check(
        "tags = { team = \"web\" }",
        "put_bucket_tagging",
        json!({ "Tagging": { "TagSet": [{ "Key": "team", "Value": "somebody" }, { "Key": "extra", "Value": "tag" }] } }),
    );
}

#[test]
fn a_bucket_that_was_deleted_is_planned_again() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        stack.apply().succeeds();
        by_hand(aws, "delete_bucket", json!({}));
        let plan = stack.plan();
        plan.does(&[(BUCKET, "create")]);
        assert_eq!(plan.drifted(), [BUCKET]);
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}

#[test]
fn a_bucket_that_was_deleted_while_it_is_destroyed_is_no_error() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        stack.apply().succeeds();
        by_hand(aws, "delete_bucket", json!({}));
        stack.run(&["destroy", "-auto-approve", "-refresh=false"]).did(0, 0, 1);
    });
}

#[test]
fn what_is_not_managed_may_be_changed_by_others() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        stack.apply().succeeds();
        by_hand(aws, "put_bucket_versioning", json!({ "VersioningConfiguration": { "Status": "Enabled" } }));
        let rule = json!({ "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] });
        by_hand(aws, "put_bucket_cors", json!({ "CORSConfiguration": { "CORSRules": [rule] } }));
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}
