//! From measurements to verdicts, and from verdicts to the two questions: must it roll back, and may it go on.
//!
//! A **check** is one verdict on one metric. It takes as many measurements as it needs to see `min_sample_size`
//! requests of the canary; until then it waits. What odd measurements mean stands at
//! [`Measurement`](crate::Measurement).

use jiff::Timestamp;

use crate::decision::Effect;
use crate::duration::Duration;
use crate::journal::{Check, Counters, MetricState, PauseKind, Pool, RECENT_CHECKS, Run, Verdict};
use crate::observation::{Measurement, Reading, Variant};
use crate::policy::{
    Analysis, Comparison, Direction, Method, Metric, Mode, OnInconclusive, OnProviderError, Step,
    StepAnalysis,
};
use crate::reason::{Breach, Reason, Rule};
use crate::stats;

/// Measurements kept of a metric that is compared by a test.
const TEST_POINTS: usize = 60;

/// The analysis settings in force at one place of the ladder: the policy's own, overridden by the step's.
#[derive(Clone, Copy)]
pub(crate) struct Settings<'a> {
    analysis: &'a Analysis,
    /// `None` in the final bake.
    step: Option<&'a Step>,
}

impl<'a> Settings<'a> {
    /// The settings of `step`, or of the final bake where there is none.
    pub(crate) fn of(analysis: &'a Analysis, step: Option<&'a Step>) -> Settings<'a> {
        Settings { analysis, step }
    }

    fn or_own<T: Copy>(&self, own: impl Fn(&StepAnalysis) -> Option<T>, general: T) -> T {
        self.step.and_then(|step| step.analysis.as_ref()).and_then(own).unwrap_or(general)
    }

    fn interval(&self, metric: &Metric) -> Duration {
        metric.interval.unwrap_or_else(|| self.or_own(|own| own.interval, self.analysis.interval))
    }

    /// How long after the shift the first check is due: not before one whole interval lies behind it.
    pub(crate) fn first_check(&self, metric: &Metric) -> Duration {
        let delay = metric
            .initial_delay
            .unwrap_or_else(|| self.or_own(|own| own.initial_delay, self.analysis.initial_delay));
        delay.max(self.interval(metric))
    }

    fn min_sample_size(&self) -> u64 {
        self.or_own(|own| own.min_sample_size, self.analysis.min_sample_size)
    }

    fn failure_limit(&self) -> u32 {
        self.or_own(|own| own.failure_limit, self.analysis.failure_limit)
    }

    fn inconclusive_limit(&self) -> u32 {
        self.or_own(|own| own.inconclusive_limit, self.analysis.inconclusive_limit)
    }

    fn error_limit(&self, metric: &Metric) -> u32 {
        let general =
            || self.or_own(|own| own.consecutive_error_limit, self.analysis.consecutive_error_limit);
        metric.consecutive_error_limit.unwrap_or_else(general)
    }

    fn passes_needed(&self, metric: &Metric) -> u32 {
        let general =
            || self.or_own(|own| own.consecutive_success_limit, self.analysis.consecutive_success_limit);
        metric.consecutive_success_limit.unwrap_or_else(general)
    }

    fn on_inconclusive(&self) -> OnInconclusive {
        self.or_own(|own| own.on_inconclusive, self.analysis.on_inconclusive)
    }

    fn on_provider_error(&self) -> OnProviderError {
        self.or_own(|own| own.on_provider_error, self.analysis.on_provider_error)
    }

    /// Whether `metric` is measured here. At 100 % nothing is left to compare with, so what only compares rests.
    pub(crate) fn measures(&self, metric: &Metric) -> bool {
        match self.step {
            Some(step) => {
                let named = step.analysis.as_ref().and_then(|own| own.metrics.as_ref());
                named.is_none_or(|names| names.contains(&metric.name))
            }
            None => metric.threshold.is_some() || metric.mode == Mode::Tripwire,
        }
    }

    fn compares(&self) -> bool {
        self.step.is_some()
    }
}

/// How much of the analysis goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Everything: every metric is checked and every limit acts.
    Everything,
    /// Only what acts at once: tripwires and critical metrics. While a pause or a shift holds everything else.
    Alarms,
}

