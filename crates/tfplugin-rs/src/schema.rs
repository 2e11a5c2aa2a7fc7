//! What a resource looks like: attributes, their types and how each behaves in a plan.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::cty::Type;
use crate::rule::{Invalid, Rule, Together};
use crate::value::Value;

/// A name or a text: borrowed when it comes from a struct, owned when it was made at run time.
pub type Text = Cow<'static, str>;

/// The whole of a resource, data source, provider block, action or ephemeral resource.
///
/// Structs make theirs with the derive; one that is known only at run time is put together by hand:
///
/// ```
/// use tfplugin::schema::{Attribute, Kind, Leaf, Mode, Nesting, Object, Replace, Schema, Stability, Text, Usage};
/// use tfplugin::{Element, Span, Value};
///
/// let mut name = Attribute::new("name", String::kind(), Mode::Required);
/// name.description = Text::from("Its name.");
/// name.replace = Replace::OnChange;
/// let mut retention = Attribute::new("retention", Span::kind(), Mode::OptionalComputed);
/// retention.description = Text::from("How long messages are kept.");
/// retention.default = Some("4d".into());
/// retention.stability = Stability::Kept;
/// let schema = Schema::new(0, Object { attributes: vec![name, retention], ..Object::default() });
/// assert!(schema.problems(Usage::Resource).is_empty());
/// assert_eq!(schema.ty().to_json()[1]["retention"], "string");
///
/// let retention = schema.object.attribute("retention").unwrap();
/// assert!(retention.mode.is_computed() && retention.mode.is_configurable());
/// assert_eq!(retention.check_value(&"soon".into()).unwrap_err().what, "is not a duration");
/// assert!(retention.kind.same(&"4d".into(), &"96h".into()));
/// assert!(matches!(&retention.kind, Kind::Leaf(Leaf { name: "duration", .. })));
///
/// let empty = Value::object([("name", Value::Null), ("retention", Value::Null)]);
/// assert_eq!(schema.object.empty(), empty);
/// let many = Kind::List(Box::new(Kind::Object(schema.object)));
/// assert!(matches!(many.nested(), Some((Nesting::List, _))));
/// ```
#[derive(Clone, Debug)]
pub struct Schema {
    /// Version of the stored state; raised when its shape changes.
    pub version: i64,
    /// The attributes.
    pub object: Object,
    /// Every message of every object is read and written by it, so that it is worked out once.
    ty: OnceLock<Type>,
}

/// Named attributes, and the rules that span them.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// What it is, for people. Markdown.
    pub description: Text,
    /// Set when it should not be used any more: what to do instead.
    pub deprecated: Option<Text>,
    /// The attributes, in the order in which a reader should meet them.
    pub attributes: Vec<Attribute>,
    /// Rules about which attributes may or must be set together.
    pub rules: Vec<Together>,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Name in the configuration.
    pub name: Text,
    /// What it means, with units. Markdown.
    pub description: Text,
    /// What values it takes.
    pub kind: Kind,
    /// Who decides the value.
    pub mode: Mode,
    /// Read from the configuration only, never stored in plan or state.
    pub write_only: bool,
    /// Masked in Terraform's output. It is still stored in state.
    pub sensitive: bool,
    /// Set when it should not be used any more: what to do instead.
    pub deprecated: Option<Text>,
    /// Used when the configuration leaves the attribute out.
    pub default: Option<Value>,
    /// Whether a change replaces the object.
    pub replace: Replace,
    /// What becomes of a value that the provider decides when something else changes.
    pub stability: Stability,
    /// The cloud never returns it: a read keeps what the state holds.
    pub unread: bool,
    /// What a value must fulfil beyond its type.
    pub rules: Vec<Rule>,
}

/// Who decides an attribute's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration, always.
    Required,
    /// The configuration, or nobody.
    Optional,
    /// The provider.
    Computed,
    /// The configuration, or else the provider.
    OptionalComputed,
}

impl Mode {
    /// Whether the provider may decide the value.
    pub const fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }

    /// Whether the configuration may set it.
    pub fn is_configurable(self) -> bool {
        self != Self::Computed
    }
}

/// Whether a change of the attribute replaces the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Replace {
    /// Changed in place.
    #[default]
    Never,
    /// Any change replaces the object.
    OnChange,
    /// Setting or removing the attribute replaces the object; a change inside does not.
    OnPresence,
}

/// What becomes of a provider-decided value when the object is updated.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Stability {
    /// May change with any update: unknown until applied.
    #[default]
    Recomputed,
    /// Never changes while the object lives.
    Kept,
    /// Changes only when one of these attributes beside it changes.
    DerivedFrom(Vec<Text>),
}

