//! The statistics against published values; each test names the publication.

mod kayenta;

use rollout::stats::{
    Method, NotComparable, binomial_at_least, binomial_at_most, binomial_exactly, binomial_quantile,
    mann_whitney, mean_ratio, rate_upper_bound, requests_to_exclude, two_proportions,
};

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "found {found}, expected {expected} within {tolerance}");
}

/// The example on SciPy's page on `scipy.stats.mannwhitneyu`: age at diagnosis, men and women.
const MEN: [f64; 5] = [19.0, 22.0, 16.0, 29.0, 24.0];
const WOMEN: [f64; 4] = [20.0, 11.0, 17.0, 12.0];

#[test]
fn exact_rank_test_agrees_with_the_example_of_scipy() {
    let test = mann_whitney(&MEN, &WOMEN, 0.95).unwrap();
    assert_eq!(test.u, 17.0);
    assert_eq!(test.method, Method::Exact);
    close(test.p_two_sided, 0.111_111_111_111_111, 1e-12);
    // The same page gives U of the other sample: 20 - 17.
    assert_eq!(mann_whitney(&WOMEN, &MEN, 0.95).unwrap().u, 3.0);
}

#[test]
fn normal_approximation_agrees_with_scipy_where_values_are_tied() {
    // scipy.stats.mannwhitneyu 1.17, method="asymptotic", for a sample of eleven and twelve with ties.
    let canary = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0];
    let stable = [2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0, 8.0, 2.0, 8.0, 4.0, 5.0];
    let test = mann_whitney(&canary, &stable, 0.95).unwrap();
    assert_eq!(test.method, Method::Normal);
    assert_eq!(test.u, 59.5);
    close(test.p_two_sided, 0.7090244847321532, 1e-12);
    close(test.p_greater, 0.668349787005349, 1e-12);
    close(test.p_less, 0.3545122423660766, 1e-12);
}

#[test]
fn exact_rank_test_agrees_with_hollander_and_wolfe() {
    // R's page on `wilcox.test`: Hollander & Wolfe (1973), 69f, permeability of the placenta at term and earlier.
    let at_term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    let earlier = [1.15, 0.88, 0.90, 0.74, 1.21];
    let test = mann_whitney(&at_term, &earlier, 0.95).unwrap();
    assert_eq!(test.u, 35.0);
    close(test.p_greater, 0.1272, 5e-5);
    // R, conf.int = TRUE: difference in location 0.305, 95 percent confidence interval -0.15 to 0.76.
    close(test.shift, 0.305, 1e-9);
    close(test.lower, -0.15, 1e-9);
    close(test.upper, 0.76, 1e-9);
}

#[test]
fn exact_distribution_agrees_with_the_published_critical_values() {
    // Critical values of U, two-sided 5 %, for pairs of sizes up to 8 (Mann & Whitney 1947 and every table since):
    // the largest U that is still significant.
    for (smaller, larger, critical) in
        [(4, 4, 0), (4, 8, 4), (5, 5, 2), (5, 8, 6), (6, 6, 5), (7, 7, 8), (8, 8, 13), (8, 20, 41)]
    {
        let p = |u: usize| {
            // A canary below everything but for `u` inversions, with no two values alike.
            let stable: Vec<f64> = (0..larger).map(|rank| rank as f64 * 100.0).collect();
            let mut left = u;
            let canary: Vec<f64> = (0..smaller)
                .map(|index| {
                    let above = left.min(larger);
                    left -= above;
                    above as f64 * 100.0 - 50.0 + index as f64
                })
                .collect();
            let test = mann_whitney(&canary, &stable, 0.95).unwrap();
            assert_eq!(test.u, u as f64);
            test.p_two_sided
        };
        assert!(p(critical) <= 0.05, "U = {critical} of {smaller} and {larger}: {}", p(critical));
        assert!(
            p(critical + 1) > 0.05,
            "U = {} of {smaller} and {larger}: {}",
            critical + 1,
            p(critical + 1)
        );
    }
}

#[test]
fn interval_agrees_with_the_r_results_in_the_tests_of_kayenta() {
    // Kayenta, MannWhitneySuite, "tie out with R version": the ends that R finds. R searches for the
    // end to within 1e-4; ours is the difference at which the test turns, so it is exact.
    let test = mann_whitney(&kayenta::TIE_OUT_EXPERIMENT, &kayenta::TIE_OUT_CONTROL, 0.95).unwrap();
    close(test.lower, -0.500_002_521_696_696, 1e-4);
    close(test.upper, -3.486_287_505_871_302e-5, 1e-4);
    // The same suite, "returns expected values".
    let test = mann_whitney(&[10.0, 20.0, 30.0, 40.0], &[1.0, 2.0, 3.0, 4.0], 0.95).unwrap();
    assert_eq!((test.lower, test.upper, test.shift), (6.0, 39.0, 22.5));
    // WilcoxTests, "asymptotic path in wilcox.test".
    for (canary, baseline, lower, upper) in kayenta::WILCOX_ASYMPTOTIC {
        let test = mann_whitney(&canary, &baseline, 0.99).unwrap();
        assert_eq!(test.method, Method::Normal);
        close(test.lower, lower, 1e-4);
        close(test.upper, upper, 1e-4);
    }
}

