//! `kill -9` and Ctrl-C at every API call of a bucket's life on S3.

use crate::{BUCKET, bucket};
use acceptance_tests::crash::{Doing, Stop, Subject};
use acceptance_tests::on_aws;
use serde_json::json;

fn survives(doing: Doing, stop: Stop) {
    on_aws(|aws| {
        let created = bucket("", "versioning = \"Enabled\"\ntags = { a = \"1\" }");
        let updated = bucket(
            "",
            "versioning = \"Suspended\"\ntags = { a = \"2\" }\nrequire_tls = false\nobject_ownership = \"ObjectWriter\"",
        );
        let subject = Subject {
            address: BUCKET,
            name: aws.name(),
            proxy: &aws.proxy,
            created: &created,
            updated: &updated,
            stack: &|hcl| aws.stack(hcl),
            configured: &str::to_owned,
            exists: &|name| aws.try_call("s3", "head_bucket", json!({ "Bucket": name })).is_ok(),
            import_id: &|name| format!("aws:{name}"),
            taken: "exists already, in an account of yours",
        };
        subject.survives(doing, stop);
    });
}

#[test]
fn a_create_survives_the_death_of_the_provider() {
    survives(Doing::Create, Stop::KillProvider);
}

#[test]
fn a_create_survives_the_death_of_terraform() {
    survives(Doing::Create, Stop::KillTerraform);
}

#[test]
fn a_create_survives_ctrl_c() {
    survives(Doing::Create, Stop::CtrlC);
}

#[test]
fn an_update_survives_the_death_of_the_provider() {
    survives(Doing::Update, Stop::KillProvider);
}

#[test]
fn an_update_survives_the_death_of_terraform() {
    survives(Doing::Update, Stop::KillTerraform);
}

#[test]
fn an_update_survives_ctrl_c() {
    survives(Doing::Update, Stop::CtrlC);
}

#[test]
fn a_destroy_survives_the_death_of_the_provider() {
    survives(Doing::Destroy, Stop::KillProvider);
}

#[test]
fn a_destroy_survives_the_death_of_terraform() {
    survives(Doing::Destroy, Stop::KillTerraform);
}

#[test]
fn a_destroy_survives_ctrl_c() {
    survives(Doing::Destroy, Stop::CtrlC);
}
