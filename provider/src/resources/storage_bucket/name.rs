//! Names that nobody has.

use std::hash::{BuildHasher, RandomState};

use tfplugin::OrComputed;

use super::StorageBucketModel;

/// How many characters are added to a `name_prefix`.
pub(super) const SUFFIX_LENGTH: usize = 19;

/// The bucket's name, made up where the configuration leaves it open.
pub(super) fn of(model: &StorageBucketModel) -> String {
    match model.name.get() {
        Some(name) => name.clone(),
        None => unique(model.name_prefix.get().map_or("slipway-", String::as_str)),
    }
}

/// The `name_prefix` of a bucket that was read: the state's. An import knows the name alone, and finds in it what it
/// was made up from, so that the prefix in the configuration is no reason to replace the bucket.
pub(super) fn prefix(prior: Option<&StorageBucketModel>, name: &str) -> OrComputed<String> {
    match prior {
        Some(prior) => prior.name_prefix.clone(),
        None => OrComputed::maybe(made_up_from(name).map(str::to_owned)),
    }
}

/// The prefix, the time and some chance.
fn unique(prefix: &str) -> String {
    let millis = jiff::Timestamp::now().as_millisecond();
    let chance = RandomState::new().hash_one(millis);
    format!("{prefix}{millis:011x}{:08x}", chance as u32)
}

/// The prefix of a name that [`unique`] could have made.
fn made_up_from(name: &str) -> Option<&str> {
    let (prefix, suffix) = name.split_at_checked(name.len().checked_sub(SUFFIX_LENGTH)?)?;
    let digits = suffix.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    (digits && !prefix.is_empty()).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_found_again_in_a_name_that_was_made_up() {
        let name = unique("uploads-");
        assert_eq!(name.len(), "uploads-".len() + SUFFIX_LENGTH);
        assert_eq!(made_up_from(&name), Some("uploads-"));
        for chosen in
            ["uploads", "storymagic-uploads-production", "0123456789abcdef012", "ü123456789abcdef01"]
        {
            assert_eq!(made_up_from(chosen), None, "{chosen}");
        }
    }
}
