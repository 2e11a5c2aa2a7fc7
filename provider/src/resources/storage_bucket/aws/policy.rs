//! A bucket policy as an attribute: JSON, compared by meaning.

use clouds::aws::s3::policy_document;
use serde_json::json;
use tfplugin::{Invalid, Spelled};

/// A bucket policy. S3 gives it back rearranged, so two texts that mean the same are the same policy.
#[derive(Clone, Debug)]
pub struct Policy(pub(super) String);

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        policy_document::same(&self.0, &other.0)
    }
}

impl Eq for Policy {}

impl Spelled for Policy {
    const NAME: &'static str = "JSON";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let advice = "Write the policy with `jsonencode` or take it from `aws_iam_policy_document`.";
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(serde_json::Value::Object(_)) => Ok(Self(text.to_owned())),
            Ok(_) => Err(Invalid::new("is not a policy: it is no JSON object", advice)),
            Err(error) => Err(Invalid::new("is not JSON", format!("The parser says: {error}. {advice}"))),
        }
    }

    fn spell(&self) -> String {
        self.0.clone()
    }

    fn json() -> serde_json::Value {
        json!({ "type": "string", "contentMediaType": "application/json" })
    }
}
