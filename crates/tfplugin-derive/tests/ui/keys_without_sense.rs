use tfplugin::{Computed, Model, WriteOnly};

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

/// A topic.
#[derive(Model)]
struct Topic {
    /// Read what is stored nowhere?
    #[tf(unread)]
    secret: WriteOnly<String>,
}

fn main() {}
