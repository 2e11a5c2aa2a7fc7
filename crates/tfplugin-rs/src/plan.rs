//! The planner: prior state and configuration to planned state, by Terraform's rules. Pure.
//!
//! A schema, a state and a configuration are all it takes:
//!
//! ```
//! use tfplugin::plan::{Inputs, carry_unread, plan, replacements, respell, with_defaults};
//! use tfplugin::{Computed, Defaulted, Model, Span, Value, schema_of};
//!
//! /// A queue.
//! #[derive(Model)]
//! struct Queue {
//!     /// Its name.
//!     #[tf(replace)]
//!     name: String,
//!     /// How long messages are kept.
//!     #[tf(default = "4d")]
//!     retention: Defaulted<Span>,
//!     /// The token it was made with.
//!     #[tf(unread)]
//!     token: Option<String>,
//!     /// What changes with every change.
//!     etag: Computed<String>,
//! }
//!
//! let object = schema_of::<Queue>().object;
//! let queue = |name: &str, retention: Value, token: Value, etag: Value| {
//!     Value::object([("name", name.into()), ("retention", retention), ("token", token), ("etag", etag)])
//! };
//! let prior = queue("orders", "4d".into(), "t".into(), "1".into());
//!
//! // `name = "order"`, and the rest left out:
//! let config = queue("order", Value::Null, Value::Null, Value::Null);
//! let proposed = queue("order", "4d".into(), Value::Null, "1".into()); // what Terraform makes of the two
//! let planned = plan(&object, Inputs { config: &config, prior: &prior, proposed: &proposed });
//! assert_eq!(planned, queue("order", "4d".into(), Value::Null, Value::Unknown));
//! assert_eq!(replacements(&object, &prior, &planned).iter().next().unwrap().to_string(), "name");
//! assert_eq!(with_defaults(&object, &config, &config).get("retention"), &Value::from("4d"));
//!
//! // A read that found the same, spelled in another way, and no token:
//! let mut found = queue("orders", "96h".into(), Value::Null, "1".into());
//! carry_unread(&object, &prior, &mut found);
//! respell(&object, &prior, &mut found);
//! assert_eq!(found, prior);
//! ```

use std::collections::BTreeSet;

use crate::path::Path;
use crate::schema::{Attribute, Kind, Object, Replace, Stability};
use crate::value::{Attributes, Value};

/// What a plan starts from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The configuration.
    pub config: &'a Value,
    /// What the state holds; null when the object is to be created.
    pub prior: &'a Value,
    /// What Terraform made of the two: the configuration, with prior values where the provider decides.
    pub proposed: &'a Value,
}

/// Plans an object that is to exist.
///
/// In this order: defaults; write-only values are dropped; a new spelling of an equal value gives way to the prior
/// one; if then anything differs from the prior state, values that the provider decides become unknown as their
/// [`Stability`] says. What replaces the object is decided last, by [`replacements`].
pub fn plan(object: &Object, inputs: Inputs<'_>) -> Value {
    let mut planned = with_defaults(object, inputs.config, inputs.proposed);
    settle(object, inputs.config, inputs.prior, &mut planned);
    if &planned != inputs.prior {
        mark_unknown(object, inputs.config, inputs.prior, &mut planned);
    }
    planned
}

/// A value of this object with defaults wherever the configuration is silent.
pub fn with_defaults(object: &Object, config: &Value, value: &Value) -> Value {
    let Value::Object(attributes) = value else { return value.clone() };
    let filled = object.attributes.iter().map(|attribute| {
        let (config, value) = (config.get(&attribute.name), attributes.get(attribute.name.as_ref()));
        let value = value.cloned().unwrap_or_default();
        (attribute.name.to_string(), default_of(attribute, config, value))
    });
    Value::Object(filled.collect())
}

fn default_of(attribute: &Attribute, config: &Value, value: Value) -> Value {
    match (&attribute.default, config) {
        (Some(default), Value::Null) => defaults_inside(&attribute.kind, default, default.clone()),
        _ => defaults_inside(&attribute.kind, config, value),
    }
}

