//! The decision itself: from the policy, the journal, one observation and the time to the next journal and effects.
//!
//! Read it from [`step`] down. Every transition passes through one of `begin`, `verified`, `raise`, `pause`, `resume`,
//! `roll_back` and `finish`. Why a release rolled back by itself is answered in one place: `Turn::moving`, from the
//! reasons that `analysis::check_round` and `Turn::at_the_deadline` give.

mod commands;
mod hooks;

use jiff::Timestamp;

use self::hooks::{Hooks, hooks_at};
use crate::analysis::{self, Round, Settings, Watch, earlier, later};
use crate::decision::{Action, Decision, Effect, Refused, Warning};
use crate::duration::Duration;
use crate::freeze::frozen_until;
use crate::journal::{
    Bake, Counters, HookStatus, Intent, Journal, MetricState, Pause, PauseKind, Phase, Rollback, Run,
    Snapshot, Stamp, Straight,
};
use crate::lease::held_by_another;
use crate::observation::{Event, Live, Observation, Share, Split, Stable};
use crate::policy::{HookPoint, Notice, OnHookFailure, Outcome, Policy};
use crate::reason::Reason;

/// How often a rising shift is asked for before a person is.
const SHIFT_ATTEMPTS: u32 = 5;

/// The wait before a call is repeated, doubled each time up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// The longest wait before a call is repeated.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// How far the writer's clock may be from the cloud's before somebody is told, in seconds.
const CLOCK_TOLERANCE: i64 = 30;

/// Shares that differ by less, in percent, are the same: clouds keep them as binary fractions.
const SAME_SHARE: f64 = 0.01;

/// Decides what happens next.
///
/// Pure: the same four inputs always give the same decision, and nothing else is asked. `policy` is used when a rollout
/// begins; a running rollout keeps the policy it began with. `now` is the clock of `observation.writer`.
///
/// The caller saves the decision's journal, then carries out its effects in order, then calls again at `wake_at` or as
/// soon as there is something to tell.
pub fn step(policy: &Policy, journal: Journal, observation: &Observation, now: Timestamp) -> Decision {
    let lost = observation.events.iter().find_map(|event| match event {
        Event::LeaseLost { holder, until } => Some((holder.clone(), *until)),
        _ => None,
    });
    let another =
        || held_by_another(&journal, &observation.writer, now).map(|locked| (locked.holder, locked.until));
    match lost.or_else(another) {
        Some((holder, until)) => locked_out(journal, observation, holder, until),
        None => Turn::new(policy, journal, observation, now).decide(),
    }
}

/// Gives all traffic back to `stable`: from the live split alone, without policy, journal or metrics.
///
/// `None` when `stable` serves everything already. For the moment when everything else is lost.
pub fn give_back(stable: &str, live: &Split) -> Option<Effect> {
    let other = live.shares.iter().find(|share| share.version != stable && share.percent > 0.0)?;
    Some(Effect::Shift {
        canary: other.version.clone(),
        stable: Some(stable.to_owned()),
        canary_weight: 0,
        if_revision: live.revision.clone(),
    })
}

/// Nothing is touched, nothing is remembered.
fn locked_out(journal: Journal, observation: &Observation, holder: String, until: Timestamp) -> Decision {
    let refused = observation.command.as_ref().map(|command| Refused {
        command: command.verb.word().to_owned(),
        because: format!("rollout locked by {holder} until {until}"),
        possible: Vec::new(),
    });
    Decision {
        journal,
        changed: false,
        effects: vec![Effect::Hold { until: Some(until) }],
        action: Action::Hold,
        reason: Reason::Locked { holder, until },
        wake_at: Some(until),
        refused,
        warnings: Vec::new(),
    }
}

/// One call of [`step`] while it is being worked out. The rollout itself is handed around beside it.
struct Turn<'a> {
    policy: &'a Policy,
    observation: &'a Observation,
    /// The engine's clock: the cloud's where it is known, otherwise the writer's; in whole milliseconds.
    now: Timestamp,
    /// Time since the last call that may be counted, in milliseconds.
    passed: u64,
    /// The live split, or why it is not known.
    live: Result<&'a Split, &'a str>,
    journal: Journal,
    effects: Vec<Effect>,
    warnings: Vec<Warning>,
    refused: Option<Refused>,
    action: Action,
    reason: Option<Reason>,
    wake_at: Option<Timestamp>,
    changed: bool,
    /// A shift was asked for in this turn. There is never a second one.
    shifted: bool,
    /// The split of somebody else that a person's command writes over.
    over: Option<Vec<Share>>,
}

