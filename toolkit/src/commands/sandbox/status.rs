//! `slipway sandbox status`: what runs, and what happened so far.

use clap::Args;
use serde_json::json;

use super::{At, refusal};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{DOUBTFUL, FAINT, Output, STRONG, styled};

/// Tell what runs, what it holds, and what happened so far
///
/// Exits 1 when no sandbox runs there.
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    at: At,
}

impl Status {
    pub(crate) async fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let status = match self.at.remote()?.status().await {
            Ok(status) => status,
            Err(sandbox::RemoteError::Unreachable { url, .. }) => {
                if output.is_json() {
                    output.document(&json!({ "running": false, "url": url }))?;
                } else {
                    output.line(format!("No sandbox runs at {url}"))?;
                    output.hint("Start one with `slipway sandbox up`.");
                }
                return Ok(Exit::Findings);
            }
            Err(error) => return Err(refusal(&error)),
        };
        if output.is_json() {
            output.document(&json!({ "running": true, "status": status }))?;
            return Ok(Exit::Success);
        }
        let holds = status.holds;
        let mut row = |name: &str, text: String| {
            output.line(format!("{}  {text}", styled(STRONG, format!("{name:<10}"))))
        };
        row("Since", status.started_at)?;
        let stored = format!(
            "{}, {}, {}",
            counted(holds.projects, "project"),
            counted(holds.storage_buckets, "bucket"),
            counted(holds.storage_objects, "object")
        );
        row("Supabase", format!("{}  {}", status.supabase_url, styled(FAINT, stored)))?;
        let stored =
            format!("{}, {}", counted(holds.r2_buckets, "bucket"), counted(holds.r2_objects, "object"));
        row("Cloudflare", format!("{}  {}", status.cloudflare_url, styled(FAINT, stored)))?;
        row("AWS", status.aws_url.unwrap_or_else(|| "not running".to_owned()))?;
        row("State", status.state.unwrap_or_else(|| "in memory".to_owned()))?;
        row("Calls", status.calls.to_string())?;
        if status.gaps > 0 {
            let gaps = styled(DOUBTFUL, format!("{} calls to what the sandbox does not have", status.gaps));
            row("Gaps", format!("{gaps}; see `slipway sandbox calls --gaps`"))?;
        }
        row("Faults", counted(status.faults.len(), "rule"))?;
        Ok(Exit::Success)
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
