//! The Supabase target: its attributes here, its rules, its handlers and its sizes in a file each.

mod handlers;
mod rules;
mod size;

use clouds::supabase::storage::BucketSettings;
use tfplugin::resource::Action;
use tfplugin::{Computed, Defaulted, Dynamic, Model, Plan, Report, Set};

use super::{StorageBucket, StorageBucketModelDraft};
pub(super) use handlers::{create, delete, object, read, update};
use size::FileSize;

/// A bucket on Supabase Storage.
#[derive(Model, Clone, Debug)]
pub struct SupabaseBucket {
    /// Reference of the project, such as `abcdefghijklmnopqrst`. For a self-hosted stack any word, such as `local`.
    #[tf(replace, pattern("[A-Za-z0-9_-]{1,64}", "Write the project's reference: 20 letters."))]
    pub project_ref: String,
    /// Whether everybody may read every object who knows its URL.
    #[tf(default = false)]
    pub public: Defaulted<bool>,
    /// Size that an object may have at most, such as `5MB`; when left out, the project's own limit. Units are decimal
    /// (`KB`, `MB`, `GB`), and three digits count, as Supabase has it; a number without a unit is exact and in bytes.
    pub file_size_limit: Option<FileSize>,
    /// Media types that objects may have, such as `image/png` or `image/*`; when left out, all.
    pub allowed_mime_types: Option<Set<String>>,
    /// Beginning of the URLs of objects that everybody may read; null while the bucket is not public.
    #[tf(derived_from("public"))]
    pub public_url: Computed<String>,
    /// Refused: a bucket is in the region of its project.
    pub region: Option<Dynamic>,
    /// Refused: Supabase Storage has no jurisdictions.
    pub jurisdiction: Option<Dynamic>,
    /// Refused: Supabase Storage has one storage class.
    pub storage_class: Option<Dynamic>,
    /// Refused: Supabase Storage answers pages of every origin.
    pub cors_rules: Option<Dynamic>,
    /// Refused: Supabase Storage has no object lifecycle.
    pub lifecycle_rules: Option<Dynamic>,
    /// Refused: Supabase Storage keeps no versions of objects.
    pub versioning: Option<Dynamic>,
    /// Refused: Supabase encrypts all data with keys of its own.
    pub encryption: Option<Dynamic>,
    /// Refused: Supabase Storage has no write-once protection.
    pub object_lock: Option<Dynamic>,
    /// Refused: Supabase Storage decides by row-level security.
    pub policy: Option<Dynamic>,
    /// Refused: Supabase Storage serves objects only.
    pub website: Option<Dynamic>,
    /// Refused: Supabase has its Logs Explorer instead.
    pub logging: Option<Dynamic>,
    /// Refused: Supabase Storage has no tags.
    pub tags: Option<Dynamic>,
    /// Refused: Supabase has one custom domain for a project.
    pub custom_domains: Option<Dynamic>,
}

impl SupabaseBucket {
    /// A bucket of a project as it was found.
    fn found(project: &str, settings: &BucketSettings) -> Self {
        Self {
            project_ref: project.to_owned(),
            public: settings.public.into(),
            file_size_limit: settings.file_size_limit.map(FileSize::from_bytes),
            allowed_mime_types: settings
                .allowed_mime_types
                .as_ref()
                .map(|types| types.iter().cloned().collect()),
            public_url: Computed::Pending,
            region: None,
            jurisdiction: None,
            storage_class: None,
            cors_rules: None,
            lifecycle_rules: None,
            versioning: None,
            encryption: None,
            object_lock: None,
            policy: None,
            website: None,
            logging: None,
            tags: None,
            custom_domains: None,
        }
    }

    fn settings(&self) -> BucketSettings {
        BucketSettings {
            public: *self.public,
            file_size_limit: self.file_size_limit.map(FileSize::bytes),
            allowed_mime_types: self.allowed_mime_types.as_ref().map(|types| types.to_vec()),
        }
    }
}

/// Rules that a type cannot express.
pub(super) fn validate(bucket: &StorageBucketModelDraft, target: &SupabaseBucketDraft, report: &mut Report) {
    rules::check(bucket, target, report);
}

/// What is known at plan although the provider decides it.
pub(super) fn plan(plan: &mut Plan<'_, StorageBucket>) {
    let planned = plan.planned();
    let Some(target) = planned.supabase.known() else { return };
    if plan.action() == Action::Create && target.public.known() == Some(&false) {
        plan.set_null(&target.public_url);
    }
}
