//! How an R2 bucket is reached from outside: its r2.dev host, and custom domains in zones of the account.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Bucket, malformed};
use crate::call::{Answer, Reply};
use crate::cloudflare::World;
use crate::cloudflare::api::{Api, body, refuse, success};
use crate::operation::{Ask, Operation};

pub(in crate::cloudflare) const TABLE: &[Operation<Api>] = &[
    Operation::read("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}/domains/managed", r2_dev),
    Operation::write("PUT", "/accounts/{account_id}/r2/buckets/{bucket_name}/domains/managed", set_r2_dev),
    Operation::read("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}/domains/custom", list),
    Operation::write("POST", "/accounts/{account_id}/r2/buckets/{bucket_name}/domains/custom", attach),
    Operation::read("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}/domains/custom/{domain}", get),
    Operation::write(
        "PUT",
        "/accounts/{account_id}/r2/buckets/{bucket_name}/domains/custom/{domain}",
        update,
    ),
    Operation::write(
        "DELETE",
        "/accounts/{account_id}/r2/buckets/{bucket_name}/domains/custom/{domain}",
        detach,
    ),
];

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Domain {
    domain: String,
    zone_id: String,
    zone_name: String,
    enabled: bool,
    min_tls: Option<MinTls>,
    ciphers: Option<Vec<String>>,
    /// When ownership and certificate will be in place.
    active_from: Timestamp,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
enum MinTls {
    #[serde(rename = "1.0")]
    V10,
    #[serde(rename = "1.1")]
    V11,
    #[serde(rename = "1.2")]
    V12,
    #[serde(rename = "1.3")]
    V13,
}

impl Domain {
    /// What attaching and changing answer: what was asked for, and not yet what came of it.
    fn wanted(&self) -> Value {
        let mut json = json!({ "domain": self.domain, "enabled": self.enabled, "zoneId": self.zone_id });
        if let Some(min_tls) = self.min_tls {
            json["minTLS"] = json!(min_tls);
        }
        if let Some(ciphers) = &self.ciphers {
            json["ciphers"] = json!(ciphers);
        }
        json
    }

    /// What looking answers. A domain says that it is enabled only once it is active.
    fn observed(&self, now: Timestamp) -> Value {
        let active = now >= self.active_from;
        let mut json = self.wanted();
        json["enabled"] = (self.enabled && active).into();
        json["zoneName"] = self.zone_name.as_str().into();
        json["status"] = match active {
            true => json!({ "ownership": "active", "ssl": "active" }),
            false => json!({ "ownership": "pending", "ssl": "initializing" }),
        };
        json
    }
}

impl Bucket {
    fn r2_dev(&self) -> Value {
        json!({
            "bucketId": self.public_id,
            "domain": format!("pub-{}.r2.dev", self.public_id),
            "enabled": self.r2_dev_enabled,
        })
    }
}

fn r2_dev(world: &World, ask: &Ask<Api>) -> Answer {
    success(&world.named(ask)?.r2_dev())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    enabled: bool,
}

fn set_r2_dev(world: &mut World, ask: &Ask<Api>) -> Answer {
    let Switch { enabled } = body(ask, malformed)?;
    let bucket = world.named_mut(ask)?;
    bucket.r2_dev_enabled = enabled;
    success(&bucket.r2_dev())
}

fn list(world: &World, ask: &Ask<Api>) -> Answer {
    let domains: Vec<Value> =
        world.named(ask)?.domains.iter().map(|domain| domain.observed(ask.now)).collect();
    success(&json!({ "domains": domains }))
}

fn get(world: &World, ask: &Ask<Api>) -> Answer {
    let found = world.named(ask)?.domains.iter().find(|domain| domain.domain == ask.param("domain"));
    success(&found.ok_or_else(no_such_domain)?.observed(ask.now))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDomain {
    domain: String,
    #[serde(rename = "zoneId")]
    zone_id: String,
    enabled: bool,
    #[serde(rename = "minTLS")]
    min_tls: Option<MinTls>,
    ciphers: Option<Vec<String>>,
}

fn attach(world: &mut World, ask: &Ask<Api>) -> Answer {
    let NewDomain { domain, zone_id, enabled, min_tls, ciphers } = body(ask, malformed)?;
    world.named(ask)?;
    let zone = world.zones.iter().find(|zone| zone.id == zone_id && zone.account == ask.param("account_id"));
    let within = |zone: &str| domain == zone || domain.ends_with(&format!(".{zone}"));
    let Some(zone_name) = zone.map(|zone| zone.name.clone()).filter(|name| within(name)) else {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            10055,
            "The zone ID provided is incorrect for this domain.",
        ));
    };
    if world.buckets.iter().flat_map(|bucket| &bucket.domains).any(|used| used.domain == domain) {
        return Err(refuse(StatusCode::CONFLICT, 10056, "The domain is already in use."));
    }
    let domain =
        Domain { domain, zone_id, zone_name, enabled, min_tls, ciphers, active_from: ask.settled_at() };
    let answer = domain.wanted();
    world.named_mut(ask)?.domains.push(domain);
    success(&answer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DomainChange {
    /// Which wrangler says again.
    domain: Option<String>,
    enabled: Option<bool>,
    #[serde(rename = "minTLS")]
    min_tls: Option<MinTls>,
    ciphers: Option<Vec<String>>,
}

fn update(world: &mut World, ask: &Ask<Api>) -> Answer {
    let DomainChange { domain, enabled, min_tls, ciphers } = body(ask, malformed)?;
    if domain.is_some_and(|domain| domain != ask.param("domain")) {
        return Err(malformed());
    }
    let domains = &mut world.named_mut(ask)?.domains;
    let domain =
        domains.iter_mut().find(|domain| domain.domain == ask.param("domain")).ok_or_else(no_such_domain)?;
    domain.enabled = enabled.unwrap_or(domain.enabled);
    domain.min_tls = min_tls.or(domain.min_tls);
    domain.ciphers = ciphers.or_else(|| domain.ciphers.clone());
    success(&domain.wanted())
}

fn detach(world: &mut World, ask: &Ask<Api>) -> Answer {
    let name = ask.param("domain");
    let domains = &mut world.named_mut(ask)?.domains;
    if !domains.iter().any(|domain| domain.domain == name) {
        return Err(no_such_domain());
    }
    domains.retain(|domain| domain.domain != name);
    success(&json!({ "domain": name }))
}

fn no_such_domain() -> Reply {
    refuse(StatusCode::NOT_FOUND, 10053, "The specified custom domain does not exist.")
}
