use tfplugin::{Computed, Model, WriteOnly};

/// A queue.
#[derive(Model)]
struct Queue {
    /// Decided by the provider.
    #[tf(replace)]
    url: Computed<String>,
    /// Never stored.
    #[tf(replace)]
    password: WriteOnly<String>,
}

fn main() {}
