"""S3: buckets listed in pages; a lifecycle configuration as it was put, with every field; bucket policies whose conditions
are looked at."""

import json
from base64 import b64decode, b64encode
from contextvars import ContextVar

from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from moto_plus.extension import Service

service = Service("s3", S3Response, lambda answering: answering.backend)

PER_PAGE = 10_000


@service.repairs("ListBuckets", called="all_buckets")
def list_buckets(call, moto):
    moto()  # It looks at who asks.
    narrowed = call.given("Prefix", "BucketRegion")
    found = call.backend.list_buckets(narrowed.get("Prefix"), narrowed.get("BucketRegion"), None)
    after = b64decode(call.get("ContinuationToken", "")).decode()
    found = sorted((bucket for bucket in found if bucket.name > after), key=lambda bucket: bucket.name)
    page = found[: call.get("MaxBuckets", PER_PAGE)]
    in_pages = narrowed or call.given("MaxBuckets", "ContinuationToken")
    answer = {
        "Owner": {"ID": "bcaf1ffd86f41161ca5fb16fd081034f", "DisplayName": "webfile"},
        "Buckets": [
            {"Name": bucket.name, "CreationDate": bucket.creation_date_ISO8601, **({"BucketRegion": bucket.region_name} if in_pages else {})}
            for bucket in page
        ],
        **call.given("Prefix"),
    }
    if len(page) < len(found):
        answer["ContinuationToken"] = b64encode(page[-1].name.encode()).decode()
    return call.answering.serialized(ActionResult(answer))


SIZE = "x-amz-transition-default-minimum-object-size"


@service.repairs("PutBucketLifecycleConfiguration", called="_bucket_response_put")
def put_bucket_lifecycle_configuration(call, moto):
    answer = moto()
    if "lifecycle" in call.request.args:
        size = call.request.headers.get(SIZE, "all_storage_classes_128K")
        call.backend.get_bucket(call["Bucket"]).moto_plus_lifecycle = call.request.data, size
        return 200, {SIZE: size}, ""
    return answer


@service.repairs("GetBucketLifecycleConfiguration", called="get_bucket_lifecycle")
def get_bucket_lifecycle_configuration(call, moto):
    status, headers, body = moto()
    body, size = getattr(call.backend.get_bucket(call["Bucket"]), "moto_plus_lifecycle", (body, ""))
    return status, {**headers, "Content-Type": "application/xml", SIZE: size}, body


_asked = ContextVar("what a policy may ask about the request that is being answered")


@service.repairs("PutObject", called="_key_response")
def put_object(call, moto):
    encryption = call.request.headers.get("x-amz-server-side-encryption")
    # The double stands for an endpoint that is reached by TLS.
    token = _asked.set({"aws:SecureTransport": "true", "s3:x-amz-server-side-encryption": encryption})
    try:
        return moto()
    finally:
        _asked.reset(token)


def get_permission(bucket, action, resource):
    """What the policy says; a statement whose condition does not hold says nothing."""
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    said = json.loads(bucket.policy)["Statement"]
    said = [statement for statement in (said if isinstance(said, list) else [said]) if holds(statement.get("Condition", {}))]
    said = [{name: value for name, value in statement.items() if name != "Condition"} for statement in said]
    return IAMPolicy(json.dumps({"Statement": said})).is_action_permitted(action, resource)


FakeBucket.get_permission = get_permission


def holds(condition):
    known = _asked.get({})
    tests = {
        "Bool": lambda value, wanted: value is not None and value in wanted,
        "Null": lambda value, wanted: str(value is None).lower() in wanted,
        "StringEquals": lambda value, wanted: value in wanted,
        "StringNotEquals": lambda value, wanted: value not in wanted,
    }
    return all(
        operator in tests and tests[operator](known.get(key), wanted if isinstance(wanted, list) else [wanted])
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )
