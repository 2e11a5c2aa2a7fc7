//! Chores.

mod proto;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["gen", "proto"] => proto::generate(false).map(drop),
        ["gen", "proto", "--check"] => proto::generate(true).map(drop),
        _ => anyhow::bail!("usage: cargo xtask gen proto [--check]"),
    }
}
