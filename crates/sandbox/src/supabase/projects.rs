//! Projects and their life: made, coming up, healthy, paused, restored, removed.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::api_keys::ApiKey;
use super::management::{Fields, Management, invalid, refuse};
use super::secrets::Secrets;
use super::storage::Storage;
use super::storage_config::StorageConfig;
use crate::call::{Answer, Call, Reply, ok};
use crate::clock::millis;
use crate::ids::Ids;
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Management>] = &[
    Operation::read("GET", "/v1/projects", list),
    Operation::write("POST", "/v1/projects", create),
    Operation::read("GET", "/v1/projects/available-regions", available_regions),
    Operation::read("GET", "/v1/projects/{ref}", get),
    Operation::write("PATCH", "/v1/projects/{ref}", rename),
    Operation::write("DELETE", "/v1/projects/{ref}", remove),
    Operation::write("POST", "/v1/projects/{ref}/pause", pause),
    Operation::write("POST", "/v1/projects/{ref}/restore", restore),
    Operation::read("GET", "/v1/projects/{ref}/health", health),
];

/// Region code, what people call it, and the group that "choose for me" takes it from.
const REGIONS: [(&str, &str, &str); 18] = [
    ("us-east-1", "East US (North Virginia)", "americas"),
    ("us-east-2", "East US (Ohio)", "americas"),
    ("us-west-1", "West US (North California)", "americas"),
    ("us-west-2", "West US (Oregon)", "americas"),
    ("ca-central-1", "Canada (Central)", "americas"),
    ("sa-east-1", "South America (São Paulo)", "americas"),
    ("eu-central-1", "Central EU (Frankfurt)", "emea"),
    ("eu-central-2", "Central Europe (Zurich)", "emea"),
    ("eu-west-1", "West EU (Ireland)", "emea"),
    ("eu-west-2", "West Europe (London)", "emea"),
    ("eu-west-3", "West EU (Paris)", "emea"),
    ("eu-north-1", "North EU (Stockholm)", "emea"),
    ("ap-southeast-1", "Southeast Asia (Singapore)", "apac"),
    ("ap-southeast-2", "Oceania (Sydney)", "apac"),
    ("ap-northeast-1", "Northeast Asia (Tokyo)", "apac"),
    ("ap-northeast-2", "Northeast Asia (Seoul)", "apac"),
    ("ap-east-1", "East Asia (Hong Kong)", "apac"),
    ("ap-south-1", "South Asia (Mumbai)", "apac"),
];
const GROUPS: [(&str, &str); 3] = [("americas", "Americas"), ("emea", "Europe"), ("apac", "Asia-Pacific")];

const SIZES: [&str; 19] = [
    "nano",
    "micro",
    "small",
    "medium",
    "large",
    "xlarge",
    "2xlarge",
    "4xlarge",
    "8xlarge",
    "12xlarge",
    "16xlarge",
    "24xlarge",
    "24xlarge_optimized_memory",
    "24xlarge_optimized_cpu",
    "24xlarge_high_memory",
    "48xlarge",
    "48xlarge_optimized_memory",
    "48xlarge_optimized_cpu",
    "48xlarge_high_memory",
];

const SERVICES: [&str; 8] =
    ["auth", "db", "db_postgres_user", "pooler", "realtime", "rest", "storage", "pg_bouncer"];

/// What a project is doing, in the vendor's words.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Status {
    ComingUp,
    ActiveHealthy,
    Pausing,
    Inactive,
    Restoring,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ComingUp => "COMING_UP",
            Self::ActiveHealthy => "ACTIVE_HEALTHY",
            Self::Pausing => "PAUSING",
            Self::Inactive => "INACTIVE",
            Self::Restoring => "RESTORING",
        }
    }
}

/// A status that becomes another by itself.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Phase {
    now: Status,
    then: Status,
    from: Timestamp,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Project {
    /// The database's own key: what DELETE and PATCH call `id`.
    number: u64,
    pub(super) reference: String,
    pub(super) organization: String,
    pub(super) name: String,
    region: String,
    pub(super) created_at: Timestamp,
    phase: Phase,
    engine: String,
    release_channel: String,
    instance_size: String,
    pub(super) jwt_secret: String,
    pub(super) legacy_keys_enabled: bool,
    pub(super) keys: Vec<ApiKey>,
    #[serde(default)]
    pub(super) secrets: Secrets,
    pub(super) storage_config: StorageConfig,
    pub(super) storage: Storage,
}

/// What a project is made from.
pub(super) struct Blueprint {
    pub(super) reference: String,
    pub(super) jwt_secret: String,
    pub(super) organization: String,
    pub(super) name: String,
    pub(super) region: String,
    pub(super) engine: String,
    pub(super) release_channel: String,
    pub(super) instance_size: String,
}

