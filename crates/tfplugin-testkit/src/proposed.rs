//! What Terraform proposes as the new state: the configuration, with prior values where the provider decides.

use std::collections::BTreeMap;

use tfplugin::Value;

use crate::block::{Attribute, Block, Kind, Nesting};

type Attributes = BTreeMap<String, Attribute>;

/// The proposed new state. Null when there is to be no object.
///
/// ```
/// use tfplugin::Value;
/// use tfplugin::cty::Type;
/// use tfplugin_testkit::block::{Attribute, Block, Kind};
/// # let attribute = |required: bool, computed: bool, write_only: bool| Attribute {
/// #     kind: Kind::Plain(Type::String),
/// #     required,
/// #     optional: !required && !computed,
/// #     computed,
/// #     write_only,
/// #     sensitive: false,
/// # };
/// # let (name, url) = (attribute(true, false, false), attribute(false, true, false));
/// use tfplugin_testkit::proposed::proposed_new;
///
/// // `name` is required, `url` is computed.
/// let block = Block { attributes: [("name".into(), name), ("url".into(), url)].into(), ..Block::default() };
/// let prior = Value::object([("name", Value::from("orders")), ("url", Value::from("https://acme.example"))]);
/// let config = Value::object([("name", Value::from("bills")), ("url", Value::Null)]);
///
/// // The configuration, with prior values where the provider decides.
/// let proposed = proposed_new(&block, &prior, &config);
/// assert_eq!(proposed.get("name"), &Value::from("bills"));
/// assert_eq!(proposed.get("url"), &Value::from("https://acme.example"));
/// ```
pub fn proposed_new(block: &Block, prior: &Value, config: &Value) -> Value {
    match (prior, config) {
        (_, Value::Null) => Value::Null,
        (Value::Null, config) => merge_block(block, &block.empty(), config),
        (prior, config) => merge_block(block, prior, config),
    }
}

fn merge_block(block: &Block, prior: &Value, config: &Value) -> Value {
    if !config.is_known() {
        return config.clone();
    }
    let attributes = block.attributes.iter().map(|(name, attribute)| {
        (name.clone(), merge_attribute(attribute, prior.get(name), config.get(name)))
    });
    let blocks = block.blocks.iter().map(|(name, nested)| {
        let merged = merge_nested(
            nested.nesting,
            prior.get(name),
            config.get(name),
            &|prior, config| merge_block(&nested.block, prior, config),
            &|prior, config| block_compatible(&nested.block, prior, config),
        );
        (name.clone(), merged)
    });
    Value::object(attributes.chain(blocks))
}

fn merge_attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.computed && config.is_null() {
        // A nested attribute that the configuration once filled, and then left out, was removed by the user.
        if let Kind::Nested(_, inner) = &attribute.kind
            && attribute.optional
            && was_configured(inner, prior)
        {
            return Value::Null;
        }
        return prior.clone();
    }
    match &attribute.kind {
        Kind::Plain(_) => config.clone(),
        Kind::Nested(nesting, inner) => merge_nested(
            *nesting,
            prior,
            config,
            &|prior, config| merge_attributes(inner, prior, config),
            &|prior, config| attributes_compatible(inner, prior, config),
        ),
    }
}

fn merge_attributes(attributes: &Attributes, prior: &Value, config: &Value) -> Value {
    if !config.is_known() {
        return config.clone();
    }
    Value::object(attributes.iter().map(|(name, attribute)| {
        (name.clone(), merge_attribute(attribute, prior.get(name), config.get(name)))
    }))
}

/// Whether any value inside could only have come from a configuration.
fn was_configured(attributes: &Attributes, prior: &Value) -> bool {
    match prior {
        Value::List(elements) => elements.iter().any(|element| was_configured(attributes, element)),
        Value::Object(found) if found.keys().all(|name| attributes.contains_key(name)) => {
            attributes.iter().any(|(name, attribute)| {
                let value = prior.get(name);
                (!attribute.computed && !value.is_null())
                    || matches!(&attribute.kind, Kind::Nested(_, inner) if was_configured(inner, value))
            })
        }
        Value::Object(entries) => entries.values().any(|entry| was_configured(attributes, entry)),
        _ => false,
    }
}

fn merge_nested(
    nesting: Nesting,
    prior: &Value,
    config: &Value,
    merge: &dyn Fn(&Value, &Value) -> Value,
    compatible: &dyn Fn(&Value, &Value) -> bool,
) -> Value {
    match (nesting, config) {
        (_, Value::Null | Value::Unknown) => config.clone(),
        (Nesting::Single | Nesting::Group, config) => merge(prior, config),
        (Nesting::List, Value::List(elements)) => Value::List(
            elements.iter().enumerate().map(|(index, element)| merge(prior.at(index), element)).collect(),
        ),
        (Nesting::Map, Value::Object(entries)) => {
            Value::object(entries.iter().map(|(key, entry)| (key.clone(), merge(prior.get(key), entry))))
        }
        (Nesting::Set, Value::List(elements)) => {
            let candidates = prior.as_list().unwrap_or_default();
            let mut used = vec![false; candidates.len()];
            Value::set(elements.iter().map(|element| {
                let found = (0..candidates.len())
                    .find(|index| !used[*index] && compatible(&candidates[*index], element));
                match found {
                    Some(index) => {
                        used[index] = true;
                        merge(&candidates[index], element)
                    }
                    None => merge(&Value::Null, element),
                }
            }))
        }
        (_, config) => config.clone(),
    }
}

fn block_compatible(block: &Block, prior: &Value, config: &Value) -> bool {
    attributes_compatible(&block.attributes, prior, config)
        && block.blocks.keys().all(|name| prior.get(name) == config.get(name))
}

/// Whether a prior element of a set may be the same element as one of the configuration.
fn attributes_compatible(attributes: &Attributes, prior: &Value, config: &Value) -> bool {
    attributes.iter().all(|(name, attribute)| {
        let (prior, config) = (prior.get(name), config.get(name));
        if prior == config || (attribute.computed && config.is_null()) {
            return true;
        }
        match (&attribute.kind, prior, config) {
            (Kind::Nested(Nesting::Single, inner), Value::Object(_), Value::Object(_)) => {
                attributes_compatible(inner, prior, config)
            }
            _ => false,
        }
    })
}
