//! Objects, as far as emptying a bucket needs them: listed and removed, a thousand at a time.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Storage, looks, writes};
use crate::{
    call::Call,
    error::{ApiError, ErrorKind},
    http::segment,
    policy::{Operation, Probe, RetryPolicy},
};

/// Some of the objects of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// Their keys.
    pub keys: Vec<String>,
    /// Where the list goes on, if it does.
    pub next: Option<String>,
}

/// How far emptying is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Objects removed.
    pub deleted: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    has_next: bool,
    #[serde(default)]
    next_cursor: Option<String>,
    #[serde(default)]
    objects: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    name: String,
    /// The whole key, where the server tells it from the name within a folder.
    #[serde(default)]
    key: Option<String>,
}

const LIST: Operation = looks("Search for objects under a prefix");
const REMOVE: Operation = writes("Delete multiple objects");
const EMPTY: Operation = writes("Empty a bucket");

/// Storage's own bound for one list and one removal.
const BATCH: usize = 1000;

impl Storage {
    /// A page of the objects in a bucket, by key.
    ///
    /// # Errors
    /// What Supabase answers; [`ErrorKind::Unsupported`] by servers that are too old for it.
    pub async fn objects(
        &self,
        call: &Call,
        bucket: &str,
        from: Option<&str>,
    ) -> Result<ObjectPage, ApiError> {
        let path = format!("/object/list-v2/{}", segment(bucket));
        let mut body = json!({ "limit": BATCH, "with_delimiter": false });
        if let Some(cursor) = from {
            body["cursor"] = cursor.into();
        }
        let page: Page = self.ask(call, LIST, Method::POST, &path, Some(body)).await?;
        Ok(ObjectPage {
            keys: page.objects.into_iter().map(|object| object.key.unwrap_or(object.name)).collect(),
            next: page.next_cursor.filter(|_| page.has_next),
        })
    }

    /// Removes objects; those that are not there are no error. At most a thousand at once.
    ///
    /// # Errors
    /// What Supabase answers.
    pub async fn remove(&self, call: &Call, bucket: &str, keys: &[String]) -> Result<(), ApiError> {
        if keys.is_empty() {
            return Ok(());
        }
        let path = format!("/object/{}", segment(bucket));
        let body = json!({ "prefixes": keys });
        self.ask::<Value>(call, REMOVE, Method::DELETE, &path, Some(body)).await.map(drop)
    }

    /// Removes everything in the bucket, in batches, and reports after each one.
    ///
    /// # Errors
    /// [`ErrorKind::NotEmpty`] when Storage keeps objects that it was told to remove; else what listing or removing
    /// fails with, a stop between batches included. What was removed by then stays removed.
    pub async fn empty(
        &self,
        call: &Call,
        bucket: &str,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Progress, ApiError> {
        let mut done = Progress::default();
        let mut before = Vec::new();
        loop {
            // Each list starts over, because what was removed is gone from it.
            let page = match self.objects(call, bucket, None).await {
                Err(error) if error.kind == ErrorKind::Unsupported => {
                    self.empty_in_the_background(call, bucket).await?;
                    return Ok(done);
                }
                page => page?,
            };
            if page.keys.is_empty() {
                return Ok(done);
            }
            if page.keys == before {
                let question = self.supabase.question(REMOVE, Some(&self.project));
                return Err(question.error(ErrorKind::NotEmpty).with(|failure| {
                    let words = format!("{} objects are still there after their removal", before.len());
                    failure.words = Some(words);
                }));
            }
            self.remove(call, bucket, &page.keys).await?;
            done.deleted += page.keys.len() as u64;
            progress(done);
            before = page.keys;
        }
    }

    /// Removes an emptied bucket, patiently: what is removed in the background keeps it a while longer.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::NotEmpty`] when somebody goes on writing, or the queue is slow.
    pub async fn delete_emptied(&self, call: &Call, bucket: &str) -> Result<(), ApiError> {
        let mut looks = 0;
        self.supabase
            .policy()
            .wait_until(call, EMPTY, &RetryPolicy::BUSY, || {
                looks += 1;
                let last = looks >= RetryPolicy::BUSY.attempts;
                async move {
                    match self.delete(call, bucket).await {
                        Ok(()) => Ok(Probe::Ready(())),
                        Err(error) if error.kind == ErrorKind::NotEmpty && !last => {
                            Ok(Probe::NotYet("the bucket still holds objects".to_owned()))
                        }
                        Err(error) => Err(error),
                    }
                }
            })
            .await
    }

    /// What servers without the newer list offer: they empty the bucket by and by.
    async fn empty_in_the_background(&self, call: &Call, bucket: &str) -> Result<(), ApiError> {
        let path = format!("/bucket/{}/empty", segment(bucket));
        self.ask::<Value>(call, EMPTY, Method::POST, &path, None).await.map(drop)
    }
}
