//! Configurations made up from a schema: what a provider must be able to look at, sensible or not.
//!
//! ```
//! use proptest::strategy::{Strategy, ValueTree};
//! use proptest::test_runner::TestRunner;
//! use tfplugin::Value;
//! use tfplugin::cty::Type;
//! use tfplugin_testkit::block::{Attribute, Block, Kind};
//! # let attribute = |required: bool, computed: bool, write_only: bool| Attribute {
//! #     kind: Kind::Plain(Type::String),
//! #     required,
//! #     optional: !required && !computed,
//! #     computed,
//! #     write_only,
//! #     sensitive: false,
//! # };
//! # let (name, token) = (attribute(true, false, false), attribute(false, false, true));
//! use tfplugin_testkit::configs::{any_config, with_each_unknown};
//!
//! let block = Block { attributes: [("name".into(), name), ("token".into(), token)].into(), ..Block::default() };
//!
//! let made_up = any_config(&block).new_tree(&mut TestRunner::deterministic()).unwrap().current();
//! assert!(!made_up.get("name").is_null()); // it is required
//!
//! let config = Value::object([("name", Value::from("orders")), ("token", Value::from("t"))]);
//! let unknown = with_each_unknown(&block, &config);
//! assert_eq!(unknown.len(), 2);
//! assert!(unknown.iter().all(|config| !config.is_wholly_known()));
//! ```

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use tfplugin::cty::Type;
use tfplugin::{Number, Value};

use crate::block::{Attribute, Block, Kind, Nesting};

/// Any configuration of a block: every attribute that may be set is set, left out or not known yet.
pub fn any_config(block: &Block) -> BoxedStrategy<Value> {
    let blocks = block.blocks.iter().map(|(name, nested)| {
        let name = name.clone();
        nest(nested.nesting, any_config(&nested.block)).prop_map(move |value| (name.clone(), value)).boxed()
    });
    let attributes = attributes(&block.attributes);
    (attributes, blocks.collect::<Vec<_>>())
        .prop_map(|(attributes, blocks)| {
            let Value::Object(mut all) = attributes else { return attributes };
            all.extend(blocks);
            Value::Object(all)
        })
        .boxed()
}

fn attributes(attributes: &BTreeMap<String, Attribute>) -> BoxedStrategy<Value> {
    let each: Vec<_> = attributes
        .iter()
        .map(|(name, attribute)| {
            let name = name.clone();
            any_value(attribute).prop_map(move |value| (name.clone(), value)).boxed()
        })
        .collect();
    each.prop_map(Value::object).boxed()
}

fn any_value(attribute: &Attribute) -> BoxedStrategy<Value> {
    if !attribute.required && !attribute.optional {
        return Just(Value::Null).boxed();
    }
    let value = match &attribute.kind {
        Kind::Plain(ty) => any_of_type(ty),
        Kind::Nested(nesting, inner) => nest(*nesting, attributes(inner)),
    };
    if attribute.required {
        prop_oneof![9 => value, 1 => Just(Value::Unknown)].boxed()
    } else {
        prop_oneof![5 => value, 4 => Just(Value::Null), 1 => Just(Value::Unknown)].boxed()
    }
}

fn nest(nesting: Nesting, inner: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    match nesting {
        Nesting::Single | Nesting::Group => inner,
        Nesting::List => vec(inner, 0..3).prop_map(Value::List).boxed(),
        Nesting::Set => vec(inner, 0..3).prop_map(Value::set).boxed(),
        Nesting::Map => btree_map("[a-z]{1,4}", inner, 0..3).prop_map(Value::Object).boxed(),
    }
}

fn any_of_type(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::String => prop_oneof![
            // Words that schemas like to give a meaning to, and anything else.
            proptest::sample::select(vec![
                "",
                "a",
                "5m",
                "720h",
                "5MB",
                "Enabled",
                "AES256",
                "{}",
                "[]",
                "2027-01-31"
            ])
            .prop_map(Value::from),
            "[a-zA-Z0-9:/._ -]{0,12}".prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ]
        .boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => prop_oneof![
            (-3_i64..400).prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).map(Value::Number)),
        ]
        .boxed(),
        Type::List(inner) => vec(any_of_type(inner), 0..3).prop_map(Value::List).boxed(),
        Type::Set(inner) => vec(any_of_type(inner), 0..3).prop_map(Value::set).boxed(),
        Type::Map(inner) => btree_map("[a-z]{1,4}", any_of_type(inner), 0..3).prop_map(Value::Object).boxed(),
        Type::Tuple(types) => types.iter().map(any_of_type).collect::<Vec<_>>().prop_map(Value::List).boxed(),
        Type::Object(types) => types
            .iter()
            .map(|(name, ty)| {
                let name = name.clone();
                option::of(any_of_type(ty))
                    .prop_map(move |value| (name.clone(), value.unwrap_or_default()))
                    .boxed()
            })
            .collect::<Vec<_>>()
            .prop_map(Value::object)
            .boxed(),
        Type::Dynamic => Just(Value::Null).boxed(),
    }
}

/// The configuration with one value after the other made unknown, deepest first: what `validate` sees when that value
/// comes from another resource.
pub fn with_each_unknown(block: &Block, config: &Value) -> Vec<Value> {
    fn places(value: &Value, path: &tfplugin::Path, found: &mut Vec<tfplugin::Path>) {
        match value {
            Value::Object(entries) => {
                for (name, value) in entries {
                    places(value, &path.attribute(name.clone()), found);
                }
            }
            Value::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    places(element, &path.index(index), found);
                }
            }
            _ => {}
        }
        if !path.is_root() && value.is_known() {
            found.push(path.clone());
        }
    }
    let mut found = Vec::new();
    places(config, &tfplugin::Path::root(), &mut found);
    found
        .into_iter()
        // A nested block is unknown only as a whole, through `dynamic`.
        .filter(|path| {
            !matches!(path.steps().first(), Some(tfplugin::path::Step::Attribute(name)) if block.blocks.contains_key(name.as_ref()))
        })
        .map(|path| {
            let mut config = config.clone();
            if let Some(place) = config.lookup_mut(&path) {
                *place = Value::Unknown;
            }
            config
        })
        .collect()
}
