use tfplugin::{Defaulted, Model, Span};

/// A queue.
#[derive(Model)]
struct Queue {
    /// A text for a number.
    #[tf(default = "5")]
    size: Defaulted<i64>,
    /// A number for a duration.
    #[tf(default = 5)]
    retention: Defaulted<Span>,
    /// A number for true or false.
    #[tf(default = 1)]
    fast: Defaulted<bool>,
    /// An expression of another type.
    #[tf(default = Span::from_days(2))]
    name: Defaulted<String>,
}

fn main() {}
