//! `slipway canary odds`: what becomes of good and bad releases with the traffic at hand.

use clap::Args;
use rollout::policy::{Metric, Policy};
use rollout::stats::binomial_at_least;
use serde::Serialize;

use super::{PolicyFile, simulate, traffic};
use crate::canary::chances::{self, Chances, Latency, Method, Simulation, World};
use crate::canary::gates::{Gate, fails_from, gates};
use crate::canary::words;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{BAD, FAINT, GOOD, Output, STRONG, numbers, styled, words as text_column};

/// A gate is supported by the traffic when a good release fails, or waits for a person, no more often than this, and
/// a bad one comes through no more often.
const TOLERATED: f64 = 0.05;

/// Tell the chances of promotion, rollback and pause
///
/// For a canary with the given error rate, and for one that is as good as the stable version: how probable promotion,
/// rollback and pause are, how long the decision takes, and how many bad requests the canary answers until then.
/// Says plainly when the traffic cannot support the gates, and what would.
///
/// The numbers are exact where only the canary's bad requests are left to chance. Where a gate compares with the
/// stable version, or latencies vary, releases are simulated; the same seed gives the same numbers.
///
/// Rates are shares (0.02) or percentages (2%). Metrics that these numbers say nothing about are taken to pass;
/// approvals are taken to come at once.
#[derive(Debug, Args)]
pub(crate) struct Odds {
    #[command(flatten)]
    policy: PolicyFile,

    /// Requests to the whole service
    #[arg(long, value_name = "N", value_parser = traffic)]
    requests_per_minute: f64,

    /// Share of the stable version's requests that are bad
    #[arg(long, value_name = "P", value_parser = rate)]
    stable_error_rate: f64,

    /// Share of the canary's requests that are bad
    #[arg(long, value_name = "P", value_parser = rate)]
    canary_error_rate: f64,

    /// Latency of the stable version, whatever the policy measures of it
    #[arg(long, value_name = "MS", alias = "stable-latency", requires = "latency_canary", value_parser = positive)]
    latency_stable: Option<f64>,

    /// Latency of the canary
    #[arg(long, value_name = "MS", alias = "canary-latency", requires = "latency_stable", value_parser = positive)]
    latency_canary: Option<f64>,

    /// How far one measured latency strays from that, as a share of it
    #[arg(long, value_name = "SHARE", default_value = "0.1", value_parser = rate)]
    latency_noise: f64,

    /// Releases to simulate, where the numbers cannot be exact
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    runs: u64,

    /// What the simulation begins with
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Everything that `odds` knows.
#[derive(Debug, Serialize)]
struct Report {
    world: World,
    /// The chances of this canary.
    #[serde(flatten)]
    chances: Chances,
    /// The chances of a canary that is as good as the stable version.
    healthy: Chances,
    /// Each rate gate in each step, check by check. Always exact.
    gates: Vec<Gate>,
    verdict: Verdict,
    /// What is taken for granted.
    assumptions: Vec<String>,
}

/// Whether the traffic supports the gates.
#[derive(Debug, Serialize)]
struct Verdict {
    supported: bool,
    /// What does not work, in sentences.
    problems: Vec<String>,
    /// What would, in sentences.
    needs: Vec<String>,
}

impl Odds {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let policy = self.policy.read()?;
        let world = self.world();
        let simulation = Simulation { runs: self.runs, seed: self.seed };
        let progress = output.progress(2_000, "weighing");
        let within = |from: u64| {
            let progress = progress.clone();
            move |share: f64| progress.set_position(from + (share * 1_000.0) as u64)
        };
        let chances = chances::chances(&policy, &world, simulation, within(0)).map_err(simulate::circling)?;
        let healthy = chances::chances(&policy, &world.healthy(), simulation, within(1_000))
            .map_err(simulate::circling)?;
        progress.finish_and_clear();

        let gates = gates(&policy, &world);
        let report = Report {
            verdict: verdict(&policy, &world, &chances, &healthy, &gates),
            assumptions: assumptions(&policy, &world, &chances, &healthy),
            world,
            chances,
            healthy,
            gates,
        };
        if output.is_json() {
            output.document(&report)?;
        } else {
            report.print(&policy, output)?;
        }
        Ok(Exit::Success)
    }

