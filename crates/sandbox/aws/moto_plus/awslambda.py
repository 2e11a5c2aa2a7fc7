"""Lambda: provisioned concurrency, and two settings that every read of a function asks for."""

from datetime import datetime, timezone

from moto.awslambda.responses import LambdaResponse

from moto_plus.extension import Refusal, Service

service = Service("lambda", LambdaResponse, lambda answering: answering.backend)


def function_and_qualifier(call):
    """The key of a configuration. The function may be given by name or by ARN, and must exist."""
    name = call["FunctionName"].split(":function:")[-1]
    call.backend.get_function(name)
    return name, call["Qualifier"]


def described(number, status):
    ready = number if status == "READY" else 0
    return {
        "RequestedProvisionedConcurrentExecutions": number,
        "AvailableProvisionedConcurrentExecutions": ready,
        "AllocatedProvisionedConcurrentExecutions": ready,
        "Status": status,
        "LastModified": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+0000"),
    }


@service.adds("PutProvisionedConcurrencyConfig", constant="no function is kept warm")
def put_provisioned_concurrency_config(call):
    number = call["ProvisionedConcurrentExecutions"]
    call.table("provisioned")[function_and_qualifier(call)] = number
    return described(number, "IN_PROGRESS")


@service.adds("GetProvisionedConcurrencyConfig", constant="no function is kept warm")
def get_provisioned_concurrency_config(call):
    number = call.table("provisioned").get(function_and_qualifier(call))
    if number is None:
        message = "No Provisioned Concurrency Config found for this function"
        raise Refusal("ProvisionedConcurrencyConfigNotFoundException", message)
    return described(number, "READY")


@service.adds("DeleteProvisionedConcurrencyConfig")
def delete_provisioned_concurrency_config(call):
    call.table("provisioned").pop(function_and_qualifier(call), None)
    return {}


@service.adds("GetRuntimeManagementConfig", constant="it cannot be set")
def get_runtime_management_config(call):
    arn = call.backend.get_function(call["FunctionName"]).function_arn
    return {"UpdateRuntimeOn": "Auto", "FunctionArn": arn}


@service.adds("GetFunctionRecursionConfig", constant="it cannot be set")
def get_function_recursion_config(call):
    call.backend.get_function(call["FunctionName"])
    return {"RecursiveLoop": "Terminate"}
