//! Where access to the bucket is logged to.

use aws_sdk_s3::types::{
    BucketLoggingStatus, LoggingEnabled, PartitionDateSource, PartitionedPrefix, SimplePrefix,
    TargetObjectKeyFormat,
};

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

/// Where access is logged to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// A bucket in the same region and account.
    pub target_bucket: String,
    /// What the keys of the log objects begin with; may be empty.
    pub target_prefix: String,
    /// How the keys go on.
    pub key_format: Option<KeyFormat>,
}

/// How the keys of log objects go on after the prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFormat {
    /// Date, time and a random part.
    Simple,
    /// Account, region, bucket and date as folders, so that a query reads only what it needs.
    Partitioned {
        /// Whose date: `EventTime` or `DeliveryTime`.
        date_source: String,
    },
}

const PUT: Operation = writes("PutBucketLogging", "s3:PutBucketLogging");
const GET: Operation = looks("GetBucketLogging", "s3:GetBucketLogging");

impl S3 {
    /// Where access is logged to, if it is.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn logging(&self, call: &Call, bucket: &str) -> Result<Option<Logging>, ApiError> {
        let answer = self.send(call, GET, |client| client.get_bucket_logging().bucket(bucket).send()).await?;
        Ok(answer.logging_enabled.map(|logging| Logging {
            target_bucket: logging.target_bucket,
            target_prefix: logging.target_prefix,
            key_format: logging.target_object_key_format.and_then(|format| KeyFormat::read(&format)),
        }))
    }

    /// Turns logging on, or off with `None`.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn put_logging(
        &self,
        call: &Call,
        bucket: &str,
        logging: Option<&Logging>,
    ) -> Result<(), ApiError> {
        let enabled = logging.map(|logging| {
            LoggingEnabled::builder()
                .target_bucket(&logging.target_bucket)
                .target_prefix(&logging.target_prefix)
                .set_target_object_key_format(logging.key_format.as_ref().map(KeyFormat::sdk))
                .build()
                .expect("bucket and prefix are set")
        });
        let status = BucketLoggingStatus::builder().set_logging_enabled(enabled).build();
        self.send(call, PUT, |client| {
            client.put_bucket_logging().bucket(bucket).bucket_logging_status(status.clone()).send()
        })
        .await
        .map(drop)
    }
}

impl KeyFormat {
    fn read(format: &TargetObjectKeyFormat) -> Option<Self> {
        if let Some(partitioned) = &format.partitioned_prefix {
            // AWS's default is left out of its answers now and then.
            let source =
                partitioned.partition_date_source.as_ref().map_or("DeliveryTime", |source| source.as_str());
            return Some(Self::Partitioned { date_source: source.to_owned() });
        }
        format.simple_prefix.as_ref().map(|_| Self::Simple)
    }

    fn sdk(&self) -> TargetObjectKeyFormat {
        let format = TargetObjectKeyFormat::builder();
        match self {
            Self::Simple => format.simple_prefix(SimplePrefix::builder().build()),
            Self::Partitioned { date_source } => format.partitioned_prefix(
                PartitionedPrefix::builder()
                    .partition_date_source(PartitionDateSource::from(date_source.as_str()))
                    .build(),
            ),
        }
        .build()
    }
}
