//! The release engine: what a canary release does next, as a pure function.
//!
//! [`step`] takes a policy, the journal of what happened so far, one observation and the time, and answers with the
//! next journal, effects to carry out, the reason, and when to ask again. It does no I/O, has no clock and no
//! randomness, and knows neither Terraform nor a cloud: the provider, the command line and the simulator call the same
//! function.
//!
//! ```
//! use rollout::{Command, Effect, Journal, Live, Observation, Policy, Split, Verb, step};
//!
//! let policy = Policy::parse(
//!     r#"{
//!         "steps": [{ "weight": 10, "bake_time": "10m" }, { "weight": 50, "bake_time": "10m" }],
//!         "analysis": {
//!             "metrics": [{ "name": "error-rate", "source": "platform", "threshold": { "max": 0.02 } }]
//!         }
//!     }"#,
//! )
//! .expect("a policy without problems");
//! let now = "2026-07-15T10:00:00Z".parse().expect("a moment");
//!
//! // Somebody asks for a release while v1 serves everything.
//! let mut observation = Observation::new("laptop", Live::Split(Split::all_on("v1")));
//! observation.command = Some(Command::new(Verb::Start("v2".into()), "ana"));
//! let decision = step(&policy, Journal::new("story-api"), &observation, now);
//! assert_eq!(decision.reason.to_string(), "the release of v2 begins");
//!
//! // The journal is saved, and the engine is asked again at once.
//! observation.command = None;
//! let decision = step(&policy, decision.journal, &observation, now);
//! assert!(matches!(decision.effects[0], Effect::Shift { canary_weight: 10, .. }));
//!
//! // The shift counts when the split was read back, not before.
//! assert_eq!(decision.weight(), 0);
//! observation.live = Live::Split(Split::between("v1", "v2", 10.0));
//! let decision = step(&policy, decision.journal, &observation, now);
//! assert_eq!(decision.weight(), 10);
//! ```
//!
//! # The life of a rollout
//!
//! ```text
//!            start                  hooks succeed                    last step passed
//!   idle ───────────▶ pending ───────────────────▶ progressing ───────────────────────▶ final_bake ──▶ succeeded
//!                        │                        (step 0, 1, ...)                          │
//!                        │ a hook fails                  │                                  │
//!                        ▼                               ▼                                  ▼
//!                     rolling_back ◀── failure_limit · critical · tripwire · bad data at the deadline · abort
//!                        │
//!                        ├──▶ failed     judged bad; only `retry` or another version goes on
//!                        └──▶ aborted    a person, or a newer version, which then begins
//!
//!   pending, progressing, final_bake ──▶ paused ──▶ resume · promote · abort
//!      approval · user · interrupted · inconclusive · provider_error · deadline · hook
//!      verification · external_change · stable_gone
//! ```
//!
//! Nothing serves yet, the version was good recently, or a person says so: straight to 100 %. All traffic given back to
//! the stable version from outside: aborted, without a call.
//!
//! # Reading order
//!
//! 1. [`policy`]: what a team writes down, with [`duration`] and [`freeze`]; `check` names everything wrong with it.
//! 2. [`journal`]: what is remembered, and that it can be read by older and newer engines.
//! 3. [`observation`]: what the engine is told. [`decision`] and [`reason`]: what it answers, and why.
//! 4. [`stats`]: the tests behind a comparison. `analysis`: from measurements to verdicts and counters.
//! 5. [`machine`]: the decision. Why a release rolled back by itself is answered by `Turn::moving` alone.
//! 6. [`lease`]: one runner at a time.
//!
//! # What callers promise
//!
//! - Save the decision's journal before its effects, and only over the revision it was made from.
//! - Carry out the effects in order; after a [`Shift`](Effect::Shift) or [`Verify`](Effect::Verify) read the split
//!   back and call again; after [`Measure`](Effect::Measure) and [`CallHook`](Effect::CallHook) call again with the
//!   answers, all measurements of one moment together. Call again at [`wake_at`](Decision::wake_at) in any case.
//! - After a crash, a lost answer or a second runner: just call again. What is live is believed.

mod analysis;
mod canonical;
mod check;
pub mod decision;
pub mod duration;
pub mod freeze;
pub mod journal;
pub mod lease;
pub mod machine;
pub mod observation;
pub mod policy;
pub mod reason;
pub mod stats;

pub use decision::{Action, Decision, Effect, Refused, Warning};
pub use duration::Duration;
pub use journal::{Journal, Phase};
pub use machine::{give_back, step};
pub use observation::{
    Command, Event, Live, Measurement, Observation, Reading, Share, Split, Stable, Variant, Verb,
};
pub use policy::{Policy, Problem};
pub use reason::Reason;
