//! The bucket itself: made, found, moved to another storage class, removed.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{R2, is_gone, looks, writes};
use crate::{
    call::Call,
    error::{ApiError, Delivery, ErrorKind},
    http::segment,
    policy::Operation,
};

/// What can be said about a bucket when it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewBucket {
    /// Where it should be: `apac`, `eeur`, `enam`, `oc`, `weur` or `wnam`. Cloudflare takes it as a hint, and not at all
    /// for a name that was in use before.
    pub location_hint: Option<String>,
    /// `Standard` or `InfrequentAccess`.
    pub storage_class: Option<String>,
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Where it is, in lower case although Cloudflare answers in upper case.
    #[serde(default, deserialize_with = "lower_case")]
    pub location: Option<String>,
    /// Storage class of new objects.
    #[serde(default)]
    pub storage_class: Option<String>,
    /// When it was made, RFC 3339.
    #[serde(default)]
    pub creation_date: Option<String>,
}

fn lower_case<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(value)?.map(|text| text.to_ascii_lowercase()))
}

const CREATE: Operation = writes("Create Bucket");
const GET: Operation = looks("Get Bucket");
const PATCH: Operation = writes("Patch Bucket");
const DELETE: Operation = writes("Delete Bucket");

impl R2 {
    /// Makes a bucket.
    ///
    /// The bucket is looked for first: only one that was not there before can be recognised as our own when the answer
    /// to its creation gets lost.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when the account has one of that name. An error that
    /// [may have worked](ApiError::may_have_worked) may have left a bucket behind.
    pub async fn create(&self, call: &Call, name: &str, new: &NewBucket) -> Result<Bucket, ApiError> {
        match self.get(call, name).await {
            Ok(_) => return Err(self.already_there(call).await),
            Err(error) if is_gone(&error) => {}
            // Nothing was asked for yet, whatever became of the look.
            Err(error) => return Err(error.with(|failure| failure.delivery = Delivery::NeverSent)),
        }
        let mut body = json!({ "name": name });
        for (field, value) in [("locationHint", &new.location_hint), ("storageClass", &new.storage_class)] {
            if let Some(value) = value {
                body[field] = value.as_str().into();
            }
        }
        match self.ask(call, CREATE, Method::POST, "", |request| request.json(body)).await {
            Ok(answer) => Ok(answer.result),
            Err(error) if is_our_own(&error) => {
                tracing::warn!(bucket = name, "the answer to an earlier create was lost; the bucket is ours");
                self.get(&call.just_created(), name).await
            }
            Err(error) => Err(error),
        }
    }

    /// The bucket.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none of that name in this account and jurisdiction.
    pub async fn get(&self, call: &Call, name: &str) -> Result<Bucket, ApiError> {
        let path = format!("/{}", segment(name));
        Ok(self.ask(call, GET, Method::GET, &path, |request| request).await?.result)
    }

    /// Gives new objects another storage class.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn put_storage_class(&self, call: &Call, name: &str, class: &str) -> Result<(), ApiError> {
        let path = format!("/{}", segment(name));
        let set = |request: crate::http::Request| request.header("cf-r2-storage-class", class);
        self.ask::<Value>(call, PATCH, Method::PATCH, &path, set).await.map(drop)
    }

    /// Removes an empty bucket. That it is gone when an earlier attempt may have removed it is a success.
    ///
    /// # Errors
    /// [`ErrorKind::NotEmpty`], [`ErrorKind::NotFound`].
    pub async fn delete(&self, call: &Call, name: &str) -> Result<(), ApiError> {
        let path = format!("/{}", segment(name));
        match self.ask::<Value>(call, DELETE, Method::DELETE, &path, |request| request).await {
            Ok(_) => Ok(()),
            Err(error) if error.earlier_attempt_may_have_worked && is_gone(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn already_there(&self, call: &Call) -> ApiError {
        let account = self.account(call).await.unwrap_or_default();
        let taken = ErrorKind::AlreadyExists { owned_by_you: true };
        let words = "A bucket of this name exists in the account already".to_owned();
        self.question(CREATE, &account).unsent(taken, Delivery::NeverSent, words)
    }
}

/// Whether "already exists" speaks of the bucket that a lost attempt of the same call made.
fn is_our_own(error: &ApiError) -> bool {
    error.earlier_attempt_may_have_worked && error.kind == ErrorKind::AlreadyExists { owned_by_you: true }
}
