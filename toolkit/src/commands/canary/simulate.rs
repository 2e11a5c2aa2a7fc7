//! `slipway canary simulate`: replays recorded measurements against a policy.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use rollout::journal::{Counters, Verdict};
use rollout::policy::{Metric, Policy};
use rollout::{Action, Phase, Reading, Reason, Variant};
use serde::Serialize;

use super::PolicyFile;
use crate::canary::picture;
use crate::canary::rehearsal::{Answer, Circling, Ending, Question, Source, Turn, rehearse};
use crate::canary::trace::{self, Trace};
use crate::canary::words;
use crate::exit::Exit;
use crate::failure::{Failure, Message, read_text, write_file};
use crate::output::{BAD, DOUBTFUL, FAINT, GOOD, Output, STRONG, numbers, styled, words as text_column};

/// Replay recorded measurements against a policy
///
/// Runs the release engine over a trace with a simulated clock and a simulated cloud, and prints what it decides and
/// why. Hooks succeed. Nothing is called, nothing is changed.
///
/// A trace is CSV with the header `seconds,metric,variant,value,samples`: seconds since the rollout began, `variant`
/// is `canary` or `stable`, `samples` the requests behind the value. An empty value means that the source answered
/// without data, `error` that it could not be measured. A row holds for its metric and variant until the next one.
/// Rows `seconds,@event,NAME,VALUE,` inject events: pause, resume, promote, abort, approve, split (VALUE: the live
/// canary weight), new_version, crash.
///
/// Exits 0 when the release succeeded, 3 when it was rolled back or aborted, 4 when it is paused or still running at
/// the trace's end, 2 on misuse.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    policy: PolicyFile,

    /// The recorded measurements, CSV; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    trace: PathBuf,

    /// Draw weight, metrics, thresholds and events over time into an SVG file
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,

    /// Show every decision, also where nothing changes
    #[arg(long)]
    all: bool,

    /// When the rollout begins, for policies with freeze windows
    ///
    /// The default is a Monday morning.
    #[arg(long, value_name = "TIME", default_value = "2026-01-05T09:00:00Z", value_parser = moment)]
    start: Timestamp,

    /// When the replay ends, as seconds or a length of time ("2h"); the last rows of the trace hold until then
    ///
    /// Without it the replay ends with the last row of the trace.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    until: Option<u64>,
}

/// One decision, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Line {
    /// Seconds since the rollout began.
    t: u64,
    phase: &'static str,
    /// Position on the ladder, from 0.
    step: usize,
    /// The canary's verified share in percent.
    weight: u8,
    decision: Action,
    reason: String,
    counters: Counters,
    /// Requests to the canary in this step.
    samples: u64,
}

/// The last line of `--json`.
#[derive(Debug, Serialize)]
struct LastLine {
    result: &'static str,
    t: u64,
    weight: u8,
    canary_requests: u64,
    bad_requests: u64,
}

impl Simulate {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let policy = self.policy.read()?;
        let trace = read_trace(&self.trace)?;
        let until = self.until.unwrap_or(trace.end());
        let (turns, ending) = self.replay(&policy, &trace, until, output)?;

        if output.is_json() {
            for turn in turns.iter().filter(|turn| self.all || is_worth_telling(turn)) {
                output.record(&line(turn))?;
            }
            output.record(&last_line(&ending))?;
        } else {
            print(&policy, &turns, &ending, self.all, output)?;
            self.hints(&policy, &trace, &ending, until, output);
        }
        if let Some(file) = &self.plot {
            let drawing = picture::draw(&policy, &trace, &turns, &ending);
            write_file(file, drawing.as_bytes())?;
            output.hint(format!("drawn into {}", file.display()));
        }
        Ok(exit(ending.phase))
    }

    fn replay(
        &self,
        policy: &Policy,
        trace: &Trace,
        until: u64,
        output: &Output,
    ) -> Result<(Vec<Turn>, Ending), Failure> {
        let progress = output.progress(until, "replaying");
        let mut turns = Vec::new();
        let mut replayed = Replayed { trace };
        let ending = rehearse(policy, &mut replayed, trace.events(), self.start, until, |turn| {
            progress.set_position(turn.t);
            turns.push(turn);
        });
        progress.finish_and_clear();
        Ok((turns, ending.map_err(circling)?))
    }

    /// What the user may not expect of this trace.
    fn hints(&self, policy: &Policy, trace: &Trace, ending: &Ending, until: u64, output: &mut Output) {
        let known = trace.metrics();
        for metric in policy.analysis.metrics.iter().filter(|metric| !known.contains(metric.name.as_str())) {
            output.hint(format!("the trace has no rows for `{}`: it stays without data", metric.name));
        }
        let asked: Vec<&str> = policy.analysis.metrics.iter().map(|metric| metric.name.as_str()).collect();
        for metric in known.iter().filter(|metric| !asked.contains(metric)) {
            output.hint(format!("the policy does not ask for `{metric}`: its rows are not used"));
        }
        let least = policy.shortest_duration().as_secs();
        if ending.phase.is_active() && ending.phase != Phase::Paused && self.until.is_none() && until < least
        {
            output.hint(format!(
                "the trace ends at {until} s and the release takes at least {least} s; --until {least} lets its last rows hold"
            ));
        }
    }
}

