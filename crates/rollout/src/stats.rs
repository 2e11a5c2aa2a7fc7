//! The statistics behind a gate: rank test for latencies, proportion test for rates, exact binomial tails.
//!
//! Everything here is a pure function of its arguments. Distributions come from [`statrs`]. The rank test is our own,
//! because the one there enumerates every combination of ranks (hours for 8 points against 200) and has no estimate of
//! how large the shift is; it is checked against R, SciPy and Kayenta in `tests/stats`.

use std::cmp::Ordering;

use statrs::distribution::{Beta, Binomial, ContinuousCDF, Discrete, DiscreteCDF, Hypergeometric, Normal};

/// Samples up to this size are compared by the exact distribution of U; above it the normal approximation is
/// as good. The rule is SciPy's.
const EXACT_SMALLER_SAMPLE: usize = 8;

/// The exact distribution is counted in whole numbers that would no longer fit far above this size.
const EXACT_LARGER_SAMPLE: usize = 1_000;

/// Below this expected count in any cell the normal approximation of a proportion is off; Fisher's test takes over.
const EXPECTED_CELL: f64 = 5.0;

/// Why two samples could not be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// One of the samples holds nothing.
    #[error("a sample is empty")]
    Empty,
    /// A value is NaN or infinite.
    #[error("a sample holds a value that is not a finite number")]
    NotFinite,
    /// More bad requests than requests.
    #[error("a sample counts more bad requests than requests")]
    MoreBadThanTotal,
    /// The confidence is not strictly between 0 and 1.
    #[error("the confidence must lie strictly between 0 and 1")]
    Confidence,
}

/// How a probability was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// From the full distribution; no approximation.
    Exact,
    /// From the normal approximation, with corrections for ties and continuity.
    Normal,
}

/// What the Mann-Whitney U test says of a canary against the stable version.
///
/// "Greater" always reads "the canary is greater than the stable version".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// U of the canary: in how many of all pairs the canary is the greater, ties counting one half.
    pub u: f64,
    /// `u` as a share of all pairs, from 0 to 1: the chance that a random canary value exceeds a random stable value.
    pub superiority: f64,
    /// Chance of a U at least this large if both samples came from one distribution.
    pub p_greater: f64,
    /// Chance of a U at most this large if both samples came from one distribution.
    pub p_less: f64,
    /// Chance of a U at least this far from even, on either side.
    pub p_two_sided: f64,
    /// Hodges-Lehmann estimate of the shift, in the unit of the values: the median of all differences canary - stable.
    pub shift: f64,
    /// Lower end of the two-sided confidence interval of `shift`; minus infinity where the samples are too small
    /// to bound it at the confidence asked for.
    pub lower: f64,
    /// Upper end of the two-sided confidence interval of `shift`; infinity where nothing bounds it.
    pub upper: f64,
    /// Where the probabilities and the interval come from.
    pub method: Method,
}

impl MannWhitney {
    /// The canary is higher, and clearly so: the whole confidence interval lies above `tolerance` times the estimated
    /// shift. Kayenta's rule; its tolerance is 0.25, and 0 asks for significance alone.
    pub fn rises(&self, tolerance: f64) -> bool {
        self.lower > tolerance * self.shift.abs()
    }

    /// The mirror of [`MannWhitney::rises`]: the canary is clearly lower.
    pub fn falls(&self, tolerance: f64) -> bool {
        self.upper < -tolerance * self.shift.abs()
    }
}

