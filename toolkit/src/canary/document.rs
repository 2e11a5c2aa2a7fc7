//! Policy files as people keep them: JSON, YAML, HCL and Terraform, each value with its place in the file.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey, UnaryOperator};
use hcl_edit::structure::{Body, Structure};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value};

/// The Terraform type whose blocks are policies.
const TERRAFORM_TYPE: &str = "slipway_release_policy";

/// Attributes that Terraform itself takes in a block; they are not the policy's.
const TERRAFORM_META: [&str; 5] = ["count", "depends_on", "for_each", "lifecycle", "provider"];

/// An object with one of these keys is a policy, wherever it stands in a file.
const POLICY_KEYS: [&str; 4] = ["steps", "generator", "analysis", "skip_analysis"];

/// Fields that hold a list of objects. Where HCL has one block of that name, it is a list of one.
const LISTS: [&str; 5] = ["freeze_windows", "hooks", "metrics", "notifications", "steps"];

/// A place in a text file, both numbers counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A file that does not parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) place: Place,
    pub(crate) message: String,
}

/// One policy of a file, not yet checked.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Where in the file it stands: `data.slipway_release_policy.standard`; `None` when the file is the policy.
    pub(crate) address: Option<String>,
    /// The policy as JSON.
    pub(crate) value: Value,
    /// Paths whose values only Terraform knows (`var.url`); they hold the expression's text as `${...}`.
    pub(crate) unknown: Vec<String>,
    places: HashMap<String, Place>,
    start: Place,
}

impl Document {
    /// The place of a JSON path such as `steps[1].weight`, or of the nearest thing around it.
    pub(crate) fn place(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return *place;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return self.start,
            }
        }
    }
}

/// Reads every policy of a file. The format follows from the name, else from the text itself.
///
/// # Errors
/// The first place at which the text is not what its format wants.
pub(crate) fn read(path: &Path, text: &str) -> Result<Vec<Document>, SyntaxError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = if name.ends_with(".json") {
        json(text)
    } else if name.ends_with(".yaml") || name.ends_with(".yml") {
        yaml(text)
    } else if name.ends_with(".hcl") || name.ends_with(".tf") || name.ends_with(".tfvars") {
        hcl(text)
    } else if text.trim_start().starts_with('{') {
        json(text)
    } else {
        hcl(text).or_else(|_| yaml(text))
    }?;
    Ok(policies(tree))
}

/// A parsed file: its value, and where each path stands.
struct Tree {
    value: Value,
    places: HashMap<String, Place>,
    unknown: Vec<String>,
}

fn json(text: &str) -> Result<Tree, SyntaxError> {
    let value = serde_json::from_str(text).map_err(|error| {
        // serde_json ends its message with the place, which we show in its own way.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        SyntaxError { place: Place { line: error.line().max(1), column: error.column().max(1) }, message }
    })?;
    // JSON is YAML but for a few escapes, so the YAML parser knows the places, and the keys that occur twice.
    let places = match yaml(text) {
        Ok(tree) => tree.places,
        Err(error) if error.message.contains("duplicated key") => return Err(error),
        Err(_) => HashMap::new(),
    };
    Ok(Tree { value, places, unknown: Vec::new() })
}

fn yaml(text: &str) -> Result<Tree, SyntaxError> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| SyntaxError {
        place: Place { line: error.marker().line(), column: error.marker().col() + 1 },
        message: error.info().to_owned(),
    })?;
    let mut tree = Tree { value: Value::Null, places: HashMap::new(), unknown: Vec::new() };
    match documents.as_slice() {
        [] => {}
        [document] => tree.value = tree.yaml_value(document, String::new())?,
        [_, second, ..] => {
            return Err(SyntaxError {
                place: yaml_place(second),
                message: "the file holds more than one YAML document; a policy is one document".to_owned(),
            });
        }
    }
    Ok(tree)
}

