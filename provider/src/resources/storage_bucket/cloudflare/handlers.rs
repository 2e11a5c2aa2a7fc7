//! What becomes of an R2 bucket: created, read, changed, removed.

use clouds::cloudflare::r2::{Aspect, NewBucket, R2};
use clouds::{ApiError, Call, ErrorKind};
use tfplugin::{Computed, Context, Diagnostic, Diagnostics, Identity, Outcome, Spelled};

use super::super::{StorageBucket, StorageBucketIdentity, StorageBucketModel, name};
use super::map::Part;
use super::{CloudflareBucket, Jurisdiction};
use crate::clouds::call;
use crate::errors::refused;

/// One bucket, and how to speak to it.
struct Bucket<'a> {
    r2: R2,
    call: Call,
    name: &'a str,
}

const OURS: &str = "the R2 handlers get R2 buckets";

/// Creates the bucket, then sets part after part.
pub(in super::super) async fn create(
    ctx: &Context<StorageBucket>,
    plan: StorageBucketModel,
) -> Outcome<StorageBucketModel> {
    let mut state = plan;
    let name = name::of(&state);
    let target = state.cloudflare.as_mut().expect(OURS);
    let jurisdiction = target.jurisdiction.spec();
    let r2 = ctx.client().cloudflare.r2(target.account_id.get().map(String::as_str), jurisdiction);
    let bucket = Bucket { r2, call: call(ctx), name: &name };
    let not_created = |error: ApiError| bucket.not_created(&error, "");

    let account = bucket.r2.account(&bucket.call).await.map_err(not_created)?;
    let hint = target.location_hint.get().cloned();
    target.account_id = account.clone().into();
    target.s3_endpoint = bucket.r2.s3_endpoint(&bucket.call).await.map_err(not_created)?.into();
    if target.r2_dev_enabled.is_none() {
        target.r2_dev_domain = Computed::Null;
    }
    let want = target.clone();
    let id = StorageBucketIdentity::cloudflare(&account, jurisdiction.as_str(), &name).id();
    state.name = name.clone().into();
    state.id = id.clone().into();

    let new = NewBucket { location_hint: hint.clone(), storage_class: Some(want.storage_class.spell()) };
    let made = match bucket.r2.create(&bucket.call, &name, &new).await {
        Ok(made) => made,
        Err(error) => {
            if error.may_have_worked() {
                // It may be there: remembered as tainted, the next refresh finds out.
                ctx.checkpoint(&state);
            }
            return Err(bucket.not_created(&error, &id));
        }
    };
    let target = state.cloudflare.as_mut().expect(OURS);
    let location = made.location.unwrap_or_default();
    target.location = location.clone().into();
    if target.location_hint.get().is_none() {
        target.location_hint = location.clone().into();
    }
    ctx.checkpoint(&state);
    if let Some(hint) = hint.filter(|hint| *hint != location) {
        ctx.warn(elsewhere(&name, &hint, &location));
    }

    let bucket = Bucket { call: bucket.call.just_created(), ..bucket };
    let left = format!(
        "Bucket `{name}` exists in account {account} and is recorded as tainted: the next apply replaces it, unless you untaint it."
    );
    // The storage class came with the create.
    let parts = Part::ALL.into_iter().filter(|part| *part != Part::StorageClass && want.manages(*part));
    for part in parts {
        ctx.proceed(&left)?;
        let target = state.cloudflare.as_mut().expect(OURS);
        let fact = || format!("Bucket `{name}` was created, but not its {}", part.word());
        bucket.put(part, target).await.map_err(|error| refused(fact(), &error, &left))?;
        ctx.checkpoint(&state);
    }
    Ok(state)
}

/// A name that was in use before brings its old place with it.
fn elsewhere(name: &str, hint: &str, location: &str) -> Diagnostic {
    Diagnostic::warning(format!("Bucket `{name}` is in {location}, not in {hint}"))
        .line(
            "Cloudflare takes the location hint as a hint, and not at all for a name that was in use before.",
        )
        .line("The bucket exists and works.")
        .line("Give it a name that was never used if it has to be elsewhere.")
        .at("cloudflare")
}

