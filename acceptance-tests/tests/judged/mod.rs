//! A sandbox whose every exchange is judged by the vendors' own documents when the test is over.

use std::sync::OnceLock;

use acceptance_tests::SandboxLab;
use sandbox::Options;
use sandbox::contract::{Judge, Verdict};

/// As [`acceptance_tests::on_sandbox`].
pub(crate) fn on_sandbox(test: impl FnOnce(&SandboxLab<'_>)) {
    on_sandbox_with(Options::default(), test);
}

/// As [`acceptance_tests::on_sandbox_with`]. Where the documents are not beside the checkout, the sandbox's own tests
/// say so; the test has still proven its own point.
pub(crate) fn on_sandbox_with(options: Options, test: impl FnOnce(&SandboxLab<'_>)) {
    static JUDGE: OnceLock<Option<Judge>> = OnceLock::new();
    acceptance_tests::on_sandbox_with(options, |cloud| {
        test(cloud);
        let Some(judge) = JUDGE.get_or_init(Judge::beside_checkout) else { return };
        let mut calls = cloud.sandbox.calls();
        // What was lost on the way could have been a refusal as well as a success.
        calls.retain(|call| call.status.is_some());
        let findings = judge.judge_all(&calls);
        assert!(findings.broken.is_empty(), "{findings}");
        for call in calls.iter().filter(|call| call.status.is_some_and(|status| status < 300)) {
            let verdict = judge.judge_request(call);
            assert!(!matches!(verdict, Verdict::Broken(_)), "{} {}: {verdict:?}", call.method, call.path);
        }
    });
}
