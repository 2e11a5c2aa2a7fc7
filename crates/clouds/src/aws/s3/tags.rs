//! Tags of the bucket.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{Tag, Tagging};

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

const PUT: Operation = writes("PutBucketTagging", "s3:PutBucketTagging");
const GET: Operation = looks("GetBucketTagging", "s3:GetBucketTagging");
const DELETE: Operation = writes("DeleteBucketTagging", "s3:PutBucketTagging");

/// What AWS's own tags begin with: CloudFormation's, for one. Nobody else may make, change or remove them.
const RESERVED: &str = "aws:";

impl S3 {
    /// The tags, without those that AWS itself attached.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn tags(&self, call: &Call, bucket: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let mut tags = self.all_tags(call, bucket).await?;
        tags.retain(|key, _| !key.starts_with(RESERVED));
        Ok(tags)
    }

    /// Sets the tags to exactly these.
    ///
    /// A put replaces everything, and AWS refuses one that leaves out a tag of its own; so on a bucket that was
    /// not just made the present tags are read first.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn put_tags(
        &self,
        call: &Call,
        bucket: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), ApiError> {
        let mut all = tags.clone();
        if !call.is_just_created() {
            let present = self.all_tags(call, bucket).await?;
            all.extend(present.into_iter().filter(|(key, _)| key.starts_with(RESERVED)));
        }
        if all.is_empty() {
            return self
                .send(call, DELETE, |client| client.delete_bucket_tagging().bucket(bucket).send())
                .await
                .map(drop);
        }
        let set = all.iter().map(|(key, value)| tag(key, value)).collect();
        let tagging = Tagging::builder().set_tag_set(Some(set)).build().expect("the set is set");
        self.send(call, PUT, |client| {
            client.put_bucket_tagging().bucket(bucket).tagging(tagging.clone()).send()
        })
        .await
        .map(drop)
    }

    async fn all_tags(&self, call: &Call, bucket: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let answer = self
            .send_for(call, GET, "NoSuchTagSet", |client| client.get_bucket_tagging().bucket(bucket).send())
            .await?;
        let set = answer.map(|answer| answer.tag_set).unwrap_or_default();
        Ok(set.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }
}

pub(super) fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().expect("key and value are set")
}
