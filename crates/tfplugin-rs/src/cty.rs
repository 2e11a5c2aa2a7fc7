//! Terraform's value types and their JSON spelling.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// The type of a value in Terraform's type system.
///
/// ```
/// use tfplugin::cty::Type;
///
/// let ty = Type::object([("tags", Type::String.map()), ("sizes", Type::Number.list().set())]);
/// let json = ty.to_json();
/// assert_eq!(json.to_string(), r#"["object",{"sizes":["set",["list","number"]],"tags":["map","string"]}]"#);
/// assert_eq!(Type::from_json(&json).unwrap(), ty);
/// assert_eq!(Type::Bool.to_json_bytes(), b"\"bool\"");
/// assert!(Type::Dynamic.list().has_dynamic());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Unicode text.
    String,
    /// An exact decimal.
    Number,
    /// True or false.
    Bool,
    /// Decided by each value.
    Dynamic,
    /// A sequence whose elements share one type.
    List(Box<Type>),
    /// A sequence without order or duplicates.
    Set(Box<Type>),
    /// Text keys to values of one type.
    Map(Box<Type>),
    /// Named attributes, each with its own type.
    Object(BTreeMap<String, Type>),
    /// A sequence of fixed length, each position with its own type.
    Tuple(Vec<Type>),
}

/// The JSON text is no type.
///
/// ```
/// let refused = tfplugin::cty::Type::from_json(&"text".into()).unwrap_err();
/// assert_eq!(refused.to_string(), "`\"text\"` is not a Terraform type");
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` is not a Terraform type")]
pub struct NotAType(String);

impl Type {
    /// A list of this type.
    pub fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    /// A set of this type.
    pub fn set(self) -> Self {
        Self::Set(Box::new(self))
    }

    /// A map of this type.
    pub fn map(self) -> Self {
        Self::Map(Box::new(self))
    }

    /// An object type with these attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, ty)| (name.into(), ty)).collect())
    }

    /// Whether a dynamic type stands anywhere inside.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(inner) | Self::Set(inner) | Self::Map(inner) => inner.has_dynamic(),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
        }
    }

    /// The spelling that the protocol uses, for example `["list","string"]`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(inner) => json!(["list", inner.to_json()]),
            Self::Set(inner) => json!(["set", inner.to_json()]),
            Self::Map(inner) => json!(["map", inner.to_json()]),
            Self::Object(attributes) => {
                let attributes: serde_json::Map<_, _> =
                    attributes.iter().map(|(name, ty)| (name.clone(), ty.to_json())).collect();
                json!(["object", attributes])
            }
            Self::Tuple(elements) => json!(["tuple", elements.iter().map(Self::to_json).collect::<Vec<_>>()]),
        }
    }

    /// The same as bytes, as it stands in a schema.
    pub fn to_json_bytes(&self) -> Vec<u8> {
        self.to_json().to_string().into_bytes()
    }

    /// Reads the protocol's spelling.
    pub fn from_json(json: &Json) -> Result<Self, NotAType> {
        let refuse = || NotAType(json.to_string().chars().take(120).collect());
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(refuse()),
            },
            Json::Array(parts) => match (parts.first().and_then(Json::as_str), parts.get(1)) {
                (Some("list"), Some(inner)) => Ok(Self::from_json(inner)?.list()),
                (Some("set"), Some(inner)) => Ok(Self::from_json(inner)?.set()),
                (Some("map"), Some(inner)) => Ok(Self::from_json(inner)?.map()),
                (Some("tuple"), Some(Json::Array(elements))) => {
                    Ok(Self::Tuple(elements.iter().map(Self::from_json).collect::<Result<_, _>>()?))
                }
                // A third part may name optional attributes; values carry all attributes either way.
                (Some("object"), Some(Json::Object(attributes))) => attributes
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), Self::from_json(ty)?)))
                    .collect::<Result<_, _>>()
                    .map(Self::Object),
                _ => Err(refuse()),
            },
            _ => Err(refuse()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_spelling_reads_back() {
        let ty = Type::object([
            ("tags", Type::String.map()),
            ("rules", Type::object([("days", Type::Number), ("any", Type::Dynamic)]).list()),
            ("pair", Type::Tuple(vec![Type::Bool, Type::String.set()])),
        ]);
        let json = ty.to_json();
        assert_eq!(
            json.to_string(),
            r#"["object",{"pair":["tuple",["bool",["set","string"]]],"rules":["list",["object",{"any":"dynamic","days":"number"}]],"tags":["map","string"]}]"#
        );
        assert_eq!(Type::from_json(&json).unwrap(), ty);
    }

    #[test]
    fn optional_attributes_of_a_function_type_are_accepted() {
        let json = json!(["object", {"a": "string", "b": "number"}, ["b"]]);
        assert_eq!(Type::from_json(&json).unwrap(), Type::object([("a", Type::String), ("b", Type::Number)]));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for json in [json!("strings"), json!(["list"]), json!({}), json!(["object", []]), json!(null)] {
            assert!(Type::from_json(&json).is_err(), "{json}");
        }
    }
}
