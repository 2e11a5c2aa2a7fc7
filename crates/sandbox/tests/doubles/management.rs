//! The Supabase Management API.

use serde_json::{Value, json};

use crate::support::{Bench, Client};

fn new_project(bench: &Bench) -> Value {
    json!({
        "name": "shop",
        "organization_slug": bench.sandbox.supabase().organization_slug,
        "db_pass": "correct horse",
        "region_selection": { "type": "specific", "code": "eu-central-1" },
    })
}

#[test]
fn a_project_comes_up_is_paused_restored_and_removed() {
    let bench = Bench::new();
    let api = bench.management();
    let made = api.json("POST", "/v1/projects", new_project(&bench)).expect(201);
    assert_eq!(made["status"], "UNKNOWN");
    let reference = made["ref"].as_str().expect("a reference").to_owned();
    let project = format!("/v1/projects/{reference}");
    let status = || api.get(&project).expect(200)["status"].clone();
    let health = || api.get(&format!("{project}/health?services=storage")).expect(200)[0]["status"].clone();

    assert_eq!((status(), health()), (json!("COMING_UP"), json!("COMING_UP")));
    assert_eq!(api.get(&format!("{project}/api-keys?reveal=true")).expect(200), json!([]));
    let early = api.delete(&project).expect(400);
    assert_eq!(early["message"], "Project not ready for deletion.");
    bench.settle();
    assert_eq!((status(), health()), (json!("ACTIVE_HEALTHY"), json!("ACTIVE_HEALTHY")));

    assert_eq!(api.send("POST", &format!("{project}/pause"), b"").expect(200), Value::Null);
    assert_eq!(status(), "PAUSING");
    bench.settle();
    assert_eq!((status(), health()), (json!("INACTIVE"), json!("UNHEALTHY")));
    let storage = Client::new(&format!("{}/storage/v1", bench.sandbox.project_url(&reference)));
    assert_eq!(storage.get("/bucket").status, 540);
    api.send("POST", &format!("{project}/restore"), b"").expect(200);
    assert_eq!(status(), "RESTORING");
    bench.settle();

    let renamed = api.json("PATCH", &project, json!({ "name": "store" })).expect(200);
    assert!(renamed["id"].is_u64(), "the CLI refuses a string here: {renamed}");
    assert_eq!(api.delete(&project).expect(200)["name"], "store");
    let gone = api.get(&project).expect(400);
    assert_eq!(gone["message"], "Resource has been removed");
    assert_eq!(api.get("/v1/projects/abcdefghijabcdefghij").expect(404)["message"], "Project not found");
}

#[test]
fn projects_are_listed_by_organization_with_their_databases() {
    let bench = Bench::new();
    let api = bench.management();
    api.json("POST", "/v1/projects", new_project(&bench)).expect(201);
    let slug = bench.sandbox.supabase().organization_slug;

    let all = api.get(&format!("/v1/organizations/{slug}/projects")).expect(200);
    assert_eq!(all["pagination"], json!({ "count": 2, "limit": 100, "offset": 0 }));
    let second =
        api.get(&format!("/v1/organizations/{slug}/projects?limit=1&offset=1&sort=name_desc")).expect(200);
    assert_eq!(second["projects"][0]["name"], "sandbox");
    let found =
        api.get(&format!("/v1/organizations/{slug}/projects?search=SHO&statuses=COMING_UP")).expect(200);
    assert_eq!(found["projects"][0]["databases"][0]["type"], "PRIMARY");
    api.get(&format!("/v1/organizations/{slug}/members")).expect(200);
    api.get(&format!("/v1/projects/available-regions?organization_slug={slug}")).expect(200);
}

#[test]
fn organizations_are_made_and_looked_at() {
    let bench = Bench::new();
    let api = bench.management();
    let made = api.json("POST", "/v1/organizations", json!({ "name": "Acme" })).expect(201);
    let slug = made["slug"].as_str().expect("a slug");
    assert_eq!(api.get(&format!("/v1/organizations/{slug}")).expect(200)["name"], "Acme");
    assert_eq!(api.get("/v1/organizations").expect(200).as_array().map(Vec::len), Some(2));
    api.get("/v1/organizations/nobody").expect(404);
}

