use tfplugin::Model;

/// A queue.
#[derive(Model)]
#[tf(colour = "blue")]
struct Queue {
    /// Its name.
    #[tf(force_new)]
    name: String,
    /// Its size.
    #[tf(replace, replace)]
    size: i64,
}

/// A topic.
#[derive(Model)]
#[tf(version = 1, version = 2)]
struct Topic {
    /// Its name.
    name: String,
}

fn main() {}
