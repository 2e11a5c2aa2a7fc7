//! Between the attributes and what S3 is told and tells, aspect by aspect.

use std::collections::BTreeMap;

use clouds::aws::partition;
use clouds::aws::s3::{self, Aspect, BucketState, Period, When, policy_document};
use jiff::civil::Date;
use serde_json::json;
use tfplugin::{Computed, Defaulted, Draft, Invalid, OrComputed, Spelled};

use super::{
    AwsBucket, CorsRule, DefaultRetention, Encryption, Expiration, HttpMethod, LifecycleFilter,
    LifecycleRule, Logging, NoncurrentVersionExpiration, NoncurrentVersionTransition, ObjectLock,
    ObjectOwnership, PartitionDateSource, Policy, Protocol, PublicAccessBlock, Redirect, RedirectAll,
    RetentionMode, RoutingCondition, RoutingRule, SseAlgorithm, StorageClass, Transition, Versioning,
    Website,
};

/// A day in UTC: `2027-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub(super) Date);

impl Spelled for Day {
    const NAME: &'static str = "date";

    fn parse(text: &str) -> Result<Self, Invalid> {
        // AWS's own tools write the whole moment, which is always a midnight.
        let day = text.strip_suffix("T00:00:00Z").unwrap_or(text);
        day.parse().map(Self).map_err(|_| Invalid::new("is not a day", "Write it as `2027-01-31`."))
    }

    fn spell(&self) -> String {
        self.0.to_string()
    }

    fn json() -> serde_json::Value {
        json!({ "type": "string", "format": "date" })
    }
}

/// Every aspect that the attributes cover, in the order in which they are set: what others need comes first, and
/// the locks against publishing are turned before the policy that they judge.
pub(super) const ASPECTS: [Aspect; 11] = [
    Aspect::ObjectOwnership,
    Aspect::PublicAccessBlock,
    Aspect::Versioning,
    Aspect::ObjectLock,
    Aspect::Encryption,
    Aspect::Lifecycle,
    Aspect::Cors,
    Aspect::Website,
    Aspect::Policy,
    Aspect::Logging,
    Aspect::Tags,
];

impl AwsBucket {
    /// Whether the attributes say anything about an aspect. One that they do not is neither set nor read.
    pub(super) fn manages(&self, aspect: Aspect) -> bool {
        match aspect {
            Aspect::Location => false,
            Aspect::ObjectOwnership | Aspect::PublicAccessBlock => true,
            Aspect::Versioning => self.versioning.is_some(),
            Aspect::ObjectLock => self.object_lock.is_some(),
            Aspect::Encryption => self.encryption.get().is_some(),
            Aspect::Lifecycle => self.lifecycle_rules.is_some(),
            Aspect::Cors => self.cors_rules.is_some(),
            Aspect::Website => self.website.is_some(),
            Aspect::Policy => self.policy.is_some() || *self.require_tls,
            Aspect::Logging => self.logging.is_some(),
            Aspect::Tags => self.tags.is_some() || self.tags_all.get().is_some_and(|tags| !tags.is_empty()),
        }
    }

    /// Whether two buckets agree about an aspect.
    pub(super) fn agrees(&self, other: &Self, aspect: Aspect) -> bool {
        match aspect {
            Aspect::Location => true,
            Aspect::ObjectOwnership => self.object_ownership == other.object_ownership,
            Aspect::PublicAccessBlock => self.public_access_block == other.public_access_block,
            Aspect::Versioning => self.versioning == other.versioning,
            Aspect::ObjectLock => self.object_lock == other.object_lock,
            Aspect::Encryption => self.encryption == other.encryption,
            Aspect::Lifecycle => self.lifecycle_rules == other.lifecycle_rules,
            Aspect::Cors => self.cors_rules == other.cors_rules,
            Aspect::Website => self.website == other.website,
            Aspect::Policy => self.policy == other.policy && self.require_tls == other.require_tls,
            Aspect::Logging => self.logging == other.logging,
            Aspect::Tags => self.tags_all == other.tags_all,
        }
    }

