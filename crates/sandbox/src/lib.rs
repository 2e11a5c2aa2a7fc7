//! Local doubles of the Supabase and Cloudflare APIs: stateful, strict, checked against the vendors' own contracts.
//!
//! [`Sandbox::start`] runs both in this process on ports of 127.0.0.1, for tests; `slipway sandbox` runs the same thing
//! for people. What a double holds lives in one world per vendor (`supabase::World`, `cloudflare::World`); what it can do
//! is a table of operations per file. A new API is a new file with its table, mounted in the vendor's `mod.rs`.

mod admin;
pub mod aws;
mod call;
mod clock;
mod cloudflare;
#[cfg(feature = "contract")]
pub mod contract;
mod disk;
mod double;
mod faults;
mod furniture;
mod ids;
mod operation;
mod record;
mod remote;
mod sandbox;
mod server;
mod supabase;

pub use clock::{Clock, ManualClock, SystemClock};
pub use disk::DiskError;
pub use faults::{Fault, FaultError, FaultRule, FaultState};
pub use furniture::Vendor;
pub use record::{Event, Exchange, Listener, Message};
pub use remote::{Remote, RemoteError};
pub use sandbox::{
    CloudflareAccess, Holdings, Options, Running, Sandbox, StartError, Status, SupabaseAccess,
};
