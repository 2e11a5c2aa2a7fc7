//! What a value must fulfil beyond its type, written once for the plan, the page and the JSON Schema.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::field::Element;
use crate::path::Path;
use crate::schema::Text;
use crate::value::Value;

/// What is wrong with a value.
///
/// ```
/// use tfplugin::Invalid;
///
/// /// `#[tf(check = even)]` on a field.
/// fn even(number: &i64) -> Result<(), Invalid> {
///     match number % 2 {
///         0 => Ok(()),
///         _ => Err(Invalid::new("is odd", "Use an even number.")),
///     }
/// }
///
/// // Terraform shows: "`size` is odd", and below it "Use an even number."
/// assert_eq!(even(&3).unwrap_err().what, "is odd");
/// assert_eq!(Invalid::not_a_choice(&["fifo", "standard"]).next, "Use `fifo` or `standard`.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Completes the sentence that begins with the attribute's name: "is not a duration".
    pub what: String,
    /// One thing to do about it, as a full sentence; may be empty.
    pub next: String,
}

impl Invalid {
    /// `what` completes a sentence that begins with the attribute's name; `next` is a sentence of its own.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), next: next.into() }
    }

    /// A text that is none of the allowed ones.
    pub fn not_a_choice(choices: &[&str]) -> Self {
        Self::new("is not one of the allowed values", format!("Use {}.", list_of(choices)))
    }
}

type Check = Arc<dyn Fn(&Value) -> Result<(), Invalid> + Send + Sync>;

/// A rule about one attribute's value.
///
/// The derive writes them (`#[tf(range = "1..=14")]`); a schema that is made at run time calls them by name:
///
/// ```
/// use tfplugin::{Invalid, Rule, Span, Value};
///
/// fn whole_days(span: &Span) -> Result<(), Invalid> {
///     span.whole_days().map(drop).ok_or(Invalid::new("is no whole number of days", "Write `2d`."))
/// }
///
/// let rules = [
///     Rule::range::<Span>("1d..=14d"),
///     Rule::typed::<Span>(whole_days),
///     Rule::length("..=4"),
///     Rule::pattern("[0-9]+d", "Write a number of days."),
///     Rule::one_of(&["1d", "7d"]),
///     Rule::new("Not on a Sunday.", |_| Ok(())),
/// ];
/// assert_eq!(rules[0].sentence, "Between `1d` and `14d`.");
/// assert!(rules.iter().all(|rule| rule.check(&Value::from("7d")).is_ok()));
/// assert!(rules.iter().all(|rule| rule.check(&Value::Unknown).is_ok())); // it may turn out well
///
/// let broken: Vec<_> = rules.iter().filter_map(|rule| rule.check(&Value::from("360h")).err()).collect();
/// let said: Vec<_> = broken.iter().map(|invalid| invalid.what.as_str()).collect();
/// assert_eq!(said, ["is too large", "does not match `[0-9]+d`", "is not one of the allowed values"]);
///
/// let items = Rule::items("1..").check(&Value::List(vec![]));
/// assert_eq!(items.unwrap_err().next, "It has 0; use at least `1` elements.");
/// ```
#[derive(Clone)]
pub struct Rule {
    /// The rule as a sentence for the documentation; empty when the attribute's own text says it.
    pub sentence: String,
    /// The same as JSON Schema keywords, where there are some.
    pub keywords: Map<String, Json>,
    check: Check,
}

impl fmt::Debug for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Rule({})", self.sentence)
    }
}

impl Rule {
    /// A rule of one's own.
    pub fn new(
        sentence: impl Into<String>,
        check: impl Fn(&Value) -> Result<(), Invalid> + Send + Sync + 'static,
    ) -> Self {
        Self { sentence: sentence.into(), keywords: Map::new(), check: Arc::new(check) }
    }

    fn keyword(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.keywords.insert(name.into(), value.into());
        self
    }

    /// Whether a value fulfils the rule. Null and unknown values always do.
    pub fn check(&self, value: &Value) -> Result<(), Invalid> {
        if value.is_known() { (self.check)(value) } else { Ok(()) }
    }

