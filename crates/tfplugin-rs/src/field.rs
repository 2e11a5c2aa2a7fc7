//! The field's type is its mode: `T` required, `Option<T>` optional, `Computed<T>` decided by the provider, ...

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use serde_json::{Value as Json, json};

use crate::cty::Type;
use crate::number::Number;
use crate::path::Path;
use crate::rule::Invalid;
use crate::schema::{Attribute, Kind, Leaf, Mode, Text};
use crate::value::Value;

/// What may stand as a value: a leaf, a collection of values, or nested attributes.
///
/// Leaves with a spelling of their own implement [`Spelled`] instead; structs derive it with
/// [`Model`](derive@crate::Model).
///
/// Generic code over attributes goes through it:
///
/// ```
/// use tfplugin::{Element, Path, Set, Span, Value};
///
/// let value = vec![1_u8, 2].encode();
/// assert_eq!(Vec::<u8>::decode(&value), Ok(vec![1, 2]));
/// assert_eq!(Vec::<u8>::decode(&"1, 2".into()).unwrap_err().what, "is not a list");
/// assert_eq!(Set::<Span>::kind().ty().to_json().to_string(), r#"["set","string"]"#);
/// // What a rule sees: parts that are not known yet are no error.
/// let draft = Vec::<u8>::draft(&Value::List(vec![Value::Unknown]), &Path::root()).unwrap();
/// assert!(draft[0].is_unknown());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of an attribute",
    label = "not a leaf, a model, or a collection of them",
    note = "leaves: String, bool, i8..i64, u8..u64, f64, Number, Span, Size, Json, Dynamic; collections: Vec, Set, BTreeMap<String, _>",
    note = "for a text with a meaning implement `Spelled`, for an enum derive `Choice`, for an object derive `Model`"
)]
pub trait Element: Sized {
    /// The same with every part known, null or not known yet; what rules look at.
    type Draft: Clone + fmt::Debug;

    /// Masked in Terraform's output.
    const SENSITIVE: bool = false;

    /// Whether the configuration decides everything inside. Only such values can stand in a set.
    const PLAIN: bool = true;

    /// Evaluated where a model has such a field: fails to compile when the type cannot be planned.
    const CHECK: () = ();

    /// The schema.
    fn kind() -> Kind;

    /// Reads a known value.
    ///
    /// # Errors
    /// When the value is not one of this kind, or something inside that must be known is not.
    fn decode(value: &Value) -> Result<Self, Invalid>;

    /// The value.
    fn encode(&self) -> Value;

    /// Reads a value that may hold unknowns; none when it is not one of this kind (the schema walk reports that).
    fn draft(value: &Value, path: &Path) -> Option<Self::Draft>;
}

/// A value that may be known, null or not known yet, and its place.
///
/// ```
/// use tfplugin::{Model, Report};
///
/// /// A queue.
/// #[derive(Model)]
/// struct Queue {
///     /// Its name.
///     name: String,
///     /// Whom to tell when it is full.
///     alarm: Option<String>,
/// }
///
/// // In `Resource::validate`: the derive has made `QueueDraft`, in which each field is a `Draft`.
/// fn validate(queue: &QueueDraft, report: &mut Report) {
///     if queue.alarm.is_null() && !queue.name.is_unknown() {
///         report.warn(&queue.alarm, "Nobody is told when the queue is full", "Set `alarm`.");
///     }
///     if queue.name.known().is_some_and(|name| name.starts_with("tmp-")) {
///         report.error(&queue.name, "The name is for temporary queues", "Choose another one.");
///     }
/// }
/// # use tfplugin::{Element, Path, Value};
/// # let read = |name: Value| Queue::draft(&Value::object([("name", name), ("alarm", Value::Null)]), &Path::root()).unwrap();
/// # let count = |name: Value| {
/// #     let mut report = Report::new();
/// #     validate(&read(name), &mut report);
/// #     report.into_diagnostics().iter().count()
/// # };
/// # assert_eq!((count("tmp-a".into()), count("a".into()), count(Value::Unknown)), (2, 1, 0));
/// # assert_eq!(read("a".into()).alarm.path().to_string(), "alarm");
/// ```
#[derive(Clone)]
pub struct Draft<T> {
    path: Path,
    value: Value,
    state: State<T>,
}

