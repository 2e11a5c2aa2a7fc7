//! What goes wrong on the way to Cloudflare, and what comes of it.

use std::time::Duration;

use clouds::ErrorKind;
use clouds::cloudflare::r2::NewBucket;
use sandbox::{Fault, FaultRule};

use crate::support::{Bench, call};

/// Lets `fault` happen to the first two tries of a create: there is one bucket all the same.
async fn survives(fault: Fault) -> Bench {
    let bench = Bench::new();
    bench.sandbox.fault(FaultRule::new(fault).on("POST", "*/r2/buckets").times(2)).unwrap();
    bench.r2().create(&call(), "assets", &NewBucket::default()).await.unwrap();
    assert_eq!(bench.count("POST …"), 3);
    assert_eq!(bench.buckets(), 1);
    bench
}

#[tokio::test]
async fn too_many_requests_wait_as_long_as_cloudflare_asks() {
    let bench = survives(Fault::TooManyRequests { retry_after: Some(7) }).await;
    assert_eq!(bench.clock.pauses(), [Duration::from_secs(7); 2]);
}

#[tokio::test]
async fn too_many_requests_without_a_word_wait_as_policy_has_it() {
    survives(Fault::TooManyRequests { retry_after: None }).await;
}

#[tokio::test]
async fn trouble_of_its_own_passes() {
    survives(Fault::Failure { status: 503 }).await;
    survives(Fault::Failure { status: 500 }).await;
}

#[tokio::test]
async fn a_cut_connection_is_made_anew() {
    survives(Fault::Cut).await;
}

#[tokio::test]
async fn a_bucket_whose_answer_is_lost_is_adopted_and_not_made_twice() {
    let bench = Bench::new();
    bench.sandbox.fault(FaultRule::new(Fault::LostResponse).on("POST", "*/r2/buckets")).unwrap();
    let hint = NewBucket { location_hint: Some("apac".into()), ..NewBucket::default() };
    let made = bench.r2().create(&call(), "assets", &hint).await.unwrap();
    assert_eq!(made.location.as_deref(), Some("apac"));
    assert_eq!((bench.count("POST …"), bench.buckets()), (2, 1));
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_a_success() {
    let bench = Bench::new();
    bench.r2().create(&call(), "assets", &NewBucket::default()).await.unwrap();
    bench.sandbox.fault(FaultRule::new(Fault::LostResponse).on("DELETE", "*/r2/buckets/*")).unwrap();
    bench.r2().delete(&call(), "assets").await.unwrap();
    assert_eq!(bench.buckets(), 0);
}

#[tokio::test]
async fn trouble_that_does_not_pass_says_how_often_it_was_tried() {
    let bench = Bench::new();
    bench.cloudflare.account_id(&call()).await.unwrap();
    bench.sandbox.fault(FaultRule::new(Fault::Failure { status: 503 }).times(99)).unwrap();
    let error = bench.r2().get(&call(), "assets").await.unwrap_err();
    assert_eq!((error.kind.clone(), error.attempts), (ErrorKind::Unavailable, 6));
    let text = error.to_string();
    assert!(text.contains("Tried Get Bucket on Cloudflare in account") && text.contains("6 times"), "{text}");
    assert!(text.contains("503 10043") && text.contains("(request "), "{text}");
}

#[tokio::test]
async fn an_aspect_in_trouble_is_an_error_and_not_an_absent_one() {
    use clouds::cloudflare::r2::Aspect;
    let bench = Bench::new();
    bench.r2().create(&call(), "assets", &NewBucket::default()).await.unwrap();
    bench
        .sandbox
        .fault(FaultRule::new(Fault::Failure { status: 500 }).on("GET", "*/cors").times(99))
        .unwrap();
    let read = bench.r2().read(&call(), "assets", &[Aspect::Cors]).await;
    assert_eq!(read.unwrap_err().kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn nobody_at_home_is_a_request_that_was_never_sent() {
    let bench = Bench::new();
    let (r2, call) = (bench.r2(), call());
    bench.cloudflare.account_id(&call).await.unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let elsewhere = clouds::cloudflare::CloudflareConfig {
        endpoint: Some(format!("http://127.0.0.1:{port}/client/v4")),
        account_id: Some("0".repeat(32)),
        ..crate::support::access(&bench.sandbox)
    };
    let policy = clouds::Policy::of(clouds::Vendor::Cloudflare).with_clock(bench.clock.clone());
    let http = clouds::http::Http::new("slipway-tests/0");
    let nobody = clouds::cloudflare::Cloudflare::new(elsewhere, http, policy);
    let error =
        nobody.r2(None, Default::default()).create(&call, "assets", &NewBucket::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network);
    assert!(!error.may_have_worked() && error.to_string().contains("did not answer"), "{error}");
    drop(r2);
}
