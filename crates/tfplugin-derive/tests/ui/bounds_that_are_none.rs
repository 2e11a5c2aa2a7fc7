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
    /// Neither bound.
    #[tf(range = "..")]
    weight: i64,
    /// The wrong way round.
    #[tf(range = "5..=1")]
    depth: i64,
    /// Not a number of characters.
    #[tf(length = "1m..=5m")]
    title: String,
    /// Not a number of elements.
    #[tf(items = "one..")]
    readers: Vec<String>,
    /// Not a pattern.
    #[tf(pattern("[a-z", "Small letters."))]
    kind: String,
}

fn main() {}
