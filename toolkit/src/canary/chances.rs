//! What becomes of a release with a given traffic: the chances of promotion, rollback and pause.
//!
//! Nothing of the engine is modelled anew: it decides for itself, and only the measurements are made up. Where the one
//! thing left to chance is how many requests of a measurement are bad, every possible count is followed through the
//! engine with its binomial probability, and states that will go on alike are merged: the result is exact. Where more
//! is left to chance, releases are played with a seeded generator.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use rand::{Rng, SeedableRng};
use rand_distr::{Binomial, Distribution, LogNormal};
use rand_pcg::Pcg64Mcg;
use rollout::journal::PauseKind;
use rollout::policy::{Metric, Mode, Policy, Source, Stat, Threshold};
use rollout::stats::{binomial_at_most, binomial_exactly, binomial_quantile};
use rollout::{Phase, Reading, Variant};
use serde::Serialize;

use super::rehearsal::{Circling, Question, Rehearsal};
use super::trace::Event;

/// Probability below which a branch is not followed any more. What is dropped stays far below every printed digit.
const NEGLIGIBLE: f64 = 1e-12;

/// Ways of a release that are followed before simulation takes over: some ten seconds of work.
const MOST_WAYS: usize = 1_000_000;

/// The service and its two versions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct World {
    /// Requests to both versions together.
    pub(crate) requests_per_minute: f64,
    /// Share of the stable version's requests that are bad, 0 to 1.
    pub(crate) stable_error_rate: f64,
    /// Share of the canary's requests that are bad, 0 to 1.
    pub(crate) canary_error_rate: f64,
    /// Measured latencies; `None` when all latency gates are taken to pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) latency: Option<Latency>,
}

/// What is measured as latency, whatever the percentile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Latency {
    /// Of the stable version, in milliseconds.
    pub(crate) stable: f64,
    /// Of the canary, in milliseconds.
    pub(crate) canary: f64,
    /// How far one measurement strays from that, as a share of it (standard deviation).
    pub(crate) noise: f64,
}

impl World {
    /// The same service releasing a version that is as good as the stable one.
    pub(crate) fn healthy(&self) -> Self {
        let latency = self.latency.map(|latency| Latency { canary: latency.stable, ..latency });
        Self { canary_error_rate: self.stable_error_rate, latency, ..*self }
    }

    /// Requests to a variant within a span. Traffic is even; a request counts in the span in which it is complete, so
    /// that adjoining spans share none and lose none.
    fn requests(&self, question: &Question<'_>) -> u64 {
        let share = match question.variant {
            Variant::Canary => f64::from(question.weight),
            Variant::Stable => 100.0 - f64::from(question.weight),
        };
        let until =
            |second: u64| (self.requests_per_minute * share / 100.0 * second as f64 / 60.0 + 1e-9).floor();
        (until(question.t) - until(question.since)) as u64
    }

    fn error_rate(&self, variant: Variant) -> f64 {
        match variant {
            Variant::Canary => self.canary_error_rate,
            Variant::Stable => self.stable_error_rate,
        }
    }
}

/// The chances of a release.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Chances {
    pub(crate) probability: Probability,
    pub(crate) time_to_decision: TimeToDecision,
    /// Bad requests that the canary answers until the decision.
    pub(crate) expected_bad_requests: f64,
    /// Requests that the canary answers until the decision.
    pub(crate) expected_canary_requests: f64,
    #[serde(flatten)]
    pub(crate) method: Method,
}

/// How a release ends. The three add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub(crate) struct Probability {
    pub(crate) promotion: f64,
    pub(crate) rollback: f64,
    pub(crate) pause: f64,
}

/// Seconds from the start to promotion, rollback or pause.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct TimeToDecision {
    pub(crate) expected: f64,
    pub(crate) p95: f64,
}

/// Where the numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub(crate) enum Method {
    /// Every outcome with its probability.
    Exact,
    /// A sample of releases.
    Simulated {
        /// How many.
        runs: u64,
        /// What the generator began with.
        seed: u64,
    },
}

