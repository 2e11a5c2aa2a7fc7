//! Write Terraform providers in Rust.
//!
//! A struct is the schema of a resource, its documentation and its values; a trait says what Terraform can do with it; a
//! provider lists what it offers:
//!
//! ```
//! use tfplugin::{Computed, Context, Diagnostic, Identity, Model, Operation, Outcome, Provider, Registry, Resource};
//!
//! /// A note in a file.
//! #[derive(Model, Clone, Debug)]
//! struct Note {
//!     /// Where the note is kept.
//!     #[tf(replace)]
//!     path: String,
//!     /// What it says.
//!     text: String,
//!     /// The path again.
//!     #[tf(keep)]
//!     id: Computed<String>,
//! }
//!
//! /// What tells a note from every other one.
//! #[derive(Model, Identity)]
//! struct NoteId {
//!     /// Where the note is kept.
//!     path: String,
//! }
//!
//! impl Resource for Note {
//!     const NAME: &'static str = "note";
//!     type Client = ();
//!     type Model = Self;
//!     type Identity = NoteId;
//!
//!     async fn create(_: &Context<Self>, plan: Self) -> Outcome<Self> {
//!         std::fs::write(&plan.path, &plan.text).map_err(Diagnostic::from_cause("The note was not written"))?;
//!         Ok(Self { id: plan.path.clone().into(), ..plan })
//!     }
//!
//!     // read, update, delete ...
//! #   async fn read(_: &Context<Self>, id: &NoteId) -> Outcome<Option<Self>> {
//! #       let text = std::fs::read_to_string(&id.path).ok();
//! #       Ok(text.map(|text| Self { path: id.path.clone(), text, id: id.id().into() }))
//! #   }
//! #   async fn update(ctx: &Context<Self>, _: Self, plan: Self) -> Outcome<Self> {
//! #       Self::create(ctx, plan).await
//! #   }
//! #   async fn delete(_: &Context<Self>, state: Self) -> Outcome<()> {
//! #       std::fs::remove_file(&state.path).map_err(Diagnostic::from_cause("The note was not removed"))
//! #   }
//! }
//!
//! struct Notes;
//!
//! impl Provider for Notes {
//!     const ADDRESS: &'static str = "registry.terraform.io/example/notes";
//!     const VERSION: &'static str = "1.0.0";
//!     type Config = ();
//!     type Client = ();
//!
//!     async fn configure(_: &Operation, (): ()) -> Outcome<Option<()>> {
//!         Ok(Some(()))
//!     }
//!
//!     fn register(registry: &mut Registry<()>) {
//!         registry.resource::<Note>();
//!     }
//! }
//!
//! // fn main() -> std::process::ExitCode { tfplugin::run::<Notes>() }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
//! # use tfplugin::{Service, Value};
//! # let core = tfplugin_testkit::Core::start(Service::<Notes>::new()).await?;
//! # core.configure(&Value::object::<&str>([])).await?;
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("note.txt").display().to_string();
//! # let note = |text: &str| Value::object([("path", Value::from(path.as_str())), ("text", Value::from(text))]);
//! # let made = core.apply("notes_note", None, &note("hello")).await.instance.expect("a note");
//! # let changed = core.apply("notes_note", Some(made), &note("hello again")).await.instance.expect("a note");
//! # assert_eq!(core.refresh("notes_note", &changed).await?.as_ref(), Some(&changed));
//! # core.destroy("notes_note", changed).await.verdict?;
//! # assert!(!std::path::Path::new(&path).exists());
//! # Ok(())
//! # }
//! ```
//!
//! The whole of it, in sixty lines of code, is `examples/terraform-provider-notes.rs`. To go on:
//!
//! - [`Resource`], [`DataSource`], [`Ephemeral`], [`List`], [`Action`] and [`Function`]: what a provider can offer.
//! - [`Model`](derive@Model): every `#[tf(...)]` key, with an example. The type of a field says who decides its value:
//!   [`Defaulted`], [`Computed`], [`OrComputed`], [`WriteOnly`], [`Sensitive`], [`Set`].
//! - [`Context`]: checkpoints, private notes, cancellation, waiting.
//! - [`Diagnostic`]: what users read when something is wrong.
//! - [`run`], and [`serve`] for programs with a runtime of their own.
//! - The crate `tfplugin-testkit` plays Terraform in tests.

#![doc(test(attr(deny(unused_imports, unused_mut, deprecated))))]

// The derive names this crate by its public name, here as everywhere else.
extern crate self as tfplugin;

pub mod action;
mod catalogue;
pub mod codec;
pub mod context;
pub mod cty;
pub mod data_source;
pub mod diagnostics;
pub mod ephemeral;
mod erased;
pub mod field;
pub mod function;
mod identity;
mod leaf;
pub mod list;
pub mod log;
mod model;
pub mod number;
pub mod panic;
pub mod path;
pub mod plan;
mod private;
pub mod provider;
pub mod registry;
#[cfg(feature = "render")]
pub mod render;
pub mod resource;
pub mod rule;
pub mod schema;
pub mod serve;
pub mod service;
mod timeouts;
pub mod validate;
pub mod value;
pub mod wire;

pub use action::{Action, ActionContext};
pub use catalogue::{Catalogue, FunctionEntry, ResourceEntry};
pub use context::{Context, Operation, Probe};
pub use data_source::{ClientContext, DataSource};
pub use diagnostics::{Diagnostic, Diagnostics, Outcome, Report, Severity};
pub use ephemeral::{Ephemeral, Opened, Renewed};
pub use field::{
    Computed, Defaulted, Draft, Dynamic, Element, Field, OrComputed, Sensitive, Set, Spelled, WriteOnly,
};
pub use function::{Function, FunctionError, Rest};
pub use identity::Identity;
pub use leaf::{Json, Size, Span};
pub use list::{List, Sink};
pub use model::{Model, schema_of};
pub use number::Number;
pub use path::Path;
pub use provider::Provider;
pub use registry::Registry;
pub use resource::{MoveSource, Plan, Resource, TimeLimits};
pub use rule::{Invalid, Rule};
pub use service::Service;
pub use timeouts::Timeouts;
pub use value::Value;

#[doc(inline)]
pub use tfplugin_derive::{Choice, Identity, Model};

#[doc(hidden)]
pub mod derive_support {
    //! What the derived code names.
    pub use crate::identity::{IdPart, join_id, split_id};
    pub use crate::model::field_from;
    pub use crate::rule::subject::{collection, default, ordered, text};
    pub use serde_json::{Value as Json, json};
}

/// A provider's whole `main`.
///
/// ```no_run
/// # use tfplugin::{Operation, Outcome, Provider, Registry};
/// # struct Acme;
/// # impl Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "0.1.0";
/// #     type Config = ();
/// #     type Client = ();
/// #     async fn configure(_: &Operation, (): ()) -> Outcome<Option<()>> {
/// #         Ok(Some(()))
/// #     }
/// #     fn register(_: &mut Registry<()>) {}
/// # }
/// fn main() -> std::process::ExitCode {
///     tfplugin::run::<Acme>()
/// }
/// ```
pub fn run<P: Provider>() -> std::process::ExitCode {
    serve::run(Service::<P>::new(), serve::Options { address: P::ADDRESS, version: P::VERSION })
}
