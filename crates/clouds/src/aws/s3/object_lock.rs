//! Write-once protection of objects.

use aws_sdk_s3::types::{
    self, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule,
};

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

/// Write-once protection. Where it is on, it stays on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectLock {
    /// What a new version gets when its upload does not say.
    pub default_retention: Option<DefaultRetention>,
}

/// How long, and how strictly, a new version is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultRetention {
    /// `GOVERNANCE`, which a permission can lift, or `COMPLIANCE`, which nobody can.
    pub mode: String,
    /// How long.
    pub period: Period,
}

/// A length of time in AWS's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Days.
    Days(i32),
    /// Years.
    Years(i32),
}

const PUT: Operation = writes("PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration");
const GET: Operation = looks("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration");

impl S3 {
    /// The protection, if it is on.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn object_lock(&self, call: &Call, bucket: &str) -> Result<Option<ObjectLock>, ApiError> {
        let answer = self
            .send_for(call, GET, "ObjectLockConfigurationNotFoundError", |client| {
                client.get_object_lock_configuration().bucket(bucket).send()
            })
            .await?;
        let lock = answer
            .and_then(|answer| answer.object_lock_configuration)
            .filter(|lock| lock.object_lock_enabled == Some(ObjectLockEnabled::Enabled));
        Ok(lock.map(|lock| ObjectLock {
            default_retention: lock
                .rule
                .and_then(|rule| rule.default_retention)
                .and_then(|retention| DefaultRetention::read(&retention)),
        }))
    }

    /// Turns the protection on, or changes its default. It needs versioning to be on.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) on a bucket without versioning.
    pub async fn put_object_lock(
        &self,
        call: &Call,
        bucket: &str,
        lock: &ObjectLock,
    ) -> Result<(), ApiError> {
        let rule = lock
            .default_retention
            .as_ref()
            .map(|retention| ObjectLockRule::builder().default_retention(retention.sdk()).build());
        let configuration = ObjectLockConfiguration::builder()
            .object_lock_enabled(ObjectLockEnabled::Enabled)
            .set_rule(rule)
            .build();
        self.send(call, PUT, |client| {
            client
                .put_object_lock_configuration()
                .bucket(bucket)
                .object_lock_configuration(configuration.clone())
                .send()
        })
        .await
        .map(drop)
    }
}

impl DefaultRetention {
    fn read(retention: &types::DefaultRetention) -> Option<Self> {
        let period = match (retention.days, retention.years) {
            (Some(days), _) => Period::Days(days),
            (None, Some(years)) => Period::Years(years),
            (None, None) => return None,
        };
        Some(Self { mode: retention.mode.as_ref()?.as_str().to_owned(), period })
    }

    fn sdk(&self) -> types::DefaultRetention {
        let retention =
            types::DefaultRetention::builder().mode(ObjectLockRetentionMode::from(self.mode.as_str()));
        match self.period {
            Period::Days(days) => retention.days(days),
            Period::Years(years) => retention.years(years),
        }
        .build()
    }
}
