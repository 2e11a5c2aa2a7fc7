//! What the client makes of answers that are not good news.

use clouds::{
    Call, ErrorKind,
    aws::s3::{Aspect, NewBucket},
    error::Delivery,
};
use std::time::Duration;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{any, method},
};

use crate::support::{Double, REGION, Wire, client, s3_error, serve_on_the_wire, xml};

const NEW: NewBucket = NewBucket { object_lock: false };

async fn check_read(answer: ResponseTemplate, expected: ErrorKind) {
    let double = Double::answering(answer).await;
    let error = double.s3.tags(&Call::unbounded(), "orders").await.unwrap_err();
    assert_eq!(error.kind, expected);
    assert_eq!(double.calls().await.len(), 1, "{expected:?} is not tried again");
}

#[tokio::test]
async fn answers_that_last_are_told_apart_and_not_tried_again() {
    check_read(s3_error(404, "NoSuchBucket", ""), ErrorKind::NotFound).await;
    check_read(s3_error(403, "AccessDenied", ""), ErrorKind::Denied).await;
    check_read(s3_error(403, "InvalidAccessKeyId", ""), ErrorKind::Unauthenticated).await;
    check_read(s3_error(400, "ExpiredToken", ""), ErrorKind::Unauthenticated).await;
    check_read(s3_error(400, "MalformedXML", ""), ErrorKind::Invalid).await;
    check_read(s3_error(409, "InvalidBucketState", ""), ErrorKind::Conflict).await;
    check_read(s3_error(405, "MethodNotAllowed", ""), ErrorKind::Unsupported).await;
    check_read(
        s3_error(301, "PermanentRedirect", "").insert_header("x-amz-bucket-region", "us-west-2"),
        ErrorKind::WrongRegion { actual: Some("us-west-2".into()) },
    )
    .await;
    let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'eu-west-1' is wrong; \
                     expecting 'us-west-2'</Message><Region>us-west-2</Region></Error>";
    check_read(
        ResponseTemplate::new(400).set_body_raw(malformed, "application/xml"),
        ErrorKind::WrongRegion { actual: Some("us-west-2".into()) },
    )
    .await;
}

#[tokio::test]
async fn an_error_quotes_what_aws_answered() {
    let words = "User: arn:aws:iam::1:user/ada is not authorized to perform: s3:GetBucketTagging";
    let double = Double::answering(s3_error(403, "AccessDenied", words)).await;

    let error = double.s3.tags(&Call::unbounded(), "orders").await.unwrap_err();

    assert_eq!(
        error.to_string(),
        format!(
            "Tried GetBucketTagging on AWS in {REGION}.\n\
         AWS answered 403 AccessDenied: \"{words}\" (request REQ1)."
        )
    );
    assert_eq!(error.operation.permission, Some("s3:GetBucketTagging"));
}

#[tokio::test]
async fn slow_down_is_tried_again_after_a_pause() {
    let double = Double::answering_in_turn(vec![
        s3_error(503, "SlowDown", "Please reduce your request rate."),
        s3_error(500, "InternalError", "We encountered an internal error."),
        s3_error(503, "ServiceUnavailable", "").insert_header("retry-after", "7"),
        xml("<Tagging><TagSet/></Tagging>"),
    ])
    .await;

    assert!(double.s3.tags(&Call::unbounded(), "orders").await.unwrap().is_empty());

    let pauses = double.clock.pauses();
    assert_eq!((double.calls().await.len(), pauses.len()), (4, 3));
    assert_eq!(pauses[2], Duration::from_secs(7));
}

#[tokio::test]
async fn a_vendor_that_stays_down_is_given_up_with_its_last_words() {
    let double = Double::answering(s3_error(503, "SlowDown", "Please reduce your request rate.")).await;

    let error = double.s3.tags(&Call::unbounded(), "orders").await.unwrap_err();

    assert_eq!((&error.kind, error.attempts, double.calls().await.len()), (&ErrorKind::Throttled, 6, 6));
    assert!(
        error.to_string().contains("AWS last answered 503 SlowDown: \"Please reduce your request rate\"")
    );
}

