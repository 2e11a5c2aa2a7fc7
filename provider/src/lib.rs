//! The Terraform provider `slipway/slipway`: one resource kind over AWS, Cloudflare and Supabase.
//!
//! Read `provider` for the provider block, then one file under `resources`, `data_sources`, `ephemerals` or `functions`:
//! each is a whole thing, from its schema to its handlers. What a cloud answers becomes a message in `errors`, and nowhere
//! else.

pub mod capabilities;
mod clouds;
pub mod data_sources;
mod env;
pub mod ephemerals;
mod errors;
pub mod functions;
mod provider;
pub mod resources;

pub use env::environment_section;
pub use provider::Slipway;
pub use resources::import_ids;
