use tfplugin::{Identity, Model};

/// A queue.
#[derive(Model, Identity)]
struct QueueId {
    /// Its names.
    names: Vec<String>,
}

fn main() {}
