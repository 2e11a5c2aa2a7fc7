//! The framework.

pub mod wire;
