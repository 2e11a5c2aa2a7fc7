//! The msgpack form that Terraform and a provider exchange.

use rmp::Marker;
use rmp::decode::{self, RmpRead};
use rmp::encode;

use super::CodecError;
use crate::cty::Type;
use crate::number::Number;
use crate::value::{Attributes, Typed, Value};

/// Deeper than any schema; a message nested further is an attack on the stack, not a value.
const DEEPEST: u16 = 128;

/// Reads a value of type `ty`. Empty bytes are null.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let mut input = bytes;
    let value = read(&mut input, ty, DEEPEST)?;
    match input.len() {
        0 => Ok(value),
        left => Err(CodecError::new(format!("{left} bytes follow the value"))),
    }
}

/// Writes a value of type `ty`.
///
/// The value must fit the type: that is what [`crate::schema`] and the derived models guarantee, and it is checked
/// here because a reply that does not fit makes Terraform forget the object.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut output = Vec::with_capacity(256);
    write(&mut output, value, ty)?;
    Ok(output)
}

fn broken(what: impl std::fmt::Display) -> CodecError {
    CodecError::new(format!("the message is cut off or malformed: {what}"))
}

fn read(input: &mut &[u8], ty: &Type, depth: u16) -> Result<Value, CodecError> {
    let depth = depth.checked_sub(1).ok_or_else(|| CodecError::new("nested too deeply"))?;
    let marker = Marker::from_u8(*input.first().ok_or_else(|| broken("no bytes left"))?);
    match marker {
        Marker::Null => {
            *input = &input[1..];
            return Ok(Value::Null);
        }
        // Any extension is an unknown value; refinements are a courtesy that nothing here depends on.
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => {
            let meta = decode::read_ext_meta(input).map_err(broken)?;
            take(input, meta.size as usize)?;
            return Ok(Value::Unknown);
        }
        _ => {}
    }
    match ty {
        Type::String => text(input).map(Value::String),
        Type::Bool => decode::read_bool(input)
            .map(Value::Bool)
            .map_err(|_| CodecError::expected("a bool", name(marker))),
        Type::Number => number(input, marker).map(Value::Number),
        Type::List(inner) => elements(input, inner, depth).map(Value::List),
        Type::Set(inner) => elements(input, inner, depth).map(Value::set),
        Type::Map(inner) => entries(input, |_| Some(inner), depth).map(Value::Object),
        Type::Object(attributes) => {
            let found = entries(input, |name| attributes.get(name), depth)?;
            if found.len() != attributes.len() {
                let (wanted, given) = (attributes.len(), found.len());
                return Err(CodecError::new(format!(
                    "an object with {wanted} attributes is required ({given} given)"
                )));
            }
            Ok(Value::Object(found))
        }
        Type::Tuple(types) => {
            let count =
                decode::read_array_len(input).map_err(|_| CodecError::expected("a tuple", name(marker)))?;
            if count as usize != types.len() {
                return Err(CodecError::expected(&format!("a tuple of {}", types.len()), count));
            }
            let read_one = |(position, ty)| {
                read(input, ty, depth).map_err(|error| error.inside(format!("[{position}]")))
            };
            types.iter().enumerate().map(read_one).collect::<Result<_, _>>().map(Value::List)
        }
        Type::Dynamic => {
            let count = decode::read_array_len(input)
                .map_err(|_| CodecError::expected("a type and a value", name(marker)))?;
            if count != 2 {
                return Err(CodecError::expected("a type and a value", format!("{count} parts")));
            }
            let spelled = type_bytes(input)?;
            let json = serde_json::from_slice(spelled).map_err(|error| broken(format!("type: {error}")))?;
            let ty = Type::from_json(&json).map_err(|error| CodecError::new(error.to_string()))?;
            let value = read(input, &ty, depth)?;
            Ok(Value::Dynamic(Box::new(Typed { ty, value })))
        }
    }
}

fn take<'a>(input: &mut &'a [u8], count: usize) -> Result<&'a [u8], CodecError> {
    let (taken, rest) = input.split_at_checked(count).ok_or_else(|| broken("fewer bytes than announced"))?;
    *input = rest;
    Ok(taken)
}

fn text(input: &mut &[u8]) -> Result<String, CodecError> {
    let marker = Marker::from_u8(input.first().copied().unwrap_or_default());
    let length = decode::read_str_len(input).map_err(|_| CodecError::expected("a string", name(marker)))?;
    let bytes = take(input, length as usize)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| CodecError::new("the text is not UTF-8"))
}

