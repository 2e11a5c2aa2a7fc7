"""EC2."""

from botocore.exceptions import ClientError

from moto_plus.tests.check import check


def described(aws, source):
    group = aws.ec2.create_security_group(GroupName=f"from-{next(iter(source))}", Description="d")["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **source}
    aws.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    rules = aws.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    return [rule.get("Description") for rule in rules if not rule["IsEgress"]]


@check
def a_rule_between_groups_has_its_description(aws):
    group = aws.ec2.create_security_group(GroupName="source", Description="d")["GroupId"]
    assert described(aws, {"UserIdGroupPairs": [{"GroupId": group, "Description": "from a group"}]}) == ["from a group"]


@check
def a_rule_for_a_prefix_list_has_its_description(aws):
    (found,) = aws.ec2.describe_managed_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}]
    )["PrefixLists"]
    source = {"PrefixListIds": [{"PrefixListId": found["PrefixListId"], "Description": "from a list"}]}
    assert described(aws, source) == ["from a list"]


@check
def a_network_acl_that_is_gone_is_not_found(aws):
    try:
        aws.ec2.describe_network_acls(NetworkAclIds=["acl-00000000000000000"])
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "InvalidNetworkAclID.NotFound"
    else:
        raise AssertionError("there is no such ACL")
