"""Backup: selections."""

import time
import uuid

from moto.backup.responses import BackupResponse

from moto_plus.extension import Refusal, Service

service = Service("backup", BackupResponse, lambda answering: answering.backup_backend)


def selections_of(call):
    return call.table("selections").setdefault(call["BackupPlanId"], {})


def selection_of(call):
    found = selections_of(call).get(call["SelectionId"])
    if found is None:
        raise Refusal("ResourceNotFoundException", f"The selection {call['SelectionId']} does not exist.")
    return found


@service.adds("CreateBackupSelection")
def create_backup_selection(call):
    identifier = str(uuid.uuid4())
    members = {"SelectionId": identifier, "BackupPlanId": call["BackupPlanId"], "CreationDate": time.time()}
    selections_of(call)[identifier] = {**members, **call.given("BackupSelection", "CreatorRequestId")}
    return members


@service.adds("GetBackupSelection")
def get_backup_selection(call):
    return selection_of(call)


@service.adds("ListBackupSelections")
def list_backup_selections(call):
    return {
        "BackupSelectionsList": [
            {
                "SelectionName": one["BackupSelection"]["SelectionName"],
                "IamRoleArn": one["BackupSelection"]["IamRoleArn"],
                **{name: one[name] for name in ("SelectionId", "BackupPlanId", "CreationDate")},
            }
            for one in selections_of(call).values()
        ]
    }


@service.adds("DeleteBackupSelection")
def delete_backup_selection(call):
    del selections_of(call)[selection_of(call)["SelectionId"]]
    return {}
