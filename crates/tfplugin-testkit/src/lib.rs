//! A small Terraform core in Rust: it asks a provider what Terraform would ask, and judges the answers by
//! Terraform's own rules.
//!
//! It knows nothing of the framework a provider is written with: everything goes over the protocol's messages, in
//! the same process. Read [`block`] (what a schema promises), [`proposed`] (what Terraform proposes), [`judge`] (what
//! it refuses), [`core`] (the commands), [`configs`] (configurations made up from a schema).

pub mod block;
pub mod configs;
pub mod core;
pub mod judge;
pub mod proposed;

pub use crate::core::{Applied, Core, Instance, Planned, Verdict};
