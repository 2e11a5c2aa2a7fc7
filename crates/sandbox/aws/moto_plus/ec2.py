"""EC2: descriptions of security group rules whose source is a group or a prefix list; network ACLs that are gone."""

from inspect import signature

from moto.ec2.exceptions import InvalidNetworkAclIdError, InvalidRouteTableIdError
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response

from moto_plus.extension import Service

service = Service("ec2", EC2Response, lambda answering: answering.ec2_backend)

_make = SecurityGroupRule.__init__
_signature = signature(_make)


def make(rule, *arguments, **named):
    _make(rule, *arguments, **named)
    given = _signature.bind(rule, *arguments, **named).arguments
    rule.moto_plus_prefix_list = given.get("prefix_list_id") or {}


def description(rule):
    """moto looks at addresses only."""
    sources = (rule.ip_range, rule.source_group, rule.moto_plus_prefix_list)
    return next((source["Description"] for source in sources if source.get("Description")), None)


SecurityGroupRule.__init__ = make
SecurityGroupRule.description = property(description)


@service.repairs("DescribeSecurityGroupRules")
def describe_security_group_rules(_call, moto):
    return moto()


@service.repairs("DescribeNetworkAcls")
def describe_network_acls(call, moto):
    """moto calls an ACL that it does not know a route table."""
    try:
        return moto()
    except InvalidRouteTableIdError as error:
        raise InvalidNetworkAclIdError(", ".join(call.get("NetworkAclIds", []))) from error
