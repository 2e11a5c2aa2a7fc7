//! Each aspect of a bucket: what is put is what is got, and nothing is nothing.

use std::collections::BTreeMap;

use clouds::{
    Call,
    aws::s3::{
        CorsRule, DefaultRetention, Encryption, Expiration, KeyFormat, Lifecycle, LifecycleFilter,
        LifecycleRule, Logging, NoncurrentVersionExpiration, NoncurrentVersionTransition, ObjectLock, Period,
        PublicAccessBlock, Redirect, RoutingCondition, RoutingRule, Transition, Versioning, Website, When,
    },
};
use jiff::civil::date;

use crate::support::{Cupboard, Double};

/// Puts each of `values`, gets it back, and snapshots the XML that went out.
macro_rules! round_trip {
    ($name:ident, $absent:literal, $get:ident, $put:ident, [$($value:expr),+ $(,)?]) => {
        #[tokio::test]
        async fn $name() {
            let double = Double::answering(Cupboard::new($absent)).await;
            let call = Call::unbounded().just_created();
            for value in [$($value),+] {
                double.s3.$put(&call, "orders", value.clone().as_ref().into_argument()).await.unwrap();
                assert_eq!(double.s3.$get(&call, "orders").await.unwrap(), value);
            }
            insta::assert_snapshot!(stringify!($name), exchanges(&double).await);
        }
    };
}

/// What went over the wire, request by request.
async fn exchanges(double: &Double) -> String {
    let requests = double.server.received_requests().await.unwrap();
    let lines: Vec<String> = requests
        .iter()
        .map(|request| {
            let body = String::from_utf8_lossy(&request.body).replace("><", ">\n  <");
            format!("{}\n  {body}", crate::support::call_line(request)).trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// `Option<&T>` in the shape that a put takes.
trait IntoArgument<A> {
    fn into_argument(self) -> A;
}

impl<'a, T> IntoArgument<Option<&'a T>> for Option<&'a T> {
    fn into_argument(self) -> Option<&'a T> {
        self
    }
}

impl IntoArgument<Option<PublicAccessBlock>> for Option<&PublicAccessBlock> {
    fn into_argument(self) -> Option<PublicAccessBlock> {
        self.copied()
    }
}

impl<'a> IntoArgument<Option<&'a str>> for Option<&'a String> {
    fn into_argument(self) -> Option<&'a str> {
        self.map(String::as_str)
    }
}

round_trip!(
    public_access_block,
    "NoSuchPublicAccessBlockConfiguration",
    public_access_block,
    put_public_access_block,
    [
        None,
        Some(PublicAccessBlock::ALL),
        Some(PublicAccessBlock { block_public_policy: false, ..PublicAccessBlock::ALL }),
        None,
    ]
);

round_trip!(
    object_ownership,
    "OwnershipControlsNotFoundError",
    object_ownership,
    put_object_ownership,
    [None, Some("BucketOwnerEnforced".to_owned()), Some("ObjectWriter".to_owned()), None]
);

round_trip!(
    encryption,
    "ServerSideEncryptionConfigurationNotFoundError",
    encryption,
    put_encryption,
    [
        None,
        Some(Encryption {
            sse_algorithm: "AES256".into(),
            kms_master_key_id: None,
            bucket_key_enabled: false
        }),
        Some(Encryption {
            sse_algorithm: "aws:kms".into(),
            kms_master_key_id: Some("alias/orders".into()),
            bucket_key_enabled: true,
        }),
        None,
    ]
);

round_trip!(
    website,
    "NoSuchWebsiteConfiguration",
    website,
    put_website,
    [
        None,
        Some(Website::Pages {
            index_document: "index.html".into(),
            error_document: None,
            routing_rules: vec![]
        }),
        Some(Website::Pages {
            index_document: "index.html".into(),
            error_document: Some("errors/404.html".into()),
            routing_rules: vec![
                RoutingRule {
                    condition: Some(RoutingCondition {
                        http_error_code_returned_equals: Some("404".into()),
                        key_prefix_equals: Some("docs/".into()),
                    }),
                    redirect: Redirect {
                        host_name: Some("docs.example.com".into()),
                        http_redirect_code: Some("302".into()),
                        protocol: Some("https".into()),
                        replace_key_prefix_with: Some("documents/".into()),
                        replace_key_with: None,
                    },
                },
                RoutingRule {
                    condition: None,
                    redirect: Redirect { replace_key_with: Some("gone.html".into()), ..Redirect::default() },
                },
            ],
        }),
        Some(Website::RedirectAll { host_name: "example.com".into(), protocol: Some("https".into()) }),
        Some(Website::RedirectAll { host_name: "example.com".into(), protocol: None }),
        None,
    ]
);

fn rule(id: &str) -> LifecycleRule {
    LifecycleRule { id: id.into(), enabled: true, ..LifecycleRule::default() }
}

