//! Serving a provider to the program that starts it: handshake, mutual TLS, side services, signals, the end.
//!
//! A provider's `main` is one line:
//!
//! ```no_run
//! # use tfplugin::wire::tfplugin6::provider_server::Provider;
//! # fn example(provider: impl Provider) -> std::process::ExitCode {
//! use tfplugin::serve::{Options, run};
//!
//! run(provider, Options { address: "registry.terraform.io/acme/acme", version: env!("CARGO_PKG_VERSION") })
//! # }
//! ```

mod ending;
mod env;
mod handshake;
mod listener;
mod reattach;
mod server;
mod services;
mod signals;
mod tls;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

pub(crate) use env::log_level;
pub use reattach::{REATTACH_VARIABLE, Reattached, reattach};

use self::ending::Ending;
use self::env::Environment;
use self::listener::Listener;
use self::server::{Host, Server};
use self::services::Services;
use self::signals::Owner;
use self::tls::MutualTls;
use crate::wire::tfplugin6::provider_server::Provider;

/// What a provider is called.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where the provider is registered, in full: `registry.terraform.io/acme/acme`.
    pub address: &'static str,
    /// Its version, as released: `1.2.3`.
    pub version: &'static str,
}

/// Why a provider process did not come to serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// A person started the binary, or a host that is not Terraform. Holds a text for the person.
    #[error("{0}")]
    NotStartedByTerraform(String),
    /// The host wants mutual TLS and its certificate is none.
    #[error(
        "PLUGIN_CLIENT_CERT holds no certificate in PEM form: {0}\nStart the provider through Terraform, which sets it."
    )]
    ClientCertificate(String),
    /// No key, no certificate or no TLS configuration could be made.
    #[error("TLS could not be set up: {0}\nThis is a defect of the provider; please report it.")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Neither a socket file nor a port could be opened.
    #[error(
        "No socket could be opened: {0}\nPoint TMPDIR at a directory with a short path that can be written to."
    )]
    Listen(#[source] io::Error),
    /// The host does not read its end of stdout.
    #[error("Stdout could not be written to: {0}\nStart the provider through Terraform, which reads it.")]
    Handshake(#[source] io::Error),
    /// The system gave no thread, no event queue or no signal handler.
    #[error("The runtime could not be started: {0}\nRaise the limits on processes and open files.")]
    Runtime(#[source] io::Error),
}

/// The whole of a provider's `main`: reads the command line, writes logs to stderr, serves to the end.
///
/// Terraform gives no arguments. `--debug` serves to a debugger, `--version` and `--help` say what they promise;
/// each also goes with one dash, as in providers written in Go.
pub fn run<P: Provider>(provider: P, options: Options) -> ExitCode {
    let outcome = match Command::read(std::env::args_os().skip(1)) {
        Ok(Command::Serve) => in_runtime(&options, serve(provider, options)),
        Ok(Command::Debug) => in_runtime(&options, debug(provider, &options)),
        Ok(Command::Version) => say(&options.title()),
        Ok(Command::Help) => say(&options.explain_start()),
        Err(argument) => {
            complain(&format!("Argument `{argument}` is not known\n\n{}", options.explain_start()));
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            complain(&reason.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Serves until the host says goodbye, or is gone.
///
/// For programs with a runtime and a `main` of their own; others use [`run`].
///
/// # Errors
/// Says why it did not come to serve. What happens on a connection is logged and ends only that connection.
///
/// ```no_run
/// # use tfplugin::wire::tfplugin6::provider_server::Provider;
/// use tfplugin::serve::{Options, ServeError, serve};
///
/// # async fn example(provider: impl Provider) -> std::process::ExitCode {
/// let options = Options { address: "registry.terraform.io/acme/acme", version: "1.0.0" };
/// match serve(provider, options).await {
///     Ok(()) => std::process::ExitCode::SUCCESS,
///     Err(ServeError::NotStartedByTerraform(help)) => {
///         eprintln!("{help}");
///         std::process::ExitCode::FAILURE
///     }
///     Err(reason) => panic!("{reason}"),
/// }
/// # }
/// ```
pub async fn serve<P: Provider>(provider: P, options: Options) -> Result<(), ServeError> {
    let environment = Environment::of_this_process();
    handshake::check_cookie(&environment, &options)?;
    if !handshake::speaks_our_version(&environment) {
        // The host reads the handshake and says it in its own words; this is for its log.
        complain(&format!(
            "{} speaks protocol 6 only and needs Terraform 1.0 or OpenTofu 1.6, or newer",
            options.title()
        ));
    }

    let host = Host::of_this_process();
    let ending = Ending::default();
    signals::watch(Owner::Host, ending.clone()).map_err(ServeError::Runtime)?;
    let tls = environment.client_certificate.as_deref().map(MutualTls::with_host).transpose()?;
    let listener = Listener::open(&environment.place).await?;

    let certificate = tls.as_ref().map(|tls| tls.certificate.as_slice());
    let line = handshake::line(&listener.address(), certificate, &environment);
    print(&line).map_err(ServeError::Handshake)?;

    let services = Services::new(provider, &ending, true);
    Server { listener, tls: tls.map(|tls| tls.acceptor), services, ending, host: Some(host) }.run().await;
    Ok(())
}

/// Serves to whoever sets the environment that it prints, until Ctrl-C.
async fn debug<P: Provider>(provider: P, options: &Options) -> Result<(), ServeError> {
    let running = reattach(provider, options).await?;
    signals::watch(Owner::Person, running.ending().clone()).map_err(ServeError::Runtime)?;
    say(&format!(
        "{} runs until Ctrl-C. To use it, run Terraform with this in its environment:\n\n\
         \t{REATTACH_VARIABLE}='{}'\n",
        options.title(),
        running.environment()
    ))?;
    running.ended().await;
    Ok(())
}

fn in_runtime(
    options: &Options,
    work: impl Future<Output = Result<(), ServeError>>,
) -> Result<(), ServeError> {
    crate::panic::report_escaped();
    crate::log::init(options.name());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(ServeError::Runtime)?;
    let outcome = runtime.block_on(work);
    // Whatever still blocks a thread is not worth waiting for: the host has gone.
    runtime.shutdown_background();
    outcome
}

/// What the command line asks for.
#[derive(Debug, Eq, PartialEq)]
enum Command {
    Serve,
    Debug,
    Version,
    Help,
}

impl Command {
    /// Returns the first argument that is not known.
    fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut command = Self::Serve;
        for argument in arguments {
            command = match argument.to_str() {
                Some("--debug" | "-debug") => Self::Debug,
                Some("--version" | "-version" | "-V") => Self::Version,
                Some("--help" | "-help" | "-h") => Self::Help,
                _ => return Err(argument.to_string_lossy().into_owned()),
            };
        }
        Ok(command)
    }
}

impl Options {
    /// `acme` of `registry.terraform.io/acme/acme`.
    fn name(&self) -> &'static str {
        self.address.rsplit('/').next().unwrap_or(self.address)
    }

    /// The address as users write it, where the registry goes without saying.
    fn source(&self) -> &'static str {
        self.address.strip_prefix("registry.terraform.io/").unwrap_or(self.address)
    }

    fn title(&self) -> String {
        format!("terraform-provider-{} {} (protocol 6.11)", self.name(), self.version)
    }

    /// For a person who has started the binary by hand.
    fn explain_start(&self) -> String {
        let (title, name, source, version) = (self.title(), self.name(), self.source(), self.version);
        format!(
            "{title}\n\n\
             This is a provider for Terraform and OpenTofu. They start it by themselves; by hand it does nothing.\n\n\
             To use it, write into your configuration, and run `terraform init`:\n\n    \
                 terraform {{\n      \
                   required_providers {{\n        \
                     {name} = {{\n          \
                       source  = \"{source}\"\n          \
                       version = \"{version}\"\n        \
                     }}\n      \
                   }}\n    \
                 }}\n\n\
             To try out this very binary, write into `~/.terraformrc`, and run `terraform plan` without `init`:\n\n    \
                 provider_installation {{\n      \
                   dev_overrides {{ \"{source}\" = \"{}\" }}\n      \
                   direct {{}}\n    \
                 }}\n\n\
             Options:\n  \
               --debug    wait for Terraform to attach, for use under a debugger\n  \
               --version  print the version\n  \
               --help     print this text\n",
            own_directory()
        )
    }
}

fn own_directory() -> String {
    std::env::current_exe()
        .ok()
        .and_then(|binary| binary.parent().map(|directory| directory.display().to_string()))
        .unwrap_or_else(|| "/the/directory/of/this/binary".to_owned())
}

/// To stdout, for a person.
fn say(text: &str) -> Result<(), ServeError> {
    print(&format!("{}\n", text.trim_end())).map_err(ServeError::Handshake)
}

/// The one way to stdout. Under a host nothing follows the handshake.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// To stderr, for a person.
fn complain(text: &str) {
    // Where stderr is closed there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options = Options { address: "registry.terraform.io/acme/lights-out", version: "1.2.3" };

    fn check(arguments: &[&str], expected: Result<Command, &str>) {
        let command = Command::read(arguments.iter().map(OsString::from));
        assert_eq!(command, expected.map_err(str::to_owned), "{arguments:?}");
    }

    #[test]
    fn arguments_are_understood_with_one_dash_and_with_two() {
        check(&[], Ok(Command::Serve));
        check(&["--debug"], Ok(Command::Debug));
        check(&["-debug"], Ok(Command::Debug));
        check(&["--version"], Ok(Command::Version));
        check(&["-h"], Ok(Command::Help));
        check(&["--debug", "serve"], Err("serve"));
    }

    #[test]
    fn names_come_from_the_address() {
        assert_eq!(OPTIONS.name(), "lights-out");
        assert_eq!(OPTIONS.source(), "acme/lights-out");
        let elsewhere = Options { address: "example.org/acme/acme", ..OPTIONS };
        assert_eq!(elsewhere.source(), "example.org/acme/acme");
    }

    #[test]
    fn a_person_is_told_how_to_use_the_provider() {
        let text = OPTIONS.explain_start();
        assert!(text.contains("source  = \"acme/lights-out\""), "{text}");
        assert!(text.contains("dev_overrides { \"acme/lights-out\" = "), "{text}");
    }
}
