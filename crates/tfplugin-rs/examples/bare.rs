//! The provider process of the tests in `tests/serve`: nothing but the outermost layer.

#[path = "../tests/serve/provider.rs"]
mod provider;

fn main() -> std::process::ExitCode {
    tfplugin::serve::run(provider::Bare::default(), provider::OPTIONS)
}
