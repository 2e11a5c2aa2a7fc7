use tfplugin::Identity;

#[derive(Identity)]
struct QueueId {
    name: String,
}

fn main() {}
