//! Faults, the record of calls, and the sandbox's own paths.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sandbox::{Event, Fault, FaultRule, Options, Remote, Sandbox, StartError, Vendor};
use serde_json::json;

use crate::support::{Bench, Client};

#[test]
fn throttling_sounds_like_the_vendor_that_is_asked() {
    let bench = Bench::new();
    let once = |path: &str, retry_after| {
        let rule = FaultRule::new(Fault::TooManyRequests { retry_after }).on("GET", path);
        bench.sandbox.fault(rule).expect("a rule that can work");
    };
    once("/v1/projects", Some(7));
    let management = bench.management().get("/v1/projects");
    assert_eq!(management.expect(429)["message"], "ThrottlerException: Too Many Requests");
    assert_eq!(
        (management.header("retry-after"), management.header("x-ratelimit-reset")),
        (Some("7"), Some("7"))
    );
    once("*/storage/v1/bucket", None);
    let storage = bench.storage().get("/bucket");
    assert_eq!(
        (storage.expect(429)["code"].as_str(), storage.header("retry-after")),
        (Some("SlowDown"), None)
    );
    once("/client/v4/user", Some(1));
    assert_eq!(bench.cloudflare().get("/user").expect(429)["errors"][0]["code"], 971);
    once("/r2/*", None);
    let s3 = Client::new(&bench.sandbox.cloudflare().r2_s3_url).get("/");
    assert!(s3.status == 429 && s3.text().contains("<Code>TooManyRequests</Code>"), "{}", s3.text());
    assert_eq!(bench.management().get("/v1/projects").status, 200, "one rule, one hit");
}

#[test]
fn failures_sound_like_the_vendor_that_is_asked() {
    let bench = Bench::new();
    for status in [500, 503, 544] {
        let rule = FaultRule::new(Fault::Failure { status }).times(4);
        bench.sandbox.fault(rule).expect("a rule that can work");
        bench.management().get("/v1/projects").expect(status);
        assert_eq!(bench.storage().get("/bucket").expect(status)["statusCode"], status.to_string());
        assert_eq!(bench.cloudflare().get("/user").expect(status)["success"], false);
        let s3 = Client::new(&bench.sandbox.cloudflare().r2_s3_url).get("/");
        assert!(s3.status == status && s3.text().contains("<Error>"), "{}", s3.text());
    }
}

#[test]
fn a_cut_connection_did_nothing_and_a_lost_response_did_everything() {
    let bench = Bench::new();
    let (storage, create) =
        (bench.storage(), FaultRule::new(Fault::Cut).of(Vendor::Supabase).on("POST", "*/bucket"));
    bench.sandbox.fault(create.clone()).expect("a rule that can work");
    let body = br#"{"name":"kept"}"#;
    let json = storage.clone().header("content-type", "application/json");
    json.try_send("POST", "/bucket", body).expect_err("the connection is cut");
    assert_eq!(storage.get("/bucket").expect(200), json!([]));

    bench.sandbox.fault(FaultRule { fault: Fault::LostResponse, ..create }).expect("a rule that can work");
    json.try_send("POST", "/bucket", body).expect_err("the answer is lost");
    assert_eq!(storage.get("/bucket").expect(200)[0]["name"], "kept");
    assert_eq!(json.send("POST", "/bucket", body).expect(400)["code"], "BucketAlreadyExists");

    let calls = bench.sandbox.calls();
    let faults: Vec<_> = calls.iter().map(|call| (call.fault.as_deref(), call.status)).collect();
    assert_eq!(faults[0], (Some("cut"), None));
    assert_eq!(faults[2], (Some("lost_response"), None));
    assert!(calls[0].response.is_none(), "what was cut was never answered");
    assert_eq!(calls[2].response.as_ref().map(|response| &response.body), Some(&json!({ "name": "kept" })));
}

