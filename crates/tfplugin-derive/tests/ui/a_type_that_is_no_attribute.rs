use tfplugin::Model;

/// A queue.
#[derive(Model)]
struct Queue {
    /// Only the operating system knows how large this is.
    size: usize,
}

fn main() {}
