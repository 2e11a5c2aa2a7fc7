//! A struct that is a schema.

use crate::field::{Element, Field};
use crate::path::Path;
use crate::rule::Invalid;
use crate::schema::{Kind, Object, Schema};
use crate::value::{Attributes, Value};

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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a struct that is a schema",
    note = "add `#[derive(Model)]` to it; where there are no attributes at all, `()` is one"
)]
pub trait Model: Element {
    /// Version of the stored state; raised with `#[tf(version = 1)]` when the shape changes.
    const VERSION: i64 = 0;

    /// The attributes and the rules between them.
    fn object() -> Object;
}

/// An object without attributes: for a provider with nothing to configure, a listing without filters, an action
/// without inputs.
impl Model for () {
    fn object() -> Object {
        Object { description: "There is nothing to configure.".into(), ..Object::default() }
    }
}

impl Element for () {
    type Draft = ();

    fn kind() -> Kind {
        Kind::Object(Self::object())
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        value.as_object().map(drop).ok_or_else(|| Invalid::new("is not an object", ""))
    }

    fn encode(&self) -> Value {
        Value::Object(Attributes::new())
    }

    fn draft(value: &Value, _: &Path) -> Option<()> {
        value.as_object().map(drop)
    }
}

/// The schema of a model.
///
/// ```
/// /// Somebody.
/// #[derive(tfplugin::Model)]
/// struct Person {
///     /// How they are called.
///     name: String,
/// }
///
/// let schema = tfplugin::schema_of::<Person>();
/// assert_eq!((schema.version, schema.object.description.as_ref()), (0, "Somebody."));
/// ```
pub fn schema_of<M: Model>() -> Schema {
    Schema::new(M::VERSION, M::object())
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
