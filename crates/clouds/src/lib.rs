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
//! | how does a list come that is long? | [`page`] |
//! | what must never be printed? | [`secret`] |
//! | AWS | `aws` |
//! | Cloudflare | `cloudflare` |
//! | Supabase | `supabase` |
//! | how is a vendor reached that has no SDK? | `http` |
//!
//! ```no_run
//! # #[cfg(feature = "aws")]
//! # async fn example() -> Result<(), clouds::ApiError> {
//! use clouds::aws::{Aws, AwsConfig, s3::Aspect};
//! use clouds::{Call, Policy, Vendor};
//!
//! // Nothing is read or sent before the first request.
//! let aws = Aws::new(AwsConfig::default(), Policy::of(Vendor::Aws));
//! let found = aws.s3(Some("eu-west-1")).read(&Call::unbounded(), "orders", &[Aspect::Tags]).await?;
//! assert!(found.is_some_and(|bucket| bucket.tags.contains_key("team")));
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "aws")]
pub mod aws;
pub mod call;
pub mod clock;
#[cfg(feature = "cloudflare")]
pub mod cloudflare;
pub mod error;
#[cfg(feature = "http")]
pub mod http;
pub mod page;
pub mod policy;
pub mod secret;
#[cfg(feature = "supabase")]
pub mod supabase;

pub use call::Call;
pub use error::{ApiError, ErrorKind, Vendor};
pub use page::Page;
pub use policy::Policy;
pub use secret::Secret;