#[tokio::test]
async fn the_sdk_does_not_retry_behind_our_back() {
    let double = Double::answering(s3_error(409, "OperationAborted", "")).await;

    let error = double.s3.put_versioning(&Call::unbounded(), "orders", true).await.unwrap_err();

    assert_eq!((error.attempts as usize, &error.kind), (double.calls().await.len(), &ErrorKind::Busy));
}

#[tokio::test]
async fn a_cut_connection_is_tried_again() {
    const TAGS: &str =
        "HTTP/1.1 200 OK\r\ncontent-length: 28\r\nconnection: close\r\n\r\n<Tagging><TagSet/></Tagging>";
    let (address, served) = serve_on_the_wire(vec![Wire::Cut, Wire::CutInAnswer, Wire::Answer(TAGS)]).await;
    let (aws, clock) = client(&address);

    let tags = aws.s3(None).tags(&Call::unbounded(), "orders").await.unwrap();

    assert!(tags.is_empty());
    assert_eq!((served.await.unwrap(), clock.pauses().len()), (3, 2));
}

#[tokio::test]
async fn a_cut_write_may_have_worked_and_a_refused_connection_has_not() {
    let (address, served) = serve_on_the_wire(vec![Wire::Cut; 6]).await;
    let (aws, _) = client(&address);
    let cut = aws.s3(None).put_versioning(&Call::unbounded(), "orders", true).await.unwrap_err();
    assert_eq!((&cut.kind, cut.delivery, cut.attempts), (&ErrorKind::Network, Delivery::Unknown, 6));
    assert_eq!(served.await.unwrap(), 6);

    // The server is gone now, so nobody listens on its port.
    let refused = aws.s3(None).put_versioning(&Call::unbounded(), "orders", true).await.unwrap_err();
    assert_eq!((&refused.kind, refused.delivery), (&ErrorKind::Network, Delivery::NeverSent));
    assert!(refused.answered().starts_with("AWS did not answer: "), "{refused}");
    assert!(refused.answered().contains("refused"), "{refused}");
}

#[tokio::test]
async fn a_lost_answer_to_a_create_is_not_a_second_bucket() {
    const ABSENT: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    const OURS: &str = "HTTP/1.1 409 Conflict\r\ncontent-length: 52\r\nconnection: close\r\n\r\n\
                        <Error><Code>BucketAlreadyOwnedByYou</Code></Error>\r\n";
    let (address, served) =
        serve_on_the_wire(vec![Wire::Answer(ABSENT), Wire::Cut, Wire::Answer(OURS)]).await;
    let (aws, _) = client(&address);

    aws.s3(None).create(&Call::unbounded(), "orders", NEW).await.unwrap();

    assert_eq!(served.await.unwrap(), 3);
}

#[tokio::test]
async fn a_create_that_got_no_answer_may_have_left_a_bucket_and_a_look_has_not() {
    const ABSENT: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let mut script = vec![Wire::Answer(ABSENT)];
    script.extend([Wire::Cut; 6]);
    let (address, _served) = serve_on_the_wire(script).await;
    let created = client(&address).0.s3(None).create(&Call::unbounded(), "orders", NEW).await.unwrap_err();
    assert_eq!((created.operation.name, created.may_have_worked()), ("CreateBucket", true));

    let (address, _served) = serve_on_the_wire(vec![Wire::Cut; 6]).await;
    let looked = client(&address).0.s3(None).create(&Call::unbounded(), "orders", NEW).await.unwrap_err();
    assert_eq!((looked.operation.name, looked.may_have_worked()), ("HeadBucket", false));
    assert_eq!(looked.delivery, Delivery::NeverSent);
}

#[tokio::test]
async fn a_principal_that_was_just_made_is_waited_for_and_a_wrong_one_is_named() {
    let unknown = || s3_error(400, "MalformedPolicy", "Invalid principal in policy");
    let double = Double::answering_in_turn(vec![unknown(), unknown(), ResponseTemplate::new(204)]).await;
    double.s3.put_policy(&Call::unbounded(), "orders", Some("{}")).await.unwrap();
    assert_eq!(double.calls().await.len(), 3);

    let double = Double::answering(unknown()).await;
    let error = double.s3.put_policy(&Call::unbounded(), "orders", Some("{}")).await.unwrap_err();
    assert_eq!((&error.kind, error.code.as_deref()), (&ErrorKind::Invalid, Some("MalformedPolicy")));
}

