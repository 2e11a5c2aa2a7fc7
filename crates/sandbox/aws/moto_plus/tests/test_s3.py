"""S3."""

import json

from botocore.exceptions import ClientError

from moto_plus.tests.check import check


@check
def buckets_are_listed_by_name_in_pages_each_with_its_region(aws):
    for name, region in {"listed-c": "eu-west-1", "listed-a": "us-west-2", "listed-b": "eu-west-1", "other": "eu-west-1"}.items():
        aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    pages = [page for page in aws.s3.get_paginator("list_buckets").paginate(Prefix="listed-", MaxBuckets=2)]
    found = [[(bucket["Name"], bucket["BucketRegion"]) for bucket in page["Buckets"]] for page in pages]
    assert found == [[("listed-a", "us-west-2"), ("listed-b", "eu-west-1")], [("listed-c", "eu-west-1")]]
    there = aws.s3.list_buckets(Prefix="listed-", BucketRegion="eu-west-1")
    assert [bucket["Name"] for bucket in there["Buckets"]] == ["listed-b", "listed-c"]
    assert "ContinuationToken" not in there
    everything = aws.s3.list_buckets()["Buckets"]
    assert len(everything) >= 4 and not any("BucketRegion" in bucket for bucket in everything)


@check
def a_lifecycle_configuration_comes_back_as_it_was_put(aws):
    aws.s3.create_bucket(Bucket="lifecycle")
    rule = {
        "ID": "old versions",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "logs/", "ObjectSizeGreaterThan": 100}},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 5},
    }
    wanted = {"Rules": [rule]}
    aws.s3.put_bucket_lifecycle_configuration(Bucket="lifecycle", LifecycleConfiguration=wanted)
    found = aws.s3.get_bucket_lifecycle_configuration(Bucket="lifecycle")
    assert found["Rules"] == [rule]
    assert found["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"


@check
def a_bucket_policy_denies_only_what_its_condition_holds_for(aws):
    aws.s3.create_bucket(Bucket="conditions")
    refused = {"Effect": "Deny", "Principal": "*", "Resource": ["arn:aws:s3:::conditions/*"]}
    plain = {**refused, "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    header = "s3:x-amz-server-side-encryption"
    other = {"Null": {header: "false"}, "StringNotEquals": {header: "aws:kms"}}
    statements = [plain, {**refused, "Action": "s3:PutObject", "Condition": other}]
    aws.s3.put_bucket_policy(Bucket="conditions", Policy=json.dumps({"Statement": statements}))
    aws.s3.put_object(Bucket="conditions", Key="a", Body=b"1")
    aws.s3.put_object(Bucket="conditions", Key="a", Body=b"2", ServerSideEncryption="aws:kms")
    assert aws.s3.get_object(Bucket="conditions", Key="a")["Body"].read() == b"2"
    try:
        aws.s3.put_object(Bucket="conditions", Key="a", Body=b"3", ServerSideEncryption="AES256")
    except ClientError as refusal:
        assert refusal.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    else:
        raise AssertionError("another encryption is refused")