/// Compares two samples by rank, without assuming any shape of their distribution.
///
/// The probabilities are exact when one sample has at most eight values and no value occurs twice, otherwise they come
/// from the normal approximation with corrections for ties and continuity. `confidence` (0.98, say) sets the width of
/// the interval around the shift. Time and memory grow with the product of the two sizes.
///
/// ```
/// use rollout::stats::mann_whitney;
///
/// let stable = [101.0, 99.0, 104.0, 97.0, 102.0, 100.0];
/// let canary = [131.0, 128.0, 140.0, 125.0, 133.0, 129.0];
/// let slower = mann_whitney(&canary, &stable, 0.95).expect("both hold finite values");
/// assert!(slower.rises(0.25));
/// assert_eq!(slower.shift, 29.5);
/// ```
///
/// # Errors
/// [`NotComparable`] when a sample is empty or holds NaN or infinity, or the confidence is not between 0 and 1.
pub fn mann_whitney(canary: &[f64], stable: &[f64], confidence: f64) -> Result<MannWhitney, NotComparable> {
    if canary.is_empty() || stable.is_empty() {
        return Err(NotComparable::Empty);
    }
    if !canary.iter().chain(stable).all(|value| value.is_finite()) {
        return Err(NotComparable::NotFinite);
    }
    let alpha = 1.0 - open_unit(confidence)?;

    let mut differences: Vec<f64> =
        canary.iter().flat_map(|canary| stable.iter().map(move |stable| canary - stable)).collect();
    differences.sort_unstable_by(f64::total_cmp);
    let pairs = differences.len() as f64;
    let shift = median(&differences);

    let ranks = Ranks::of(canary, stable);
    let u = ranks.u;
    let larger = canary.len().max(stable.len());
    let smaller = canary.len().min(stable.len());
    if !ranks.any_tie && smaller <= EXACT_SMALLER_SAMPLE && larger <= EXACT_LARGER_SAMPLE {
        let below = exact_u(smaller, larger);
        // Without ties U is whole, and its distribution is symmetric: P(U >= u) = P(U <= pairs - u).
        let p_less = below[u as usize];
        let p_greater = below[(pairs - u) as usize];
        let index = below.partition_point(|probability| *probability < alpha / 2.0);
        let (lower, upper) = bounds(&differences, index as f64);
        let p_two_sided = (2.0 * p_less.min(p_greater)).min(1.0);
        return Ok(MannWhitney {
            u,
            superiority: u / pairs,
            p_greater,
            p_less,
            p_two_sided,
            shift,
            lower,
            upper,
            method: Method::Exact,
        });
    }

    let normal = Normal::standard();
    let tail = |distance: f64| {
        if ranks.deviation == 0.0 { 1.0 } else { normal.sf((distance - 0.5) / ranks.deviation) }
    };
    let distance = u - pairs / 2.0;
    let reach = normal.inverse_cdf(1.0 - alpha / 2.0) * ranks.deviation_shifted;
    let (lower, upper) = bounds(&differences, (pairs / 2.0 - 0.5 - reach).ceil());
    Ok(MannWhitney {
        u,
        superiority: u / pairs,
        p_greater: tail(distance).min(1.0),
        p_less: tail(-distance).min(1.0),
        p_two_sided: (2.0 * tail(distance.abs())).min(1.0),
        shift,
        lower,
        upper,
        method: Method::Normal,
    })
}

/// The mean of the canary over the mean of the stable version: Kayenta's effect size, compared with `allowed_increase`.
///
/// Two means of zero are alike (1); anything above a mean of zero is infinitely larger.
/// `None` when a sample is empty or a mean is negative, where a ratio has no meaning.
pub fn mean_ratio(canary: &[f64], stable: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean >= 0.0 && mean.is_finite()).then_some(mean)
    };
    let (canary, stable) = (mean(canary)?, mean(stable)?);
    Some(if canary == stable { 1.0 } else { canary / stable })
}

/// What the comparison of two rates says; "greater" reads "the canary's rate is greater".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportions {
    /// Rate of the canary, 0 to 1.
    pub canary: f64,
    /// Rate of the stable version, 0 to 1.
    pub stable: f64,
    /// `canary - stable`.
    pub difference: f64,
    /// Lower end of Newcombe's two-sided interval of the difference (hybrid of two Wilson intervals).
    pub lower: f64,
    /// Upper end of the same interval.
    pub upper: f64,
    /// Chance of a canary rate at least this large if both versions were equally bad.
    pub p_greater: f64,
    /// Chance of a canary rate at most this large if both versions were equally bad.
    pub p_less: f64,
    /// [`Method::Exact`] is Fisher's test, [`Method::Normal`] the pooled z-test.
    pub method: Method,
}

