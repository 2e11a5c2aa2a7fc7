//! `slipway sandbox env`: the variables that point the real tools at the sandbox.

use clap::Args;
use serde_json::{Map, Value};

use super::{At, refusal};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Print what Terraform, wrangler, the supabase CLI and the aws CLI need in their environment
///
/// For a POSIX shell: `eval "$(slipway sandbox env)"`. R2 by S3: `aws --endpoint-url "$R2_ENDPOINT_URL" s3 ls` with the two
/// R2 keys as AWS keys. The keys open nothing but the sandbox.
#[derive(Debug, Args)]
pub(crate) struct Env {
    #[command(flatten)]
    at: At,
}

impl Env {
    pub(crate) async fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let variables = self.at.remote()?.variables().await.map_err(|error| refusal(&error))?;
        if output.is_json() {
            let variables: Map<String, Value> =
                variables.into_iter().map(|(name, value)| (name, value.into())).collect();
            output.document(&variables)?;
        } else {
            for (name, value) in variables {
                output.line(format!("export {name}={}", quoted(&value)))?;
            }
        }
        Ok(Exit::Success)
    }
}

/// A word that a POSIX shell reads as `value`.
fn quoted(value: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+=".contains(letter);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn values_survive_the_shell() {
        assert_eq!(quoted("http://127.0.0.1:7601/a.b"), "http://127.0.0.1:7601/a.b");
        assert_eq!(quoted("/tmp/my dir"), "'/tmp/my dir'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
