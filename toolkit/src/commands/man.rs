//! `slipway man`: manual pages, made from the same text as `--help`.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::failure::{Failure, Message};
use crate::output::Output;

/// Write the manual pages into a directory
///
/// One page per command: slipway.1, slipway-canary.1, slipway-canary-simulate.1 and so on. Read one with
/// `man ./slipway.1`, or name a directory of your MANPATH. The directory is created when it does not exist.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The directory to write to
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

impl Man {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        std::fs::create_dir_all(&self.directory).map_err(|error| {
            Message::new(format!("`{}` is not a directory that can be made", self.directory.display()))
                .detail(format!("The system answered: {error}."))
                .next("Name a directory that exists or can be created.")
        })?;
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let mut written = Vec::new();
        pages(&command, &self.directory, &mut written).map_err(|error| {
            Message::new(format!("The manual pages in `{}` are not complete", self.directory.display()))
                .detail(format!("The system answered: {error}."))
                .detail(format!("{} pages were written.", written.len()))
                .next("Name a directory that can be written, then run the command again.")
        })?;
        if output.is_json() {
            output.document(&serde_json::json!({ "pages": written }))?;
        } else {
            for page in written {
                output.line(page.display())?;
            }
        }
        Ok(Exit::Success)
    }
}

fn pages(command: &clap::Command, directory: &Path, written: &mut Vec<PathBuf>) -> io::Result<()> {
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        pages(command, directory, written)?;
    }
    let page = Page::new(command.clone())
        .source(concat!("slipway ", env!("CARGO_PKG_VERSION")))
        .manual("Slipway Manual");
    written.push(page.generate_to(directory)?);
    Ok(())
}