/// What values an attribute takes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A single value.
    Leaf(Leaf),
    /// A sequence.
    List(Box<Kind>),
    /// A sequence without order or duplicates.
    Set(Box<Kind>),
    /// Text keys to values.
    Map(Box<Kind>),
    /// Named attributes.
    Object(Object),
}

/// A single value: its type, and what makes it more than that type.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The Terraform type.
    pub ty: Type,
    /// What people call it: "string", "duration".
    pub name: &'static str,
    /// Whether a known value is one of this kind.
    pub check: fn(&Value) -> Result<(), Invalid>,
    /// Whether two known values mean the same, however they are spelled.
    pub same: fn(&Value, &Value) -> bool,
    /// Its JSON Schema.
    pub json: fn() -> Json,
}

/// How nested attributes are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

impl Kind {
    /// The Terraform type of the values.
    pub fn ty(&self) -> Type {
        match self {
            Self::Leaf(leaf) => leaf.ty.clone(),
            Self::List(inner) => inner.ty().list(),
            Self::Set(inner) => inner.ty().set(),
            Self::Map(inner) => inner.ty().map(),
            Self::Object(object) => object.ty(),
        }
    }

    /// The nested attributes, when this is an object or a collection of objects.
    pub fn nested(&self) -> Option<(Nesting, &Object)> {
        match self {
            Self::Object(object) => Some((Nesting::Single, object)),
            Self::List(inner) => inner.as_object().map(|object| (Nesting::List, object)),
            Self::Set(inner) => inner.as_object().map(|object| (Nesting::Set, object)),
            Self::Map(inner) => inner.as_object().map(|object| (Nesting::Map, object)),
            Self::Leaf(_) => None,
        }
    }

    fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether two values mean the same, however they are spelled.
    pub fn same(&self, one: &Value, other: &Value) -> bool {
        if one == other {
            return true;
        }
        match (self, one, other) {
            (Self::Leaf(leaf), one, other) => one.is_known() && other.is_known() && (leaf.same)(one, other),
            (Self::List(inner), Value::List(ones), Value::List(others)) => {
                ones.len() == others.len()
                    && ones.iter().zip(others).all(|(one, other)| inner.same(one, other))
            }
            (Self::Set(inner), Value::List(ones), Value::List(others)) => {
                let covers = |these: &[Value], those: &[Value]| {
                    these.iter().all(|this| those.iter().any(|that| inner.same(this, that)))
                };
                covers(ones, others) && covers(others, ones)
            }
            (Self::Map(inner), Value::Object(ones), Value::Object(others)) => {
                ones.len() == others.len()
                    && ones
                        .iter()
                        .all(|(key, one)| others.get(key).is_some_and(|other| inner.same(one, other)))
            }
            (Self::Object(object), one @ Value::Object(_), other @ Value::Object(_)) => object
                .attributes
                .iter()
                .all(|attribute| attribute.kind.same(one.get(&attribute.name), other.get(&attribute.name))),
            _ => false,
        }
    }
}

impl Object {
    /// The Terraform type: an object of all attributes.
    pub fn ty(&self) -> Type {
        Type::object(
            self.attributes.iter().map(|attribute| (attribute.name.to_string(), attribute.kind.ty())),
        )
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// A value with every attribute null.
    pub fn empty(&self) -> Value {
        Value::object(self.attributes.iter().map(|attribute| (attribute.name.to_string(), Value::Null)))
    }
}

impl Attribute {
    /// An attribute without rules, default or special behaviour.
    pub fn new(name: impl Into<Text>, kind: Kind, mode: Mode) -> Self {
        Self {
            name: name.into(),
            description: Text::default(),
            kind,
            mode,
            write_only: false,
            sensitive: false,
            deprecated: None,
            default: None,
            replace: Replace::Never,
            stability: if mode == Mode::OptionalComputed { Stability::Kept } else { Stability::Recomputed },
            unread: false,
            rules: Vec::new(),
        }
    }
}

/// Names that mean something to Terraform itself in every resource block.
const RESERVED_IN_RESOURCES: [&str; 7] =
    ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

/// Names that mean something to Terraform itself in a provider block.
const RESERVED_IN_PROVIDERS: [&str; 2] = ["alias", "version"];

/// Where a schema is used, which decides the names that it may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// A resource, data source, ephemeral resource, list resource or action.
    Resource,
    /// The provider block.
    Provider,
}

impl Schema {
    /// A schema of these attributes.
    pub fn new(version: i64, object: Object) -> Self {
        Self { version, object, ty: OnceLock::new() }
    }

    /// The Terraform type of the whole: an object of all attributes.
    pub fn ty(&self) -> &Type {
        self.ty.get_or_init(|| self.object.ty())
    }

