//! A struct that is a schema.

use crate::field::{Element, Field};
use crate::rule::Invalid;
use crate::schema::{Object, Schema};
use crate::value::Value;

/// A struct that is a schema, its values, and their documentation at once. Derive it:
///
/// ```
/// use tfplugin::{Computed, Defaulted, Model, Span};
///
/// /// A message queue.
/// #[derive(Model, Clone, Debug)]
/// struct Queue {
///     /// Name of the queue.
///     #[tf(replace, length = "1..=63")]
///     name: String,
///     /// How long an unread message is kept.
///     #[tf(default = "4d", range = "1m..=14d")]
///     retention: Defaulted<Span>,
///     /// Address that producers send to.
///     #[tf(keep)]
///     url: Computed<String>,
/// }
///
/// let schema = tfplugin::schema_of::<Queue>();
/// assert_eq!(schema.object.attributes[1].description, "How long an unread message is kept.");
/// assert!(schema.problems(tfplugin::schema::Usage::Resource).is_empty());
/// ```
pub trait Model: Element {
    /// Version of the stored state; raised with `#[tf(version = 1)]` when the shape changes.
    const VERSION: i64 = 0;

    /// The attributes and the rules between them.
    fn object() -> Object;
}

/// The schema of a model.
pub fn schema_of<M: Model>() -> Schema {
    Schema { version: M::VERSION, object: M::object() }
}

/// Reads one field of a model out of an object; what the derive calls.
///
/// # Errors
/// When the value does not fit the field. The message names the field.
#[doc(hidden)]
pub fn field_from<F: Field>(object: &Value, name: &str) -> Result<F, Invalid> {
    F::from_value(object.get(name)).map_err(|invalid| {
        let separator = if invalid.what.starts_with('`') { "." } else { " " };
        let inner = invalid.what.strip_prefix('`').unwrap_or(&invalid.what);
        let what = if separator == "." { format!("`{name}.{inner}") } else { format!("`{name}` {inner}") };
        Invalid::new(what, invalid.next)
    })
}
