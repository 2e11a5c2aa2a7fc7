//! Storage of a project: buckets made, listed, read, changed, emptied and removed.

mod bucket;
mod list;
mod objects;

use reqwest::Method;
use serde::de::DeserializeOwned;

pub use self::{
    bucket::{Bucket, BucketSettings},
    objects::{ObjectPage, Progress},
};
use super::{Supabase, answer};
use crate::{
    call::Call,
    error::ApiError,
    http::Request,
    policy::{Operation, Repeat},
};

/// The Storage API of one project. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Storage {
    supabase: Supabase,
    project: String,
}

impl Storage {
    pub(super) fn new(supabase: Supabase, project: String) -> Self {
        Self { supabase, project }
    }

    /// Sends a request below `/storage/v1` under policy, with the project's service key.
    async fn ask<T: DeserializeOwned>(
        &self,
        call: &Call,
        operation: Operation,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> Result<T, ApiError> {
        let question = self.supabase.question(operation, Some(&self.project));
        let url = self.supabase.url(&question, &self.project, &format!("/storage/v1{path}"))?;
        let key = self.supabase.service_key(call, &self.project).await?;
        let mut request = key.sign(Request::new(method, url));
        if let Some(body) = body {
            request = request.json(body);
        }
        self.supabase
            .policy()
            .run(call, operation, || async {
                answer::storage(&question, &self.supabase.0.http.send(&question, &request).await?)
            })
            .await
    }
}

/// An operation that only looks.
const fn looks(name: &'static str) -> Operation {
    Operation { service: "Storage", name, permission: None, repeat: Repeat::Read }
}

/// An operation that replaces what is there, or is refused by name the second time.
const fn writes(name: &'static str) -> Operation {
    Operation { service: "Storage", name, permission: None, repeat: Repeat::Write }
}
