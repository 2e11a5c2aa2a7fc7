//! What becomes of an S3 bucket: created, read, changed, removed.

use clouds::aws::s3::{Aspect, Emptied, Emptying, NewBucket, S3, policy_document};
use clouds::{ApiError, Call, ErrorKind};
use tfplugin::{Computed, Context, Diagnostic, Diagnostics, Identity, OrComputed, Outcome};

use super::super::{StorageBucket, StorageBucketIdentity, StorageBucketModel, name};
use super::map::{ASPECTS, with_default_tags};
use super::{AwsBucket, PublicAccessBlock, Versioning};
use crate::clouds::call;
use crate::errors::refused;

/// One bucket, and how to speak to it.
struct Bucket<'a> {
    s3: S3,
    call: Call,
    name: &'a str,
}

/// Creates the bucket, then sets aspect after aspect.
pub(in super::super) async fn create(
    ctx: &Context<StorageBucket>,
    plan: StorageBucketModel,
) -> Outcome<StorageBucketModel> {
    let aws = &ctx.client().aws;
    let mut state = plan;
    let name = name::of(&state);
    let target = state.aws.as_mut().expect("the S3 handlers get S3 buckets");
    let s3 = aws.s3(target.region.get().map(String::as_str));
    let bucket = Bucket { s3, call: call(ctx), name: &name };

    let not_created = |error: ApiError| bucket.not_created(&error);
    let region = bucket.s3.region(&bucket.call).await.map_err(not_created)?;
    target.derive(&name, &region);
    let all = with_default_tags(target.tags.clone().unwrap_or_default(), aws.default_tags());
    target.tags_all = all.into();
    let want = target.clone();
    state.name = name.clone().into();
    state.id = StorageBucketIdentity::aws(&name).id().into();

    let new = NewBucket { object_lock: want.object_lock.is_some() };
    if let Err(error) = bucket.s3.create(&bucket.call, &name, new).await {
        if error.may_have_worked() {
            // It may be there: remembered as tainted, the next refresh finds out.
            ctx.checkpoint(&state);
        }
        return Err(not_created(error));
    }
    ctx.checkpoint(&state);

    let bucket = Bucket { call: bucket.call.just_created(), ..bucket };
    let left = format!(
        "Bucket `{name}` exists in {region} and is recorded as tainted: the next apply replaces it, unless you untaint it."
    );
    for aspect in ASPECTS.into_iter().filter(|aspect| want.manages(*aspect)) {
        ctx.proceed(&left)?;
        let fact = || format!("Bucket `{name}` was created, but not its {}", word(aspect));
        bucket.put(aspect, &want).await.map_err(|error| error.report(fact(), &left))?;
    }
    if want.encryption == OrComputed::Pending {
        let fact = || format!("Bucket `{name}` was created, but its encryption could not be read");
        let found = bucket.s3.encryption(&bucket.call, &name).await;
        let found = found.map_err(|error| refused(fact(), &error, &left))?;
        let target = state.aws.as_mut().expect("the S3 handlers get S3 buckets");
        target.encryption = OrComputed::maybe(found.as_ref().and_then(super::Encryption::of));
    }
    Ok(state)
}

/// Reads the aspects that the state holds; all of them after an import.
pub(in super::super) async fn read(
    ctx: &Context<StorageBucket>,
    name: &str,
) -> Outcome<Option<StorageBucketModel>> {
    const NOTHING_CHANGED: &str = "Nothing was changed; the state keeps what it holds.";
    let aws = &ctx.client().aws;
    let call = call(ctx);
    let not_read =
        |error: ApiError| refused(format!("Bucket `{name}` could not be read"), &error, NOTHING_CHANGED);
    let before = ctx.prior().and_then(|prior| prior.aws.clone());
    let region = match before.as_ref().and_then(|before| before.region.get()) {
        Some(region) => region.clone(),
        None => match aws.s3(None).locate(&call, name).await.map_err(not_read)? {
            Some(region) => region,
            // A stand-in that does not say where a bucket is has it wherever it is asked.
            None => aws.s3(None).region(&call).await.map_err(not_read)?,
        },
    };
    let wanted: Vec<_> = match &before {
        Some(before) => ASPECTS.into_iter().filter(|aspect| before.manages(*aspect)).collect(),
        None => ASPECTS.to_vec(),
    };
    let Some(found) = aws.s3(Some(&region)).read(&call, name, &wanted).await.map_err(not_read)? else {
        return Ok(None);
    };
    let mut target = before.unwrap_or_else(AwsBucket::unmanaged);
    target.derive(name, &region);
    let arn = target.arn.get().cloned().unwrap_or_default();
    for aspect in wanted {
        target.observe(aspect, &found, &arn, aws.default_tags());
    }
    // The website may have come or gone.
    target.derive(name, &region);
    if target.tags_all == Computed::Pending {
        target.tags_all = Default::default();
    }
    Ok(Some(StorageBucketModel {
        name: name.to_owned().into(),
        name_prefix: name::prefix(ctx.prior(), name),
        force_destroy: false.into(),
        id: StorageBucketIdentity::aws(name).id().into(),
        aws: Some(target),
        cloudflare: None,
        supabase: None,
        timeouts: None,
    }))
}

