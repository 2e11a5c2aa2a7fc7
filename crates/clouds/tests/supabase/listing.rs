//! The buckets of a project, a page at a time.

use clouds::supabase::SupabaseConfig;
use clouds::supabase::storage::{Bucket, BucketSettings};
use clouds::{ErrorKind, Page};
use sandbox::{Fault, FaultRule};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Bench, call};

fn settings() -> BucketSettings {
    BucketSettings {
        public: true,
        file_size_limit: Some(5_000_000),
        allowed_mime_types: Some(vec!["image/*".into()]),
    }
}

/// A bench with buckets of these names.
async fn with(names: &[&str]) -> Bench {
    let bench = Bench::new();
    for name in names {
        bench.storage().create(&call(), name, &settings()).await.unwrap();
    }
    bench
}

/// The names on each page.
async fn pages(bench: &Bench, search: Option<&str>, at_most: usize) -> Vec<Vec<String>> {
    let (mut pages, mut from) = (Vec::new(), None);
    loop {
        let page = bench.storage().buckets(&call(), search, at_most, from).await.unwrap();
        pages.push(page.items.into_iter().map(|bucket| bucket.id).collect());
        from = page.next;
        if from.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn buckets_come_by_name_in_pages_until_there_are_no_more() {
    let bench = with(&["cherry", "apple", "banana"]).await;
    assert_eq!(pages(&bench, None, 2).await, [vec!["apple", "banana"], vec!["cherry"]]);
    assert_eq!(pages(&bench, None, usize::MAX).await, [["apple", "banana", "cherry"]]);
    assert_eq!(bench.count("GET …/bucket"), 3, "two pages, then one");
}

#[tokio::test]
async fn a_search_is_narrowed_by_storage_itself() {
    let bench = with(&["story a", "other", "My Story"]).await;
    assert_eq!(pages(&bench, Some("story"), 100).await, [["My Story", "story a"]]);
    assert_eq!(pages(&bench, Some("a&limit=1"), 100).await, [Vec::<String>::new()], "text stays text");
}

#[tokio::test]
async fn a_listed_bucket_is_the_bucket_that_a_look_finds() {
    let bench = with(&["assets"]).await;
    let (storage, call) = (bench.storage(), call());
    let listed = storage.buckets(&call, None, 100, None).await.unwrap().items;
    assert_eq!(listed, [storage.get(&call, "assets").await.unwrap().unwrap()]);
    assert_eq!(listed[0].settings, settings());
}

#[tokio::test]
async fn a_refused_list_says_where_it_was_asked() {
    let bench = Bench::new();
    let wrong = |config| SupabaseConfig { service_key: Some("sb_secret_of_nobody".into()), ..config };
    let project = bench.sandbox.supabase().project_ref;
    let storage = bench.client(wrong(crate::support::access(&bench.sandbox))).storage(&project);
    let error = storage.buckets(&call(), None, 100, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
    let said = error.to_string();
    assert!(said.starts_with(&format!("Tried Gets all buckets on Supabase in project {project}.")), "{said}");
}

#[tokio::test]
async fn a_list_that_meets_trouble_is_asked_again() {
    let bench = with(&["assets"]).await;
    let rule = FaultRule::new(Fault::Failure { status: 503 }).on("GET", "*/bucket");
    bench.sandbox.fault(rule).unwrap();
    assert_eq!(pages(&bench, None, 100).await, [["assets"]]);
    assert_eq!(bench.count("GET …/bucket"), 2);
}

/// What a list finds on a server that answers with these rows, two to a page.
async fn found_in(rows: Value) -> Page<Bucket, usize> {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(rows)).mount(&server).await;
    let config = SupabaseConfig {
        service_key: Some("sb_secret_key".into()),
        project_url: Some(server.uri()),
        ..SupabaseConfig::default()
    };
    Bench::new().client(config).storage("local").buckets(&call(), None, 2, None).await.unwrap()
}

#[tokio::test]
async fn buckets_for_analytics_are_no_buckets_for_files() {
    let files = json!({ "id": "files", "name": "files", "type": "STANDARD" });
    let analytics = json!({ "id": "events", "name": "events", "type": "ANALYTICS" });
    let page = found_in(json!([files, analytics])).await;
    assert_eq!(page.items.iter().map(|bucket| bucket.id.as_str()).collect::<Vec<_>>(), ["files"]);
    assert_eq!(page.next, Some(2), "the page was full all the same");
}

#[tokio::test]
async fn a_server_that_knows_no_pages_is_asked_once() {
    let row = |name: &str| json!({ "id": name, "name": name });
    let page = found_in(json!([row("a"), row("b"), row("c")])).await;
    assert_eq!((page.items.len(), page.next), (3, None));
}
