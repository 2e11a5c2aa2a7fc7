//! `slipway_supabase_secrets`: what the Edge Functions of a Supabase project see as environment variables.

mod list;

use std::collections::{BTreeMap, BTreeSet};

use clouds::supabase::digest_of;
use clouds::{ErrorKind, Secret};
use tfplugin::resource::Action;
use tfplugin::{
    Computed, Context, Diagnostic, Identity, Model, Outcome, Plan, Report, Resource, Timeouts, WriteOnly,
};

use crate::clouds::{Clouds, call};
use crate::errors::refused;

pub use list::ProjectsWithSecrets;

/// What import ids look like.
pub(super) const IMPORT_IDS: &[(&str, &str)] = &[(
    "the reference of a project; all its secrets are imported but those of Supabase itself",
    "abcdefghijklmnopqrst",
)];

/// Beginning of the names that Supabase keeps for itself.
const RESERVED: &str = "SUPABASE_";

/// Secrets of a Supabase project, which all its Edge Functions see as environment variables.
///
/// Values are handed over and kept nowhere: neither a plan nor a state file holds them. What tells that one has changed,
/// here or there, is its SHA-256, which Supabase shows and the state keeps: a secret that can be guessed can be guessed
/// from it, so let secrets be long and random. Secrets with other names in the project are left alone.
#[derive(Model, Clone, Debug)]
pub struct SupabaseSecretsModel {
    /// Reference of the project.
    #[tf(replace, pattern("[a-z]{20}", "Write the project's reference: 20 small letters."))]
    pub project_ref: String,
    /// The secrets by name. Needs Terraform 1.11 or later.
    #[tf(items = "1..=100")]
    pub values: WriteOnly<BTreeMap<String, String>>,
    /// SHA-256 of each secret in hexadecimal digits, by name.
    #[tf(keep)]
    pub digests: Computed<BTreeMap<String, String>>,
    /// The project's reference; also the import id.
    #[tf(keep)]
    pub id: Computed<String>,
    /// How long operations may take.
    #[tf(unread)]
    pub timeouts: Option<Timeouts>,
}

impl SupabaseSecretsModel {
    /// The digests that the state holds.
    fn digests(&self) -> BTreeMap<String, String> {
        self.digests.get().cloned().unwrap_or_default()
    }
}

/// What tells the secrets of a project from those of others.
#[derive(Model, Identity, Clone, Debug)]
pub struct SupabaseSecretsIdentity {
    /// Reference of the project.
    #[tf(pattern("[a-z]{20}", "Write the project's reference: 20 small letters."))]
    pub project_ref: String,
}

/// The resource.
#[derive(Debug)]
pub struct SupabaseSecrets;

impl Resource for SupabaseSecrets {
    const NAME: &'static str = "supabase_secrets";
    const SUBCATEGORY: &'static str = "Supabase";

    type Client = Clouds;
    type Model = SupabaseSecretsModel;
    type Identity = SupabaseSecretsIdentity;

    fn validate(draft: &SupabaseSecretsModelDraft, report: &mut Report) {
        if draft.values.is_null() {
            let add = "Name the secrets, such as `values = { API_KEY = var.api_key }`.";
            report.error(&draft.values, "There are no secrets", add);
        }
        for (name, value) in draft.values.known().into_iter().flatten() {
            if let Some(problem) = problem(name) {
                report.error(&draft.values, format!("`{name}` cannot name a secret"), problem);
            }
            if value.known().is_some_and(|value| value.chars().count() > 24_576) {
                let limit = "Supabase takes 24,576 characters at most.";
                report.error(&draft.values, format!("The secret `{name}` is too long"), limit);
            }
        }
    }

    /// Whether a secret has changed is told by its digest. Which digest it will have is left open: an ephemeral value may
    /// be another one when the plan is applied.
    async fn plan(plan: &mut Plan<'_, Self>) -> Outcome<()> {
        if plan.action() == Action::Delete {
            return Ok(());
        }
        let wanted = plan.config().values.settled().map(|values| digests_of(&values));
        let kept: Option<BTreeMap<String, String>> = plan.prior().digests.settled();
        if wanted.is_none() || wanted != kept {
            plan.set_unknown(plan.planned().digests.path().clone());
        }
        Ok(())
    }

    async fn create(ctx: &Context<Self>, plan: SupabaseSecretsModel) -> Outcome<SupabaseSecretsModel> {
        let project = plan.project_ref.clone();
        let mut state = SupabaseSecretsModel { id: project.clone().into(), ..plan };
        let values = values(ctx);
        refuse_to_take_over(ctx, &project, values.keys().cloned().collect()).await?;
        state.digests = digests_of(&values).into();
        let set = ctx.client().supabase.set_secrets(&call(ctx), &project, &secrets(values)).await;
        set.map_err(|error| {
            if error.may_have_worked() {
                ctx.checkpoint(&state);
                let left = "They are recorded as tainted: the next plan looks whether they are there.";
                return refused("It is not known whether the secrets were set", &error, left);
            }
            refused("The secrets were not set", &error, "Nothing was set.")
        })?;
        Ok(state)
    }

