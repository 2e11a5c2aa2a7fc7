//! Why a command could not do what was asked.

use std::io;
use std::path::Path;

/// A command stops here.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The user can put it right; the message says how.
    Misuse(Message),
    /// Whoever read our output went away (`| head`). Nothing is wrong.
    OutputClosed,
}

/// A message in the fixed order: the fact, what is known about it, what to do next.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Message {
    /// What is true now. No full stop.
    pub(crate) fact: String,
    /// One line each.
    pub(crate) details: Vec<String>,
    /// One thing to do. A sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl Message {
    pub(crate) fn new(fact: impl Into<String>) -> Self {
        Self { fact: fact.into(), details: Vec::new(), next: None }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    pub(crate) fn details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details);
        self
    }

    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl From<Message> for Failure {
    fn from(message: Message) -> Self {
        Self::Misuse(message)
    }
}

/// Reads a whole text file; `-` is standard input.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let text =
        if path == Path::new("-") { io::read_to_string(io::stdin()) } else { std::fs::read_to_string(path) };
    text.map_err(|error| {
        Message::new(format!("`{}` cannot be read", path.display()))
            .detail(format!("The system answered: {error}."))
            .next("Check the path and its permissions.")
            .into()
    })
}

/// Writes a whole file, replacing what is there.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, content).map_err(|error| {
        Message::new(format!("`{}` cannot be written", path.display()))
            .detail(format!("The system answered: {error}."))
            .next("Name a file in a folder that exists and can be written.")
            .into()
    })
}
