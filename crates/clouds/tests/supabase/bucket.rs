//! Buckets made, found, changed and removed.

use clouds::ErrorKind;
use clouds::supabase::storage::BucketSettings;

use crate::support::{Bench, call};

fn settings() -> BucketSettings {
    BucketSettings {
        public: true,
        file_size_limit: Some(5_000_000),
        allowed_mime_types: Some(vec!["image/*".into(), "application/pdf".into()]),
    }
}

#[tokio::test]
async fn a_bucket_is_made_as_asked_for_changed_and_removed() {
    let bench = Bench::new();
    let (storage, call) = (bench.storage(), call());
    storage.create(&call, "my assets", &settings()).await.unwrap();
    let found = storage.get(&call, "my assets").await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), &found.settings), ("my assets", &settings()));

    let bare = BucketSettings::default();
    storage.update(&call, "my assets", &bare).await.unwrap();
    let found = storage.get(&call, "my assets").await.unwrap().unwrap();
    assert_eq!(found.settings, bare, "what is not set is cleared");

    storage.delete(&call, "my assets").await.unwrap();
    assert_eq!(storage.get(&call, "my assets").await.unwrap(), None);
    assert_eq!(storage.delete(&call, "my assets").await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn no_type_allowed_and_any_type_allowed_are_told_apart() {
    let bench = Bench::new();
    let (storage, call) = (bench.storage(), call());
    for allowed in [None, Some(vec![])] {
        let settings = BucketSettings { allowed_mime_types: allowed, ..BucketSettings::default() };
        storage.create(&call, "assets", &settings).await.unwrap();
        assert_eq!(storage.get(&call, "assets").await.unwrap().unwrap().settings, settings);
        storage.delete(&call, "assets").await.unwrap();
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_and_nothing_is_sent_after_the_look() {
    let bench = Bench::new();
    let (storage, call) = (bench.storage(), call());
    storage.create(&call, "assets", &settings()).await.unwrap();
    let error = storage.create(&call, "assets", &settings()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists { owned_by_you: true });
    assert!(!error.may_have_worked());
    assert_eq!(bench.count("POST …/bucket"), 1);
}

#[tokio::test]
async fn what_storage_refuses_is_said_in_its_words() {
    let bench = Bench::new();
    let (storage, call) = (bench.storage(), call());
    let wrong = BucketSettings { allowed_mime_types: Some(vec!["picture".into()]), ..settings() };
    let error = storage.create(&call, "assets", &wrong).await.unwrap_err();
    assert_eq!((error.kind.clone(), error.code.as_deref()), (ErrorKind::Invalid, Some("InvalidMimeType")));
    assert!(error.to_string().contains("Tried Create a bucket on Supabase in project "), "{error}");
    assert!(error.to_string().contains("mime type picture is not supported"), "{error}");
    let large = BucketSettings { file_size_limit: Some(u64::MAX >> 12), ..settings() };
    assert_eq!(
        storage.create(&call, "assets", &large).await.unwrap_err().code.as_deref(),
        Some("EntityTooLarge")
    );
}
