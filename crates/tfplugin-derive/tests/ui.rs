//! Every way to get a derive wrong, and what the compiler says about it.

use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

#[test]
fn misuse_is_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}

/// The texts in the code that people may read: those with several words, in parts where something is filled in.
/// Doc comments and generated code have other readers, and the reason of an `expect` has none.
fn messages(code: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut before = String::new();
    for token in code {
        match &token {
            TokenTree::Group(group) if !matches!(before.as_str(), "expect" | "quote") => {
                messages(group.stream(), found);
            }
            TokenTree::Literal(literal) if before != "doc" => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
                    && text.value().split_whitespace().count() > 2
                {
                    let text = text.value();
                    let parts =
                        text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
                    found.push(parts.map(str::to_owned).collect());
                }
            }
            _ => {}
        }
        if !matches!(&token, TokenTree::Punct(_)) {
            before = token.to_string();
        }
    }
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

#[test]
fn every_message_has_a_case() {
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("a file");
    let said: String = files("tests/ui", "stderr").iter().map(read).collect();
    let mut found = Vec::new();
    for source in files("src", "rs").iter().filter(|path| !path.ends_with("expand.rs")) {
        let code = read(source).parse().expect("Rust");
        messages(code, &mut found);
    }
    assert!(found.len() > 30, "only {} messages were found: the scan is broken", found.len());
    let unsaid = found.iter().filter(|parts| !parts.iter().all(|part| said.contains(part.as_str())));
    assert_eq!(unsaid.collect::<Vec<_>>(), Vec::<&Vec<String>>::new(), "add a case to tests/ui");
}
