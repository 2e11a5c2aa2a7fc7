//! `slipway sandbox reset`: everything forgotten, ports and keys as before.

use clap::Args;
use serde_json::json;

use super::{At, refusal};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Forget everything: what exists, the calls, the faults
///
/// Ports and keys stay as they are. A running AWS double is not touched.
#[derive(Debug, Args)]
pub(crate) struct Reset {
    #[command(flatten)]
    at: At,
}

impl Reset {
    pub(crate) async fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        self.at.remote()?.reset().await.map_err(|error| refusal(&error))?;
        if output.is_json() {
            output.document(&json!({ "reset": true }))?;
        } else {
            output.line("Everything is as it was at the start")?;
        }
        Ok(Exit::Success)
    }
}
