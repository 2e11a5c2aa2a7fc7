//! `#[derive(Model)]`: a struct is the schema, its values and their documentation. `#[derive(Choice)]`: an enum is
//! the list of texts that an attribute allows.
//!
//! Both are documented where they are used, in the crate `tfplugin-rs`.

mod check;
mod choice;
mod expand;
mod identity;
mod parse;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct with named fields a [`Model`](https://docs.rs/tfplugin-rs): schema, codec, documentation, and a
/// twin `…Draft` for rules that must cope with unknown values.
///
/// The type of a field says who decides its value:
///
/// | field type | Terraform mode |
/// |---|---|
/// | `T` | required |
/// | `Option<T>` | optional |
/// | `Defaulted<T>` with `default = …` | optional, the default is visible in the plan |
/// | `OrComputed<T>` | optional, else the provider decides |
/// | `Computed<T>` | the provider decides |
/// | `WriteOnly<T>` | optional, handed to the provider, stored nowhere |
/// | `Sensitive<T>` inside any of them | masked |
///
/// `T` is a leaf (`String`, `bool`, integers, `f64`, `Number`, `Span`, `Size`, `Json`, `Dynamic`, an enum with
/// `#[derive(Choice)]`, a type with `Spelled`), another model, or `Vec`, `Set` and `BTreeMap<String, _>` of them.
///
/// On a field, `#[tf(...)]` takes:
///
/// | key | meaning |
/// |---|---|
/// | `default = …` | a literal or an expression of the field's type; alone, the type's own default |
/// | `replace` | a change replaces the object |
/// | `replace = "presence"` | setting or removing it replaces the object, a change inside does not |
/// | `keep` | the provider's value never changes while the object lives |
/// | `recompute` | it may change with any update (the rule for `Computed`; for `OrComputed` it must be asked for) |
/// | `derived_from("a", "b")` | it changes only when one of these fields does |
/// | `unread` | the cloud never returns it: a read keeps what the state holds |
/// | `range = "1m..=14d"` | inclusive bounds in the field's own spelling |
/// | `length = "3..=63"` | how many characters |
/// | `items = "1..=10"` | how many elements |
/// | `pattern("regex", "Sentence for people.")` | what the whole text must match |
/// | `one_of("a", "b")` | the allowed texts |
/// | `check = path::to::function` | `fn(&T) -> Result<(), Invalid>` |
/// | `conflicts_with("b")`, `required_with("b")` | rules between fields |
/// | `deprecated = "Use x."` | a warning when it is set |
/// | `rename = "name"` | the attribute's name where it differs from the field's |
///
/// On the struct: `version = 1`, `deprecated = "…"`, `exactly_one_of("a", "b")`, `at_least_one_of(…)`,
/// `at_most_one_of(…)`, `all_or_none(…)`.
#[proc_macro_derive(Model, attributes(tf))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    parse::model(&input)
        .and_then(|model| check::model(&model).map(|()| expand::model(&model)))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes an enum of unit variants a leaf that allows exactly its variants.
///
/// A variant is written as its own name, or as `#[tf("aws:kms")]` says.
#[proc_macro_derive(Choice, attributes(tf))]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a model with required fields an identity: the import id is its fields, with a `/` between them.
#[proc_macro_derive(Identity, attributes(tf))]
pub fn derive_identity(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    identity::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
