//! Secrets appear neither in `Debug`, nor in errors, nor in anything that is logged.

use std::{
    io,
    sync::{Arc, Mutex},
};

use clouds::{Call, aws::s3::NewBucket};
use tracing_subscriber::fmt::MakeWriter;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{any, method},
};

use crate::support::{Double, config, s3_error};

const SECRETS: [&str; 2] = ["secret-key-of-the-test", "session-token-of-the-test"];

fn check(what: &str, text: &str) {
    for secret in SECRETS {
        if let Some(at) = text.find(secret) {
            let from = text[..at].rfind('\n').map_or(0, |line| line + 1);
            panic!("{what} shows a secret: {}", &text[from..(at + secret.len()).min(text.len())]);
        }
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn secrets_are_not_in_debug_output() {
    let double = Double::start().await;
    check("the configuration", &format!("{:?}", config("http://127.0.0.1")));
    check("the client", &format!("{:#?} {:#?}", double.aws, double.s3));
}

#[tokio::test]
async fn secrets_are_not_in_what_a_create_logs_at_the_finest_level() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let double = Double::start().await;
    Mock::given(method("HEAD")).respond_with(ResponseTemplate::new(404)).mount(&double.server).await;
    Mock::given(any()).respond_with(s3_error(403, "AccessDenied", "no")).mount(&double.server).await;

    // For the whole process: one for this thread alone may come after a place in the code has learnt, from a test
    // beside this one, that nobody listens. What the others say must be free of secrets too.
    tracing::subscriber::set_global_default(subscriber).expect("no other test of this program listens");
    let new = NewBucket::default();
    let error = double.s3.create(&Call::unbounded(), "orders", new).await.unwrap_err();

    check("the error", &format!("{error} {error:?}"));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("TRACE") && log.contains("CreateBucket"), "the log is a real one");
    check("the log", &log);
}
