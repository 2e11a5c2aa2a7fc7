"""Synthetics."""

import json
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from moto_plus.tests.check import check


@check
def times_of_canaries_are_numbers(aws):
    """Read without boto3, which takes text for a time where other SDKs do not."""
    aws.synthetics.create_canary(
        Name="heartbeat",
        Code={"Handler": "index.handler"},
        ArtifactS3Location="s3://bucket/",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/canary",
        Schedule={"Expression": "rate(5 minutes)"},
        RuntimeVersion="syn-nodejs-puppeteer-9.1",
    )
    aws.synthetics.describe_canaries()
    aws.synthetics.get_canary(Name="heartbeat")
    request = AWSRequest("GET", f"{aws.endpoint}/canary/heartbeat")
    SigV4Auth(Credentials("test", "test"), "synthetics", "us-east-1").add_auth(request)
    with urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers))) as answer:
        timeline = json.load(answer)["Canary"]["Timeline"]
    assert isinstance(timeline["Created"], (int, float))
