//! `slipway sandbox calls`: what was asked and answered.

use clap::Args;
use sandbox::Vendor;

use super::{At, line, refusal};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Show what was called, with bodies, oldest first
///
/// Secrets are blanked. --json prints each call whole, with headers, on a line of its own.
#[derive(Debug, Args)]
pub(crate) struct Calls {
    #[command(flatten)]
    at: At,

    /// Only calls after this number
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    since: u64,

    /// Only calls to this vendor: supabase or cloudflare
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<Vendor>,

    /// Only calls to what the sandbox does not have
    #[arg(long)]
    gaps: bool,

    /// One line for each call, without bodies
    #[arg(long)]
    brief: bool,
}

impl Calls {
    pub(crate) async fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let calls = self.at.remote()?.calls(self.since).await.map_err(|error| refusal(&error))?;
        let wanted = calls.iter().filter(|call| {
            self.vendor.is_none_or(|vendor| vendor == call.vendor) && (!self.gaps || call.is_gap())
        });
        for call in wanted {
            if output.is_json() {
                output.record(call)?;
                continue;
            }
            output.line(line::of(call))?;
            if !self.brief {
                for body in line::bodies(call) {
                    output.line(body)?;
                }
            }
        }
        Ok(Exit::Success)
    }
}
