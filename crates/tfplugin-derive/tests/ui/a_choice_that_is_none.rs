use tfplugin::Choice;

#[derive(Choice)]
struct Mode;

#[derive(Choice)]
enum Held {
    Text(String),
    #[tf(on)]
    On,
    #[tf("twice")]
    One,
    #[tf("twice")]
    Two,
}

#[derive(Choice)]
enum Nothing {}

fn main() {}
