//! A proxy in front of a double: it counts the calls, and makes chosen ones slow, wrong, cut or lost.

use crate::aws_operation;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_LENGTH;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// One call that went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number since the start or the last [`Proxy::forget`], from 1.
    pub number: usize,
    /// Its name, such as `s3.PutBucketPolicy`.
    pub operation: String,
    /// The status that the client got. None while it has none, and for a call that was cut.
    pub status: Option<u16>,
}

/// Which calls a fault is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The nth call of all, from 1.
    Call(usize),
    /// The next call of this operation.
    Operation(&'static str),
    /// Every call of this operation.
    EveryCallOf(&'static str),
    /// Every call.
    Always,
}

/// What happens to a call instead of being passed on and answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut before the double has seen the call.
    CutBefore,
    /// The double does the work, and the connection is cut before its answer.
    LoseResponse,
    /// This answer is given, and the double never sees the call.
    Answer {
        /// The status, such as 503.
        status: u16,
        /// Header lines.
        headers: &'static [(&'static str, &'static str)],
        /// The body.
        body: &'static str,
    },
    /// The call is passed on after this time.
    Delay(Duration),
}

/// The side of the double's work on which a held call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The double has not seen it.
    Before,
    /// The double has done it, and the client does not know.
    After,
}

/// A proxy on a loopback port of its own. It ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    endpoint: String,
    state: Arc<Mutex<State>>,
    // Dropping it ends the server's thread.
    _stop: oneshot::Sender<()>,
}

/// A call that will wait for us.
#[derive(Debug)]
pub struct Held {
    reached: Receiver<Call>,
    release: Option<oneshot::Sender<()>>,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<Call>,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    when: When,
    then: Then,
}

#[derive(Debug)]
enum Then {
    Fault(Fault),
    Hold { moment: Moment, reached: Sender<Call>, gate: oneshot::Receiver<()> },
}

impl Proxy {
    /// Starts a proxy of the server at `upstream`, such as `http://127.0.0.1:41234`.
    ///
    /// # Errors
    /// No loopback port, or `upstream` is no plain HTTP address.
    pub fn start(upstream: &str) -> io::Result<Self> {
        let authority = upstream.strip_prefix("http://").unwrap_or(upstream);
        let upstream: SocketAddr = std::net::ToSocketAddrs::to_socket_addrs(authority)?
            .next()
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let state = Arc::new(Mutex::new(State::default()));
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    _ = serve(listener, upstream, shared) => {}
                }
            });
        });
        Ok(Self { endpoint, state, _stop: stop })
    }

    /// Where clients reach it.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Every call so far, in the order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.state).calls.clone()
    }

    /// How often each operation was called.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in &lock(&self.state).calls {
            *counts.entry(call.operation.clone()).or_default() += 1;
        }
        counts
    }

    /// Starts counting anew and lifts every fault.
    pub fn forget(&self) {
        *lock(&self.state) = State::default();
    }

    /// Lets `fault` happen. [`When::Call`] and [`When::Operation`] mean one call, the others every one.
    pub fn fault(&self, when: When, fault: Fault) {
        lock(&self.state).rules.push(Rule { when, then: Then::Fault(fault) });
    }

    /// Lets one call wait on one side of the double's work until the [`Held`] is released or dropped.
    pub fn hold(&self, when: When, moment: Moment) -> Held {
        let (reached_sender, reached) = channel();
        let (release, gate) = oneshot::channel();
        let then = Then::Hold { moment, reached: reached_sender, gate };
        lock(&self.state).rules.push(Rule { when, then });
        Held { reached, release: Some(release) }
    }
}

impl Held {
    /// Waits until a call is held; None when none came within `limit`.
    #[must_use]
    pub fn reached(&self, limit: Duration) -> Option<Call> {
        self.reached.recv_timeout(limit).ok()
    }

    /// Lets the call go on. Dropping the [`Held`] instead cuts its connection.
    pub fn release(mut self) {
        if let Some(release) = self.release.take() {
            // The client may have gone meanwhile, and its call with it.
            let _ = release.send(());
        }
    }
}

