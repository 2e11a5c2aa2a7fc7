//! The release engine.

pub mod stats;
