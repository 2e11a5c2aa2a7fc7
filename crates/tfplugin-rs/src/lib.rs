//! Write Terraform providers in Rust.

// The derive names this crate by its public name, here as everywhere else.
extern crate self as tfplugin;

pub mod codec;
pub mod cty;
pub mod diagnostics;
pub mod field;
mod leaf;
mod model;
pub mod number;
pub mod path;
pub mod plan;
pub mod rule;
pub mod schema;
pub mod validate;
pub mod value;

pub use diagnostics::{Diagnostic, Diagnostics, Outcome, Report, Severity};
pub use field::{
    Computed, Defaulted, Draft, Dynamic, Element, Field, OrComputed, Sensitive, Set, Spelled, WriteOnly,
};
pub use leaf::{Json, Size, Span};
pub use model::{Model, schema_of};
pub use number::Number;
pub use path::Path;
pub use rule::{Invalid, Rule};
pub use value::Value;

#[doc(inline)]
pub use tfplugin_derive::{Choice, Model};

#[doc(hidden)]
pub mod derive_support {
    //! What the derived code names.
    pub use crate::model::field_from;
    pub use serde_json::{Value as Json, json};
}
