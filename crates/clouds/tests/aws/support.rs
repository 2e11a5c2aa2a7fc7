//! An S3 that answers what a test tells it to, and a client of it on a clock that never waits.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use clouds::{
    Policy, Vendor,
    aws::{Aws, AwsConfig, StaticCredentials, s3::S3},
    clock::TestClock,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

/// Where every test's client believes to be.
pub(crate) const REGION: &str = "eu-west-1";

/// An S3 stand-in, a client of it, and the client's clock.
pub(crate) struct Double {
    pub(crate) server: MockServer,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) aws: Aws,
    pub(crate) s3: S3,
}

impl Double {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let (aws, clock) = client(&server.uri());
        Self { s3: aws.s3(None), aws, server, clock }
    }

    /// Answers every request with `answer`.
    pub(crate) async fn answering(answer: impl Respond + 'static) -> Self {
        let double = Self::start().await;
        Mock::given(any()).respond_with(answer).mount(&double.server).await;
        double
    }

    /// Answers the requests with `answers` in turn, and everything after them with the last one.
    pub(crate) async fn answering_in_turn(answers: Vec<ResponseTemplate>) -> Self {
        Self::answering(InTurn(Mutex::new(answers.into_iter().rev().collect()))).await
    }

    /// What was sent: method and path with query.
    pub(crate) async fn calls(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.expect("wiremock records by default");
        requests.iter().map(call_line).collect()
    }
}

pub(crate) fn config(endpoint: &str) -> AwsConfig {
    AwsConfig {
        region: Some(REGION.into()),
        credentials: Some(StaticCredentials {
            access_key: "AKIAEXAMPLE".into(),
            secret_key: "secret-key-of-the-test".into(),
            session_token: Some("session-token-of-the-test".into()),
        }),
        endpoint: Some(endpoint.into()),
        user_agent: Some("terraform-provider-slipway/0.1.0 (+terraform/1.11.4)".into()),
        ..AwsConfig::default()
    }
}

pub(crate) fn client(endpoint: &str) -> (Aws, Arc<TestClock>) {
    let clock = Arc::new(TestClock::new());
    (Aws::new(config(endpoint), Policy::of(Vendor::Aws).with_clock(clock.clone())), clock)
}

/// Method and path with query, without the parameter that only names the operation to the SDK's own tests.
pub(crate) fn call_line(request: &Request) -> String {
    let query: Vec<String> = request
        .url
        .query_pairs()
        .filter(|(name, _)| name != "x-id")
        .map(|(name, value)| if value.is_empty() { name.into_owned() } else { format!("{name}={value}") })
        .collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("{} {}{query}", request.method, request.url.path())
}

/// An error as S3 words it.
pub(crate) fn s3_error(status: u16, code: &str, words: &str) -> ResponseTemplate {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <Error><Code>{code}</Code><Message>{words}</Message><RequestId>REQ1</RequestId></Error>"
    );
    ResponseTemplate::new(status)
        .insert_header("x-amz-request-id", "REQ1")
        .set_body_raw(body, "application/xml")
}

pub(crate) fn xml(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/xml")
}

struct InTurn(Mutex<Vec<ResponseTemplate>>);

impl Respond for InTurn {
    fn respond(&self, _request: &Request) -> ResponseTemplate {
        let mut answers = self.0.lock().unwrap();
        if answers.len() > 1 { answers.pop().unwrap() } else { answers.last().unwrap().clone() }
    }
}

/// Keeps what is put under each query and gives it back: what S3 does with a bucket's settings.
pub(crate) struct Cupboard {
    kept: Mutex<HashMap<String, Vec<u8>>>,
    /// What a GET of an empty place is answered with.
    absent: &'static str,
}

impl Cupboard {
    pub(crate) fn new(absent: &'static str) -> Self {
        Self { kept: Mutex::default(), absent }
    }
}

impl Respond for Cupboard {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let place = call_line(request).split_once(' ').unwrap().1.to_owned();
        let mut kept = self.kept.lock().unwrap();
        match request.method.as_str() {
            "PUT" => {
                kept.insert(place, request.body.clone());
                ResponseTemplate::new(200)
            }
            "DELETE" => {
                kept.remove(&place);
                ResponseTemplate::new(204)
            }
            _ => match kept.get(&place) {
                Some(body) => ResponseTemplate::new(200).set_body_raw(body.clone(), "application/xml"),
                None => s3_error(404, self.absent, "There is none."),
            },
        }
    }
}

/// What a server on the wire does with one request.
#[derive(Clone, Copy)]
pub(crate) enum Wire {
    /// Reads it and hangs up.
    Cut,
    /// Hangs up in the middle of the answer.
    CutInAnswer,
    /// Answers with these bytes and hangs up.
    Answer(&'static str),
}

/// A server that treats its first connections by `script`, one request each, and is gone afterwards. Returns its
/// address and, when awaited, how many requests it got.
pub(crate) async fn serve_on_the_wire(script: Vec<Wire>) -> (String, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let mut requests = 0;
        for turn in script {
            let (mut connection, _) = listener.accept().await.unwrap();
            read_head(&mut connection).await;
            requests += 1;
            match turn {
                Wire::Cut => {}
                Wire::CutInAnswer => {
                    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<Tagging>";
                    connection.write_all(half.as_bytes()).await.unwrap();
                }
                Wire::Answer(answer) => connection.write_all(answer.as_bytes()).await.unwrap(),
            }
            connection.shutdown().await.unwrap();
        }
        requests
    });
    (address, served)
}

/// A server that answers nobody ("no such bucket") before it has `number` requests. A client that sends them one
/// after the other never gets an answer.
pub(crate) async fn serve_all_at_once(number: usize) -> (String, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let mut waiting = Vec::new();
        while waiting.len() < number {
            let (mut connection, _) = listener.accept().await.unwrap();
            read_head(&mut connection).await;
            waiting.push(connection);
        }
        let body = "<Error><Code>NoSuchBucket</Code></Error>";
        let head =
            format!("HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        for connection in &mut waiting {
            connection.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
        waiting.len()
    });
    (address, served)
}

async fn read_head(connection: &mut TcpStream) {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = connection.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the client hung up first");
        head.extend_from_slice(&buffer[..read]);
    }
}
