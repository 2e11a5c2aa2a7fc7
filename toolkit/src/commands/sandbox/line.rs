//! A call as one line of text, and its bodies below it.

use sandbox::{Exchange, Message};
use serde_json::Value;

use crate::output::{BAD, DOUBTFUL, FAINT, GOOD, styled};

/// Bodies are shown up to this many characters; all of them with `--json`.
const SHOWN: usize = 400;

/// `time  vendor  METHOD path  status  duration`, and what was special about it.
pub(super) fn of(call: &Exchange) -> String {
    let time = call.at.get(11..19).unwrap_or(&call.at);
    let status = match call.status {
        Some(status @ 200..=399) => styled(GOOD, status),
        Some(status @ 400..=499) => styled(DOUBTFUL, status),
        Some(status) => styled(BAD, status),
        None => styled(BAD, "cut"),
    };
    let took = format!("{}.{} ms", call.micros / 1000, call.micros / 100 % 10);
    let mut line = format!(
        "{}  {:<10}  {:<6} {}  {status}  {}",
        styled(FAINT, time),
        call.vendor.to_string(),
        call.method,
        call.path,
        styled(FAINT, took)
    );
    if let Some(fault) = &call.fault {
        line += &format!("  {}", styled(BAD, format!("fault: {}", fault.replace('_', " "))));
    }
    if call.is_gap() {
        line += &format!("  {}", styled(DOUBTFUL, "the sandbox does not have this"));
    }
    line
}

/// What was sent and answered, one line each.
pub(super) fn bodies(call: &Exchange) -> Vec<String> {
    let shown = |arrow: &str, message: &Message| {
        let text = match &message.body {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut short: String = text.chars().take(SHOWN).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        Some(format!("          {} {}", styled(FAINT, arrow), short.replace('\n', " ")))
    };
    let sent = shown(">", &call.request);
    sent.into_iter().chain(call.response.as_ref().and_then(|response| shown("<", response))).collect()
}
