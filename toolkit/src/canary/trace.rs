//! Recorded measurements of a release: the CSV file that `slipway canary simulate` replays.
//!
//! ```text
//! seconds,metric,variant,value,samples
//! 0,error-rate,canary,0.004,220
//! 0,error-rate,stable,0.003,4180
//! 600,@event,pause,,
//! ```
//!
//! `seconds` counts from the start of the rollout. A row holds for its metric and variant until the next one. An empty
//! value says that the source answered without data, `error` that it could not be asked. Lines that start with `#` are
//! comments. Rows may come in any order; of two rows for one second the later in the file holds. An `@event` takes
//! effect before the measurements of the same second.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use csv::{ReaderBuilder, StringRecord, Trim};
use rollout::{Reading, Variant};

/// The columns of a trace, in order.
pub(crate) const HEADER: [&str; 5] = ["seconds", "metric", "variant", "value", "samples"];

const SECONDS: usize = 0;
const METRIC: usize = 1;
const VARIANT: usize = 2;
const VALUE: usize = 3;
const SAMPLES: usize = 4;

/// A rollout longer than this is a typing error, not a rollout: ten years.
pub(crate) const LONGEST: u64 = 10 * 365 * 86_400;

/// What the source says of one metric of one version, from one second on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The second from which it holds.
    pub(crate) from: u64,
    /// What the source says. A value may be NaN or infinite: sources do that.
    pub(crate) reading: Reading,
    /// The requests behind it; `None` when the trace does not say.
    pub(crate) samples: Option<u64>,
}

/// What somebody, or something, does to the rollout at a given second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Pause,
    Resume,
    /// Skip what is left of the step, or of the whole rollout.
    Promote {
        full: bool,
    },
    Abort,
    Approve,
    /// Somebody sets the live split past us; percent of traffic on the canary.
    Split(u8),
    /// A version is published in mid-rollout; its name when the trace gives one.
    NewVersion(Option<String>),
    /// The process forgets everything but the journal.
    Crash,
}

impl fmt::Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pause => out.write_str("pause"),
            Self::Resume => out.write_str("resume"),
            Self::Promote { full: false } => out.write_str("promote"),
            Self::Promote { full: true } => out.write_str("promote full"),
            Self::Abort => out.write_str("abort"),
            Self::Approve => out.write_str("approve"),
            Self::Split(weight) => write!(out, "split {weight} %"),
            Self::NewVersion(None) => out.write_str("new version"),
            Self::NewVersion(Some(version)) => write!(out, "new version {version}"),
            Self::Crash => out.write_str("crash"),
        }
    }
}

/// A whole trace, sorted by time.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Trace {
    metrics: BTreeMap<String, Series>,
    events: Vec<(u64, Event)>,
    end: u64,
}

/// The rows of one metric.
#[derive(Debug, Clone, PartialEq, Default)]
struct Series {
    canary: Vec<Row>,
    stable: Vec<Row>,
}

impl Trace {
    /// The row that holds for a metric and variant at a second; `None` before its first row.
    pub(crate) fn row(&self, metric: &str, variant: Variant, seconds: u64) -> Option<&Row> {
        let rows = self.rows(metric, variant);
        let next = rows.partition_point(|row| row.from <= seconds);
        next.checked_sub(1).map(|index| &rows[index])
    }

    /// Every row of a metric and variant in order of time.
    pub(crate) fn rows(&self, metric: &str, variant: Variant) -> &[Row] {
        match (self.metrics.get(metric), variant) {
            (None, _) => &[],
            (Some(series), Variant::Canary) => &series.canary,
            (Some(series), Variant::Stable) => &series.stable,
        }
    }

    /// The events in order of time, then of the file.
    pub(crate) fn events(&self) -> &[(u64, Event)] {
        &self.events
    }

    /// The last second that any row names.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// The metrics that the trace has rows for.
    pub(crate) fn metrics(&self) -> BTreeSet<&str> {
        self.metrics.keys().map(String::as_str).collect()
    }
}

/// One mistake in a trace, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Line, counted from one.
    pub(crate) line: u64,
    /// Character within the line, counted from one.
    pub(crate) column: usize,
    /// What is wrong, and what would be right.
    pub(crate) message: String,
}

