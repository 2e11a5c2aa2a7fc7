//! From the first call to the end of the process.

use std::process::Stdio;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tfplugin::wire::health::HealthCheckRequest;
use tfplugin::wire::health::health_check_response::ServingStatus;
use tfplugin::wire::health::health_client::HealthClient;
use tfplugin::wire::plugin::ConnInfo;
use tfplugin::wire::plugin::grpc_broker_client::GrpcBrokerClient;
use tfplugin::wire::plugin::grpc_stdio_client::GrpcStdioClient;
use tfplugin::wire::tfplugin6::stop_provider;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;
use tonic::Code;

use crate::client::Channel;
use crate::process::{COOKIE, LIMIT, Running, binary};

/// Time from the shutdown to the end of the process. The best of three, because the machine has other work too.
async fn farewell(prepare: impl AsyncFn(&Channel)) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let provider = Running::start(&[]).await;
        let channel = provider.connect().await;
        prepare(&channel).await;
        let started = Instant::now();
        channel.shut_down().await.expect("an answer");
        drop(channel);
        let (status, stderr) = provider.end().await;
        best = best.min(started.elapsed());
        assert!(status.success(), "{status}");
        assert_eq!(stderr, "");
    }
    best
}

#[tokio::test]
async fn a_shutdown_is_answered_and_the_process_ends_at_once() {
    let took = farewell(async |channel| drop(channel.schema().await.expect("an answer"))).await;
    assert!(took < Duration::from_millis(200), "{took:?}");
}

#[tokio::test]
async fn open_streams_and_a_call_in_flight_do_not_delay_a_shutdown() {
    let took = farewell(async |channel| {
        let mut broker = GrpcBrokerClient::with_origin(channel.clone(), channel.origin());
        let mut stdio = GrpcStdioClient::with_origin(channel.clone(), channel.origin());
        let broker = broker.start_stream(futures::stream::pending()).await.expect("a stream");
        let stdio = stdio.stream_stdio(()).await.expect("a stream");
        let call = channel.call_in_flight().await;
        tokio::spawn(async move {
            call.await.expect_err("no answer");
            drop((broker, stdio));
        });
    })
    .await;
    assert!(took < Duration::from_millis(300), "{took:?}");
}