    fn world(&self) -> World {
        let latency = self.latency_stable.zip(self.latency_canary);
        World {
            requests_per_minute: self.requests_per_minute,
            stable_error_rate: self.stable_error_rate,
            canary_error_rate: self.canary_error_rate,
            latency: latency.map(|(stable, canary)| Latency { stable, canary, noise: self.latency_noise }),
        }
    }
}

fn verdict(policy: &Policy, world: &World, chances: &Chances, healthy: &Chances, gates: &[Gate]) -> Verdict {
    let mut problems = Vec::new();
    let mut needs = Vec::new();
    let stable_rate = words::percent(world.stable_error_rate);

    if policy.skip_analysis || !policy.analysis.metrics.iter().any(Metric::is_deciding_gate) {
        problems.push(
            "nothing is measured that could hold a release back: a bad one is promoted like a good one"
                .to_owned(),
        );
        needs.push("a metric that is a gate".to_owned());
    }
    let broken: Vec<&Gate> = gates.iter().filter(|gate| world.stable_error_rate > gate.bound).collect();
    if let Some(gate) = broken.first() {
        problems.push(format!(
            "the stable version itself, with {stable_rate} bad requests, breaks the {} that `{}` accepts",
            words::percent(gate.bound),
            gate.metric
        ));
        needs.push("a bound above the stable version's own rate, or a bound relative to it".to_owned());
    }
    for gate in gates.iter().filter(|gate| gate.requests_per_check.is_none()) {
        let Gate { needed, weight, .. } = *gate;
        let per_minute = world.requests_per_minute * f64::from(weight) / 100.0;
        let deadline = policy.deadline();
        let minutes = deadline.as_secs() as f64 / 60.0;
        problems.push(format!(
            "{weight} % of the traffic are {} requests a minute: `{}` needs {needed} and gets {} before the deadline \
             of {deadline}",
            words::number(per_minute),
            gate.metric,
            words::number((per_minute * minutes).floor()),
        ));
        let enough = (100.0 * needed as f64 / (world.requests_per_minute * minutes)).ceil();
        let or_weight = if enough <= 99.0 { format!(", or a weight of {enough} %") } else { String::new() };
        let enough = (needed as f64 / minutes / (f64::from(weight) / 100.0)).ceil();
        needs.push(format!("{} requests a minute{or_weight}", words::number(enough)));
    }
    if broken.is_empty() && healthy.probability.rollback > TOLERATED {
        problems.push(format!(
            "a release as good as the stable version is rolled back with {} probability",
            words::percent(healthy.probability.rollback)
        ));
    }
    if healthy.probability.pause > TOLERATED {
        problems.push(format!(
            "a release as good as the stable version waits for a person with {} probability",
            words::percent(healthy.probability.pause)
        ));
    }
    let bad_for: Vec<&Gate> = gates.iter().filter(|gate| world.canary_error_rate > gate.bound).collect();
    if !bad_for.is_empty() && chances.probability.promotion > TOLERATED {
        problems.push(format!(
            "a release with {} bad requests is promoted with {} probability",
            words::percent(world.canary_error_rate),
            words::percent(chances.probability.promotion)
        ));
    }
    if broken.is_empty() && !problems.is_empty() {
        // The gate that errs most sets what the service would need.
        let errs = |gate: &Gate| {
            let false_alarm = gate.false_alarm_over_checks.unwrap_or(0.0);
            false_alarm.max(1.0 - gate.detection_per_check.unwrap_or(0.0))
        };
        let weakest = gates.iter().max_by(|one, other| errs(one).total_cmp(&errs(other)));
        needs.extend(weakest.and_then(|gate| sample_that_tells(policy, world, gate, gates)));
    }
    Verdict { supported: problems.is_empty(), problems, needs }
}

