//! The rows whose values are known only once everything is there.

use super::{Environment, Row, Rows};
use crate::test::storymagic::plan::Plan;
use serde_json::Value;

/// What the applied state of an environment shows.
pub(in crate::test::storymagic) fn applied(of: &Environment, state: &Plan, image: &str) -> Vec<Row> {
    let mut rows = Rows { plan: state, rows: Vec::new() };
    container(of, &mut rows, image);
    wiring(&mut rows);
    rows.rows
}

fn container(of: &Environment, rows: &mut Rows<'_>, image: &str) {
    const TASK: &str = "module.api.aws_ecs_task_definition.this[\"blue\"]";
    let containers = rows.plan.json(TASK, "/container_definitions");
    let name = format!("storymagic-api{}", of.suffix);
    let mut all = containers.as_array().into_iter().flatten();
    let api = all.find(|container| container["name"] == *name).cloned().unwrap_or_default();

    let wanted = format!(
        "{}:{image}",
        text(&rows.plan.at("module.registry.aws_ecr_repository.this", "/repository_url"))
    );
    for id in ["SM-027", "SM-120"] {
        let found = text(&api["image"]);
        rows.find(id, TASK, "the repository's image of the commit", found == wanted, found);
    }
    let port = &api["portMappings"][0]["containerPort"];
    rows.find("SM-028", TASK, "3000", *port == 3000, port.to_string());
    let check = api["healthCheck"]["command"].to_string();
    rows.find("SM-029", TASK, "a command that asks /health", check.contains("localhost:3000/health "), check);

    let variable = |name: &str| {
        let mut all = api["environment"].as_array().into_iter().flatten();
        all.find(|variable| variable["name"] == name)
            .map(|variable| text(&variable["value"]))
            .unwrap_or_default()
    };
    rows.find(
        "SM-030",
        TASK,
        "NODE_ENV=production",
        variable("NODE_ENV") == "production",
        variable("NODE_ENV"),
    );
    for (id, name, address, pointer) in [
        ("SM-031", "DATABASE_HOST", "module.database.aws_db_instance.this", "/address"),
        (
            "SM-032",
            "REDIS_HOST",
            "module.cache.aws_elasticache_replication_group.this",
            "/primary_endpoint_address",
        ),
    ] {
        let (found, wanted) = (variable(name), text(&rows.plan.at(address, pointer)));
        rows.find(id, TASK, "the address of what was made", !wanted.is_empty() && found == wanted, found);
    }
    for (name, secret) in [("OPENAI_API_KEY", "openai-api-key"), ("FIREBASE_CONFIG", "firebase-config")] {
        let secret =
            format!("module.secrets.aws_secretsmanager_secret.this[\"storymagic{}/{secret}\"]", of.suffix);
        let mut all = api["secrets"].as_array().into_iter().flatten();
        let from = all.find(|one| one["name"] == name).map(|one| text(&one["valueFrom"])).unwrap_or_default();
        let wanted = text(&rows.plan.at(&secret, "/arn"));
        rows.find("SM-033", TASK, "a reference to the secret", !wanted.is_empty() && from == wanted, from);
    }
}

