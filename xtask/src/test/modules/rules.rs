//! What holds for every module, read from its source: what it consists of, where it comes from, and what it asks for.

use crate::modules_docs::folders;
use anyhow::{Context as _, Result};
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body};
use std::fs;
use std::path::{Path, PathBuf};

/// The most inputs that a module may have.
const INPUTS: usize = 20;

/// What a module consists of.
const PARTS: [&str; 8] = [
    "main.tf",
    "variables.tf",
    "outputs.tf",
    "versions.tf",
    "README.md",
    "examples/minimal/main.tf",
    "examples/complete/main.tf",
    "tests",
];

/// The versions of Terraform and of its one provider that a module is for.
const PROVIDER: (&str, &str) = ("hashicorp/aws", ">= 5.95, < 7");

/// What a module breaks, as sentences.
pub(super) fn broken(module: &Path) -> Result<Vec<String>> {
    let mut broken: Vec<String> = PARTS
        .iter()
        .filter(|part| !module.join(part).exists())
        .map(|part| format!("{part} is missing"))
        .collect();
    let mut inputs = 0;
    for file in sources(module)? {
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let body: Body = text.parse().with_context(|| file.display().to_string())?;
        let name = file.strip_prefix(module)?.display().to_string();
        inputs += body.get_blocks("variable").count();
        broken.extend(broken_by(&body).into_iter().map(|what| format!("{name}: {what}")));
    }
    broken.extend(
        unproven(module)?.into_iter().map(|name| format!("no test expects the refusal of var.{name}")),
    );
    if inputs > INPUTS {
        broken.push(format!("{inputs} inputs, and {INPUTS} are the most"));
    }
    Ok(broken)
}

/// The inputs whose validations no test provokes.
fn unproven(module: &Path) -> Result<Vec<String>> {
    let mut expected = String::new();
    for entry in fs::read_dir(module.join("tests")).into_iter().flatten() {
        let body: Body = fs::read_to_string(entry?.path())?.parse()?;
        for run in body.get_blocks("run") {
            expected
                .extend(run.body.get_attribute("expect_failures").map(|failures| failures.value.to_string()));
        }
    }
    let body: Body = fs::read_to_string(module.join("variables.tf"))?.parse()?;
    let validated =
        body.get_blocks("variable").filter(|variable| variable.body.get_blocks("validation").count() > 0);
    let named = |name: &str| {
        let word = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        expected.split(&format!("var.{name}")).skip(1).any(word)
    };
    Ok(validated.map(|variable| variable.labels[0].as_str().to_owned()).filter(|name| !named(name)).collect())
}

/// The module's own files, those of its submodules included, without examples and tests.
fn sources(module: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(module).with_context(|| module.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "tf") {
            found.push(path);
        }
    }
    for below in folders(module)? {
        if !below.ends_with("examples") && !below.ends_with("tests") {
            found.extend(sources(&below)?);
        }
    }
    found.sort();
    Ok(found)
}

fn broken_by(body: &Body) -> Vec<String> {
    let mut broken = Vec::new();
    for block in body.blocks() {
        let label = |at: usize| block.labels.get(at).map_or("", |label| label.as_str());
        match block.ident.as_str() {
            "variable" => {
                broken.extend(variable(block).into_iter().map(|what| format!("{} {what}", label(0))))
            }
            "output" if text(block, "description").is_none() => {
                broken.push(format!("the output {} has no description", label(0)));
            }
            "provider" => broken.push("a module leaves its providers to its caller".to_owned()),
            "module" => match text(block, "source") {
                Some(source) if source.starts_with("./") || source.starts_with("../") => {}
                source => broken.push(format!("{source:?} comes from elsewhere")),
            },
            "resource" if label(0) == "null_resource" => broken.push("null_resource".to_owned()),
            "terraform" => broken.extend(versions(block)),
            _ => {}
        }
        let provisioners =
            block.body.get_blocks("provisioner").map(|block| block.labels[0].as_str().to_owned());
        broken.extend(provisioners.map(|kind| format!("{} runs {kind}", label(1))));
    }
    broken
}