impl State {
    /// Notes a call and takes the first rule that is meant for it.
    fn arrive(&mut self, operation: &str) -> (usize, Option<Then>) {
        let number = self.calls.len() + 1;
        self.calls.push(Call { number, operation: operation.to_owned(), status: None });
        let Some(at) = self.rules.iter().position(|rule| rule.when.is(number, operation)) else {
            return (number, None);
        };
        match (&self.rules[at].when, &self.rules[at].then) {
            (When::EveryCallOf(_) | When::Always, Then::Fault(fault)) => {
                (number, Some(Then::Fault(fault.clone())))
            }
            _ => (number, Some(self.rules.remove(at).then)),
        }
    }
}

impl When {
    fn is(&self, number: usize, operation: &str) -> bool {
        match self {
            Self::Call(nth) => *nth == number,
            Self::Operation(name) | Self::EveryCallOf(name) => *name == operation,
            Self::Always => true,
        }
    }
}

type Answer = Response<Full<Bytes>>;

/// Ends a connection without an answer: hyper closes it when a service fails.
fn cut<T>() -> io::Result<T> {
    Err(io::ErrorKind::ConnectionAborted.into())
}

async fn serve(
    listener: std::net::TcpListener,
    upstream: SocketAddr,
    state: Arc<Mutex<State>>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = hyper::service::service_fn(|request| answer(request, upstream, &state));
            let connection = TokioIo::new(connection);
            // It ends with an error when the client goes away or when a call was cut, and both are meant.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(connection, service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    upstream: SocketAddr,
    state: &Mutex<State>,
) -> io::Result<Answer> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let operation = aws_operation::name(&parts, &body);
    let request = Request::from_parts(parts, Full::new(body));
    let (number, then) = lock(state).arrive(&operation);

    let answer = match then {
        None => pass_on(request, upstream).await?,
        Some(Then::Fault(Fault::CutBefore)) => return cut(),
        Some(Then::Fault(Fault::LoseResponse)) => {
            pass_on(request, upstream).await?;
            return cut();
        }
        Some(Then::Fault(Fault::Answer { status, headers, body })) => {
            let mut answer = Response::builder().status(status);
            for (name, value) in headers {
                answer = answer.header(*name, *value);
            }
            answer.body(Full::new(Bytes::from_static(body.as_bytes()))).map_err(io::Error::other)?
        }
        Some(Then::Fault(Fault::Delay(time))) => {
            delay(time).await;
            pass_on(request, upstream).await?
        }
        Some(Then::Hold { moment: Moment::Before, reached, gate }) => {
            wait_at(gate, &reached, number, &operation).await?;
            pass_on(request, upstream).await?
        }
        Some(Then::Hold { moment: Moment::After, reached, gate }) => {
            let answer = pass_on(request, upstream).await?;
            wait_at(gate, &reached, number, &operation).await?;
            answer
        }
    };
    // `forget` may have emptied the list meanwhile.
    if let Some(call) = lock(state).calls.get_mut(number - 1).filter(|call| call.operation == operation) {
        call.status = Some(answer.status().as_u16());
    }
    Ok(answer)
}

async fn wait_at(
    gate: oneshot::Receiver<()>,
    reached: &Sender<Call>,
    number: usize,
    operation: &str,
) -> io::Result<()> {
    // Nobody waits for the news when the test has dropped its end, and then the gate is closed too.
    let _ = reached.send(Call { number, operation: operation.to_owned(), status: None });
    gate.await.or_else(|_| cut())
}

