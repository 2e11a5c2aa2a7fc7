//! Every cell of the capability matrix is true: what is offered can be set, what is missing is refused by its words.

use serde_json::{Value, json};
use slipway_provider::Slipway;
use slipway_provider::capabilities::{Cell, STORAGE_BUCKET, Target};
use tfplugin::Service;
use tfplugin::codec::json::decode;
use tfplugin_testkit::block::{Block, Kind};
use tfplugin_testkit::{Core, Verdict};

const BUCKET: &str = "slipway_storage_bucket";

async fn core() -> Core<Service<Slipway>> {
    Core::start(Service::new()).await.expect("Terraform accepts the schemas")
}

/// A bucket on a target, with one attribute set to null or to something.
fn bucket(target: Target, attribute: &str, value: Value) -> Value {
    let mut object = match target {
        Target::Supabase => json!({ "project_ref": "abcdefghijklmnopqrst" }),
        Target::Aws | Target::Cloudflare => json!({}),
    };
    object[attribute] = value;
    json!({ "name": "assets", (target.attribute()): object })
}

fn has(block: &Block, target: Target, attribute: &str) -> bool {
    let Kind::Nested(_, object) = &block.attributes[target.attribute()].kind else { return false };
    object.contains_key(attribute)
}

/// Something that an attribute is offered for.
fn example(attribute: &str) -> Value {
    match attribute {
        "public_access_block" => json!({ "block_public_acls": false }),
        "region" => json!("eu-west-1"),
        "location_hint" => json!("weur"),
        "jurisdiction" => json!("eu"),
        "storage_class" => json!("InfrequentAccess"),
        "cors_rules" => Value::Null,
        "lifecycle_rules" => Value::Null,
        "versioning" => json!("Enabled"),
        "encryption" => json!({ "sse_algorithm": "AES256" }),
        "object_lock" | "policy" => Value::Null,
        "website" => json!({ "index_document": "index.html" }),
        "logging" => json!({ "target_bucket": "logs" }),
        "tags" => json!({ "team": "web" }),
        "custom_domains" => json!({ "a.example.com": { "zone_id": "0".repeat(32) } }),
        "file_size_limit" => json!("5MB"),
        "allowed_mime_types" => json!(["image/*"]),
        "r2_dev_enabled" | "public" => json!(true),
        other => panic!("give an example of `{other}`"),
    }
}

#[tokio::test]
async fn what_is_offered_can_be_set() {
    let core = core().await;
    let block = core.resource(BUCKET);
    for row in STORAGE_BUCKET {
        for (target, cell) in Target::ALL.into_iter().zip(row.cells) {
            let Cell::Offered(attribute) = cell else { continue };
            assert!(has(block, target, attribute), "{} on {}: no `{attribute}`", row.title, target.product());
            let config = bucket(target, attribute, example(attribute));
            let config = decode(config.to_string().as_bytes(), &block.ty())
                .unwrap_or_else(|error| panic!("{} on {}: {error}", row.title, target.product()));
            if let Err(verdict) = core.validate(BUCKET, &config).await {
                panic!("{} on {}: {verdict}", row.title, target.product());
            }
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_refused_in_the_terms_of_the_vendor() {
    let core = core().await;
    let block = core.resource(BUCKET);
    for row in STORAGE_BUCKET {
        for (target, cell) in Target::ALL.into_iter().zip(row.cells) {
            let Cell::Missing { attribute, term, next } = cell else { continue };
            let Some(attribute) = attribute else {
                // Terraform itself refuses it: there is no attribute for it, under whatever name others have it.
                for name in row.cells.iter().filter_map(|cell| match cell {
                    Cell::Offered(name) => Some(*name),
                    Cell::Missing { .. } => None,
                }) {
                    assert!(!has(block, target, name), "{} on {}: `{name}`", row.title, target.product());
                }
                continue;
            };
            // The attribute takes anything, so that everything gets the same answer.
            let typed = json!({ "value": "something", "type": "string" });
            let config = bucket(target, attribute, typed);
            let config = decode(config.to_string().as_bytes(), &block.ty()).expect("it takes anything");
            let Err(Verdict::Refused(errors)) = core.validate(BUCKET, &config).await else {
                panic!("{} on {}: `{attribute}` is not refused", row.title, target.product());
            };
            let said = errors.join("\n");
            for words in [target.product(), term, next] {
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(said.contains(&words), "{said}");
            }
        }
    }
}

#[test]
fn every_term_is_a_sentence() {
    for row in STORAGE_BUCKET {
        for cell in row.cells {
            let Cell::Missing { term, next, .. } = cell else { continue };
            assert!(term.ends_with('.') && next.ends_with('.'), "{}: {term} {next}", row.title);
        }
    }
}
