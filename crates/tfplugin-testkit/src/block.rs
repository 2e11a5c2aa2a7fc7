//! What a schema on the wire promises.

use std::collections::BTreeMap;

use tfplugin::Value;
use tfplugin::cty::Type;
use tfplugin::wire::tfplugin6::schema as wire;

/// Attributes and nested blocks.
///
/// ```
/// use tfplugin::Value;
/// use tfplugin::cty::Type;
/// use tfplugin_testkit::block::{Attribute, Block, Kind, NestedBlock, Nesting};
///
/// let (required, optional, computed) = (true, false, false);
/// let kind = Kind::Plain(Type::String);
/// let name = Attribute { kind, required, optional, computed, write_only: false, sensitive: false };
/// let rule = Block { attributes: [("name".into(), name.clone())].into(), ..Block::default() };
/// let rules = NestedBlock { nesting: Nesting::List, block: rule };
/// let block = Block { attributes: [("name".into(), name)].into(), blocks: [("rule".into(), rules)].into() };
///
/// let rule = Type::object([("name", Type::String)]);
/// assert_eq!(block.ty(), Type::object([("name", Type::String), ("rule", rule.list())]));
/// assert_eq!(block.empty(), Value::object([("name", Value::Null), ("rule", Value::List(vec![]))]));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// By name.
    pub attributes: BTreeMap<String, Attribute>,
    /// By name.
    pub blocks: BTreeMap<String, NestedBlock>,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// What values it takes.
    pub kind: Kind,
    /// The configuration must set it.
    pub required: bool,
    /// The configuration may set it.
    pub optional: bool,
    /// The provider may decide it.
    pub computed: bool,
    /// Never stored.
    pub write_only: bool,
    /// Masked.
    pub sensitive: bool,
}

/// What values an attribute takes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A value of this type, as a whole.
    Plain(Type),
    /// Nested attributes.
    Nested(Nesting, BTreeMap<String, Attribute>),
}

/// How nested things are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One, or none.
    Single,
    /// One, always.
    Group,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By key.
    Map,
}

/// A nested block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// How it is held.
    pub nesting: Nesting,
    /// What is inside.
    pub block: Block,
}

/// A schema that Terraform refuses to load.
///
/// ```
/// use tfplugin::wire::tfplugin6::schema as wire;
/// use tfplugin_testkit::block::{Block, InvalidSchema};
///
/// let nobody_decides = wire::Attribute { name: "size".into(), r#type: br#""number""#.to_vec(), ..Default::default() };
/// let block = wire::Block { attributes: vec![nobody_decides], ..Default::default() };
/// let InvalidSchema(problems) = Block::read(&block).unwrap_err();
/// assert_eq!(problems, "size: must set Optional, Required or Computed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSchema(pub String);

impl Block {
    /// Reads a schema, and refuses what Terraform refuses when it loads one.
    ///
    /// # Errors
    /// Everything that is wrong, one per line.
    pub fn read(wire: &wire::Block) -> Result<Self, InvalidSchema> {
        let mut problems = Vec::new();
        let block = read_block(wire, "", &mut problems);
        if problems.is_empty() { Ok(block) } else { Err(InvalidSchema(problems.join("\n"))) }
    }

    /// The type of the block's values.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty()));
        let blocks = self.blocks.iter().map(|(name, nested)| {
            let inner = nested.block.ty();
            let ty = match nested.nesting {
                Nesting::Single | Nesting::Group => inner,
                Nesting::List => inner.list(),
                Nesting::Set => inner.set(),
                Nesting::Map => inner.map(),
            };
            (name.clone(), ty)
        });
        Type::object(attributes.chain(blocks))
    }

    /// What stands for an object that does not exist yet.
    pub fn empty(&self) -> Value {
        let attributes = self.attributes.keys().map(|name| (name.clone(), Value::Null));
        let blocks = self.blocks.iter().map(|(name, nested)| {
            let empty = match nested.nesting {
                Nesting::Single => Value::Null,
                Nesting::Group => nested.block.empty(),
                Nesting::List | Nesting::Set => Value::List(Vec::new()),
                Nesting::Map => Value::Object(BTreeMap::new()),
            };
            (name.clone(), empty)
        });
        Value::object(attributes.chain(blocks))
    }
}

