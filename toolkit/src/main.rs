//! `slipway`.

fn main() {}