/// A bug of ours, told as one.
pub(super) fn circling(circling: Circling) -> Failure {
    Message::new(format!("The release engine does not settle at second {}", circling.t))
        .detail("It asks to be called again and again. This is a bug in Slipway.")
        .next("Report it with the policy and the trace: https://github.com/slipway/slipway/issues")
        .into()
}

struct Replayed<'trace> {
    trace: &'trace Trace,
}

impl Source for Replayed<'_> {
    fn measure(&mut self, question: &Question<'_>) -> (Reading, Option<u64>) {
        match self.trace.row(&question.metric.name, question.variant, question.t) {
            Some(row) => (row.reading.clone(), row.samples),
            None => (Reading::NoData, None),
        }
    }
}

fn read_trace(path: &Path) -> Result<Trace, Failure> {
    let text = read_text(path)?;
    trace::parse(&text).map_err(|mistakes| {
        let shown = path.display();
        let places = mistakes
            .iter()
            .map(|mistake| format!("{shown}:{}:{}: {}", mistake.line, mistake.column, mistake.message));
        Message::new(format!("`{shown}` is not a trace"))
            .details(places)
            .next("`slipway canary simulate --help` tells the columns.")
            .into()
    })
}

fn exit(phase: Phase) -> Exit {
    match phase {
        Phase::Succeeded => Exit::Success,
        Phase::Failed | Phase::Aborted => Exit::RolledBack,
        _ => Exit::Unfinished,
    }
}

/// Whether a turn is more than a call that came too early to change anything.
fn is_worth_telling(turn: &Turn) -> bool {
    let answer = &turn.answer;
    answer.action != Action::Hold
        || turn.event.is_some()
        || !answer.measured.is_empty()
        || answer.refused.is_some()
        || !answer.warnings.is_empty()
}

/// Whether a turn only reads back the shift of the same second.
fn is_expected_verification(turns: &[Turn], turn: &Turn) -> bool {
    let is_shift = |before: &&Turn| {
        before.t == turn.t
            && before.live == turn.live
            && matches!(before.answer.action, Action::Advance | Action::Start)
    };
    turn.answer.action == Action::Verify
        && turn.event.is_none()
        && turns.iter().any(|before| is_shift(&before))
}

fn line(turn: &Turn) -> Line {
    Line {
        t: turn.t,
        phase: turn.phase.word(),
        step: turn.step,
        weight: turn.weight,
        decision: turn.answer.action,
        reason: format!("{}: {}", turn.answer.reason.code(), because(&turn.answer)),
        counters: turn.counters,
        samples: turn.samples,
    }
}

/// The reason as a sentence, with the command that was refused.
fn because(answer: &Answer) -> String {
    match &answer.refused {
        Some(refused) => format!("{}; refused: {refused}", answer.reason),
        None => answer.reason.to_string(),
    }
}

fn last_line(ending: &Ending) -> LastLine {
    LastLine {
        result: match ending.phase {
            Phase::Succeeded => "succeeded",
            Phase::Failed => "failed",
            Phase::Aborted => "aborted",
            Phase::Paused => "paused",
            _ => "running",
        },
        t: ending.t,
        weight: ending.weight,
        canary_requests: ending.canary_requests,
        bad_requests: ending.bad_requests,
    }
}

