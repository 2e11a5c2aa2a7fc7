"""Serverless Application Repository: the rotation applications of Secrets Manager, as CloudFormation change sets.

moto has no part for this service, so its requests go to the server of moto's CloudFormation, whose stacks it makes.
"""

import json
import uuid

from moto.cloudformation.models import cloudformation_backends
from moto.core.responses import BaseResponse
from moto.moto_server import werkzeug_app

from moto_plus.extension import Refusal, Service

werkzeug_app.SIGNING_ALIASES["serverlessrepo"] = "cloudformation"


class ApplicationRepository(BaseResponse):
    def __init__(self):
        super().__init__(service_name="serverlessrepo")


service = Service(
    "serverlessrepo",
    ApplicationRepository,
    lambda answering: cloudformation_backends[answering.current_account][answering.region],
    package="cloudformation",
)

LATEST = "1.1.650"

PARAMETERS = {
    "functionName": True,
    "endpoint": True,
    "vpcSubnetIds": False,
    "vpcSecurityGroupIds": False,
    "excludeCharacters": False,
    "kmsKeyArn": False,
}

# What such an application is made of, as far as its users see it: a function that Secrets Manager may call.
TEMPLATE = {
    "Parameters": {
        name: {"Type": "String"} if required else {"Type": "String", "Default": ""}
        for name, required in PARAMETERS.items()
    },
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
                    ],
                }
            },
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": {"Ref": "functionName"},
                "Runtime": "python3.10",
                "Handler": "lambda_function.lambda_handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": "def lambda_handler(event, context): pass"},
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": "functionName"},
                "Action": "lambda:InvokeFunction",
                "Principal": "secretsmanager.amazonaws.com",
            },
            "DependsOn": "Function",
        },
    },
    "Outputs": {"RotationLambdaARN": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}}},
}


def require_known(application):
    if ":applications/SecretsManager" not in application:
        raise Refusal("NotFoundException", f"The application {application} does not exist.")


@service.adds("CreateCloudFormationChangeSet")
def create_cloud_formation_change_set(call):
    application, version = call["ApplicationId"], call.get("SemanticVersion", LATEST)
    require_known(application)
    stack = f"serverlessrepo-{call['StackName']}"
    exists = any(one.name == stack for one in call.backend.stacks.values())
    tags = {tag["Key"]: tag["Value"] for tag in call.get("Tags", [])}
    tags |= {"serverlessrepo:applicationId": application, "serverlessrepo:semanticVersion": version}
    change_set, stack_id = call.backend.create_change_set(
        stack_name=stack,
        change_set_name=call.get("ChangeSetName") or f"a{uuid.uuid4()}",
        template=json.dumps(TEMPLATE),
        parameters={one["Name"]: one["Value"] for one in call.get("ParameterOverrides", [])},
        description="",
        change_set_type="UPDATE" if exists else "CREATE",
        tags=tags,
    )
    # What CloudFormation knows of; the right to write policies of resources is the repository's own.
    given = call.get("Capabilities", [])
    call.backend.stacks[stack_id].capabilities = [one for one in given if one != "CAPABILITY_RESOURCE_POLICY"]
    return {"ApplicationId": application, "ChangeSetId": change_set, "SemanticVersion": version, "StackId": stack_id}


@service.adds("GetApplication", constant="all applications are alike")
def get_application(call):
    application = call["ApplicationId"]
    require_known(application)
    name = application.rsplit("/", 1)[-1]
    version = {
        "ApplicationId": application,
        "CreationTime": "2024-01-01T00:00:00Z",
        "ParameterDefinitions": [{"Name": name, "Type": "String", "ReferencedByResources": []} for name in PARAMETERS],
        "RequiredCapabilities": ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"],
        "ResourcesSupported": True,
        "SemanticVersion": call.get("SemanticVersion", LATEST),
        "TemplateUrl": "https://127.0.0.1/template",
    }
    return {"ApplicationId": application, "Author": "AWS", "Description": name, "Name": name, "Version": version}
