//! Pages in the Terraform Registry's format.

use std::fmt::Write as _;

use crate::catalogue::{Catalogue, FunctionEntry, ResourceEntry};
use crate::codec::json::to_json;
use crate::cty::Type;
use crate::rule::list_of;
use crate::schema::{Attribute, Kind, Mode, Object, Replace, Schema, Stability};

/// What a page holds besides the schema.
#[derive(Clone, Debug, Default)]
pub struct Page<'a> {
    /// `slipway_storage_bucket`.
    pub name: &'a str,
    /// Name of the provider.
    pub provider: &'a str,
    /// "Resource", "Data Source", "Ephemeral", "Action".
    pub what: &'a str,
    /// The Registry's group of pages.
    pub subcategory: &'a str,
    /// Examples: a heading (empty for the only one) and the HCL.
    pub examples: Vec<(String, String)>,
    /// Further sections, before the schema.
    pub prose: Vec<String>,
    /// Text of the section on importing; none where there is nothing to import.
    pub import: Option<String>,
}

const GENERATED: &str = "# Generated from the source by `cargo xtask gen`; do not edit.";

fn front_matter(out: &mut String, title: &str, subcategory: &str, description: &str) {
    let paragraph = description.lines().take_while(|line| !line.trim().is_empty());
    let first = paragraph.map(str::trim).collect::<Vec<_>>().join(" ");
    let _ = write!(
        out,
        "---\n{GENERATED}\npage_title: \"{title}\"\nsubcategory: \"{subcategory}\"\ndescription: |-\n  {first}\n---\n\n"
    );
}

/// The page of a resource, data source, ephemeral resource or action.
pub fn schema_page(page: &Page<'_>, schema: &Schema) -> String {
    let mut out = String::new();
    let title = format!("{} ({})", page.name, page.what);
    front_matter(
        &mut out,
        &format!("{} {} - {}", page.name, page.what, page.provider),
        page.subcategory,
        &schema.object.description,
    );
    let _ = write!(out, "# {title}\n\n{}\n", schema.object.description);
    if let Some(instead) = &schema.object.deprecated {
        let _ = write!(out, "\n~> **Deprecated** {instead}\n");
    }
    if !page.examples.is_empty() {
        out.push_str("\n## Example Usage\n");
        for (heading, hcl) in &page.examples {
            if !heading.is_empty() {
                let _ = write!(out, "\n### {heading}\n");
            }
            let _ = write!(out, "\n```terraform\n{}\n```\n", hcl.trim_end());
        }
    }
    for section in &page.prose {
        let _ = write!(out, "\n{}\n", section.trim());
    }
    out.push_str("\n## Schema\n");
    describe_object(&mut out, &schema.object);
    describe_nested(&mut out, &schema.object, "");
    if let Some(import) = &page.import {
        let _ = write!(out, "\n## Import\n\n{}\n", import.trim());
    }
    out
}

/// The page of the provider itself.
///
/// ```
/// # use tfplugin::{Function, FunctionError, Operation, Outcome, Provider, Registry};
/// use tfplugin::Service;
/// use tfplugin::render::{function_page, index_page};
/// # struct Double;
/// # impl Function for Double {
/// #     const NAME: &'static str = "double";
/// #     const SUMMARY: &'static str = "Doubles a number.";
/// #     const DESCRIPTION: &'static str = "Doubles a number.";
/// #     const PARAMETERS: &'static [(&'static str, &'static str)] = &[("number", "The number.")];
/// #     type Arguments = (i64,);
/// #     type Output = i64;
/// #     fn call((number,): (i64,)) -> Result<i64, FunctionError> {
/// #         Ok(number * 2)
/// #     }
/// # }
/// # struct Acme;
/// # impl Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "1.0.0";
/// #     type Config = ();
/// #     type Client = ();
/// #     async fn configure(_: &Operation, (): ()) -> Outcome<Option<()>> {
/// #         Ok(Some(()))
/// #     }
/// #     fn register(registry: &mut Registry<()>) {
/// #         registry.function::<Double>();
/// #     }
/// # }
///
/// let service = Service::<Acme>::new();
/// let catalogue = service.catalogue();
/// assert!(index_page(&catalogue, r#"provider "acme" {}"#, &[]).contains("# acme Provider"));
///
/// let double = &catalogue.functions["double"];
/// let page = function_page(catalogue.name, "double", double, "provider::acme::double(2)");
/// assert!(page.contains("double(number number) number"));
/// ```
pub fn index_page(catalogue: &Catalogue<'_>, example: &str, prose: &[String]) -> String {
    let mut out = String::new();
    let description = &catalogue.provider.object.description;
    front_matter(&mut out, &format!("{} Provider", catalogue.name), "", description);
    let _ = write!(out, "# {} Provider\n\n{description}\n", catalogue.name);
    let _ = write!(out, "\n## Example Usage\n\n```terraform\n{}\n```\n", example.trim_end());
    for section in prose {
        let _ = write!(out, "\n{}\n", section.trim());
    }
    out.push_str("\n## Schema\n");
    describe_object(&mut out, &catalogue.provider.object);
    describe_nested(&mut out, &catalogue.provider.object, "");
    out
}

