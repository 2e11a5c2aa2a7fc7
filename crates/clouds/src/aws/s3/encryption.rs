//! Default encryption of new objects.

use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

/// How new objects are encrypted when their upload does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub sse_algorithm: String,
    /// Id, alias or ARN of the KMS key; without it, AWS's own key for S3. Only with KMS.
    pub kms_master_key_id: Option<String>,
    /// One data key per bucket instead of one per object, which saves KMS requests. Only with `aws:kms`.
    pub bucket_key_enabled: bool,
}

const PUT: Operation = writes("PutBucketEncryption", "s3:PutEncryptionConfiguration");
const GET: Operation = looks("GetBucketEncryption", "s3:GetEncryptionConfiguration");
const DELETE: Operation = writes("DeleteBucketEncryption", "s3:PutEncryptionConfiguration");

impl S3 {
    /// The default encryption. AWS always has one, stand-ins may not.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn encryption(&self, call: &Call, bucket: &str) -> Result<Option<Encryption>, ApiError> {
        let answer = self
            .send_for(call, GET, "ServerSideEncryptionConfigurationNotFoundError", |client| {
                client.get_bucket_encryption().bucket(bucket).send()
            })
            .await?;
        let rule = answer
            .and_then(|answer| answer.server_side_encryption_configuration)
            .and_then(|configuration| configuration.rules.into_iter().next());
        Ok(rule.and_then(|rule| {
            let default = rule.apply_server_side_encryption_by_default?;
            Some(Encryption {
                sse_algorithm: default.sse_algorithm.as_str().to_owned(),
                kms_master_key_id: default.kms_master_key_id,
                bucket_key_enabled: rule.bucket_key_enabled.unwrap_or_default(),
            })
        }))
    }

    /// Sets the default encryption; `None` goes back to AWS's default, `AES256`.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn put_encryption(
        &self,
        call: &Call,
        bucket: &str,
        encryption: Option<&Encryption>,
    ) -> Result<(), ApiError> {
        let Some(encryption) = encryption else {
            return self
                .send(call, DELETE, |client| client.delete_bucket_encryption().bucket(bucket).send())
                .await
                .map(drop);
        };
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::from(encryption.sse_algorithm.as_str()))
            .set_kms_master_key_id(encryption.kms_master_key_id.clone())
            .build()
            .expect("the algorithm is set");
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default)
            .bucket_key_enabled(encryption.bucket_key_enabled)
            .build();
        let configuration =
            ServerSideEncryptionConfiguration::builder().rules(rule).build().expect("a rule is set");
        self.send(call, PUT, |client| {
            client
                .put_bucket_encryption()
                .bucket(bucket)
                .server_side_encryption_configuration(configuration.clone())
                .send()
        })
        .await
        .map(drop)
    }
}
