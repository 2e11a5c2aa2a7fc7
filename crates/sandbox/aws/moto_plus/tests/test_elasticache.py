"""ElastiCache."""

from botocore.exceptions import ClientError

from moto_plus.tests.check import check


@check
def a_parameter_group_is_made_changed_reset_and_deleted(aws):
    named = {"CacheParameterGroupName": "tuned"}
    tags = [{"Key": "a", "Value": "1"}]
    made = aws.elasticache.create_cache_parameter_group(
        **named, CacheParameterGroupFamily="redis7", Description="d", Tags=tags
    )["CacheParameterGroup"]
    assert aws.elasticache.list_tags_for_resource(ResourceName=made["ARN"])["TagList"] == tags
    policy = {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}
    aws.elasticache.modify_cache_parameter_group(**named, ParameterNameValues=[policy])
    (found,) = aws.elasticache.describe_cache_parameters(**named)["Parameters"]
    assert (found["ParameterValue"], found["Source"]) == ("allkeys-lru", "user")
    aws.elasticache.reset_cache_parameter_group(**named, ParameterNameValues=[policy])
    assert aws.elasticache.describe_cache_parameters(**named)["Parameters"] == []
    aws.elasticache.delete_cache_parameter_group(**named)
    try:
        aws.elasticache.describe_cache_parameter_groups(**named)
        raise AssertionError("a deleted group must be gone")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "CacheParameterGroupNotFound"


@check
def a_user_group_is_made_changed_and_deleted(aws):
    user = {"UserName": "api", "Engine": "redis", "AuthenticationMode": {"Type": "iam"}}
    aws.elasticache.create_user(UserId="api", **user, AccessString="on ~* +@all")
    aws.elasticache.modify_user(UserId="api", AccessString="on ~app:* +@read")
    assert aws.elasticache.describe_users(UserId="api")["Users"][0]["AccessString"] == "on ~app:* +@read"
    named = {"UserGroupId": "users"}
    aws.elasticache.create_user_group(**named, Engine="redis", UserIds=["default", "api"])
    aws.elasticache.modify_user_group(**named, UserIdsToRemove=["default"])
    (group,) = aws.elasticache.describe_user_groups(**named)["UserGroups"]
    assert (group["UserIds"], group["Status"]) == (["api"], "active")
    aws.elasticache.delete_user_group(**named)
    try:
        aws.elasticache.describe_user_groups(**named)
        raise AssertionError("a deleted group must be gone")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "UserGroupNotFound"


@check
def a_subnet_group_goes_when_it_is_deleted(aws):
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = {"CacheSubnetGroupName": "subnets"}
    aws.elasticache.create_cache_subnet_group(**group, CacheSubnetGroupDescription="d", SubnetIds=[subnet])
    aws.elasticache.delete_cache_subnet_group(**group)
    assert aws.elasticache.describe_cache_subnet_groups()["CacheSubnetGroups"] == []


def replicate(aws, name):
    aws.elasticache.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="d",
        CacheNodeType="cache.t3.micro",
        NumCacheClusters=2,
        Engine="redis",
        EngineVersion="7.1",
        CacheParameterGroupName="default.redis7",
        SecurityGroupIds=["sg-1"],
        AtRestEncryptionEnabled=True,
        TransitEncryptionEnabled=True,
    )
    (group,) = aws.elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
    return group


@check
def members_of_a_replication_group_can_be_read(aws):
    group = replicate(aws, "members")
    assert len(group["MemberClusters"]) == 2 and group["AtRestEncryptionEnabled"] is True
    aws.elasticache.modify_replication_group(ReplicationGroupId="members", SecurityGroupIds=["sg-2"])
    (member,) = aws.elasticache.describe_cache_clusters(CacheClusterId=group["MemberClusters"][0])["CacheClusters"]
    assert member["AtRestEncryptionEnabled"] is True
    assert [one["SecurityGroupId"] for one in member["SecurityGroups"]] == ["sg-2"]
    assert member["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"


@check
def a_replication_group_goes_when_it_is_deleted(aws):
    replicate(aws, "ending")
    aws.elasticache.delete_replication_group(ReplicationGroupId="ending")
    try:
        aws.elasticache.describe_replication_groups(ReplicationGroupId="ending")
        raise AssertionError("a deleted group must be gone")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "ReplicationGroupNotFoundFault"