/// Compares the share of bad requests of the canary with that of the stable version.
///
/// Fisher's exact test where a cell of the table is expected to hold fewer than five requests, otherwise the pooled
/// two-proportion z-test. `confidence` sets the width of the interval around the difference.
///
/// # Errors
/// [`NotComparable`] when a side has no requests, more bad ones than requests, or the confidence is out of range.
pub fn two_proportions(
    canary_bad: u64,
    canary_total: u64,
    stable_bad: u64,
    stable_total: u64,
    confidence: f64,
) -> Result<Proportions, NotComparable> {
    if canary_total == 0 || stable_total == 0 {
        return Err(NotComparable::Empty);
    }
    if canary_bad > canary_total || stable_bad > stable_total {
        return Err(NotComparable::MoreBadThanTotal);
    }
    let alpha = 1.0 - open_unit(confidence)?;
    let normal = Normal::standard();

    let (canary_n, stable_n) = (canary_total as f64, stable_total as f64);
    let (canary, stable) = (canary_bad as f64 / canary_n, stable_bad as f64 / stable_n);
    let difference = canary - stable;
    let pooled = (canary_bad + stable_bad) as f64 / (canary_n + stable_n);

    let z = normal.inverse_cdf(1.0 - alpha / 2.0);
    let (canary_low, canary_high) = wilson(canary, canary_n, z);
    let (stable_low, stable_high) = wilson(stable, stable_n, z);
    let lower = difference - (canary - canary_low).hypot(stable_high - stable);
    let upper = difference + (canary_high - canary).hypot(stable - stable_low);

    let smallest_cell = canary_n.min(stable_n) * pooled.min(1.0 - pooled);
    let (p_greater, p_less, method) = if smallest_cell < EXPECTED_CELL {
        let (greater, less) =
            fisher(canary_bad, canary_total, canary_bad + stable_bad, canary_total + stable_total);
        (greater, less, Method::Exact)
    } else {
        let deviation = (pooled * (1.0 - pooled) * (1.0 / canary_n + 1.0 / stable_n)).sqrt();
        let z = difference / deviation;
        (normal.sf(z), normal.cdf(z), Method::Normal)
    };
    Ok(Proportions { canary, stable, difference, lower, upper, p_greater, p_less, method })
}

/// Exact chance of at least `bad` bad requests among `requests`, each bad with probability `rate`.
pub fn binomial_at_least(bad: u64, requests: u64, rate: f64) -> f64 {
    match bad {
        0 => 1.0,
        _ => binomial(requests, rate).map_or(f64::NAN, |binomial| binomial.sf(bad - 1)),
    }
}

/// Exact chance of at most `bad` bad requests among `requests`, each bad with probability `rate`.
pub fn binomial_at_most(bad: u64, requests: u64, rate: f64) -> f64 {
    binomial(requests, rate).map_or(f64::NAN, |binomial| binomial.cdf(bad))
}

/// Exact chance of precisely `bad` bad requests among `requests`, each bad with probability `rate`.
pub fn binomial_exactly(bad: u64, requests: u64, rate: f64) -> f64 {
    binomial(requests, rate).map_or(f64::NAN, |binomial| binomial.pmf(bad))
}

