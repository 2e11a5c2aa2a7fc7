//! State on disk.

use std::fs;

use sandbox::{DiskError, Options, Sandbox, StartError};
use serde_json::json;

use crate::support::{Bench, Client};

fn kept(directory: &std::path::Path) -> Bench {
    Bench::with(|options| Options { state: Some(directory.to_owned()), ..options })
}

#[test]
fn what_was_answered_is_there_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = kept(directory.path());
    first.storage().json("POST", "/bucket", json!({ "name": "pictures" })).expect(200);
    let text = first.storage().header("content-type", "text/plain");
    text.send("POST", "/object/pictures/a.txt", b"hello").expect(200);
    text.send("POST", "/object/pictures/b.txt", b"other").expect(200);
    first.storage().delete("/object/pictures/b.txt").expect(200);
    first.cloudflare().json("POST", &first.r2_buckets(), json!({ "name": "assets" })).expect(200);
    let token = first.sandbox.cloudflare().token;
    drop(first);

    let second = kept(directory.path());
    assert_eq!(second.storage().get("/object/pictures/a.txt").text(), "hello");
    second.storage().get("/object/pictures/b.txt").expect(400);
    second.cloudflare().get(&format!("{}/assets", second.r2_buckets())).expect(200);
    assert_eq!(second.sandbox.cloudflare().token, token);
    let objects = fs::read_dir(directory.path().join("supabase-objects")).expect("a directory").count();
    assert_eq!(objects, 1, "contents that no object refers to are swept up");
    second.sandbox.reset().expect("a fresh start");
    drop(second);
    kept(directory.path()).storage().get("/bucket/pictures").expect(400);
}

#[test]
fn a_half_written_snapshot_is_never_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = kept(directory.path());
    first.storage().json("POST", "/bucket", json!({ "name": "kept" })).expect(200);
    drop(first);
    fs::write(directory.path().join("supabase.draft"), b"{\"layout\": 1, \"wor").expect("a draft");
    kept(directory.path()).storage().get("/bucket/kept").expect(200);
}

#[test]
fn foreign_state_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    for foreign in ["not json", "{\"layout\": 99, \"world\": {}}"] {
        let file = directory.path().join("supabase.json");
        fs::write(&file, foreign).expect("a file");
        let options = Options { state: Some(directory.path().to_owned()), ..Options::default() };
        let refused = Sandbox::start(options).err();
        assert!(matches!(refused, Some(StartError::State(DiskError::Foreign { .. }))), "{refused:?}");
        assert_eq!(fs::read_to_string(&file).expect("the file"), foreign);
    }
}

#[test]
fn two_sandboxes_do_not_share_a_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = kept(directory.path());
    let second = Sandbox::start(Options { state: Some(directory.path().to_owned()), ..Options::default() });
    assert!(matches!(second.err(), Some(StartError::State(DiskError::InUse { .. }))));
    drop(first);
    kept(directory.path());
}

#[test]
fn what_cannot_be_kept_is_not_answered_as_done() {
    let directory = tempfile::tempdir().expect("a directory");
    let bench = kept(directory.path());
    // A directory where the next snapshot would be drafted.
    fs::create_dir(directory.path().join("cloudflare.draft")).expect("a directory");
    let answer = bench.cloudflare().json("POST", &bench.r2_buckets(), json!({ "name": "lost" }));
    assert_eq!(answer.expect(500)["success"], false);
    let url = bench.sandbox.supabase().url;
    Client::new(&url).get("/_sandbox/status").expect(200);
}