/// How to simulate where it has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Simulation {
    pub(crate) runs: u64,
    pub(crate) seed: u64,
}

/// The chances of a release under `policy` in `world`. `tick` is called with the share of the work that is done.
///
/// # Errors
/// [`Circling`] is a bug of the engine.
pub(crate) fn chances(
    policy: &Policy,
    world: &World,
    simulation: Simulation,
    tick: impl Fn(f64) + Sync,
) -> Result<Chances, Circling> {
    let policy = for_chances(policy);
    if needs_simulation(&policy, world).is_none()
        && let Some(chances) = exact(&policy, world, MOST_WAYS, &tick)?
    {
        return Ok(chances);
    }
    simulated(&policy, world, simulation, tick)
}

/// The first thing beside the canary's bad requests that is left to chance, in words.
pub(crate) fn needs_simulation(policy: &Policy, world: &World) -> Option<String> {
    let policy = for_chances(policy);
    let mut rhythm = None;
    for metric in &policy.analysis.metrics {
        if metric.is_rate() {
            if metric.needs_stable() {
                return Some(format!(
                    "`{}` compares with the stable version, whose bad requests vary too",
                    metric.name
                ));
            }
            let this = (metric.interval, metric.initial_delay);
            if *rhythm.get_or_insert(this) != this {
                return Some("the rates are measured over different spans".to_owned());
            }
        } else if is_latency(metric) && world.latency.is_some_and(|latency| latency.noise > 0.0) {
            return Some(format!("the measured latency of `{}` varies", metric.name));
        }
    }
    None
}

/// Metrics that no number of this world speaks about; they are taken to pass.
pub(crate) fn taken_to_pass<'policy>(policy: &'policy Policy, world: &World) -> Vec<&'policy str> {
    let is_known = |metric: &Metric| {
        is_spoken_of(policy, metric)
            || metric.stat() == Some(Stat::RequestRate)
            || (is_latency(metric) && world.latency.is_some())
    };
    let metrics = policy.analysis.metrics.iter().filter(|metric| !metric.dry_run && !is_known(metric));
    metrics.map(|metric| metric.name.as_str()).collect()
}

/// Whether the error rates of a world are what this metric measures: the platform's own rates, and where a policy has
/// none, any rate. A rate that somebody else counts beside them is one of something else, such as database queries.
pub(crate) fn is_spoken_of(policy: &Policy, metric: &Metric) -> bool {
    let platform_counts =
        || policy.analysis.metrics.iter().any(|metric| metric.is_rate() && metric.source == Source::Platform);
    metric.is_rate() && (metric.source == Source::Platform || !platform_counts())
}

/// The part of a policy that takes part in chance: without metrics on trial and silent tripwires, without freeze
/// windows, without people to be told. A rate that nothing is said about is no rate here, only something that passes.
fn for_chances(original: &Policy) -> Policy {
    let mut policy = original.normalized();
    let mut dropped = Vec::new();
    for metric in policy.analysis.metrics.iter_mut().filter(|metric| metric.is_rate()) {
        if !is_spoken_of(original, metric) {
            metric.stat = None;
        }
    }
    policy.analysis.metrics.retain(|metric| {
        let keep = !metric.dry_run && (metric.mode == Mode::Gate || metric.is_rate());
        if !keep {
            dropped.push(metric.name.clone());
        }
        keep
    });
    for step in &mut policy.steps {
        if let Some(names) = step.analysis.as_mut().and_then(|own| own.metrics.as_mut()) {
            names.retain(|name| !dropped.contains(name));
        }
    }
    policy.freeze_windows.clear();
    policy.notifications.clear();
    policy
}

fn is_latency(metric: &Metric) -> bool {
    matches!(metric.stat(), Some(Stat::Avg | Stat::P50 | Stat::P90 | Stat::P95 | Stat::P99))
}

