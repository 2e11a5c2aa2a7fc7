//! Secrets appear neither in `Debug`, nor in errors, nor in anything that is logged.

use std::io;
use std::sync::{Arc, Mutex};

use clouds::cloudflare::r2::NewBucket;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Bench, access, call};

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
async fn the_token_and_the_keys_made_of_it_are_seen_nowhere() {
    let bench = Bench::new();
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For the whole process: one for this thread alone may come after a place in the code has learnt, from a test
    // beside this one, that nobody listens. What the others say must be free of secrets too.
    tracing::subscriber::set_global_default(subscriber).expect("no other test of this program listens");
    let (r2, call) = (bench.r2(), call());
    r2.create(&call, "assets", &NewBucket::default()).await.unwrap();
    r2.empty(&call, "assets", &|_| {}).await.unwrap();
    let error = r2.create(&call, "assets", &NewBucket::default()).await.unwrap_err();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("TRACE") && log.contains("Create Bucket"), "the log is a real one");
    let configuration = format!("{:?} {:?} {:?}", access(&bench.sandbox), bench.cloudflare, r2);
    let access = bench.sandbox.cloudflare();
    for secret in [&access.token, &access.r2_secret_access_key] {
        for (what, text) in [
            ("the log", &log),
            ("the configuration", &configuration),
            ("the error", &format!("{error} {error:?}")),
        ] {
            assert!(!text.contains(secret.as_str()), "{what} shows a secret");
        }
    }
}