fn print(
    policy: &Policy,
    turns: &[Turn],
    ending: &Ending,
    all: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    let steps = policy.ladder().len();
    let mut rows: Vec<Row> = Vec::new();
    for turn in turns.iter().filter(|turn| all || is_worth_telling(turn)) {
        let row = Row::of(policy, turn, steps);
        match rows.last_mut().filter(|last| !all && last.goes_on_with(&row)) {
            Some(last) => last.absorb(row),
            None if !all && is_expected_verification(turns, turn) => {}
            None => rows.push(row),
        }
    }
    let columns = [
        numbers("time"),
        numbers("canary"),
        text_column("step"),
        text_column("decision"),
        text_column("measured"),
        text_column("because"),
    ];
    output.table(&columns, rows.into_iter().map(|row| row.cells(all)).collect())?;

    let style = match ending.phase {
        Phase::Succeeded => GOOD,
        Phase::Failed | Phase::Aborted => BAD,
        _ => DOUBTFUL,
    };
    output.line(format!("\n{}", styled(style, picture::sentence(turns, ending))))?;
    if ending.canary_requests > 0 {
        output.line(format!(
            "The canary answered {}, {} of them bad.",
            words::count(ending.canary_requests, "request"),
            words::number(ending.bad_requests as f64)
        ))?;
    }
    Ok(())
}

/// A row of the table: one decision, or several of the same kind in a row.
struct Row {
    from: u64,
    to: u64,
    turns: u64,
    weight: u8,
    live: u8,
    step: String,
    decision: String,
    /// A hold that does nothing but wait may absorb the next that waits for the same.
    waits_for: Option<Wait>,
    /// Name, values and verdict of each metric.
    measured: Vec<Measured>,
    because: String,
}

/// What a hold waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wait {
    /// For traffic, or for a source that has something to say.
    Data,
    /// For something else, by the code of its reason.
    Other(String),
}

/// A metric in a row of the table.
struct Measured {
    name: String,
    /// The lowest and highest value, where there were values.
    range: Option<(f64, f64)>,
    show: fn(f64) -> String,
    unit: String,
    verdict: Option<Verdict>,
}

impl Row {
    fn of(policy: &Policy, turn: &Turn, steps: usize) -> Self {
        let step = match turn.phase {
            Phase::Progressing | Phase::Paused if turn.step < steps => format!("{}/{steps}", turn.step + 1),
            _ => String::new(),
        };
        let event = turn.event.as_ref().map(|event| format!("{} ", styled(STRONG, format!("‹{event}›"))));
        let answer = &turn.answer;
        let is_plain_hold = answer.action == Action::Hold
            && turn.event.is_none()
            && answer.refused.is_none()
            && answer.warnings.is_empty();
        Self {
            from: turn.t,
            to: turn.t,
            turns: 1,
            weight: turn.weight,
            live: turn.live,
            step,
            decision: decision_word(answer.action),
            waits_for: is_plain_hold.then(|| match answer.reason {
                Reason::NoData { .. } | Reason::TooFewRequests { .. } | Reason::NotMeasuredYet { .. } => {
                    Wait::Data
                }
                _ => Wait::Other(answer.reason.code().to_owned()),
            }),
            measured: measured(policy, turn),
            because: format!("{}{}", event.unwrap_or_default(), because(answer)),
        }
    }

    fn goes_on_with(&self, next: &Self) -> bool {
        // For a reader, too few requests and none at all are one thing.
        let class = |verdict: Option<Verdict>| match (&self.waits_for, verdict) {
            (Some(Wait::Data), Some(Verdict::Waiting)) => Some(Verdict::Inconclusive),
            (_, verdict) => verdict,
        };
        let same_metrics = || {
            let pairs = self.measured.iter().zip(&next.measured);
            self.measured.len() == next.measured.len()
                && pairs
                    .into_iter()
                    .all(|(one, other)| one.name == other.name && class(one.verdict) == class(other.verdict))
        };
        self.waits_for.is_some()
            && self.waits_for == next.waits_for
            && self.live == next.live
            && same_metrics()
    }

    fn absorb(&mut self, next: Self) {
        self.to = next.to;
        self.turns += next.turns;
        self.because = next.because;
        for (mine, other) in self.measured.iter_mut().zip(next.measured) {
            mine.verdict = other.verdict;
            mine.range = match (mine.range, other.range) {
                (Some((low, high)), Some((lower, higher))) => Some((low.min(lower), high.max(higher))),
                (one, other) => one.or(other),
            };
        }
    }

