//! The input and output sections of the modules' READMEs, from their `variables.tf` and `outputs.tf`, and the pictures
//! of the systems that are made of them.

mod topology;

use crate::generate::Files;
use acceptance_tests::Project;
use anyhow::{Context as _, Result, bail};
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest type or default that a row of a table holds; longer ones follow below the table.
const ROW: usize = 40;

/// The systems among the examples, each with a page below `docs/systems/`.
const SYSTEMS: [&str; 1] = ["storymagic"];

/// The READMEs of all modules and the pages of the systems, with their generated sections as they should be.
pub(crate) fn files() -> Result<Files> {
    let mut files = readmes()?;
    let root = &Project::get().root;
    for system in SYSTEMS {
        let page = PathBuf::from(format!("docs/systems/{system}.md"));
        let picture = topology::picture(&root.join("examples").join(system))?;
        let text = replace(&read(&root.join(&page))?, "topology", &picture);
        files.insert(page.clone(), text.with_context(|| page.display().to_string())?);
    }
    Ok(files)
}

fn readmes() -> Result<Files> {
    let root = &Project::get().root;
    folders(&root.join("modules"))?
        .into_iter()
        .filter(|module| module.join("README.md").is_file() && module.join("variables.tf").is_file())
        .map(|module| {
            let readme = module.join("README.md");
            let text = read(&readme)?;
            let text = replace(&text, "inputs", &inputs(&parse(&module.join("variables.tf"))?))
                .and_then(|text| replace(&text, "outputs", &outputs(&parse(&module.join("outputs.tf"))?)))
                .with_context(|| readme.display().to_string())?;
            Ok((readme.strip_prefix(root)?.to_owned(), text))
        })
        .collect()
}

/// The folders in `folder`, sorted.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn parse(file: &Path) -> Result<Body> {
    read(file)?.parse().with_context(|| file.display().to_string())
}

/// `text` with what is between `<!-- NAME -->` and `<!-- /NAME -->` replaced.
fn replace(text: &str, name: &str, section: &str) -> Result<String> {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let parts = text.split_once(&open).and_then(|(before, rest)| Some((before, rest.split_once(&close)?.1)));
    match parts {
        Some((before, after)) => Ok(format!("{before}{open}{section}{close}{after}")),
        None => bail!("there is no place for the {name}: `{}` and `{close}`", open.trim_end()),
    }
}

fn inputs(body: &Body) -> String {
    let mut table = String::from("| Name | Type | Default | Description |\n|---|---|---|---|\n");
    let mut below = String::new();
    for variable in blocks(body, "variable") {
        let name = label(variable);
        let typed = source(variable, "type").unwrap_or_else(|| "any".to_owned());
        let default = source(variable, "default");
        let (in_row, outline) = match one_line(&typed) {
            line if line.len() <= ROW => (format!("`{line}`"), None),
            line => (format!("`{}`", shape(&line)), Some(typed)),
        };
        let default = match default.as_deref().map(one_line) {
            None => "required".to_owned(),
            Some(line) if line.len() <= ROW => format!("`{line}`"),
            Some(_) => "see `variables.tf`".to_owned(),
        };
        let description = cell(&text(variable, "description"));
        let _ = writeln!(table, "| `{name}` | {in_row} | {default} | {description} |");
        if let Some(outline) = outline {
            let _ = write!(below, "\n`{name}`:\n\n```hcl\n{}\n```\n", dedent(&outline));
        }
    }
    table + &below
}

fn outputs(body: &Body) -> String {
    let mut table = String::from("| Name | Description |\n|---|---|\n");
    for output in blocks(body, "output") {
        let _ = writeln!(table, "| `{}` | {} |", label(output), cell(&text(output, "description")));
    }
    table
}

fn blocks<'a>(body: &'a Body, kind: &'a str) -> impl Iterator<Item = &'a Block> {
    body.blocks().filter(move |block| block.has_ident(kind))
}

fn label(block: &Block) -> &str {
    block.labels.first().map_or("", |label| label.as_str())
}

fn value<'a>(block: &'a Block, name: &str) -> Option<&'a Expression> {
    Some(&block.body.get_attribute(name)?.value)
}

/// An expression as it is written.
fn source(block: &Block, name: &str) -> Option<String> {
    Some(value(block, name)?.to_string().trim().to_owned())
}

fn text(block: &Block, name: &str) -> String {
    value(block, name).and_then(Expression::as_str).unwrap_or_default().to_owned()
}

fn one_line(source: &str) -> String {
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The outermost part of a long type, such as `map(object)`.
fn shape(line: &str) -> String {
    let outer: Vec<&str> =
        line.split('(').map(str::trim).take_while(|word| word.chars().all(char::is_alphabetic)).collect();
    format!("{}{}", outer.join("("), ")".repeat(outer.len().saturating_sub(1)))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The lines after the first moved to the left together, since the first has lost its indentation.
fn dedent(source: &str) -> String {
    let indent =
        source.lines().skip(1).filter(|line| !line.trim().is_empty()).map(indent_of).min().unwrap_or(0);
    let lines = source
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 0 { line } else { line.get(indent..).unwrap_or("") });
    lines.collect::<Vec<_>>().join("\n")
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_a_row_and_a_long_type_follows_below() {
        let body = r#"
variable "name" {
  description = "Name | of it."
  type        = string
}

variable "tiers" {
  description = "Tiers."
  type = map(object({
    route   = optional(string, "none")
    subnets = map(string)
  }))
  default = {}
}
"#;
        let expected = "\
| Name | Type | Default | Description |
|---|---|---|---|
| `name` | `string` | required | Name \\| of it. |
| `tiers` | `map(object)` | `{}` | Tiers. |

`tiers`:

```hcl
map(object({
  route   = optional(string, \"none\")
  subnets = map(string)
}))
```
";
        assert_eq!(inputs(&body.parse().unwrap()), expected);
    }

    #[test]
    fn an_output_is_a_row() {
        let body = "output \"id\" {\n  description = \"Id.\"\n  value       = 1\n}\n";
        assert_eq!(outputs(&body.parse().unwrap()), "| Name | Description |\n|---|---|\n| `id` | Id. |\n");
    }

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = "a\n<!-- inputs -->\nold\n<!-- /inputs -->\nb";
        assert_eq!(replace(text, "inputs", "new\n").unwrap(), "a\n<!-- inputs -->\nnew\n<!-- /inputs -->\nb");
        assert!(replace(text, "outputs", "").is_err());
    }
}
