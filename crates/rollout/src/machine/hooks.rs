//! Calls hooks, one after the other, and counts their failures.

use jiff::Timestamp;

use super::{FIRST_WAIT, Turn, wait_after};
use crate::analysis::{earlier, later};
use crate::decision::{Effect, Warning};
use crate::journal::{HookState, HookStatus, Phase, Run};
use crate::policy::{HookPoint, Notice, OnHookFailure};
use crate::reason::Reason;

/// Where the hooks of a point stand together.
pub(super) enum Hooks {
    Done,
    Waiting(String),
    Failed(String, String, OnHookFailure),
}

/// The hooks that are called at a point; after the end, those for the outcome.
pub(super) fn hooks_at(run: &Run, point: HookPoint, now: Timestamp) -> Vec<HookState> {
    let policy = run.policy.policy();
    let wanted = policy.hooks.iter().enumerate().filter(|(_, hook)| {
        let outcome_fits =
            hook.on.is_empty() || hook.on.iter().any(|outcome| Phase::from(*outcome) == run.phase);
        hook.when == point && outcome_fits
    });
    let state = |(index, _)| HookState {
        name: policy.hook_name(index),
        attempt: 1,
        again_at: now,
        status: HookStatus::Running,
        failure: None,
    };
    wanted.map(state).collect()
}

impl Turn<'_> {
    /// Calls the hooks of the present point, one after the other.
    pub(super) fn call_hooks(&mut self, run: &mut Run) -> Hooks {
        let policy = run.policy.clone();
        let hooks = &policy.policy().hooks;
        for state in &mut run.hooks {
            let Some(index) = (0..hooks.len()).find(|index| policy.policy().hook_name(*index) == state.name)
            else {
                continue;
            };
            let hook = &hooks[index];
            match state.status {
                HookStatus::Succeeded => {}
                HookStatus::Failed if hook.on_failure == OnHookFailure::Continue => {}
                HookStatus::Failed => {
                    let why = state.failure.clone().unwrap_or_default();
                    return Hooks::Failed(state.name.clone(), why, hook.on_failure);
                }
                HookStatus::Running => {
                    if self.now >= state.again_at {
                        // Without an answer, as after a crash, the same call is made again.
                        state.again_at = later(self.now, hook.timeout.plus(FIRST_WAIT));
                        self.changed = true;
                        self.effects.push(Effect::CallHook {
                            hook: state.name.clone(),
                            attempt: state.attempt,
                            url: hook.url.clone(),
                            timeout: hook.timeout,
                            key: format!(
                                "{}-{}-{}-{}-{}",
                                self.journal.target, run.id, run.step, state.name, state.attempt
                            ),
                        });
                        self.wake_at = Some(self.now);
                    } else {
                        self.wake_at = earlier(self.wake_at, state.again_at);
                    }
                    return Hooks::Waiting(state.name.clone());
                }
            }
        }
        Hooks::Done
    }

    pub(super) fn hook_finished(&mut self, run: &mut Run, name: &str, attempt: u32, failure: Option<&str>) {
        let policy = run.policy.clone();
        let hooks = &policy.policy().hooks;
        let Some(index) = (0..hooks.len()).find(|index| policy.policy().hook_name(*index) == name) else {
            return;
        };
        let is_answered = |state: &&mut HookState| {
            state.name == name && state.attempt == attempt && state.status == HookStatus::Running
        };
        let Some(state) = run.hooks.iter_mut().find(is_answered) else { return };
        self.changed = true;
        let Some(why) = failure else {
            state.status = HookStatus::Succeeded;
            return;
        };
        state.failure = Some(why.to_owned());
        if attempt <= hooks[index].retries {
            state.attempt += 1;
            state.again_at = later(self.now, wait_after(attempt));
            return;
        }
        state.status = HookStatus::Failed;
        if run.phase.is_terminal() || hooks[index].on_failure == OnHookFailure::Continue {
            self.warnings.push(Warning::HookFailed { hook: name.to_owned(), why: why.to_owned() });
            let message = Reason::HookFailed { hook: name.to_owned(), why: why.to_owned() }.to_string();
            self.tell(run, Notice::Warning, &message);
        }
    }
}
