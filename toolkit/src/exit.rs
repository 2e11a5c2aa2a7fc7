//! The exit codes. One list for every command, so that a pipeline can tell what happened without reading text.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked, and what it looked at is fine.
    Success,
    /// It did what was asked, and found something wrong.
    Findings,
    /// It could not do what was asked: wrong arguments, or a file that cannot be read or is not valid.
    Misuse,
    /// The release was rolled back or aborted.
    RolledBack,
    /// The release is paused, or has not reached its end.
    Unfinished,
}

/// The codes, for the help texts.
pub(crate) const CODES: &str = "\
Exit codes:
  0  done, nothing wrong; a simulated release succeeded
  1  done, and something is wrong (`canary lint`: a policy breaks a rule)
  2  misuse: wrong arguments, a file that cannot be read or is not valid
  3  a simulated release was rolled back or aborted
  4  a simulated release is paused, or still running when its trace ends";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Findings => 1,
            Exit::Misuse => 2,
            Exit::RolledBack => 3,
            Exit::Unfinished => 4,
        })
    }
}