/// What a round of checks came to.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// What to measure before the next call.
    pub(crate) measure: Vec<Effect>,
    /// A due check is asked for the first time, so the next call should come at once.
    pub(crate) asked_now: bool,
    /// When the next check is due.
    pub(crate) wake_at: Option<Timestamp>,
    /// A check was made or a measurement was used.
    pub(crate) changed: bool,
    /// Why it must roll back.
    pub(crate) rollback: Option<Reason>,
    /// Why it must wait for a person.
    pub(crate) pause: Option<(PauseKind, Reason)>,
}

impl Round {
    /// The first reason to wait stands.
    fn must_wait(&mut self, kind: PauseKind, reason: Reason) {
        self.pause.get_or_insert((kind, reason));
    }

    /// The first reason to roll back stands; what acts at once comes before what was counted.
    fn must_roll_back(&mut self, reason: Reason) {
        let urgent = |reason: &Reason| matches!(reason, Reason::Tripwire { .. } | Reason::Critical { .. });
        if self.rollback.as_ref().is_none_or(|present| urgent(&reason) && !urgent(present)) {
            self.rollback = Some(reason);
        }
    }
}

/// Makes every check that is due and for which a measurement came.
pub(crate) fn check_round(
    run: &mut Run,
    settings: Settings<'_>,
    bake_time: Duration,
    watch: Watch,
    measurements: &[Measurement],
    now: Timestamp,
) -> Round {
    let mut round = Round::default();
    let Some(since) = run.bake.since else { return round };
    let bake_is_over = run.bake.baked_ms >= bake_time.as_millis();
    let Run { metrics: states, counters, .. } = run;
    let mut failed: Option<Reason> = None;
    let mut inconclusive: Option<String> = None;
    for (metric, state) in settings.analysis.metrics.iter().zip(states.iter_mut()) {
        let acts_at_once = !metric.dry_run && (metric.critical || metric.mode == Mode::Tripwire);
        let Some(due) = state.due else { continue };
        if watch == Watch::Alarms && !acts_at_once {
            continue;
        }
        let fresh_after = state.measured_until.map_or(since, |until| until.max(since));
        let find = |variant| {
            let fresh =
                |m: &&Measurement| m.variant == variant && m.at > fresh_after && m.metric == metric.name;
            measurements.iter().find(fresh)
        };
        let canary = find(Variant::Canary);
        // A clock that went back must not put the next check out of reach.
        let interval = settings.interval(metric);
        let due = due.min(later(now, settings.first_check(metric)));
        let alarm_came_early = metric.mode == Mode::Tripwire && canary.is_some();
        if now < due && !alarm_came_early {
            round.wake_at = earlier(round.wake_at, due);
            continue;
        }
        let Some(canary) = canary else {
            round.measure.push(Effect::Measure { metric: metric.name.clone(), since: fresh_after });
            round.asked_now |= !state.asked;
            round.changed |= !state.asked;
            state.asked = true;
            round.wake_at = earlier(round.wake_at, later(now, interval));
            continue;
        };
        let stable = find(Variant::Stable);
        round.changed = true;
        state.asked = false;
        if now >= due {
            state.due = Some(next_due(due, interval, now));
        }
        if let Some(next) = state.due {
            round.wake_at = earlier(round.wake_at, next);
        }
        let check = Judge { metric, settings, now, bake_is_over }.check(state, canary, stable);
        if metric.dry_run {
            continue;
        }
        match check {
            Verdict::Fail => {
                let breach = state.breach.clone().expect("a failed check has a breach");
                let name = || metric.name.clone();
                if metric.mode == Mode::Tripwire {
                    round.must_roll_back(Reason::Tripwire { metric: name(), breach });
                    continue;
                }
                if metric.critical {
                    round.must_roll_back(Reason::Critical { metric: name(), breach: breach.clone() });
                }
                if let Some(limit) = metric.failure_limit {
                    if state.failed > limit {
                        round.must_roll_back(Reason::FailureLimit {
                            metric: name(),
                            breach,
                            failed: state.failed,
                            limit,
                        });
                    }
                } else if failed.is_none() {
                    failed = Some(Reason::CheckFailed { metric: name(), breach });
                }
            }
            Verdict::Inconclusive if watch == Watch::Everything => match metric.inconclusive_limit {
                Some(limit) if state.inconclusive > limit => {
                    let (metric, inconclusive) = (metric.name.clone(), state.inconclusive);
                    without_verdict(
                        &mut round,
                        settings,
                        Reason::InconclusiveLimit { metric, inconclusive, limit },
                    );
                }
                Some(_) => {}
                None => inconclusive = inconclusive.or_else(|| Some(metric.name.clone())),
            },
            Verdict::Error if watch == Watch::Everything => {
                let limit = settings.error_limit(metric);
                if state.errors > limit {
                    let why = match &state.why {
                        Some(Reason::NotMeasured { why, .. }) => why.clone(),
                        _ => String::new(),
                    };
                    let reason =
                        Reason::ErrorLimit { metric: metric.name.clone(), why, errors: state.errors, limit };
                    match settings.on_provider_error() {
                        OnProviderError::Pause => round.must_wait(PauseKind::ProviderError, reason),
                        OnProviderError::Rollback => round.must_roll_back(reason),
                    }
                }
            }
            _ => {}
        }
    }
    count(counters, states, settings, failed, inconclusive, &mut round);
    round
}

