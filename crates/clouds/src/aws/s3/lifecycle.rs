//! What happens to objects as they age.

use std::collections::BTreeMap;

use aws_sdk_s3::{
    operation::get_bucket_lifecycle_configuration::GetBucketLifecycleConfigurationOutput,
    primitives::DateTime,
    types::{
        self, AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
        LifecycleExpiration, LifecycleRuleAndOperator, LifecycleRuleFilter,
        TransitionDefaultMinimumObjectSize, TransitionStorageClass,
    },
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{S3, looks, tags::tag, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

/// Rules, and what holds for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// The rules; AWS keeps their order, and gives none of them precedence by it.
    pub rules: Vec<LifecycleRule>,
    /// `all_storage_classes_128K` (AWS's default) or `varies_by_storage_class`.
    pub transition_default_minimum_object_size: Option<String>,
}

/// One rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Unique within the bucket.
    pub id: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// Which objects it is about.
    pub filter: LifecycleFilter,
    /// Moves to cheaper storage classes, from the first to the last.
    pub transitions: Vec<Transition>,
    /// Removal.
    pub expiration: Option<Expiration>,
    /// The same moves, for versions that are no longer current.
    pub noncurrent_version_transitions: Vec<NoncurrentVersionTransition>,
    /// Removal of versions that are no longer current.
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// Removal of uploads that were begun and never finished, in days after their beginning.
    pub abort_incomplete_multipart_upload_days: Option<i32>,
}

/// Which objects a rule is about: those for which all that is set holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecycleFilter {
    /// What their key begins with.
    pub prefix: Option<String>,
    /// Tags that they have, all of them.
    pub tags: BTreeMap<String, String>,
    /// Bytes that they exceed.
    pub object_size_greater_than: Option<i64>,
    /// Bytes that they stay below.
    pub object_size_less_than: Option<i64>,
}

/// When something happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Days after the object was made.
    Days(i32),
    /// Midnight (UTC) at the beginning of a day, for all objects at once.
    Date(Date),
}

/// A move to another storage class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// When.
    pub when: When,
    /// `STANDARD_IA`, `GLACIER`, ...
    pub storage_class: String,
}

/// Removal of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiration {
    /// At some time. In a versioned bucket a delete marker takes the object's place.
    At(When),
    /// As soon as a delete marker is all that is left of an object.
    ExpiredObjectDeleteMarker,
}

/// A move of versions that are no longer current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoncurrentVersionTransition {
    /// Days since the version ceased to be current.
    pub noncurrent_days: i32,
    /// How many of the newest such versions stay where they are.
    pub newer_noncurrent_versions: Option<i32>,
    /// Where to.
    pub storage_class: String,
}

/// Removal of versions that are no longer current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoncurrentVersionExpiration {
    /// Days since the version ceased to be current.
    pub noncurrent_days: i32,
    /// How many of the newest such versions are kept.
    pub newer_noncurrent_versions: Option<i32>,
}

const PUT: Operation = writes("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration");
const GET: Operation = looks("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration");
const DELETE: Operation = writes("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration");

impl S3 {
    /// The rules, if there are any. S3 may show the earlier ones for a while after a change: see
    /// [`S3::wait_until`].
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn lifecycle(&self, call: &Call, bucket: &str) -> Result<Option<Lifecycle>, ApiError> {
        let answer = self
            .send_for(call, GET, "NoSuchLifecycleConfiguration", |client| {
                client.get_bucket_lifecycle_configuration().bucket(bucket).send()
            })
            .await?;
        Ok(answer.map(Lifecycle::read))
    }

    /// Sets the rules; `None` removes them.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when AWS finds the rules contradictory.
    pub async fn put_lifecycle(
        &self,
        call: &Call,
        bucket: &str,
        lifecycle: Option<&Lifecycle>,
    ) -> Result<(), ApiError> {
        let Some(lifecycle) = lifecycle else {
            return self
                .send(call, DELETE, |client| client.delete_bucket_lifecycle().bucket(bucket).send())
                .await
                .map(drop);
        };
        let configuration = BucketLifecycleConfiguration::builder()
            .set_rules(Some(lifecycle.rules.iter().map(LifecycleRule::sdk).collect()))
            .build()
            .expect("the rules are set");
        let minimum = lifecycle
            .transition_default_minimum_object_size
            .as_deref()
            .map(TransitionDefaultMinimumObjectSize::from);
        self.send(call, PUT, |client| {
            client
                .put_bucket_lifecycle_configuration()
                .bucket(bucket)
                .lifecycle_configuration(configuration.clone())
                .set_transition_default_minimum_object_size(minimum.clone())
                .send()
        })
        .await
        .map(drop)
    }
}

