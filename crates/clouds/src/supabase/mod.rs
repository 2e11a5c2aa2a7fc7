//! Supabase: how it is reached, lazily, and what its APIs are asked.
//!
//! There are two doors. The Management API knows projects and takes a personal access token; a project's own APIs, such
//! as Storage, take a service key of that project. A key that nobody configures is fetched through the Management API
//! when it is first needed, and kept in memory only.

mod answer;
mod key;
mod management;
mod secrets;
pub mod storage;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use tokio::sync::OnceCell;

pub use management::{ApiKey, Organization, Project};
pub use secrets::digest_of;

use self::{key::ServiceKey, storage::Storage};
use crate::{
    error::{ApiError, Delivery, ErrorKind},
    http::{Http, Question, segment},
    policy::{Operation, Policy},
    secret::Secret,
};

/// Where the Management API is.
const API_URL: &str = "https://api.supabase.com";

/// What stands for a project's reference in a configured project URL.
const REFERENCE: &str = "{ref}";

/// Where Supabase is and who we are to it.
#[derive(Clone, Debug, Default)]
pub struct SupabaseConfig {
    /// Personal access token, for the Management API.
    pub access_token: Option<Secret>,
    /// Service key of a project: the legacy `service_role` JWT, or `sb_secret_...`. Unset: fetched per project.
    pub service_key: Option<Secret>,
    /// Base of the Management API, for stand-ins: `https://api.supabase.com`.
    pub api_url: Option<String>,
    /// Base of a project's own APIs, for self-hosted stacks: `https://<ref>.supabase.co`. `{ref}` in it stands for the
    /// project's reference.
    pub project_url: Option<String>,
}

/// Supabase as one configuration reaches it. Cheap to clone; costs nothing until the first request.
#[derive(Clone)]
pub struct Supabase(Arc<Inner>);

struct Inner {
    config: SupabaseConfig,
    http: Http,
    policy: Policy,
    /// By project.
    keys: Mutex<HashMap<String, Arc<OnceCell<ServiceKey>>>>,
}

impl Supabase {
    /// Supabase by `config`, under `policy`. Nothing is sent yet.
    pub fn new(config: SupabaseConfig, http: Http, policy: Policy) -> Self {
        Self(Arc::new(Inner { config, http, policy, keys: Mutex::default() }))
    }

    /// The Storage API of a project.
    pub fn storage(&self, project: &str) -> Storage {
        Storage::new(self.clone(), project.to_owned())
    }

    /// Base of a project's own APIs, without a slash at its end.
    ///
    /// # Errors
    /// The reason, when the configured URL is that of another hosted project.
    fn project_url(&self, project: &str) -> Result<String, String> {
        project_url(self.0.config.project_url.as_deref(), project)
    }

    fn policy(&self) -> &Policy {
        &self.0.policy
    }

    fn question(&self, operation: Operation, project: Option<&str>) -> Question {
        let place = project.map(|project| format!("project {project}"));
        Question { vendor: self.policy().vendor(), operation, place }
    }

    /// A URL below a project's base.
    fn url(&self, question: &Question, project: &str, path: &str) -> Result<String, ApiError> {
        match self.project_url(project) {
            Ok(base) => Ok(format!("{base}{path}")),
            Err(reason) => Err(question.unsent(ErrorKind::Invalid, Delivery::NeverSent, reason)),
        }
    }
}

impl fmt::Debug for Supabase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Supabase").field("config", &self.0.config).finish_non_exhaustive()
    }
}

/// Whether a text is the reference of a hosted project: twenty small letters.
pub fn is_project_ref(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|letter| letter.is_ascii_lowercase())
}

fn project_url(configured: Option<&str>, project: &str) -> Result<String, String> {
    let Some(configured) = configured else {
        return Ok(format!("https://{}.supabase.co", segment(project)));
    };
    let url = configured.replace(REFERENCE, &segment(project));
    let url = url.trim_end_matches('/');
    // Developers tend to have the URL of some project in their environment.
    let host = url.split("://").nth(1).unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    match host.strip_suffix(".supabase.co") {
        Some(other) if other != project => Err(format!(
            "The project URL that is configured is that of project {other}, not of project {project}"
        )),
        _ => Ok(url.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_reached_at_its_own_address() {
        let check = |configured, expected: &str| {
            assert_eq!(project_url(configured, "abcdefghijklmnopqrst").as_deref(), Ok(expected));
        };
        check(None, "https://abcdefghijklmnopqrst.supabase.co");
        check(Some("http://127.0.0.1:54321/"), "http://127.0.0.1:54321");
        check(Some("http://127.0.0.1:1/projects/{ref}"), "http://127.0.0.1:1/projects/abcdefghijklmnopqrst");
        check(Some("https://abcdefghijklmnopqrst.supabase.co/"), "https://abcdefghijklmnopqrst.supabase.co");
    }

    #[test]
    fn the_address_of_another_project_is_refused() {
        let refused = project_url(Some("https://zyxwvutsrqponmlkjihg.supabase.co"), "abcdefghijklmnopqrst");
        assert!(refused.is_err_and(|reason| reason.contains("zyxwvutsrqponmlkjihg")));
    }
}
