use tfplugin::Model;

/// A queue.
#[derive(Model)]
struct Queue {
    /// Capitals.
    #[tf(rename = "maxSize")]
    max_size: i64,
}

fn main() {}
