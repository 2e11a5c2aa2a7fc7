//! What a person sees, and what a program reads.

use indicatif::ProgressBar;
use serde_json::Value;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;

/// Where a chore tells how it is getting on: standard output, or standard error where that belongs to `--json`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    json: bool,
}

impl Screen {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// One line of progress.
    pub(crate) fn line(self, text: &str) {
        if self.json {
            complain(text);
        } else {
            // A closed pipe on the other side is no reason to stop the work.
            let _ = writeln!(stdout(), "{text}");
        }
    }

    /// One line that stands out.
    pub(crate) fn title(self, text: &str) {
        let terminal = if self.json { stderr().is_terminal() } else { stdout().is_terminal() };
        if terminal { self.line(&format!("\n\x1b[1m{text}\x1b[0m")) } else { self.line(&format!("\n{text}")) }
    }

    /// A line that shows that work goes on, on a terminal; it is cleared by its user.
    pub(crate) fn spinner(self) -> ProgressBar {
        let spinner = ProgressBar::new_spinner().with_prefix("  ");
        spinner.enable_steady_tick(Duration::from_millis(120));
        spinner
    }

    /// One object for a program; nothing where a person reads.
    pub(crate) fn object(self, value: &Value) {
        if self.json {
            let _ = writeln!(stdout(), "{value}");
        }
    }
}

/// One line on standard error.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

/// A time as a person says it: `0.4 s`, `12 s`, `3 m 20 s`.
pub(crate) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        _ if seconds < 9.95 => format!("{seconds:.1} s"),
        _ if seconds < 119.5 => format!("{seconds:.0} s"),
        _ => format!("{} m {:02} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::spoken;
    use std::time::Duration;

    #[test]
    fn times_are_as_precise_as_they_are_interesting() {
        let check = |millis, expected: &str| assert_eq!(spoken(Duration::from_millis(millis)), expected);
        check(40, "0.0 s");
        check(440, "0.4 s");
        check(12_400, "12 s");
        check(200_000, "3 m 20 s");
    }
}
