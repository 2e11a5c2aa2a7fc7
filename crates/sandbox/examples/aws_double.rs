//! Starts the AWS double and prints what a client needs, until its standard input ends.
//!
//! `cargo run -p sandbox --example aws_double -- target/tools moto`

use sandbox::aws::{Double, Kind, Tools};
use std::io::{Write, stderr, stdin, stdout};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "target/tools".to_owned());
    let kind: Kind = arguments.next().as_deref().unwrap_or("moto").parse()?;

    let tools = Tools::new(folder)?.on_progress(|line| drop(writeln!(stderr(), "{line}")));
    let double = Double::start(&kind, &tools)?;
    for (name, value) in double.environment() {
        writeln!(stdout(), "export {name}={value}")?;
    }
    std::io::copy(&mut stdin(), &mut std::io::sink())?;
    Ok(())
}