/// Reads a trace. Every mistake of the file is reported, in the order of its lines.
///
/// # Errors
/// The mistakes, at least one.
pub(crate) fn parse(text: &str) -> Result<Trace, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut parser = Parser { text, trace: Trace::default(), mistakes: Vec::new() };
    let mut rows = reader.records();
    match rows.next() {
        None => parser.note(1, 1, format!("the trace is empty; its first line is `{}`", HEADER.join(","))),
        Some(Err(error)) => parser.unreadable(&error),
        Some(Ok(header)) if header.iter().eq(HEADER) => {}
        Some(Ok(header)) => {
            let column =
                HEADER.iter().zip(header.iter()).take_while(|(want, found)| **want == *found).count();
            parser.wrong(&header, column, format!("the header must be `{}`", HEADER.join(",")));
            // Without its header nothing tells which column is which.
            return Err(parser.mistakes);
        }
    }
    for row in rows {
        match row {
            Ok(row) => parser.row(&row),
            Err(error) => parser.unreadable(&error),
        }
    }
    if parser.mistakes.is_empty() && parser.trace.metrics.is_empty() && parser.trace.events.is_empty() {
        parser.note(1, 1, "the trace has a header and no rows".to_owned());
    }
    parser.finish()
}

struct Parser<'text> {
    text: &'text str,
    trace: Trace,
    mistakes: Vec<Mistake>,
}