#[test]
fn a_slow_answer_is_right_and_late() {
    let bench = Bench::new();
    bench.sandbox.fault(FaultRule::new(Fault::Slow { millis: 60 })).expect("a rule that can work");
    let started = Instant::now();
    bench.storage().get("/bucket").expect(200);
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[test]
fn calls_are_recorded_with_bodies_and_without_secrets() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("calls.jsonl");
    let heard = Arc::new(Mutex::new(0));
    let ear = Arc::clone(&heard);
    let bench = Bench::with(|options| Options {
        record: Some(file.clone()),
        listener: Some(Arc::new(move |event| {
            assert!(matches!(event, Event::Call(_)), "{event:?}");
            *ear.lock().expect("nobody panicked") += 1;
        })),
        ..options
    });
    let access = bench.sandbox.supabase();
    let body = json!({
        "name": "shop", "organization_slug": access.organization_slug, "db_pass": "hunter2", "region": "us-east-1",
    });
    bench.management().json("POST", "/v1/projects", body).expect(201);
    let keys = format!("/v1/projects/{}/api-keys?reveal=true", access.project_ref);
    bench.management().get(&keys).expect(200);
    bench.storage().get("/bucket").expect(200);
    bench.cloudflare().get("/user").expect(200);

    let calls = bench.sandbox.calls();
    assert_eq!((calls.len(), *heard.lock().expect("nobody panicked")), (4, 4));
    assert_eq!(calls[0].request.body["name"], "shop");
    assert_eq!(calls[0].operation.as_deref(), Some("/v1/projects"));
    let written = std::fs::read_to_string(&file).expect("the file of the record");
    assert_eq!(written.lines().count(), 4);
    let token = bench.sandbox.cloudflare().token;
    for secret in ["hunter2", &access.access_token, &access.service_role_key, &access.secret_key, &token] {
        assert!(!written.contains(secret), "{written}");
    }
}

#[test]
fn a_reset_forgets_everything() {
    let bench = Bench::new();
    bench.storage().json("POST", "/bucket", json!({ "name": "gone" })).expect(200);
    bench.cloudflare().json("POST", &bench.r2_buckets(), json!({ "name": "gone" })).expect(200);
    bench.sandbox.fault(FaultRule::new(Fault::Cut).nth(9)).expect("a rule that can work");
    let before = bench.sandbox.supabase();
    bench.sandbox.reset().expect("nothing is on disk");
    let status = bench.sandbox.status();
    assert_eq!((status.holds.storage_buckets, status.holds.r2_buckets, status.faults.len()), (0, 0, 0));
    assert!(bench.sandbox.calls().is_empty());
    assert_eq!(bench.sandbox.supabase().access_token, before.access_token, "the same seed, the same keys");
}

#[tokio::test]
async fn the_commands_reach_a_running_sandbox_by_either_port() {
    let bench = Bench::new();
    let access = bench.sandbox.supabase();
    let cloudflare = bench.sandbox.cloudflare().url.replace("/client/v4", "");
    for url in [access.url, cloudflare] {
        let remote = Remote::at(&url).expect("an address");
        assert_eq!(remote.status().await.expect("a status").supabase_url, bench.sandbox.supabase().url);
        let variables = remote.variables().await.expect("the variables");
        assert!(variables.iter().any(|(name, _)| name == "CLOUDFLARE_API_BASE_URL"));
        let rule = FaultRule::new(Fault::Slow { millis: 1 });
        assert_eq!(remote.add_fault(&rule).await.expect("the rules")[0].rule, rule);
        assert!(remote.add_fault(&rule.clone().nth(0)).await.is_err());
        assert_eq!(remote.faults().await.expect("the rules").len(), 1);
        remote.clear_faults().await.expect("no rules");
        remote.reset().await.expect("a fresh start");
        assert!(remote.calls(0).await.expect("the calls").is_empty());
    }
}

#[tokio::test]
async fn what_is_no_sandbox_is_told_apart() {
    for wrong in ["http://example.com:80", "https://127.0.0.1:1", "127.0.0.1:7601", "http://127.0.0.1"] {
        assert!(Remote::at(wrong).is_err(), "{wrong}");
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let nobody = Remote::at(&format!("http://{free}")).expect("an address").status().await;
    assert!(nobody.expect_err("nobody listens").to_string().starts_with("nothing answers at"));
}

#[test]
fn web_pages_may_not_use_the_sandboxs_own_paths() {
    let bench = Bench::new();
    let own = Client::new(&bench.sandbox.supabase().url);
    own.get("/_sandbox/status").expect(200);
    own.get("/_sandbox/nothing").expect(404);
    own.header("origin", "https://evil.example").send("POST", "/_sandbox/reset", b"").expect(403);
    assert!(bench.sandbox.calls().is_empty(), "its own paths are no calls to a vendor");
}

#[test]
fn a_taken_port_is_named() {
    let bench = Bench::new();
    let url = bench.sandbox.supabase().url;
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let second = Sandbox::start(Options { supabase_port: port, ..Options::default() });
    assert!(matches!(second.err(), Some(StartError::Port { port: taken, .. }) if taken == port));
}

#[test]
fn it_starts_at_once_and_leaves_nothing_listening() {
    let started = Instant::now();
    let sandbox = Sandbox::start(Options::default()).expect("it starts");
    let took = started.elapsed();
    assert!(took < Duration::from_millis(300), "it took {took:?}");
    let client = Client::new(&sandbox.supabase().url);
    client.get("/_sandbox/status").expect(200);
    sandbox.stop();
    assert!(client.try_send("GET", "/_sandbox/status", b"").is_err());
}
