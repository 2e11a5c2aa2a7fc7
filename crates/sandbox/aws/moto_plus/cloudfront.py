"""CloudFront: policies, published functions, monitoring subscriptions, and all fields of a distribution."""

from datetime import datetime, timezone

from moto.cloudfront.models import random_id
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult

from moto_plus.extension import Refusal, Service, keep

service = Service("cloudfront", CloudFrontResponse, lambda answering: answering.backend)

# Of each kind: the word in the names of its operations, their plural, the error for an unknown id, and the policies of AWS.
POLICIES = {
    "CachePolicy": (
        "CachePolicies",
        "NoSuchCachePolicy",
        {
            "658327ea-f89d-4fab-a63d-7e88639e58f6": "Managed-CachingOptimized",
            "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": "Managed-CachingOptimizedForUncompressedObjects",
            "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": "Managed-CachingDisabled",
        },
    ),
    "OriginRequestPolicy": (
        "OriginRequestPolicies",
        "NoSuchOriginRequestPolicy",
        {
            "216adef6-5c7f-47e4-b989-5492eafa07d3": "Managed-AllViewer",
            "b689b0a8-53d0-40ab-baf2-68738e2966ac": "Managed-AllViewerExceptHostHeader",
            "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": "Managed-CORS-S3Origin",
        },
    ),
    "ResponseHeadersPolicy": (
        "ResponseHeadersPolicies",
        "NoSuchResponseHeadersPolicy",
        {"67f7725c-6f97-4210-82d7-5512b31e9d03": "Managed-SecurityHeadersPolicy"},
    ),
}


def now():
    return datetime.now(timezone.utc)


def add_policies(kind, plural, unknown, managed):
    """The operations of one kind of policy. What they store is the configuration that they were given."""
    config = f"{kind}Config"

    def stored(call):
        """AWS's own are only named here: their settings are no part of any answer that is relied on."""
        if call["Id"] in managed:
            return {"etag": "E1", kind: {"Id": call["Id"], "LastModifiedTime": now(), config: {"Name": managed[call["Id"]]}}}
        if call["Id"] not in call.table(kind):
            raise Refusal(unknown, f"The policy {call['Id']} does not exist.")
        return call.table(kind)[call["Id"]]

    def store(call, identifier):
        policy = {"Id": identifier, "LastModifiedTime": now(), config: call[config]}
        call.table(kind)[identifier] = {"etag": random_id(), kind: policy}
        return {kind: policy, "ETag": call.table(kind)[identifier]["etag"]}

    @service.adds(f"Create{kind}")
    def create(call):
        names = [one[kind][config]["Name"] for one in call.table(kind).values()]
        if call[config]["Name"] in names:
            raise Refusal(f"{kind}AlreadyExists", f"A policy named {call[config]['Name']} exists already.")
        return store(call, random_id())

    @service.adds(f"Get{kind}")
    def get(call):
        return {kind: stored(call)[kind], "ETag": stored(call)["etag"]}

    @service.adds(f"Get{config}")
    def get_config(call):
        return {config: stored(call)[kind][config], "ETag": stored(call)["etag"]}

    @service.adds(f"Update{kind}")
    def update(call):
        require_etag(call, stored(call)["etag"])
        return store(call, call["Id"])

    @service.adds(f"Delete{kind}")
    def delete(call):
        require_etag(call, stored(call)["etag"])
        del call.table(kind)[call["Id"]]
        return {}

    @service.adds(f"List{plural}")
    def list_all(call):
        custom = [{"Type": "custom", kind: one[kind]} for one in call.table(kind).values()]
        of_aws = [
            {"Type": "managed", kind: {"Id": key, "LastModifiedTime": now(), config: {"Name": name}}}
            for key, name in managed.items()
        ]
        items = [item for item in custom + of_aws if call.get("Type", item["Type"]) == item["Type"]]
        return {f"{kind}List": {"MaxItems": 100, "Quantity": len(items), "Items": items}}


def require_etag(call, etag):
    if call.get("IfMatch") != etag:
        raise Refusal("PreconditionFailed", "The ETag is not the current one.")


for _kind, _about in POLICIES.items():
    add_policies(_kind, *_about)


