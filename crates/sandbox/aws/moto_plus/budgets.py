"""Budgets: updates, subscribers, tags, actions, and the cost types that AWS fills in."""

import time
import uuid

from moto.budgets.exceptions import DuplicateRecordException, NotFoundException
from moto.budgets.responses import BudgetsResponse
from moto.core.responses import ActionResult

from moto_plus.extension import Service, dict_to_tags, tags_to_dict

service = Service("budgets", BudgetsResponse, lambda answering: answering.backend)

COST_TYPES = {
    "IncludeCredit": True,
    "IncludeDiscount": True,
    "IncludeOtherSubscription": True,
    "IncludeRecurring": True,
    "IncludeRefund": True,
    "IncludeSubscription": True,
    "IncludeSupport": True,
    "IncludeTax": True,
    "IncludeUpfront": True,
    "UseAmortized": False,
    "UseBlended": False,
}

AFTER_EXECUTION = {
    "APPROVE_BUDGET_ACTION": "EXECUTION_SUCCESS",
    "RETRY_BUDGET_ACTION": "EXECUTION_SUCCESS",
    "REVERSE_BUDGET_ACTION": "REVERSE_SUCCESS",
    "RESET_BUDGET_ACTION": "STANDBY",
}


def budget_of(call):
    name = call.get("BudgetName") or call["NewBudget"]["BudgetName"]
    found = call.backend.budgets[call["AccountId"]].get(name)
    if found is None:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return found


def notification_of(call, parameter="Notification"):
    for notification in budget_of(call).notifications:
        if identity(notification.details) == identity(call[parameter]):
            return notification
    raise NotFoundException("Unable to find the notification - it doesn't exist.")


def identity(notification):
    """What makes two notifications the same one; the type of its threshold may be left out."""
    kind = notification.get("ThresholdType", "PERCENTAGE")
    return notification["NotificationType"], notification["ComparisonOperator"], float(notification["Threshold"]), kind


def budget_arn(account, name):
    return f"arn:aws:budgets::{account}:budget/{name}"


def actions_of(call):
    budget_of(call)
    return call.table("actions").setdefault((call["AccountId"], call["BudgetName"]), {})


def action_of(call):
    found = actions_of(call).get(call["ActionId"])
    if found is None:
        raise NotFoundException(f"Unable to get action: {call['ActionId']} - the action doesn't exist.")
    return found


def complete(budget):
    if budget["BudgetType"] == "COST":
        budget["CostTypes"] = {**COST_TYPES, **(budget.get("CostTypes") or {})}


@service.repairs("CreateBudget")
def create_budget(call, moto):
    answer = moto()
    name = call["Budget"]["BudgetName"]
    complete(call.backend.budgets[call["AccountId"]][name].budget)
    if tags := call.get("ResourceTags"):
        call.table("tags")[budget_arn(call["AccountId"], name)] = tags_to_dict(tags)
    return answer


@service.repairs("DescribeBudgets")
def describe_budgets(call, _moto):
    budgets = list(call.backend.describe_budgets(call["AccountId"]))
    start = int(call.get("NextToken", 0))
    end = start + call.get("MaxResults", 100)
    page = {"Budgets": budgets[start:end]}
    if end < len(budgets):
        page["NextToken"] = str(end)
    return ActionResult(page)


@service.repairs("DeleteBudget")
def delete_budget(call, moto):
    answer = moto()
    call.table("tags").pop(budget_arn(call["AccountId"], call["BudgetName"]), None)
    call.table("actions").pop((call["AccountId"], call["BudgetName"]), None)
    return answer


@service.adds("UpdateBudget")
def update_budget(call):
    stored = budget_of(call)
    stored.budget = {"TimePeriod": stored.budget["TimePeriod"], **call["NewBudget"], "LastUpdatedTime": time.time()}
    complete(stored.budget)
    return {}