impl Parser<'_> {
    fn row(&mut self, row: &StringRecord) {
        if row.len() > HEADER.len() {
            self.wrong(
                row,
                HEADER.len(),
                format!("a row has {} columns, this one {}", HEADER.len(), row.len()),
            );
            return;
        }
        let seconds = self.seconds(row);
        if row.get(METRIC) == Some("@event") {
            let event = self.event(row);
            if let (Some(seconds), Some(event)) = (seconds, event) {
                self.trace.end = self.trace.end.max(seconds);
                self.trace.events.push((seconds, event));
            }
            return;
        }
        if row.len() < HEADER.len() {
            self.wrong(row, row.len(), format!("column `{}` is missing", HEADER[row.len()]));
            return;
        }
        let metric = self.metric(row);
        let variant = self.variant(row);
        let reading = self.reading(row);
        if let (Some(from), Some(metric), Some(variant), Some((reading, samples))) =
            (seconds, metric, variant, reading)
        {
            self.trace.end = self.trace.end.max(from);
            let series = self.trace.metrics.entry(metric).or_default();
            let rows = match variant {
                Variant::Canary => &mut series.canary,
                Variant::Stable => &mut series.stable,
            };
            rows.push(Row { from, reading, samples });
        }
    }

    fn seconds(&mut self, row: &StringRecord) -> Option<u64> {
        let text = row.get(SECONDS).unwrap_or_default();
        match whole(text) {
            Some(seconds) if seconds <= LONGEST => Some(seconds),
            _ => {
                let message = format!(
                    "seconds {} is not a whole number of seconds since the rollout began",
                    quoted(text)
                );
                self.wrong(row, SECONDS, message);
                None
            }
        }
    }

    fn metric(&mut self, row: &StringRecord) -> Option<String> {
        match row.get(METRIC).unwrap_or_default() {
            "" => self.wrong(row, METRIC, "the metric has no name".to_owned()),
            special if special.starts_with('@') => {
                self.wrong(
                    row,
                    METRIC,
                    format!("{} is not a metric; the one special row is `@event`", quoted(special)),
                );
            }
            name => return Some(name.to_owned()),
        }
        None
    }

    fn variant(&mut self, row: &StringRecord) -> Option<Variant> {
        match row.get(VARIANT).unwrap_or_default() {
            "canary" => Some(Variant::Canary),
            "stable" => Some(Variant::Stable),
            other => {
                self.wrong(
                    row,
                    VARIANT,
                    format!("variant {} is neither `canary` nor `stable`", quoted(other)),
                );
                None
            }
        }
    }

    fn reading(&mut self, row: &StringRecord) -> Option<(Reading, Option<u64>)> {
        let reading = match row.get(VALUE).unwrap_or_default() {
            "" => Some(Reading::NoData),
            "error" => Some(Reading::Error("the trace says `error`".to_owned())),
            text => match text.parse() {
                Ok(value) => Some(Reading::Value(value)),
                Err(_) => {
                    let message =
                        format!("value {} is neither a number, nor `error`, nor empty", quoted(text));
                    self.wrong(row, VALUE, message);
                    None
                }
            },
        };
        let samples = match row.get(SAMPLES).unwrap_or_default() {
            "" => None,
            text => match whole(text) {
                Some(samples) => Some(samples),
                None => {
                    let message = format!("samples {} is not a whole number of requests", quoted(text));
                    self.wrong(row, SAMPLES, message);
                    return None;
                }
            },
        };
        Some((reading?, samples))
    }

    fn event(&mut self, row: &StringRecord) -> Option<Event> {
        let value = row.get(VALUE).unwrap_or_default();
        let event = match row.get(VARIANT).unwrap_or_default() {
            "pause" => Event::Pause,
            "resume" => Event::Resume,
            "promote" if value == "full" => return Some(Event::Promote { full: true }),
            "promote" => Event::Promote { full: false },
            "abort" => Event::Abort,
            "approve" => Event::Approve,
            "crash" => Event::Crash,
            "split" => {
                return match value.parse() {
                    Ok(weight @ 0..=100) => Some(Event::Split(weight)),
                    _ => {
                        let message = format!(
                            "split {} is not the canary's share of traffic, a whole percentage from 0 to 100",
                            quoted(value)
                        );
                        self.wrong(row, VALUE, message);
                        None
                    }
                };
            }
            "new_version" => return Some(Event::NewVersion((!value.is_empty()).then(|| value.to_owned()))),
            other => {
                let message = format!(
                    "event {} is none of pause, resume, promote, abort, approve, split, new_version, crash",
                    quoted(other)
                );
                self.wrong(row, VARIANT, message);
                return None;
            }
        };
        if !value.is_empty() {
            self.wrong(
                row,
                VALUE,
                format!("the event `{event}` takes no value, this row gives {}", quoted(value)),
            );
            return None;
        }
        Some(event)
    }

    fn wrong(&mut self, row: &StringRecord, field: usize, message: String) {
        let (line, text) = self.locate(row);
        let column = column_of(text, field);
        self.note(line, column, message);
    }

    /// The line of a row, counted from one, and its text. The reader's own position is where it began to look for the
    /// row, which may be blank lines and comments earlier.
    fn locate(&self, row: &StringRecord) -> (u64, &str) {
        let start = row.position().map_or(0, |position| position.byte() as usize);
        let before = self.text.get(..start).unwrap_or_default().matches('\n').count() as u64;
        let rest = self.text.get(start..).unwrap_or_default();
        let mut lines = (before + 1..).zip(rest.split('\n').map(|line| line.trim_end_matches('\r')));
        lines.find(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or((before + 1, ""))
    }

    fn note(&mut self, line: u64, column: usize, message: String) {
        self.mistakes.push(Mistake { line, column, message });
    }

    fn unreadable(&mut self, error: &csv::Error) {
        let line = error.position().map_or(1, csv::Position::line);
        self.note(line, 1, format!("the line is not CSV: {error}"));
    }

    fn finish(mut self) -> Result<Trace, Vec<Mistake>> {
        if !self.mistakes.is_empty() {
            return Err(self.mistakes);
        }
        for series in self.trace.metrics.values_mut() {
            series.canary.sort_by_key(|row| row.from);
            series.stable.sort_by_key(|row| row.from);
        }
        self.trace.events.sort_by_key(|(seconds, _)| *seconds);
        Ok(self.trace)
    }
}

/// A whole number, also as data frames write it when a column has gaps: `60.0`.
fn whole(text: &str) -> Option<u64> {
    let number = text.strip_suffix(".0").unwrap_or(text);
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?
}

/// The character at which a field begins, counted from one; one past the end of a line that has no such field.
fn column_of(line: &str, field: usize) -> usize {
    let mut quoted = false;
    let mut commas = 0;
    for (at, character) in line.chars().enumerate() {
        if commas == field {
            return at + 1;
        }
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => commas += 1,
            _ => {}
        }
    }
    line.chars().count() + 1
}

fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(rows: &str) -> Vec<String> {
        let text = format!("{}\n{rows}", HEADER.join(","));
        let mistakes = parse(&text).expect_err("the trace has mistakes");
        mistakes
            .into_iter()
            .map(|mistake| format!("{}:{}: {}", mistake.line, mistake.column, mistake.message))
            .collect()
    }

    #[test]
    fn a_row_holds_until_the_next_of_its_metric_and_variant() {
        let trace = parse(
            "seconds,metric,variant,value,samples\n\
             60,error-rate,canary,0.5,10\n\
             0,error-rate,canary,0.1,10\n\
             90,error-rate,canary,error,\n\
             120,error-rate,canary,0.7,3\n\
             120.0,error-rate,canary,,3.0\n\
             30,error-rate,stable,NaN,7\n",
        )
        .unwrap();
        let canary = |seconds| {
            trace.row("error-rate", Variant::Canary, seconds).map(|row| (row.reading.clone(), row.samples))
        };
        assert_eq!(canary(0), Some((Reading::Value(0.1), Some(10))));
        assert_eq!(canary(59), canary(0));
        assert_eq!(canary(60), Some((Reading::Value(0.5), Some(10))));
        assert!(matches!(canary(119), Some((Reading::Error(_), None))));
        assert_eq!(canary(1_000_000), Some((Reading::NoData, Some(3))));
        assert_eq!(trace.row("error-rate", Variant::Stable, 29), None);
        let nan = trace.row("error-rate", Variant::Stable, 30).map(|row| &row.reading);
        assert!(matches!(nan, Some(Reading::Value(value)) if value.is_nan()));
        assert_eq!(trace.row("latency", Variant::Canary, 0), None);
        assert_eq!((trace.end(), trace.metrics()), (120, BTreeSet::from(["error-rate"])));
    }

    #[test]
    fn events_are_read_with_and_without_trailing_commas() {
        let trace = parse(
            "# recorded by hand\r\nseconds,metric,variant,value,samples\r\n\r\n9,@event,crash,,\r\n1,@event,pause\r\n\
             2,@event,split,5,\r\n3,@event,new_version,v9,\r\n4,@event,new_version,,\r\n5,@event,promote,full,\r\n",
        )
        .unwrap();
        let expected = [
            (1, Event::Pause),
            (2, Event::Split(5)),
            (3, Event::NewVersion(Some("v9".to_owned()))),
            (4, Event::NewVersion(None)),
            (5, Event::Promote { full: true }),
            (9, Event::Crash),
        ];
        assert_eq!(trace.events(), expected);
    }

    #[test]
    fn every_mistake_is_named_with_its_line_and_column_in_one_run() {
        insta::assert_snapshot!(
            mistakes(
                "x,error-rate,canary,0.1,5\n\
                 -1,error-rate,canary,0.1,5\n\
                 0,,canary,0.1,5\n\
                 # a comment counts as a line, and so does a blank one\n\
                 \n\
                 0,error-rate,kanary,abc,many\n\
                 0,error-rate,canary\n\
                 0,error-rate,canary,0.1,5,6\n\
                 0,@event,explode,,\n\
                 0,@event,split,101,\n\
                 0,@event,pause,now,\n\
                 0,@evnt,pause,,\n\
                 0,\"quoted, name\",canary,1e,1"
            )
            .join("\n"),
            @r"
            2:1: seconds `x` is not a whole number of seconds since the rollout began
            3:1: seconds `-1` is not a whole number of seconds since the rollout began
            4:3: the metric has no name
            7:14: variant `kanary` is neither `canary` nor `stable`
            7:21: value `abc` is neither a number, nor `error`, nor empty
            7:25: samples `many` is not a whole number of requests
            8:20: column `value` is missing
            9:27: a row has 5 columns, this one 6
            10:10: event `explode` is none of pause, resume, promote, abort, approve, split, new_version, crash
            11:16: split `101` is not the canary's share of traffic, a whole percentage from 0 to 100
            12:16: the event `pause` takes no value, this row gives `now`
            13:3: `@evnt` is not a metric; the one special row is `@event`
            13:9: variant `pause` is neither `canary` nor `stable`
            14:25: value `1e` is neither a number, nor `error`, nor empty
            "
        );
    }

    #[test]
    fn a_wrong_header_is_named_at_its_first_wrong_column() {
        for (text, line, column) in [
            ("", 1, 1),
            ("seconds,metric,version,value,samples\n", 1, 16),
            ("0,error-rate,canary,0.1,5\n", 1, 1),
        ] {
            let mistakes = parse(text).expect_err("the header is wrong");
            assert_eq!((mistakes[0].line, mistakes[0].column, mistakes.len()), (line, column, 1), "{text}");
        }
        assert_eq!(mistakes(""), ["1:1: the trace has a header and no rows"]);
    }
}
