"""CBOR."""

import urllib.request
from urllib.error import HTTPError

from moto_plus import cbor
from moto_plus.tests.check import check


def ask(aws, operation, body):
    """What CloudWatch answers in CBOR."""
    request = urllib.request.Request(f"{aws.endpoint}/service/GraniteServiceVersion20100801/operation/{operation}", body)
    request.add_header("Content-Type", "application/cbor")
    request.add_header("Smithy-Protocol", "rpc-v2-cbor")
    request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/monitoring/aws4_request")
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Smithy-Protocol"] == "rpc-v2-cbor"
        return cbor.decode(answer.read())


@check
def an_alarm_is_the_same_in_both_protocols(aws):
    named = {"AlarmName": "cbor", "Namespace": "n", "MetricName": "m", "Statistic": "Average", "Period": 300}
    limit = {"ComparisonOperator": "LessThanThreshold", "Threshold": -1.5, "EvaluationPeriods": 2}
    aws.cloudwatch.put_metric_alarm(**named, **limit, Dimensions=[{"Name": "Service", "Value": "x" * 300}])
    (expected,) = aws.cloudwatch.describe_alarms(AlarmNames=["cbor"])["MetricAlarms"]
    names = cbor.head(5, 1) + cbor.encode("AlarmNames", None) + cbor.head(4, 1) + cbor.encode("cbor", None)
    (found,) = ask(aws, "DescribeAlarms", names)["MetricAlarms"]
    assert found == expected, (found, expected)


@check
def a_gap_has_its_name_here_too(aws):
    try:
        ask(aws, "DescribeAnomalyDetectors", cbor.head(5, 0))
        raise AssertionError("this is lacking")
    except HTTPError as refusal:
        assert cbor.decode(refusal.read())["__type"] == "DoubleGap"
