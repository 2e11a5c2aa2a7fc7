//! One measured command: its time, its processor time, the provider's memory, and who else was busy.

use acceptance_tests::job::{self, children_cpu};
use acceptance_tests::{Run, Stack};
use serde::Serialize;
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
    /// The most memory that one process of the provider had, in megabytes; zero where it was not seen.
    pub(super) provider_mb: f64,
    /// Processor time of everything else on the machine, in processors: 0 is a quiet machine.
    pub(super) foreign: f64,
}

/// Runs a command and measures it. A command that fails is no measurement.
pub(super) fn run(stack: &Stack, arguments: &[&str], provider: &str, fine: &[i32]) -> Result<Cost, String> {
    let (cpu, busy, started) = (children_cpu(), machine_busy(), Instant::now());
    let job = stack.start(arguments);
    let (stop, stopped) = channel::<()>();
    let (group, program) = (job.pid(), provider.to_owned());
    let look = thread::spawn(move || {
        let mut most = 0;
        while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            let members = job::members(group, &program).unwrap_or_default();
            most = members.into_iter().filter_map(high_water).fold(most, u64::max);
        }
        most
    });
    let run: Run = stack.finish(arguments, job);
    let wall = started.elapsed().as_secs_f64();
    drop(stop);
    let most = look.join().map_err(|_| "the memory could not be watched")?;
    let cpu = (children_cpu() - cpu).as_secs_f64();
    let everything = (machine_busy() - busy).max(cpu);
    if !run.code().is_some_and(|code| fine.contains(&code)) {
        return Err(format!("`{}` ended with {}\n{}", run.command, run.finished.status, run.output()));
    }
    Ok(Cost { wall, cpu, provider_mb: most as f64 / 1024.0, foreign: (everything - cpu) / wall })
}

/// The median of each figure.
pub(super) fn median(costs: &[Cost]) -> Cost {
    let of = |figure: fn(&Cost) -> f64| middle(costs.iter().map(figure).collect());
    Cost {
        wall: of(|cost| cost.wall),
        cpu: of(|cost| cost.cpu),
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

fn high_water(pid: i32) -> Option<u64> {
    memory(pid, "VmHWM:")
}

/// Seconds of processor time that the whole machine has worked, in user and system mode; zero where it is not told.
fn machine_busy() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
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
    use super::middle;

    #[test]
    fn the_middle_is_not_moved_by_one_outlier() {
        assert_eq!(middle(vec![]), 0.0);
        assert_eq!(middle(vec![3.0, 1.0, 100.0]), 3.0);
        assert_eq!(middle(vec![1.0, 2.0]), 1.5);
    }
}
