//! The engine as a whole: invariants, the failure table, commands, checks, journals and the policies of five systems.

mod failure_table;
mod invariants;
mod scenario;
mod world;
