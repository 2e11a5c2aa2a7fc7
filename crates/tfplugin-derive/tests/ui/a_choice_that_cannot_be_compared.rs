use tfplugin::Choice;

#[derive(Choice, Clone, Debug)]
enum Mode {
    Fast,
    Cheap,
}

fn main() {}