#[test]
fn verdicts_agree_with_the_classifier_tests_of_kayenta() {
    // Kayenta, ClassifierSuite: tolerance 0.10, confidence 0.95; pass, high and low.
    let verdict = |experiment: &[f64], control: &[f64]| {
        let test = mann_whitney(experiment, control, 0.95).unwrap();
        (test.rises(0.10), test.falls(0.10))
    };
    assert_eq!(verdict(&kayenta::AROUND_TEN, &kayenta::ALSO_AROUND_TEN), (false, false));
    assert_eq!(verdict(&kayenta::AROUND_TWENTY, &kayenta::ALSO_AROUND_TEN), (true, false));
    assert_eq!(verdict(&kayenta::AROUND_TEN, &kayenta::ALSO_AROUND_TWENTY), (false, true));
}

#[test]
fn equal_samples_never_differ() {
    for sample in [vec![5.0; 30], (0..30).map(f64::from).collect()] {
        let test = mann_whitney(&sample, &sample, 0.98).unwrap();
        assert_eq!(test.shift, 0.0);
        assert_eq!(test.superiority, 0.5);
        close(test.p_two_sided, 1.0, 1e-12);
        assert!(!test.rises(0.0) && !test.falls(0.0));
    }
}

#[test]
fn samples_too_small_for_the_confidence_bound_nothing() {
    // Three against three: the most extreme outcome has a two-sided chance of 10 %.
    let test = mann_whitney(&[7.0, 8.0, 9.0], &[1.0, 2.0, 3.0], 0.95).unwrap();
    close(test.p_two_sided, 0.1, 1e-12);
    assert_eq!((test.lower, test.upper), (f64::NEG_INFINITY, f64::INFINITY));
    assert!(!test.rises(0.0));
    // Four against four may say it.
    let test = mann_whitney(&[7.0, 8.0, 9.0, 10.0], &[1.0, 2.0, 3.0, 4.0], 0.95).unwrap();
    close(test.p_two_sided, 2.0 / 70.0, 1e-12);
    assert_eq!((test.lower, test.upper), (3.0, 9.0));
    assert!(test.rises(0.25));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    assert_eq!(mann_whitney(&[], &[1.0], 0.95), Err(NotComparable::Empty));
    assert_eq!(mann_whitney(&[1.0], &[f64::NAN], 0.95), Err(NotComparable::NotFinite));
    assert_eq!(mann_whitney(&[1.0], &[f64::INFINITY], 0.95), Err(NotComparable::NotFinite));
    assert_eq!(mann_whitney(&[1.0], &[1.0], 1.0), Err(NotComparable::Confidence));
    assert_eq!(two_proportions(0, 0, 0, 10, 0.95), Err(NotComparable::Empty));
    assert_eq!(two_proportions(11, 10, 0, 10, 0.95), Err(NotComparable::MoreBadThanTotal));
    assert_eq!(two_proportions(1, 10, 0, 10, f64::NAN), Err(NotComparable::Confidence));
}

#[test]
fn mean_ratio_has_a_meaning_at_zero() {
    assert_eq!(mean_ratio(&[2.0, 4.0], &[1.0, 1.0]), Some(3.0));
    assert_eq!(mean_ratio(&[0.0], &[0.0]), Some(1.0));
    assert_eq!(mean_ratio(&[1.0], &[0.0]), Some(f64::INFINITY));
    assert_eq!(mean_ratio(&[1.0], &[]), None);
    assert_eq!(mean_ratio(&[1.0], &[-1.0]), None);
}

#[test]
fn interval_of_a_difference_agrees_with_newcombe() {
    // R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10.
    for (canary, stable, lower, upper) in [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ] {
        let test = two_proportions(canary.0, canary.1, stable.0, stable.1, 0.95).unwrap();
        close(test.lower, lower, 5e-5);
        close(test.upper, upper, 5e-5);
    }
}

#[test]
fn pooled_z_test_agrees_with_the_example_of_statsmodels() {
    // statsmodels, proportions_ztest([5, 12], [83, 99]): two-sided 0.159181.
    let test = two_proportions(5, 83, 12, 99, 0.95).unwrap();
    assert_eq!(test.method, Method::Normal);
    close(2.0 * test.p_less, 0.159_181_291_811_569_92, 1e-10);
    close(test.p_greater + test.p_less, 1.0, 1e-12);
}

