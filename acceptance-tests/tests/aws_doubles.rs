//! Where the AWS doubles differ from each other and from S3: the one list, held against the double that runs.
//!
//! A double that gains or loses something fails here, so that neither a test nor the provider leans on a difference
//! that is gone. What S3 does is told by AWS's documentation; it is what the provider is written for.

use acceptance_tests::{AwsLab, on_aws};
use serde_json::{Value, json};

/// One difference.
struct Difference {
    /// What is asked.
    what: &'static str,
    /// Asks, in a bucket of its own, and sums the answer up in words.
    ask: fn(&Bucket<'_>) -> String,
    moto: &'static str,
    localstack: &'static str,
    s3: &'static str,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        what: "default encryption of a new bucket",
        ask: |bucket| {
            bucket.read(
                "get_bucket_encryption",
                "/ServerSideEncryptionConfiguration/Rules/0/ApplyServerSideEncryptionByDefault/SSEAlgorithm",
            )
        },
        moto: "ServerSideEncryptionConfigurationNotFoundError",
        localstack: "AES256",
        s3: "AES256",
    },
    Difference {
        what: "default encryption once it was deleted",
        ask: |bucket| {
            bucket.read("delete_bucket_encryption", "");
            bucket.read(
                "get_bucket_encryption",
                "/ServerSideEncryptionConfiguration/Rules/0/ApplyServerSideEncryptionByDefault/SSEAlgorithm",
            )
        },
        moto: "ServerSideEncryptionConfigurationNotFoundError",
        localstack: "nothing",
        s3: "AES256",
    },
    Difference {
        what: "public access block of a new bucket",
        ask: |bucket| {
            bucket.read("get_public_access_block", "/PublicAccessBlockConfiguration/BlockPublicPolicy")
        },
        moto: "NoSuchPublicAccessBlockConfiguration",
        localstack: "true",
        s3: "true",
    },
    Difference {
        what: "object ownership of a new bucket",
        ask: |bucket| {
            bucket.read("get_bucket_ownership_controls", "/OwnershipControls/Rules/0/ObjectOwnership")
        },
        moto: "OwnershipControlsNotFoundError",
        localstack: "BucketOwnerEnforced",
        s3: "BucketOwnerEnforced",
    },
    Difference {
        what: "a public policy in spite of the access block",
        ask: |bucket| {
            let closed = json!({ "BlockPublicPolicy": true });
            bucket.write("put_public_access_block", json!({ "PublicAccessBlockConfiguration": closed }));
            bucket.write("put_bucket_policy", json!({ "Policy": bucket.policy("Allow", "s3:GetObject") }))
        },
        moto: "done",
        localstack: "done",
        s3: "AccessDenied",
    },
    Difference {
        what: "a policy without statements",
        ask: |bucket| bucket.write("put_bucket_policy", json!({ "Policy": "{\"Version\":\"2012-10-17\"}" })),
        moto: "done",
        localstack: "done",
        s3: "MalformedPolicy",
    },
    Difference {
        what: "a policy that is not JSON",
        ask: |bucket| bucket.write("put_bucket_policy", json!({ "Policy": "{" })),
        moto: "done",
        localstack: "MalformedPolicy",
        s3: "MalformedPolicy",
    },
    Difference {
        what: "a write that a policy denies",
        ask: |bucket| {
            bucket.write("put_bucket_policy", json!({ "Policy": bucket.policy("Deny", "s3:PutObject") }));
            bucket.write("put_object", json!({ "Key": "k", "Body": "b" }))
        },
        moto: "403",
        localstack: "done",
        s3: "AccessDenied",
    },
    Difference {
        what: "whether a bucket's policy makes it public",
        ask: |bucket| {
            bucket.write("put_bucket_policy", json!({ "Policy": bucket.policy("Allow", "s3:GetObject") }));
            bucket.read("get_bucket_policy_status", "/PolicyStatus/IsPublic")
        },
        moto: "true",
        localstack: "InternalFailure",
        s3: "true",
    },
    Difference {
        what: "a bucket name with capitals",
        ask: |bucket| {
            let name = bucket.name.to_uppercase();
            let made = outcome(bucket.aws, "create_bucket", json!({ "Bucket": name }), "");
            outcome(bucket.aws, "delete_bucket", json!({ "Bucket": name }), "");
            made
        },
        moto: "done",
        localstack: "InvalidBucketName",
        s3: "InvalidBucketName",
    },
];

/// A bucket for one question.
struct Bucket<'a> {
    aws: &'a AwsLab,
    name: String,
}

impl Bucket<'_> {
    fn write(&self, operation: &str, arguments: Value) -> String {
        outcome(self.aws, operation, self.named(arguments), "")
    }

    fn read(&self, operation: &str, pointer: &str) -> String {
        outcome(self.aws, operation, self.named(json!({})), pointer)
    }

    fn policy(&self, effect: &str, action: &str) -> String {
        let resource = format!("arn:aws:s3:::{}/*", self.name);
        let statement = json!({ "Effect": effect, "Principal": "*", "Action": action, "Resource": resource });
        json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
    }

    fn named(&self, mut arguments: Value) -> Value {
        arguments["Bucket"] = self.name.clone().into();
        arguments
    }
}

/// The answer in a word: the value at `pointer`, "done" where none was asked for, or the error's code.
fn outcome(aws: &AwsLab, operation: &str, arguments: Value, pointer: &str) -> String {
    match aws.try_call("s3", operation, arguments) {
        Err(refusal) => refusal.code,
        Ok(_) if pointer.is_empty() => "done".to_owned(),
        Ok(answer) => match answer.pointer(pointer) {
            None => "nothing".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        },
    }
}

#[test]
fn the_double_differs_from_s3_where_the_list_says_so_and_nowhere_else() {
    on_aws(|aws| {
        let mut wrong = Vec::new();
        println!("{:48} {:48} S3", "", aws.double());
        for (number, difference) in DIFFERENCES.iter().enumerate() {
            let bucket = Bucket { aws, name: aws.named(&format!("NAME-{number}")) };
            bucket.write("create_bucket", json!({}));
            let found = (difference.ask)(&bucket);
            println!("{:48} {found:48} {}", difference.what, difference.s3);
            let expected = match aws.double().split(' ').next() {
                Some("moto") => difference.moto,
                Some("localstack") => difference.localstack,
                _ => difference.s3,
            };
            if found != expected {
                wrong.push(format!("{}: {found:?}, and the list says {expected:?}", difference.what));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}
