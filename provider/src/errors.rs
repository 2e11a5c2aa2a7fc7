//! What a cloud answered, as the user reads it: the only translation.

use clouds::{ApiError, ErrorKind};
use tfplugin::{Diagnostic, Diagnostics};

/// A message about a request that failed.
///
/// `fact` says what is now true ("Bucket `assets` was not created"), `left_behind` what exists now and what
/// Terraform remembers.
pub(crate) fn refused(fact: impl Into<String>, error: &ApiError, left_behind: &str) -> Diagnostics {
    message(fact.into(), error, left_behind, Command::Apply)
}

/// A message about a search that failed.
pub(crate) fn not_listed(fact: impl Into<String>, error: &ApiError) -> Diagnostics {
    message(fact.into(), error, "Nothing was changed.", Command::Query)
}

/// What the user does once more.
#[derive(Clone, Copy)]
enum Command {
    Apply,
    Query,
}

fn message(fact: String, error: &ApiError, left_behind: &str, command: Command) -> Diagnostics {
    Diagnostic::error(fact)
        .line(error.tried())
        .line(error.answered())
        .line(left_behind)
        .line(next(error, command))
        .into()
}

/// The one thing to do about it.
fn next(error: &ApiError, command: Command) -> String {
    let again = match command {
        Command::Apply => "apply again",
        Command::Query => "query again",
    };
    match &error.kind {
        ErrorKind::NotFound => "Apply again: the next plan sees that it is gone.".into(),
        ErrorKind::AlreadyExists { owned_by_you: true } => {
            format!("Import it, or choose another name, then {again}.")
        }
        ErrorKind::AlreadyExists { owned_by_you: false } => format!("Choose another name, then {again}."),
        ErrorKind::Denied => match error.operation.permission {
            Some(permission) => format!("Allow `{permission}` for these credentials, then {again}."),
            None => format!("Allow this for these credentials, then {again}."),
        },
        ErrorKind::Unauthenticated => {
            format!("Check the credentials for {} in the provider block or the environment.", error.vendor)
        }
        ErrorKind::NotEmpty => {
            "Remove what it holds, or set `force_destroy = true` and apply, then destroy again.".into()
        }
        ErrorKind::WrongRegion { actual: Some(region) } => {
            format!("It lives in {region}: set `region = \"{region}\"`, then {again}.")
        }
        ErrorKind::WrongRegion { actual: None } => "It lives in another region: set `region` to it.".into(),
        ErrorKind::Invalid => format!("Change what the answer names, then {again}."),
        ErrorKind::Conflict | ErrorKind::Busy => {
            format!("Wait for the other change to finish, then {again}.")
        }
        ErrorKind::Throttled => match command {
            Command::Apply => "Wait a while, or lower `-parallelism`, then apply again.".into(),
            Command::Query => "Wait a while, then query again.".into(),
        },
        ErrorKind::Unreadable => {
            format!("Check that what answers here is {}, and no proxy before it, then {again}.", error.vendor)
        }
        ErrorKind::Unavailable => {
            format!("Wait a while, then {again}; this one is on {}'s side.", error.vendor)
        }
        ErrorKind::Network | ErrorKind::TimedOut => {
            format!("Check that {} can be reached from here, then {again}.", error.vendor)
        }
        ErrorKind::DeadlinePassed => match command {
            Command::Apply => "Raise the operation's limit in `timeouts`, then apply again.".into(),
            Command::Query => "Narrow the search, then query again.".into(),
        },
        ErrorKind::Cancelled => match command {
            Command::Apply => "Apply again to go on.".into(),
            Command::Query => "Query again.".into(),
        },
        ErrorKind::Unsupported => {
            format!("{} does not offer this here: remove it from the configuration.", error.vendor)
        }
        ErrorKind::DoubleGap => {
            "The local stand-in lacks this operation: use one that has it, or the real cloud.".into()
        }
    }
}