    /// Takes an aspect over from another bucket.
    pub(super) fn take(&mut self, other: &Self, aspect: Aspect) {
        match aspect {
            Aspect::Location => {}
            Aspect::ObjectOwnership => self.object_ownership = other.object_ownership,
            Aspect::PublicAccessBlock => self.public_access_block = other.public_access_block,
            Aspect::Versioning => self.versioning = other.versioning,
            Aspect::ObjectLock => self.object_lock.clone_from(&other.object_lock),
            Aspect::Encryption => self.encryption.clone_from(&other.encryption),
            Aspect::Lifecycle => self.lifecycle_rules.clone_from(&other.lifecycle_rules),
            Aspect::Cors => self.cors_rules.clone_from(&other.cors_rules),
            Aspect::Website => {
                self.website.clone_from(&other.website);
                self.website_endpoint.clone_from(&other.website_endpoint);
            }
            Aspect::Policy => {
                self.policy.clone_from(&other.policy);
                self.require_tls = other.require_tls;
            }
            Aspect::Logging => self.logging.clone_from(&other.logging),
            Aspect::Tags => {
                self.tags.clone_from(&other.tags);
                self.tags_all.clone_from(&other.tags_all);
            }
        }
    }

    /// Fills in what follows from the name and the region.
    pub(super) fn derive(&mut self, name: &str, region: &str) {
        self.region = region.to_owned().into();
        self.arn = partition::bucket_arn(region, name).into();
        self.bucket_domain_name = partition::bucket_domain_name(region, name).into();
        self.bucket_regional_domain_name = partition::bucket_regional_domain_name(region, name).into();
        self.hosted_zone_id = Computed::maybe(partition::website_hosted_zone_id(region).map(str::to_owned));
        let endpoint = self.website.as_ref().map(|_| partition::website_endpoint(region, name));
        self.website_endpoint = Computed::maybe(endpoint);
    }

    /// Takes over an aspect as S3 tells it.
    pub(super) fn observe(&mut self, aspect: Aspect, found: &BucketState, arn: &str, defaults: &Tags) {
        match aspect {
            Aspect::Location => {}
            Aspect::ObjectOwnership => {
                // A bucket without a setting of its own behaves like this.
                let found = found.object_ownership.as_deref().unwrap_or("ObjectWriter");
                let known = ObjectOwnership::parse(found).unwrap_or(ObjectOwnership::ObjectWriter);
                self.object_ownership = known.into();
            }
            Aspect::PublicAccessBlock => {
                self.public_access_block =
                    PublicAccessBlock::of(found.public_access_block.unwrap_or_default()).into();
            }
            Aspect::Versioning => {
                self.versioning = match found.versioning {
                    s3::Versioning::Unversioned => None,
                    s3::Versioning::Enabled => Some(Versioning::Enabled),
                    s3::Versioning::Suspended => Some(Versioning::Suspended),
                };
            }
            Aspect::ObjectLock => self.object_lock = found.object_lock.as_ref().map(ObjectLock::of),
            Aspect::Encryption => {
                self.encryption = OrComputed::maybe(found.encryption.as_ref().and_then(Encryption::of));
            }
            Aspect::Lifecycle => {
                let rules = found.lifecycle.iter().flat_map(|lifecycle| &lifecycle.rules);
                self.lifecycle_rules = some(rules.map(LifecycleRule::of).collect());
            }
            Aspect::Cors => self.cors_rules = some(found.cors.iter().map(CorsRule::of).collect()),
            Aspect::Website => self.website = found.website.as_ref().map(Website::of),
            Aspect::Policy => {
                let split = found.policy.as_deref().map(|policy| policy_document::split(policy, arn));
                let (own, tls) = match split {
                    None => (None, false),
                    Some(Ok(parts)) => parts,
                    // S3 stores nothing but JSON; a stand-in that does is shown as it is.
                    Some(Err(_)) => (found.policy.clone(), false),
                };
                self.policy = own.map(Policy);
                self.require_tls = tls.into();
            }
            Aspect::Logging => self.logging = found.logging.as_ref().map(Logging::of),
            Aspect::Tags => {
                let own = own_tags(&found.tags, self.tags.as_ref(), defaults);
                self.tags = if own.is_empty() && self.tags.is_none() { None } else { Some(own) };
                self.tags_all = found.tags.clone().into();
            }
        }
    }
}

/// Tags of an object.
pub(super) type Tags = BTreeMap<String, String>;

/// The configured tags, once all of them are known; none configured is no tags.
pub(super) fn settled_tags(tags: &Draft<BTreeMap<String, Draft<String>>>) -> Option<Tags> {
    if tags.is_unknown() {
        return None;
    }
    let entries = tags.known().into_iter().flatten();
    entries.map(|(key, tag)| Some((key.clone(), tag.known()?.clone()))).collect()
}

/// The object's own tags over the provider's.
pub(super) fn with_default_tags(own: Tags, defaults: &Tags) -> Tags {
    let mut all = defaults.clone();
    all.extend(own);
    all
}

