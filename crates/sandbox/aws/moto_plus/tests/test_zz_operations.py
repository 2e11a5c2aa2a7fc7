"""What holds for all operations. Runs last, when every check has made its calls."""

import json
import unittest
from functools import cache

import botocore.session
from botocore.exceptions import ClientError

import moto_plus
from moto_plus.extension import Outdated, Service
from moto_plus.tests import check, doubles


@cache
def extended():
    moto_plus.install()
    return moto_plus.operations()


def sample(shape):
    """A value of the shape with nothing but what is required, so that a request gets as far as the server."""
    if shape.type_name == "structure":
        return {name: sample(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [sample(shape.member)] * shape.metadata.get("min", 0)
    plain = {"map": {}, "integer": 1, "long": 1, "float": 1.0, "double": 1.0, "boolean": True, "blob": b"x", "timestamp": 0}
    if shape.type_name in plain:
        return plain[shape.type_name]
    return (shape.enum or ["x" * max(1, shape.metadata.get("min", 1))])[0]


class Operations(unittest.TestCase):
    def test_each_added_operation_is_still_missing_in_moto(self):
        plain = doubles.Aws(doubles.endpoint("plain"))
        session = botocore.session.get_session()
        for operation in (name for name, how in extended().items() if how == "added"):
            with self.subTest(operation):
                service, name = operation.split(".")
                shape = session.get_service_model(service).operation_model(name).input_shape
                with self.assertRaises(ClientError) as refusal:
                    plain.call(operation, sample(shape) if shape else {})
                self.assertEqual(refusal.exception.response["Error"]["Code"], "DoubleGap", operation)

    def test_each_operation_has_a_check(self):
        self.assertEqual(set(extended()) - check.called, set())

    def test_an_operation_that_moto_has_cannot_be_added(self):
        from moto_plus import budgets

        service = Service("budgets", budgets.BudgetsResponse, budgets.service.backend)
        with self.assertRaises(Outdated):
            service.adds("DescribeBudget")(lambda call: {})

    def test_an_operation_that_moto_lacks_cannot_be_put_right(self):
        from moto_plus import ce

        with self.assertRaises(Outdated):
            ce.service.repairs("GetCostForecast")(lambda call, moto: moto())


LISTS = {
    "budgets.ListTagsForResource": {"ResourceARN": "arn:aws:budgets::123456789012:budget/listed"},
    "ce.GetAnomalyMonitors": {},
    "ce.ListCostAllocationTags": {},
    "cloudfront.ListCachePolicies": {"Type": "custom"},
    "elasticache.DescribeCacheParameterGroups": {},
    "logs.DescribeQueryDefinitions": {},
    "xray.GetGroups": {},
    "xray.GetSamplingRules": {},
}


def fill(aws):
    """Something for each of the lists."""
    aws.budgets.tag_resource(
        **LISTS["budgets.ListTagsForResource"], ResourceTags=[{"Key": "a", "Value": "b"}]
    )
    aws.ce.create_anomaly_monitor(
        AnomalyMonitor={"MonitorName": "m", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    )
    aws.ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=[{"TagKey": "Project", "Status": "Active"}])
    aws.cloudfront.create_cache_policy(CachePolicyConfig={"Name": "p", "MinTTL": 1})
    aws.elasticache.create_cache_parameter_group(
        CacheParameterGroupName="g", CacheParameterGroupFamily="redis7", Description="d"
    )
    aws.logs.put_query_definition(name="q", queryString="fields @message")
    aws.xray.create_group(GroupName="g")
    rule = {"RuleName": "r", "Priority": 1, "FixedRate": 0.1, "ReservoirSize": 1, "Version": 1}
    anything = dict.fromkeys(("ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"), "*")
    aws.xray.create_sampling_rule(SamplingRule={**rule, **anything})


class Isolation(unittest.TestCase):
    def lists(self, aws):
        answers = {name: aws.call(name, arguments) for name, arguments in LISTS.items()}
        for answer in answers.values():
            del answer["ResponseMetadata"]
        return json.dumps(answers, default=str, sort_keys=True)

    def test_a_reset_forgets_everything_and_accounts_do_not_see_each_other(self):
        one = doubles.Aws(doubles.endpoint("extended"))
        one.reset()
        other = doubles.Aws(doubles.endpoint("extended"), account="111111111111")
        nothing = self.lists(one)
        fill(one)
        something = self.lists(one)
        self.assertEqual(self.lists(other), nothing)
        one.reset()
        self.assertEqual(self.lists(one), nothing)
        self.assertNotEqual(something, nothing)
