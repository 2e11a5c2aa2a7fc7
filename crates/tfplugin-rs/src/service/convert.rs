//! Between our terms and the wire's.

use crate::codec::{json, msgpack};
use crate::diagnostics::{Diagnostic, Diagnostics, Outcome, Severity};
use crate::path::{Path, Step};
use crate::rule::list_of;
use crate::schema::{Attribute, Kind, Mode, Nesting, Object, Schema};
use crate::value::Value;
use crate::wire::tfplugin6 as wire;

/// A response that can say no.
pub(super) trait Refusal {
    fn refuse(diagnostics: Diagnostics) -> Self;
    fn diagnostics(&self) -> &[wire::Diagnostic];
}

macro_rules! refusals {
    ($($module:ident),* $(,)?) => {$(
        impl Refusal for wire::$module::Response {
            fn refuse(diagnostics: Diagnostics) -> Self {
                let mut refusal = Self::default();
                refusal.diagnostics.extend(to_wire(diagnostics));
                refusal
            }

            fn diagnostics(&self) -> &[wire::Diagnostic] {
                &self.diagnostics
            }
        }
    )*};
}
refusals! {
    get_metadata, get_provider_schema, validate_provider_config, configure_provider, validate_resource_config,
    upgrade_resource_state, get_resource_identity_schemas, upgrade_resource_identity, read_resource,
    plan_resource_change, apply_resource_change, import_resource_state, move_resource_state,
    generate_resource_config, validate_data_resource_config, read_data_source, validate_ephemeral_resource_config,
    open_ephemeral_resource, renew_ephemeral_resource, close_ephemeral_resource, validate_list_resource_config,
    get_functions, plan_action, validate_action_config, validate_state_store, configure_state_store, lock_state,
    unlock_state, get_states, delete_state,
}

impl Refusal for wire::stop_provider::Response {
    fn refuse(diagnostics: Diagnostics) -> Self {
        Self { error: diagnostics.to_string() }
    }

    fn diagnostics(&self) -> &[wire::Diagnostic] {
        &[]
    }
}

impl Refusal for wire::call_function::Response {
    fn refuse(diagnostics: Diagnostics) -> Self {
        let error = wire::FunctionError { text: diagnostics.to_string(), function_argument: None };
        Self { error: Some(error), result: None }
    }

    fn diagnostics(&self) -> &[wire::Diagnostic] {
        &[]
    }
}

pub(super) fn to_wire(diagnostics: Diagnostics) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

pub(super) fn diagnostic(diagnostic: Diagnostic) -> wire::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => wire::diagnostic::Severity::Error,
        Severity::Warning => wire::diagnostic::Severity::Warning,
    };
    wire::Diagnostic {
        severity: severity as i32,
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: (!diagnostic.path.is_root()).then(|| path(&diagnostic.path)),
    }
}

pub(super) fn path(path: &Path) -> wire::AttributePath {
    use wire::attribute_path::step::Selector;
    let step = |step: &Step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.to_string()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
        };
        wire::attribute_path::Step { selector: Some(selector) }
    };
    wire::AttributePath { steps: path.steps().iter().map(step).collect() }
}

/// Reads a value that Terraform sent. A message that does not fit the schema can only be a bug.
pub(super) fn decode(value: Option<&wire::DynamicValue>, schema: &Schema) -> Outcome<Value> {
    decode_typed(value, schema.ty())
}

/// Reads a block that may be left out, which then is empty.
pub(super) fn decode_block(value: Option<&wire::DynamicValue>, schema: &Schema) -> Outcome<Value> {
    Ok(match decode(value, schema)? {
        Value::Null => schema.object.empty(),
        block => block,
    })
}

