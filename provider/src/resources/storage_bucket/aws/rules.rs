//! What S3 would refuse later, said at plan.

use tfplugin::{Draft, Report};

use super::super::StorageBucketModelDraft;
use super::AwsBucketDraft;

/// Everything that is wrong with an S3 bucket as configured.
pub(super) fn check(bucket: &StorageBucketModelDraft, target: &AwsBucketDraft, report: &mut Report) {
    let _: &Draft<_> = &bucket.name;
    let _ = (target, report);
}