impl Attribute {
    /// The type of the attribute's values.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                let inner =
                    Type::object(attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty())));
                match nesting {
                    Nesting::Single | Nesting::Group => inner,
                    Nesting::List => inner.list(),
                    Nesting::Set => inner.set(),
                    Nesting::Map => inner.map(),
                }
            }
        }
    }
}

fn read_block(wire: &wire::Block, prefix: &str, problems: &mut Vec<String>) -> Block {
    let attributes = read_attributes(&wire.attributes, prefix, false, problems);
    let mut blocks = BTreeMap::new();
    for nested in &wire.block_types {
        let place = format!("{prefix}{}", nested.type_name);
        if attributes.contains_key(&nested.type_name) {
            problems.push(format!("{place}: a block and an attribute share the name"));
        }
        if !nested
            .type_name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        {
            problems.push(format!("{place}: not a block name"));
        }
        use wire::nested_block::NestingMode;
        let (min, max) = (nested.min_items, nested.max_items);
        let nesting = match nested.nesting() {
            NestingMode::Single => Nesting::Single,
            NestingMode::Group => Nesting::Group,
            NestingMode::List => Nesting::List,
            NestingMode::Set => Nesting::Set,
            NestingMode::Map => Nesting::Map,
            NestingMode::Invalid => {
                problems.push(format!("{place}: invalid nesting"));
                continue;
            }
        };
        let counted = match nesting {
            Nesting::Single => min == max && (0..=1).contains(&min),
            Nesting::Group | Nesting::Map => min == 0 && max == 0,
            Nesting::List | Nesting::Set => min >= 0 && max >= 0 && (max == 0 || min <= max),
        };
        if !counted {
            problems.push(format!("{place}: impossible numbers of blocks, {min} to {max}"));
        }
        let Some(inner) = &nested.block else {
            problems.push(format!("{place}: the block has no content"));
            continue;
        };
        let block = read_block(inner, &format!("{place}."), problems);
        blocks.insert(nested.type_name.clone(), NestedBlock { nesting, block });
    }
    Block { attributes, blocks }
}

fn read_attributes(
    wire: &[wire::Attribute],
    prefix: &str,
    in_set: bool,
    problems: &mut Vec<String>,
) -> BTreeMap<String, Attribute> {
    let mut attributes = BTreeMap::new();
    for attribute in wire {
        let place = format!("{prefix}{}", attribute.name);
        let mut say = |what: &str| problems.push(format!("{place}: {what}"));
        let (required, optional, computed) = (attribute.required, attribute.optional, attribute.computed);
        if !(required || optional || computed) {
            say("must set Optional, Required or Computed");
        }
        if required && (optional || computed) {
            say("cannot be Required and Optional or Computed");
        }
        if attribute.write_only && computed {
            say("cannot be WriteOnly and Computed");
        }
        if attribute.write_only && in_set {
            say("cannot be WriteOnly inside a set");
        }
        let kind = match (&attribute.nested_type, attribute.r#type.is_empty()) {
            (Some(_), false) => {
                say("Type and NestedType cannot both be set");
                continue;
            }
            (None, true) => {
                say("either Type or NestedType must be set");
                continue;
            }
            (None, false) => {
                match serde_json::from_slice(&attribute.r#type).ok().map(|json| Type::from_json(&json)) {
                    Some(Ok(ty)) => Kind::Plain(ty),
                    _ => {
                        say("the type is no type");
                        continue;
                    }
                }
            }
            (Some(object), true) => {
                use wire::object::NestingMode;
                let nesting = match object.nesting() {
                    NestingMode::Single => Nesting::Single,
                    NestingMode::List => Nesting::List,
                    NestingMode::Set => Nesting::Set,
                    NestingMode::Map => Nesting::Map,
                    NestingMode::Invalid => {
                        say("invalid nesting");
                        continue;
                    }
                };
                let in_set = in_set || nesting == Nesting::Set;
                let nested = read_attributes(&object.attributes, &format!("{place}."), in_set, problems);
                Kind::Nested(nesting, nested)
            }
        };
        let (write_only, sensitive) = (attribute.write_only, attribute.sensitive);
        let read = Attribute { kind, required, optional, computed, write_only, sensitive };
        if attributes.insert(attribute.name.clone(), read).is_some() {
            problems.push(format!("{place}: the name is used twice"));
        }
    }
    attributes
}
