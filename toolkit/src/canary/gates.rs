//! The arithmetic of a gate: how many requests a check sees, and what so many requests can tell.

use rollout::Duration;
use rollout::policy::{Metric, Policy, Stat, Step};
use rollout::stats::{binomial_at_least, requests_to_exclude};
use serde::Serialize;

use super::chances::{World, is_spoken_of};

/// How confident a gate should be that a rate is below its bound.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// A part of a rollout in which one weight is held: a step, or the final bake.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'ladder> {
    /// Position on the ladder, from 0; `None` in the final bake.
    pub(crate) index: Option<usize>,
    pub(crate) step: Option<&'ladder Step>,
    /// The canary's share in percent.
    pub(crate) weight: u8,
    pub(crate) bake: Duration,
}

/// The stretches of a rollout in their order. `ladder` are the steps of the policy, written or generated.
pub(crate) fn stretches<'ladder>(policy: &Policy, ladder: &'ladder [Step]) -> Vec<Stretch<'ladder>> {
    let steps = ladder.iter().enumerate().map(|(index, step)| Stretch {
        index: Some(index),
        step: Some(step),
        weight: step.weight,
        bake: step.bake_time,
    });
    let last = Stretch { index: None, step: None, weight: 100, bake: policy.final_bake_time };
    steps.chain((!last.bake.is_zero()).then_some(last)).collect()
}

impl Stretch<'_> {
    /// The metrics that can hold a release back here.
    pub(crate) fn deciding<'policy>(&self, policy: &'policy Policy) -> Vec<&'policy Metric> {
        let named = self.step.and_then(|step| step.analysis.as_ref()).and_then(|own| own.metrics.as_ref());
        let is_asked = |metric: &&Metric| named.is_none_or(|names| names.contains(&metric.name));
        policy.analysis.metrics.iter().filter(|metric| metric.is_deciding_gate()).filter(is_asked).collect()
    }

    /// The requests that a check needs here.
    pub(crate) fn min_sample_size(&self, policy: &Policy) -> u64 {
        let own = self.step.and_then(|step| step.analysis.as_ref()).and_then(|own| own.min_sample_size);
        own.unwrap_or(policy.analysis.min_sample_size)
    }

    /// Requests to the canary in one minute.
    pub(crate) fn requests_per_minute(&self, of_the_service: f64) -> f64 {
        of_the_service * f64::from(self.weight) / 100.0
    }
}

/// The largest share of bad requests that the thresholds of a rate accept, 0 to 1.
pub(crate) fn largest_bad_rate(metric: &Metric) -> Option<f64> {
    let threshold = metric.threshold.as_ref()?;
    let bound = match metric.stat()? {
        Stat::ErrorRate => threshold.max.or(threshold.below)? / metric.whole(),
        Stat::SuccessRate => 1.0 - threshold.min.or(threshold.above)? / metric.whole(),
        _ => return None,
    };
    (0.0..=1.0).contains(&bound).then_some(bound)
}

/// One rate gate in one step.
#[derive(Debug, Serialize)]
pub(crate) struct Gate {
    pub(crate) metric: String,
    /// Position on the ladder, from 0; absent in the final bake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<usize>,
    /// The canary's share in percent.
    pub(crate) weight: u8,
    /// How long the weight is held.
    #[serde(skip)]
    pub(crate) bake: Duration,
    /// The largest accepted share of bad requests.
    pub(crate) bound: f64,
    /// Requests to the canary without which a check has no verdict.
    #[serde(rename = "min_sample_size")]
    pub(crate) needed: u64,
    /// Requests that a check of the canary sees; `None` when the deadline comes before there are enough.
    pub(crate) requests_per_check: Option<u64>,
    /// Bad requests with which a check fails.
    pub(crate) fails_from: Option<u64>,
    /// Checks in the bake time.
    pub(crate) checks: u64,
    /// Chance that a check fails a canary that is as good as the stable version.
    pub(crate) false_alarm_per_check: Option<f64>,
    /// The same for at least one of all checks in the bake time.
    pub(crate) false_alarm_over_checks: Option<f64>,
    /// Chance that a check fails this canary.
    pub(crate) detection_per_check: Option<f64>,
    /// Requests to the canary that exclude the bound at 95 % confidence when none of them is bad.
    pub(crate) requests_to_exclude: Option<u64>,
    /// Requests to the whole service in which the canary gets so many.
    pub(crate) total_requests_to_exclude: Option<u64>,
}