    async fn read(
        ctx: &Context<Self>,
        id: &SupabaseSecretsIdentity,
    ) -> Outcome<Option<SupabaseSecretsModel>> {
        let project = &id.project_ref;
        let found = match ctx.client().supabase.secret_digests(&call(ctx), project).await {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let left = "Nothing was changed; the state keeps what it holds.";
                return Err(refused(format!("The secrets of `{project}` could not be read"), &error, left));
            }
        };
        // What others have set beside ours is theirs. An import has no state yet, and takes all.
        let ours = ctx.prior().map(SupabaseSecretsModel::digests).filter(|ours| !ours.is_empty());
        Ok(match ours {
            Some(ours) => {
                of_project(project, found.into_iter().filter(|(name, _)| ours.contains_key(name)).collect())
            }
            None => all_of_project(project, found),
        })
    }

    async fn update(
        ctx: &Context<Self>,
        prior: SupabaseSecretsModel,
        plan: SupabaseSecretsModel,
    ) -> Outcome<SupabaseSecretsModel> {
        let (supabase, call, project) = (&ctx.client().supabase, call(ctx), plan.project_ref.clone());
        let (mut values, before) = (values(ctx), prior.digests());
        let wanted = digests_of(&values);
        let new = wanted.keys().filter(|name| !before.contains_key(*name)).cloned().collect();
        refuse_to_take_over(ctx, &project, new).await?;

        // What is set and not yet removed is remembered with what there was.
        let mut state = SupabaseSecretsModel { digests: before.clone().into(), ..plan };
        values.retain(|name, _| before.get(name) != wanted.get(name));
        if !values.is_empty() {
            supabase.set_secrets(&call, &project, &secrets(values)).await.map_err(|error| {
                let left = "The secrets are as they were, or as wanted; the next plan sees which.";
                refused("The secrets were not changed", &error, left)
            })?;
            state.digests =
                before.clone().into_iter().chain(wanted.clone()).collect::<BTreeMap<_, _>>().into();
            ctx.checkpoint(&state);
        }
        let gone: Vec<String> = before.into_keys().filter(|name| !wanted.contains_key(name)).collect();
        if !gone.is_empty() {
            ctx.proceed("The secrets that are no longer wanted are still there.")?;
            supabase.remove_secrets(&call, &project, &gone).await.map_err(|error| {
                let left = "The others are as wanted; apply again to remove these.";
                refused(format!("The secrets {} were not removed", listed(&gone)), &error, left)
            })?;
        }
        Ok(SupabaseSecretsModel { digests: wanted.into(), ..state })
    }

    async fn delete(ctx: &Context<Self>, state: SupabaseSecretsModel) -> Outcome<()> {
        let names: Vec<String> = state.digests().into_keys().collect();
        if names.is_empty() {
            return Ok(());
        }
        match ctx.client().supabase.remove_secrets(&call(ctx), &state.project_ref, &names).await {
            Err(error) if error.kind != ErrorKind::NotFound => {
                let left = "They are kept in the state.";
                Err(refused(format!("The secrets {} were not removed", listed(&names)), &error, left))
            }
            _ => Ok(()),
        }
    }
}

/// All secrets of a project but those of Supabase itself; none where there are no others.
fn all_of_project(project: &str, found: BTreeMap<String, String>) -> Option<SupabaseSecretsModel> {
    of_project(project, found.into_iter().filter(|(name, _)| !name.starts_with(RESERVED)).collect())
}

/// Secrets as a read finds them: without their values.
fn of_project(project: &str, digests: BTreeMap<String, String>) -> Option<SupabaseSecretsModel> {
    (!digests.is_empty()).then(|| SupabaseSecretsModel {
        project_ref: project.to_owned(),
        values: WriteOnly::default(),
        digests: digests.into(),
        id: project.to_owned().into(),
        timeouts: None,
    })
}

/// A secret that is there already is somebody's: setting it would destroy what nobody can read back.
async fn refuse_to_take_over(
    ctx: &Context<SupabaseSecrets>,
    project: &str,
    new: BTreeSet<String>,
) -> Outcome<()> {
    if new.is_empty() {
        return Ok(());
    }
    let found = ctx
        .client()
        .supabase
        .secret_digests(&call(ctx), project)
        .await
        .map_err(|error| refused("The secrets were not set", &error, "Nothing was set."))?;
    let taken: Vec<String> = new.into_iter().filter(|name| found.contains_key(name)).collect();
    if taken.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::error(format!("The project has secrets called {} already", listed(&taken)))
        .line("Setting them would destroy values that nobody can read back.")
        .line("Nothing was set.")
        .line(format!(
            "Import them (`terraform import ADDRESS {project}`), remove them, or choose other names."
        ))
        .at("values")
        .into())
}

/// The secrets as configured; validation has seen to it that there are some.
fn values(ctx: &Context<SupabaseSecrets>) -> BTreeMap<String, String> {
    ctx.config().and_then(|config| config.values.expose().cloned()).unwrap_or_default()
}

fn secrets(values: BTreeMap<String, String>) -> BTreeMap<String, Secret> {
    values.into_iter().map(|(name, value)| (name, value.into())).collect()
}

fn digests_of(values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    values.iter().map(|(name, value)| (name.clone(), digest_of(value))).collect()
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn problem(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.chars().count() > 256 {
        return Some("Write 1 to 256 characters.");
    }
    name.starts_with(RESERVED).then_some("Choose another beginning: Supabase keeps `SUPABASE_` for itself.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_supabase_refuses_are_refused() {
        for name in ["", "SUPABASE_URL", &"A".repeat(257)] {
            assert!(problem(name).is_some(), "{name}");
        }
        for name in ["OPENAI_API_KEY", "supabase_url", "a b"] {
            assert!(problem(name).is_none(), "{name}");
        }
    }
}