/// A release that was followed to its next measurement, or to its end.
#[derive(Clone)]
struct Branch<'policy> {
    rehearsal: Rehearsal<'policy>,
    t: u64,
    /// Requests that the canary answered.
    requests: f64,
    /// What the engine wants to know; empty when the release is decided.
    questions: Vec<Question<'policy>>,
}

impl<'policy> Branch<'policy> {
    fn begin(policy: &'policy Policy, world: &World) -> Result<Self, Circling> {
        let mut rehearsal = Rehearsal::of(policy, Timestamp::UNIX_EPOCH);
        rehearsal.start();
        let mut branch = Self { rehearsal, t: 0, requests: 0.0, questions: Vec::new() };
        branch.go_on(world)?;
        Ok(branch)
    }

    /// Lets the engine run until it asks something or the release is decided. Approvals are given at once.
    fn go_on(&mut self, world: &World) -> Result<(), Circling> {
        self.questions.clear();
        while self.outcome().is_none() && self.questions.is_empty() {
            let event = self.waits_for_approval().then_some(Event::Approve);
            let t = match (&event, self.rehearsal.wake()) {
                (Some(_), _) => self.t,
                (None, Some(t)) => t,
                (None, None) => break,
            };
            let minutes = (t - self.t) as f64 / 60.0;
            self.requests +=
                world.requests_per_minute * f64::from(self.rehearsal.ending().weight) / 100.0 * minutes;
            self.t = t;
            self.rehearsal.wait_until(t)?;
            self.rehearsal.turn(event.as_ref());
            self.questions = self.rehearsal.questions();
        }
        Ok(())
    }

    fn waits_for_approval(&self) -> bool {
        let run = self.rehearsal.journal().run.as_ref();
        run.and_then(|run| run.pause.as_ref()).is_some_and(|pause| pause.kind == PauseKind::Approval)
    }

    /// What became of the release, if anything has. What asks nothing and does not want to be called again waits for a
    /// person.
    fn decided(&self) -> Option<Outcome> {
        self.outcome().or_else(|| self.questions.is_empty().then_some(Outcome::Pause))
    }

    fn outcome(&self) -> Option<Outcome> {
        match self.rehearsal.journal().phase() {
            Phase::Succeeded => Some(Outcome::Promotion),
            Phase::Failed | Phase::Aborted => Some(Outcome::Rollback),
            Phase::Paused if !self.waits_for_approval() => Some(Outcome::Pause),
            _ => None,
        }
    }

    /// Answers every question, with so many bad requests in each measured span of the canary.
    fn answer(&mut self, world: &World, bad: u64) {
        for question in std::mem::take(&mut self.questions) {
            let requests = world.requests(&question);
            let bad = if question.variant == Variant::Canary { bad.min(requests) } else { 0 };
            let latency = world.latency.map(|latency| match question.variant {
                Variant::Canary => latency.canary,
                Variant::Stable => latency.stable,
            });
            let (reading, samples) = reading(question.metric, world, requests, bad, latency);
            self.rehearsal.answer(&question, reading, samples);
        }
    }

    /// Answers every question by chance. Questions about the same requests get the same answer.
    fn answer_by_chance(&mut self, world: &World, dice: &mut Dice) {
        let mut bad_requests = HashMap::new();
        let mut latencies = HashMap::new();
        for question in std::mem::take(&mut self.questions) {
            let variant = question.variant;
            let requests = world.requests(&question);
            let bad = *bad_requests
                .entry((variant == Variant::Canary, question.since))
                .or_insert_with(|| dice.bad_requests(requests, world.error_rate(variant)));
            let latency = world.latency.map(|latency| {
                let middle = if variant == Variant::Canary { latency.canary } else { latency.stable };
                let stat = question.metric.stat().map(|stat| stat as u8);
                *latencies
                    .entry((variant == Variant::Canary, question.since, stat))
                    .or_insert_with(|| middle * dice.noise(latency.noise))
            });
            let (reading, samples) = reading(question.metric, world, requests, bad, latency);
            self.rehearsal.answer(&question, reading, samples);
        }
    }

