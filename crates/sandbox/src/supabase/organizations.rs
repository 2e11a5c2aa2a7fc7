//! Organisations: listed, made, looked at. The API neither changes nor deletes them.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::management::{Fields, Management, invalid, refuse};
use crate::call::{Answer, Reply, ok};
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Management>] = &[
    Operation::read("GET", "/v1/organizations", list),
    Operation::write("POST", "/v1/organizations", create),
    Operation::read("GET", "/v1/organizations/{slug}", get),
    Operation::read("GET", "/v1/organizations/{slug}/projects", projects),
    Operation::read("GET", "/v1/organizations/{slug}/members", members),
];

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Organization {
    pub(super) slug: String,
    pub(super) name: String,
}

impl Organization {
    fn brief(&self) -> Value {
        json!({ "id": self.slug, "slug": self.slug, "name": self.name })
    }
}

impl World {
    pub(super) fn organization(&self, slug: &str) -> Result<&Organization, Reply> {
        let found = self.organizations.iter().find(|organization| organization.slug == slug);
        found.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "Organization not found"))
    }
}

fn list(world: &World, _: &Ask<Management>) -> Answer {
    ok(&world.organizations.iter().map(Organization::brief).collect::<Vec<_>>())
}

fn create(world: &mut World, ask: &Ask<Management>) -> Answer {
    let name = Fields::of(ask, &["name"])?.required("name")?;
    if name.chars().count() > 256 {
        return Err(invalid("name: String must contain at most 256 character(s)"));
    }
    let organization = Organization { slug: world.ids.reference(), name };
    let reply = Reply::json(StatusCode::CREATED, &organization.brief());
    world.organizations.push(organization);
    Ok(reply)
}

fn get(world: &World, ask: &Ask<Management>) -> Answer {
    let organization = world.organization(ask.param("slug"))?;
    ok(&json!({
        "id": organization.slug,
        "name": organization.name,
        "plan": "free",
        "opt_in_tags": [],
        "allowed_release_channels": ["ga", "preview"],
    }))
}

fn projects(world: &World, ask: &Ask<Management>) -> Answer {
    let organization = world.organization(ask.param("slug"))?;
    let number = |name: &str, least: usize, most: usize, fallback: usize| match ask.query(name) {
        None => Ok(fallback),
        Some(text) => match text.parse::<usize>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => {
                Err(invalid(&format!("{name}: Expected a number from {least} to {most}, received '{text}'")))
            }
        },
    };
    let (offset, limit) = (number("offset", 0, usize::MAX, 0)?, number("limit", 1, 100, 100)?);
    let search = ask.query("search").unwrap_or_default().to_lowercase();
    let statuses =
        ask.query("statuses").map(|statuses| statuses.split(',').map(str::to_owned).collect::<Vec<_>>());
    let mut found: Vec<_> = world
        .projects
        .iter()
        .filter(|project| project.organization == organization.slug)
        .filter(|project| {
            project.name.to_lowercase().contains(&search) || project.reference.contains(&search)
        })
        .filter(|project| {
            statuses
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|status| status == project.status(ask.now).name()))
        })
        .collect();
    match ask.query("sort").as_deref().unwrap_or("name_asc") {
        "name_asc" => found.sort_by(|a, b| a.name.cmp(&b.name)),
        "name_desc" => found.sort_by(|a, b| b.name.cmp(&a.name)),
        "created_asc" => found.sort_by_key(|project| project.created_at),
        "created_desc" => found.sort_by_key(|project| std::cmp::Reverse(project.created_at)),
        other => return Err(invalid(&format!("sort: Invalid enum value, received '{other}'"))),
    }
    let count = found.len();
    let page: Vec<Value> =
        found.into_iter().skip(offset).take(limit).map(|project| project.in_organization(ask.now)).collect();
    ok(&json!({ "projects": page, "pagination": { "count": count, "limit": limit, "offset": offset } }))
}

fn members(world: &World, ask: &Ask<Management>) -> Answer {
    world.organization(ask.param("slug"))?;
    ok(&json!([{
        "user_id": "00000000-0000-4000-8000-000000000001",
        "user_name": "sandbox",
        "email": "sandbox@example.com",
        "role_name": "Owner",
        "mfa_enabled": false,
    }]))
}
