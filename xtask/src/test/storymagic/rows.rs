//! The rows of the StoryMagic requirements: what each asks of the plan of an environment, or of what was applied.

mod applied;

pub(super) use applied::applied;

use super::plan::Plan;
use serde_json::{Value, json};

/// One of the three environments, and where the document gives it values of its own.
pub(super) struct Environment {
    pub(super) name: &'static str,
    pub(super) account: &'static str,
    /// What is appended to the names that the document gives for production.
    pub(super) suffix: &'static str,
    /// The name that the load balancer answers to.
    origin: &'static str,
    target_group: &'static str,
    cpu: &'static str,
    memory: &'static str,
    tasks: [u32; 3],
    database: (&'static str, bool),
    cache_nodes: u32,
    budget: &'static str,
    /// How long a deleted secret can be had back.
    pub(super) secret_days: u32,
}

pub(super) const ENVIRONMENTS: [Environment; 3] = [
    Environment {
        name: "development",
        account: "111111111111",
        suffix: "-development",
        origin: "development.storymagic-alb-domain.com",
        target_group: "storymagic-api-tg-dev",
        cpu: "512",
        memory: "1024",
        tasks: [1, 1, 1],
        database: ("db.t3.micro", false),
        cache_nodes: 1,
        budget: "100",
        secret_days: 0,
    },
    Environment {
        name: "staging",
        account: "222222222222",
        suffix: "-staging",
        origin: "staging.storymagic-alb-domain.com",
        target_group: "storymagic-api-tg-stg",
        cpu: "512",
        memory: "1024",
        tasks: [1, 2, 2],
        database: ("db.t3.small", true),
        cache_nodes: 2,
        budget: "200",
        secret_days: 30,
    },
    Environment {
        name: "production",
        account: "333333333333",
        suffix: "",
        origin: "storymagic-alb-domain.com",
        target_group: "storymagic-api-tg",
        cpu: "1024",
        memory: "2048",
        tasks: [2, 2, 4],
        database: ("db.t3.medium", true),
        cache_nodes: 2,
        budget: "300",
        secret_days: 30,
    },
];

/// What a row asks for.
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) address: String,
    pub(super) ask: Ask,
}

