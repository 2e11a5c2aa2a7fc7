//! What becomes of a bucket on Supabase Storage: created, read, changed, removed.

use clouds::supabase::storage::Bucket;
use clouds::{ApiError, ErrorKind};
use tfplugin::{Computed, Context, Diagnostic, Diagnostics, Identity, Outcome};

use super::super::{StorageBucket, StorageBucketIdentity, StorageBucketModel, name};
use super::SupabaseBucket;
use crate::clouds::{Clouds, call};
use crate::errors::refused;

const OURS: &str = "the Supabase handlers get Supabase buckets";

/// Creates the bucket, settings and all, by one request.
pub(in super::super) async fn create(
    ctx: &Context<StorageBucket>,
    plan: StorageBucketModel,
) -> Outcome<StorageBucketModel> {
    let mut state = plan;
    let name = name::of(&state);
    let target = state.supabase.as_mut().expect(OURS);
    target.derive(ctx.client(), &name);
    let (project, settings) = (target.project_ref.clone(), target.settings());
    state.id = StorageBucketIdentity::supabase(&project, &name).id().into();
    state.name = name.clone().into();

    let storage = ctx.client().supabase.storage(&project);
    if let Err(error) = storage.create(&call(ctx), &name, &settings).await {
        if error.may_have_worked() {
            // It may be there: remembered as tainted, the next refresh finds out.
            ctx.checkpoint(&state);
        }
        return Err(not_created(&project, &name, &error));
    }
    Ok(state)
}

/// Reads the bucket, all of it by one request.
pub(in super::super) async fn read(
    ctx: &Context<StorageBucket>,
    id: &StorageBucketIdentity,
) -> Outcome<Option<StorageBucketModel>> {
    let name = &id.name;
    let project = id.project_ref.as_deref().unwrap_or_default();
    let storage = ctx.client().supabase.storage(project);
    let found = storage.get(&call(ctx), name).await.map_err(|error| {
        let fact = format!("Bucket `{name}` could not be read");
        refused(fact, &error, "Nothing was changed; the state keeps what it holds.")
    })?;
    Ok(found.map(|found| object(ctx.client(), project, &found, ctx.prior())))
}

/// A bucket of a project as it was found.
pub(in super::super) fn object(
    clouds: &Clouds,
    project: &str,
    found: &Bucket,
    prior: Option<&StorageBucketModel>,
) -> StorageBucketModel {
    let name = &found.id;
    let mut target = SupabaseBucket::found(project, &found.settings);
    target.derive(clouds, name);
    StorageBucketModel {
        name: name.clone().into(),
        name_prefix: name::prefix(prior, name),
        force_destroy: false.into(),
        aws: None,
        cloudflare: None,
        supabase: Some(target),
        id: StorageBucketIdentity::supabase(project, name).id().into(),
        timeouts: None,
    }
}

/// Sets up the bucket anew where its settings differ.
pub(in super::super) async fn update(
    ctx: &Context<StorageBucket>,
    prior: StorageBucketModel,
    plan: StorageBucketModel,
) -> Outcome<StorageBucketModel> {
    let mut state = plan;
    let name = state.name.get().cloned().unwrap_or_default();
    let was = prior.supabase.expect("another target replaces the bucket");
    let target = state.supabase.as_mut().expect(OURS);
    target.derive(ctx.client(), &name);
    if target.settings() != was.settings() {
        let storage = ctx.client().supabase.storage(&target.project_ref);
        storage.update(&call(ctx), &name, &target.settings()).await.map_err(|error| {
            let left = "The bucket is as it was before, or as wanted; the next plan sees which.";
            refused(format!("Bucket `{name}` was not changed"), &error, left)
        })?;
    }
    Ok(state)
}

/// Removes the bucket, with everything in it where that is wanted.
pub(in super::super) async fn delete(
    ctx: &Context<StorageBucket>,
    state: &StorageBucketModel,
) -> Outcome<()> {
    let name = state.name.get().cloned().unwrap_or_default();
    let target = state.supabase.as_ref().expect(OURS);
    let storage = ctx.client().supabase.storage(&target.project_ref);
    let call = call(ctx);
    let left = format!("Bucket `{name}` and what is left in it still exist, and are kept in the state.");
    let not_removed = |error: ApiError| refused(format!("Bucket `{name}` was not removed"), &error, &left);
    let removed = if *state.force_destroy {
        let report = |progress: clouds::supabase::storage::Progress| {
            tracing::info!(bucket = name.as_str(), deleted = progress.deleted, "emptying");
        };
        match storage.empty(&call, &name, &report).await {
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
            emptied => drop(emptied.map_err(not_removed)?),
        }
        ctx.proceed(&left)?;
        storage.delete_emptied(&call, &name).await
    } else {
        storage.delete(&call, &name).await
    };
    match removed {
        Err(error) if error.kind != ErrorKind::NotFound => Err(not_removed(error)),
        _ => Ok(()),
    }
}

impl SupabaseBucket {
    /// What follows from the other attributes.
    fn derive(&mut self, clouds: &Clouds, name: &str) {
        let storage = clouds.supabase.storage(&self.project_ref);
        self.public_url = Computed::maybe(storage.public_url(name).filter(|_| *self.public));
    }
}

fn not_created(project: &str, name: &str, error: &ApiError) -> Diagnostics {
    if let ErrorKind::AlreadyExists { .. } = error.kind {
        return Diagnostic::error(format!("Bucket `{name}` exists already, in this project"))
            .line(error.tried())
            .line(error.answered())
            .line("Nothing was created, and the bucket that exists was not touched.")
            .line(format!(
                "Import it (`terraform import ADDRESS supabase:{project}/{name}`), or choose another name."
            ))
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
