//! What `slipway canary lint` knows beyond the rules that make a policy valid: gates that cannot work, limits that
//! cannot bite, sample sizes that prove nothing.

use rollout::policy::{Method, Metric, Policy, Stat, Step};
use rollout::{Duration, stats};
use serde::Serialize;
use serde_json::Value;

use super::gates::{CONFIDENCE, Stretch, largest_bad_rate, stretches};
use super::words;

/// Whether a finding fails the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// A release under this policy cannot do what the policy says.
    Error,
    /// It can, but hardly as its author means it.
    Warning,
    /// It does what it says; some readers expect something else.
    Note,
}

impl Level {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A rule of the linter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) level: Level,
    /// What it looks for, in a sentence.
    pub(crate) about: &'static str,
}

/// A rule that a policy breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) rule: &'static Rule,
    /// JSON path; `$` is the whole policy.
    pub(crate) path: String,
    pub(crate) message: String,
}

macro_rules! rules {
    ($($name:ident $id:literal $level:ident $about:literal;)*) => {
        $(static $name: Rule = Rule { id: $id, level: Level::$level, about: $about };)*
        /// Every rule, in the order of the documentation.
        pub(crate) static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    BAKE "bake_shorter_than_interval" Error
        "A bake that ends before the first check of a metric bakes nothing.";
    NO_SAMPLE "no_min_sample_size" Warning
        "A rate without a minimum of requests behind it is noise at night.";
    ZERO_SAMPLE "min_sample_size_zero" Error
        "With no minimum of requests, a rate of one request decides.";
    TOO_LITTLE_TRAFFIC "gate_out_of_reach" Error
        "The stated traffic never brings the requests that a step needs before its deadline.";
    SLOW_TRAFFIC "traffic_extends_bake" Warning
        "The stated traffic brings the requests that a step needs only after its bake time.";
    TOO_FEW_POINTS "points_out_of_reach" Error
        "A comparison never gets the measurements that it needs before the deadline of the step.";
    SLOW_POINTS "points_extend_bake" Warning
        "A comparison gets the measurements that it needs only after the bake time of the step.";
    SMALL_SAMPLE "sample_proves_nothing" Warning
        "Not even a sample without a bad request would show that the rate is below its bound.";
    ONE_REQUEST "one_request_fails" Warning
        "The sample is so small that a single bad request breaks the bound.";
    SLOW_PASSES "passes_extend_bake" Warning
        "The passes in a row that a step needs take longer than its bake time.";
    NO_GATE "nothing_decides" Warning
        "Every metric is on trial or a tripwire, so the bake times alone decide.";
    CRITICAL_ON_TRIAL "critical_on_trial" Warning
        "A critical metric that never decides is not critical.";
    TOTAL "deadline_shorter_than_total" Note
        "The progress deadline is for each step; it is not the length of the rollout.";
    FIRST_STEP "first_step_large" Warning
        "A first step above half of the traffic is no canary.";
    PLAIN_HTTP "address_not_encrypted" Warning
        "An http:// address lets others read and change what is sent.";
}

/// Every finding about a valid policy, in the order of the rules.
///
/// `written` is the policy as its author wrote it, for what has a default; `requests_per_minute` is the traffic of the
/// whole service, where it is known.
pub(crate) fn findings(policy: &Policy, written: &Value, requests_per_minute: Option<f64>) -> Vec<Finding> {
    let mut findings = Findings { policy, written, requests_per_minute, found: Vec::new() };
    if !policy.skip_analysis {
        findings.in_the_steps();
        findings.in_the_samples();
        findings.in_the_metrics();
    }
    findings.in_the_ladder();
    findings.in_the_addresses();
    findings.found.sort_by_key(|finding| RULES.iter().position(|rule| *rule == finding.rule));
    findings.found
}

struct Findings<'policy> {
    policy: &'policy Policy,
    written: &'policy Value,
    requests_per_minute: Option<f64>,
    found: Vec<Finding>,
}

impl<'policy> Findings<'policy> {
    fn add(&mut self, rule: &'static Rule, path: impl Into<String>, message: String) {
        self.found.push(Finding { rule, path: path.into(), message });
    }

    fn in_the_steps(&mut self) {
        let ladder = self.policy.ladder();
        let deadline = self.policy.deadline();
        let generated = self.policy.steps.is_empty();
        for stretch in stretches(self.policy, &ladder) {
            // Steps of a generator last equally long; the first, with the least traffic, stands for all.
            if generated && stretch.index.is_some_and(|index| index > 0) {
                continue;
            }
            let metrics = stretch.deciding(self.policy);
            if let Some((metric, first)) = metrics
                .iter()
                .map(|metric| (metric, self.policy.first_check(metric, stretch.step)))
                .filter(|(_, first)| *first > stretch.bake)
                .max_by_key(|(_, first)| *first)
            {
                let message = format!(
                    "the bake of {} at {} % is over before `{}` is checked for the first time, after {}",
                    words::duration(stretch.bake),
                    stretch.weight,
                    metric.name,
                    words::duration(first),
                );
                self.add(&BAKE, self.path(&stretch), message);
            }
            self.traffic_of(&metrics, &stretch, deadline);
            for metric in &metrics {
                self.points_of(metric, &stretch, deadline);
                self.passes_of(metric, &stretch);
            }
        }
    }