pub(super) enum Ask {
    /// The value at this JSON pointer in the planned values.
    Value(&'static str, Value),
    /// Something that has to be looked for: what is expected in words, and what was found.
    Finding(&'static str, Result<String, String>),
    /// Nothing that Terraform could show, and why.
    Nothing(&'static str),
}

impl Row {
    /// Something that was looked for elsewhere than in a plan's values.
    pub(super) fn found(
        id: &'static str,
        address: &str,
        expected: &'static str,
        found: Result<String, String>,
    ) -> Self {
        Self { id, address: address.to_owned(), ask: Ask::Finding(expected, found) }
    }
}

/// What the plan of an environment shows, and what none can.
pub(super) fn planned(of: &Environment, plan: &Plan) -> Vec<Row> {
    let mut rows = Rows { plan, rows: Vec::new() };
    network(of, &mut rows);
    service(of, &mut rows);
    database(of, &mut rows);
    cache(of, &mut rows);
    load_balancer(of, &mut rows);
    edge(of, &mut rows);
    security(of, &mut rows);
    secrets(of, &mut rows);
    observation(of, &mut rows);
    cost(of, &mut rows);
    rest(of, &mut rows);
    elsewhere(&mut rows);
    rows.rows
}

struct Rows<'a> {
    plan: &'a Plan,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn is(
        &mut self,
        id: &'static str,
        address: impl Into<String>,
        pointer: &'static str,
        expected: impl Into<Value>,
    ) {
        self.push(id, address, Ask::Value(pointer, expected.into()));
    }

    fn find(
        &mut self,
        id: &'static str,
        address: impl Into<String>,
        expected: &'static str,
        holds: bool,
        found: impl Into<String>,
    ) {
        let found = found.into();
        self.push(id, address, Ask::Finding(expected, if holds { Ok(found) } else { Err(found) }));
    }

    /// What a planned resource is wired to, where the value itself is known only afterwards.
    fn refers(&mut self, id: &'static str, module: &'static str, argument: &'static str, to: &'static str) {
        let found = self.plan.references(module, argument);
        let holds = found.iter().any(|reference| reference.contains(to));
        self.find(id, format!("module.{module}"), to, holds, found.join(", "));
    }

    fn nothing(&mut self, ids: &[&'static str], reason: &'static str) {
        for id in ids {
            self.push(id, "", Ask::Nothing(reason));
        }
    }

    fn push(&mut self, id: &'static str, address: impl Into<String>, ask: Ask) {
        self.rows.push(Row { id, address: address.into(), ask });
    }
}

fn network(of: &Environment, rows: &mut Rows<'_>) {
    for id in ["SM-001", "SM-154"] {
        let region = rows.plan.region();
        rows.find(id, "provider.aws", "eu-central-1", region == "eu-central-1", region.to_string());
    }
    rows.is("SM-002", "module.network.aws_vpc.this", "/cidr_block", "10.0.0.0/16");
    rows.is("SM-002", "module.network.aws_vpc.this", "/enable_dns_hostnames", true);
    for (id, tier, zones) in [
        ("SM-003", "public", ["10.0.1.0/24", "10.0.11.0/24"]),
        ("SM-004", "app", ["10.0.2.0/24", "10.0.12.0/24"]),
        ("SM-005", "data", ["10.0.3.0/24", "10.0.13.0/24"]),
    ] {
        for (zone, cidr) in ["a", "b"].into_iter().zip(zones) {
            let subnet = format!("module.network.aws_subnet.this[\"{tier}/eu-central-1{zone}\"]");
            rows.is(id, subnet.clone(), "/cidr_block", cidr);
            rows.is(id, subnet, "/map_public_ip_on_launch", tier == "public");
        }
    }
    rows.refers("SM-006", "alb", "subnet_ids", "module.network.subnet_ids[\"public\"]");
    rows.refers("SM-006", "api", "network", "module.network.subnet_ids[\"app\"]");
    rows.refers("SM-006", "database", "network", "module.network.subnet_ids[\"data\"]");
    let nats = rows.plan.count("aws_nat_gateway");
    rows.find("SM-007", "module.network.aws_nat_gateway.this", "1 NAT gateway", nats == 1, nats.to_string());
    rows.refers("SM-007", "cache", "network", "module.network.subnet_ids[\"app\"]");
    rows.is("SM-007", "module.network.aws_vpc_endpoint.gateway[\"s3\"]", "/vpc_endpoint_type", "Gateway");
    let certificates = rows.plan.count("aws_acm_certificate");
    rows.find(
        "SM-008",
        "module.alb_certificate.aws_acm_certificate.this",
        "2 certificates",
        certificates == 2,
        certificates.to_string(),
    );
    rows.is("SM-008", "aws_route53_record.site[\"A\"]", "/name", format!("www.{}", of.origin));
    rows.is("SM-008", "aws_route53_record.origin", "/name", of.origin);
    for name in ["openai-api-key", "firebase-config"] {
        let name = format!("storymagic{}/{name}", of.suffix);
        rows.is(
            "SM-009",
            format!("module.secrets.aws_secretsmanager_secret.this[\"{name}\"]"),
            "/name",
            name.clone(),
        );
    }
    rows.is("SM-077", "module.network.aws_vpc.this", "/cidr_block", "10.0.0.0/16");
}

fn service(of: &Environment, rows: &mut Rows<'_>) {
    const SERVICE: &str = "module.api.aws_ecs_service.this[\"blue\"]";
    const TASK: &str = "module.api.aws_ecs_task_definition.this[\"blue\"]";
    const TARGET: &str = "module.api.aws_appautoscaling_target.this[\"blue\"]";
    let api = format!("storymagic-api{}", of.suffix);
    rows.is("SM-010", "aws_ecs_cluster.this", "/name", format!("storymagic-{}", of.name));
    rows.is("SM-011", SERVICE, "/launch_type", "FARGATE");
    rows.is("SM-012", SERVICE, "/platform_version", "1.4.0");
    rows.is("SM-013", SERVICE, "/name", api.clone());
    rows.is("SM-014", TASK, "/family", api);
    rows.is("SM-015", SERVICE, "/desired_count", of.tasks[1]);
    rows.is("SM-016", SERVICE, "/deployment_minimum_healthy_percent", 50);
    rows.is("SM-017", SERVICE, "/deployment_maximum_percent", 200);
    rows.is("SM-018", TARGET, "/min_capacity", of.tasks[0]);
    rows.is("SM-019", TARGET, "/max_capacity", of.tasks[2]);
    for (id, policy, metric, percent) in [
        ("SM-020", "cpu", "ECSServiceAverageCPUUtilization", 70),
        ("SM-021", "memory", "ECSServiceAverageMemoryUtilization", 80),
    ] {
        let policy = format!("module.api.aws_appautoscaling_policy.this[\"blue/{policy}\"]");
        rows.is(id, policy.clone(), "/policy_type", "TargetTrackingScaling");
        rows.is(id, policy.clone(), "/target_tracking_scaling_policy_configuration/0/target_value", percent);
        rows.is(id, policy.clone(), "/target_tracking_scaling_policy_configuration/0/predefined_metric_specification/0/predefined_metric_type", metric);
        rows.is(
            "SM-022",
            policy.clone(),
            "/target_tracking_scaling_policy_configuration/0/scale_out_cooldown",
            300,
        );
        rows.is("SM-023", policy, "/target_tracking_scaling_policy_configuration/0/scale_in_cooldown", 300);
    }
    rows.is("SM-024", TASK, "/cpu", of.cpu);
    rows.is("SM-025", TASK, "/memory", of.memory);
    rows.is("SM-026", TASK, "/network_mode", "awsvpc");
    rows.is("SM-028", SERVICE, "/load_balancer/0/container_port", 3000);
    rows.refers("SM-031", "api", "container", "module.database.address");
    rows.refers("SM-032", "api", "container", "module.cache.primary_address");
    rows.refers("SM-033", "api", "container", "module.secrets.arns");
    rows.is("SM-120", "module.registry.aws_ecr_repository.this", "/image_tag_mutability", "IMMUTABLE");
    let groups = rows.plan.count("aws_lb_target_group");
    rows.find(
        "SM-122",
        "module.api.aws_lb_target_group.this",
        "2 target groups",
        groups == 2,
        groups.to_string(),
    );
    let services = rows.plan.count("aws_ecs_service");
    rows.find("SM-122", "module.api.aws_ecs_service.this", "2 services", services == 2, services.to_string());
    rows.is("SM-131", TASK, "/skip_destroy", true);
    rows.is("SM-129", SERVICE, "/deployment_circuit_breaker/0", json!({ "enable": true, "rollback": true }));
    rows.is("SM-132", TASK, "/cpu", of.cpu);
    rows.is("SM-135", TARGET, "/max_capacity", of.tasks[2]);
}

fn database(of: &Environment, rows: &mut Rows<'_>) {
    const INSTANCE: &str = "module.database.aws_db_instance.this";
    const GROUP: &str = "module.database.aws_db_parameter_group.this";
    let (class, multi_az) = of.database;
    rows.is("SM-034", INSTANCE, "/engine", "postgres");
    rows.is("SM-034", INSTANCE, "/engine_version", "15");
    for id in ["SM-035", "SM-133", "SM-136"] {
        rows.is(id, INSTANCE, "/instance_class", class);
    }
    rows.is("SM-036", INSTANCE, "/allocated_storage", 100);
    rows.is("SM-036", INSTANCE, "/storage_type", "gp2");
    rows.is("SM-036", INSTANCE, "/max_allocated_storage", 1000);
    rows.is("SM-037", INSTANCE, "/multi_az", multi_az);
    for id in ["SM-038", "SM-146", "SM-148"] {
        rows.is(id, INSTANCE, "/backup_retention_period", 7);
    }
    rows.is("SM-039", INSTANCE, "/backup_window", "03:00-04:00");
    rows.is("SM-040", INSTANCE, "/maintenance_window", "sun:04:00-sun:05:00");
    rows.refers("SM-041", "database", "network", "module.security_groups.ids[\"rds\"]");
    rows.is(
        "SM-042",
        "module.database.aws_db_subnet_group.this",
        "/name",
        format!("private-db-subnets{}", of.suffix),
    );
    rows.is("SM-043", INSTANCE, "/storage_encrypted", true);
    rows.is("SM-044", GROUP, "/name", format!("custom-postgresql15{}", of.suffix));
    rows.is("SM-044", GROUP, "/family", "postgres15");
    for (id, name, value, method) in [
        ("SM-045", "shared_preload_libraries", "pg_stat_statements", "pending-reboot"),
        ("SM-046", "max_connections", "200", "pending-reboot"),
        ("SM-047", "work_mem", "16384", "immediate"),
    ] {
        let wanted = json!({ "apply_method": method, "name": name, "value": value });
        let parameters = rows.plan.at(GROUP, "/parameter");
        let found = parameters.as_array().and_then(|all| all.iter().find(|one| one["name"] == name)).cloned();
        rows.find(
            id,
            GROUP,
            "the parameter, with its way of being applied",
            found.as_ref() == Some(&wanted),
            format!("{}", found.unwrap_or_default()),
        );
    }
    let group = format!("/aws/rds/instance/storymagic-db{}/postgresql", of.suffix);
    rows.is("SM-104", "module.database.aws_cloudwatch_log_group.this[\"postgresql\"]", "/name", group);
    rows.is(
        "SM-104",
        "module.database.aws_cloudwatch_log_group.this[\"postgresql\"]",
        "/retention_in_days",
        7,
    );
    rows.is("SM-104", INSTANCE, "/enabled_cloudwatch_logs_exports", json!(["postgresql"]));
    let bought = rows.plan.count("aws_rds_reserved_instance");
    rows.find(
        "SM-144",
        "aws_rds_reserved_instance.database",
        "nothing is bought unasked",
        bought == 0,
        bought.to_string(),
    );
    let copies = rows.plan.count("aws_db_instance_automated_backups_replication");
    rows.find(
        "SM-155",
        "aws_db_instance_automated_backups_replication.this",
        "no copy until a region is named",
        copies == 0,
        copies.to_string(),
    );
}

fn cache(of: &Environment, rows: &mut Rows<'_>) {
    const GROUP: &str = "module.cache.aws_elasticache_replication_group.this";
    const PARAMETERS: &str = "module.cache.aws_elasticache_parameter_group.this";
    rows.is("SM-048", GROUP, "/engine_version", "7.0");
    for id in ["SM-049", "SM-134", "SM-137"] {
        rows.is(id, GROUP, "/node_type", "cache.t3.micro");
    }
    rows.is("SM-050", GROUP, "/num_cache_clusters", of.cache_nodes);
    rows.is("SM-050", GROUP, "/automatic_failover_enabled", of.cache_nodes > 1);
    rows.refers("SM-051", "cache", "network", "module.security_groups.ids[\"redis\"]");
    rows.is(
        "SM-052",
        "module.cache.aws_elasticache_subnet_group.this",
        "/name",
        format!("private-cache-subnets{}", of.suffix),
    );
    rows.is("SM-053", GROUP, "/transit_encryption_enabled", true);
    rows.is("SM-054", GROUP, "/at_rest_encryption_enabled", "true");
    rows.is("SM-055", PARAMETERS, "/family", "redis7");
    for (id, name, value) in [
        ("SM-055", "maxmemory-policy", "allkeys-lru"),
        ("SM-056", "timeout", "0"),
        ("SM-057", "tcp-keepalive", "300"),
    ] {
        let wanted = json!({ "name": name, "value": value });
        let found = rows.plan.at(PARAMETERS, "/parameter");
        let holds = found.as_array().is_some_and(|all| all.contains(&wanted));
        rows.find(id, PARAMETERS, "the parameter", holds, found.to_string());
    }
}

fn load_balancer(of: &Environment, rows: &mut Rows<'_>) {
    const GROUP: &str = "module.api.aws_lb_target_group.this[\"blue\"]";
    rows.is("SM-058", "module.alb.aws_lb.this", "/name", format!("storymagic-alb{}", of.suffix));
    rows.is("SM-058", "module.alb.aws_lb.this", "/load_balancer_type", "application");
    rows.is("SM-059", "module.alb.aws_lb.this", "/internal", false);
    rows.is("SM-060", "module.alb.aws_lb.this", "/ip_address_type", "ipv4");
    let redirect = "module.alb.aws_lb_listener.redirect[0]";
    rows.is("SM-061", redirect, "/port", 80);
    rows.is("SM-061", redirect, "/default_action/0/redirect/0/port", "443");
    rows.is("SM-061", redirect, "/default_action/0/redirect/0/protocol", "HTTPS");
    rows.is("SM-061", redirect, "/default_action/0/redirect/0/status_code", "HTTP_301");
    rows.is("SM-062", "module.alb.aws_lb_listener.this", "/port", 443);
    rows.is("SM-062", "module.alb.aws_lb_listener.this", "/protocol", "HTTPS");
    rows.is("SM-063", GROUP, "/name", of.target_group);
    rows.is("SM-063", GROUP, "/port", 3000);
    rows.is("SM-063", GROUP, "/protocol", "HTTP");
    rows.is("SM-063", GROUP, "/target_type", "ip");
    rows.is("SM-064", GROUP, "/health_check/0/path", "/health");
    rows.is("SM-065", GROUP, "/health_check/0/interval", 30);
    rows.is("SM-066", GROUP, "/health_check/0/healthy_threshold", 2);
    rows.is("SM-067", GROUP, "/health_check/0/unhealthy_threshold", 3);
    rows.is("SM-068", GROUP, "/health_check/0/timeout", 5);
}

fn edge(of: &Environment, rows: &mut Rows<'_>) {
    const CDN: &str = "module.cdn.aws_cloudfront_distribution.this";
    const EU: [&str; 27] = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
        "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    ];
    rows.is("SM-069", CDN, "/origin/0/domain_name", of.origin);
    rows.is("SM-069", CDN, "/origin/0/custom_origin_config/0/origin_protocol_policy", "https-only");
    rows.is("SM-070", CDN, "/ordered_cache_behavior/0/path_pattern", "/api/*");
    rows.is(
        "SM-070",
        CDN,
        "/ordered_cache_behavior/0/cache_policy_id",
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    );
    rows.is(
        "SM-070",
        CDN,
        "/ordered_cache_behavior/0/origin_request_policy_id",
        "216adef6-5c7f-47e4-b989-5492eafa07d3",
    );
    rows.is("SM-071", CDN, "/ordered_cache_behavior/1/path_pattern", "/assets/*");
    let methods =
        rows.plan.at(CDN, "/ordered_cache_behavior/0/allowed_methods").as_array().map_or(0, Vec::len);
    rows.find("SM-070", CDN, "all 7 methods", methods == 7, methods.to_string());
    rows.is("SM-071", "module.cdn.aws_cloudfront_cache_policy.this[\"assets\"]", "/default_ttl", 31_536_000);
    rows.is("SM-072", "module.cdn.aws_cloudfront_cache_policy.this[\"pages\"]", "/default_ttl", 3600);
    rows.refers("SM-073", "cdn", "certificate", "module.cdn_certificate.arn");
    rows.is("SM-074", CDN, "/viewer_certificate/0/minimum_protocol_version", "TLSv1.2_2021");
    rows.is("SM-075", CDN, "/http_version", "http2");
    rows.is("SM-076", CDN, "/restrictions/0/geo_restriction/0/restriction_type", "whitelist");
    let mut found: Vec<String> =
        serde_json::from_value(rows.plan.at(CDN, "/restrictions/0/geo_restriction/0/locations"))
            .unwrap_or_default();
    found.sort();
    rows.find("SM-076", CDN, "the 27 members of the EU", found == EU, found.join(" "));
}

fn security(of: &Environment, rows: &mut Rows<'_>) {
    let ingress =
        |name: &str| format!("module.security_groups.aws_vpc_security_group_ingress_rule.this[\"{name}\"]");
    let egress =
        |name: &str| format!("module.security_groups.aws_vpc_security_group_egress_rule.this[\"{name}\"]");
    rows.is("SM-078", ingress("alb/http"), "/from_port", 80);
    rows.is("SM-078", ingress("alb/http"), "/cidr_ipv4", "0.0.0.0/0");
    rows.is("SM-079", ingress("alb/https"), "/from_port", 443);
    // C-033.
    rows.is("SM-079", ingress("alb/https"), "/cidr_ipv4", Value::Null);
    let prefix_list = rows.plan.at(&ingress("alb/https"), "/prefix_list_id");
    rows.find(
        "SM-079",
        ingress("alb/https"),
        "CloudFront's prefix list",
        prefix_list.as_str().is_some_and(|id| id.starts_with("pl-")),
        prefix_list.to_string(),
    );
    rows.is("SM-080", egress("alb/all"), "/ip_protocol", "-1");
    rows.is("SM-080", egress("alb/all"), "/cidr_ipv4", "0.0.0.0/0");
    rows.is("SM-081", ingress("ecs/api"), "/from_port", 3000);
    rows.is("SM-082", egress("ecs/https"), "/from_port", 443);
    rows.is("SM-082", egress("ecs/https"), "/cidr_ipv4", "0.0.0.0/0");
    rows.is("SM-083", egress("ecs/database"), "/from_port", 5432);
    rows.is("SM-084", egress("ecs/cache"), "/from_port", 6379);
    rows.is("SM-085", ingress("rds/api"), "/from_port", 5432);
    rows.is("SM-087", ingress("redis/api"), "/from_port", 6379);
    for (id, group, wanted) in [("SM-082", "ecs", 3), ("SM-086", "rds", 0), ("SM-088", "redis", 0)] {
        let prefix = format!("module.security_groups.aws_vpc_security_group_egress_rule.this[\"{group}/");
        let rules = rows.plan.starting_with(&prefix).count();
        rows.find(
            id,
            prefix,
            "3 rules out of ecs, none out of rds and redis",
            rules == wanted,
            rules.to_string(),
        );
    }
    let public = rows.plan.starting_with("module.network.aws_network_acl.this[\"public\"]").count();
    rows.find(
        "SM-089",
        "module.network.aws_network_acl.this",
        "the VPC's own ACL for public subnets",
        public == 0,
        public.to_string(),
    );
    for (tier, port) in [("app", 3000), ("data", 5432)] {
        let acl = format!("module.network.aws_network_acl.this[\"{tier}\"]");
        let found = rows.plan.at(&acl, "/ingress");
        let holds = found.as_array().is_some_and(|rules| {
            rules.iter().any(|rule| rule["from_port"] == port && rule["cidr_block"] == "10.0.0.0/16")
        });
        rows.find("SM-090", acl, "its own port from within the VPC", holds, found.to_string());
    }
    let secrets = format!(":secret:storymagic{}/*", of.suffix);
    let logs = format!(":log-group:/ecs/storymagic-api{}", of.suffix);
    let bucket = format!("storymagic-{}-assets-{}/*", of.name, of.account);
    let service = format!(":service/storymagic-{}/*", of.name);
    let repository = format!(":repository/storymagic-api{}", of.suffix);
    // What each action may be done to: part of every resource that it is allowed on.
    for (id, role, action, on) in [
        ("SM-091", "task", "secretsmanager:GetSecretValue", secrets.as_str()),
        ("SM-092", "task", "logs:CreateLogStream", &logs),
        ("SM-092", "task", "logs:PutLogEvents", &logs),
        // C-039: the metrics and the traces have no resources to be named.
        ("SM-092", "task", "cloudwatch:PutMetricData", "*"),
        ("SM-093", "task", "s3:GetObject", &bucket),
        ("SM-093", "task", "s3:PutObject", &bucket),
        ("SM-095", "execution", "logs:CreateLogGroup", &logs),
        ("SM-096", "execution", "secretsmanager:GetSecretValue", &secrets),
        ("SM-096", "execution", "kms:Decrypt", ":key/*"),
        ("SM-097", "deploy", "ecs:UpdateService", &service),
        ("SM-097", "deploy", "ecs:DescribeServices", &service),
        ("SM-098", "deploy", "ecr:GetAuthorizationToken", "*"),
        ("SM-098", "deploy", "ecr:PutImage", &repository),
        ("SM-099", "deploy", "ecs:RegisterTaskDefinition", "*"),
        ("SM-112", "task", "xray:PutTraceSegments", "*"),
    ] {
        let address = format!("module.roles.aws_iam_role_policy.this[\"{role}\"]");
        let resources = rows.plan.allowed(&address, action);
        let holds = !resources.is_empty() && resources.iter().all(|resource| resource.contains(on));
        let found = format!("{action} on {}", resources.join(", "));
        rows.find(id, address, "the action, on nothing but what it is for", holds, found);
    }
    let managed = "module.roles.aws_iam_role_policy_attachment.this[\"execution arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy\"]";
    rows.is(
        "SM-094",
        managed,
        "/policy_arn",
        "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    );
}

fn secrets(of: &Environment, rows: &mut Rows<'_>) {
    for (id, name) in
        [("SM-100", "openai-api-key"), ("SM-101", "firebase-config"), ("SM-102", "database-credentials")]
    {
        let name = format!("storymagic{}/{name}", of.suffix);
        rows.is(
            id,
            format!("module.secrets.aws_secretsmanager_secret.this[\"{name}\"]"),
            "/name",
            name.clone(),
        );
    }
    let rotation = format!(
        "module.secrets.aws_secretsmanager_secret_rotation.this[\"storymagic{}/database-credentials\"]",
        of.suffix
    );
    rows.is("SM-102", rotation, "/rotation_rules/0/automatically_after_days", 30);
    let replicas = if of.name == "production" { json!("eu-west-1") } else { Value::Null };
    for (id, name) in [("SM-100", "openai-api-key"), ("SM-101", "firebase-config")] {
        let rotated = format!(
            "module.secrets.aws_secretsmanager_secret_rotation.this[\"storymagic{}/{name}\"]",
            of.suffix
        );
        let rotations = rows.plan.starting_with(&rotated).count();
        rows.find(id, rotated, "renewed by hand", rotations == 0, rotations.to_string());
    }
    rows.is(
        "SM-151",
        format!("module.secrets.aws_secretsmanager_secret.this[\"storymagic{}/openai-api-key\"]", of.suffix),
        "/recovery_window_in_days",
        of.secret_days,
    );
    rows.is(
        "SM-151",
        format!("module.secrets.aws_secretsmanager_secret.this[\"storymagic{}/openai-api-key\"]", of.suffix),
        "/replica/0/region",
        replicas,
    );
}

fn observation(of: &Environment, rows: &mut Rows<'_>) {
    let alarm = |name: &str| format!("module.monitoring.aws_cloudwatch_metric_alarm.this[\"{name}\"]");
    rows.is(
        "SM-103",
        "module.api.aws_cloudwatch_log_group.this",
        "/name",
        format!("/ecs/storymagic-api{}", of.suffix),
    );
    rows.is("SM-103", "module.api.aws_cloudwatch_log_group.this", "/retention_in_days", 30);
    for (id, filter, metric, unit, dimensions) in [
        (
            "SM-105",
            "story-generation-time",
            "story_generation_time",
            "Seconds",
            ["theme", "age_group"].as_slice(),
        ),
        ("SM-106", "content-safety-violations", "content_safety_violations", "Count", &["violation_type"]),
        ("SM-107", "api-response-time", "api_response_time", "Milliseconds", &["endpoint", "method"]),
    ] {
        let filter = format!("module.monitoring.aws_cloudwatch_log_metric_filter.this[\"{filter}\"]");
        rows.is(id, filter.clone(), "/metric_transformation/0/name", metric);
        rows.is(id, filter.clone(), "/metric_transformation/0/unit", unit);
        let wanted: Value =
            dimensions.iter().map(|name| ((*name).to_owned(), json!(format!("$.{name}")))).collect();
        rows.is(id, filter, "/metric_transformation/0/dimensions", wanted);
    }
    for (id, name) in [
        ("SM-108", "high-cpu"),
        ("SM-109", "database-connections"),
        ("SM-110", "generation-timeout-rate"),
        ("SM-111", "content-safety-violations"),
    ] {
        rows.is(id, alarm(name), "/comparison_operator", "GreaterThanThreshold");
    }
    rows.is("SM-108", alarm("high-cpu"), "/namespace", "AWS/ECS");
    rows.is("SM-109", alarm("database-connections"), "/namespace", "AWS/RDS");
    rows.is("SM-111", alarm("content-safety-violations"), "/namespace", format!("StoryMagic{}", of.suffix));
    rows.is("SM-108", alarm("high-cpu"), "/metric_name", "CPUUtilization");
    rows.is("SM-108", alarm("high-cpu"), "/threshold", 80);
    rows.is("SM-108", alarm("high-cpu"), "/period", 60);
    rows.is("SM-108", alarm("high-cpu"), "/evaluation_periods", 5);
    rows.is("SM-109", alarm("database-connections"), "/metric_name", "DatabaseConnections");
    rows.is("SM-109", alarm("database-connections"), "/threshold", 180);
    rows.is(
        "SM-110",
        alarm("generation-timeout-rate"),
        "/metric_query/2/expression",
        "100 * timeouts / attempts",
    );
    rows.is("SM-110", alarm("generation-timeout-rate"), "/metric_query/0/metric/0/period", 600);
    rows.is("SM-110", alarm("generation-timeout-rate"), "/threshold", 5);
    rows.is("SM-111", alarm("content-safety-violations"), "/metric_name", "SafetyViolations");
    rows.is("SM-111", alarm("content-safety-violations"), "/statistic", "Sum");
    rows.is("SM-111", alarm("content-safety-violations"), "/period", 60);
    rows.is("SM-111", alarm("content-safety-violations"), "/evaluation_periods", 1);
    rows.is("SM-111", alarm("content-safety-violations"), "/threshold", 0);
    rows.is("SM-111", alarm("content-safety-violations"), "/treat_missing_data", "notBreaching");
    rows.is(
        "SM-113",
        format!("module.monitoring.aws_xray_sampling_rule.this[\"storymagic-{}\"]", of.name),
        "/fixed_rate",
        0.1,
    );
    let apm = "module.monitoring.aws_cloudwatch_dashboard.this[\"apm\"]";
    let body = rows.plan.json(apm, "/dashboard_body");
    let widgets = body["widgets"].as_array().map_or(0, Vec::len);
    rows.find("SM-114", apm, "4 widgets", widgets == 4, widgets.to_string());
}

fn cost(of: &Environment, rows: &mut Rows<'_>) {
    let budget = format!("module.budget.aws_budgets_budget.this[\"storymagic-{}\"]", of.name);
    rows.is("SM-141", budget.clone(), "/limit_amount", of.budget);
    rows.is("SM-141", budget.clone(), "/time_unit", "MONTHLY");
    // C-043: the whole system's is watched from one environment.
    let whole = if of.name == "production" { json!("400") } else { Value::Null };
    rows.is("SM-141", "module.budget.aws_budgets_budget.this[\"storymagic\"]", "/limit_amount", whole);
    let told = rows.plan.at(&budget, "/notification");
    let told: Vec<&Value> = told.as_array().into_iter().flatten().collect();
    let mut thresholds: Vec<f64> = told.iter().filter_map(|one| one["threshold"].as_f64()).collect();
    thresholds.sort_by(f64::total_cmp);
    let percent = told.iter().all(|one| one["threshold_type"] == "PERCENTAGE");
    let holds = percent && thresholds == [80.0, 90.0, 100.0];
    rows.find("SM-142", budget, "80, 90 and 100 %", holds, format!("{thresholds:?}"));

    let components = ["api", "database", "cache"];
    let wrong = rows.plan.tagged_otherwise(|tags| {
        let component = tags["Component"].as_str().is_some_and(|name| components.contains(&name));
        component && tags["Environment"] == of.name && tags["Project"] == "storymagic"
    });
    let found = if wrong.is_empty() { "all".to_owned() } else { wrong.join(", ") };
    rows.find("SM-143", "every resource", "Environment, Project and Component", wrong.is_empty(), found);
    for (component, address) in [
        ("api", "module.alb.aws_lb.this"),
        ("database", "module.database.aws_db_instance.this"),
        ("cache", "module.cache.aws_elasticache_replication_group.this"),
    ] {
        rows.is("SM-143", address, "/tags_all/Component", component);
    }
    let activated = rows.plan.count("aws_ce_cost_allocation_tag");
    let wanted = if of.name == "production" { 3 } else { 0 };
    rows.find(
        "SM-143",
        "module.budget.aws_ce_cost_allocation_tag.this",
        "3 keys on the bill, from production",
        activated == wanted,
        activated.to_string(),
    );
    let reserved = rows.plan.count("aws_elasticache_reserved_cache_node");
    rows.find("SM-145", "aws_elasticache_reserved_cache_node", "none", reserved == 0, reserved.to_string());
}

fn rest(of: &Environment, rows: &mut Rows<'_>) {
    let repository = "module.registry.aws_ecr_lifecycle_policy.this[0]";
    let policy = rows.plan.json(repository, "/policy");
    let rules: Vec<&Value> =
        policy["rules"].as_array().into_iter().flatten().map(|rule| &rule["selection"]).collect();
    // C-037: by age go only images that nothing refers to any more.
    let untagged = json!({ "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30 });
    let aged: Vec<&&Value> = rules.iter().filter(|rule| rule["countType"] == "sinceImagePushed").collect();
    rows.find(
        "SM-149",
        repository,
        "30 days, of untagged images only",
        aged.len() == 1 && **aged[0] == untagged,
        policy.to_string(),
    );
    let environment = rows.plan.variable("environment");
    rows.find(
        "SM-161",
        "guard",
        "the variable file of this environment",
        environment == of.name,
        environment.to_string(),
    );
    let modules = rows.plan.modules();
    let wanted = [
        "vpc",
        "ecs-service",
        "rds-postgres",
        "elasticache-redis",
        "alb",
        "cloudfront",
        "iam-roles",
        "monitoring",
    ];
    let holds =
        wanted.iter().all(|name| modules.iter().any(|source| source.ends_with(&format!("/modules/{name}"))));
    rows.find("SM-156", "modules/", "the eight modules of the document", holds, modules.join(" "));
    for (id, objective, minutes) in [("SM-152", "rto_minutes", 240), ("SM-153", "rpo_minutes", 60)] {
        let check = rows.plan.check("recovery_objectives");
        let planned = &rows.plan.variable("recovery")[objective];
        let holds = check == "pass" && (planned.is_null() || *planned == minutes);
        rows.find(id, "check.recovery_objectives", "the objective is checked, and holds", holds, check);
    }
}

/// What the plan of bootstrap/ shows: where the states live.
pub(super) fn bootstrap(plan: &Plan) -> Vec<Row> {
    const STATE: &str = "module.state[0]";
    let mut rows = Rows { plan, rows: Vec::new() };
    let versioning = format!("{STATE}.aws_s3_bucket_versioning.this");
    rows.is("SM-157", versioning, "/versioning_configuration/0/status", "Enabled");
    let table = format!("{STATE}.aws_dynamodb_table.lock[0]");
    rows.is("SM-158", table, "/hash_key", "LockID");
    let encryption = format!("{STATE}.aws_s3_bucket_server_side_encryption_configuration.this");
    let algorithm = "/rule/0/apply_server_side_encryption_by_default/0/sse_algorithm";
    let rule = rows.plan.at(&encryption, "/rule");
    let found = rule.pointer(algorithm.trim_start_matches("/rule")).cloned().unwrap_or_default();
    rows.find("SM-159", encryption, "aws:kms", found == "aws:kms", found.to_string());
    rows.is("SM-159", format!("{STATE}.aws_kms_key.this[0]"), "/enable_key_rotation", true);
    rows.rows
}

/// What no plan of an environment can show, and where it is shown instead.
fn elsewhere(rows: &mut Rows<'_>) {
    const WORKFLOW: &str = "a workflow: read by the part `workflows`";
    const RELEASE: &str = "open: slipway_canary_release on the weights of the listener rule";
    rows.nothing(
        &["SM-115", "SM-116"],
        "open: /health is the application's, its reader the metric source of slipway_canary_release",
    );
    rows.nothing(&["SM-117", "SM-118", "SM-119", "SM-147"], WORKFLOW);
    rows.nothing(&["SM-123", "SM-124", "SM-125", "SM-126", "SM-127", "SM-128"], RELEASE);
    rows.nothing(&["SM-130"], "a command of the runbook");
    rows.nothing(&["SM-138", "SM-139"], "open: slipway cost");
    rows.nothing(&["SM-140"], "open: slipway_budget_alarm");
    rows.nothing(&["SM-150"], "the repository itself");
}
