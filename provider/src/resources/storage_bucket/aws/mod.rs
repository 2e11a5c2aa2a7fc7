//! The S3 target: its attributes here, its rules, its handlers and its mapping in a file each.

mod handlers;
mod map;
mod policy;
mod rules;

use std::collections::BTreeMap;

use tfplugin::resource::Action;
use tfplugin::{Choice, Computed, Defaulted, Model, OrComputed, Plan, Report, Set};

use super::http_method::HttpMethod;
use super::{StorageBucket, StorageBucketModelDraft};
pub(super) use handlers::{create, delete, read, update};
use policy::Policy;

/// A bucket on AWS S3.
///
/// An aspect that is left out is not managed: it is neither set nor read. One that is removed goes back to what S3
/// gives a new bucket.
#[derive(Model, Clone, Debug)]
pub struct AwsBucket {
    /// Region of the bucket. When left out, the provider's.
    #[tf(replace, pattern("[a-z]{2,}(-[a-z]+)+-[0-9]+", "Write a region, such as `eu-west-1`."))]
    pub region: OrComputed<String>,
    /// Locks against publishing by accident. All of them are closed unless opened here.
    #[tf(default)]
    pub public_access_block: Defaulted<PublicAccessBlock>,
    /// Who owns what others upload. `BucketOwnerEnforced` also switches access lists off.
    #[tf(default = "BucketOwnerEnforced")]
    pub object_ownership: Defaulted<ObjectOwnership>,
    /// Whether old versions of objects are kept. Once on, versioning can only be suspended.
    pub versioning: Option<Versioning>,
    /// How new objects are encrypted when their upload does not say. When left out, S3's own default stays.
    pub encryption: OrComputed<Encryption>,
    /// What happens to objects as they age.
    #[tf(items = "1..=1000")]
    pub lifecycle_rules: Option<Vec<LifecycleRule>>,
    /// Which web pages may use the bucket from a browser, in order of evaluation.
    #[tf(items = "1..=100")]
    pub cors_rules: Option<Vec<CorsRule>>,
    /// The bucket as a website, or as a redirect to one. It is served over HTTP only; put CloudFront in front.
    pub website: Option<Website>,
    /// Bucket policy, as JSON. It is compared by meaning.
    pub policy: Option<Policy>,
    /// Whether everybody who comes without TLS is refused, by a statement added to the policy.
    #[tf(default = true)]
    pub require_tls: Defaulted<bool>,
    /// Where access is logged to.
    pub logging: Option<Logging>,
    /// Write-once protection. It needs versioning, and where it is on, it stays on: removing it replaces the bucket.
    pub object_lock: Option<ObjectLock>,
    /// Tags of the bucket. They win over the provider's `default_tags`.
    pub tags: Option<BTreeMap<String, String>>,
    /// All tags: the bucket's own and the provider's `default_tags`.
    pub tags_all: Computed<BTreeMap<String, String>>,
    /// ARN of the bucket.
    #[tf(keep)]
    pub arn: Computed<String>,
    /// Host name of the bucket without a region.
    #[tf(keep)]
    pub bucket_domain_name: Computed<String>,
    /// Host name of the bucket in its region: what a CloudFront origin should name.
    #[tf(keep)]
    pub bucket_regional_domain_name: Computed<String>,
    /// Host name of the region's websites: the target of a Route 53 alias record.
    #[tf(keep)]
    pub website_domain: Computed<String>,
    /// Route 53 zone of `website_domain`; null where it is not known.
    #[tf(keep)]
    pub hosted_zone_id: Computed<String>,
    /// Host name of the website; null without one.
    #[tf(derived_from("website"))]
    pub website_endpoint: Computed<String>,
}

