//! `slipway sandbox` as its users run it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

const SLIPWAY: &str = env!("CARGO_BIN_EXE_slipway");

/// `slipway sandbox up` on free ports, killed when dropped.
struct Up {
    child: Child,
    events: BufReader<ChildStdout>,
    url: String,
}

impl Up {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(SLIPWAY)
            .args(["sandbox", "up", "--json", "--supabase-port", "0", "--cloudflare-port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("slipway starts");
        let mut events = BufReader::new(child.stdout.take().expect("it is piped"));
        let ready = event(&mut events);
        assert_eq!(ready["event"], "ready", "{ready}");
        let url = ready["status"]["supabase_url"].as_str().expect("a URL").to_owned();
        Self { child, events, url }
    }

    fn environment(&self) -> Value {
        json_of(&sandbox(&["env", "--json", "--at", &self.url]))
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn event(events: &mut impl BufRead) -> Value {
    let mut line = String::new();
    events.read_line(&mut line).expect("a line");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: `{line}`"))
}

fn sandbox(arguments: &[&str]) -> Output {
    Command::new(SLIPWAY).arg("sandbox").args(arguments).output().expect("slipway starts")
}

#[track_caller]
fn json_of(output: &Output) -> Value {
    let printed = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: `{printed}` {output:?}"))
}

/// Sends a request to the storage of the first project; the status, or nothing where the connection was cut.
fn storage(environment: &Value, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
    let base =
        environment["SUPABASE_URL"].as_str().expect("a URL").strip_prefix("http://").expect("an http URL");
    let (authority, prefix) = base.split_once('/').expect("a path");
    let key = environment["SUPABASE_SERVICE_ROLE_KEY"].as_str().expect("a key");
    let mut stream = TcpStream::connect(authority).ok()?;
    write!(
        stream,
        "{method} /{prefix}/storage/v1{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\
         authorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
}

fn bucket_names(environment: &Value) -> Vec<String> {
    let (status, body) = storage(environment, "GET", "/bucket", "").expect("an answer");
    assert_eq!(status, 200, "{body}");
    let buckets: Vec<Value> = serde_json::from_str(&body).expect("a list");
    buckets.iter().filter_map(|bucket| bucket["name"].as_str().map(str::to_owned)).collect()
}

#[test]
fn what_was_answered_survives_a_kill_at_any_moment() {
    let directory = tempfile::tempdir().expect("a directory");
    let state = directory.path().display().to_string();
    let mut answered: Vec<String> = Vec::new();
    for round in 0..4 {
        let mut up = Up::start(&["--state", &state]);
        let environment = up.environment();
        let kept = bucket_names(&environment);
        assert!(
            answered.iter().all(|name| kept.contains(name)),
            "{answered:?} was answered, {kept:?} was kept"
        );
        assert!(kept.len() <= answered.len() + 1, "only the call that was cut may have been done unanswered");
        answered = kept;

        // One thread writes as fast as it can; the other kills at some moment in the midst of it.
        let (tell, told) = std::sync::mpsc::channel();
        let writer = std::thread::spawn(move || {
            (0..)
                .map(|number| format!("round-{round}-{number}"))
                .take_while(|name| {
                    let made = storage(&environment, "POST", "/bucket", &json!({ "name": name }).to_string());
                    let made = made.is_some_and(|(status, _)| status == 200);
                    let _ = tell.send(());
                    made
                })
                .collect::<Vec<String>>()
        });
        for _ in 0..5 * (round + 1) {
            told.recv().expect("the writer writes");
        }
        up.child.kill().expect("it still runs");
        up.child.wait().expect("it ends");
        answered.extend(writer.join().expect("the writer ends"));
    }
    assert!(answered.len() >= 50, "{answered:?}");
    let up = Up::start(&["--state", &state]);
    let kept = bucket_names(&up.environment());
    assert!(answered.iter().all(|name| kept.contains(name)), "{answered:?} was answered, {kept:?} was kept");
}

#[test]
fn it_starts_in_less_than_300_milliseconds() {
    // The best of a few, because the machine may have more to do.
    let start = || {
        let started = std::time::Instant::now();
        drop(Up::start(&[]));
        started.elapsed()
    };
    let best = (0..5).map(|_| start()).min().expect("five starts");
    assert!(best < std::time::Duration::from_millis(300), "{best:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_in_good_order() {
    let mut up = Up::start(&[]);
    let environment = up.environment();
    let files = environment["SUPABASE_WORKDIR"].as_str().expect("a directory").to_owned();
    assert!(Path::new(&files).join("supabase/config.toml").is_file());
    storage(&environment, "GET", "/bucket", "").expect("an answer");
    let call = event(&mut up.events);
    assert_eq!((&call["event"], &call["call"]["status"]), (&json!("call"), &json!(200)));

    let interrupted =
        Command::new("kill").args(["-INT", &up.child.id().to_string()]).status().expect("kill runs");
    assert!(interrupted.success());
    assert_eq!(event(&mut up.events)["event"], "stopped");
    assert_eq!(up.child.wait().expect("it ends").code(), Some(0));
    assert!(storage(&environment, "GET", "/bucket", "").is_none(), "nothing listens any more");
    assert!(!Path::new(&files).exists(), "its files went with it");
}

#[test]
fn a_running_sandbox_is_looked_at_faulted_and_reset() {
    let up = Up::start(&[]);
    let environment = up.environment();
    let at = ["--at", up.url.as_str()];
    let command = |arguments: &[&str]| {
        let output = sandbox(&[arguments, &at].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        output
    };
    let status = json_of(&command(&["status", "--json"]));
    assert_eq!((&status["running"], &status["status"]["holds"]["projects"]), (&json!(true), &json!(1)));

    let rule = ["fault", "429", "--retry-after", "3", "--method", "GET", "--path", "*/bucket", "--json"];
    assert_eq!(json_of(&command(&rule))[0]["rule"]["fault"]["retry_after"], 3);
    assert_eq!(storage(&environment, "GET", "/bucket", "").map(|(status, _)| status), Some(429));
    assert_eq!(json_of(&command(&["fault", "--list", "--json"]))[0]["hits"], 1);
    command(&["fault", "--clear"]);
    storage(&environment, "POST", "/bucket", r#"{"name":"pictures"}"#).expect("an answer");

    let calls = command(&["calls"]);
    let calls = String::from_utf8_lossy(&calls.stdout);
    for words in ["fault: too many requests", r#"> {"name":"pictures"}"#, "POST", "200"] {
        assert!(calls.contains(words), "no `{words}` in {calls}");
    }
    assert!(!calls.contains(environment["SUPABASE_SERVICE_ROLE_KEY"].as_str().expect("a key")));
    let shell = command(&["env"]);
    assert!(
        String::from_utf8_lossy(&shell.stdout).contains("export CLOUDFLARE_API_BASE_URL=http://127.0.0.1:")
    );
    assert_eq!(json_of(&command(&["reset", "--json"])), json!({ "reset": true }));
    assert!(bucket_names(&environment).is_empty());
}

#[test]
fn faults_come_from_a_file_and_calls_go_to_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let [faults, record] =
        ["faults.json", "calls.jsonl"].map(|name| directory.path().join(name).display().to_string());
    let rules =
        json!([{ "fault": { "kind": "failure", "status": 503 }, "method": "GET", "path": "*/bucket" }]);
    std::fs::write(&faults, rules.to_string()).expect("a file");
    let up = Up::start(&["--faults", &faults, "--record", &record]);
    let environment = up.environment();
    assert_eq!(storage(&environment, "GET", "/bucket", "").map(|(status, _)| status), Some(503));
    assert!(bucket_names(&environment).is_empty(), "one rule, one hit");
    let written = std::fs::read_to_string(&record).expect("the record");
    let calls: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).expect("a call")).collect();
    assert_eq!((calls.len(), &calls[0]["fault"], &calls[1]["status"]), (2, &json!("failure"), &json!(200)));
}

#[test]
fn what_cannot_be_done_ends_with_a_code_and_a_next_step() {
    let check = |arguments: &[&str], code: i32, words: &str| {
        let output = sandbox(arguments);
        let printed =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {printed}");
        assert!(printed.contains(words), "{arguments:?}: {printed}");
    };
    let up = Up::start(&[]);
    let port = up.url.rsplit(':').next().expect("a port");
    check(&["up", "--supabase-port", port, "--cloudflare-port", "0"], 2, "--supabase-port");
    check(&["up", "--faults", "/nonexistent/faults.json"], 2, "cannot be read");
    check(&["fault", "404", "--at", &up.url], 2, "choose 429");
    check(&["fault", "cut", "--retry-after", "1", "--at", &up.url], 2, "goes with 429 only");
    check(&["status", "--at", "http://example.com:80"], 2, "Give a port of this machine");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    check(&["status", "--at", &format!("http://{free}")], 1, "No sandbox runs");
    check(&["reset", "--at", &format!("http://{free}")], 2, "slipway sandbox up");
}