#[expect(clippy::disallowed_methods, reason = "a slow network is what is simulated here")]
async fn delay(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Makes the call on a connection of its own, so that nothing of one call can leak into the next.
async fn pass_on(request: Request<Full<Bytes>>, upstream: SocketAddr) -> io::Result<Answer> {
    let stream = TokioIo::new(TcpStream::connect(upstream).await?);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(stream).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let head = request.method() == hyper::Method::HEAD;
    let answer = sender.send_request(request).await.map_err(io::Error::other)?;
    let (mut parts, body) = answer.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    // The length of what a HEAD request did not get must stay as the double gave it.
    if !head {
        parts.headers.remove(CONTENT_LENGTH);
    }
    parts.headers.remove("transfer-encoding");
    parts.headers.remove("connection");
    Ok(Response::from_parts(parts, Full::new(body)))
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::sync::atomic::{AtomicUsize, Ordering};

    const LIMIT: Duration = Duration::from_secs(10);

    /// A server that answers "done" to everything, and how often it was asked.
    fn upstream() -> (String, Arc<AtomicUsize>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let _ = connection.read(&mut [0; 1024]).unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone").unwrap();
            }
        });
        (endpoint, asked)
    }

    /// Sends one request; what came back, nothing if the connection was cut.
    fn get(proxy: &Proxy, path: &str) -> String {
        let mut connection =
            std::net::TcpStream::connect(proxy.endpoint().trim_start_matches("http://")).unwrap();
        connection.set_read_timeout(Some(LIMIT)).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        // A cut connection is an error or an empty answer, as the system likes.
        let _ = connection.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn calls_are_passed_on_counted_and_named() {
        let (endpoint, asked) = upstream();
        let proxy = Proxy::start(&endpoint).unwrap();
        assert!(get(&proxy, "/a").ends_with("\r\n\r\ndone"));
        get(&proxy, "/a");
        get(&proxy, "/b");
        assert_eq!(asked.load(Ordering::SeqCst), 3);
        assert_eq!(proxy.counts(), BTreeMap::from([("GET /a".to_owned(), 2), ("GET /b".to_owned(), 1)]));
        assert_eq!(proxy.calls()[2], Call { number: 3, operation: "GET /b".into(), status: Some(200) });
        proxy.forget();
        assert_eq!(proxy.calls(), []);
    }

    #[test]
    fn a_call_is_cut_before_or_after_the_double_has_done_it() {
        let (endpoint, asked) = upstream();
        let proxy = Proxy::start(&endpoint).unwrap();
        proxy.fault(When::Call(1), Fault::CutBefore);
        proxy.fault(When::Operation("GET /b"), Fault::LoseResponse);

        assert_eq!(get(&proxy, "/a"), "");
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        assert_eq!(get(&proxy, "/b"), "");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert!(get(&proxy, "/b").ends_with("done"), "one fault is for one call");
        assert_eq!(proxy.calls()[0].status, None);
    }

    #[test]
    fn an_answer_can_be_made_up_for_every_call_of_an_operation() {
        let (endpoint, asked) = upstream();
        let proxy = Proxy::start(&endpoint).unwrap();
        let slow_down = Fault::Answer { status: 429, headers: &[("retry-after", "1")], body: "slow down" };
        proxy.fault(When::EveryCallOf("GET /a"), slow_down);
        for _ in 0..2 {
            let answer = get(&proxy, "/a");
            assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: 1"), "{answer}");
        }
        assert!(get(&proxy, "/b").ends_with("done"));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_held_call_waits_until_it_is_released_and_is_cut_when_it_is_forgotten() {
        let (endpoint, asked) = upstream();
        let proxy = Arc::new(Proxy::start(&endpoint).unwrap());
        for (moment, seen, release) in [
            (Moment::Before, 0, true),
            (Moment::After, 2, true),
            (Moment::Before, 2, false),
            (Moment::After, 3, false),
        ] {
            let held = proxy.hold(When::Operation("GET /a"), moment);
            let client = Arc::clone(&proxy);
            let request = thread::spawn(move || get(&client, "/a"));
            assert_eq!(held.reached(LIMIT).unwrap().operation, "GET /a");
            assert_eq!(asked.load(Ordering::SeqCst), seen, "{moment:?}");
            if release {
                held.release();
            } else {
                drop(held);
            }
            assert_eq!(request.join().unwrap().ends_with("done"), release, "{moment:?}");
        }
    }

    #[test]
    fn a_delayed_call_takes_its_time() {
        let (endpoint, _) = upstream();
        let proxy = Proxy::start(&endpoint).unwrap();
        proxy.fault(When::Always, Fault::Delay(Duration::from_millis(50)));
        let started = std::time::Instant::now();
        get(&proxy, "/a");
        assert!(started.elapsed() >= Duration::from_millis(50));
    }
}
