//! Resources, in the order in which a reader should meet them.

mod storage_bucket;

pub use storage_bucket::StorageBucket;

/// What the import ids of a resource look like: a sentence and an example each.
pub fn import_ids(name: &str) -> Vec<(String, String)> {
    let ids: &[(&str, &str)] = match name {
        "slipway_storage_bucket" => storage_bucket::IMPORT_IDS,
        _ => &[],
    };
    ids.iter().map(|(meaning, id)| ((*meaning).to_owned(), (*id).to_owned())).collect()
}
