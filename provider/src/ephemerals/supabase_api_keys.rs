//! `slipway_supabase_api_keys`: the keys of a Supabase project, for one run.

use std::collections::BTreeMap;

use clouds::supabase::ApiKey;
use tfplugin::{ClientContext, Computed, Ephemeral, Model, Opened, Outcome, Sensitive};

use crate::clouds::{Clouds, call};
use crate::errors::refused;

/// The API keys of a Supabase project, to hand on to providers and write-only attributes. They never reach a plan or a
/// state file.
#[derive(Model, Clone, Debug)]
pub struct SupabaseApiKeysModel {
    /// Reference of the project.
    #[tf(pattern("[a-z]{20}", "Write the project's reference: 20 small letters."))]
    pub project_ref: String,
    /// The legacy key `anon`, a JWT for clients. None where the legacy keys are off.
    pub anon_key: Computed<Sensitive<String>>,
    /// The legacy key `service_role`, a JWT that may do everything. None where the legacy keys are off.
    pub service_role_key: Computed<Sensitive<String>>,
    /// The publishable keys, for clients, by name.
    pub publishable_keys: Computed<Sensitive<BTreeMap<String, String>>>,
    /// The secret keys, which may do everything, by name.
    pub secret_keys: Computed<Sensitive<BTreeMap<String, String>>>,
}

/// The ephemeral resource.
#[derive(Debug)]
pub struct SupabaseApiKeys;

impl Ephemeral for SupabaseApiKeys {
    const NAME: &'static str = "supabase_api_keys";

    type Client = Clouds;
    type Model = SupabaseApiKeysModel;

    async fn open(
        ctx: &ClientContext<Clouds>,
        config: SupabaseApiKeysModel,
    ) -> Outcome<Opened<SupabaseApiKeysModel>> {
        let project_ref = config.project_ref;
        let keys = ctx.client().supabase.api_keys(&call(ctx), &project_ref).await.map_err(|error| {
            let fact = format!("The keys of the Supabase project `{project_ref}` cannot be read");
            refused(fact, &error, "Nothing was changed.")
        })?;
        let legacy = |name: &str| {
            let found = keys.iter().find(|key| key.is_legacy() && key.name == name);
            Computed::maybe(found.and_then(exposed).map(Sensitive::new))
        };
        let named = |of: fn(&ApiKey) -> bool| {
            let keys = keys.iter().filter(|key| of(key));
            Sensitive::new(keys.filter_map(|key| Some((key.name.clone(), exposed(key)?))).collect())
        };
        let result = SupabaseApiKeysModel {
            anon_key: legacy("anon"),
            service_role_key: legacy("service_role"),
            publishable_keys: named(ApiKey::is_publishable).into(),
            secret_keys: named(ApiKey::is_secret).into(),
            project_ref,
        };
        // A key lives longer than any run, and is not ours to revoke.
        Ok(Opened { result, renew_at: None, note: serde_json::Value::Null })
    }
}

fn exposed(key: &ApiKey) -> Option<String> {
    key.key.as_ref().map(|key| key.expose().to_owned())
}
