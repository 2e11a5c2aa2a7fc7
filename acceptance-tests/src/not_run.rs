//! What this machine lacks.

use sandbox::aws::Unavailable;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};

/// Why something was not run. Reads as the rest of a sentence that begins with "not run: ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRun(pub String);

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotRun {}

impl From<Unavailable> for NotRun {
    fn from(missing: Unavailable) -> Self {
        Self(missing.to_string())
    }
}

impl NotRun {
    /// Ends the test as not run, from wherever it has found out.
    pub fn end_test(self) -> ! {
        panic::resume_unwind(Box::new(self))
    }
}

/// Runs a test to its end, or says in one line, which the runner counts as a skip, why it was not run.
#[expect(clippy::print_stdout, reason = "the runner reads what was not run from the output of a test")]
pub(crate) fn or_say_so(test: impl FnOnce() -> Result<(), NotRun>) {
    match panic::catch_unwind(AssertUnwindSafe(test)) {
        Ok(Ok(())) => {}
        Ok(Err(missing)) => println!("not run: {missing}"),
        Err(reason) => match reason.downcast::<NotRun>() {
            Ok(missing) => println!("not run: {missing}"),
            Err(failure) => panic::resume_unwind(failure),
        },
    }
}
