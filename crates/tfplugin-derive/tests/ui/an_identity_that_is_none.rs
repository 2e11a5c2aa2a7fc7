use tfplugin::{Identity, Model};

#[derive(Identity)]
struct Position(String);

#[derive(Identity)]
enum Kind {
    One,
}

/// Nothing.
#[derive(Model, Identity)]
struct Nothing {}

/// A queue.
#[derive(Model, Identity)]
struct QueueId {
    /// Its account.
    account: Option<String>,
    /// Its name.
    name: String,
}

fn main() {}
