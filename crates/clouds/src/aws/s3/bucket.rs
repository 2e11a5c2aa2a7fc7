//! The bucket itself: made, found, removed.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use super::{S3, is_gone, looks, writes};
use crate::{
    call::Call,
    error::{ApiError, Delivery, ErrorKind},
    policy::Operation,
};

/// What can be said about a bucket only while it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewBucket {
    /// Whether objects can be protected against deletion; turns versioning on.
    pub object_lock: bool,
}

const CREATE_BUCKET: Operation = writes("CreateBucket", "s3:CreateBucket");
const DELETE_BUCKET: Operation = writes("DeleteBucket", "s3:DeleteBucket");
pub(super) const HEAD_BUCKET: Operation = looks("HeadBucket", "s3:ListBucket");

/// Regions that must not be named in the request: the oldest one of S3, and the only one of R2.
const UNNAMED_REGIONS: [&str; 2] = ["us-east-1", "auto"];

impl S3 {
    /// Makes a bucket.
    ///
    /// The bucket is looked for first. In us-east-1 AWS answers a create of a bucket that you own with success,
    /// which would quietly take over somebody's work; and only a bucket that was not there before can be
    /// recognised as our own when the answer to its creation gets lost.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when the name is taken, by you or by anybody. An error that
    /// [may have worked](ApiError::may_have_worked) may have left a bucket behind.
    pub async fn create(&self, call: &Call, bucket: &str, new: NewBucket) -> Result<(), ApiError> {
        let was_absent = match self.head(call, bucket).await {
            Ok(()) => return Err(self.already_there()),
            Err(error) => match error.kind {
                ErrorKind::NotFound => true,
                // Not ours to look at, or in another region: the create itself says what is the matter.
                ErrorKind::Denied | ErrorKind::WrongRegion { .. } => false,
                // Nothing was asked for yet, whatever became of the look.
                _ => return Err(error.with(|failure| failure.delivery = Delivery::NeverSent)),
            },
        };
        let region = self.region(call).await?;
        let location = (!UNNAMED_REGIONS.contains(&region.as_str())).then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(region.as_str()))
                .build()
        });
        let created = self
            .send(call, CREATE_BUCKET, |client| {
                client
                    .create_bucket()
                    .bucket(bucket)
                    .set_create_bucket_configuration(location.clone())
                    .set_object_lock_enabled_for_bucket(new.object_lock.then_some(true))
                    .send()
            })
            .await;
        match created {
            Ok(_) => Ok(()),
            Err(error) if was_absent && is_our_own(&error) => {
                tracing::warn!(bucket, "the answer to an earlier create was lost; the bucket is ours");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the bucket exists and may be looked at.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], [`ErrorKind::Denied`] when it belongs to others or the permission is missing,
    /// [`ErrorKind::WrongRegion`] when it lives elsewhere.
    pub async fn head(&self, call: &Call, bucket: &str) -> Result<(), ApiError> {
        self.bucket_region(call, bucket).await.map(drop)
    }

    /// The region that the bucket lives in, whichever region is asked; `None` when there is no such bucket, or a
    /// stand-in does not say.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] when it belongs to others or the permission is missing.
    pub async fn locate(&self, call: &Call, bucket: &str) -> Result<Option<String>, ApiError> {
        match self.bucket_region(call, bucket).await {
            Ok(region) => Ok(region),
            Err(error) => match &error.kind {
                ErrorKind::WrongRegion { actual: Some(region) } => Ok(Some(region.clone())),
                _ if is_gone(&error) => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Removes an empty bucket. A bucket that an earlier attempt of this call removed counts as removed.
    ///
    /// # Errors
    /// [`ErrorKind::NotEmpty`], [`ErrorKind::NotFound`].
    pub async fn delete(&self, call: &Call, bucket: &str) -> Result<(), ApiError> {
        let deleted =
            self.send(call, DELETE_BUCKET, |client| client.delete_bucket().bucket(bucket).send()).await;
        match deleted {
            Ok(_) => Ok(()),
            Err(error) if error.earlier_attempt_may_have_worked && is_gone(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn bucket_region(&self, call: &Call, bucket: &str) -> Result<Option<String>, ApiError> {
        let answer =
            self.send(call, HEAD_BUCKET, |client| client.head_bucket().bucket(bucket).send()).await?;
        Ok(answer.bucket_region)
    }

    fn already_there(&self) -> ApiError {
        let taken = ErrorKind::AlreadyExists { owned_by_you: true };
        ApiError::new(self.aws.policy().vendor(), CREATE_BUCKET, taken).with(|failure| {
            failure.delivery = Delivery::NeverSent;
            failure.words =
                Some("A bucket of this name exists and belongs to an account that we may use".into());
        })
    }
}

/// Whether "already exists" speaks of the bucket that a lost attempt of the same call made.
fn is_our_own(error: &ApiError) -> bool {
    error.earlier_attempt_may_have_worked && error.kind == ErrorKind::AlreadyExists { owned_by_you: true }
}
