//! Which key opens a project, and what happens when it does not.

use clouds::ErrorKind;
use clouds::supabase::SupabaseConfig;
use clouds::supabase::storage::BucketSettings;

use crate::support::{Bench, access, call};

fn new() -> BucketSettings {
    BucketSettings::default()
}

#[tokio::test]
async fn the_service_key_is_fetched_once() {
    let bench = Bench::new();
    let call = call();
    for name in ["one", "two"] {
        bench.storage().create(&call, name, &new()).await.unwrap();
    }
    let project = bench.sandbox.supabase().project_ref;
    assert_eq!(bench.count(&format!("GET /v1/projects/{project}/api-keys")), 1);
}

#[tokio::test]
async fn a_key_that_is_configured_is_not_fetched() {
    let bench = Bench::new();
    let keys = bench.sandbox.supabase();
    for key in [keys.service_role_key, keys.secret_key] {
        let config =
            SupabaseConfig { service_key: Some(key.into()), access_token: None, ..access(&bench.sandbox) };
        let storage = bench.client(config).storage(&keys.project_ref);
        storage.create(&call(), "assets", &new()).await.unwrap();
        storage.delete(&call(), "assets").await.unwrap();
    }
    assert_eq!(bench.calls().iter().filter(|call| call.contains("api-keys")).count(), 0);
}

#[tokio::test]
async fn a_secret_key_is_fetched_where_the_legacy_keys_are_off() {
    let bench = Bench::new();
    let access = bench.sandbox.supabase();
    let url = format!("{}/v1/projects/{}/api-keys/legacy?enabled=false", access.url, access.project_ref);
    assert_eq!(bench.send("PUT", &url, &access.access_token, "").await, 200);
    bench.storage().create(&call(), "assets", &new()).await.unwrap();
    assert_eq!(bench.buckets(), 1);
}

#[tokio::test]
async fn a_key_that_sees_no_buckets_is_refused_before_anything_looks_deleted() {
    let bench = Bench::new();
    bench.storage().create(&call(), "assets", &new()).await.unwrap();
    let keys = bench.sandbox.supabase();
    let config = SupabaseConfig { service_key: Some(keys.anon_key.into()), ..access(&bench.sandbox) };
    let error = bench.client(config).storage(&keys.project_ref).get(&call(), "assets").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert!(error.to_string().contains("role `anon`"), "{error}");
}

#[tokio::test]
async fn a_wrong_key_is_no_deletion() {
    let bench = Bench::new();
    let keys = bench.sandbox.supabase();
    let forged = format!("{}x", keys.service_role_key);
    let config = SupabaseConfig { service_key: Some(forged.into()), ..access(&bench.sandbox) };
    let error = bench.client(config).storage(&keys.project_ref).get(&call(), "assets").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn a_wrong_access_token_is_unauthenticated() {
    let bench = Bench::with(|config| SupabaseConfig {
        access_token: Some(format!("sbp_{}", "0".repeat(40)).into()),
        ..config
    });
    let error = bench.storage().get(&call(), "assets").await.unwrap_err();
    assert_eq!((error.kind.clone(), error.status), (ErrorKind::Unauthenticated, Some(401)));
    assert!(error.request_id.is_some());
}

#[tokio::test]
async fn without_a_token_or_a_key_nothing_is_sent() {
    let bench = Bench::with(|config| SupabaseConfig { access_token: None, ..config });
    let error = bench.storage().get(&call(), "assets").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
    assert!(error.to_string().contains("SUPABASE_ACCESS_TOKEN"), "{error}");
    assert!(bench.calls().is_empty());
}

#[tokio::test]
async fn a_project_that_is_not_found_is_not_taken_for_a_removed_one() {
    let bench = Bench::new();
    let storage = bench.supabase.storage("abcdefghijklmnopqrst");
    assert_eq!(storage.get(&call(), "assets").await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_project_that_was_removed_has_no_buckets() {
    let bench = Bench::new();
    let access = bench.sandbox.supabase();
    let url = format!("{}/v1/projects/{}", access.url, access.project_ref);
    assert_eq!(bench.send("DELETE", &url, &access.access_token, "").await, 200);
    assert_eq!(bench.storage().get(&call(), "assets").await.unwrap(), None);
}

#[tokio::test]
async fn the_organizations_of_the_token_are_listed() {
    let bench = Bench::new();
    let found = bench.supabase.organizations(&call()).await.unwrap();
    assert_eq!(found[0].slug, bench.sandbox.supabase().organization_slug);
}
