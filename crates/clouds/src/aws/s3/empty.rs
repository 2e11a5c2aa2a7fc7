//! Emptying a bucket: every version, every delete marker, every unfinished upload, a thousand at a time.

use aws_sdk_s3::types::{Delete, EncodingType, ObjectIdentifier};
use futures::{StreamExt, TryStreamExt, stream};
use percent_encoding::percent_decode_str;

use super::{S3, looks, writes};
use crate::{
    call::Call,
    error::{ApiError, ErrorKind},
    policy::Operation,
};

/// How to empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emptying {
    /// Whether versions under `GOVERNANCE` retention go too, which takes the permission
    /// `s3:BypassGovernanceRetention`. What is under `COMPLIANCE` retention or legal hold stays in any case.
    pub bypass_governance_retention: bool,
    /// Whether only current objects are listed: for stores that speak S3 and know no versions.
    pub without_versions: bool,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Objects, versions and delete markers removed.
    pub deleted: u64,
    /// Unfinished uploads removed.
    pub aborted_uploads: u64,
}

/// What came of it. The bucket is empty if nothing was refused and nobody wrote meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emptied {
    /// What was removed.
    pub progress: Progress,
    /// Some of what S3 refused to remove, each with its reason.
    pub refused: Vec<Refused>,
    /// How many it refused in all.
    pub refused_in_all: u64,
}

/// A version that S3 refused to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The object's key.
    pub key: String,
    /// Which version of it.
    pub version_id: Option<String>,
    /// S3's error code.
    pub code: String,
    /// S3's own words.
    pub words: String,
}

const LIST_VERSIONS: Operation = looks("ListObjectVersions", "s3:ListBucketVersions");
const LIST_OBJECTS: Operation = looks("ListObjectsV2", "s3:ListBucket");
const DELETE_OBJECTS: Operation = writes("DeleteObjects", "s3:DeleteObjectVersion");
const DELETE_OBJECT: Operation = writes("DeleteObject", "s3:DeleteObjectVersion");
const LIST_UPLOADS: Operation = looks("ListMultipartUploads", "s3:ListBucketMultipartUploads");
const ABORT_UPLOAD: Operation = writes("AbortMultipartUpload", "s3:AbortMultipartUpload");

/// S3's own bound for one list and one delete.
const BATCH: i32 = 1000;

/// How many refusals are kept for the message.
const EXAMPLES: usize = 10;

/// How often the bucket is gone through when some refusals look like they pass by themselves.
const ROUNDS: usize = 3;

/// Single requests side by side, where there is no batch request.
const SIDE_BY_SIDE: usize = 16;

/// One thing to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    key: String,
    version_id: Option<String>,
}

/// A page of a list, and where the next one starts if there is one.
struct Page {
    entries: Vec<Entry>,
    next: Option<Marker>,
}

/// Where a list goes on: a key with a version, or a token.
type Marker = (Option<String>, Option<String>);