/// Brings the three counters up to date and lets the shared limits act.
fn count(
    counters: &mut Counters,
    states: &[MetricState],
    settings: Settings<'_>,
    failed: Option<Reason>,
    inconclusive: Option<String>,
    round: &mut Round,
) {
    let deciding = |(metric, _): &(&Metric, &MetricState)| !metric.dry_run;
    let errors = settings.analysis.metrics.iter().zip(states).filter(deciding).map(|(_, state)| state.errors);
    counters.errors = errors.max().unwrap_or(0);
    if let Some(Reason::CheckFailed { metric, breach }) = failed {
        counters.failed += 1;
        let (failed, limit) = (counters.failed, settings.failure_limit());
        if failed > limit {
            round.must_roll_back(Reason::FailureLimit { metric, breach, failed, limit });
        }
    }
    if let Some(metric) = inconclusive {
        counters.inconclusive += 1;
        let (inconclusive, limit) = (counters.inconclusive, settings.inconclusive_limit());
        if inconclusive > limit {
            without_verdict(round, settings, Reason::InconclusiveLimit { metric, inconclusive, limit });
        }
    }
}

fn without_verdict(round: &mut Round, settings: Settings<'_>, reason: Reason) {
    match settings.on_inconclusive() {
        OnInconclusive::Extend => {}
        OnInconclusive::Pause => round.must_wait(PauseKind::Inconclusive, reason),
        OnInconclusive::Rollback => round.must_roll_back(reason),
    }
}

/// What stands between the step and its end, or nothing.
///
/// A check that is due comes first. A failing or silent metric is named before the bake time that has not passed,
/// because it says more.
pub(crate) fn gate(run: &Run, settings: Settings<'_>, bake_time: Duration) -> Result<(), Reason> {
    let gates = || {
        let deciding =
            |(metric, _): &(&Metric, &MetricState)| metric.is_deciding_gate() && settings.measures(metric);
        settings.analysis.metrics.iter().zip(&run.metrics).filter(deciding)
    };
    let unanswered = |(metric, state): &(&Metric, &MetricState)| state.asked && !metric.dry_run;
    if let Some((metric, _)) = settings.analysis.metrics.iter().zip(&run.metrics).find(unanswered) {
        return Err(Reason::CheckDue { metric: metric.name.clone() });
    }
    for (_, state) in gates() {
        if let Some(why) = state.why.as_ref().filter(|_| !matches!(state.last, Some(Verdict::Pass) | None)) {
            return Err(why.clone());
        }
    }
    if run.bake.baked_ms < bake_time.as_millis() {
        return Err(Reason::Baking);
    }
    for (metric, state) in gates() {
        let name = || metric.name.clone();
        if state.last != Some(Verdict::Pass) {
            return Err(state.why.clone().unwrap_or_else(|| Reason::NotMeasuredYet { metric: name() }));
        }
        let needed = settings.passes_needed(metric);
        if state.passes < needed {
            return Err(Reason::TooFewPasses { metric: name(), passes: state.passes, needed });
        }
    }
    let (samples, needed) = (run.requests(), settings.min_sample_size());
    match gates().next() {
        Some((metric, _)) if samples < needed => {
            Err(Reason::TooFewRequests { metric: metric.name.clone(), samples, needed })
        }
        _ => Ok(()),
    }
}

