//! Every resource, data source and list of the provider, judged by Terraform's own rules without any cloud.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use slipway_provider::Slipway;
use tfplugin::{Service, Value};
use tfplugin_testkit::configs::any_config;
use tfplugin_testkit::{Core, Verdict};

/// Configurations made up for each resource. Each is validated and planned; a failing one is printed.
const CONFIGS: usize = 400;

async fn core() -> Core<Service<Slipway>> {
    Core::start(Service::new()).await.expect("Terraform accepts the schemas")
}

#[tokio::test]
async fn every_schema_is_accepted() {
    let core = core().await;
    let names: Vec<_> = core.resources().map(|(name, _)| name.to_owned()).collect();
    assert!(names.iter().all(|name| name.starts_with("slipway_")), "{names:?}");
    assert!(!names.is_empty());
}

#[tokio::test]
async fn no_configuration_leads_to_a_plan_that_terraform_refuses() {
    let core = core().await;
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let mut planned = BTreeMap::new();
    for (name, block) in core.resources() {
        let configs = any_config(block);
        for _ in 0..CONFIGS {
            let config = configs.new_tree(&mut runner).expect("a configuration").current();
            match core.plan(name, None, &config).await {
                Ok(_) => *planned.entry(name).or_insert(0) += 1,
                Err(Verdict::Refused(_)) => {}
                Err(broken) => panic!("{name}: {broken}\nfor {config:#?}"),
            }
        }
    }
}

#[tokio::test]
async fn every_configuration_of_a_list_is_taken_or_refused_in_words() {
    let core = core().await;
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    for (name, block) in core.lists() {
        let configs = any_config(block);
        let mut taken = 0;
        for _ in 0..CONFIGS {
            let config = configs.new_tree(&mut runner).expect("a configuration").current();
            match core.validate_list(name, &config).await {
                Ok(()) => taken += 1,
                Err(Verdict::Refused(_)) => {}
                Err(broken) => panic!("{name}: {broken}\nfor {config:#?}"),
            }
        }
        assert!((1..CONFIGS).contains(&taken), "{name}: {taken} of {CONFIGS} are taken");
    }
}

#[tokio::test]
async fn a_configuration_that_is_not_known_at_all_can_be_planned() {
    let core = core().await;
    for (name, block) in core.resources() {
        let unknown = Value::object(block.attributes.iter().map(|(name, attribute)| {
            let settable = attribute.required || attribute.optional;
            (name.clone(), if settable { Value::Unknown } else { Value::Null })
        }));
        match core.plan(name, None, &unknown).await {
            Ok(planned) => assert!(!planned.no_op, "{name}"),
            Err(verdict) => panic!("{name}: {verdict}"),
        }
    }
}
