"""S3."""

from moto_plus.tests.check import check


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
