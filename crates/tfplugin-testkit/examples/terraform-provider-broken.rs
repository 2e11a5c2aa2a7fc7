//! A provider that breaks the rule that `BROKEN_PROVIDER_FAULT` names: what the tests show to Terraform.

#[path = "../tests/broken/provider.rs"]
mod provider;

use std::process::ExitCode;

use provider::{Broken, Fault, Honest};
use tfplugin::Provider;
use tfplugin::serve::{Options, run};

fn main() -> ExitCode {
    // Terraform hands its environment down to the provider.
    #[expect(clippy::disallowed_methods, reason = "the environment is how the test says what to break")]
    let wanted = std::env::var("BROKEN_PROVIDER_FAULT").unwrap_or_default();
    let fault = Fault::ALL.into_iter().find(|fault| format!("{fault:?}") == wanted).unwrap_or(Fault::None);
    run(Broken::new(fault), Options { address: Honest::ADDRESS, version: Honest::VERSION })
}