    fn cells(self, all: bool) -> Vec<String> {
        let time = if self.from == self.to {
            words::clock(self.from)
        } else {
            format!("{} – {}", words::clock(self.from), words::clock(self.to))
        };
        let weight = if self.weight == self.live {
            format!("{} %", self.weight)
        } else {
            format!("{} → {} %", self.weight, self.live)
        };
        let decision = match self.turns {
            1 => self.decision,
            turns => format!("{} {}", self.decision, styled(FAINT, format!("× {turns}"))),
        };
        vec![time, weight, self.step, decision, told(&self.measured, all), self.because]
    }
}

fn decision_word(action: Action) -> String {
    let (style, word) = match action {
        Action::Hold => (FAINT, "hold"),
        Action::Start => (STRONG, "start"),
        Action::Advance => (GOOD, "advance"),
        Action::Verify => (FAINT, "verify"),
        Action::Pause => (DOUBTFUL, "pause"),
        Action::Resume => (GOOD, "resume"),
        Action::Rollback => (BAD, "roll back"),
        Action::End => (STRONG, "end"),
    };
    styled(style, word)
}

fn measured(policy: &Policy, turn: &Turn) -> Vec<Measured> {
    turn.answer
        .measured
        .iter()
        .filter(|measurement| measurement.variant == Variant::Canary)
        .map(|measurement| {
            let metric = policy.analysis.metrics.iter().find(|metric| metric.name == measurement.metric);
            let value = match measurement.reading {
                Reading::Value(value) if value.is_finite() => Some(value),
                _ => None,
            };
            let whole = metric.filter(|metric| metric.is_rate()).map(Metric::whole);
            let scaled = value.map(|value| whole.map_or(value, |whole| value / whole));
            Measured {
                name: measurement.metric.clone(),
                range: scaled.map(|value| (value, value)),
                show: if whole.is_some() { words::percent } else { words::number },
                unit: match (whole, metric.and_then(unit)) {
                    (None, Some(unit)) => format!(" {unit}"),
                    _ => String::new(),
                },
                verdict: turn.verdicts.get(&measurement.metric).copied(),
            }
        })
        .collect()
}

fn unit(metric: &Metric) -> Option<&str> {
    metric.threshold.as_ref().and_then(|threshold| threshold.unit.as_deref())
}

/// What was measured, one metric a line. Where many pass, only their number is told.
fn told(measured: &[Measured], all: bool) -> String {
    let passes = |measured: &&Measured| measured.verdict == Some(Verdict::Pass);
    let passed = measured.iter().filter(passes).count();
    let mut lines: Vec<String> = Vec::new();
    if passed > 2 && !all {
        lines.push(format!("{} {passed} metrics", styled(GOOD, "✓")));
        lines.extend(measured.iter().filter(|measured| !passes(measured)).map(Measured::shown));
    } else {
        lines.extend(measured.iter().map(Measured::shown));
    }
    lines.join("\n")
}

impl Measured {
    fn shown(&self) -> String {
        let value = match self.range {
            None if self.verdict == Some(Verdict::Error) => "not measured".to_owned(),
            None => "no data".to_owned(),
            Some((low, high)) if low == high => format!("{}{}", (self.show)(low), self.unit),
            Some((low, high)) => format!("{} … {}{}", (self.show)(low), (self.show)(high), self.unit),
        };
        let (style, mark) = match self.verdict {
            Some(Verdict::Pass) => (GOOD, "✓"),
            Some(Verdict::Fail) => (BAD, "✗"),
            Some(Verdict::Inconclusive) => (DOUBTFUL, "?"),
            Some(Verdict::Error) => (DOUBTFUL, "!"),
            Some(Verdict::Waiting) | None => (FAINT, "…"),
        };
        format!("{} {} {value}", styled(style, mark), self.name)
    }
}

/// A second of the rollout: a number, or a length of time.
fn seconds(text: &str) -> Result<u64, String> {
    let seconds = text.parse::<u64>().or_else(|_| {
        let duration = text.parse::<rollout::Duration>();
        duration.map(rollout::Duration::as_secs).map_err(|error| error.to_string())
    })?;
    if seconds <= trace::LONGEST { Ok(seconds) } else { Err("a replay lasts ten years at most".to_owned()) }
}

/// A moment of our time, so that nothing of a rollout falls off the calendar.
fn moment(text: &str) -> Result<Timestamp, String> {
    let moment: Timestamp = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    let year = moment.to_zoned(jiff::tz::TimeZone::UTC).year();
    if (1970..3000).contains(&year) {
        Ok(moment)
    } else {
        Err("the year must lie between 1970 and 2999".to_owned())
    }
}
