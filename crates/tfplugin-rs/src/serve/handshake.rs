//! The first words between host and provider: a cookie in, one line out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::env::Environment;
use super::listener::Address;
use super::{Options, ServeError};

/// The same for every Terraform provider. It is no secret; it tells a host from a person.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Version of the handshake itself.
const CORE_VERSION: u32 = 1;

/// The only major version of the provider protocol served here.
pub(crate) const PROTOCOL_VERSION: u32 = 6;

/// Refuses to go on unless a host started the process.
pub(super) fn check_cookie(environment: &Environment, options: &Options) -> Result<(), ServeError> {
    match environment.cookie.as_deref() {
        Some(COOKIE) => Ok(()),
        _ => Err(ServeError::NotStartedByTerraform(options.explain_start())),
    }
}

/// Whether the host lists version 6. A host that lists nothing predates the list, and takes what it gets.
pub(super) fn speaks_our_version(environment: &Environment) -> bool {
    environment.protocol_versions.as_deref().is_none_or(|versions| {
        versions.split(',').any(|version| version.trim().parse() == Ok(PROTOCOL_VERSION))
    })
}

/// The line by which the host finds and trusts the provider. `certificate` is in DER.
pub(super) fn line(address: &Address, certificate: Option<&[u8]>, environment: &Environment) -> String {
    // The host pads nothing: a padded certificate is an error, two times out of three.
    let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
    // A host that does not ask for the seventh field may stumble over it.
    let multiplexing = if environment.asks_for_multiplexing { "|false" } else { "" };
    let network = address.network();
    format!("{CORE_VERSION}|{PROTOCOL_VERSION}|{network}|{address}|grpc|{certificate}{multiplexing}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(environment: Environment, certificate: Option<&[u8]>, expected: &str) {
        let address = Address::Unix("/tmp/tfplugin-1-0/provider".into());
        assert_eq!(line(&address, certificate, &environment), expected);
    }

    #[test]
    fn the_line_has_six_fields_and_ends() {
        check(Environment::default(), None, "1|6|unix|/tmp/tfplugin-1-0/provider|grpc|\n");
    }

    #[test]
    fn the_certificate_is_in_the_standard_alphabet_without_padding() {
        check(Environment::default(), Some(&[0xfb, 0xff]), "1|6|unix|/tmp/tfplugin-1-0/provider|grpc|+/8\n");
    }

    #[test]
    fn multiplexing_is_declined_where_it_is_asked_for() {
        let environment = Environment { asks_for_multiplexing: true, ..Environment::default() };
        check(environment, None, "1|6|unix|/tmp/tfplugin-1-0/provider|grpc||false\n");
    }

    #[test]
    fn tcp_is_named_with_its_port() {
        let address = Address::Tcp(([127, 0, 0, 1], 10_000).into());
        assert_eq!(line(&address, None, &Environment::default()), "1|6|tcp|127.0.0.1:10000|grpc|\n");
    }

    #[test]
    fn version_6_is_found_in_any_order() {
        for (versions, expected) in [
            (Some("5,6"), true),
            (Some("6,5"), true),
            (Some("4,5"), false),
            (Some("16"), false),
            (None, true),
        ] {
            let environment =
                Environment { protocol_versions: versions.map(str::to_owned), ..Environment::default() };
            assert_eq!(speaks_our_version(&environment), expected, "{versions:?}");
        }
    }
}
