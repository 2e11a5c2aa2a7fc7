//! Whose token it is, and what follows from it.

use clouds::ErrorKind;
use clouds::cloudflare::CloudflareConfig;
use sandbox::Options;

use crate::support::{Bench, call};

#[tokio::test]
async fn the_only_account_is_found_once_from_the_token() {
    let bench = Bench::new();
    for _ in 0..2 {
        let account = bench.cloudflare.account_id(&call()).await.unwrap();
        assert_eq!(account, bench.sandbox.cloudflare().account_id);
    }
    assert_eq!(bench.calls(), ["GET /accounts"]);
}

#[tokio::test]
async fn an_account_that_is_configured_is_not_looked_for() {
    let bench = Bench::with(
        |options| options,
        |config| CloudflareConfig { account_id: Some("0".repeat(32)), ..config },
    );
    assert_eq!(bench.cloudflare.account_id(&call()).await.unwrap(), "0".repeat(32));
    assert!(bench.calls().is_empty());
}

#[tokio::test]
async fn several_accounts_are_no_answer() {
    let bench = Bench::with(|options| Options { cloudflare_accounts: 3, ..options }, |config| config);
    let error = bench.cloudflare.account_id(&call()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.to_string().contains("reaches 3 accounts, and `account_id`"), "{error}");
}

#[tokio::test]
async fn every_page_of_accounts_is_read() {
    let bench = Bench::with(|options| Options { cloudflare_accounts: 120, ..options }, |config| config);
    assert_eq!(bench.cloudflare.accounts(&call()).await.unwrap().len(), 120);
    assert_eq!(bench.count("GET /accounts"), 3);
}

#[tokio::test]
async fn a_token_is_verified() {
    let bench = Bench::new();
    assert_eq!(bench.cloudflare.token(&call()).await.unwrap().status, "active");
}

#[tokio::test]
async fn a_wrong_token_is_not_known_to_user_or_account() {
    let bench = Bench::with(
        |options| options,
        |config| CloudflareConfig { api_token: Some("wrong".into()), ..config },
    );
    let error = bench.cloudflare.token(&call()).await.unwrap_err();
    assert_eq!((error.kind.clone(), error.code.as_deref()), (ErrorKind::Unauthenticated, Some("1000")));
    assert!(error.request_id.is_some());
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let bench = Bench::with(|options| options, |config| CloudflareConfig { api_token: None, ..config });
    let error = bench.r2().get(&call(), "assets").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
    assert!(error.to_string().contains("CLOUDFLARE_API_TOKEN"), "{error}");
    assert!(bench.calls().is_empty());
}
