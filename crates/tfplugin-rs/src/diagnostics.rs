//! What we tell the user: errors and warnings, each at its place.

use std::error::Error;
use std::fmt;

use crate::path::Path;

/// How bad it is.
///
/// ```
/// use tfplugin::{Diagnostic, Severity};
///
/// assert_eq!(Diagnostic::warning("The queue is almost full").severity, Severity::Warning);
/// assert!(Severity::Error < Severity::Warning); // errors sort first
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The operation did not do what was asked.
    Error,
    /// It did, and there is something to know.
    Warning,
}

/// One message.
///
/// The summary states the fact. The detail follows in a fixed order, one short paragraph each: what was tried, what
/// was answered, what is left behind, the one thing to do next.
///
/// ```
/// use tfplugin::Diagnostic;
///
/// let diagnostic = Diagnostic::error("Queue `orders` was not created")
///     .line("Tried CreateQueue on AWS in eu-west-1.")
///     .line("AWS answered 403 AccessDenied (request 7f3c).")
///     .line("Nothing was created.")
///     .line("Allow `sqs:CreateQueue` for this role, then apply again.");
/// assert_eq!(diagnostic.detail.lines().count(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is now true, in one line without a full stop.
    pub summary: String,
    /// The paragraphs below it.
    pub detail: String,
    /// The attribute it is about; the root stands for the whole block.
    pub path: Path,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: String::new(), path: Path::root() }
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary) }
    }

    /// Turns the cause of a failure into a message, for `map_err`: the summary says what is now true, and the
    /// detail what the cause says, with the causes below it.
    ///
    /// ```
    /// use tfplugin::{Diagnostic, Outcome};
    ///
    /// fn read(path: &str) -> Outcome<String> {
    ///     std::fs::read_to_string(path).map_err(Diagnostic::from_cause("The note was not read"))
    /// }
    ///
    /// let said = read("/no/such/note").unwrap_err().to_string();
    /// assert_eq!(said, "Error: The note was not read\n  No such file or directory (os error 2).");
    /// ```
    pub fn from_cause<E: Into<Box<dyn Error>>>(summary: impl Into<String>) -> impl FnOnce(E) -> Diagnostics {
        move |cause| {
            let cause = cause.into();
            let chain = std::iter::successors(Some(&*cause), |&cause| cause.source());
            let said: Vec<_> = chain.map(ToString::to_string).collect();
            Self::error(summary).line(format!("{}.", said.join(": ").trim_end_matches('.'))).into()
        }
    }

    /// Adds a line to the detail.
    pub fn line(mut self, line: impl AsRef<str>) -> Self {
        if !self.detail.is_empty() {
            self.detail.push('\n');
        }
        self.detail.push_str(line.as_ref());
        self
    }

    /// Says which attribute it is about.
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        self.path = path.into();
        self
    }
}

impl From<&Path> for Path {
    fn from(path: &Path) -> Self {
        path.clone()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
        };
        write!(out, "{severity}: {}", self.summary)?;
        if !self.path.is_root() {
            write!(out, "\n  at {}", self.path)?;
        }
        for line in self.detail.lines() {
            write!(out, "\n  {line}")?;
        }
        Ok(())
    }
}

/// The messages of one operation. As an error value it holds at least one error.
///
/// ```
/// use tfplugin::{Diagnostic, Diagnostics, Path};
///
/// let mut found = Diagnostics::new();
/// assert!(found.is_empty());
/// found.push(Diagnostic::warning("The region is old").at("region"));
/// found.extend([Diagnostic::error("There is no key").at("key")]);
/// assert!(found.has_errors());
///
/// // From the place of a nested object:
/// let found = found.under(&Path::from("aws"));
/// let places: Vec<_> = found.iter().map(|message| message.path.to_string()).collect();
/// assert_eq!(places, ["aws.region", "aws.key"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

/// The result of an operation that reports to the user. Warnings are not errors: they go through the context.
///
/// ```
/// use tfplugin::{Diagnostic, Outcome};
///
/// fn read(name: &str) -> Outcome<u32> {
///     match name {
///         "orders" => Ok(5),
///         _ => Err(Diagnostic::error(format!("There is no queue `{name}`")).into()),
///     }
/// }
///
/// assert_eq!(read("order").unwrap_err().to_string(), "Error: There is no queue `order`");
/// ```
pub type Outcome<T> = Result<T, Diagnostics>;

impl Diagnostics {
    /// No messages.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds messages.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(diagnostics);
    }

    /// Whether anything failed.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages in the order in which they came.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Puts every message whose path is the root, or starts below it, under `base`.
    pub fn under(self, base: &Path) -> Self {
        self.0
            .into_iter()
            .map(|mut diagnostic| {
                diagnostic.path = base.steps().iter().chain(diagnostic.path.steps()).cloned().collect();
                diagnostic
            })
            .collect()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.0.iter().enumerate() {
            if position > 0 {
                out.write_str("\n")?;
            }
            diagnostic.fmt(out)?;
        }
        Ok(())
    }
}

/// Where rules put what they find wrong. Every problem of a configuration is collected, not only the first.
///
/// ```
/// use tfplugin::{Diagnostic, Report};
///
/// let mut report = Report::new();
/// report.warn("aws.region", "The region is old", "Use `eu-central-1`.");
/// report.error("aws.key", "There is no key", "Set `key`.");
/// report.push(Diagnostic::error("Two things at once").line("A queue is either fast or cheap."));
/// assert!(report.has_errors());
/// assert_eq!(report.into_diagnostics().iter().count(), 3);
/// ```
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: Diagnostics,
}

impl Report {
    /// Starts an empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds an error at a place.
    pub fn error(&mut self, path: impl Into<Path>, summary: impl Into<String>, detail: impl AsRef<str>) {
        self.push(Diagnostic::error(summary).line(detail).at(path));
    }

    /// Adds a warning at a place.
    pub fn warn(&mut self, path: impl Into<Path>, summary: impl Into<String>, detail: impl AsRef<str>) {
        self.push(Diagnostic::warning(summary).line(detail).at(path));
    }

    /// Whether an error was added.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.has_errors()
    }

    /// What was found.
    pub fn into_diagnostics(self) -> Diagnostics {
        self.diagnostics
    }
}