/// The smallest sample with which the checks of a gate tell a good canary from this one, and the traffic that brings it.
fn sample_that_tells(policy: &Policy, world: &World, gate: &Gate, gates: &[Gate]) -> Option<String> {
    if world.canary_error_rate <= gate.bound || world.stable_error_rate >= gate.bound {
        return None;
    }
    let metric = policy.analysis.metrics.iter().find(|metric| metric.name == gate.metric)?;
    let tolerated =
        if metric.critical { 0 } else { metric.failure_limit.unwrap_or(policy.analysis.failure_limit) };
    let checks: u64 =
        gates.iter().filter(|other| other.metric == gate.metric).map(|other| other.checks.max(1)).sum();
    let tells = |requests: u64| {
        let from = fails_from(metric, gate.bound, requests);
        let false_alarm = binomial_at_least(from, requests, world.stable_error_rate);
        let detection = binomial_at_least(from, requests, world.canary_error_rate);
        let of_release =
            binomial_at_least(u64::from(tolerated) + 1, checks.max(u64::from(tolerated) + 1), false_alarm);
        (of_release <= TOLERATED && detection >= 1.0 - TOLERATED).then_some((of_release, detection))
    };
    // Chances jump where one more bad request is tolerated; from the size that is found on, larger ones do as well.
    let next = |size: u64| size + (size / 20).max(1);
    let sizes =
        std::iter::successors(Some(10), |size| Some(next(*size))).take_while(|size| *size <= 10_000_000);
    let (requests, (of_release, detection)) = sizes.into_iter().find_map(|size| {
        let found = tells(size)?;
        (size..=next(size)).all(|larger| tells(larger).is_some()).then_some((size, found))
    })?;
    // The stretch with the fewest requests sets what the service needs.
    let of_metric = gates.iter().filter(|other| other.metric == gate.metric);
    let scarce = of_metric.min_by_key(|gate| u64::from(gate.weight) * gate.bake.as_secs())?;
    let bake = scarce.bake;
    let needed = requests as f64 / (f64::from(scarce.weight) / 100.0);
    let minutes = bake.as_secs() as f64 / 60.0;
    if gate.needed >= requests {
        // The sample is large enough; there is only too little time or traffic for it.
        return None;
    }
    Some(format!(
        "a `min_sample_size` of {}: then {} of good releases are rolled back by `{}`, and a check finds this one {} of \
         the time; at {} % that takes {} requests a minute within the bake of {bake}, or a bake of {} at the traffic \
         there is",
        words::number(requests as f64),
        words::percent(of_release),
        gate.metric,
        words::percent(detection),
        scarce.weight,
        words::number((needed / minutes).ceil()),
        words::about(needed / world.requests_per_minute * 60.0),
    ))
}

fn assumptions(policy: &Policy, world: &World, chances: &Chances, healthy: &Chances) -> Vec<String> {
    let mut assumptions = vec!["requests arrive evenly, and each is bad or not by itself".to_owned()];
    let passing = chances::taken_to_pass(policy, world);
    if !passing.is_empty() {
        assumptions.push(format!("nothing is said about {}, taken to pass", passing.join(", ")));
    }
    if policy.ladder().iter().any(|step| step.approval_required) {
        assumptions.push("approvals come at once".to_owned());
    }
    if !policy.freeze_windows.is_empty() {
        assumptions.push("no freeze window is open".to_owned());
    }
    if !policy.hooks.is_empty() {
        assumptions.push("hooks succeed at once".to_owned());
    }
    if [chances.method, healthy.method].iter().any(|method| *method != Method::Exact) {
        let why = chances::needs_simulation(policy, world);
        let why = why.unwrap_or_else(|| "the release has too many ways to go to follow them all".to_owned());
        assumptions.push(format!("simulated, because {why}"));
    }
    assumptions
}

/// A gate as a row of the table.
fn cells(gate: &Gate) -> Vec<String> {
    let known = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    let in_the_bake =
        |chance| format!("{} in {}", words::percent(chance), words::count(gate.checks, "check"));
    vec![
        gate.metric.clone(),
        format!("{} %", gate.weight),
        known(gate.requests_per_check.map(|requests| words::number(requests as f64))),
        known(gate.fails_from.map(|bad| format!("{} bad", words::number(bad as f64)))),
        known(gate.false_alarm_per_check.map(words::percent)),
        known(gate.false_alarm_over_checks.map(in_the_bake)),
        known(gate.detection_per_check.map(words::percent)),
        known(gate.requests_to_exclude.map(|requests| words::number(requests as f64))),
    ]
}