fn variable(block: &Block) -> Vec<&'static str> {
    let mut broken = Vec::new();
    match block.body.get_attribute("type") {
        None => broken.push("has no type"),
        Some(kind) if mentions_any(&kind.value) => broken.push("is of type any"),
        Some(_) => {}
    }
    if text(block, "description").is_none_or(|text| text.is_empty()) {
        broken.push("has no description");
    }
    let mut validations = block.body.get_blocks("validation");
    if validations.any(|validation| validation.body.get_attribute("error_message").is_none()) {
        broken.push("has a validation without a sentence");
    }
    broken
}

/// Whether a type constraint says `any`, at any depth.
fn mentions_any(kind: &Expression) -> bool {
    match kind {
        Expression::Variable(name) => name.as_str() == "any",
        Expression::FuncCall(call) => call.args.iter().any(mentions_any),
        Expression::Array(all) => all.iter().any(mentions_any),
        Expression::Object(all) => all.iter().any(|(_, value)| mentions_any(value.expr())),
        Expression::Parenthesis(inner) => mentions_any(inner.inner()),
        _ => false,
    }
}

fn versions(block: &Block) -> Vec<String> {
    let mut broken = Vec::new();
    if text(block, "required_version").is_none() {
        broken.push("names no version of Terraform".to_owned());
    }
    for required in block.body.get_blocks("required_providers") {
        for provider in required.body.attributes() {
            let of = |name: &str| {
                let object = provider.value.as_object()?;
                let mut all = object.iter();
                let (_, value) =
                    all.find(|(key, _)| matches!(key, ObjectKey::Ident(ident) if ident.as_str() == name))?;
                value.expr().as_str().map(str::to_owned)
            };
            let found = (of("source").unwrap_or_default(), of("version").unwrap_or_default());
            if (found.0.as_str(), found.1.as_str()) != PROVIDER {
                broken.push(format!(
                    "takes {} {:?}, and not {} {:?}",
                    found.0, found.1, PROVIDER.0, PROVIDER.1
                ));
            }
        }
    }
    broken
}

fn text(block: &Block, name: &str) -> Option<String> {
    block.body.get_attribute(name)?.value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hcl: &str, expected: &[&str]) {
        assert_eq!(broken_by(&hcl.parse().unwrap()), expected, "{hcl}");
    }

    #[test]
    fn a_sound_module_breaks_nothing() {
        check(
            r#"
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7"
    }
  }
}
variable "sizes" {
  description = "Sizes."
  type        = map(object({ cpu = optional(number, 1) }))
}
module "inner" {
  source = "./inner"
}
"#,
            &[],
        );
    }

    #[test]
    fn what_is_not_allowed_is_told_by_name() {
        check("variable \"a\" {\n  description = \"A.\"\n  type = map(any)\n}\n", &["a is of type any"]);
        check("variable \"a\" {}\n", &["a has no type", "a has no description"]);
        check("resource \"null_resource\" \"a\" {}\n", &["null_resource"]);
        check(
            "resource \"aws_vpc\" \"a\" {\n  provisioner \"local-exec\" {\n    command = \"true\"\n  }\n}\n",
            &["a runs local-exec"],
        );
        check("provider \"aws\" {}\n", &["a module leaves its providers to its caller"]);
        check(
            "module \"a\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n",
            &["Some(\"terraform-aws-modules/vpc/aws\") comes from elsewhere"],
        );
        check(
            "terraform {\n  required_version = \">= 1\"\n  required_providers {\n    random = { source = \"hashicorp/random\", version = \"3\" }\n  }\n}\n",
            &["takes hashicorp/random \"3\", and not hashicorp/aws \">= 5.95, < 7\""],
        );
    }
}
