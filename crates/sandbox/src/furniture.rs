//! What both doubles stand on: the clock, the faults, and the record of calls.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::faults::Faults;
use crate::record::Record;

/// A vendor that the sandbox doubles itself.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// Management API and Storage API.
    Supabase,
    /// API v4 and the S3 face of R2.
    Cloudflare,
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Supabase => "supabase",
            Self::Cloudflare => "cloudflare",
        })
    }
}

impl std::str::FromStr for Vendor {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "supabase" => Ok(Self::Supabase),
            "cloudflare" => Ok(Self::Cloudflare),
            other => Err(format!("there is no vendor `{other}`; choose supabase or cloudflare")),
        }
    }
}

/// Shared by the doubles of one sandbox.
pub(crate) struct Furniture {
    pub(crate) clock: Arc<dyn Clock>,
    /// How long what the vendors do in the background takes here.
    pub(crate) settle: Duration,
    pub(crate) record: Record,
    faults: Mutex<Faults>,
}

impl Furniture {
    pub(crate) fn new(clock: Arc<dyn Clock>, settle: Duration, record: Record, faults: Faults) -> Self {
        Self { clock, settle, record, faults: Mutex::new(faults) }
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
