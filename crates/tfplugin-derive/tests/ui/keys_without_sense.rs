use tfplugin::{Computed, Model};

/// A queue.
#[derive(Model)]
#[tf(at_most_one_of())]
struct Queue {
    /// Both.
    #[tf(keep, recompute)]
    url: Computed<String>,
    /// How to replace?
    #[tf(replace = "always")]
    name: String,
}

fn main() {}