impl<'a> Turn<'a> {
    fn new(
        policy: &'a Policy,
        mut journal: Journal,
        observation: &'a Observation,
        now: Timestamp,
    ) -> Turn<'a> {
        let mut warnings = Vec::new();
        let told = observation.server_time.unwrap_or(now);
        if let Some(server_time) = observation.server_time {
            let seconds = now.as_second() - server_time.as_second();
            if seconds.abs() > CLOCK_TOLERANCE {
                warnings.push(Warning::ClockSkew { seconds });
            }
        }
        let told = Timestamp::from_millisecond(told.as_millisecond()).unwrap_or(told);
        let mut live = match &observation.live {
            Live::Split(split) => Ok(split),
            Live::Unreadable(why) => Err(why.as_str()),
        };
        // Time is only counted between two stamps of one clock, and never twice.
        let clock = observation.server_time.is_none().then_some(observation.writer.as_str());
        let last =
            journal.clock.as_ref().filter(|stamp| stamp.clock.as_deref() == clock).map(|stamp| stamp.at);
        let now = last.map_or(told, |last| told.max(last));
        let passed = last.map_or(0, |last| (now.as_millisecond() - last.as_millisecond()) as u64);
        if observation.server_time.is_some() && told < now {
            live = Err("the answer is older than one that was seen before");
        }
        match &mut journal.clock {
            Some(stamp) if last.is_some() => stamp.at = now,
            stamp => *stamp = Some(Stamp { at: now, clock: clock.map(str::to_owned) }),
        }
        Turn {
            policy,
            observation,
            now,
            passed,
            live,
            journal,
            effects: Vec::new(),
            warnings,
            refused: None,
            action: Action::Hold,
            reason: None,
            wake_at: None,
            changed: false,
            shifted: false,
            over: None,
        }
    }

    fn decide(mut self) -> Decision {
        let mut slot = self.journal.run.take();
        if let Some(run) = slot.as_mut().filter(|run| run.phase.is_active()) {
            self.keep_time(run);
            self.notice_an_edited_policy(run);
            self.reconcile(run);
            self.look_after_stable(run);
        }
        let observation = self.observation;
        for event in &observation.events {
            self.hear(&mut slot, event);
        }
        if let Some(command) = &observation.command {
            self.obey(&mut slot, command);
        }
        if let Some(run) = &mut slot {
            self.look_after_stable(run);
        }
        if let Some(run) = slot.as_mut().filter(|_| !self.shifted && self.action != Action::Start) {
            self.proceed(run);
        }
        if let Some(next) = slot.as_ref().and_then(successor) {
            self.begin_next(&mut slot, next);
        }
        self.journal.run = slot;
        self.answer()
    }

    fn answer(mut self) -> Decision {
        if self.changed {
            self.journal.revision += 1;
        }
        if self.effects.is_empty() {
            self.effects.push(Effect::Hold { until: self.wake_at });
        }
        Decision {
            journal: self.journal,
            changed: self.changed,
            effects: self.effects,
            action: self.action,
            reason: self.reason.unwrap_or(Reason::Idle),
            wake_at: self.wake_at,
            refused: self.refused,
            warnings: self.warnings,
        }
    }

    /// Lets the step's clocks run: only at a verified weight, and not in a pause.
    fn keep_time(&mut self, run: &mut Run) {
        let runs = matches!(run.phase, Phase::Progressing | Phase::FinalBake) && run.intent.is_none();
        if runs && run.bake.since.is_some() {
            run.bake.baked_ms += self.passed;
            if !run.bake.frozen {
                run.bake.stalled_ms += self.passed;
            }
        }
    }

    fn notice_an_edited_policy(&mut self, run: &mut Run) {
        if !run.policy_edited && run.policy.policy() != self.policy {
            run.policy_edited = true;
            self.changed = true;
            self.warnings.push(Warning::PolicyEdited);
            self.tell(
                run,
                Notice::Warning,
                "the policy was edited; the edit takes effect with the next rollout",
            );
        }
    }

    /// Compares what was decided with what is live, and believes what is live.
    fn reconcile(&mut self, run: &mut Run) {
        let Ok(split) = self.live else { return };
        let shows = |weight: u8| shows(split, run, weight);
        let all_on_stable = run.stable.is_some() && shows(0);
        if run.is_paused_for(PauseKind::ExternalChange) {
            if all_on_stable {
                self.aborted_outside(run, split);
            }
            return;
        }
        let expected = match &run.intent {
            Some(intent) if shows(intent.to) => return self.verified(run),
            Some(intent) => {
                let untouched = match (&intent.revision, &split.revision) {
                    (Some(then), Some(now)) if intent.from.len() == 1 => then == now,
                    _ => true,
                };
                let overwritten = intent.over.as_ref().is_some_and(|over| *over == split.shares);
                untouched && (overwritten || intent.from.iter().any(|from| shows(*from)))
            }
            None => shows(run.weight),
        };
        if expected {
            return;
        }
        if all_on_stable {
            self.aborted_outside(run, split);
        } else {
            let (expected, live) =
                (run.intent.as_ref().map_or(run.weight, |intent| intent.to), split.percent_of(&run.canary));
            run.intent = None;
            self.pause(
                run,
                PauseKind::ExternalChange,
                Reason::ExternalChange { expected, live, author: split.author.clone() },
            );
        }
    }

    /// Without a way back nothing goes on by itself, and nothing is taken from the only version that is left.
    fn look_after_stable(&mut self, run: &mut Run) {
        let has_a_way_back = run.stable.is_some() && run.straight.is_none();
        let hands_off =
            run.is_paused_for(PauseKind::StableGone) || run.is_paused_for(PauseKind::ExternalChange);
        let goes_on = run.phase.is_active() && !hands_off;
        if let Stable::Gone(why) = &self.observation.stable
            && has_a_way_back
            && goes_on
        {
            self.pause(run, PauseKind::StableGone, Reason::StableGone { why: why.clone() });
        }
    }

    fn hear(&mut self, slot: &mut Option<Run>, event: &Event) {
        match (event, slot.as_mut()) {
            (Event::NewVersion(version), _) => {
                let outcome = self.release(slot, version, &self.observation.writer);
                if outcome.is_err() && self.journal.was_rejected(slot.as_ref(), version) {
                    self.warnings.push(Warning::FailedVersionIgnored { version: version.clone() });
                }
            }
            (Event::ShiftFailed(why), Some(run)) => {
                if let Some(intent) = &mut run.intent {
                    intent.refusal = Some(why.clone());
                    self.changed = true;
                }
            }
            (Event::HookFinished { hook, attempt, failure }, Some(run)) => {
                self.hook_finished(run, hook, *attempt, failure.as_deref());
            }
            (Event::Interrupted, Some(run)) => {
                if matches!(run.phase, Phase::Pending | Phase::Progressing | Phase::FinalBake) {
                    self.pause(run, PauseKind::Interrupted, Reason::Interrupted);
                }
            }
            (Event::ShiftFailed(_) | Event::HookFinished { .. } | Event::Interrupted, None) => {}
            (Event::LeaseLost { .. }, _) => {}
        }
    }

    /// Takes the rollout as far as it can go in this turn.
    fn proceed(&mut self, run: &mut Run) {
        match run.phase {
            Phase::Idle => {}
            Phase::Pending => self.pending(run),
            Phase::Progressing | Phase::FinalBake => self.moving(run),
            Phase::Paused => self.paused(run),
            Phase::RollingBack => self.rolling_back(run),
            Phase::Succeeded | Phase::Failed | Phase::Aborted => self.ended(run),
        }
    }

    fn pending(&mut self, run: &mut Run) {
        match self.call_hooks(run) {
            Hooks::Done => self.raise(run, Reason::Ready),
            Hooks::Waiting(hook) => self.hold(Reason::WaitingForHooks { hook }),
            Hooks::Failed(hook, why, OnHookFailure::Pause) => {
                self.pause(run, PauseKind::Hook, Reason::HookFailed { hook, why });
            }
            Hooks::Failed(hook, why, _) => {
                self.roll_back(run, Reason::HookFailed { hook, why }, Outcome::Failed, None)
            }
        }
    }

    /// On the ladder, or at 100 % and still watched. Here a release rolls back by itself, and here it advances.
    fn moving(&mut self, run: &mut Run) {
        if run.intent.is_some() {
            let round = self.check(run, Watch::Alarms);
            return match round.rollback {
                Some(because) => self.roll_back(run, because, Outcome::Failed, None),
                None => self.repeat_shift(run),
            };
        }
        let mut waiting = None;
        match self.call_hooks(run) {
            Hooks::Done => {}
            Hooks::Waiting(hook) => waiting = Some(Reason::WaitingForHooks { hook }),
            Hooks::Failed(hook, why, OnHookFailure::Pause) => {
                return self.pause(run, PauseKind::Hook, Reason::HookFailed { hook, why });
            }
            Hooks::Failed(hook, why, _) => {
                return self.roll_back(run, Reason::HookFailed { hook, why }, Outcome::Failed, None);
            }
        }
        let round = self.check(run, Watch::Everything);
        if let Some(because) = round.rollback {
            return self.roll_back(run, because, Outcome::Failed, None);
        }
        if let Some((kind, reason)) = round.pause {
            return self.pause(run, kind, reason);
        }
        let policy = run.policy.clone();
        let (settings, bake_time) = (run.settings(&policy), run.bake_time());
        let gate = match waiting {
            Some(reason) => Err(reason),
            None if run.is_analyzed() => analysis::gate(run, settings, bake_time),
            None if run.bake.baked_ms < bake_time.as_millis() => Err(Reason::Baking),
            None => Ok(()),
        };
        match gate {
            Ok(()) => self.advance(run),
            Err(missing) => {
                let deadline = policy.deadline().as_millis();
                let still_to_ask = round.asked_now;
                if run.bake.stalled_ms >= deadline && !still_to_ask {
                    return self.at_the_deadline(run, settings, missing);
                }
                self.wake_in(bake_time.as_millis().saturating_sub(run.bake.baked_ms));
                self.wake_in(deadline.saturating_sub(run.bake.stalled_ms));
                self.hold(missing);
            }
        }
    }

    /// Bad data rolls back; missing data or missing traffic waits for a person.
    fn at_the_deadline(&mut self, run: &mut Run, settings: Settings<'_>, missing: Reason) {
        match analysis::failing(run, settings) {
            Some((metric, breach)) => {
                self.roll_back(run, Reason::DeadlineWithBadData { metric, breach }, Outcome::Failed, None);
            }
            None => {
                let reason = Reason::DeadlineWithoutData { missing: Box::new(missing) };
                self.pause(run, PauseKind::Deadline, reason);
            }
        }
    }

    fn advance(&mut self, run: &mut Run) {
        if run.phase == Phase::FinalBake {
            return match self.live {
                Ok(_) => self.finish(run, Outcome::Succeeded, Reason::Promoted),
                Err(why) => self.look_again(run, why.to_owned()),
            };
        }
        if run.step_wants_approval() && !run.approved {
            return self.pause(run, PauseKind::Approval, Reason::ApprovalRequired);
        }
        self.raise(run, if run.is_analyzed() { Reason::GatePassed } else { Reason::Baked });
    }

    /// A pause holds the weight and the clocks, not the alarms. Waiting for an approval it watches everything.
    fn paused(&mut self, run: &mut Run) {
        let Some(pause) = &run.pause else { return };
        let watch = match pause.kind {
            PauseKind::ExternalChange | PauseKind::StableGone => None,
            PauseKind::Approval => Some(Watch::Everything),
            _ => Some(Watch::Alarms),
        };
        if let Some(watch) = watch {
            let round = self.check(run, watch);
            if let Some(because) = round.rollback {
                return self.roll_back(run, because, Outcome::Failed, None);
            }
        }
        self.hold(run.reason.clone());
    }

    fn rolling_back(&mut self, run: &mut Run) {
        match &run.intent {
            Some(_) => self.repeat_shift(run),
            None => self.shift(run, 0, run.step),
        }
    }

    fn ended(&mut self, run: &mut Run) {
        match self.call_hooks(run) {
            Hooks::Waiting(hook) => self.hold(Reason::WaitingForHooks { hook }),
            Hooks::Done | Hooks::Failed(..) => self.hold(run.reason.clone()),
        }
    }

    /// Makes the checks that are due, and asks for the measurements that others need.
    fn check(&mut self, run: &mut Run, watch: Watch) -> Round {
        if !run.is_analyzed() || run.weight == 0 {
            return Round::default();
        }
        let policy = run.policy.clone();
        let settings = run.settings(&policy);
        let mut round = analysis::check_round(
            run,
            settings,
            run.bake_time(),
            watch,
            &self.observation.measurements,
            self.now,
        );
        self.changed |= round.changed;
        self.effects.append(&mut round.measure);
        if round.asked_now {
            self.wake_at = Some(self.now);
        } else if let Some(at) = round.wake_at {
            self.wake_at = earlier(self.wake_at, at);
        }
        round
    }

    /// Releases a version: now, or as soon as the one that is being released is back at 0.
    fn release(&mut self, slot: &mut Option<Run>, version: &str, by: &str) -> Result<(), String> {
        let Some(run) = slot.as_mut().filter(|run| run.phase.is_active()) else {
            return self.begin(slot, version, by, false);
        };
        if run.canary == version {
            return Ok(());
        }
        if run.is_paused_for(PauseKind::ExternalChange) {
            return Err("a person changed the live split, and it is not overwritten".to_owned());
        }
        if run.stable.is_none() || self.observation.stable != Stable::Deployable {
            return Err("there is no stable version to release it against".to_owned());
        }
        if self.journal.was_rejected(None, version) {
            return Err(format!("{version} failed before"));
        }
        let back_to_stable = run.stable.as_deref() == Some(version);
        let next = (!back_to_stable).then(|| version.to_owned());
        let because = Reason::Superseded { by: version.to_owned() };
        match &mut run.rollback {
            Some(rollback) if run.phase == Phase::RollingBack => {
                if rollback.next != next {
                    rollback.next = next;
                    self.record(run, by, because);
                }
            }
            _ => self.roll_back(run, because, Outcome::Aborted, next),
        }
        Ok(())
    }

    /// Begins a rollout.
    fn begin(&mut self, slot: &mut Option<Run>, version: &str, by: &str, again: bool) -> Result<(), String> {
        let split = self.live.map_err(|why| format!("the live split could not be read: {why}"))?;
        if !again && self.journal.was_rejected(slot.as_ref(), version) {
            return Err(format!(
                "{version} was released before and failed or was aborted; `retry` releases it once more"
            ));
        }
        let stable = match split.only_version() {
            Some(serving) if serving == version => {
                self.reason = Some(Reason::AlreadyServing { version: version.to_owned() });
                return Ok(());
            }
            Some(serving) => Some(serving.to_owned()),
            None if split.shares.is_empty() => None,
            None => {
                return Err(
                    "the live split is divided among versions; give all traffic to one of them first"
                        .to_owned(),
                );
            }
        };
        if let (Some(stable), Stable::Gone(why)) = (&stable, &self.observation.stable) {
            return Err(format!("there would be no way back to {stable}: {why}"));
        }
        if let Some(problem) = self.policy.problems().first() {
            return Err(format!("the policy cannot be obeyed: {problem}"));
        }
        let straight = match &stable {
            None => Some(Straight::FirstDeployment),
            Some(stable)
                if self.journal.was_good_recently(slot.as_ref(), self.policy, version, stable, self.now) =>
            {
                Some(Straight::RecentlyGood)
            }
            Some(_) => self.policy.ladder().is_empty().then_some(Straight::AnalysisSkipped),
        };
        let id = slot.as_ref().map_or(0, |run| run.id) + 1;
        if let Some(past) = slot.take() {
            self.journal.retire(past);
        }
        let policy = Snapshot::of(self.policy);
        let metrics = policy.policy().analysis.metrics.iter();
        let metrics = metrics
            .map(|metric| MetricState { name: metric.name.clone(), ..MetricState::default() })
            .collect();
        let run = slot.insert(Run {
            id,
            canary: version.to_owned(),
            stable,
            by: by.to_owned(),
            started_at: self.now,
            policy,
            phase: Phase::Pending,
            step: 0,
            weight: 0,
            traffic_verified_at: None,
            intent: None,
            straight,
            bake: Bake::default(),
            approved: false,
            skipped: Vec::new(),
            pause: None,
            rollback: None,
            counters: Counters::default(),
            metrics,
            hooks: Vec::new(),
            reason: Reason::Idle,
            ended_at: None,
            policy_edited: false,
            extra: Default::default(),
        });
        run.hooks = hooks_at(run, HookPoint::PreRollout, self.now);
        self.action = Action::Start;
        self.wake_at = Some(self.now);
        let reason = Reason::Started { version: version.to_owned() };
        self.record_and_tell(run, by, reason, Notice::Started);
        Ok(())
    }

    /// The version that took the canary's place begins, against the same stable version.
    fn begin_next(&mut self, slot: &mut Option<Run>, next: String) {
        let by = slot.as_ref().map_or_else(String::new, |run| run.by.clone());
        let split = match self.live {
            Ok(split) => split,
            Err(why) => return self.hold(Reason::SplitUnreadable { why: why.to_owned() }),
        };
        // Tried once: whatever stands in the way now, nothing is shipped by itself later.
        if let Some(rollback) = slot.as_mut().and_then(|run| run.rollback.as_mut()) {
            rollback.next = None;
            self.changed = true;
        }
        let stable = slot.as_ref().and_then(|run| run.stable.clone());
        let begun = if split.only_version() == stable.as_deref() {
            self.begin(slot, &next, &by, false)
        } else {
            Err(format!("the live split was changed from outside before {next} could begin"))
        };
        if let Err(because) = begun {
            let possible = self.possible(slot.as_ref());
            self.refused = Some(Refused { command: "start".to_owned(), because, possible });
        }
    }

    /// Gives the canary its next share, if nothing stands in the way.
    fn raise(&mut self, run: &mut Run, reason: Reason) {
        let policy = run.policy.clone();
        if let Some(field) = policy.unknown().first() {
            return self.hold(Reason::NewerPolicy { field: field.clone() });
        }
        let until = match run.straight {
            // Going back to what was good is never held up.
            Some(Straight::RecentlyGood) => None,
            _ => frozen_until(&policy.policy().freeze_windows, self.now),
        };
        if run.bake.frozen != until.is_some() {
            run.bake.frozen = until.is_some();
            self.changed = true;
        }
        if let Some(until) = until {
            self.wake_at = earlier(self.wake_at, until);
            return self.hold(Reason::Frozen { until });
        }
        if let Err(why) = self.live {
            return self.look_again(run, why.to_owned());
        }
        let reason = match run.straight {
            Some(Straight::FirstDeployment) => Reason::FirstDeployment,
            Some(Straight::RecentlyGood) => Reason::RecentlyGood { version: run.canary.clone() },
            Some(Straight::AnalysisSkipped) => Reason::AnalysisSkipped,
            Some(Straight::Promoted) | None => reason,
        };
        self.climb(run, reason, None);
    }

    /// Asks for the next share, whatever the gate says.
    fn climb(&mut self, run: &mut Run, reason: Reason, by: Option<&str>) {
        let ladder = run.policy.clone();
        let ladder = ladder.ladder();
        let next = if run.straight.is_some() { None } else { run.next_step() };
        let (to, step) = next.map_or((100, ladder.len()), |next| (ladder[next].weight, next));
        run.phase = Phase::Progressing;
        run.pause = None;
        self.action = Action::Advance;
        let by = by.unwrap_or(&self.observation.writer);
        self.record(run, by, reason);
        self.shift(run, to, step);
    }

    /// Writes down a shift and asks for it.
    fn shift(&mut self, run: &mut Run, to: u8, step: usize) {
        // A shift that was never verified may still take effect; its share is then ours as well.
        let mut from = vec![run.weight];
        if let Some(unverified) = run.intent.take() {
            from.extend(unverified.from);
            from.push(unverified.to);
        }
        from.sort_unstable();
        from.dedup();
        let over = self.over.take();
        run.intent = Some(Intent {
            from,
            over,
            to,
            step,
            revision: None,
            at: self.now,
            attempts: 0,
            again_at: self.now,
            refusal: None,
        });
        self.changed = true;
        self.repeat_shift(run);
    }

    /// Asks for the shift under way, again where it was asked for and is not visible.
    fn repeat_shift(&mut self, run: &mut Run) {
        let Some(intent) = &mut run.intent else { return };
        let split = match self.live {
            Ok(split) => split,
            Err(why) => return self.look_again(run, why.to_owned()),
        };
        let (weight, rises) = (intent.to, intent.to > 0);
        if self.now < intent.again_at {
            let (again_at, attempts) = (intent.again_at, intent.attempts);
            self.effects.push(Effect::Verify { canary_weight: weight });
            self.wake_at = earlier(self.wake_at, again_at);
            return self.hold(Reason::WaitingForShift { weight, attempts });
        }
        if rises && intent.attempts >= SHIFT_ATTEMPTS {
            let (attempts, why) = (intent.attempts, intent.refusal.clone());
            return self.pause(
                run,
                PauseKind::Verification,
                Reason::ShiftNotVerified { weight, attempts, why },
            );
        }
        self.shifted = true;
        intent.attempts += 1;
        intent.revision = split.revision.clone();
        intent.again_at = later(self.now, wait_after(intent.attempts));
        let (attempts, why) = (intent.attempts, intent.refusal.clone());
        self.changed = true;
        self.effects.push(Effect::Shift {
            canary: run.canary.clone(),
            stable: run.stable.clone(),
            canary_weight: weight,
            if_revision: split.revision.clone(),
        });
        self.effects.push(Effect::Verify { canary_weight: weight });
        self.wake_at = Some(self.now);
        if !rises && attempts > SHIFT_ATTEMPTS {
            let message = Reason::ShiftNotVerified { weight, attempts, why: why.clone() }.to_string();
            self.warnings.push(Warning::RollbackNotVerified { attempts, why });
            self.tell(run, Notice::Warning, &message);
        }
        self.hold(Reason::WaitingForShift { weight, attempts });
    }

    /// The split has to be read before anything about traffic can be done.
    fn look_again(&mut self, run: &Run, why: String) {
        let canary_weight = run.intent.as_ref().map_or(run.weight, |intent| intent.to);
        self.effects.push(Effect::Verify { canary_weight });
        self.wake_at = earlier(self.wake_at, later(self.now, FIRST_WAIT));
        self.hold(Reason::SplitUnreadable { why });
    }

    /// A shift was read back and is real.
    fn verified(&mut self, run: &mut Run) {
        let Some(intent) = run.intent.take() else { return };
        run.weight = intent.to;
        run.step = intent.step;
        run.traffic_verified_at = Some(self.now);
        self.changed = true;
        if intent.to == 0 {
            let because =
                Box::new(run.rollback.as_ref().map_or(Reason::Idle, |rollback| rollback.because.clone()));
            let outcome = run.rollback.as_ref().map_or(Outcome::Aborted, |rollback| rollback.outcome);
            return self.finish(run, outcome, Reason::RolledBack { because });
        }
        self.enter_step(run);
        self.action = Action::Verify;
        let reason = Reason::ShiftVerified { weight: run.weight };
        if run.phase == Phase::Paused {
            // The pause keeps its own reason.
            let paused_for = run.reason.clone();
            self.record_and_tell(run, &self.observation.writer, reason, Notice::Step);
            run.reason = paused_for;
        } else {
            self.record_and_tell(run, &self.observation.writer, reason, Notice::Step);
        }
    }

    /// Starts the clocks, the checks and the hooks of the step whose weight is live.
    fn enter_step(&mut self, run: &mut Run) {
        let phase = if run.weight == 100 { Phase::FinalBake } else { Phase::Progressing };
        match &mut run.pause {
            Some(pause) => pause.resume = phase,
            None => run.phase = phase,
        }
        run.bake = Bake { since: Some(self.now), ..Bake::default() };
        run.approved = false;
        let point = if phase == Phase::FinalBake { HookPoint::PostPromotion } else { HookPoint::Step };
        run.hooks = hooks_at(run, point, self.now);
        let policy = run.policy.clone();
        let settings = run.settings(&policy);
        let analyzed = run.is_analyzed();
        for (metric, state) in policy.policy().analysis.metrics.iter().zip(&mut run.metrics) {
            let measured = analyzed && settings.measures(metric);
            state.begin_step(measured.then(|| later(self.now, settings.first_check(metric))));
        }
    }

    fn pause(&mut self, run: &mut Run, kind: PauseKind, reason: Reason) {
        self.pause_as(run, kind, reason, None);
    }

    fn pause_as(&mut self, run: &mut Run, kind: PauseKind, reason: Reason, by: Option<&str>) {
        run.pause = Some(Pause { kind, at: self.now, resume: run.phase_behind_a_pause() });
        run.phase = Phase::Paused;
        self.action = Action::Pause;
        self.record_and_tell(run, by.unwrap_or(&self.observation.writer), reason, Notice::Paused);
    }

    fn roll_back(&mut self, run: &mut Run, because: Reason, outcome: Outcome, next: Option<String>) {
        self.roll_back_as(run, because, outcome, next, None);
    }

    /// Takes all traffic from the canary.
    fn roll_back_as(
        &mut self,
        run: &mut Run,
        because: Reason,
        outcome: Outcome,
        next: Option<String>,
        by: Option<&str>,
    ) {
        let by = by.unwrap_or(&self.observation.writer);
        let no_way_back = match (&run.stable, &self.observation.stable) {
            (None, _) => Some("there is no earlier version".to_owned()),
            (Some(_), Stable::Gone(why)) => Some(why.clone()),
            (Some(_), Stable::Deployable) => None,
        };
        run.straight = None;
        if let Some(why) = no_way_back {
            let why = format!("{why}; it should go back because {because}");
            run.phase = Phase::RollingBack;
            run.pause = None;
            run.rollback = Some(Rollback { because, outcome, next });
            return self.pause(run, PauseKind::StableGone, Reason::StableGone { why });
        }
        run.phase = Phase::RollingBack;
        run.pause = None;
        run.rollback = Some(Rollback { because: because.clone(), outcome, next });
        self.action = Action::Rollback;
        self.record_and_tell(run, by, because.clone(), Notice::RollingBack);
        let nothing_to_take = run.weight == 0 && run.intent.is_none() && self.over.is_none();
        match self.live {
            Ok(split) if nothing_to_take && shows(split, run, 0) => {
                self.finish(run, outcome, Reason::RolledBack { because: Box::new(because) });
            }
            _ => self.shift(run, 0, run.step),
        }
    }

    fn finish(&mut self, run: &mut Run, outcome: Outcome, reason: Reason) {
        self.finish_as(run, outcome, reason, None);
    }

    fn finish_as(&mut self, run: &mut Run, outcome: Outcome, reason: Reason, by: Option<&str>) {
        run.phase = outcome.into();
        run.pause = None;
        run.intent = None;
        run.ended_at = Some(self.now);
        for state in &mut run.metrics {
            state.due = None;
        }
        run.hooks = hooks_at(run, HookPoint::PostRollout, self.now);
        self.action = Action::End;
        self.wake_at = (!run.hooks.is_empty() || successor(run).is_some()).then_some(self.now);
        let notice = match outcome {
            Outcome::Succeeded => Notice::Succeeded,
            Outcome::Failed => Notice::Failed,
            Outcome::Aborted => Notice::Aborted,
        };
        self.record_and_tell(run, by.unwrap_or(&self.observation.writer), reason, notice);
    }

    /// A person gave all traffic back. That is the end; nothing is shipped again.
    fn aborted_outside(&mut self, run: &mut Run, split: &Split) {
        run.weight = 0;
        run.rollback = None;
        self.finish(run, Outcome::Aborted, Reason::AbortedOutside { author: split.author.clone() });
    }

    fn wake_in(&mut self, millis: u64) {
        if millis > 0 {
            let at = Timestamp::from_millisecond(self.now.as_millisecond().saturating_add(millis as i64));
            self.wake_at = earlier(self.wake_at, at.unwrap_or(Timestamp::MAX));
        }
    }

    /// Nothing more changes in this turn. What was decided before in it says more than why it now waits.
    fn hold(&mut self, reason: Reason) {
        self.reason.get_or_insert(reason);
    }

    fn record(&mut self, run: &mut Run, by: &str, reason: Reason) {
        self.reason = Some(reason.clone());
        self.changed = true;
        self.journal.record(run, self.now, by, reason);
    }

    fn record_and_tell(&mut self, run: &mut Run, by: &str, reason: Reason, notice: Notice) {
        let message =
            if run.policy.policy().notifications.is_empty() { String::new() } else { reason.to_string() };
        self.record(run, by, reason);
        self.tell(run, notice, &message);
    }

    fn tell(&mut self, run: &Run, notice: Notice, message: &str) {
        for notification in &run.policy.policy().notifications {
            if notification.on.is_empty() || notification.on.contains(&notice) {
                let (target, canary, phase, weight) =
                    (&self.journal.target, &run.canary, run.phase.word(), run.weight);
                self.effects.push(Effect::Notify {
                    url: notification.url.clone(),
                    format: notification.format,
                    notice,
                    message: format!("{target}: {canary} is {phase} at {weight} %: {message}"),
                });
            }
        }
    }
}

