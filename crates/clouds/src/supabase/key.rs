//! The service key of a project: which header it travels in, and whether it is one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{http::Request, secret::Secret};

/// A key that may do everything in its project.
#[derive(Clone, Debug)]
pub(super) struct ServiceKey(Secret);

impl ServiceKey {
    /// Takes a key in.
    ///
    /// A key with fewer rights is refused here, because Storage tells its bearer that buckets do not exist: it would
    /// look as if somebody had deleted them.
    pub(super) fn new(key: Secret) -> Result<Self, String> {
        let text = key.expose();
        let role =
            if text.starts_with("sb_publishable_") { Some("anon".to_owned()) } else { claim(text, "role") };
        match role.as_deref() {
            None | Some("service_role" | "supabase_admin") => Ok(Self(key)),
            Some(role) => Err(format!(
                "The service key is a key of the role `{role}`, which sees no buckets; `service_role` is needed"
            )),
        }
    }

    /// Whether a key may be one of `project`: a legacy key says whose it is.
    pub(super) fn may_open(key: &Secret, project: &str) -> bool {
        claim(key.expose(), "ref").is_none_or(|named| named == project)
    }

    /// The request with this key on it. A key that is no JWT travels in `apikey` alone: as a bearer token it would be
    /// taken for a broken JWT.
    pub(super) fn sign(&self, request: Request) -> Request {
        let request = request.header("apikey", self.0.clone());
        if self.0.expose().starts_with("sb_") { request } else { request.bearer(&self.0) }
    }
}

/// What a JWT says of itself; none where the text is no JWT.
fn claim(key: &str, name: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(key.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Value>(&claims).ok()?[name].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> Secret {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims)).into()
    }

    #[test]
    fn a_legacy_key_opens_its_own_project_only() {
        let key = jwt(r#"{"role":"service_role","ref":"abcdefghijklmnopqrst"}"#);
        assert!(ServiceKey::may_open(&key, "abcdefghijklmnopqrst"));
        assert!(!ServiceKey::may_open(&key, "zyxwvutsrqponmlkjihg"));
        for unsaid in [jwt(r#"{"role":"service_role"}"#), "sb_secret_abc".into()] {
            assert!(ServiceKey::may_open(&unsaid, "abcdefghijklmnopqrst"));
        }
    }

    #[test]
    fn only_keys_that_see_buckets_are_taken() {
        assert!(ServiceKey::new(jwt(r#"{"role":"service_role"}"#)).is_ok());
        assert!(ServiceKey::new("sb_secret_abc".into()).is_ok());
        for key in [jwt(r#"{"role":"anon"}"#), "sb_publishable_abc".into()] {
            let refused = ServiceKey::new(key).unwrap_err();
            assert!(refused.contains("`anon`") && !refused.contains("abc"), "{refused}");
        }
    }
}
