//! `slipway_storage_bucket`: a bucket on AWS S3.

mod aws;
mod identity;

use tfplugin::{
    Computed, Context, Defaulted, Diagnostic, Model, OrComputed, Outcome, Plan, Report, Resource, Timeouts,
};

use crate::clouds::Clouds;
use aws::AwsBucket;
use identity::StorageBucketIdentity;

/// What import ids look like.
pub(super) const IMPORT_IDS: &[(&str, &str)] = &[
    ("a bucket on AWS S3", "aws:storymagic-uploads"),
    ("the same; a plain name is one of S3", "storymagic-uploads"),
];

/// A bucket for objects.
///
/// The attributes here mean the same on every cloud. Everything else stands in the target's own object, under the
/// vendor's own names.
#[derive(Model, Clone, Debug)]
#[tf(exactly_one_of("aws"), at_most_one_of("name", "name_prefix"))]
pub struct StorageBucketModel {
    /// Name of the bucket. When left out, a unique one is made up.
    #[tf(replace)]
    pub name: OrComputed<String>,
    /// Beginning of a unique name that is made up when the bucket is created.
    #[tf(replace, unread)]
    pub name_prefix: Option<String>,
    /// Whether destroying the bucket removes everything in it, old versions included. There is no way back.
    #[tf(default = false, unread)]
    pub force_destroy: Defaulted<bool>,
    /// A bucket on AWS S3.
    #[tf(replace = "presence")]
    pub aws: Option<AwsBucket>,
    /// The cloud and the name, such as `aws:assets`; also the import id.
    #[tf(keep)]
    pub id: Computed<String>,
    /// How long operations may take. Emptying a large bucket can take hours.
    #[tf(unread)]
    pub timeouts: Option<Timeouts>,
}

/// The resource.
#[derive(Debug)]
pub struct StorageBucket;

impl Resource for StorageBucket {
    const NAME: &'static str = "storage_bucket";
    const SUBCATEGORY: &'static str = "Storage";

    type Client = Clouds;
    type Model = StorageBucketModel;
    type Identity = StorageBucketIdentity;

    fn validate(draft: &StorageBucketModelDraft, report: &mut Report) {
        if let Some(bucket) = draft.aws.known() {
            aws::validate(draft, bucket, report);
        }
    }

    async fn plan(plan: &mut Plan<'_, Self>) -> Outcome<()> {
        if plan.planned().aws.known().is_some() {
            aws::plan(plan);
        }
        Ok(())
    }

    async fn create(ctx: &Context<Self>, plan: StorageBucketModel) -> Outcome<StorageBucketModel> {
        match &plan.aws {
            Some(_) => aws::create(ctx, plan).await,
            None => Err(no_target()),
        }
    }

    async fn read(ctx: &Context<Self>, id: &StorageBucketIdentity) -> Outcome<Option<StorageBucketModel>> {
        match id.cloud {
            identity::Cloud::Aws => aws::read(ctx, &id.name).await,
        }
    }

    async fn update(
        ctx: &Context<Self>,
        prior: StorageBucketModel,
        plan: StorageBucketModel,
    ) -> Outcome<StorageBucketModel> {
        match &plan.aws {
            Some(_) => aws::update(ctx, prior, plan).await,
            None => Err(no_target()),
        }
    }

    async fn delete(ctx: &Context<Self>, state: StorageBucketModel) -> Outcome<()> {
        match &state.aws {
            Some(_) => aws::delete(ctx, &state).await,
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
