//! The S3 face of R2, asked by Amazon's own SDK.

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, RequestChecksumCalculation};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use serde_json::json;

use crate::support::{Bench, Client};

type Built = aws_sdk_s3::config::Builder;

fn s3_at(
    url: &str,
    access_key: &str,
    secret: &str,
    change: impl FnOnce(Built) -> Built,
) -> aws_sdk_s3::Client {
    let config = Built::new()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new(access_key, secret, None, None, "test"))
        .region(Region::new("auto"))
        .endpoint_url(url)
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(change(config).build())
}

/// A sandbox on the system's clock, which is the SDK's too, with the bucket `assets`.
fn bench() -> (Bench, aws_sdk_s3::Client) {
    let bench = Bench::with(|options| sandbox::Options {
        clock: std::sync::Arc::new(sandbox::SystemClock),
        ..options
    });
    bench.cloudflare().json("POST", &bench.r2_buckets(), json!({ "name": "assets" })).expect(200);
    let access = bench.sandbox.cloudflare();
    let s3 =
        s3_at(&access.r2_s3_url, &access.r2_access_key_id, &access.r2_secret_access_key, |config| config);
    (bench, s3)
}

async fn put(s3: &aws_sdk_s3::Client, key: &str, bytes: &'static [u8]) {
    let sent = s3.put_object().bucket("assets").key(key).body(ByteStream::from_static(bytes)).send();
    sent.await.unwrap_or_else(|error| panic!("{key}: {error:?}"));
}

#[tokio::test]
async fn objects_come_back_as_they_went_in() {
    let (_bench, s3) = bench();
    for key in ["plain.txt", "with space+plus&and=more/ümläut ~.txt"] {
        let sent =
            s3.put_object().bucket("assets").key(key).content_type("text/plain").metadata("owner", "me");
        let sent = sent.body(ByteStream::from_static(b"hello")).send().await.expect("a put");
        assert_eq!(sent.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
        let got = s3.get_object().bucket("assets").key(key).send().await.expect("a get");
        assert_eq!(
            (got.content_type(), got.metadata().and_then(|all| all.get("owner"))),
            (Some("text/plain"), Some(&"me".to_owned()))
        );
        assert_eq!(&got.body.collect().await.expect("a body").into_bytes()[..], b"hello");
        let head = s3.head_object().bucket("assets").key(key).send().await.expect("a head");
        assert_eq!(head.content_length(), Some(5));
    }
    let missing = s3.get_object().bucket("assets").key("nothing").send().await.expect_err("no such key");
    assert_eq!(missing.code(), Some("NoSuchKey"));
    assert!(missing.meta().request_id().is_none());
}

#[tokio::test]
async fn a_bucket_is_listed_in_pages_and_folders_and_emptied_in_batches() {
    let (bench, s3) = bench();
    for key in ["a/1", "a/2", "b/1", "c", "d"] {
        put(&s3, key, b"x").await;
    }
    let mut pages = s3.list_objects_v2().bucket("assets").max_keys(2).into_paginator().send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        keys.extend(
            page.expect("a page").contents().iter().filter_map(|object| object.key().map(str::to_owned)),
        );
    }
    assert_eq!(keys, ["a/1", "a/2", "b/1", "c", "d"]);

    let folders =
        s3.list_objects_v2().bucket("assets").delimiter("/").max_keys(2).send().await.expect("a page");
    let names: Vec<_> = folders.common_prefixes().iter().filter_map(|prefix| prefix.prefix()).collect();
    assert_eq!((names, folders.is_truncated()), (vec!["a/", "b/"], Some(true)));
    let rest = s3.list_objects_v2().bucket("assets").delimiter("/");
    let rest = rest.set_continuation_token(folders.next_continuation_token).send().await.expect("a page");
    assert_eq!((rest.contents().len(), rest.key_count()), (2, Some(2)));
    let older = s3.list_objects().bucket("assets").prefix("a/").marker("a/1").send().await.expect("a page");
    assert_eq!(older.contents()[0].key(), Some("a/2"));

    let refused = s3.delete_bucket().bucket("assets").send().await.expect_err("it holds objects");
    assert_eq!(refused.code(), Some("BucketNotEmpty"));
    let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build().expect("a key"));
    let batch = Delete::builder().set_objects(Some(objects.collect())).build().expect("a batch");
    let deleted = s3.delete_objects().bucket("assets").delete(batch).send().await.expect("a batch");
    assert_eq!(deleted.deleted().len(), 5);
    assert_eq!(bench.sandbox.status().holds.r2_objects, 0);
    put(&s3, "one", b"x").await;
    s3.delete_object().bucket("assets").key("one").send().await.expect("a delete");
    s3.delete_bucket().bucket("assets").send().await.expect("it is empty");
}

