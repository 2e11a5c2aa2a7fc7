//! Reading a bucket: only what is asked for, side by side.

use clouds::{
    Call, ErrorKind,
    aws::s3::{Aspect, BucketState},
};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{any, method, query_param},
};

use crate::support::{Double, REGION, client, s3_error, serve_all_at_once, xml};

const ALL: [Aspect; 12] = [
    Aspect::Location,
    Aspect::PublicAccessBlock,
    Aspect::ObjectOwnership,
    Aspect::Versioning,
    Aspect::Encryption,
    Aspect::Lifecycle,
    Aspect::Cors,
    Aspect::Website,
    Aspect::Policy,
    Aspect::Logging,
    Aspect::ObjectLock,
    Aspect::Tags,
];

/// A bucket on which nothing was ever set.
async fn bare() -> Double {
    let double = Double::start().await;
    for (query, code) in [
        ("publicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        ("ownershipControls", "OwnershipControlsNotFoundError"),
        ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("cors", "NoSuchCORSConfiguration"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("policy", "NoSuchBucketPolicy"),
        ("object-lock", "ObjectLockConfigurationNotFoundError"),
        ("tagging", "NoSuchTagSet"),
    ] {
        Mock::given(query_param(query, "")).respond_with(s3_error(404, code, "")).mount(&double.server).await;
    }
    Mock::given(query_param("versioning", ""))
        .respond_with(xml("<VersioningConfiguration/>"))
        .mount(&double.server)
        .await;
    Mock::given(query_param("logging", ""))
        .respond_with(xml("<BucketLoggingStatus/>"))
        .mount(&double.server)
        .await;
    Mock::given(method("HEAD"))
        .respond_with(ResponseTemplate::new(200).insert_header("x-amz-bucket-region", REGION))
        .mount(&double.server)
        .await;
    double
}

#[tokio::test]
async fn a_bare_bucket_has_a_region_and_nothing_else() {
    let double = bare().await;

    let state = double.s3.read(&Call::unbounded(), "orders", &ALL).await.unwrap().unwrap();

    assert_eq!(state, BucketState { region: Some(REGION.into()), ..BucketState::default() });
    assert_eq!(double.calls().await.len(), ALL.len());
}

#[tokio::test]
async fn each_aspect_costs_one_call_and_no_other() {
    let double = bare().await;

    for aspect in ALL {
        double.server.reset().await;
        Mock::given(any()).respond_with(s3_error(404, "NoSuchBucket", "")).mount(&double.server).await;
        let _ = double.s3.read(&Call::unbounded(), "orders", &[aspect]).await;
        assert_eq!(double.calls().await.len(), 1, "{aspect:?}");
    }
}

#[tokio::test]
async fn no_aspect_asks_only_whether_the_bucket_exists() {
    let double = bare().await;

    assert!(double.s3.read(&Call::unbounded(), "orders", &[]).await.unwrap().is_some());

    assert_eq!(double.calls().await, ["HEAD /orders/"]);
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_none_whatever_is_asked() {
    for what in [&ALL[..], &ALL[..1], &ALL[3..5], &[]] {
        let double =
            Double::answering(s3_error(404, "NoSuchBucket", "The specified bucket does not exist")).await;
        assert_eq!(double.s3.read(&Call::unbounded(), "orders", what).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_unknown_absence_is_an_error_and_not_a_missing_bucket() {
    let double = Double::answering(s3_error(404, "NoSuchUnicorn", "There is no such unicorn")).await;

    let error = double.s3.read(&Call::unbounded(), "orders", &[Aspect::Tags]).await.unwrap_err();

    assert_eq!((&error.kind, error.code.as_deref()), (&ErrorKind::NotFound, Some("NoSuchUnicorn")));
}

#[tokio::test]
async fn one_forbidden_aspect_is_an_error_that_names_its_permission() {
    let double = Double::start().await;
    Mock::given(query_param("policy", ""))
        .respond_with(s3_error(403, "AccessDenied", "User may not do that"))
        .mount(&double.server)
        .await;
    Mock::given(any()).respond_with(xml("<VersioningConfiguration/>")).mount(&double.server).await;

    let what = [Aspect::Versioning, Aspect::Policy];
    let error = double.s3.read(&Call::unbounded(), "orders", &what).await.unwrap_err();

    assert_eq!((&error.kind, error.operation.permission), (&ErrorKind::Denied, Some("s3:GetBucketPolicy")));
}

#[tokio::test]
async fn aspects_are_read_side_by_side() {
    let what = [Aspect::Location, Aspect::Versioning, Aspect::Logging, Aspect::Lifecycle, Aspect::Cors];
    let (address, served) = serve_all_at_once(what.len()).await;
    let (aws, _) = client(&address);

    let read = aws.s3(None).read(&Call::unbounded(), "orders", &what).await.unwrap();

    assert_eq!((read, served.await.unwrap()), (None, what.len()));
}

#[tokio::test]
async fn versioning_is_understood_under_motos_name_for_it() {
    let double = Double::answering(xml(
        "<GetBucketVersioningResponse xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Status>Suspended</Status></GetBucketVersioningResponse>",
    ))
    .await;

    let versioning = double.s3.versioning(&Call::unbounded(), "orders").await.unwrap();

    assert_eq!(versioning, clouds::aws::s3::Versioning::Suspended);
}

#[tokio::test]
async fn an_answer_that_is_not_the_one_expected_is_an_error_that_says_so() {
    let double = Double::answering(xml("<Unicorn/>")).await;

    let error = double.s3.tags(&Call::unbounded(), "orders").await.unwrap_err();

    assert_eq!((&error.kind, error.attempts), (&ErrorKind::Unreadable, 1));
    assert!(error.answered().contains("the answer could not be read"), "{error}");
}

#[tokio::test]
async fn a_read_is_small_enough_for_two_hundred_at_once() {
    let double = Double::start().await;
    let call = Call::unbounded();

    let read = double.s3.read(&call, "orders", &ALL);

    assert!(size_of_val(&read) < 16 * 1024, "{} bytes", size_of_val(&read));
}

#[test]
fn every_request_can_move_between_threads() {
    fn check(_: impl Send) {}
    let (aws, _) = client("http://127.0.0.1:1");
    let (s3, call, new) = (aws.s3(None), Call::unbounded(), clouds::aws::s3::NewBucket::default());
    check(s3.create(&call, "orders", new));
    check(s3.read(&call, "orders", &ALL));
    check(s3.wait_until(&call, "orders", &ALL, |state| state.is_some()));
    check(s3.put_lifecycle(&call, "orders", None));
    check(s3.empty(&call, "orders", clouds::aws::s3::Emptying::default(), &|_| {}));
    check(s3.delete(&call, "orders"));
    check(aws.caller_identity(&call));
}

#[tokio::test]
async fn a_bucket_is_located_from_any_region() {
    let elsewhere = ResponseTemplate::new(301).insert_header("x-amz-bucket-region", "ap-south-1");
    let here = ResponseTemplate::new(200).insert_header("x-amz-bucket-region", REGION);
    for (answer, expected) in
        [(elsewhere, Some("ap-south-1")), (here, Some(REGION)), (ResponseTemplate::new(404), None)]
    {
        let double = Double::answering(answer).await;
        let region = double.s3.locate(&Call::unbounded(), "orders").await.unwrap();
        assert_eq!(region.as_deref(), expected);
    }
}

#[tokio::test]
async fn waiting_reads_until_the_setting_shows() {
    let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let double = Double::answering_in_turn(vec![
        s3_error(404, "NoSuchBucket", ""),
        xml("<VersioningConfiguration/>"),
        xml(enabled),
    ])
    .await;

    let is_so = |state: Option<&BucketState>| {
        state.is_some_and(|state| state.versioning == clouds::aws::s3::Versioning::Enabled)
    };
    double.s3.wait_until(&Call::unbounded(), "orders", &[Aspect::Versioning], is_so).await.unwrap();

    assert_eq!(double.calls().await.len(), 3);
    assert_eq!(double.clock.pauses().len(), 2);
}

#[tokio::test]
async fn requests_carry_our_name_before_the_sdks() {
    let double = bare().await;

    double.s3.head(&Call::unbounded(), "orders").await.unwrap();

    let agent = &double.server.received_requests().await.unwrap()[0].headers["user-agent"];
    let agent = agent.to_str().unwrap();
    assert!(
        agent.starts_with("terraform-provider-slipway/0.1.0 (+terraform/1.11.4) aws-sdk-rust/"),
        "{agent}"
    );
}

#[tokio::test]
async fn the_caller_is_identified() {
    let double = Double::answering(xml("<GetCallerIdentityResponse><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId><Account>123456789012</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"))
    .await;

    let identity = double.aws.caller_identity(&Call::unbounded()).await.unwrap();

    assert_eq!(
        (identity.account_id.as_str(), identity.arn.as_str(), identity.user_id.as_str()),
        ("123456789012", "arn:aws:iam::123456789012:user/ada", "AIDA")
    );
}
