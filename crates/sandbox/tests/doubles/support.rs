//! A sandbox under test: its clock in our hand, an HTTP client of a few lines, and the judge at the end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sandbox::contract::Judge;
use sandbox::{ManualClock, Options, Running, Sandbox};
use serde_json::Value;

/// A sandbox whose answers are judged by the contracts when the test is over.
pub(crate) struct Bench {
    pub(crate) sandbox: Running,
    pub(crate) clock: Arc<ManualClock>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|options| options)
    }

    pub(crate) fn with(change: impl FnOnce(Options) -> Options) -> Self {
        let start = "2026-11-20T20:50:50.961Z".parse().expect("a timestamp");
        let clock = Arc::new(ManualClock::at(start));
        let options =
            Options { clock: Arc::clone(&clock) as _, settle: Duration::from_secs(1), ..Options::default() };
        let sandbox = Sandbox::start(change(options)).expect("the sandbox starts on free ports");
        Self { sandbox, clock }
    }

    /// Lets everything in the background finish.
    pub(crate) fn settle(&self) {
        self.clock.advance(Duration::from_secs(1));
    }

    /// A client of the Management API.
    pub(crate) fn management(&self) -> Client {
        let access = self.sandbox.supabase();
        Client::new(&access.url).header("authorization", &format!("Bearer {}", access.access_token))
    }

    /// A client of the first project's Storage API, with all rights.
    pub(crate) fn storage(&self) -> Client {
        let access = self.sandbox.supabase();
        Client::new(&access.storage_url)
            .header("authorization", &format!("Bearer {}", access.service_role_key))
    }

    /// A client of the Cloudflare API.
    pub(crate) fn cloudflare(&self) -> Client {
        let access = self.sandbox.cloudflare();
        Client::new(&access.url).header("authorization", &format!("Bearer {}", access.token))
    }

    /// `/accounts/<the account>/r2/buckets`.
    pub(crate) fn r2_buckets(&self) -> String {
        format!("/accounts/{}/r2/buckets", self.sandbox.cloudflare().account_id)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Where there are no contracts, the tests about them say so; this test has still proven its own point.
        static JUDGE: OnceLock<Option<Judge>> = OnceLock::new();
        let Some(judge) = JUDGE.get_or_init(Judge::beside_checkout) else { return };
        let findings = judge.judge_all(&self.sandbox.calls());
        if !std::thread::panicking() {
            assert!(findings.broken.is_empty(), "{findings}");
        }
    }
}

/// Says that a test had nothing to judge by; the runner counts it as skipped.
#[expect(clippy::print_stdout, reason = "the runner reads what was not run from the output of a test")]
pub(crate) fn without_contracts() {
    println!("not run: contracts directory beside the checkout");
}

/// Sends requests below a base URL.
#[derive(Clone)]
pub(crate) struct Client {
    authority: String,
    base: String,
    headers: Vec<(String, String)>,
}

/// An answer, read completely.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(url: &str) -> Self {
        let rest = url.strip_prefix("http://").expect("an http URL");
        let (authority, base) = rest.trim_end_matches('/').split_at(rest.find('/').unwrap_or(rest.len()));
        Self { authority: authority.to_owned(), base: base.to_owned(), headers: Vec::new() }
    }

    /// The same client with a header on every request; a later one of the same name replaces it.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same client without a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, b"")
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, b"")
    }

    /// Sends JSON.
    pub(crate) fn json(&self, method: &str, path: &str, body: Value) -> Answer {
        self.clone().header("content-type", "application/json").send(
            method,
            path,
            body.to_string().as_bytes(),
        )
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.try_send(method, path, body).expect("an answer")
    }

    /// Sends a request; an error is a connection that was cut.
    pub(crate) fn try_send(&self, method: &str, path: &str, body: &[u8]) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(&self.authority)?;
        let mut head = format!(
            "{method} {}{path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.base,
            body.len()
        );
        if !self.headers.iter().any(|(name, _)| name == "host") {
            head += &format!("host: {}\r\n", self.authority);
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(head.as_bytes())?;
        stream.write_all(b"\r\n")?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Answer::parse(&answer).ok_or_else(|| std::io::Error::other("the connection was cut"))
    }
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Some(Self { status, headers: headers.collect(), body: bytes[end + 4..].to_vec() })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text()))
    }

    /// The body as JSON of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.value() }
    }
}
