//! Write Terraform providers in Rust.

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
    pub use crate::rule::subject::{collection, ordered, text};
    pub use serde_json::{Value as Json, json};
}

/// A provider's whole `main`.
///
/// ```no_run
/// # use tfplugin::{Draft, Element, Model, Operation, Outcome, Provider, Registry};
/// # /// Nothing to configure.
/// # #[derive(Model)]
/// # struct Settings {}
/// # struct Acme;
/// # impl Provider for Acme {
/// #     const NAME: &'static str = "acme";
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "0.1.0";
/// #     type Config = Settings;
/// #     type Client = ();
/// #     async fn configure(_: &Operation, _: SettingsDraft) -> Outcome<Option<()>> {
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
