//! Whoever writes a provider finds an example for everything that can be named: the three crates are read as text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, TraitItem, UseTree, Visibility};

/// What is public in a module, and the code of its examples.
#[derive(Default)]
struct Module {
    count: usize,
    /// Without an example of their own.
    names: BTreeSet<String>,
    /// What stands at the root of a crate has an example of its own, and so has every trait: whoever implements one
    /// wants to see that done.
    without_own: Vec<String>,
    /// What the crate shows at its root.
    root: BTreeSet<String>,
    code: String,
}

/// Code that is generated, or that only the derives name.
fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => {
            let inside = list.tokens.to_string();
            (list.path.is_ident("doc") && inside == "hidden")
                || (list.path.is_ident("cfg") && inside == "test")
        }
        _ => false,
    })
}

/// The code in a doc comment.
fn code(attributes: &[Attribute]) -> String {
    let text =
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| {
            match &attribute.meta.require_name_value().ok()?.value {
                Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value()),
                _ => None,
            }
        });
    let text = text.collect::<Vec<_>>().join("\n");
    text.split("```").skip(1).step_by(2).collect()
}

impl Module {
    fn read(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).expect("a source file");
        let file = syn::parse_file(&text).expect("Rust");
        self.code += &code(&file.attrs);
        self.items(&file.items);
    }

    fn item(&mut self, visibility: &Visibility, name: &syn::Ident, attributes: &[Attribute]) {
        let example = code(attributes);
        self.code += &example;
        if matches!(visibility, Visibility::Public(_)) {
            self.count += 1;
            if example.is_empty() {
                self.names.insert(name.to_string());
                if self.root.contains(&name.to_string()) {
                    self.without_own.push(name.to_string());
                }
            }
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Struct(item) if !is_hidden(&item.attrs) => {
                    self.item(&item.vis, &item.ident, &item.attrs)
                }
                Item::Enum(item) if !is_hidden(&item.attrs) => self.item(&item.vis, &item.ident, &item.attrs),
                Item::Type(item) if !is_hidden(&item.attrs) => self.item(&item.vis, &item.ident, &item.attrs),
                Item::Const(item) if !is_hidden(&item.attrs) => {
                    self.item(&item.vis, &item.ident, &item.attrs)
                }
                Item::Fn(item) if !is_hidden(&item.attrs) => match derived(&item.attrs) {
                    Some(derive) => self.item(&item.vis, &derive, &item.attrs),
                    None => self.item(&item.vis, &item.sig.ident, &item.attrs),
                },
                Item::Mod(item) if !is_hidden(&item.attrs) => {
                    self.code += &code(&item.attrs);
                    self.items(item.content.as_ref().map_or(&[], |(_, items)| items));
                }
                Item::Impl(item) if item.trait_.is_none() => {
                    for item in &item.items {
                        match item {
                            ImplItem::Fn(method) if !is_hidden(&method.attrs) => {
                                self.item(&method.vis, &method.sig.ident, &method.attrs);
                            }
                            ImplItem::Const(constant) => {
                                self.item(&constant.vis, &constant.ident, &constant.attrs);
                            }
                            _ => {}
                        }
                    }
                }
                Item::Trait(item) if !is_hidden(&item.attrs) && matches!(item.vis, Visibility::Public(_)) => {
                    self.item(&item.vis, &item.ident, &item.attrs);
                    if code(&item.attrs).is_empty() {
                        self.without_own.push(item.ident.to_string());
                    }
                    for part in &item.items {
                        if let TraitItem::Fn(method) = part {
                            self.item(&item.vis, &method.sig.ident, &method.attrs);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The name that users write, where a function is a derive.
fn derived(attributes: &[Attribute]) -> Option<syn::Ident> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("proc_macro_derive"))?;
    let mut name = None;
    attribute
        .parse_nested_meta(|meta| {
            name = name.take().or_else(|| meta.path.get_ident().cloned());
            if meta.input.peek(syn::token::Paren) {
                meta.parse_nested_meta(|_| Ok(()))?;
            }
            Ok(())
        })
        .expect("a derive");
    name
}

/// The names of types, traits and functions that a crate shows at its root.
fn root(library: &Path) -> BTreeSet<String> {
    fn names(tree: &UseTree, found: &mut BTreeSet<String>) {
        match tree {
            UseTree::Path(path) => names(&path.tree, found),
            UseTree::Group(group) => group.items.iter().for_each(|tree| names(tree, found)),
            UseTree::Name(name) => drop(found.insert(name.ident.to_string())),
            UseTree::Rename(_) | UseTree::Glob(_) => panic!("name what stands at the root as it is called"),
        }
    }
    let text = std::fs::read_to_string(library).expect("a source file");
    let mut found = BTreeSet::new();
    for item in syn::parse_file(&text).expect("Rust").items {
        if let Item::Use(item) = item
            && matches!(item.vis, Visibility::Public(_))
        {
            names(&item.tree, &mut found);
        }
    }
    found
}

/// The source files below a folder, by module: a file, or a folder with all its files.
fn modules(source: &Path) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut modules = BTreeMap::<_, Vec<_>>::new();
    for entry in std::fs::read_dir(source).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            let files =
                std::fs::read_dir(&entry).expect("a folder").map(|entry| entry.expect("an entry").path());
            let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
            modules.entry(entry.clone()).or_default().extend(files);
        } else {
            modules.entry(entry.clone()).or_default().push(entry);
        }
    }
    modules
}

#[test]
fn everything_public_is_shown_in_an_example() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder of the crates");
    let (mut missing, mut count) = (Vec::new(), 0);
    for name in ["tfplugin-rs", "tfplugin-derive", "tfplugin-testkit"] {
        let source = crates.join(name).join("src");
        let root = root(&source.join("lib.rs"));
        for (place, files) in modules(&source) {
            // Generated from the protocol, and explained there.
            if place.ends_with("wire") {
                continue;
            }
            let mut module = Module { root: root.clone(), ..Module::default() };
            files.iter().for_each(|file| module.read(file));
            count += module.count;
            let words: BTreeSet<_> = module.code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            let unseen = module.names.iter().filter(|name| !words.contains(name.as_str()));
            let place = place.strip_prefix(crates).expect("a crate").display().to_string();
            missing.extend(unseen.map(|name| format!("{place}: no example shows `{name}`")));
            let without = module.without_own.iter();
            missing.extend(without.map(|name| format!("{place}: `{name}` has no example of its own")));
        }
    }
    assert!(count > 200, "only {count} public names were found: the scan is broken");
    assert_eq!(missing, Vec::<String>::new(), "add it to an example in the doc comments beside it");
}