/// The type of a dynamic value comes as binary; older writers sent text.
fn type_bytes<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], CodecError> {
    let length = match Marker::from_u8(input.first().copied().unwrap_or_default()) {
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => decode::read_bin_len(input).map_err(broken)?,
        _ => decode::read_str_len(input).map_err(|_| broken("the type of a dynamic value"))?,
    };
    take(input, length as usize)
}

fn number(input: &mut &[u8], marker: Marker) -> Result<Number, CodecError> {
    let refuse = || CodecError::expected("a number", name(marker));
    match marker {
        Marker::F32 => {
            let float = decode::read_f32(input).map_err(broken)?;
            Number::from_f64(f64::from(float)).ok_or_else(refuse)
        }
        Marker::F64 => Number::from_f64(decode::read_f64(input).map_err(broken)?).ok_or_else(refuse),
        Marker::U64 => Ok(decode::read_u64(input).map_err(broken)?.into()),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            text(input)?.parse().map_err(|error| CodecError::new(format!("{error}")))
        }
        _ => decode::read_int::<i64, _>(input).map(Number::from).map_err(|_| refuse()),
    }
}

fn elements(input: &mut &[u8], inner: &Type, depth: u16) -> Result<Vec<Value>, CodecError> {
    let marker = Marker::from_u8(input.first().copied().unwrap_or_default());
    let count = decode::read_array_len(input).map_err(|_| CodecError::expected("a list", name(marker)))?;
    // An announced length is not trusted with memory: every element is at least one byte.
    let mut values = Vec::with_capacity((count as usize).min(input.len()));
    for position in 0..count {
        values.push(read(input, inner, depth).map_err(|error| error.inside(format!("[{position}]")))?);
    }
    Ok(values)
}

fn entries<'t>(
    input: &mut &[u8],
    type_of: impl Fn(&str) -> Option<&'t Type>,
    depth: u16,
) -> Result<Attributes, CodecError> {
    let marker = Marker::from_u8(input.first().copied().unwrap_or_default());
    let count =
        decode::read_map_len(input).map_err(|_| CodecError::expected("a map or an object", name(marker)))?;
    let mut values = Attributes::new();
    for _ in 0..count {
        let key = text(input)?;
        let ty = type_of(&key).ok_or_else(|| CodecError::new(format!("there is no attribute `{key}`")))?;
        let value = read(input, ty, depth).map_err(|error| error.inside(&key))?;
        values.insert(key, value);
    }
    Ok(values)
}

fn name(marker: Marker) -> &'static str {
    match marker {
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "a list",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "binary data",
        Marker::Reserved => "a reserved byte",
        _ => "a number",
    }
}

fn write(output: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), CodecError> {
    // Writing to memory cannot fail; the only errors are values that do not fit the type.
    const MEMORY: &str = "writing to memory cannot fail";
    match (value, ty) {
        (Value::Null, _) => encode::write_nil(output).expect(MEMORY),
        (Value::Unknown, _) => output.extend([0xd4, 0x00, 0x00]),
        (Value::Dynamic(typed), Type::Dynamic) => {
            encode::write_array_len(output, 2).expect(MEMORY);
            encode::write_bin(output, &typed.ty.to_json_bytes()).expect(MEMORY);
            write(output, &typed.value, &typed.ty)?;
        }
        (Value::Bool(truth), Type::Bool) => encode::write_bool(output, *truth).expect(MEMORY),
        (Value::String(text), Type::String) => encode::write_str(output, text).expect(MEMORY),
        (Value::Number(number), Type::Number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => {
                encode::write_sint(output, integer).expect(MEMORY);
            }
            (None, Some(integer)) => {
                encode::write_uint(output, integer).expect(MEMORY);
            }
            (None, None) => encode::write_str(output, &number.to_string()).expect(MEMORY),
        },
        (Value::List(elements), Type::List(inner) | Type::Set(inner)) => {
            encode::write_array_len(output, elements.len() as u32).expect(MEMORY);
            for (position, element) in elements.iter().enumerate() {
                write(output, element, inner).map_err(|error| error.inside(format!("[{position}]")))?;
            }
        }
        (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            encode::write_array_len(output, elements.len() as u32).expect(MEMORY);
            for (position, (element, ty)) in elements.iter().zip(types).enumerate() {
                write(output, element, ty).map_err(|error| error.inside(format!("[{position}]")))?;
            }
        }
        (Value::Object(entries), Type::Map(inner)) => {
            encode::write_map_len(output, entries.len() as u32).expect(MEMORY);
            for (key, entry) in entries {
                encode::write_str(output, key).expect(MEMORY);
                write(output, entry, inner).map_err(|error| error.inside(key))?;
            }
        }
        (Value::Object(attributes), Type::Object(types)) => {
            if let Some(extra) = attributes.keys().find(|name| !types.contains_key(*name)) {
                return Err(CodecError::new(format!("there is no attribute `{extra}`")));
            }
            encode::write_map_len(output, types.len() as u32).expect(MEMORY);
            for (name, ty) in types {
                encode::write_str(output, name).expect(MEMORY);
                let attribute = attributes.get(name).unwrap_or(&Value::Null);
                write(output, attribute, ty).map_err(|error| error.inside(name))?;
            }
        }
        (value, ty) => return Err(CodecError::expected(&ty.to_json().to_string(), format!("{value:?}"))),
    }
    Ok(())
}