#[derive(Clone, Debug)]
enum State<T> {
    Null,
    Unknown,
    Known(T),
}

impl<T> Draft<T> {
    /// Reads the value at `path`. A value that is not one of its kind counts as unknown: the schema walk has
    /// reported it, and no other rule should stumble over it.
    ///
    /// ```
    /// use tfplugin::{Draft, Path};
    ///
    /// let draft = Draft::read::<u8>(&7.into(), Path::root().attribute("size"));
    /// assert_eq!((draft.known(), draft.path().to_string()), (Some(&7), "size".into()));
    /// // Not a `u8`, which was reported elsewhere:
    /// assert!(Draft::read::<u8>(&700.into(), Path::root()).is_unknown());
    /// ```
    pub fn read<E: Element<Draft = T>>(value: &Value, path: Path) -> Self {
        let state = match value {
            Value::Null => State::Null,
            value if value.is_unknown() => State::Unknown,
            value => E::draft(value, &path).map_or(State::Unknown, State::Known),
        };
        Self { path, value: value.clone(), state }
    }

    /// The value, when it is known.
    pub fn known(&self) -> Option<&T> {
        match &self.state {
            State::Known(value) => Some(value),
            State::Null | State::Unknown => None,
        }
    }

    /// The value as handlers see it, when all of it is known and there is one.
    ///
    /// ```
    /// # use tfplugin::{Draft, Path, Value};
    /// let known = Draft::read::<Vec<String>>(&Value::List(vec!["a".into()]), Path::root());
    /// let partly = Draft::read::<Vec<String>>(&Value::List(vec!["a".into(), Value::Unknown]), Path::root());
    /// assert_eq!(known.settled::<Vec<String>>(), Some(vec!["a".to_owned()]));
    /// assert_eq!(partly.settled::<Vec<String>>(), None);
    /// ```
    pub fn settled<E: Element<Draft = T>>(&self) -> Option<E> {
        if self.known().is_some() { E::decode(&self.value).ok() } else { None }
    }

    /// Whether it is absent for certain.
    pub fn is_null(&self) -> bool {
        matches!(self.state, State::Null)
    }

    /// Whether it is decided later.
    pub fn is_unknown(&self) -> bool {
        matches!(self.state, State::Unknown)
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<T: fmt::Debug> fmt::Debug for Draft<T> {
    /// The value as its type prints it: a secret stays one.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(out)
    }
}

impl<T> From<&Draft<T>> for Path {
    fn from(draft: &Draft<T>) -> Self {
        draft.path.clone()
    }
}

/// A field of a model: who decides the value, and what it is.
///
/// ```
/// use tfplugin::schema::{Attribute, Mode};
/// use tfplugin::{Computed, Field, Value, WriteOnly};
///
/// assert_eq!(<Option<u8>>::MODE, Mode::Optional);
/// assert_eq!(<Computed<u8>>::from_value(&Value::Unknown), Ok(Computed::Pending));
/// assert_eq!(<u8>::from_value(&Value::Null).unwrap_err().what, "is missing");
/// assert_eq!(Some(7_u8).to_value(), Value::from(7));
/// // What the derive makes of a field:
/// assert!(Attribute::of::<WriteOnly<String>>("password", "The password.").write_only);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of an attribute",
    label = "not a leaf, a model, or a collection of them",
    note = "leaves: String, bool, i8..i64, u8..u64, f64, Number, Span, Size, Json, Dynamic; collections: Vec, Set, BTreeMap<String, _>",
    note = "for a text with a meaning implement `Spelled`, for an enum derive `Choice`, for an object derive `Model`"
)]
pub trait Field: Sized {
    /// The value inside the wrapper.
    type Inner: Element;

    /// Who decides it.
    const MODE: Mode;

    /// Read from the configuration, never stored.
    const WRITE_ONLY: bool = false;

    /// Reads the field.
    ///
    /// # Errors
    /// When the value is not one of this kind, or is missing where it must not be.
    fn from_value(value: &Value) -> Result<Self, Invalid>;

    /// The value of the field.
    fn to_value(&self) -> Value;
}

