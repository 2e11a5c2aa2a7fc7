//! Canonical JSON: sorted keys, no spaces. The same value is the same text, so texts can be compared and hashed.

use serde::Serialize;

/// `value` as canonical JSON.
///
/// Only for the types of this crate: all of them have string keys and finite numbers, so writing them cannot fail.
pub(crate) fn to_string<T: Serialize>(value: &T) -> String {
    let mut value =
        serde_json::to_value(value).expect("policies and journals have string keys and finite numbers");
    value.sort_all_objects();
    value.to_string()
}
