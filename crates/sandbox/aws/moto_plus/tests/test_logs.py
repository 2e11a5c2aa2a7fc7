"""CloudWatch Logs."""

from botocore.exceptions import ClientError

from moto_plus.tests.check import check


@check
def a_saved_query_is_made_changed_found_by_prefix_and_deleted(aws):
    identifier = aws.logs.put_query_definition(name="saved/errors", queryString="fields a")["queryDefinitionId"]
    aws.logs.put_query_definition(
        name="saved/errors", queryDefinitionId=identifier, queryString="fields b", logGroupNames=["/ecs/api"]
    )
    (query,) = aws.logs.describe_query_definitions(queryDefinitionNamePrefix="saved/")["queryDefinitions"]
    assert (query["queryString"], query["logGroupNames"]) == ("fields b", ["/ecs/api"])
    assert aws.logs.delete_query_definition(queryDefinitionId=identifier)["success"]
    assert aws.logs.describe_query_definitions(queryDefinitionNamePrefix="saved/")["queryDefinitions"] == []
    try:
        aws.logs.put_query_definition(name="saved/errors", queryDefinitionId=identifier, queryString="fields c")
        raise AssertionError("a deleted query cannot be changed")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "ResourceNotFoundException"
