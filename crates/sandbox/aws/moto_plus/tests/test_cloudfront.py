"""CloudFront."""

from botocore.exceptions import ClientError

from moto_plus.tests.check import check

FUNCTION = b"function handler(event) { return event.request }"


def policy(kind, plural, settings):
    def behaves(aws):
        config = f"{kind}Config"
        made = aws.call(f"cloudfront.Create{kind}", {config: {"Name": f"my-{kind}", **settings}})
        named = {"Id": made[kind]["Id"]}
        changed = {**aws.call(f"cloudfront.Get{config}", named)[config], "Comment": "changed"}
        aws.call(f"cloudfront.Update{kind}", {**named, "IfMatch": made["ETag"], config: changed})
        found = aws.call(f"cloudfront.Get{kind}", named)
        assert found[kind][config]["Comment"] == "changed"
        try:
            aws.call(f"cloudfront.Delete{kind}", {**named, "IfMatch": made["ETag"]})
            raise AssertionError("an old ETag must be refused")
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] == "PreconditionFailed"
        listed = aws.call(f"cloudfront.List{plural}", {"Type": "custom"})[f"{kind}List"]["Items"]
        assert named["Id"] in [one[kind]["Id"] for one in listed]
        assert aws.call(f"cloudfront.List{plural}", {"Type": "managed"})[f"{kind}List"]["Quantity"] > 0
        aws.call(f"cloudfront.Delete{kind}", {**named, "IfMatch": found["ETag"]})
        try:
            aws.call(f"cloudfront.Get{kind}", named)
            raise AssertionError("a deleted policy must be gone")
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] == f"NoSuch{kind}"

    behaves.__name__ = f"a_{kind}_is_made_changed_and_deleted"
    return check(behaves)


a_cache_policy = policy("CachePolicy", "CachePolicies", {"MinTTL": 1})
an_origin_request_policy = policy(
    "OriginRequestPolicy",
    "OriginRequestPolicies",
    {
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    },
)
a_response_headers_policy = policy("ResponseHeadersPolicy", "ResponseHeadersPolicies", {})


@check
def a_function_is_published_changed_and_deleted(aws):
    config = {"Comment": "c", "Runtime": "cloudfront-js-2.0"}
    made = aws.cloudfront.create_function(Name="rewrite", FunctionConfig=config, FunctionCode=FUNCTION)
    try:
        aws.cloudfront.describe_function(Name="rewrite", Stage="LIVE")
        raise AssertionError("nothing is live before it is published")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "NoSuchFunctionExists"
    aws.cloudfront.publish_function(Name="rewrite", IfMatch=made["ETag"])
    changed = aws.cloudfront.update_function(
        Name="rewrite", IfMatch=made["ETag"], FunctionConfig=config, FunctionCode=FUNCTION + b"//"
    )
    assert aws.cloudfront.get_function(Name="rewrite", Stage="LIVE")["FunctionCode"].read() == FUNCTION
    assert aws.cloudfront.get_function(Name="rewrite", Stage="DEVELOPMENT")["FunctionCode"].read() == FUNCTION + b"//"
    live = aws.cloudfront.describe_function(Name="rewrite", Stage="LIVE")["FunctionSummary"]
    assert live["FunctionMetadata"]["Stage"] == "LIVE"
    aws.cloudfront.delete_function(Name="rewrite", IfMatch=changed["ETag"])
    aws.cloudfront.create_function(Name="rewrite", FunctionConfig=config, FunctionCode=FUNCTION)
    try:
        aws.cloudfront.describe_function(Name="rewrite", Stage="LIVE")
        raise AssertionError("what was live is gone with the function")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "NoSuchFunctionExists"


def distribution(name):
    associated = {"Quantity": 1, "Items": [{"FunctionARN": "arn:aws:cloudfront::1:function/f", "EventType": "viewer-request"}]}
    edge = "arn:aws:lambda:us-east-1:123456789012:function:edge:1"
    behaviour = {
        "TargetOriginId": "site",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "FunctionAssociations": associated,
    }
    return {
        "CallerReference": name,
        "Comment": "",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "site",
                    "DomainName": "site.s3.us-east-1.amazonaws.com",
                    "OriginAccessControlId": "E123",
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
            ],
        },
        "DefaultCacheBehavior": {
            **behaviour,
            "LambdaFunctionAssociations": {
                "Quantity": 1,
                "Items": [{"LambdaFunctionARN": edge, "EventType": "origin-request", "IncludeBody": False}],
            },
        },
        "CacheBehaviors": {"Quantity": 1, "Items": [{**behaviour, "PathPattern": "/api/*"}]},
        "ViewerCertificate": {"ACMCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1"},
    }


def is_complete(found):
    default, ordered = found["DefaultCacheBehavior"], found["CacheBehaviors"]["Items"][0]
    assert found["Origins"]["Items"][0]["OriginAccessControlId"] == "E123"
    assert default["LambdaFunctionAssociations"]["Items"][0]["EventType"] == "origin-request"
    assert default["FunctionAssociations"]["Items"][0]["EventType"] == "viewer-request"
    assert ordered["FunctionAssociations"]["Items"][0]["FunctionARN"] == "arn:aws:cloudfront::1:function/f"
    assert "ForwardedValues" not in default
    assert found["ViewerCertificate"]["CloudFrontDefaultCertificate"] is False


@check
def a_distribution_gives_back_all_that_it_was_given(aws):
    made = aws.cloudfront.create_distribution(DistributionConfig=distribution("one"))
    is_complete(made["Distribution"]["DistributionConfig"])


@check
def a_distribution_with_tags_is_complete_after_it_was_changed(aws):
    asked = {"DistributionConfig": distribution("two"), "Tags": {"Items": [{"Key": "a", "Value": "1"}]}}
    made = aws.cloudfront.create_distribution_with_tags(DistributionConfigWithTags=asked)
    identifier = made["Distribution"]["Id"]
    is_complete(aws.cloudfront.get_distribution(Id=identifier)["Distribution"]["DistributionConfig"])
    changed = {**distribution("two"), "Comment": "changed"}
    aws.cloudfront.update_distribution(Id=identifier, IfMatch=made["ETag"], DistributionConfig=changed)
    is_complete(aws.cloudfront.get_distribution_config(Id=identifier)["DistributionConfig"])


@check
def a_distribution_is_subscribed_to_more_metrics(aws):
    identifier = aws.cloudfront.create_distribution(DistributionConfig=distribution("three"))["Distribution"]["Id"]
    wanted = {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": "Enabled"}}
    aws.cloudfront.create_monitoring_subscription(DistributionId=identifier, MonitoringSubscription=wanted)
    assert aws.cloudfront.get_monitoring_subscription(DistributionId=identifier)["MonitoringSubscription"] == wanted
    aws.cloudfront.delete_monitoring_subscription(DistributionId=identifier)
    try:
        aws.cloudfront.get_monitoring_subscription(DistributionId=identifier)
        raise AssertionError("a deleted subscription must be gone")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "NoSuchMonitoringSubscription"
