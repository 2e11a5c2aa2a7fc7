//! The bucket itself: made, found, changed, removed.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Storage, looks, writes};
use crate::{
    call::Call,
    error::{ApiError, Delivery, ErrorKind},
    http::segment,
    policy::Operation,
};

/// What can be said about a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketSettings {
    /// Whether everybody may read every object who knows its URL.
    pub public: bool,
    /// Bytes that an object may have; none leaves it to the project's own limit.
    pub file_size_limit: Option<u64>,
    /// Media types that objects may have, such as `image/png` or `image/*`; none allows all.
    pub allowed_mime_types: Option<Vec<String>>,
}

impl BucketSettings {
    /// All of them are sent, those that are not set as null: what is left out of a change stays as it was.
    fn body(&self) -> Value {
        json!({
            "public": self.public,
            "file_size_limit": self.file_size_limit,
            "allowed_mime_types": self.allowed_mime_types,
        })
    }
}

/// A bucket. Its id and its name are the same here, although the API could tell them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// What it is known by.
    pub id: String,
    /// How it is set up.
    pub settings: BucketSettings,
}

/// A bucket as the API tells it.
#[derive(Deserialize)]
pub(super) struct Row {
    id: String,
    /// Only lists say it.
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    public: bool,
    #[serde(default)]
    file_size_limit: Option<u64>,
    #[serde(default)]
    allowed_mime_types: Option<Vec<String>>,
}

impl Row {
    /// Whether it is a bucket as this module means it: those for analytics only show up in lists.
    pub(super) fn is_for_files(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == "STANDARD")
    }
}

impl From<Row> for Bucket {
    fn from(row: Row) -> Self {
        let Row { id, public, file_size_limit, allowed_mime_types, .. } = row;
        Self { id, settings: BucketSettings { public, file_size_limit, allowed_mime_types } }
    }
}

const CREATE: Operation = writes("Create a bucket");
const GET: Operation = looks("Get details of a bucket");
const UPDATE: Operation = writes("Update properties of a bucket");
const DELETE: Operation = writes("Delete a bucket");

impl Storage {
    /// Makes a bucket.
    ///
    /// The bucket is looked for first: only one that was not there before can be recognised as our own when the answer
    /// to its creation gets lost.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when the project has one of that name. An error that
    /// [may have worked](ApiError::may_have_worked) may have left a bucket behind.
    pub async fn create(&self, call: &Call, name: &str, settings: &BucketSettings) -> Result<(), ApiError> {
        match self.get(call, name).await {
            Ok(Some(_)) => {
                let taken = ErrorKind::AlreadyExists { owned_by_you: true };
                let words = "A bucket of this name exists in the project already".to_owned();
                let question = self.supabase.question(CREATE, Some(&self.project));
                return Err(question.unsent(taken, Delivery::NeverSent, words));
            }
            Ok(None) => {}
            // Nothing was asked for yet, whatever became of the look.
            Err(error) => return Err(error.with(|failure| failure.delivery = Delivery::NeverSent)),
        }
        let mut body = settings.body();
        body["id"] = name.into();
        body["name"] = name.into();
        match self.ask::<Value>(call, CREATE, Method::POST, "/bucket", Some(body)).await {
            Ok(_) => Ok(()),
            Err(error) if is_our_own(&error) => {
                tracing::warn!(bucket = name, "the answer to an earlier create was lost; the bucket is ours");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// What the URLs of a public bucket's objects begin with; none while the configuration contradicts itself about where
    /// the project is.
    pub fn public_url(&self, name: &str) -> Option<String> {
        let project = self.supabase.project_url(&self.project).ok()?;
        Some(format!("{project}/storage/v1/object/public/{}", segment(name)))
    }

    /// The bucket; `None` when the project has none of that name, or is itself removed.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn get(&self, call: &Call, name: &str) -> Result<Option<Bucket>, ApiError> {
        let path = format!("/bucket/{}", segment(name));
        match self.ask::<Row>(call, GET, Method::GET, &path, None).await {
            Ok(row) => Ok(Some(row.into())),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets up a bucket anew, as a whole.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn update(&self, call: &Call, name: &str, settings: &BucketSettings) -> Result<(), ApiError> {
        let path = format!("/bucket/{}", segment(name));
        self.ask::<Value>(call, UPDATE, Method::PUT, &path, Some(settings.body())).await.map(drop)
    }

    /// Removes an empty bucket. That it is gone when an earlier attempt may have removed it is a success.
    ///
    /// # Errors
    /// [`ErrorKind::NotEmpty`], [`ErrorKind::NotFound`].
    pub async fn delete(&self, call: &Call, name: &str) -> Result<(), ApiError> {
        let path = format!("/bucket/{}", segment(name));
        match self.ask::<Value>(call, DELETE, Method::DELETE, &path, None).await {
            Ok(_) => Ok(()),
            Err(error) if error.earlier_attempt_may_have_worked && is_gone(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Whether the error says that there is no such bucket. A project that is not found is another matter, unless it says
/// itself that it was removed.
fn is_gone(error: &ApiError) -> bool {
    error.kind == ErrorKind::NotFound && (error.operation.service == "Storage" || error.status == Some(400))
}

/// Whether "already exists" speaks of the bucket that a lost attempt of the same call made.
fn is_our_own(error: &ApiError) -> bool {
    error.earlier_attempt_may_have_worked && error.kind == ErrorKind::AlreadyExists { owned_by_you: true }
}
