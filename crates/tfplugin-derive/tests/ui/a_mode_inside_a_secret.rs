use tfplugin::{Computed, Model, Sensitive};

/// A queue.
#[derive(Model)]
struct Queue {
    /// The wrong way round.
    token: Sensitive<Computed<String>>,
}

fn main() {}
