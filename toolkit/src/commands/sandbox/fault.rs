//! `slipway sandbox fault`: makes something go wrong.

use std::str::FromStr;

use clap::Args;
use sandbox::{FaultRule, FaultState, Vendor};

use super::{At, refusal};
use crate::exit::Exit;
use crate::failure::{Failure, Message};
use crate::output::{Output, numbers, words};

/// Make something go wrong, on the calls that you name
///
/// Examples:
///   slipway sandbox fault 429 --retry-after 3
///   slipway sandbox fault lost --vendor cloudflare --method POST --path '*/r2/buckets'
///   slipway sandbox fault 503 --nth 2 --times 3
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Fault {
    #[command(flatten)]
    at: At,

    /// What goes wrong: 429, 500 to 599, slow, cut (nothing is done), lost (all is done, the answer is lost)
    #[arg(value_name = "WHAT", required_unless_present_any = ["list", "clear"])]
    what: Option<What>,

    /// Only calls to this vendor: supabase or cloudflare
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<Vendor>,

    /// Only calls with this method
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,

    /// Only calls to paths like this; `*` stands for anything
    #[arg(long, value_name = "PATTERN")]
    path: Option<String>,

    /// The first matching call that is hit
    #[arg(long, value_name = "N", default_value_t = 1)]
    nth: u32,

    /// How many matching calls are hit
    #[arg(long, value_name = "N", default_value_t = 1)]
    times: u32,

    /// With 429: the seconds that `Retry-After` says
    #[arg(long, value_name = "SECONDS")]
    retry_after: Option<u64>,

    /// With slow: how late the answer comes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    by: u64,

    /// Show the rules and what became of them
    #[arg(long, conflicts_with_all = ["what", "clear"])]
    list: bool,

    /// Remove every rule
    #[arg(long, conflicts_with = "what")]
    clear: bool,
}

/// What goes wrong, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    TooManyRequests,
    Failure(u16),
    Slow,
    Cut,
    Lost,
}

impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "429" => Ok(Self::TooManyRequests),
            "slow" => Ok(Self::Slow),
            "cut" => Ok(Self::Cut),
            "lost" => Ok(Self::Lost),
            other => match other.parse() {
                Ok(status @ 500..=599) => Ok(Self::Failure(status)),
                _ => Err("choose 429, 500 to 599, slow, cut or lost".to_owned()),
            },
        }
    }
}

impl Fault {
    pub(crate) async fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let remote = self.at.remote()?;
        let rules = match self.what {
            Some(what) => remote.add_fault(&self.rule(what)?).await,
            None if self.clear => remote.clear_faults().await.map(|()| Vec::new()),
            None => remote.faults().await,
        };
        show(&rules.map_err(|error| refusal(&error))?, output)
    }

    fn rule(&self, what: What) -> Result<FaultRule, Failure> {
        if self.retry_after.is_some() && what != What::TooManyRequests {
            return Err(Message::new("--retry-after goes with 429 only")
                .next("Leave it out, or make the fault 429.")
                .into());
        }
        let fault = match what {
            What::TooManyRequests => sandbox::Fault::TooManyRequests { retry_after: self.retry_after },
            What::Failure(status) => sandbox::Fault::Failure { status },
            What::Slow => sandbox::Fault::Slow { millis: self.by },
            What::Cut => sandbox::Fault::Cut,
            What::Lost => sandbox::Fault::LostResponse,
        };
        Ok(FaultRule {
            vendor: self.vendor,
            method: self.method.clone(),
            path: self.path.clone(),
            nth: self.nth,
            times: self.times,
            fault,
        })
    }
}

fn show(rules: &[FaultState], output: &mut Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.document(&rules)?;
    } else if rules.is_empty() {
        output.line("No faults: everything works")?;
    } else {
        let columns = [
            words("Fault"),
            words("Vendor"),
            words("Method"),
            numbers("From"),
            numbers("Times"),
            numbers("Seen"),
            numbers("Hit"),
            words("Path"),
        ];
        let any = || "any".to_owned();
        let rows = rules.iter().map(|FaultState { rule, seen, hits }| {
            vec![
                rule.fault.name().replace('_', " "),
                rule.vendor.map_or_else(any, |vendor| vendor.to_string()),
                rule.method.clone().unwrap_or_else(any),
                rule.nth.to_string(),
                rule.times.to_string(),
                seen.to_string(),
                hits.to_string(),
                rule.path.clone().unwrap_or_else(any),
            ]
        });
        output.table(&columns, rows.collect())?;
    }
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::What;

    #[test]
    fn faults_are_named_in_a_word() {
        assert_eq!("429".parse(), Ok(What::TooManyRequests));
        assert_eq!("503".parse(), Ok(What::Failure(503)));
        assert_eq!("lost".parse(), Ok(What::Lost));
        assert!("404".parse::<What>().is_err() && "explode".parse::<What>().is_err());
    }
}
