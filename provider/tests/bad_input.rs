//! What a wrong configuration gets at plan: every case with its whole message, in one page.

use std::fmt::Write as _;

use slipway_provider::Slipway;
use tfplugin::codec::json;
use tfplugin::cty::Type;
use tfplugin::{Service, Value};
use tfplugin_testkit::{Core, Verdict};

/// What is wrong, and the configuration as JSON.
const CASES: &[(&str, &str)] = &[
    ("no target", r#"{"name": "assets"}"#),
    ("name and prefix", r#"{"name": "assets", "name_prefix": "a-", "aws": {}}"#),
    ("name too short", r#"{"name": "ab", "aws": {}}"#),
    ("name with capitals", r#"{"name": "myAssets", "aws": {}}"#),
    ("name with a mark first", r#"{"name": "-assets", "aws": {}}"#),
    ("name with a mark last", r#"{"name": "assets-", "aws": {}}"#),
    ("name with two dots", r#"{"name": "my..assets", "aws": {}}"#),
    ("name like an address", r#"{"name": "192.168.0.1", "aws": {}}"#),
    ("name with a reserved beginning", r#"{"name": "xn--assets", "aws": {}}"#),
    ("name with a reserved ending", r#"{"name": "assets-s3alias", "aws": {}}"#),
    (
        "prefix too long",
        r#"{"name_prefix": "a-very-long-beginning-of-a-name-that-goes-on-and-on-", "aws": {}}"#,
    ),
    ("region that is none", r#"{"name": "assets", "aws": {"region": "Ireland"}}"#),
    ("versioning that is none", r#"{"name": "assets", "aws": {"versioning": "On"}}"#),
    ("read-only attribute", r#"{"name": "assets", "aws": {"arn": "arn:aws:s3:::assets"}}"#),
    (
        "KMS key without KMS",
        r#"{"name": "assets", "aws": {"encryption": {"sse_algorithm": "AES256", "kms_master_key_id": "alias/a"}}}"#,
    ),
    (
        "bucket key without KMS",
        r#"{"name": "assets", "aws": {"encryption": {"sse_algorithm": "AES256", "bucket_key_enabled": true}}}"#,
    ),
    (
        "encryption without algorithm",
        r#"{"name": "assets", "aws": {"encryption": {"bucket_key_enabled": false}}}"#,
    ),
    (
        "lock without versioning",
        r#"{"name": "assets", "aws": {"versioning": "Suspended", "object_lock": {}}}"#,
    ),
    (
        "lock for days and years",
        r#"{"name": "assets", "aws": {"versioning": "Enabled", "object_lock": {"default_retention": {"mode": "GOVERNANCE", "days": 1, "years": 1}}}}"#,
    ),
    ("log into itself", r#"{"name": "assets", "aws": {"logging": {"target_bucket": "assets"}}}"#),
    ("policy that is not JSON", r#"{"name": "assets", "aws": {"policy": "Allow"}}"#),
    ("policy that is a list", r#"{"name": "assets", "aws": {"policy": "[]"}}"#),
    ("policy that says nothing", r#"{"name": "assets", "aws": {"policy": "{}"}}"#),
    (
        "public policy behind locks",
        r#"{"name": "assets", "aws": {"policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::assets/*\"}]}"}}"#,
    ),
    (
        "website and redirect",
        r#"{"name": "assets", "aws": {"website": {"index_document": "index.html", "redirect_all_requests_to": {"host_name": "example.com"}}}}"#,
    ),
    (
        "error page without website",
        r#"{"name": "assets", "aws": {"website": {"error_document": "404.html", "redirect_all_requests_to": {"host_name": "example.com"}}}}"#,
    ),
    (
        "routing that replaces twice",
        r#"{"name": "assets", "aws": {"website": {"index_document": "index.html", "routing_rules": [{"redirect": {"replace_key_with": "a", "replace_key_prefix_with": "b"}}]}}}"#,
    ),
    (
        "routing to nowhere",
        r#"{"name": "assets", "aws": {"website": {"index_document": "index.html", "routing_rules": [{"condition": {"http_error_code_returned_equals": "200"}, "redirect": {}}]}}}"#,
    ),
    (
        "two rules of one name",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "expiration": {"days": 1}}, {"id": "a", "filter": {"prefix": "x/"}, "expiration": {"days": 2}}]}}"#,
    ),
    (
        "overlapping rules",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "expiration": {"days": 1}}, {"id": "b", "expiration": {"days": 2}}]}}"#,
    ),
    ("a rule that does nothing", r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a"}]}}"#),
    (
        "transitions out of order",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "transitions": [{"days": 90, "storage_class": "GLACIER"}, {"days": 120, "storage_class": "STANDARD_IA"}]}]}}"#,
    ),
    (
        "transition too early",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "transitions": [{"days": 7, "storage_class": "STANDARD_IA"}]}]}}"#,
    ),
    (
        "transition without a time",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "transitions": [{"storage_class": "GLACIER"}]}]}}"#,
    ),
    (
        "expiration before transition",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "transitions": [{"days": 90, "storage_class": "GLACIER"}], "expiration": {"days": 30}}]}}"#,
    ),
    (
        "days and date",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "expiration": {"days": 30, "date": "2027-01-31"}}]}}"#,
    ),
    (
        "a day that is none",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "expiration": {"date": "2027-02-30"}}]}}"#,
    ),
    (
        "a marker that asks for nothing",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "expiration": {"expired_object_delete_marker": false}}]}}"#,
    ),
    (
        "uploads filtered by tag",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "filter": {"tags": {"k": "v"}}, "abort_incomplete_multipart_upload_days": 1}]}}"#,
    ),
    (
        "sizes that exclude each other",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "filter": {"object_size_greater_than": 10, "object_size_less_than": 10}, "expiration": {"days": 1}}]}}"#,
    ),
    (
        "no days at all",
        r#"{"name": "assets", "aws": {"lifecycle_rules": [{"id": "a", "noncurrent_version_expiration": {"noncurrent_days": 0}}]}}"#,
    ),
    ("an empty list of rules", r#"{"name": "assets", "aws": {"lifecycle_rules": []}}"#),
    (
        "CORS method that is none",
        r#"{"name": "assets", "aws": {"cors_rules": [{"allowed_origins": ["*"], "allowed_methods": ["PATCH"]}]}}"#,
    ),
    (
        "CORS origin with two stars",
        r#"{"name": "assets", "aws": {"cors_rules": [{"allowed_origins": ["https://*.*.example.com"], "allowed_methods": ["GET"]}]}}"#,
    ),
    (
        "CORS header to expose with a star",
        r#"{"name": "assets", "aws": {"cors_rules": [{"allowed_origins": ["*"], "allowed_methods": ["GET"], "expose_headers": ["x-*"]}]}}"#,
    ),
    ("tag of AWS", r#"{"name": "assets", "aws": {"tags": {"aws:team": "core"}}}"#),
    ("time limit that is none", r#"{"name": "assets", "aws": {}, "timeouts": {"delete": "forever"}}"#),
    ("two targets", r#"{"name": "assets", "aws": {}, "cloudflare": {}}"#),
    ("R2: name with capitals", r#"{"name": "myAssets", "cloudflare": {}}"#),
    (
        "R2: prefix too long",
        r#"{"name_prefix": "a-very-long-beginning-of-a-name-that-goes-on-and-on-", "cloudflare": {}}"#,
    ),
    ("R2: account that is none", r#"{"name": "assets", "cloudflare": {"account_id": "mine"}}"#),
    ("R2: location that is none", r#"{"name": "assets", "cloudflare": {"location_hint": "WEUR"}}"#),
    (
        "R2: origin with a path",
        r#"{"name": "assets", "cloudflare": {"cors_rules": [{"allowed": {"origins": ["https://example.com/"], "methods": ["GET"]}}]}}"#,
    ),
    (
        "R2: two rules of one name",
        r#"{"name": "assets", "cloudflare": {"lifecycle_rules": [{"id": "a", "delete_objects_transition": {"max_age": "1d"}}, {"id": "a", "delete_objects_transition": {"max_age": "2d"}}]}}"#,
    ),
    (
        "R2: a rule that does nothing",
        r#"{"name": "assets", "cloudflare": {"lifecycle_rules": [{"id": "a"}]}}"#,
    ),
    (
        "R2: age and date",
        r#"{"name": "assets", "cloudflare": {"lifecycle_rules": [{"id": "a", "delete_objects_transition": {"max_age": "1d", "date": "2027-01-31"}}]}}"#,
    ),
    (
        "R2: what only S3 has",
        r#"{"name": "assets", "cloudflare": {"versioning": {"type": "string", "value": "Enabled"}}}"#,
    ),
    (
        "Supabase: name that ends in a blank",
        r#"{"name": "assets ", "supabase": {"project_ref": "abcdefghijklmnopqrst"}}"#,
    ),
    (
        "Supabase: name with a slash",
        r#"{"name": "a/b", "supabase": {"project_ref": "abcdefghijklmnopqrst"}}"#,
    ),
    (
        "Supabase: binary size",
        r#"{"name": "assets", "supabase": {"project_ref": "abcdefghijklmnopqrst", "file_size_limit": "5MiB"}}"#,
    ),
    (
        "Supabase: media type that is none",
        r#"{"name": "assets", "supabase": {"project_ref": "abcdefghijklmnopqrst", "allowed_mime_types": ["png"]}}"#,
    ),
    (
        "Supabase: what only S3 and R2 have",
        r#"{"name": "assets", "supabase": {"project_ref": "abcdefghijklmnopqrst", "cors_rules": {"type": "string", "value": ""}}}"#,
    ),
    (
        "everything at once",
        r#"{"name": "A", "aws": {"region": "x", "versioning": "On", "tags": {"aws:a": ""}}}"#,
    ),
];

/// The same for secrets.
const SECRETS: &[(&str, &str)] = &[
    ("no secrets at all", r#"{"project_ref": "abcdefghijklmnopqrst"}"#),
    ("an empty map of them", r#"{"project_ref": "abcdefghijklmnopqrst", "values": {}}"#),
    ("a reference that is none", r#"{"project_ref": "my-project", "values": {"A": "1"}}"#),
    (
        "a name that Supabase keeps",
        r#"{"project_ref": "abcdefghijklmnopqrst", "values": {"SUPABASE_URL": "1"}}"#,
    ),
];

/// The same for searches.
const SEARCHES: &[(&str, &str)] = &[
    ("no cloud", "{}"),
    ("two clouds", r#"{"aws": {}, "cloudflare": {}}"#),
    ("region that is none", r#"{"aws": {"region": "Ireland"}}"#),
    ("an empty prefix", r#"{"aws": {"prefix": ""}}"#),
    ("R2: account that is none", r#"{"cloudflare": {"account_id": "mine"}}"#),
    ("R2: jurisdiction that is none", r#"{"cloudflare": {"jurisdiction": "moon"}}"#),
    ("Supabase: no project", r#"{"supabase": {"search": "assets"}}"#),
    ("Supabase: a reference that is none", r#"{"supabase": {"project_ref": "my project"}}"#),
];

#[tokio::test]
async fn every_wrong_bucket_is_explained() {
    insta::assert_snapshot!(explained("slipway_storage_bucket", CASES).await);
}

#[tokio::test]
async fn every_wrong_secret_is_explained() {
    insta::assert_snapshot!(explained("slipway_supabase_secrets", SECRETS).await);
}

#[tokio::test]
async fn every_wrong_search_for_buckets_is_explained() {
    let core = core().await;
    let ty = core.list_config("slipway_storage_bucket").ty();
    let mut page = String::new();
    for (what, config) in SEARCHES {
        let verdict = core.validate_list("slipway_storage_bucket", &decoded(what, config, &ty)).await;
        explain(&mut page, what, verdict);
    }
    explain(
        &mut page,
        "no configuration at all",
        core.validate_list("slipway_storage_bucket", &Value::Null).await,
    );
    insta::assert_snapshot!(page);
}

async fn core() -> Core<Service<Slipway>> {
    Core::start(Service::new()).await.expect("Terraform accepts the schemas")
}

fn decoded(what: &str, config: &str, ty: &Type) -> Value {
    json::decode(config.as_bytes(), ty).unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// What each case is told.
async fn explained(resource: &str, cases: &[(&str, &str)]) -> String {
    let core = core().await;
    let ty = core.resource(resource).ty();
    let mut page = String::new();
    for (what, config) in cases {
        explain(&mut page, what, core.validate(resource, &decoded(what, config, &ty)).await);
    }
    page
}

fn explain(page: &mut String, what: &str, verdict: Result<(), Verdict>) {
    let Err(Verdict::Refused(errors)) = verdict else { panic!("{what}: nothing is refused") };
    writeln!(page, "# {what}").expect("a string takes all");
    for error in errors {
        writeln!(page, "{}\n", error.trim_end()).expect("a string takes all");
    }
}
