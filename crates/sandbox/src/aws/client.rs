//! An AWS client that is not ours (boto3), to look at the double and to change it behind Terraform's back.

use super::{Unavailable, double, tools::Tools};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Mutex;

/// A client for one endpoint. One process serves all calls; it ends with its last handle or with this process.
pub struct Client {
    worker: Mutex<Worker>,
}

/// What the double answered instead of a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The vendor's error code, such as `NoSuchBucket`.
    pub code: String,
    /// The answer in words.
    pub message: String,
}

struct Worker {
    child: Child,
    calls: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Done { ok: Value },
    Refused { error: String, code: String },
}

impl Client {
    /// Starts a client of `endpoint`, installing boto3 (with moto) where it is missing.
    ///
    /// # Errors
    /// As [`Double::start`](super::Double::start).
    pub fn connect(endpoint: &str, tools: &Tools) -> Result<Self, Unavailable> {
        let unavailable = |error: std::io::Error| Unavailable::new("boto3", error);
        let mut command = tools.moto()?.script("client.py");
        command.arg(endpoint).env_clear().env("PATH", tools.search_path()).env("HOME", tools.folder());
        command.envs(double::environment(endpoint));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Ctrl-C in our terminal must not reach it before we have put things back.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(unavailable)?;
        let calls = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("standard output was asked for as a pipe"));
        Ok(Self { worker: Mutex::new(Worker { child, calls, answers }) })
    }

    /// Calls one operation by boto3's name for it, such as `("s3", "put_bucket_tagging", {...})`.
    ///
    /// Dates come back as ISO 8601, bodies as text, bytes as base64.
    ///
    /// # Errors
    /// The double refused the call, or boto3 did (code = its exception), or the answer is the same whatever happens
    /// (`ConstantAnswer`).
    pub fn call(&self, service: &str, operation: &str, arguments: Value) -> Result<Value, Refusal> {
        let call = json!({ "service": service, "operation": operation, "arguments": arguments });
        self.make(&call, service, operation)
    }

    /// As [`call`](Self::call), in an account and a region of one's choice: (account id, region).
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_in(
        &self,
        (account, region): (&str, &str),
        service: &str,
        operation: &str,
        arguments: Value,
    ) -> Result<Value, Refusal> {
        let mut call = json!({ "service": service, "operation": operation, "arguments": arguments });
        call["account"] = account.into();
        call["region"] = region.into();
        self.make(&call, service, operation)
    }

    fn make(&self, call: &Value, service: &str, operation: &str) -> Result<Value, Refusal> {
        let mut worker = self.worker.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let answer = worker.exchange(call).map_err(|error| Refusal {
            code: "ClientGone".to_owned(),
            message: format!("{service}.{operation}: the client process did not answer ({error})"),
        })?;
        match answer {
            Answer::Done { ok } => Ok(ok),
            Answer::Refused { error, code } => Err(Refusal { code, message: error }),
        }
    }
}

impl Worker {
    fn exchange(&mut self, call: &Value) -> std::io::Result<Answer> {
        let calls = self.calls.as_mut().expect("open until the client is dropped");
        writeln!(calls, "{call}")?;
        calls.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.calls.take());
        // It ends by itself at the end of its input; only the exit status is left to collect.
        let _ = self.child.wait();
    }
}
