use tfplugin::{Model, Set, WriteOnly};

/// A reader.
#[derive(Model, Clone, Debug)]
struct Reader {
    /// Its password.
    password: WriteOnly<String>,
}

/// A queue.
#[derive(Model, Clone, Debug)]
struct Queue {
    /// Who may read.
    readers: Set<Reader>,
}

fn main() {}
