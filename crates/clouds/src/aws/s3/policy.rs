//! The bucket policy, as text. What is in it: [`super::policy_document`].

use super::{S3, looks, writes};
use crate::{
    call::Call,
    error::{ApiError, ErrorKind},
    policy::Operation,
};

const PUT: Operation = writes("PutBucketPolicy", "s3:PutBucketPolicy");
const GET: Operation = looks("GetBucketPolicy", "s3:GetBucketPolicy");
const DELETE: Operation = writes("DeleteBucketPolicy", "s3:DeleteBucketPolicy");

impl S3 {
    /// The policy as AWS gives it back: with the same meaning as what was put, not with the same letters.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn policy(&self, call: &Call, bucket: &str) -> Result<Option<String>, ApiError> {
        let answer = self
            .send_for(call, GET, "NoSuchBucketPolicy", |client| {
                client.get_bucket_policy().bucket(bucket).send()
            })
            .await?;
        Ok(answer.and_then(|answer| answer.policy))
    }

    /// Sets the policy; `None` removes it. A principal that AWS does not know is given two minutes: one that was
    /// made a moment ago takes some seconds to be known.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when AWS cannot make sense of it, [`ErrorKind::Denied`] when it is public and the
    /// public is kept out.
    pub async fn put_policy(&self, call: &Call, bucket: &str, policy: Option<&str>) -> Result<(), ApiError> {
        let Some(policy) = policy else {
            return self
                .send(call, DELETE, |client| client.delete_bucket_policy().bucket(bucket).send())
                .await
                .map(drop);
        };
        let put = self
            .send(call, PUT, |client| client.put_bucket_policy().bucket(bucket).policy(policy).send())
            .await;
        match put {
            Ok(_) => Ok(()),
            // A principal that is still unknown after all that time is a wrong one.
            Err(error)
                if error.kind == ErrorKind::Busy && error.code.as_deref() == Some("MalformedPolicy") =>
            {
                Err(error.with(|failure| failure.kind = ErrorKind::Invalid))
            }
            Err(error) => Err(error),
        }
    }
}
