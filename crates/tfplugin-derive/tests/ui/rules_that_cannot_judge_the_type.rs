use tfplugin::{Json, Model};

/// A queue.
#[derive(Model)]
struct Queue {
    /// A number has no length.
    #[tf(length = "1..=5")]
    size: i64,
    /// A list is no text.
    #[tf(pattern("[a-z]+", "Write small letters."))]
    readers: Vec<String>,
    /// A text has no items.
    #[tf(items = "1..=5")]
    name: Option<String>,
    /// A text has no range.
    #[tf(range = "1..=5")]
    label: String,
    /// A document has none either.
    #[tf(range = "1..=5")]
    policy: Json,
}

fn main() {}
