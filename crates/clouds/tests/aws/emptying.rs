//! Emptying a bucket.

use std::sync::Mutex;

use clouds::{
    Call, ErrorKind,
    aws::s3::{Emptying, Progress},
};
use tokio_util::sync::CancellationToken;
use wiremock::{
    Mock, Request, ResponseTemplate,
    matchers::{method, query_param, query_param_is_missing},
};

use crate::support::{Double, s3_error, xml};

const NO_UPLOADS: &str =
    "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>";

fn versions(keys: &[&str], next: Option<&str>) -> String {
    let entries: String = keys
        .iter()
        .map(|key| format!("<Version><Key>{key}</Key><VersionId>v-{key}</VersionId></Version>"))
        .collect();
    let next = next.map_or_else(String::new, |next| {
        format!("<IsTruncated>true</IsTruncated><NextKeyMarker>{next}</NextKeyMarker><NextVersionIdMarker>m</NextVersionIdMarker>")
    });
    format!(
        "<ListVersionsResult><EncodingType>url</EncodingType>{next}{entries}\
         <DeleteMarker><Key>marker</Key><VersionId>d</VersionId></DeleteMarker></ListVersionsResult>"
    )
}

/// Two pages of versions, no uploads; deletes are answered by `deletes`. What stays is listed again from where
/// the second page starts.
async fn two_pages(deletes: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> Double {
    let double = Double::start().await;
    let lists = [
        Mock::given(query_param("versions", ""))
            .and(query_param_is_missing("key-marker"))
            .respond_with(xml(&versions(&["a+b%2Fc", "d"], Some("d%20d"))))
            .up_to_n_times(1),
        Mock::given(query_param("versions", "")).respond_with(xml(&versions(&["e"], None))),
    ];
    for list in lists {
        list.mount(&double.server).await;
    }
    Mock::given(query_param("uploads", "")).respond_with(xml(NO_UPLOADS)).mount(&double.server).await;
    Mock::given(method("POST")).respond_with(deletes).mount(&double.server).await;
    double
}

/// The lists that were asked for.
async fn lists(double: &Double) -> Vec<String> {
    double.calls().await.into_iter().filter(|call| call.contains("versions")).collect()
}

#[tokio::test]
async fn every_version_and_marker_goes_page_by_page_with_progress() {
    let double = two_pages(|_| xml("<DeleteResult/>")).await;
    let seen = Mutex::new(Vec::new());

    let emptied = double
        .s3
        .empty(&Call::unbounded(), "orders", Emptying::default(), &|progress| {
            seen.lock().unwrap().push(progress.deleted);
        })
        .await
        .unwrap();

    assert_eq!(emptied.progress, Progress { deleted: 5, aborted_uploads: 0 });
    assert_eq!(*seen.lock().unwrap(), [3, 5]);
    assert_eq!(emptied.refused, []);
    let list = "GET /orders/?versions&encoding-type=url&max-keys=1000";
    assert_eq!(lists(&double).await, [list, list], "no marker names what was deleted");
    let requests = double.server.received_requests().await.unwrap();
    let bodies: Vec<String> = requests
        .iter()
        .filter(|request| request.method.as_str() == "POST")
        .map(|request| String::from_utf8_lossy(&request.body).into_owned())
        .collect();
    assert!(bodies[0].contains("<Key>a b/c</Key><VersionId>v-a+b%2Fc</VersionId>"), "{}", bodies[0]);
    assert!(bodies[1].contains("<Key>marker</Key><VersionId>d</VersionId>"), "{}", bodies[1]);
}

#[tokio::test]
async fn a_version_that_is_refused_is_named_and_the_rest_goes() {
    let double = two_pages(|request| {
        let locked = String::from_utf8_lossy(&request.body).contains("v-d<");
        xml(if locked {
            "<DeleteResult><Error><Key>d</Key><VersionId>v-d</VersionId><Code>AccessDenied</Code>\
             <Message>Access Denied because object protected by object lock.</Message></Error></DeleteResult>"
        } else {
            "<DeleteResult/>"
        })
    })
    .await;

    let emptied = double.s3.empty(&Call::unbounded(), "orders", Emptying::default(), &|_| {}).await.unwrap();

    assert_eq!((emptied.progress.deleted, emptied.refused_in_all), (4, 1));
    let refused = &emptied.refused[0];
    assert_eq!((refused.key.as_str(), refused.version_id.as_deref()), ("d", Some("v-d")));
    assert_eq!(refused.code, "AccessDenied");
    assert!(lists(&double).await[1].contains("key-marker=d d&"), "listing moves on past what stays");
}

#[tokio::test]
async fn a_store_that_deletes_without_effect_does_not_hold_us_forever() {
    let double = Double::start().await;
    Mock::given(query_param("versions", ""))
        .and(query_param_is_missing("key-marker"))
        .respond_with(xml(&versions(&["a"], Some("a"))))
        .mount(&double.server)
        .await;
    Mock::given(query_param("versions", ""))
        .respond_with(xml(&versions(&["b"], None)))
        .mount(&double.server)
        .await;
    Mock::given(query_param("uploads", "")).respond_with(xml(NO_UPLOADS)).mount(&double.server).await;
    Mock::given(method("POST")).respond_with(xml("<DeleteResult/>")).mount(&double.server).await;

    double.s3.empty(&Call::unbounded(), "orders", Emptying::default(), &|_| {}).await.unwrap();

    assert_eq!(lists(&double).await.len(), 3);
}

#[tokio::test]
async fn a_stop_is_seen_between_batches_and_the_batch_in_flight_is_finished() {
    let token = CancellationToken::new();
    let stop = token.clone();
    let double = two_pages(move |_| {
        stop.cancel();
        xml("<DeleteResult/>")
    })
    .await;
    let call = Call::new(std::time::Instant::now() + std::time::Duration::from_secs(600), token);
    let seen = Mutex::new(0);

    let error = double
        .s3
        .empty(&call, "orders", Emptying::default(), &|progress| *seen.lock().unwrap() = progress.deleted)
        .await
        .unwrap_err();

    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert_eq!(*seen.lock().unwrap(), 3);
}

#[tokio::test]
async fn keys_that_xml_cannot_carry_go_one_by_one() {
    let double = Double::start().await;
    Mock::given(query_param("versions", ""))
        .respond_with(xml("<ListVersionsResult><EncodingType>url</EncodingType>\
             <Version><Key>bell%07</Key><VersionId>1</VersionId></Version></ListVersionsResult>"))
        .mount(&double.server)
        .await;
    Mock::given(query_param("uploads", "")).respond_with(xml(NO_UPLOADS)).mount(&double.server).await;
    Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(204)).mount(&double.server).await;

    let how = Emptying { bypass_governance_retention: true, ..Emptying::default() };
    let emptied = double.s3.empty(&Call::unbounded(), "orders", how, &|_| {}).await.unwrap();

    assert_eq!(emptied.progress.deleted, 1);
    let requests = double.server.received_requests().await.unwrap();
    let delete = requests.iter().find(|request| request.method.as_str() == "DELETE").unwrap();
    assert_eq!(delete.url.path(), "/orders/bell%07");
    assert_eq!(delete.headers["x-amz-bypass-governance-retention"], "true");
}

