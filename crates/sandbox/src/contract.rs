//! Judges answers by the vendors' own OpenAPI documents, which lie in the contracts directory beside the checkout.
//!
//! The documents describe few refusals and lag behind what the real services send. Where a recording of the real thing
//! disagrees with its document the recording wins, and `contract/exceptions.json` says where and why. An exception that
//! nothing needs is itself a finding: [`Judge::unneeded`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::furniture::Vendor;
use crate::record::Exchange;
use crate::supabase;

/// Which document describes which part of which vendor.
const DOCUMENTS: [(&str, &str); 3] = [
    ("supabase-management", "supabase-management.openapi.json"),
    ("supabase-storage", "supabase-storage.openapi.json"),
    ("cloudflare", "cloudflare.openapi.json"),
];

const EXCEPTIONS: &str = include_str!("../contract/exceptions.json");

/// A place where a document is known to be wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The document, by name without its ending.
    pub contract: String,
    /// `METHOD /path` as the document has it; `*` stands for any text.
    pub operation: String,
    /// The status of the answer, or `request`; `*` stands for any.
    pub status: String,
    /// Where in the answer, as a JSON pointer; `*` stands for any name or number.
    pub pointer: String,
    /// The keyword of the schema that does not hold.
    pub keyword: String,
    /// Why the document is wrong there.
    pub reason: String,
    /// Where that was seen.
    pub evidence: String,
}

/// What the documents say about one answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The document describes this answer, and it fits.
    Fits,
    /// The document describes the operation but no refusal like this one.
    Undescribed,
    /// No document has the operation.
    Unknown,
    /// The document refuses the answer.
    Broken(Vec<String>),
}

/// What the documents say about a row of answers.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Answers that fit.
    pub fitting: usize,
    /// Operations whose answers were judged, as `contract: METHOD /path`.
    pub judged: BTreeSet<String>,
    /// Refusals that the documents do not describe.
    pub undescribed: usize,
    /// Operations that the documents do not have, as `METHOD path`.
    pub unknown: BTreeSet<String>,
    /// What is wrong, one line each.
    pub broken: Vec<String>,
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} answers fit their contract in {} operations, {} refusals are not described, {} operations are in no contract",
            self.fitting,
            self.judged.len(),
            self.undescribed,
            self.unknown.len()
        )?;
        self.broken.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

/// The documents, ready to judge.
pub struct Judge {
    documents: Vec<Document>,
    exceptions: Vec<Exception>,
    needed: Mutex<BTreeSet<usize>>,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

struct Document {
    name: &'static str,
    paths: Vec<(Vec<String>, String, Map<String, Value>)>,
    components: Value,
}

impl Judge {
    /// The judge of the contracts directory beside the checkout, or nothing where that is absent: then say
    /// `not run: contracts directory beside the checkout`.
    pub fn beside_checkout() -> Option<Self> {
        let directory = directory()?;
        let judge = Self::read(&directory);
        Some(
            judge.unwrap_or_else(|error| {
                panic!("{} does not hold the contracts: {error}", directory.display())
            }),
        )
    }

