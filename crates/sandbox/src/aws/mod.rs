//! The AWS double: moto or LocalStack, installed and pinned by ourselves, on loopback, gone with its parent.
//!
//! ```no_run
//! use sandbox::aws::{Double, Kind, Tools};
//!
//! let tools = Tools::new("target/tools")?.on_progress(|line| eprintln!("{line}"));
//! let double = Double::start(&Kind::Moto, &tools)?;
//! for (name, value) in double.environment() {
//!     println!("export {name}={value}");
//! }
//! # Ok::<(), sandbox::aws::Unavailable>(())
//! ```
//!
//! What a double lacks is a *gap*. A gap is named ([`gaps_in`]), never retried into a time-out and never passed.

mod client;
mod double;
mod gap;
mod python;
mod tools;

pub use client::{Client, Refusal};
pub use double::{Double, Kind, environment};
pub use gap::gaps_in;
pub use tools::Tools;

/// Something is missing on this machine, so that a double (and what needs it) cannot run.
///
/// Reads as the rest of a sentence that begins with "not run: ".
#[derive(Clone, Debug, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Unavailable {
    /// What is missing, such as `moto 5.2.5`.
    pub what: String,
    /// Why it could not be had: what was tried, and what was answered.
    pub why: String,
}

impl Unavailable {
    fn new(what: impl Into<String>, why: impl ToString) -> Self {
        Self { what: what.into(), why: why.to_string() }
    }
}