// `RmpRead` brings the byte readers of the slices above into scope on every supported version of `rmp`.
const _: fn(&mut &[u8]) = |input| {
    let _ = RmpRead::read_u8(input);
};

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
    }

    fn check(bytes: &str, ty: &Type, value: &Value) {
        assert_eq!(&decode(&hex(bytes), ty).unwrap(), value, "{bytes}");
    }

    #[test]
    fn what_terraform_sends_is_understood() {
        check("c0", &Type::String, &Value::Null);
        check("d4 00 00", &Type::String, &Value::Unknown);
        check("c7 03 0c 81 01 c2", &Type::String, &Value::Unknown);
        check("c7 09 0c 82 01 c2 02 a4 70 72 65 2d", &Type::String, &Value::Unknown);
        check("c7 07 0c 82 01 c2 03 92 00 c3", &Type::Number, &Value::Unknown);
        check("a3 30 2e 31", &Type::Number, &Value::Number("0.1".parse().unwrap()));
        check("cb 3f f8 00 00 00 00 00 00", &Type::Number, &Value::Number("1.5".parse().unwrap()));
        check("cf ff ff ff ff ff ff ff ff", &Type::Number, &Value::Number(u64::MAX.into()));
        check(
            "92 c4 08 22 73 74 72 69 6e 67 22 a1 61",
            &Type::Dynamic,
            &Value::Dynamic(Box::new(Typed { ty: Type::String, value: "a".into() })),
        );
        check("92 a2 62 0a a1 61", &Type::String.set(), &Value::set(["a".into(), "b\n".into()]));
    }

    #[test]
    fn what_was_written_reads_back() {
        let ty = Type::object([
            ("name", Type::String),
            ("days", Type::Number),
            ("tags", Type::String.map()),
            ("rules", Type::object([("on", Type::Bool)]).list()),
            ("any", Type::Dynamic),
        ]);
        let value = Value::object([
            ("name", Value::from("assets")),
            ("days", Value::Number("0.30".parse().unwrap())),
            ("tags", Value::object([("team", Value::Unknown)])),
            ("rules", Value::List(vec![Value::object([("on", Value::from(true))])])),
            ("any", Value::Dynamic(Box::new(Typed { ty: Type::Bool, value: Value::Unknown }))),
        ]);
        assert_eq!(decode(&encode(&value, &ty).unwrap(), &ty).unwrap(), value);
    }

    #[test]
    fn a_value_that_does_not_fit_is_named_with_its_place() {
        let ty = Type::object([("rules", Type::object([("on", Type::Bool)]).list())]);
        let value =
            Value::object([("rules", Value::List(vec![Value::object([("on", Value::from("yes"))])]))]);
        assert_eq!(
            encode(&value, &ty).unwrap_err().to_string(),
            r#"`rules[0].on`: expected "bool", found "yes""#
        );
    }

    #[test]
    fn damaged_messages_are_errors_and_never_panics() {
        for bytes in
            ["81", "dd ff ff ff ff", "a5 61", "92 c4 02 7b 7d c0", "c7 ff 0c", "df 00", "c1", "93 c0 c0"]
        {
            for ty in [Type::String, Type::Dynamic, Type::String.list(), Type::object([("a", Type::Bool)])] {
                assert!(decode(&hex(bytes), &ty).is_err(), "{bytes} as {ty:?}");
            }
        }
        let deep = [0x91; 4096];
        let mut ty = Type::String;
        for _ in 0..4096 {
            ty = ty.list();
        }
        assert_eq!(decode(&deep, &ty).unwrap_err().what, "nested too deeply");
        // Dropping a type this deep recursively is the test's own concern.
        while let Type::List(inner) = ty {
            ty = *inner;
        }
    }
}
