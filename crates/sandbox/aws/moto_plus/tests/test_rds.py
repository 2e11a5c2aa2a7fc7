"""RDS."""

from moto_plus.tests.check import check

INSTANCE = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t3.micro",
    "AllocatedStorage": 100,
    "MasterUsername": "storymagic",
    "MasterUserPassword": "not-a-secret",
}


@check
def every_instance_has_a_resource_id_of_its_own(aws):
    for name in ("one", "two"):
        made = aws.rds.create_db_instance(DBInstanceIdentifier=f"resource-{name}", **INSTANCE)["DBInstance"]
        filters = [{"Name": "dbi-resource-id", "Values": [made["DbiResourceId"]]}]
        (found,) = aws.rds.describe_db_instances(Filters=filters)["DBInstances"]
        assert found["DBInstanceIdentifier"] == f"resource-{name}"


@check
def windows_may_touch(aws):
    windows = {"PreferredBackupWindow": "03:00-04:00", "PreferredMaintenanceWindow": "sun:04:00-sun:05:00"}
    made = aws.rds.create_db_instance(DBInstanceIdentifier="windows", **INSTANCE, **windows)["DBInstance"]
    assert made["PreferredBackupWindow"] == "03:00-04:00"


@check
def performance_insights_are_kept(aws):
    made = aws.rds.create_db_instance(DBInstanceIdentifier="insights", **INSTANCE, EnablePerformanceInsights=True)
    assert made["DBInstance"]["PerformanceInsightsEnabled"] is True
    assert made["DBInstance"]["PerformanceInsightsRetentionPeriod"] == 7
    aws.rds.modify_db_instance(DBInstanceIdentifier="insights", EnablePerformanceInsights=False)
    (found,) = aws.rds.describe_db_instances(DBInstanceIdentifier="insights")["DBInstances"]
    assert found["PerformanceInsightsEnabled"] is False


@check
def parameters_that_were_set_have_their_source_in_the_user(aws):
    group = {"DBParameterGroupName": "sourced"}
    aws.rds.create_db_parameter_group(**group, DBParameterGroupFamily="postgres15", Description="d")
    wanted = {"ParameterName": "log_statement", "ParameterValue": "ddl", "ApplyMethod": "immediate"}
    aws.rds.modify_db_parameter_group(**group, Parameters=[wanted])
    (parameter,) = aws.rds.describe_db_parameters(**group, Source="user")["Parameters"]
    assert (parameter["ParameterValue"], parameter["Source"]) == ("ddl", "user")


@check
def a_reservation_is_offered_for_what_is_asked_for(aws):
    asked = {"DBInstanceClass": "db.t3.medium", "MultiAZ": True, "OfferingType": "No Upfront"}
    found = aws.rds.describe_reserved_db_instances_offerings(**asked, Duration="31536000")
    (offering,) = found["ReservedDBInstancesOfferings"]
    assert {**asked, "Duration": 31536000}.items() <= offering.items()
