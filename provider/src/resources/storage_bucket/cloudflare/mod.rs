//! The R2 target: its attributes here, its rules, its handlers and its mapping in a file each.

mod handlers;
mod map;
mod rules;

use std::collections::BTreeMap;

use tfplugin::resource::Action;
use tfplugin::{Choice, Computed, Defaulted, Dynamic, Model, OrComputed, Plan, Report, Set, Span};

use super::http_method::HttpMethod;
use super::{StorageBucket, StorageBucketModelDraft};
pub(super) use handlers::{create, delete, read, update};

/// A bucket on Cloudflare R2.
///
/// An aspect that is left out is not managed: it is neither set nor read. One that is removed goes back to what R2
/// gives a new bucket.
#[derive(Model, Clone, Debug)]
pub struct CloudflareBucket {
    /// Account of the bucket. When left out, the provider's.
    #[tf(replace, pattern("[0-9a-f]{32}", "Write the account's id: 32 hexadecimal digits."))]
    pub account_id: OrComputed<String>,
    /// Where Cloudflare guarantees the data to stay. Each jurisdiction is a namespace of its own: the same name in two of
    /// them is two buckets.
    #[tf(replace, default = "default")]
    pub jurisdiction: Defaulted<Jurisdiction>,
    /// Where the bucket should be. Cloudflare takes it as a hint when a name is used for the first time, and ignores it
    /// ever after: see `location`. When left out, near to where the request comes from.
    #[tf(one_of("apac", "eeur", "enam", "oc", "weur", "wnam"))]
    pub location_hint: OrComputed<String>,
    /// Storage class of new objects.
    #[tf(default = "Standard")]
    pub storage_class: Defaulted<StorageClass>,
    /// Which web pages may use the bucket from a browser, in order of evaluation.
    #[tf(items = "1..=100")]
    pub cors_rules: Option<Vec<CorsRule>>,
    /// What happens to objects as they age. The rule that Cloudflare gives every bucket, `Default Multipart Abort Rule`,
    /// stays beside these unless one of them has its name.
    #[tf(items = "1..=1000")]
    pub lifecycle_rules: Option<Vec<LifecycleRule>>,
    /// Whether everybody can read the bucket below r2.dev, without a cache and at a limited rate: for trying out.
    pub r2_dev_enabled: Option<bool>,
    /// Host names that serve the bucket to everybody, by name. Each must be in a zone of the same account.
    #[tf(items = "1..")]
    pub custom_domains: Option<BTreeMap<String, CustomDomain>>,
    /// Where the bucket is.
    #[tf(keep)]
    pub location: Computed<String>,
    /// Address of the S3 API for this bucket's account and jurisdiction.
    #[tf(keep)]
    pub s3_endpoint: Computed<String>,
    /// Host name below r2.dev; null while `r2_dev_enabled` is not set.
    #[tf(derived_from("r2_dev_enabled"))]
    pub r2_dev_domain: Computed<String>,
    /// Refused: R2 keeps no versions of objects.
    pub versioning: Option<Dynamic>,
    /// Refused: R2 encrypts every object with keys of its own.
    pub encryption: Option<Dynamic>,
    /// Refused: R2 has bucket locks instead.
    pub object_lock: Option<Dynamic>,
    /// Refused: R2 decides by API tokens.
    pub policy: Option<Dynamic>,
    /// Refused: R2 serves objects only.
    pub website: Option<Dynamic>,
    /// Refused: R2 has Logpush instead.
    pub logging: Option<Dynamic>,
    /// Refused: R2 has no tags.
    pub tags: Option<Dynamic>,
    /// Refused: R2 has no limit of a bucket.
    pub file_size_limit: Option<Dynamic>,
    /// Refused: R2 takes any media type.
    pub allowed_mime_types: Option<Dynamic>,
}

/// Where Cloudflare guarantees the data to stay.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jurisdiction {
    /// Wherever.
    #[tf("default")]
    Default,
    /// The European Union.
    #[tf("eu")]
    Eu,
    /// FedRAMP Moderate.
    #[tf("fedramp")]
    Fedramp,
    /// The United States.
    #[tf("us")]
    Us,
    /// FedRAMP High.
    #[tf("fedramp-high")]
    FedrampHigh,
}

/// A storage class of R2.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageClass {
    /// Read often.
    Standard,
    /// Read rarely: cheaper to keep, dearer to read.
    InfrequentAccess,
}

