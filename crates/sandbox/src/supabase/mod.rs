//! The Supabase double: Management API at the root, each project's own APIs below `/projects/<ref>`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use crate::call::Reply;
use crate::double::{Content, Double, Founding, Trouble};
use crate::furniture::Vendor;
use crate::ids::Ids;
use crate::operation::mount;
use crate::sandbox::SupabaseAccess;

mod api_keys;
mod jwt;
mod management;
mod organizations;
mod projects;
mod secrets;
mod storage;
mod storage_config;

use api_keys::Role;
use organizations::Organization;
use projects::{Blueprint, Project};

/// The project that exists from the start. Its JWT secret is the one of every local Supabase stack, so that
/// `supabase storage` without a linked project works on it.
const FIRST_PROJECT: &str = "slipwaysandboxorigin";
const FIRST_ORGANIZATION: &str = "slipwayorganizations";
const LOCAL_STACK_JWT_SECRET: &str = "super-secret-jwt-token-with-at-least-32-characters-long";

/// Where a project's Storage API is, below the project's base.
const STORAGE: &str = "/storage/v1";

/// Everything that Supabase remembers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct World {
    ids: Ids,
    access_token: String,
    organizations: Vec<Organization>,
    projects: Vec<Project>,
    /// References of projects that existed once: they answer otherwise than those that never did.
    removed: BTreeSet<String>,
}

impl World {
    /// What a client needs, with the double's base.
    pub(crate) fn access(&self, url: &str) -> SupabaseAccess {
        let first = self.project(FIRST_PROJECT);
        let key = |role| first.and_then(|project| project.key_of(role)).unwrap_or_default();
        SupabaseAccess {
            url: url.to_owned(),
            access_token: self.access_token.clone(),
            organization_slug: FIRST_ORGANIZATION.to_owned(),
            project_ref: FIRST_PROJECT.to_owned(),
            project_url: project_url(url, FIRST_PROJECT),
            storage_url: format!("{}{STORAGE}", project_url(url, FIRST_PROJECT)),
            service_role_key: key(Role::ServiceRole),
            anon_key: key(Role::Anon),
            secret_key: first.and_then(Project::secret_key).unwrap_or_default(),
        }
    }

    /// Projects, buckets and objects.
    pub(crate) fn count(&self) -> (usize, usize, usize) {
        let buckets = || self.projects.iter().flat_map(|project| &project.storage.buckets);
        (self.projects.len(), buckets().count(), buckets().map(|bucket| bucket.objects.len()).sum())
    }

    fn project(&self, reference: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.reference == reference)
    }

    fn project_mut(&mut self, reference: &str) -> Option<&mut Project> {
        self.projects.iter_mut().find(|project| project.reference == reference)
    }
}

/// Base of a project's own APIs.
pub(crate) fn project_url(url: &str, reference: &str) -> String {
    format!("{url}/projects/{reference}")
}

/// The path as a project's storage server sees it, if the request is for one.
#[cfg(feature = "contract")]
pub(crate) fn storage_path(path: &str) -> Option<&str> {
    storage::inner_path(path)
}

impl crate::double::World for World {
    const VENDOR: Vendor = Vendor::Supabase;

    fn founded(founding: &Founding) -> Self {
        let mut ids = Ids::seeded(founding.seed);
        let access_token = format!("sbp_{}", ids.hex(40));
        let blueprint = Blueprint {
            reference: FIRST_PROJECT.to_owned(),
            jwt_secret: LOCAL_STACK_JWT_SECRET.to_owned(),
            organization: FIRST_ORGANIZATION.to_owned(),
            name: "sandbox".to_owned(),
            region: "us-east-1".to_owned(),
            engine: "17".to_owned(),
            release_channel: "ga".to_owned(),
            instance_size: "micro".to_owned(),
        };
        let first = Project::built(blueprint, founding.now, founding.now, &mut ids);
        let organization =
            Organization { slug: FIRST_ORGANIZATION.to_owned(), name: "Slipway sandbox".to_owned() };
        Self {
            ids,
            access_token,
            organizations: vec![organization],
            projects: vec![first],
            removed: BTreeSet::new(),
        }
    }

    fn contents(&mut self) -> Vec<&mut Content> {
        let buckets = self.projects.iter_mut().flat_map(|project| &mut project.storage.buckets);
        buckets.flat_map(|bucket| bucket.objects.values_mut()).map(|object| &mut object.content).collect()
    }

    fn router() -> Router<Arc<Double<Self>>> {
        let mut router = Router::new();
        for table in
            [organizations::TABLE, projects::TABLE, api_keys::TABLE, secrets::TABLE, storage_config::TABLE]
        {
            router = mount(router, "", table);
        }
        for table in [storage::SERVICE, storage::buckets::TABLE, storage::objects::TABLE] {
            router = mount(router, &format!("{}{STORAGE}", project_url("", "{project}")), table);
        }
        router
    }

    /// A project is reached by path, by host (`<ref>.localhost`), or, for the first one, at the root as in a local stack.
    fn locate(host: &str, path: &str) -> Option<String> {
        if !path.starts_with(STORAGE) {
            return None;
        }
        let reference = host.split_once(".localhost").map_or(FIRST_PROJECT, |(reference, _)| reference);
        Some(format!("/projects/{reference}{path}"))
    }

    fn no_route(method: &Method, path: &str) -> Reply {
        match storage::inner_path(path) {
            Some(inner) => storage::no_route(method, inner),
            None => management::no_route(method, path),
        }
    }

    fn trouble(path: &str, trouble: Trouble) -> Reply {
        match storage::inner_path(path) {
            Some(_) => storage::trouble(trouble),
            None => management::trouble(trouble),
        }
    }

    fn house_headers(path: &str, number: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let id = HeaderValue::from_str(&format!("00000000-0000-4000-8000-{number:012x}"));
        let id = id.expect("hexadecimal digits fit in a header");
        if storage::inner_path(path).is_some() {
            headers.insert("sb-request-id", id);
        } else {
            headers.insert("x-request-id", id);
            // The sandbox counts no one down: throttling is a fault that one asks for.
            headers.insert("x-ratelimit-limit", HeaderValue::from_static("120"));
            headers.insert("x-ratelimit-remaining", HeaderValue::from_static("119"));
            headers.insert("x-ratelimit-reset", HeaderValue::from_static("60"));
        }
        headers
    }
}
