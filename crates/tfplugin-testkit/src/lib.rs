//! A small Terraform core in Rust: it asks a provider what Terraform would ask, and judges the answers by
//! Terraform's own rules.
//!
//! It knows nothing of the framework a provider is written with: everything goes over the protocol's messages, in
//! the same process. Read [`block`] (what a schema promises), [`proposed`] (what Terraform proposes), [`judge`] (what
//! it refuses), [`core`] (the commands), [`configs`] (configurations made up from a schema).
//!
//! ```
//! # use tfplugin::wire::tfplugin6::provider_server::Provider;
//! use tfplugin::Value;
//! use tfplugin_testkit::{Core, Verdict};
//!
//! /// The plan is allowed, the result fits it, the second plan is empty, and the import gives the same.
//! async fn lives_well(provider: impl Provider, resource: &str, config: Value) -> Result<(), Verdict> {
//!     let core = Core::start(provider).await?;
//!     core.configure(&core.provider_block().empty()).await?;
//!     let applied = core.apply(resource, None, &config).await;
//!     applied.verdict?;
//!     let made = applied.instance.expect("an object");
//!     assert!(core.plan(resource, Some(&made), &config).await?.no_op);
//!     let id = made.value.get("id").as_str().expect("an id");
//!     assert_eq!(core.import(resource, id).await?.value, made.value);
//!     core.destroy(resource, made).await.verdict
//! }
//! ```

#![doc(test(attr(deny(unused_imports, unused_mut, deprecated))))]

pub mod block;
pub mod configs;
pub mod core;
pub mod judge;
pub mod proposed;

pub use crate::core::{Applied, Core, Instance, Listed, Planned, Verdict};