pub(super) fn decode_typed(value: Option<&wire::DynamicValue>, ty: &crate::cty::Type) -> Outcome<Value> {
    let Some(value) = value else { return Ok(Value::Null) };
    let decoded = if value.msgpack.is_empty() && !value.json.is_empty() {
        json::decode(&value.json, ty)
    } else {
        msgpack::decode(&value.msgpack, ty)
    };
    decoded.map_err(|error| {
        Diagnostic::error("A value from Terraform does not fit the schema")
            .line(format!("{error}."))
            .line("Nothing was changed.")
            .line("This is a bug of the provider or of Terraform: please report it.")
            .into()
    })
}

/// Writes a value for Terraform.
pub(super) fn encode(value: &Value, schema: &Schema) -> Outcome<wire::DynamicValue> {
    encode_typed(value, schema.ty())
}

pub(super) fn encode_typed(value: &Value, ty: &crate::cty::Type) -> Outcome<wire::DynamicValue> {
    let msgpack = msgpack::encode(value, ty).map_err(|error| {
        Diagnostics::from(
            Diagnostic::error("A value of the provider does not fit its schema")
                .line(format!("{error}."))
                .line("This is a bug of the provider: please report it."),
        )
    })?;
    Ok(wire::DynamicValue { msgpack, json: Vec::new() })
}

pub(super) fn schema(schema: &Schema) -> wire::Schema {
    wire::Schema {
        version: schema.version,
        block: Some(wire::schema::Block {
            attributes: schema.object.attributes.iter().map(attribute).collect(),
            description: schema.object.description.to_string(),
            description_kind: wire::StringKind::Markdown as i32,
            deprecated: schema.object.deprecated.is_some(),
            deprecation_message: schema.object.deprecated.as_deref().unwrap_or_default().to_owned(),
            ..wire::schema::Block::default()
        }),
    }
}

fn attribute(attribute: &Attribute) -> wire::schema::Attribute {
    let nested = attribute.kind.nested();
    wire::schema::Attribute {
        name: attribute.name.to_string(),
        r#type: if nested.is_some() { Vec::new() } else { attribute.kind.ty().to_json_bytes() },
        nested_type: nested.map(|(nesting, object)| nested_type(nesting, object)),
        description: describe(attribute),
        description_kind: wire::StringKind::Markdown as i32,
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        deprecated: attribute.deprecated.is_some(),
        deprecation_message: attribute.deprecated.as_deref().unwrap_or_default().to_owned(),
    }
}

fn nested_type(nesting: Nesting, object: &Object) -> wire::schema::Object {
    use wire::schema::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    wire::schema::Object {
        attributes: object.attributes.iter().map(attribute).collect(),
        nesting: nesting as i32,
        ..wire::schema::Object::default()
    }
}

/// The description as editors show it: the text, the allowed values and the default.
fn describe(attribute: &Attribute) -> String {
    let mut text = attribute.description.to_string();
    let mut add = |sentence: &str| {
        if !sentence.is_empty() {
            text.push(' ');
            text.push_str(sentence);
        }
    };
    if let Kind::Leaf(leaf) = &attribute.kind
        && let Some(choices) = (leaf.json)().get("enum").and_then(|choices| choices.as_array().cloned())
    {
        let choices: Vec<_> = choices.iter().filter_map(|choice| choice.as_str()).collect();
        add(&format!("One of {}.", list_of(&choices)));
    }
    for rule in &attribute.rules {
        add(&rule.sentence);
    }
    if let Some(default) = &attribute.default {
        add(&format!("Default: `{}`.", json::to_json(default).to_string().trim_matches('"')));
    }
    text
}

/// A flat identity schema.
pub(super) fn identity_schema(schema: &Schema) -> wire::ResourceIdentitySchema {
    let attribute = |attribute: &Attribute| wire::resource_identity_schema::IdentityAttribute {
        name: attribute.name.to_string(),
        r#type: attribute.kind.ty().to_json_bytes(),
        required_for_import: attribute.mode == Mode::Required,
        optional_for_import: attribute.mode == Mode::Optional,
        description: attribute.description.to_string(),
    };
    wire::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: schema.object.attributes.iter().map(attribute).collect(),
    }
}
