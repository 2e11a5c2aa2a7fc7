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

fn main() {}