fn defaults_inside(kind: &Kind, config: &Value, value: Value) -> Value {
    match (kind, value) {
        (Kind::Object(object), value @ Value::Object(_)) if config.is_known() => {
            with_defaults(object, config, &value)
        }
        (Kind::List(inner), Value::List(elements)) if config.is_known() => Value::List(
            elements
                .into_iter()
                .enumerate()
                .map(|(index, element)| defaults_inside(inner, config.at(index), element))
                .collect(),
        ),
        (Kind::Map(inner), Value::Object(entries)) if config.is_known() => Value::Object(
            entries
                .into_iter()
                .map(|(key, entry)| {
                    let entry = defaults_inside(inner, config.get(&key), entry);
                    (key, entry)
                })
                .collect(),
        ),
        // Sets hold only what the configuration decides (see `Element::PLAIN`), so there is nothing to fill.
        (_, value) => value,
    }
}

/// Drops write-only values and prefers the prior spelling of equal values.
fn settle(object: &Object, config: &Value, prior: &Value, planned: &mut Value) {
    let Value::Object(attributes) = planned else { return };
    for attribute in &object.attributes {
        let Some(value) = attributes.get_mut(attribute.name.as_ref()) else { continue };
        if attribute.write_only {
            *value = Value::Null;
            continue;
        }
        // Terraform proposes null for nested attributes that the configuration once set and then left out. One that
        // the provider decides from then on stays as it is.
        if decided_by_provider(attribute, config.get(&attribute.name))
            && attribute.stability == Stability::Kept
            && prior.is_known()
        {
            *value = prior.get(&attribute.name).clone();
            continue;
        }
        settle_value(&attribute.kind, config.get(&attribute.name), prior.get(&attribute.name), value);
    }
}

fn settle_value(kind: &Kind, config: &Value, prior: &Value, planned: &mut Value) {
    match kind {
        Kind::Object(object) if planned.is_known() => settle(object, config, prior, planned),
        // Objects inside a collection are planned attribute by attribute; any other collection as a whole.
        Kind::List(inner) if matches!(**inner, Kind::Object(_)) => {
            if let Value::List(elements) = planned {
                for (index, element) in elements.iter_mut().enumerate() {
                    settle_value(inner, config.at(index), prior.at(index), element);
                }
            }
        }
        Kind::Map(inner) if matches!(**inner, Kind::Object(_)) => {
            if let Value::Object(entries) = planned {
                for (key, entry) in entries.iter_mut() {
                    settle_value(inner, config.get(key), prior.get(key), entry);
                }
            }
        }
        _ => {
            if planned.is_known() && prior.is_known() && planned != prior && kind.same(planned, prior) {
                *planned = prior.clone();
            }
        }
    }
}

fn mark_unknown(object: &Object, config: &Value, prior: &Value, planned: &mut Value) {
    let Value::Object(attributes) = planned else { return };
    for attribute in &object.attributes {
        let config = config.get(&attribute.name);
        let before = prior.get(&attribute.name);
        let decided_by_provider =
            attribute.mode.is_computed() && config.is_null() && attribute.default.is_none();
        if decided_by_provider {
            if !stays(attribute, prior, attributes) {
                attributes.insert(attribute.name.to_string(), Value::Unknown);
            }
        } else if config.is_known()
            && let Some(value) = attributes.get_mut(attribute.name.as_ref())
        {
            mark_inside(&attribute.kind, config, before, value);
        }
    }
}

fn mark_inside(kind: &Kind, config: &Value, prior: &Value, planned: &mut Value) {
    match (kind, planned) {
        (Kind::Object(object), planned @ Value::Object(_)) => mark_unknown(object, config, prior, planned),
        (Kind::List(inner), Value::List(elements)) => {
            for (index, element) in elements.iter_mut().enumerate() {
                mark_inside(inner, config.at(index), prior.at(index), element);
            }
        }
        (Kind::Map(inner), Value::Object(entries)) => {
            for (key, entry) in entries.iter_mut() {
                mark_inside(inner, config.get(key), prior.get(key), entry);
            }
        }
        _ => {}
    }
}

/// Whether the value is the provider's to decide: the configuration is silent and there is no default.
fn decided_by_provider(attribute: &Attribute, config: &Value) -> bool {
    attribute.mode.is_computed() && config.is_null() && attribute.default.is_none()
}

