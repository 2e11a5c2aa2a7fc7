//! What the real clients sent and the real servers answered, sent again and compared.
//!
//! The requests of wrangler are real and its answers a stub's: ours must have at least their fields. The answers of the
//! storage server are real: ours must be the same but for what is generated.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sandbox::contract::{Judge, Verdict};
use serde_json::{Value, json};

use crate::support::{Bench, Client, without_contracts};

/// The recordings beside the checkout.
fn recordings(of: &str) -> Option<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contracts/clients").join(of);
    if !directory.is_dir() {
        without_contracts();
        return None;
    }
    Some(directory)
}

/// How a value of ours compares to a recorded one.
#[derive(Clone, Copy)]
enum Like {
    /// The same fields.
    Twin,
    /// At least the same fields.
    Superset,
}

/// Compares values that are not generated. Generated ones only have to look alike.
fn compare(recorded: &Value, ours: &Value, at: &str, like: Like, problems: &mut Vec<String>) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(fields)) => {
            for (name, value) in recorded {
                match fields.get(name) {
                    Some(ours) => compare(value, ours, &format!("{at}/{name}"), like, problems),
                    None => problems.push(format!("{at}/{name} is missing")),
                }
            }
            if let Like::Twin = like {
                let extra = fields.keys().filter(|name| !recorded.contains_key(*name));
                problems.extend(extra.map(|name| format!("{at}/{name} was never recorded")));
            }
        }
        (Value::Array(recorded), Value::Array(items)) => {
            if recorded.len() != items.len() {
                problems.push(format!("{at} has {} items, not {}: {ours}", items.len(), recorded.len()));
            }
            for (index, (recorded, ours)) in recorded.iter().zip(items).enumerate() {
                compare(recorded, ours, &format!("{at}/{index}"), like, problems);
            }
        }
        (Value::String(recorded), Value::String(text)) if alike(recorded, text) => {}
        _ if recorded == ours => {}
        _ => problems.push(format!("{at} is {ours}, not {recorded}")),
    }
}

/// Whether two texts are the same, or both a moment, an identifier, or an r2.dev host.
fn alike(recorded: &str, ours: &str) -> bool {
    let moment = |text: &str| text.len() > 19 && text.parse::<Timestamp>().is_ok();
    let identifier = |text: &str| {
        let digits = text.bytes().filter(|byte| *byte != b'-').count();
        digits == 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let host = |text: &str| text.starts_with("pub-") && text.ends_with(".r2.dev");
    recorded == ours
        || [moment, identifier, host].iter().any(|looks: &fn(&str) -> bool| looks(recorded) && looks(ours))
}

/// A place where ours is known to differ from a recording, and rightly so.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Departure {
    recording: String,
    pointer: String,
    #[serde(rename = "reason")]
    _reason: String,
    #[serde(rename = "evidence")]
    _evidence: String,
}

/// One request and its answer, as wrangler's files have them.
struct Recorded {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    status: u16,
    answer: Value,
}

fn wrangler_file(text: &str) -> Vec<Recorded> {
    let exchange = |block: &str| {
        let (request, answer) = block.split_once("\n<<< ").expect("an answer to each request");
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let mut lines = head.lines();
        let (method, path) = lines.next()?.split_once(' ')?;
        let (status, answer) = answer.trim().split_once("  ")?;
        Some(Recorded {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: body.trim().to_owned(),
            status: status.parse().ok()?,
            answer: serde_json::from_str(answer).ok()?,
        })
    };
    text.split(">>> ").skip(1).map(|block| exchange(block).expect("a whole exchange")).collect()
}

#[test]
fn wrangler_is_answered_as_it_was_recorded() {
    let Some(directory) = recordings("wrangler") else { return };
    let bench = Bench::new();
    let access = bench.sandbox.cloudflare();
    // The order in which they were recorded; the other files are about Workers.
    let files = ["01", "02", "03", "04", "05", "06", "07", "08", "21d", "23", "24", "25"];
    let departures: Vec<Departure> =
        serde_json::from_str(include_str!("../../contract/recordings.json")).expect("a list of departures");
    let mut needed = BTreeSet::new();
    let mut replayed = 0;
    for prefix in files {
        let mut all = fs::read_dir(&directory).expect("the recordings").flatten().map(|entry| entry.path());
        let file = all.find(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{prefix}-")))
        });
        let file = file.unwrap_or_else(|| panic!("no recording {prefix}"));
        let name = format!("wrangler/{}", file.file_name().unwrap_or_default().to_string_lossy());
        let text = fs::read_to_string(&file).expect("a recording");
        let text = text
            .replace("0123456789abcdef0123456789abcdef", &access.account_id)
            .replace("00000000000000000000000000000001", &access.zone_id);
        for recorded in wrangler_file(&text) {
            let Recorded { method, path, headers, body, status, answer } = recorded;
            let client = headers
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"))
                .fold(Client::new(access.url.trim_end_matches("/client/v4")), |client, (name, value)| {
                    client.header(name, value)
                })
                .header("authorization", &format!("Bearer {}", access.token));
            let ours = client.send(&method, &path, body.as_bytes());
            let title = format!("{prefix}: {method} {path}");
            assert_eq!(ours.status, status, "{title}: {}", ours.text());
            let mut problems = Vec::new();
            compare(&answer, &ours.value(), "", Like::Superset, &mut problems);
            problems.retain(|problem| {
                let known = departures.iter().position(|known| {
                    known.recording == name && problem.split(' ').next() == Some(&known.pointer)
                });
                needed.extend(known);
                known.is_none()
            });
            assert!(problems.is_empty(), "{title}: {problems:#?}");
            replayed += 1;
        }
    }
    assert_eq!(replayed, 17, "every recorded exchange of these files");
    assert_eq!(needed.len(), departures.len(), "every departure is needed: {needed:?}");
}

