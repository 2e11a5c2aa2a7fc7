//! Whether old versions of objects are kept.

use aws_sdk_s3::{
    operation::get_bucket_versioning::GetBucketVersioningError,
    types::{BucketVersioningStatus, VersioningConfiguration},
};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};

use super::{super::answer::element, S3, looks, writes};
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
        let status = self
            .send(call, GET, |client| async move {
                match client.get_bucket_versioning().bucket(bucket).send().await {
                    Ok(answer) => Ok(answer.status),
                    Err(error) => under_motos_name(&error).ok_or(error),
                }
            })
            .await?;
        Ok(match status {
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

/// The status in an answer that the SDK does not read because of its root element. moto calls it
/// `GetBucketVersioningResponse`, and of AWS's own SDKs only the one for Rust minds; what is inside is the same.
fn under_motos_name(
    error: &SdkError<GetBucketVersioningError, HttpResponse>,
) -> Option<Option<BucketVersioningStatus>> {
    let body = error.raw_response()?.body().bytes()?;
    let is_motos = std::str::from_utf8(body).ok()?.contains("<GetBucketVersioningResponse");
    is_motos.then(|| element(body, "Status").map(|status| BucketVersioningStatus::from(status.as_str())))
}
