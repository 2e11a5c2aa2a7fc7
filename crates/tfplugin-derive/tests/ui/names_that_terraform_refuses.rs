use tfplugin::Model;

/// A queue.
#[derive(Model)]
struct Queue {
    /// Capitals.
    #[tf(rename = "maxSize")]
    max_size: i64,
    /// Capitals, of the field itself.
    minSize: i64,
    /// A digit first.
    #[tf(rename = "2nd")]
    second: i64,
    /// No name.
    #[tf(rename = "")]
    nameless: i64,
    /// The same name again.
    #[tf(rename = "second_size")]
    another: i64,
    /// And again.
    second_size: i64,
}

fn main() {}