    /// Whether the stated traffic brings the requests that the checks of a step need.
    fn traffic_of(&mut self, metrics: &[&Metric], stretch: &Stretch<'_>, deadline: Duration) {
        let counting: Vec<String> = metrics
            .iter()
            .filter(|metric| counts_requests(metric))
            .map(|metric| format!("`{}`", metric.name))
            .collect();
        let Some(requests_per_minute) = self.requests_per_minute.filter(|_| !counting.is_empty()) else {
            return;
        };
        let (names, verb) = (counting.join(", "), if counting.len() == 1 { "needs" } else { "need" });
        let needed = stretch.min_sample_size(self.policy);
        let per_minute = stretch.requests_per_minute(requests_per_minute);
        let wait = Duration::from_secs((needed as f64 / per_minute * 60.0).ceil() as u64);
        let (traffic, weight) = (words::number(requests_per_minute), stretch.weight);
        if wait > deadline {
            let in_time = (per_minute * deadline.as_secs() as f64 / 60.0).floor();
            let message = format!(
                "{weight} % of {traffic} requests a minute are {} a minute: {names} {verb} {needed}, and {} come before \
                 the deadline of {}",
                words::number(per_minute),
                words::number(in_time),
                words::duration(deadline),
            );
            self.add(&TOO_LITTLE_TRAFFIC, self.path(stretch), message);
        } else if wait > stretch.bake {
            let message = format!(
                "{weight} % of {traffic} requests a minute bring the {needed} that {names} {verb} after {}, not within \
                 the bake of {}",
                words::duration(wait),
                words::duration(stretch.bake),
            );
            self.add(&SLOW_TRAFFIC, self.path(stretch), message);
        }
    }

    fn points_of(&mut self, metric: &Metric, stretch: &Stretch<'_>, deadline: Duration) {
        let Some(comparison) =
            metric.comparison.as_ref().filter(|comparison| comparison.method == Method::MannWhitney)
        else {
            return;
        };
        let first = self.policy.first_check(metric, stretch.step);
        let interval = self.policy.interval(metric, stretch.step);
        let wait = first.plus(interval.times(u64::from(comparison.min_points.saturating_sub(1))));
        let points = comparison.min_points;
        if wait > deadline {
            let message = format!(
                "{points} measurements of `{}`, {} apart, take {}: longer than the deadline of {}",
                metric.name,
                words::duration(interval),
                words::duration(wait),
                words::duration(deadline),
            );
            self.add(&TOO_FEW_POINTS, self.path(stretch), message);
        } else if wait > stretch.bake {
            let message = format!(
                "{points} measurements of `{}`, {} apart, take {}: the step of {} waits for them",
                metric.name,
                words::duration(interval),
                words::duration(wait),
                words::duration(stretch.bake),
            );
            self.add(&SLOW_POINTS, self.path(stretch), message);
        }
    }

    fn passes_of(&mut self, metric: &Metric, stretch: &Stretch<'_>) {
        let own = stretch.step.and_then(|step| step.analysis.as_ref());
        let passes = metric
            .consecutive_success_limit
            .or(own.and_then(|own| own.consecutive_success_limit))
            .unwrap_or(self.policy.analysis.consecutive_success_limit);
        let interval = self.policy.interval(metric, stretch.step);
        let wait = self
            .policy
            .first_check(metric, stretch.step)
            .plus(interval.times(u64::from(passes.saturating_sub(1))));
        if passes > 1 && wait > stretch.bake {
            let message = format!(
                "{passes} passes of `{}` in a row take {}: longer than the bake of {}",
                metric.name,
                words::duration(wait),
                words::duration(stretch.bake),
            );
            self.add(&SLOW_PASSES, self.path(stretch), message);
        }
    }

