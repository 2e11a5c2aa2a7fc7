//! `slipway_storage_bucket`: a bucket on AWS S3, Cloudflare R2 or Supabase Storage.

mod aws;
mod cloudflare;
mod http_method;
mod identity;
mod list;
mod name;
mod supabase;

use std::time::Duration;

use tfplugin::resource::Action;
use tfplugin::{
    Computed, Context, Defaulted, Diagnostic, Model, OrComputed, Outcome, Plan, Report, Resource, TimeLimits,
    Timeouts,
};

use crate::clouds::Clouds;
use aws::AwsBucket;
use cloudflare::CloudflareBucket;
use identity::{Cloud, StorageBucketIdentity};
pub use list::StorageBuckets;
use supabase::SupabaseBucket;

/// What import ids look like.
pub(super) const IMPORT_IDS: &[(&str, &str)] = &[
    ("a bucket on AWS S3", "aws:storymagic-uploads"),
    ("the same; a plain name is one of S3", "storymagic-uploads"),
    (
        "a bucket on Cloudflare R2: account, jurisdiction and name",
        "cloudflare:0123456789abcdef0123456789abcdef/default/storymagic-uploads",
    ),
    ("a bucket on Supabase Storage: project and name", "supabase:abcdefghijklmnopqrst/storymagic-uploads"),
];

/// A bucket for objects.
///
/// The attributes here mean the same on every cloud. Everything else stands in the target's own object, under the
/// vendor's own names.
#[derive(Model, Clone, Debug)]
#[tf(exactly_one_of("aws", "cloudflare", "supabase"), at_most_one_of("name", "name_prefix"))]
pub struct StorageBucketModel {
    /// Name of the bucket. When left out, a unique one is made up.
    #[tf(replace)]
    pub name: OrComputed<String>,
    /// Beginning of a unique name that is made up when the bucket is created.
    #[tf(replace)]
    pub name_prefix: OrComputed<String>,
    /// Whether destroying the bucket removes everything in it, old versions included. There is no way back.
    #[tf(default = false, unread)]
    pub force_destroy: Defaulted<bool>,
    /// A bucket on AWS S3.
    #[tf(replace = "presence")]
    pub aws: Option<AwsBucket>,
    /// A bucket on Cloudflare R2.
    #[tf(replace = "presence")]
    pub cloudflare: Option<CloudflareBucket>,
    /// A bucket on Supabase Storage.
    #[tf(replace = "presence")]
    pub supabase: Option<SupabaseBucket>,
    /// The cloud and what the bucket is known by there, such as `aws:assets`; also the import id.
    #[tf(keep)]
    pub id: Computed<String>,
    /// How long operations may take. Emptying a large bucket can take hours.
    #[tf(unread)]
    pub timeouts: Option<Timeouts>,
}

impl StorageBucketModel {
    /// The cloud that it is on.
    fn cloud(&self) -> Option<Cloud> {
        match (&self.aws, &self.cloudflare, &self.supabase) {
            (Some(_), ..) => Some(Cloud::Aws),
            (_, Some(_), _) => Some(Cloud::Cloudflare),
            (.., Some(_)) => Some(Cloud::Supabase),
            (None, None, None) => None,
        }
    }
}

/// The resource.
#[derive(Debug)]
pub struct StorageBucket;

impl Resource for StorageBucket {
    const NAME: &'static str = "storage_bucket";
    const SUBCATEGORY: &'static str = "Storage";
    // A bucket with millions of versions takes its time to empty.
    const TIMEOUTS: TimeLimits = TimeLimits { delete: Duration::from_secs(60 * 60), ..TimeLimits::COMMON };

    type Client = Clouds;
    type Model = StorageBucketModel;
    type Identity = StorageBucketIdentity;

    fn validate(draft: &StorageBucketModelDraft, report: &mut Report) {
        if let Some(bucket) = draft.aws.known() {
            aws::validate(draft, bucket, report);
        }
        if let Some(bucket) = draft.cloudflare.known() {
            cloudflare::validate(draft, bucket, report);
        }
        if let Some(bucket) = draft.supabase.known() {
            supabase::validate(draft, bucket, report);
        }
    }

    async fn plan(plan: &mut Plan<'_, Self>) -> Outcome<()> {
        if plan.action() == Action::Create && plan.config().name_prefix.is_null() {
            let name_prefix = plan.planned().name_prefix;
            plan.set_null(&name_prefix);
        }
        if plan.planned().aws.known().is_some() {
            aws::plan(plan);
        }
        if plan.planned().cloudflare.known().is_some() {
            cloudflare::plan(plan);
        }
        if plan.planned().supabase.known().is_some() {
            supabase::plan(plan);
        }
        Ok(())
    }

    async fn create(ctx: &Context<Self>, plan: StorageBucketModel) -> Outcome<StorageBucketModel> {
        match plan.cloud() {
            Some(Cloud::Aws) => aws::create(ctx, plan).await,
            Some(Cloud::Cloudflare) => cloudflare::create(ctx, plan).await,
            Some(Cloud::Supabase) => supabase::create(ctx, plan).await,
            None => Err(no_target()),
        }
    }

    async fn read(ctx: &Context<Self>, id: &StorageBucketIdentity) -> Outcome<Option<StorageBucketModel>> {
        match id.cloud {
            Cloud::Aws => aws::read(ctx, &id.name).await,
            Cloud::Cloudflare => cloudflare::read(ctx, id).await,
            Cloud::Supabase => supabase::read(ctx, id).await,
        }
    }

    async fn update(
        ctx: &Context<Self>,
        prior: StorageBucketModel,
        plan: StorageBucketModel,
    ) -> Outcome<StorageBucketModel> {
        match plan.cloud() {
            Some(Cloud::Aws) => aws::update(ctx, prior, plan).await,
            Some(Cloud::Cloudflare) => cloudflare::update(ctx, prior, plan).await,
            Some(Cloud::Supabase) => supabase::update(ctx, prior, plan).await,
            None => Err(no_target()),
        }
    }

    async fn delete(ctx: &Context<Self>, state: StorageBucketModel) -> Outcome<()> {
        match state.cloud() {
            Some(Cloud::Aws) => aws::delete(ctx, &state).await,
            Some(Cloud::Cloudflare) => cloudflare::delete(ctx, &state).await,
            Some(Cloud::Supabase) => supabase::delete(ctx, &state).await,
            None => Err(no_target()),
        }
    }
}

/// Exactly one target is a rule of the schema, so this takes an edited state file.
fn no_target() -> tfplugin::Diagnostics {
    Diagnostic::error("The bucket is on no cloud")
        .line("Its state names none of the targets.")
        .line("Nothing was changed.")
        .line("Remove it from the state and import it again.")
        .into()
}