/// The tags that are the object's own: all but those that only repeat the provider's.
fn own_tags(all: &Tags, before: Option<&Tags>, defaults: &Tags) -> Tags {
    let ours = |key: &str, value: &str| {
        let written = before.is_some_and(|before| before.contains_key(key));
        written || defaults.get(key).is_none_or(|default| default != value)
    };
    all.iter()
        .filter(|(key, value)| ours(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// None for an empty list: S3 knows no difference.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

impl PublicAccessBlock {
    fn of(found: s3::PublicAccessBlock) -> Self {
        Self {
            block_public_acls: found.block_public_acls.into(),
            ignore_public_acls: found.ignore_public_acls.into(),
            block_public_policy: found.block_public_policy.into(),
            restrict_public_buckets: found.restrict_public_buckets.into(),
        }
    }

    pub(super) fn spec(self) -> s3::PublicAccessBlock {
        s3::PublicAccessBlock {
            block_public_acls: *self.block_public_acls,
            ignore_public_acls: *self.ignore_public_acls,
            block_public_policy: *self.block_public_policy,
            restrict_public_buckets: *self.restrict_public_buckets,
        }
    }
}

impl Encryption {
    pub(super) fn of(found: &s3::Encryption) -> Option<Self> {
        Some(Self {
            sse_algorithm: SseAlgorithm::parse(&found.sse_algorithm).ok()?,
            kms_key_id: found.kms_master_key_id.clone(),
            bucket_key_enabled: found.bucket_key_enabled.into(),
        })
    }

    pub(super) fn spec(&self) -> s3::Encryption {
        s3::Encryption {
            sse_algorithm: self.sse_algorithm.spell(),
            kms_master_key_id: self.kms_key_id.clone(),
            bucket_key_enabled: *self.bucket_key_enabled,
        }
    }
}

impl LifecycleRule {
    fn of(found: &s3::LifecycleRule) -> Self {
        Self {
            id: found.id.clone(),
            enabled: found.enabled.into(),
            filter: LifecycleFilter::of(&found.filter),
            transitions: some(found.transitions.iter().filter_map(Transition::of).collect()),
            expiration: found.expiration.map(Expiration::of),
            noncurrent_version_transitions: some(
                found
                    .noncurrent_version_transitions
                    .iter()
                    .filter_map(NoncurrentVersionTransition::of)
                    .collect(),
            ),
            noncurrent_version_expiration: found.noncurrent_version_expiration.map(|expiration| {
                NoncurrentVersionExpiration {
                    noncurrent_days: expiration.noncurrent_days,
                    newer_noncurrent_versions: expiration.newer_noncurrent_versions,
                }
            }),
            abort_incomplete_multipart_upload_days: found.abort_incomplete_multipart_upload_days,
        }
    }

    pub(super) fn spec(&self) -> s3::LifecycleRule {
        s3::LifecycleRule {
            id: self.id.clone(),
            enabled: *self.enabled,
            filter: self.filter.as_ref().map(LifecycleFilter::spec).unwrap_or_default(),
            transitions: self.transitions.iter().flatten().filter_map(Transition::spec).collect(),
            expiration: self.expiration.as_ref().and_then(Expiration::spec),
            noncurrent_version_transitions: self
                .noncurrent_version_transitions
                .iter()
                .flatten()
                .map(|transition| s3::NoncurrentVersionTransition {
                    noncurrent_days: transition.noncurrent_days,
                    newer_noncurrent_versions: transition.newer_noncurrent_versions,
                    storage_class: transition.storage_class.spell(),
                })
                .collect(),
            noncurrent_version_expiration: self.noncurrent_version_expiration.as_ref().map(|expiration| {
                s3::NoncurrentVersionExpiration {
                    noncurrent_days: expiration.noncurrent_days,
                    newer_noncurrent_versions: expiration.newer_noncurrent_versions,
                }
            }),
            abort_incomplete_multipart_upload_days: self.abort_incomplete_multipart_upload_days,
        }
    }
}

impl LifecycleFilter {
    fn of(found: &s3::LifecycleFilter) -> Option<Self> {
        let filter = Self {
            prefix: found.prefix.clone(),
            tags: (!found.tags.is_empty()).then(|| found.tags.clone()),
            object_size_greater_than: found.object_size_greater_than,
            object_size_less_than: found.object_size_less_than,
        };
        let everything =
            Self { prefix: None, tags: None, object_size_greater_than: None, object_size_less_than: None };
        (filter != everything).then_some(filter)
    }

    fn spec(&self) -> s3::LifecycleFilter {
        s3::LifecycleFilter {
            prefix: self.prefix.clone(),
            tags: self.tags.clone().unwrap_or_default(),
            object_size_greater_than: self.object_size_greater_than,
            object_size_less_than: self.object_size_less_than,
        }
    }
}

/// One of the two; which of them is a rule of the schema.
fn when(days: Option<i32>, date: Option<Day>) -> Option<When> {
    days.map(When::Days).or_else(|| date.map(|day| When::Date(day.0)))
}

fn days_and_date(when: When) -> (Option<i32>, Option<Day>) {
    match when {
        When::Days(days) => (Some(days), None),
        When::Date(date) => (None, Some(Day(date))),
    }
}

impl Transition {
    fn of(found: &s3::Transition) -> Option<Self> {
        let (days, date) = days_and_date(found.when);
        Some(Self { days, date, storage_class: StorageClass::parse(&found.storage_class).ok()? })
    }

    fn spec(&self) -> Option<s3::Transition> {
        Some(s3::Transition { when: when(self.days, self.date)?, storage_class: self.storage_class.spell() })
    }
}

impl NoncurrentVersionTransition {
    fn of(found: &s3::NoncurrentVersionTransition) -> Option<Self> {
        Some(Self {
            noncurrent_days: found.noncurrent_days,
            newer_noncurrent_versions: found.newer_noncurrent_versions,
            storage_class: StorageClass::parse(&found.storage_class).ok()?,
        })
    }
}

impl Expiration {
    fn of(found: s3::Expiration) -> Self {
        match found {
            s3::Expiration::ExpiredObjectDeleteMarker => {
                Self { days: None, date: None, expired_object_delete_marker: Some(true) }
            }
            s3::Expiration::At(when) => {
                let (days, date) = days_and_date(when);
                Self { days, date, expired_object_delete_marker: None }
            }
        }
    }

    fn spec(&self) -> Option<s3::Expiration> {
        if self.expired_object_delete_marker == Some(true) {
            return Some(s3::Expiration::ExpiredObjectDeleteMarker);
        }
        when(self.days, self.date).map(s3::Expiration::At)
    }
}

impl CorsRule {
    fn of(found: &s3::CorsRule) -> Self {
        let words = |words: &Vec<String>| (!words.is_empty()).then(|| words.iter().cloned().collect());
        Self {
            id: found.id.clone(),
            allowed_origins: found.allowed_origins.iter().cloned().collect(),
            allowed_methods: found
                .allowed_methods
                .iter()
                .filter_map(|word| HttpMethod::parse(word).ok())
                .collect(),
            allowed_headers: words(&found.allowed_headers),
            expose_headers: words(&found.expose_headers),
            max_age_seconds: found.max_age_seconds,
        }
    }

    pub(super) fn spec(&self) -> s3::CorsRule {
        let words = |words: &Option<tfplugin::Set<String>>| {
            words.iter().flat_map(|set| set.iter().cloned()).collect()
        };
        s3::CorsRule {
            id: self.id.clone(),
            allowed_origins: self.allowed_origins.iter().cloned().collect(),
            allowed_methods: self.allowed_methods.iter().map(Spelled::spell).collect(),
            allowed_headers: words(&self.allowed_headers),
            expose_headers: words(&self.expose_headers),
            max_age_seconds: self.max_age_seconds,
        }
    }
}

impl Website {
    fn of(found: &s3::Website) -> Self {
        let protocol = |word: &Option<String>| word.as_deref().and_then(|word| Protocol::parse(word).ok());
        match found {
            s3::Website::Pages { index_document, error_document, routing_rules } => Self {
                index_document: Some(index_document.clone()),
                error_document: error_document.clone(),
                routing_rules: some(
                    routing_rules
                        .iter()
                        .map(|rule| RoutingRule {
                            condition: rule.condition.as_ref().map(|condition| RoutingCondition {
                                http_error_code_returned_equals: condition
                                    .http_error_code_returned_equals
                                    .clone(),
                                key_prefix_equals: condition.key_prefix_equals.clone(),
                            }),
                            redirect: Redirect {
                                host_name: rule.redirect.host_name.clone(),
                                http_redirect_code: rule.redirect.http_redirect_code.clone(),
                                protocol: protocol(&rule.redirect.protocol),
                                replace_key_prefix_with: rule.redirect.replace_key_prefix_with.clone(),
                                replace_key_with: rule.redirect.replace_key_with.clone(),
                            },
                        })
                        .collect(),
                ),
                redirect_all_requests_to: None,
            },
            s3::Website::RedirectAll { host_name, protocol: word } => Self {
                index_document: None,
                error_document: None,
                routing_rules: None,
                redirect_all_requests_to: Some(RedirectAll {
                    host_name: host_name.clone(),
                    protocol: protocol(word),
                }),
            },
        }
    }

    pub(super) fn spec(&self) -> s3::Website {
        let word = |protocol: Option<Protocol>| protocol.map(|protocol| protocol.spell());
        if let Some(redirect) = &self.redirect_all_requests_to {
            return s3::Website::RedirectAll {
                host_name: redirect.host_name.clone(),
                protocol: word(redirect.protocol),
            };
        }
        s3::Website::Pages {
            // One of the two is set: a rule of the schema.
            index_document: self.index_document.clone().unwrap_or_default(),
            error_document: self.error_document.clone(),
            routing_rules: self
                .routing_rules
                .iter()
                .flatten()
                .map(|rule| s3::RoutingRule {
                    condition: rule.condition.as_ref().map(|condition| s3::RoutingCondition {
                        http_error_code_returned_equals: condition.http_error_code_returned_equals.clone(),
                        key_prefix_equals: condition.key_prefix_equals.clone(),
                    }),
                    redirect: s3::Redirect {
                        host_name: rule.redirect.host_name.clone(),
                        http_redirect_code: rule.redirect.http_redirect_code.clone(),
                        protocol: word(rule.redirect.protocol),
                        replace_key_prefix_with: rule.redirect.replace_key_prefix_with.clone(),
                        replace_key_with: rule.redirect.replace_key_with.clone(),
                    },
                })
                .collect(),
        }
    }
}

impl Logging {
    fn of(found: &s3::Logging) -> Self {
        Self {
            target_bucket: found.target_bucket.clone(),
            target_prefix: Defaulted(found.target_prefix.clone()),
            partition_date_source: match &found.key_format {
                Some(s3::KeyFormat::Partitioned { date_source }) => {
                    PartitionDateSource::parse(date_source).ok()
                }
                Some(s3::KeyFormat::Simple) | None => None,
            },
        }
    }

    pub(super) fn spec(&self) -> s3::Logging {
        s3::Logging {
            target_bucket: self.target_bucket.clone(),
            target_prefix: self.target_prefix.0.clone(),
            key_format: self
                .partition_date_source
                .map(|source| s3::KeyFormat::Partitioned { date_source: source.spell() }),
        }
    }
}

impl ObjectLock {
    fn of(found: &s3::ObjectLock) -> Self {
        Self {
            default_retention: found.default_retention.as_ref().and_then(|retention| {
                let (days, years) = match retention.period {
                    Period::Days(days) => (Some(days), None),
                    Period::Years(years) => (None, Some(years)),
                };
                Some(DefaultRetention { mode: RetentionMode::parse(&retention.mode).ok()?, days, years })
            }),
        }
    }

    pub(super) fn spec(&self) -> s3::ObjectLock {
        let period = |retention: &DefaultRetention| {
            retention.days.map(Period::Days).or_else(|| retention.years.map(Period::Years))
        };
        s3::ObjectLock {
            default_retention: self.default_retention.as_ref().and_then(|retention| {
                Some(s3::DefaultRetention { mode: retention.mode.spell(), period: period(retention)? })
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags<const N: usize>(tags: [(&str, &str); N]) -> Tags {
        tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn own_tags_win_over_the_providers() {
        let defaults = tags([("team", "core"), ("env", "prod")]);
        let all = with_default_tags(tags([("env", "test")]), &defaults);
        assert_eq!(all, tags([("env", "test"), ("team", "core")]));
        assert_eq!(own_tags(&all, Some(&tags([("env", "test")])), &defaults), tags([("env", "test")]));
    }

    #[test]
    fn a_tag_that_repeats_the_providers_stays_when_it_was_written() {
        let defaults = tags([("env", "prod")]);
        let written = tags([("env", "prod")]);
        assert_eq!(own_tags(&written, Some(&written), &defaults), written);
        assert_eq!(own_tags(&written, None, &defaults), tags([]));
    }

    #[test]
    fn a_day_is_read_with_and_without_its_midnight() {
        assert_eq!(Day::parse("2027-01-31"), Day::parse("2027-01-31T00:00:00Z"));
        assert!(Day::parse("2027-02-30").is_err());
        assert!(Day::parse("2027-01-31T12:00:00Z").is_err());
    }
}
