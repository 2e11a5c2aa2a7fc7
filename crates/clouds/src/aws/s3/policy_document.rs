//! What a bucket policy says: the statement that keeps plain HTTP out, and whether two texts mean the same.
//!
//! S3 gives a policy back rearranged: lists of one become a word, words change places, account numbers become
//! ARNs. So policies are compared by meaning, never by letters. Source: the IAM User Guide, "Grammar of the IAM
//! JSON policy language".

use serde_json::{Map, Value, json};

/// The `Sid` of our statement, by which it is told from the user's own.
pub const TLS_ONLY_SID: &str = "SlipwayTlsOnly";

/// Keys whose value is a set of words, written as a list or, when there is only one, as the word itself.
const SETS_OF_WORDS: [&str; 4] = ["Action", "NotAction", "Resource", "NotResource"];

/// The policy that the bucket gets: the user's own, and the refusal of plain HTTP if that is wanted. `None` when
/// there is nothing to say.
///
/// # Errors
/// The text is not a JSON object; the parser's words.
pub fn compose(own: Option<&str>, require_tls: bool, bucket_arn: &str) -> Result<Option<String>, String> {
    let mut document = match own {
        Some(text) => parse(text)?,
        None if require_tls => {
            Map::from_iter([("Version".into(), json!("2012-10-17")), ("Statement".into(), json!([]))])
        }
        None => return Ok(None),
    };
    if require_tls {
        let statements = list(document.remove("Statement").unwrap_or_default())
            .into_iter()
            .filter(|statement| !is_ours(statement))
            .chain([tls_only(bucket_arn)])
            .collect();
        document.insert("Statement".into(), Value::Array(statements));
    }
    Ok(Some(Value::Object(document).to_string()))
}

/// The reverse of [`compose`]: the user's own policy, if anything is left, and whether plain HTTP is refused by
/// our statement, whole and unchanged.
///
/// # Errors
/// The text is not a JSON object; the parser's words.
pub fn split(found: &str, bucket_arn: &str) -> Result<(Option<String>, bool), String> {
    let mut document = parse(found)?;
    let expected = normal(tls_only(bucket_arn));
    let (ours, own): (Vec<_>, Vec<_>) = list(document.remove("Statement").unwrap_or_default())
        .into_iter()
        .partition(|statement| is_ours(statement) && normal(statement.clone()) == expected);
    if own.is_empty() && !ours.is_empty() {
        return Ok((None, true));
    }
    document.insert("Statement".into(), Value::Array(own));
    Ok((Some(Value::Object(document).to_string()), !ours.is_empty()))
}

/// Whether two policies mean the same. A text that is no policy equals only itself.
pub fn same(one: &str, other: &str) -> bool {
    match (parse(one), parse(other)) {
        (Ok(one), Ok(other)) => normal(Value::Object(one)) == normal(Value::Object(other)),
        _ => one == other,
    }
}

/// Whether the policy grants anything to everybody without a condition, so that a bucket which keeps the public
/// out refuses it. AWS looks closer than this at conditions; what is reported here is refused for certain.
pub fn is_public(policy: &str) -> bool {
    let Ok(mut document) = parse(policy) else { return false };
    list(document.remove("Statement").unwrap_or_default()).iter().any(|statement| {
        let everybody = match &statement["Principal"] {
            Value::String(word) => word == "*",
            Value::Object(kinds) => {
                kinds.get("AWS").is_some_and(|aws| list(aws.clone()).contains(&json!("*")))
            }
            _ => false,
        };
        let unconditional = statement["Condition"].as_object().is_none_or(Map::is_empty);
        statement["Effect"] == "Allow" && everybody && unconditional
    })
}

