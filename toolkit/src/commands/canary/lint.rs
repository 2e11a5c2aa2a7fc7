//! `slipway canary lint`: everything that is wrong with policy files, each thing at its place, in one run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rollout::Policy;
use serde::Serialize;
use serde_json::{Value, json};

use crate::canary::document::{self, Document, Place};
use crate::canary::rules::{self, Level, RULES};
use crate::canary::words;
use crate::exit::Exit;
use crate::failure::{Failure, read_text};
use crate::output::{BAD, DOUBTFUL, FAINT, GOOD, Output, STRONG, styled, words as text_column};

/// Check release policies
///
/// Reads policies from JSON, YAML, HCL and Terraform files (`data "slipway_release_policy"` blocks; expressions that
/// only Terraform can evaluate are left out of the check). Reports every broken rule with its place in the file.
///
/// Exits 1 when a policy breaks a rule, 2 when a file cannot be read, 0 otherwise. Warnings count only with --strict,
/// notes never.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Policy files; `-` reads standard input
    #[arg(value_name = "FILE", required_unless_present = "rules")]
    files: Vec<PathBuf>,

    /// List the rules that go beyond a policy's validity, and end
    #[arg(long, conflicts_with = "files")]
    rules: bool,

    /// Traffic of the whole service, to check that the gates can be reached with it
    #[arg(long, value_name = "N", value_parser = super::traffic)]
    requests_per_minute: Option<f64>,

    /// Warnings fail the check too
    #[arg(long)]
    strict: bool,

    /// The form of the report; `sarif` is what code scanning services read. --json is the same as --format json
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Sarif,
}

/// Something that is wrong, with its place.
#[derive(Debug, Serialize)]
struct Problem {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    path: String,
    line: usize,
    column: usize,
    level: Level,
    rule: String,
    message: String,
}

/// What the linter did.
#[derive(Debug, Default, Serialize)]
struct Report {
    problems: Vec<Problem>,
    /// Policies looked at.
    policies: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    /// Values that only Terraform knows, as `file: path`.
    unchecked: Vec<String>,
}

impl Lint {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        if self.rules {
            return list_rules(output);
        }
        let mut report = Report::default();
        for file in &self.files {
            let text = read_text(file)?;
            let first = report.problems.len();
            report.look_at(file, &text, self.requests_per_minute);
            report.problems[first..].sort_by_key(|problem| (problem.line, problem.column));
        }
        match self.format {
            Format::Sarif => output.document(&report.sarif())?,
            Format::Json => output.document(&report)?,
            Format::Text if output.is_json() => output.document(&report)?,
            Format::Text => report.print(output)?,
        }
        let failed = report.errors > 0 || (self.strict && report.warnings > 0);
        Ok(if failed { Exit::Findings } else { Exit::Success })
    }
}

fn list_rules(output: &mut Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.document(&RULES)?;
    } else {
        let rows = RULES
            .iter()
            .map(|rule| vec![rule.id.to_owned(), rule.level.word().to_owned(), rule.about.to_owned()]);
        output.table(&[text_column("rule"), text_column("level"), text_column("about")], rows.collect())?;
    }
    Ok(Exit::Success)
}

impl Report {
    fn look_at(&mut self, file: &Path, text: &str, requests_per_minute: Option<f64>) {
        let name = if file == Path::new("-") { "<stdin>".to_owned() } else { file.display().to_string() };
        match document::read(file, text) {
            Err(error) => self.add(&name, None, "$", error.place, Level::Error, "syntax", error.message),
            Ok(documents) => {
                for document in documents {
                    self.look_at_policy(&name, document, requests_per_minute);
                }
            }
        }
    }