    /// The judge of the documents in a directory.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let document = |(name, file): (&'static str, &str)| -> io::Result<Document> {
            let document: Value = serde_json::from_slice(&fs::read(directory.join(file))?)?;
            let paths = document["paths"].as_object().cloned().unwrap_or_default();
            let paths = paths.into_iter().map(|(path, item)| {
                let operations = item.as_object().cloned().unwrap_or_default();
                (segments(&path), path, operations)
            });
            Ok(Document { name, paths: paths.collect(), components: plain(document["components"].clone()) })
        };
        Ok(Self {
            documents: DOCUMENTS.into_iter().map(document).collect::<Result<_, _>>()?,
            exceptions: serde_json::from_str(EXCEPTIONS)?,
            needed: Mutex::default(),
            validators: Mutex::default(),
        })
    }

    /// Judges every answer, those of the sandbox's own refusals included.
    pub fn judge_all(&self, exchanges: &[Exchange]) -> Findings {
        let mut findings = Findings::default();
        for exchange in exchanges {
            let call = format!("{} {}", exchange.method, exchange.path);
            match self.judge(exchange) {
                Verdict::Fits => {
                    findings.fitting += 1;
                    findings.judged.extend(self.find(exchange).map(|found| found.title()));
                }
                Verdict::Undescribed => findings.undescribed += 1,
                Verdict::Unknown => {
                    let operation = exchange.operation.clone().unwrap_or_else(|| exchange.path.clone());
                    findings.unknown.insert(format!("{} {operation}", exchange.method));
                }
                Verdict::Broken(problems) => {
                    let status = exchange.status.unwrap_or_default();
                    findings
                        .broken
                        .extend(problems.iter().map(|problem| format!("{call} -> {status}: {problem}")));
                }
            }
        }
        findings
    }

    /// Judges one answer. An answer that was lost on the way is judged like one that arrived.
    pub fn judge(&self, exchange: &Exchange) -> Verdict {
        let Some(response) = &exchange.response else { return Verdict::Undescribed };
        let Some(found) = self.find(exchange) else { return Verdict::Unknown };
        // A lost answer has no status of its own; it was given, so it is judged as the success that it was.
        let status = exchange.status.map_or_else(
            || found.successes().next().unwrap_or("200").to_owned(),
            |status| status.to_string(),
        );
        let responses = &found.operation["responses"];
        let range = format!("{}XX", &status[..1]);
        let described = [status.as_str(), &range, "default"].into_iter().find_map(|key| responses.get(key));
        let Some(described) = described else {
            let other = found.successes().next().filter(|_| status.starts_with('2'));
            return match other {
                Some(other) => Verdict::Broken(vec![format!("a success has status {other}, not {status}")]),
                None => Verdict::Undescribed,
            };
        };
        match found.json_schema(described) {
            Some(_) if exchange.method == "HEAD" => Verdict::Fits,
            Some(schema) => self.check(&found, &status, schema, &response.body),
            None if status.starts_with('2') => Verdict::Fits,
            None => Verdict::Undescribed,
        }
    }

    /// Judges the body of one request, if it has one.
    pub fn judge_request(&self, exchange: &Exchange) -> Verdict {
        let Some(found) = self.find(exchange) else { return Verdict::Unknown };
        let described = found.operation.get("requestBody").and_then(|body| found.json_schema(body));
        match described {
            Some(_) if exchange.request.body.is_null() => Verdict::Undescribed,
            Some(schema) => self.check(&found, "request", schema, &exchange.request.body),
            None => Verdict::Undescribed,
        }
    }

    fn check(&self, found: &Found<'_>, status: &str, schema: Value, instance: &Value) -> Verdict {
        let validator = self.validator(&format!("{} {status}", found.title()), found.document, schema);
        let problems: Vec<String> = validator
            .iter_errors(instance)
            .filter_map(|error| {
                let (pointer, rule) = (error.instance_path().to_string(), error.schema_path().to_string());
                let keyword =
                    rule.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default();
                let excepted = self.excepted(found, status, &pointer, keyword);
                (!excepted).then(|| format!("{error} (at `{pointer}`, by `{keyword}`)"))
            })
            .collect();
        if problems.is_empty() { Verdict::Fits } else { Verdict::Broken(problems) }
    }

    /// Exceptions that no answer judged so far has needed.
    pub fn unneeded(&self) -> Vec<&Exception> {
        let needed = self.needed.lock().unwrap_or_else(PoisonError::into_inner);
        self.exceptions
            .iter()
            .enumerate()
            .filter(|(at, _)| !needed.contains(at))
            .map(|(_, exception)| exception)
            .collect()
    }

    fn excepted(&self, found: &Found<'_>, status: &str, pointer: &str, keyword: &str) -> bool {
        let fits = |pattern: &str, text: &str| {
            glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(text))
        };
        let found = self.exceptions.iter().position(|exception| {
            exception.contract == found.document.name
                && exception.keyword == keyword
                && fits(&exception.operation, &found.name())
                && fits(&exception.status, status)
                && fits(&exception.pointer, pointer)
        });
        if let Some(at) = found {
            self.needed.lock().unwrap_or_else(PoisonError::into_inner).insert(at);
        }
        found.is_some()
    }

    fn validator(&self, key: &str, document: &Document, schema: Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let made = validators.entry(key.to_owned()).or_insert_with(|| {
            let root = json!({ "allOf": [plain(schema)], "components": document.components });
            // OpenAPI 3.0 means the keywords as draft 4 does.
            let validator = jsonschema::options().with_draft(Draft::Draft4).build(&root);
            Arc::new(validator.unwrap_or_else(|error| panic!("{key} has no usable schema: {error}")))
        });
        Arc::clone(made)
    }

    fn find(&self, exchange: &Exchange) -> Option<Found<'_>> {
        let path = exchange.path.split('?').next().unwrap_or_default();
        let (name, path) = match exchange.vendor {
            Vendor::Supabase => match supabase::storage_path(path) {
                Some(inner) => ("supabase-storage", inner),
                None => ("supabase-management", path),
            },
            Vendor::Cloudflare => ("cloudflare", path.strip_prefix("/client/v4")?),
        };
        let document = self.documents.iter().find(|document| document.name == name)?;
        let wanted = segments(path);
        let method = match exchange.method.as_str() {
            "HEAD" => "get".to_owned(),
            method => method.to_ascii_lowercase(),
        };
        let fitting = document.paths.iter().filter(|(template, _, operations)| {
            operations.contains_key(&method) && matches(template, &wanted)
        });
        // The more a path says literally, the better it fits.
        let (_, path, operations) = fitting
            .max_by_key(|(template, ..)| template.iter().filter(|part| !part.starts_with('{')).count())?;
        Some(Found { document, method: method.clone(), path, operation: &operations[&method] })
    }
}