/// Every rate gate with a fixed bound in every stretch of a rollout.
pub(crate) fn gates(policy: &Policy, world: &World) -> Vec<Gate> {
    let ladder = policy.ladder();
    let mut gates = Vec::new();
    for stretch in stretches(policy, &ladder) {
        for metric in stretch.deciding(policy).into_iter().filter(|metric| is_spoken_of(policy, metric)) {
            if let Some(bound) = largest_bad_rate(metric) {
                gates.push(gate(policy, world, metric, bound, &stretch));
            }
        }
    }
    gates
}

fn gate(policy: &Policy, world: &World, metric: &Metric, bound: f64, stretch: &Stretch<'_>) -> Gate {
    let per_second = stretch.requests_per_minute(world.requests_per_minute) / 60.0;
    let interval = policy.interval(metric, stretch.step).as_secs() as f64;
    let first = policy.first_check(metric, stretch.step).as_secs() as f64;
    let bake = stretch.bake.as_secs() as f64;
    let needed = stretch.min_sample_size(policy).max(1) as f64;

    // A check adds up measurements until they hold enough requests.
    let per_measurement = per_second * interval;
    let measurements = (needed / per_measurement - 1e-9).ceil().max(1.0);
    let until_first = first.max(needed / per_second);
    let in_reach = until_first <= policy.deadline().as_secs() as f64;
    let requests = in_reach.then(|| (per_measurement * measurements + 1e-9).floor() as u64);
    let checks = if in_reach && until_first <= bake {
        1 + ((bake - until_first) / (interval * measurements)).floor() as u64
    } else {
        0
    };

    let fails_from = requests.map(|requests| fails_from(metric, bound, requests));
    let fails_with = |rate: f64| Some(binomial_at_least(fails_from?, requests?, rate));
    let false_alarm = fails_with(world.stable_error_rate);
    let to_exclude = requests_to_exclude(bound, CONFIDENCE);
    let of_the_service = |requests: u64| (requests as f64 * 100.0 / f64::from(stretch.weight)).round() as u64;
    Gate {
        metric: metric.name.clone(),
        step: stretch.index,
        weight: stretch.weight,
        bake: stretch.bake,
        bound,
        needed: needed as u64,
        requests_per_check: requests,
        fails_from,
        checks,
        false_alarm_per_check: false_alarm,
        false_alarm_over_checks: false_alarm.map(|chance| 1.0 - (1.0 - chance).powf(checks as f64)),
        detection_per_check: fails_with(world.canary_error_rate),
        requests_to_exclude: to_exclude,
        total_requests_to_exclude: to_exclude.map(of_the_service),
    }
}

/// The fewest bad requests of a sample that break the bound.
pub(crate) fn fails_from(metric: &Metric, bound: f64, requests: u64) -> u64 {
    let threshold = metric.threshold.as_ref();
    // `max` and `min` accept a value that is equal to them; `below` and `above` do not.
    let is_strict = threshold.is_some_and(|threshold| threshold.max.is_none() && threshold.min.is_none());
    let exact = bound * requests as f64;
    let nearest = exact.round();
    let is_whole = (exact - nearest).abs() < 1e-9 * requests as f64;
    match (is_whole, is_strict) {
        (true, true) => nearest as u64,
        (true, false) => nearest as u64 + 1,
        (false, _) => exact.ceil() as u64,
    }
}