/// The smallest count of bad requests that is not exceeded with at least `probability`.
///
/// `None` when `probability` is not between 0 and 1 or `rate` is not a rate.
pub fn binomial_quantile(probability: f64, requests: u64, rate: f64) -> Option<u64> {
    if !(0.0..=1.0).contains(&probability) {
        return None;
    }
    let binomial = binomial(requests, rate)?;
    let (mut low, mut high) = (0, requests);
    while low < high {
        let middle = low + (high - low) / 2;
        if binomial.cdf(middle) >= probability { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

/// Clopper-Pearson upper bound: the largest rate that `bad` of `requests` still leaves open at this confidence.
///
/// One-sided. `None` when nothing was counted or the confidence is out of range.
pub fn rate_upper_bound(bad: u64, requests: u64, confidence: f64) -> Option<f64> {
    if requests == 0 || bad > requests || open_unit(confidence).is_err() {
        return None;
    }
    if bad == requests {
        return Some(1.0);
    }
    let beta = Beta::new(bad as f64 + 1.0, (requests - bad) as f64).ok()?;
    Some(beta.inverse_cdf(confidence))
}

/// How many requests without a single bad one it takes to exclude a rate of `rate` or more: the smallest n with
/// (1 - rate)^n <= 1 - confidence. 59 for 5 % at 95 % confidence, 299 for 1 %.
///
/// `None` when `rate` or `confidence` is not strictly between 0 and 1.
pub fn requests_to_exclude(rate: f64, confidence: f64) -> Option<u64> {
    let (rate, confidence) = (open_unit(rate).ok()?, open_unit(confidence).ok()?);
    let exact = (-confidence).ln_1p() / (-rate).ln_1p();
    Some(exact.ceil() as u64)
}

/// The two samples ranked together, with average ranks for ties.
struct Ranks {
    u: f64,
    any_tie: bool,
    /// Standard deviation of U, reduced by the ties of the samples as they are.
    deviation: f64,
    /// Standard deviation of U when one sample is shifted past every tie with the other: only ties within a sample
    /// remain. It is what the interval is built from.
    deviation_shifted: f64,
}

impl Ranks {
    fn of(canary: &[f64], stable: &[f64]) -> Self {
        let mut values: Vec<(f64, bool)> = canary
            .iter()
            .map(|value| (*value, true))
            .chain(stable.iter().map(|value| (*value, false)))
            .collect();
        // Not `total_cmp`: 0.0 and -0.0 are one value.
        values.sort_unstable_by(|(left, _), (right, _)| left.partial_cmp(right).unwrap_or(Ordering::Equal));

        let cubed = |count: usize| {
            let count = count as f64;
            count * count * count - count
        };
        let (mut rank_sum, mut seen) = (0.0, 0.0);
        let (mut ties, mut ties_within) = (0.0, 0.0);
        for equal in values.chunk_by(|left, right| left.0 == right.0) {
            let of_canary = equal.iter().filter(|(_, is_canary)| *is_canary).count();
            let size = equal.len() as f64;
            rank_sum += of_canary as f64 * (seen + (size + 1.0) / 2.0);
            seen += size;
            ties += cubed(equal.len());
            ties_within += cubed(of_canary) + cubed(equal.len() - of_canary);
        }
        let (canary, stable) = (canary.len() as f64, stable.len() as f64);
        let all = canary + stable;
        let deviation =
            |ties: f64| (canary * stable / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)))).sqrt();
        Self {
            u: rank_sum - canary * (canary + 1.0) / 2.0,
            any_tie: ties > 0.0,
            deviation: deviation(ties),
            deviation_shifted: deviation(ties_within),
        }
    }
}

/// P(U <= u) for every u from 0 to `smaller * larger`, both samples drawn from one continuous distribution.
///
/// The counts are the coefficients of the Gaussian binomial: the product of (1 - q^(larger + i)) / (1 - q^i).
fn exact_u(smaller: usize, larger: usize) -> Vec<f64> {
    let mut counts = vec![0_i128; smaller * larger + 1];
    counts[0] = 1;
    for i in 1..=smaller {
        for at in (larger + i..counts.len()).rev() {
            counts[at] -= counts[at - larger - i];
        }
        for at in i..counts.len() {
            counts[at] += counts[at - i];
        }
    }
    let total = counts.iter().sum::<i128>() as f64;
    counts
        .iter()
        .scan(0, |sum, count| {
            *sum += count;
            Some(*sum as f64 / total)
        })
        .collect()
}

/// The interval between the `index`-th smallest and the `index`-th largest difference, counted from one.
fn bounds(sorted: &[f64], index: f64) -> (f64, f64) {
    if index < 1.0 {
        return (f64::NEG_INFINITY, f64::INFINITY);
    }
    let index = (index as usize).min(sorted.len());
    (sorted[index - 1], sorted[sorted.len() - index])
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

/// Wilson's score interval of one rate.
fn wilson(rate: f64, n: f64, z: f64) -> (f64, f64) {
    let centre = rate + z * z / (2.0 * n);
    let reach = z * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    ((centre - reach) / scale, (centre + reach) / scale)
}

/// One-sided Fisher probabilities (at least, at most) of `bad` bad requests on the canary's side.
fn fisher(bad: u64, canary_total: u64, bad_total: u64, total: u64) -> (f64, f64) {
    let Ok(hypergeometric) = Hypergeometric::new(total, bad_total, canary_total) else {
        return (f64::NAN, f64::NAN);
    };
    let fewest = (canary_total + bad_total).saturating_sub(total);
    let most = canary_total.min(bad_total);
    let (mut at_least, mut at_most) = (0.0, 0.0);
    for count in fewest..=most {
        let probability = hypergeometric.pmf(count);
        if count >= bad {
            at_least += probability;
        }
        if count <= bad {
            at_most += probability;
        }
    }
    (at_least.min(1.0), at_most.min(1.0))
}

fn binomial(requests: u64, rate: f64) -> Option<Binomial> {
    Binomial::new(rate, requests).ok()
}

fn open_unit(value: f64) -> Result<f64, NotComparable> {
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err(NotComparable::Confidence) }
}
