"""Budgets."""

from moto_plus.tests.check import check

LIMIT = {"Amount": "100", "Unit": "USD"}
ACTUAL = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
MAIL = {"SubscriptionType": "EMAIL", "Address": "one@example.com"}
OTHER = {"SubscriptionType": "EMAIL", "Address": "two@example.com"}


def make(aws, name, **more):
    budget = {"BudgetName": name, "BudgetLimit": LIMIT, "TimeUnit": "MONTHLY", "BudgetType": "COST", **more}
    told = [{"Notification": ACTUAL, "Subscribers": [MAIL]}]
    aws.budgets.create_budget(AccountId=aws.account, Budget=budget, NotificationsWithSubscribers=told)
    return {"AccountId": aws.account, "BudgetName": name}


def subscribers(aws, budget, notification=ACTUAL):
    found = aws.budgets.describe_subscribers_for_notification(**budget, Notification=notification)
    return [one["Address"] for one in found["Subscribers"]]


@check
def a_budget_starts_with_all_cost_types_when_some_are_given(aws):
    budget = make(aws, "types", CostTypes={"IncludeTax": False})
    types = aws.budgets.describe_budget(**budget)["Budget"]["CostTypes"]
    assert types["IncludeTax"] is False and types["IncludeCredit"] is True and len(types) == 11


@check
def a_budget_keeps_the_tags_that_it_is_created_with_until_it_goes(aws):
    named = {"BudgetName": "tagged", "BudgetLimit": LIMIT, "TimeUnit": "MONTHLY", "BudgetType": "COST"}
    arn = f"arn:aws:budgets::{aws.account}:budget/tagged"
    aws.budgets.create_budget(AccountId=aws.account, Budget=named, ResourceTags=[{"Key": "a", "Value": "1"}])
    aws.budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "b", "Value": "2"}])
    aws.budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["a"])
    assert aws.budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "b", "Value": "2"}]
    aws.budgets.delete_budget(AccountId=aws.account, BudgetName="tagged")
    assert aws.budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == []


@check
def budgets_come_in_pages(aws):
    for name in ("page-1", "page-2", "page-3"):
        make(aws, name)
    first = aws.budgets.describe_budgets(AccountId=aws.account, MaxResults=2)
    assert len(first["Budgets"]) == 2
    second = aws.budgets.describe_budgets(AccountId=aws.account, MaxResults=100, NextToken=first["NextToken"])
    assert len(second["Budgets"]) >= 1 and "NextToken" not in second


@check
def a_budget_can_be_changed(aws):
    budget = make(aws, "changed")
    new = {"BudgetName": "changed", "TimeUnit": "MONTHLY", "BudgetType": "COST", "BudgetLimit": {**LIMIT, "Amount": "7"}}
    aws.budgets.update_budget(AccountId=aws.account, NewBudget=new)
    assert aws.budgets.describe_budget(**budget)["Budget"]["BudgetLimit"]["Amount"] == "7"


@check
def a_budget_has_an_empty_history(aws):
    budget = make(aws, "history")
    history = aws.budgets.describe_budget_performance_history(**budget)["BudgetPerformanceHistory"]
    assert history["BudgetName"] == "history" and history["BudgetedAndActualAmountsList"] == []


@check
def a_notification_and_its_subscribers_can_be_changed(aws):
    budget = make(aws, "told")
    assert subscribers(aws, budget) == ["one@example.com"]
    new = {**ACTUAL, "Threshold": 90.0}
    aws.budgets.update_notification(**budget, OldNotification=ACTUAL, NewNotification=new)
    aws.budgets.create_subscriber(**budget, Notification=new, Subscriber=OTHER)
    aws.budgets.delete_subscriber(**budget, Notification=new, Subscriber=MAIL)
    assert subscribers(aws, budget, new) == ["two@example.com"]
    aws.budgets.update_subscriber(**budget, Notification=new, OldSubscriber=OTHER, NewSubscriber=MAIL)
    assert subscribers(aws, budget, new) == ["one@example.com"]


@check
def an_action_is_made_changed_executed_and_deleted(aws):
    budget = make(aws, "acting")
    action = {
        "NotificationType": "ACTUAL",
        "ActionType": "APPLY_IAM_POLICY",
        "ActionThreshold": {"ActionThresholdValue": 100.0, "ActionThresholdType": "PERCENTAGE"},
        "Definition": {"IamActionDefinition": {"PolicyArn": "arn:aws:iam::aws:policy/AWSDenyAll", "Roles": ["developer"]}},
        "ExecutionRoleArn": f"arn:aws:iam::{aws.account}:role/budget-actions",
        "ApprovalModel": "MANUAL",
        "Subscribers": [MAIL],
    }
    made = aws.budgets.create_budget_action(**budget, **action, ResourceTags=[{"Key": "a", "Value": "1"}])
    one = {**budget, "ActionId": made["ActionId"]}
    assert aws.budgets.describe_budget_action(**one)["Action"]["Status"] == "STANDBY"
    aws.budgets.update_budget_action(**one, ApprovalModel="AUTOMATIC")
    (listed,) = aws.budgets.describe_budget_actions_for_budget(**budget)["Actions"]
    assert listed["ApprovalModel"] == "AUTOMATIC"
    aws.budgets.execute_budget_action(**one, ExecutionType="APPROVE_BUDGET_ACTION")
    assert aws.budgets.describe_budget_action(**one)["Action"]["Status"] == "EXECUTION_SUCCESS"
    aws.budgets.delete_budget_action(**one)
    assert aws.budgets.describe_budget_actions_for_budget(**budget)["Actions"] == []