fn hcl(text: &str) -> Result<Tree, SyntaxError> {
    let mut tree = Tree { value: Value::Null, places: HashMap::new(), unknown: Vec::new() };
    let lines = Lines::of(text);
    let syntax = |error: hcl_edit::parser::Error| SyntaxError {
        place: Place { line: error.location().line(), column: error.location().column() },
        message: error.message().to_owned(),
    };
    tree.value = if text.trim_start().starts_with('{') {
        let expression = hcl_edit::parser::parse_expr(text.trim()).map_err(syntax)?;
        tree.hcl_value(&expression, String::new(), &lines, text.trim())
    } else {
        let body = hcl_edit::parser::parse_body(text).map_err(syntax)?;
        tree.hcl_body(&body, "", &lines, text)
    };
    Ok(tree)
}

impl Tree {
    fn yaml_value(&mut self, node: &MarkedYaml<'_>, path: String) -> Result<Value, SyntaxError> {
        self.places.entry(path.clone()).or_insert_with(|| yaml_place(node));
        Ok(match &node.data {
            YamlData::Value(Scalar::Null) => Value::Null,
            YamlData::Value(Scalar::Boolean(value)) => Value::Bool(*value),
            YamlData::Value(Scalar::Integer(value)) => Value::from(*value),
            YamlData::Value(Scalar::FloatingPoint(value)) => Value::from(value.into_inner()),
            YamlData::Value(Scalar::String(value)) => Value::from(value.as_ref()),
            YamlData::Sequence(items) => {
                let items = items.iter().enumerate();
                Value::Array(
                    items
                        .map(|(index, item)| self.yaml_value(item, element(&path, index)))
                        .collect::<Result<_, _>>()?,
                )
            }
            YamlData::Mapping(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    let YamlData::Value(Scalar::String(name)) = &key.data else {
                        return Err(SyntaxError {
                            place: yaml_place(key),
                            message: "a key must be a string; put it in quotes".to_owned(),
                        });
                    };
                    let path = member(&path, name);
                    self.places.insert(path.clone(), yaml_place(key));
                    map.insert(name.clone().into_owned(), self.yaml_value(value, path)?);
                }
                Value::Object(map)
            }
            YamlData::Tagged(_, node) => self.yaml_value(node, path)?,
            YamlData::Representation(text, ..) => Value::from(text.as_ref()),
            YamlData::Alias(_) | YamlData::BadValue => {
                return Err(SyntaxError {
                    place: yaml_place(node),
                    message: "the value cannot be read".to_owned(),
                });
            }
        })
    }

    fn hcl_body(&mut self, body: &Body, path: &str, lines: &Lines, text: &str) -> Value {
        let mut map = Map::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let path = member(path, attribute.key.as_str());
                    self.mark(&path, attribute.key.span(), lines);
                    let value = self.hcl_value(&attribute.value, path, lines, text);
                    map.insert(attribute.key.to_string(), value);
                }
                Structure::Block(block) => {
                    let labels = block.labels.iter().map(|label| label.as_str());
                    let names: Vec<&str> = std::iter::once(block.ident.as_str()).chain(labels).collect();
                    self.hcl_block(&mut map, &names, path, block.ident.span(), &block.body, lines, text);
                }
            }
        }
        Value::Object(map)
    }

    /// Puts a block under its type and labels. A block type that occurs again becomes a list of blocks.
    #[expect(clippy::too_many_arguments, reason = "the walk carries its text and its lines")]
    fn hcl_block(
        &mut self,
        map: &mut Map<String, Value>,
        names: &[&str],
        path: &str,
        span: Option<Range<usize>>,
        body: &Body,
        lines: &Lines,
        text: &str,
    ) {
        let [name, rest @ ..] = names else { return };
        let mut here = member(path, name);
        self.mark(&here, span.clone(), lines);
        if rest.is_empty() {
            match map.get_mut(*name) {
                None if LISTS.contains(name) => {
                    here = element(&here, 0);
                    self.mark(&here, span, lines);
                    let value = self.hcl_body(body, &here, lines, text);
                    map.insert((*name).to_owned(), Value::Array(vec![value]));
                }
                None => {
                    let value = self.hcl_body(body, &here, lines, text);
                    map.insert((*name).to_owned(), value);
                }
                Some(earlier) => {
                    if !earlier.is_array() {
                        *earlier = Value::Array(vec![earlier.take()]);
                    }
                    let Value::Array(blocks) = earlier else { return };
                    here = element(&here, blocks.len());
                    self.mark(&here, span, lines);
                    let value = self.hcl_body(body, &here, lines, text);
                    blocks.push(value);
                }
            }
            return;
        }
        let labelled = map.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(labelled) = labelled {
            self.hcl_block(labelled, rest, &here, span, body, lines, text);
        }
    }

    fn hcl_value(&mut self, expression: &Expression, path: String, lines: &Lines, text: &str) -> Value {
        if !self.places.contains_key(&path) {
            self.mark(&path, expression.span(), lines);
        }
        match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(value) => Value::Bool(*value.value()),
            Expression::Number(number) => number_value(number.value()),
            Expression::String(value) => Value::from(value.as_str()),
            Expression::Array(items) => {
                let items = items.iter().enumerate();
                Value::Array(
                    items
                        .map(|(index, item)| self.hcl_value(item, element(&path, index), lines, text))
                        .collect(),
                )
            }
            Expression::Object(object) => self.hcl_object(object, &path, lines, text),
            Expression::Parenthesis(inner) => self.hcl_value(inner.inner(), path, lines, text),
            Expression::UnaryOp(operation)
                if *operation.operator.value() == UnaryOperator::Neg
                    && let Expression::Number(number) = &operation.expr =>
            {
                match number_value(number.value()) {
                    Value::Number(number) => number
                        .as_i64()
                        .and_then(i64::checked_neg)
                        .map(Value::from)
                        .or_else(|| number.as_f64().map(|number| Value::from(-number)))
                        .unwrap_or(Value::Null),
                    other => other,
                }
            }
            other => {
                self.unknown.push(path);
                let source = other.span().and_then(|span| text.get(span)).unwrap_or("…");
                Value::from(format!("${{{}}}", source.trim()))
            }
        }
    }

    fn hcl_object(&mut self, object: &Object, path: &str, lines: &Lines, text: &str) -> Value {
        let mut map = Map::new();
        for (key, value) in object.iter() {
            let name = match key {
                ObjectKey::Ident(name) => name.to_string(),
                ObjectKey::Expression(Expression::String(name)) => name.to_string(),
                ObjectKey::Expression(Expression::Variable(name)) => name.to_string(),
                ObjectKey::Expression(other) => other.to_string().trim().to_owned(),
            };
            let path = member(path, &name);
            self.mark(&path, key.span(), lines);
            map.insert(name, self.hcl_value(value.expr(), path, lines, text));
        }
        Value::Object(map)
    }

    fn mark(&mut self, path: &str, span: Option<Range<usize>>, lines: &Lines) {
        if let Some(span) = span {
            self.places.insert(path.to_owned(), lines.place(span.start));
        }
    }
}

