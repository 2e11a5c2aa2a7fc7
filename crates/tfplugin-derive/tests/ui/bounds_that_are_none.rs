use tfplugin::Model;

/// A queue.
#[derive(Model)]
struct Queue {
    /// No bounds.
    #[tf(range = "5")]
    size: i64,
    /// Exclusive bounds.
    #[tf(length = "1..64")]
    name: String,
    /// No sentence.
    #[tf(pattern("[a-z]+"))]
    label: String,
}

fn main() {}
