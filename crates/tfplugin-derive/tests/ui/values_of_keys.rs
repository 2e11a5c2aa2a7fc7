use tfplugin::{Defaulted, Model};

/// A queue.
#[derive(Model)]
#[tf(version = "one")]
struct Queue {
    /// Not in quotes.
    #[tf(range = 5)]
    size: i64,
    /// No value.
    #[tf(default =)]
    retention: Defaulted<i64>,
    /// No names.
    #[tf(one_of)]
    kind: String,
    /// Not in quotes.
    #[tf(conflicts_with(kind))]
    name: Option<String>,
    /// Not a path.
    #[tf(check = "path::to::function")]
    label: String,
    /// Nothing to use instead.
    #[tf(deprecated)]
    address: Option<String>,
    /// Not in quotes.
    #[tf(rename = kind)]
    r#type: Option<String>,
    /// Not a word.
    #[tf(replace = 1)]
    region: String,
    /// Not a pattern.
    #[tf(pattern = "[a-z]+")]
    owner: String,
}

/// A topic.
#[derive(Model)]
#[tf(deprecated)]
struct Topic {
    /// Its name.
    name: String,
}

/// A letter box.
#[derive(Model)]
#[tf(exactly_one_of = "name")]
struct LetterBox {
    /// Its name.
    name: Option<String>,
}

fn main() {}
