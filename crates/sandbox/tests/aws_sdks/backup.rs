//! Backup (JSON by path).

use aws_sdk_backup::types::{BackupPlanInput, BackupRuleInput, BackupSelection};
use aws_sdk_backup::{Client, config::Builder};

use crate::support::{Aws, assert_now, tests};

tests! { "Backup":
    a_selection_is_made_read_listed_and_deleted
        calls CreateBackupSelection GetBackupSelection ListBackupSelections DeleteBackupSelection;
}

async fn a_selection_is_made_read_listed_and_deleted(aws: &Aws) {
    let backup = Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build());
    let rule =
        BackupRuleInput::builder().rule_name("daily").target_backup_vault_name("vault").build().unwrap();
    let plan = BackupPlanInput::builder().backup_plan_name("selecting").rules(rule).build().unwrap();
    let plan = backup.create_backup_plan().backup_plan(plan).send().await.unwrap();
    let plan = plan.backup_plan_id().unwrap();
    let role = "arn:aws:iam::123456789012:role/backup";
    let databases = BackupSelection::builder().selection_name("databases").iam_role_arn(role);
    let databases = databases.resources("arn:aws:rds:*:*:db:*").build().unwrap();

    let made = backup.create_backup_selection().backup_plan_id(plan).backup_selection(databases.clone());
    let made = made.send().await.unwrap();
    assert_now(made.creation_date());
    let selection = made.selection_id().unwrap();

    let read = || backup.get_backup_selection().backup_plan_id(plan).selection_id(selection).send();
    let found = read().await.unwrap();
    assert_eq!(found.backup_selection(), Some(&databases));
    assert_eq!(found.creation_date(), made.creation_date());

    let listed = backup.list_backup_selections().backup_plan_id(plan).send().await.unwrap();
    let [one] = listed.backup_selections_list() else { panic!("{listed:?}") };
    assert_eq!((one.selection_name(), one.iam_role_arn()), (Some("databases"), Some(role)));
    assert_eq!(one.creation_date(), made.creation_date());

    backup.delete_backup_selection().backup_plan_id(plan).selection_id(selection).send().await.unwrap();
    let gone = read().await.unwrap_err().into_service_error();
    assert!(gone.is_resource_not_found_exception(), "{gone:?}");
}