impl Attribute {
    /// The attribute that a field of this type makes.
    pub fn of<F: Field>(name: impl Into<Text>, description: impl Into<Text>) -> Self {
        let mut attribute = Self::new(name, F::Inner::kind(), F::MODE);
        attribute.description = description.into();
        attribute.write_only = F::WRITE_ONLY;
        attribute.sensitive = F::Inner::SENSITIVE;
        attribute
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element> Field for T {
    type Inner = T;
    const MODE: Mode = Mode::Required;

    fn from_value(value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Null => Err(Invalid::new("is missing", "")),
            value => T::decode(value),
        }
    }

    fn to_value(&self) -> Value {
        self.encode()
    }
}

impl<T: Element> Field for Option<T> {
    type Inner = T;
    const MODE: Mode = Mode::Optional;

    fn from_value(value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Null => Ok(None),
            value => T::decode(value).map(Some),
        }
    }

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::encode)
    }
}

/// Optional in the configuration, with a default that is visible in the plan. Never null in a handler.
///
/// The default is declared on the field: `#[tf(default = "30d")]`.
///
/// ```
/// use tfplugin::{Defaulted, Model, Span};
///
/// /// A queue.
/// #[derive(Model)]
/// struct Queue {
///     /// How long messages are kept.
///     #[tf(default = "4d")]
///     retention: Defaulted<Span>,
/// }
///
/// let queue = Queue { retention: Span::from_days(2).into() };
/// assert_eq!(queue.retention.whole_days(), Some(2)); // reads like the value itself
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defaulted<T>(
    /// The configured value, or the default.
    pub T,
);

impl<T: Element> Field for Defaulted<T> {
    type Inner = T;
    const MODE: Mode = Mode::OptionalComputed;

    fn from_value(value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Null => Err(Invalid::new("is missing its default", "")),
            value => T::decode(value).map(Self),
        }
    }

    fn to_value(&self) -> Value {
        self.0.encode()
    }
}

impl<T> Deref for Defaulted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Defaulted<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

macro_rules! provider_decided {
    ($(#[$doc:meta])* $name:ident, $mode:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name<T> {
            /// Not decided yet: the handler fills it in.
            #[default]
            Pending,
            /// There is none.
            Null,
            /// The value.
            Known(T),
        }

        impl<T> $name<T> {
            /// The value, if there is one.
            pub fn get(&self) -> Option<&T> {
                match self {
                    Self::Known(value) => Some(value),
                    Self::Pending | Self::Null => None,
                }
            }

            /// The value, or that there is none.
            pub fn maybe(value: Option<T>) -> Self {
                value.map_or(Self::Null, Self::Known)
            }
        }

        impl<T> From<T> for $name<T> {
            fn from(value: T) -> Self {
                Self::Known(value)
            }
        }

        impl<T: Element> Field for $name<T> {
            type Inner = T;
            const MODE: Mode = $mode;

            fn from_value(value: &Value) -> Result<Self, Invalid> {
                match value {
                    Value::Null => Ok(Self::Null),
                    Value::Unknown => Ok(Self::Pending),
                    value => T::decode(value).map(Self::Known),
                }
            }

            fn to_value(&self) -> Value {
                match self {
                    Self::Pending => Value::Unknown,
                    Self::Null => Value::Null,
                    Self::Known(value) => value.encode(),
                }
            }
        }
    };
}

provider_decided! {
    /// Decided by the provider alone; the configuration cannot set it.
    ///
    /// ```
    /// use tfplugin::{Computed, Model};
    ///
    /// /// A queue.
    /// #[derive(Model)]
    /// struct Queue {
    ///     /// Address that producers send to.
    ///     #[tf(keep)]
    ///     url: Computed<String>,
    ///     /// Queue for messages that nobody could read, if there is one.
    ///     dead_letters: Computed<String>,
    /// }
    ///
    /// let answer: Option<String> = None;
    /// let queue = Queue { url: "https://acme.example/orders".to_owned().into(), dead_letters: Computed::maybe(answer) };
    /// assert_eq!(queue.url.get().map(String::as_str), Some("https://acme.example/orders"));
    /// assert_eq!(queue.dead_letters, Computed::Null);
    /// assert_eq!(Computed::<String>::default(), Computed::Pending); // what a plan holds
    /// ```
    Computed, Mode::Computed
}

