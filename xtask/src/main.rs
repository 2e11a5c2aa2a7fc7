//! The project's chores: `cargo xtask demo`, `test`, `gen`, `bench`, `install`, `mutants`.

mod bench;
mod demo;
mod generate;
mod install;
mod modules_docs;
mod mutants;
mod proto;
mod screen;
mod test;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The chores of this project. Everything that they make is below the target directory.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    Demo(demo::Demo),
    Test(test::Test),
    Gen(generate::Generate),
    Install(install::Install),
    Bench(bench::Bench),
    Mutants(mutants::Mutants),
}

fn main() -> ExitCode {
    acceptance_tests::job::forward_interrupts(|| {});
    let done = match Arguments::parse().chore {
        Chore::Demo(demo) => demo.run(),
        Chore::Test(test) => test.run(),
        Chore::Gen(generate) => generate.run(),
        Chore::Install(install) => install.run(),
        Chore::Bench(bench) => bench.run(),
        Chore::Mutants(mutants) => mutants.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if acceptance_tests::job::interrupted() => ExitCode::from(130),
        Err(error) => {
            screen::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