impl Lifecycle {
    fn read(answer: GetBucketLifecycleConfigurationOutput) -> Self {
        Self {
            rules: answer.rules.unwrap_or_default().into_iter().map(LifecycleRule::read).collect(),
            transition_default_minimum_object_size: answer
                .transition_default_minimum_object_size
                .map(|minimum| minimum.as_str().to_owned()),
        }
    }
}

impl LifecycleRule {
    fn read(rule: types::LifecycleRule) -> Self {
        #[expect(deprecated, reason = "rules from before filters carry their prefix here")]
        let prefix = rule.prefix;
        Self {
            id: rule.id.unwrap_or_default(),
            enabled: rule.status == ExpirationStatus::Enabled,
            filter: LifecycleFilter::read(rule.filter, prefix),
            transitions: rule
                .transitions
                .unwrap_or_default()
                .into_iter()
                .filter_map(Transition::read)
                .collect(),
            expiration: rule.expiration.and_then(|expiration| Expiration::read(&expiration)),
            noncurrent_version_transitions: rule
                .noncurrent_version_transitions
                .unwrap_or_default()
                .into_iter()
                .filter_map(NoncurrentVersionTransition::read)
                .collect(),
            noncurrent_version_expiration: rule
                .noncurrent_version_expiration
                .and_then(|expiration| NoncurrentVersionExpiration::read(&expiration)),
            abort_incomplete_multipart_upload_days: rule
                .abort_incomplete_multipart_upload
                .and_then(|abort| abort.days_after_initiation),
        }
    }

    fn sdk(&self) -> types::LifecycleRule {
        let status = if self.enabled { ExpirationStatus::Enabled } else { ExpirationStatus::Disabled };
        let some = |empty: bool| (!empty).then_some(());
        types::LifecycleRule::builder()
            .id(&self.id)
            .status(status)
            .filter(self.filter.sdk())
            .set_transitions(
                some(self.transitions.is_empty())
                    .map(|()| self.transitions.iter().map(Transition::sdk).collect()),
            )
            .set_expiration(self.expiration.map(Expiration::sdk))
            .set_noncurrent_version_transitions(some(self.noncurrent_version_transitions.is_empty()).map(
                |()| {
                    self.noncurrent_version_transitions.iter().map(NoncurrentVersionTransition::sdk).collect()
                },
            ))
            .set_noncurrent_version_expiration(
                self.noncurrent_version_expiration.map(NoncurrentVersionExpiration::sdk),
            )
            .set_abort_incomplete_multipart_upload(
                self.abort_incomplete_multipart_upload_days.map(|days| {
                    AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build()
                }),
            )
            .build()
            .expect("the status is set")
    }
}

