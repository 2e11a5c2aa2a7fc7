use tfplugin::{Computed, Defaulted, Model, OrComputed};

/// A queue.
#[derive(Model)]
struct Queue {
    /// Null already.
    url: Computed<Option<String>>,
    /// Optional already.
    #[tf(default = 1)]
    size: Option<Defaulted<i64>>,
    /// Decided twice.
    region: OrComputed<Computed<String>>,
}

fn main() {}