    /// Whether both go on alike from here.
    fn is_like(&self, other: &Self) -> bool {
        self.decided() == other.decided() && self.key() == other.key()
    }

    /// Everything that the future of this branch depends on.
    fn key(&self) -> Vec<u64> {
        let mut key = vec![self.t, self.rehearsal.wake().unwrap_or(u64::MAX)];
        let Some(run) = self.rehearsal.journal().run.as_ref() else { return key };
        key.extend([
            run.phase as u64,
            run.step as u64,
            u64::from(run.weight),
            run.bake.baked_ms,
            run.bake.stalled_ms,
            u64::from(run.counters.failed),
            u64::from(run.counters.inconclusive),
            u64::from(run.counters.errors),
        ]);
        for metric in &run.metrics {
            // Bad requests in the pool are whole, but the engine keeps them as a mean.
            let bad = metric.pool.canary * metric.pool.canary_samples as f64;
            key.extend([
                metric.pool.canary_samples,
                (bad * 1_024.0).round() as u64,
                metric.last.map_or(0, |verdict| verdict as u64 + 1),
                u64::from(metric.breach.is_some()),
                u64::from(metric.passes),
                u64::from(metric.verdicts),
                u64::from(metric.failed),
                u64::from(metric.inconclusive),
                metric.samples,
                metric.due.map_or(u64::MAX, |due| due.as_millisecond().cast_unsigned()),
            ]);
        }
        key
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Outcome {
    Promotion,
    Rollback,
    Pause,
}

/// What a source would say.
fn reading(
    metric: &Metric,
    world: &World,
    requests: u64,
    bad: u64,
    latency: Option<f64>,
) -> (Reading, Option<u64>) {
    let stat = metric.stat();
    let value = match stat {
        _ if metric.is_rate() && requests == 0 => return (Reading::NoData, Some(0)),
        Some(Stat::SuccessRate) => metric.whole() * (requests - bad) as f64 / requests as f64,
        Some(Stat::ErrorRate) => metric.whole() * bad as f64 / requests as f64,
        Some(Stat::RequestRate) => world.requests_per_minute,
        _ => match latency.filter(|_| is_latency(metric)) {
            Some(_) if requests == 0 => return (Reading::NoData, Some(0)),
            Some(milliseconds) if unit(metric) == Some("s") => milliseconds / 1_000.0,
            Some(milliseconds) => milliseconds,
            None => return (Reading::Value(passing_value(metric.threshold.as_ref())), None),
        },
    };
    (Reading::Value(value), Some(requests))
}

fn unit(metric: &Metric) -> Option<&str> {
    metric.threshold.as_ref().and_then(|threshold| threshold.unit.as_deref())
}

/// A value within a threshold.
fn passing_value(threshold: Option<&Threshold>) -> f64 {
    let Some(threshold) = threshold else { return 0.0 };
    match (threshold.min.or(threshold.above), threshold.max.or(threshold.below)) {
        (Some(low), Some(high)) => f64::midpoint(low, high),
        (Some(low), None) => low + low.abs().max(1.0),
        (None, Some(high)) => high - high.abs().max(1e-9) / 2.0,
        (None, None) => 0.0,
    }
}

/// What has become of the branches that ended.
#[derive(Default)]
struct Tally {
    /// Probability by time and outcome.
    ended: BTreeMap<(u64, Outcome), f64>,
    /// Requests, each branch's times its probability.
    requests: f64,
    total: f64,
}

impl Tally {
    fn end(&mut self, t: u64, outcome: Outcome, probability: f64, requests: f64) {
        *self.ended.entry((t, outcome)).or_default() += probability;
        self.requests += requests;
        self.total += probability;
    }

    fn chances(self, world: &World, method: Method) -> Chances {
        let mut probability = Probability::default();
        let (mut expected, mut so_far, mut p95) = (0.0, 0.0, None);
        for ((t, outcome), share) in &self.ended {
            let share = share / self.total;
            match outcome {
                Outcome::Promotion => probability.promotion += share,
                Outcome::Rollback => probability.rollback += share,
                Outcome::Pause => probability.pause += share,
            }
            expected += share * *t as f64;
            so_far += share;
            if so_far >= 0.95 - 1e-12 {
                p95 = p95.or(Some(*t as f64));
            }
        }
        // Millionths are the rest of the arithmetic, not of the release.
        let neat = |number: f64| (number * 1e6).round() / 1e6;
        let (requests, expected) = (neat(self.requests / self.total), neat(expected));
        Chances {
            probability,
            time_to_decision: TimeToDecision { expected, p95: p95.unwrap_or(expected) },
            // Which requests reach the canary is settled before any of them turns out bad.
            expected_bad_requests: neat(requests * world.canary_error_rate),
            expected_canary_requests: requests,
            method,
        }
    }
}

/// Several ways to the same state, as one.
struct Merged<'policy> {
    branch: Branch<'policy>,
    probability: f64,
    /// Requests of each way, times its probability.
    requests: f64,
}

/// Follows every way of a release to its end; `None` when there are more than `most`.
fn exact(
    policy: &Policy,
    world: &World,
    most: usize,
    tick: impl Fn(f64),
) -> Result<Option<Chances>, Circling> {
    let mut tally = Tally::default();
    let mut ways = 0;
    // Ordered all the way, so that sums come out the same to the last digit.
    let mut open: BTreeMap<u64, BTreeMap<Vec<u64>, Merged<'_>>> = BTreeMap::new();
    let begin = Branch::begin(policy, world)?;
    let requests = begin.requests;
    let mut arrived = vec![Merged { branch: begin, probability: 1.0, requests }];
    loop {
        for merged in arrived.drain(..) {
            match merged.branch.decided() {
                Some(outcome) => tally.end(merged.branch.t, outcome, merged.probability, merged.requests),
                None => match open.entry(merged.branch.t).or_default().entry(merged.branch.key()) {
                    Entry::Vacant(place) => {
                        place.insert(merged);
                    }
                    Entry::Occupied(mut place) => {
                        place.get_mut().probability += merged.probability;
                        place.get_mut().requests += merged.requests;
                    }
                },
            }
        }
        tick(tally.total);
        let Some((_, branches)) = open.pop_first() else { break };
        for Merged { branch, probability, requests } in branches.into_values() {
            let outcomes = outcomes(&branch, probability, world)?;
            ways += outcomes.len();
            if ways > most {
                return Ok(None);
            }
            for (after, share) in outcomes {
                let more = after.requests - branch.requests;
                let probability = probability * share;
                let requests = requests * share + more * probability;
                arrived.push(Merged { branch: after, probability, requests });
            }
        }
    }
    Ok(Some(tally.chances(world, Method::Exact)))
}

/// Everything that can come of the questions of a branch, with its share of the branch's own probability.
fn outcomes<'policy>(
    branch: &Branch<'policy>,
    probability: f64,
    world: &World,
) -> Result<Vec<(Branch<'policy>, f64)>, Circling> {
    let follow = |bad| {
        let mut after = branch.clone();
        after.answer(world, bad);
        after.go_on(world).map(|()| after)
    };
    let rate = branch.questions.iter().find(|question| question.metric.is_rate());
    let Some(requests) = rate.map(|question| world.requests(question)).filter(|requests| *requests > 0)
    else {
        return Ok(vec![(follow(0)?, 1.0)]);
    };
    let bad_rate = world.canary_error_rate;
    let quantile = |probability| binomial_quantile(probability, requests, bad_rate).unwrap_or(requests);
    let tail = (NEGLIGIBLE / probability).min(0.5);
    let (fewest, most) = (quantile(tail), quantile(1.0 - tail));

    // More bad requests never make a branch look better, unless a threshold bounds the rate on both sides. So where
    // the ends of a range lead to the same state, all of it does.
    let one_sided =
        branch.questions.iter().filter_map(|question| question.metric.threshold.as_ref()).all(|threshold| {
            threshold.min.or(threshold.above).is_none() || threshold.max.or(threshold.below).is_none()
        });
    let mut outcomes = Vec::new();
    let mut ranges = vec![(fewest, follow(fewest)?, most, follow(most)?)];
    while let Some((low, at_low, high, at_high)) = ranges.pop() {
        if low == high || (one_sided && at_low.is_like(&at_high)) {
            let share = if low == high {
                binomial_exactly(low, requests, bad_rate)
            } else {
                let below =
                    low.checked_sub(1).map_or(0.0, |below| binomial_at_most(below, requests, bad_rate));
                binomial_at_most(high, requests, bad_rate) - below
            };
            outcomes.push((at_low, share));
            continue;
        }
        let middle = low + (high - low) / 2;
        let at_middle = if middle == low { at_low.clone() } else { follow(middle)? };
        let at_next = if middle + 1 == high { at_high.clone() } else { follow(middle + 1)? };
        ranges.push((middle + 1, at_next, high, at_high));
        ranges.push((low, at_low, middle, at_middle));
    }
    Ok(outcomes)
}