/// Sets the aspects that differ, one after the other; what is done is remembered after each.
pub(in super::super) async fn update(
    ctx: &Context<StorageBucket>,
    prior: StorageBucketModel,
    plan: StorageBucketModel,
) -> Outcome<StorageBucketModel> {
    let aws = &ctx.client().aws;
    let name = plan.name.get().cloned().unwrap_or_default();
    let mut want = plan.aws.clone().expect("the S3 handlers get S3 buckets");
    let was = prior.aws.clone().expect("another target replaces the bucket");
    let region = was.region.get().cloned().unwrap_or_default();
    want.derive(&name, &region);
    let all = with_default_tags(want.tags.clone().unwrap_or_default(), aws.default_tags());
    want.tags_all = all.into();
    if want.encryption == OrComputed::Pending {
        want.encryption = was.encryption.clone();
    }

    let bucket = Bucket { s3: aws.s3(Some(&region)), call: call(ctx), name: &name };
    let mut state = StorageBucketModel { aws: Some(was.clone()), ..plan.clone() };
    let left = "What was changed before that is recorded in the state.";
    let versioned = |bucket: &AwsBucket| bucket.versioning == Some(Versioning::Enabled);
    if versioned(&was) && want.versioning.is_none() {
        ctx.warn(
            Diagnostic::warning(format!("Versioning of bucket `{name}` is suspended, not removed"))
                .line("S3 knows no way back to a bucket that never kept versions: those that exist stay.")
                .line("Set `versioning = \"Suspended\"` to say so in the configuration.")
                .at("aws.versioning"),
        );
    }
    for aspect in ASPECTS.into_iter().filter(|aspect| !was.agrees(&want, *aspect)) {
        ctx.proceed(left)?;
        let fact = || format!("The {} of bucket `{name}` was not changed", word(aspect));
        bucket.put(aspect, &want).await.map_err(|error| error.report(fact(), left))?;
        if let Some(done) = &mut state.aws {
            done.take(&want, aspect);
        }
        ctx.checkpoint(&state);
    }
    // Tags that only repeat the provider's change no request, and yet belong to the state.
    Ok(StorageBucketModel { aws: Some(want), ..plan })
}

/// Removes the bucket, with everything in it where that is wanted.
pub(in super::super) async fn delete(
    ctx: &Context<StorageBucket>,
    state: &StorageBucketModel,
) -> Outcome<()> {
    let name = state.name.get().cloned().unwrap_or_default();
    let target = state.aws.as_ref().expect("the S3 handlers get S3 buckets");
    let s3 = ctx.client().aws.s3(target.region.get().map(String::as_str));
    let call = call(ctx);
    let left = format!("Bucket `{name}` and what is left in it still exist, and are kept in the state.");
    let not_removed = |error: ApiError| refused(format!("Bucket `{name}` was not removed"), &error, &left);
    if *state.force_destroy {
        let bypass =
            Emptying { bypass_governance_retention: target.object_lock.is_some(), without_versions: false };
        let report = |progress: clouds::aws::s3::Progress| {
            tracing::info!(bucket = name.as_str(), deleted = progress.deleted, "emptying");
        };
        match s3.empty(&call, &name, bypass, &report).await {
            Ok(emptied) if emptied.refused_in_all > 0 => return Err(still_full(&name, &emptied, &left)),
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(not_removed(error)),
        }
        ctx.proceed(&left)?;
    }
    match s3.delete(&call, &name).await {
        Ok(()) => Ok(()),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(not_removed(error)),
    }
}

fn still_full(name: &str, emptied: &Emptied, left: &str) -> Diagnostics {
    let mut diagnostic = Diagnostic::error(format!("Bucket `{name}` was not emptied"))
        .line(format!("{} versions were removed.", emptied.progress.deleted))
        .line(format!("AWS refused to remove {} of them, such as:", emptied.refused_in_all));
    for refused in emptied.refused.iter().take(3) {
        diagnostic = diagnostic.line(format!("  {}: {} \"{}\"", refused.key, refused.code, refused.words));
    }
    diagnostic
        .line(left)
        .line("Lift what protects them (retention, legal hold, a denying policy), then apply again.")
        .into()
}

/// What an aspect could not be set for: S3's answer, or a policy that is no policy.
enum Failed {
    Api(ApiError),
    Policy(String),
}

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl Failed {
    fn report(self, fact: String, left: &str) -> Diagnostics {
        match self {
            Self::Api(error) => refused(fact, &error, left),
            Self::Policy(words) => Diagnostic::error(fact)
                .line(format!("The policy is not JSON: {words}."))
                .line(left)
                .line("Write the policy with `jsonencode`.")
                .into(),
        }
    }
}