#[tokio::test]
async fn a_second_shutdown_does_no_harm() {
    let provider = Running::start(&[]).await;
    let (first, second) = (provider.connect().await, provider.connect().await);
    // Whichever comes second may find nobody to answer it.
    let answers = tokio::join!(first.shut_down(), second.shut_down());
    assert!(answers.0.is_ok() || answers.1.is_ok(), "{answers:?}");
    let (status, _) = provider.end().await;
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn ctrl_c_is_left_to_the_host() {
    let provider = Running::start(&[]).await;
    let channel = provider.connect().await;
    provider.signal(Signal::SIGINT);
    channel.schema().await.expect("an answer");
    provider.signal(Signal::SIGINT);
    provider.connect().await.schema().await.expect("an answer");
    channel.shut_down().await.expect("an answer");
    let (status, _) = provider.end().await;
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn a_termination_ends_in_good_order() {
    let provider = Running::start(&[]).await;
    provider.connect().await.schema().await.expect("an answer");
    provider.signal(Signal::SIGTERM);
    let (status, _) = provider.end().await;
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn a_second_termination_does_not_wait_for_calls() {
    let provider = Running::start(&[("TF_LOG", "DEBUG")]).await;
    let channel = provider.connect().await;
    let call = channel.call_in_flight().await;
    provider.signal(Signal::SIGTERM);
    // Ends only when the first signal has been seen, because two may count as one.
    let seen = async { while channel.schema().await.is_ok() {} };
    timeout(LIMIT, seen).await.expect("no further call is taken");
    provider.signal(Signal::SIGTERM);
    let (status, _) = provider.end().await;
    assert!(status.success(), "{status}");
    call.await.expect_err("no answer");
}

#[tokio::test]
async fn the_provider_serves_on_after_a_stop() {
    let provider = Running::start(&[]).await;
    let channel = provider.connect().await;
    let stopped = channel.provider().stop_provider(stop_provider::Request {}).await.expect("an answer");
    assert_eq!(stopped.into_inner().error, "");
    channel.schema().await.expect("an answer");
}

#[tokio::test]
async fn a_provider_whose_host_is_gone_ends_by_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    // A host that starts the provider, says which process it is, and ends without a goodbye.
    let mut host = Command::new("sh")
        .args(["-c", "\"$0\" & echo \"$!\" >&2; read -r _"])
        .arg(binary())
        .env_clear()
        .env("TMPDIR", directory.path())
        .envs([COOKIE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("a process");
    let mut id = String::new();
    let mut stderr = BufReader::new(host.stderr.take().expect("a pipe"));
    stderr.read_line(&mut id).await.expect("a line");
    let mut stdout = host.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0]).await.expect("a handshake");
    host.kill().await.expect("a signal is sent");
    // The pipe ends when the last process that holds it has ended.
    let mut rest = String::new();
    if timeout(LIMIT, stdout.read_to_string(&mut rest)).await.is_err() {
        let orphan = Pid::from_raw(id.trim().parse().expect("a process"));
        kill(orphan, Signal::SIGKILL).expect("a signal is sent");
        panic!("the provider stays");
    }
    assert_eq!(directory.path().read_dir().expect("a directory").count(), 0, "the socket is gone");
}

#[tokio::test]
async fn large_messages_pass_both_ways() {
    let provider = Running::start(&[]).await;
    let channel = provider.connect().await;
    let large = vec![7; 20 << 20];
    let answer = timeout(LIMIT, channel.call("echo", large.clone())).await.expect("an answer in time");
    assert!(answer.expect("an answer") == large);
}

#[tokio::test]
async fn the_side_streams_are_open_and_silent() {
    let provider = Running::start(&[]).await;
    let channel = provider.connect().await;
    let mut broker = GrpcBrokerClient::with_origin(channel.clone(), channel.origin());
    let mut stdio = GrpcStdioClient::with_origin(channel.clone(), channel.origin());
    let asked = futures::stream::iter([ConnInfo::default()]).chain_pending();
    let mut broker = broker.start_stream(asked).await.expect("a stream").into_inner();
    let mut stdio = stdio.stream_stdio(()).await.expect("a stream").into_inner();
    channel.schema().await.expect("an answer");
    assert!(broker.message().now_or_never().is_none(), "the broker has something to say");
    assert!(stdio.message().now_or_never().is_none(), "stdio has something to say");
    channel.shut_down().await.expect("an answer");
    assert!(matches!(broker.message().await, Ok(None)), "the broker ends with the process");
    assert!(matches!(stdio.message().await, Ok(None)), "stdio ends with the process");
}

/// A stream that stays open after its last item.
trait ChainPending: futures::Stream + Sized {
    fn chain_pending(self) -> futures::stream::Chain<Self, futures::stream::Pending<Self::Item>> {
        futures::StreamExt::chain(self, futures::stream::pending())
    }
}

impl<S: futures::Stream> ChainPending for S {}

#[tokio::test]
async fn the_health_check_knows_the_plugin() {
    let provider = Running::start(&[]).await;
    let channel = provider.connect().await;
    let mut health = HealthClient::with_origin(channel.clone(), channel.origin());
    let answer = health.check(HealthCheckRequest { service: "plugin".to_owned() }).await.expect("an answer");
    assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
    let other =
        health.check(HealthCheckRequest { service: "other".to_owned() }).await.expect_err("a refusal");
    assert_eq!(other.code(), Code::NotFound);
}

#[tokio::test]
async fn an_unknown_service_is_unimplemented() {
    use tfplugin::wire::tfplugin6::get_metadata;
    let provider = Running::start(&[]).await;
    let channel = provider.connect().await;
    let metadata = channel.provider().get_metadata(get_metadata::Request {}).await.expect_err("a refusal");
    assert_eq!(metadata.code(), Code::Unimplemented);
    let mut grpc = tonic::client::Grpc::with_origin(channel.clone(), channel.origin());
    grpc.ready().await.expect("a connection");
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let path = hyper::http::uri::PathAndQuery::from_static("/grpc.reflection.v1.ServerReflection/List");
    let other = grpc.unary(tonic::Request::new(()), path, codec).await.expect_err("a refusal");
    assert_eq!(other.code(), Code::Unimplemented);
}

#[tokio::test]
async fn a_panic_that_nobody_caught_is_reported_as_go_does_and_the_process_lives_on() {
    let provider = Running::start(&[]).await;
    let channel = provider.connect().await;
    channel.call("panic", Vec::new()).await.expect_err("no answer");
    let channel = provider.connect().await;
    channel.schema().await.expect("an answer");
    channel.shut_down().await.expect("an answer");
    let (_, stderr) = provider.end().await;
    assert!(stderr.starts_with("panic: asked for `panic`\n"), "{stderr}");
    assert!(stderr.contains("tests/serve/provider.rs:"), "{stderr}");
}

#[tokio::test]
async fn logs_are_records_on_stderr_for_those_who_ask() {
    let provider = Running::start(&[("TF_LOG_PROVIDER_BARE", "trace"), ("TF_LOG", "off")]).await;
    let channel = provider.connect().await;
    channel.schema().await.expect("an answer");
    channel.shut_down().await.expect("an answer");
    let (_, stderr) = provider.end().await;
    let records: Vec<serde_json::Value> =
        stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let asked = records.iter().find(|record| record["@message"] == "asked for the schema").expect("a record");
    assert_eq!(asked["@level"], "info");
    assert_eq!(asked["tf_rpc"], "GetProviderSchema");
    let micros = asked["@timestamp"].as_str().and_then(|time| time.strip_suffix('Z')?.rsplit_once('.'));
    assert_eq!(micros.map(|(_, digits)| digits.len()), Some(6), "{asked}");
}
