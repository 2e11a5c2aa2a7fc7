//! Real Terraform, real provider binaries and real doubles, held so that a test reads as what a user does and sees.
//!
//! ```no_run
//! use acceptance_tests::on_aws;
//!
//! on_aws(|aws| {
//!     let stack = aws.stack(r#"resource "slipway_storage_bucket" "assets" { aws = { name = "assets" } }"#);
//!     stack.apply().succeeds();
//!     stack.plan().is_empty();
//! });
//! ```
//!
//! What a test needs and this machine lacks is *not run*, which is never a pass: see [`NotRun`].

pub mod aws_operation;
pub mod by_hand;
mod cli;
pub mod crash;
mod env;
pub mod job;
mod lab;
mod not_run;
mod project;
pub mod providers;
mod proxy;
mod sandbox_lab;
mod stack;

pub use cli::Cli;
pub use env::{Settings, settings};
pub use job::{Finished, Job};
pub use lab::{AwsLab, Lab, on_aws, on_terraform};
pub use not_run::NotRun;
pub use project::Project;
pub use providers::{AwsMirror, Providers};
pub use proxy::{Call, Fault, Held, Moment, Proxy, When};
pub use sandbox_lab::{SandboxLab, on_clouds, on_sandbox, on_sandbox_with};
pub use stack::{Plan, Run, Stack, State};