fn yaml_place(node: &MarkedYaml<'_>) -> Place {
    Place { line: node.span.start.line(), column: node.span.start.col() + 1 }
}

fn number_value(number: &hcl_edit::Number) -> Value {
    let whole = number.as_u64().map(Value::from).or_else(|| number.as_i64().map(Value::from));
    whole.or_else(|| number.as_f64().map(Value::from)).unwrap_or(Value::Null)
}

/// Finds the policies of a file: Terraform's blocks of our type; else every object that looks like a policy; else the
/// file as a whole, so that whatever is wrong with it can be said.
fn policies(tree: Tree) -> Vec<Document> {
    let mut found = Vec::new();
    match tree.value.pointer(&format!("/data/{TERRAFORM_TYPE}")) {
        Some(Value::Object(blocks)) => {
            for (name, block) in blocks {
                found.push((format!("data.{TERRAFORM_TYPE}.{name}"), block.clone()));
            }
        }
        _ => look_for_policies(&tree.value, String::new(), &mut found),
    }
    if found.is_empty() {
        found.push((String::new(), tree.value));
    }
    found
        .into_iter()
        .map(|(address, mut value)| {
            let is_block = address.starts_with("data.");
            let is_meta = |key: &str| is_block && TERRAFORM_META.contains(&key);
            if let Value::Object(map) = &mut value {
                map.retain(|key, _| !is_meta(key));
            }
            let within = |path: &str| {
                let rest = path.strip_prefix(&address)?;
                Some(rest.strip_prefix('.').unwrap_or(rest).to_owned())
            };
            let places: HashMap<String, Place> =
                tree.places.iter().filter_map(|(path, place)| Some((within(path)?, *place))).collect();
            Document {
                value,
                unknown: tree
                    .unknown
                    .iter()
                    .filter_map(|path| within(path))
                    .filter(|path| !is_meta(path))
                    .collect(),
                start: places.get("").copied().unwrap_or(Place { line: 1, column: 1 }),
                places,
                address: (!address.is_empty()).then_some(address),
            }
        })
        .collect()
}

