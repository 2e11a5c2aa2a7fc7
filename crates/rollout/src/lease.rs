//! Who may change anything: one runner at a time, for a bounded time.
//!
//! The lease stands in the journal, and the store saves a journal only over the revision that it was made from, so two
//! runners that reach for it at once cannot both get it. The cloud's own precondition
//! ([`Shift`](crate::Effect::Shift) `if_revision`) is the second lock, for the time when a lease ran out under a slow
//! call.

use jiff::Timestamp;

use crate::analysis::later;
use crate::duration::Duration;
use crate::journal::{Journal, Lease};

/// Somebody else holds the lease.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rollout locked by {holder} until {until}")]
pub struct Locked {
    /// Who.
    pub holder: String,
    /// Until when.
    pub until: Timestamp,
}

/// Takes the lease for `holder`, or renews it. Save the journal before anything else.
///
/// # Errors
/// Somebody else holds it.
pub fn acquire(
    mut journal: Journal,
    holder: &str,
    now: Timestamp,
    length: Duration,
) -> Result<Journal, Locked> {
    if let Some(locked) = held_by_another(&journal, holder, now) {
        return Err(locked);
    }
    journal.lease = Some(Lease { holder: holder.to_owned(), until: later(now, length) });
    journal.revision += 1;
    Ok(journal)
}

/// Gives the lease back. Does nothing where `holder` does not hold it.
pub fn release(mut journal: Journal, holder: &str) -> Journal {
    if journal.lease.as_ref().is_some_and(|lease| lease.holder == holder) {
        journal.lease = None;
        journal.revision += 1;
    }
    journal
}

/// The lease of somebody else, while it lasts.
pub(crate) fn held_by_another(journal: &Journal, holder: &str, now: Timestamp) -> Option<Locked> {
    let lease = journal.lease.as_ref().filter(|lease| lease.holder != holder && now < lease.until)?;
    Some(Locked { holder: lease.holder.clone(), until: lease.until })
}
