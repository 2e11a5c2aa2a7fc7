//! Prints what is generated from the provider, as one JSON object of text by path: `generate docs`, `generate schemas`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use slipway_provider::Slipway;
use tfplugin::render::{Page, function_page, import_section, index_page, json_schema, schema_page};
use tfplugin::schema::Schema;
use tfplugin::{Catalogue, Service};

type Files = BTreeMap<String, String>;

#[expect(clippy::print_stdout, reason = "what it prints is what it is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = Service::<Slipway>::new();
    let catalogue = service.catalogue();
    let files = match std::env::args().nth(1).as_deref() {
        Some("docs") => docs(&catalogue)?,
        Some("schemas") => schemas(&catalogue),
        other => return Err(format!("say `docs` or `schemas`, not {other:?}").into()),
    };
    println!("{}", serde_json::to_string_pretty(&files)?);
    Ok(())
}

/// How Terraform makes use of a list resource.
const QUERIES: &str = "\
## Querying

`terraform query`, which Terraform has from 1.14 on, reads `list` blocks from the files `*.tfquery.hcl` beside the \
configuration and prints what they find. With `-generate-config-out=FILE` it also writes an `import` block and a \
`resource` block for each object found.

The attributes of the schema stand in the block `config`. Beside it stand what every `list` block takes: `provider`, \
`limit` (100 objects unless it says otherwise) and `include_resource` (whether the attributes of the objects are \
listed too; off unless it says otherwise).";

fn docs(catalogue: &Catalogue<'_>) -> std::io::Result<Files> {
    let mut files = Files::new();
    let index =
        index_page(catalogue, &example("provider/provider.tf")?, &[slipway_provider::environment_section()]);
    files.insert("docs/index.md".into(), index);
    for (name, entry) in &catalogue.resources {
        let page = Page {
            name,
            provider: catalogue.name,
            what: "Resource",
            subcategory: entry.subcategory,
            examples: examples(&format!("resources/{name}"))?,
            prose: slipway_provider::capabilities::section(name).into_iter().collect(),
            import: Some(import_section(name, entry, &slipway_provider::import_ids(name))),
        };
        files.insert(path("resources", catalogue, name), schema_page(&page, entry.schema));
    }
    for (folder, what, schemas) in [
        ("data-sources", "Data Source", &catalogue.data_sources),
        ("ephemeral-resources", "Ephemeral", &catalogue.ephemerals),
        ("list-resources", "List Resource", &catalogue.lists),
        ("actions", "Action", &catalogue.actions),
    ] {
        for (name, schema) in schemas {
            let examples = examples(&format!("{folder}/{name}"))?;
            let prose = if folder == "list-resources" { vec![QUERIES.to_owned()] } else { Vec::new() };
            // What is listed says where its page belongs.
            let listed = catalogue.resources.get(name).filter(|_| folder == "list-resources");
            let subcategory = listed.map_or("", |resource| resource.subcategory);
            let import = None;
            let page = Page { name, provider: catalogue.name, what, subcategory, examples, prose, import };
            files.insert(path(folder, catalogue, name), schema_page(&page, schema));
        }
    }
    for (name, function) in &catalogue.functions {
        let example = example(&format!("functions/{name}/function.tf"))?;
        let page = function_page(catalogue.name, name, function, &example);
        files.insert(format!("docs/functions/{name}.md"), page);
    }
    Ok(files)
}

/// `docs/resources/storage_bucket.md`: the Registry wants names without the prefix.
fn path(folder: &str, catalogue: &Catalogue<'_>, name: &str) -> String {
    let short = name.strip_prefix(catalogue.name).and_then(|rest| rest.strip_prefix('_')).unwrap_or(name);
    format!("docs/{folder}/{short}.md")
}

fn schemas(catalogue: &Catalogue<'_>) -> Files {
    let mut files = Files::new();
    let mut add = |file: String, title: &str, schema: &Schema| {
        let id = format!("urn:slipway:{}", file.trim_end_matches(".json").replace('/', ":"));
        let text = serde_json::to_string_pretty(&json_schema(&id, title, schema)).expect("a schema is JSON");
        files.insert(file, text + "\n");
    };
    add("schemas/provider.json".into(), catalogue.name, catalogue.provider);
    for (name, entry) in &catalogue.resources {
        add(format!("schemas/resources/{name}.json"), name, entry.schema);
    }
    for (name, schema) in &catalogue.data_sources {
        add(format!("schemas/data-sources/{name}.json"), name, schema);
    }
    for (name, schema) in &catalogue.lists {
        add(format!("schemas/list-resources/{name}.json"), name, schema);
    }
    let capabilities = serde_json::to_string_pretty(&slipway_provider::capabilities::json());
    files.insert("schemas/capabilities.json".into(), capabilities.expect("the table is JSON") + "\n");
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the provider is in a folder of the project")
}

fn example(file: &str) -> std::io::Result<String> {
    let path = root().join("examples").join(file);
    fs::read_to_string(&path).map_err(|error| std::io::Error::other(format!("{}: {error}", path.display())))
}

/// Every example in a folder; its first comment, or its file name, is the heading when there are several.
fn examples(folder: &str) -> std::io::Result<Vec<(String, String)>> {
    let path = root().join("examples").join(folder);
    let mut files: Vec<_> = fs::read_dir(&path)
        .map_err(|error| std::io::Error::other(format!("{}: {error}", path.display())))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| {
            let name = file.to_string_lossy();
            name.ends_with(".tf") || name.ends_with(".tfquery.hcl")
        })
        .collect();
    files.sort_by_key(|file| file.file_stem().map(ToOwned::to_owned));
    let several = files.len() > 1;
    files
        .into_iter()
        .map(|file| {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            let heading = if several { heading(&stem) } else { String::new() };
            Ok((heading, fs::read_to_string(&file)?))
        })
        .collect()
}

/// `aws-website` is "AWS: website".
fn heading(stem: &str) -> String {
    let (cloud, rest) = stem.split_once('-').unwrap_or((stem, ""));
    let cloud = match cloud {
        "aws" => "AWS",
        "cloudflare" => "Cloudflare",
        "supabase" => "Supabase",
        other => other,
    };
    if rest.is_empty() { cloud.to_owned() } else { format!("{cloud}: {}", rest.replace('-', " ")) }
}