/// Reads what the state holds; everything after an import.
pub(in super::super) async fn read(
    ctx: &Context<StorageBucket>,
    id: &StorageBucketIdentity,
) -> Outcome<Option<StorageBucketModel>> {
    const ALL: [Aspect; 4] = [Aspect::Cors, Aspect::Lifecycle, Aspect::ManagedDomain, Aspect::CustomDomains];
    let name = id.name.as_str();
    let jurisdiction = id.jurisdiction.as_deref().unwrap_or("default");
    let Ok(jurisdiction) = Jurisdiction::parse(jurisdiction) else {
        return Err(Diagnostic::error(format!("R2 has no jurisdiction `{jurisdiction}`"))
            .line("Nothing was read or changed.")
            .line("Use `default`, `eu`, `us`, `fedramp` or `fedramp-high`.")
            .into());
    };
    let account = id.account_id.as_deref().filter(|account| !account.is_empty());
    let r2 = ctx.client().cloudflare.r2(account, jurisdiction.spec());
    let call = call(ctx);
    let not_read = |error: ApiError| {
        let fact = format!("Bucket `{name}` could not be read");
        refused(fact, &error, "Nothing was changed; the state keeps what it holds.")
    };

    let before = ctx.prior().and_then(|prior| prior.cloudflare.clone());
    let wanted = before.as_ref().map_or(ALL.to_vec(), CloudflareBucket::aspects);
    let Some(found) = r2.read(&call, name, &wanted).await.map_err(not_read)? else { return Ok(None) };
    let account = r2.account(&call).await.map_err(not_read)?;
    let mut target = before.unwrap_or_else(|| CloudflareBucket::unmanaged(jurisdiction));
    target.account_id = account.clone().into();
    if target.s3_endpoint.get().is_none() {
        target.s3_endpoint = r2.s3_endpoint(&call).await.map_err(not_read)?.into();
    }
    target.observe(found, &wanted);
    let id = StorageBucketIdentity::cloudflare(&account, jurisdiction.as_str(), name);
    Ok(Some(StorageBucketModel {
        name: name.to_owned().into(),
        name_prefix: name::prefix(ctx.prior(), name),
        force_destroy: false.into(),
        aws: None,
        cloudflare: Some(target),
        supabase: None,
        id: id.id().into(),
        timeouts: None,
    }))
}

/// Sets the parts that differ, one after the other; what is done is remembered after each.
pub(in super::super) async fn update(
    ctx: &Context<StorageBucket>,
    prior: StorageBucketModel,
    plan: StorageBucketModel,
) -> Outcome<StorageBucketModel> {
    let name = plan.name.get().cloned().unwrap_or_default();
    let mut want = plan.cloudflare.clone().expect(OURS);
    let was = prior.cloudflare.clone().expect("another target replaces the bucket");
    if want.r2_dev_enabled.is_none() {
        want.r2_dev_domain = Computed::Null;
    }
    let account = was.account_id.get().map(String::as_str);
    let r2 = ctx.client().cloudflare.r2(account, was.jurisdiction.spec());
    let bucket = Bucket { r2, call: call(ctx), name: &name };

    let mut state = StorageBucketModel { cloudflare: Some(was.clone()), ..plan.clone() };
    let left = "What was changed before that is recorded in the state.";
    let differing: Vec<Part> = Part::ALL.into_iter().filter(|part| !was.agrees(&want, *part)).collect();
    for part in differing {
        ctx.proceed(left)?;
        let fact = || format!("The {} of bucket `{name}` was not changed", part.word());
        bucket.put(part, &mut want).await.map_err(|error| refused(fact(), &error, left))?;
        if let Some(done) = &mut state.cloudflare {
            done.take(&want, part);
        }
        ctx.checkpoint(&state);
    }
    if want.r2_dev_domain == Computed::Pending {
        want.r2_dev_domain = was.r2_dev_domain.clone();
    }
    Ok(StorageBucketModel { cloudflare: Some(want), ..plan })
}

/// Removes the bucket, with everything in it where that is wanted.
pub(in super::super) async fn delete(
    ctx: &Context<StorageBucket>,
    state: &StorageBucketModel,
) -> Outcome<()> {
    let name = state.name.get().cloned().unwrap_or_default();
    let target = state.cloudflare.as_ref().expect(OURS);
    let account = target.account_id.get().map(String::as_str);
    let r2 = ctx.client().cloudflare.r2(account, target.jurisdiction.spec());
    let call = call(ctx);
    let left = format!("Bucket `{name}` and what is left in it still exist, and are kept in the state.");
    let not_removed = |error: ApiError| refused(format!("Bucket `{name}` was not removed"), &error, &left);
    if *state.force_destroy {
        let report = |progress: clouds::aws::s3::Progress| {
            tracing::info!(bucket = name.as_str(), deleted = progress.deleted, "emptying");
        };
        match r2.empty(&call, &name, &report).await {
            Ok(emptied) if emptied.refused_in_all > 0 => return Err(still_full(&name, &emptied, &left)),
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(not_removed(error)),
        }
        ctx.proceed(&left)?;
    }
    match r2.delete(&call, &name).await {
        Ok(()) => Ok(()),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(not_removed(error)),
    }
}

