//! Secrets of a project: set, told by their digests, removed.

use std::collections::BTreeMap;

use clouds::Secret;
use clouds::supabase::digest_of;
use sandbox::{Fault, FaultRule};

use crate::support::{Bench, call};

fn secrets(pairs: &[(&str, &str)]) -> BTreeMap<String, Secret> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Secret::from(*value))).collect()
}

#[tokio::test]
async fn a_secret_is_set_replaced_and_removed_and_others_stay() {
    let bench = Bench::new();
    let project = bench.sandbox.supabase().project_ref;
    bench.supabase.set_secrets(&call(), &project, &secrets(&[("A", "one"), ("B", "two")])).await.unwrap();
    bench.supabase.set_secrets(&call(), &project, &secrets(&[("A", "three")])).await.unwrap();
    let found = bench.supabase.secret_digests(&call(), &project).await.unwrap();
    assert_eq!(found["A"], digest_of("three"));
    assert_eq!(found["B"], digest_of("two"));
    assert!(found.contains_key("SUPABASE_URL"), "{found:?}");

    let names = ["A".to_owned(), "NEVER_SET".to_owned()];
    bench.supabase.remove_secrets(&call(), &project, &names).await.unwrap();
    let found = bench.supabase.secret_digests(&call(), &project).await.unwrap();
    assert!(!found.contains_key("A") && found.contains_key("B"), "{found:?}");
}

#[tokio::test]
async fn the_projects_that_may_have_secrets_are_listed() {
    let bench = Bench::new();
    let known = bench.sandbox.supabase();
    let projects = bench.supabase.projects(&call()).await.unwrap();
    let [project] = &projects[..] else { panic!("{projects:?}") };
    assert_eq!(project.reference, known.project_ref);
    let organizations = bench.supabase.organizations(&call()).await.unwrap();
    assert!(organizations.iter().any(|one| one.slug == project.organization_slug), "{organizations:?}");
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_repeated() {
    let bench = Bench::new();
    let project = bench.sandbox.supabase().project_ref;
    bench.sandbox.fault(FaultRule::new(Fault::LostResponse).on("POST", "*/secrets")).unwrap();
    bench.supabase.set_secrets(&call(), &project, &secrets(&[("A", "one")])).await.unwrap();
    assert_eq!(bench.count(&format!("POST /v1/projects/{project}/secrets")), 2);
}

#[tokio::test]
async fn what_is_sent_is_in_no_record() {
    let bench = Bench::new();
    let project = bench.sandbox.supabase().project_ref;
    bench.supabase.set_secrets(&call(), &project, &secrets(&[("A", "hunter2hunter2")])).await.unwrap();
    let record = serde_json::to_string(&bench.sandbox.calls()).unwrap();
    assert!(record.contains("/secrets") && !record.contains("hunter2"));
}

#[test]
fn a_digest_is_that_of_everybody_elses_sha_256() {
    // FIPS 180-2, appendix B.1.
    assert_eq!(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