/// The failing metric at the progress deadline, if there is one: its latest check with a verdict failed.
pub(crate) fn failing(run: &Run, settings: Settings<'_>) -> Option<(String, Breach)> {
    let deciding = settings
        .analysis
        .metrics
        .iter()
        .zip(&run.metrics)
        .filter(|(metric, _)| metric.is_deciding_gate() && settings.measures(metric));
    deciding.into_iter().find_map(|(metric, state)| Some((metric.name.clone(), state.breach.clone()?)))
}

/// Judges one metric.
struct Judge<'a> {
    metric: &'a Metric,
    settings: Settings<'a>,
    now: Timestamp,
    bake_is_over: bool,
}

/// A check that did not pass, and why; or one that waits.
enum NotPassed {
    Fail(Breach),
    Inconclusive(Reason),
    Waiting(Reason),
}

impl Judge<'_> {
    /// Adds one measurement, remembers how it came out, and counts it for this metric.
    fn check(&self, state: &mut MetricState, canary: &Measurement, stable: Option<&Measurement>) -> Verdict {
        let stable = stable.filter(|_| self.metric.needs_stable() && self.settings.compares());
        let error =
            [Some(canary), stable].into_iter().flatten().find_map(|measurement| match &measurement.reading {
                Reading::Error(why) => Some(why.clone()),
                _ => None,
            });
        let (verdict, why) = if let Some(why) = error {
            state.errors += 1;
            (Verdict::Error, Some(Reason::NotMeasured { metric: self.metric.name.clone(), why }))
        } else {
            state.errors = 0;
            state.measured_until = Some(canary.at.min(self.now));
            match self.judge(state, canary, stable) {
                Ok(()) => (Verdict::Pass, None),
                Err(NotPassed::Fail(breach)) => {
                    state.breach = Some(breach.clone());
                    (Verdict::Fail, Some(Reason::CheckFailed { metric: self.metric.name.clone(), breach }))
                }
                Err(NotPassed::Inconclusive(why)) => (Verdict::Inconclusive, Some(why)),
                // Within the bake time there is still time for more requests. After it their lack is a finding, unless
                // the step has its verdict already.
                Err(NotPassed::Waiting(why)) if self.bake_is_over && !has_a_verdict(state) => {
                    (Verdict::Inconclusive, Some(why))
                }
                Err(NotPassed::Waiting(why)) => (Verdict::Waiting, Some(why)),
            }
        };
        self.remember(state, verdict, canary, stable);
        match verdict {
            Verdict::Pass => {
                state.passes += 1;
                state.breach = None;
            }
            Verdict::Fail => state.failed += 1,
            Verdict::Inconclusive => state.inconclusive += 1,
            Verdict::Error | Verdict::Waiting => {}
        }
        if verdict != Verdict::Pass && verdict != Verdict::Waiting {
            state.passes = 0;
        }
        if verdict == Verdict::Waiting {
            // What was found before stands until there is something new to say.
            if state.last.is_none() {
                state.why = why;
            }
        } else {
            state.last = Some(verdict);
            state.why = why;
        }
        if matches!(verdict, Verdict::Pass | Verdict::Fail) {
            state.verdicts += 1;
            if self.metric.mode == Mode::Gate
                && self.metric.count.is_some_and(|count| state.verdicts >= count)
            {
                state.due = None;
            }
        }
        verdict
    }

    fn judge(
        &self,
        state: &mut MetricState,
        canary: &Measurement,
        stable: Option<&Measurement>,
    ) -> Result<(), NotPassed> {
        let metric = self.metric;
        let no_data = || NotPassed::Inconclusive(Reason::NoData { metric: metric.name.clone() });
        if metric.mode == Mode::Tripwire {
            // An alarm that says nothing is quiet.
            return finite(canary).map_or(Ok(()), |value| self.alarm(value));
        }
        state.samples += canary.samples.unwrap_or(0);
        let value = finite(canary).filter(|_| canary.samples != Some(0)).ok_or_else(no_data)?;
        let stable =
            stable.and_then(|stable| Some((finite(stable)?, stable.samples))).filter(|(_, n)| *n != Some(0));
        let measured = (value, stable.map(|(value, _)| value));

        let pool = &mut state.pool;
        pool.add(value, canary.samples, stable);
        let needed = self.settings.min_sample_size();
        if canary.samples.is_some() && pool.canary_samples < needed {
            let samples = pool.canary_samples;
            return Err(NotPassed::Waiting(Reason::TooFewRequests {
                metric: metric.name.clone(),
                samples,
                needed,
            }));
        }
        let pool = std::mem::take(&mut state.pool).recounted(metric);
        let (value, stable) = (pool.canary, pool.stable());

        self.within_threshold(value)?;
        if self.settings.compares() {
            if let Some(relative) = &metric.relative {
                let stable = stable.ok_or_else(no_data)?;
                let too_much = exceeds(value, stable * relative.max_ratio)
                    && exceeds(value, stable + relative.min_delta);
                if too_much {
                    return Err(self.breach(Rule::Relative, value, Some(stable), relative.max_ratio));
                }
            }
            if let Some(comparison) = &metric.comparison {
                stable.ok_or_else(no_data)?;
                self.withstands(comparison, state, &pool, measured)?;
            }
        }
        Ok(())
    }

    fn alarm(&self, value: f64) -> Result<(), NotPassed> {
        match &self.metric.threshold {
            Some(_) => self.within_threshold(value),
            None if value > 0.0 => Err(self.breach(Rule::Hit, value, None, 0.0)),
            None => Ok(()),
        }
    }

    fn within_threshold(&self, value: f64) -> Result<(), NotPassed> {
        let Some(threshold) = &self.metric.threshold else { return Ok(()) };
        let too_high =
            threshold.max.filter(|max| value > *max).or(threshold.below.filter(|below| value >= *below));
        let too_low =
            threshold.min.filter(|min| value < *min).or(threshold.above.filter(|above| value <= *above));
        match (too_high, too_low) {
            (Some(bound), _) => Err(self.breach(Rule::TooHigh, value, None, bound)),
            (_, Some(bound)) => Err(self.breach(Rule::TooLow, value, None, bound)),
            (None, None) => Ok(()),
        }
    }

    /// The statistical test: bad when the difference is certain **and** large. `measured` is the latest measurement.
    fn withstands(
        &self,
        comparison: &Comparison,
        state: &MetricState,
        pool: &Pool,
        measured: (f64, Option<f64>),
    ) -> Result<(), NotPassed> {
        let Comparison { method, direction, confidence, allowed_increase, min_points } = *comparison;
        let too_few = || NotPassed::Waiting(Reason::TooFewPoints { metric: self.metric.name.clone() });
        let (rises, falls, value, stable) = match method {
            Method::MannWhitney => {
                let before = state.recent.iter().filter_map(|check| Some((check.value?, check.stable?)));
                let pairs = before.chain(measured.1.map(|stable| (measured.0, stable)));
                let (canaries, stables): (Vec<f64>, Vec<f64>) = pairs.unzip();
                if canaries.len() < min_points as usize {
                    return Err(too_few());
                }
                let test = stats::mann_whitney(&canaries, &stables, confidence).map_err(|_| too_few())?;
                (test.rises(0.0), test.falls(0.0), mean(&canaries), mean(&stables))
            }
            Method::TwoProportion => {
                let whole = self.metric.whole();
                let bad = |rate: f64, requests: u64| {
                    ((rate / whole * requests as f64).round() as u64).min(requests)
                };
                let (n, m) = (pool.canary_samples, pool.stable_samples);
                if n.min(m) < u64::from(min_points) {
                    return Err(too_few());
                }
                let (value, stable) = (pool.canary, pool.stable);
                let test = stats::two_proportions(bad(value, n), n, bad(stable, m), m, confidence)
                    .map_err(|_| too_few())?;
                (test.lower > 0.0, test.upper < 0.0, value, stable)
            }
        };
        let larger = rises && exceeds(value, stable * allowed_increase);
        let smaller = falls && exceeds(stable, value * allowed_increase);
        let bad = match direction {
            Direction::Increase => larger,
            Direction::Decrease => smaller,
            Direction::Either => larger || smaller,
        };
        if bad { Err(self.breach(Rule::Comparison, value, Some(stable), confidence)) } else { Ok(()) }
    }

    fn breach(&self, rule: Rule, value: f64, stable: Option<f64>, bound: f64) -> NotPassed {
        let unit = self.metric.threshold.as_ref().and_then(|threshold| threshold.unit.clone());
        NotPassed::Fail(Breach { rule, value, stable, bound, unit })
    }

    fn remember(
        &self,
        state: &mut MetricState,
        verdict: Verdict,
        canary: &Measurement,
        stable: Option<&Measurement>,
    ) {
        let keep = if self.metric.comparison.is_some() { TEST_POINTS } else { RECENT_CHECKS };
        let check = Check {
            at: canary.at.min(self.now),
            verdict,
            value: finite(canary),
            stable: stable.and_then(finite),
            samples: canary.samples,
        };
        state.remember(check, keep);
    }
}

