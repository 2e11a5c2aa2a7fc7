//! What signals do to a provider process.

use std::io;

use super::ending::Ending;

/// Whose process this is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    /// Terraform: it decides when the process ends. Ctrl-C in its terminal reaches this process as well, and
    /// ending then would lose whatever is being created.
    Host,
    /// A person at a debugger: Ctrl-C is for this process.
    Person,
}

/// Watches for signals until the runtime ends. From here on they no longer kill the process.
#[cfg(unix)]
pub(super) fn watch(owner: Owner, ending: Ending) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(()) = interrupts.recv() => match owner {
                    Owner::Host => tracing::debug!("interrupted; goes on until the host says otherwise"),
                    Owner::Person => end(&ending),
                },
                Some(()) = terminations.recv() => end(&ending),
                else => break,
            }
        }
    });
    Ok(())
}

/// Watches for Ctrl-C until the runtime ends. From here on it no longer kills the process.
#[cfg(windows)]
pub(super) fn watch(owner: Owner, ending: Ending) -> io::Result<()> {
    let mut interrupts = tokio::signal::windows::ctrl_c()?;
    tokio::spawn(async move {
        while let Some(()) = interrupts.recv().await {
            match owner {
                Owner::Host => tracing::debug!("interrupted; goes on until the host says otherwise"),
                Owner::Person => end(&ending),
            }
        }
    });
    Ok(())
}

/// The first time in good order, the second time at once.
fn end(ending: &Ending) {
    if ending.has_begun() { ending.hurry() } else { ending.begin() }
}
