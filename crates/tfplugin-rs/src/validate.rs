//! A configuration against its schema: every problem, each at its place.

use crate::diagnostics::{Diagnostic, Report};
use crate::path::Path;
use crate::rule::Invalid;
use crate::schema::{Attribute, Kind, Mode, Object};
use crate::value::Value;

/// What the Terraform that asks can do.
#[derive(Clone, Copy, Debug)]
pub struct Capabilities {
    /// Whether it knows write-only attributes (Terraform 1.11 and OpenTofu 1.11).
    pub write_only_attributes: bool,
}

impl Capabilities {
    /// The newest Terraform.
    pub const NEWEST: Self = Self { write_only_attributes: true };
}

/// Checks a configuration. Values that are not known yet pass; Terraform asks again when they are.
///
/// Terraform itself checks types, and that required top-level attributes are there. Everything else is ours: set
/// read-only attributes, missing nested ones, formats, ranges, and rules between attributes.
///
/// ```
/// use tfplugin::validate::{Capabilities, validate};
/// use tfplugin::{Model, Report, Value, schema_of};
///
/// /// A queue.
/// #[derive(Model)]
/// struct Queue {
///     /// Its name.
///     #[tf(length = "3..=63")]
///     name: String,
///     /// How many messages it holds.
///     #[tf(range = "1..")]
///     size: Option<u32>,
/// }
///
/// let config = Value::object([("name", Value::from("q")), ("size", Value::from(0))]);
/// let mut report = Report::new();
/// validate(&schema_of::<Queue>().object, &config, Capabilities::NEWEST, &mut report);
/// let places: Vec<_> = report.into_diagnostics().iter().map(|found| found.path.to_string()).collect();
/// assert_eq!(places, ["name", "size"]); // every problem in one run
/// ```
pub fn validate(object: &Object, config: &Value, client: Capabilities, report: &mut Report) {
    check_object(object, config, &Path::root(), client, report);
}

fn check_object(object: &Object, config: &Value, base: &Path, client: Capabilities, report: &mut Report) {
    if !config.is_known() {
        return;
    }
    for attribute in &object.attributes {
        check_attribute(attribute, config.get(&attribute.name), base, client, report);
    }
    for rule in &object.rules {
        if let Some((path, summary, next)) = rule.broken_by(config, base) {
            report.error(path, summary, next);
        }
    }
}

fn check_attribute(
    attribute: &Attribute,
    value: &Value,
    base: &Path,
    client: Capabilities,
    report: &mut Report,
) {
    // Most attributes of most objects are left out: their paths need not be spelled out.
    if value.is_null() && attribute.mode != Mode::Required {
        return;
    }
    let path = &base.attribute(attribute.name.clone());
    if value.is_null() {
        report.error(path, format!("`{path}` is missing"), format!("Set `{path}`."));
        return;
    }
    if attribute.mode == Mode::Computed {
        report.error(
            path,
            format!("`{path}` cannot be set"),
            "The provider decides this value. Remove the attribute.",
        );
        return;
    }
    if attribute.write_only && !client.write_only_attributes {
        report.error(
            path,
            format!("`{path}` needs a newer Terraform"),
            "It is a write-only attribute, which is never stored. Use Terraform 1.11 or later.",
        );
        return;
    }
    if let Some(instead) = &attribute.deprecated
        && value.is_known()
    {
        report.push(Diagnostic::warning(format!("`{path}` is deprecated")).line(instead).at(path));
    }
    let sensitive = attribute.sensitive || attribute.write_only;
    check_kind(&attribute.kind, value, path, sensitive, client, report);
    for rule in &attribute.rules {
        if let Err(invalid) = rule.check(value) {
            say(invalid, value, path, sensitive, report);
        }
    }
}

fn check_kind(
    kind: &Kind,
    value: &Value,
    path: &Path,
    sensitive: bool,
    client: Capabilities,
    report: &mut Report,
) {
    match (kind, value) {
        (_, Value::Null | Value::Unknown) => {}
        (Kind::Leaf(leaf), value) => {
            if value.is_known()
                && let Err(invalid) = (leaf.check)(value)
            {
                say(invalid, value, path, sensitive, report);
            }
        }
        (Kind::List(inner), Value::List(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                check_element(inner, element, &path.index(index), path, sensitive, client, report);
            }
        }
        (Kind::Set(inner), Value::List(elements)) => {
            for element in elements {
                check_element(inner, element, path, path, sensitive, client, report);
            }
        }
        (Kind::Map(inner), Value::Object(entries)) => {
            for (key, entry) in entries {
                check_element(inner, entry, &path.key(key.as_str()), path, sensitive, client, report);
            }
        }
        (Kind::Object(object), value) => check_object(object, value, path, client, report),
        _ => say(Invalid::new("has the wrong type", ""), value, path, sensitive, report),
    }
}

fn check_element(
    kind: &Kind,
    element: &Value,
    path: &Path,
    collection: &Path,
    sensitive: bool,
    client: Capabilities,
    report: &mut Report,
) {
    if element.is_null() {
        report.error(path, format!("`{collection}` holds a null element"), "Remove it, or give it a value.");
    } else {
        check_kind(kind, element, path, sensitive, client, report);
    }
}

fn say(invalid: Invalid, value: &Value, path: &Path, sensitive: bool, report: &mut Report) {
    let mut diagnostic = Diagnostic::error(format!("`{path}` {}", invalid.what)).at(path);
    if !sensitive {
        match value {
            Value::String(text) => diagnostic = diagnostic.line(format!("It is {:?}.", shortened(text))),
            Value::Number(_) | Value::Bool(_) => diagnostic = diagnostic.line(format!("It is {value:?}.")),
            _ => {}
        }
    }
    if !invalid.next.is_empty() {
        diagnostic = diagnostic.line(invalid.next);
    }
    report.push(diagnostic);
}

fn shortened(text: &str) -> String {
    const MOST: usize = 100;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
