//! Providers that Terraform attaches to.

use std::path::PathBuf;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tfplugin::serve::{REATTACH_VARIABLE, reattach};
use tfplugin::wire::tfplugin6::get_provider_schema;
use tfplugin::wire::tfplugin6::provider_client::ProviderClient;
use tfplugin::wire::tfplugin6::provider_server::ProviderServer;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::timeout;

use crate::client::connect_plain;
use crate::process::{LIMIT, command};
use crate::provider::{Bare, OPTIONS};

/// The one member of the variable, which belongs to the provider `bare`.
fn entry(environment: &str) -> Value {
    let environment: Value = serde_json::from_str(environment).expect("JSON");
    assert_eq!(environment.as_object().map(|members| members.len()), Some(1));
    environment[OPTIONS.address].clone()
}

fn socket(entry: &Value) -> PathBuf {
    assert_eq!(entry["Addr"]["Network"], "unix");
    PathBuf::from(entry["Addr"]["String"].as_str().expect("a path"))
}

#[tokio::test]
async fn a_debugged_provider_prints_its_environment_and_runs_until_ctrl_c() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut child = command(&directory).arg("--debug").stderr(Stdio::inherit()).spawn().expect("a process");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let value = loop {
        let line =
            timeout(LIMIT, stdout.next_line()).await.expect("a line in time").expect("text").expect("a line");
        let assignment = line.trim().strip_prefix(REATTACH_VARIABLE).and_then(|rest| rest.strip_prefix("='"));
        if let Some(value) = assignment.and_then(|rest| rest.strip_suffix('\'')) {
            break value.to_owned();
        }
    };
    let entry = entry(&value);
    let id = child.id().expect("a running process");
    assert_eq!(entry["Protocol"], "grpc");
    assert_eq!(entry["ProtocolVersion"], 6);
    assert_eq!(entry["Test"], true);
    assert_eq!(entry["Pid"], id);

    for _ in 0..2 {
        let channel = connect_plain(&socket(&entry)).await.expect("a connection");
        channel.schema().await.expect("an answer");
        channel.shut_down().await.expect("an answer");
    }
    assert!(socket(&entry).exists(), "a shutdown does not end a debugged provider");

    kill(Pid::from_raw(id.cast_signed()), Signal::SIGINT).expect("a signal is sent");
    let status = timeout(LIMIT, child.wait()).await.expect("an end in time").expect("a status");
    assert!(status.success(), "{status}");
    assert!(!socket(&entry).exists());
}

#[tokio::test]
async fn a_stop_waits_for_the_call_in_flight() {
    let provider = Bare::default();
    let gate = provider.gate.clone();
    let running = reattach(provider, &OPTIONS).await.expect("a server");
    let entry = entry(running.environment());
    let channel = connect_plain(&socket(&entry)).await.expect("a connection");
    let call = channel.call_in_flight().await;

    let stop = tokio::spawn(running.stop());
    // The connection says goodbye and still waits for the call.
    tokio::task::yield_now().await;
    assert!(!stop.is_finished());
    gate.opened.add_permits(1);
    call.await.expect("an answer");
    drop(channel);
    timeout(LIMIT, stop).await.expect("an end in time").expect("no panic");
    assert!(!socket(&entry).exists());
}

#[tokio::test]
async fn any_number_of_calls_is_served_side_by_side() {
    const CALLS: u32 = 300;
    let provider = Bare::default();
    let gate = provider.gate.clone();
    let running = reattach(provider, &OPTIONS).await.expect("a server");
    let channel = connect_plain(&socket(&entry(running.environment()))).await.expect("a connection");
    let calls = futures::future::join_all((0..CALLS).map(|_| channel.call("wait", Vec::new())));
    let all_are_in = timeout(LIMIT, gate.entered.acquire_many(CALLS));
    let open = async {
        let _ = all_are_in.await.expect("all calls in time").expect("an open gate");
        channel.schema().await.expect("an answer beside the calls");
        gate.opened.add_permits(1);
    };
    let (answers, ()) = tokio::join!(calls, open);
    assert!(answers.iter().all(Result::is_ok));
    running.stop().await;
}

#[tokio::test]
async fn dropping_a_server_ends_it() {
    let running = reattach(Bare::default(), &OPTIONS).await.expect("a server");
    let entry = entry(running.environment());
    let channel = connect_plain(&socket(&entry)).await.expect("a connection");
    channel.schema().await.expect("an answer");
    drop(running);
    let gone = async {
        while channel.schema().await.is_ok() {}
        while socket(&entry).exists() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, gone).await.expect("an end in time");
}

#[tokio::test]
async fn a_client_needs_no_socket_for_a_server_in_the_same_process() {
    let mut client = ProviderClient::new(ProviderServer::new(Bare::default()));
    let answer = client.get_provider_schema(get_provider_schema::Request {}).await.expect("an answer");
    assert!(answer.into_inner().data_source_schemas.contains_key("bare_note"));
}
