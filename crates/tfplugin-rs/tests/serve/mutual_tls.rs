//! Who is let in: the holder of the one key that the host announced.

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use crate::client::{Identity, Terms, connect, connect_plain};
use crate::process::Running;

/// Whether a client on these terms gets an answer.
async fn is_served(provider: &Running, terms: Terms<'_>) -> bool {
    match connect(&provider.socket(), terms).await {
        // With TLS 1.3 a client hears of its refusal only after its side of the handshake.
        Ok(channel) => channel.schema().await.is_ok(),
        Err(_) => false,
    }
}

#[tokio::test]
async fn the_host_is_served_and_nobody_else() {
    let provider = Running::start(&[]).await;
    let stranger = Identity::new();
    let stolen = provider.identity.stolen();
    for (name, identity, expected) in [
        ("no certificate", None, false),
        ("another certificate", Some(&stranger), false),
        ("the certificate without its key", Some(&stolen), false),
        ("the certificate and its key", Some(&provider.identity), true),
    ] {
        assert_eq!(is_served(&provider, provider.terms(identity)).await, expected, "{name}, TLS 1.3");
        let older = provider.terms(identity).with_tls_1_2();
        assert_eq!(is_served(&provider, older).await, expected, "{name}, TLS 1.2");
    }
}

#[tokio::test]
async fn nobody_is_served_without_tls() {
    let provider = Running::start(&[]).await;
    let answer = match connect_plain(&provider.socket()).await {
        Ok(channel) => channel.schema().await.map_err(|status| status.to_string()),
        Err(reason) => Err(reason),
    };
    answer.expect_err("a refusal");
    assert!(is_served(&provider, provider.terms(Some(&provider.identity))).await);
}

#[tokio::test]
async fn a_host_that_announces_no_certificate_gets_no_tls() {
    let provider = Running::start_plain(&[]).await;
    assert_eq!(provider.handshake[5], "");
    provider.connect().await.schema().await.expect("an answer");
}

#[tokio::test]
async fn probes_and_peers_that_hang_hold_up_nobody() {
    let provider = Running::start(&[]).await;
    for _ in 0..20 {
        drop(UnixStream::connect(provider.socket()).await.expect("a connection"));
    }
    let _silent = UnixStream::connect(provider.socket()).await.expect("a connection");
    let mut rude = UnixStream::connect(provider.socket()).await.expect("a connection");
    rude.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("a write");
    provider.connect().await.schema().await.expect("an answer");
}
