use tfplugin::Model;

/// A queue of anything.
#[derive(Model)]
struct Queue<T> {
    /// Its name.
    name: T,
}

fn main() {}
