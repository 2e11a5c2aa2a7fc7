//! The Storage API of a project, beyond what the recordings already say (see `replay`).

use serde_json::{Value, json};

use crate::support::{Bench, Client};

fn bucket(bench: &Bench, body: Value) -> Client {
    let storage = bench.storage();
    storage.json("POST", "/bucket", body).expect(200);
    storage
}

fn upload(storage: &Client, path: &str, bytes: &[u8]) -> u16 {
    storage.clone().header("content-type", "text/plain").send("POST", path, bytes).status
}

#[test]
fn a_bucket_is_filled_listed_and_emptied_in_the_background() {
    let bench = Bench::new();
    let storage = bucket(&bench, json!({ "name": "pictures" }));
    for key in ["a.txt", "trips/rome.txt", "trips/oslo.txt"] {
        assert_eq!(upload(&storage, &format!("/object/pictures/{key}"), b"hello"), 200);
    }
    let list = |body: Value| storage.json("POST", "/object/list/pictures", body).expect(200);
    let names = |list: Value| {
        list.as_array().expect("a list").iter().map(|item| item["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(json!(names(list(json!({ "prefix": "" })))), json!(["trips", "a.txt"]));
    assert_eq!(json!(names(list(json!({ "prefix": "trips" })))), json!(["oslo.txt", "rome.txt"]));
    assert_eq!(
        json!(names(list(json!({ "prefix": "trips/", "limit": 1, "offset": 1 })))),
        json!(["rome.txt"])
    );
    let sort = json!({ "column": "name", "order": "desc" });
    assert_eq!(
        json!(names(list(json!({ "prefix": "trips", "sortBy": sort })))),
        json!(["rome.txt", "oslo.txt"])
    );
    assert_eq!(json!(names(list(json!({ "prefix": "", "search": "a" })))), json!(["a.txt"]));

    let refused = storage.delete("/bucket/pictures").expect(400);
    assert_eq!(refused["code"], "ResourceNotEmpty");
    storage.send("POST", "/bucket/pictures/empty", b"").expect(200);
    assert_eq!(storage.delete("/bucket/pictures").expect(400)["statusCode"], "409");
    bench.settle();
    storage.delete("/bucket/pictures").expect(200);
}

#[test]
fn objects_are_deleted_in_batches() {
    let bench = Bench::new();
    let storage = bucket(&bench, json!({ "name": "logs" }));
    for number in 0..5 {
        upload(&storage, &format!("/object/logs/{number}"), b"line");
    }
    let batch = json!({ "prefixes": ["0", "1", "2", "nothing"] });
    let removed = storage.json("DELETE", "/object/logs", batch).expect(200);
    assert_eq!(removed.as_array().map(Vec::len), Some(3));
    assert_eq!(bench.sandbox.status().holds.storage_objects, 2);
    storage.json("DELETE", "/object/logs", json!({ "prefixes": [] })).expect(400);
    storage.json("DELETE", "/object/logs", json!({ "keys": ["3"] })).expect(400);
}

#[test]
fn pages_of_the_second_list_follow_their_cursor() {
    let bench = Bench::new();
    let storage = bucket(&bench, json!({ "name": "pages" }));
    for key in ["a/1", "a/2", "b", "c"] {
        upload(&storage, &format!("/object/pages/{key}"), b"x");
    }
    let page = |cursor: &Value| {
        let body = json!({ "limit": 2, "with_delimiter": true, "cursor": cursor });
        storage.json("POST", "/object/list-v2/pages", body).expect(200)
    };
    let first = page(&json!(""));
    assert_eq!((&first["hasNext"], &first["folders"][0]["name"]), (&json!(true), &json!("a/")));
    assert_eq!(first["objects"][0]["name"], "b");
    let second = page(&first["nextCursor"]);
    assert_eq!((&second["hasNext"], &second["objects"][0]["name"]), (&json!(false), &json!("c")));
}

/// IS-081: what is in a public bucket is read without a key.
#[test]
fn an_object_comes_back_as_it_went_in() {
    let bench = Bench::new();
    let storage = bucket(&bench, json!({ "name": "files", "public": true }));
    upload(&storage, "/object/files/dir/hello world.txt".replace(' ', "%20").as_str(), b"hello");
    let got = storage.get("/object/files/dir/hello%20world.txt");
    assert_eq!(
        (got.status, got.text().as_str(), got.header("content-type")),
        (200, "hello", Some("text/plain"))
    );
    let open = storage.clone().without("authorization").get("/object/public/files/dir/hello%20world.txt");
    assert_eq!(open.text(), "hello");
    storage.json("PUT", "/bucket/files", json!({ "public": false })).expect(200);
    let closed = storage.clone().without("authorization").get("/object/public/files/dir/hello%20world.txt");
    assert_eq!(closed.expect(400)["code"], "NoSuchBucket");

    let moved = json!({ "bucketId": "files", "sourceKey": "dir/hello world.txt", "destinationKey": "hello" });
    storage.json("POST", "/object/move", moved).expect(200);
    let copied = json!({ "bucketId": "files", "sourceKey": "hello", "destinationKey": "again" });
    storage.json("POST", "/object/copy", copied).expect(200);
    assert_eq!(storage.get("/object/files/dir/hello%20world.txt").expect(400)["code"], "NoSuchKey");
    assert_eq!(storage.get("/object/files/again").text(), "hello");
    assert_eq!(storage.send("PUT", "/object/files/new", b"x").expect(400)["code"], "NoSuchKey");
    assert_eq!(storage.send("PUT", "/object/files/again", b"twice").status, 200);
    assert_eq!(storage.get("/object/authenticated/files/again").text(), "twice");
}

#[test]
fn a_form_uploads_its_file() {
    let bench = Bench::new();
    let storage = bucket(&bench, json!({ "name": "forms" }));
    let form = "--B\r\nContent-Disposition: form-data; name=\"cacheControl\"\r\n\r\n3600\r\n--B\r\n\
                Content-Disposition: form-data; name=\"\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\
                \r\nbytes\r\n\r\n--B--\r\n";
    let client = storage.clone().header("content-type", "multipart/form-data; boundary=B");
    client.send("POST", "/object/forms/a.png", form.as_bytes()).expect(200);
    let got = storage.get("/object/forms/a.png");
    assert_eq!((got.text().as_str(), got.header("cache-control")), ("\r\nbytes\r\n", Some("max-age=3600")));
    assert_eq!(got.header("content-type"), Some("image/png"));
}

#[test]
fn the_new_secret_key_opens_by_apikey_and_not_as_a_bearer() {
    let bench = Bench::new();
    let secret = bench.sandbox.supabase().secret_key;
    let storage = bench.storage().without("authorization");
    storage.clone().header("apikey", &secret).get("/bucket").expect(200);
    let bearer =
        storage.clone().header("authorization", &format!("Bearer {secret}")).header("apikey", &secret);
    assert_eq!(bearer.get("/bucket").expect(400)["message"], "Invalid Compact JWS");
    let publishable = storage.header("apikey", "sb_publishable_unknown");
    assert_eq!(publishable.get("/bucket").expect(400)["code"], "InvalidRequest");
}

#[test]
fn legacy_keys_can_be_switched_off() {
    let bench = Bench::new();
    let access = bench.sandbox.supabase();
    let legacy = format!("/v1/projects/{}/api-keys/legacy", access.project_ref);
    bench.management().send("PUT", &format!("{legacy}?enabled=false"), b"").expect(200);
    assert_eq!(bench.management().get(&legacy).expect(200), json!({ "enabled": false }));
    bench.storage().get("/bucket").expect(401);
    bench.storage().without("authorization").header("apikey", &access.secret_key).get("/bucket").expect(200);
}

#[test]
fn a_project_is_reached_by_path_by_host_and_as_a_local_stack() {
    let bench = Bench::new();
    let access = bench.sandbox.supabase();
    bucket(&bench, json!({ "name": "here" }));
    let at =
        |url: &str| Client::new(url).header("authorization", &format!("Bearer {}", access.service_role_key));
    let local = at(&format!("{}/storage/v1", access.url));
    let host = format!("{}.localhost", access.project_ref);
    for client in [at(&access.storage_url), local.clone(), local.header("host", &host)] {
        assert_eq!(client.get("/bucket").expect(200)[0]["name"], "here");
    }
    at(&format!("{}/storage/v1", bench.sandbox.project_url("abcdefghijabcdefghij")))
        .get("/bucket")
        .expect(404);
}

#[test]
fn every_project_has_its_own_keys_and_buckets() {
    let bench = Bench::new();
    let body = json!({
        "name": "other",
        "organization_slug": bench.sandbox.supabase().organization_slug,
        "db_pass": "x",
        "region": "us-east-1",
    });
    let made = bench.management().json("POST", "/v1/projects", body).expect(201);
    bench.settle();
    bucket(&bench, json!({ "name": "mine" }));
    let reference = made["ref"].as_str().expect("a reference");
    let storage = Client::new(&format!("{}/storage/v1", bench.sandbox.project_url(reference)));
    let foreign = storage
        .clone()
        .header("authorization", &format!("Bearer {}", bench.sandbox.supabase().service_role_key));
    assert_eq!(foreign.get("/bucket").expect(400)["message"], "signature verification failed");
    let keys = bench.management().get(&format!("/v1/projects/{reference}/api-keys?reveal=true")).expect(200);
    let own = storage
        .header("authorization", &format!("Bearer {}", keys[1]["api_key"].as_str().unwrap_or_default()));
    assert_eq!(own.get("/bucket").expect(200), json!([]));
}

#[test]
fn racing_creates_have_one_winner() {
    let bench = Bench::new();
    let storage = bench.storage();
    let codes: Vec<u16> = std::thread::scope(|scope| {
        let race = || storage.json("POST", "/bucket", json!({ "name": "race" })).status;
        let racers: Vec<_> = (0..4).map(|_| scope.spawn(race)).collect();
        racers.into_iter().map(|racer| racer.join().expect("a racer ends")).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == 200).count(), 1, "{codes:?}");
}
