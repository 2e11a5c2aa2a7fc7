//! What tells an object from every other one of its kind, and the id that it is imported by.

use crate::field::{Element, Spelled};
use crate::model::Model;
use crate::rule::Invalid;
use crate::schema::{Attribute, Object, Schema};

/// What tells an object from every other one of its kind.
///
/// A flat model: required fields must be given when an object is imported by identity (Terraform 1.12), optional
/// ones may be. Derive it beside [`Model`](derive@crate::Model), and the import id is the fields in their order,
/// with a `/` between them. The rules of the fields hold for the parts of the id too:
///
/// ```
/// use tfplugin::{Identity, Model};
///
/// /// What tells a queue from every other one.
/// #[derive(Model, Identity, Debug)]
/// struct QueueId {
///     /// The account it belongs to.
///     #[tf(pattern("[0-9]{12}", "Write the account's 12 digits."))]
///     account: String,
///     /// Its name.
///     name: String,
/// }
///
/// let queue = QueueId::parse("123456789012/orders").unwrap();
/// assert_eq!(queue.name, "orders");
/// assert_eq!(queue.id(), "123456789012/orders");
/// // After "The import id of `acme_queue` ...":
/// assert_eq!(QueueId::parse("orders").unwrap_err().next, "Write `ACCOUNT/NAME`.");
/// assert!(QueueId::parse("me/orders").unwrap_err().what.starts_with("has a part `account` that does not match"));
/// ```
///
/// Where users know another id, implement it by hand:
///
/// ```
/// use tfplugin::{Identity, Invalid, Model};
///
/// /// What tells a topic from every other one.
/// #[derive(Model, Debug)]
/// struct TopicId {
///     /// Its name.
///     name: String,
/// }
///
/// impl Identity for TopicId {
///     fn parse(id: &str) -> Result<Self, Invalid> {
///         match id.strip_prefix("arn:acme:topic:") {
///             Some(name) => Ok(Self { name: name.into() }),
///             None => Err(Invalid::new("is not that of a topic", "Write `arn:acme:topic:NAME`.")),
///         }
///     }
///
///     fn id(&self) -> String {
///         format!("arn:acme:topic:{}", self.name)
///     }
/// }
///
/// assert_eq!(TopicId::parse("arn:acme:topic:orders").unwrap().name, "orders");
/// assert_eq!(TopicId { name: "orders".into() }.id(), "arn:acme:topic:orders");
/// ```
pub trait Identity: Model {
    /// Reads the text that `terraform import` is given.
    ///
    /// # Errors
    /// When it names no object; the message completes a sentence that begins with "The import id".
    fn parse(id: &str) -> Result<Self, Invalid>;

    /// The text that reads back as this identity; the attribute `id`.
    fn id(&self) -> String;
}

/// What may be part of a derived import id.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of an import id",
    label = "not a text or a whole number",
    note = "texts, whole numbers, enums with `Choice` and types with `Spelled` can; with anything else implement `Identity` by hand"
)]
pub trait IdPart: Element {
    fn read(text: &str) -> Result<Self, Invalid>;
    fn write(&self) -> String;
}

impl IdPart for String {
    fn read(text: &str) -> Result<Self, Invalid> {
        Ok(text.to_owned())
    }