    /// Everything that Terraform, or we, would refuse about this schema; empty when it is sound.
    ///
    /// Run it in a test (the testkit does): most of these would stop every user at `terraform init`.
    pub fn problems(&self, usage: Usage) -> Vec<String> {
        let mut problems = Vec::new();
        if self.version < 0 {
            problems.push(format!("version {} is negative", self.version));
        }
        let reserved: &[&str] =
            if usage == Usage::Provider { &RESERVED_IN_PROVIDERS } else { &RESERVED_IN_RESOURCES };
        for attribute in &self.object.attributes {
            if reserved.contains(&attribute.name.as_ref()) {
                problems.push(format!("`{}`: Terraform reserves this name", attribute.name));
            }
        }
        self.object.collect_problems("", false, &mut problems);
        problems
    }
}

impl Object {
    fn collect_problems(&self, prefix: &str, in_set: bool, problems: &mut Vec<String>) {
        for (position, attribute) in self.attributes.iter().enumerate() {
            let place = format!("{prefix}{}", attribute.name);
            let mut say = |what: &str| problems.push(format!("`{place}`: {what}"));
            if self.attributes[..position].iter().any(|earlier| earlier.name == attribute.name) {
                say("the name is used twice");
            }
            if !is_identifier(&attribute.name) {
                say("a name is lower case letters, digits and underscores, and does not begin with a digit");
            }
            if attribute.description.trim().is_empty() {
                say("there is no description");
            }
            if attribute.write_only && attribute.mode.is_computed() {
                say("a write-only attribute cannot be computed: nothing is ever stored");
            }
            if attribute.write_only && in_set {
                say("a write-only attribute cannot stand in a set: elements are found by their value");
            }
            if in_set && attribute.mode.is_computed() {
                say("a computed or defaulted attribute cannot stand in a set: use a list or a map");
            }
            if attribute.default.is_some() && attribute.mode != Mode::OptionalComputed {
                say("a default needs an attribute that is optional and computed");
            }
            if let Some(default) = &attribute.default
                && let Err(invalid) = attribute.check_value(default)
            {
                say(&format!("the default {default:?} {}", invalid.what));
            }
            if attribute.replace != Replace::Never && attribute.mode == Mode::Computed {
                say("a computed attribute never changes by configuration, so it cannot replace the object");
            }
            if let Stability::DerivedFrom(sources) = &attribute.stability {
                for source in sources {
                    if self.attribute(source).is_none() {
                        say(&format!("derived from `{source}`, which is not an attribute beside it"));
                    }
                }
            }
            attribute.kind.collect_problems(&place, in_set, true, problems);
        }
        for rule in &self.rules {
            for name in rule.names() {
                if self.attribute(name).is_none() {
                    problems.push(format!(
                        "a rule of `{}` names `{name}`, which is no attribute",
                        prefix.trim_end_matches('.')
                    ));
                }
            }
        }
    }
}

impl Kind {
    fn collect_problems(&self, place: &str, in_set: bool, outermost: bool, problems: &mut Vec<String>) {
        match self {
            Self::Leaf(leaf) => {
                if leaf.ty.has_dynamic() && (in_set || !outermost) {
                    problems.push(format!("`{place}`: a dynamic value cannot stand inside a collection"));
                }
            }
            Self::Object(object) => object.collect_problems(&format!("{place}."), in_set, problems),
            Self::List(inner) | Self::Map(inner) | Self::Set(inner) => {
                let in_set = in_set || matches!(self, Self::Set(_));
                if !outermost && inner.as_object().is_some() {
                    problems.push(format!(
                        "`{place}`: a collection of collections of objects cannot be planned; give the outer one a name of its own"
                    ));
                }
                if inner.ty().has_dynamic() {
                    problems.push(format!("`{place}`: a dynamic value cannot stand inside a collection"));
                }
                inner.collect_problems(place, in_set, false, problems);
            }
        }
    }
}

impl Attribute {
    /// Whether a known value is one that the attribute takes: its kind and all its rules, recursively.
    pub fn check_value(&self, value: &Value) -> Result<(), Invalid> {
        self.kind.check_value(value)?;
        self.rules.iter().try_for_each(|rule| rule.check(value))
    }
}

impl Kind {
    fn check_value(&self, value: &Value) -> Result<(), Invalid> {
        match (self, value) {
            (_, Value::Null | Value::Unknown) => Ok(()),
            (Self::Leaf(leaf), value) => (leaf.check)(value),
            (Self::List(inner) | Self::Set(inner), Value::List(elements)) => {
                elements.iter().try_for_each(|element| inner.check_value(element))
            }
            (Self::Map(inner), Value::Object(entries)) => {
                entries.values().try_for_each(|element| inner.check_value(element))
            }
            (Self::Object(object), value @ Value::Object(_)) => object
                .attributes
                .iter()
                .try_for_each(|attribute| attribute.check_value(value.get(&attribute.name))),
            _ => Err(Invalid::new("has the wrong type", "")),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first == b'_' || first.is_ascii_lowercase())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
