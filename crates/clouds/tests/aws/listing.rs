//! The buckets of an account, a page at a time.

use clouds::{Call, ErrorKind, Page};

use crate::support::{Double, REGION, s3_error, xml};

fn page(names: &[&str], token: Option<&str>) -> wiremock::ResponseTemplate {
    let buckets: String = names.iter().map(|name| format!("<Bucket><Name>{name}</Name></Bucket>")).collect();
    let token = token.map(|token| format!("<ContinuationToken>{token}</ContinuationToken>"));
    let token = token.unwrap_or_default();
    xml(&format!("<ListAllMyBucketsResult><Buckets>{buckets}</Buckets>{token}</ListAllMyBucketsResult>"))
}

fn names(page: &Page<String>) -> Vec<&str> {
    page.items.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn a_page_goes_on_where_the_one_before_it_says() {
    let double =
        Double::answering_in_turn(vec![page(&["a", "b"], Some("to+ken/=")), page(&["c"], None)]).await;
    let call = Call::unbounded();

    let first = double.s3.buckets(&call, None, 2, None).await.unwrap();
    assert_eq!((names(&first), first.next.as_deref()), (vec!["a", "b"], Some("to+ken/=")));
    let second = double.s3.buckets(&call, None, 2, first.next.as_deref()).await.unwrap();
    assert_eq!((names(&second), &second.next), (vec!["c"], &None));

    assert_eq!(
        double.calls().await,
        ["GET /?max-buckets=2", "GET /?max-buckets=2&continuation-token=to+ken/="]
    );
}

#[tokio::test]
async fn a_search_is_narrowed_by_s3_itself_in_the_region_that_is_named() {
    let double = Double::answering(page(&[], None)).await;

    let elsewhere = double.aws.s3(Some("us-west-2"));
    elsewhere.buckets(&Call::unbounded(), Some("story & magic"), 100, None).await.unwrap();

    assert_eq!(double.calls().await, ["GET /?max-buckets=100&prefix=story & magic&bucket-region=us-west-2"]);
    let request = &double.server.received_requests().await.unwrap()[0];
    let signature = request.headers["authorization"].to_str().unwrap();
    assert!(signature.contains("/us-west-2/s3/"), "only that region answers: {signature}");
}

#[tokio::test]
async fn a_page_is_never_asked_to_be_larger_than_s3_allows_nor_empty() {
    let double = Double::answering(page(&[], None)).await;
    for at_most in [usize::MAX, 0] {
        double.s3.buckets(&Call::unbounded(), None, at_most, None).await.unwrap();
    }
    assert_eq!(double.calls().await, ["GET /?max-buckets=10000", "GET /?max-buckets=1"]);
}

#[tokio::test]
async fn a_refused_list_says_what_to_allow_and_quotes_the_answer() {
    let words = "User: arn:aws:iam::1:user/ada is not authorized to perform: s3:ListAllMyBuckets";
    let double = Double::answering(s3_error(403, "AccessDenied", words)).await;

    let error = double.s3.buckets(&Call::unbounded(), None, 100, None).await.unwrap_err();

    assert_eq!((&error.kind, error.operation.permission), (&ErrorKind::Denied, Some("s3:ListAllMyBuckets")));
    assert_eq!(
        error.to_string(),
        format!(
            "Tried ListBuckets on AWS in {REGION}.\nAWS answered 403 AccessDenied: \"{words}\" (request REQ1)."
        )
    );
}

#[tokio::test]
async fn a_list_that_meets_trouble_is_asked_again() {
    let trouble = s3_error(503, "SlowDown", "Please reduce your request rate.");
    let double = Double::answering_in_turn(vec![trouble, page(&["a"], None)]).await;
    let found = double.s3.buckets(&Call::unbounded(), None, 100, None).await.unwrap();
    assert_eq!(names(&found), ["a"]);
    assert_eq!(double.calls().await.len(), 2);
}
