//! The engine as a whole: invariants, the failure table, commands, checks, journals and the policies of five systems.

mod checks;
mod commands;
mod failure_table;
mod hooks;
mod invariants;
mod journals;
mod policies;
mod scenario;
mod timelines;
mod world;
