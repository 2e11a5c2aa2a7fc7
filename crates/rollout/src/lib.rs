//! The release engine.

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
