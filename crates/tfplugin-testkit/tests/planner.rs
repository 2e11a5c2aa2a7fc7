//! The framework's planner against Terraform's rules, for schemas, configurations and states made up at random.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tfplugin::plan::{Inputs, plan, replacements};
use tfplugin::schema::{self, Mode, Object, Replace, Stability};
use tfplugin::{Element, Span, Value};
use tfplugin_testkit::block::{Attribute, Block, Kind, Nesting};
use tfplugin_testkit::configs::any_config;
use tfplugin_testkit::judge::{plan_problems, result_problems};
use tfplugin_testkit::proposed::proposed_new;

/// The schema as Terraform sees it.
fn block_of(object: &Object) -> Block {
    Block { attributes: attributes_of(object), blocks: BTreeMap::new() }
}

fn attributes_of(object: &Object) -> BTreeMap<String, Attribute> {
    let attribute = |attribute: &schema::Attribute| Attribute {
        kind: match attribute.kind.nested() {
            Some((nesting, inner)) => {
                let nesting = match nesting {
                    schema::Nesting::Single => Nesting::Single,
                    schema::Nesting::List => Nesting::List,
                    schema::Nesting::Set => Nesting::Set,
                    schema::Nesting::Map => Nesting::Map,
                };
                Kind::Nested(nesting, attributes_of(inner))
            }
            None => Kind::Plain(attribute.kind.ty()),
        },
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        write_only: attribute.write_only,
        sensitive: attribute.sensitive,
    };
    object.attributes.iter().map(|entry| (entry.name.to_string(), attribute(entry))).collect()
}

fn leaf() -> BoxedStrategy<schema::Kind> {
    prop_oneof![
        Just(String::kind()),
        Just(bool::kind()),
        Just(i64::kind()),
        Just(Span::kind()),
        Just(Vec::<String>::kind()),
        Just(BTreeMap::<String, String>::kind()),
        Just(tfplugin::Set::<String>::kind()),
    ]
    .boxed()
}

/// A schema that the framework accepts.
fn object(depth: u32, in_set: bool) -> BoxedStrategy<Object> {
    let kind = if depth == 0 {
        leaf()
    } else {
        prop_oneof![
            4 => leaf(),
            1 => object(depth - 1, in_set).prop_map(schema::Kind::Object),
            1 => object(depth - 1, in_set).prop_map(|inner| schema::Kind::List(Box::new(schema::Kind::Object(inner)))),
            1 => object(depth - 1, in_set).prop_map(|inner| schema::Kind::Map(Box::new(schema::Kind::Object(inner)))),
            1 => object(depth - 1, true).prop_map(|inner| schema::Kind::Set(Box::new(schema::Kind::Object(inner)))),
        ]
        .boxed()
    };
    let attribute =
        (kind, 0..7_u8, any::<bool>(), 0..3_u8).prop_map(move |(kind, mode, replaces, stability)| {
            let mode = match mode {
                0 => Mode::Required,
                1 | 2 => Mode::Optional,
                _ if in_set => Mode::Optional,
                3 => Mode::Computed,
                _ => Mode::OptionalComputed,
            };
            let mut attribute = schema::Attribute::new("x", kind, mode);
            attribute.description = "Made up.".into();
            if mode == Mode::OptionalComputed && stability == 0 {
                attribute.default = default_of(&attribute.kind);
            }
            if mode.is_computed() {
                attribute.stability = if stability == 1 { Stability::Kept } else { Stability::Recomputed };
            }
            if mode != Mode::Computed && replaces {
                attribute.replace = Replace::OnChange;
            }
            attribute.write_only = mode == Mode::Optional && stability == 2 && !in_set && replaces;
            attribute
        });
    proptest::collection::vec(attribute, 1..5)
        .prop_map(|attributes| {
            let named = attributes.into_iter().enumerate().map(|(position, attribute)| schema::Attribute {
                name: format!("a{position}").into(),
                ..attribute
            });
            Object { description: "Made up.".into(), attributes: named.collect(), ..Object::default() }
        })
        .boxed()
}

fn default_of(kind: &schema::Kind) -> Option<Value> {
    match kind {
        schema::Kind::Leaf(leaf) => match leaf.ty {
            tfplugin::cty::Type::String if leaf.name == "duration" => Some("30d".into()),
            tfplugin::cty::Type::String => Some("default".into()),
            tfplugin::cty::Type::Bool => Some(true.into()),
            tfplugin::cty::Type::Number => Some(7.into()),
            _ => None,
        },
        schema::Kind::List(_) | schema::Kind::Set(_) => Some(Value::List(Vec::new())),
        schema::Kind::Map(_) => Some(Value::Object(BTreeMap::new())),
        schema::Kind::Object(_) => None,
    }
}

