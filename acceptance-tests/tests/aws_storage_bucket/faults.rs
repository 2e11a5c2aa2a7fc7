//! What goes wrong on the way to S3, and what is left then.

use crate::{BUCKET, bucket};
use acceptance_tests::{Fault, When, on_aws};
use serde_json::json;

const SLOW_DOWN: Fault = Fault::Answer {
    status: 503,
    headers: &[("content-type", "application/xml")],
    body: "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message><RequestId>R1</RequestId></Error>",
};

const DENIED: Fault = Fault::Answer {
    status: 403,
    headers: &[("content-type", "application/xml")],
    body: "<Error><Code>AccessDenied</Code><Message>Access Denied by a boundary</Message><RequestId>R2</RequestId></Error>",
};

/// The writes that make a bucket.
const WRITES: [&str; 4] =
    ["s3.CreateBucket", "s3.PutPublicAccessBlock", "s3.PutBucketOwnershipControls", "s3.PutBucketPolicy"];

/// Lets `fault` happen once to each write of a create: the apply succeeds all the same, and there is one bucket.
fn survives(fault: &Fault) {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        for write in WRITES {
            aws.proxy.fault(When::Operation(write), fault.clone());
        }
        stack.apply().did(1, 0, 0);
        for write in WRITES {
            assert_eq!(aws.proxy.counts()[write], 2, "{write} was not tried again");
        }
        aws.proxy.forget();
        stack.plan().is_empty();
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn a_write_that_is_turned_away_is_tried_again() {
    survives(&SLOW_DOWN);
}

#[test]
fn a_write_that_never_arrives_is_tried_again() {
    survives(&Fault::CutBefore);
}

#[test]
fn a_write_whose_answer_is_lost_is_neither_lost_nor_doubled() {
    survives(&Fault::LoseResponse);
}

#[test]
fn a_delete_whose_answer_is_lost_is_no_error() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        stack.apply().succeeds();
        aws.proxy.fault(When::Operation("s3.DeleteBucket"), Fault::LoseResponse);
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn a_refused_create_leaves_nothing_and_says_which_permission_is_missing() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        aws.proxy.fault(When::Operation("s3.CreateBucket"), DENIED);
        stack.apply().fails_with(&[
            &aws.named("Bucket `NAME` was not created"),
            "AccessDenied",
            "Access Denied by a boundary",
            "s3:CreateBucket",
            "Nothing was created",
        ]);
        assert!(stack.addresses().is_empty());
    });
}

#[test]
fn a_bucket_that_was_made_and_not_finished_is_remembered_as_tainted() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        aws.proxy.fault(When::Operation("s3.PutBucketPolicy"), DENIED);
        stack.apply().fails_with(&[
            &aws.named("Bucket `NAME` was created, but not its policy"),
            "s3:PutBucketPolicy",
            "tainted",
        ]);
        assert_eq!(stack.addresses(), [BUCKET]);
        assert!(stack.is_tainted(BUCKET));
        stack.plan().does(&[(BUCKET, "replace")]);
        stack.apply().did(1, 0, 1);
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}

#[test]
fn an_update_that_fails_in_the_middle_keeps_what_was_done() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", "versioning = \"Enabled\"\ntags = { a = \"1\" }"));
        stack.apply().succeeds();
        aws.proxy.fault(When::Operation("s3.PutBucketTagging"), DENIED);
        stack.configure(&aws.named(&bucket("", "versioning = \"Suspended\"\ntags = { a = \"2\" }")));
        stack.apply().fails_with(&["AccessDenied", "s3:PutBucketTagging"]);
        let state = stack.resource(BUCKET).expect("it is kept");
        assert_eq!(state["aws"]["versioning"], "Suspended");
        assert_eq!(state["aws"]["tags"], json!({ "a": "1" }));
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}

#[test]
fn a_refresh_that_is_refused_keeps_the_state() {
    on_aws(|aws| {
        let stack = aws.stack(&bucket("", ""));
        stack.apply().succeeds();
        aws.proxy.fault(When::Operation("s3.GetBucketPolicy"), DENIED);
        stack.plan().fails_with(&[&aws.named("Bucket `NAME` could not be read"), "s3:GetBucketPolicy"]);
        assert_eq!(stack.addresses(), [BUCKET]);
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}

#[test]
fn no_secret_of_the_run_is_in_its_log() {
    on_aws(|aws| {
        let mut stack = aws.stack(&bucket("", ""));
        let secret = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY";
        stack.set("AWS_SECRET_ACCESS_KEY", secret);
        let log = stack.trace();
        stack.apply().succeeds();
        stack.destroy().succeeds();
        let log = std::fs::read_to_string(log).expect("the log was written");
        assert!(log.contains("PutBucketPolicy"), "the log does not tell what was called");
        assert!(!log.contains(secret), "the secret key is in the log");
    });
}