fn look_for_policies(value: &Value, path: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) if POLICY_KEYS.iter().any(|key| map.contains_key(*key)) => {
            found.push((path, value.clone()))
        }
        Value::Object(map) => {
            for (name, value) in map {
                look_for_policies(value, member(&path, name), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                look_for_policies(item, element(&path, index), found);
            }
        }
        _ => {}
    }
}

fn member(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn element(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// Where each line of a text begins.
struct Lines<'text> {
    text: &'text str,
    starts: Vec<usize>,
}

impl<'text> Lines<'text> {
    fn of(text: &'text str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1];
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        Place { line, column }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(name: &str, text: &str) -> Document {
        let mut documents = read(Path::new(name), text).expect("the text parses");
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    #[test]
    fn the_same_policy_reads_the_same_in_every_format() {
        let expected = json!({
            "name": "standard",
            "steps": [{ "weight": 5, "bake_time": "10m" }],
            "hooks": [{ "when": "post_rollout", "on": ["failed"] }],
            "analysis": { "metrics": [{ "name": "m", "threshold": { "max": 0.02, "min": -1 } }] },
        });
        for (name, text) in [
            ("p.json", expected.to_string()),
            (
                "p.yaml",
                "name: standard\nsteps:\n- {weight: 5, bake_time: 10m}\nhooks:\n- when: post_rollout\n  on: [failed]\n\
                 analysis:\n  metrics:\n  - name: m\n    threshold: {max: 0.02, min: -1}\n"
                    .to_owned(),
            ),
            (
                "p.hcl",
                "name = \"standard\"\nsteps = [{ weight = 5, bake_time = \"10m\" }]\n\
                 hooks = [{ when = \"post_rollout\", on = [\"failed\"] }]\n\
                 analysis = {\n  metrics = [{ name = \"m\", threshold = { max = 0.02, \"min\" = -1 } }]\n}\n"
                    .to_owned(),
            ),
        ] {
            assert_eq!(one(name, &text).value, expected, "{name}");
            assert_eq!(one("no-extension", &text).value, expected, "{name} without its extension");
        }
        let object = "{\n steps = [{ weight = 5, bake_time = \"10m\" }]\n}\n";
        assert_eq!(one("p.hcl", object).value, json!({ "steps": [{ "weight": 5, "bake_time": "10m" }] }));
    }

    #[test]
    fn one_block_of_a_list_is_a_list_of_one() {
        let text = "steps {\n  weight    = 5\n  bake_time = \"10m\"\n}\nanalysis {\n  metrics {\n    name = \"m\"\n  }\n  \
                    metrics {\n    name = \"n\"\n  }\n}\n";
        let document = one("p.hcl", text);
        let expected = json!({
            "steps": [{ "weight": 5, "bake_time": "10m" }],
            "analysis": { "metrics": [{ "name": "m" }, { "name": "n" }] },
        });
        assert_eq!(document.value, expected);
        assert_eq!(document.place("steps[0].bake_time"), Place { line: 3, column: 3 });
        assert_eq!(document.place("analysis.metrics[1].name"), Place { line: 10, column: 5 });
    }

    #[test]
    fn the_lists_of_blocks_are_those_of_the_schema() {
        let schema = serde_json::to_value(rollout::policy::json_schema()).expect("a schema is JSON");
        let definitions = &schema["$defs"];
        let objects = definitions.as_object().expect("definitions").values().chain([&schema]);
        let fields = objects.flat_map(|object| object["properties"].as_object()).flatten();
        let mut lists: Vec<&str> = fields
            .filter(|(_, field)| {
                let name = field["items"]["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/"));
                name.is_some_and(|name| definitions[name]["type"] == "object")
            })
            .map(|(name, _)| name.as_str())
            .collect();
        lists.sort_unstable();
        assert_eq!(lists, LISTS);
    }

    #[test]
    fn every_path_knows_its_place() {
        let check = |name: &str, text: &str, path: &str, line, column| {
            assert_eq!(one(name, text).place(path), Place { line, column }, "{name} {path}");
        };
        let json = "{\n  \"steps\": [\n    {\"weight\": 5,\n     \"bake_time\": \"10m\"}\n  ]\n}";
        check("p.json", json, "steps", 2, 3);
        check("p.json", json, "steps[0]", 3, 5);
        check("p.json", json, "steps[0].bake_time", 4, 6);
        check("p.json", json, "steps[0].analysis.interval", 3, 5);
        check("p.json", json, "$", 1, 1);
        let yaml = "# fast\nsteps:\n  - weight: 5\n    bake_time: 10m\n";
        check("p.yml", yaml, "steps[0].bake_time", 4, 5);
        check("p.yml", yaml, "steps[3].bake_time", 2, 1);
        let hcl = "steps = [\n  { weight = 5, bake_time = \"10m\" },\n]\n";
        check("p.hcl", hcl, "steps[0].bake_time", 2, 17);
        let terraform = "data \"slipway_release_policy\" \"standard\" {\n  steps = []\n}\n";
        check("p.tf", terraform, "steps", 2, 3);
        check("p.tf", terraform, "$", 1, 1);
    }

    #[test]
    fn terraform_blocks_are_found_beside_everything_else() {
        let text = "variable \"prom\" {}\n\
                    data \"slipway_release_policy\" \"a\" {\n  provider = slipway.eu\n  steps = [{ weight = 1 }]\n  \
                    analysis = { metrics = [{ address = var.prom, url = \"https://${var.host}/x\" }] }\n}\n\
                    data \"slipway_release_policy\" \"b\" {\n  skip_analysis = true\n}\n\
                    resource \"other\" \"thing\" {\n  steps = 3\n}\n";
        let documents = read(Path::new("main.tf"), text).unwrap();
        let addresses: Vec<_> =
            documents.iter().map(|document| document.address.as_deref().unwrap()).collect();
        assert_eq!(addresses, ["data.slipway_release_policy.a", "data.slipway_release_policy.b"]);
        assert_eq!(documents[0].value["analysis"]["metrics"][0]["address"], "${var.prom}");
        assert_eq!(documents[0].value.get("provider"), None);
        assert_eq!(documents[0].unknown, ["analysis.metrics[0].address", "analysis.metrics[0].url"]);
        assert_eq!(documents[1].value, json!({ "skip_analysis": true }));

        let json = r#"{ "data": { "slipway_release_policy": { "a": { "steps": [] } } } }"#;
        assert_eq!(one("main.tf.json", json).address.as_deref(), Some("data.slipway_release_policy.a"));
        let variables = "policy = {\n  steps = []\n}\nregion = \"eu\"\n";
        assert_eq!(one("prod.tfvars", variables).address.as_deref(), Some("policy"));
    }

    #[test]
    fn text_that_does_not_parse_is_refused_at_its_place() {
        let check = |name: &str, text: &str, line, word: &str| {
            let error = read(Path::new(name), text).expect_err("the text is broken");
            assert!(error.place.line == line && error.message.contains(word), "{name}: {error:?}");
        };
        check("p.json", "{\n \"steps\": [}\n", 2, "expected");
        check("p.json", "{\"steps\": [],\n \"steps\": []}", 2, "duplicated key");
        check("p.yaml", "steps:\n  - [\n", 3, "node content");
        check("p.yaml", "a: 1\na: 2\n", 2, "duplicated key");
        check("p.yaml", "a: 1\n---\nb: 2\n", 3, "more than one");
        check("p.yaml", "1: 2\n", 1, "key must be a string");
        check("p.hcl", "steps = [\n  { weight = }\n]\n", 2, "expr");
    }
}