#[tokio::test]
async fn buckets_are_made_found_and_listed() {
    let (bench, s3) = bench();
    s3.create_bucket().bucket("second").send().await.expect("a bucket");
    let again = s3.create_bucket().bucket("second").send().await.expect_err("it is there");
    assert_eq!(again.code(), Some("BucketAlreadyOwnedByYou"));
    s3.head_bucket().bucket("second").send().await.expect("it is there");
    let missing = s3.head_bucket().bucket("third").send().await.expect_err("it is not there");
    assert_eq!(missing.raw_response().map(|response| response.status().as_u16()), Some(404));
    let all = s3.list_buckets().send().await.expect("a list");
    let names: Vec<_> = all.buckets().iter().filter_map(|bucket| bucket.name()).collect();
    assert_eq!(names, ["assets", "second"]);
    let location = s3.get_bucket_location().bucket("second").send().await.expect("a place");
    assert_eq!(location.location_constraint().map(|place| place.as_str()), Some("ENAM"));
    // The REST API sees the same bucket.
    bench.cloudflare().get(&format!("{}/second", bench.r2_buckets())).expect(200);
}

#[tokio::test]
async fn a_jurisdiction_has_a_face_of_its_own() {
    let (bench, s3) = bench();
    put(&s3, "here", b"x").await;
    let access = bench.sandbox.cloudflare();
    let eu = bench.sandbox.r2_s3_url(&access.account_id, "eu");
    let eu = s3_at(&eu, &access.r2_access_key_id, &access.r2_secret_access_key, |config| config);
    let missing = eu.list_objects_v2().bucket("assets").send().await.expect_err("another namespace");
    assert_eq!(missing.code(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn only_the_right_key_signs() {
    let (bench, _) = bench();
    let access = bench.sandbox.cloudflare();
    let check = async |key: &str, secret: &str, region: &'static str, code: &str| {
        let s3 = s3_at(&access.r2_s3_url, key, secret, |config| config.region(Region::new(region)));
        let refused = s3.list_objects_v2().bucket("assets").send().await.expect_err("it is refused");
        assert_eq!(refused.code(), Some(code), "{refused:?}");
    };
    let (key, secret) = (access.r2_access_key_id.as_str(), access.r2_secret_access_key.as_str());
    check(key, "wrong", "auto", "SignatureDoesNotMatch").await;
    check(&"0".repeat(32), secret, "auto", "Unauthorized").await;
    check("short", secret, "auto", "InvalidArgument").await;
    check(key, secret, "us-west-2", "InvalidRegionName").await;
    let unsigned = Client::new(&access.r2_s3_url).get("/assets");
    assert_eq!(unsigned.status, 401);
}

#[tokio::test]
async fn a_body_sent_in_chunks_is_put_together() {
    let (bench, _) = bench();
    let access = bench.sandbox.cloudflare();
    let s3 = s3_at(&access.r2_s3_url, &access.r2_access_key_id, &access.r2_secret_access_key, |config| {
        config.request_checksum_calculation(RequestChecksumCalculation::WhenSupported)
    });
    // A body of unknown content at signing time is what the SDK sends in chunks with a trailing checksum.
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("large");
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&file, &bytes).expect("a file");
    let body = ByteStream::from_path(&file).await.expect("a stream");
    s3.put_object().bucket("assets").key("large").body(body).send().await.expect("a put");
    let got = s3.get_object().bucket("assets").key("large").send().await.expect("a get");
    assert_eq!(got.body.collect().await.expect("a body").into_bytes(), bytes);
    let calls = bench.sandbox.calls();
    let put = calls.iter().find(|call| call.method == "PUT").expect("the put");
    let hash = &put.request.headers["x-amz-content-sha256"];
    assert!(hash.starts_with("STREAMING-"), "the SDK did not send chunks: {hash}");
}

#[tokio::test]
async fn what_the_face_lacks_is_a_gap_and_not_a_guess() {
    let (bench, s3) = bench();
    let refused = s3.get_bucket_cors().bucket("assets").send().await.expect_err("not modelled");
    assert_eq!(refused.code(), Some("NotImplemented"));
    let copied = s3.copy_object().bucket("assets").key("b").copy_source("assets/a").send().await;
    assert_eq!(copied.expect_err("not modelled").code(), Some("NotImplemented"));
    assert_eq!(bench.sandbox.status().gaps, 2);
}

#[test]
fn a_request_from_another_time_is_refused() {
    let (bench, _) = bench();
    let access = bench.sandbox.cloudflare();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/20200101/auto/s3/aws4_request, SignedHeaders=host, Signature=0",
        access.r2_access_key_id
    );
    let client = Client::new(&access.r2_s3_url).header("authorization", &authorization);
    let late = client.clone().header("x-amz-date", "20200101T000000Z").get("/assets");
    assert!(late.status == 403 && late.text().contains("RequestTimeTooSkewed"), "{}", late.text());
    assert_eq!(client.get("/assets").status, 401, "without a date nothing is signed");
}
