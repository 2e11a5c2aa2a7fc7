use tfplugin::Model;

/// A queue.
#[derive(Model)]
#[tf(exactly_one_of("name", "prefix"))]
struct Queue {
    /// Its name.
    #[tf(conflicts_with("nam"))]
    name: Option<String>,
    /// Its owner.
    #[tf(required_with("team"))]
    owner: Option<String>,
}

/// A topic.
#[derive(Model)]
#[tf(exactly_one_of("name", "name"))]
struct Topic {
    /// Its name.
    #[tf(one_of("a", "b", "a"))]
    name: Option<String>,
    /// Itself.
    #[tf(conflicts_with("prefix"))]
    prefix: Option<String>,
}

/// A letter box.
#[derive(Model)]
#[tf(all_or_none("name"))]
struct LetterBox {
    /// Its name.
    name: Option<String>,
}

/// A post office.
#[derive(Model)]
struct PostOffice {
    /// Itself.
    #[tf(required_with("name"))]
    name: Option<String>,
}

fn main() {}
