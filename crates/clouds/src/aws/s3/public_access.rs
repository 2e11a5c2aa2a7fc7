//! What keeps the public out, whatever policies and access lists say.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

/// Four locks against publishing by accident. AWS closes all of them on a new bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublicAccessBlock {
    /// New access lists that grant anything to the public are refused.
    pub block_public_acls: bool,
    /// Existing ones are disregarded.
    pub ignore_public_acls: bool,
    /// A bucket policy that grants anything to the public is refused.
    pub block_public_policy: bool,
    /// Under such a policy only AWS services and the owner's account get in.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Every lock closed.
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}

const PUT: Operation = writes("PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock");
const GET: Operation = looks("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock");
const DELETE: Operation = writes("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock");

impl S3 {
    /// The locks; `None` where the bucket has no setting of its own, which means all open.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn public_access_block(
        &self,
        call: &Call,
        bucket: &str,
    ) -> Result<Option<PublicAccessBlock>, ApiError> {
        let answer = self
            .send_for(call, GET, "NoSuchPublicAccessBlockConfiguration", |client| {
                client.get_public_access_block().bucket(bucket).send()
            })
            .await?;
        Ok(answer.and_then(|answer| answer.public_access_block_configuration).map(|block| {
            PublicAccessBlock {
                block_public_acls: block.block_public_acls.unwrap_or_default(),
                ignore_public_acls: block.ignore_public_acls.unwrap_or_default(),
                block_public_policy: block.block_public_policy.unwrap_or_default(),
                restrict_public_buckets: block.restrict_public_buckets.unwrap_or_default(),
            }
        }))
    }

    /// Sets the locks; `None` removes the setting.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn put_public_access_block(
        &self,
        call: &Call,
        bucket: &str,
        block: Option<PublicAccessBlock>,
    ) -> Result<(), ApiError> {
        let Some(block) = block else {
            let delete =
                |client: aws_sdk_s3::Client| client.delete_public_access_block().bucket(bucket).send();
            return self.send(call, DELETE, delete).await.map(drop);
        };
        let configuration = PublicAccessBlockConfiguration::builder()
            .block_public_acls(block.block_public_acls)
            .ignore_public_acls(block.ignore_public_acls)
            .block_public_policy(block.block_public_policy)
            .restrict_public_buckets(block.restrict_public_buckets)
            .build();
        self.send(call, PUT, |client| {
            client
                .put_public_access_block()
                .bucket(bucket)
                .public_access_block_configuration(configuration.clone())
                .send()
        })
        .await
        .map(drop)
    }
}