/// Whether a provider-decided value is known to survive the update.
fn stays(attribute: &Attribute, prior: &Value, planned: &Attributes) -> bool {
    if !prior.is_known() {
        return false;
    }
    match &attribute.stability {
        Stability::Recomputed => false,
        Stability::Kept => true,
        Stability::DerivedFrom(sources) => sources
            .iter()
            .all(|source| planned.get(source.as_ref()).unwrap_or(&Value::Null) == prior.get(source)),
    }
}

/// The attributes whose planned change replaces the object; none when there is nothing to replace.
pub fn replacements(object: &Object, prior: &Value, planned: &Value) -> BTreeSet<Path> {
    let mut paths = BTreeSet::new();
    if prior.is_known() && planned.is_known() {
        collect_replacements(object, prior, planned, &Path::root(), &mut paths);
    }
    paths
}

fn collect_replacements(
    object: &Object,
    prior: &Value,
    planned: &Value,
    base: &Path,
    paths: &mut BTreeSet<Path>,
) {
    for attribute in &object.attributes {
        let (before, after) = (prior.get(&attribute.name), planned.get(&attribute.name));
        if before == after {
            continue;
        }
        let path = base.attribute(attribute.name.clone());
        match attribute.replace {
            Replace::OnChange => {
                paths.insert(path);
            }
            Replace::OnPresence if before.is_null() != after.is_null() => {
                paths.insert(path);
            }
            Replace::OnPresence | Replace::Never => inside(&attribute.kind, before, after, &path, paths),
        }
    }

    fn inside(kind: &Kind, before: &Value, after: &Value, path: &Path, paths: &mut BTreeSet<Path>) {
        match (kind, before, after) {
            (Kind::Object(object), Value::Object(_), Value::Object(_)) => {
                collect_replacements(object, before, after, path, paths);
            }
            (Kind::List(inner), Value::List(old), Value::List(new)) => {
                for (index, (before, after)) in old.iter().zip(new).enumerate() {
                    inside(inner, before, after, &path.index(index), paths);
                }
            }
            (Kind::Map(inner), Value::Object(old), Value::Object(new)) => {
                for (key, before) in old {
                    if let Some(after) = new.get(key) {
                        inside(inner, before, after, &path.key(key.as_str()), paths);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Puts back the spelling of `reference` wherever `value` means the same, and nulls write-only values.
///
/// After a create or update the reference is the plan, after a read the prior state: an answer of the cloud that
/// only spells a value differently is no drift.
pub fn respell(object: &Object, reference: &Value, value: &mut Value) {
    let Value::Object(attributes) = value else { return };
    for attribute in &object.attributes {
        let Some(found) = attributes.get_mut(attribute.name.as_ref()) else { continue };
        if attribute.write_only {
            *found = Value::Null;
        } else {
            respell_value(&attribute.kind, reference.get(&attribute.name), found);
        }
    }
}

fn respell_value(kind: &Kind, reference: &Value, value: &mut Value) {
    match (kind, reference, &mut *value) {
        (Kind::Object(object), Value::Object(_), Value::Object(_)) => respell(object, reference, value),
        (Kind::List(inner), Value::List(references), Value::List(elements)) => {
            for (reference, element) in references.iter().zip(elements) {
                respell_value(inner, reference, element);
            }
        }
        (Kind::Map(inner), Value::Object(references), Value::Object(entries)) => {
            for (key, entry) in entries {
                if let Some(reference) = references.get(key) {
                    respell_value(inner, reference, entry);
                }
            }
        }
        (kind, reference, value) => {
            if reference.is_known() && value.is_known() && reference != value && kind.same(reference, value) {
                *value = reference.clone();
            }
        }
    }
}

/// Fills what the cloud never returns: attributes marked unread keep the prior value, or take the default.
pub fn carry_unread(object: &Object, prior: &Value, value: &mut Value) {
    let Value::Object(attributes) = value else { return };
    for attribute in &object.attributes {
        let before = prior.get(&attribute.name);
        let Some(found) = attributes.get_mut(attribute.name.as_ref()) else { continue };
        if attribute.unread {
            *found = match before {
                Value::Null => attribute.default.clone().unwrap_or_default(),
                before => before.clone(),
            };
        } else if let Kind::Object(inner) = &attribute.kind {
            carry_unread(inner, before, found);
        }
    }
}
