//! The part of the system that LocalStack's open edition carries: applied there too, by an independent second opinion.

use super::life::drift;
use super::rows::ENVIRONMENTS;
use super::{IMAGE, Runner, System, image};
use crate::test::Tally;
use acceptance_tests::NotRun;
use anyhow::Result;
use sandbox::aws::Kind;
use std::collections::BTreeSet;

/// What is applied. Left out is what the open edition has no API for: ECS and its scaling, load balancers, CloudFront,
/// RDS, ElastiCache, ECR, budgets, X-Ray, saved queries, and the rotation, which comes from a repository of AWS.
const CARRIED: [&str; 19] = [
    "module.network",
    "module.security_groups",
    "module.roles",
    "module.alb_certificate",
    "module.cdn_certificate",
    "aws_kms_alias.data",
    "aws_s3_bucket_versioning.assets",
    "aws_s3_bucket_policy.assets",
    "aws_s3_bucket_policy.logs",
    "aws_s3_bucket_lifecycle_configuration.assets",
    "aws_s3_bucket_lifecycle_configuration.logs",
    "aws_s3_bucket_server_side_encryption_configuration.assets",
    "aws_s3_bucket_server_side_encryption_configuration.logs",
    "aws_s3_bucket_ownership_controls.this",
    "module.secrets.aws_secretsmanager_secret.this",
    "module.monitoring.aws_sns_topic_policy.this",
    "module.monitoring.aws_cloudwatch_metric_alarm.this",
    "module.monitoring.aws_cloudwatch_log_metric_filter.this",
    "module.monitoring.aws_cloudwatch_dashboard.this",
];

/// What one version of LocalStack or the other loses, by type and attribute.
const ACCEPTED_DRIFT: [(&str, &str); 4] = [
    ("aws_cloudwatch_metric_alarm", "tags"),
    ("aws_cloudwatch_metric_alarm", "tags_all"),
    ("aws_vpc_security_group_egress_rule", "description"),
    ("aws_vpc_security_group_ingress_rule", "description"),
];

pub(super) fn carried(runner: &Runner) -> Result<Tally> {
    let system = match System::start(runner, &Kind::LocalStack)? {
        Ok(system) => system,
        Err(NotRun(missing)) => {
            return Ok(Tally::skip(&format!("storymagic: the part on LocalStack: {missing}")));
        }
    };
    let title = system.double.title();
    let mut tally = match life(&system) {
        Ok(passed) => passed.iter().fold(Tally::default(), |mut tally, what| {
            tally += system.passed(&format!("{title}: {what}"));
            tally
        }),
        Err(story) => system.failed(title, &story),
    };
    for gap in system.double.gaps() {
        tally += Tally::skip(&format!("storymagic: {title}: double gap: {gap}"));
    }
    Ok(tally)
}

fn life(system: &System<'_>) -> Result<Vec<String>, String> {
    let environment = &ENVIRONMENTS[0];
    let told = |error: anyhow::Error| format!("{error:#}");
    let base = system.stack("examples/storymagic", environment.account).map_err(told)?;
    base.write("state_override.tf", "terraform {\n  backend \"local\" {}\n}\n");
    base.init().check()?;
    let stack = system.root(environment).map_err(told)?;
    let (file, image) = (environment.file(), image(IMAGE));
    let targets = CARRIED.map(|address| format!("-target={address}"));
    let given: Vec<&str> =
        [file.as_str(), &image].into_iter().chain(targets.iter().map(String::as_str)).collect();

    let applied = stack.run(&[["apply", "-auto-approve"].as_slice(), &given].concat()).check()?;
    let count = stack.addresses().len();
    let mut passed =
        vec![format!("{count} resources applied in {}", crate::screen::spoken(applied.finished.took))];

    stack.run(&[["plan", "-out", "again.tfplan"].as_slice(), &given].concat()).check()?;
    let contents = stack.run(&["show", "-json", "again.tfplan"]).check()?.json();
    let found: BTreeSet<(String, String)> = drift(&contents)
        .into_iter()
        .map(|(address, name)| {
            (address.split('.').find(|part| part.starts_with("aws_")).unwrap_or_default().to_owned(), name)
        })
        .collect();
    let accepted = BTreeSet::from(ACCEPTED_DRIFT.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
    if !found.is_subset(&accepted) {
        return Err(format!("the second plan changes {found:?}, and only {accepted:?} is accepted"));
    }
    passed.push(format!("second plan: nothing but what it loses: {found:?}"));

    stack.run(&["destroy", "-auto-approve", &file, &image]).check()?;
    match stack.addresses().len() {
        0 => passed.push("destroyed".to_owned()),
        left => return Err(format!("{left} resources are left in the state")),
    }
    Ok(passed)
}