    /// A check of the decoded value: `check = path::to::function` on the field.
    pub fn typed<T: Element + 'static>(check: fn(&T) -> Result<(), Invalid>) -> Self {
        Self::new("", move |value| match T::decode(value) {
            Ok(decoded) => check(&decoded),
            // Not decodable, or not wholly known: another message's business.
            Err(_) => Ok(()),
        })
    }

    /// `"1m..=14d"`, `"1.."`, `"..=5"`: bounds in the attribute's own spelling, inclusive.
    ///
    /// # Panics
    /// When the bounds are not values of the attribute; every schema is built in a test.
    pub fn range<T: Element + PartialOrd + Send + Sync + 'static>(spec: &'static str) -> Self {
        let (low, high) = bounds(spec);
        let parse = |text: &str| {
            let value = match T::kind().ty() {
                crate::cty::Type::Number => {
                    Value::Number(text.parse().expect("a bound of a number is a number"))
                }
                _ => Value::from(text),
            };
            T::decode(&value).unwrap_or_else(|invalid| panic!("the bound `{text}` {}", invalid.what))
        };
        let sentence = sentence("", low, high, "");
        let advice = format!("Use a value {}.", sentence.trim_end_matches('.').to_lowercase());
        let (from, to) = (low.map(parse), high.map(parse));
        let mut rule = Self::new(sentence, move |value| {
            let Ok(found) = T::decode(value) else { return Ok(()) };
            if from.as_ref().is_some_and(|from| found < *from) {
                return Err(Invalid::new("is too small", advice.clone()));
            }
            if to.as_ref().is_some_and(|to| found > *to) {
                return Err(Invalid::new("is too large", advice.clone()));
            }
            Ok(())
        });
        for (name, bound) in [("minimum", low), ("maximum", high)] {
            if let Some(number) = bound.and_then(|text| text.parse::<serde_json::Number>().ok()) {
                rule = rule.keyword(name, number);
            }
        }
        rule
    }

    /// `"3..=63"`: how many characters a text may have.
    pub fn length(spec: &'static str) -> Self {
        let size = |value: &Value| value.as_str().map(|text| text.chars().count());
        Self::counted(spec, size, ("minLength", "maxLength"), "characters", "is too short", "is too long")
    }

    /// `"1..=10"`: how many elements a list, set or map may have.
    pub fn items(spec: &'static str) -> Self {
        let size = |value: &Value| match value {
            Value::List(elements) => Some(elements.len()),
            Value::Object(entries) => Some(entries.len()),
            _ => None,
        };
        Self::counted(
            spec,
            size,
            ("minItems", "maxItems"),
            "elements",
            "has too few elements",
            "has too many elements",
        )
    }

    fn counted(
        spec: &'static str,
        size: fn(&Value) -> Option<usize>,
        keywords: (&str, &str),
        unit: &'static str,
        too_few: &'static str,
        too_many: &'static str,
    ) -> Self {
        let (low, high) = bounds(spec);
        let parse = |text: &str| text.parse::<usize>().expect("a bound of a count is a whole number");
        let (from, to) = (low.map(parse), high.map(parse));
        let mut rule = Self::new(sentence("", low, high, unit), move |value| {
            let Some(count) = size(value) else { return Ok(()) };
            let say = |what: &str| {
                let wanted = sentence("", low, high, unit).to_lowercase();
                Err(Invalid::new(what, format!("It has {count}; use {}", wanted)))
            };
            match () {
                () if from.is_some_and(|from| count < from) => say(too_few),
                () if to.is_some_and(|to| count > to) => say(too_many),
                () => Ok(()),
            }
        });
        if let Some(from) = from {
            rule = rule.keyword(keywords.0, from);
        }
        if let Some(to) = to {
            rule = rule.keyword(keywords.1, to);
        }
        rule
    }

    /// A regular expression that the whole text must match, and the sentence that says so to people.
    pub fn pattern(pattern: &'static str, sentence: &'static str) -> Self {
        let compiled = std::sync::OnceLock::new();
        Self::new(sentence, move |value| {
            let Some(text) = value.as_str() else { return Ok(()) };
            let regex = compiled.get_or_init(|| {
                regex_lite::Regex::new(&format!("^(?:{pattern})$"))
                    .expect("the pattern is a regular expression")
            });
            if regex.is_match(text) {
                Ok(())
            } else {
                Err(Invalid::new(format!("does not match `{pattern}`"), sentence))
            }
        })
        .keyword("pattern", format!("^(?:{pattern})$"))
    }

    /// The values that are allowed.
    pub fn one_of(choices: &'static [&'static str]) -> Self {
        let listed = list_of(choices);
        Self::new(format!("One of {listed}."), move |value| match value.as_str() {
            Some(text) if !choices.contains(&text) => Err(Invalid::not_a_choice(choices)),
            _ => Ok(()),
        })
        .keyword("enum", json!(choices))
    }
}