impl Pool {
    /// A measurement whose source does not count requests stands for one.
    fn add(&mut self, value: f64, samples: Option<u64>, stable: Option<(f64, Option<u64>)>) {
        weigh(&mut self.canary, &mut self.canary_samples, value, samples.unwrap_or(1));
        if let Some((value, samples)) = stable {
            weigh(&mut self.stable, &mut self.stable_samples, value, samples.unwrap_or(1));
        }
    }

    /// The same pool, its rates worked out from the requests behind them. Adding up means loses their last bits, and
    /// with them the equality of 4 bad requests in 200 with a threshold of 2 %.
    fn recounted(mut self, metric: &Metric) -> Pool {
        if metric.is_rate() {
            self.canary = recounted(self.canary, self.canary_samples, metric.whole());
            self.stable = recounted(self.stable, self.stable_samples, metric.whole());
        }
        self
    }

    /// The stable version's value, where it was measured.
    fn stable(&self) -> Option<f64> {
        (self.stable_samples > 0).then_some(self.stable)
    }
}

/// The rate that a whole number of requests gives; as it is where the source samples and that number is not whole.
fn recounted(rate: f64, requests: u64, whole: f64) -> f64 {
    let counted = rate / whole * requests as f64;
    let is_whole = (counted - counted.round()).abs() < 1e-9;
    if requests > 0 && is_whole { counted.round() * whole / requests as f64 } else { rate }
}

