//! API keys of a project: the two legacy JWTs, and the publishable and secret keys that succeed them.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::management::{Fields, Management, invalid, refuse};
use super::projects::{Project, Status};
use super::{World, jwt};
use crate::call::{Answer, Call, Reply, ok};
use crate::clock::millis;
use crate::ids::Ids;
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Management>] = &[
    Operation::read("GET", "/v1/projects/{ref}/api-keys", list),
    Operation::write("POST", "/v1/projects/{ref}/api-keys", create),
    Operation::read("GET", "/v1/projects/{ref}/api-keys/legacy", legacy),
    Operation::write("PUT", "/v1/projects/{ref}/api-keys/legacy", set_legacy),
    Operation::read("GET", "/v1/projects/{ref}/api-keys/{id}", get),
    Operation::write("PATCH", "/v1/projects/{ref}/api-keys/{id}", update),
    Operation::write("DELETE", "/v1/projects/{ref}/api-keys/{id}", remove),
];

/// Ten years: how long a legacy key lives.
const LEGACY_LIFE: i64 = 10 * 365 * 24 * 60 * 60;

/// What a key lets its bearer do in the project.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    Anon,
    ServiceRole,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Anon => "anon",
            Self::ServiceRole => "service_role",
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Legacy,
    Publishable,
    Secret,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct ApiKey {
    id: String,
    kind: Kind,
    name: String,
    description: Option<String>,
    role: Role,
    secret_jwt_template: Option<Value>,
    value: String,
    inserted_at: Timestamp,
    updated_at: Timestamp,
}

impl ApiKey {
    /// The four keys of a new project.
    pub(super) fn first_keys(reference: &str, jwt_secret: &str, now: Timestamp, ids: &mut Ids) -> Vec<Self> {
        let legacy = [Role::Anon, Role::ServiceRole].map(|role| {
            let iat = now.as_second();
            let claims = json!({
                "iss": "supabase", "ref": reference, "role": role.name(), "iat": iat, "exp": iat + LEGACY_LIFE,
            });
            Self {
                id: role.name().to_owned(),
                kind: Kind::Legacy,
                name: role.name().to_owned(),
                description: Some(format!("Legacy {} API key", role.name())),
                role,
                secret_jwt_template: None,
                value: jwt::sign(&claims, jwt_secret),
                inserted_at: now,
                updated_at: now,
            }
        });
        let modern =
            [Kind::Publishable, Kind::Secret].map(|kind| Self::made(kind, "default".to_owned(), now, ids));
        legacy.into_iter().chain(modern).collect()
    }

    fn made(kind: Kind, name: String, now: Timestamp, ids: &mut Ids) -> Self {
        let (prefix, role) = match kind {
            Kind::Secret => ("sb_secret_", Role::ServiceRole),
            Kind::Publishable | Kind::Legacy => ("sb_publishable_", Role::Anon),
        };
        Self {
            id: ids.uuid(),
            kind,
            name,
            description: None,
            role,
            secret_jwt_template: (kind == Kind::Secret).then(|| json!({ "role": role.name() })),
            value: format!("{prefix}{}_{}", ids.token(22), ids.token(8)),
            inserted_at: now,
            updated_at: now,
        }
    }

    fn json(&self, reveal: bool) -> Value {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.value));
        let prefix = match self.kind {
            Kind::Legacy => &hash[..5],
            Kind::Publishable | Kind::Secret => &self.value[..self.value.len().min(15)],
        };
        // Recorded: without `reveal` only the new secret keys are hidden, the legacy ones are not.
        let hidden = self.kind == Kind::Secret && !reveal;
        let api_key = if hidden { format!("{prefix}{}", "·".repeat(16)) } else { self.value.clone() };
        let mut json = json!({
            "id": self.id,
            "name": self.name,
            "type": self.kind,
            "api_key": api_key,
            "description": self.description,
            "hash": hash,
            "prefix": prefix,
        });
        if self.kind != Kind::Legacy {
            json["secret_jwt_template"] = self.secret_jwt_template.clone().into();
            json["inserted_at"] = millis(self.inserted_at).into();
            json["updated_at"] = millis(self.updated_at).into();
        }
        json
    }
}

impl Project {
    /// The legacy key of a role.
    pub(super) fn key_of(&self, role: Role) -> Option<String> {
        let found = self.keys.iter().find(|key| key.kind == Kind::Legacy && key.role == role);
        found.map(|key| key.value.clone())
    }

    /// The first `sb_secret_...` key.
    pub(super) fn secret_key(&self) -> Option<String> {
        self.keys.iter().find(|key| key.kind == Kind::Secret).map(|key| key.value.clone())
    }

