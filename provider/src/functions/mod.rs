//! Functions: `provider::slipway::NAME(...)`.

mod parse_duration;
mod parse_size;

pub use parse_duration::ParseDuration;
pub use parse_size::ParseSize;
