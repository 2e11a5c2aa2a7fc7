//! A value that may be known, null or not known yet.

use std::collections::BTreeMap;
use std::fmt;

use crate::cty::Type;
use crate::number::Number;
use crate::path::{Path, Step};

/// Attribute names, or map keys, and their values.
///
/// ```
/// use tfplugin::Value;
/// use tfplugin::value::Attributes;
///
/// let attributes = Attributes::from([("name".into(), Value::from("orders"))]);
/// assert_eq!(Value::Object(attributes).get("name"), &Value::from("orders"));
/// ```
pub type Attributes = BTreeMap<String, Value>;

/// Any Terraform value.
///
/// The type lives in the schema, not in the value: lists, sets and tuples are all [`Value::List`], maps and
/// objects are both [`Value::Object`]. The elements of a set are kept sorted and free of duplicates (see
/// [`Value::set`]), so that equality is structural.
///
/// ```
/// use tfplugin::{Path, Value};
///
/// let mut queue = Value::object([
///     ("name", Value::from("orders")),
///     ("fast", Value::from(true)),
///     ("size", Value::from(5)),
///     ("readers", Value::set(["b".into(), "a".into(), "b".into()])),
///     ("url", Value::Unknown),
/// ]);
/// assert_eq!(queue.get("name").as_str(), Some("orders"));
/// assert_eq!(queue.get("fast").as_bool(), Some(true));
/// assert_eq!(queue.get("size").as_number().and_then(|size| size.as_i64()), Some(5));
/// assert_eq!(queue.get("readers").as_list().map(<[Value]>::len), Some(2));
/// assert_eq!(queue.get("readers").at(0), &Value::from("a"));
/// assert_eq!(queue.as_object().map(|attributes| attributes.len()), Some(5));
///
/// assert!(queue.get("url").is_unknown() && queue.get("nothing").is_null());
/// assert!(queue.is_known() && !queue.is_wholly_known());
///
/// let place = Path::root().attribute("readers").index(1);
/// assert_eq!(queue.lookup(&place), Some(&Value::from("b")));
/// *queue.lookup_mut(&place).unwrap() = Value::from("c");
///
/// let (known, unknown) = queue.without_unknowns();
/// assert_eq!((known.get("url"), unknown[0].to_string()), (&Value::Null, "url".into()));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Value {
    /// Absent.
    #[default]
    Null,
    /// Decided later: "(known after apply)".
    Unknown,
    /// True or false.
    Bool(bool),
    /// An exact decimal.
    Number(Number),
    /// Unicode text.
    String(String),
    /// A list, a set or a tuple.
    List(Vec<Value>),
    /// A map or an object.
    Object(Attributes),
    /// A value in a place whose type is decided by the value.
    Dynamic(Box<Typed>),
}

/// A value together with its type, as it stands in a dynamic place.
///
/// ```
/// use tfplugin::Value;
/// use tfplugin::cty::Type;
/// use tfplugin::value::Typed;
///
/// let value = Value::Dynamic(Box::new(Typed { ty: Type::Bool, value: true.into() }));
/// assert!(value.is_wholly_known());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Typed {
    /// What the value is.
    pub ty: Type,
    /// The value.
    pub value: Value,
}

impl PartialOrd for Typed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Typed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value
            .cmp(&other.value)
            .then_with(|| self.ty.to_json().to_string().cmp(&other.ty.to_json().to_string()))
    }
}

