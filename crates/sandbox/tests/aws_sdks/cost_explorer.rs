//! Cost Explorer (JSON).

use aws_sdk_costexplorer::types::{
    AnomalyMonitor, AnomalySubscription, AnomalySubscriptionFrequency, CostAllocationTagStatus,
    CostAllocationTagStatusEntry, CostAllocationTagType, MonitorDimension, MonitorType, Subscriber,
    SubscriberType,
};
use aws_sdk_costexplorer::{Client, config::Builder};
use aws_smithy_types::date_time::{DateTime, Format};

use crate::support::{ACCOUNT, Aws, assert_now, tests};

tests! { "Cost Explorer":
    an_anomaly_monitor_is_made_renamed_and_deleted
        calls CreateAnomalyMonitor UpdateAnomalyMonitor GetAnomalyMonitors DeleteAnomalyMonitor;
    an_anomaly_subscription_is_made_changed_and_deleted
        calls CreateAnomalyMonitor CreateAnomalySubscription UpdateAnomalySubscription GetAnomalySubscriptions
            DeleteAnomalySubscription;
    a_cost_allocation_tag_is_activated
        calls UpdateCostAllocationTagsStatus ListCostAllocationTags;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

/// Times are text here, and the SDK leaves them so.
fn moment(text: Option<&str>) -> Option<DateTime> {
    text.map(|text| DateTime::from_str(text, Format::DateTime).unwrap())
}

/// Makes a monitor and gives its ARN.
async fn monitor(costs: &Client, name: &str) -> String {
    let asked = AnomalyMonitor::builder().monitor_name(name).monitor_type(MonitorType::Dimensional);
    let asked = asked.monitor_dimension(MonitorDimension::Service).build().unwrap();
    costs.create_anomaly_monitor().anomaly_monitor(asked).send().await.unwrap().monitor_arn().to_owned()
}

async fn an_anomaly_monitor_is_made_renamed_and_deleted(aws: &Aws) {
    let costs = client(aws);
    let arn = monitor(&costs, "services").await;
    let renamed =
        costs.update_anomaly_monitor().monitor_arn(&arn).monitor_name("renamed").send().await.unwrap();
    assert_eq!(renamed.monitor_arn(), arn);

    let read = || costs.get_anomaly_monitors().monitor_arn_list(&arn).send();
    let found = read().await.unwrap();
    let [monitor] = found.anomaly_monitors() else { panic!("{found:?}") };
    assert_eq!(
        (monitor.monitor_name(), monitor.monitor_dimension()),
        ("renamed", Some(&MonitorDimension::Service))
    );
    assert_now(moment(monitor.creation_date()).as_ref());
    assert_now(moment(monitor.last_updated_date()).as_ref());

    costs.delete_anomaly_monitor().monitor_arn(&arn).send().await.unwrap();
    let gone = read().await.unwrap_err().into_service_error();
    assert!(gone.is_unknown_monitor_exception(), "{gone:?}");
}

async fn an_anomaly_subscription_is_made_changed_and_deleted(aws: &Aws) {
    let costs = client(aws);
    let monitor = monitor(&costs, "watched").await;
    let mail = Subscriber::builder().r#type(SubscriberType::Email).address("one@example.com").build();
    let asked = AnomalySubscription::builder().subscription_name("daily").monitor_arn_list(&monitor);
    let asked =
        asked.subscribers(mail.clone()).frequency(AnomalySubscriptionFrequency::Daily).build().unwrap();
    let made = costs.create_anomaly_subscription().anomaly_subscription(asked).send().await.unwrap();
    let arn = made.subscription_arn();

    let weekly = AnomalySubscriptionFrequency::Weekly;
    let changed = costs.update_anomaly_subscription().subscription_arn(arn).frequency(weekly.clone());
    assert_eq!(changed.send().await.unwrap().subscription_arn(), arn);
    let found = costs.get_anomaly_subscriptions().monitor_arn(&monitor).send().await.unwrap();
    let [subscription] = found.anomaly_subscriptions() else { panic!("{found:?}") };
    assert_eq!((subscription.subscription_name(), subscription.frequency()), ("daily", &weekly));
    assert_eq!((subscription.subscribers(), subscription.account_id()), (&[mail][..], Some(ACCOUNT)));

    costs.delete_anomaly_subscription().subscription_arn(arn).send().await.unwrap();
    let none = costs.get_anomaly_subscriptions().monitor_arn(&monitor).send().await.unwrap();
    assert!(none.anomaly_subscriptions().is_empty());
    let gone = costs
        .delete_anomaly_subscription()
        .subscription_arn(arn)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(gone.is_unknown_subscription_exception(), "{gone:?}");
}

async fn a_cost_allocation_tag_is_activated(aws: &Aws) {
    let costs = client(aws);
    let entry =
        CostAllocationTagStatusEntry::builder().tag_key("Component").status(CostAllocationTagStatus::Active);
    let entry = entry.build().unwrap();
    let done =
        costs.update_cost_allocation_tags_status().cost_allocation_tags_status(entry).send().await.unwrap();
    assert!(done.errors().is_empty());

    let list = |status| costs.list_cost_allocation_tags().tag_keys("Component").status(status).send();
    let found = list(CostAllocationTagStatus::Active).await.unwrap();
    let [tag] = found.cost_allocation_tags() else { panic!("{found:?}") };
    assert_eq!((tag.tag_key(), tag.r#type()), ("Component", &CostAllocationTagType::UserDefined));
    assert_now(moment(tag.last_updated_date()).as_ref());
    assert!(list(CostAllocationTagStatus::Inactive).await.unwrap().cost_allocation_tags().is_empty());
}
