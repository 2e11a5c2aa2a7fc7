//! What S3 would refuse later, said at plan: the rules of `clouds::aws::s3::rules` at their attributes, and a few of
//! our own. A rule with an unknown value in it is left to the next plan.

use clouds::aws::s3::rules::{self, Breach};
use tfplugin::{Draft, Path, Report};

use super::super::StorageBucketModelDraft;
use super::super::name::SUFFIX_LENGTH;
use super::{
    AwsBucketDraft, CorsRule, EncryptionDraft, LifecycleRule, PublicAccessBlock, RoutingRule, SseAlgorithm,
    Versioning,
};

/// Everything that is wrong with an S3 bucket as configured.
pub(super) fn check(bucket: &StorageBucketModelDraft, target: &AwsBucketDraft, report: &mut Report) {
    if let Some(name) = bucket.name.known() {
        say(rules::bucket_name(name), |_| Path::from(&bucket.name), report);
    }
    if let Some(prefix) = bucket.name_prefix.known() {
        say(rules::bucket_name_prefix(prefix, SUFFIX_LENGTH), |_| Path::from(&bucket.name_prefix), report);
    }
    if let Some(encryption) = target.encryption.known() {
        check_encryption(encryption, report);
    }
    check_object_lock(target, report);
    check_logging(bucket, target, report);
    check_lifecycle(target, report);
    check_lists(target, report);
    check_policy(target, report);
    if let Some(tags) = super::map::settled_tags(&target.tags) {
        say(rules::tags(&tags), |_| Path::from(&target.tags), report);
    }
}

/// Puts breaches at their places; `place` finds the list's element.
fn say(breaches: Vec<Breach>, place: impl Fn(usize) -> Path, report: &mut Report) {
    for Breach { element, attribute, fact, next } in breaches {
        let base = place(element.unwrap_or_default());
        // Breaches of a whole value name the value itself.
        let inside = if element.is_some() { attribute } else { "" };
        let path =
            inside.split('.').filter(|name| !name.is_empty()).fold(base, |path, name| path.attribute(name));
        report.error(path, fact, next);
    }
}

fn check_encryption(encryption: &EncryptionDraft, report: &mut Report) {
    let Some(algorithm) = encryption.sse_algorithm.known() else { return };
    if *algorithm == SseAlgorithm::Aes256 && encryption.kms_master_key_id.known().is_some() {
        report.error(
            &encryption.kms_master_key_id,
            "A KMS key needs KMS encryption",
            "Set `sse_algorithm = \"aws:kms\"`, or remove `kms_master_key_id`.",
        );
    }
    if *algorithm != SseAlgorithm::Kms && encryption.bucket_key_enabled.known() == Some(&true) {
        report.error(
            &encryption.bucket_key_enabled,
            "A bucket key needs `aws:kms`",
            "Set `sse_algorithm = \"aws:kms\"`, or remove `bucket_key_enabled`.",
        );
    }
}

fn check_object_lock(target: &AwsBucketDraft, report: &mut Report) {
    if target.object_lock.known().is_none() {
        return;
    }
    let suspended = target.versioning.known() == Some(&Versioning::Suspended);
    if suspended || target.versioning.is_null() {
        report.error(
            &target.object_lock,
            "Object lock needs versioning",
            "Set `versioning = \"Enabled\"`: what is locked is a version.",
        );
    }
}

fn check_logging(bucket: &StorageBucketModelDraft, target: &AwsBucketDraft, report: &mut Report) {
    let Some(logging) = target.logging.known() else { return };
    if let (Some(name), Some(into)) = (bucket.name.known(), logging.target_bucket.known())
        && name == into
    {
        report.error(
            &logging.target_bucket,
            "The bucket logs into itself",
            "Name another bucket: every log that is written would be logged again.",
        );
    }
}

fn check_lifecycle(target: &AwsBucketDraft, report: &mut Report) {
    let Some(drafts) = target.lifecycle_rules.known() else { return };
    for draft in drafts.iter().filter_map(Draft::known) {
        if let Some(expiration) = draft.expiration.known()
            && expiration.expired_object_delete_marker.known() == Some(&false)
        {
            report.error(
                &expiration.expired_object_delete_marker,
                "`expired_object_delete_marker = false` asks for nothing",
                "Set it to `true`, or remove it.",
            );
        }
    }
    let (places, rules): (Vec<_>, Vec<_>) =
        settled::<LifecycleRule, _>(drafts).map(|(place, rule)| (place, rule.spec())).unzip();
    let lifecycle = clouds::aws::s3::Lifecycle { rules, transition_default_minimum_object_size: None };
    say(rules::lifecycle(&lifecycle), |element| places[element].clone(), report);
}

fn check_lists(target: &AwsBucketDraft, report: &mut Report) {
    if let Some(drafts) = target.cors_rules.known() {
        let (places, rules): (Vec<_>, Vec<_>) =
            settled::<CorsRule, _>(drafts).map(|(place, rule)| (place, rule.spec())).unzip();
        say(rules::cors(&rules), |element| places[element].clone(), report);
    }
    if let Some(drafts) = target.website.known().and_then(|website| website.routing_rules.known()) {
        let (places, rules): (Vec<_>, Vec<_>) =
            settled::<RoutingRule, _>(drafts).map(|(place, rule)| (place, rule.spec())).unzip();
        say(rules::routing(&rules), |element| places[element].clone(), report);
    }
}

fn check_policy(target: &AwsBucketDraft, report: &mut Report) {
    let Some(policy) = target.policy.known() else { return };
    let locks = target.public_access_block.settled::<PublicAccessBlock>().map(PublicAccessBlock::spec);
    say(rules::policy(&policy.0, locks), |_| Path::from(&target.policy), report);
}

/// The elements of a list that are wholly known, each with its place.
fn settled<'a, E, T>(drafts: &'a [Draft<T>]) -> impl Iterator<Item = (Path, E)> + 'a
where
    E: tfplugin::Element<Draft = T> + 'a,
{
    drafts.iter().filter_map(|draft| Some((draft.path().clone(), draft.settled::<E>()?)))
}
