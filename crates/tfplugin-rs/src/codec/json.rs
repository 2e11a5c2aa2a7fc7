//! The JSON form that state files hold.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::CodecError;
use crate::cty::Type;
use crate::value::{Attributes, Typed, Value};

/// Reads a value of type `ty` from the text of a state file.
///
/// As lenient as Terraform itself: a missing attribute is null, numbers and bools may be quoted, and text may be a
/// bare number. Attributes that the type does not have are ignored, because a state may be older than the schema.
/// Numbers keep every digit of the text.
pub fn decode(text: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let raw: &RawValue =
        serde_json::from_slice(text).map_err(|error| CodecError::new(format!("not JSON: {error}")))?;
    read(raw, ty)
}

fn read(raw: &RawValue, ty: &Type) -> Result<Value, CodecError> {
    let text = raw.get().trim();
    if text == "null" {
        return Ok(Value::Null);
    }
    let expected = |wanted: &str| CodecError::expected(wanted, text.chars().take(80).collect::<String>());
    let scalar = || -> Result<String, CodecError> {
        match text.as_bytes().first() {
            Some(b'"') => serde_json::from_str(text).map_err(|error| CodecError::new(error.to_string())),
            Some(b'{' | b'[') | None => Err(expected("a single value")),
            Some(_) => Ok(text.to_owned()),
        }
    };
    match ty {
        Type::String => scalar().map(Value::String),
        Type::Bool => match scalar()?.as_str() {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            _ => Err(expected("a bool")),
        },
        Type::Number => scalar()?.parse().map(Value::Number).map_err(|_| expected("a number")),
        Type::List(inner) => elements(text, |_| Some(inner.as_ref())).map(Value::List),
        Type::Set(inner) => elements(text, |_| Some(inner.as_ref())).map(Value::set),
        Type::Tuple(types) => match elements(text, |position| types.get(position))? {
            values if values.len() == types.len() => Ok(Value::List(values)),
            _ => Err(expected(&format!("a tuple of {}", types.len()))),
        },
        Type::Map(inner) => {
            let entries: BTreeMap<String, &RawValue> =
                serde_json::from_str(text).map_err(|_| expected("a map"))?;
            entries
                .into_iter()
                .map(|(key, raw)| {
                    read(raw, inner).map_err(|error| error.inside(&key)).map(|value| (key, value))
                })
                .collect::<Result<Attributes, _>>()
                .map(Value::Object)
        }
        Type::Object(types) => {
            let entries: BTreeMap<String, &RawValue> =
                serde_json::from_str(text).map_err(|_| expected("an object"))?;
            types
                .iter()
                .map(|(name, ty)| {
                    let value = match entries.get(name) {
                        Some(raw) => read(raw, ty).map_err(|error| error.inside(name))?,
                        None => Value::Null,
                    };
                    Ok((name.clone(), value))
                })
                .collect::<Result<Attributes, _>>()
                .map(Value::Object)
        }
        Type::Dynamic => {
            #[derive(serde::Deserialize)]
            struct Pair<'a> {
                r#type: serde_json::Value,
                #[serde(borrow)]
                value: &'a RawValue,
            }
            let pair: Pair<'_> = serde_json::from_str(text).map_err(|_| expected("a type and a value"))?;
            let ty = Type::from_json(&pair.r#type).map_err(|error| CodecError::new(error.to_string()))?;
            let value = read(pair.value, &ty)?;
            Ok(Value::Dynamic(Box::new(Typed { ty, value })))
        }
    }
}

fn elements<'t>(text: &str, type_of: impl Fn(usize) -> Option<&'t Type>) -> Result<Vec<Value>, CodecError> {
    let raws: Vec<&RawValue> = serde_json::from_str(text)
        .map_err(|_| CodecError::expected("a list", text.chars().take(80).collect::<String>()))?;
    raws.into_iter()
        .enumerate()
        .map(|(position, raw)| {
            let ty = type_of(position).ok_or_else(|| CodecError::new("more elements than the tuple has"))?;
            read(raw, ty).map_err(|error| error.inside(format!("[{position}]")))
        })
        .collect()
}

/// A known value as plain JSON, the way Terraform's `jsonencode` writes it. Unknown values become null.
pub fn to_json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::Null | Value::Unknown => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => integer.into(),
            (None, Some(integer)) => integer.into(),
            (None, None) => serde_json::Number::from_f64(number.to_f64()).map_or(Json::Null, Json::Number),
        },
        Value::String(text) => Json::String(text.clone()),
        Value::List(elements) => Json::Array(elements.iter().map(to_json).collect()),
        Value::Object(attributes) => {
            Json::Object(attributes.iter().map(|(name, value)| (name.clone(), to_json(value))).collect())
        }
        Value::Dynamic(typed) => to_json(&typed.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_file_reads_with_its_oddities() {
        let ty = Type::object([
            ("name", Type::String),
            ("size", Type::Number),
            ("on", Type::Bool),
            ("added_later", Type::String.list()),
            ("any", Type::Dynamic),
        ]);
        let text = br#"{
            "name": 7, "size": 3.14159265358979323846, "on": "true", "removed": {"x": 1},
            "any": {"value": ["a"], "type": ["list", "string"]}
        }"#;
        let value = decode(text, &ty).unwrap();
        assert_eq!(value.get("name"), &Value::from("7"));
        assert_eq!(value.get("size"), &Value::Number("3.14159265358979323846".parse().unwrap()));
        assert_eq!(value.get("on"), &Value::Bool(true));
        assert_eq!(value.get("added_later"), &Value::Null);
        assert_eq!(to_json(value.get("any")).to_string(), r#"["a"]"#);
    }

    #[test]
    fn a_wrong_value_is_named_with_its_place() {
        let ty = Type::object([("rules", Type::object([("days", Type::Number)]).list())]);
        let error = decode(br#"{"rules": [{"days": 1}, {"days": "soon"}]}"#, &ty).unwrap_err();
        assert_eq!(error.to_string(), r#"`rules[1].days`: expected a number, found "soon""#);
    }
}
