//! What Supabase Storage would refuse later, said at plan.

use tfplugin::{Draft, Report};

use super::super::StorageBucketModelDraft;
use super::super::name::SUFFIX_LENGTH;
use super::SupabaseBucketDraft;
use crate::capabilities::{Target, refuse};

/// Everything that is wrong with a bucket on Supabase Storage as configured.
pub(super) fn check(bucket: &StorageBucketModelDraft, target: &SupabaseBucketDraft, report: &mut Report) {
    for (attribute, draft) in [
        ("region", &target.region),
        ("jurisdiction", &target.jurisdiction),
        ("storage_class", &target.storage_class),
        ("cors_rules", &target.cors_rules),
        ("lifecycle_rules", &target.lifecycle_rules),
        ("versioning", &target.versioning),
        ("encryption", &target.encryption),
        ("object_lock", &target.object_lock),
        ("policy", &target.policy),
        ("website", &target.website),
        ("logging", &target.logging),
        ("tags", &target.tags),
        ("custom_domains", &target.custom_domains),
    ] {
        refuse(Target::Supabase, attribute, draft, report);
    }
    for (draft, longest) in [(&bucket.name, LONGEST_NAME), (&bucket.name_prefix, LONGEST_PREFIX)] {
        if let Some(name) = draft.known()
            && let Some(problem) = problem(name, longest)
        {
            report.error(draft, format!("`{name}` cannot name a bucket on Supabase Storage"), problem);
        }
    }
    for draft in target.allowed_mime_types.known().into_iter().flatten() {
        check_type(&target.allowed_mime_types, draft, report);
    }
}

const LONGEST_NAME: usize = 100;
const LONGEST_PREFIX: usize = LONGEST_NAME - SUFFIX_LENGTH;

fn problem(name: &str, longest: usize) -> Option<String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_!-.*'() &$@=;:+,?".contains(letter);
    if !(1..=longest).contains(&name.chars().count()) {
        return Some(format!("Write 1 to {longest} characters."));
    }
    if name.trim() != name {
        return Some("Remove the blanks at its ends.".to_owned());
    }
    if name.ends_with("--table-s3") {
        return Some("Choose another ending: Supabase keeps `--table-s3` for itself.".to_owned());
    }
    if !name.chars().all(fits) {
        return Some("Write letters, digits and any of `_!-.*'() &$@=;:+,?`.".to_owned());
    }
    // It separates the parts of an id.
    name.contains(':')
        .then(|| "Choose a name without a colon, so that it can be imported by its id.".to_owned())
}

fn check_type<T>(place: &Draft<T>, draft: &Draft<String>, report: &mut Report) {
    let Some(text) = draft.known() else { return };
    let part = |part: &str| {
        !part.is_empty()
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "!#$&^_.+-*".contains(letter))
    };
    let fits = text
        .split_once('/')
        .is_some_and(|(kind, subtype)| part(kind) && part(subtype.split(';').next().unwrap_or_default()));
    if !fits {
        report.error(
            place,
            format!("`{text}` is not a media type"),
            "Write one such as `image/png`, or `image/*` for all of a kind.",
        );
    }
}