/// `a`, `b` or `c`, each in backticks.
pub(crate) fn list_of<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn bounds(spec: &'static str) -> (Option<&'static str>, Option<&'static str>) {
    let (low, high) = spec.split_once("..").expect("bounds are written `low..=high`, `low..` or `..=high`");
    let high = high.strip_prefix('=').unwrap_or(high);
    let some = |text: &'static str| Some(text.trim()).filter(|text| !text.is_empty());
    (some(low), some(high))
}

fn sentence(prefix: &str, low: Option<&str>, high: Option<&str>, unit: &str) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    match (low, high) {
        (Some(low), Some(high)) if low == high => format!("{prefix}Exactly `{low}`{unit}."),
        (Some(low), Some(high)) => format!("{prefix}Between `{low}` and `{high}`{unit}."),
        (Some(low), None) => format!("{prefix}At least `{low}`{unit}."),
        (None, Some(high)) => format!("{prefix}At most `{high}`{unit}."),
        (None, None) => String::new(),
    }
}

/// What each rule can look at, and what a default is of: the derive asks, so that a rule that could never fail does not
/// compile.
#[doc(hidden)]
pub mod subject {
    use std::collections::BTreeMap;

    use crate::field::{Dynamic, Sensitive, Set, Spelled};
    use crate::number::Number;

    #[diagnostic::on_unimplemented(
        message = "`length`, `pattern` and `one_of` look at a text, and `{Self}` is none",
        label = "not a text",
        note = "bound a number, a duration or a size with `range`, and count what a collection holds with `items`"
    )]
    pub trait Text {}
    impl Text for String {}
    #[diagnostic::do_not_recommend]
    impl<T: Spelled> Text for T {}
    impl<T: Text> Text for Sensitive<T> {}

    #[diagnostic::on_unimplemented(
        message = "`range` compares values, and `{Self}` has no order that it knows",
        label = "not a number, a duration or a size",
        note = "count the characters of a text with `length`, and what a collection holds with `items`"
    )]
    pub trait Ordered {}
    macro_rules! ordered {
        ($($ty:ty),*) => { $(impl Ordered for $ty {})* };
    }
    ordered!(i8, i16, i32, i64, u8, u16, u32, u64, f64, Number);
    #[diagnostic::do_not_recommend]
    impl<T: Spelled + PartialOrd> Ordered for T {}

    #[diagnostic::on_unimplemented(
        message = "`items` counts what a collection holds, and `{Self}` is none",
        label = "not a collection",
        note = "count the characters of a text with `length`, and bound a number with `range`"
    )]
    pub trait Collection {}
    impl<T> Collection for Vec<T> {}
    impl<T> Collection for Set<T> {}
    impl<T> Collection for BTreeMap<String, T> {}
    impl<T: Collection> Collection for Sensitive<T> {}

    #[diagnostic::on_unimplemented(
        message = "a `{Literal}` is no default of `{Self}`",
        label = "has a default of another type",
        note = "a text, a duration, a size and a `Choice` have their default in quotes, `true` and numbers have none; \
                anything else is an expression of the field's type"
    )]
    pub trait HasDefault<Literal> {}
    impl HasDefault<&'static str> for String {}
    #[diagnostic::do_not_recommend]
    impl<T: Spelled> HasDefault<&'static str> for T {}
    impl HasDefault<bool> for bool {}
    macro_rules! numbers {
        ($($ty:ty),*) => { $(impl HasDefault<i64> for $ty {})* };
    }
    numbers!(i8, i16, i32, i64, u8, u16, u32, u64, f64, Number);
    impl<Literal> HasDefault<Literal> for Dynamic {}
    impl<Literal, T: HasDefault<Literal>> HasDefault<Literal> for Sensitive<T> {}

    pub const fn default<T: HasDefault<Literal>, Literal>() {}
    pub const fn text<T: Text>() {}
    pub const fn ordered<T: Ordered>() {}
    pub const fn collection<T: Collection>() {}
}

