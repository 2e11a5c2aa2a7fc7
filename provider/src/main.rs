//! The provider.

fn main() {}
