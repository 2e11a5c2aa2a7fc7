//! Whether old versions of objects are kept.

use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

/// Whether old versions of objects are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Versioning {
    /// Never was on. No way leads back here.
    #[default]
    Unversioned,
    /// On.
    Enabled,
    /// Was on: the versions from then are kept, no new ones are made.
    Suspended,
}

const PUT: Operation = writes("PutBucketVersioning", "s3:PutBucketVersioning");
const GET: Operation = looks("GetBucketVersioning", "s3:GetBucketVersioning");

impl S3 {
    /// Whether old versions are kept.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn versioning(&self, call: &Call, bucket: &str) -> Result<Versioning, ApiError> {
        let answer =
            self.send(call, GET, |client| client.get_bucket_versioning().bucket(bucket).send()).await?;
        Ok(match answer.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
            _ => Versioning::Unversioned,
        })
    }

    /// Turns versioning on or, where it is on, suspends it.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) when object lock needs versions.
    pub async fn put_versioning(&self, call: &Call, bucket: &str, enabled: bool) -> Result<(), ApiError> {
        let status =
            if enabled { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
        let configuration = VersioningConfiguration::builder().status(status).build();
        self.send(call, PUT, |client| {
            client
                .put_bucket_versioning()
                .bucket(bucket)
                .versioning_configuration(configuration.clone())
                .send()
        })
        .await
        .map(drop)
    }
}
