//! Resources, in the order in which a reader should meet them.

mod storage_bucket;
mod supabase_secrets;

pub use storage_bucket::{StorageBucket, StorageBuckets};
pub use supabase_secrets::{ProjectsWithSecrets, SupabaseSecrets};

/// What the import ids of a resource look like: a sentence and an example each.
pub fn import_ids(name: &str) -> Vec<(String, String)> {
    let ids: &[(&str, &str)] = match name {
        "slipway_storage_bucket" => storage_bucket::IMPORT_IDS,
        "slipway_supabase_secrets" => supabase_secrets::IMPORT_IDS,
        _ => &[],
    };
    ids.iter().map(|(meaning, id)| ((*meaning).to_owned(), (*id).to_owned())).collect()
}