/// A token as the recordings name it.
fn token(name: &str, now: Timestamp, bench: &Bench) -> String {
    let sign = |role: &str, exp: i64, secret: &str| {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed =
            format!("{}.{}", part(json!({ "alg": "HS256" })), part(json!({ "role": role, "exp": exp })));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    let secret = "super-secret-jwt-token-with-at-least-32-characters-long";
    let later = now.as_second() + 3600;
    match name {
        "service_role JWT" => sign("service_role", later, secret),
        "anon JWT" => sign("anon", later, secret),
        "garbage JWT" => "garbage".to_owned(),
        "service_role signed with wrong secret JWT" => sign("service_role", later, "wrong"),
        "expired service_role JWT" => sign("service_role", now.as_second() - 1, secret),
        "(sb_secret_…) JWT" => bench.sandbox.supabase().secret_key,
        other => panic!("the recordings name no token `{other}`"),
    }
}

/// One block of the storage recordings.
struct Block {
    title: String,
    method: String,
    path: String,
    token: Option<String>,
    content_type: Option<String>,
    upsert: bool,
    body: Vec<u8>,
    status: u16,
    headers: Vec<(String, String)>,
    answer: String,
    at: Option<Timestamp>,
}

fn storage_file(text: &str) -> Vec<Block> {
    text.split("### ").skip(1).map(|block| storage_block(block).expect("a whole exchange")).collect()
}

fn storage_block(block: &str) -> Option<Block> {
    let mut lines = block.lines();
    let title = lines.next()?.to_owned();
    let mut lines = lines.take_while(|line| !line.starts_with("t+")).peekable();
    let sent: Vec<&str> = std::iter::from_fn(|| lines.next_if(|line| line.starts_with('>'))).collect();
    let got: Vec<&str> =
        lines.filter(|line| line.starts_with('<')).map(|line| line[1..].trim_start()).collect();

    let (method, path) = sent.first()?.strip_prefix("> ")?.split_once(' ')?;
    let field = |wanted: &str| {
        sent.iter().find_map(|line| line.strip_prefix("> ")?.strip_prefix(wanted).map(str::to_owned))
    };
    let arguments: Vec<&str> = sent.iter().filter_map(|line| line.strip_prefix("> (curl arg) ")).collect();
    let argument =
        |flag: &str| arguments.iter().position(|argument| *argument == flag).map(|at| arguments[at + 1]);
    let passed =
        |name: &str| arguments.iter().find_map(|argument| argument.strip_prefix(name).map(str::to_owned));
    let data = argument("--data-binary").or_else(|| argument("--data"));
    let body = match data {
        Some("@big.bin") => vec![0; 2_000],
        Some(text) => text.as_bytes().to_vec(),
        // The body follows an empty line.
        None => {
            let blank = sent.iter().position(|line| line.trim() == ">");
            let body = blank.and_then(|at| sent.get(at + 1)).and_then(|line| line.strip_prefix("> "));
            body.unwrap_or_default().as_bytes().to_vec()
        }
    };
    let status = got.first()?.split(' ').nth(1)?.parse().ok()?;
    let blank = got.iter().position(|line| line.is_empty()).unwrap_or(got.len());
    let headers: Vec<(String, String)> = got[1..blank]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let date = headers.iter().find(|(name, _)| name == "date");
    let at = date.and_then(|(_, date)| jiff::fmt::rfc2822::parse(date).ok()).map(|moment| moment.timestamp());
    Some(Block {
        title,
        method: method.to_owned(),
        path: path.to_owned(),
        token: field("Authorization: Bearer <").map(|token| token.trim_end_matches('>').to_owned()),
        content_type: field("Content-Type: ").or_else(|| passed("Content-Type: ")),
        upsert: passed("x-upsert: ").is_some(),
        body,
        status,
        headers,
        answer: got[(blank + 1).min(got.len())..].concat(),
        at,
    })
}

/// Sends a block again and compares the answer.
fn replay(bench: &Bench, block: &Block) {
    let now = block.at.expect("each answer is dated");
    bench.clock.set(now);
    let mut client = Client::new(&bench.sandbox.supabase().storage_url);
    if let Some(name) = &block.token {
        client = client.header("authorization", &format!("Bearer {}", token(name, now, bench)));
    }
    if let Some(content_type) = &block.content_type {
        client = client.header("content-type", content_type);
    }
    if block.upsert {
        client = client.header("x-upsert", "true");
    }
    let ours = client.send(&block.method, &block.path, &block.body);
    let Block { title, method, path, .. } = block;
    let title = format!("`{title}`: {method} {path}");
    assert_eq!(ours.status, block.status, "{title}: {}", ours.text());
    for name in ["content-type", "cache-control", "etag"] {
        let recorded =
            block.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str());
        assert_eq!(ours.header(name), recorded, "{title}: {name}");
    }
    if block.answer.is_empty() {
        assert!(ours.body.is_empty(), "{title}: {}", ours.text());
        return;
    }
    let recorded: Value =
        serde_json::from_str(&block.answer).unwrap_or_else(|error| panic!("{title}: {error}"));
    let mut problems = Vec::new();
    compare(&recorded, &ours.value(), "", Like::Twin, &mut problems);
    assert!(problems.is_empty(), "{title}: {problems:#?}");
}