impl Project {
    /// A project made now, that is healthy from `up_at` on.
    pub(super) fn built(blueprint: Blueprint, now: Timestamp, up_at: Timestamp, ids: &mut Ids) -> Self {
        let Blueprint {
            reference,
            jwt_secret,
            organization,
            name,
            region,
            engine,
            release_channel,
            instance_size,
        } = blueprint;
        Self {
            number: ids.number(),
            keys: ApiKey::first_keys(&reference, &jwt_secret, now, ids),
            reference,
            organization,
            name,
            region,
            created_at: now,
            phase: Phase { now: Status::ComingUp, then: Status::ActiveHealthy, from: up_at },
            engine,
            release_channel,
            instance_size,
            jwt_secret,
            legacy_keys_enabled: true,
            secrets: Secrets::new(),
            storage_config: StorageConfig::default(),
            storage: Storage::default(),
        }
    }

    pub(super) fn status(&self, now: Timestamp) -> Status {
        if now >= self.phase.from { self.phase.then } else { self.phase.now }
    }

    fn brief(&self) -> Value {
        json!({
            "id": self.reference,
            "ref": self.reference,
            "organization_id": self.organization,
            "organization_slug": self.organization,
            "name": self.name,
            "region": self.region,
            "created_at": millis(self.created_at),
        })
    }

    fn full(&self, now: Timestamp) -> Value {
        let mut full = self.brief();
        full["status"] = self.status(now).name().into();
        full["database"] = json!({
            "host": format!("db.{}.supabase.co", self.reference),
            "version": format!("{}.6.1.111", self.engine.trim_end_matches("-oriole")),
            "postgres_engine": self.engine,
            "release_channel": self.release_channel,
        });
        full
    }

    /// As an organisation lists it, with its databases.
    pub(super) fn in_organization(&self, now: Timestamp) -> Value {
        let status = self.status(now);
        let database = match status {
            Status::ComingUp => "COMING_UP",
            Status::Restoring => "RESTORING",
            Status::ActiveHealthy => "ACTIVE_HEALTHY",
            Status::Pausing | Status::Inactive => "GOING_DOWN",
        };
        json!({
            "ref": self.reference,
            "name": self.name,
            "cloud_provider": "AWS",
            "region": self.region,
            "is_branch": false,
            "status": status.name(),
            "inserted_at": millis(self.created_at),
            "databases": [{
                "infra_compute_size": self.instance_size,
                "region": self.region,
                "status": database,
                "cloud_provider": "AWS",
                "identifier": self.reference,
                "type": "PRIMARY",
                "disk_volume_size_gb": 8,
                "disk_type": "gp3",
                "disk_throughput_mbps": 125,
            }],
        })
    }

    /// By number, as DELETE and PATCH answer.
    fn numbered(&self) -> Value {
        json!({ "id": self.number, "ref": self.reference, "name": self.name })
    }
}

fn list(world: &World, ask: &Ask<Management>) -> Answer {
    ok(&world.projects.iter().map(|project| project.full(ask.now)).collect::<Vec<_>>())
}

fn get(world: &World, ask: &Ask<Management>) -> Answer {
    ok(&world.named(ask)?.full(ask.now))
}

fn create(world: &mut World, ask: &Ask<Management>) -> Answer {
    const KNOWN: [&str; 13] = [
        "db_pass",
        "name",
        "organization_id",
        "organization_slug",
        "plan",
        "region",
        "region_selection",
        "kps_enabled",
        "desired_instance_size",
        "template_url",
        "high_availability",
        "postgres_engine",
        "release_channel",
    ];
    let mut fields = Fields::of(ask, &KNOWN)?;
    fields.required("db_pass")?;
    let name = checked_name(fields.required("name")?)?;
    let organization = match fields.text("organization_id")? {
        Some(older) if fields.any("organization_slug").is_none() => older.to_owned(),
        _ => fields.required("organization_slug")?,
    };
    fields.choice("plan", &["free", "pro"])?;
    for switch in ["kps_enabled", "high_availability"] {
        fields.switch(switch)?;
    }
    fields.text("template_url")?;
    let region = region(&mut fields)?;
    let blueprint = Blueprint {
        organization: world.organization(&organization)?.slug.clone(),
        name,
        region,
        engine: fields
            .choice("postgres_engine", &["15", "17", "17-oriole"])?
            .unwrap_or_else(|| "17".to_owned()),
        release_channel: fields
            .choice("release_channel", &["internal", "alpha", "beta", "ga", "withdrawn", "preview"])?
            .unwrap_or_else(|| "ga".to_owned()),
        instance_size: fields.choice("desired_instance_size", &SIZES)?.unwrap_or_else(|| "micro".to_owned()),
        reference: world.ids.reference(),
        jwt_secret: world.ids.hex(64),
    };
    let project = Project::built(blueprint, ask.now, ask.settled_at(), &mut world.ids);
    let mut answer = project.brief();
    answer["status"] = "UNKNOWN".into();
    world.projects.push(project);
    Ok(Reply::json(StatusCode::CREATED, &answer))
}