    fn write(&self) -> String {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Spelled> IdPart for T {
    fn read(text: &str) -> Result<Self, Invalid> {
        T::parse(text)
    }

    fn write(&self) -> String {
        self.spell()
    }
}

macro_rules! integer {
    ($($ty:ty),*) => {$(
        impl IdPart for $ty {
            fn read(text: &str) -> Result<Self, Invalid> {
                text.parse().map_err(|_| Invalid::new("is not a whole number", "Write digits only."))
            }

            fn write(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
integer!(i8, i16, i32, i64, u8, u16, u32, u64);

/// One part of an import id, and the field that it is for.
#[doc(hidden)]
#[derive(Debug)]
pub struct Part<'a> {
    attribute: &'a Attribute,
    text: String,
    alone: bool,
}

impl Part<'_> {
    #[doc(hidden)]
    pub fn read<T: IdPart>(&self) -> Result<T, Invalid> {
        let read = T::read(&self.text);
        let checked = read.and_then(|part| self.attribute.check_value(&part.encode()).map(|()| part));
        checked.map_err(|invalid| match self.alone {
            true => invalid,
            false => {
                let what = format!("has a part `{}` that {}", self.attribute.name, invalid.what);
                Invalid::new(what, invalid.next)
            }
        })
    }
}

/// The parts of an import id, one for each field. The last part is all that is left; in the others a slash is
/// written `%2F`, and a percent sign `%25`.
#[doc(hidden)]
pub fn split_id<'a, const N: usize>(object: &'a Object, id: &str) -> Result<[Part<'a>; N], Invalid> {
    let mut texts: Vec<String> = id.splitn(N, '/').map(str::to_owned).collect();
    if texts.len() != N || texts.iter().any(String::is_empty) {
        let names: Vec<_> = object.attributes.iter().map(|attribute| attribute.name.to_uppercase()).collect();
        let what = if N == 1 { "is empty" } else { "does not have all its parts" };
        return Err(Invalid::new(what, format!("Write `{}`.", names.join("/"))));
    }
    for text in &mut texts[..N - 1] {
        *text = text.replace("%2F", "/").replace("%25", "%");
    }
    Ok(std::array::from_fn(|position| Part {
        attribute: &object.attributes[position],
        text: std::mem::take(&mut texts[position]),
        alone: N == 1,
    }))
}

/// The import id of these parts.
#[doc(hidden)]
pub fn join_id<const N: usize>(mut parts: [String; N]) -> String {
    for part in &mut parts[..N - 1] {
        *part = part.replace('%', "%25").replace('/', "%2F");
    }
    parts.join("/")
}

/// The schema of an identity, which is flat.
pub(crate) fn identity_schema<I: Identity>() -> Schema {
    Schema::new(I::VERSION, I::object())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Choice, Model};

    /// Where a job runs.
    #[derive(Choice, Clone, Copy, Debug, PartialEq)]
    enum Place {
        /// Here.
        #[tf("here")]
        Here,
        /// There.
        #[tf("there")]
        There,
    }

    /// What tells a job from every other one.
    #[derive(Model, crate::Identity, Clone, Debug, PartialEq)]
    struct JobId {
        /// Its place.
        place: Place,
        /// Its queue.
        queue: String,
        /// Its number.
        #[tf(range = "1..")]
        number: u64,
    }

    /// What tells a note from every other one.
    #[derive(Model, crate::Identity, Clone, Debug, PartialEq)]
    struct NoteId {
        /// Where it is kept.
        #[tf(length = "..=40")]
        path: String,
    }

    fn refused<I: Identity + std::fmt::Debug>(id: &str, what: &str, next: &str) {
        assert_eq!(I::parse(id).unwrap_err(), Invalid::new(what, next), "{id}");
    }

    #[test]
    fn parts_are_read_as_their_fields_types() {
        let job = JobId { place: Place::There, queue: "orders".into(), number: 7 };
        assert_eq!(JobId::parse("there/orders/7"), Ok(job.clone()));
        assert_eq!(job.id(), "there/orders/7");
        assert_eq!(JobId::parse("there/orders/007").map(|job| job.id()), Ok(job.id()));
    }

    #[test]
    fn the_only_part_may_hold_slashes() {
        let note = NoteId { path: "/home/me/note.txt".into() };
        assert_eq!(NoteId::parse("/home/me/note.txt"), Ok(note.clone()));
        assert_eq!(note.id(), "/home/me/note.txt");
    }

    #[test]
    fn what_names_no_object_is_refused_with_the_form_or_the_part() {
        refused::<JobId>("here/orders", "does not have all its parts", "Write `PLACE/QUEUE/NUMBER`.");
        refused::<JobId>("here//7", "does not have all its parts", "Write `PLACE/QUEUE/NUMBER`.");
        refused::<NoteId>("", "is empty", "Write `PATH`.");
        refused::<NoteId>(&"x".repeat(41), "is too long", "It has 41; use at most `40` characters.");
        let what = "has a part `place` that is not one of the allowed values";
        refused::<JobId>("away/orders/7", what, "Use `here` or `there`.");
        refused::<JobId>(
            "here/orders/x",
            "has a part `number` that is not a whole number",
            "Write digits only.",
        );
        refused::<JobId>(
            "here/orders/0",
            "has a part `number` that is too small",
            "Use a value at least `1`.",
        );
    }

    proptest! {
        #[test]
        fn every_id_reads_back(queue in ".+", number in 1..u64::MAX) {
            let job = JobId { place: Place::Here, queue, number };
            prop_assert_eq!(JobId::parse(&job.id()), Ok(job));
        }
    }
}
