//! Mutual TLS with throw-away certificates: each side trusts exactly the one certificate that it was shown at start.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
};

use super::ServeError;

/// One side of a connection that only the host can open.
pub(super) struct MutualTls {
    pub(super) acceptor: TlsAcceptor,
    /// What the host is to trust, in DER.
    pub(super) certificate: Vec<u8>,
}

impl MutualTls {
    /// Makes a key and a certificate, and trusts the host's certificate, which is given as PEM.
    pub(super) fn with_host(client_certificate: &str) -> Result<Self, ServeError> {
        let trusted = CertificateDer::from_pem_slice(client_certificate.as_bytes())
            .map_err(|reason| ServeError::ClientCertificate(reason.to_string()))?;

        // The host asks for the name `localhost` and for validity today. The generator's validity spans
        // centuries, which leaves room for clocks that disagree; the certificate dies with the process.
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(tls_error)?;
        let certificate = own.cert.der().clone();
        let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());

        let crypto = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(Pinned::new(trusted.into_owned(), &crypto));
        let mut config = ServerConfig::builder_with_provider(crypto)
            .with_safe_default_protocol_versions()
            .map_err(tls_error)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.clone()], key.into())
            .map_err(tls_error)?;
        // Newer hosts refuse a server that does not say `h2`.
        config.alpn_protocols = vec![b"h2".to_vec()];
        // A host connects once or twice; tickets would be work for nothing.
        config.send_tls13_tickets = 0;

        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate: certificate.to_vec() })
    }
}

fn tls_error(reason: impl std::error::Error + Send + Sync + 'static) -> ServeError {
    ServeError::Tls(Box::new(reason))
}

/// Accepts one certificate, byte by byte, from whoever holds its key.
///
/// The usual verifier is of no use: the host's certificate is its own authority, and a leaf that is an
/// authority is refused there. Signatures are verified here as everywhere; they prove that the peer has
/// the key and not only a copy of the certificate.
#[derive(Debug)]
struct Pinned {
    trusted: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Pinned {
    fn new(trusted: CertificateDer<'static>, crypto: &CryptoProvider) -> Self {
        Self { trusted, algorithms: crypto.signature_verification_algorithms }
    }
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.trusted {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