/// What an apply could make of a plan: every unknown decided in some way.
fn decided(ty: &tfplugin::cty::Type, value: Value) -> Value {
    use tfplugin::cty::Type;
    match (ty, value) {
        (Type::String, Value::Unknown) => "decided".into(),
        (Type::Bool, Value::Unknown) => true.into(),
        (Type::Number, Value::Unknown) => 1.into(),
        (_, Value::Unknown) => Value::Null,
        (Type::List(inner) | Type::Set(inner), Value::List(elements)) => {
            let decided = elements.into_iter().map(|element| decided(inner, element));
            if matches!(ty, Type::Set(_)) { Value::set(decided) } else { Value::List(decided.collect()) }
        }
        (Type::Map(inner), Value::Object(entries)) => {
            Value::object(entries.into_iter().map(|(key, entry)| (key, decided(inner, entry))))
        }
        (Type::Object(types), Value::Object(entries)) => {
            Value::object(entries.into_iter().map(|(name, entry)| {
                let entry = decided(&types[&name], entry);
                (name, entry)
            }))
        }
        (_, value) => value,
    }
}

fn planned(object: &Object, block: &Block, prior: &Value, config: &Value) -> Value {
    let proposed = proposed_new(block, prior, config);
    plan(object, Inputs { config, prior, proposed: &proposed })
}

/// A schema and two configurations of it.
fn scene() -> impl Strategy<Value = (Object, Value, Value)> {
    object(2, false).prop_flat_map(|object| {
        let configs = any_config(&block_of(&object));
        (Just(object), configs.clone(), configs)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn every_plan_is_allowed((object, first, second) in scene()) {
        let block = block_of(&object);
        let ty = block.ty();

        let created = planned(&object, &block, &Value::Null, &first);
        prop_assert_eq!(plan_problems(&block, &Value::Null, &first, &created), Vec::<String>::new());

        let state = decided(&ty, created.clone());
        prop_assert_eq!(result_problems(&ty, &created, &state), Vec::<String>::new());

        let updated = planned(&object, &block, &state, &second);
        prop_assert_eq!(plan_problems(&block, &state, &second, &updated), Vec::<String>::new());

        for path in replacements(&object, &state, &updated) {
            prop_assert_ne!(state.lookup(&path), updated.lookup(&path), "{} does not change", path);
        }
    }

    #[test]
    fn the_second_plan_is_empty((object, config, _) in scene()) {
        let block = block_of(&object);
        let config = decided(&block.ty(), config);
        let state = decided(&block.ty(), planned(&object, &block, &Value::Null, &config));
        prop_assert_eq!(planned(&object, &block, &state, &config), state);
    }

    #[test]
    fn the_plan_in_apply_keeps_what_the_first_one_said((object, config, _) in scene()) {
        let block = block_of(&object);
        let first = planned(&object, &block, &Value::Null, &config);
        // Until apply, what was unknown in the configuration has become known.
        let known = decided(&block.ty(), config);
        let again = planned(&object, &block, &Value::Null, &known);
        prop_assert_eq!(result_problems(&block.ty(), &first, &again), Vec::<String>::new());
    }
}

#[test]
fn another_spelling_of_the_same_duration_is_no_change() {
    let object = Object {
        attributes: vec![schema::Attribute::new("keep_for", Span::kind(), Mode::Optional)],
        ..Object::default()
    };
    let block = block_of(&object);
    let state = Value::object([("keep_for", Value::from("30d"))]);
    let config = Value::object([("keep_for", Value::from("720h"))]);
    assert_eq!(planned(&object, &block, &state, &config), state);
}

#[test]
fn what_the_provider_keeps_stays_when_the_configuration_leaves_it_out() {
    let inner = Object {
        attributes: vec![schema::Attribute::new("algorithm", String::kind(), Mode::Required)],
        ..Object::default()
    };
    let object = Object {
        attributes: vec![
            schema::Attribute::new("encryption", schema::Kind::Object(inner), Mode::OptionalComputed),
            schema::Attribute::new("etag", String::kind(), Mode::Computed),
        ],
        ..Object::default()
    };
    let block = block_of(&object);
    let state = Value::object([
        ("encryption", Value::object([("algorithm", Value::from("AES256"))])),
        ("etag", Value::from("1")),
    ]);
    let config = Value::object([("encryption", Value::Null), ("etag", Value::Null)]);
    // Terraform proposes to remove it, because only a configuration could have filled it.
    assert!(proposed_new(&block, &state, &config).get("encryption").is_null());
    assert_eq!(planned(&object, &block, &state, &config), state);
}
