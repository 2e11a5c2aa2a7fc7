//! `slipway canary`: everything about a release that needs no cloud.

mod explain;
mod lint;
mod odds;
mod simulate;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rollout::Policy;

use crate::canary::document;
use crate::exit::Exit;
use crate::failure::{Failure, Message, read_text};
use crate::output::Output;

/// Check, explain and rehearse a canary release before it touches traffic
#[derive(Debug, Args)]
pub(crate) struct Canary {
    #[command(subcommand)]
    command: CanaryCommand,
}

#[derive(Debug, Subcommand)]
enum CanaryCommand {
    Explain(explain::Explain),
    Lint(lint::Lint),
    Odds(odds::Odds),
    Simulate(simulate::Simulate),
}

impl Canary {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        match self.command {
            CanaryCommand::Explain(explain) => explain.run(output),
            CanaryCommand::Lint(lint) => lint.run(output),
            CanaryCommand::Odds(odds) => odds.run(output),
            CanaryCommand::Simulate(simulate) => simulate.run(output),
        }
    }
}

/// The policy that a command is about.
#[derive(Debug, Args)]
struct PolicyFile {
    /// The release policy: JSON, YAML, HCL or Terraform; `-` reads standard input
    ///
    /// Where a file holds several policies, name one after a `#`: `main.tf#standard`.
    #[arg(long = "policy", value_name = "FILE")]
    path: PathBuf,
}

impl PolicyFile {
    /// Reads the policy. Everything that is wrong with it is one message.
    fn read(&self) -> Result<Policy, Failure> {
        let (path, name) = self.split();
        let text = read_text(&path)?;
        let shown = path.display();
        let mut documents = document::read(&path, &text).map_err(|error| {
            Message::new(format!("`{shown}` is not a policy"))
                .detail(format!("{shown}:{}:{}: {}", error.place.line, error.place.column, error.message))
        })?;
        if let Some(name) = name {
            let suffix = format!(".{name}");
            documents.retain(|document| {
                document
                    .address
                    .as_deref()
                    .is_some_and(|address| address == name || address.ends_with(&suffix))
            });
            if documents.is_empty() {
                return Err(Message::new(format!("`{shown}` holds no policy named `{name}`")).into());
            }
        }
        let document = match documents.as_slice() {
            [document] => document,
            several => {
                let names = several.iter().filter_map(|document| document.address.clone());
                return Err(Message::new(format!("`{shown}` holds {} policies", several.len()))
                    .details(names)
                    .next(format!("Name one of them after a `#`: `--policy {shown}#NAME`."))
                    .into());
            }
        };
        Policy::from_value(document.value.clone()).map_err(|problems| {
            let problems = problems.into_iter().map(|problem| {
                let place = document.place(&problem.path);
                format!("{shown}:{}:{}: {problem}", place.line, place.column)
            });
            let mut message = Message::new(format!("`{shown}` is not a valid policy")).details(problems);
            if !document.unknown.is_empty() {
                message = message
                    .detail(format!("Only Terraform knows the value of {}.", document.unknown.join(", ")));
            }
            message.next("Correct the policy; `slipway canary lint` checks it again.").into()
        })
    }

    /// The file, and the name of the policy in it. A file whose own name has a `#` is taken as it is.
    fn split(&self) -> (PathBuf, Option<String>) {
        let text = self.path.to_string_lossy();
        match text.rsplit_once('#') {
            Some((file, name)) if !name.is_empty() && !self.path.exists() => {
                (Path::new(file).to_owned(), Some(name.to_owned()))
            }
            _ => (self.path.clone(), None),
        }
    }
}

/// A number of requests a minute, more than none.
fn traffic(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if f64::is_finite(number) && number > 0.0 => Ok(number),
        _ => Err("requests a minute are a number above 0".to_owned()),
    }
}
