//! Buckets emptied in batches, and removed.

use std::sync::Mutex;

use clouds::supabase::storage::{BucketSettings, Progress};
use clouds::{Call, ErrorKind};
use sandbox::{Fault, FaultRule};

use crate::support::{Bench, call};

async fn filled(objects: usize) -> (Bench, Call) {
    let bench = Bench::new();
    let call = call();
    bench.storage().create(&call, "assets", &BucketSettings::default()).await.unwrap();
    bench.fill("assets", objects).await;
    (bench, call)
}

#[tokio::test]
async fn a_bucket_with_objects_is_emptied_in_batches_and_removed() {
    let (bench, call) = filled(1003).await;
    let storage = bench.storage();
    assert_eq!(storage.delete(&call, "assets").await.unwrap_err().kind, ErrorKind::NotEmpty);
    let seen = Mutex::new(Vec::new());
    let progress = |progress: Progress| seen.lock().unwrap().push(progress.deleted);
    let done = storage.empty(&call, "assets", &progress).await.unwrap();
    assert_eq!((done.deleted, seen.into_inner().unwrap()), (1003, vec![1000, 1003]));
    storage.delete_emptied(&call, "assets").await.unwrap();
    assert_eq!(bench.buckets(), 0);
}

#[tokio::test]
async fn emptying_survives_what_goes_wrong_in_between() {
    let (bench, call) = filled(3).await;
    for fault in [Fault::LostResponse, Fault::TooManyRequests { retry_after: Some(1) }, Fault::Cut] {
        bench.sandbox.fault(FaultRule::new(fault).on("DELETE", "*/object/assets")).unwrap();
    }
    bench.storage().empty(&call, "assets", &|_| {}).await.unwrap();
    assert_eq!(bench.sandbox.status().holds.storage_objects, 0);
}

#[tokio::test]
async fn a_bucket_that_is_emptied_in_the_background_is_removed_when_that_is_done() {
    let (bench, call) = filled(3).await;
    let access = bench.sandbox.supabase();
    let url = format!("{}/bucket/assets/empty", access.storage_url);
    assert_eq!(bench.send("POST", &url, &access.service_role_key, "{}").await, 200);
    bench.storage().delete_emptied(&call, "assets").await.unwrap();
    assert_eq!(bench.buckets(), 0);
    assert!(bench.count("DELETE …/bucket/assets") > 1, "it took its time");
}

#[tokio::test]
async fn a_bucket_that_is_never_empty_is_given_up() {
    let (bench, call) = filled(1).await;
    let error = bench.storage().delete_emptied(&call, "assets").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotEmpty);
}