fn still_full(name: &str, emptied: &clouds::aws::s3::Emptied, left: &str) -> Diagnostics {
    let mut diagnostic = Diagnostic::error(format!("Bucket `{name}` was not emptied"))
        .line(format!("{} objects were removed.", emptied.progress.deleted))
        .line(format!("Cloudflare refused to remove {} of them, such as:", emptied.refused_in_all));
    for refused in emptied.refused.iter().take(3) {
        diagnostic = diagnostic.line(format!("  {}: {} \"{}\"", refused.key, refused.code, refused.words));
    }
    diagnostic.line(left).line("Lift what protects them (a bucket lock), then apply again.").into()
}

impl Bucket<'_> {
    /// Sets one part as the attributes say; what they do not mention goes back to what a new bucket has.
    async fn put(&self, part: Part, want: &mut CloudflareBucket) -> Result<(), ApiError> {
        let Self { r2, call, name } = self;
        match part {
            Part::StorageClass => r2.put_storage_class(call, name, &want.storage_class.spell()).await,
            Part::Cors => {
                let rules: Vec<_> = want.cors_rules.iter().flatten().map(super::CorsRule::spec).collect();
                r2.put_cors(call, name, &rules).await
            }
            Part::Lifecycle => {
                let rules = want.lifecycle_rules.iter().flatten();
                let rules: Vec<_> = rules.map(super::LifecycleRule::spec).collect();
                r2.put_lifecycle(call, name, &rules).await
            }
            Part::R2Dev => {
                let set = r2.put_managed_domain(call, name, want.r2_dev_enabled.unwrap_or(false)).await?;
                want.r2_dev_domain = Computed::maybe(want.r2_dev_enabled.map(|_| set.domain));
                Ok(())
            }
            Part::CustomDomains => self.put_domains(want).await,
        }
    }

    /// Detaches, attaches and changes host names until they are those that are wanted, and waits until these serve.
    async fn put_domains(&self, want: &CloudflareBucket) -> Result<(), ApiError> {
        let Self { r2, call, name } = self;
        let wanted = want.custom_domains.clone().unwrap_or_default();
        let found = r2.custom_domains(call, name).await?;
        for domain in found.iter().filter(|domain| !wanted.contains_key(&domain.domain)) {
            r2.detach_domain(call, name, &domain.domain).await?;
        }
        for (host, domain) in &wanted {
            let new = domain.spec(host);
            match found.iter().find(|found| found.domain == *host) {
                Some(found) if domain.is(found) => {}
                // A host name cannot change its zone.
                Some(found) if found.zone_id.as_ref() != Some(&domain.zone_id) => {
                    r2.detach_domain(call, name, host).await?;
                    r2.attach_domain(call, name, &new).await?;
                }
                Some(_) => r2.update_domain(call, name, &new).await?,
                None => r2.attach_domain(call, name, &new).await?,
            }
        }
        for (host, domain) in &wanted {
            if *domain.enabled {
                r2.wait_for_domain(call, name, host).await?;
            }
        }
        Ok(())
    }

    /// `id` is that of the bucket which was to be created, once the account is known.
    fn not_created(&self, error: &ApiError, id: &str) -> Diagnostics {
        let name = self.name;
        if let ErrorKind::AlreadyExists { .. } = error.kind {
            return Diagnostic::error(format!("Bucket `{name}` exists already, in this account"))
                .line(error.tried())
                .line(error.answered())
                .line("Nothing was created, and the bucket that exists was not touched.")
                .line(format!("Import it (`terraform import ADDRESS {id}`), or choose another name."))
                .at("name")
                .into();
        }
        if error.may_have_worked() {
            return refused(
                format!("It is not known whether bucket `{name}` was created"),
                error,
                "It is recorded as tainted: the next plan looks whether it exists.",
            );
        }
        refused(format!("Bucket `{name}` was not created"), error, "Nothing was created.")
    }
}
