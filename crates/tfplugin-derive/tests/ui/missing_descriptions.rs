use tfplugin::Model;

#[derive(Model)]
struct Queue {
    name: String,
}

fn main() {}
