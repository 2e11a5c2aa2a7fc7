//! The Cloudflare API: who asks, and R2 by REST.

use serde_json::{Value, json};

use crate::support::{Bench, Client};

#[track_caller]
fn refused(answer: &crate::support::Answer, status: u16, code: u64) {
    let body = answer.expect(status);
    assert_eq!((&body["success"], &body["errors"][0]["code"]), (&json!(false), &json!(code)), "{body}");
}

fn result(answer: &crate::support::Answer) -> Value {
    answer.expect(200)["result"].clone()
}

#[test]
fn the_token_leads_to_its_user_accounts_and_memberships() {
    let bench = Bench::with(|options| sandbox::Options { cloudflare_accounts: 7, ..options });
    let api = bench.cloudflare();
    let access = bench.sandbox.cloudflare();
    assert_eq!(
        result(&api.get("/user/tokens/verify")),
        json!({ "id": access.r2_access_key_id, "status": "active" })
    );
    assert!(result(&api.get("/user"))["email"].is_string());
    let page = api.get("/accounts?page=2&per_page=5").expect(200);
    let info = json!({ "page": 2, "per_page": 5, "count": 2, "total_count": 7, "total_pages": 2 });
    assert_eq!(page["result_info"], info);
    assert_eq!(result(&api.get(&format!("/accounts/{}", access.account_id)))["id"], access.account_id);
    assert_eq!(result(&api.get("/memberships")).as_array().map(Vec::len), Some(7));
}

#[test]
fn a_token_of_an_account_reaches_that_account_and_no_user() {
    let bench = Bench::with(|options| sandbox::Options { cloudflare_accounts: 2, ..options });
    let access = bench.sandbox.cloudflare();
    let second = result(&bench.cloudflare().get("/accounts"))[1]["id"].as_str().expect("an id").to_owned();
    let api = bench.cloudflare().header("authorization", &format!("Bearer {}", access.account_token));
    refused(&api.get("/user/tokens/verify"), 401, 1000);
    refused(&api.get("/user"), 403, 9109);
    refused(&api.get("/memberships"), 403, 9109);
    refused(&api.get("/accounts"), 400, 1001);
    let own = result(&api.get(&format!("/accounts/{}/tokens/verify", access.account_id)));
    assert_eq!(own["status"], "active");
    result(&api.json("POST", &bench.r2_buckets(), json!({ "name": "assets" })));
    refused(&api.get(&format!("/accounts/{second}/r2/buckets")), 403, 10000);
}

#[test]
fn a_wrong_token_is_refused_differently_by_every_part_of_the_api() {
    let bench = Bench::new();
    let api = bench.cloudflare();
    let wrong = api.clone().header("authorization", "Bearer wrong");
    refused(&api.clone().without("authorization").get("/user"), 400, 9106);
    refused(&api.clone().header("authorization", "Basic eA==").get("/user"), 400, 6003);
    refused(&wrong.get("/user/tokens/verify"), 401, 1000);
    refused(&wrong.get("/accounts"), 403, 9109);
    refused(&wrong.get("/zones"), 403, 9109);
    refused(&wrong.get(&bench.r2_buckets()), 401, 10000);
    // A user's token is none of the account's own.
    let account = bench.sandbox.cloudflare().account_id;
    refused(&api.get(&format!("/accounts/{account}/tokens/verify")), 401, 1000);
    refused(&api.get(&format!("/accounts/{}/r2/buckets", "0".repeat(32))), 403, 10000);
    refused(&api.get("/accounts/nonsense/r2/buckets"), 404, 7003);
    refused(&api.get("/nothing"), 404, 7003);
}

