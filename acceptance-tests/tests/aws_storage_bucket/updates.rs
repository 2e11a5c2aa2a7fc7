//! Every attribute changed, in place where S3 allows it, and changed back.

use crate::{BUCKET, bucket};
use acceptance_tests::on_aws;
use serde_json::json;

/// Applies `before`, then `after`, then `before` again. Each change is planned as `action`, and leaves nothing to do.
fn check(before: &str, after: &str, action: &str) {
    on_aws(|aws| {
        let [before, after] = [before, after].map(|attributes| aws.named(&bucket("", attributes)));
        let stack = aws.stack(&before);
        stack.apply().did(1, 0, 0);
        stack.plan().is_empty();
        for configuration in [&after, &before] {
            stack.configure(configuration);
            stack.plan().does(&[(BUCKET, action)]);
            stack.apply().succeeds();
            stack.plan().is_empty();
        }
        stack.destroy().did(0, 0, 1);
    });
}

#[test]
fn the_public_access_block_changes_in_place() {
    check(
        "",
        "public_access_block = { block_public_policy = false, restrict_public_buckets = false }",
        "update",
    );
}

#[test]
fn the_object_ownership_changes_in_place() {
    check("", "object_ownership = \"ObjectWriter\"", "update");
}

#[test]
fn versioning_changes_in_place() {
    check("versioning = \"Enabled\"", "versioning = \"Suspended\"", "update");
}

#[test]
fn encryption_changes_in_place() {
    check(
        "encryption = { sse_algorithm = \"AES256\" }",
        "encryption = { sse_algorithm = \"aws:kms\", kms_key_id = \"arn:aws:kms:us-east-1:123456789012:key/1\", bucket_key_enabled = true }",
        "update",
    );
}

#[test]
fn lifecycle_rules_come_and_go_in_place() {
    check(
        "",
        "lifecycle_rules = [{ id = \"old\", filter = { prefix = \"logs/\" }, expiration = { days = 30 } }]",
        "update",
    );
}

#[test]
fn lifecycle_rules_change_in_place() {
    check(
        "lifecycle_rules = [{ id = \"old\", expiration = { days = 30 } }]",
        "lifecycle_rules = [{ id = \"old\", enabled = false, expiration = { days = 60 } }, { id = \"new\", filter = { tags = { a = \"b\", c = \"d\" } }, transitions = [{ days = 30, storage_class = \"GLACIER\" }] }]",
        "update",
    );
}

#[test]
fn cors_rules_come_and_go_in_place() {
    check(
        "",
        "cors_rules = [{ allowed_origins = [\"*\"], allowed_methods = [\"GET\"] }, { allowed_origins = [\"https://a.example\"], allowed_methods = [\"PUT\", \"POST\"], max_age_seconds = 60 }]",
        "update",
    );
}

#[test]
fn a_website_becomes_a_redirect_in_place() {
    check(
        "website = { index_document = \"index.html\", routing_rules = [{ condition = { key_prefix_equals = \"old/\" }, redirect = { replace_key_prefix_with = \"new/\" } }] }",
        "website = { redirect_all_requests_to = { host_name = \"example.com\" } }",
        "update",
    );
}

#[test]
fn a_website_comes_and_goes_in_place() {
    check("", "website = { index_document = \"index.html\", error_document = \"404.html\" }", "update");
}

#[test]
fn a_policy_comes_and_goes_in_place() {
    check(
        "",
        "policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Deny\", Principal = \"*\", Action = \"s3:DeleteBucket\", Resource = \"arn:aws:s3:::NAME\" }] })",
        "update",
    );
}

#[test]
fn the_demand_for_tls_changes_in_place() {
    check("", "require_tls = false", "update");
}

/// A second bucket, which lets S3 write logs. The doubles are spoken to without TLS, and some of them obey policies.
const LOGS: &str = r#"
resource "slipway_storage_bucket" "logs" {
  name          = "NAME-logs"
  force_destroy = true
  aws = {
    require_tls = false
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "arn:aws:s3:::NAME-logs/*"
      }]
    })
  }
}
"#;

#[test]
fn logging_comes_and_goes_in_place() {
    on_aws(|aws| {
        let logging =
            "logging = { target_bucket = slipway_storage_bucket.logs.name, target_prefix = \"access/\" }";
        let [quiet, logged] = ["", logging].map(|attributes| aws.named(&(bucket("", attributes) + LOGS)));
        let stack = aws.stack(&quiet);
        stack.apply().did(2, 0, 0);
        for configuration in [&logged, &quiet] {
            stack.configure(configuration);
            stack.plan().does(&[(BUCKET, "update")]);
            stack.apply().did(0, 1, 0);
            stack.plan().is_empty();
        }
        stack.destroy().did(0, 0, 2);
    });
}

#[test]
fn tags_change_in_place() {
    check("tags = { team = \"web\", cost = \"1\" }", "tags = { team = \"api\", owner = \"ana\" }", "update");
}

#[test]
fn tags_come_and_go_in_place() {
    check("", "tags = { team = \"web\" }", "update");
}

#[test]
fn a_new_region_replaces_the_bucket() {
    check("region = \"us-east-1\"", "region = \"eu-west-1\"", "replace");
}

#[test]
fn a_new_name_replaces_the_bucket_and_says_that_it_is_the_name() {
    on_aws(|aws| {
        let configuration = aws.named(&bucket("", ""));
        let stack = aws.stack(&configuration);
        stack.apply().succeeds();
        stack.configure(&configuration.replace(aws.name(), &aws.named("NAME-renamed")));
        let plan = stack.plan();
        plan.does(&[(BUCKET, "replace")]);
        assert!(plan.replaced_by(BUCKET).contains(&json!(["name"])), "{:?}", plan.replaced_by(BUCKET));
        stack.apply().did(1, 0, 1);
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}

#[test]
fn what_means_the_same_is_no_change() {
    on_aws(|aws| {
        let policy = |text: &str| aws.named(&bucket("", &format!("policy = {text}")));
        let statement =
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::NAME"}"#;
        let stack = aws.stack(&policy(&format!(
            "<<EOT\n{{\"Version\":\"2012-10-17\",\"Statement\":[{statement}]}}\nEOT\n"
        )));
        stack.apply().succeeds();
        stack.configure(&policy(&format!(
            "<<EOT\n{{ \"Statement\": {statement},\n \"Version\": \"2012-10-17\" }}\nEOT\n"
        )));
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}

#[test]
fn default_tags_of_the_provider_reach_the_bucket_and_its_own_tags_win() {
    on_aws(|aws| {
        let provider =
            |tags: &str| format!("provider \"slipway\" {{\n  aws = {{ default_tags = {{ {tags} }} }}\n}}\n");
        let own = bucket("", "tags = { team = \"web\" }");
        let stack = aws.stack(&(provider("team = \"all\", env = \"test\"") + &own));
        stack.apply().succeeds();
        stack.plan().is_empty();
        let state = stack.resource(BUCKET).expect("it was created");
        assert_eq!(state["aws"]["tags_all"], json!({ "team": "web", "env": "test" }));
        assert_eq!(state["aws"]["tags"], json!({ "team": "web" }));

        stack.configure(&aws.named(&(provider("env = \"prod\"") + &own)));
        stack.plan().does(&[(BUCKET, "update")]);
        stack.apply().did(0, 1, 0);
        stack.plan().is_empty();
        stack.destroy().succeeds();
    });
}
