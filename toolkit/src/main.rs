//! `slipway`, the command line of the release engine and the local sandbox.

mod canary;
mod cli;
mod commands;
mod exit;
mod failure;
mod output;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let mut output = output::Output::new(&cli.global);
    let outcome = cli.command.run(&mut output);
    output.close(outcome)
}