#[test]
fn zones_are_made_found_and_removed() {
    let bench = Bench::new();
    let api = bench.cloudflare();
    let access = bench.sandbox.cloudflare();
    let new = |name: &str| {
        api.json("POST", "/zones", json!({ "name": name, "account": { "id": access.account_id } }))
    };
    let made = result(&new("example.org"));
    assert_eq!((&made["status"], &made["name"]), (&json!("pending"), &json!("example.org")));
    let found = result(&api.get("/zones?name=example.com"));
    assert_eq!((&found[0]["id"], &found[0]["status"]), (&json!(access.zone_id), &json!("active")));
    refused(&new("example.org"), 400, 1061);
    refused(&new("www.example.org"), 400, 1116);
    refused(&new("nodots"), 400, 1002);
    refused(&api.json("POST", "/zones", json!({ "name": "a.com", "colour": "red" })), 400, 1004);
    let zone = format!("/zones/{}", made["id"].as_str().unwrap_or_default());
    assert_eq!(result(&api.delete(&zone)), json!({ "id": made["id"] }));
    refused(&api.get(&zone), 403, 9109);
    refused(&api.get("/zones/nonsense"), 404, 7003);
}

#[test]
fn a_bucket_lives_from_create_to_delete() {
    let bench = Bench::new();
    let (api, buckets) = (bench.cloudflare(), bench.r2_buckets());
    let body = json!({ "name": "assets", "locationHint": "weur", "storageClass": "InfrequentAccess" });
    let made = result(&api.json("POST", &buckets, body.clone()));
    let expected = json!({
        "name": "assets",
        "creation_date": "2026-11-20T20:50:50.961Z",
        "location": "WEUR",
        "storage_class": "InfrequentAccess",
        "jurisdiction": "default",
    });
    assert_eq!(made, expected);
    refused(&api.json("POST", &buckets, body), 409, 10004);
    let one = format!("{buckets}/assets");
    let standard = api.clone().header("cf-r2-storage-class", "Standard").send("PATCH", &one, b"");
    assert_eq!(result(&standard)["storage_class"], "Standard");
    refused(&api.send("PATCH", &one, b""), 400, 10040);

    let object = format!("{one}/objects/dir/a.txt");
    result(&api.clone().header("content-type", "text/plain").send("PUT", &object, b"hello"));
    assert_eq!(api.get(&object).text(), "hello");
    refused(&api.delete(&one), 409, 10008);
    result(&api.delete(&object));
    refused(&api.get(&object), 404, 10007);
    assert_eq!(result(&api.delete(&one)), json!({}));
    refused(&api.delete(&one), 404, 10006);
}

#[test]
fn a_name_made_again_returns_to_its_first_location() {
    let bench = Bench::new();
    let (api, buckets) = (bench.cloudflare(), bench.r2_buckets());
    let make = |hint: &str| {
        result(&api.json("POST", &buckets, json!({ "name": "home", "locationHint": hint })))["location"]
            .clone()
    };
    assert_eq!(make("apac"), "APAC");
    api.delete(&format!("{buckets}/home"));
    assert_eq!(make("weur"), "APAC", "the hint counts the first time only");
}

#[test]
fn every_jurisdiction_is_a_namespace_of_its_own() {
    let bench = Bench::new();
    let (api, buckets) = (bench.cloudflare(), bench.r2_buckets());
    let eu = api.clone().header("cf-r2-jurisdiction", "eu");
    assert_eq!(result(&eu.json("POST", &buckets, json!({ "name": "here" })))["jurisdiction"], "eu");
    refused(&api.get(&format!("{buckets}/here")), 404, 10006);
    result(&api.json("POST", &buckets, json!({ "name": "here" })));
    result(&eu.delete(&format!("{buckets}/here")));
    result(&api.get(&format!("{buckets}/here")));
    refused(&api.header("cf-r2-jurisdiction", "mars").get(&buckets), 400, 10040);
}

#[test]
fn buckets_are_listed_in_pages_by_cursor() {
    let bench = Bench::new();
    let (api, buckets) = (bench.cloudflare(), bench.r2_buckets());
    for name in ["one", "two", "three", "four", "five"] {
        result(&api.json("POST", &buckets, json!({ "name": name })));
    }
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("{buckets}?per_page=2&cursor={cursor}")).expect(200);
        let found = page["result"]["buckets"].as_array().cloned().unwrap_or_default();
        names.extend(found.iter().map(|bucket| bucket["name"].clone()));
        cursor = page["result_info"]["cursor"].as_str().unwrap_or_default().to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(json!(names), json!(["five", "four", "one", "three", "two"]));
    let found = result(&api.get(&format!("{buckets}?name_contains=o&direction=desc&start_after=two")));
    assert_eq!(found["buckets"][0]["name"], "one");
    refused(&api.get(&format!("{buckets}?per_page=1001")), 400, 10040);
}

#[test]
fn what_r2_does_not_understand_is_refused() {
    let bench = Bench::new();
    let (api, buckets) = (bench.cloudflare(), bench.r2_buckets());
    let make = |body: Value| api.json("POST", &buckets, body);
    refused(&make(json!({ "name": "ab" })), 400, 10005);
    refused(&make(json!({ "name": "Upper-Case" })), 400, 10005);
    refused(&make(json!({ "name": "under_score" })), 400, 10005);
    refused(&make(json!({ "name": "fine", "locationHint": "mars" })), 400, 10040);
    refused(&make(json!({ "name": "fine", "storageClass": "Foo" })), 400, 10040);
    refused(&make(json!({ "name": "fine", "colour": "red" })), 400, 10040);
    refused(&make(json!({ "name": 7 })), 400, 10040);
    refused(&make(json!({})), 400, 10040);
    refused(&api.send("POST", &buckets, b"{"), 400, 10040);
    assert_eq!(bench.sandbox.status().holds.r2_buckets, 0, "what is refused is not done");
}

fn with_bucket(bench: &Bench) -> (Client, String) {
    let (api, buckets) = (bench.cloudflare(), bench.r2_buckets());
    result(&api.json("POST", &buckets, json!({ "name": "assets" })));
    (api, format!("{buckets}/assets"))
}

