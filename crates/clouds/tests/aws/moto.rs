//! The client against a real double of AWS: whole lives of buckets, filled by the SDK itself.
//!
//! `SLIPWAY_TEST_AWS_ENDPOINT` names the double; `cargo xtask test` starts one and sets it.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use aws_sdk_s3::primitives::ByteStream;
use clouds::{
    Call, ErrorKind, Policy, Vendor,
    aws::{
        Aws,
        s3::{
            Aspect, BucketState, CorsRule, DefaultRetention, Emptying, Encryption, Expiration, Lifecycle,
            LifecycleFilter, LifecycleRule, Logging, NewBucket, ObjectLock, Period, PublicAccessBlock, S3,
            Transition, Versioning, Website, When,
        },
    },
};
use futures::{StreamExt, stream};

use crate::support::{REGION, config};

/// A client of the double and a bucket name that no other test has; `None`, said aloud, without a double.
fn double() -> Option<(Aws, String)> {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    #[expect(clippy::disallowed_methods, reason = "how the test run names its double")]
    let Ok(endpoint) = std::env::var("SLIPWAY_TEST_AWS_ENDPOINT") else {
        println!("not run: no AWS double (set SLIPWAY_TEST_AWS_ENDPOINT)");
        return None;
    };
    let number = TAKEN.fetch_add(1, Ordering::Relaxed);
    let name = format!("clouds-test-{}-{number}", std::process::id());
    Some((Aws::new(config(&endpoint), Policy::of(Vendor::Aws)), name))
}

