//! Buckets made, found, changed and removed.

use clouds::ErrorKind;
use clouds::cloudflare::r2::{Jurisdiction, NewBucket};

use crate::support::{Bench, call};

fn plain() -> NewBucket {
    NewBucket::default()
}

#[tokio::test]
async fn a_bucket_is_made_as_asked_for_and_removed() {
    let bench = Bench::new();
    let (r2, call) = (bench.r2(), call());
    let new =
        NewBucket { location_hint: Some("weur".into()), storage_class: Some("InfrequentAccess".into()) };
    let made = r2.create(&call, "assets", &new).await.unwrap();
    assert_eq!(made.location.as_deref(), Some("weur"), "Cloudflare answers in upper case");
    assert_eq!(r2.get(&call, "assets").await.unwrap(), made);

    r2.put_storage_class(&call, "assets", "Standard").await.unwrap();
    let changed = r2.get(&call, "assets").await.unwrap();
    assert_eq!(changed.storage_class.as_deref(), Some("Standard"));

    r2.delete(&call, "assets").await.unwrap();
    assert_eq!(r2.read(&call, "assets", &[]).await.unwrap(), None);
    assert_eq!(r2.delete(&call, "assets").await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_jurisdiction_is_a_namespace_of_its_own() {
    let bench = Bench::new();
    let call = call();
    let eu = bench.cloudflare.r2(None, Jurisdiction::Eu);
    eu.create(&call, "assets", &plain()).await.unwrap();
    assert_eq!(bench.r2().read(&call, "assets", &[]).await.unwrap(), None);
    bench.r2().create(&call, "assets", &plain()).await.unwrap();
    assert_eq!(bench.buckets(), 2);
    let error = eu.create(&call, "assets", &plain()).await.unwrap_err();
    assert!(error.to_string().contains("jurisdiction eu"), "{error}");
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_and_nothing_is_sent_after_the_look() {
    let bench = Bench::new();
    let (r2, call) = (bench.r2(), call());
    r2.create(&call, "assets", &plain()).await.unwrap();
    let error = r2.create(&call, "assets", &plain()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists { owned_by_you: true });
    assert!(!error.may_have_worked());
    assert_eq!(bench.count("POST …"), 1);
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_by_name() {
    let bench = Bench::new();
    let error = bench.r2().create(&call(), "No_Name", &plain()).await.unwrap_err();
    assert_eq!((error.kind.clone(), error.code.as_deref()), (ErrorKind::Invalid, Some("10005")));
}

#[tokio::test]
async fn an_account_out_of_reach_is_denied_and_not_taken_for_an_absent_bucket() {
    let bench = Bench::new();
    let account = "0123456789abcdef0123456789abcdef";
    let error = bench.cloudflare.r2(Some(account), Jurisdiction::Default).read(&call(), "assets", &[]).await;
    assert_eq!(error.unwrap_err().kind, ErrorKind::Denied);
    let nonsense = bench.cloudflare.r2(Some("nonsense"), Jurisdiction::Default);
    assert_eq!(nonsense.read(&call(), "assets", &[]).await.unwrap_err().kind, ErrorKind::Invalid);
}
