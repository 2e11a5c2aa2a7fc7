//! `slipway sandbox`: the clouds on this machine, and what one may want to know and do while they run.

mod calls;
mod env;
mod fault;
mod files;
mod line;
mod reset;
mod status;
mod up;

use clap::{Args, Subcommand};
use sandbox::{Remote, RemoteError};

use crate::exit::Exit;
use crate::failure::{Failure, Message};
use crate::output::Output;

/// Where a sandbox listens unless told otherwise.
const SUPABASE_PORT: u16 = 7601;
const CLOUDFLARE_PORT: u16 = 7602;

/// Run Supabase, Cloudflare and AWS on this machine: no account, no credentials, nothing left behind
///
/// `slipway sandbox up` runs them in the foreground. In another terminal, point your tools at them with
/// `eval "$(slipway sandbox env)"`, and look at what they did with `slipway sandbox calls`.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    #[command(subcommand)]
    command: SandboxCommand,
}

#[derive(Debug, Subcommand)]
enum SandboxCommand {
    Up(up::Up),
    Status(status::Status),
    Env(env::Env),
    Reset(reset::Reset),
    Calls(calls::Calls),
    Fault(fault::Fault),
}

impl Sandbox {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
                Message::new("The system refused an event loop")
                    .detail(format!("It answered: {error}."))
                    .next("Close some programs, then try again.")
            })?;
        let outcome = runtime.block_on(async {
            match self.command {
                SandboxCommand::Up(up) => up.run(output).await,
                SandboxCommand::Status(status) => status.run(output).await,
                SandboxCommand::Env(env) => env.run(output).await,
                SandboxCommand::Reset(reset) => reset.run(output).await,
                SandboxCommand::Calls(calls) => calls.run(output).await,
                SandboxCommand::Fault(fault) => fault.run(output).await,
            }
        });
        // An installation that was interrupted must not keep the command from ending.
        runtime.shutdown_background();
        outcome
    }
}

/// The sandbox that a command is about.
#[derive(Debug, Args)]
struct At {
    /// Where the sandbox listens: either of its ports
    #[arg(
        long = "at",
        value_name = "URL",
        env = "SLIPWAY_SANDBOX_URL",
        default_value_t = format!("http://127.0.0.1:{SUPABASE_PORT}"),
        hide_env_values = true
    )]
    url: String,
}

impl At {
    fn remote(&self) -> Result<Remote, Failure> {
        Remote::at(&self.url).map_err(|error| refusal(&error))
    }
}

/// Why a sandbox did not do what was asked, for the user.
fn refusal(error: &RemoteError) -> Failure {
    let (fact, next) = match error {
        RemoteError::Address(url) => (
            format!("`{url}` is not the address of a sandbox"),
            format!("Give a port of this machine, such as http://127.0.0.1:{SUPABASE_PORT}."),
        ),
        RemoteError::Unreachable { url, .. } => (
            format!("No sandbox runs at {url}"),
            "Start one with `slipway sandbox up`, or name another with --at.".to_owned(),
        ),
        RemoteError::Foreign { url, .. } => (
            format!("What answers at {url} is not a sandbox of this version"),
            "Name the sandbox's port with --at; a sandbox of another version must be restarted.".to_owned(),
        ),
        RemoteError::Refused(_) => {
            ("The sandbox refused".to_owned(), "Correct the arguments, then try again.".to_owned())
        }
    };
    let message = match error {
        RemoteError::Address(_) => Message::new(fact),
        other => Message::new(fact).detail(format!("{other}.")),
    };
    message.next(next).into()
}