impl Report {
    fn print(&self, policy: &Policy, output: &mut Output) -> Result<(), Failure> {
        let world = &self.world;
        let latency = world.latency.map_or(String::new(), |latency| {
            format!(", {} ms instead of {} ms", words::number(latency.canary), words::number(latency.stable))
        });
        output.line(format!(
            "{}: {} requests a minute, {} bad where {} is normal{latency}\n",
            styled(STRONG, policy.name.as_deref().unwrap_or("release")),
            words::number(world.requests_per_minute),
            words::percent(world.canary_error_rate),
            words::percent(world.stable_error_rate),
        ))?;

        let (this, good) = (&self.chances, &self.healthy);
        let row =
            |name: &str, show: &dyn Fn(&Chances) -> String| vec![name.to_owned(), show(this), show(good)];
        let rows = vec![
            row("promoted", &|chances| words::percent(chances.probability.promotion)),
            row("rolled back", &|chances| words::percent(chances.probability.rollback)),
            row("paused", &|chances| words::percent(chances.probability.pause)),
            row("decided after, on average", &|chances| words::about(chances.time_to_decision.expected)),
            row("decided after, 95 % of the time", &|chances| words::about(chances.time_to_decision.p95)),
            row("bad requests until then", &|chances| words::number(round(chances.expected_bad_requests))),
            row("of all the canary answers", &|chances| {
                words::number(round(chances.expected_canary_requests))
            }),
        ];
        output.table(&[text_column(""), numbers("this canary"), numbers("a good one")], rows)?;
        output.line(styled(FAINT, method(&this.method, &good.method)))?;

        if !self.gates.is_empty() {
            output.line(format!("\n{}", styled(STRONG, "The gates, check by check")))?;
            let mut rows: Vec<Vec<String>> = Vec::new();
            for gate in &self.gates {
                let row = cells(gate);
                // Gates that look at the same requests in the same way share a row.
                match rows.iter_mut().find(|other| other[1..] == row[1..]) {
                    Some(other) => other[0] = format!("{}, {}", other[0], row[0]),
                    None => rows.push(row),
                }
            }
            let columns = [
                text_column("gate"),
                numbers("canary"),
                numbers("requests"),
                numbers("fails from"),
                numbers("false alarm"),
                numbers("in the bake"),
                numbers("detection"),
                numbers("to exclude the bound"),
            ];
            output.table(&columns, rows)?;
        }

        output.line("")?;
        if self.verdict.supported {
            output.line(styled(GOOD, "The traffic supports these gates."))?;
        } else {
            output.line(styled(BAD, "The traffic does not support these gates:"))?;
            for problem in &self.verdict.problems {
                output.line(format!("  - {problem}"))?;
            }
            if !self.verdict.needs.is_empty() {
                output.line("What would:")?;
                for need in &self.verdict.needs {
                    output.line(format!("  - {need}"))?;
                }
            }
        }
        output.line(styled(FAINT, format!("Assumed: {}.", self.assumptions.join("; "))))
    }
}

/// Requests are counted in whole ones, but a tenth of one on average is not none.
fn round(requests: f64) -> f64 {
    if requests < 10.0 { (requests * 10.0).round() / 10.0 } else { requests.round() }
}

fn method(this: &Method, good: &Method) -> String {
    match (this, good) {
        (Method::Exact, Method::Exact) => "exact".to_owned(),
        (Method::Simulated { runs, seed }, _) | (_, Method::Simulated { runs, seed }) => {
            // The widest interval is that of an even chance.
            let margin = 1.96 * (0.25 / *runs as f64).sqrt();
            format!(
                "simulated: {} each, seed {seed}, within {} points",
                words::count(*runs, "release"),
                words::number((margin * 1_000.0).ceil() / 10.0)
            )
        }
    }
}

/// A share: 0.02 or 2%.
fn rate(text: &str) -> Result<f64, String> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse(),
    };
    match number {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err("a share is a number from 0 to 1, or a percentage such as 2%".to_owned()),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if f64::is_finite(number) && number > 0.0 => Ok(number),
        _ => Err("a latency is a number of milliseconds above 0".to_owned()),
    }
}