/// Which web pages may do what from a browser.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct CorsRule {
    /// A name, for people.
    #[tf(length = "1..=255")]
    pub id: Option<String>,
    /// What is allowed to whom.
    pub allowed: Allowed,
    /// Response headers that the page may read.
    #[tf(items = "1..")]
    pub expose_headers: Option<Set<String>>,
    /// Seconds for which the browser may remember the permission.
    #[tf(range = "0..=86400")]
    pub max_age_seconds: Option<u32>,
}

/// What is allowed to whom.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Origins of the pages: `*`, or scheme and host such as `https://example.com`, without a path.
    #[tf(items = "1..")]
    pub origins: Set<String>,
    /// HTTP methods.
    #[tf(items = "1..")]
    pub methods: Set<HttpMethod>,
    /// Request headers that the page may send.
    #[tf(items = "1..")]
    pub headers: Option<Set<String>>,
}

/// What happens to some of the objects as they age.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(at_least_one_of(
    "abort_multipart_uploads_transition",
    "delete_objects_transition",
    "storage_class_transitions"
))]
pub struct LifecycleRule {
    /// Name of the rule, unique within the bucket.
    #[tf(length = "1..=255")]
    pub id: String,
    /// Whether the rule is in force.
    #[tf(default = true)]
    pub enabled: Defaulted<bool>,
    /// What the keys of the objects begin with that the rule is about; when left out, it is about all.
    #[tf(length = "1..=1024")]
    pub prefix: Option<String>,
    /// When uploads go that were begun and never finished.
    pub abort_multipart_uploads_transition: Option<AgeTransition>,
    /// When objects go.
    pub delete_objects_transition: Option<DeleteTransition>,
    /// When objects move to another storage class.
    #[tf(items = "1..=10")]
    pub storage_class_transitions: Option<Vec<StorageClassTransition>>,
}

/// At what age something happens.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct AgeTransition {
    /// Age, such as `7d`.
    #[tf(range = "1s..")]
    pub max_age: Span,
}

/// When objects go.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(exactly_one_of("max_age", "date"))]
pub struct DeleteTransition {
    /// Age, such as `30d`.
    #[tf(range = "1s..")]
    pub max_age: Option<Span>,
    /// The day on which it happens to all objects, such as `2027-01-31`, at midnight UTC.
    #[tf(pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "Write a day, such as `2027-01-31`."))]
    pub date: Option<String>,
}

/// When objects move to another storage class.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[tf(exactly_one_of("max_age", "date"))]
pub struct StorageClassTransition {
    /// Age, such as `30d`.
    #[tf(range = "1s..")]
    pub max_age: Option<Span>,
    /// The day on which it happens to all objects, such as `2027-01-31`, at midnight UTC.
    #[tf(pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "Write a day, such as `2027-01-31`."))]
    pub date: Option<String>,
    /// Where to.
    #[tf(default = "InfrequentAccess", one_of("InfrequentAccess"))]
    pub storage_class: Defaulted<String>,
}

/// A host name that serves the bucket.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct CustomDomain {
    /// Id of the zone that the host name is in.
    #[tf(pattern("[0-9a-f]{32}", "Write the zone's id: 32 hexadecimal digits."))]
    pub zone_id: String,
    /// Whether it serves.
    #[tf(default = true)]
    pub enabled: Defaulted<bool>,
    /// Oldest version of TLS that it speaks.
    #[tf(default = "1.0", one_of("1.0", "1.1", "1.2", "1.3"))]
    pub min_tls: Defaulted<String>,
}

/// Rules that a type cannot express.
pub(super) fn validate(
    bucket: &StorageBucketModelDraft,
    target: &CloudflareBucketDraft,
    report: &mut Report,
) {
    rules::check(bucket, target, report);
}

/// What is known at plan although the provider decides it, and what only the state and the credentials can tell.
pub(super) fn plan(plan: &mut Plan<'_, StorageBucket>) {
    let (planned, prior) = (plan.planned(), plan.prior());
    let Some(target) = planned.cloudflare.known() else { return };
    if plan.action() == Action::Create
        && let Some(account) = plan.client().and_then(|clouds| clouds.cloudflare.configured_account())
        && target.account_id.known().is_none()
        && plan.config().cloudflare.known().is_some_and(|config| config.account_id.is_null())
    {
        let account = account.to_owned();
        plan.set(&target.account_id, &account);
    }
    if let Some(before) = prior.cloudflare.known()
        && planned.name.known() == prior.name.known()
    {
        rules::check_location(target, before, plan.report());
    }
    if planned.force_destroy.known() == Some(&true)
        && plan.client().is_some_and(|clouds| !clouds.cloudflare.has_r2_credentials())
    {
        rules::refuse_emptying(&planned, plan.report());
    }
}
