//! The AWS client against servers that answer what the test tells them to, and against a real double.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and speak as tests do")]

mod aspects;
mod connecting;
mod emptying;
mod failures;
mod listing;
mod moto;
mod reading;
mod secrets;
mod support;