/// A rule about which attributes of an object are set together.
///
/// ```
/// use tfplugin::rule::Together;
/// use tfplugin::{Model, schema_of};
///
/// /// A queue.
/// #[derive(Model)]
/// #[tf(exactly_one_of("name", "prefix"))]
/// struct Queue {
///     /// Its name.
///     name: Option<String>,
///     /// What its generated name begins with.
///     prefix: Option<String>,
/// }
///
/// let rule = &schema_of::<Queue>().object.rules[0];
/// assert!(matches!(rule, Together::ExactlyOneOf(_)));
/// assert_eq!(rule.names(), ["name", "prefix"]);
/// assert_eq!(rule.sentence(), "Exactly one of `name` or `prefix` must be set.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Together {
    /// One of them, and only one.
    ExactlyOneOf(Vec<Text>),
    /// One of them, or more.
    AtLeastOneOf(Vec<Text>),
    /// One of them, or none.
    AtMostOneOf(Vec<Text>),
    /// All of them, or none.
    AllOrNone(Vec<Text>),
    /// The first only with the others.
    RequiredWith(Text, Vec<Text>),
}

impl Together {
    /// Every attribute that the rule names.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::ExactlyOneOf(names)
            | Self::AtLeastOneOf(names)
            | Self::AtMostOneOf(names)
            | Self::AllOrNone(names) => names.iter().map(AsRef::as_ref).collect(),
            Self::RequiredWith(name, others) => {
                std::iter::once(name).chain(others).map(AsRef::as_ref).collect()
            }
        }
    }

    /// What an object breaks of this rule, and which attribute to look at. An attribute that is not known yet may
    /// turn out either way, so it never breaks a rule.
    pub(crate) fn broken_by(&self, object: &Value, base: &Path) -> Option<(Path, String, String)> {
        let set = |name: &&Text| object.get(name).is_known();
        let open = |name: &&Text| object.get(name).is_unknown();
        let pick = |names: &[Text], which: &dyn Fn(&&Text) -> bool| -> Vec<Text> {
            names.iter().filter(which).cloned().collect()
        };
        let join = |names: &[Text]| list_of(names).replace(" or ", " and ");
        let here = || base.clone();
        match self {
            Self::ExactlyOneOf(names) | Self::AtLeastOneOf(names) | Self::AtMostOneOf(names) => {
                let found = pick(names, &set);
                let undecided = names.iter().any(|name| open(&name));
                let many_allowed = matches!(self, Self::AtLeastOneOf(_));
                let none_allowed = matches!(self, Self::AtMostOneOf(_));
                if found.len() > 1 && !many_allowed {
                    let last = found.last().cloned().unwrap_or_default();
                    return Some((
                        base.attribute(last),
                        format!("{} are set together", join(&found)),
                        "Keep one of them and remove the others.".into(),
                    ));
                }
                if found.is_empty() && !undecided && !none_allowed {
                    let only = if many_allowed { "at least" } else { "exactly" };
                    return Some((
                        here(),
                        match names.as_slice() {
                            [name] => format!("`{name}` is not set"),
                            names => format!("None of {} is set", list_of(names)),
                        },
                        match names.as_slice() {
                            [name] => format!("Set `{name}`."),
                            _ => format!("Set {only} one of them."),
                        },
                    ));
                }
                None
            }
            Self::AllOrNone(names) => {
                let (found, undecided) = (pick(names, &set), pick(names, &open));
                let missing: Vec<_> = names
                    .iter()
                    .filter(|name| !found.contains(name) && !undecided.contains(name))
                    .cloned()
                    .collect();
                (!found.is_empty() && !missing.is_empty()).then(|| {
                    (
                        base.attribute(found[0].clone()),
                        format!("{} is set without {}", join(&found), join(&missing)),
                        "Set all of them or none.".into(),
                    )
                })
            }
            Self::RequiredWith(name, others) => {
                let missing: Vec<_> =
                    others.iter().filter(|other| object.get(other).is_null()).cloned().collect();
                (object.get(name).is_known() && !missing.is_empty()).then(|| {
                    (
                        base.attribute(name.clone()),
                        format!("`{name}` is set without {}", join(&missing)),
                        format!("Set {} too, or remove `{name}`.", join(&missing)),
                    )
                })
            }
        }
    }

    /// The rule as a sentence for the documentation.
    pub fn sentence(&self) -> String {
        match self {
            Self::ExactlyOneOf(names) => format!("Exactly one of {} must be set.", list_of(names)),
            Self::AtLeastOneOf(names) => format!("At least one of {} must be set.", list_of(names)),
            Self::AtMostOneOf(names) => format!("At most one of {} may be set.", list_of(names)),
            Self::AllOrNone(names) => {
                format!("{} are set together or not at all.", list_of(names).replace(" or ", " and "))
            }
            Self::RequiredWith(name, others) => {
                format!("`{name}` needs {}.", list_of(others).replace(" or ", " and "))
            }
        }
    }
}
