//! What R2 keeps apart: CORS, lifecycle, host names.

use clouds::cloudflare::r2::{
    Allowed, Aspect, Condition, Conditions, CorsRule, DEFAULT_RULE, LifecycleRule, NewBucket, NewDomain, R2,
    StorageClassTransition, Transition,
};
use clouds::{Call, ErrorKind};
use sandbox::{Fault, FaultRule};

use crate::support::{Bench, call};

async fn bucket(bench: &Bench) -> (R2, Call) {
    let (r2, call) = (bench.r2(), call());
    r2.create(&call, "assets", &NewBucket::default()).await.unwrap();
    (r2, call)
}

#[tokio::test]
async fn cors_rules_come_back_as_they_were_put_and_go() {
    let bench = Bench::new();
    let (r2, call) = bucket(&bench).await;
    assert_eq!(r2.cors(&call, "assets").await.unwrap(), []);
    let whole = CorsRule {
        id: Some("web".into()),
        allowed: Allowed {
            origins: vec!["https://example.com".into()],
            methods: vec!["GET".into(), "PUT".into()],
            headers: vec!["*".into()],
        },
        expose_headers: vec!["ETag".into()],
        max_age_seconds: Some(3600),
    };
    let short = CorsRule {
        allowed: Allowed { origins: vec!["*".into()], methods: vec!["HEAD".into()], headers: vec![] },
        ..CorsRule::default()
    };
    let rules = [whole, short];
    r2.put_cors(&call, "assets", &rules).await.unwrap();
    assert_eq!(r2.cors(&call, "assets").await.unwrap(), rules);
    r2.put_cors(&call, "assets", &[]).await.unwrap();
    assert_eq!(r2.cors(&call, "assets").await.unwrap(), []);
}

fn age(days: u64) -> Condition {
    Condition::Age { max_age: days * 24 * 60 * 60 }
}

fn rule(id: &str) -> LifecycleRule {
    LifecycleRule {
        id: id.into(),
        enabled: true,
        conditions: Conditions { prefix: "logs/".into() },
        abort_multipart_uploads_transition: Some(Transition { condition: age(1) }),
        delete_objects_transition: Some(Transition {
            condition: Condition::Date { date: "2027-01-31T00:00:00Z".into() },
        }),
        storage_class_transitions: vec![StorageClassTransition {
            condition: age(30),
            storage_class: "InfrequentAccess".into(),
        }],
    }
}

#[tokio::test]
async fn lifecycle_rules_leave_the_rule_of_cloudflare_alone() {
    let bench = Bench::new();
    let (r2, call) = bucket(&bench).await;
    r2.put_lifecycle(&call, "assets", &[rule("logs")]).await.unwrap();
    let found = r2.lifecycle(&call, "assets").await.unwrap();
    assert_eq!(found.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), [DEFAULT_RULE, "logs"]);
    assert_eq!(found[1], rule("logs"));
    r2.put_lifecycle(&call, "assets", &[]).await.unwrap();
    assert_eq!(r2.lifecycle(&call, "assets").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_rule_of_the_same_name_takes_the_place_of_the_rule_of_cloudflare() {
    let bench = Bench::new();
    let (r2, call) = bucket(&bench).await;
    let own = LifecycleRule { enabled: false, ..rule(DEFAULT_RULE) };
    r2.put_lifecycle(&call, "assets", std::slice::from_ref(&own)).await.unwrap();
    assert_eq!(r2.lifecycle(&call, "assets").await.unwrap(), [own]);
}

#[tokio::test]
async fn the_host_below_r2_dev_is_switched() {
    let bench = Bench::new();
    let (r2, call) = bucket(&bench).await;
    assert!(!r2.managed_domain(&call, "assets").await.unwrap().enabled);
    let switched = r2.put_managed_domain(&call, "assets", true).await.unwrap();
    assert!(switched.enabled && switched.domain.ends_with(".r2.dev"));
    assert_eq!(r2.managed_domain(&call, "assets").await.unwrap(), switched);
}

fn domain(bench: &Bench) -> NewDomain {
    NewDomain {
        domain: "assets.example.com".into(),
        zone_id: bench.sandbox.cloudflare().zone_id,
        enabled: true,
        min_tls: Some("1.2".into()),
    }
}

#[tokio::test]
async fn a_host_name_serves_once_cloudflare_is_done_with_it() {
    let bench = Bench::new();
    let (r2, call) = bucket(&bench).await;
    let new = domain(&bench);
    r2.attach_domain(&call, "assets", &new).await.unwrap();
    let found = &r2.custom_domains(&call, "assets").await.unwrap()[0];
    assert!(found.is_pending() && !found.enabled, "Cloudflare is not done with it");

    r2.wait_for_domain(&call, "assets", &new.domain).await.unwrap();
    let found = &r2.custom_domains(&call, "assets").await.unwrap()[0];
    assert!(!found.is_pending() && found.enabled);
    assert_eq!(found.min_tls.as_deref(), Some("1.2"));

    let off = NewDomain { enabled: false, min_tls: Some("1.3".into()), ..new };
    r2.update_domain(&call, "assets", &off).await.unwrap();
    let found = &r2.custom_domains(&call, "assets").await.unwrap()[0];
    assert_eq!((found.enabled, found.min_tls.as_deref()), (false, Some("1.3")));

    for _ in 0..2 {
        r2.detach_domain(&call, "assets", "assets.example.com").await.unwrap();
    }
    assert_eq!(r2.custom_domains(&call, "assets").await.unwrap(), []);
}

#[tokio::test]
async fn an_attached_host_name_whose_answer_is_lost_is_not_in_use_by_others() {
    let bench = Bench::new();
    let (r2, call) = bucket(&bench).await;
    bench.sandbox.fault(FaultRule::new(Fault::LostResponse).on("POST", "*/domains/custom")).unwrap();
    r2.attach_domain(&call, "assets", &domain(&bench)).await.unwrap();
    assert_eq!(r2.custom_domains(&call, "assets").await.unwrap().len(), 1);

    r2.create(&call, "others", &NewBucket::default()).await.unwrap();
    let error = r2.attach_domain(&call, "others", &domain(&bench)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
}

#[tokio::test]
async fn only_the_named_aspects_are_asked_for() {
    let bench = Bench::new();
    let (r2, call) = bucket(&bench).await;
    let before = bench.calls().len();
    r2.read(&call, "assets", &[]).await.unwrap().unwrap();
    assert_eq!(bench.calls().len() - before, 1);
    let all = [Aspect::Cors, Aspect::Lifecycle, Aspect::ManagedDomain, Aspect::CustomDomains];
    let state = r2.read(&call, "assets", &all).await.unwrap().unwrap();
    assert_eq!(bench.calls().len() - before, 6);
    assert!(state.managed_domain.is_some() && state.lifecycle.len() == 1);
    assert_eq!(r2.read(&call, "absent", &all).await.unwrap(), None);
}
