//! One measured command: its time, its processor time, the provider's memory, and who else was busy.

use acceptance_tests::job::{self, children_cpu};
use acceptance_tests::{Run, Stack};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often the memory of the provider's processes is looked at. They live for tens of milliseconds.
const LOOK: Duration = Duration::from_millis(5);

/// What one command cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Cost {
    /// From start to end, in seconds.
    pub(super) wall: f64,
    /// Processor time of the command and of all its processes, in seconds.
    pub(super) cpu: f64,
    /// What the provider's processes had of it, to ten milliseconds; the rest is Terraform's own.
    pub(super) provider_cpu: f64,
    /// How many API calls were made; whoever runs the command counts them.
    pub(super) calls: f64,
    /// The most memory that one process of the provider had, in megabytes; zero where it was not seen.
    pub(super) provider_mb: f64,
    /// Processor time of everything else on the machine, in processors: 0 is a quiet machine.
    pub(super) foreign: f64,
}

impl Cost {
    /// Processor time of Terraform itself, in seconds.
    pub(super) fn terraform_cpu(&self) -> f64 {
        self.cpu - self.provider_cpu
    }
}

/// Runs a command and measures it. A command that fails is no measurement.
pub(super) fn run(stack: &Stack, arguments: &[&str], provider: &str, fine: &[i32]) -> Result<Cost, String> {
    let (cpu, busy, started) = (children_cpu(), machine_busy(), Instant::now());
    let job = stack.start(arguments);
    let (stop, stopped) = channel::<()>();
    let (group, program) = (job.pid(), provider.to_owned());
    let look = thread::spawn(move || {
        // A process is gone before its end can be asked for; what it had when last seen is off by one look at most.
        let (mut most, mut worked) = (0, BTreeMap::new());
        while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            for pid in job::members(group, &program).unwrap_or_default() {
                most = memory(pid, "VmHWM:").unwrap_or_default().max(most);
                worked.extend(processor_time(pid).map(|seconds| (pid, seconds)));
            }
        }
        (most, worked.values().sum::<f64>())
    });
    let run: Run = stack.finish(arguments, job);
    let wall = started.elapsed().as_secs_f64();
    drop(stop);
    let (most, provider_cpu) = look.join().map_err(|_| "the memory could not be watched")?;
    let cpu = (children_cpu() - cpu).as_secs_f64();
    let everything = (machine_busy() - busy).max(cpu);
    if !run.code().is_some_and(|code| fine.contains(&code)) {
        return Err(format!("`{}` ended with {}\n{}", run.command, run.finished.status, run.output()));
    }
    let provider_mb = most as f64 / 1024.0;
    Ok(Cost { wall, cpu, provider_cpu, calls: 0.0, provider_mb, foreign: (everything - cpu) / wall })
}

/// The median of each figure.
pub(super) fn median(costs: &[Cost]) -> Cost {
    let of = |figure: fn(&Cost) -> f64| middle(costs.iter().map(figure).collect());
    Cost {
        wall: of(|cost| cost.wall),
        cpu: of(|cost| cost.cpu),
        provider_cpu: of(|cost| cost.provider_cpu),
        calls: of(|cost| cost.calls),
        provider_mb: of(|cost| cost.provider_mb),
        foreign: of(|cost| cost.foreign),
    }
}

/// The middle value; the mean of the two middle ones where there are two. Zero of nothing.
pub(super) fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[length / 2],
        length => f64::midpoint(values[length / 2 - 1], values[length / 2]),
    }
}

/// A line of `/proc/PID/status` that is in kilobytes.
pub(super) fn memory(pid: i32, line: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|text| text.strip_prefix(line)?.trim().strip_suffix(" kB")?.trim().parse().ok())
}

/// The kernel's unit of processor time in `/proc`, on every architecture that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of processor time that a process has had, in user and system mode.
fn processor_time(pid: i32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; counted from behind it, user and system time are fields 12 and 13.
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().ok());
    Some(ticks.sum::<Option<f64>>()? / TICKS_PER_SECOND)
}

/// Seconds of processor time that the whole machine has worked, in user and system mode; zero where it is not told.
fn machine_busy() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks: Vec<f64> = stat
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .filter_map(|tick| tick.parse().ok())
        .collect();
    // User, nice and system; then idle and waiting, which are no work; then interrupts.
    [0, 1, 2, 5, 6].iter().filter_map(|at| ticks.get(*at)).sum::<f64>() / TICKS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::{middle, processor_time};

    #[test]
    fn a_process_is_seen_to_work() {
        let own = i32::try_from(std::process::id()).unwrap();
        let before = processor_time(own).unwrap();
        // A loop that never ends is a time that never moves.
        while processor_time(own).unwrap() <= before {}
        assert!(processor_time(own).unwrap() > before);
        assert_eq!(processor_time(-1), None);
    }

    #[test]
    fn the_middle_is_not_moved_by_one_outlier() {
        assert_eq!(middle(vec![]), 0.0);
        assert_eq!(middle(vec![3.0, 1.0, 100.0]), 3.0);
        assert_eq!(middle(vec![1.0, 2.0]), 1.5);
    }
}
