//! Reads a policy and names everything that is wrong with it, each problem at its place, in one run.
//!
//! First the shape (fields, types, spellings) against the JSON Schema of [`Policy`], then the rules that join several
//! fields. A node of the wrong shape is replaced by a harmless one before the rules run, so that one misspelt duration
//! does not hide a weight that falls.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::duration::Duration;
use crate::freeze::{FreezeWindow, TimeOfDay, frozen_until};
use crate::policy::{
    Analysis, Comparison, Generator, HookPoint, Method, Metric, Mode, Policy, Problem, Relative, Source,
    Stat, Step, StepAnalysis, Threshold, json_schema,
};

/// Reads a policy; see [`Policy::from_value`].
pub(crate) fn read(mut value: Value) -> Result<Policy, Vec<Problem>> {
    let mut shape = Shape::default();
    shape.check(&mut value, SCHEMA.as_value(), "$");
    let Shape { mut problems, replaced, .. } = shape;
    match serde_json::from_value::<Policy>(value) {
        Ok(policy) if problems.is_empty() => {
            problems = rules(&policy);
            if problems.is_empty() {
                return Ok(policy);
            }
        }
        Ok(policy) => {
            let at_a_replaced_place = |problem: &Problem| {
                replaced.iter().any(|path| path == "$" || problem.path.starts_with(path.as_str()))
            };
            problems.extend(rules(&policy).into_iter().filter(|problem| !at_a_replaced_place(problem)));
        }
        Err(error) if problems.is_empty() => {
            problems.push(Problem {
                path: "$".into(),
                rule: "shape",
                message: format!("this is not a policy: {error}"),
            });
        }
        Err(_) => {}
    }
    Err(problems)
}

/// Reads a policy that an engine wrote, leaving out what this one does not know; also returns the places of what was
/// left out.
pub(crate) fn read_leniently(mut value: Value) -> Result<(Policy, Vec<String>), serde_json::Error> {
    let mut shape = Shape { only_unknown: true, ..Shape::default() };
    shape.check(&mut value, SCHEMA.as_value(), "$");
    let unknown = shape.problems.into_iter().map(|problem| problem.path).collect();
    Ok((serde_json::from_value(value)?, unknown))
}

static SCHEMA: LazyLock<schemars::Schema> = LazyLock::new(json_schema);

/// Compares a JSON value with the policy's schema.
#[derive(Default)]
struct Shape {
    problems: Vec<Problem>,
    /// Where a harmless node stands in for a wrong one.
    replaced: Vec<String>,
    /// Only look for fields that are not known.
    only_unknown: bool,
}

