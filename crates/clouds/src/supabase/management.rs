//! The Management API: whose token it is, what it reaches, and the keys of a project.

use std::sync::Arc;

use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};

use super::{API_URL, Supabase, answer, key::ServiceKey};
use crate::{
    call::Call,
    error::{ApiError, Delivery, ErrorKind},
    http::{Question, Request, segment},
    policy::{Operation, Repeat},
    secret::Secret,
};

/// An organization that the token reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its slug, which is what the API knows it by.
    pub slug: String,
    /// Its name, for people.
    pub name: String,
}

#[derive(Deserialize)]
struct OrganizationRow {
    slug: Option<String>,
    id: String,
    name: String,
}

/// A project that the token reaches.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Project {
    /// Its reference, which is what the API knows it by.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Its name, for people.
    pub name: String,
    /// The slug of the organization that it belongs to.
    pub organization_slug: String,
}

/// A key of a project's own API.
#[derive(Clone, Debug, Deserialize)]
pub struct ApiKey {
    /// `anon` and `service_role` are the legacy keys; the others are called as somebody has called them.
    #[serde(default)]
    pub name: String,
    /// `legacy`, `publishable` or `secret`; some answers leave it out of legacy keys.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// The key itself; none where it is disabled.
    #[serde(default, rename = "api_key", deserialize_with = "secret")]
    pub key: Option<Secret>,
}

impl ApiKey {
    /// Whether it is one of the two JWTs that every older project has.
    pub fn is_legacy(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == "legacy")
    }

    /// Whether it is a `sb_secret_...`.
    pub fn is_secret(&self) -> bool {
        self.kind.as_deref() == Some("secret")
    }

    /// Whether it is a `sb_publishable_...`.
    pub fn is_publishable(&self) -> bool {
        self.kind.as_deref() == Some("publishable")
    }
}

fn secret<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(value)?.map(Secret::from))
}

const fn looks(name: &'static str, permission: &'static str) -> Operation {
    Operation { service: "Management API", name, permission: Some(permission), repeat: Repeat::Read }
}

const LIST_ORGANIZATIONS: Operation = looks("List all organizations", "organizations_read");
const LIST_PROJECTS: Operation = looks("List all projects", "projects_read");
const LIST_KEYS: Operation = looks("Get project api keys", "api_gateway_keys_read");

impl Supabase {
    /// Every organization that the token reaches.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn organizations(&self, call: &Call) -> Result<Vec<Organization>, ApiError> {
        let question = self.question(LIST_ORGANIZATIONS, None);
        let request = self.management_request(&question, Method::GET, "/v1/organizations")?;
        let rows: Vec<OrganizationRow> = self.manage(call, &question, &request).await?;
        Ok(rows
            .into_iter()
            .map(|row| Organization { slug: row.slug.unwrap_or(row.id), name: row.name })
            .collect())
    }

    /// Every project that the token reaches, in Supabase's order.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn projects(&self, call: &Call) -> Result<Vec<Project>, ApiError> {
        let question = self.question(LIST_PROJECTS, None);
        let request = self.management_request(&question, Method::GET, "/v1/projects")?;
        self.manage(call, &question, &request).await
    }

    /// The service key of a project: the configured one unless it names another project, or the project's own, asked
    /// for once.
    pub(super) async fn service_key(&self, call: &Call, project: &str) -> Result<ServiceKey, ApiError> {
        let question = self.question(LIST_KEYS, Some(project));
        let unfit = |reason: String| question.unsent(ErrorKind::Denied, Delivery::NeverSent, reason);
        if let Some(configured) = &self.0.config.service_key
            && ServiceKey::may_open(configured, project)
        {
            return ServiceKey::new(configured.clone()).map_err(unfit);
        }
        let cell = Arc::clone(
            self.0
                .keys
                .lock()
                .expect("nothing panics while it holds the keys")
                .entry(project.to_owned())
                .or_default(),
        );
        let key = cell
            .get_or_try_init(|| async {
                ServiceKey::new(self.fetch_key(call, &question, project).await?).map_err(unfit)
            })
            .await?;
        Ok(key.clone())
    }

    /// Every key of a project, revealed. A project that is coming up has none yet and is waited for.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn api_keys(&self, call: &Call, project: &str) -> Result<Vec<ApiKey>, ApiError> {
        let question = self.question(LIST_KEYS, Some(project));
        self.keys(call, &question, project, |keys| (!keys.is_empty()).then_some(keys)).await
    }

    /// The legacy JWT where it is still in use, else the first secret key.
    async fn fetch_key(&self, call: &Call, question: &Question, project: &str) -> Result<Secret, ApiError> {
        self.keys(call, question, project, |keys| {
            let legacy = |key: &&ApiKey| key.is_legacy() && key.name == "service_role";
            let found = keys.iter().find(legacy).or_else(|| keys.iter().find(|key| key.is_secret()));
            found.and_then(|key| key.key.clone())
        })
        .await
    }

    /// Asks for the keys of a project until `pick` finds what it looks for among them.
    async fn keys<T>(
        &self,
        call: &Call,
        question: &Question,
        project: &str,
        pick: impl Fn(Vec<ApiKey>) -> Option<T>,
    ) -> Result<T, ApiError> {
        // Without `reveal` the secret keys come as dots.
        let path = format!("/v1/projects/{}/api-keys?reveal=true", segment(project));
        let request = self.management_request(question, Method::GET, &path)?;
        self.policy()
            .run(call, question.operation, || async {
                let answer = self.0.http.send(question, &request).await?;
                pick(answer::management(question, &answer)?).ok_or_else(|| {
                    let words = "The project has no such key; it may still be coming up".to_owned();
                    question.answered(&answer, ErrorKind::Busy, None, Some(words))
                })
            })
            .await
    }

    /// Sends a request of the Management API under policy.
    pub(super) async fn manage<T: DeserializeOwned>(
        &self,
        call: &Call,
        question: &Question,
        request: &Request,
    ) -> Result<T, ApiError> {
        self.policy()
            .run(call, question.operation, || async {
                answer::management(question, &self.0.http.send(question, request).await?)
            })
            .await
    }

    /// A request of the Management API, with the access token.
    pub(super) fn management_request(
        &self,
        question: &Question,
        method: Method,
        path: &str,
    ) -> Result<Request, ApiError> {
        let token = self.0.config.access_token.as_ref().ok_or_else(|| {
            let words =
                "No access token was found, neither in the provider block nor in `SUPABASE_ACCESS_TOKEN`";
            question.unsent(ErrorKind::Unauthenticated, Delivery::NeverSent, words.to_owned())
        })?;
        let base = self.0.config.api_url.as_deref().unwrap_or(API_URL).trim_end_matches('/');
        Ok(Request::new(method, format!("{base}{path}")).bearer(token))
    }
}
