//! The binary that Terraform starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    tfplugin::run::<slipway_provider::Slipway>()
}
