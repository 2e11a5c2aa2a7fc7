//! What can be typed: the options that every command shares, and the tree of commands.

use clap::{ArgAction, Args, Parser};

use crate::commands::Command;
use crate::exit;

/// Releases that watch themselves, for teams on Supabase, AWS and Cloudflare.
#[derive(Debug, Parser)]
#[command(name = "slipway", version, propagate_version = true, after_long_help = exit::CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that mean the same in every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Print machine-readable JSON instead of text
    ///
    /// Results go to standard output, errors to standard error, each as JSON.
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,

    /// When to colour the output
    ///
    /// `auto` colours on a terminal, unless the environment sets NO_COLOR.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value_t,
        value_enum,
        help_heading = "Global options"
    )]
    pub(crate) color: Color,

    /// Print results only: no progress, no hints
    #[arg(short, long, global = true, action = ArgAction::SetTrue, help_heading = "Global options")]
    pub(crate) quiet: bool,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_tree_of_commands_is_sound() {
        Cli::command().debug_assert();
    }
}