provider_decided! {
    /// Decided by the configuration, or else by the provider. Once decided it stays (`#[tf(recompute)]` lets it
    /// change).
    ///
    /// ```
    /// use tfplugin::{Model, OrComputed};
    ///
    /// /// A queue.
    /// #[derive(Model)]
    /// struct Queue {
    ///     /// The region it is in. Else that of the provider.
    ///     #[tf(replace)]
    ///     region: OrComputed<String>,
    /// }
    ///
    /// let mut plan = Queue { region: OrComputed::Pending };
    /// if plan.region.get().is_none() {
    ///     plan.region = "eu-west-1".to_owned().into();
    /// }
    /// assert_eq!(plan.region, OrComputed::maybe(Some("eu-west-1".into())));
    /// ```
    OrComputed, Mode::OptionalComputed
}

/// Given in the configuration, handed to the provider, stored nowhere. Only [`Context::config`] holds it.
///
/// [`Context::config`]: crate::Context::config
///
/// ```
/// use tfplugin::{Context, Model, Resource, WriteOnly};
///
/// /// A database.
/// #[derive(Model)]
/// struct Database {
///     /// The owner's password.
///     password: WriteOnly<String>,
///     /// Raise it to hand over another password: Terraform cannot see that the password changed.
///     password_version: Option<i64>,
/// }
///
/// // In `create` and `update`:
/// fn password<R: Resource<Model = Database>>(ctx: &Context<R>) -> Option<&String> {
///     ctx.config()?.password.expose()
/// }
/// # let none = WriteOnly::<String>::default();
/// # assert_eq!((none.expose(), format!("{none:?}")), (None, "(write-only)".into()));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WriteOnly<T>(Option<T>);

impl<T> WriteOnly<T> {
    /// The value, where the configuration gives one.
    pub fn expose(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> fmt::Debug for WriteOnly<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(write-only)")
    }
}

impl<T: Element> Field for WriteOnly<T> {
    type Inner = T;
    const MODE: Mode = Mode::Optional;
    const WRITE_ONLY: bool = true;

    fn from_value(value: &Value) -> Result<Self, Invalid> {
        Option::<T>::from_value(value).map(Self)
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}

/// A secret. Terraform masks it, and so does `Debug`; it is still stored in state.
///
/// ```
/// use tfplugin::Sensitive;
///
/// let token = Sensitive::new("hunter2".to_owned());
/// assert_eq!(format!("{token:?}"), "(sensitive)");
/// assert_eq!(token.expose(), "hunter2"); // said out loud, where the cloud needs it
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps a secret.
    pub fn new(secret: T) -> Self {
        Self(secret)
    }

    /// The secret itself.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(sensitive)")
    }
}

impl<T: Element> Element for Sensitive<T> {
    type Draft = Sensitive<T::Draft>;
    const SENSITIVE: bool = true;
    const PLAIN: bool = T::PLAIN;

    fn kind() -> Kind {
        T::kind()
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        T::decode(value).map(Self)
    }

    fn encode(&self) -> Value {
        self.0.encode()
    }

    fn draft(value: &Value, path: &Path) -> Option<Self::Draft> {
        T::draft(value, path).map(Sensitive)
    }
}

/// A leaf that is written as text and means something: a duration, a size, a bucket name.
///
/// Two spellings of equal values are no difference: Terraform plans nothing, and the state keeps the user's.
///
/// ```
/// use tfplugin::{Invalid, Spelled};
///
/// /// A day of the week.
/// #[derive(Clone, Debug, PartialEq)]
/// struct Weekday(u8);
///
/// impl Spelled for Weekday {
///     const NAME: &'static str = "weekday";
///
///     fn parse(text: &str) -> Result<Self, Invalid> {
///         ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
///             .iter()
///             .position(|day| text.to_lowercase().starts_with(day))
///             .map(|day| Self(day as u8))
///             .ok_or_else(|| Invalid::new("is not a day of the week", "Write `mon`, `tue`, ... or `sun`."))
///     }
///
///     fn spell(&self) -> String {
///         ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][usize::from(self.0)].into()
///     }
///
///     fn json() -> serde_json::Value {
///         serde_json::json!({ "type": "string", "pattern": "^(?i)(mon|tue|wed|thu|fri|sat|sun)" })
///     }
/// }
///
/// # use tfplugin::{Element, Value};
/// assert!(Weekday::kind().same(&Value::from("Monday"), &Value::from("mon")));
/// ```
pub trait Spelled: Sized + Clone + fmt::Debug + PartialEq {
    /// What people call it: "duration".
    const NAME: &'static str;

