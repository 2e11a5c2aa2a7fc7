//! Values as bytes: msgpack on the wire, JSON in state files.
//!
//! ```
//! use tfplugin::Value;
//! use tfplugin::codec::{CodecError, json, msgpack};
//! use tfplugin::cty::Type;
//!
//! let ty = Type::object([("name", Type::String), ("size", Type::Number)]);
//! let queue = Value::object([("name", Value::from("orders")), ("size", Value::from(5))]);
//!
//! let bytes = msgpack::encode(&queue, &ty).unwrap();
//! assert_eq!(msgpack::decode(&bytes, &ty).unwrap(), queue);
//! assert_eq!(json::decode(br#"{ "name": "orders", "size": 5 }"#, &ty).unwrap(), queue);
//! assert_eq!(json::to_json(&queue)["size"], 5);
//!
//! let refused: CodecError = json::decode(br#"{ "name": "orders", "size": true }"#, &ty).unwrap_err();
//! assert_eq!(refused.place, "size");
//! ```

pub mod json;
pub mod msgpack;

/// Bytes that do not hold a value of the expected type.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{}{what}", if .place.is_empty() { String::new() } else { format!("`{}`: ", .place) })]
pub struct CodecError {
    /// Where in the value, as a dotted path; empty at the top.
    pub place: String,
    /// What was expected and what was found.
    pub what: String,
}

impl CodecError {
    fn new(what: impl Into<String>) -> Self {
        Self { place: String::new(), what: what.into() }
    }

    fn expected(wanted: &str, found: impl std::fmt::Display) -> Self {
        Self::new(format!("expected {wanted}, found {found}"))
    }

    fn inside(mut self, step: impl std::fmt::Display) -> Self {
        let separator = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{step}{separator}{}", self.place);
        self
    }
}
