//! Secrets of a project, which all its Edge Functions see as environment variables.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;

use super::Supabase;
use crate::{
    call::Call,
    error::ApiError,
    http::segment,
    policy::{Operation, Repeat},
    secret::{Secret, sha256_hex},
};

const LIST: Operation = asks("List all secrets", "edge_functions_secrets_read", Repeat::Read);
// A secret that is there already is replaced.
const SET: Operation = asks("Bulk create secrets", "edge_functions_secrets_write", Repeat::Write);
const REMOVE: Operation = asks("Bulk delete secrets", "edge_functions_secrets_write", Repeat::Write);

const fn asks(name: &'static str, permission: &'static str, repeat: Repeat) -> Operation {
    Operation { service: "Management API", name, permission: Some(permission), repeat }
}

#[derive(Deserialize)]
struct Row {
    name: String,
    /// Not the secret, which nobody gets back.
    #[serde(rename = "value")]
    digest: String,
}

/// What Supabase shows of a secret: its SHA-256, in hexadecimal digits.
pub fn digest_of(secret: &str) -> String {
    sha256_hex(secret)
}

impl Supabase {
    /// The digests of all secrets of a project by name, those of Supabase's own (`SUPABASE_...`) included.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn secret_digests(
        &self,
        call: &Call,
        project: &str,
    ) -> Result<BTreeMap<String, String>, ApiError> {
        let question = self.question(LIST, Some(project));
        let request = self.management_request(&question, Method::GET, &path(project))?;
        let rows: Vec<Row> = self.manage(call, &question, &request).await?;
        Ok(rows.into_iter().map(|row| (row.name, row.digest)).collect())
    }

    /// Sets secrets; those that are not named stay as they are.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn set_secrets(
        &self,
        call: &Call,
        project: &str,
        secrets: &BTreeMap<String, Secret>,
    ) -> Result<(), ApiError> {
        let question = self.question(SET, Some(project));
        let body =
            secrets.iter().map(|(name, value)| json!({ "name": name, "value": value.expose() })).collect();
        let request = self.management_request(&question, Method::POST, &path(project))?.json(body);
        self.manage(call, &question, &request).await
    }

    /// Removes secrets; those that are not there are no error.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn remove_secrets(&self, call: &Call, project: &str, names: &[String]) -> Result<(), ApiError> {
        let question = self.question(REMOVE, Some(project));
        let request = self.management_request(&question, Method::DELETE, &path(project))?.json(json!(names));
        self.manage::<IgnoredAny>(call, &question, &request).await.map(drop)
    }
}

fn path(project: &str) -> String {
    format!("/v1/projects/{}/secrets", segment(project))
}
