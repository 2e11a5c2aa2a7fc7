//! A configuration block as a JSON Schema, draft 2020-12.

use schemars::Schema as JsonSchema;
use schemars::consts::meta_schemas::DRAFT2020_12;
use serde_json::{Map, Value as Json, json};

use crate::codec::json::to_json;
use crate::rule::Together;
use crate::schema::{Attribute, Kind, Mode, Object, Replace, Schema};

/// What may stand in the block, for editors and for checks without Terraform.
///
/// Computed attributes are `readOnly`, write-only ones `writeOnly`; `x-replace` marks those whose change replaces
/// the object and `x-sensitive` those that Terraform masks.
pub fn json_schema(id: &str, title: &str, schema: &Schema) -> JsonSchema {
    let mut root = Map::new();
    root.insert("$schema".into(), DRAFT2020_12.into());
    root.insert("$id".into(), id.into());
    root.insert("$comment".into(), "Generated from the source by `cargo xtask gen`; do not edit.".into());
    root.insert("title".into(), title.into());
    root.extend(object(&schema.object));
    JsonSchema::from(root)
}

fn object(object: &Object) -> Map<String, Json> {
    let mut schema = Map::new();
    if !object.description.is_empty() {
        schema.insert("description".into(), object.description.as_ref().into());
    }
    schema.insert("type".into(), "object".into());
    let properties: Map<_, _> = object
        .attributes
        .iter()
        .map(|entry| (entry.name.to_string(), Json::Object(attribute(entry))))
        .collect();
    schema.insert("properties".into(), Json::Object(properties));
    let required: Vec<_> = object.attributes.iter().filter(|entry| entry.mode == Mode::Required).collect();
    if !required.is_empty() {
        let names: Vec<_> = required.iter().map(|entry| entry.name.as_ref()).collect();
        schema.insert("required".into(), json!(names));
    }
    schema.insert("additionalProperties".into(), false.into());
    let together: Vec<_> = object.rules.iter().map(rule).collect();
    if !together.is_empty() {
        schema.insert("allOf".into(), Json::Array(together));
    }
    schema
}

fn rule(rule: &Together) -> Json {
    let alone = |name: &crate::schema::Text| json!({ "required": [name] });
    match rule {
        Together::ExactlyOneOf(names) => json!({ "oneOf": names.iter().map(alone).collect::<Vec<_>>() }),
        Together::AtLeastOneOf(names) => json!({ "anyOf": names.iter().map(alone).collect::<Vec<_>>() }),
        Together::AtMostOneOf(names) => {
            let pairs = names.iter().enumerate().flat_map(|(position, one)| {
                names[position + 1..].iter().map(move |other| json!({ "required": [one, other] }))
            });
            json!({ "not": { "anyOf": pairs.collect::<Vec<_>>() } })
        }
        Together::AllOrNone(names) => {
            let needs: Map<_, _> = names
                .iter()
                .map(|name| {
                    (name.to_string(), json!(names.iter().filter(|other| *other != name).collect::<Vec<_>>()))
                })
                .collect();
            json!({ "dependentRequired": needs })
        }
        Together::RequiredWith(name, others) => json!({ "dependentRequired": { name.as_ref(): others } }),
    }
}

fn attribute(attribute: &Attribute) -> Map<String, Json> {
    let mut schema = kind(&attribute.kind);
    for rule in &attribute.rules {
        schema.extend(rule.keywords.clone());
    }
    let mut put = |key: &str, value: Json| {
        schema.insert(key.into(), value);
    };
    put("description", attribute.description.as_ref().into());
    if let Some(default) = &attribute.default {
        put("default", to_json(default));
    }
    if attribute.mode == Mode::Computed {
        put("readOnly", true.into());
    }
    if attribute.write_only {
        put("writeOnly", true.into());
    }
    if attribute.deprecated.is_some() {
        put("deprecated", true.into());
    }
    if attribute.sensitive {
        put("x-sensitive", true.into());
    }
    if attribute.replace != Replace::Never {
        put("x-replace", true.into());
    }
    schema
}

fn kind(kind: &Kind) -> Map<String, Json> {
    let schema = match kind {
        Kind::Leaf(leaf) => (leaf.json)(),
        Kind::List(inner) => json!({ "type": "array", "items": self::kind(inner) }),
        Kind::Set(inner) => json!({ "type": "array", "uniqueItems": true, "items": self::kind(inner) }),
        Kind::Map(inner) => json!({ "type": "object", "additionalProperties": self::kind(inner) }),
        Kind::Object(inner) => Json::Object(object(inner)),
    };
    match schema {
        Json::Object(schema) => schema,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Computed, Defaulted, Model, Sensitive, Set, Span, schema_of};

    /// A message queue.
    #[derive(Model)]
    #[tf(at_most_one_of("plain", "token"))]
    #[expect(dead_code, reason = "only the schema is looked at")]
    struct Queue {
        /// Name of the queue.
        #[tf(replace, length = "1..=63")]
        name: String,
        /// How long a message is kept.
        #[tf(default = "4d")]
        retention: Defaulted<Span>,
        /// Who may read.
        readers: Option<Set<String>>,
        /// Whether anyone may write.
        plain: Option<bool>,
        /// Who may write.
        token: Option<Sensitive<String>>,
        /// Address.
        url: Computed<String>,
    }

    #[test]
    fn a_model_becomes_a_schema() {
        let schema = json_schema("https://example.com/queue.json", "queue", &schema_of::<Queue>());
        insta::assert_json_snapshot!(schema);
    }
}
