use tfplugin::Model;

/// Either of two things.
#[derive(Model)]
union Queue {
    number: i64,
    truth: bool,
}

fn main() {}
