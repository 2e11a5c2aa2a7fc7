//! The decision itself: from the policy, the journal, one observation and the time to the next journal and effects.

use jiff::Timestamp;

use crate::decision::{Action, Decision, Effect, Reason};
use crate::journal::Journal;
use crate::observation::Observation;
use crate::policy::Policy;

/// Decides what happens next.
///
/// Pure: the same four inputs always give the same decision, and nothing else is asked. `policy` is used when a rollout
/// begins; a running rollout keeps the policy it began with. `now` is the clock of `observation.writer`.
pub fn step(policy: &Policy, journal: Journal, observation: &Observation, now: Timestamp) -> Decision {
    let _ = (policy, observation, now);
    Decision {
        journal,
        changed: false,
        effects: vec![Effect::Hold { until: None }],
        action: Action::Hold,
        reason: Reason::Idle,
        wake_at: None,
        refused: None,
        warnings: Vec::new(),
    }
}
