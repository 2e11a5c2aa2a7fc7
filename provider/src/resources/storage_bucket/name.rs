//! Names that nobody has.

use std::hash::{BuildHasher, RandomState};

use super::StorageBucketModel;

/// The bucket's name, made up where the configuration leaves it open.
pub(super) fn of(model: &StorageBucketModel) -> String {
    match model.name.get() {
        Some(name) => name.clone(),
        None => unique(model.name_prefix.as_deref().unwrap_or("slipway-")),
    }
}

/// The prefix, the time and some chance.
fn unique(prefix: &str) -> String {
    let millis = jiff::Timestamp::now().as_millisecond();
    let chance = RandomState::new().hash_one(millis);
    format!("{prefix}{millis:011x}{:08x}", chance as u32)
}
