//! The AWS client against servers that answer what the test tells them to, and against a real double.

mod aspects;
mod connecting;
mod emptying;
mod failures;
mod moto;
mod reading;
mod secrets;
mod support;