#[tokio::test]
async fn unfinished_uploads_are_aborted() {
    let double = Double::start().await;
    Mock::given(query_param("versions", ""))
        .respond_with(xml("<ListVersionsResult/>"))
        .mount(&double.server)
        .await;
    Mock::given(query_param("uploads", ""))
        .and(query_param_is_missing("key-marker"))
        .respond_with(xml(
            "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>\
             <NextUploadIdMarker>u</NextUploadIdMarker>\
             <Upload><Key>a/../b</Key><UploadId>1</UploadId></Upload><Upload><Key>c</Key><UploadId>2</UploadId></Upload>\
             </ListMultipartUploadsResult>",
        ))
        .mount(&double.server)
        .await;
    Mock::given(query_param("uploads", "")).respond_with(xml(NO_UPLOADS)).mount(&double.server).await;
    Mock::given(query_param("uploadId", "1"))
        .respond_with(ResponseTemplate::new(204))
        .mount(&double.server)
        .await;
    Mock::given(query_param("uploadId", "2"))
        .respond_with(s3_error(404, "NoSuchUpload", ""))
        .mount(&double.server)
        .await;

    let emptied = double.s3.empty(&Call::unbounded(), "orders", Emptying::default(), &|_| {}).await.unwrap();

    assert_eq!(emptied.progress, Progress { deleted: 0, aborted_uploads: 2 });
}

#[tokio::test]
async fn a_store_without_versions_is_emptied_by_its_objects() {
    let double = Double::start().await;
    let page = |next: &str, key: &str| {
        format!("<ListBucketResult>{next}<Contents><Key>{key}</Key></Contents></ListBucketResult>")
    };
    Mock::given(query_param("list-type", "2"))
        .respond_with(xml(&page("<NextContinuationToken>t</NextContinuationToken>", "a")))
        .up_to_n_times(1)
        .mount(&double.server)
        .await;
    Mock::given(query_param("list-type", "2")).respond_with(xml(&page("", "b"))).mount(&double.server).await;
    Mock::given(query_param("uploads", "")).respond_with(xml(NO_UPLOADS)).mount(&double.server).await;
    Mock::given(method("POST")).respond_with(xml("<DeleteResult/>")).mount(&double.server).await;

    let how = Emptying { without_versions: true, ..Emptying::default() };
    let emptied = double.s3.empty(&Call::unbounded(), "orders", how, &|_| {}).await.unwrap();

    assert_eq!(emptied.progress.deleted, 2);
}
