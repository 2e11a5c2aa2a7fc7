//! Local doubles.
