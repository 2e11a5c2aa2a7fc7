//! A JSON document as text.

use serde_json::json;

use crate::field::Spelled;
use crate::rule::Invalid;

/// A JSON document. White space and the order of keys mean nothing.
///
/// ```
/// use tfplugin::{Json, Spelled};
///
/// let policy = Json::parse(r#"{ "allow": ["read"], "deny": [] }"#).unwrap();
/// assert_eq!(policy, Json::parse(r#"{"deny":[],"allow":["read"]}"#).unwrap());
/// assert_eq!(policy.0["allow"][0], "read");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(
    /// The parsed document.
    pub serde_json::Value,
);

impl Spelled for Json {
    const NAME: &'static str = "JSON";

    fn parse(text: &str) -> Result<Self, Invalid> {
        serde_json::from_str(text).map(Self).map_err(|error| {
            Invalid::new(
                "is not JSON",
                format!("The parser says: {error}. Write the document with `jsonencode`."),
            )
        })
    }

    fn spell(&self) -> String {
        self.0.to_string()
    }

    fn json() -> serde_json::Value {
        json!({ "type": "string", "contentMediaType": "application/json" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_key_order_are_no_difference() {
        assert_eq!(Json::parse(r#"{"a": 1, "b": [2]}"#), Json::parse("{\"b\":[2],\n\"a\":1}"));
        assert!(Json::parse("{").unwrap_err().next.contains("EOF"));
    }
}
