//! S3 buckets: made, listed, read aspect by aspect, changed, emptied and removed.
//!
//! S3 keeps a bucket's settings apart, one call each, so a caller names the [`Aspect`]s that matter to it and pays
//! for those only. Words that AWS may add to (storage classes, algorithms, ownership modes) stay strings in AWS's
//! spelling.

mod bucket;
mod cors;
mod empty;
mod encryption;
mod lifecycle;
mod list;
mod logging;
mod object_lock;
mod ownership;
mod policy;
pub mod policy_document;
mod public_access;
pub mod rules;
mod tags;
mod versioning;
mod website;

use std::{collections::BTreeMap, error::Error, future::Future};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

pub use self::{
    bucket::NewBucket,
    cors::CorsRule,
    empty::{Emptied, Emptying, Progress, Refused},
    encryption::Encryption,
    lifecycle::{
        Expiration, Lifecycle, LifecycleFilter, LifecycleRule, NoncurrentVersionExpiration,
        NoncurrentVersionTransition, Transition, When,
    },
    logging::{KeyFormat, Logging},
    object_lock::{DefaultRetention, ObjectLock, Period},
    public_access::PublicAccessBlock,
    versioning::Versioning,
    website::{Redirect, RoutingCondition, RoutingRule, Website},
};
use super::{Aws, answer::Question};
use crate::{
    call::Call,
    error::{ApiError, ErrorKind},
    policy::{Operation, Probe, Repeat, RetryPolicy},
};

/// S3 in one region. Cheap to clone.
#[derive(Clone, Debug)]
pub struct S3 {
    aws: Aws,
    region: Option<String>,
}

/// A part of a bucket that S3 keeps, and is asked for, by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// The region.
    Location,
    /// What keeps the public out.
    PublicAccessBlock,
    /// Who owns what others upload.
    ObjectOwnership,
    /// Whether old versions are kept.
    Versioning,
    /// Default encryption of new objects.
    Encryption,
    /// What happens to objects as they age.
    Lifecycle,
    /// Which web pages may use the bucket from a browser.
    Cors,
    /// Website or redirect.
    Website,
    /// The bucket policy.
    Policy,
    /// Where access is logged to.
    Logging,
    /// Write-once protection.
    ObjectLock,
    /// Tags.
    Tags,
}

/// What a bucket is like. An aspect that was not asked for looks like one that is not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketState {
    /// See [`Aspect::Location`]; absent also where a stand-in does not say.
    pub region: Option<String>,
    /// See [`Aspect::PublicAccessBlock`].
    pub public_access_block: Option<PublicAccessBlock>,
    /// See [`Aspect::ObjectOwnership`]: `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
    pub object_ownership: Option<String>,
    /// See [`Aspect::Versioning`].
    pub versioning: Versioning,
    /// See [`Aspect::Encryption`].
    pub encryption: Option<Encryption>,
    /// See [`Aspect::Lifecycle`].
    pub lifecycle: Option<Lifecycle>,
    /// See [`Aspect::Cors`]; in AWS's order, which is the order of evaluation.
    pub cors: Vec<CorsRule>,
    /// See [`Aspect::Website`].
    pub website: Option<Website>,
    /// See [`Aspect::Policy`]; JSON as AWS gives it back, see [`policy_document`].
    pub policy: Option<String>,
    /// See [`Aspect::Logging`].
    pub logging: Option<Logging>,
    /// See [`Aspect::ObjectLock`].
    pub object_lock: Option<ObjectLock>,
    /// See [`Aspect::Tags`]; without those that AWS itself attached.
    pub tags: BTreeMap<String, String>,
}

impl S3 {
    pub(super) fn new(aws: Aws, region: Option<String>) -> Self {
        Self { aws, region }
    }

    /// The region that this handle speaks to.
    ///
    /// # Errors
    /// See [`Aws::region`].
    pub async fn region(&self, call: &Call) -> Result<String, ApiError> {
        match &self.region {
            Some(region) => Ok(region.clone()),
            None => self.aws.region(call).await,
        }
    }

