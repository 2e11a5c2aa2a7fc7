//! Request validation as the storage server does it: by JSON Schema with coercion, and in its words.

use serde_json::{Map, Value};

use super::{invalid_request, refuse};
use crate::call::{Call, Reply};

const SIZE_PATTERN: &str = r#""^[0-9]+(?:\.[0-9]+)?(?:[gG][bB]|[mM][bB]|[kK][bB]|[bB])$""#;

/// The body as an object. A body of another media type is none.
pub(super) fn object(call: &Call) -> Result<Map<String, Value>, Reply> {
    let json = call.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let value = if json && !call.body.is_empty() {
        serde_json::from_slice(&call.body).map_err(|_| {
            let message = "Body is not valid JSON but content-type is set to 'application/json'";
            refuse("400", "FastifyError", message, "InvalidRequest")
        })?
    } else {
        Value::Null
    };
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(invalid_request("body must be object")),
    }
}

/// A string that must be there.
pub(super) fn required_text(fields: &Map<String, Value>, name: &str) -> Result<String, Reply> {
    let text = text(fields, name)?;
    text.ok_or_else(|| invalid_request(&format!("body must have required property '{name}'")))
}

/// A string; numbers, booleans and null are turned into one.
pub(super) fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Reply> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Null) => Ok(Some(String::new())),
        Some(scalar @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(scalar.to_string())),
        Some(_) => Err(invalid_request(&format!("body/{name} must be string"))),
    }
}

/// A boolean; null, 0, 1 and the words are turned into one.
pub(super) fn switch(fields: &Map<String, Value>, name: &str) -> Result<Option<bool>, Reply> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::Bool(on)) => Ok(Some(*on)),
        Some(Value::Null) => Ok(Some(false)),
        Some(value) if *value == 0 || *value == "false" => Ok(Some(false)),
        Some(value) if *value == 1 || *value == "true" => Ok(Some(true)),
        Some(_) => Err(invalid_request(&format!("body/{name} must be boolean"))),
    }
}

/// One of a set of words.
pub(super) fn choice(
    fields: &Map<String, Value>,
    name: &str,
    among: &[&str],
) -> Result<Option<String>, Reply> {
    match text(fields, name)? {
        Some(word) if !among.contains(&word.as_str()) => {
            Err(invalid_request(&format!("body/{name} must be equal to one of the allowed values")))
        }
        word => Ok(word),
    }
}

/// A whole number of at least `least`; digits in a string are turned into one.
pub(super) fn whole(fields: &Map<String, Value>, name: &str, least: u64) -> Result<Option<u64>, Reply> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    number(value, &format!("body/{name}"), least).map(Some)
}

/// A whole number of at least `least` in the query string.
pub(super) fn query_whole(call: &Call, name: &str, least: u64) -> Result<Option<u64>, Reply> {
    let Some(text) = call.query(name) else { return Ok(None) };
    number(&Value::String(text), &format!("querystring/{name}"), least).map(Some)
}

/// One of a set of words in the query string.
pub(super) fn query_choice(call: &Call, name: &str, among: &[&str]) -> Result<Option<String>, Reply> {
    match call.query(name) {
        Some(word) if !among.contains(&word.as_str()) => {
            Err(invalid_request(&format!("querystring/{name} must be equal to one of the allowed values")))
        }
        word => Ok(word),
    }
}

fn number(value: &Value, at: &str, least: u64) -> Result<u64, Reply> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        Value::Bool(on) => Some(i64::from(*on)),
        Value::Null => Some(0),
        _ => None,
    };
    let number = number.ok_or_else(|| invalid_request(&format!("{at} must be integer")))?;
    match u64::try_from(number) {
        Ok(number) if number >= least => Ok(number),
        _ => Err(invalid_request(&format!("{at} must be >= {least}"))),
    }
}

/// A list of strings or null; a lone string is turned into a list.
pub(super) fn texts(fields: &Map<String, Value>, name: &str) -> Result<Option<Option<Vec<String>>>, Reply> {
    let items = match fields.get(name) {
        None => return Ok(None),
        Some(Value::Null) => return Ok(Some(None)),
        Some(Value::Array(items)) => items.clone(),
        Some(scalar @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => vec![scalar.clone()],
        Some(Value::Object(_)) => return Err(invalid_request(&format!("body/{name} must be array"))),
    };
    let texts = items.into_iter().enumerate().map(|(at, item)| match item {
        Value::String(text) => Ok(text),
        scalar @ (Value::Number(_) | Value::Bool(_)) => Ok(scalar.to_string()),
        Value::Null => Ok(String::new()),
        _ => Err(invalid_request(&format!("body/{name}/{at} must be string"))),
    });
    Ok(Some(Some(texts.collect::<Result<_, _>>()?)))
}

/// A file size limit: absent, null, bytes, or a size in words.
pub(super) fn size(fields: &Map<String, Value>, name: &str) -> Result<Option<Option<u64>>, Reply> {
    let at = format!("body/{name}");
    let neither = |problems: &[String]| {
        let pattern = format!("{at} must match pattern {SIZE_PATTERN}");
        let both = [problems, &[pattern, format!("{at} must match a schema in anyOf")]].concat();
        invalid_request(&both.join(", "))
    };
    match fields.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::Number(number)) => match (number.as_u64(), number.as_i64()) {
            (Some(bytes), _) => Ok(Some(Some(bytes))),
            (None, Some(_)) => Err(neither(&[format!("{at} must be >= 0")])),
            (None, None) => Err(neither(&[format!("{at} must be integer")])),
        },
        Some(Value::String(text)) => match text.parse().ok().or_else(|| in_words(text)) {
            Some(bytes) => Ok(Some(Some(bytes))),
            None => {
                let finite = format!("{at} must pass \"finite\" keyword validation");
                Err(neither(&[format!("{at} must be integer"), finite]))
            }
        },
        Some(_) => Err(neither(&[format!("{at} must be integer")])),
    }
}

/// Bytes of `20MB` and the like: decimal units, and only the first three digits count.
fn in_words(text: &str) -> Option<u64> {
    let upper = text.to_ascii_uppercase();
    let (number, unit) = [("GB", 1e9), ("MB", 1e6), ("KB", 1e3), ("B", 1.0)]
        .into_iter()
        .find_map(|(suffix, unit)| Some((upper.strip_suffix(suffix)?, unit)))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    if !(digits(whole) && digits(fraction)) {
        return None;
    }
    let bytes = (number.parse::<f64>().ok()? * unit).round() as u64;
    Some(three_digits(bytes))
}

fn three_digits(bytes: u64) -> u64 {
    let digits = bytes.checked_ilog10().unwrap_or_default();
    let unit = 10_u64.pow(digits.saturating_sub(2));
    (bytes + unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<u64>) {
        assert_eq!(in_words(text), expected, "{text}");
    }

    #[test]
    fn sizes_in_words_are_decimal_and_keep_three_digits() {
        check("20MB", Some(20_000_000));
        check("1.5mb", Some(1_500_000));
        check("1KB", Some(1_000));
        check("5GB", Some(5_000_000_000));
        check("7B", Some(7));
        check("1234KB", Some(1_230_000));
        check("1235KB", Some(1_240_000));
        check("1MiB", None);
        check("20 parsecs", None);
        check(".5MB", None);
    }
}