#[tokio::test]
async fn a_bucket_that_was_there_before_is_never_taken_over() {
    let double = Double::answering(ResponseTemplate::new(200)).await;

    let error = double.s3.create(&Call::unbounded(), "orders", NEW).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::AlreadyExists { owned_by_you: true });
    assert_eq!(double.calls().await, ["HEAD /orders/"], "nothing was written");
}

#[tokio::test]
async fn a_name_that_others_have_is_taken() {
    let double = Double::start().await;
    Mock::given(method("HEAD")).respond_with(ResponseTemplate::new(403)).mount(&double.server).await;
    Mock::given(method("PUT"))
        .respond_with(s3_error(409, "BucketAlreadyExists", "The requested bucket name is not available."))
        .mount(&double.server)
        .await;

    let error = double.s3.create(&Call::unbounded(), "orders", NEW).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::AlreadyExists { owned_by_you: false });
}

#[tokio::test]
async fn a_create_names_its_region_except_where_aws_forbids_it() {
    for (region, expected) in
        [("eu-central-1", Some("<LocationConstraint>eu-central-1</LocationConstraint>")), ("us-east-1", None)]
    {
        let double = Double::start().await;
        Mock::given(method("HEAD")).respond_with(ResponseTemplate::new(404)).mount(&double.server).await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&double.server).await;

        let new = NewBucket { object_lock: true };
        double.aws.s3(Some(region)).create(&Call::unbounded(), "orders", new).await.unwrap();

        let put = &double.server.received_requests().await.unwrap()[1];
        assert_eq!(put.headers["x-amz-bucket-object-lock-enabled"], "true");
        let body = String::from_utf8_lossy(&put.body);
        assert_eq!(body.contains("LocationConstraint"), expected.is_some());
        assert!(expected.is_none_or(|expected| body.contains(expected)), "{body}");
    }
}

#[tokio::test]
async fn a_setting_of_a_bucket_just_created_waits_for_it_to_be_known() {
    let double = Double::answering_in_turn(vec![
        s3_error(404, "NoSuchBucket", ""),
        s3_error(404, "NoSuchBucket", ""),
        ResponseTemplate::new(200),
    ])
    .await;

    double.s3.put_versioning(&Call::unbounded().just_created(), "orders", true).await.unwrap();

    assert_eq!(double.calls().await.len(), 3);
}

#[tokio::test]
async fn a_removal_whose_answer_was_lost_is_a_removal() {
    const GONE: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 41\r\nconnection: close\r\n\r\n\
                        <Error><Code>NoSuchBucket</Code></Error>\r\n";
    let (address, _served) = serve_on_the_wire(vec![Wire::Cut, Wire::Answer(GONE), Wire::Answer(GONE)]).await;
    let (aws, _) = client(&address);

    aws.s3(None).delete(&Call::unbounded(), "orders").await.unwrap();

    let again = aws.s3(None).delete(&Call::unbounded(), "orders").await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::NotFound, "a bucket that somebody else removed is reported");
}

#[tokio::test]
async fn a_bucket_with_objects_is_not_removed() {
    let double =
        Double::answering(s3_error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty"))
            .await;

    let error = double.s3.delete(&Call::unbounded(), "orders").await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::NotEmpty);
}

#[tokio::test]
async fn a_gap_in_a_double_is_named_and_not_a_retry_storm() {
    let page = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>";
    for answer in [
        ResponseTemplate::new(500).set_body_raw(page, "text/html"),
        ResponseTemplate::new(404).set_body_raw(page, "text/html"),
        s3_error(501, "InternalFailure", "The API for service 's3' is not included in your license plan"),
    ] {
        let double = Double::answering(answer).await;

        let error = double.s3.read(&Call::unbounded(), "orders", &[Aspect::Encryption]).await.unwrap_err();

        assert_eq!((&error.kind, double.calls().await.len()), (&ErrorKind::DoubleGap, 1));
        assert!(error.answered().starts_with("double gap: S3.GetBucketEncryption."), "{error}");
    }
}
