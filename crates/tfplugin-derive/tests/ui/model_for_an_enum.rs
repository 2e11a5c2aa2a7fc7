use tfplugin::Model;

/// Not an object.
#[derive(Model)]
enum Mode {
    On,
    Off,
}

fn main() {}
