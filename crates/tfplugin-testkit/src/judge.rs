//! What Terraform refuses: plans that do not follow the configuration, results that do not follow the plan.
//!
//! ```
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
//! # let (name, token, url) = (attribute(true, false, false), attribute(false, false, true), attribute(false, true, false));
//! use tfplugin_testkit::judge::{plan_problems, result_problems, write_only_problems};
//!
//! // `name` is required, `token` is write-only, `url` is computed.
//! let attributes = [("name".into(), name), ("token".into(), token), ("url".into(), url)].into();
//! let block = Block { attributes, ..Block::default() };
//! let queue = |name: &str, token: Value, url: Value| {
//!     Value::object([("name", Value::from(name)), ("token", token), ("url", url)])
//! };
//! let config = queue("orders", "t".into(), Value::Null);
//!
//! let plan = queue("orders", Value::Null, Value::Unknown);
//! assert!(plan_problems(&block, &Value::Null, &config, &plan).is_empty());
//! let other = queue("bills", Value::Null, Value::Unknown);
//! assert_eq!(plan_problems(&block, &Value::Null, &config, &other).len(), 1);
//!
//! let result = queue("orders", Value::Null, "https://acme.example".into());
//! assert!(result_problems(&block.ty(), &plan, &result).is_empty());
//! assert_eq!(result_problems(&block.ty(), &other, &result).len(), 1);
//!
//! let mut problems = Vec::new();
//! write_only_problems(&block, &config, &mut problems);
//! assert_eq!(problems, ["returned a value for the write-only attribute token"]);
//! ```

use std::collections::BTreeMap;

use tfplugin::cty::Type;
use tfplugin::{Path, Value};

use crate::block::{Attribute, Block, Kind, Nesting};

type Attributes = BTreeMap<String, Attribute>;

/// Everything that is wrong with a planned state, as Terraform would say it; empty when the plan is allowed.
pub fn plan_problems(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    write_only_problems(block, planned, &mut problems);
    judge_block(block, prior, config, planned, &Path::root(), &mut problems);
    problems
}

/// Every write-only attribute that holds a value.
pub fn write_only_problems(block: &Block, value: &Value, problems: &mut Vec<String>) {
    fn walk(attributes: &Attributes, value: &Value, path: &Path, problems: &mut Vec<String>) {
        for (name, attribute) in attributes {
            let (value, path) = (value.get(name), path.attribute(name.clone()));
            if attribute.write_only && !value.is_null() {
                problems.push(format!("returned a value for the write-only attribute {path}"));
            }
            if let Kind::Nested(nesting, inner) = &attribute.kind {
                for element in elements(*nesting, value) {
                    walk(inner, element, &path, problems);
                }
            }
        }
    }
    walk(&block.attributes, value, &Path::root(), problems);
    for (name, nested) in &block.blocks {
        for element in elements(nested.nesting, value.get(name)) {
            write_only_problems(&nested.block, element, problems);
        }
    }
}

fn elements(nesting: Nesting, value: &Value) -> Vec<&Value> {
    match (nesting, value) {
        (_, Value::Null | Value::Unknown) => Vec::new(),
        (Nesting::Single | Nesting::Group, value) => vec![value],
        (Nesting::Map, Value::Object(entries)) => entries.values().collect(),
        (_, Value::List(elements)) => elements.iter().collect(),
        _ => Vec::new(),
    }
}

