//! The Cloudflare client against the sandbox.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod aspects;
mod bucket;
mod emptying;
mod failures;
mod finding;
mod listing;
mod secrets;
mod support;
