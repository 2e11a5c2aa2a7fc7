//! Logs: what `tracing` records goes to stderr in the form that Terraform reads, one JSON object per line.
//!
//! Terraform takes the level, the message and every other member from there into its own log. Nothing is written
//! unless the user asks with `TF_LOG_PROVIDER_<NAME>`, `TF_LOG_PROVIDER` or `TF_LOG`.
//!
//! Secrets stay out by their type: a field is written as its `Debug` or `Display` says, and secrets have none
//! that tells. For the same reason libraries that log whole requests are heard only when they warn.

use std::fmt;
use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber, span};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// Bytes of a line, end included. Terraform cuts lines at 64 KiB and then no longer knows them for records.
const LINE_LIMIT: usize = 60 * 1024;

/// Libraries that talk about their own plumbing, by the beginning of their names. Some log headers and bodies.
const PLUMBING: [&str; 10] =
    ["aws_", "h2", "hyper", "mio", "reqwest", "rustls", "tokio", "tonic", "tower", "want"];

/// Sends everything this process logs to stderr, if the user wants to see it.
///
/// Does nothing where a subscriber is installed already. [`run`](crate::serve::run) calls it.
///
/// ```
/// tfplugin::log::init("acme"); // heard where `TF_LOG_PROVIDER_ACME`, `TF_LOG_PROVIDER` or `TF_LOG` is set
/// tracing::info!(queue = "orders", "created");
/// ```
pub fn init(provider_name: &str) {
    let level = level(crate::serve::log_level(provider_name).as_deref());
    if level == LevelFilter::OFF {
        return;
    }
    let subscriber = Registry::default().with(JsonLines::to_stderr().with_filter(filter(level)));
    // A program that has a subscriber of its own has chosen how it logs.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// The levels of Terraform. What is set but not known means everything, as it does there.
fn level(wanted: Option<&str>) -> LevelFilter {
    match wanted.map(str::to_uppercase).as_deref() {
        None | Some("" | "OFF") => LevelFilter::OFF,
        Some("ERROR") => LevelFilter::ERROR,
        Some("WARN") => LevelFilter::WARN,
        Some("INFO") => LevelFilter::INFO,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some(_) => LevelFilter::TRACE,
    }
}

fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level)
        .with_targets(PLUMBING.map(|library| (library, level.min(LevelFilter::WARN))))
}

/// Writes each event, with the fields of the spans around it, as one line.
struct JsonLines<W> {
    write: W,
    now: fn() -> Timestamp,
}

impl JsonLines<fn(&str)> {
    fn to_stderr() -> Self {
        Self { write: write_to_stderr, now: Timestamp::now }
    }
}

/// One call per line, under one lock: lines never mix.
fn write_to_stderr(line: &str) {
    // Where stderr is closed there is nobody left to tell.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: Fn(&str) + 'static,
{
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        // From the outermost span inwards, so that the nearest value of a name wins.
        let mut all = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(fields) = span.extensions().get::<Fields>() {
                all.0.extend(fields.0.clone());
            }
        }
        event.record(&mut all);
        let metadata = event.metadata();
        (self.write)(&line(all.0, metadata.level(), metadata.target(), (self.now)()));
    }
}