/// The SDK itself, to put objects into a bucket.
async fn sdk() -> aws_sdk_s3::Client {
    #[expect(clippy::disallowed_methods, reason = "how the test run names its double")]
    let endpoint = std::env::var("SLIPWAY_TEST_AWS_ENDPOINT").expect("the test has a double");
    let loaded = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(REGION)
        .credentials_provider(aws_credential_types::Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .load()
        .await;
    let config = aws_sdk_s3::config::Builder::from(&loaded).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(config)
}

async fn create(s3: &S3, name: &str, new: NewBucket) {
    s3.create(&Call::unbounded(), name, new).await.unwrap();
}

#[tokio::test]
async fn a_bucket_is_made_found_located_and_removed() {
    let Some((aws, name)) = double() else { return };
    let (s3, call) = (aws.s3(None), Call::unbounded());
    assert_eq!(s3.read(&call, &name, &[]).await.unwrap(), None);

    create(&s3, &name, NewBucket::default()).await;

    let state = s3.read(&call, &name, &[Aspect::Location]).await.unwrap().unwrap();
    assert_eq!(state.region.as_deref(), Some(REGION));
    assert_eq!(s3.locate(&call, &name).await.unwrap().as_deref(), Some(REGION));
    assert_eq!(s3.buckets(&call, Some(&name), 100, None).await.unwrap().items, [name.as_str()]);
    let again = s3.create(&call, &name, NewBucket::default()).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::AlreadyExists { owned_by_you: true });
    s3.delete(&call, &name).await.unwrap();
    assert_eq!(s3.read(&call, &name, &[Aspect::Tags, Aspect::Policy]).await.unwrap(), None);
    assert_eq!(s3.delete(&call, &name).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn buckets_are_listed_in_pages_and_by_region() {
    let Some((aws, name)) = double() else { return };
    let (s3, elsewhere, call) = (aws.s3(None), aws.s3(Some("us-west-2")), Call::unbounded());
    let [a, b, c] = ["a", "b", "c"].map(|ending| format!("{name}-{ending}"));
    for (s3, name) in [(&s3, &c), (&elsewhere, &b), (&s3, &a)] {
        create(s3, name, NewBucket::default()).await;
    }

    let first = s3.buckets(&call, Some(&name), 2, None).await.unwrap();
    assert_eq!(first.items, [a.as_str(), b.as_str()]);
    let second = s3.buckets(&call, Some(&name), 2, first.next.as_deref()).await.unwrap();
    assert_eq!((second.items, second.next), (vec![c.clone()], None));
    assert_eq!(elsewhere.buckets(&call, Some(&name), 100, None).await.unwrap().items, [b.as_str()]);

    for (s3, name) in [(&s3, &c), (&elsewhere, &b), (&s3, &a)] {
        s3.delete(&call, name).await.unwrap();
    }
}

#[tokio::test]
async fn every_aspect_is_set_read_changed_and_unset() {
    let Some((aws, name)) = double() else { return };
    let (s3, call) = (aws.s3(None), Call::unbounded());
    create(&s3, &name, NewBucket::default()).await;
    let what = [
        Aspect::PublicAccessBlock,
        Aspect::ObjectOwnership,
        Aspect::Versioning,
        Aspect::Encryption,
        Aspect::Lifecycle,
        Aspect::Cors,
        Aspect::Website,
        Aspect::Policy,
        Aspect::Logging,
        Aspect::Tags,
    ];
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::{name}/*"}}]}}"#
    );
    let wanted = BucketState {
        region: None,
        public_access_block: Some(PublicAccessBlock::ALL),
        object_ownership: Some("BucketOwnerEnforced".into()),
        versioning: Versioning::Enabled,
        encryption: Some(Encryption {
            sse_algorithm: "aws:kms".into(),
            kms_master_key_id: Some("alias/aws/s3".into()),
            bucket_key_enabled: true,
        }),
        lifecycle: Some(Lifecycle {
            rules: vec![LifecycleRule {
                id: "logs".into(),
                enabled: true,
                filter: LifecycleFilter { prefix: Some("logs/".into()), ..LifecycleFilter::default() },
                transitions: vec![Transition { when: When::Days(30), storage_class: "STANDARD_IA".into() }],
                expiration: Some(Expiration::At(When::Days(365))),
                abort_incomplete_multipart_upload_days: Some(7),
                ..LifecycleRule::default()
            }],
            transition_default_minimum_object_size: Some("all_storage_classes_128K".into()),
        }),
        cors: vec![CorsRule {
            allowed_methods: vec!["GET".into()],
            allowed_origins: vec!["https://example.com".into()],
            allowed_headers: vec!["*".into()],
            max_age_seconds: Some(60),
            ..CorsRule::default()
        }],
        website: Some(Website::Pages {
            index_document: "index.html".into(),
            error_document: Some("404.html".into()),
            routing_rules: vec![],
        }),
        policy: Some(policy),
        logging: None,
        object_lock: None,
        tags: BTreeMap::from([("team".into(), "orders".into())]),
    };

    s3.put_public_access_block(&call, &name, wanted.public_access_block).await.unwrap();
    s3.put_object_ownership(&call, &name, wanted.object_ownership.as_deref()).await.unwrap();
    s3.put_versioning(&call, &name, true).await.unwrap();
    s3.put_encryption(&call, &name, wanted.encryption.as_ref()).await.unwrap();
    s3.put_lifecycle(&call, &name, wanted.lifecycle.as_ref()).await.unwrap();
    s3.put_cors(&call, &name, &wanted.cors).await.unwrap();
    s3.put_website(&call, &name, wanted.website.as_ref()).await.unwrap();
    s3.put_policy(&call, &name, wanted.policy.as_deref()).await.unwrap();
    s3.put_tags(&call, &name, &wanted.tags).await.unwrap();
    assert_eq!(s3.read(&call, &name, &what).await.unwrap().unwrap(), wanted);

    s3.put_public_access_block(&call, &name, None).await.unwrap();
    s3.put_object_ownership(&call, &name, None).await.unwrap();
    s3.put_versioning(&call, &name, false).await.unwrap();
    s3.put_encryption(&call, &name, None).await.unwrap();
    s3.put_lifecycle(&call, &name, None).await.unwrap();
    s3.put_cors(&call, &name, &[]).await.unwrap();
    s3.put_website(&call, &name, None).await.unwrap();
    s3.put_policy(&call, &name, None).await.unwrap();
    s3.put_tags(&call, &name, &BTreeMap::new()).await.unwrap();
    let bare = BucketState { versioning: Versioning::Suspended, ..BucketState::default() };
    assert_eq!(s3.read(&call, &name, &what).await.unwrap().unwrap(), bare);
    s3.delete(&call, &name).await.unwrap();
}

#[tokio::test]
async fn access_is_logged_to_a_bucket_that_allows_it() {
    let Some((aws, name)) = double() else { return };
    let (s3, call, target) = (aws.s3(None), Call::unbounded(), format!("{name}-logs"));
    create(&s3, &name, NewBucket::default()).await;
    create(&s3, &target, NewBucket::default()).await;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"logging.s3.amazonaws.com"}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::{target}/*"}}]}}"#
    );
    s3.put_policy(&call, &target, Some(&policy)).await.unwrap();
    let logging = Logging {
        target_bucket: target.clone(),
        target_prefix: "access/".into(),
        // moto does not give it back.
        key_format: None,
    };

    s3.put_logging(&call, &name, Some(&logging)).await.unwrap();
    assert_eq!(s3.logging(&call, &name).await.unwrap(), Some(logging));

    s3.put_logging(&call, &name, None).await.unwrap();
    assert_eq!(s3.logging(&call, &name).await.unwrap(), None);
    for bucket in [&name, &target] {
        // moto writes logs indeed.
        s3.empty(&call, bucket, Emptying::default(), &|_| {}).await.unwrap();
        s3.delete(&call, bucket).await.unwrap();
    }
}

#[tokio::test]
async fn object_lock_is_there_from_the_beginning() {
    let Some((aws, name)) = double() else { return };
    let (s3, call) = (aws.s3(None), Call::unbounded());
    create(&s3, &name, NewBucket { object_lock: true }).await;
    assert_eq!(s3.object_lock(&call, &name).await.unwrap(), Some(ObjectLock::default()));
    assert_eq!(s3.versioning(&call, &name).await.unwrap(), Versioning::Enabled);
    let lock = ObjectLock {
        default_retention: Some(DefaultRetention { mode: "GOVERNANCE".into(), period: Period::Days(1) }),
    };

    s3.put_object_lock(&call, &name, &lock).await.unwrap();
    assert_eq!(s3.object_lock(&call, &name).await.unwrap(), Some(lock));

    s3.delete(&call, &name).await.unwrap();
}

#[tokio::test]
async fn a_full_bucket_is_emptied_of_versions_markers_and_uploads() {
    let Some((aws, name)) = double() else { return };
    let (s3, call) = (aws.s3(None), Call::unbounded());
    create(&s3, &name, NewBucket::default()).await;
    s3.put_versioning(&call, &name, true).await.unwrap();
    let sdk = sdk().await;
    let awkward = ["a b+c/ä%2F", "x&y<z>", "a/../b"].map(str::to_owned);
    let keys: Vec<String> = (0..1040).map(|number| format!("objects/{number:04}")).chain(awkward).collect();
    let put =
        |key: String| sdk.put_object().bucket(&name).key(key).body(ByteStream::from_static(b"x")).send();
    let written: Vec<_> = stream::iter(keys.clone()).map(put).buffer_unordered(16).collect().await;
    assert!(written.iter().all(Result::is_ok));
    put(keys[0].clone()).await.unwrap();
    sdk.delete_object().bucket(&name).key(&keys[1]).send().await.unwrap();
    sdk.create_multipart_upload().bucket(&name).key("unfinished").send().await.unwrap();
    assert_eq!(s3.delete(&call, &name).await.unwrap_err().kind, ErrorKind::NotEmpty);
    let steps = Mutex::new(Vec::new());

    let emptied = s3
        .empty(&call, &name, Emptying::default(), &|progress| steps.lock().unwrap().push(progress))
        .await
        .unwrap();

    // One more for the second version, one more for the delete marker.
    assert_eq!(emptied.progress.deleted, keys.len() as u64 + 2);
    assert_eq!((emptied.progress.aborted_uploads, emptied.refused.len()), (1, 0));
    assert_eq!(steps.into_inner().unwrap().len(), 3, "two batches of versions, one of uploads");
    s3.delete(&call, &name).await.unwrap();
}

#[tokio::test]
async fn the_caller_is_who_the_double_says() {
    let Some((aws, _)) = double() else { return };
    let identity = aws.caller_identity(&Call::unbounded()).await.unwrap();
    assert_eq!(identity.account_id.len(), 12);
    assert!(identity.arn.starts_with("arn:aws:"), "{identity:?}");
}
