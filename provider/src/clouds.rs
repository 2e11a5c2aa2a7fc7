//! The configured clouds, as handlers see them.

use std::time::{Duration, Instant};

use clouds::Call;
use clouds::aws::Aws;
use clouds::cloudflare::Cloudflare;
use clouds::supabase::Supabase;
use tfplugin::Operation;

/// The clouds of one provider block. None of them is contacted before it is needed.
#[derive(Clone, Debug)]
pub struct Clouds {
    pub(crate) aws: Aws,
    pub(crate) cloudflare: Cloudflare,
    pub(crate) supabase: Supabase,
}

/// A limit for operations whose own limit is beyond what the clock can express.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The slice of an operation that a cloud's client may see.
pub(crate) fn call(operation: &Operation) -> Call {
    let deadline = operation.deadline().unwrap_or_else(|| Instant::now() + A_YEAR);
    Call::new(deadline, operation.stop_token().clone())
}
