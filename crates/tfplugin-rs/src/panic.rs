//! Panics: those of a handler become values, all others are reported in the words that Terraform recognises.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::pin::pin;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

/// A panic that was caught: a defect of the code at `location`.
///
/// ```
/// use tfplugin::panic::{Panic, catch};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
///
/// let caught: Result<u32, Panic> = catch(async { panic!("out of numbers") }).await;
/// let panic = caught.unwrap_err();
/// assert_eq!(panic.message, "out of numbers");
/// assert!(panic.location.contains(".rs:"));
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Panic {
    /// What the code said when it gave up.
    pub message: String,
    /// `file:line:column`.
    pub location: String,
}

impl fmt::Display for Panic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (at {})", self.message, self.location)
    }
}

impl std::error::Error for Panic {}

/// Runs `work` to its end, be it a panic.
///
/// A panic that is caught here prints nothing. It is caught on whatever thread it happens as long as it happens
/// in `work` itself; a task that `work` spawns is on its own.
///
/// # Errors
/// The panic, with its place.
pub async fn catch<F: Future>(work: F) -> Result<F::Output, Panic> {
    install_hook();
    let mut work = pin!(work);
    poll_fn(|context| {
        let outer = CATCHING.replace(Some(None));
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        let location = CATCHING.replace(outer).flatten();
        match polled {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(payload) => Poll::Ready(Err(Panic {
                message: message_of(&*payload).to_owned(),
                location: location.unwrap_or_else(|| "an unknown place".to_owned()),
            })),
        }
    })
    .await
}

/// From here on, a panic that nobody catches is written to stderr as Go writes it. Terraform shows such text to
/// the user, as "The plugin crashed!", where it takes Rust's own for noise.
pub(crate) fn report_escaped() {
    install_hook();
    REPORTING.store(true, Ordering::Relaxed);
}

thread_local! {
    /// Some while [`catch`] runs on this thread; then the place of the last panic.
    static CATCHING: RefCell<Option<Option<String>>> = const { RefCell::new(None) };
}

static REPORTING: AtomicBool = AtomicBool::new(false);

/// The place of a panic is known only to the hook.
fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |panic| {
            if note_place(panic) {
                return;
            }
            if REPORTING.load(Ordering::Relaxed) {
                // Where stderr is closed there is nobody left to tell.
                let _ = report(panic, &mut std::io::stderr().lock());
            } else {
                previous(panic);
            }
        }));
    });
}

/// Whether the panic will be caught.
fn note_place(panic: &PanicHookInfo<'_>) -> bool {
    CATCHING.with_borrow_mut(|catching| {
        if let Some(place) = catching {
            *place = panic.location().map(ToString::to_string);
        }
        catching.is_some()
    })
}

fn report(panic: &PanicHookInfo<'_>, stderr: &mut impl Write) -> io::Result<()> {
    let message = message_of(panic.payload());
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    // At once, because finding the names for the backtrace takes time: Terraform shows what it has read when the
    // failed call reaches it.
    stderr.write_all(format!("panic: {message}\n\nat {location}, thread {thread}\n").as_bytes())?;
    stderr.write_all(format!("{}\n", Backtrace::force_capture()).as_bytes())
}

fn message_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_caught_with_its_message_and_place() {
        let before = line!();
        let caught = catch(async { panic!("no bucket {}", 7) }).await.map(|(): ()| "no panic");
        let panic = caught.expect_err("a panic");
        assert_eq!(panic.message, "no bucket 7");
        assert!(panic.location.starts_with(&format!("{}:{}:", file!(), before + 1)), "{}", panic.location);
    }

    #[tokio::test]
    async fn a_panic_after_a_pause_is_caught_too() {
        let caught = catch(async {
            tokio::task::yield_now().await;
            panic!("late")
        });
        assert_eq!(caught.await.map(|(): ()| "no panic").expect_err("a panic").message, "late");
    }

    #[tokio::test]
    async fn what_ends_well_is_left_alone() {
        assert_eq!(catch(async { 7 }).await, Ok(7));
    }

    #[tokio::test]
    async fn an_inner_catch_leaves_the_outer_one_in_place() {
        let outer = catch(async {
            let inner = catch(async { panic!("inner") }).await.map(|(): ()| "no panic");
            assert_eq!(inner.expect_err("a panic").message, "inner");
            panic!("outer")
        });
        assert_eq!(outer.await.map(|(): ()| "no panic").expect_err("a panic").message, "outer");
    }
}