impl Shape {
    fn check(&mut self, value: &mut Value, schema: &Value, path: &str) {
        let schema = resolve(schema);
        if let Some(allowed) = allowed_words(schema) {
            let known = value.as_str().is_some_and(|word| allowed.contains(&word));
            if !known {
                let message = format!("{} is not one of {}", shown(value), quoted(&allowed));
                self.replace(value, schema, path, "word", message);
            }
            return;
        }
        match type_of(schema) {
            Some("object") => self.check_object(value, schema, path),
            Some("array") => match value {
                Value::Array(items) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        self.check(item, &schema["items"], &format!("{path}[{index}]"));
                    }
                }
                _ => {
                    let message = format!("{} stands where a list belongs", shown(value));
                    self.replace(value, schema, path, "type", message);
                }
            },
            Some("string") => self.check_text(value, schema, path),
            Some("integer") => self.check_whole_number(value, schema, path),
            Some("number") if !value.is_number() => {
                let message = format!("{} stands where a number belongs", shown(value));
                self.replace(value, schema, path, "type", message);
            }
            Some("boolean") if !value.is_boolean() => {
                let message = format!("{} stands where true or false belongs", shown(value));
                self.replace(value, schema, path, "type", message);
            }
            _ => {}
        }
    }

    fn check_object(&mut self, value: &mut Value, schema: &Value, path: &str) {
        let Value::Object(fields) = value else {
            let message = format!("{} stands where an object belongs", shown(value));
            return self.replace(value, schema, path, "type", message);
        };
        // Terraform writes what is not set as null.
        fields.retain(|_, field| !field.is_null());
        let properties = schema["properties"].as_object().expect("every object in a policy has named fields");
        let unknown: Vec<String> =
            fields.keys().filter(|name| !properties.contains_key(*name)).cloned().collect();
        for name in unknown {
            fields.remove(&name);
            let known = properties.keys().map(|known| (strsim::osa_distance(known, &name), known));
            let message = match known.min().filter(|(distance, _)| *distance <= 2) {
                Some((_, meant)) => format!("there is no field `{name}` here; `{meant}` is meant, perhaps"),
                None => format!("there is no field `{name}` here"),
            };
            self.problems.push(Problem { path: child(path, &name), rule: "unknown_field", message });
        }
        for (name, property) in properties {
            if let Some(field) = fields.get_mut(name) {
                self.check(field, property, &child(path, name));
            }
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) && !self.only_unknown {
                let path = child(path, name);
                let message = format!("`{name}` is missing");
                self.problems.push(Problem { path: path.clone(), rule: "missing_field", message });
                fields.insert(name.to_owned(), harmless(&properties[name]));
                self.replaced.push(path);
            }
        }
    }

    fn check_text(&mut self, value: &mut Value, schema: &Value, path: &str) {
        let Some(text) = value.as_str() else {
            let belongs = match schema["title"].as_str() {
                Some("Duration") => "a length of time belongs, such as \"10m\"",
                _ => "a text belongs",
            };
            let message = format!("{} stands where {belongs}", shown(value));
            return self.replace(value, schema, path, "type", message);
        };
        let wrong = match schema["title"].as_str().or(schema["format"].as_str()) {
            Some("Duration") => Duration::from_str(text).err().map(|error| ("duration", error.to_string())),
            Some("TimeOfDay") => {
                TimeOfDay::from_str(text).err().map(|error| ("time_of_day", error.to_string()))
            }
            Some("date") => text.parse::<Date>().err().map(|_| {
                (
                    "date",
                    format!("\"{text}\" is not a date; write year, month and day, such as \"2026-12-24\""),
                )
            }),
            _ => None,
        };
        if let Some((rule, message)) = wrong {
            self.replace(value, schema, path, rule, message);
        }
    }

    fn check_whole_number(&mut self, value: &mut Value, schema: &Value, path: &str) {
        // YAML and HCL may write a whole number with a fraction of zero.
        if let Some(number) = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15) {
            *value = json!(number as i64);
        }
        let smallest = schema["minimum"].as_i64().unwrap_or(0);
        let largest = schema["maximum"].as_i64().unwrap_or(match schema["format"].as_str() {
            Some("uint8") => i64::from(u8::MAX),
            Some("uint32") => i64::from(u32::MAX),
            _ => i64::MAX,
        });
        let fits = value.as_i64().is_some_and(|number| (smallest..=largest).contains(&number));
        if !fits {
            let bounds = match schema["maximum"].as_i64() {
                Some(largest) => format!("a whole number from {smallest} to {largest}"),
                None => format!("a whole number, {smallest} or more,"),
            };
            let message = format!("{} stands where {bounds} belongs", shown(value));
            let rule = if value.is_number() { "range" } else { "type" };
            self.replace(value, schema, path, rule, message);
        }
    }

    fn replace(
        &mut self,
        value: &mut Value,
        schema: &Value,
        path: &str,
        rule: &'static str,
        message: String,
    ) {
        if self.only_unknown {
            return;
        }
        self.problems.push(Problem { path: path.to_owned(), rule, message });
        self.replaced.push(path.to_owned());
        *value = harmless(schema);
    }
}

