//! The buckets of an account and jurisdiction, a page at a time.

use clouds::ErrorKind;
use clouds::cloudflare::r2::{Jurisdiction, NewBucket};
use sandbox::{Fault, FaultRule};

use crate::support::{Bench, call};

/// A bench with buckets of these names.
async fn with(names: &[&str]) -> Bench {
    let bench = Bench::new();
    for name in names {
        bench.r2().create(&call(), name, &NewBucket::default()).await.unwrap();
    }
    bench
}

/// The names on each page.
async fn pages(bench: &Bench, name_contains: Option<&str>, at_most: usize) -> Vec<Vec<String>> {
    let (mut pages, mut from) = (Vec::new(), None);
    loop {
        let page = bench.r2().buckets(&call(), name_contains, at_most, from.as_deref()).await.unwrap();
        pages.push(page.items.into_iter().map(|bucket| bucket.name).collect());
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
    assert_eq!(bench.count("GET …"), 3, "two pages, then one");
}

#[tokio::test]
async fn a_search_is_narrowed_by_cloudflare_itself() {
    let bench = with(&["story-a", "other", "my-story"]).await;
    assert_eq!(pages(&bench, Some("story"), 100).await, [["my-story", "story-a"]]);
    assert_eq!(pages(&bench, Some("a&per_page=1"), 100).await, [Vec::<String>::new()], "text stays text");
}

#[tokio::test]
async fn each_jurisdiction_is_listed_by_itself() {
    let bench = with(&["assets"]).await;
    let eu = bench.cloudflare.r2(None, Jurisdiction::Eu);
    assert_eq!(eu.buckets(&call(), None, 100, None).await.unwrap().items, []);
    eu.create(&call(), "assets-eu", &NewBucket::default()).await.unwrap();
    let found = eu.buckets(&call(), None, 100, None).await.unwrap().items;
    assert_eq!(found.iter().map(|bucket| bucket.name.as_str()).collect::<Vec<_>>(), ["assets-eu"]);
    assert_eq!(found[0].location.as_deref(), Some("enam"));
}

#[tokio::test]
async fn a_refused_list_says_where_it_was_asked_and_what_to_allow() {
    let bench = Bench::new();
    let account = "0123456789abcdef0123456789abcdef";
    let r2 = bench.cloudflare.r2(Some(account), Jurisdiction::Eu);
    let error = r2.buckets(&call(), None, 100, None).await.unwrap_err();
    assert_eq!(
        (&error.kind, error.operation.permission),
        (&ErrorKind::Denied, Some("Workers R2 Storage Read"))
    );
    let said = error.to_string();
    assert!(
        said.starts_with(&format!("Tried List Buckets on Cloudflare in account {account}, jurisdiction eu.")),
        "{said}"
    );
    assert!(said.contains("answered 403 10000"), "{said}");
}

#[tokio::test]
async fn a_list_that_meets_trouble_is_asked_again() {
    let bench = with(&["assets"]).await;
    let rule = FaultRule::new(Fault::Failure { status: 503 }).on("GET", "*/r2/buckets");
    bench.sandbox.fault(rule).unwrap();
    assert_eq!(pages(&bench, None, 100).await, [["assets"]]);
    assert_eq!(bench.count("GET …"), 2);
}
