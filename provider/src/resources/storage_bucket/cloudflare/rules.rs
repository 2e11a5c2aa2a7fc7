//! What R2 would refuse later, or do otherwise than it is told, said at plan.

use tfplugin::{Draft, Report};

use super::super::StorageBucketModelDraft;
use super::super::name::SUFFIX_LENGTH;
use super::CloudflareBucketDraft;
use crate::capabilities::{Target, refuse};

/// Everything that is wrong with an R2 bucket as configured.
pub(super) fn check(bucket: &StorageBucketModelDraft, target: &CloudflareBucketDraft, report: &mut Report) {
    for (attribute, draft) in [
        ("versioning", &target.versioning),
        ("encryption", &target.encryption),
        ("object_lock", &target.object_lock),
        ("policy", &target.policy),
        ("website", &target.website),
        ("logging", &target.logging),
        ("tags", &target.tags),
        ("file_size_limit", &target.file_size_limit),
        ("allowed_mime_types", &target.allowed_mime_types),
    ] {
        refuse(Target::Cloudflare, attribute, draft, report);
    }
    if let Some(name) = bucket.name.known()
        && !is_name(name)
    {
        report.error(
            &bucket.name,
            format!("`{name}` cannot be the name of a bucket on R2"),
            "Write 3 to 63 lower-case letters, digits and hyphens, with a letter or a digit at both ends.",
        );
    }
    if let Some(prefix) = bucket.name_prefix.known()
        && !(prefix.len() <= LONGEST_PREFIX && is_name(&format!("{prefix}000")))
    {
        report.error(
            &bucket.name_prefix,
            format!("`{prefix}` cannot be the beginning of the name of a bucket on R2"),
            format!(
                "Write at most {LONGEST_PREFIX} lower-case letters, digits and hyphens, a hyphen not first."
            ),
        );
    }
    check_origins(target, report);
    check_ids(target, report);
}

const LONGEST_NAME: usize = 63;
const LONGEST_PREFIX: usize = LONGEST_NAME - SUFFIX_LENGTH;

fn is_name(name: &str) -> bool {
    let inner = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    (3..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn check_origins(target: &CloudflareBucketDraft, report: &mut Report) {
    let rules = target.cors_rules.known().into_iter().flatten().filter_map(Draft::known);
    for allowed in rules.filter_map(|rule| rule.allowed.known()) {
        for draft in allowed.origins.known().into_iter().flatten() {
            let Some(origin) = draft.known() else { continue };
            let host = origin.split_once("://").map(|(_, host)| host);
            if origin != "*" && host.is_none_or(|host| host.is_empty() || host.contains('/')) {
                report.error(
                    &allowed.origins,
                    format!("`{origin}` is not an origin"),
                    "Write `*`, or scheme and host without a path or a slash, such as `https://example.com`.",
                );
            }
        }
    }
}

fn check_ids(target: &CloudflareBucketDraft, report: &mut Report) {
    let mut seen = Vec::new();
    for rule in target.lifecycle_rules.known().into_iter().flatten().filter_map(Draft::known) {
        let Some(id) = rule.id.known() else { continue };
        if seen.contains(id) {
            report.error(
                &rule.id,
                format!("Two lifecycle rules are called `{id}`"),
                "Give each rule a name of its own.",
            );
        }
        seen.push(id.clone());
    }
}

/// A hint that comes too late: the bucket stays where it is, also when it is made again under its name.
pub(super) fn check_location(
    target: &CloudflareBucketDraft,
    before: &CloudflareBucketDraft,
    report: &mut Report,
) {
    let (Some(wanted), Some(was)) = (target.location_hint.known(), before.location_hint.known()) else {
        return;
    };
    let Some(location) = before.location.known() else { return };
    if wanted != was && wanted != location {
        report.error(
            &target.location_hint,
            "A bucket on R2 cannot be moved",
            format!(
                "It is in {location}, and the location hint counts only when a name is used for the first time.\n\
                 Set `location_hint = \"{was}\"` again, or give the bucket another name."
            ),
        );
    }
}

/// `force_destroy` without the keys that it takes.
pub(super) fn refuse_emptying(bucket: &StorageBucketModelDraft, report: &mut Report) {
    report.error(
        &bucket.force_destroy,
        "`force_destroy` on R2 takes keys of its S3 API",
        "Objects are removed through R2's S3 API, and there are neither keys for it nor an API token that they \
         could be made of.\n\
         Set `r2_access_key_id` and `r2_secret_access_key`, or `api_token`, in the provider's `cloudflare` block.",
    );
}
