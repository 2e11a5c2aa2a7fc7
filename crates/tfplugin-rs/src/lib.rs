//! The framework.

pub mod log;
pub mod panic;
pub mod serve;
pub mod wire;
