//! How a server comes to its end: in good order, or at once.

use tokio_util::sync::CancellationToken;

/// A signal that all parts of one server share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending {
    begun: CancellationToken,
    urgent: CancellationToken,
}

impl Ending {
    /// Take no new connection, finish the requests in flight, then end. A request may be creating something
    /// that only its answer can put into state.
    pub(crate) fn begin(&self) {
        self.begun.cancel();
    }

    /// Nobody waits for answers any more: end.
    pub(crate) fn hurry(&self) {
        self.begin();
        self.urgent.cancel();
    }

    pub(crate) async fn begun(&self) {
        self.begun.cancelled().await;
    }

    pub(crate) async fn urgent(&self) {
        self.urgent.cancelled().await;
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.begun.is_cancelled()
    }
}