struct Found<'a> {
    document: &'a Document,
    method: String,
    path: &'a str,
    operation: &'a Value,
}

impl Found<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }

    fn title(&self) -> String {
        format!("{}: {}", self.document.name, self.name())
    }

    /// The statuses of the answers to a call that goes well.
    fn successes(&self) -> impl Iterator<Item = &str> {
        let statuses = self.operation["responses"].as_object().into_iter().flat_map(Map::keys);
        statuses.map(String::as_str).filter(|status| status.starts_with('2'))
    }

    /// The schema of a described body, if it is JSON.
    fn json_schema(&self, described: &Value) -> Option<Value> {
        let reference =
            described["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components"));
        let described =
            reference.and_then(|pointer| self.document.components.pointer(pointer)).unwrap_or(described);
        described.pointer("/content/application~1json/schema").cloned()
    }
}

/// The contracts directory beside the checkout.
fn directory() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contracts");
    beside.is_dir().then_some(beside)
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn matches(template: &[String], path: &[String]) -> bool {
    match (template, path) {
        ([], []) => true,
        ([rest], [_, ..]) if rest == "{*}" => true,
        ([part, template @ ..], [word, path @ ..]) => {
            (part.starts_with('{') || part == word) && matches(template, path)
        }
        _ => false,
    }
}

/// A schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes a choice.
fn plain(schema: Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let nullable = fields.get("nullable") == Some(&json!(true));
            let fields: Map<String, Value> = fields
                .into_iter()
                .filter(|(name, value)| name != "nullable" || !value.is_boolean())
                .map(|(name, value)| (name, plain(value)))
                .collect();
            if nullable { json!({ "anyOf": [{ "type": "null" }, fields] }) } else { Value::Object(fields) }
        }
        Value::Array(items) => items.into_iter().map(plain).collect(),
        other => other,
    }
}