impl S3 {
    /// Removes everything in the bucket, in batches, and reports after each one.
    ///
    /// # Errors
    /// What listing or deleting as a whole fails with, a stop between batches included; what was removed by
    /// then stays removed. Single versions that S3 refuses to remove are no error: see [`Emptied::refused`].
    pub async fn empty(
        &self,
        call: &Call,
        bucket: &str,
        how: Emptying,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Emptied, ApiError> {
        let mut emptied = Emptied::default();
        for _ in 0..ROUNDS {
            emptied.refused.clear();
            emptied.refused_in_all = 0;
            self.delete_everything(call, bucket, how, &mut emptied, progress).await?;
            if !emptied.refused.iter().any(Refused::passes_by_itself) {
                break;
            }
        }
        match self.abort_uploads(call, bucket, &mut emptied, progress).await {
            // A store that speaks S3 and knows no uploads in parts has none to remove.
            Err(error) if how.without_versions && error.kind == ErrorKind::Unsupported => {}
            done => done?,
        }
        Ok(emptied)
    }

    async fn delete_everything(
        &self,
        call: &Call,
        bucket: &str,
        how: Emptying,
        emptied: &mut Emptied,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), ApiError> {
        // Listing starts over after each page, because what was deleted is gone from the list; it moves on only past
        // what stays. A marker thus never names something that was deleted, which not every store can bear.
        let mut start = None;
        let mut before = Vec::new();
        loop {
            let page = self.list(call, bucket, how, start.clone()).await?;
            let refused = self.delete_page(call, bucket, how, &page.entries).await?;
            let stays = !refused.is_empty() || (page.entries == before);
            emptied.count(page.entries.len(), refused);
            if !page.entries.is_empty() {
                progress(emptied.progress);
            }
            match page.next {
                None => return Ok(()),
                Some(next) if stays => start = Some(next),
                Some(_) => {}
            }
            before = page.entries;
        }
    }

    async fn list(
        &self,
        call: &Call,
        bucket: &str,
        how: Emptying,
        marker: Option<Marker>,
    ) -> Result<Page, ApiError> {
        let (first, second) = marker.unwrap_or_default();
        if how.without_versions {
            let answer = self
                .send(call, LIST_OBJECTS, |client| {
                    client
                        .list_objects_v2()
                        .bucket(bucket)
                        .max_keys(BATCH)
                        .encoding_type(EncodingType::Url)
                        .set_continuation_token(first.clone())
                        .send()
                })
                .await?;
            let decode = decoder(answer.encoding_type());
            let objects = answer.contents.unwrap_or_default().into_iter();
            return Ok(Page {
                entries: objects
                    .filter_map(|object| Some(Entry { key: decode(&object.key?), version_id: None }))
                    .collect(),
                next: answer.next_continuation_token.map(|token| (Some(token), None)),
            });
        }
        let answer = self
            .send(call, LIST_VERSIONS, |client| {
                client
                    .list_object_versions()
                    .bucket(bucket)
                    .max_keys(BATCH)
                    .encoding_type(EncodingType::Url)
                    .set_key_marker(first.clone())
                    .set_version_id_marker(second.clone())
                    .send()
            })
            .await?;
        let decode = decoder(answer.encoding_type());
        let versions = answer.versions.unwrap_or_default().into_iter();
        let markers = answer.delete_markers.unwrap_or_default().into_iter();
        let next = (answer.is_truncated == Some(true))
            .then(|| (answer.next_key_marker.as_deref().map(&decode), answer.next_version_id_marker.clone()));
        Ok(Page {
            entries: versions
                .map(|version| (version.key, version.version_id))
                .chain(markers.map(|marker| (marker.key, marker.version_id)))
                .filter_map(|(key, version_id)| Some(Entry { key: decode(&key?), version_id }))
                .collect(),
            next,
        })
    }

    /// Deletes one page and returns what was refused.
    async fn delete_page(
        &self,
        call: &Call,
        bucket: &str,
        how: Emptying,
        entries: &[Entry],
    ) -> Result<Vec<Refused>, ApiError> {
        let (plain, awkward): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| fits_xml(&entry.key));
        let mut refused = self.delete_batch(call, bucket, how, &plain).await?;
        // Requests are made before they are streamed: a closure in the stream would keep this future from being `Send`.
        let requests: Vec<_> =
            awkward.into_iter().map(|entry| self.delete_one(call, bucket, how, entry)).collect();
        let one_by_one: Vec<Option<Refused>> =
            stream::iter(requests).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        refused.extend(one_by_one.into_iter().flatten());
        Ok(refused)
    }