    fn look_at_policy(&mut self, file: &str, document: Document, requests_per_minute: Option<f64>) {
        self.policies += 1;
        self.unchecked.extend(document.unknown.iter().map(|path| format!("{file}: {path}")));
        let address = document.address.as_deref();
        let (policy, problems) = match Policy::from_value(document.value.clone()) {
            Ok(policy) => (Some(policy), Vec::new()),
            Err(problems) => (mended(&document.value, &problems), problems),
        };
        for problem in problems.iter().filter(|problem| !document.unknown.contains(&problem.path)) {
            let place = document.place(&problem.path);
            self.add(
                file,
                address,
                &problem.path,
                place,
                Level::Error,
                problem.rule,
                problem.message.clone(),
            );
        }
        let findings = policy.map(|policy| rules::findings(&policy, &document.value, requests_per_minute));
        for finding in findings.into_iter().flatten() {
            // What is known to be wrong already needs no second opinion.
            if problems.iter().any(|problem| finding.path.starts_with(&problem.path)) {
                continue;
            }
            let place = document.place(&finding.path);
            let rule = finding.rule;
            self.add(file, address, &finding.path, place, rule.level, rule.id, finding.message);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a problem, in their order")]
    fn add(
        &mut self,
        file: &str,
        policy: Option<&str>,
        path: &str,
        place: Place,
        level: Level,
        rule: &str,
        message: String,
    ) {
        match level {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
            Level::Note => self.notes += 1,
        }
        self.problems.push(Problem {
            file: file.to_owned(),
            policy: policy.map(str::to_owned),
            path: path.to_owned(),
            line: place.line,
            column: place.column,
            level,
            rule: rule.to_owned(),
            message,
        });
    }

    fn print(&self, output: &mut Output) -> Result<(), Failure> {
        for problem in &self.problems {
            let style = match problem.level {
                Level::Error => BAD,
                Level::Warning => DOUBTFUL,
                Level::Note => FAINT,
            };
            let place = format!("{}:{}:{}:", problem.file, problem.line, problem.column);
            output.line(format!(
                "{} {} {}: {} {}",
                styled(STRONG, place),
                styled(style, problem.level.word()),
                problem.path,
                problem.message,
                styled(FAINT, format!("[{}]", problem.rule)),
            ))?;
        }
        let counted = |count: usize, thing: &str| words::count(count as u64, thing);
        let checked = match self.policies {
            1 => "1 policy".to_owned(),
            policies => format!("{policies} policies"),
        };
        let summary = if self.problems.is_empty() {
            styled(GOOD, format!("{checked} checked, nothing found"))
        } else {
            format!(
                "{checked} checked: {}, {}",
                counted(self.errors, "error"),
                counted(self.warnings, "warning")
            )
        };
        output.line(summary)?;
        if !self.unchecked.is_empty() {
            output.hint(format!(
                "not checked, because only Terraform knows {}: {}",
                if self.unchecked.len() == 1 { "it" } else { "them" },
                self.unchecked.join(", ")
            ));
        }
        Ok(())
    }

    /// The report as a SARIF 2.1.0 log.
    fn sarif(&self) -> Value {
        let mut about: BTreeMap<&str, &str> = RULES.iter().map(|rule| (rule.id, rule.about)).collect();
        about.insert("syntax", "The file is written in its format.");
        let broken: BTreeSet<&str> = self.problems.iter().map(|problem| problem.rule.as_str()).collect();
        let rules: Vec<Value> = broken
            .iter()
            .map(|id| {
                let text = about.get(id).copied().unwrap_or("A rule that makes a release policy valid.");
                json!({ "id": id, "shortDescription": { "text": text } })
            })
            .collect();
        let results: Vec<Value> = self
            .problems
            .iter()
            .map(|problem| {
                json!({
                    "ruleId": problem.rule,
                    "ruleIndex": broken.iter().position(|id| *id == problem.rule),
                    "level": problem.level.word(),
                    "message": { "text": format!("{}: {}", problem.path, problem.message) },
                    "locations": [{
                        "physicalLocation": {
                            "artifactLocation": { "uri": uri(&problem.file) },
                            "region": { "startLine": problem.line, "startColumn": problem.column },
                        },
                        "logicalLocations": [{ "fullyQualifiedName": problem.path }],
                    }],
                })
            })
            .collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "slipway canary lint", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        })
    }
}

/// The policy with something harmless where its shape is wrong, so that the other rules can look at the rest. `None`
/// where nothing harmless can be found.
fn mended(value: &Value, problems: &[rollout::Problem]) -> Option<Policy> {
    let mut mended = value.clone();
    for problem in problems {
        let harmless =
            [None, Some(json!("1h")), Some(json!(50)), Some(json!([])), Some(json!({})), Some(json!(false))];
        let attempts = harmless.into_iter().filter_map(|harmless| replaced(&mended, &problem.path, harmless));
        let is_mended = |attempt: &Value| match Policy::from_value(attempt.clone()) {
            Ok(_) => true,
            Err(left) => left.iter().all(|left| !left.path.starts_with(&problem.path)),
        };
        if let Some(attempt) = attempts.into_iter().find(is_mended) {
            mended = attempt;
        }
    }
    serde_json::from_value(mended).ok()
}

/// The document with another value at a path, or with none.
fn replaced(document: &Value, path: &str, value: Option<Value>) -> Option<Value> {
    let pointer = format!("/{}", path.replace('[', "/").replace(']', "").replace('.', "/"));
    let (parent, name) = pointer.rsplit_once('/')?;
    let mut document = document.clone();
    match (document.pointer_mut(parent)?, value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(name.to_owned(), value)),
        (Value::Object(fields), None) => drop(fields.shift_remove(name)),
        (Value::Array(items), Some(value)) => *items.get_mut(name.parse::<usize>().ok()?)? = value,
        _ => return None,
    }
    Some(document)
}

/// A file name as a relative reference: forward slashes, and percent signs for what a URI does not allow.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
