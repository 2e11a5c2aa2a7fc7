//! What the `slipway canary` commands work with, free of arguments and printing.

pub(crate) mod chances;
pub(crate) mod document;
pub(crate) mod gates;
pub(crate) mod picture;
pub(crate) mod rehearsal;
pub(crate) mod rules;
pub(crate) mod trace;
pub(crate) mod words;
