//! The provider alone: from the start of its process to the handshake, and the schema call after it.

use super::measure::{memory, middle};
use anyhow::{Context as _, Result, bail, ensure};
use bytes::{Bytes, BytesMut};
use serde::Serialize;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// What Terraform puts into a plugin's environment, so that a person who starts it by hand can be told off.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Medians over some starts of a provider.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Protocol {
    /// Milliseconds from the start of the process to its handshake line.
    pub(super) handshake_ms: f64,
    /// Milliseconds of the first schema call, from the request to the last byte of the answer.
    pub(super) schema_ms: f64,
    /// Bytes of that answer.
    pub(super) schema_bytes: f64,
    /// Megabytes of memory after the handshake.
    pub(super) start_mb: f64,
    /// Megabytes of memory after the schema call.
    pub(super) schema_mb: f64,
    /// Megabytes of the program's file.
    pub(super) binary_mb: f64,
}

/// Starts `program`, which speaks major `version` of the protocol, `starts` times after one that is not counted.
pub(super) fn measure(
    program: &Path,
    version: u8,
    starts: usize,
    path: &OsString,
    scratch: &Path,
) -> Result<Protocol> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    fs::create_dir_all(scratch)?;
    let mut samples = Vec::new();
    for _ in 0..=starts {
        samples.push(runtime.block_on(once(program, version, path, scratch))?);
    }
    samples.remove(0);
    let of = |figure: fn(&Protocol) -> f64| middle(samples.iter().map(figure).collect());
    Ok(Protocol {
        handshake_ms: of(|sample| sample.handshake_ms),
        schema_ms: of(|sample| sample.schema_ms),
        schema_bytes: of(|sample| sample.schema_bytes),
        start_mb: of(|sample| sample.start_mb),
        schema_mb: of(|sample| sample.schema_mb),
        binary_mb: of(|sample| sample.binary_mb),
    })
}

async fn once(program: &Path, version: u8, path: &OsString, scratch: &Path) -> Result<Protocol> {
    let mut command = Command::new(program);
    // No client certificate in the environment, so that the provider speaks plain text to us.
    command.env_clear().env("PATH", path).env("TMPDIR", scratch).env(COOKIE.0, COOKIE.1);
    command.env("PLUGIN_PROTOCOL_VERSIONS", version.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let started = Instant::now();
    let mut provider = Provider(command.spawn().with_context(|| program.display().to_string())?);
    let mut line = String::new();
    BufReader::new(provider.0.stdout.take().expect("asked for as a pipe")).read_line(&mut line)?;
    let handshake_ms = millis(started);
    let pid = provider.0.id().cast_signed();
    let start_mb = memory(pid, "VmRSS:").unwrap_or_default() as f64 / 1024.0;

    let fields: Vec<&str> = line.trim().split('|').collect();
    let [_, _, network, address, ..] = fields.as_slice() else { bail!("no handshake but {line:?}") };
    let call =
        if version == 5 { "/tfplugin5.Provider/GetSchema" } else { "/tfplugin6.Provider/GetProviderSchema" };
    let called = Instant::now();
    let bytes = match *network {
        "unix" => fetch(UnixStream::connect(address).await?, call).await?,
        _ => fetch(TcpStream::connect(address).await?, call).await?,
    };
    let schema_ms = millis(called);
    let schema_mb = memory(pid, "VmRSS:").unwrap_or_default() as f64 / 1024.0;
    let binary_mb = fs::metadata(program)?.len() as f64 / 1_000_000.0;
    Ok(Protocol { handshake_ms, schema_ms, schema_bytes: bytes as f64, start_mb, schema_mb, binary_mb })
}

/// Makes a gRPC call with an empty message and returns the length of the answer.
async fn fetch(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, call: &str) -> Result<usize> {
    const EMPTY_MESSAGE: &[u8] = &[0; 5];
    let (client, connection) = h2::client::Builder::new()
        .initial_window_size(1 << 30)
        .initial_connection_window_size(1 << 30)
        .handshake(stream)
        .await?;
    tokio::spawn(connection);
    let request = hyper::Request::post(format!("http://localhost{call}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())?;
    let (answer, mut body) = client.ready().await?.send_request(request, false)?;
    body.send_data(Bytes::from_static(EMPTY_MESSAGE), true)?;
    let mut answer = answer.await?.into_body();
    let mut message = BytesMut::new();
    while let Some(chunk) = answer.data().await {
        let chunk = chunk?;
        answer.flow_control().release_capacity(chunk.len())?;
        message.extend_from_slice(&chunk);
    }
    let trailers = answer.trailers().await?.unwrap_or_default();
    let status = trailers.get("grpc-status").map(|status| status.as_bytes().to_owned());
    ensure!(status.as_deref() == Some(b"0"), "{call} ended with gRPC status {status:?}");
    Ok(message.len().saturating_sub(EMPTY_MESSAGE.len()))
}

/// A provider's process, ended with its measurement.
struct Provider(Child);

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended by itself when the connection closed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