/// The path of a field. The document itself is `$`, and fields at its top level are written without it.
fn child(path: &str, name: &str) -> String {
    if path == "$" { name.to_owned() } else { format!("{path}.{name}") }
}

/// Follows references, and the wrapper around optional fields.
fn resolve(schema: &Value) -> &Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let definition = reference.strip_prefix("#/$defs/").expect("schemars puts definitions under $defs");
        return resolve(&SCHEMA.as_value()["$defs"][definition]);
    }
    match schema["anyOf"]
        .as_array()
        .and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"))
    {
        Some(choice) => resolve(choice),
        None => schema,
    }
}

/// The type of a node, `null` aside.
fn type_of(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

/// The words that an enumeration allows.
fn allowed_words(schema: &Value) -> Option<Vec<&str>> {
    let mut words: Vec<&str> =
        schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        words.extend(choice["const"].as_str());
        words.extend(choice["enum"].as_array().into_iter().flatten().filter_map(Value::as_str));
    }
    (!words.is_empty()).then_some(words)
}

/// A node of the right shape that breaks no rule by itself.
fn harmless(schema: &Value) -> Value {
    let schema = resolve(schema);
    if let Some(words) = allowed_words(schema) {
        return json!(words[0]);
    }
    match type_of(schema) {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields = required.map(|name| (name.to_owned(), harmless(&schema["properties"][name])));
            Value::Object(fields.collect::<Map<String, Value>>())
        }
        Some("array") => json!([]),
        Some("string") => match schema["title"].as_str().or(schema["format"].as_str()) {
            Some("Duration") => json!("1m"),
            Some("TimeOfDay") => json!("12:00"),
            Some("date") => json!("2026-01-01"),
            _ => json!("unnamed"),
        },
        Some("integer") => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
        Some("number") => json!(2.0),
        Some("boolean") => json!(false),
        _ => Value::Null,
    }
}

/// A value as it is shown in a message: short.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// The rules that join several fields; see [`Policy::problems`].
pub(crate) fn rules(policy: &Policy) -> Vec<Problem> {
    let mut found = Found::default();
    found.in_the_ladder(policy);
    found.in_the_analysis(&policy.analysis, policy.skip_analysis);
    found.in_the_deadline(policy);
    found.in_the_rollback_window(policy);
    found.in_the_hooks(policy);
    for (index, notification) in policy.notifications.iter().enumerate() {
        found.in_an_address(&notification.url, &format!("notifications[{index}].url"));
    }
    found.in_the_freeze_windows(&policy.freeze_windows);
    found.problems
}

#[derive(Default)]
struct Found {
    problems: Vec<Problem>,
}

