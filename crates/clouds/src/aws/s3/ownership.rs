//! Who owns what others upload, and with it whether access lists count.

use aws_sdk_s3::types::{ObjectOwnership, OwnershipControls, OwnershipControlsRule};

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

const PUT: Operation = writes("PutBucketOwnershipControls", "s3:PutBucketOwnershipControls");
const GET: Operation = looks("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls");
const DELETE: Operation = writes("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls");

impl S3 {
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`; `None` where the bucket has no setting of its
    /// own, which means `ObjectWriter`.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn object_ownership(&self, call: &Call, bucket: &str) -> Result<Option<String>, ApiError> {
        let answer = self
            .send_for(call, GET, "OwnershipControlsNotFoundError", |client| {
                client.get_bucket_ownership_controls().bucket(bucket).send()
            })
            .await?;
        let rule = answer
            .and_then(|answer| answer.ownership_controls)
            .and_then(|controls| controls.rules.into_iter().next());
        Ok(rule.map(|rule| rule.object_ownership.as_str().to_owned()))
    }

    /// Sets the ownership; `None` removes the setting.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn put_object_ownership(
        &self,
        call: &Call,
        bucket: &str,
        ownership: Option<&str>,
    ) -> Result<(), ApiError> {
        let Some(ownership) = ownership else {
            return self
                .send(call, DELETE, |client| client.delete_bucket_ownership_controls().bucket(bucket).send())
                .await
                .map(drop);
        };
        let rule = OwnershipControlsRule::builder()
            .object_ownership(ObjectOwnership::from(ownership))
            .build()
            .expect("the ownership is set");
        let controls = OwnershipControls::builder().rules(rule).build().expect("a rule is set");
        self.send(call, PUT, |client| {
            client.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls.clone()).send()
        })
        .await
        .map(drop)
    }
}