/// Refuses every action on the bucket and its objects to everybody who comes over plain HTTP.
fn tls_only(bucket_arn: &str) -> Value {
    json!({
        "Sid": TLS_ONLY_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, format!("{bucket_arn}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}

fn is_ours(statement: &Value) -> bool {
    statement["Sid"] == TLS_ONLY_SID
}

fn parse(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// A list as it is, one thing as a list of one, nothing as an empty list.
fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        Value::Null => Vec::new(),
        value => vec![value],
    }
}

/// One way of writing for everything that means the same.
fn normal(value: Value) -> Value {
    let Value::Object(document) = value else { return value };
    let normal_part = |(key, value): (String, Value)| {
        let value = match key.as_str() {
            "Statement" => set(list(value).into_iter().map(normal)),
            "Principal" | "NotPrincipal" => principal(value),
            "Condition" => conditions(value),
            key if SETS_OF_WORDS.contains(&key) => set(list(value).into_iter()),
            _ => value,
        };
        (key, value)
    };
    sorted(document.into_iter().map(normal_part))
}

/// Everybody is `"*"` or `{"AWS": "*"}`; an account is its number or the ARN of its root.
fn principal(value: Value) -> Value {
    match value {
        Value::Object(kinds) => {
            sorted(kinds.into_iter().map(|(kind, ids)| (kind, set(list(ids).into_iter().map(account)))))
        }
        everybody => json!({ "AWS": set(list(everybody).into_iter()) }),
    }
}

fn account(id: Value) -> Value {
    match id.as_str() {
        Some(arn) => {
            let number = arn.strip_prefix("arn:").and_then(|rest| {
                let (_partition, rest) = rest.split_once(":iam::")?;
                rest.strip_suffix(":root")
            });
            number.map_or(id.clone(), |number| json!(number))
        }
        None => id,
    }
}

/// Operators with keys with sets of values; numbers and booleans may be written as words.
fn conditions(value: Value) -> Value {
    let Value::Object(operators) = value else { return value };
    sorted(operators.into_iter().map(|(operator, keys)| {
        let keys = match keys {
            Value::Object(keys) => sorted(keys.into_iter().map(|(key, values)| {
                (
                    key,
                    set(list(values).into_iter().map(|value| match value {
                        Value::Bool(_) | Value::Number(_) => json!(value.to_string()),
                        value => value,
                    })),
                )
            })),
            other => other,
        };
        (operator, keys)
    }))
}

fn set(values: impl Iterator<Item = Value>) -> Value {
    let mut values: Vec<_> = values.map(|value| (value.to_string(), value)).collect();
    values.sort_by(|one, other| one.0.cmp(&other.0));
    values.dedup();
    Value::Array(values.into_iter().map(|(_, value)| value).collect())
}

fn sorted(entries: impl Iterator<Item = (String, Value)>) -> Value {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    Value::Object(entries.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:s3:::orders";
    const OWN: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow",
        "Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["s3:GetObject"],
        "Resource":["arn:aws:s3:::orders/*"]}]}"#;

    #[test]
    fn a_bucket_without_a_policy_of_its_own_refuses_plain_http() {
        let policy = compose(None, true, ARN).unwrap().unwrap();

        insta::assert_snapshot!(policy, @r#"{"Version":"2012-10-17","Statement":[{"Sid":"SlipwayTlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::orders","arn:aws:s3:::orders/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#);
        assert_eq!(split(&policy, ARN).unwrap(), (None, true));
    }

    #[test]
    fn nothing_wanted_is_no_policy() {
        assert_eq!(compose(None, false, ARN).unwrap(), None);
    }

    #[test]
    fn composing_and_splitting_gives_the_own_policy_back() {
        for require_tls in [true, false] {
            let composed = compose(Some(OWN), require_tls, ARN).unwrap().unwrap();
            let (own, tls) = split(&composed, ARN).unwrap();
            assert_eq!(tls, require_tls);
            assert!(same(&own.unwrap(), OWN));
        }
    }

    #[test]
    fn composing_twice_adds_the_statement_once() {
        let once = compose(Some(OWN), true, ARN).unwrap().unwrap();
        let twice = compose(Some(&once), true, ARN).unwrap().unwrap();
        assert!(same(&once, &twice));
    }

    #[test]
    fn a_weakened_statement_of_ours_does_not_count() {
        let weakened = compose(None, true, ARN).unwrap().unwrap().replace("\"s3:*\"", "\"s3:PutObject\"");
        let (own, tls) = split(&weakened, ARN).unwrap();
        assert!(!tls);
        assert!(own.unwrap().contains(TLS_ONLY_SID), "it shows up as drift");
    }

    #[test]
    fn the_statement_of_another_bucket_does_not_count() {
        let other = compose(None, true, "arn:aws:s3:::others").unwrap().unwrap();
        assert!(!split(&other, ARN).unwrap().1);
    }

    #[test]
    fn what_is_not_an_object_is_refused_with_the_reason() {
        for text in ["", "nonsense", "[]", r#"{"Statement": }"#] {
            assert!(compose(Some(text), true, ARN).is_err(), "{text}");
        }
    }

    fn check(one: &str, other: &str, expected: bool) {
        assert_eq!(same(one, other), expected, "{one}\n{other}");
    }

    #[test]
    fn order_and_lists_of_one_mean_nothing() {
        check(
            r#"{"Statement":{"Action":["b","a"],"Effect":"Allow","Resource":"r"}}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":["a","b","a"],"Resource":["r"]}]}"#,
            true,
        );
        check(
            r#"{"Statement":[{"Sid":"1"},{"Sid":"2"}]}"#,
            r#"{"Statement":[{"Sid":"2"},{"Sid":"1"}]}"#,
            true,
        );
    }

    #[test]
    fn an_account_is_its_number_or_its_root() {
        check(
            r#"{"Statement":[{"Principal":{"AWS":"123456789012"}}]}"#,
            r#"{"Statement":[{"Principal":{"AWS":["arn:aws:iam::123456789012:root"]}}]}"#,
            true,
        );
        check(r#"{"Statement":[{"Principal":"*"}]}"#, r#"{"Statement":[{"Principal":{"AWS":"*"}}]}"#, true);
        check(
            r#"{"Statement":[{"Principal":{"AWS":"arn:aws:iam::123456789012:user/a"}}]}"#,
            r#"{"Statement":[{"Principal":{"AWS":"arn:aws:iam::123456789012:user/b"}}]}"#,
            false,
        );
    }

    #[test]
    fn a_condition_may_write_its_values_as_words() {
        check(
            r#"{"Statement":[{"Condition":{"Bool":{"aws:SecureTransport":false}}}]}"#,
            r#"{"Statement":[{"Condition":{"Bool":{"aws:SecureTransport":["false"]}}}]}"#,
            true,
        );
        check(
            r#"{"Statement":[{"Condition":{"Bool":{"aws:SecureTransport":false}}}]}"#,
            r#"{"Statement":[{"Condition":{"Bool":{"aws:SecureTransport":true}}}]}"#,
            false,
        );
    }

    #[test]
    fn a_different_effect_is_a_different_policy() {
        check(r#"{"Statement":[{"Effect":"Allow"}]}"#, r#"{"Statement":[{"Effect":"Deny"}]}"#, false);
    }

    #[test]
    fn only_an_unconditional_grant_to_everybody_is_surely_public() {
        for (policy, expected) in [
            (r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}"#, true),
            (r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":"s3:GetObject"}}"#, true),
            (r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*"}]}"#, false),
            (
                r#"{"Statement":[{"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}]}"#,
                false,
            ),
            (OWN, false),
            ("nonsense", false),
        ] {
            assert_eq!(is_public(policy), expected, "{policy}");
        }
    }
}