round_trip!(
    lifecycle,
    "NoSuchLifecycleConfiguration",
    lifecycle,
    put_lifecycle,
    [
        None,
        Some(Lifecycle {
            rules: vec![LifecycleRule {
                transitions: vec![
                    Transition { when: When::Days(30), storage_class: "STANDARD_IA".into() },
                    Transition { when: When::Days(90), storage_class: "GLACIER".into() },
                ],
                expiration: Some(Expiration::At(When::Days(365))),
                noncurrent_version_transitions: vec![NoncurrentVersionTransition {
                    noncurrent_days: 30,
                    newer_noncurrent_versions: Some(3),
                    storage_class: "GLACIER".into(),
                }],
                noncurrent_version_expiration: Some(NoncurrentVersionExpiration {
                    noncurrent_days: 90,
                    newer_noncurrent_versions: Some(5),
                }),
                abort_incomplete_multipart_upload_days: Some(7),
                ..rule("everything")
            }],
            transition_default_minimum_object_size: None,
        }),
        Some(Lifecycle {
            rules: vec![
                LifecycleRule {
                    enabled: false,
                    filter: LifecycleFilter { prefix: Some("logs/".into()), ..LifecycleFilter::default() },
                    expiration: Some(Expiration::At(When::Date(date(2031, 2, 28)))),
                    ..rule("one condition: prefix")
                },
                LifecycleRule {
                    filter: LifecycleFilter {
                        tags: BTreeMap::from([("class".into(), "temporary".into())]),
                        ..LifecycleFilter::default()
                    },
                    expiration: Some(Expiration::At(When::Days(1))),
                    ..rule("one condition: tag")
                },
                LifecycleRule {
                    filter: LifecycleFilter {
                        object_size_less_than: Some(131_072),
                        ..LifecycleFilter::default()
                    },
                    expiration: Some(Expiration::ExpiredObjectDeleteMarker),
                    ..rule("one condition: size")
                },
                LifecycleRule {
                    filter: LifecycleFilter {
                        prefix: Some("a/".into()),
                        tags: BTreeMap::from([("x".into(), "1".into()), ("y".into(), "2".into())]),
                        object_size_greater_than: Some(500),
                        object_size_less_than: Some(64_000),
                    },
                    transitions: vec![Transition {
                        when: When::Date(date(2030, 1, 1)),
                        storage_class: "DEEP_ARCHIVE".into(),
                    }],
                    ..rule("all conditions")
                },
                LifecycleRule {
                    filter: LifecycleFilter {
                        tags: BTreeMap::from([("x".into(), "1".into()), ("y".into(), "2".into())]),
                        ..LifecycleFilter::default()
                    },
                    expiration: Some(Expiration::At(When::Days(2))),
                    ..rule("two tags")
                },
            ],
            transition_default_minimum_object_size: None,
        }),
        None,
    ]
);

#[tokio::test]
async fn cors() {
    let double = Double::answering(Cupboard::new("NoSuchCORSConfiguration")).await;
    let call = Call::unbounded();
    let rules = vec![
        CorsRule {
            id: Some("app".into()),
            allowed_headers: vec!["authorization".into(), "x-*".into()],
            allowed_methods: vec!["GET".into(), "PUT".into()],
            allowed_origins: vec!["https://app.example.com".into()],
            expose_headers: vec!["etag".into()],
            max_age_seconds: Some(3600),
        },
        CorsRule {
            allowed_methods: vec!["HEAD".into()],
            allowed_origins: vec!["*".into()],
            ..CorsRule::default()
        },
    ];
    for rules in [vec![], rules, vec![]] {
        double.s3.put_cors(&call, "orders", &rules).await.unwrap();
        assert_eq!(double.s3.cors(&call, "orders").await.unwrap(), rules);
    }
    insta::assert_snapshot!("cors", exchanges(&double).await);
}

#[tokio::test]
async fn logging() {
    // S3 answers with an empty status where there is no logging, and turning it off puts exactly that.
    let double = Double::answering(Cupboard::new("unused")).await;
    let call = Call::unbounded();
    let to = |target_prefix: &str, key_format| {
        Some(Logging { target_bucket: "logs".into(), target_prefix: target_prefix.into(), key_format })
    };
    for logging in [
        to("orders/", None),
        to("", Some(KeyFormat::Simple)),
        to("x/", Some(KeyFormat::Partitioned { date_source: "EventTime".into() })),
        None,
    ] {
        double.s3.put_logging(&call, "orders", logging.as_ref()).await.unwrap();
        assert_eq!(double.s3.logging(&call, "orders").await.unwrap(), logging);
    }
    insta::assert_snapshot!("logging", exchanges(&double).await);
}

