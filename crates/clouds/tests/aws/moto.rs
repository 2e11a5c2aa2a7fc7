//! The client against a real double of AWS.
