//! Child processes: started in a group of their own, watched, interrupted as a terminal does it, never left behind.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The groups of all jobs that run, so that an interrupt of ours reaches them.
static RUNNING: Mutex<BTreeMap<i32, ()>> = Mutex::new(BTreeMap::new());
static ENDED: Condvar = Condvar::new();
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What one job left.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
    /// Wall time from start to end.
    pub took: Duration,
}

impl Finished {
    /// The signal that ended it, if one did.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }
}

/// A process in a group of its own, the group that a terminal would send Ctrl-C to.
///
/// Dropping it kills the group.
#[derive(Debug)]
pub struct Job {
    process: process::Child,
    group: Pid,
    started: Instant,
    lines: Receiver<Line>,
    finished: bool,
}

enum Line {
    Stdout(String),
    Stderr(String),
}

impl Job {
    /// Starts `command` with no input and with both outputs read by us.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let started = Instant::now();
        let mut running = lock(&RUNNING);
        let mut process = command.spawn()?;
        let group = Pid::from_raw(process.id().cast_signed());
        running.insert(group.as_raw(), ());
        drop(running);

        let (sender, lines) = channel();
        let stderr = process.stderr.take().expect("asked for as a pipe");
        let stdout = process.stdout.take().expect("asked for as a pipe");
        let errors = sender.clone();
        thread::spawn(move || forward(stderr, |line| errors.send(Line::Stderr(line)).is_ok()));
        thread::spawn(move || forward(stdout, |line| sender.send(Line::Stdout(line)).is_ok()));
        Ok(Self { process, group, started, lines, finished: false })
    }

    /// The process id, which is also the group's.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.group.as_raw()
    }

    /// Sends what Ctrl-C sends: SIGINT to every process of the group.
    pub fn interrupt(&self) {
        // The group may be gone already, which is what was wanted.
        let _ = killpg(self.group, Signal::SIGINT);
    }

    /// `kill -9` of the process alone. Its children live on.
    pub fn kill(&self) {
        let _ = kill(self.group, Signal::SIGKILL);
    }

    /// The processes of the group, other than the first, whose program's file name starts with `program`.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn children(&self, program: &str) -> io::Result<Vec<Child>> {
        members(self.pid(), program)?.into_iter().filter_map(|pid| Child::of(pid).transpose()).collect()
    }

    /// Waits for the end, at most `limit`; a job that takes longer is killed and is an error.
    ///
    /// # Errors
    /// The job did not end in time.
    pub fn wait(self, limit: Duration) -> io::Result<Finished> {
        self.wait_and_watch(limit, |_, _| {})
    }

    /// As [`wait`](Self::wait), calling `watch` with every line of standard output (true) and standard error (false).
    ///
    /// # Errors
    /// The job did not end in time.
    pub fn wait_and_watch(
        mut self,
        limit: Duration,
        mut watch: impl FnMut(&str, bool),
    ) -> io::Result<Finished> {
        let deadline = self.started + limit;
        let (mut stdout, mut stderr) = (String::new(), String::new());
        loop {
            let (text, line, is_stdout) = match self
                .lines
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(Line::Stdout(line)) => (&mut stdout, line, true),
                Ok(Line::Stderr(line)) => (&mut stderr, line, false),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let said = [stdout.as_str(), stderr.as_str()].concat();
                    return Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        format!("it did not end within {limit:?} and was killed; it had printed:\n{said}"),
                    ));
                }
            };
            watch(&line, is_stdout);
            text.push_str(&line);
            text.push('\n');
        }
        let status = self.process.wait()?;
        self.finished = true;
        Ok(Finished { status, stdout, stderr, took: self.started.elapsed() })
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if !self.finished {
            let _ = killpg(self.group, Signal::SIGKILL);
            let _ = self.process.wait();
        }
        lock(&RUNNING).remove(&self.group.as_raw());
        ENDED.notify_all();
    }
}