fn judge_block(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    problems: &mut Vec<String>,
) {
    match (config.is_null(), planned.is_null()) {
        (false, true) => {
            return problems.push(format!("{path}: planned for absence but config wants existence"));
        }
        (true, false) => {
            return problems.push(format!("{path}: planned for existence but config wants absence"));
        }
        (true, true) => return,
        (false, false) => {}
    }
    if planned.is_unknown() {
        if !config.is_unknown() {
            problems.push(format!("{path}: attribute representing nested block must not be unknown itself"));
        }
        return;
    }
    judge_attributes(&block.attributes, prior, config, planned, path, problems);
    for (name, nested) in &block.blocks {
        let (prior, config, planned) = (prior.get(name), config.get(name), planned.get(name));
        let path = path.attribute(name.clone());
        if planned == config {
            continue;
        }
        if config.is_unknown() {
            problems.push(format!("{path}: planned value for unknown dynamic block"));
            continue;
        }
        if planned.is_unknown() {
            problems.push(format!("{path}: attribute representing nested block must not be unknown itself"));
            continue;
        }
        match (nested.nesting, config, planned) {
            (Nesting::Single | Nesting::Group, config, planned) => {
                judge_block(&nested.block, prior, config, planned, &path, problems);
            }
            (_, _, Value::Null) => {
                problems.push(format!("{path}: must be empty to indicate no blocks, not null"));
            }
            (Nesting::List, Value::List(wanted), Value::List(found)) => {
                if wanted.len() != found.len() {
                    problems.push(count_problem(&path, found.len(), wanted.len()));
                    continue;
                }
                for (index, (config, planned)) in wanted.iter().zip(found).enumerate() {
                    judge_block(
                        &nested.block,
                        prior.at(index),
                        config,
                        planned,
                        &path.index(index),
                        problems,
                    );
                }
            }
            (Nesting::Map, Value::Object(wanted), Value::Object(found)) => {
                if !wanted.keys().eq(found.keys()) {
                    problems.push(format!("{path}: the keys in plan disagree with those in config"));
                    continue;
                }
                for (key, config) in wanted {
                    let path = path.key(key.as_str());
                    judge_block(&nested.block, prior.get(key), config, &found[key], &path, problems);
                }
            }
            // Terraform looks no further into sets of blocks.
            _ => {}
        }
    }
}

fn count_problem(path: &Path, plan: usize, config: usize) -> String {
    format!("{path}: count in plan ({plan}) disagrees with count in config ({config})")
}

fn judge_attributes(
    attributes: &Attributes,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    problems: &mut Vec<String>,
) {
    for (name, attribute) in attributes {
        let path = path.attribute(name.clone());
        judge_attribute(attribute, prior.get(name), config.get(name), planned.get(name), &path, problems);
    }
}

fn judge_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    problems: &mut Vec<String>,
) {
    let same_as_prior = planned == prior && !prior.is_null() && !config.is_null();
    let provider_decides = attribute.computed && (!attribute.optional || config.is_null());
    if planned == config || same_as_prior || provider_decides || attribute.write_only {
        return;
    }
    if config.is_null() {
        problems.push(format!("{path}: planned value {planned:?} for a non-computed attribute"));
        return;
    }
    let Kind::Nested(nesting, inner) = &attribute.kind else {
        problems.push(format!("{path}: planned value {planned:?} does not match config value {config:?} nor prior value {prior:?}"));
        return;
    };
    if planned.is_null() {
        problems.push(format!("{path}: planned for absence but config wants existence"));
        return;
    }
    if planned.is_unknown() && !config.is_unknown() {
        problems.push(format!("{path}: planned unknown for configured value"));
        return;
    }
    match (nesting, config, planned) {
        (Nesting::Single | Nesting::Group, config, planned) => {
            judge_attributes(inner, prior, config, planned, path, problems);
        }
        (Nesting::List, Value::List(wanted), Value::List(found)) => {
            if wanted.len() != found.len() {
                return problems.push(count_problem(path, found.len(), wanted.len()));
            }
            for (index, (config, planned)) in wanted.iter().zip(found).enumerate() {
                judge_element(inner, prior.at(index), config, planned, &path.index(index), problems);
            }
        }
        (Nesting::Map, Value::Object(wanted), Value::Object(found)) => {
            if !wanted.keys().eq(found.keys()) {
                return problems.push(format!("{path}: the keys in plan disagree with those in config"));
            }
            for (key, config) in wanted {
                judge_element(inner, prior.get(key), config, &found[key], &path.key(key.as_str()), problems);
            }
        }
        (Nesting::Set, Value::List(wanted), Value::List(found)) => {
            if wanted.len() != found.len() && wanted.iter().chain(found).all(Value::is_wholly_known) {
                problems.push(count_problem(path, found.len(), wanted.len()));
            }
        }
        _ => {
            problems.push(format!("{path}: planned value {planned:?} does not match config value {config:?}"))
        }
    }
}

fn judge_element(
    attributes: &Attributes,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    problems: &mut Vec<String>,
) {
    if planned == config {
        return;
    }
    match (config.is_known(), planned.is_known()) {
        (true, true) => judge_attributes(attributes, prior, config, planned, path, problems),
        _ => {
            problems.push(format!("{path}: planned value {planned:?} does not match config value {config:?}"))
        }
    }
}

