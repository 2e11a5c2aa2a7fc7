use tfplugin::{Defaulted, Model};

/// A queue.
#[derive(Model)]
struct Queue {
    /// Without a default.
    retention: Defaulted<String>,
    /// Without the type.
    #[tf(default = 5)]
    size: Option<i64>,
}

fn main() {}
