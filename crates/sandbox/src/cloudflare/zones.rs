//! Zones: made, listed, looked at, removed.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::api::{Api, body, is_identifier, no_such_identifier, page, refuse, success};
use super::identity::Account;
use crate::call::{Answer, Call, Reply};
use crate::clock::millis;
use crate::ids::Ids;
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Api>] = &[
    Operation::read("GET", "/zones", list),
    Operation::write("POST", "/zones", create),
    Operation::read("GET", "/zones/{zone_id}", get),
    Operation::write("DELETE", "/zones/{zone_id}", remove),
];

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Zone {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) account: String,
    account_name: String,
    kind: String,
    created_at: Timestamp,
    /// When its name servers were seen to be the vendor's; a zone made here waits for that for ever.
    pub(super) active_from: Option<Timestamp>,
}

impl Zone {
    pub(super) fn made(name: &str, account: &Account, now: Timestamp, ids: &mut Ids) -> Self {
        Self {
            id: ids.hex32(),
            name: name.to_owned(),
            account: account.id.clone(),
            account_name: account.name.clone(),
            kind: "full".to_owned(),
            created_at: now,
            active_from: None,
        }
    }

    fn status(&self) -> &'static str {
        if self.active_from.is_some() { "active" } else { "pending" }
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "status": self.status(),
            "paused": false,
            "type": self.kind,
            "development_mode": 0,
            "name_servers": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
            "original_name_servers": null,
            "original_registrar": null,
            "original_dnshost": null,
            "created_on": millis(self.created_at),
            "modified_on": millis(self.created_at),
            "activated_on": self.active_from.map(millis),
            "meta": {
                "step": 2,
                "custom_certificate_quota": 0,
                "page_rule_quota": 3,
                "phishing_detected": false,
            },
            "owner": { "type": "user" },
            "account": { "id": self.account, "name": self.account_name },
            "permissions": ["#zone:read", "#zone:edit"],
            "plan": {
                "id": "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "name": "Free Website",
                "price": 0,
                "currency": "USD",
                "frequency": "",
                "is_subscribed": false,
                "can_subscribe": false,
                "legacy_id": "free",
                "legacy_discount": false,
                "externally_managed": false,
            },
        })
    }
}

impl World {
    /// The zone that a path names.
    fn zone(&self, call: &Call) -> Result<&Zone, Reply> {
        let id = call.param("zone_id");
        if !is_identifier(id) {
            return Err(no_such_identifier(&format!("/zones/{id}")));
        }
        let found = self.zones.iter().find(|zone| zone.id == id);
        found.ok_or_else(|| refuse(StatusCode::FORBIDDEN, 9109, "Invalid zone identifier"))
    }
}

fn list(world: &World, ask: &Ask<Api>) -> Answer {
    let wanted = |name: &str, value: &str| ask.query(name).is_none_or(|wanted| wanted == value);
    let mut found: Vec<&Zone> = world
        .zones
        .iter()
        .filter(|zone| {
            wanted("name", &zone.name)
                && wanted("status", zone.status())
                && wanted("account.id", &zone.account)
                && wanted("account.name", &zone.account_name)
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if ask.query("direction").as_deref() == Some("desc") {
        found.reverse();
    }
    page(ask, found.into_iter().map(Zone::json).collect())
}

fn get(world: &World, ask: &Ask<Api>) -> Answer {
    success(&world.zone(ask)?.json())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewZone {
    name: String,
    account: Option<NewZoneAccount>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "jump_start")]
    _jump_start: Option<bool>,
}

#[derive(Deserialize)]
struct NewZoneAccount {
    id: Option<String>,
}

fn create(world: &mut World, ask: &Ask<Api>) -> Answer {
    let malformed = || refuse(StatusCode::BAD_REQUEST, 1004, "Unable to parse request body");
    let NewZone { name, account, kind, .. } = body(ask, malformed)?;
    let account = match account.and_then(|account| account.id) {
        Some(id) => world.reachable_account(&ask.caller, &id)?,
        None => world.accounts.first().ok_or_else(malformed)?,
    }
    .clone();
    let kind = kind.unwrap_or_else(|| "full".to_owned());
    if !["full", "partial", "secondary", "internal"].contains(&kind.as_str()) {
        return Err(malformed());
    }
    let labels = name.split('.').count();
    if labels < 2 || name.split('.').any(str::is_empty) {
        return Err(refuse(StatusCode::BAD_REQUEST, 1002, "Invalid domain"));
    }
    if world.zones.iter().any(|zone| zone.name == name) {
        return Err(refuse(StatusCode::BAD_REQUEST, 1061, &format!("{name} already exists")));
    }
    if world.zones.iter().any(|zone| name.ends_with(&format!(".{}", zone.name))) {
        let message = "Please ensure you are providing the root domain and not any subdomains";
        return Err(refuse(StatusCode::BAD_REQUEST, 1116, message));
    }
    let mut zone = Zone::made(&name, &account, ask.now, &mut world.ids);
    zone.kind = kind;
    let answer = zone.json();
    world.zones.push(zone);
    success(&answer)
}

fn remove(world: &mut World, ask: &Ask<Api>) -> Answer {
    let id = world.zone(ask)?.id.clone();
    world.zones.retain(|zone| zone.id != id);
    success(&json!({ "id": id }))
}
