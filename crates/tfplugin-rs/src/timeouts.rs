//! The `timeouts` attribute that every resource may have.

use std::time::Duration;

use crate::codec::json::to_json;
use crate::field::Spelled;
use crate::leaf::Span;
use crate::resource::TimeLimits;
use crate::value::Value;

/// How long each operation may take.
///
/// ```
/// use tfplugin::{Model, Timeouts};
///
/// /// A database.
/// #[derive(Model)]
/// struct Database {
///     /// How long operations may take.
///     #[tf(unread)]
///     timeouts: Option<Timeouts>,
/// }
/// ```
///
/// The user writes `timeouts = { create = "1h" }`; the [context](crate::Operation::deadline) has the deadline. What is
/// left out is [`Resource::TIMEOUTS`](crate::Resource::TIMEOUTS).
#[derive(crate::Model, Clone, Debug, Default, PartialEq)]
pub struct Timeouts {
    /// Time limit for creating the object, such as `30m` or `1h30m`.
    pub create: Option<Span>,
    /// Time limit for reading it, which every plan does.
    pub read: Option<Span>,
    /// Time limit for changing it in place.
    pub update: Option<Span>,
    /// Time limit for removing it.
    pub delete: Option<Span>,
}

/// What an operation does; each has its own time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Read,
    Update,
    Delete,
}

/// The time limit of an operation: what the object's `timeouts` say, or else the resource's own.
pub(crate) fn limit(verb: Verb, object: &Value, own: TimeLimits) -> Duration {
    let (name, own) = match verb {
        Verb::Create => ("create", own.create),
        Verb::Read => ("read", own.read),
        Verb::Update => ("update", own.update),
        Verb::Delete => ("delete", own.delete),
    };
    let written = to_json(object.get("timeouts").get(name));
    written.as_str().and_then(|text| Span::parse(text).ok()).map_or(own, Span::duration)
}
