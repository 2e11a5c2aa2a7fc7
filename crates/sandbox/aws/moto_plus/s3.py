"""S3: a lifecycle configuration as it was put, with every field."""

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