/// The processes of a group, other than its first, whose program's file name starts with `program`.
///
/// # Errors
/// There is no `/proc` to find them in.
pub fn members(group: i32, program: &str) -> io::Result<Vec<i32>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let folder = PathBuf::from(format!("/proc/{pid}"));
        // Processes come and go while we look.
        let Ok(stat) = std::fs::read_to_string(folder.join("stat")) else { continue };
        let its_group =
            stat.rsplit(") ").next().and_then(|fields| fields.split(' ').nth(2)?.parse::<i32>().ok());
        if pid == group || its_group != Some(group) {
            continue;
        }
        let Ok(exe) = folder.join("exe").read_link() else { continue };
        if exe.file_name().is_some_and(|name| name.to_string_lossy().starts_with(program)) {
            found.push(pid);
        }
    }
    Ok(found)
}

/// A process that a job has started, watched by a handle that no later process can take over.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    handle: OwnedFd,
}

impl Child {
    /// None when it has ended meanwhile.
    fn of(pid: i32) -> io::Result<Option<Self>> {
        Ok(handle_of(pid)?.map(|handle| Self { pid: Pid::from_raw(pid), handle }))
    }

    /// `kill -9`.
    pub fn kill(&self) {
        // It may have ended already, which is what was wanted.
        let _ = kill(self.pid, Signal::SIGKILL);
    }

    /// Waits until it has ended; false when it still runs after `limit`.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn wait(&self, limit: Duration) -> io::Result<bool> {
        let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
        Ok(poll(&mut [PollFd::new(&self.handle, PollFlags::IN)], Some(&limit))? > 0)
    }
}

#[cfg(target_os = "linux")]
fn handle_of(pid: i32) -> io::Result<Option<OwnedFd>> {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    let Some(pid) = Pid::from_raw(pid) else { return Ok(None) };
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(handle) => Ok(Some(handle)),
        Err(rustix::io::Errno::SRCH) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn handle_of(_pid: i32) -> io::Result<Option<OwnedFd>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Processor time, user and system, of all children that have ended so far, with theirs.
#[must_use]
pub fn children_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("children may always be asked for");
    let seconds = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec().cast_unsigned())
            + Duration::from_micros(time.tv_usec().cast_unsigned())
    };
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// From here on Ctrl-C and SIGTERM are ours: they are passed on to every running job, then `afterwards` runs.
///
/// The second one kills the jobs. Calling this again changes nothing.
///
/// # Panics
/// The system refuses signal handlers.
pub fn forward_interrupts(afterwards: impl Fn() + Send + 'static) {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.swap(true, Ordering::SeqCst) {
        return;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM]).expect("SIGINT and SIGTERM may be handled");
    thread::spawn(move || {
        for _ in signals.forever() {
            let again = INTERRUPTED.swap(true, Ordering::SeqCst);
            for group in lock(&RUNNING).keys() {
                let _ = killpg(Pid::from_raw(*group), if again { Signal::SIGKILL } else { Signal::SIGINT });
            }
            afterwards();
        }
    });
}

/// Whether Ctrl-C or SIGTERM has come.
#[must_use]
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Waits until no job runs, at most `limit`.
pub(crate) fn wait_for_all(limit: Duration) {
    let running = lock(&RUNNING);
    // Past the limit the caller ends anyway.
    let _ = ENDED.wait_timeout_while(running, limit, |running| !running.is_empty());
}

fn forward(output: impl Read, mut send: impl FnMut(String) -> bool) {
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        if !send(String::from_utf8_lossy(&line).into_owned()) {
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Job {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Job::start(command).unwrap()
    }

    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn both_outputs_and_the_exit_status_are_kept() {
        let finished = shell("echo out; echo err >&2; exit 3").wait(LIMIT).unwrap();
        assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("out\n", "err\n"));
        assert_eq!(finished.status.code(), Some(3));
    }

    #[test]
    fn an_interrupt_reaches_the_children_of_a_job_too() {
        let child = r"trap 'kill \$!; echo child; exit' INT; echo ready; sleep 600 >&- 2>&- & wait";
        let job = shell(&format!("trap 'echo parent' INT; sh -c \"{child}\""));
        assert!(matches!(job.lines.recv_timeout(LIMIT), Ok(Line::Stdout(line)) if line == "ready"));
        job.interrupt();
        let finished = job.wait(LIMIT).unwrap();
        assert_eq!(finished.stdout, "child\nparent\n");
    }

    #[test]
    fn a_job_that_takes_too_long_is_killed_and_named() {
        let error = shell("echo stuck; exec sleep 600").wait(Duration::from_millis(300)).unwrap_err();
        assert!(error.to_string().contains("stuck"), "{error}");
    }
}
