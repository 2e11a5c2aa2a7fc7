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
#[derive(Clone, Debug)]
pub struct Draft<T> {
    path: Path,
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
    pub fn read<E: Element<Draft = T>>(value: &Value, path: Path) -> Self {
        let state = match value {
            Value::Null => State::Null,
            value if value.is_unknown() => State::Unknown,
            value => E::draft(value, &path).map_or(State::Unknown, State::Known),
        };
        Self { path, state }
    }

    /// The value, when it is known.
    pub fn known(&self) -> Option<&T> {
        match &self.state {
            State::Known(value) => Some(value),
            State::Null | State::Unknown => None,
        }
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

impl<T> From<&Draft<T>> for Path {
    fn from(draft: &Draft<T>) -> Self {
        draft.path.clone()
    }
}

/// A field of a model: who decides the value, and what it is.
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
    Computed, Mode::Computed
}

provider_decided! {
    /// Decided by the configuration, or else by the provider. Once decided it stays (`#[tf(recompute)]` lets it
    /// change).
    OrComputed, Mode::OptionalComputed
}

/// Given in the configuration, handed to the provider, stored nowhere. Only [`Context::config`] holds it.
///
/// [`Context::config`]: crate::Context::config
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
/// }
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
        "an element of a set is found by its value, so nothing inside may be computed or defaulted: use Vec or BTreeMap"
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
