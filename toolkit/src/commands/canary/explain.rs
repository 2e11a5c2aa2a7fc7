//! `slipway canary explain`: what a policy does, in sentences and on a timeline.

use clap::Args;
use rollout::Duration;
use rollout::policy::{
    Direction, Hook, HookPoint, Method, Metric, Mode, OnHookFailure, OnInconclusive, OnProviderError,
    Outcome, Policy, Source, Stat, Step,
};
use serde::Serialize;

use super::PolicyFile;
use crate::canary::words;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{FAINT, Output, STRONG, numbers, styled, words as text_column};

/// Explain what a policy does
///
/// Tells the release in sentences: the timeline when everything is well, the least and the most time that it takes,
/// what is measured, and what happens on each kind of failure.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    policy: PolicyFile,
}

impl Explain {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let policy = self.policy.read()?;
        let explanation = Explanation::of(&policy);
        if output.is_json() {
            output.document(&explanation)?;
        } else {
            explanation.print(output)?;
        }
        Ok(Exit::Success)
    }
}

/// A policy in words.
#[derive(Debug, Serialize)]
struct Explanation {
    /// The name that the policy gives itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The release in one sentence.
    summary: String,
    /// What happens when, if every check passes and nobody is waited for.
    timeline: Vec<Moment>,
    total: Total,
    /// What is measured and what must hold.
    metrics: Vec<Gate>,
    /// What happens when something is not as it should be.
    failures: Vec<Failing>,
}

#[derive(Debug, Serialize)]
struct Moment {
    /// Seconds since the release began.
    at: u64,
    /// The canary's share in percent.
    weight: u8,
    /// What happens, in one sentence each.
    what: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Total {
    /// Seconds of all bakes: it takes at least so long.
    least: u64,
    /// Seconds until every step has reached its deadline: not counting pauses and freeze windows it takes at most
    /// so long.
    most: u64,
    /// What comes on top of both.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    plus: Vec<String>,
}

impl Total {
    fn sentence(&self) -> String {
        let (least, most) = (words::about(self.least as f64), words::about(self.most as f64));
        let mut parts = Vec::new();
        match (self.least, self.most) {
            (0, 0) => {}
            (least_seconds, most_seconds) if least_seconds == most_seconds => parts.push(least),
            _ => parts.push(format!("at least {least} and at most {most}")),
        }
        parts.extend(self.plus.iter().cloned());
        match parts.is_empty() {
            true => "It takes no time.".to_owned(),
            false => format!("It takes {}.", parts.join(", plus ")),
        }
    }
}

#[derive(Debug, Serialize)]
struct Gate {
    name: String,
    /// What is measured.
    measures: String,
    /// What must hold.
    wants: Vec<String>,
    /// How it takes part in the decision.
    role: String,
}

#[derive(Debug, Serialize)]
struct Failing {
    when: String,
    then: String,
}

impl Explanation {
    fn of(policy: &Policy) -> Self {
        let ladder = policy.ladder();
        Self {
            name: policy.name.clone(),
            summary: summary(policy, &ladder),
            timeline: timeline(policy, &ladder),
            total: total(policy, &ladder),
            metrics: policy.analysis.metrics.iter().map(|metric| gate(policy, metric)).collect(),
            failures: failures(policy, &ladder),
        }
    }