    async fn delete_batch(
        &self,
        call: &Call,
        bucket: &str,
        how: Emptying,
        entries: &[&Entry],
    ) -> Result<Vec<Refused>, ApiError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let objects = entries
            .iter()
            .map(|entry| {
                ObjectIdentifier::builder()
                    .key(&entry.key)
                    .set_version_id(entry.version_id.clone())
                    .build()
                    .expect("the key is set")
            })
            .collect();
        let delete =
            Delete::builder().set_objects(Some(objects)).quiet(true).build().expect("objects are set");
        let answer = self
            .send(call, DELETE_OBJECTS, |client| {
                client
                    .delete_objects()
                    .bucket(bucket)
                    .delete(delete.clone())
                    .set_bypass_governance_retention(how.bypass_governance_retention.then_some(true))
                    .send()
            })
            .await?;
        let errors = answer.errors.unwrap_or_default().into_iter();
        Ok(errors
            .map(|error| Refused {
                key: error.key.unwrap_or_default(),
                version_id: error.version_id,
                code: error.code.unwrap_or_default(),
                words: error.message.unwrap_or_default(),
            })
            .collect())
    }

    /// For keys that a batch, being XML, cannot carry.
    async fn delete_one(
        &self,
        call: &Call,
        bucket: &str,
        how: Emptying,
        entry: &Entry,
    ) -> Result<Option<Refused>, ApiError> {
        let deleted = self
            .send(call, DELETE_OBJECT, |client| {
                client
                    .delete_object()
                    .bucket(bucket)
                    .key(&entry.key)
                    .set_version_id(entry.version_id.clone())
                    .set_bypass_governance_retention(how.bypass_governance_retention.then_some(true))
                    .send()
            })
            .await;
        match deleted {
            Ok(_) => Ok(None),
            Err(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::Invalid) => Ok(Some(Refused {
                key: entry.key.clone(),
                version_id: entry.version_id.clone(),
                code: error.code.clone().unwrap_or_default(),
                words: error.words.clone().unwrap_or_default(),
            })),
            Err(error) => Err(error),
        }
    }

    async fn abort_uploads(
        &self,
        call: &Call,
        bucket: &str,
        emptied: &mut Emptied,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), ApiError> {
        let mut marker: Marker = (None, None);
        loop {
            let answer = self
                .send(call, LIST_UPLOADS, |client| {
                    client
                        .list_multipart_uploads()
                        .bucket(bucket)
                        .max_uploads(BATCH)
                        .encoding_type(EncodingType::Url)
                        .set_key_marker(marker.0.clone())
                        .set_upload_id_marker(marker.1.clone())
                        .send()
                })
                .await?;
            let decode = decoder(answer.encoding_type());
            let uploads: Vec<(String, String)> = answer
                .uploads
                .unwrap_or_default()
                .into_iter()
                .filter_map(|upload| Some((decode(&upload.key?), upload.upload_id?)))
                .collect();
            let requests: Vec<_> = uploads
                .iter()
                .map(|(key, upload_id)| self.abort_upload(call, bucket, key, upload_id))
                .collect();
            let aborted: Vec<()> =
                stream::iter(requests).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
            if !aborted.is_empty() {
                emptied.progress.aborted_uploads += aborted.len() as u64;
                progress(emptied.progress);
            }
            if answer.is_truncated != Some(true) {
                return Ok(());
            }
            marker = (answer.next_key_marker.as_deref().map(&decode), answer.next_upload_id_marker);
        }
    }

    async fn abort_upload(
        &self,
        call: &Call,
        bucket: &str,
        key: &str,
        upload_id: &str,
    ) -> Result<(), ApiError> {
        let aborted = self
            .send(call, ABORT_UPLOAD, |client| {
                client.abort_multipart_upload().bucket(bucket).key(key).upload_id(upload_id).send()
            })
            .await;
        match aborted {
            Ok(_) => Ok(()),
            // Finished or aborted by somebody else meanwhile.
            Err(error) if error.code.as_deref() == Some("NoSuchUpload") => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Emptied {
    fn count(&mut self, tried: usize, refused: Vec<Refused>) {
        self.progress.deleted += (tried - refused.len().min(tried)) as u64;
        self.refused_in_all += refused.len() as u64;
        let room = EXAMPLES.saturating_sub(self.refused.len());
        self.refused.extend(refused.into_iter().take(room));
    }
}

impl Refused {
    fn passes_by_itself(&self) -> bool {
        matches!(
            self.code.as_str(),
            "InternalError" | "SlowDown" | "ServiceUnavailable" | "OperationAborted" | "RequestTimeout"
        )
    }
}

/// Whether XML 1.0 can carry the key unharmed. S3 allows keys that it cannot.
fn fits_xml(key: &str) -> bool {
    !key.chars().any(|letter| letter.is_control() || matches!(letter, '\u{FFFE}' | '\u{FFFF}'))
}

/// How keys in an answer are to be read: S3 says itself whether it encoded them, and not every store does.
fn decoder(encoding: Option<&EncodingType>) -> impl Fn(&str) -> String + use<> {
    let encoded = encoding == Some(&EncodingType::Url);
    move |key| {
        if encoded {
            percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
        } else {
            key.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_only_where_the_answer_says_that_they_are_encoded() {
        for (encoding, key, expected) in
            [(Some(EncodingType::Url), "a+b%2Bc%2Fd%C3%A4%01", "a b+c/dä\u{1}"), (None, "a+b%2Bc", "a+b%2Bc")]
        {
            assert_eq!(decoder(encoding.as_ref())(key), expected);
        }
    }

    #[test]
    fn a_key_with_control_characters_does_not_fit_xml() {
        assert!(fits_xml("plain/ä & <key>"));
        assert!(!fits_xml("bell\u{7}"));
        assert!(!fits_xml("line\nbreak"));
    }

    #[test]
    fn only_some_refusals_are_kept_and_all_are_counted() {
        let refused = |code: &str| Refused {
            key: "k".into(),
            version_id: None,
            code: code.into(),
            words: String::new(),
        };
        let mut emptied = Emptied::default();

        emptied.count(1000, vec![refused("AccessDenied"); 15]);

        assert_eq!((emptied.progress.deleted, emptied.refused_in_all, emptied.refused.len()), (985, 15, 10));
        assert!(!refused("AccessDenied").passes_by_itself() && refused("SlowDown").passes_by_itself());
    }
}
