//! The commands, one file each. A command is a `clap` struct with `run`; this list is the whole tree.

mod canary;
mod completions;
mod man;
mod sandbox;

use clap::Subcommand;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// The first word after `slipway`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Canary(canary::Canary),
    Completions(completions::Completions),
    Man(man::Man),
    Sandbox(sandbox::Sandbox),
}

impl Command {
    /// Runs the command; the exit code is the caller's.
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        match self {
            Self::Canary(canary) => canary.run(output),
            Self::Completions(completions) => completions.run(output),
            Self::Man(man) => man.run(output),
            Self::Sandbox(sandbox) => sandbox.run(output),
        }
    }
}
