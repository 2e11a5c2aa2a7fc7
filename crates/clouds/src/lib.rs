//! Clients of the clouds that Slipway drives, and the one policy that all of them obey.
//!
//! The crate knows no Terraform. A caller holds a [`Call`] (until when, and whether to stop), asks a vendor's
//! client for one thing, and gets plain Rust types or an [`ApiError`] that says what was tried and what was
//! answered.
//!
//! | question | answered in |
//! |---|---|
//! | try again? how often, how far apart? is a repeated write safe? how many at once? how long may one request take? | [`policy`] |
//! | until when, and did somebody press Ctrl-C? | [`call`] |
//! | what time is it, and how does one wait? | [`clock`] |
//! | what did the vendor say? | [`error`] |
//! | what must never be printed? | [`secret`] |
//! | AWS | `aws` |

#[cfg(feature = "aws")]
pub mod aws;
pub mod call;
pub mod clock;
pub mod error;
pub mod policy;
pub mod secret;

pub use call::Call;
pub use error::{ApiError, ErrorKind, Vendor};
pub use policy::Policy;
pub use secret::Secret;
