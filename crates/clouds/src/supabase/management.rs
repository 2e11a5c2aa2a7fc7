//! The Management API: whose token it is, and the keys of a project.

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

/// A key as the API lists it.
#[derive(Deserialize)]
struct ApiKey {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    api_key: Option<Secret>,
}

fn secret<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(value)?.map(Secret::from))
}

const fn looks(name: &'static str, permission: &'static str) -> Operation {
    Operation { service: "Management API", name, permission: Some(permission), repeat: Repeat::Read }
}

const LIST_ORGANIZATIONS: Operation = looks("List all organizations", "organizations_read");
const LIST_KEYS: Operation = looks("Get project api keys", "api_gateway_keys_read");

impl Supabase {
    /// Every organization that the token reaches.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn organizations(&self, call: &Call) -> Result<Vec<Organization>, ApiError> {
        let question = self.question(LIST_ORGANIZATIONS, None);
        let rows: Vec<OrganizationRow> = self.manage(call, &question, "/v1/organizations").await?;
        Ok(rows
            .into_iter()
            .map(|row| Organization { slug: row.slug.unwrap_or(row.id), name: row.name })
            .collect())
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

    /// The legacy JWT where it is still in use, else the first secret key.
    async fn fetch_key(&self, call: &Call, question: &Question, project: &str) -> Result<Secret, ApiError> {
        let path = format!("/v1/projects/{}/api-keys?reveal=true", segment(project));
        let request = self.management_request(question, &path)?;
        self.policy()
            .run(call, question.operation, || async {
                let answer = self.0.http.send(question, &request).await?;
                let keys: Vec<ApiKey> = answer::management(question, &answer)?;
                let legacy = |key: &ApiKey| {
                    key.name == "service_role" && key.kind.as_deref().is_none_or(|kind| kind == "legacy")
                };
                let secret = |key: &ApiKey| key.kind.as_deref() == Some("secret");
                let found =
                    keys.iter().find(|key| legacy(key)).or_else(|| keys.iter().find(|key| secret(key)));
                found.and_then(|key| key.api_key.clone()).ok_or_else(|| {
                    // A project that is coming up has none yet.
                    let words = "The project has no service key; it may still be coming up".to_owned();
                    question.answered(&answer, ErrorKind::Busy, None, Some(words))
                })
            })
            .await
    }

    async fn manage<T: DeserializeOwned>(
        &self,
        call: &Call,
        question: &Question,
        path: &str,
    ) -> Result<T, ApiError> {
        let request = self.management_request(question, path)?;
        self.policy()
            .run(call, question.operation, || async {
                answer::management(question, &self.0.http.send(question, &request).await?)
            })
            .await
    }

    fn management_request(&self, question: &Question, path: &str) -> Result<Request, ApiError> {
        let token = self.0.config.access_token.as_ref().ok_or_else(|| {
            let words =
                "No access token was found, neither in the provider block nor in `SUPABASE_ACCESS_TOKEN`";
            question.unsent(ErrorKind::Unauthenticated, Delivery::NeverSent, words.to_owned())
        })?;
        let base = self.0.config.api_url.as_deref().unwrap_or(API_URL).trim_end_matches('/');
        Ok(Request::new(Method::GET, format!("{base}{path}")).bearer(token))
    }
}
