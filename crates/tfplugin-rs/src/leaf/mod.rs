//! Leaves with a meaning: durations, sizes, JSON documents.

mod document;
mod size;
mod span;

pub use document::Json;
pub use size::Size;
pub use span::Span;