    /// What the bearer of a publishable or secret key may do.
    pub(super) fn role_of(&self, value: &str) -> Option<Role> {
        self.keys.iter().find(|key| key.kind != Kind::Legacy && key.value == value).map(|key| key.role)
    }
}

fn reveal(call: &Call) -> Result<bool, Reply> {
    match call.query("reveal").as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(invalid(&format!("reveal: Expected boolean, received '{other}'"))),
    }
}

fn list(world: &World, ask: &Ask<Management>) -> Answer {
    let (reveal, project) = (reveal(ask)?, world.named(ask)?);
    if project.status(ask.now) == Status::ComingUp {
        return ok(&json!([]));
    }
    let keys = project.keys.iter().filter(|key| project.legacy_keys_enabled || key.kind != Kind::Legacy);
    ok(&keys.map(|key| key.json(reveal)).collect::<Vec<_>>())
}

fn create(world: &mut World, ask: &Ask<Management>) -> Answer {
    let fields = Fields::of(ask, &["type", "name", "description", "secret_jwt_template"])?;
    let kind = fields.choice("type", &["publishable", "secret"])?.ok_or_else(|| invalid("type: Required"))?;
    let name = checked_name(fields.required("name")?)?;
    let description = fields.nullable_text("description")?.flatten();
    let template = checked_template(&fields)?;
    let reveal = reveal(ask)?;
    world.named(ask)?;
    let kind = if kind == "secret" { Kind::Secret } else { Kind::Publishable };
    let mut key = ApiKey::made(kind, name, ask.now, &mut world.ids);
    key.description = description;
    key.secret_jwt_template = template.or(key.secret_jwt_template);
    let answer = Reply::json(StatusCode::CREATED, &key.json(reveal));
    world.named_mut(ask)?.keys.push(key);
    Ok(answer)
}

fn get(world: &World, ask: &Ask<Management>) -> Answer {
    let reveal = reveal(ask)?;
    let found = world.named(ask)?.keys.iter().find(|key| key.id == ask.param("id"));
    ok(&found.ok_or_else(absent)?.json(reveal))
}

fn update(world: &mut World, ask: &Ask<Management>) -> Answer {
    let fields = Fields::of(ask, &["name", "description", "secret_jwt_template"])?;
    let name = fields.text("name")?.map(|name| checked_name(name.to_owned())).transpose()?;
    let description = fields.nullable_text("description")?;
    let template = checked_template(&fields)?;
    let reveal = reveal(ask)?;
    let keys = &mut world.named_mut(ask)?.keys;
    let key = keys
        .iter_mut()
        .find(|key| key.kind != Kind::Legacy && key.id == ask.param("id"))
        .ok_or_else(absent)?;
    if let Some(name) = name {
        key.name = name;
    }
    if let Some(description) = description {
        key.description = description;
    }
    if template.is_some() {
        key.secret_jwt_template = template;
    }
    key.updated_at = ask.now;
    ok(&key.json(reveal))
}

fn remove(world: &mut World, ask: &Ask<Management>) -> Answer {
    let reveal = reveal(ask)?;
    let keys = &mut world.named_mut(ask)?.keys;
    let at = keys
        .iter()
        .position(|key| key.kind != Kind::Legacy && key.id == ask.param("id"))
        .ok_or_else(absent)?;
    ok(&keys.remove(at).json(reveal))
}

fn legacy(world: &World, ask: &Ask<Management>) -> Answer {
    ok(&json!({ "enabled": world.named(ask)?.legacy_keys_enabled }))
}

fn set_legacy(world: &mut World, ask: &Ask<Management>) -> Answer {
    let enabled = match ask.query("enabled").as_deref() {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(invalid("enabled: Required")),
    };
    world.named_mut(ask)?.legacy_keys_enabled = enabled;
    ok(&json!({ "enabled": enabled }))
}

fn absent() -> Reply {
    refuse(StatusCode::NOT_FOUND, "API key not found")
}

fn checked_name(name: String) -> Result<String, Reply> {
    let mut letters = name.bytes();
    let starts = letters.next().is_some_and(|first| first.is_ascii_lowercase() || first == b'_');
    let goes_on =
        letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_');
    if !(4..=64).contains(&name.len()) {
        Err(invalid("name: String must contain from 4 to 64 character(s)"))
    } else if !(starts && goes_on) {
        Err(invalid("name: Name can only contain lowercased letters, digits and underscore"))
    } else {
        Ok(name)
    }
}

fn checked_template(fields: &Fields) -> Result<Option<Value>, Reply> {
    match fields.any("secret_jwt_template") {
        None | Some(Value::Null) => Ok(None),
        Some(template @ Value::Object(_)) => Ok(Some(template.clone())),
        Some(_) => Err(invalid("secret_jwt_template: Expected object")),
    }
}
