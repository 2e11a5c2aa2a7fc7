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

fn main() {}