impl LifecycleFilter {
    /// S3 writes one condition in one place and several in another; here they are all the same.
    fn read(filter: Option<LifecycleRuleFilter>, old_prefix: Option<String>) -> Self {
        let mut read = Self { prefix: old_prefix, ..Self::default() };
        if let Some(filter) = filter {
            read.prefix = filter.prefix.or(read.prefix);
            read.tags.extend(filter.tag.map(|tag| (tag.key, tag.value)));
            read.object_size_greater_than = filter.object_size_greater_than;
            read.object_size_less_than = filter.object_size_less_than;
            if let Some(all) = filter.and {
                read.prefix = all.prefix.or(read.prefix);
                read.tags.extend(all.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
                read.object_size_greater_than =
                    all.object_size_greater_than.or(read.object_size_greater_than);
                read.object_size_less_than = all.object_size_less_than.or(read.object_size_less_than);
            }
        }
        read.prefix = read.prefix.filter(|prefix| !prefix.is_empty());
        read
    }

    fn sdk(&self) -> LifecycleRuleFilter {
        let conditions = usize::from(self.prefix.is_some())
            + self.tags.len()
            + usize::from(self.object_size_greater_than.is_some())
            + usize::from(self.object_size_less_than.is_some());
        let filter = LifecycleRuleFilter::builder();
        if conditions > 1 {
            let tags = self.tags.iter().map(|(key, value)| tag(key, value)).collect::<Vec<_>>();
            let all = LifecycleRuleAndOperator::builder()
                .set_prefix(self.prefix.clone())
                .set_tags((!tags.is_empty()).then_some(tags))
                .set_object_size_greater_than(self.object_size_greater_than)
                .set_object_size_less_than(self.object_size_less_than)
                .build();
            return filter.and(all).build();
        }
        filter
            // A rule about all objects is written with an empty prefix.
            .set_prefix(if conditions == 0 { Some(String::new()) } else { self.prefix.clone() })
            .set_tag(self.tags.first_key_value().map(|(key, value)| tag(key, value)))
            .set_object_size_greater_than(self.object_size_greater_than)
            .set_object_size_less_than(self.object_size_less_than)
            .build()
    }
}

impl When {
    fn read(days: Option<i32>, date: Option<DateTime>) -> Option<Self> {
        match (days, date) {
            (Some(days), _) => Some(Self::Days(days)),
            (None, Some(date)) => {
                let moment = Timestamp::from_second(date.secs()).ok()?;
                Some(Self::Date(moment.to_zoned(TimeZone::UTC).date()))
            }
            (None, None) => None,
        }
    }

    /// Days and date, one of which is set.
    fn sdk(self) -> (Option<i32>, Option<DateTime>) {
        match self {
            Self::Days(days) => (Some(days), None),
            Self::Date(date) => {
                let midnight = date.to_zoned(TimeZone::UTC).expect("every day has a midnight in UTC");
                (None, Some(DateTime::from_secs(midnight.timestamp().as_second())))
            }
        }
    }
}

impl Transition {
    fn read(transition: types::Transition) -> Option<Self> {
        Some(Self {
            when: When::read(transition.days, transition.date)?,
            storage_class: transition.storage_class?.as_str().to_owned(),
        })
    }

    fn sdk(&self) -> types::Transition {
        let (days, date) = self.when.sdk();
        types::Transition::builder()
            .set_days(days)
            .set_date(date)
            .storage_class(TransitionStorageClass::from(self.storage_class.as_str()))
            .build()
    }
}

impl Expiration {
    fn read(expiration: &LifecycleExpiration) -> Option<Self> {
        if expiration.expired_object_delete_marker == Some(true) {
            return Some(Self::ExpiredObjectDeleteMarker);
        }
        When::read(expiration.days, expiration.date).map(Self::At)
    }

    fn sdk(self) -> LifecycleExpiration {
        match self {
            Self::ExpiredObjectDeleteMarker => {
                LifecycleExpiration::builder().expired_object_delete_marker(true).build()
            }
            Self::At(when) => {
                let (days, date) = when.sdk();
                LifecycleExpiration::builder().set_days(days).set_date(date).build()
            }
        }
    }
}

impl NoncurrentVersionTransition {
    fn read(transition: types::NoncurrentVersionTransition) -> Option<Self> {
        Some(Self {
            noncurrent_days: transition.noncurrent_days?,
            newer_noncurrent_versions: transition.newer_noncurrent_versions,
            storage_class: transition.storage_class?.as_str().to_owned(),
        })
    }

    fn sdk(&self) -> types::NoncurrentVersionTransition {
        types::NoncurrentVersionTransition::builder()
            .noncurrent_days(self.noncurrent_days)
            .set_newer_noncurrent_versions(self.newer_noncurrent_versions)
            .storage_class(TransitionStorageClass::from(self.storage_class.as_str()))
            .build()
    }
}

impl NoncurrentVersionExpiration {
    fn read(expiration: &types::NoncurrentVersionExpiration) -> Option<Self> {
        Some(Self {
            noncurrent_days: expiration.noncurrent_days?,
            newer_noncurrent_versions: expiration.newer_noncurrent_versions,
        })
    }

    fn sdk(self) -> types::NoncurrentVersionExpiration {
        types::NoncurrentVersionExpiration::builder()
            .noncurrent_days(self.noncurrent_days)
            .set_newer_noncurrent_versions(self.newer_noncurrent_versions)
            .build()
    }
}
