"""Backup."""

from botocore.exceptions import ClientError

from moto_plus.tests.check import check


def plan(aws, name):
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault"}
    made = aws.backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule]}, BackupPlanTags={"a": "1"})
    return made["BackupPlanId"], made["BackupPlanArn"]


@check
def a_selection_is_made_listed_and_deleted(aws):
    identifier, _ = plan(aws, "selecting")
    wanted = {"SelectionName": "databases", "IamRoleArn": "arn:aws:iam::123456789012:role/b", "Resources": ["arn:aws:rds:*:*:db:*"]}
    made = aws.backup.create_backup_selection(BackupPlanId=identifier, BackupSelection=wanted)
    one = {"BackupPlanId": identifier, "SelectionId": made["SelectionId"]}
    assert aws.backup.get_backup_selection(**one)["BackupSelection"]["Resources"] == wanted["Resources"]
    (listed,) = aws.backup.list_backup_selections(BackupPlanId=identifier)["BackupSelectionsList"]
    assert listed["SelectionName"] == "databases"
    aws.backup.delete_backup_selection(**one)
    try:
        aws.backup.get_backup_selection(**one)
        raise AssertionError("a deleted selection must be gone")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "ResourceNotFoundException"
