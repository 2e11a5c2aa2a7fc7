"""CloudWatch Logs: saved queries."""

import time
import uuid

from moto.logs.responses import LogsResponse

from moto_plus.extension import Refusal, Service

service = Service("logs", LogsResponse, lambda answering: answering.logs_backend)


@service.adds("PutQueryDefinition")
def put_query_definition(call):
    identifier = call.get("queryDefinitionId") or str(uuid.uuid4())
    if call.get("queryDefinitionId") and identifier not in call.table("queries"):
        raise Refusal("ResourceNotFoundException", f"The query definition {identifier} does not exist.")
    call.table("queries")[identifier] = {
        **call.given("name", "queryString", "logGroupNames", "queryLanguage"),
        "queryDefinitionId": identifier,
        "lastModified": int(time.time() * 1000),
    }
    return {"queryDefinitionId": identifier}


@service.adds("DescribeQueryDefinitions")
def describe_query_definitions(call):
    prefix = call.get("queryDefinitionNamePrefix", "")
    queries = call.table("queries").values()
    return {"queryDefinitions": [query for query in queries if query["name"].startswith(prefix)]}


@service.adds("DeleteQueryDefinition")
def delete_query_definition(call):
    if call.table("queries").pop(call["queryDefinitionId"], None) is None:
        raise Refusal("ResourceNotFoundException", f"The query definition {call['queryDefinitionId']} does not exist.")
    return {"success": True}
