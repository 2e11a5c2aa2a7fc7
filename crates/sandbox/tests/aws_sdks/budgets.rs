//! Budgets (JSON).

use aws_sdk_budgets::error::ProvideErrorMetadata;
use aws_sdk_budgets::types::{
    ActionStatus, ActionThreshold, ActionType, ApprovalModel, Budget, BudgetType, ComparisonOperator,
    Definition, ExecutionType, IamActionDefinition, Notification, NotificationType,
    NotificationWithSubscribers, ResourceTag, Spend, Subscriber, SubscriptionType, ThresholdType, TimeUnit,
};
use aws_sdk_budgets::{Client, config::Builder};

use crate::support::{ACCOUNT, Aws, assert_now, tests};

tests! { "Budgets":
    a_budget_tells_when_it_was_changed
        calls UpdateBudget;
    a_budget_has_no_history
        calls DescribeBudgetPerformanceHistory;
    a_notification_is_changed
        calls UpdateNotification DescribeSubscribersForNotification;
    subscribers_come_change_and_go
        calls CreateSubscriber UpdateSubscriber DeleteSubscriber DescribeSubscribersForNotification;
    a_budget_is_tagged
        calls TagResource UntagResource ListTagsForResource;
    an_action_is_made_changed_executed_and_deleted
        calls CreateBudgetAction DescribeBudgetAction UpdateBudgetAction DescribeBudgetActionsForBudget
            ExecuteBudgetAction DeleteBudgetAction;
    a_budget_that_does_not_exist_is_not_found
        calls UpdateBudget;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

fn budget(name: &str, dollars: &str) -> Budget {
    let limit = Spend::builder().amount(dollars).unit("USD").build().unwrap();
    let budget = Budget::builder().budget_name(name).budget_limit(limit).budget_type(BudgetType::Cost);
    budget.time_unit(TimeUnit::Monthly).build().unwrap()
}

fn above(percent: f64) -> Notification {
    let above = Notification::builder().notification_type(NotificationType::Actual).threshold(percent);
    above.comparison_operator(ComparisonOperator::GreaterThan).build().unwrap()
}

fn mail(address: &str) -> Subscriber {
    Subscriber::builder().subscription_type(SubscriptionType::Email).address(address).build().unwrap()
}

/// Makes a budget that tells one@example.com above 80 percent.
async fn make(budgets: &Client, name: &str) {
    let told =
        NotificationWithSubscribers::builder().notification(above(80.0)).subscribers(mail("one@example.com"));
    let made = budgets.create_budget().account_id(ACCOUNT).budget(budget(name, "100"));
    made.notifications_with_subscribers(told.build().unwrap()).send().await.unwrap();
}

async fn subscribers(budgets: &Client, name: &str, notification: Notification) -> Vec<Subscriber> {
    let found = budgets.describe_subscribers_for_notification().account_id(ACCOUNT).budget_name(name);
    found.notification(notification).send().await.unwrap().subscribers().to_vec()
}

async fn a_budget_tells_when_it_was_changed(aws: &Aws) {
    let budgets = client(aws);
    make(&budgets, "changed").await;
    budgets.update_budget().account_id(ACCOUNT).new_budget(budget("changed", "7")).send().await.unwrap();
    let found = budgets.describe_budget().account_id(ACCOUNT).budget_name("changed").send().await.unwrap();
    let found = found.budget().unwrap();
    assert_eq!(found.budget_limit(), budget("changed", "7").budget_limit());
    assert_now(found.last_updated_time());
}

async fn a_budget_has_no_history(aws: &Aws) {
    let budgets = client(aws);
    make(&budgets, "history").await;
    let history = budgets.describe_budget_performance_history().account_id(ACCOUNT).budget_name("history");
    let history = history.send().await.unwrap();
    let history = history.budget_performance_history().unwrap();
    assert_eq!((history.budget_name(), history.time_unit()), (Some("history"), Some(&TimeUnit::Monthly)));
    assert!(history.budgeted_and_actual_amounts_list().is_empty());
}

async fn a_notification_is_changed(aws: &Aws) {
    let budgets = client(aws);
    make(&budgets, "told").await;
    let change = || {
        let change = budgets.update_notification().account_id(ACCOUNT).budget_name("told");
        change.old_notification(above(80.0)).new_notification(above(90.0)).send()
    };
    change().await.unwrap();
    let found = budgets
        .describe_notifications_for_budget()
        .account_id(ACCOUNT)
        .budget_name("told")
        .send()
        .await
        .unwrap();
    assert_eq!(found.notifications().iter().map(Notification::threshold).collect::<Vec<_>>(), [90.0]);
    assert_eq!(subscribers(&budgets, "told", above(90.0)).await, [mail("one@example.com")]);
    let gone = change().await.unwrap_err().into_service_error();
    assert!(gone.is_not_found_exception(), "{gone:?}");
}

async fn subscribers_come_change_and_go(aws: &Aws) {
    let budgets = client(aws);
    make(&budgets, "subscribed").await;
    let add = || {
        let add = budgets
            .create_subscriber()
            .account_id(ACCOUNT)
            .budget_name("subscribed")
            .notification(above(80.0));
        add.subscriber(mail("two@example.com")).send()
    };
    add().await.unwrap();
    let again = add().await.unwrap_err().into_service_error();
    assert!(again.is_duplicate_record_exception(), "{again:?}");

    let change =
        budgets.update_subscriber().account_id(ACCOUNT).budget_name("subscribed").notification(above(80.0));
    let change = change.old_subscriber(mail("two@example.com")).new_subscriber(mail("three@example.com"));
    change.send().await.unwrap();
    let remove = || {
        let remove = budgets
            .delete_subscriber()
            .account_id(ACCOUNT)
            .budget_name("subscribed")
            .notification(above(80.0));
        remove.subscriber(mail("one@example.com")).send()
    };
    remove().await.unwrap();
    assert_eq!(subscribers(&budgets, "subscribed", above(80.0)).await, [mail("three@example.com")]);
    let gone = remove().await.unwrap_err().into_service_error();
    assert!(gone.is_not_found_exception(), "{gone:?}");
}

async fn a_budget_is_tagged(aws: &Aws) {
    let budgets = client(aws);
    make(&budgets, "tagged").await;
    let arn = format!("arn:aws:budgets::{ACCOUNT}:budget/tagged");
    let tag = |key: &str, value: &str| ResourceTag::builder().key(key).value(value).build().unwrap();
    let list = || budgets.list_tags_for_resource().resource_arn(&arn).send();
    assert!(list().await.unwrap().resource_tags().is_empty());
    budgets
        .tag_resource()
        .resource_arn(&arn)
        .resource_tags(tag("a", "1"))
        .resource_tags(tag("b", "2"))
        .send()
        .await
        .unwrap();
    budgets.untag_resource().resource_arn(&arn).resource_tag_keys("a").send().await.unwrap();
    assert_eq!(list().await.unwrap().resource_tags(), [tag("b", "2")]);
}

async fn an_action_is_made_changed_executed_and_deleted(aws: &Aws) {
    let budgets = client(aws);
    make(&budgets, "acting").await;
    let threshold = ActionThreshold::builder().action_threshold_value(100.0);
    let threshold = threshold.action_threshold_type(ThresholdType::Percentage).build().unwrap();
    let deny =
        IamActionDefinition::builder().policy_arn("arn:aws:iam::aws:policy/AWSDenyAll").roles("developer");
    let deny = Definition::builder().iam_action_definition(deny.build().unwrap()).build();
    let made = budgets.create_budget_action().account_id(ACCOUNT).budget_name("acting");
    let made = made.notification_type(NotificationType::Actual).action_type(ActionType::Iam);
    let made =
        made.action_threshold(threshold).definition(deny.clone()).approval_model(ApprovalModel::Manual);
    let made = made.execution_role_arn(format!("arn:aws:iam::{ACCOUNT}:role/budget-actions"));
    let made = made.subscribers(mail("one@example.com")).send().await.unwrap();
    let id = made.action_id();

    let read =
        || budgets.describe_budget_action().account_id(ACCOUNT).budget_name("acting").action_id(id).send();
    let found = read().await.unwrap();
    let action = found.action().unwrap();
    assert_eq!((action.status(), action.definition()), (&ActionStatus::Standby, Some(&deny)));
    assert_eq!(action.subscribers(), [mail("one@example.com")]);

    let changed = budgets.update_budget_action().account_id(ACCOUNT).budget_name("acting").action_id(id);
    let changed = changed.approval_model(ApprovalModel::Auto).send().await.unwrap();
    assert_eq!(changed.old_action(), Some(action));
    assert_eq!(changed.new_action().unwrap().approval_model(), &ApprovalModel::Auto);
    let list =
        || budgets.describe_budget_actions_for_budget().account_id(ACCOUNT).budget_name("acting").send();
    assert_eq!(list().await.unwrap().actions(), [changed.new_action().unwrap().clone()]);

    let executed = budgets.execute_budget_action().account_id(ACCOUNT).budget_name("acting").action_id(id);
    let executed = executed.execution_type(ExecutionType::ApproveBudgetAction).send().await.unwrap();
    assert_eq!((executed.action_id(), executed.execution_type()), (id, &ExecutionType::ApproveBudgetAction));
    assert_eq!(read().await.unwrap().action().unwrap().status(), &ActionStatus::ExecutionSuccess);

    let deleted = budgets.delete_budget_action().account_id(ACCOUNT).budget_name("acting").action_id(id);
    assert_eq!(deleted.send().await.unwrap().action().unwrap().action_id(), id);
    assert!(list().await.unwrap().actions().is_empty());
    let gone = read().await.unwrap_err().into_service_error();
    assert!(gone.is_not_found_exception(), "{gone:?}");
}

async fn a_budget_that_does_not_exist_is_not_found(aws: &Aws) {
    let budgets = client(aws);
    make(&budgets, "known").await;
    let change = |name| budgets.update_budget().account_id(ACCOUNT).new_budget(budget(name, "7")).send();
    change("known").await.unwrap();
    let unknown = change("unknown").await.unwrap_err().into_service_error();
    assert!(unknown.is_not_found_exception(), "{unknown:?}");
    assert_eq!(unknown.message(), Some("Unable to get budget: unknown - the budget doesn't exist."));
}
