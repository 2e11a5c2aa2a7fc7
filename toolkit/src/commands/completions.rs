//! `slipway completions`: lets a shell complete our commands and options.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Print the completion script of a shell
///
/// Load it where your shell looks for completions, for example:
///
///   slipway completions bash > ~/.local/share/bash-completion/completions/slipway
///   slipway completions zsh > "${fpath[1]}/_slipway"
///   slipway completions fish > ~/.config/fish/completions/slipway.fish
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// The shell to complete for
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "slipway", &mut script);
        output.raw(&script)?;
        Ok(Exit::Success)
    }
}
