//! A rehearsed release as a picture: weight, metrics, thresholds and events over time.

use std::fmt::Write as _;

use rollout::journal::Verdict;
use rollout::policy::{Metric, Policy};
use rollout::{Action, Measurement, Phase, Reading, Variant};
use svg::Document;
use svg::node::element::{Circle, Definitions, Group, Line, Path, Pattern, Rectangle, Style, Text, Title};

use super::rehearsal::{Ending, Turn};
use super::trace::Trace;
use super::words;

/// Measures of the page, in SVG units.
const WIDTH: f64 = 1_200.0;
const LEFT: f64 = 96.0;
const RIGHT: f64 = 190.0;
const HEAD: f64 = 132.0;
const WEIGHT_HEIGHT: f64 = 170.0;
const METRIC_HEIGHT: f64 = 120.0;
const GAP: f64 = 34.0;
const FOOT: f64 = 46.0;

/// Space between two labels on the time axis.
const TICK_SPACE: f64 = 90.0;

const STYLE: &str = "
text { font-family: system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif; font-size: 12px; fill: #334155; }
.title { font-size: 20px; font-weight: 600; fill: #0f172a; }
.result { font-size: 14px; font-weight: 600; }
.panel { font-size: 13px; font-weight: 600; fill: #0f172a; }
.faint { fill: #64748b; font-size: 11px; }
.limit { fill: #b91c1c; font-size: 11px; }
.weight { fill: #1d4ed8; font-size: 11px; font-weight: 600; }
.event { fill: #6d28d9; font-size: 11px; font-weight: 600; }
";

const INK: &str = "#0f172a";
const GRID: &str = "#e2e8f0";
const CANARY: &str = "#2563eb";
const STABLE: &str = "#64748b";
const LIMIT: &str = "#dc2626";
const EVENT: &str = "#7c3aed";
const GOOD: &str = "#16a34a";
const BAD: &str = "#dc2626";
const DOUBTFUL: &str = "#d97706";

/// Draws a rehearsal as an SVG document.
pub(crate) fn draw(policy: &Policy, trace: &Trace, turns: &[Turn], ending: &Ending) -> String {
    let metrics = &policy.analysis.metrics;
    let height = HEAD + WEIGHT_HEIGHT + (GAP + METRIC_HEIGHT) * metrics.len() as f64 + FOOT;
    let time = Axis { from: 0.0, to: ending.t.max(1) as f64, low: LEFT, high: WIDTH - RIGHT };
    let mut document = Document::new()
        .set("viewBox", (0, 0, WIDTH, height))
        .set("width", WIDTH)
        .set("height", height)
        .set("role", "img")
        .add(Title::new(format!("{}: {}", name(policy), sentence(turns, ending))))
        .add(Style::new(STYLE))
        .add(hatching())
        .add(rectangle(0.0, 0.0, WIDTH, height).set("fill", "#ffffff"))
        .add(heading(policy, turns, ending));
    let bottom = height - FOOT;
    document = document.add(time_grid(&time, HEAD, bottom));
    document = document.add(weight_panel(turns, ending, &time));
    for (index, metric) in metrics.iter().enumerate() {
        let top = HEAD + WEIGHT_HEIGHT + GAP + (GAP + METRIC_HEIGHT) * index as f64;
        document = document.add(metric_panel(metric, trace, turns, &time, top));
    }
    document = document.add(events(turns, &time, bottom));
    document.to_string()
}

/// A range of values on a stretch of the page.
struct Axis {
    from: f64,
    to: f64,
    low: f64,
    high: f64,
}

impl Axis {
    fn at(&self, value: f64) -> f64 {
        let share = (value - self.from) / (self.to - self.from);
        round(self.low + share.clamp(0.0, 1.0) * (self.high - self.low))
    }
}

fn name(policy: &Policy) -> &str {
    policy.name.as_deref().unwrap_or("release")
}

fn colour_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Succeeded => GOOD,
        Phase::Failed | Phase::Aborted => BAD,
        _ => DOUBTFUL,
    }
}

fn heading(policy: &Policy, turns: &[Turn], ending: &Ending) -> Group {
    let served = format!(
        "The canary answered {}, {} of them bad.",
        words::count(ending.canary_requests, "request"),
        words::number(ending.bad_requests as f64)
    );
    let legend_at = WIDTH - RIGHT + 10.0;
    let mut legend = Group::new();
    let swatches = [("canary", CANARY, None), ("stable", STABLE, Some("5 3")), ("limit", LIMIT, Some("2 3"))];
    for (index, (word, colour, dashes)) in swatches.into_iter().enumerate() {
        let y = 24.0 + 18.0 * index as f64;
        let mut line = line(legend_at, y, legend_at + 26.0, y).set("stroke", colour).set("stroke-width", 2);
        if let Some(dashes) = dashes {
            line = line.set("stroke-dasharray", dashes);
        }
        legend = legend.add(line).add(text(legend_at + 32.0, y + 4.0, word));
    }
    let verdicts = [
        (Verdict::Pass, "pass"),
        (Verdict::Fail, "fail"),
        (Verdict::Inconclusive, "no verdict"),
        (Verdict::Waiting, "waiting"),
    ];
    for (index, (verdict, word)) in verdicts.into_iter().enumerate() {
        let y = 24.0 + 18.0 * index as f64;
        legend = legend.add(dot(legend_at + 92.0, y, verdict)).add(text(legend_at + 102.0, y + 4.0, word));
    }
    let result = text(LEFT, 60.0, shortened(&sentence(turns, ending))).set("class", "result");
    Group::new()
        .add(text(LEFT, 36.0, name(policy)).set("class", "title"))
        .add(result.set("style", format!("fill: {}", colour_of(ending.phase))))
        .add(text(LEFT, 80.0, served))
        .add(legend)
}

/// As much of a sentence as fits beside the legend.
fn shortened(sentence: &str) -> String {
    match sentence.char_indices().nth(112) {
        Some((end, _)) => format!("{}…", &sentence[..end]),
        None => sentence.to_owned(),
    }
}

/// How the release ended, and why.
pub(crate) fn sentence(turns: &[Turn], ending: &Ending) -> String {
    // The last turns may only say that what was decided is verified.
    let decided = turns
        .iter()
        .rev()
        .find(|turn| matches!(turn.answer.action, Action::Rollback | Action::Pause | Action::End));
    let at = words::clock(decided.map_or(ending.t, |turn| turn.t));
    let why = decided.map_or(String::new(), |turn| turn.answer.reason.to_string());
    match ending.phase {
        Phase::Succeeded => format!("Succeeded after {}", words::clock(ending.t)),
        Phase::Failed => {
            format!("Rolled back after {}: {}", words::clock(ending.t), because_of_rollback(turns, why))
        }
        Phase::Aborted => {
            format!("Aborted after {}: {}", words::clock(ending.t), because_of_rollback(turns, why))
        }
        Phase::Paused => format!("Paused since {at}: {why}"),
        _ => format!("Still running when the trace ends, after {}", words::clock(ending.t)),
    }
}

/// Why it was rolled back, without the remark that the rollback is complete.
fn because_of_rollback(turns: &[Turn], otherwise: String) -> String {
    let rollback = turns.iter().rev().find(|turn| turn.answer.action == Action::Rollback);
    rollback.map_or(otherwise, |turn| turn.answer.reason.to_string())
}

/// Vertical lines at even times, with the times below.
fn time_grid(time: &Axis, top: f64, bottom: f64) -> Group {
    let most = ((time.high - time.low) / TICK_SPACE).floor().max(1.0);
    let steps = [
        10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 21_600.0,
        43_200.0,
    ];
    let days = std::iter::successors(Some(86_400.0), |days| Some(days * 2.0));
    let step = steps.into_iter().chain(days).find(|step| time.to / step <= most).unwrap_or(time.to);
    let mut group = Group::new();
    let mut second = 0.0;
    while second <= time.to {
        let x = time.at(second);
        let label = text(x, bottom + 20.0, words::clock(second as u64))
            .set("text-anchor", "middle")
            .set("class", "faint");
        group = group.add(line(x, top, x, bottom + 4.0).set("stroke", GRID)).add(label);
        second += step;
    }
    group
}

fn weight_panel(turns: &[Turn], ending: &Ending, time: &Axis) -> Group {
    let axis = Axis { from: 0.0, to: 100.0, low: HEAD + WEIGHT_HEIGHT, high: HEAD + 14.0 };
    let mut group = Group::new();
    for (phase, from, to) in stretches(turns, ending) {
        let fill = match phase {
            Phase::Paused => "url(#paused)",
            Phase::FinalBake => "#f0fdf4",
            _ => continue,
        };
        let (left, right) = (time.at(from as f64), time.at(to as f64));
        group = group.add(rectangle(left, HEAD, right - left, axis.low - HEAD).set("fill", fill));
    }
    for weight in [0_u8, 25, 50, 75, 100] {
        let y = axis.at(f64::from(weight));
        group = group
            .add(line(time.low, y, time.high, y).set("stroke", GRID))
            .add(left_label(y, format!("{weight} %")));
    }

    // The live share, as stairs.
    let mut steps: Vec<(u64, u8)> = vec![(0, 0)];
    for turn in turns {
        match steps.last_mut() {
            Some(last) if last.1 == turn.live => {}
            Some(last) if last.0 == turn.t => last.1 = turn.live,
            _ => steps.push((turn.t, turn.live)),
        }
    }
    let mut stairs = format!("M {} {}", time.at(0.0), axis.at(0.0));
    for (index, (from, weight)) in steps.iter().enumerate() {
        let until = steps.get(index + 1).map_or(ending.t, |next| next.0);
        let (left, right, y) = (time.at(*from as f64), time.at(until as f64), axis.at(f64::from(*weight)));
        let _ = write!(stairs, " L {left} {y} L {right} {y}");
        let label = format!("{weight} %");
        if right - left > 8.0 * label.len() as f64 && (1..100).contains(weight) {
            group = group.add(text(left + 7.0, y - 7.0, label).set("class", "weight"));
        }
    }
    let area = format!("{stairs} L {} {} Z", time.at(ending.t as f64), axis.at(0.0));
    group = group
        .add(Path::new().set("d", area).set("fill", CANARY).set("fill-opacity", 0.12))
        .add(Path::new().set("d", stairs).set("fill", "none").set("stroke", CANARY).set("stroke-width", 2));

    for turn in turns {
        let colour = match turn.answer.action {
            Action::Advance => GOOD,
            Action::Rollback => BAD,
            Action::Pause => DOUBTFUL,
            Action::End if turn.phase == Phase::Succeeded => GOOD,
            Action::End => BAD,
            _ => continue,
        };
        let told = format!("{} {}: {}", words::clock(turn.t), word(turn.answer.action), turn.answer.reason);
        let (x, y) = (time.at(turn.t as f64), axis.at(f64::from(turn.live)));
        let mark = Circle::new().set("cx", x).set("cy", y).set("r", 4.5).set("fill", colour);
        group = group.add(mark.set("stroke", "#ffffff").set("stroke-width", 1.5).add(Title::new(told)));
    }
    group.add(text(LEFT, HEAD - 23.0, "Traffic on the canary").set("class", "panel"))
}

fn metric_panel(metric: &Metric, trace: &Trace, turns: &[Turn], time: &Axis, top: f64) -> Group {
    let scale = |value: f64| if metric.is_rate() { value / metric.whole() } else { value };
    let limits: Vec<(f64, &str)> = metric
        .threshold
        .iter()
        .flat_map(|threshold| {
            [(threshold.max.or(threshold.below), "max"), (threshold.min.or(threshold.above), "min")]
        })
        .filter_map(|(limit, word)| Some((scale(limit?), word)))
        .collect();
    let values =
        [Variant::Canary, Variant::Stable].into_iter().flat_map(|variant| trace.rows(&metric.name, variant));
    let values = values.filter(|row| row.from as f64 <= time.to).filter_map(|row| match row.reading {
        Reading::Value(value) if value.is_finite() => Some(scale(value)),
        _ => None,
    });
    let every: Vec<f64> = values.chain(limits.iter().map(|(limit, _)| *limit)).collect();
    let highest = every.iter().copied().fold(0.0, f64::max);
    let lowest = every.iter().copied().fold(0.0, f64::min);
    let to = if highest > lowest { lowest + nice_above((highest - lowest) * 1.08) } else { lowest + 1.0 };
    let axis = Axis { from: lowest, to, low: top + METRIC_HEIGHT, high: top };

    let show = |value: f64| shown(metric, value);
    let mut group = Group::new().add(text(LEFT, top - 8.0, heading_of(metric)).set("class", "panel"));
    for share in [0.0, 0.5, 1.0] {
        let value = lowest + (to - lowest) * share;
        let y = axis.at(value);
        group =
            group.add(line(time.low, y, time.high, y).set("stroke", GRID)).add(left_label(y, show(value)));
    }
    for (limit, word) in limits {
        let y = axis.at(limit);
        let label = text(time.high + 8.0, y + 4.0, format!("{word} {}", show(limit))).set("class", "limit");
        group = group
            .add(line(time.low, y, time.high, y).set("stroke", LIMIT).set("stroke-dasharray", "2 3"))
            .add(label);
    }
    if let Some(relative) = &metric.relative {
        let accepted = |value: f64| {
            let value = scale(value);
            (value * relative.max_ratio).max(value + scale(relative.min_delta))
        };
        if let Some(Reading::Value(last)) =
            trace.row(&metric.name, Variant::Stable, time.to as u64).map(|row| &row.reading)
        {
            let label = format!("{} × stable", words::number(relative.max_ratio));
            group =
                group.add(text(time.high + 8.0, axis.at(accepted(*last)) + 4.0, label).set("class", "limit"));
        }
        let path = stairs_of(trace, metric, Variant::Stable, time, &axis, accepted);
        group = group.add(path.set("stroke", LIMIT).set("stroke-width", 1).set("stroke-dasharray", "2 3"));
    }
    let stable = stairs_of(trace, metric, Variant::Stable, time, &axis, scale);
    let canary = stairs_of(trace, metric, Variant::Canary, time, &axis, scale);
    group = group
        .add(stable.set("stroke", STABLE).set("stroke-width", 1.5).set("stroke-dasharray", "5 3"))
        .add(canary.set("stroke", CANARY).set("stroke-width", 1.5).set("stroke-opacity", 0.55));

    // Where the last mark of each verdict stands: marks that would cover each other are drawn once.
    let mut marked: Vec<(Verdict, f64)> = Vec::new();
    for turn in turns {
        let of_canary = |measurement: &&Measurement| {
            measurement.metric == metric.name && measurement.variant == Variant::Canary
        };
        for measurement in turn.answer.measured.iter().filter(of_canary) {
            let Some(verdict) = turn.verdicts.get(&metric.name).copied() else { continue };
            let x = time.at(turn.t as f64);
            let room = if verdict == Verdict::Fail { 0.5 } else { 2.5 };
            if marked.iter().any(|(other, at)| *other == verdict && x - at < room) {
                continue;
            }
            marked.retain(|(other, _)| *other != verdict);
            marked.push((verdict, x));
            let (value, told) = match &measurement.reading {
                Reading::Value(value) if value.is_finite() => (scale(*value), show(scale(*value))),
                Reading::Error(why) => (lowest, why.clone()),
                _ => (lowest, "no data".to_owned()),
            };
            let samples = measurement
                .samples
                .map_or(String::new(), |samples| format!(" from {}", words::count(samples, "request")));
            let told = format!("{} {told}{samples}", words::clock(turn.t));
            group = group.add(dot(x, axis.at(value), verdict).add(Title::new(told)));
        }
    }
    group
}

fn heading_of(metric: &Metric) -> String {
    let mut role = String::new();
    if metric.dry_run {
        role.push_str(" (on trial)");
    } else if !metric.is_deciding_gate() {
        role.push_str(" (tripwire)");
    } else if metric.critical {
        role.push_str(" (critical)");
    }
    format!("{}{role}", metric.name)
}

/// What a trace says of one version over time, as stairs with gaps where it says nothing.
fn stairs_of(
    trace: &Trace,
    metric: &Metric,
    variant: Variant,
    time: &Axis,
    axis: &Axis,
    scale: impl Fn(f64) -> f64,
) -> Path {
    let mut stairs = String::new();
    let rows = trace.rows(&metric.name, variant);
    let mut pen_is_down = false;
    for (index, row) in rows.iter().enumerate().take_while(|(_, row)| row.from as f64 <= time.to) {
        let value = match row.reading {
            Reading::Value(value) if value.is_finite() => value,
            _ => {
                pen_is_down = false;
                continue;
            }
        };
        let until = rows.get(index + 1).map_or(time.to, |next| (next.from as f64).min(time.to));
        let (left, right, y) = (time.at(row.from as f64), time.at(until), axis.at(scale(value)));
        let begin = if pen_is_down { 'L' } else { 'M' };
        let _ = write!(stairs, "{begin} {left} {y} L {right} {y} ");
        pen_is_down = true;
    }
    Path::new().set("d", if stairs.is_empty() { "M 0 0" } else { stairs.trim_end() }).set("fill", "none")
}

/// Vertical lines where something happened from outside, labelled above the panels.
fn events(turns: &[Turn], time: &Axis, bottom: f64) -> Group {
    let mut group = Group::new();
    // Where the last label of each row ends; a label goes to the lowest row that has room for it.
    let mut rows = [f64::NEG_INFINITY; 3];
    for turn in turns {
        let Some(event) = &turn.event else { continue };
        let x = time.at(turn.t as f64);
        let label = event.to_string();
        let half = 3.8 * label.chars().count() as f64;
        let row = rows.iter().position(|until| *until <= x - half).unwrap_or(rows.len() - 1);
        rows[row] = x + half;
        let place =
            text(x, HEAD - 6.0 - 13.0 * row as f64, label).set("class", "event").set("text-anchor", "middle");
        let mark = line(x, HEAD, x, bottom).set("stroke", EVENT).set("stroke-dasharray", "4 3");
        group = group.add(mark).add(place);
    }
    group
}

/// The phases in order, each with its first and last second.
fn stretches(turns: &[Turn], ending: &Ending) -> Vec<(Phase, u64, u64)> {
    let mut stretches: Vec<(Phase, u64, u64)> = Vec::new();
    for turn in turns {
        let phase = turn.phase;
        if let Some(last) = stretches.last_mut() {
            last.2 = turn.t;
        }
        if stretches.last().is_none_or(|last| last.0 != phase) {
            stretches.push((phase, turn.t, turn.t));
        }
    }
    if let Some(last) = stretches.last_mut() {
        last.2 = ending.t;
    }
    stretches
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Hold => "hold",
        Action::Start => "start",
        Action::Advance => "advance",
        Action::Verify => "verify",
        Action::Pause => "pause",
        Action::Resume => "resume",
        Action::Rollback => "roll back",
        Action::End => "end",
    }
}

fn shown(metric: &Metric, value: f64) -> String {
    if metric.is_rate() {
        return words::percent(value);
    }
    let unit = metric.threshold.as_ref().and_then(|threshold| threshold.unit.as_deref());
    unit.map_or_else(|| words::number(value), |unit| format!("{} {unit}", words::number(value)))
}

/// The next number that reads well: 1, 2 or 5 times a power of ten, or half-way between.
fn nice_above(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.into_iter().map(|step| step * power).find(|nice| *nice >= value).unwrap_or(10.0 * power)
}

fn dot(x: f64, y: f64, verdict: Verdict) -> Group {
    let colour = match verdict {
        Verdict::Pass => GOOD,
        Verdict::Fail => BAD,
        Verdict::Inconclusive | Verdict::Error => DOUBTFUL,
        Verdict::Waiting => STABLE,
    };
    let is_hollow = !matches!(verdict, Verdict::Pass | Verdict::Fail);
    let circle =
        Circle::new().set("cx", x).set("cy", y).set("r", 3).set("stroke", colour).set("stroke-width", 1.2);
    Group::new().add(circle.set("fill", if is_hollow { "#ffffff" } else { colour }))
}

/// Diagonal stripes behind a pause.
fn hatching() -> Definitions {
    let stripe = line(0.0, 0.0, 0.0, 8.0).set("stroke", "#fcd34d").set("stroke-width", 3);
    let pattern = Pattern::new()
        .set("id", "paused")
        .set("width", 8)
        .set("height", 8)
        .set("patternUnits", "userSpaceOnUse")
        .set("patternTransform", "rotate(45)")
        .add(rectangle(0.0, 0.0, 8.0, 8.0).set("fill", "#fffbeb"))
        .add(stripe);
    Definitions::new().add(pattern)
}

fn left_label(y: f64, label: String) -> Text {
    text(LEFT - 8.0, y + 4.0, label).set("text-anchor", "end").set("class", "faint")
}

fn text(x: f64, y: f64, content: impl Into<String>) -> Text {
    Text::new(content).set("x", round(x)).set("y", round(y))
}

fn line(x1: f64, y1: f64, x2: f64, y2: f64) -> Line {
    Line::new()
        .set("x1", round(x1))
        .set("y1", round(y1))
        .set("x2", round(x2))
        .set("y2", round(y2))
        .set("stroke", INK)
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Rectangle {
    Rectangle::new()
        .set("x", round(x))
        .set("y", round(y))
        .set("width", round(width))
        .set("height", round(height))
}

/// A tenth of a pixel is enough, and keeps the file small.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