fn simulated(
    policy: &Policy,
    world: &World,
    simulation: Simulation,
    tick: impl Fn(f64) + Sync,
) -> Result<Chances, Circling> {
    let begin = Branch::begin(policy, world)?;
    let done = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get) as u64;
    let chunk = simulation.runs.div_ceil(threads);
    // Every run has a generator of its own, so the result does not depend on the number of threads.
    let play = |first: u64| -> Result<Vec<(u64, Outcome, f64)>, Circling> {
        let mut ended = Vec::new();
        for run in first..(first + chunk).min(simulation.runs) {
            let mut dice = Dice::of(simulation.seed, run);
            let mut branch = begin.clone();
            let outcome = loop {
                match branch.decided() {
                    Some(outcome) => break outcome,
                    None => {
                        branch.answer_by_chance(world, &mut dice);
                        branch.go_on(world)?;
                    }
                }
            };
            ended.push((branch.t, outcome, branch.requests));
            tick(done.fetch_add(1, Ordering::Relaxed) as f64 / simulation.runs as f64);
        }
        Ok(ended)
    };
    let ended: Vec<_> = std::thread::scope(|scope| {
        let firsts = (0..simulation.runs).step_by(chunk.max(1) as usize);
        let workers: Vec<_> = firsts.map(|first| scope.spawn(move || play(first))).collect();
        workers.into_iter().map(|worker| worker.join().expect("a release is played without panics")).collect()
    });
    let mut tally = Tally::default();
    for chunk in ended {
        for (t, outcome, requests) in chunk? {
            tally.end(t, outcome, 1.0, requests);
        }
    }
    Ok(tally.chances(world, Method::Simulated { runs: simulation.runs, seed: simulation.seed }))
}