/// Everything in which a result differs from what was planned; empty when it fits.
pub fn result_problems(ty: &Type, planned: &Value, actual: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    compare(ty, planned, actual, &Path::root(), &mut problems);
    problems
}

fn compare(ty: &Type, planned: &Value, actual: &Value, path: &Path, problems: &mut Vec<String>) {
    if planned.is_unknown() || planned == actual {
        return;
    }
    match (planned.is_null(), actual.is_null()) {
        (true, false) => return problems.push(format!("{path}: was null, but now {actual:?}")),
        (false, true) => return problems.push(format!("{path}: was present, but now absent")),
        _ => {}
    }
    if actual.is_unknown() {
        // Reported as an unknown in the result, by itself.
        return;
    }
    match (ty, planned, actual) {
        (Type::Object(types), _, _) => {
            for (name, ty) in types {
                compare(ty, planned.get(name), actual.get(name), &path.attribute(name.clone()), problems);
            }
        }
        (Type::List(inner), Value::List(wanted), Value::List(found)) => {
            for (index, wanted) in wanted.iter().enumerate() {
                match found.get(index) {
                    Some(found) => compare(inner, wanted, found, &path.index(index), problems),
                    None => problems.push(format!("{path}: element {index} has vanished")),
                }
            }
            for index in wanted.len()..found.len() {
                problems.push(format!("{path}: new element {index} has appeared"));
            }
        }
        (Type::Tuple(types), Value::List(wanted), Value::List(found)) => {
            for (index, ((ty, wanted), found)) in types.iter().zip(wanted).zip(found).enumerate() {
                compare(ty, wanted, found, &path.index(index), problems);
            }
        }
        (Type::Map(inner), Value::Object(wanted), Value::Object(found)) => {
            for (key, wanted) in wanted {
                match found.get(key) {
                    Some(found) => compare(inner, wanted, found, &path.key(key.as_str()), problems),
                    None => problems.push(format!("{path}: element {key:?} has vanished")),
                }
            }
            for key in found.keys().filter(|key| !wanted.contains_key(*key)) {
                problems.push(format!("{path}: new element {key:?} has appeared"));
            }
        }
        (Type::Set(inner), Value::List(wanted), Value::List(found)) => {
            if found.len() > wanted.len() {
                problems.push(format!("{path}: length changed from {} to {}", wanted.len(), found.len()));
                return;
            }
            let fits = |wanted: &Value, found: &Value| {
                let mut inside = Vec::new();
                compare(inner, wanted, found, path, &mut inside);
                inside.is_empty()
            };
            for wanted in wanted.iter().filter(|wanted| !found.iter().any(|found| fits(wanted, found))) {
                problems.push(format!(
                    "{path}: planned set element {wanted:?} does not correlate with any element in actual"
                ));
            }
            for found in found.iter().filter(|found| !wanted.iter().any(|wanted| fits(wanted, found))) {
                problems.push(format!(
                    "{path}: actual set element {found:?} does not correlate with any element in plan"
                ));
            }
        }
        (Type::Dynamic, Value::Dynamic(planned), Value::Dynamic(actual)) if planned.ty == actual.ty => {
            compare(&planned.ty, &planned.value, &actual.value, path, problems);
        }
        _ => problems.push(format!("{path}: was {planned:?}, but now {actual:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_that_leaves_the_plan_is_found() {
        let ty =
            Type::object([("name", Type::String), ("tags", Type::String.map()), ("ids", Type::String.set())]);
        let planned = Value::object([
            ("name", Value::from("a")),
            ("tags", Value::object([("k", Value::Unknown)])),
            ("ids", Value::set(["x".into(), Value::Unknown])),
        ]);
        let actual = Value::object([
            ("name", Value::from("b")),
            ("tags", Value::object([("k", Value::from("v")), ("new", Value::from("w"))])),
            ("ids", Value::set(["x".into(), "y".into(), "z".into()])),
        ]);
        assert_eq!(
            result_problems(&ty, &planned, &actual),
            [
                "ids: length changed from 2 to 3",
                r#"name: was "a", but now "b""#,
                r#"tags: new element "new" has appeared"#,
            ]
        );
    }
}
