//! What a refresh costs: one call for each aspect that is managed, and no other.

use crate::{BUCKET, COMPLETE, bucket};
use acceptance_tests::on_aws;
use std::collections::BTreeMap;

/// Applies a configuration, then asserts which calls the plan that follows makes.
fn check(aws_attributes: &str, expected: &[&str]) {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", aws_attributes));
        stack.apply().succeeds();
        aws.proxy.forget();
        stack.plan().is_empty();
        let expected: BTreeMap<String, usize> =
            expected.iter().map(|name| (format!("s3.{name}"), 1)).collect();
        assert_eq!(aws.proxy.counts(), expected);
        stack.destroy().succeeds();
    });
}

/// What S3 itself gives every new bucket, said so that a double which gives none has it too.
const ENCRYPTED: &str = "encryption = { sse_algorithm = \"AES256\" }";

#[test]
fn a_bucket_with_nothing_but_its_defaults_is_refreshed_with_four_calls() {
    check(
        ENCRYPTED,
        &["GetBucketEncryption", "GetBucketOwnershipControls", "GetBucketPolicy", "GetPublicAccessBlock"],
    );
}

#[test]
fn a_bucket_with_everything_is_refreshed_with_one_call_for_each_aspect() {
    check(
        COMPLETE,
        &[
            "GetBucketCors",
            "GetBucketEncryption",
            "GetBucketLifecycleConfiguration",
            "GetBucketOwnershipControls",
            "GetBucketPolicy",
            "GetBucketTagging",
            "GetBucketVersioning",
            "GetBucketWebsite",
            "GetPublicAccessBlock",
        ],
    );
}

#[test]
fn an_apply_without_changes_costs_no_more_than_a_plan() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ENCRYPTED));
        stack.apply().succeeds();
        aws.proxy.forget();
        stack.apply().did(0, 0, 0);
        assert_eq!(aws.proxy.calls().len(), 4, "{:?}", aws.proxy.counts());
        assert_eq!(stack.addresses(), [BUCKET]);
        stack.destroy().succeeds();
    });
}