#[test]
fn small_tables_use_fishers_exact_test() {
    // Fisher's lady tasting tea, three of four right: 0.2429 (The Design of Experiments, 1935; R's `fisher.test`).
    let test = two_proportions(3, 4, 1, 4, 0.95).unwrap();
    assert_eq!(test.method, Method::Exact);
    close(test.p_greater, 17.0 / 70.0, 1e-12);
    // scipy.stats.fisher_exact([[8, 2], [1, 5]]): 0.02448 greater, 0.99913 less.
    let test = two_proportions(8, 10, 1, 6, 0.95).unwrap();
    close(test.p_greater, 0.024_475_524_475_524_483, 1e-12);
    close(test.p_less, 0.999_125_874_125_874_2, 1e-12);
    // Nothing bad on either side tells nothing.
    assert_eq!(two_proportions(0, 500, 0, 9_500, 0.95).unwrap().p_greater, 1.0);
}

#[test]
fn binomial_tails_agree_with_scipy() {
    // scipy.stats.binom 1.17: sf(k - 1), cdf, ppf.
    close(binomial_at_least(1, 20, 0.005), 0.095_389_519_725_382_37, 1e-13);
    close(binomial_at_least(5, 200, 0.005), 0.003_545_479_804_512_539_3, 1e-13);
    close(binomial_at_least(11, 500, 0.005), 5.767_311_114_517_089_5e-5, 1e-14);
    close(binomial_at_most(3, 1_000, 0.01), 0.010_072_654_772_014_291, 1e-13);
    close(binomial_at_least(50, 1_000, 0.01) / 8.306_371_435_388_825e-20, 1.0, 1e-6);
    for (probability, quantile) in [(0.05, 5), (0.5, 10), (0.95, 15), (0.999, 21)] {
        assert_eq!(binomial_quantile(probability, 1_000, 0.01), Some(quantile));
    }
    assert_eq!(binomial_at_least(0, 10, 0.3), 1.0);
    close((0..=10).map(|bad| binomial_exactly(bad, 10, 0.3)).sum(), 1.0, 1e-12);
    assert_eq!(binomial_quantile(1.5, 10, 0.3), None);
    assert!(binomial_at_most(1, 10, 1.5).is_nan());
}

#[test]
fn requests_needed_to_exclude_a_rate_are_those_of_the_table() {
    // "How much traffic a gate needs": no error in n requests excludes the rate at 95 % confidence.
    for (rate, requests) in [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598)] {
        assert_eq!(requests_to_exclude(rate, 0.95), Some(requests));
        // The definition itself, one request to either side.
        assert!((1.0 - rate).powf(requests as f64) <= 0.05);
        assert!((1.0 - rate).powf(requests as f64 - 1.0) > 0.05);
        // And the bound that those requests leave open is no larger than the rate.
        assert!(rate_upper_bound(0, requests, 0.95).unwrap() <= rate);
    }
    assert_eq!(requests_to_exclude(0.0, 0.95), None);
    assert_eq!(requests_to_exclude(0.1, 1.0), None);
}

#[test]
fn upper_bound_of_a_rate_agrees_with_scipy() {
    // scipy.stats.beta.ppf(0.95, bad + 1, n - bad).
    close(rate_upper_bound(0, 59, 0.95).unwrap(), 0.049_507_609_888_226_93, 1e-9);
    close(rate_upper_bound(3, 200, 0.95).unwrap(), 0.038_309_709_498_569_34, 1e-9);
    assert_eq!(rate_upper_bound(5, 5, 0.95), Some(1.0));
    assert_eq!(rate_upper_bound(0, 0, 0.95), None);
}

#[test]
fn naive_gate_has_the_odds_of_the_table() {
    // "Roll back when the observed rate exceeds 2 %": requests, false alarm at 0.5 %, over ten checks, detection at 5 %.
    for (requests, false_alarm, over_ten, detection) in [
        (20, 0.095, 0.63, 0.64),
        (50, 0.026, 0.23, 0.72),
        (100, 0.014, 0.13, 0.88),
        (200, 0.004, 0.03, 0.97),
        (500, 0.0, 0.0, 1.0),
    ] {
        let first_bad = (0.02 * requests as f64).floor() as u64 + 1;
        let per_check = binomial_at_least(first_bad, requests, 0.005);
        close(per_check, false_alarm, 5e-4);
        close(1.0 - (1.0 - per_check).powi(10), over_ten, 6e-3);
        close(binomial_at_least(first_bad, requests, 0.05), detection, 6e-3);
    }
}