    /// Reads the named aspects of a bucket, side by side, one call each; with none named, one call asks whether
    /// the bucket exists. `None` when it does not.
    ///
    /// # Errors
    /// The first aspect's error that is not "no such bucket".
    pub async fn read(
        &self,
        call: &Call,
        bucket: &str,
        what: &[Aspect],
    ) -> Result<Option<BucketState>, ApiError> {
        let asked = |aspect| what.contains(&aspect);
        let (
            region,
            public_access_block,
            object_ownership,
            versioning,
            encryption,
            lifecycle,
            cors,
            website,
            policy,
            logging,
            object_lock,
            tags,
        ) = tokio::join!(
            when(asked(Aspect::Location) || what.is_empty(), || self.bucket_region(call, bucket)),
            when(asked(Aspect::PublicAccessBlock), || self.public_access_block(call, bucket)),
            when(asked(Aspect::ObjectOwnership), || self.object_ownership(call, bucket)),
            when(asked(Aspect::Versioning), || self.versioning(call, bucket)),
            when(asked(Aspect::Encryption), || self.encryption(call, bucket)),
            when(asked(Aspect::Lifecycle), || self.lifecycle(call, bucket)),
            when(asked(Aspect::Cors), || self.cors(call, bucket)),
            when(asked(Aspect::Website), || self.website(call, bucket)),
            when(asked(Aspect::Policy), || self.policy(call, bucket)),
            when(asked(Aspect::Logging), || self.logging(call, bucket)),
            when(asked(Aspect::ObjectLock), || self.object_lock(call, bucket)),
            when(asked(Aspect::Tags), || self.tags(call, bucket)),
        );
        let state = (|| {
            Ok(BucketState {
                region: region?,
                public_access_block: public_access_block?,
                object_ownership: object_ownership?,
                versioning: versioning?,
                encryption: encryption?,
                lifecycle: lifecycle?,
                cors: cors?,
                website: website?,
                policy: policy?,
                logging: logging?,
                object_lock: object_lock?,
                tags: tags?,
            })
        })();
        match state {
            Ok(state) => Ok(Some(state)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads until the bucket is as expected: what S3 was told a moment ago may not be what it answers yet.
    ///
    /// # Errors
    /// Whatever reading fails with, and [`ErrorKind::DeadlinePassed`] when the call's time ends first.
    pub async fn wait_until(
        &self,
        call: &Call,
        bucket: &str,
        what: &[Aspect],
        is_so: impl Fn(Option<&BucketState>) -> bool,
    ) -> Result<(), ApiError> {
        self.aws
            .policy()
            .wait_until(call, bucket::HEAD_BUCKET, &RetryPolicy::JUST_CREATED, || async {
                let state = self.read(call, bucket, what).await?;
                Ok(if is_so(state.as_ref()) {
                    Probe::Ready(())
                } else {
                    Probe::NotYet(match state {
                        Some(_) => "the bucket still shows its earlier settings".to_owned(),
                        None => "there is no such bucket yet".to_owned(),
                    })
                })
            })
            .await
    }

    /// Sends one request under policy.
    async fn send<T, E, F>(
        &self,
        call: &Call,
        operation: Operation,
        request: impl Fn(aws_sdk_s3::Client) -> F,
    ) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let (client, question) = self.prepare(call, operation).await?;
        self.aws
            .policy()
            .run(call, operation, || async {
                request(client.clone()).await.map_err(|error| question.failed(error))
            })
            .await
    }

    /// Sends one request under policy; the error code `absent` means that there is nothing.
    async fn send_for<T, E, F>(
        &self,
        call: &Call,
        operation: Operation,
        absent: &str,
        request: impl Fn(aws_sdk_s3::Client) -> F,
    ) -> Result<Option<T>, ApiError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let (client, question) = self.prepare(call, operation).await?;
        self.aws
            .policy()
            .run(call, operation, || async {
                match request(client.clone()).await.map_err(|error| question.failed(error)) {
                    Ok(answer) => Ok(Some(answer)),
                    Err(error) if error.code.as_deref() == Some(absent) => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .await
    }

    async fn prepare(
        &self,
        call: &Call,
        operation: Operation,
    ) -> Result<(aws_sdk_s3::Client, Question), ApiError> {
        let region = match &self.region {
            Some(region) => region.clone(),
            None => self.aws.region_for(call, operation).await?,
        };
        let connection = self.aws.connection().await;
        let client = self
            .aws
            .0
            .s3
            .lock()
            .expect("nothing panics while it holds the clients")
            .entry(region.clone())
            .or_insert_with(|| connection.s3(&region))
            .clone();
        let vendor = self.aws.policy().vendor();
        Ok((client, Question { vendor, operation, region, elsewhere: connection.s3_is_elsewhere() }))
    }
}

/// Whether the error says that there is no such bucket, rather than no such something else.
fn is_gone(error: &ApiError) -> bool {
    error.kind == ErrorKind::NotFound
        && (error.code.as_deref() == Some("NoSuchBucket") || error.operation == bucket::HEAD_BUCKET)
}

/// What `read` gives if `asked`, otherwise nothing at no cost.
async fn when<T: Default, F: Future<Output = Result<T, ApiError>>>(
    asked: bool,
    read: impl FnOnce() -> F,
) -> Result<T, ApiError> {
    if asked { Box::pin(read()).await } else { Ok(T::default()) }
}

/// An operation that only looks.
const fn looks(name: &'static str, permission: &'static str) -> Operation {
    Operation { service: "S3", name, permission: Some(permission), repeat: Repeat::Read }
}

/// An operation that replaces what is there, so that a second time changes nothing.
const fn writes(name: &'static str, permission: &'static str) -> Operation {
    Operation { service: "S3", name, permission: Some(permission), repeat: Repeat::Write }
}