#[test]
fn secret_keys_are_hidden_until_revealed() {
    let bench = Bench::new();
    let api = bench.management();
    let access = bench.sandbox.supabase();
    let keys = format!("/v1/projects/{}/api-keys", access.project_ref);

    let hidden = api.get(&keys).text();
    assert!(hidden.contains(&access.service_role_key) && !hidden.contains(&access.secret_key), "{hidden}");
    let shown = api.get(&format!("{keys}?reveal=true")).expect(200);
    let kinds: Vec<_> =
        shown.as_array().expect("a list").iter().map(|key| (&key["type"], &key["name"])).collect();
    assert_eq!(
        json!(kinds),
        json!([
            ["legacy", "anon"],
            ["legacy", "service_role"],
            ["publishable", "default"],
            ["secret", "default"]
        ])
    );
    assert_eq!(shown[1]["api_key"], access.service_role_key);

    let made = api
        .json("POST", &format!("{keys}?reveal=true"), json!({ "type": "secret", "name": "ci_key" }))
        .expect(201);
    let key = made["id"].as_str().expect("an id");
    assert!(made["api_key"].as_str().is_some_and(|value| value.starts_with("sb_secret_")));
    let one = format!("{keys}/{key}");
    assert_eq!(
        api.json("PATCH", &one, json!({ "description": "for CI" })).expect(200)["description"],
        "for CI"
    );
    assert_eq!(api.get(&one).expect(200)["name"], "ci_key");
    api.delete(&one).expect(200);
    api.get(&one).expect(404);
}

#[test]
fn storage_settings_cap_what_buckets_may_allow() {
    let bench = Bench::new();
    let api = bench.management();
    let reference = bench.sandbox.supabase().project_ref;
    let config = format!("/v1/projects/{reference}/config/storage");
    let storage = bench.storage();

    assert_eq!(api.get(&config).expect(200)["fileSizeLimit"], 52_428_800);
    let bucket = |size: u64| {
        storage.json("POST", "/bucket", json!({ "name": format!("b{size}"), "file_size_limit": size }))
    };
    assert_eq!(bucket(60_000_000).expect(400)["code"], "EntityTooLarge");
    let features = json!({ "imageTransformation": { "enabled": true } });
    let changed = api.json("PATCH", &config, json!({ "fileSizeLimit": 100_000_000, "features": features }));
    assert_eq!(changed.expect(200), Value::Null);
    bucket(60_000_000).expect(200);
    assert_eq!(api.get(&config).expect(200)["features"]["imageTransformation"]["enabled"], true);
    let buckets = api.get(&format!("/v1/projects/{reference}/storage/buckets")).expect(200);
    assert_eq!(buckets[0]["id"], "b60000000");
}

#[test]
fn who_asks_must_have_a_personal_access_token() {
    let bench = Bench::new();
    let check = |client: Client, message: &str| {
        assert_eq!(client.get("/v1/projects").expect(401), json!({ "message": message }));
    };
    check(bench.management().without("authorization"), "Unauthorized");
    let other = format!("Bearer sbp_{}", "0".repeat(40));
    check(bench.management().header("authorization", &other), "Unauthorized");
    check(bench.management().header("authorization", "Bearer nonsense"), "JWT could not be decoded");
}

#[test]
fn a_request_that_does_not_fit_the_contract_is_refused() {
    let bench = Bench::new();
    let api = bench.management();
    let with = |field: &str, value: Value| {
        let mut body = new_project(&bench);
        body[field] = value;
        api.json("POST", "/v1/projects", body).expect(400)["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(with("name", json!(7)), "name: Expected string, received number");
    assert_eq!(with("colour", json!("red")), "Unrecognized key(s) in object: 'colour'");
    assert!(
        with("desired_instance_size", json!("huge"))
            .starts_with("desired_instance_size: Invalid enum value.")
    );
    assert!(
        with("region_selection", json!({ "type": "specific", "code": "mars" }))
            .starts_with("code: Invalid enum")
    );
    assert_eq!(with("region_selection", json!("eu")), "region_selection: Expected object, received string");
    api.send("POST", "/v1/projects", b"{").expect(400);
    assert_eq!(api.get("/v1/projects/tooshort").status, 400);
    assert_eq!(bench.sandbox.status().holds.projects, 1, "what is refused is not done");
}

#[test]
fn an_endpoint_that_does_not_exist_says_so_and_is_known_as_a_gap() {
    let bench = Bench::new();
    let answer = bench.management().get("/v1/nothing/here");
    assert_eq!(answer.expect(404)["message"], "Cannot GET /v1/nothing/here");
    assert!(bench.sandbox.calls()[0].is_gap());
    assert_eq!(bench.sandbox.status().gaps, 1);
}
