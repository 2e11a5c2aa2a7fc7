//! Resources, in the order in which a reader should meet them.
