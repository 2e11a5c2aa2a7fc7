//! What a cloud answered, as the user reads it: the only translation.

use clouds::{ApiError, ErrorKind};
use tfplugin::{Diagnostic, Diagnostics};

/// A message about a request that failed.
///
/// `fact` says what is now true ("Bucket `assets` was not created"), `left_behind` what exists now and what
/// Terraform remembers.
pub(crate) fn refused(fact: impl Into<String>, error: &ApiError, left_behind: &str) -> Diagnostics {
    Diagnostic::error(fact)
        .line(error.tried())
        .line(error.answered())
        .line(left_behind)
        .line(next(error))
        .into()
}

/// The one thing to do about it.
fn next(error: &ApiError) -> String {
    match &error.kind {
        ErrorKind::NotFound => "Apply again: the next plan sees that it is gone.".into(),
        ErrorKind::AlreadyExists { owned_by_you: true } => {
            "Import it, or choose another name, then apply again.".into()
        }
        ErrorKind::AlreadyExists { owned_by_you: false } => "Choose another name, then apply again.".into(),
        ErrorKind::Denied => match error.operation.permission {
            Some(permission) => format!("Allow `{permission}` for these credentials, then apply again."),
            None => "Allow this for these credentials, then apply again.".into(),
        },
        ErrorKind::Unauthenticated => {
            format!("Check the credentials for {} in the provider block or the environment.", error.vendor)
        }
        ErrorKind::NotEmpty => {
            "Remove what it holds, or set `force_destroy = true` and apply, then destroy again.".into()
        }
        ErrorKind::WrongRegion { actual: Some(region) } => {
            format!("It lives in {region}: set `region = \"{region}\"`, then apply again.")
        }
        ErrorKind::WrongRegion { actual: None } => "It lives in another region: set `region` to it.".into(),
        ErrorKind::Invalid => "Change what the answer names, then apply again.".into(),
        ErrorKind::Conflict | ErrorKind::Busy => {
            "Wait for the other change to finish, then apply again.".into()
        }
        ErrorKind::Throttled => "Apply again later, or with a lower `-parallelism`.".into(),
        ErrorKind::Unreadable => {
            format!(
                "Check that what answers here is {}, and no proxy before it, then apply again.",
                error.vendor
            )
        }
        ErrorKind::Unavailable => format!("Apply again later; this one is on {}'s side.", error.vendor),
        ErrorKind::Network | ErrorKind::TimedOut => {
            format!("Check that {} can be reached from here, then apply again.", error.vendor)
        }
        ErrorKind::DeadlinePassed => "Raise the operation's limit in `timeouts`, then apply again.".into(),
        ErrorKind::Cancelled => "Apply again to go on.".into(),
        ErrorKind::Unsupported => {
            format!("{} does not offer this here: remove it from the configuration.", error.vendor)
        }
        ErrorKind::DoubleGap => {
            "The local stand-in lacks this operation: use one that has it, or the real cloud.".into()
        }
    }
}
