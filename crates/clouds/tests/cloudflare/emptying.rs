//! Emptying through R2's S3 API.

use std::sync::atomic::{AtomicU64, Ordering};

use clouds::ErrorKind;
use clouds::cloudflare::r2::{Jurisdiction, NewBucket, R2};
use clouds::cloudflare::{CloudflareConfig, R2Credentials};
use sandbox::{Fault, FaultRule};

use crate::support::{Bench, call};

/// Makes a bucket and puts objects into it through the REST API.
async fn filled(bench: &Bench, r2: &R2, jurisdiction: Jurisdiction, objects: usize) {
    r2.create(&call(), "assets", &NewBucket::default()).await.unwrap();
    let access = bench.sandbox.cloudflare();
    for number in 0..objects {
        let url = format!(
            "{}/accounts/{}/r2/buckets/assets/objects/folder/{number}",
            access.url, access.account_id
        );
        let status = put(&url, &access.token, jurisdiction.as_str()).await;
        assert_eq!(status, 200);
    }
    assert_eq!(bench.sandbox.status().holds.r2_objects, objects);
}

async fn put(url: &str, token: &str, jurisdiction: &str) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!(
        "PUT {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncf-r2-jurisdiction: {jurisdiction}\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

async fn check(bench: &Bench, jurisdiction: Jurisdiction) {
    let r2 = bench.cloudflare.r2(None, jurisdiction);
    filled(bench, &r2, jurisdiction, 3).await;
    assert_eq!(r2.delete(&call(), "assets").await.unwrap_err().kind, ErrorKind::NotEmpty);
    let seen = AtomicU64::new(0);
    let progress = |progress: clouds::aws::s3::Progress| seen.store(progress.deleted, Ordering::Relaxed);
    let emptied = r2.empty(&call(), "assets", &progress).await.unwrap();
    assert_eq!((emptied.progress.deleted, emptied.refused_in_all), (3, 0));
    assert_eq!(seen.load(Ordering::Relaxed), 3);
    r2.delete(&call(), "assets").await.unwrap();
    assert_eq!(bench.buckets(), 0);
}

#[tokio::test]
async fn a_bucket_is_emptied_with_the_keys_that_belong_to_the_token() {
    check(&Bench::new(), Jurisdiction::Default).await;
}

#[tokio::test]
async fn a_bucket_in_a_jurisdiction_is_emptied_there() {
    check(&Bench::new(), Jurisdiction::Eu).await;
}

#[tokio::test]
async fn keys_that_are_configured_are_used_as_they_are() {
    let bench = Bench::with(
        |options| options,
        |config| CloudflareConfig {
            r2_credentials: Some(R2Credentials {
                access_key_id: "0".repeat(32).into(),
                secret_access_key: "0".repeat(64).into(),
            }),
            ..config
        },
    );
    let r2 = bench.r2();
    filled(&bench, &r2, Jurisdiction::Default, 1).await;
    let error = r2.empty(&call(), "assets", &|_| {}).await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Unauthenticated | ErrorKind::Denied), "{error:?}");
    assert_eq!(error.vendor, clouds::Vendor::Cloudflare);
    assert_eq!(bench.count("GET /user/tokens/verify"), 0);
}

#[tokio::test]
async fn emptying_survives_a_throttled_and_a_lost_answer() {
    let bench = Bench::new();
    let r2 = bench.r2();
    filled(&bench, &r2, Jurisdiction::Default, 3).await;
    for fault in [Fault::TooManyRequests { retry_after: Some(1) }, Fault::LostResponse] {
        bench.sandbox.fault(FaultRule::new(fault).on("POST", "/r2/*")).unwrap();
    }
    r2.empty(&call(), "assets", &|_| {}).await.unwrap();
    assert_eq!(bench.sandbox.status().holds.r2_objects, 0);
}
