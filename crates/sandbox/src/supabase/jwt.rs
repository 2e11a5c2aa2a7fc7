//! Supabase's JWTs: HS256, signed with the project's secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

/// What a token says, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    #[serde(default)]
    pub(super) role: String,
    #[serde(default)]
    exp: Option<i64>,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rejected {
    /// Not a JWT at all; an `sb_secret_...` key is none either.
    Malformed,
    /// Signed with another secret.
    Signature,
    /// Too old.
    Expired,
}

/// A token with these claims.
pub(super) fn sign(claims: &Value, secret: &str) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(mac(&signed, secret).finalize().into_bytes());
    format!("{signed}.{signature}")
}

/// What a token claims, once its signature and age are checked.
pub(super) fn verify(token: &str, secret: &str, now: Timestamp) -> Result<Claims, Rejected> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Rejected::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(Rejected::Malformed)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Rejected::Malformed);
    let header: Value = serde_json::from_slice(&decode(header)?).map_err(|_| Rejected::Malformed)?;
    if header.get("alg") != Some(&json!("HS256")) {
        return Err(Rejected::Malformed);
    }
    let claims: Claims = serde_json::from_slice(&decode(claims)?).map_err(|_| Rejected::Malformed)?;
    mac(signed, secret).verify_slice(&decode(signature)?).map_err(|_| Rejected::Signature)?;
    match claims.exp {
        Some(end) if end <= now.as_second() => Err(Rejected::Expired),
        _ => Ok(claims),
    }
}

fn mac(signed: &str, secret: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(token: &str, expected: Result<&str, Rejected>) {
        let now = Timestamp::from_second(1_000).expect("a moment");
        let role = verify(token, "secret", now).map(|claims| claims.role);
        assert_eq!(role, expected.map(str::to_owned));
    }

    #[test]
    fn tokens_are_believed_only_when_whole_signed_and_fresh() {
        let claims = json!({ "role": "service_role", "exp": 2_000 });
        check(&sign(&claims, "secret"), Ok("service_role"));
        check(&sign(&claims, "other"), Err(Rejected::Signature));
        check(&sign(&json!({ "role": "anon", "exp": 1_000 }), "secret"), Err(Rejected::Expired));
        check("sb_secret_abc", Err(Rejected::Malformed));
        check("a.b.c", Err(Rejected::Malformed));
    }
}