/// That what belongs together is together: by the ids that were given.
fn wiring(rows: &mut Rows<'_>) {
    const SERVICE: &str = "module.api.aws_ecs_service.this[\"blue\"]";
    const TASK: &str = "module.api.aws_ecs_task_definition.this[\"blue\"]";
    const DATABASE: &str = "module.database.aws_db_instance.this";
    const CACHE: &str = "module.cache.aws_elasticache_replication_group.this";
    const BALANCER: &str = "module.alb.aws_lb.this";
    const LISTENER: &str = "module.alb.aws_lb_listener.this";
    const CDN: &str = "module.cdn.aws_cloudfront_distribution.this";

    rows.same("SM-014", SERVICE, "/task_definition", TASK, "/arn");
    for (tier, address, pointer) in [
        ("public", BALANCER, "/subnets"),
        ("app", SERVICE, "/network_configuration/0/subnets"),
        ("data", "module.database.aws_db_subnet_group.this", "/subnet_ids"),
    ] {
        rows.in_subnets("SM-006", address, pointer, tier);
    }
    rows.in_subnets("SM-007", "module.cache.aws_elasticache_subnet_group.this", "/subnet_ids", "app");
    rows.same("SM-041", DATABASE, "/vpc_security_group_ids/0", &group("rds"), "/id");
    rows.same(
        "SM-042",
        DATABASE,
        "/db_subnet_group_name",
        "module.database.aws_db_subnet_group.this",
        "/name",
    );
    rows.same("SM-043", DATABASE, "/kms_key_id", "aws_kms_key.data", "/arn");
    rows.same(
        "SM-044",
        DATABASE,
        "/parameter_group_name",
        "module.database.aws_db_parameter_group.this",
        "/name",
    );
    rows.same("SM-051", CACHE, "/security_group_ids/0", &group("redis"), "/id");
    rows.same(
        "SM-052",
        CACHE,
        "/subnet_group_name",
        "module.cache.aws_elasticache_subnet_group.this",
        "/name",
    );
    rows.same(
        "SM-055",
        CACHE,
        "/parameter_group_name",
        "module.cache.aws_elasticache_parameter_group.this",
        "/name",
    );
    rows.same(
        "SM-062",
        LISTENER,
        "/certificate_arn",
        "module.alb_certificate.aws_acm_certificate.this",
        "/arn",
    );
    rows.same(
        "SM-073",
        CDN,
        "/viewer_certificate/0/acm_certificate_arn",
        "module.cdn_certificate.aws_acm_certificate.this",
        "/arn",
    );
    rows.same(
        "SM-071",
        CDN,
        "/ordered_cache_behavior/1/cache_policy_id",
        "module.cdn.aws_cloudfront_cache_policy.this[\"assets\"]",
        "/id",
    );
    rows.same(
        "SM-072",
        CDN,
        "/default_cache_behavior/0/cache_policy_id",
        "module.cdn.aws_cloudfront_cache_policy.this[\"pages\"]",
        "/id",
    );
    for (address, region) in [
        ("module.cdn_certificate.aws_acm_certificate.this", "us-east-1"),
        ("module.alb_certificate.aws_acm_certificate.this", "eu-central-1"),
    ] {
        let arn = text(&rows.plan.at(address, "/arn"));
        rows.find("SM-008", address, "each certificate in its region", arn.contains(region), arn);
    }
    for (id, way, rule, other) in [
        ("SM-081", "ingress", "ecs/api", "alb"),
        ("SM-083", "egress", "ecs/database", "rds"),
        ("SM-084", "egress", "ecs/cache", "redis"),
        ("SM-085", "ingress", "rds/api", "ecs"),
        ("SM-087", "ingress", "redis/api", "ecs"),
    ] {
        let rule = format!("module.security_groups.aws_vpc_security_group_{way}_rule.this[\"{rule}\"]");
        rows.same(id, rule, "/referenced_security_group_id", &group(other), "/id");
    }
    for name in ["high-cpu", "database-connections", "generation-timeout-rate", "content-safety-violations"] {
        let id = match name {
            "high-cpu" => "SM-108",
            "database-connections" => "SM-109",
            "generation-timeout-rate" => "SM-110",
            _ => "SM-111",
        };
        let alarm = format!("module.monitoring.aws_cloudwatch_metric_alarm.this[\"{name}\"]");
        rows.same(id, alarm, "/alarm_actions/0", "module.monitoring.aws_sns_topic.this[\"alerts\"]", "/arn");
    }
}

fn group(name: &str) -> String {
    format!("module.security_groups.aws_security_group.this[\"{name}\"]")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Rows<'_> {
    /// That a value is one that another resource was given.
    fn same(&mut self, id: &'static str, address: impl Into<String>, pointer: &str, other: &str, its: &str) {
        let address = address.into();
        let (found, wanted) = (self.plan.at(&address, pointer), self.plan.at(other, its));
        self.find(
            id,
            address,
            "what was made for it",
            !wanted.is_null() && found == wanted,
            found.to_string(),
        );
    }

    /// That a list of subnets is that of a tier, all of it.
    fn in_subnets(&mut self, id: &'static str, address: &str, pointer: &str, tier: &str) {
        let tier = format!("module.network.aws_subnet.this[\"{tier}/");
        let mut wanted: Vec<String> =
            self.plan.starting_with(&tier).map(|subnet| text(&self.plan.at(subnet, "/id"))).collect();
        let found = self.plan.at(address, pointer);
        let mut found: Vec<String> = found.as_array().into_iter().flatten().map(text).collect();
        wanted.sort();
        found.sort();
        self.find(
            id,
            address,
            "the subnets of its tier",
            wanted.len() == 2 && found == wanted,
            found.join(" "),
        );
    }
}
