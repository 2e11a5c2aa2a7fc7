"""S3: a lifecycle configuration as it was put, with every field; bucket policies whose conditions are looked at."""

import json
from contextvars import ContextVar

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from moto_plus.extension import Service

service = Service("s3", S3Response, lambda answering: answering.backend)

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