/// The page of a function.
pub fn function_page(provider: &str, name: &str, function: &FunctionEntry, example: &str) -> String {
    let mut out = String::new();
    front_matter(&mut out, &format!("{name} function - {provider}"), "", function.summary);
    let _ = write!(out, "# function: {name}\n\n{}\n", function.description);
    let _ = write!(out, "\n## Example Usage\n\n```terraform\n{}\n```\n", example.trim_end());
    let arguments: Vec<_> = function
        .parameters
        .iter()
        .enumerate()
        .map(|(position, (name, _, ty))| {
            let rest =
                if function.variadic && position + 1 == function.parameters.len() { "..." } else { "" };
            format!("{name} {}{rest}", spell(ty))
        })
        .collect();
    let _ = write!(
        out,
        "\n## Signature\n\n```text\n{name}({}) {}\n```\n",
        arguments.join(", "),
        spell(&function.output)
    );
    out.push_str("\n## Arguments\n\n");
    for (name, description, ty) in &function.parameters {
        let _ = writeln!(out, "1. `{name}` ({}) {description}", title(&spell(ty)));
    }
    out
}

/// The import section of a resource, from its identity.
///
/// ```
/// use tfplugin::render::import_section;
/// use tfplugin::{Identity, Model, ResourceEntry, schema_of};
///
/// /// What tells a queue from every other one.
/// #[derive(Model, Identity)]
/// struct QueueId {
///     /// Its name.
///     name: String,
/// }
///
/// let identity = &schema_of::<QueueId>();
/// let entry = ResourceEntry { schema: identity, identity, subcategory: "" };
/// let ids = [("The queue's name.".to_owned(), "orders".to_owned())];
/// assert!(import_section("acme_queue", &entry, &ids).contains("terraform import acme_queue.example 'orders'"));
/// ```
pub fn import_section(name: &str, entry: &ResourceEntry<'_>, ids: &[(String, String)]) -> String {
    let mut out = String::from("In Terraform 1.5 and later, use an `import` block:\n\n```terraform\n");
    let (_, id) = ids.first().cloned().unwrap_or_default();
    let _ = write!(
        out,
        "import {{\n  to = {name}.example\n  id = \"{id}\"\n}}\n```\n\nor the command line:\n\n```shell\n"
    );
    for (_, id) in ids {
        let _ = writeln!(out, "terraform import {name}.example '{id}'");
    }
    out.push_str("```\n\n");
    for (what, id) in ids {
        let _ = writeln!(out, "- `{id}`: {what}");
    }
    out.push_str("\nIn Terraform 1.12 and later, an object can be imported by its identity:\n\n");
    for attribute in &entry.identity.object.attributes {
        let need = if attribute.mode == Mode::Required { "required" } else { "optional" };
        let _ = writeln!(out, "- `{}` ({need}) {}", attribute.name, attribute.description);
    }
    out
}

fn describe_object(out: &mut String, object: &Object) {
    for rule in &object.rules {
        let _ = write!(out, "\n{}\n", rule.sentence());
    }
    let groups: [(&str, &[Mode]); 3] = [
        ("Required", &[Mode::Required]),
        ("Optional", &[Mode::Optional, Mode::OptionalComputed]),
        ("Read-Only", &[Mode::Computed]),
    ];
    for (heading, modes) in groups {
        let attributes: Vec<_> =
            object.attributes.iter().filter(|attribute| modes.contains(&attribute.mode)).collect();
        if attributes.is_empty() {
            continue;
        }
        let _ = write!(out, "\n### {heading}\n\n");
        for attribute in attributes {
            let _ = writeln!(out, "- `{}` ({}) {}", attribute.name, type_words(attribute), words(attribute));
        }
    }
}

/// Each nested object under a heading of its own, depth first.
fn describe_nested(out: &mut String, object: &Object, prefix: &str) {
    for attribute in &object.attributes {
        if let Some((_, nested)) = attribute.kind.nested() {
            let path = format!("{prefix}{}", attribute.name);
            let _ = write!(out, "\n<a id=\"{}\"></a>\n### Nested Schema for `{path}`\n", anchor(&path));
            // Its own headings would compete with the page's: plain bold words do.
            let mut inner = String::new();
            describe_object(&mut inner, nested);
            out.push_str(
                &inner
                    .replace("\n### Required\n", "\nRequired:\n")
                    .replace("\n### Optional\n", "\nOptional:\n")
                    .replace("\n### Read-Only\n", "\nRead-Only:\n"),
            );
            describe_nested(out, nested, &format!("{path}."));
        }
    }
}

fn anchor(path: &str) -> String {
    format!("nestedatt--{}", path.replace('.', "--"))
}

fn type_words(attribute: &Attribute) -> String {
    let mut text = match attribute.kind.nested() {
        Some((crate::schema::Nesting::Single, _)) => "Attributes".to_owned(),
        Some((crate::schema::Nesting::List, _)) => "Attributes List".to_owned(),
        Some((crate::schema::Nesting::Set, _)) => "Attributes Set".to_owned(),
        Some((crate::schema::Nesting::Map, _)) => "Attributes Map".to_owned(),
        None => title(&kind_words(&attribute.kind)),
    };
    if attribute.sensitive {
        text.push_str(", Sensitive");
    }
    if attribute.write_only {
        text.push_str(", Write-only");
    }
    if attribute.deprecated.is_some() {
        text.push_str(", Deprecated");
    }
    text
}

fn kind_words(kind: &Kind) -> String {
    match kind {
        Kind::Leaf(leaf) => leaf.name.to_owned(),
        Kind::List(inner) => format!("list of {}", kind_words(inner)),
        Kind::Set(inner) => format!("set of {}", kind_words(inner)),
        Kind::Map(inner) => format!("map of {}", kind_words(inner)),
        Kind::Object(_) => "object".to_owned(),
    }
}

fn title(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// The description and everything the schema adds to it, as sentences.
fn words(attribute: &Attribute) -> String {
    let mut text = attribute.description.replace("\n\n", " ").replace('\n', " ");
    let mut add = |sentence: String| {
        if !sentence.is_empty() {
            text.push(' ');
            text.push_str(&sentence);
        }
    };
    if let Kind::Leaf(leaf) = &attribute.kind
        && let Some(choices) = (leaf.json)().get("enum").and_then(|choices| choices.as_array().cloned())
    {
        let choices: Vec<_> =
            choices.iter().filter_map(|choice| choice.as_str().map(str::to_owned)).collect();
        add(format!("One of {}.", list_of(&choices)));
    }
    for rule in &attribute.rules {
        add(rule.sentence.clone());
    }
    if let Some(default) = &attribute.default {
        add(format!("Default: `{}`.", to_json(default).to_string().trim_matches('"')));
    }
    match attribute.replace {
        Replace::OnChange => add("Changing this replaces the object.".into()),
        Replace::OnPresence => add("Setting or removing this replaces the object.".into()),
        Replace::Never => {}
    }
    if attribute.unread {
        add("Not read back.".into());
    }
    if let Stability::DerivedFrom(sources) = &attribute.stability {
        add(format!("Follows {}.", list_of(sources).replace(" or ", " and ")));
    }
    if let Some(instead) = &attribute.deprecated {
        add(format!("**Deprecated:** {instead}"));
    }
    text
}

fn spell(ty: &Type) -> String {
    match ty {
        Type::String => "string".into(),
        Type::Number => "number".into(),
        Type::Bool => "bool".into(),
        Type::Dynamic => "dynamic".into(),
        Type::List(inner) => format!("list of {}", spell(inner)),
        Type::Set(inner) => format!("set of {}", spell(inner)),
        Type::Map(inner) => format!("map of {}", spell(inner)),
        Type::Object(_) => "object".into(),
        Type::Tuple(_) => "tuple".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::front_matter;

    #[test]
    fn the_description_of_a_page_is_the_whole_first_paragraph() {
        let mut page = String::new();
        front_matter(&mut page, "acme_queue", "", "A queue of messages. They are\nkept in order.\n\nMore.");
        assert!(
            page.ends_with("description: |-\n  A queue of messages. They are kept in order.\n---\n\n"),
            "{page}"
        );
    }
}
