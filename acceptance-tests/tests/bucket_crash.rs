//! `kill -9` and Ctrl-C at every API call of a bucket's life on R2 and on Supabase Storage.

use std::time::Duration;

use acceptance_tests::crash::{Doing, Stop, Subject};
use acceptance_tests::{Proxy, on_sandbox_with};
use sandbox::Options;

const STOPS: [Stop; 3] = [Stop::KillProvider, Stop::KillTerraform, Stop::CtrlC];

/// The address of the bucket in every configuration here.
const ADDRESS: &str = "slipway_storage_bucket.b";

/// A bucket on R2 with a part of each kind.
const ON_R2: &str = r#"
resource "slipway_storage_bucket" "b" {
  name          = "NAME"
  force_destroy = true
  cloudflare = {
    cors_rules      = [{ allowed = { origins = ["*"], methods = ["GET"] } }]
    lifecycle_rules = [{ id = "logs", delete_objects_transition = { max_age = "30d" } }]
    r2_dev_enabled  = true
    custom_domains  = { "NAME.example.com" = { zone_id = "ZONE" } }
  }
}
"#;

/// The same with every part changed.
const CHANGED_ON_R2: &str = r#"
resource "slipway_storage_bucket" "b" {
  name          = "NAME"
  force_destroy = true
  cloudflare = {
    storage_class   = "InfrequentAccess"
    lifecycle_rules = [{ id = "logs", delete_objects_transition = { max_age = "7d" } }]
    r2_dev_enabled  = false
    custom_domains  = { "NAME.example.com" = { zone_id = "ZONE", min_tls = "1.2" } }
  }
}
"#;

const ON_SUPABASE: &str = r#"
resource "slipway_storage_bucket" "b" {
  name          = "NAME"
  force_destroy = true
  supabase = {
    project_ref     = "PROJECT"
    file_size_limit = "5MB"
  }
}
"#;

const CHANGED_ON_SUPABASE: &str = r#"
resource "slipway_storage_bucket" "b" {
  name          = "NAME"
  force_destroy = true
  supabase = {
    project_ref        = "PROJECT"
    public             = true
    allowed_mime_types = ["image/*"]
  }
}
"#;

/// What the vendors do in the background is done at once, so that runs make the same calls every time.
fn at_once() -> Options {
    Options { settle: Duration::ZERO, ..Options::default() }
}

fn survives_on_r2(doing: Doing) {
    on_sandbox_with(at_once(), |cloud| {
        let url = cloud.cloudflare_url();
        let proxy = Proxy::start(&url).expect("a port");
        let subject = Subject {
            address: ADDRESS,
            name: "assets",
            proxy: &proxy,
            created: ON_R2,
            updated: CHANGED_ON_R2,
            stack: &|hcl| cloud.stack_through(&proxy, &url, hcl),
            configured: &|hcl| cloud.filled(hcl),
            exists: &|name| cloud.r2("GET", &format!("/{name}"), "") == 200,
            import_id: &|name| cloud.filled(&format!("cloudflare:ACCOUNT/default/{name}")),
            taken: "exists already, in this account",
        };
        for stop in STOPS {
            subject.survives(doing, stop);
        }
        assert_eq!(cloud.sandbox.status().holds.r2_buckets, 0, "an orphan");
    });
}

fn survives_on_supabase(doing: Doing) {
    on_sandbox_with(at_once(), |cloud| {
        let url = cloud.supabase_url();
        let proxy = Proxy::start(&url).expect("a port");
        let subject = Subject {
            address: ADDRESS,
            name: "avatars",
            proxy: &proxy,
            created: ON_SUPABASE,
            updated: CHANGED_ON_SUPABASE,
            stack: &|hcl| {
                let mut stack = cloud.stack_through(&proxy, &url, hcl);
                // The key is fetched, so that its call is one of those at which a run is stopped.
                stack.set("SUPABASE_SERVICE_ROLE_KEY", "");
                stack
            },
            configured: &|hcl| cloud.filled(hcl),
            exists: &|name| cloud.storage("GET", &format!("/bucket/{name}"), "") == 200,
            import_id: &|name| cloud.filled(&format!("supabase:PROJECT/{name}")),
            taken: "exists already, in this project",
        };
        for stop in STOPS {
            subject.survives(doing, stop);
        }
        assert_eq!(cloud.sandbox.status().holds.storage_buckets, 0, "an orphan");
    });
}

#[test]
fn a_create_on_r2_survives() {
    survives_on_r2(Doing::Create);
}

#[test]
fn an_update_on_r2_survives() {
    survives_on_r2(Doing::Update);
}

#[test]
fn a_destroy_on_r2_survives() {
    survives_on_r2(Doing::Destroy);
}

#[test]
fn a_create_on_supabase_survives() {
    survives_on_supabase(Doing::Create);
}

#[test]
fn an_update_on_supabase_survives() {
    survives_on_supabase(Doing::Update);
}

#[test]
fn a_destroy_on_supabase_survives() {
    survives_on_supabase(Doing::Destroy);
}