/// Whether a value is above a bound that was worked out from another value. A product or a sum is off by its last bits,
/// and 1.05 s are three times 0.35 s, not more.
fn exceeds(value: f64, bound: f64) -> bool {
    value - bound > 1e-12 * value.abs().max(bound.abs())
}

/// Takes one more value into a weighted mean. The mean of one value, or of equal values, is that value to the last bit,
/// so that a value equal to its threshold passes.
fn weigh(weighted_mean: &mut f64, total: &mut u64, value: f64, samples: u64) {
    *total += samples;
    if *total == samples {
        *weighted_mean = value;
    } else {
        *weighted_mean += (value - *weighted_mean) * (samples as f64 / *total as f64);
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn has_a_verdict(state: &MetricState) -> bool {
    matches!(state.last, Some(Verdict::Pass | Verdict::Fail))
}

impl Run {
    /// Requests to the canary in this step, as the metric that counts most of them saw.
    pub fn requests(&self) -> u64 {
        self.metrics.iter().map(|state| state.samples).max().unwrap_or(0)
    }
}

/// The measured number, where there is one.
fn finite(measurement: &Measurement) -> Option<f64> {
    match measurement.reading {
        Reading::Value(value) if value.is_finite() => Some(value),
        _ => None,
    }
}

/// The first due time after `now` in the rhythm of `interval`, so that a late call does not shift the rhythm.
fn next_due(due: Timestamp, interval: Duration, now: Timestamp) -> Timestamp {
    let interval = interval.as_millis().max(1) as i64;
    let behind = (now.as_millisecond() - due.as_millisecond()).max(0);
    at_millis(due.as_millisecond().saturating_add((behind / interval + 1) * interval))
}

/// `at` and so much later.
pub(crate) fn later(at: Timestamp, duration: Duration) -> Timestamp {
    at_millis(at.as_millisecond().saturating_add(duration.as_millis() as i64))
}

fn at_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// The earlier of two moments, of which the first may be missing.
pub(crate) fn earlier(one: Option<Timestamp>, other: Timestamp) -> Option<Timestamp> {
    Some(one.map_or(other, |one| one.min(other)))
}