impl Bucket<'_> {
    /// Sets one aspect as the attributes say; what they do not mention goes back to what a new bucket has.
    async fn put(&self, aspect: Aspect, want: &AwsBucket) -> Result<(), Failed> {
        let Self { s3, call, name } = self;
        match aspect {
            Aspect::Location => {}
            Aspect::ObjectOwnership => {
                s3.put_object_ownership(call, name, Some(want.object_ownership.as_str())).await?;
            }
            Aspect::PublicAccessBlock => {
                let locks = PublicAccessBlock::spec(*want.public_access_block);
                s3.put_public_access_block(call, name, Some(locks)).await?;
            }
            Aspect::Versioning => {
                let enabled = want.versioning == Some(Versioning::Enabled);
                s3.put_versioning(call, name, enabled).await?;
            }
            Aspect::ObjectLock => {
                if let Some(lock) = &want.object_lock {
                    s3.put_object_lock(call, name, &lock.spec()).await?;
                }
            }
            Aspect::Encryption => {
                let encryption = want.encryption.get().map(super::Encryption::spec);
                s3.put_encryption(call, name, encryption.as_ref()).await?;
            }
            Aspect::Lifecycle => {
                let rules = want.lifecycle_rules.as_ref().map(|rules| clouds::aws::s3::Lifecycle {
                    rules: rules.iter().map(super::LifecycleRule::spec).collect(),
                    transition_default_minimum_object_size: None,
                });
                s3.put_lifecycle(call, name, rules.as_ref()).await?;
            }
            Aspect::Cors => {
                let rules: Vec<_> = want.cors_rules.iter().flatten().map(super::CorsRule::spec).collect();
                s3.put_cors(call, name, &rules).await?;
            }
            Aspect::Website => {
                let website = want.website.as_ref().map(super::Website::spec);
                s3.put_website(call, name, website.as_ref()).await?;
            }
            Aspect::Policy => {
                let arn = want.arn.get().cloned().unwrap_or_default();
                let own = want.policy.as_ref().map(|policy| policy.0.as_str());
                let whole = policy_document::compose(own, *want.require_tls, &arn).map_err(Failed::Policy)?;
                s3.put_policy(call, name, whole.as_deref()).await?;
            }
            Aspect::Logging => {
                let logging = want.logging.as_ref().map(super::Logging::spec);
                s3.put_logging(call, name, logging.as_ref()).await?;
            }
            Aspect::Tags => {
                let tags = want.tags_all.get().cloned().unwrap_or_default();
                s3.put_tags(call, name, &tags).await?;
            }
        }
        Ok(())
    }

    fn not_created(&self, error: &ApiError) -> Diagnostics {
        let name = self.name;
        match &error.kind {
            ErrorKind::AlreadyExists { owned_by_you: true } => {
                Diagnostic::error(format!("Bucket `{name}` exists already, in an account of yours"))
                    .line(error.tried())
                    .line(error.answered())
                    .line("Nothing was created, and the bucket that exists was not touched.")
                    .line(format!(
                        "Import it (`terraform import ADDRESS aws:{name}`), or choose another name."
                    ))
                    .at("name")
                    .into()
            }
            ErrorKind::AlreadyExists { .. } => {
                Diagnostic::error(format!("The bucket name `{name}` is taken by somebody else"))
                    .line(error.tried())
                    .line(error.answered())
                    .line("Nothing was created. Names are shared by all accounts of AWS.")
                    .line("Choose another name, or a `name_prefix`, then apply again.")
                    .at("name")
                    .into()
            }
            _ if error.may_have_worked() => refused(
                format!("It is not known whether bucket `{name}` was created"),
                error,
                "It is recorded as tainted: the next plan looks whether it exists.",
            ),
            _ => refused(format!("Bucket `{name}` was not created"), error, "Nothing was created."),
        }
    }
}

impl AwsBucket {
    /// A bucket about which nothing is known: where an import starts.
    pub(super) fn unmanaged() -> Self {
        Self {
            region: OrComputed::Pending,
            public_access_block: PublicAccessBlock::default().into(),
            object_ownership: super::ObjectOwnership::BucketOwnerEnforced.into(),
            versioning: None,
            encryption: OrComputed::Pending,
            lifecycle_rules: None,
            cors_rules: None,
            website: None,
            policy: None,
            require_tls: false.into(),
            logging: None,
            object_lock: None,
            tags: None,
            tags_all: Computed::Pending,
            arn: Computed::Pending,
            bucket_domain_name: Computed::Pending,
            bucket_regional_domain_name: Computed::Pending,
            website_domain: Computed::Pending,
            hosted_zone_id: Computed::Pending,
            website_endpoint: Computed::Pending,
        }
    }
}

/// What users call an aspect.
fn word(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Location => "region",
        Aspect::PublicAccessBlock => "public access block",
        Aspect::ObjectOwnership => "object ownership",
        Aspect::Versioning => "versioning",
        Aspect::Encryption => "encryption",
        Aspect::Lifecycle => "lifecycle rules",
        Aspect::Cors => "CORS rules",
        Aspect::Website => "website",
        Aspect::Policy => "policy",
        Aspect::Logging => "logging",
        Aspect::ObjectLock => "object lock",
        Aspect::Tags => "tags",
    }
}