fn region(fields: &mut Fields) -> Result<String, Reply> {
    let codes = REGIONS.map(|(code, ..)| code);
    let Some(selection) = fields.object("region_selection", &["type", "code"])? else {
        let region = fields.choice("region", &codes)?;
        return region.ok_or_else(|| invalid("region_selection: Required"));
    };
    let wanted = selection.choice("type", &["specific", "smartGroup"])?;
    let wanted = wanted.ok_or_else(|| invalid("region_selection.type: Required"))?;
    let among: Vec<&str> =
        if wanted == "specific" { codes.to_vec() } else { GROUPS.map(|(code, _)| code).to_vec() };
    let code = selection.choice("code", &among)?.ok_or_else(|| invalid("region_selection.code: Required"))?;
    let chosen = REGIONS.iter().find(|(region, _, group)| *region == code || *group == code);
    Ok(chosen.map_or(code.clone(), |(region, ..)| (*region).to_owned()))
}

fn checked_name(name: String) -> Result<String, Reply> {
    match name.chars().count() {
        0 => Err(invalid("name: String must contain at least 1 character(s)")),
        1..=256 => Ok(name),
        _ => Err(invalid("name: String must contain at most 256 character(s)")),
    }
}

fn rename(world: &mut World, ask: &Ask<Management>) -> Answer {
    let name = checked_name(Fields::of(ask, &["name"])?.required("name")?)?;
    let project = world.named_mut(ask)?;
    project.name = name;
    ok(&project.numbered())
}

fn remove(world: &mut World, ask: &Ask<Management>) -> Answer {
    let project = world.named(ask)?;
    if project.status(ask.now) == Status::ComingUp {
        return Err(refuse(StatusCode::BAD_REQUEST, "Project not ready for deletion."));
    }
    let (answer, reference) = (project.numbered(), project.reference.clone());
    world.projects.retain(|project| project.reference != reference);
    world.removed.insert(reference);
    ok(&answer)
}

fn pause(world: &mut World, ask: &Ask<Management>) -> Answer {
    turn(world, ask, Status::ActiveHealthy, [Status::Pausing, Status::Inactive])
}

fn restore(world: &mut World, ask: &Ask<Management>) -> Answer {
    turn(world, ask, Status::Inactive, [Status::Restoring, Status::ActiveHealthy])
}

fn turn(world: &mut World, call: &Call, from: Status, [now, then]: [Status; 2]) -> Answer {
    let project = world.named_mut(call)?;
    let status = project.status(call.now);
    if status != from {
        let message = format!("Project must be {} for this; it is {}", from.name(), status.name());
        return Err(refuse(StatusCode::BAD_REQUEST, &message));
    }
    project.phase = Phase { now, then, from: call.settled_at() };
    Ok(Reply::empty(StatusCode::OK))
}

fn health(world: &World, ask: &Ask<Management>) -> Answer {
    let asked: Vec<String> = ask
        .queries()
        .into_iter()
        .filter(|(name, _)| name == "services" || name == "services[]")
        .flat_map(|(_, value)| value.split(',').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    if asked.is_empty() {
        return Err(invalid("services: Required"));
    }
    if let Some(unknown) = asked.iter().find(|service| !SERVICES.contains(&service.as_str())) {
        return Err(invalid(&format!("services: Invalid enum value, received '{unknown}'")));
    }
    let status = match world.named(ask)?.status(ask.now) {
        Status::ActiveHealthy => "ACTIVE_HEALTHY",
        Status::ComingUp | Status::Restoring => "COMING_UP",
        Status::Pausing | Status::Inactive => "UNHEALTHY",
    };
    let services: Vec<Value> = asked
        .iter()
        .map(|name| json!({ "name": name, "healthy": status == "ACTIVE_HEALTHY", "status": status }))
        .collect();
    ok(&services)
}

fn available_regions(world: &World, ask: &Ask<Management>) -> Answer {
    let slug = ask.query("organization_slug").ok_or_else(|| invalid("organization_slug: Required"))?;
    world.organization(&slug)?;
    let groups = GROUPS.map(|(code, name)| json!({ "name": name, "code": code, "type": "smartGroup" }));
    let specific: Vec<Value> = REGIONS
        .iter()
        .map(|(code, name, _)| json!({ "name": name, "code": code, "type": "specific", "provider": "AWS" }))
        .collect();
    ok(&json!({
        "recommendations": { "smartGroup": groups[0], "specific": specific[..3] },
        "all": { "smartGroup": groups, "specific": specific },
    }))
}