/// Locks against publishing by accident.
#[derive(Model, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicAccessBlock {
    /// New access lists that grant anything to the public are refused.
    #[tf(default = true)]
    pub block_public_acls: Defaulted<bool>,
    /// Existing access lists that grant anything to the public are disregarded.
    #[tf(default = true)]
    pub ignore_public_acls: Defaulted<bool>,
    /// A bucket policy that grants anything to the public is refused.
    #[tf(default = true)]
    pub block_public_policy: Defaulted<bool>,
    /// Under a public policy, only AWS services and the owner's account get in.
    #[tf(default = true)]
    pub restrict_public_buckets: Defaulted<bool>,
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        let closed = Defaulted(true);
        Self {
            block_public_acls: closed,
            ignore_public_acls: closed,
            block_public_policy: closed,
            restrict_public_buckets: closed,
        }
    }
}

/// Who owns what others upload.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectOwnership {
    /// The bucket's owner; access lists are off.
    BucketOwnerEnforced,
    /// The bucket's owner, when the upload says `bucket-owner-full-control`.
    BucketOwnerPreferred,
    /// Whoever uploads.
    ObjectWriter,
}

/// Whether old versions of objects are kept.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versioning {
    /// Every version is kept.
    Enabled,
    /// Earlier versions are kept, no new ones are made.
    Suspended,
}

/// How new objects are encrypted when their upload does not say.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// The algorithm.
    pub sse_algorithm: SseAlgorithm,
    /// Id, alias or ARN of the KMS key. When left out, AWS's own key for S3. Only with KMS.
    pub kms_master_key_id: Option<String>,
    /// Whether one data key serves the whole bucket for a while, which saves KMS requests. Only with `aws:kms`.
    #[tf(default = false)]
    pub bucket_key_enabled: Defaulted<bool>,
}

/// An encryption algorithm of S3.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SseAlgorithm {
    /// Keys that S3 keeps.
    #[tf("AES256")]
    Aes256,
    /// Keys in KMS.
    #[tf("aws:kms")]
    Kms,
    /// Two layers with keys in KMS.
    #[tf("aws:kms:dsse")]
    KmsDsse,
}

/// What happens to some of the objects as they age.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Name of the rule, unique within the bucket.
    #[tf(length = "1..=255")]
    pub id: String,
    /// Whether the rule is in force.
    #[tf(default = true)]
    pub enabled: Defaulted<bool>,
    /// Which objects the rule is about; when left out, all of them.
    pub filter: Option<LifecycleFilter>,
    /// Moves to cheaper storage classes, from the first to the last.
    #[tf(items = "1..")]
    pub transitions: Option<Vec<Transition>>,
    /// Removal of objects. In a versioned bucket a delete marker takes the object's place.
    pub expiration: Option<Expiration>,
    /// Moves of versions that are no longer current.
    #[tf(items = "1..")]
    pub noncurrent_version_transitions: Option<Vec<NoncurrentVersionTransition>>,
    /// Removal of versions that are no longer current.
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// Days after which uploads that were begun and never finished are removed.
    #[tf(range = "1..")]
    pub abort_incomplete_multipart_upload_days: Option<i32>,
}

/// Which objects a lifecycle rule is about: those for which all that is set holds.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct LifecycleFilter {
    /// What their key begins with.
    #[tf(length = "1..=1024")]
    pub prefix: Option<String>,
    /// Tags that they have, all of them.
    #[tf(items = "1..")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Bytes that they exceed.
    #[tf(range = "0..")]
    pub object_size_greater_than: Option<i64>,
    /// Bytes that they stay below.
    #[tf(range = "1..")]
    pub object_size_less_than: Option<i64>,
}

/// A storage class that objects can be moved to.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StorageClass {
    /// Read rarely, in several zones.
    #[tf("STANDARD_IA")]
    StandardIa,
    /// Moved by S3 itself as access changes.
    #[tf("INTELLIGENT_TIERING")]
    IntelligentTiering,
    /// Read rarely, in one zone.
    #[tf("ONEZONE_IA")]
    OnezoneIa,
    /// Archived, read at once.
    #[tf("GLACIER_IR")]
    GlacierIr,
    /// Archived, read within hours.
    #[tf("GLACIER")]
    Glacier,
    /// Archived, read within half a day.
    #[tf("DEEP_ARCHIVE")]
    DeepArchive,
}