/// The version that waits for the end of this rollout, once its last hooks have answered.
fn successor(run: &Run) -> Option<String> {
    let hooks_are_done = run.hooks.iter().all(|hook| hook.status != HookStatus::Running);
    run.rollback.as_ref().filter(|_| run.phase.is_terminal() && hooks_are_done)?.next.clone()
}

/// Whether the live split is exactly this share on the canary and the rest on the stable version.
fn shows(split: &Split, run: &Run, weight: u8) -> bool {
    let canary = split.percent_of(&run.canary);
    let stable = run.stable.as_deref().map_or(0.0, |stable| split.percent_of(stable));
    let all: f64 = split.shares.iter().map(|share| share.percent).sum();
    let foreign = all - canary - stable;
    (canary - f64::from(weight)).abs() < SAME_SHARE && foreign.abs() < SAME_SHARE
}

/// 5 s, 10 s, 20 s, ... up to 5 min.
fn wait_after(attempts: u32) -> Duration {
    FIRST_WAIT.times(1 << attempts.saturating_sub(1).min(10)).min(LONGEST_WAIT)
}

impl Run {
    /// Whether it waits for a person, for this kind of reason.
    fn is_paused_for(&self, kind: PauseKind) -> bool {
        self.pause.as_ref().is_some_and(|pause| pause.kind == kind)
    }

