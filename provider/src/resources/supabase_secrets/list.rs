//! `list "slipway_supabase_secrets"`: the projects that have secrets.

use clouds::ErrorKind;
use tfplugin::{ClientContext, List, Model, Outcome, Sink};

use super::{SupabaseSecrets, SupabaseSecretsIdentity, all_of_project};
use crate::clouds::{Clouds, call};
use crate::errors::not_listed;

/// Finds the Supabase projects that have secrets for their Edge Functions, by whomever they were set.
///
/// What is found has the name of its project.
#[derive(Model, Clone, Debug)]
pub struct SupabaseSecretsSearch {
    /// Slug of the organization that the projects belong to. When left out, any that the access token reaches.
    #[tf(pattern(
        "[A-Za-z0-9_-]+",
        "Write the organization's slug, as it stands in the dashboard's address."
    ))]
    pub organization_slug: Option<String>,
}

/// The list resource.
#[derive(Debug)]
pub struct ProjectsWithSecrets;

impl List for ProjectsWithSecrets {
    type Resource = SupabaseSecrets;
    type Config = SupabaseSecretsSearch;

    /// Whether a project has secrets is known only when it has been asked, one call each, so that none has to be read again.
    async fn list(
        ctx: &ClientContext<Clouds>,
        search: SupabaseSecretsSearch,
        found: &Sink<SupabaseSecrets>,
    ) -> Outcome<()> {
        let (supabase, call) = (&ctx.client().supabase, call(ctx));
        let projects = supabase.projects(&call).await;
        let projects = projects.map_err(|error| not_listed("The projects could not be listed", &error))?;
        let is_wanted = |slug: &str| search.organization_slug.as_deref().is_none_or(|wanted| wanted == slug);
        for project in projects.into_iter().filter(|project| is_wanted(&project.organization_slug)) {
            let reference = project.reference;
            let digests = match supabase.secret_digests(&call, &reference).await {
                Ok(digests) => digests,
                // Removed since it was listed.
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                Err(error) => {
                    let summary = format!("The secrets of `{reference}` could not be listed");
                    return Err(not_listed(summary, &error));
                }
            };
            let Some(secrets) = all_of_project(&reference, digests) else { continue };
            let identity = SupabaseSecretsIdentity { project_ref: reference };
            if !found.push(&identity, project.name, Some(&secrets)).await {
                break;
            }
        }
        Ok(())
    }
}
