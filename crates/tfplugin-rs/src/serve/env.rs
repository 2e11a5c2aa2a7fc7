//! What the environment tells a provider process. Nothing else in this crate reads the environment.

use std::ops::RangeInclusive;
use std::path::PathBuf;

/// The variables by which the host of a plugin process (Terraform, OpenTofu) speaks before there is a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `TF_PLUGIN_MAGIC_COOKIE`: proof that a host, not a person, started the process.
    pub(crate) cookie: Option<String>,
    /// `PLUGIN_PROTOCOL_VERSIONS`: major versions that the host speaks, comma-separated, in any order.
    pub(crate) protocol_versions: Option<String>,
    /// `PLUGIN_CLIENT_CERT`: the host's certificate as PEM. Present exactly when the host wants mutual TLS.
    pub(crate) client_certificate: Option<String>,
    /// `PLUGIN_MULTIPLEX_GRPC`: the host asks whether further connections can share one socket.
    pub(crate) asks_for_multiplexing: bool,
    /// `PLUGIN_UNIX_SOCKET_DIR`, `PLUGIN_UNIX_SOCKET_GROUP`, `PLUGIN_MIN_PORT`, `PLUGIN_MAX_PORT`.
    pub(crate) place: Place,
}

/// Where the host wants the provider to listen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// Directory for the socket, instead of the one for temporary files.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there are no socket files to place"))]
    pub(crate) directory: Option<PathBuf>,
    /// Group, by name or number, that may use the socket too.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there are no socket files to share"))]
    pub(crate) group: Option<String>,
    /// Ports to choose from where a socket file is not possible.
    pub(crate) ports: Option<RangeInclusive<u16>>,
}

impl Environment {
    /// The environment of this process.
    pub(crate) fn of_this_process() -> Self {
        Self {
            cookie: variable("TF_PLUGIN_MAGIC_COOKIE"),
            protocol_versions: variable("PLUGIN_PROTOCOL_VERSIONS"),
            client_certificate: variable("PLUGIN_CLIENT_CERT"),
            asks_for_multiplexing: variable("PLUGIN_MULTIPLEX_GRPC").is_some(),
            place: Place::of_this_process(),
        }
    }
}

impl Place {
    pub(crate) fn of_this_process() -> Self {
        let port = |name| variable(name).and_then(|port| port.parse::<u16>().ok());
        Self {
            directory: variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            group: variable("PLUGIN_UNIX_SOCKET_GROUP"),
            ports: port("PLUGIN_MIN_PORT").zip(port("PLUGIN_MAX_PORT")).map(|(low, high)| low..=high),
        }
    }
}

/// The log level that the user asked for, from the most particular variable that is set:
/// `TF_LOG_PROVIDER_<NAME>`, `TF_LOG_PROVIDER`, `TF_LOG`.
pub(crate) fn log_level(provider_name: &str) -> Option<String> {
    let own = format!("TF_LOG_PROVIDER_{}", provider_name.to_uppercase().replace('-', "_"));
    [own.as_str(), "TF_LOG_PROVIDER", "TF_LOG"].into_iter().find_map(variable)
}

/// An empty variable counts as one that is not set, as it does for Terraform.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