    /// Reads the text.
    ///
    /// # Errors
    /// When it is not one; the message completes a sentence that begins with the attribute's name.
    fn parse(text: &str) -> Result<Self, Invalid>;

    /// The text to store when the user has not spelled it.
    fn spell(&self) -> String;

    /// The JSON Schema.
    fn json() -> Json {
        json!({ "type": "string" })
    }
}

#[diagnostic::do_not_recommend]
impl<T: Spelled> Element for T {
    type Draft = T;

    fn kind() -> Kind {
        Kind::Leaf(Leaf {
            ty: Type::String,
            name: T::NAME,
            check: |value| T::decode(value).map(drop),
            same: |one, other| match (T::decode(one), T::decode(other)) {
                (Ok(one), Ok(other)) => one == other,
                _ => false,
            },
            json: T::json,
        })
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        T::parse(text(value)?)
    }

    fn encode(&self) -> Value {
        Value::String(self.spell())
    }

    fn draft(value: &Value, _: &Path) -> Option<T> {
        T::decode(value).ok()
    }
}

fn text(value: &Value) -> Result<&str, Invalid> {
    value.as_str().ok_or_else(|| wrong_type("a string", value))
}

fn wrong_type(wanted: &str, found: &Value) -> Invalid {
    match found {
        Value::Unknown => Invalid::new("is not known yet", ""),
        Value::Null => Invalid::new("is missing", ""),
        _ => Invalid::new(format!("is not {wanted}"), ""),
    }
}

macro_rules! leaf {
    ($ty:ty, $name:literal, $cty:expr, $json:expr, |$value:ident| $decode:expr, |$this:ident| $encode:expr) => {
        impl Element for $ty {
            type Draft = $ty;

            fn kind() -> Kind {
                Kind::Leaf(Leaf {
                    ty: $cty,
                    name: $name,
                    check: |value| <$ty>::decode(value).map(drop),
                    same: |one, other| one == other,
                    json: || $json,
                })
            }

            fn decode($value: &Value) -> Result<Self, Invalid> {
                $decode
            }

            fn encode(&self) -> Value {
                let $this = self;
                $encode
            }

            fn draft(value: &Value, _: &Path) -> Option<$ty> {
                <$ty>::decode(value).ok()
            }
        }
    };
}

leaf!(
    String,
    "string",
    Type::String,
    json!({ "type": "string" }),
    |value| text(value).map(str::to_owned),
    |this| Value::String(this.clone())
);
leaf!(
    bool,
    "bool",
    Type::Bool,
    json!({ "type": "boolean" }),
    |value| value.as_bool().ok_or_else(|| wrong_type("a bool", value)),
    |this| Value::Bool(*this)
);
leaf!(
    Number,
    "number",
    Type::Number,
    json!({ "type": "number" }),
    |value| value.as_number().cloned().ok_or_else(|| wrong_type("a number", value)),
    |this| Value::Number(this.clone())
);
leaf!(
    f64,
    "number",
    Type::Number,
    json!({ "type": "number" }),
    |value| value.as_number().map(Number::to_f64).ok_or_else(|| wrong_type("a number", value)),
    |this| Number::from_f64(*this).map_or(Value::Null, Value::Number)
);

macro_rules! integer {
    ($($ty:ty: $wide:ident),*) => {$(
        leaf!(
            $ty,
            "whole number",
            Type::Number,
            json!({ "type": "integer", "minimum": <$ty>::MIN, "maximum": <$ty>::MAX }),
            |value| {
                let number = value.as_number().ok_or_else(|| wrong_type("a number", value))?;
                number.$wide().and_then(|wide| <$ty>::try_from(wide).ok()).ok_or_else(|| {
                    if number.is_integer() {
                        Invalid::new(
                            "is out of range",
                            format!("Use a whole number between {} and {}.", <$ty>::MIN, <$ty>::MAX),
                        )
                    } else {
                        Invalid::new("is not a whole number", "Use a number without a fraction.")
                    }
                })
            },
            |this| Value::Number((*this).into())
        );
    )*};
}
integer!(i8: as_i64, i16: as_i64, i32: as_i64, i64: as_i64, u8: as_i64, u16: as_i64, u32: as_i64, u64: as_u64);