    fn in_the_samples(&mut self) {
        let path = "analysis.min_sample_size";
        let Some(rate) =
            self.policy.analysis.metrics.iter().find(|metric| metric.is_deciding_gate() && metric.is_rate())
        else {
            return;
        };
        if self.written.pointer("/analysis/min_sample_size").is_none_or(Value::is_null) {
            let default = self.policy.analysis.min_sample_size;
            let message = format!(
                "`{}` is a rate and no `min_sample_size` is written down; the default of {default} requests applies",
                rate.name
            );
            self.add(&NO_SAMPLE, path, message);
        }
        let own = |step: &Step| step.analysis.as_ref().and_then(|own| own.min_sample_size);
        let sizes = std::iter::once((path.to_owned(), Some(self.policy.analysis.min_sample_size))).chain(
            self.policy
                .steps
                .iter()
                .enumerate()
                .map(|(index, step)| (format!("steps[{index}].{path}"), own(step))),
        );
        let sizes: Vec<(String, u64)> = sizes.filter_map(|(path, size)| Some((path, size?))).collect();
        for (path, size) in sizes {
            if size == 0 {
                self.add(&ZERO_SAMPLE, path, format!("`{}` could be decided by a single request", rate.name));
                continue;
            }
            self.sample_of(size, &path);
        }
    }

    /// Whether `size` requests can tell a good rate from a bad one.
    fn sample_of(&mut self, size: u64, path: &str) {
        for metric in self.policy.analysis.metrics.iter().filter(|metric| metric.is_deciding_gate()) {
            let Some(bound) = largest_bad_rate(metric) else { continue };
            if let Some(needed) =
                stats::requests_to_exclude(bound, CONFIDENCE).filter(|needed| *needed > size)
            {
                let message = format!(
                    "{size} requests without a bad one leave open a rate of {} at 95 % confidence; \
                     to show that `{}` is below {} takes {needed}",
                    words::percent(stats::rate_upper_bound(0, size, CONFIDENCE).unwrap_or(1.0)),
                    metric.name,
                    words::percent(bound),
                );
                self.add(&SMALL_SAMPLE, path, message);
            }
            if bound > 0.0 && 1.0 / size as f64 > bound {
                let message = format!(
                    "one bad request of {size} is {}: above the {} that `{}` accepts",
                    words::percent(1.0 / size as f64),
                    words::percent(bound),
                    metric.name,
                );
                self.add(&ONE_REQUEST, path, message);
            }
        }
    }

    fn in_the_metrics(&mut self) {
        let metrics = &self.policy.analysis.metrics;
        if !metrics.is_empty() && !metrics.iter().any(Metric::is_deciding_gate) {
            let message = "no metric can hold a release back; a gate is a metric that is neither `dry_run` nor a tripwire";
            self.add(&NO_GATE, "analysis.metrics", message.to_owned());
        }
        for (index, metric) in
            metrics.iter().enumerate().filter(|(_, metric)| metric.critical && metric.dry_run)
        {
            let message =
                format!("`{}` is `critical`, but `dry_run` keeps it from deciding anything", metric.name);
            self.add(&CRITICAL_ON_TRIAL, format!("analysis.metrics[{index}].critical"), message);
        }
    }

    fn in_the_ladder(&mut self) {
        let total = self.policy.shortest_duration();
        if let Some(deadline) = self.policy.progress_deadline.filter(|deadline| *deadline < total) {
            let message = format!(
                "all bakes together take {} and the deadline is {}; it is the most that one step may take, not the rollout",
                words::duration(total),
                words::duration(deadline),
            );
            self.add(&TOTAL, "progress_deadline", message);
        }
        let ladder = self.policy.ladder();
        if let Some(first) = ladder.first().filter(|first| first.weight > 50) {
            let path = if self.policy.steps.is_empty() { "generator" } else { "steps[0].weight" };
            self.add(
                &FIRST_STEP,
                path,
                format!("the first step gives the new version {} % at once", first.weight),
            );
        }
    }

    fn in_the_addresses(&mut self) {
        let policy = self.policy;
        let of_metrics = policy.analysis.metrics.iter().enumerate().flat_map(|(index, metric)| {
            let path = move |field: &str| format!("analysis.metrics[{index}].{field}");
            [(path("url"), metric.url.as_deref()), (path("address"), metric.address.as_deref())]
        });
        let of_hooks = policy
            .hooks
            .iter()
            .enumerate()
            .map(|(index, hook)| (format!("hooks[{index}].url"), Some(hook.url.as_str())));
        let of_notifications = policy.notifications.iter().enumerate();
        let of_notifications = of_notifications.map(|(index, notification)| {
            (format!("notifications[{index}].url"), Some(notification.url.as_str()))
        });
        let plain: Vec<(String, &str)> = of_metrics
            .chain(of_hooks)
            .chain(of_notifications)
            .filter_map(|(path, address)| Some((path, address?)))
            .filter(|(_, address)| address.strip_prefix("http://").is_some_and(|host| !stays_here(host)))
            .collect();
        for (path, address) in plain {
            self.add(&PLAIN_HTTP, path, format!("`{address}` is not encrypted; use https://"));
        }
    }

    /// Where the length of a stretch is written down.
    fn path(&self, stretch: &Stretch<'_>) -> String {
        match stretch.index {
            Some(_) if self.policy.steps.is_empty() => "generator".to_owned(),
            Some(index) => format!("steps[{index}].bake_time"),
            None => "final_bake_time".to_owned(),
        }
    }
}

