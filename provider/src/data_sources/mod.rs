//! Data sources: what is read and never owned.

mod caller_identity;

pub use caller_identity::CallerIdentity;