/// A value whose type the configuration decides.
///
/// ```
/// use tfplugin::{Dynamic, Model};
///
/// /// A flag.
/// #[derive(Model)]
/// struct Flag {
///     /// Its value: true or false, a number, a text, an object.
///     value: Dynamic,
/// }
///
/// assert_eq!(Flag { value: Dynamic(true.into()) }.value.0.as_bool(), Some(true));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dynamic(
    /// The value; a [`Value::Dynamic`] when it came from Terraform.
    pub Value,
);

leaf!(Dynamic, "any type", Type::Dynamic, json!({}), |value| Ok(Dynamic(value.clone())), |this| this
    .0
    .clone());

impl<T: Element> Element for Vec<T> {
    type Draft = Vec<Draft<T::Draft>>;
    const SENSITIVE: bool = T::SENSITIVE;
    const PLAIN: bool = T::PLAIN;
    const CHECK: () = T::CHECK;

    fn kind() -> Kind {
        Kind::List(Box::new(T::kind()))
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        value.as_list().ok_or_else(|| wrong_type("a list", value))?.iter().map(decode_inside::<T>).collect()
    }

    fn encode(&self) -> Value {
        Value::List(self.iter().map(T::encode).collect())
    }

    fn draft(value: &Value, path: &Path) -> Option<Self::Draft> {
        let elements = value.as_list()?.iter().enumerate();
        Some(elements.map(|(index, element)| Draft::read::<T>(element, path.index(index))).collect())
    }
}

fn decode_inside<T: Element>(value: &Value) -> Result<T, Invalid> {
    match value {
        Value::Null => Err(Invalid::new("holds a null element", "Remove it.")),
        value => T::decode(value),
    }
}

/// A sequence without order or duplicates.
///
/// ```
/// use tfplugin::{Element, Set, Value};
///
/// let readers: Set<String> = ["b", "a", "b"].into_iter().map(str::to_owned).collect();
/// assert_eq!(readers.len(), 3); // as it was collected
/// assert_eq!(readers.encode(), Value::set(["a".into(), "b".into()]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<T>(
    /// The elements, in the order of their values.
    pub Vec<T>,
);

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Set<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

impl<T: Element> Element for Set<T> {
    type Draft = Vec<Draft<T::Draft>>;
    const SENSITIVE: bool = T::SENSITIVE;
    const CHECK: () = assert!(
        T::PLAIN,
        "an element of a set is found by its value, so nothing inside may be computed, defaulted or write-only: use Vec or BTreeMap"
    );

    fn kind() -> Kind {
        Kind::Set(Box::new(T::kind()))
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        value.as_list().ok_or_else(|| wrong_type("a set", value))?.iter().map(decode_inside::<T>).collect()
    }

    fn encode(&self) -> Value {
        Value::set(self.0.iter().map(T::encode))
    }

    fn draft(value: &Value, path: &Path) -> Option<Self::Draft> {
        // An element of a set has no address: a message about it points at the set.
        Some(value.as_list()?.iter().map(|element| Draft::read::<T>(element, path.clone())).collect())
    }
}

impl<T: Element> Element for BTreeMap<String, T> {
    type Draft = BTreeMap<String, Draft<T::Draft>>;
    const SENSITIVE: bool = T::SENSITIVE;
    const PLAIN: bool = T::PLAIN;
    const CHECK: () = T::CHECK;

    fn kind() -> Kind {
        Kind::Map(Box::new(T::kind()))
    }

    fn decode(value: &Value) -> Result<Self, Invalid> {
        let entries = value.as_object().ok_or_else(|| wrong_type("a map", value))?;
        entries.iter().map(|(key, entry)| Ok((key.clone(), decode_inside::<T>(entry)?))).collect()
    }

    fn encode(&self) -> Value {
        Value::Object(self.iter().map(|(key, entry)| (key.clone(), entry.encode())).collect())
    }

    fn draft(value: &Value, path: &Path) -> Option<Self::Draft> {
        let entries = value.as_object()?.iter();
        Some(
            entries
                .map(|(key, entry)| (key.clone(), Draft::read::<T>(entry, path.key(key.as_str()))))
                .collect(),
        )
    }
}
