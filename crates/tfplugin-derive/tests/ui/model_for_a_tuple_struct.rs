use tfplugin::Model;

/// Not an object with names.
#[derive(Model)]
struct Queue(String);

fn main() {}
