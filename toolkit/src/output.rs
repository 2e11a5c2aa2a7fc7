//! Everything the program prints. Results go to standard output; progress, hints and errors to standard error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::cli::{Color, Global};
use crate::exit::Exit;
use crate::failure::{Failure, Message};

/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What needs a look.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
/// What matters least.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// A heading.
pub(crate) const STRONG: Style = Style::new().bold();

/// Text in a style; the stream drops the style where colours are off.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The two streams of the program, and how to use them.
pub(crate) struct Output {
    stdout: AutoStream<io::Stdout>,
    stderr: AutoStream<io::Stderr>,
    json: bool,
    quiet: bool,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self {
            stdout: AutoStream::new(io::stdout(), choice),
            stderr: AutoStream::new(io::stderr(), choice),
            json: global.json,
            quiet: global.quiet,
        }
    }

    /// Whether the user asked for JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints one line of text, or several.
    pub(crate) fn line(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        written(writeln!(self.stdout, "{text}"))
    }

    /// Prints bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        written(self.stdout.write_all(bytes))
    }

    /// Prints one JSON object on a line of its own.
    pub(crate) fn record(&mut self, record: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_string(record).expect("records have no maps with keys other than strings");
        self.line(json)
    }

    /// Prints one JSON document, indented.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_string_pretty(document)
            .expect("documents have no maps with keys other than strings");
        self.line(json)
    }

    /// Prints a table. Its last column wraps to the width of the terminal; elsewhere nothing wraps.
    pub(crate) fn table(&mut self, columns: &[Column], rows: Vec<Vec<String>>) -> Result<(), Failure> {
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if io::stdout().is_terminal()
            && let Some((width, _)) = terminal_size::terminal_size()
        {
            table.set_width(width.0);
        }
        table.set_header(columns.iter().map(|column| Cell::new(styled(FAINT, column.title))));
        table.add_rows(rows);
        for (index, column) in columns.iter().enumerate() {
            if let Some(cells) = table.column_mut(index) {
                cells.set_padding((0, 2));
                cells.set_cell_alignment(if column.numeric {
                    CellAlignment::Right
                } else {
                    CellAlignment::Left
                });
            }
        }
        let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        self.line(lines.join("\n"))
    }

    /// Tells something beside the result, on standard error.
    pub(crate) fn hint(&mut self, text: impl std::fmt::Display) {
        if !self.quiet && !self.json {
            // Nobody can be told that standard error is gone.
            let _ = writeln!(self.stderr, "{text}");
        }
    }

    /// A bar on standard error for work of `steps` steps; invisible where nobody watches.
    pub(crate) fn progress(&self, steps: u64, about: &'static str) -> ProgressBar {
        let target = if self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {eta:>4}")
            .expect("the template is ours");
        ProgressBar::with_draw_target(Some(steps), target).with_style(style).with_message(about)
    }

    /// Says how the command ended and yields the exit code.
    pub(crate) fn close(mut self, outcome: Result<Exit, Failure>) -> ExitCode {
        let exit = match outcome {
            Ok(exit) => exit,
            Err(Failure::OutputClosed) => Exit::Success,
            Err(Failure::Misuse(message)) => {
                self.refuse(&message);
                Exit::Misuse
            }
        };
        match written(self.stdout.flush()) {
            Ok(()) | Err(Failure::OutputClosed) => exit.into(),
            Err(Failure::Misuse(message)) => {
                self.refuse(&message);
                Exit::Misuse.into()
            }
        }
    }

    fn refuse(&mut self, message: &Message) {
        let text = if self.json {
            serde_json::json!({ "error": message }).to_string()
        } else {
            let mut text = format!("{} {}", styled(BAD, "error:"), message.fact);
            for line in message.details.iter().chain(&message.next).flat_map(|detail| detail.lines()) {
                text.push_str("\n  ");
                text.push_str(line);
            }
            text
        };
        // Nobody can be told that standard error is gone.
        let _ = writeln!(self.stderr, "{text}");
    }
}

/// A column of a table.
pub(crate) struct Column {
    title: &'static str,
    numeric: bool,
}

/// A column of words, aligned left.
pub(crate) const fn words(title: &'static str) -> Column {
    Column { title, numeric: false }
}

/// A column of numbers, aligned right.
pub(crate) const fn numbers(title: &'static str) -> Column {
    Column { title, numeric: true }
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::OutputClosed,
        _ => Message::new("The result could not be printed")
            .detail(format!("The system answered: {error}."))
            .next("Check that the disk or the pipe behind standard output takes more.")
            .into(),
    })
}
