//! `list "slipway_storage_bucket"`: the buckets that exist on a cloud.

use clouds::{ApiError, Page};
use tfplugin::{ClientContext, Diagnostic, Diagnostics, List, Model, Outcome, Sink};

use super::cloudflare::Jurisdiction;
use super::{StorageBucket, StorageBucketIdentity, supabase};
use crate::clouds::{Clouds, call};
use crate::errors;

/// Finds the buckets that exist on a cloud, by whomever they were made.
#[derive(Model, Clone, Debug)]
#[tf(exactly_one_of("aws", "cloudflare", "supabase"))]
pub struct StorageBucketSearch {
    /// Buckets on AWS S3 that belong to the account of the credentials. Set it to `{}` to find all of them.
    pub aws: Option<AwsSearch>,
    /// Buckets on Cloudflare R2. Set it to `{}` to find all of those without a jurisdiction.
    pub cloudflare: Option<CloudflareSearch>,
    /// Buckets on Supabase Storage.
    pub supabase: Option<SupabaseSearch>,
}

/// Which buckets on AWS S3.
#[derive(Model, Clone, Debug)]
pub struct AwsSearch {
    /// Region of the buckets. When left out, they may be in any.
    #[tf(pattern("[a-z]{2,}(-[a-z]+)+-[0-9]+", "Write a region, such as `eu-west-1`."))]
    pub region: Option<String>,
    /// What their names begin with.
    #[tf(length = "1..")]
    pub prefix: Option<String>,
}

/// Which buckets on Cloudflare R2.
#[derive(Model, Clone, Debug)]
pub struct CloudflareSearch {
    /// Account of the buckets. When left out, the provider's.
    #[tf(pattern("[0-9a-f]{32}", "Write the account's id: 32 hexadecimal digits."))]
    pub account_id: Option<String>,
    /// Jurisdiction of the buckets. Each is a namespace of its own; when left out, `default` is looked through.
    pub jurisdiction: Option<Jurisdiction>,
    /// What their names contain.
    #[tf(length = "1..")]
    pub name_contains: Option<String>,
}

/// Which buckets on Supabase Storage.
#[derive(Model, Clone, Debug)]
pub struct SupabaseSearch {
    /// Reference of the project, such as `abcdefghijklmnopqrst`. For a self-hosted stack any word, such as `local`.
    #[tf(pattern("[A-Za-z0-9_-]{1,64}", "Write the project's reference: 20 letters."))]
    pub project_ref: String,
    /// What their names contain, in capitals or not.
    #[tf(length = "1..")]
    pub search: Option<String>,
}

/// The list resource.
#[derive(Debug)]
pub struct StorageBuckets;

impl List for StorageBuckets {
    type Resource = StorageBucket;
    type Config = StorageBucketSearch;

    async fn list(
        ctx: &ClientContext<Clouds>,
        config: StorageBucketSearch,
        found: &Sink<StorageBucket>,
    ) -> Outcome<()> {
        match config {
            StorageBucketSearch { aws: Some(search), .. } => on_aws(ctx, &search, found).await,
            StorageBucketSearch { cloudflare: Some(search), .. } => on_cloudflare(ctx, &search, found).await,
            StorageBucketSearch { supabase: Some(search), .. } => on_supabase(ctx, &search, found).await,
            // The rule of the schema has said it already.
            _ => Err(Diagnostic::error("No cloud is named to look for buckets on").into()),
        }
    }
}

async fn on_aws(ctx: &ClientContext<Clouds>, search: &AwsSearch, found: &Sink<StorageBucket>) -> Outcome<()> {
    let (s3, call) = (&ctx.client().aws.s3(search.region.as_deref()), &call(ctx));
    page_by_page(found, |from| async move {
        let page = s3.buckets(call, search.prefix.as_deref(), found.room(), from.as_deref()).await?;
        Ok(page.map(|name| (StorageBucketIdentity::aws(&name), name)))
    })
    .await
}

async fn on_cloudflare(
    ctx: &ClientContext<Clouds>,
    search: &CloudflareSearch,
    found: &Sink<StorageBucket>,
) -> Outcome<()> {
    let jurisdiction = search.jurisdiction.unwrap_or(Jurisdiction::Default).spec();
    let r2 = &ctx.client().cloudflare.r2(search.account_id.as_deref(), jurisdiction);
    let call = &call(ctx);
    let account = &r2.account(call).await.map_err(not_listed)?;
    page_by_page(found, |from| async move {
        let page = r2.buckets(call, search.name_contains.as_deref(), found.room(), from.as_deref()).await?;
        Ok(page.map(|bucket| {
            let identity = StorageBucketIdentity::cloudflare(account, jurisdiction.as_str(), &bucket.name);
            (identity, bucket.name)
        }))
    })
    .await
}

/// Hands over what `page` finds, from where each page says that the list goes on, until there is no more or enough.
async fn page_by_page<F>(
    found: &Sink<StorageBucket>,
    mut page: impl FnMut(Option<String>) -> F,
) -> Outcome<()>
where
    F: Future<Output = Result<Page<(StorageBucketIdentity, String)>, ApiError>>,
{
    let mut from = None;
    loop {
        let Page { items, next } = page(from).await.map_err(not_listed)?;
        if !found.push_page(items).await? || next.is_none() {
            return Ok(());
        }
        from = next;
    }
}

/// Storage's list says all that there is to say about a bucket: none of them has to be read.
async fn on_supabase(
    ctx: &ClientContext<Clouds>,
    search: &SupabaseSearch,
    found: &Sink<StorageBucket>,
) -> Outcome<()> {
    let (clouds, project) = (ctx.client(), search.project_ref.as_str());
    let (storage, call) = (clouds.supabase.storage(project), call(ctx));
    let mut from = None;
    loop {
        let page = storage.buckets(&call, search.search.as_deref(), found.room(), from).await;
        let page = page.map_err(not_listed)?;
        for bucket in page.items {
            let identity = StorageBucketIdentity::supabase(project, &bucket.id);
            let object = supabase::object(clouds, project, &bucket, None);
            if !found.push(&identity, bucket.id, Some(&object)).await {
                return Ok(());
            }
        }
        from = page.next;
        if from.is_none() {
            return Ok(());
        }
    }
}

fn not_listed(error: ApiError) -> Diagnostics {
    errors::not_listed(format!("The buckets on {} could not be listed", error.vendor), &error)
}