/// The record of one event. `@level`, `@message` and `@timestamp` are strings whatever they hold: anything else
/// there brings Terraform down. The timestamp has exactly six digits after the second, or the record counts as text.
fn line(mut fields: Map<String, Value>, level: &Level, target: &str, now: Timestamp) -> String {
    let message = match fields.shift_remove("message") {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let mut record = Map::new();
    record.insert("@level".to_owned(), level.as_str().to_lowercase().into());
    record.insert("@message".to_owned(), message.into());
    record.insert("@module".to_owned(), target.replace("::", ".").into());
    record.insert("@timestamp".to_owned(), now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string().into());
    // The names with `@` are not for fields.
    record.extend(fields.into_iter().filter(|(name, _)| !name.starts_with('@')));
    bounded(record)
}

/// Shortens the longest texts until the line fits.
fn bounded(mut record: Map<String, Value>) -> String {
    let mut longest = LINE_LIMIT;
    loop {
        let mut line = Value::Object(record.clone()).to_string();
        line.push('\n');
        if line.len() <= LINE_LIMIT || longest < 64 {
            return line;
        }
        longest /= 2;
        for value in record.values_mut() {
            if let Value::String(text) = value {
                shorten(text, longest);
            }
        }
    }
}

fn shorten(text: &mut String, length: usize) {
    if text.len() > length {
        let whole = text.len();
        text.truncate(text.floor_char_boundary(length));
        text.push_str(&format!("… (of {whole} bytes)"));
    }
}

/// The fields of one span or event.
#[derive(Debug, Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.insert(field, value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What is written while `work` runs, as lines.
    fn lines(filter: Targets, work: impl FnOnce()) -> Vec<String> {
        let written = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&written);
        let layer = JsonLines {
            write: move |line: &str| sink.lock().expect("no panic while writing").push(line.to_owned()),
            now: || Timestamp::constant(1_790_000_000, 7_000),
        };
        tracing::subscriber::with_default(Registry::default().with(layer.with_filter(filter)), work);
        Arc::into_inner(written).expect("no other owner").into_inner().expect("no panic while writing")
    }

    fn check(work: impl FnOnce(), expected: &str) {
        assert_eq!(lines(filter(LevelFilter::TRACE), work), [format!("{expected}\n")]);
    }

    #[test]
    fn an_event_is_a_record_with_text_in_the_reserved_members() {
        check(
            || tracing::warn!(target: "acme::queue", attempts = 3, ok = false, "not yet"),
            r#"{"@level":"warn","@message":"not yet","@module":"acme.queue","@timestamp":"2026-09-21T14:13:20.000007Z","attempts":3,"ok":false}"#,
        );
    }

    #[test]
    fn fields_of_spans_are_members_and_the_nearest_wins() {
        check(
            || {
                let request = tracing::info_span!(
                    "request",
                    tf_rpc = "Plan",
                    tf_req_id = "1",
                    late = tracing::field::Empty
                );
                let _request = request.enter();
                request.record("late", "known later");
                let _call = tracing::info_span!("call", tf_req_id = "2").entered();
                tracing::info!(target: "acme", "{}", 7);
            },
            r#"{"@level":"info","@message":"7","@module":"acme","@timestamp":"2026-09-21T14:13:20.000007Z","tf_rpc":"Plan","tf_req_id":"2","late":"known later"}"#,
        );
    }

    #[test]
    fn a_message_that_is_no_text_and_reserved_names_do_no_harm() {
        check(
            || tracing::error!(target: "acme", message = 7, "@level" = 3, "@caller" = "x"),
            r#"{"@level":"error","@message":"7","@module":"acme","@timestamp":"2026-09-21T14:13:20.000007Z"}"#,
        );
    }

    #[test]
    fn a_secret_is_written_as_its_debug_says() {
        struct Secret;
        impl fmt::Debug for Secret {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("(sensitive)")
            }
        }
        let written = lines(filter(LevelFilter::TRACE), || tracing::info!(token = ?Secret, "signed in"));
        assert!(written[0].contains(r#""token":"(sensitive)""#), "{written:?}");
    }

    #[test]
    fn a_long_line_is_shortened_and_stays_a_record() {
        for long in ["ä".repeat(100_000), "\u{1}".repeat(100_000)] {
            let written =
                lines(filter(LevelFilter::TRACE), || tracing::info!(body = long, size = 7, "{long}"));
            assert!(written[0].len() <= LINE_LIMIT, "{}", written[0].len());
            let record: Value = serde_json::from_str(&written[0]).expect("JSON");
            assert_eq!(record["size"], 7);
            assert!(record["body"].as_str().is_some_and(|body| body.ends_with(" bytes)")), "{record}");
        }
    }

    #[test]
    fn plumbing_is_heard_only_when_it_warns() {
        let written = lines(filter(LevelFilter::TRACE), || {
            tracing::debug!(target: "hyper_util::client", "idle");
            tracing::trace!(target: "aws_smithy_runtime::client", "Authorization: secret");
            tracing::warn!(target: "aws_config", "no region");
            tracing::trace!(target: "acme", "step");
        });
        assert_eq!(written.len(), 2, "{written:?}");
        assert!(written[0].contains("no region") && written[1].contains("step"), "{written:?}");
    }

    #[test]
    fn levels_are_terraforms() {
        for (wanted, expected) in [
            (None, LevelFilter::OFF),
            (Some("off"), LevelFilter::OFF),
            (Some("warn"), LevelFilter::WARN),
            (Some("DEBUG"), LevelFilter::DEBUG),
            (Some("JSON"), LevelFilter::TRACE),
            (Some("everything"), LevelFilter::TRACE),
        ] {
            assert_eq!(level(wanted), expected, "{wanted:?}");
        }
    }

    #[test]
    fn below_the_level_nothing_is_written() {
        assert!(lines(filter(LevelFilter::OFF), || tracing::error!("silence")).is_empty());
    }
}