@service.adds("DescribeBudgetPerformanceHistory", constant="nothing is ever spent")
def describe_budget_performance_history(call):
    budget = budget_of(call).budget
    members = {name: budget[name] for name in ("BudgetName", "BudgetType", "TimeUnit")}
    return {"BudgetPerformanceHistory": {**members, "BudgetedAndActualAmountsList": []}}


@service.adds("UpdateNotification")
def update_notification(call):
    notification_of(call, "OldNotification").details = call["NewNotification"]
    return {}


@service.adds("DescribeSubscribersForNotification")
def describe_subscribers_for_notification(call):
    return {"Subscribers": notification_of(call).subscribers}


@service.adds("CreateSubscriber")
def create_subscriber(call):
    subscribers = notification_of(call).subscribers
    if call["Subscriber"] in subscribers:
        raise DuplicateRecordException("subscriber", call["Subscriber"]["Address"])
    subscribers.append(call["Subscriber"])
    return {}


@service.adds("UpdateSubscriber")
def update_subscriber(call):
    subscribers = notification_of(call).subscribers
    subscribers[place_of(call["OldSubscriber"], subscribers)] = call["NewSubscriber"]
    return {}


@service.adds("DeleteSubscriber")
def delete_subscriber(call):
    subscribers = notification_of(call).subscribers
    del subscribers[place_of(call["Subscriber"], subscribers)]
    return {}


def place_of(subscriber, subscribers):
    if subscriber not in subscribers:
        raise NotFoundException(f"Unable to find the subscriber {subscriber['Address']}.")
    return subscribers.index(subscriber)


@service.adds("ListTagsForResource")
def list_tags_for_resource(call):
    return {"ResourceTags": dict_to_tags(call.table("tags").get(call["ResourceARN"], {}))}


@service.adds("TagResource")
def tag_resource(call):
    call.table("tags").setdefault(call["ResourceARN"], {}).update(tags_to_dict(call["ResourceTags"]))
    return {}


@service.adds("UntagResource")
def untag_resource(call):
    tags = call.table("tags").get(call["ResourceARN"], {})
    for key in call["ResourceTagKeys"]:
        tags.pop(key, None)
    return {}


@service.adds("CreateBudgetAction")
def create_budget_action(call):
    identifier = str(uuid.uuid4())
    members = ("BudgetName", "NotificationType", "ActionType", "ActionThreshold", "Definition", "ExecutionRoleArn")
    actions_of(call)[identifier] = {
        "ActionId": identifier,
        "Status": "STANDBY",
        **call.given(*members, "ApprovalModel", "Subscribers"),
    }
    if tags := call.get("ResourceTags"):
        arn = f"{budget_arn(call['AccountId'], call['BudgetName'])}/action/{identifier}"
        call.table("tags")[arn] = tags_to_dict(tags)
    return {**call.given("AccountId", "BudgetName"), "ActionId": identifier}


@service.adds("DescribeBudgetAction")
def describe_budget_action(call):
    return {**call.given("AccountId", "BudgetName"), "Action": action_of(call)}


@service.adds("DescribeBudgetActionsForBudget")
def describe_budget_actions_for_budget(call):
    return {"Actions": list(actions_of(call).values())}


@service.adds("UpdateBudgetAction")
def update_budget_action(call):
    action = action_of(call)
    before = dict(action)
    members = ("NotificationType", "ActionThreshold", "Definition", "ExecutionRoleArn", "ApprovalModel", "Subscribers")
    action.update(call.given(*members))
    return {**call.given("AccountId", "BudgetName"), "OldAction": before, "NewAction": action}


@service.adds("ExecuteBudgetAction", constant="nothing is executed")
def execute_budget_action(call):
    action_of(call)["Status"] = AFTER_EXECUTION[call["ExecutionType"]]
    return call.given("AccountId", "BudgetName", "ActionId", "ExecutionType")


@service.adds("DeleteBudgetAction")
def delete_budget_action(call):
    action = action_of(call)
    del actions_of(call)[action["ActionId"]]
    return {**call.given("AccountId", "BudgetName"), "Action": action}
