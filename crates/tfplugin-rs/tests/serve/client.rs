//! The other side: a client that behaves as Terraform's does.

use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use futures::FutureExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use tfplugin::wire::plugin::grpc_controller_client::GrpcControllerClient;
use tfplugin::wire::tfplugin6::provider_client::ProviderClient;
use tfplugin::wire::tfplugin6::{call_function, get_provider_schema};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion, version::TLS12, version::TLS13,
};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};

/// A certificate as Terraform makes them for itself: P-521, its own authority.
pub(crate) struct Identity {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) pem: String,
    key: KeyPair,
}

impl Identity {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).expect("a key");
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate").der().clone();
        Self { pem: pem(&certificate), certificate, key }
    }

    /// This certificate in the hands of somebody who has not got its key.
    pub(crate) fn stolen(&self) -> Self {
        Self { key: Self::new().key, pem: self.pem.clone(), certificate: self.certificate.clone() }
    }
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// How a client opens a connection.
pub(crate) struct Terms<'a> {
    pub(crate) identity: Option<&'a Identity>,
    /// The sixth field of the handshake.
    pub(crate) server: &'a str,
    pub(crate) version: &'static SupportedProtocolVersion,
}

impl<'a> Terms<'a> {
    pub(crate) fn new(identity: Option<&'a Identity>, server: &'a str) -> Self {
        Self { identity, server, version: &TLS13 }
    }

    pub(crate) fn with_tls_1_2(self) -> Self {
        Self { version: &TLS12, ..self }
    }
}

/// Connects with TLS and returns what a call gets: an answer, or the reason why there is none.
pub(crate) async fn connect(socket: &Path, terms: Terms<'_>) -> Result<Channel, String> {
    let stream = UnixStream::connect(socket).await.map_err(|reason| reason.to_string())?;
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    let server = STANDARD_NO_PAD.decode(terms.server).expect("base64 without padding");
    roots.add(CertificateDer::from(server)).expect("a certificate");
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&crypto));
    let config = ClientConfig::builder_with_provider(Arc::clone(&crypto))
        .with_protocol_versions(&[terms.version])
        .expect("a version of TLS")
        .with_webpki_verifier(verifier.build().expect("a verifier"));
    let mut config = match terms.identity {
        None => config.with_no_client_auth(),
        Some(identity) => {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
            let key = crypto.key_provider.load_private_key(key).expect("a key");
            let certified = CertifiedKey::new(vec![identity.certificate.clone()], key);
            config.with_client_cert_resolver(Arc::new(Always(Arc::new(certified))))
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|reason| reason.to_string())?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    Channel::over(stream, "https://localhost").await
}

/// Connects without TLS.
pub(crate) async fn connect_plain(socket: &Path) -> Result<Channel, String> {
    let stream = UnixStream::connect(socket).await.map_err(|reason| reason.to_string())?;
    Channel::over(stream, "http://unused").await
}

/// Presents one certificate whatever the server hints at, as Go does.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// One HTTP/2 connection, for any client of `tfplugin::wire`.
#[derive(Clone)]
pub(crate) struct Channel {
    requests: SendRequest<Body>,
    origin: &'static str,
}

impl Channel {
    async fn over(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        origin: &'static str,
    ) -> Result<Self, String> {
        let (requests, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .map_err(|reason| reason.to_string())?;
        tokio::spawn(connection);
        Ok(Self { requests, origin })
    }

    pub(crate) fn origin(&self) -> hyper::Uri {
        hyper::Uri::from_static(self.origin)
    }

    pub(crate) fn provider(&self) -> ProviderClient<Self> {
        ProviderClient::with_origin(self.clone(), self.origin()).max_decoding_message_size(usize::MAX)
    }

    pub(crate) async fn schema(&self) -> Result<get_provider_schema::Response, tonic::Status> {
        let answer = self.provider().get_provider_schema(get_provider_schema::Request {}).await?;
        Ok(answer.into_inner())
    }

    pub(crate) async fn call(&self, function: &str, argument: Vec<u8>) -> Result<Vec<u8>, tonic::Status> {
        let argument = tfplugin::wire::tfplugin6::DynamicValue { msgpack: argument, json: Vec::new() };
        let request = call_function::Request { name: function.to_owned(), arguments: vec![argument] };
        let answer = self.provider().call_function(request).await?.into_inner();
        Ok(answer.result.unwrap_or_default().msgpack)
    }

    /// Calls the function `wait` and returns the call when the provider has it.
    pub(crate) async fn call_in_flight(&self) -> BoxFuture<Vec<u8>, tonic::Status> {
        let channel = self.clone();
        let mut call: BoxFuture<_, _> = Box::pin(async move { channel.call("wait", Vec::new()).await });
        assert!(call.as_mut().now_or_never().is_none(), "the call is on its way");
        // Sent after it on the same connection, so answered after it has arrived.
        self.call("echo", Vec::new()).await.expect("an answer");
        call
    }

    pub(crate) async fn shut_down(&self) -> Result<(), tonic::Status> {
        let mut controller = GrpcControllerClient::with_origin(self.clone(), self.origin());
        controller.shutdown(tfplugin::wire::plugin::Empty {}).await.map(|_| ())
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Incoming>;
    type Error = hyper::Error;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.requests.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.requests.send_request(request))
    }
}
