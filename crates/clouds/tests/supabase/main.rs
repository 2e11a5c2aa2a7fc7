//! The Supabase client against the sandbox.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod bucket;
mod emptying;
mod failures;
mod keys;
mod listing;
mod project_secrets;
mod secrets;
mod support;