impl Value {
    /// The elements of a set, sorted and without duplicates.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<_> = elements.into_iter().collect();
        elements.sort();
        elements.dedup();
        Self::List(elements)
    }

    /// An object or a map.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Whether the value is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value itself is not known yet (something inside may still be).
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Dynamic(typed) => typed.value.is_unknown(),
            _ => false,
        }
    }

    /// Whether the value is there and known, though something inside may not be.
    pub fn is_known(&self) -> bool {
        !self.is_null() && !self.is_unknown()
    }

    /// Whether nothing inside is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Object(attributes) => attributes.values().all(Self::is_wholly_known),
            Self::Dynamic(typed) => typed.value.is_wholly_known(),
            _ => true,
        }
    }

    /// The text, when this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The number, when this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements, when this is a list, a set or a tuple.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The attributes, when this is an object or a map.
    pub fn as_object(&self) -> Option<&Attributes> {
        match self {
            Self::Object(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// The attribute of that name; null when there is none, unknown when this is unknown.
    pub fn get(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        const UNKNOWN: &Value = &Value::Unknown;
        match self {
            Self::Object(attributes) => attributes.get(name).unwrap_or(NULL),
            Self::Unknown => UNKNOWN,
            _ => NULL,
        }
    }

    /// The element at that position; null when there is none.
    pub fn at(&self, index: usize) -> &Value {
        const NULL: &Value = &Value::Null;
        self.as_list().and_then(|elements| elements.get(index)).unwrap_or(NULL)
    }

    /// The value that a path leads to, if it leads anywhere.
    pub fn lookup(&self, path: &Path) -> Option<&Value> {
        path.steps().iter().try_fold(self, |value, step| match step {
            Step::Attribute(name) => value.as_object()?.get(name.as_ref()),
            Step::Key(key) => value.as_object()?.get(key),
            Step::Index(index) => value.as_list()?.get(*index),
        })
    }

    /// The place that a path leads to, if it leads anywhere.
    pub fn lookup_mut(&mut self, path: &Path) -> Option<&mut Value> {
        path.steps().iter().try_fold(self, |value, step| match (step, value) {
            (Step::Attribute(name), Self::Object(attributes)) => attributes.get_mut(name.as_ref()),
            (Step::Key(key), Self::Object(attributes)) => attributes.get_mut(key),
            (Step::Index(index), Self::List(elements)) => elements.get_mut(*index),
            _ => None,
        })
    }

    /// The same value with null wherever something is unknown, and the places where that was so.
    pub fn without_unknowns(self) -> (Self, Vec<Path>) {
        fn walk(value: Value, path: &Path, found: &mut Vec<Path>) -> Value {
            match value {
                Value::Unknown => {
                    found.push(path.clone());
                    Value::Null
                }
                Value::List(elements) => Value::List(
                    elements
                        .into_iter()
                        .enumerate()
                        .map(|(i, element)| walk(element, &path.index(i), found))
                        .collect(),
                ),
                Value::Object(attributes) => Value::Object(
                    attributes
                        .into_iter()
                        .map(|(name, value)| {
                            let value = walk(value, &path.attribute(name.clone()), found);
                            (name, value)
                        })
                        .collect(),
                ),
                Value::Dynamic(typed) => match walk(typed.value, path, found) {
                    Value::Null => Value::Null,
                    value => Value::Dynamic(Box::new(Typed { ty: typed.ty, value })),
                },
                plain => plain,
            }
        }
        let mut found = Vec::new();
        // Nearly always; and a walk spells out the path of every value.
        if self.is_wholly_known() {
            return (self, found);
        }
        (walk(self, &Path::root(), &mut found), found)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Unknown => out.write_str("unknown"),
            Self::Bool(truth) => write!(out, "{truth}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::String(text) => write!(out, "{text:?}"),
            Self::List(elements) => out.debug_list().entries(elements).finish(),
            Self::Object(attributes) => out.debug_map().entries(attributes).finish(),
            Self::Dynamic(typed) => write!(out, "dynamic({:?})", typed.value),
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Number(integer.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_ignores_order_and_duplicates() {
        assert_eq!(
            Value::set([Value::from("b"), Value::from("a"), Value::from("b")]),
            Value::set([Value::from("a"), Value::from("b")])
        );
    }

    #[test]
    fn unknowns_become_null_and_are_named() {
        let value = Value::object([
            ("id", Value::Unknown),
            ("rules", Value::List(vec![Value::object([("arn", Value::Unknown), ("days", Value::from(3))])])),
        ]);
        let (known, found) = value.without_unknowns();
        assert!(known.is_wholly_known());
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["id", "rules[0].arn"]);
    }

    #[test]
    fn a_path_finds_its_value() {
        let mut value = Value::object([("a", Value::List(vec![Value::object([("b", Value::from(true))])]))]);
        let path = Path::root().attribute("a").index(0).attribute("b");
        assert_eq!(value.lookup(&path), Some(&Value::Bool(true)));
        *value.lookup_mut(&path).unwrap() = Value::Null;
        assert_eq!(value.lookup(&path), Some(&Value::Null));
        assert_eq!(value.lookup(&Path::from("a.b")), None);
    }
}
