//! Counting checks, from what the runners themselves say at their end.

use serde::Serialize;
use std::fmt;
use std::ops::AddAssign;

/// How many checks passed, which failed, and which were skipped for want of what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tally {
    passed: usize,
    /// What failed.
    pub(crate) failures: Vec<String>,
    /// What was skipped, and what is missing.
    pub(crate) skips: Vec<String>,
}

impl Tally {
    pub(crate) fn passed(passed: usize) -> Self {
        Self { passed, ..Self::default() }
    }

    pub(crate) fn failure(what: &str) -> Self {
        Self { failures: vec![what.to_owned()], ..Self::default() }
    }

    pub(crate) fn skip(what: &str) -> Self {
        Self { skips: vec![what.to_owned()], ..Self::default() }
    }

    pub(crate) fn failed(&self) -> usize {
        self.failures.len()
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failures.extend(other.failures);
        self.skips.extend(other.skips);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed(), self.skips.len())
    }
}

/// Reads the output of `cargo test -- --show-output`.
///
/// The counts are those of the closing lines. A test that passed but printed a line beginning with "not run: " has
/// not shown anything, and moves from the passed to the skipped.
#[derive(Default)]
pub(crate) struct Reader {
    tally: Tally,
    /// Tests that the next closing line will count as passed, and that are skipped.
    skipped: usize,
    /// The test whose output is being shown, and what it did not run.
    shown: Option<(String, Vec<String>)>,
}

impl Reader {
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(test) = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----")) {
            self.end_test();
            self.shown = Some((test.to_owned(), Vec::new()));
        } else if line == "successes:" || line == "failures:" {
            self.end_test();
        } else if let Some(missing) = line.strip_prefix("not run: ") {
            if let Some((_, reasons)) = &mut self.shown {
                reasons.push(missing.to_owned());
            }
        } else if let Some(test) = line.strip_prefix("test ") {
            self.read_verdict(test);
        }
    }

    pub(crate) fn finish(mut self) -> Tally {
        self.end_test();
        self.tally
    }

    /// `NAME ... ok`, `NAME ... FAILED`, `NAME ... ignored, REASON`, or the closing `result: ok. 3 passed; ...`.
    fn read_verdict(&mut self, test: &str) {
        if let Some(counts) = test.strip_prefix("result: ") {
            self.end_test();
            let passed = counts.split([';', '.']).find_map(|part| part.trim().strip_suffix(" passed"));
            let passed: usize = passed.and_then(|count| count.parse().ok()).unwrap_or_default();
            self.tally.passed += passed.saturating_sub(std::mem::take(&mut self.skipped));
        } else if let Some(name) = test.strip_suffix(" ... FAILED") {
            self.tally.failures.push(name.to_owned());
        } else if let Some((name, reason)) = test.split_once(" ... ignored") {
            let reason = reason.trim_start_matches([',', ' ']);
            let reason = if reason.is_empty() { "ignored by its author" } else { reason };
            self.tally.skips.push(format!("{name}: {reason}"));
        }
    }

    fn end_test(&mut self) {
        let Some((test, reasons)) = self.shown.take() else { return };
        if reasons.is_empty() || self.tally.failures.contains(&test) {
            return;
        }
        self.tally.skips.push(format!("{test}: {}", reasons.join("; ")));
        self.skipped += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, closing_line: &str, failures: &[&str], skips: &[&str]) {
        let mut reader = Reader::default();
        output.lines().for_each(|line| reader.read(line));
        let tally = reader.finish();
        assert_eq!(tally.to_string(), closing_line);
        assert_eq!(tally.failures, failures);
        assert_eq!(tally.skips, skips);
    }

    #[test]
    fn the_counts_of_several_binaries_add_up() {
        check(
            "running 2 tests\ntest a ... ok\ntest b ... ok\n\n\
             test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
             test c ... FAILED\n\
             test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
            "2 passed, 1 failed, 0 skipped",
            &["c"],
            &[],
        );
    }

    #[test]
    fn a_test_that_says_what_is_missing_is_skipped_and_not_passed() {
        check(
            "test a ... ok\ntest b ... ok\n\nsuccesses:\n\n---- a stdout ----\nnot run: no terraform\n\n\
             ---- b stdout ----\nsome words\n\n\nsuccesses:\n    a\n    b\n\n\
             test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
            "1 passed, 0 failed, 1 skipped",
            &[],
            &["a: no terraform"],
        );
    }

    #[test]
    fn an_ignored_test_is_skipped_with_its_reason() {
        check(
            "test a ... ignored, needs a moon\ntest src/lib.rs - x (line 3) ... ignored\n\
             test result: ok. 0 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
            "0 passed, 0 failed, 2 skipped",
            &[],
            &["a: needs a moon", "src/lib.rs - x (line 3): ignored by its author"],
        );
    }

    #[test]
    fn a_failed_test_stays_failed_whatever_it_printed() {
        check(
            "test a ... FAILED\n\nsuccesses:\n\nsuccesses:\n\nfailures:\n\n---- a stdout ----\nnot run: half of it\n\n\n\
             failures:\n    a\n\n\
             test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
            "0 passed, 1 failed, 0 skipped",
            &["a"],
            &[],
        );
    }
}
