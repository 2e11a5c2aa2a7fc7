//! Every operation that is added to moto, called through the Rust SDK: what Terraform's own client makes of an answer
//! is closer to this one than to boto3, which forgives more.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod application_autoscaling;
mod backup;
mod budgets;
mod cloudfront;
mod cloudwatch;
mod codedeploy;
mod cost_explorer;
mod elasticache;
mod lambda;
mod logs;
mod rds;
mod serverlessrepo;
mod support;
mod xray;

use std::collections::BTreeSet;

/// What the tests of each service call, each of which holds its test to it.
const CALLED: [support::Called; 13] = [
    application_autoscaling::CALLED,
    backup::CALLED,
    budgets::CALLED,
    cloudfront::CALLED,
    cloudwatch::CALLED,
    codedeploy::CALLED,
    cost_explorer::CALLED,
    elasticache::CALLED,
    lambda::CALLED,
    logs::CALLED,
    rds::CALLED,
    serverlessrepo::CALLED,
    xray::CALLED,
];

#[test]
fn each_operation_that_is_added_to_moto_is_called_through_the_rust_sdk() {
    let Some(moto) = support::moto() else { return };
    let called: BTreeSet<String> = CALLED.iter().flat_map(support::names).collect();
    let without: Vec<_> = moto.added.difference(&called).collect();
    assert!(without.is_empty(), "added to moto, and no test here calls them: {without:?}");
}
