//! What a person may ask for, when it is possible, and what is possible instead.

use super::{Turn, shows};
use crate::decision::Action;
use crate::decision::Refused;
use crate::journal::{Bake, HookState, HookStatus, PauseKind, Phase, Run, Straight};
use crate::observation::{Command, Stable, Verb};
use crate::policy::{Notice, Outcome};
use crate::reason::Reason;

impl Turn<'_> {
    /// Does what a person asks for, or says why that is impossible and what is possible.
    pub(super) fn obey(&mut self, slot: &mut Option<Run>, command: &Command) {
        if let Some(id) = &command.id {
            if self.journal.seen_command(id) {
                return;
            }
            self.changed = true;
        }
        let outcome = match (&command.verb, slot.as_mut()) {
            (Verb::Start(version), Some(run)) if run.phase.is_active() && run.canary == *version => {
                Err(format!("{version} is being released already"))
            }
            (Verb::Start(version), _) => self.release(slot, version, &command.by),
            (Verb::Retry, Some(run)) if matches!(run.phase, Phase::Failed | Phase::Aborted) => {
                let version = run.canary.clone();
                self.begin(slot, &version, &command.by, true)
            }
            (Verb::Retry, _) => Err("no release has failed or was aborted".to_owned()),
            (verb, Some(run)) if run.phase == Phase::RollingBack && *verb != Verb::Abort => {
                Err("the rollout is going back, and that is not held up".to_owned())
            }
            (_, Some(run)) if run.phase.is_active() => match &command.verb {
                Verb::Pause => self.pause_by(run, command),
                Verb::Resume => self.resume(run, command),
                Verb::Promote => self.promote(run, command),
                Verb::PromoteFull => self.promote_fully(run, command),
                Verb::Abort => self.abort(run, command),
                Verb::Approve => self.approve(run, command),
                Verb::SkipStep => self.skip_step(run, command),
                Verb::Start(_) | Verb::Retry => unreachable!("handled above"),
            },
            _ => Err("no release is under way".to_owned()),
        };
        if let Err(because) = outcome {
            let possible = self.possible(slot.as_ref());
            self.refused = Some(Refused { command: command.verb.word().to_owned(), because, possible });
        }
    }

    /// The commands that would be obeyed now.
    pub(super) fn possible(&self, slot: Option<&Run>) -> Vec<&'static str> {
        let Some(run) = slot else { return vec!["start"] };
        let verified = run.intent.is_none();
        let can_go_back = run.stable.is_some() && self.observation.stable == Stable::Deployable;
        let mut possible = Vec::new();
        match run.phase {
            Phase::Idle | Phase::Succeeded => return vec!["start"],
            Phase::Failed | Phase::Aborted => return vec!["start", "retry"],
            Phase::RollingBack => {
                let waits = run.rollback.as_ref().is_some_and(|rollback| rollback.next.is_some());
                return if waits { vec!["start", "abort"] } else { vec!["start"] };
            }
            Phase::Pending | Phase::Progressing | Phase::FinalBake => possible.push("pause"),
            Phase::Paused => {
                if run.is_paused_for(PauseKind::Approval) {
                    possible.push("approve");
                }
                let goes_on = match run.pause.as_ref().map(|pause| pause.kind) {
                    Some(PauseKind::StableGone) => can_go_back,
                    Some(PauseKind::ExternalChange) => self.adoptable_share(run).is_ok(),
                    _ => true,
                };
                if goes_on {
                    possible.push("resume");
                }
            }
        }
        if run.phase == Phase::Progressing && run.step_wants_approval() && !run.approved {
            possible.push("approve");
        }
        let own_split =
            !run.is_paused_for(PauseKind::ExternalChange) && !run.is_paused_for(PauseKind::StableGone);
        if verified && own_split && run.phase_behind_a_pause() != Phase::Pending {
            possible.push("promote");
        }
        possible.push("promote --full");
        if can_go_back {
            possible.push("abort");
        }
        if can_go_back && !run.is_paused_for(PauseKind::ExternalChange) {
            // Of a newer version, which takes the place of this one.
            possible.push("start");
        }
        if run.next_step().is_some()
            && run.straight.is_none()
            && run.phase_behind_a_pause() != Phase::FinalBake
        {
            possible.push("skip");
        }
        possible
    }

    fn pause_by(&mut self, run: &mut Run, command: &Command) -> Result<(), String> {
        match run.phase {
            Phase::Paused => Err("the rollout is paused already".to_owned()),
            _ => {
                self.pause_as(run, PauseKind::User, commanded(command), Some(&command.by));
                Ok(())
            }
        }
    }

    fn resume(&mut self, run: &mut Run, command: &Command) -> Result<(), String> {
        let Some(pause) = run.pause.clone() else { return Err("the rollout is not paused".to_owned()) };
        if pause.kind == PauseKind::StableGone {
            match &self.observation.stable {
                Stable::Gone(why) => {
                    return Err(format!("the stable version cannot take traffic back: {why}"));
                }
                Stable::Deployable if run.stable.is_none() => {
                    return Err("there is no earlier version to go back to".to_owned());
                }
                Stable::Deployable => {}
            }
        }
        let share =
            if pause.kind == PauseKind::ExternalChange { Some(self.adoptable_share(run)?) } else { None };
        run.phase = pause.resume;
        if let Some(share) = share {
            self.adopt_the_live_split(run, share);
        } else if pause.kind == PauseKind::Approval {
            run.approved = true;
        }
        run.pause = None;
        run.counters.inconclusive = 0;
        run.counters.errors = 0;
        run.bake.stalled_ms = 0;
        for state in &mut run.metrics {
            state.inconclusive = 0;
            state.errors = 0;
        }
        for hook in run.hooks.iter_mut().filter(|hook| hook.status == HookStatus::Failed) {
            *hook = HookState { attempt: 1, again_at: self.now, status: HookStatus::Running, ..hook.clone() };
        }
        if let Some(intent) = &mut run.intent {
            intent.attempts = 0;
            intent.again_at = self.now;
        }
        self.action = Action::Resume;
        self.record_and_tell(run, &command.by, commanded(command), Notice::Resumed);
        Ok(())
    }

    /// Goes on from the split that a person made, without touching it.
    fn adopt_the_live_split(&mut self, run: &mut Run, share: u8) {
        run.weight = share;
        run.traffic_verified_at = Some(self.now);
        run.bake = Bake::default();
        // Whoever chose another share than 100 % took the haste back as well: what goes on from here is watched.
        if matches!(run.straight, Some(Straight::Promoted | Straight::RecentlyGood)) {
            run.straight = run.policy.ladder().is_empty().then_some(Straight::AnalysisSkipped);
        }
        if share == 0 {
            run.phase = Phase::Pending;
        } else if run.phase != Phase::RollingBack {
            let ladder = run.policy.clone();
            let below = ladder.ladder().iter().rposition(|step| step.weight <= share);
            run.step = if share == 100 { ladder.ladder().len() } else { below.unwrap_or(0) };
            run.pause = None;
            self.enter_step(run);
        }
    }

    /// The canary's share in a split that somebody else made, if the rollout can go on from it.
    fn adoptable_share(&self, run: &Run) -> Result<u8, String> {
        let split = self.live.map_err(unreadable)?;
        let share = split.percent_of(&run.canary).round().clamp(0.0, 100.0) as u8;
        if shows(split, run, share) {
            Ok(share)
        } else {
            Err("the live split is not one of stable and canary in whole percents".to_owned())
        }
    }

    fn promote(&mut self, run: &mut Run, command: &Command) -> Result<(), String> {
        if let Some(intent) = &run.intent {
            return Err(format!("the shift to {} % is not verified yet", intent.to));
        }
        if run.is_paused_for(PauseKind::ExternalChange) || run.is_paused_for(PauseKind::StableGone) {
            return Err(format!("the rollout waits because {}", run.reason));
        }
        self.live.map_err(unreadable)?;
        match run.phase_behind_a_pause() {
            Phase::Progressing => self.climb(run, commanded(command), Some(&command.by)),
            Phase::FinalBake => {
                self.finish_as(run, Outcome::Succeeded, commanded(command), Some(&command.by))
            }
            Phase::Pending => return Err("the canary has no traffic yet".to_owned()),
            phase => return Err(format!("the rollout is {}", phase.word())),
        }
        Ok(())
    }

    fn promote_fully(&mut self, run: &mut Run, command: &Command) -> Result<(), String> {
        let split = self.live.map_err(unreadable)?;
        run.rollback = None;
        if run.weight == 100 && run.intent.is_none() && shows(split, run, 100) {
            self.finish_as(run, Outcome::Succeeded, commanded(command), Some(&command.by));
            return Ok(());
        }
        run.straight = Some(Straight::Promoted);
        self.over = run.is_paused_for(PauseKind::ExternalChange).then(|| split.shares.clone());
        self.climb(run, commanded(command), Some(&command.by));
        Ok(())
    }

    fn abort(&mut self, run: &mut Run, command: &Command) -> Result<(), String> {
        if let Some(rollback) = run.rollback.as_mut().filter(|_| run.phase == Phase::RollingBack) {
            if rollback.next.take().is_none() {
                return Err("the rollout is going back already".to_owned());
            }
            self.record(run, &command.by, commanded(command));
            return Ok(());
        }
        if run.stable.is_none() {
            return Err("there is no earlier version to go back to".to_owned());
        }
        if let Stable::Gone(why) = &self.observation.stable {
            return Err(format!("the stable version cannot take traffic back: {why}"));
        }
        if let (true, Ok(split)) = (run.is_paused_for(PauseKind::ExternalChange), self.live) {
            self.over = Some(split.shares.clone());
        }
        self.roll_back_as(run, commanded(command), Outcome::Aborted, None, Some(&command.by));
        Ok(())
    }

    fn approve(&mut self, run: &mut Run, command: &Command) -> Result<(), String> {
        if run.is_paused_for(PauseKind::Approval) {
            return self.resume(run, command);
        }
        if run.phase != Phase::Progressing || !run.step_wants_approval() {
            return Err("the step needs no approval".to_owned());
        }
        if run.approved {
            return Err("the step is approved already".to_owned());
        }
        run.approved = true;
        self.record(run, &command.by, commanded(command));
        Ok(())
    }

    fn skip_step(&mut self, run: &mut Run, command: &Command) -> Result<(), String> {
        let reachable = matches!(run.phase_behind_a_pause(), Phase::Pending | Phase::Progressing)
            && run.straight.is_none();
        let Some(next) = run.next_step().filter(|_| reachable) else {
            return Err("no step is left to leave out".to_owned());
        };
        run.skipped.push(next);
        let reason = run.reason.clone();
        self.record(run, &command.by, commanded(command));
        if run.phase == Phase::Paused {
            run.reason = reason;
        }
        Ok(())
    }
}

fn commanded(command: &Command) -> Reason {
    Reason::Commanded {
        command: command.verb.word().to_owned(),
        by: command.by.clone(),
        why: command.why.clone(),
    }
}

fn unreadable(why: &str) -> String {
    format!("the live split could not be read: {why}")
}