impl Found {
    fn add(&mut self, path: impl Into<String>, rule: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), rule, message: message.into() });
    }

    fn in_the_ladder(&mut self, policy: &Policy) {
        match &policy.generator {
            Some(_) if !policy.steps.is_empty() => {
                self.add(
                    "generator",
                    "steps_or_generator",
                    "both `steps` and `generator` are given; keep one of them",
                );
            }
            Some(generator) => self.in_the_generator(generator),
            None if policy.steps.is_empty() && !policy.skip_analysis => {
                let message = "there are no steps; add some, or say `skip_analysis` to give the new version all traffic at once";
                self.add("steps", "steps_empty", message);
            }
            None => {}
        }
        let mut before: Option<u8> = None;
        for (index, step) in policy.steps.iter().enumerate() {
            let path = format!("steps[{index}]");
            self.in_a_step(step, &path, policy);
            if let Some(before) = before.filter(|before| *before >= step.weight) {
                let message =
                    format!("{} % does not rise above the {before} % of the step before it", step.weight);
                self.add(format!("{path}.weight"), "weights_rise", message);
            }
            before = Some(step.weight);
        }
    }

    fn in_a_step(&mut self, step: &Step, path: &str, policy: &Policy) {
        if !(1..=99).contains(&step.weight) {
            let message =
                format!("{} % is not a whole percent from 1 to 99; 100 % is implied as the end", step.weight);
            self.add(format!("{path}.weight"), "range", message);
        }
        self.must_last(step.bake_time, &format!("{path}.bake_time"));
        let Some(own) = &step.analysis else { return };
        let StepAnalysis { interval, consecutive_success_limit, metrics, .. } = own;
        if let Some(interval) = interval {
            self.must_last(*interval, &format!("{path}.analysis.interval"));
        }
        self.must_be_positive(
            *consecutive_success_limit,
            &format!("{path}.analysis.consecutive_success_limit"),
        );
        let Some(names) = metrics else { return };
        let known: BTreeSet<&str> =
            policy.analysis.metrics.iter().map(|metric| metric.name.as_str()).collect();
        if names.is_empty() && !policy.skip_analysis {
            let message =
                "this step would be judged by nothing; name a metric, or leave the list out to use them all";
            self.add(format!("{path}.analysis.metrics"), "metrics_empty", message);
        }
        for (index, name) in names.iter().enumerate().filter(|(_, name)| !known.contains(name.as_str())) {
            let message = format!("there is no metric named \"{name}\" under `analysis.metrics`");
            self.add(format!("{path}.analysis.metrics[{index}]"), "metric_unknown", message);
        }
    }

    fn in_the_generator(&mut self, generator: &Generator) {
        let Generator { linear, exponential, increment_percentage, interval } = generator;
        let by_increment = increment_percentage.is_some() || interval.is_some();
        let rules =
            usize::from(linear.is_some()) + usize::from(exponential.is_some()) + usize::from(by_increment);
        if rules != 1 {
            let message = format!(
                "{rules} rules are given; give one of `linear`, `exponential`, or `increment_percentage` with `interval`"
            );
            return self.add("generator", "one_generator", message);
        }
        if by_increment && (increment_percentage.is_none() || interval.is_none()) {
            let missing = if interval.is_none() { "interval" } else { "increment_percentage" };
            let message = "`increment_percentage` and `interval` are given together or not at all";
            self.add(format!("generator.{missing}"), "missing_field", message);
        }
        let percents = [
            ("generator.increment_percentage", *increment_percentage),
            ("generator.linear.start", linear.as_ref().and_then(|linear| linear.start)),
            ("generator.linear.increment", linear.as_ref().map(|linear| linear.increment)),
            ("generator.exponential.start", exponential.as_ref().map(|exponential| exponential.start)),
        ];
        for (path, percent) in percents {
            if let Some(percent) = percent.filter(|percent| !(1..=99).contains(percent)) {
                self.add(path, "range", format!("{percent} % is not a whole percent from 1 to 99"));
            }
        }
        if let Some(factor) = exponential.as_ref().map(|exponential| exponential.factor)
            && !(factor > 1.0 && factor.is_finite())
        {
            self.add(
                "generator.exponential.factor",
                "range",
                format!("a factor of {factor} does not make weights rise"),
            );
        }
        if let Some(interval) = interval {
            self.must_last(*interval, "generator.interval");
        }
        if let Some(linear) = linear {
            self.must_last(linear.bake_time, "generator.linear.bake_time");
        }
        if let Some(exponential) = exponential {
            self.must_last(exponential.bake_time, "generator.exponential.bake_time");
        }
    }

    fn in_the_analysis(&mut self, analysis: &Analysis, skipped: bool) {
        self.must_last(analysis.interval, "analysis.interval");
        self.must_be_positive(Some(analysis.consecutive_success_limit), "analysis.consecutive_success_limit");
        if analysis.metrics.is_empty() && !skipped {
            let message = "nothing is measured, so nothing could stop a bad version; add a metric, or say `skip_analysis`";
            self.add("analysis.metrics", "metrics_empty", message);
        }
        let mut names = BTreeSet::new();
        for (index, metric) in analysis.metrics.iter().enumerate() {
            let path = format!("analysis.metrics[{index}]");
            self.in_a_metric(metric, &path);
            if !names.insert(&metric.name) {
                let message = format!("a metric named \"{}\" stands above already", metric.name);
                self.add(format!("{path}.name"), "metric_names_differ", message);
            }
        }
    }

    fn in_a_metric(&mut self, metric: &Metric, path: &str) {
        let mut letters = metric.name.chars();
        let first_is_plain = letters.next().is_some_and(|first| first.is_ascii_alphanumeric());
        if !first_is_plain
            || !letters.all(|letter| letter.is_ascii_alphanumeric() || "_-.:/".contains(letter))
        {
            let message =
                "a metric's name begins with a letter or digit and goes on with those or `_ - . : /`";
            self.add(format!("{path}.name"), "metric_name", message);
        }
        self.in_a_source(metric, path);
        let has_a_rule =
            metric.threshold.is_some() || metric.relative.is_some() || metric.comparison.is_some();
        if metric.mode == Mode::Gate && !has_a_rule {
            let message = "nothing says what is good enough; add `threshold`, `relative` or `comparison`";
            self.add(path, "metric_without_rule", message);
        }
        if metric.mode == Mode::Tripwire && metric.needs_stable() {
            let message = "a tripwire looks at the canary alone; leave out `relative` and `comparison`, or use mode \"gate\"";
            self.add(format!("{path}.mode"), "tripwire_compares", message);
        }
        if metric.mode == Mode::Tripwire && metric.count.is_some() {
            self.add(format!("{path}.count"), "tripwire_counts", "a tripwire never rests; leave `count` out");
        }
        if let Some(threshold) = &metric.threshold {
            self.in_a_threshold(threshold, metric, &format!("{path}.threshold"));
        }
        if let Some(Relative { max_ratio, min_delta, .. }) = &metric.relative {
            if !(*max_ratio > 0.0 && max_ratio.is_finite()) {
                let message =
                    format!("a ratio of {max_ratio} passes nothing; 3 means three times the stable value");
                self.add(format!("{path}.relative.max_ratio"), "range", message);
            }
            if !(*min_delta >= 0.0 && min_delta.is_finite()) {
                let message = format!("{min_delta} is not a difference; write 0 or more");
                self.add(format!("{path}.relative.min_delta"), "range", message);
            }
        }
        if let Some(comparison) = &metric.comparison {
            self.in_a_comparison(comparison, metric, &format!("{path}.comparison"));
        }
        if let Some(interval) = metric.interval {
            self.must_last(interval, &format!("{path}.interval"));
        }
        self.must_be_positive(metric.count, &format!("{path}.count"));
        self.must_be_positive(metric.consecutive_success_limit, &format!("{path}.consecutive_success_limit"));
        if let (Some(count), Some(passes)) = (metric.count, metric.consecutive_success_limit)
            && count < passes
        {
            let message = format!("{count} checks can never be {passes} passes in a row");
            self.add(format!("{path}.count"), "count_too_small", message);
        }
    }

    fn in_a_source(&mut self, metric: &Metric, path: &str) {
        let fields = [
            ("stat", metric.stat.is_some(), &[Source::Platform, Source::Prometheus, Source::Http][..]),
            ("address", metric.address.is_some(), &[Source::Prometheus][..]),
            ("query", metric.query.is_some(), &[Source::Prometheus][..]),
            ("url", metric.url.is_some(), &[Source::Http, Source::Webhook][..]),
            ("json_pointer", metric.json_pointer.is_some(), &[Source::Http][..]),
        ];
        for (field, given, sources) in fields {
            if given && !sources.contains(&metric.source) {
                let message = format!("a source \"{}\" has no `{field}`", metric.source.word());
                self.add(format!("{path}.{field}"), "source_field", message);
            }
        }
        let needed = match metric.source {
            Source::Platform => None,
            Source::Prometheus => metric.query.is_none().then_some("query"),
            Source::Http | Source::Webhook => metric.url.is_none().then_some("url"),
        };
        if let Some(field) = needed {
            let message = format!("a source \"{}\" needs a `{field}`", metric.source.word());
            self.add(format!("{path}.{field}"), "missing_field", message);
        }
        for (field, address) in [("url", &metric.url), ("address", &metric.address)] {
            if let Some(address) = address {
                self.in_an_address(address, &format!("{path}.{field}"));
            }
        }
        if let Some(pointer) = &metric.json_pointer
            && !pointer.starts_with('/')
        {
            let message =
                format!("\"{pointer}\" is not a JSON pointer; write \"/data/0/value\", for example");
            self.add(format!("{path}.json_pointer"), "json_pointer", message);
        }
    }

    fn in_a_threshold(&mut self, threshold: &Threshold, metric: &Metric, path: &str) {
        let Threshold { min, max, above, below, unit } = threshold;
        let bounds = [("min", min), ("max", max), ("above", above), ("below", below)];
        if bounds.iter().all(|(_, bound)| bound.is_none()) {
            self.add(path, "threshold_empty", "a threshold needs a bound: `min`, `max`, `above` or `below`");
        }
        if min.is_some() && above.is_some() {
            self.add(
                format!("{path}.above"),
                "one_bound",
                "`min` and `above` both bound the value from below; keep one",
            );
        }
        if max.is_some() && below.is_some() {
            self.add(
                format!("{path}.below"),
                "one_bound",
                "`max` and `below` both bound the value from above; keep one",
            );
        }
        if let (Some(lower), Some(upper)) = (min.or(*above), max.or(*below))
            && (lower > upper || (lower == upper && (above.is_some() || below.is_some())))
        {
            let message = format!("no value lies between {lower} and {upper}");
            self.add(path, "threshold_empty", message);
        }
        // What is asked of a platform has a known unit. A metric that only names its source is not held to it.
        let Some(stat) = metric.stat.filter(|_| metric.source == Source::Platform) else { return };
        let units: &[&str] = match stat {
            Stat::ErrorRate | Stat::SuccessRate => &["fraction", "percent", "%"],
            Stat::Avg | Stat::P50 | Stat::P90 | Stat::P95 | Stat::P99 => &["ms", "s"],
            Stat::RequestRate => &["per_minute"],
        };
        if let Some(unit) = unit.as_deref().filter(|unit| !units.contains(unit)) {
            let message =
                format!("\"{unit}\" is not a unit of this stat; it is measured in {}", quoted(units));
            return self.add(format!("{path}.unit"), "unit", message);
        }
        for (name, bound) in bounds {
            if let Some(bound) =
                bound.filter(|bound| metric.is_rate() && !(0.0..=metric.whole()).contains(bound))
            {
                let message = format!(
                    "{bound} is outside 0 to {}; 2 % is written 0.02, or 2 with the unit \"percent\"",
                    metric.whole()
                );
                self.add(format!("{path}.{name}"), "rate_bound", message);
            }
        }
    }

    fn in_a_comparison(&mut self, comparison: &Comparison, metric: &Metric, path: &str) {
        let Comparison { method, confidence, allowed_increase, min_points, .. } = comparison;
        if !(*confidence > 0.5 && *confidence < 1.0) {
            let message = format!("a confidence of {confidence} is not between 0.5 and 1; 0.98 is usual");
            self.add(format!("{path}.confidence"), "range", message);
        }
        if !(*allowed_increase >= 1.0 && allowed_increase.is_finite()) {
            let message =
                format!("{allowed_increase} is not a ratio of 1 or more; 1.25 accepts a change of 25 %");
            self.add(format!("{path}.allowed_increase"), "range", message);
        }
        self.must_be_positive(Some(*min_points), &format!("{path}.min_points"));
        if *method == Method::TwoProportion && !metric.is_rate() {
            let message = "a two-proportion test counts requests, so the metric needs stat \"error_rate\" or \"success_rate\"";
            self.add(format!("{path}.method"), "method_needs_rate", message);
        }
    }

    fn in_the_deadline(&mut self, policy: &Policy) {
        let longest = policy.longest_wait();
        if let Some(deadline) = policy.progress_deadline.filter(|deadline| *deadline <= longest) {
            let message = format!("a deadline of {deadline} passes before a step of {longest} can end");
            self.add("progress_deadline", "deadline_too_short", message);
        }
    }

    fn in_the_rollback_window(&mut self, policy: &Policy) {
        let Some(window) = &policy.rollback_window else { return };
        if window.revisions.is_none() && window.max_age.is_none() {
            let message = "nothing says how far back the window reaches; add `revisions` or `max_age`";
            self.add("rollback_window", "window_empty", message);
        }
        self.must_be_positive(window.revisions, "rollback_window.revisions");
        if let Some(max_age) = window.max_age {
            self.must_last(max_age, "rollback_window.max_age");
        }
    }

    fn in_the_hooks(&mut self, policy: &Policy) {
        let mut names = BTreeSet::new();
        for (index, hook) in policy.hooks.iter().enumerate() {
            let path = format!("hooks[{index}]");
            self.in_an_address(&hook.url, &format!("{path}.url"));
            self.must_last(hook.timeout, &format!("{path}.timeout"));
            let name = policy.hook_name(index);
            if !names.insert(name.clone()) {
                self.add(
                    format!("{path}.name"),
                    "hook_names_differ",
                    format!("a hook named \"{name}\" stands above already"),
                );
            }
            if !hook.on.is_empty() && hook.when != HookPoint::PostRollout {
                let message = "only `post_rollout` hooks know the outcome; leave `on` out";
                self.add(format!("{path}.on"), "hook_on", message);
            }
        }
    }

    fn in_the_freeze_windows(&mut self, windows: &[FreezeWindow]) {
        for (index, window) in windows.iter().enumerate() {
            let path = format!("freeze_windows[{index}]");
            if window.zone().is_none() {
                let message = format!(
                    "\"{}\" is not a time zone; write a name such as \"Europe/Berlin\"",
                    window.time_zone
                );
                self.add(format!("{path}.time_zone"), "time_zone", message);
            }
            if let (Some(first), Some(last)) = (window.first_date, window.last_date)
                && last < first
            {
                self.add(
                    format!("{path}.last_date"),
                    "dates",
                    format!("{last} is before the first date {first}"),
                );
            }
        }
        let for_ever = |window: &&FreezeWindow| window.first_date.is_none() && window.last_date.is_none();
        let always: Vec<FreezeWindow> = windows.iter().filter(for_ever).cloned().collect();
        let month_later = Timestamp::UNIX_EPOCH.as_second() + 31 * 86_400;
        if frozen_until(&always, Timestamp::UNIX_EPOCH).is_some_and(|until| until.as_second() > month_later) {
            self.add(
                "freeze_windows",
                "always_frozen",
                "together these windows never close, so no release could begin",
            );
        }
    }

    fn in_an_address(&mut self, address: &str, path: &str) {
        let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        if host.is_none_or(|host| {
            host.is_empty() || host.starts_with('/') || address.contains(char::is_whitespace)
        }) {
            self.add(path, "address", format!("\"{address}\" is not an http:// or https:// address"));
        }
    }

    fn must_last(&mut self, duration: Duration, path: &str) {
        if duration.is_zero() {
            self.add(path, "no_time", "no time at all; write a length such as \"10m\"");
        }
    }

    fn must_be_positive(&mut self, number: Option<u32>, path: &str) {
        if number == Some(0) {
            self.add(path, "range", "0 stands where 1 or more belongs");
        }
    }
}