#[test]
fn storage_answers_as_the_real_server_was_recorded() {
    let Some(directory) = recordings("supabase") else { return };
    let bench = Bench::new();
    let text = fs::read_to_string(directory.join("storage-rest.txt")).expect("a recording");
    let blocks = storage_file(&text);
    for block in &blocks {
        // What was done to the real server by other means before these were recorded.
        let between = match block.title.as_str() {
            "name 100 chars" => Some(json!({ "name": "s3-public", "public": true })),
            "bucket inserted by SQL" => Some(json!({ "name": "viasql" })),
            _ => None,
        };
        if let Some(bucket) = between {
            bench.storage().json("POST", "/bucket", bucket).expect(200);
        }
        replay(&bench, block);
    }
    assert_eq!(blocks.len(), 97, "every recorded exchange");
}

#[test]
fn a_bucket_is_emptied_in_the_background_as_recorded() {
    let Some(directory) = recordings("supabase") else { return };
    let bench = Bench::new();
    let text = fs::read_to_string(directory.join("storage-async-empty.txt")).expect("a recording");
    for block in storage_file(&text) {
        replay(&bench, &block);
    }
    let (_, later) = text.split_once("\nt+1s ").expect("what came a second later");
    bench.clock.advance(Duration::from_secs(1));
    let deleted = bench.storage().delete("/bucket/asyncb");
    assert_eq!(deleted.expect(200), serde_json::from_str::<Value>(later.trim()).expect("JSON"));
}

#[test]
fn every_exception_to_the_contracts_is_needed() {
    let Some(judge) = Judge::beside_checkout() else { return without_contracts() };
    let bench = Bench::new();
    let api = bench.cloudflare();
    api.json("POST", &bench.r2_buckets(), json!({ "name": "assets" })).expect(200);
    let throttled =
        sandbox::FaultRule::new(sandbox::Fault::TooManyRequests { retry_after: None }).on("GET", "*/user");
    bench.sandbox.fault(throttled).expect("a rule that can work");
    api.get("/user").expect(429);
    Client::new(&format!("{}/storage/v1", bench.sandbox.project_url("abcdefghijabcdefghij")))
        .get("/bucket")
        .expect(404);
    let project = format!("/v1/projects/{}", bench.sandbox.supabase().project_ref);
    bench.management().send("PUT", &format!("{project}/api-keys/legacy?enabled=false"), b"").expect(200);
    bench.storage().get("/bucket").expect(401);
    bench.management().send("POST", &format!("{project}/pause"), b"").expect(200);
    bench.storage().get("/bucket").expect(540);
    for call in bench.sandbox.calls() {
        assert!(!matches!(judge.judge(&call), Verdict::Broken(_)), "{call:?}");
    }
    assert!(judge.unneeded().is_empty(), "{:#?}", judge.unneeded());
}

#[test]
fn what_the_contract_refuses_is_found() {
    let Some(judge) = Judge::beside_checkout() else { return without_contracts() };
    let bench = Bench::new();
    bench.management().get("/v1/organizations").expect(200);
    let mut call = bench.sandbox.calls().remove(0);
    assert_eq!(judge.judge(&call), Verdict::Fits);
    let response = call.response.as_mut().expect("an answer");
    response.body[0]["slug"] = json!(7);
    assert!(matches!(judge.judge(&call), Verdict::Broken(_)));
    call.status = Some(201);
    assert!(matches!(judge.judge(&call), Verdict::Broken(_)), "a success with another status");

    bench
        .cloudflare()
        .json("POST", &bench.r2_buckets(), json!({ "name": "assets", "locationHint": "mars" }))
        .expect(400);
    let mut call = bench.sandbox.calls().remove(1);
    assert!(matches!(judge.judge_request(&call), Verdict::Broken(_)));
    call.request.body["locationHint"] = json!("weur");
    assert_eq!(judge.judge_request(&call), Verdict::Fits);
}