    fn print(&self, output: &mut Output) -> Result<(), Failure> {
        if let Some(name) = &self.name {
            output.line(styled(STRONG, name))?;
        }
        output.line(&self.summary)?;

        output.line(format!("\n{}", styled(STRONG, "When everything is well")))?;
        let mut rows = Vec::new();
        for moment in &self.timeline {
            for (index, what) in moment.what.iter().enumerate() {
                let first = |text: String| if index == 0 { text } else { String::new() };
                rows.push(vec![
                    first(words::clock(moment.at)),
                    first(format!("{} %", moment.weight)),
                    what.clone(),
                ]);
            }
        }
        output.table(&[numbers("time"), numbers("canary"), text_column("what happens")], rows)?;
        output.line(self.total.sentence())?;

        if !self.metrics.is_empty() {
            output.line(format!("\n{}", styled(STRONG, "What is measured")))?;
            for metric in &self.metrics {
                output.line(format!("  {} {}", metric.name, styled(FAINT, format!("({})", metric.role))))?;
                output.line(format!("    {}", metric.measures))?;
                for want in &metric.wants {
                    output.line(format!("    - {want}"))?;
                }
            }
        }

        output.line(format!("\n{}", styled(STRONG, "When something is not")))?;
        let rows =
            self.failures.iter().map(|failing| vec![failing.when.clone(), failing.then.clone()]).collect();
        output.table(&[text_column("when"), text_column("then")], rows)
    }
}

fn summary(policy: &Policy, ladder: &[Step]) -> String {
    if ladder.is_empty() {
        return "The new version gets all traffic at once; nothing is measured.".to_owned();
    }
    let weights: Vec<String> = ladder.iter().map(|step| step.weight.to_string()).collect();
    let judged = if policy.skip_analysis {
        "by the clock alone: analysis is skipped".to_owned()
    } else {
        let gates = policy.analysis.metrics.iter().filter(|metric| metric.is_deciding_gate()).count() as u64;
        format!("past {}", words::count(gates, "gate"))
    };
    let last = match policy.final_bake_time {
        bake if bake.is_zero() => String::new(),
        bake => format!(", where it is watched for another {bake}"),
    };
    format!("The new version climbs {} to 100 % of the traffic{last}, {judged}.", weights.join(" → "))
}

fn timeline(policy: &Policy, ladder: &[Step]) -> Vec<Moment> {
    let mut moments = Vec::new();
    let hooks =
        |point: HookPoint| policy.hooks.iter().filter(move |hook| hook.when == point).map(hook_sentence);
    let before: Vec<String> = hooks(HookPoint::PreRollout).collect();
    if !before.is_empty() {
        moments.push(Moment { at: 0, weight: 0, what: before });
    }
    let mut at = 0;
    for step in ladder {
        let mut what = vec![format!("bake for {}", step.bake_time)];
        what.extend(hooks(HookPoint::Step));
        if !policy.skip_analysis {
            what.extend(checks(policy, Some(step)));
        }
        if step.approval_required {
            what.push("then wait until a person approves".to_owned());
        }
        moments.push(Moment { at, weight: step.weight, what });
        at += step.bake_time.as_secs();
    }
    let mut last: Vec<String> = hooks(HookPoint::PostPromotion).collect();
    if !policy.final_bake_time.is_zero() {
        last.push(format!("final bake for {}, still with automatic rollback", policy.final_bake_time));
        if !policy.skip_analysis {
            last.extend(checks(policy, None));
        }
    }
    let end = at + policy.final_bake_time.as_secs();
    let mut done = vec!["the new version is the stable one".to_owned()];
    done.extend(
        policy
            .hooks
            .iter()
            .filter(|hook| hook.when == HookPoint::PostRollout)
            .filter(|hook| hook.on.is_empty() || hook.on.contains(&Outcome::Succeeded))
            .map(hook_sentence),
    );
    if last.is_empty() || end == at {
        last.extend(done);
        moments.push(Moment { at, weight: 100, what: last });
    } else {
        moments.push(Moment { at, weight: 100, what: last });
        moments.push(Moment { at: end, weight: 100, what: done });
    }
    moments
}

/// When the metrics of a step are checked: one sentence for each rhythm.
fn checks(policy: &Policy, step: Option<&Step>) -> Vec<String> {
    let named = step.and_then(|step| step.analysis.as_ref()).and_then(|own| own.metrics.as_ref());
    let mut rhythms: Vec<(Duration, Duration, Vec<&str>)> = Vec::new();
    for metric in &policy.analysis.metrics {
        if named.is_some_and(|names| !names.contains(&metric.name)) {
            continue;
        }
        let (first, interval) = (policy.first_check(metric, step), policy.interval(metric, step));
        match rhythms.iter_mut().find(|rhythm| (rhythm.0, rhythm.1) == (first, interval)) {
            Some((_, _, names)) => names.push(&metric.name),
            None => rhythms.push((first, interval, vec![&metric.name])),
        }
    }
    rhythms
        .into_iter()
        .map(|(first, interval, names)| {
            let rhythm = if first == interval {
                format!("every {interval}")
            } else {
                format!("after {first}, then every {interval}")
            };
            format!("check {} {rhythm}", names.join(", "))
        })
        .collect()
}

fn hook_sentence(hook: &Hook) -> String {
    let name = hook.name.as_deref().unwrap_or(&hook.url);
    let retries = match hook.retries {
        0 => String::new(),
        retries => format!(", up to {}", words::count(u64::from(retries) + 1, "time")),
    };
    format!("call {name} (at most {}{retries})", hook.timeout)
}

fn total(policy: &Policy, ladder: &[Step]) -> Total {
    let mut plus = Vec::new();
    if ladder.iter().any(|step| step.approval_required) {
        plus.push("the time that approvals take".to_owned());
    }
    if policy.hooks.iter().any(|hook| hook.when != HookPoint::PostRollout) {
        plus.push("the time that hooks take".to_owned());
    }
    if !policy.freeze_windows.is_empty() {
        plus.push("the freeze windows that it runs into".to_owned());
    }
    let stretches = ladder.len() as u64 + u64::from(!policy.final_bake_time.is_zero());
    Total {
        least: policy.shortest_duration().as_secs(),
        most: if policy.skip_analysis {
            policy.shortest_duration().as_secs()
        } else {
            policy.deadline().times(stretches).as_secs()
        },
        plus,
    }
}

fn gate(policy: &Policy, metric: &Metric) -> Gate {
    let unit = metric.threshold.as_ref().and_then(|threshold| threshold.unit.as_deref()).unwrap_or_default();
    let value = |number: f64| value_with_unit(metric, number, unit);
    let mut wants = Vec::new();
    if let Some(threshold) = &metric.threshold {
        let bounds = [
            ("at most", threshold.max),
            ("below", threshold.below),
            ("at least", threshold.min),
            ("above", threshold.above),
        ];
        wants
            .extend(bounds.into_iter().filter_map(|(word, bound)| Some(format!("{word} {}", value(bound?)))));
    }
    if let Some(relative) = &metric.relative {
        let mut want = format!("at most {} times the stable version", words::number(relative.max_ratio));
        if relative.min_delta > 0.0 {
            want.push_str(&format!("; a difference up to {} always passes", value(relative.min_delta)));
        }
        wants.push(want);
    }
    if let Some(comparison) = &metric.comparison {
        let test = match comparison.method {
            Method::MannWhitney => format!("Mann-Whitney over {} measurements", comparison.min_points),
            Method::TwoProportion => format!("two-proportion test over {} requests", comparison.min_points),
        };
        let worse = match comparison.direction {
            Direction::Increase => "higher",
            Direction::Decrease => "lower",
            Direction::Either => "different",
        };
        let mut want = format!(
            "not {worse} than the stable version with {} confidence ({test})",
            words::percent(comparison.confidence)
        );
        if comparison.allowed_increase > 1.0 {
            let accepted = words::percent(comparison.allowed_increase - 1.0);
            want.push_str(&format!("; a change of up to {accepted} is accepted"));
        }
        wants.push(want);
    }
    if wants.is_empty() {
        wants.push("0; anything above is a hit".to_owned());
    }
    let role = match (metric.dry_run, metric.mode, metric.critical) {
        (true, ..) => "on trial: shown, never decides",
        (_, Mode::Tripwire, _) => "tripwire: the first hit rolls back",
        (_, Mode::Gate, true) => "critical gate: the first failed check rolls back",
        (_, Mode::Gate, false) => "gate",
    };
    let measured = measures(metric);
    let sample = policy.analysis.min_sample_size;
    let counted = metric.mode == Mode::Gate && metric.source == Source::Platform && sample > 0;
    let sample =
        if counted { format!(", from at least {}", words::count(sample, "request")) } else { String::new() };
    Gate { name: metric.name.clone(), measures: format!("{measured}{sample}"), wants, role: role.to_owned() }
}

fn measures(metric: &Metric) -> String {
    match metric.source {
        Source::Platform => {
            let what = match metric.stat() {
                None | Some(Stat::ErrorRate) => "share of failed requests",
                Some(Stat::SuccessRate) => "share of successful requests",
                Some(Stat::Avg) => "mean latency",
                Some(Stat::P50) => "median latency",
                Some(Stat::P90) => "90th percentile of the latency",
                Some(Stat::P95) => "95th percentile of the latency",
                Some(Stat::P99) => "99th percentile of the latency",
                Some(Stat::RequestRate) => "requests per minute",
            };
            format!("{what}, as the platform counts it")
        }
        Source::Prometheus => "the answer of a Prometheus query".to_owned(),
        Source::Http => "a number in a JSON document".to_owned(),
        Source::Webhook => "yes or no from a webhook".to_owned(),
    }
}

/// A bound in its own unit; rates are shown in percent.
fn value_with_unit(metric: &Metric, number: f64, unit: &str) -> String {
    match (metric.is_rate(), unit) {
        (true, _) => words::percent(number / metric.whole()),
        (false, "") => words::number(number),
        (false, unit) => format!("{} {unit}", words::number(number)),
    }
}

fn failures(policy: &Policy, ladder: &[Step]) -> Vec<Failing> {
    let mut failures = Vec::new();
    let mut add = |when: &str, then: String| failures.push(Failing { when: when.to_owned(), then });
    if !policy.skip_analysis {
        let analysis = &policy.analysis;
        let critical =
            policy.analysis.metrics.iter().any(|metric| metric.critical && metric.is_deciding_gate());
        let tripwire =
            policy.analysis.metrics.iter().any(|metric| metric.mode == Mode::Tripwire && !metric.dry_run);
        add("a check fails", failed_check(analysis.failure_limit));
        if critical {
            add("a check of a critical metric fails", "rolled back at once".to_owned());
        }
        if tripwire {
            add("a tripwire is hit", "rolled back at once".to_owned());
        }
        for metric in &analysis.metrics {
            if let Some(limit) = metric.failure_limit {
                add(&format!("a check of {} fails", metric.name), failed_check(limit));
            }
        }
        let without_verdict = match analysis.on_inconclusive {
            OnInconclusive::Extend => {
                "the step is extended until there is data, or its deadline pauses it".to_owned()
            }
            OnInconclusive::Pause => after(analysis.inconclusive_limit, "such check", "pauses"),
            OnInconclusive::Rollback => after(analysis.inconclusive_limit, "such check", "rolls back"),
        };
        add("a check has no data or too few requests", without_verdict);
        let unmeasured = match analysis.on_provider_error {
            OnProviderError::Pause => "pauses",
            OnProviderError::Rollback => "rolls back",
        };
        add(
            "a metric cannot be measured",
            after(analysis.consecutive_error_limit, "error in a row", unmeasured),
        );
        let deadline = policy.deadline();
        add(
            &format!("a step takes longer than {deadline}"),
            "rolled back when a check is failing, paused when data or traffic is missing".to_owned(),
        );
    }
    for hook in policy.hooks.iter().filter(|hook| hook.when != HookPoint::PostRollout) {
        let then = match hook.on_failure {
            OnHookFailure::Rollback => "rolled back",
            OnHookFailure::Pause => "paused",
            OnHookFailure::Continue => "noted, and the release goes on",
        };
        let name = hook.name.as_deref().unwrap_or(&hook.url);
        add(&format!("the hook {name} fails"), then.to_owned());
    }
    if ladder.iter().any(|step| step.approval_required) {
        add("nobody approves", "the weight is held for as long as it takes".to_owned());
    }
    for window in &policy.freeze_windows {
        let name = window.name.as_deref().unwrap_or("a freeze window");
        add(&format!("{name} is open"), "the weight is held; rolling back stays possible".to_owned());
    }
    add(
        "a person changes the live split",
        "paused; all traffic on the stable version counts as an abort".to_owned(),
    );
    add(
        "a newer version arrives",
        "back to 0 %, then the newer one from the beginning, against the same stable version".to_owned(),
    );
    add("the runner crashes", "the weight stands; the next run goes on from the journal".to_owned());
    failures
}

fn failed_check(limit: u32) -> String {
    match limit {
        0 => "rolled back at once".to_owned(),
        limit => format!(
            "the step is held; the {} failed check of the release rolls back",
            words::ordinal(u64::from(limit) + 1)
        ),
    }
}

fn after(limit: u32, thing: &str, then: &str) -> String {
    format!("the {} {thing} {then}", words::ordinal(u64::from(limit) + 1))
}
