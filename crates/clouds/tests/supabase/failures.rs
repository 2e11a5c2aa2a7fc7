//! What goes wrong on the way to Supabase, and what comes of it.

use std::time::Duration;

use clouds::ErrorKind;
use clouds::supabase::storage::BucketSettings;
use sandbox::{Fault, FaultRule};

use crate::support::{Bench, call};

/// Lets `fault` happen to the first two tries of a create: there is one bucket all the same.
async fn survives(fault: Fault) -> Bench {
    let bench = Bench::new();
    bench.sandbox.fault(FaultRule::new(fault).on("POST", "*/storage/v1/bucket").times(2)).unwrap();
    bench.storage().create(&call(), "assets", &BucketSettings::default()).await.unwrap();
    assert_eq!((bench.count("POST …/bucket"), bench.buckets()), (3, 1));
    bench
}

#[tokio::test]
async fn too_many_requests_wait_as_long_as_supabase_asks() {
    let bench = survives(Fault::TooManyRequests { retry_after: Some(7) }).await;
    assert_eq!(bench.clock.pauses(), [Duration::from_secs(7); 2]);
}

#[tokio::test]
async fn the_management_api_is_waited_for_too() {
    let bench = Bench::new();
    let throttled = Fault::TooManyRequests { retry_after: Some(30) };
    bench.sandbox.fault(FaultRule::new(throttled).on("GET", "*/api-keys")).unwrap();
    assert_eq!(bench.storage().get(&call(), "assets").await.unwrap(), None);
    assert_eq!(bench.clock.pauses(), [Duration::from_secs(30)]);
}

#[tokio::test]
async fn trouble_of_its_own_passes() {
    for status in [500, 503, 544] {
        survives(Fault::Failure { status }).await;
    }
}

#[tokio::test]
async fn a_cut_connection_is_made_anew() {
    survives(Fault::Cut).await;
}

#[tokio::test]
async fn a_bucket_whose_answer_is_lost_is_adopted_and_not_made_twice() {
    let bench = Bench::new();
    bench.sandbox.fault(FaultRule::new(Fault::LostResponse).on("POST", "*/storage/v1/bucket")).unwrap();
    bench.storage().create(&call(), "assets", &BucketSettings::default()).await.unwrap();
    assert_eq!((bench.count("POST …/bucket"), bench.buckets()), (2, 1));
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_a_success() {
    let bench = Bench::new();
    bench.storage().create(&call(), "assets", &BucketSettings::default()).await.unwrap();
    bench.sandbox.fault(FaultRule::new(Fault::LostResponse).on("DELETE", "*/bucket/*")).unwrap();
    bench.storage().delete(&call(), "assets").await.unwrap();
    assert_eq!(bench.buckets(), 0);
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_made_again() {
    let bench = Bench::new();
    let storage = bench.storage();
    storage.create(&call(), "assets", &BucketSettings::default()).await.unwrap();
    bench.sandbox.fault(FaultRule::new(Fault::LostResponse).on("PUT", "*/bucket/*")).unwrap();
    let public = BucketSettings { public: true, ..BucketSettings::default() };
    storage.update(&call(), "assets", &public).await.unwrap();
    assert!(storage.get(&call(), "assets").await.unwrap().unwrap().settings.public);
}

#[tokio::test]
async fn trouble_that_does_not_pass_says_how_often_it_was_tried() {
    let bench = Bench::new();
    bench
        .sandbox
        .fault(FaultRule::new(Fault::Failure { status: 500 }).on("GET", "*/bucket/*").times(99))
        .unwrap();
    let error = bench.storage().get(&call(), "assets").await.unwrap_err();
    assert_eq!((error.kind.clone(), error.attempts), (ErrorKind::Unavailable, 6));
    let text = error.to_string();
    assert!(
        text.contains("6 times") && text.contains("500 InternalError") && text.contains("(request "),
        "{text}"
    );
}
