"""Lambda."""

import io
import zipfile

from botocore.exceptions import ClientError

from moto_plus.tests.check import check


def function(aws, name):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): pass")
    trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}'
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    return aws.__getattr__("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
        Publish=True,
    )


@check
def provisioned_concurrency_is_set_and_taken_away(aws):
    arn = function(aws, "warm")["FunctionArn"].removesuffix(":1")
    client = aws.__getattr__("lambda")
    for name in ("warm", arn):
        one = {"FunctionName": name, "Qualifier": "1"}
        client.put_provisioned_concurrency_config(**one, ProvisionedConcurrentExecutions=3)
        found = client.get_provisioned_concurrency_config(FunctionName="warm", Qualifier="1")
        assert (found["Status"], found["AllocatedProvisionedConcurrentExecutions"]) == ("READY", 3)
        client.delete_provisioned_concurrency_config(**one)
        try:
            client.get_provisioned_concurrency_config(**one)
            raise AssertionError("a deleted configuration must be gone")
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] == "ProvisionedConcurrencyConfigNotFoundException"


@check
def runtimes_are_renewed_by_themselves(aws):
    function(aws, "renewed")
    assert aws.__getattr__("lambda").get_runtime_management_config(FunctionName="renewed")["UpdateRuntimeOn"] == "Auto"


@check
def a_function_that_calls_itself_is_stopped(aws):
    function(aws, "recursive")
    found = aws.__getattr__("lambda").get_function_recursion_config(FunctionName="recursive")
    assert found["RecursiveLoop"] == "Terminate"
