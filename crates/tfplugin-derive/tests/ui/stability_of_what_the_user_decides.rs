use tfplugin::{Computed, Model};

/// A queue.
#[derive(Model)]
struct Queue {
    /// The user's.
    #[tf(keep)]
    name: String,
    /// Of nothing.
    #[tf(derived_from("nam"))]
    arn: Computed<String>,
}

fn main() {}