#[test]
fn cors_is_put_read_and_taken_away_as_a_whole() {
    let bench = Bench::new();
    let (api, bucket) = with_bucket(&bench);
    let cors = format!("{bucket}/cors");
    refused(&api.get(&cors), 404, 10059);
    let rule = json!({
        "id": "web",
        "allowed": { "origins": ["https://example.com"], "methods": ["GET", "PUT"], "headers": ["x-a"] },
        "exposeHeaders": ["etag"],
        "maxAgeSeconds": 3600,
    });
    let policy = json!({ "rules": [rule] });
    assert_eq!(result(&api.json("PUT", &cors, policy.clone())), json!({}));
    assert_eq!(result(&api.get(&cors)), policy);
    // The way S3 writes it, and an origin with a path.
    let foreign = json!({ "rules": [{ "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] }] });
    refused(&api.json("PUT", &cors, foreign), 400, 10040);
    let with_path =
        json!({ "rules": [{ "allowed": { "origins": ["https://example.com/"], "methods": ["GET"] } }] });
    refused(&api.json("PUT", &cors, with_path), 400, 10040);
    assert_eq!(result(&api.get(&cors)), policy);
    result(&api.delete(&cors));
    refused(&api.get(&cors), 404, 10059);
}

#[test]
fn lifecycle_is_replaced_as_a_whole_default_rule_included() {
    let bench = Bench::new();
    let (api, bucket) = with_bucket(&bench);
    let lifecycle = format!("{bucket}/lifecycle");
    let rules = result(&api.get(&lifecycle))["rules"].clone();
    assert_eq!(rules[0]["id"], "Default Multipart Abort Rule");
    let policy = json!({ "rules": [{
        "id": "logs",
        "enabled": true,
        "conditions": { "prefix": "logs/" },
        "deleteObjectsTransition": { "condition": { "type": "Age", "maxAge": 2_592_000 } },
        "storageClassTransitions": [
            { "condition": { "type": "Date", "date": "2027-01-01T00:00:00Z" }, "storageClass": "InfrequentAccess" },
        ],
    }] });
    result(&api.json("PUT", &lifecycle, policy.clone()));
    assert_eq!(result(&api.get(&lifecycle)), policy);
    for wrong in [
        json!([{ "id": "x", "enabled": true }]),
        json!([{ "id": "x", "enabled": true, "conditions": {}, "deleteObjectsTransition": { "condition": { "type": "Age" } } }]),
        json!([{ "id": "x", "enabled": true, "conditions": {} }, { "id": "x", "enabled": true, "conditions": {} }]),
    ] {
        refused(&api.json("PUT", &lifecycle, json!({ "rules": wrong })), 400, 10040);
    }
}

#[test]
fn the_r2_dev_host_is_switched_on_and_off() {
    let bench = Bench::new();
    let (api, bucket) = with_bucket(&bench);
    let managed = format!("{bucket}/domains/managed");
    assert_eq!(result(&api.get(&managed))["enabled"], false);
    let on = result(&api.json("PUT", &managed, json!({ "enabled": true })));
    let id = on["bucketId"].as_str().expect("an id");
    assert_eq!((&on["enabled"], &on["domain"]), (&json!(true), &json!(format!("pub-{id}.r2.dev"))));
    refused(&api.json("PUT", &managed, json!({ "enabled": "yes" })), 400, 10040);
}

#[test]
fn a_custom_domain_becomes_active_by_itself() {
    let bench = Bench::new();
    let (api, bucket) = with_bucket(&bench);
    let custom = format!("{bucket}/domains/custom");
    let zone = bench.sandbox.cloudflare().zone_id;
    let attach = |domain: &str, zone: &str| {
        api.json(
            "POST",
            &custom,
            json!({ "domain": domain, "zoneId": zone, "enabled": true, "minTLS": "1.2" }),
        )
    };
    let answered = result(&attach("cdn.example.com", &zone));
    assert!(
        answered["zoneName"].is_null() && answered["status"].is_null(),
        "the vendor does not know yet: {answered}"
    );
    let one = format!("{custom}/cdn.example.com");
    let early = result(&api.get(&one));
    assert_eq!((&early["status"]["ownership"], &early["enabled"]), (&json!("pending"), &json!(false)));
    bench.settle();
    let late = result(&api.get(&custom))["domains"][0].clone();
    assert_eq!(
        (&late["status"]["ssl"], &late["enabled"], &late["zoneName"]),
        (&json!("active"), &json!(true), &json!("example.com"))
    );

    assert_eq!(result(&api.json("PUT", &one, json!({ "enabled": false, "minTLS": "1.3" })))["minTLS"], "1.3");
    assert_eq!(result(&api.get(&one))["enabled"], false);
    let conflict = attach("cdn.example.com", &zone).expect(409);
    assert!(conflict["errors"][0]["message"].as_str().is_some_and(|message| message.contains("in use")));
    assert_eq!(attach("cdn.example.org", &zone).status, 400);
    assert_eq!(attach("cdn2.example.com", &"0".repeat(32)).status, 400);
    assert_eq!(result(&api.delete(&one)), json!({ "domain": "cdn.example.com" }));
    refused(&api.get(&one), 404, 10053);
}

#[test]
fn analytics_count_what_a_bucket_holds() {
    let bench = Bench::new();
    let (api, bucket) = with_bucket(&bench);
    api.send("PUT", &format!("{bucket}/objects/a"), b"12345");
    let variables = json!({
        "accountTag": bench.sandbox.cloudflare().account_id,
        "filter": { "bucketName": "assets", "datetime_geq": "2026-11-19T00:00:00Z", "datetime_leq": "2026-11-20T00:00:00Z" },
    });
    let query =
        "query { viewer { accounts { r2StorageAdaptiveGroups { max { objectCount payloadSize } } } } }";
    let answer = api.json("POST", "/graphql", json!({ "query": query, "variables": variables })).expect(200);
    let max = &answer["data"]["viewer"]["accounts"][0]["r2StorageAdaptiveGroups"][0]["max"];
    assert_eq!((&max["objectCount"], &max["payloadSize"]), (&json!(1), &json!(5)));
    let other = api.json("POST", "/graphql", json!({ "query": "query { other }" })).expect(200);
    assert!(other["errors"].is_array());
    assert_eq!(bench.sandbox.status().gaps, 1);
}