/// Chance, the same again for the same seed.
struct Dice {
    generator: Pcg64Mcg,
}

impl Dice {
    fn of(seed: u64, run: u64) -> Self {
        // Neighbouring seeds must not give neighbouring streams: the seed is spread by the generator's own rule.
        let mut seeds = Pcg64Mcg::seed_from_u64(seed);
        seeds.advance(u128::from(run) << 64);
        Self { generator: Pcg64Mcg::seed_from_u64(seeds.next_u64()) }
    }

    fn bad_requests(&mut self, requests: u64, rate: f64) -> u64 {
        Binomial::new(requests, rate).map_or(0, |binomial| binomial.sample(&mut self.generator))
    }

    /// A factor around 1, never negative.
    fn noise(&mut self, noise: f64) -> f64 {
        // The mean of this distribution is 1.
        let variance = (noise * noise).ln_1p();
        LogNormal::new(-variance / 2.0, variance.sqrt())
            .map_or(1.0, |noise| noise.sample(&mut self.generator))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WORLD: World =
        World { requests_per_minute: 130.0, stable_error_rate: 0.01, canary_error_rate: 0.05, latency: None };

    fn policy(failure_limit: u32) -> Policy {
        let policy = json!({
            "steps": [{ "weight": 20, "bake_time": "3m" }, { "weight": 50, "bake_time": "3m" }],
            "progress_deadline": "10m",
            "analysis": {
                "min_sample_size": 60,
                "failure_limit": failure_limit,
                "metrics": [{ "name": "errors", "source": "platform", "threshold": { "max": 0.04 } }],
            },
        });
        Policy::from_value(policy).expect("the policy is valid")
    }

    #[test]
    fn simulated_releases_agree_with_the_exact_chances() {
        for failure_limit in [0, 1] {
            let policy = for_chances(&policy(failure_limit));
            let exact = exact(&policy, &WORLD, MOST_WAYS, |_| {}).unwrap().unwrap();
            let runs = 1_500;
            let simulated = simulated(&policy, &WORLD, Simulation { runs, seed: 5 }, |_| {}).unwrap();
            assert_eq!(exact.method, Method::Exact);
            let shares = [
                (exact.probability.promotion, simulated.probability.promotion),
                (exact.probability.rollback, simulated.probability.rollback),
                (exact.probability.pause, simulated.probability.pause),
            ];
            for (exact, simulated) in shares {
                let deviation = (exact * (1.0 - exact) / runs as f64).sqrt();
                assert!((exact - simulated).abs() <= 4.0 * deviation + 1e-9, "{exact} {simulated}");
            }
            let (expected, found) = (exact.time_to_decision.expected, simulated.time_to_decision.expected);
            assert!((expected - found).abs() < 0.05 * expected, "{expected} {found}");
            let (expected, found) = (exact.expected_bad_requests, simulated.expected_bad_requests);
            assert!((expected - found).abs() < 0.05 * expected, "{expected} {found}");
        }
    }

    #[test]
    fn every_way_of_a_release_is_followed_to_its_end() {
        for failure_limit in [0, 1, 3] {
            let chances =
                exact(&for_chances(&policy(failure_limit)), &WORLD, MOST_WAYS, |_| {}).unwrap().unwrap();
            let Probability { promotion, rollback, pause } = chances.probability;
            assert!((promotion + rollback + pause - 1.0).abs() < 1e-9);
            assert!(promotion > 0.0 && rollback > 0.0);
        }
    }

    #[test]
    fn a_more_tolerant_limit_rolls_back_less() {
        let rollback = |limit| {
            let policy = for_chances(&policy(limit));
            exact(&policy, &WORLD, MOST_WAYS, |_| {}).unwrap().unwrap().probability.rollback
        };
        assert!(rollback(0) > rollback(1) && rollback(1) > rollback(3));
    }

    #[test]
    fn too_many_ways_are_left_to_simulation() {
        assert_eq!(exact(&for_chances(&policy(1)), &WORLD, 100, |_| {}).unwrap(), None);
    }

    #[test]
    fn requests_of_adjoining_spans_are_shared_out_without_rest() {
        let policy = policy(0);
        let metric = &policy.analysis.metrics[0];
        let world = World { requests_per_minute: 7.3, ..WORLD };
        let requests =
            |since, t| world.requests(&Question { metric, variant: Variant::Canary, since, t, weight: 20 });
        let parts: u64 = (0..40).map(|part| requests(part * 17, (part + 1) * 17)).sum();
        assert_eq!(parts, requests(0, 680));
        assert_eq!(requests(0, 680), (7.3_f64 * 0.2 * 680.0 / 60.0) as u64);
    }
}