    /// The phase, or the one that a pause interrupted.
    fn phase_behind_a_pause(&self) -> Phase {
        self.pause.as_ref().map_or(self.phase, |pause| pause.resume)
    }

    /// Whether anything is measured in this phase at all.
    fn is_analyzed(&self) -> bool {
        let policy = self.policy.policy();
        let watched_at_the_end = self.weight < 100 || !policy.final_bake_time.is_zero();
        !policy.skip_analysis && self.straight.is_none() && watched_at_the_end
    }

    fn settings<'p>(&self, policy: &'p Snapshot) -> Settings<'p> {
        let step = if self.weight == 100 { None } else { policy.ladder().get(self.step) };
        Settings::of(&policy.policy().analysis, step)
    }

    /// The bake time of the present step. Who goes straight to 100 % bakes nowhere.
    fn bake_time(&self) -> Duration {
        match self.policy.ladder().get(self.step).filter(|_| self.weight < 100) {
            Some(step) => step.bake_time,
            None if self.straight.is_some() => Duration::ZERO,
            None => self.policy.policy().final_bake_time,
        }
    }

    fn step_wants_approval(&self) -> bool {
        self.weight < 100 && self.policy.ladder().get(self.step).is_some_and(|step| step.approval_required)
    }

    /// The next step of the ladder that was not left out.
    fn next_step(&self) -> Option<usize> {
        let first = match &self.intent {
            Some(intent) => intent.step + 1,
            None if self.weight == 0 => 0,
            None => self.step + 1,
        };
        (first..self.policy.ladder().len()).find(|index| !self.skipped.contains(index))
    }
}
