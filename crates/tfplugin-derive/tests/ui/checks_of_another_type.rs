use tfplugin::{Invalid, Model};

fn even(number: &i64) -> Result<(), Invalid> {
    if number % 2 == 0 { Ok(()) } else { Err(Invalid::new("is odd", "")) }
}

/// A queue.
#[derive(Model)]
struct Queue {
    /// Its name.
    #[tf(check = even)]
    name: String,
}

fn main() {}