/// A move to another storage class.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(exactly_one_of("days", "date"))]
pub struct Transition {
    /// Days after the object was made.
    #[tf(range = "0..")]
    pub days: Option<i32>,
    /// The day on which it happens to all objects, such as `2027-01-31`, at midnight UTC.
    pub date: Option<Day>,
    /// Where to.
    pub storage_class: StorageClass,
}

/// Removal of objects.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(exactly_one_of("days", "date", "expired_object_delete_marker"))]
pub struct Expiration {
    /// Days after the object was made.
    #[tf(range = "1..")]
    pub days: Option<i32>,
    /// The day on which it happens to all objects, such as `2027-01-31`, at midnight UTC.
    pub date: Option<Day>,
    /// `true` removes a delete marker as soon as it is all that is left of an object.
    pub expired_object_delete_marker: Option<bool>,
}

/// A move of versions that are no longer current.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct NoncurrentVersionTransition {
    /// Days since the version ceased to be current.
    #[tf(range = "0..")]
    pub noncurrent_days: i32,
    /// How many of the newest such versions stay where they are.
    #[tf(range = "1..=100")]
    pub newer_noncurrent_versions: Option<i32>,
    /// Where to.
    pub storage_class: StorageClass,
}

/// Removal of versions that are no longer current.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct NoncurrentVersionExpiration {
    /// Days since the version ceased to be current.
    #[tf(range = "1..")]
    pub noncurrent_days: i32,
    /// How many of the newest such versions are kept.
    #[tf(range = "1..=100")]
    pub newer_noncurrent_versions: Option<i32>,
}

/// Which web pages may do what from a browser.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct CorsRule {
    /// A name, for people.
    #[tf(length = "1..=255")]
    pub id: Option<String>,
    /// Origins of the pages, such as `https://example.com`, each with at most one `*`.
    #[tf(items = "1..")]
    pub allowed_origins: Set<String>,
    /// HTTP methods.
    #[tf(items = "1..")]
    pub allowed_methods: Set<HttpMethod>,
    /// Request headers that the page may send, each with at most one `*`.
    pub allowed_headers: Option<Set<String>>,
    /// Response headers that the page may read.
    pub expose_headers: Option<Set<String>>,
    /// Seconds for which the browser may remember the permission.
    #[tf(range = "0..")]
    pub max_age_seconds: Option<i32>,
}

/// The bucket as a website, or as a redirect to one.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(exactly_one_of("index_document", "redirect_all_requests_to"))]
pub struct Website {
    /// What is served for a folder: a file name such as `index.html`.
    pub index_document: Option<String>,
    /// Key of what is served for errors, such as `404.html`.
    #[tf(required_with("index_document"))]
    pub error_document: Option<String>,
    /// Exceptions to serving the object that is asked for, in order of evaluation.
    #[tf(required_with("index_document"), items = "1..=50")]
    pub routing_rules: Option<Vec<RoutingRule>>,
    /// Where every request is sent on to.
    pub redirect_all_requests_to: Option<RedirectAll>,
}

/// Where every request is sent on to.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct RedirectAll {
    /// Host name.
    pub host_name: String,
    /// The protocol; when left out, that of the request.
    pub protocol: Option<Protocol>,
}

/// The protocol of a redirect.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Plain.
    #[tf("http")]
    Http,
    /// Encrypted.
    #[tf("https")]
    Https,
}

/// An exception to serving the object that is asked for.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct RoutingRule {
    /// When it applies; when left out, always.
    pub condition: Option<RoutingCondition>,
    /// Where it leads.
    pub redirect: Redirect,
}