/// Whether the source of a metric counts the requests behind its value.
fn counts_requests(metric: &Metric) -> bool {
    metric.is_rate()
        || matches!(metric.stat(), Some(Stat::Avg | Stat::P50 | Stat::P90 | Stat::P95 | Stat::P99))
}

/// Whether a host is this machine.
fn stays_here(host: &str) -> bool {
    let name = host.split(['/', ':', '?']).next().unwrap_or_default();
    matches!(name, "localhost" | "127.0.0.1") || name.ends_with(".localhost") || host.starts_with("[::1]")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A policy that breaks no rule.
    fn sound() -> Value {
        json!({
            "steps": [{ "weight": 10, "bake_time": "30m" }],
            "final_bake_time": "30m",
            "progress_deadline": "2h",
            "analysis": {
                "interval": "1m",
                "min_sample_size": 300,
                "metrics": [{ "name": "errors", "source": "platform", "threshold": { "max": 0.02 } }],
            },
        })
    }

    /// The rules that a policy breaks when `change` is made to the sound one, at 200 requests a minute.
    fn broken(pointer: &str, change: Value) -> Vec<&'static str> {
        let mut written = sound();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        match written.pointer_mut(parent).expect("the parent is there") {
            Value::Object(fields) if change.is_null() => drop(fields.shift_remove(name)),
            Value::Object(fields) => drop(fields.insert(name.to_owned(), change)),
            Value::Array(items) => items.push(change),
            other => panic!("{other} holds nothing"),
        }
        let policy = Policy::from_value(written.clone()).unwrap_or_else(|problems| panic!("{problems:?}"));
        findings(&policy, &written, Some(200.0)).into_iter().map(|finding| finding.rule.id).collect()
    }

    #[test]
    fn every_rule_finds_what_it_is_about_and_nothing_else() {
        let compared = |points: u32| {
            json!({ "name": "p95", "source": "platform", "stat": "p95",
                    "comparison": { "method": "mann_whitney", "min_points": points } })
        };
        let hook = json!([{ "when": "pre_rollout", "url": "http://ci.example/smoke" }]);
        let on_trial =
            json!([{ "name": "e", "source": "platform", "threshold": { "max": 0.02 }, "dry_run": true }]);
        let critical = json!({ "name": "e", "source": "platform", "threshold": { "max": 0.02 }, "dry_run": true, "critical": true });
        let cases = [
            ("/steps/0/bake_time", json!("30s"), vec!["bake_shorter_than_interval", "traffic_extends_bake"]),
            ("/analysis/min_sample_size", Value::Null, vec!["no_min_sample_size"]),
            ("/analysis/min_sample_size", json!(0), vec!["min_sample_size_zero"]),
            ("/analysis/min_sample_size", json!(3_000), vec!["gate_out_of_reach"]),
            ("/analysis/min_sample_size", json!(1_000), vec!["traffic_extends_bake"]),
            ("/analysis/metrics/-", compared(200), vec!["points_out_of_reach", "points_out_of_reach"]),
            ("/analysis/metrics/-", compared(60), vec!["points_extend_bake", "points_extend_bake"]),
            ("/analysis/min_sample_size", json!(100), vec!["sample_proves_nothing"]),
            ("/analysis/min_sample_size", json!(40), vec!["sample_proves_nothing", "one_request_fails"]),
            (
                "/analysis/consecutive_success_limit",
                json!(60),
                vec!["passes_extend_bake", "passes_extend_bake"],
            ),
            ("/analysis/metrics", on_trial, vec!["nothing_decides"]),
            ("/analysis/metrics/-", critical, vec!["critical_on_trial"]),
            ("/progress_deadline", json!("45m"), vec!["deadline_shorter_than_total"]),
            ("/steps/0/weight", json!(60), vec!["first_step_large"]),
            ("/hooks", hook, vec!["address_not_encrypted"]),
        ];
        for (pointer, change, expected) in &cases {
            assert_eq!(broken(pointer, change.clone()), *expected, "{pointer} {change}");
        }
        let found: Vec<&str> = cases.iter().flat_map(|(_, _, expected)| expected.iter().copied()).collect();
        for rule in RULES {
            assert!(found.contains(&rule.id), "no case breaks {}", rule.id);
        }
        assert_eq!(broken("/description", json!("as it was")), Vec::<&str>::new());
    }

    #[test]
    fn this_machine_needs_no_encryption() {
        for (host, stays) in
            [("localhost:8080/x", true), ("127.0.0.1/", true), ("a.localhost", true), ("ci.example", false)]
        {
            assert_eq!(stays_here(host), stays, "{host}");
        }
        assert!(stays_here("[::1]:80/x"));
    }
}
