//! What the capability matrix says that a cloud offers is set, found again and taken away, on that cloud.
//!
//! That the rest is refused, and in which words, is shown beside the matrix.

use std::collections::BTreeSet;

use acceptance_tests::{Project, on_clouds};
use serde_json::Value;

/// The address of the bucket in every configuration here.
const BUCKET: &str = "slipway_storage_bucket.b";

/// For each cell that offers something: capability, cloud, and an example of the attribute.
const OFFERED: &[(&str, &str, &str)] = &[
    ("Public access", "aws", "public_access_block = { block_public_policy = false }"),
    ("Public access", "cloudflare", "r2_dev_enabled = true"),
    ("Public access", "supabase", "public = true"),
    ("Place", "aws", "region = \"eu-west-1\""),
    ("Place", "cloudflare", "location_hint = \"weur\""),
    ("Jurisdiction", "cloudflare", "jurisdiction = \"eu\""),
    ("Storage class of new objects", "cloudflare", "storage_class = \"InfrequentAccess\""),
    ("CORS", "aws", "cors_rules = [{ allowed_origins = [\"*\"], allowed_methods = [\"GET\"] }]"),
    ("CORS", "cloudflare", "cors_rules = [{ allowed = { origins = [\"*\"], methods = [\"GET\"] } }]"),
    ("Lifecycle", "aws", "lifecycle_rules = [{ id = \"old\", expiration = { days = 30 } }]"),
    (
        "Lifecycle",
        "cloudflare",
        "lifecycle_rules = [{ id = \"old\", delete_objects_transition = { max_age = \"30d\" } }]",
    ),
    ("Versioning", "aws", "versioning = \"Enabled\""),
    ("Choice of encryption", "aws", "encryption = { sse_algorithm = \"aws:kms\" }"),
    (
        "Write-once protection",
        "aws",
        "versioning = \"Enabled\"\nobject_lock = { default_retention = { mode = \"GOVERNANCE\", days = 1 } }",
    ),
    (
        "Access policy",
        "aws",
        "policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::123456789012:root\" }, Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::NAME/*\" }] })",
    ),
    ("Website", "aws", "website = { index_document = \"index.html\" }"),
    ("Access logs", "aws", "logging = { target_bucket = slipway_storage_bucket.logs.name }"),
    ("Tags", "aws", "tags = { team = \"web\" }"),
    (
        "Host names of one's own",
        "cloudflare",
        "custom_domains = { \"a.example.com\" = { zone_id = \"ZONE\" } }",
    ),
    ("Largest object", "supabase", "file_size_limit = \"5MB\""),
    ("Allowed media types", "supabase", "allowed_mime_types = [\"image/*\"]"),
];

/// Where access logs can go. The double writes some.
const LOGS: &str = r#"
resource "slipway_storage_bucket" "logs" {
  name          = "NAME-logs"
  force_destroy = true
  aws = {
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

fn bucket(cloud: &str, attribute: &str) -> String {
    let project = if cloud == "supabase" { "project_ref = \"PROJECT\"" } else { "" };
    let logs = if attribute.starts_with("logging") { LOGS } else { "" };
    format!(
        "resource \"slipway_storage_bucket\" \"b\" {{\n  name = \"NAME\"\n  {cloud} = {{\n    {project}\n    {attribute}\n  }}\n}}\n{logs}"
    )
}

/// What the matrix for machines says: capability, cloud, attribute where one is offered.
fn matrix() -> Vec<(String, String, Option<String>)> {
    let file = Project::get().root.join("schemas/capabilities.json");
    let text = std::fs::read_to_string(file).expect("the matrix is generated");
    let matrix: Value = serde_json::from_str(&text).expect("it is JSON");
    let rows = matrix["slipway_storage_bucket"].as_array().expect("rows");
    let cells = rows.iter().flat_map(|row| {
        let targets = row["targets"].as_object().expect("cells");
        targets.iter().map(|(target, cell)| {
            let attribute = cell["attribute"].as_str().filter(|_| cell["offered"] == true);
            (
                row["capability"].as_str().expect("a title").to_owned(),
                target.clone(),
                attribute.map(str::to_owned),
            )
        })
    });
    cells.collect()
}

#[test]
fn every_offer_of_the_matrix_is_tried() {
    let offered: BTreeSet<(String, String)> = matrix()
        .into_iter()
        .filter_map(|(capability, target, attribute)| attribute.map(|_| (capability, target)))
        .collect();
    let tried: BTreeSet<(String, String)> = OFFERED
        .iter()
        .map(|(capability, target, _)| ((*capability).to_owned(), (*target).to_owned()))
        .collect();
    assert_eq!(tried, offered);
}

/// Sets each offered attribute of a cloud on a bucket; what the cloud says of it afterwards is what was asked for.
fn offers(target: &str) {
    on_clouds(|aws, cloud| {
        let offered = OFFERED.iter().filter(|(_, of, _)| *of == target);
        for (number, (capability, _, attribute)) in offered.enumerate() {
            // R2 remembers where a name was used before.
            let hcl = bucket(target, attribute).replace("NAME", &format!("NAME-{number}"));
            let stack = cloud.stack_with(aws, &hcl);
            stack.apply().succeeds();
            stack.plan().is_empty();
            let offered = matrix().into_iter().find(|(of, on, _)| of == capability && on == target);
            let name = offered.and_then(|(.., attribute)| attribute).expect("the matrix offers it");
            let before = stack.resource(BUCKET).expect("it was applied");
            assert!(!before[target][&name].is_null(), "{capability}: `{name}` is not set\n{before:#}");

            // The state is lost, so that what an import finds can come from nowhere but the cloud.
            let id = before["id"].as_str().expect("an id").to_owned();
            stack.run(&["state", "rm", BUCKET]).succeeds();
            stack.import(BUCKET, &id).succeeds();
            stack.plan().is_empty();
            let found = stack.resource(BUCKET).expect("it was imported");
            let [found, set] = [&found, &before].map(|state| meant(&state[target][&name]));
            assert_eq!(found, set, "{capability} on {target}");
            stack.destroy().succeeds();
        }
    });
}

/// A value, or the document that its text is.
fn meant(value: &Value) -> Value {
    value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

#[test]
fn what_s3_offers_is_set_and_found_again() {
    offers("aws");
}

#[test]
fn what_r2_offers_is_set_and_found_again() {
    offers("cloudflare");
}

#[test]
fn what_supabase_storage_offers_is_set_and_found_again() {
    offers("supabase");
}