/// When a routing rule applies: all that is set must hold.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(at_least_one_of("http_error_code_returned_equals", "key_prefix_equals"))]
pub struct RoutingCondition {
    /// The status that would be answered, such as `404`.
    #[tf(pattern("[45][0-9]{2}", "Write a status of 400 to 599."))]
    pub http_error_code_returned_equals: Option<String>,
    /// What the key begins with.
    pub key_prefix_equals: Option<String>,
}

/// Where a routing rule leads.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(
    at_least_one_of(
        "host_name",
        "http_redirect_code",
        "protocol",
        "replace_key_prefix_with",
        "replace_key_with"
    ),
    at_most_one_of("replace_key_prefix_with", "replace_key_with")
)]
pub struct Redirect {
    /// Another host name.
    pub host_name: Option<String>,
    /// The status, such as `302`.
    #[tf(pattern("30[1-8]", "Write a status of 301 to 308."))]
    pub http_redirect_code: Option<String>,
    /// Another protocol.
    pub protocol: Option<Protocol>,
    /// Replaces the prefix of the condition.
    pub replace_key_prefix_with: Option<String>,
    /// Replaces the whole key.
    pub replace_key_with: Option<String>,
}

/// Where access is logged to.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// A bucket in the same region and account that lets S3 write logs.
    pub target_bucket: String,
    /// What the keys of the log objects begin with.
    #[tf(default = "")]
    pub target_prefix: Defaulted<String>,
    /// Puts account, region, bucket and date as folders into the keys, so that a query reads only what it needs: by
    /// the time of the event or that of the delivery of the log.
    pub partition_date_source: Option<PartitionDateSource>,
}

/// Whose date the keys of logs are sorted by.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionDateSource {
    /// When the access happened.
    EventTime,
    /// When the log was written.
    DeliveryTime,
}

/// Write-once protection.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct ObjectLock {
    /// What a new version gets when its upload does not say.
    pub default_retention: Option<DefaultRetention>,
}

/// How long, and how strictly, a new version is kept.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(exactly_one_of("days", "years"))]
pub struct DefaultRetention {
    /// `GOVERNANCE`, which a permission can lift, or `COMPLIANCE`, which nobody can.
    pub mode: RetentionMode,
    /// How long, in days.
    #[tf(range = "1..=36500")]
    pub days: Option<i32>,
    /// How long, in years.
    #[tf(range = "1..=100")]
    pub years: Option<i32>,
}

/// How strictly a version is kept.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionMode {
    /// A permission can lift it.
    #[tf("GOVERNANCE")]
    Governance,
    /// Nobody can lift it.
    #[tf("COMPLIANCE")]
    Compliance,
}

use map::Day;

/// Rules that a type cannot express.
pub(super) fn validate(bucket: &StorageBucketModelDraft, target: &AwsBucketDraft, report: &mut Report) {
    rules::check(bucket, target, report);
}

/// What is known at plan although the provider decides it: the tags, what follows from name and region, and that
/// object lock cannot be taken off.
pub(super) fn plan(plan: &mut Plan<'_, StorageBucket>) {
    let planned = plan.planned();
    let Some(target) = planned.aws.known() else { return };
    if let Some(clouds) = plan.client()
        && let Some(own) = map::settled_tags(&target.tags)
    {
        let all = map::with_default_tags(own, clouds.aws.default_tags());
        plan.set(target.tags_all.path(), &all);
    }
    if plan.action() == Action::Create
        && let (Some(name), Some(region)) = (planned.name.known(), target.region.known())
    {
        let mut known = AwsBucket::unmanaged();
        known.derive(name, region);
        for (draft, value) in [
            (&target.arn, &known.arn),
            (&target.bucket_domain_name, &known.bucket_domain_name),
            (&target.bucket_regional_domain_name, &known.bucket_regional_domain_name),
        ] {
            if let Some(value) = value.get() {
                plan.set(draft, value);
            }
        }
    }
    let prior = plan.prior();
    let locked = prior.aws.known().is_some_and(|before| before.object_lock.known().is_some());
    if locked && target.object_lock.is_null() {
        plan.replace(target.object_lock.path());
    }
}