@service.adds("UpdateFunction")
def update_function(call):
    function = call.backend.describe_function(call["Name"])
    require_etag(call, function.etag)
    function.config, function.code = call["FunctionConfig"], call["FunctionCode"]
    function.status, function.etag, function.last_modified_time = "UNPUBLISHED", random_id(), now()
    return {"FunctionSummary": function.function_summary, "ETag": function.etag}


@service.adds("PublishFunction")
def publish_function(call):
    function = call.backend.describe_function(call["Name"])
    require_etag(call, function.etag)
    function.status = "UNASSOCIATED"
    summary = function.function_summary
    summary["FunctionMetadata"] = {**summary["FunctionMetadata"], "Stage": "LIVE"}
    call.table("live")[call["Name"]] = {"FunctionSummary": summary, "FunctionCode": function.code, "ETag": random_id()}
    return {"FunctionSummary": summary}


def live(call):
    if call["Name"] not in call.table("live"):
        raise Refusal("NoSuchFunctionExists", "The specified function does not exist in the LIVE stage.")
    return call.table("live")[call["Name"]]


@service.repairs("DescribeFunction")
def describe_function(call, moto):
    if call.get("Stage") != "LIVE":
        return moto()
    return ActionResult({name: live(call)[name] for name in ("FunctionSummary", "ETag")})


@service.repairs("GetFunction")
def get_function(call, moto):
    """moto calls every body XML, and this one is the code itself."""
    call.answering.response_headers["Content-Type"] = "application/octet-stream"
    if call.get("Stage") != "LIVE":
        return moto()
    return ActionResult({name: live(call)[name] for name in ("FunctionCode", "ETag")})


@service.repairs("DeleteFunction")
def delete_function(call, moto):
    answer = moto()
    call.table("live").pop(call["Name"], None)
    return answer


@service.adds("CreateMonitoringSubscription")
def create_monitoring_subscription(call):
    call.backend.get_distribution(call["DistributionId"])
    call.table("monitoring")[call["DistributionId"]] = call["MonitoringSubscription"]
    return call.given("MonitoringSubscription")


@service.adds("GetMonitoringSubscription")
def get_monitoring_subscription(call):
    if call["DistributionId"] not in call.table("monitoring"):
        raise Refusal("NoSuchMonitoringSubscription", "The distribution has no monitoring subscription.")
    return {"MonitoringSubscription": call.table("monitoring")[call["DistributionId"]]}


@service.adds("DeleteMonitoringSubscription")
def delete_monitoring_subscription(call):
    call.table("monitoring").pop(call["DistributionId"], None)
    return {}


def complete(distribution, given):
    """Gives the objects that moto answers from what it left out of them."""
    built = distribution.distribution_config
    for origin, asked in zip(built.Origins["Items"], given["Origins"]["Items"], strict=True):
        keep(origin, asked, "OriginAccessControlId")
    behaviours = [(built.DefaultCacheBehavior, given["DefaultCacheBehavior"])]
    ordered = (given.get("CacheBehaviors") or {}).get("Items") or []
    behaviours += zip(built.CacheBehaviors["Items"], ordered, strict=True) if ordered else []
    for behaviour, asked in behaviours:
        keep(behaviour, asked, "LambdaFunctionAssociations", "FunctionAssociations", "GrpcConfig")
        if asked.get("CachePolicyId"):
            # With a policy, AWS gives back no values of the older kind.
            behaviour.forwarded_values = None
    asked = given.get("ViewerCertificate") or {}
    built.ViewerCertificate.cloud_front_default_certificate = asked.get("CloudFrontDefaultCertificate", not asked)


@service.repairs("CreateDistribution")
def create_distribution(call, moto):
    answer = moto()
    complete(answer.result["Distribution"], call["DistributionConfig"])
    return answer


@service.repairs("CreateDistributionWithTags")
def create_distribution_with_tags(call, moto):
    answer = moto()
    complete(answer.result["Distribution"], call["DistributionConfigWithTags"]["DistributionConfig"])
    return answer


@service.repairs("UpdateDistribution")
def update_distribution(call, moto):
    answer = moto()
    complete(answer.result["Distribution"], call["DistributionConfig"])
    return answer