#[tokio::test]
async fn versioning() {
    let double = Double::answering(Cupboard::new("unused")).await;
    let call = Call::unbounded();
    for (enabled, expected) in [(true, Versioning::Enabled), (false, Versioning::Suspended)] {
        double.s3.put_versioning(&call, "orders", enabled).await.unwrap();
        assert_eq!(double.s3.versioning(&call, "orders").await.unwrap(), expected);
    }
    insta::assert_snapshot!("versioning", exchanges(&double).await);
}

#[tokio::test]
async fn object_lock() {
    let double = Double::answering(Cupboard::new("ObjectLockConfigurationNotFoundError")).await;
    let call = Call::unbounded();
    assert_eq!(double.s3.object_lock(&call, "orders").await.unwrap(), None);
    let keep = |mode: &str, period| ObjectLock {
        default_retention: Some(DefaultRetention { mode: mode.into(), period }),
    };
    for lock in
        [ObjectLock::default(), keep("GOVERNANCE", Period::Days(30)), keep("COMPLIANCE", Period::Years(7))]
    {
        double.s3.put_object_lock(&call, "orders", &lock).await.unwrap();
        assert_eq!(double.s3.object_lock(&call, "orders").await.unwrap(), Some(lock));
    }
    insta::assert_snapshot!("object_lock", exchanges(&double).await);
}

#[tokio::test]
async fn policy() {
    let double = Double::answering(Cupboard::new("NoSuchBucketPolicy")).await;
    let call = Call::unbounded();
    for policy in [None, Some(r#"{"Version":"2012-10-17","Statement":[]}"#), None] {
        double.s3.put_policy(&call, "orders", policy).await.unwrap();
        assert_eq!(double.s3.policy(&call, "orders").await.unwrap().as_deref(), policy);
    }
    insta::assert_snapshot!("policy", exchanges(&double).await);
}

fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn tags_are_put_and_got() {
    let double = Double::answering(Cupboard::new("NoSuchTagSet")).await;
    let call = Call::unbounded();
    for tags in [tags(&[]), tags(&[("team", "orders"), ("empty", "")]), tags(&[])] {
        double.s3.put_tags(&call, "orders", &tags).await.unwrap();
        assert_eq!(double.s3.tags(&call, "orders").await.unwrap(), tags);
    }
    insta::assert_snapshot!("tags", exchanges(&double).await);
}

#[tokio::test]
async fn tags_of_aws_itself_are_kept_and_not_shown() {
    let double = Double::answering(Cupboard::new("NoSuchTagSet")).await;
    let created = Call::unbounded().just_created();
    let call = Call::unbounded();
    let stack = ("aws:cloudformation:stack-name", "shop");
    double.s3.put_tags(&created, "orders", &tags(&[stack, ("team", "orders")])).await.unwrap();

    double.s3.put_tags(&call, "orders", &tags(&[("team", "billing")])).await.unwrap();

    assert_eq!(double.s3.tags(&call, "orders").await.unwrap(), tags(&[("team", "billing")]));
    let last_put = double.server.received_requests().await.unwrap();
    let last_put = last_put.iter().rfind(|request| request.method.as_str() == "PUT").unwrap();
    assert!(String::from_utf8_lossy(&last_put.body).contains(stack.0));
}

#[tokio::test]
async fn tags_of_a_bucket_just_created_cost_one_call() {
    let double = Double::answering(Cupboard::new("NoSuchTagSet")).await;

    double.s3.put_tags(&Call::unbounded().just_created(), "orders", &tags(&[("a", "b")])).await.unwrap();

    assert_eq!(double.calls().await, ["PUT /orders/?tagging"]);
}

#[tokio::test]
async fn the_smallest_size_of_a_transition_is_a_header_both_ways() {
    let double = Double::answering(
        crate::support::xml("<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status></Rule></LifecycleConfiguration>")
            .insert_header("x-amz-transition-default-minimum-object-size", "varies_by_storage_class"),
    )
    .await;
    let call = Call::unbounded();

    let read = double.s3.lifecycle(&call, "orders").await.unwrap().unwrap();
    double.s3.put_lifecycle(&call, "orders", Some(&read)).await.unwrap();

    assert_eq!(read.transition_default_minimum_object_size.as_deref(), Some("varies_by_storage_class"));
    let put = &double.server.received_requests().await.unwrap()[1];
    assert_eq!(put.headers["x-amz-transition-default-minimum-object-size"], "varies_by_storage_class");
}

#[tokio::test]
async fn a_lifecycle_rule_from_before_filters_is_understood() {
    let double = Double::answering(crate::support::xml(
        "<LifecycleConfiguration><Rule><ID>old</ID><Prefix>logs/</Prefix><Status>Enabled</Status>\
         <Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>",
    ))
    .await;

    let lifecycle = double.s3.lifecycle(&Call::unbounded(), "orders").await.unwrap().unwrap();

    assert_eq!(lifecycle.rules[0].filter.prefix.as_deref(), Some("logs/"));
}
