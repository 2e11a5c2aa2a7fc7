"""RDS: resource ids that differ, windows that touch, parameters marked as the user's, performance insights, and an
offering for each reservation that is asked for.
"""

import uuid

import moto.rds.utils as utils
from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from moto_plus.extension import Refusal, Service, keep

service = Service("rds", RDSResponse, lambda answering: answering.backend)

_overlap = utils.get_overlap_between_two_date_ranges


def overlap(*windows):
    """moto refuses an overlap of zero seconds. Windows that touch do not overlap, and AWS takes them."""
    return _overlap(*windows) or -1


utils.get_overlap_between_two_date_ranges = overlap


def with_insights(call, answer):
    instance = answer.result["DBInstance"]
    if (enabled := call.get("EnablePerformanceInsights")) is not None:
        instance.performance_insights_enabled = enabled
    if getattr(instance, "performance_insights_enabled", False):
        instance.performance_insights_retention_period = 7
        keep(instance, call, "PerformanceInsightsRetentionPeriod", "PerformanceInsightsKMSKeyId")
    return answer


@service.repairs("CreateDBInstance")
def create_db_instance(call, moto):
    """moto has one resource id for all instances, by which hashicorp/aws looks for its own."""
    answer = moto()
    answer.result["DBInstance"].dbi_resource_id = f"db-{uuid.uuid4().hex[:26].upper()}"
    return with_insights(call, answer)


@service.repairs("ModifyDBInstance")
def modify_db_instance(call, moto):
    return with_insights(call, moto())


@service.repairs("DescribeDBParameters")
def describe_db_parameters(call, moto):
    """Only what the user set is stored, so every parameter has its source in the user."""
    parameters = [{**one, "Source": "user", "IsModifiable": True} for one in moto().result["Parameters"]]
    wanted = call.get("Source", "user")
    return ActionResult({"Parameters": [one for one in parameters if one["Source"] == wanted]})


@service.adds("DescribeReservedDBInstancesOfferings", constant="the price is nobody's")
def describe_reserved_db_instances_offerings(call):
    """One that fits. What it costs is nobody's price, and nothing may be judged by it."""
    if (identifier := call.get("ReservedDBInstancesOfferingId", "offering")) != "offering":
        raise Refusal("ReservedDBInstancesOfferingNotFound", f"The offering {identifier} does not exist.")
    asked = call.given("DBInstanceClass", "ProductDescription", "OfferingType", "MultiAZ")
    # One year or three, as a number or in seconds.
    years = {"1": 31536000, "3": 94608000}
    duration = call.get("Duration", "1")
    terms = {"Duration": years.get(duration) or int(duration), "FixedPrice": 0.0, "UsagePrice": 0.0, "CurrencyCode": "USD"}
    return {"ReservedDBInstancesOfferings": [{"ReservedDBInstancesOfferingId": "offering", **terms, **asked}]}
