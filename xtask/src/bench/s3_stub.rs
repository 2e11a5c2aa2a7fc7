//! An S3 that answers at once: what is left of a measurement is Terraform's time and the provider's.
//!
//! It keeps what it is given and gives it back, counts the calls, and checks nothing. It is for speed; moto is for
//! correctness.

use acceptance_tests::aws_operation;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The stub's server. It ends when it is dropped.
pub(super) struct S3Stub {
    endpoint: String,
    state: Arc<Mutex<State>>,
    // Dropping it ends the server's thread.
    _stop: oneshot::Sender<()>,
}

#[derive(Default)]
struct State {
    /// The sub-resources of each bucket, by the name that operations call them.
    buckets: HashMap<String, HashMap<String, Bytes>>,
    /// What was taken away from buckets that are there.
    removed: BTreeSet<(String, String)>,
    calls: BTreeMap<String, usize>,
    lacking: BTreeSet<String>,
}

type Answer = Response<Full<Bytes>>;

impl S3Stub {
    pub(super) fn start() -> io::Result<Self> {
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
                    _ = serve(listener, shared) => {}
                }
            });
        });
        Ok(Self { endpoint, state, _stop: stop })
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Forgets every bucket and every count.
    pub(super) fn reset(&self) {
        *lock(&self.state) = State::default();
    }

    /// The counts since the last call of this or of [`reset`](Self::reset).
    pub(super) fn take_calls(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut lock(&self.state).calls)
    }

    /// Operations that were asked for and that it does not have.
    pub(super) fn lacking(&self) -> Vec<String> {
        lock(&self.state).lacking.iter().cloned().collect()
    }
}

async fn serve(listener: std::net::TcpListener, state: Arc<Mutex<State>>) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = hyper::service::service_fn(|request| answer(request, &state));
            // A client that goes away in mid-request is no concern of ours.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service)
                .await;
        });
    }
}

async fn answer(request: Request<Incoming>, state: &Mutex<State>) -> Result<Answer, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let operation = aws_operation::name(&parts, &body);
    let mut state = lock(state);
    *state.calls.entry(operation.clone()).or_default() += 1;
    Ok(match operation.as_str() {
        "sts.GetCallerIdentity" => xml(StatusCode::OK, CALLER),
        "iam.GetUser" => xml(StatusCode::OK, USER),
        _ => match operation.strip_prefix("s3.").and_then(|operation| state.s3(operation, &parts, body)) {
            Some(answer) => answer,
            None => {
                state.lacking.insert(operation.clone());
                error(StatusCode::NOT_IMPLEMENTED, "NotImplemented", &operation)
            }
        },
    })
}

impl State {
    /// None for an operation that the stub does not have.
    fn s3(&mut self, operation: &str, request: &Parts, body: Bytes) -> Option<Answer> {
        let bucket = request.uri.path().trim_matches('/').to_owned();
        if operation == "ListBuckets" {
            return Some(xml(StatusCode::OK, "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"));
        }
        if operation == "CreateBucket" {
            if self.buckets.contains_key(&bucket) {
                return Some(error(StatusCode::CONFLICT, "BucketAlreadyOwnedByYou", &bucket));
            }
            self.buckets.insert(bucket, HashMap::new());
            return Some(empty(StatusCode::OK));
        }
        let Some(parts) = self.buckets.get_mut(&bucket) else {
            return Some(error(StatusCode::NOT_FOUND, "NoSuchBucket", &bucket));
        };
        Some(match operation {
            "HeadBucket" => empty(StatusCode::OK),
            "DeleteBucket" => {
                self.buckets.remove(&bucket);
                self.removed.retain(|(of, _)| *of != bucket);
                empty(StatusCode::NO_CONTENT)
            }
            "ListObjectsV2" | "ListObjects" => {
                xml(StatusCode::OK, "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>")
            }
            "ListObjectVersions" => xml(StatusCode::OK, "<ListVersionsResult/>"),
            "ListMultipartUploads" => xml(StatusCode::OK, "<ListMultipartUploadsResult/>"),
            _ => {
                if let Some(part) = operation.strip_prefix("Get") {
                    match parts.get(part) {
                        Some(stored) => Response::new(Full::new(stored.clone())),
                        None if self.removed.contains(&(bucket.clone(), part.to_owned())) => removed(part)?,
                        None => unset(part)?,
                    }
                } else if let Some(part) = operation.strip_prefix("Put") {
                    parts.insert(part.to_owned(), body);
                    empty(StatusCode::OK)
                } else {
                    let part = operation.strip_prefix("Delete")?;
                    parts.remove(part);
                    self.removed.insert((bucket, part.to_owned()));
                    empty(StatusCode::NO_CONTENT)
                }
            }
        })
    }
}

/// What S3 says of a part of a bucket that was taken away: two of those that every bucket begins with do not come back.
fn removed(part: &str) -> Option<Answer> {
    match part {
        "BucketOwnershipControls" => Some("OwnershipControlsNotFoundError"),
        "PublicAccessBlock" => Some("NoSuchPublicAccessBlockConfiguration"),
        _ => None,
    }
    .map_or_else(|| unset(part), |code| Some(error(StatusCode::NOT_FOUND, code, part)))
}

/// What S3 says of a part of a bucket that nobody has set.
fn unset(part: &str) -> Option<Answer> {
    let (status, text) = match part {
        "BucketAccelerateConfiguration" => (200, "<AccelerateConfiguration/>"),
        "BucketAcl" => (200, ACL),
        "BucketEncryption" => (200, ENCRYPTION),
        "BucketLocation" => (200, "<LocationConstraint/>"),
        "BucketLogging" => (200, "<BucketLoggingStatus/>"),
        "BucketNotificationConfiguration" => (200, "<NotificationConfiguration/>"),
        "BucketOwnershipControls" => (200, OWNERSHIP),
        "BucketRequestPayment" => {
            (200, "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>")
        }
        "BucketVersioning" => (200, "<VersioningConfiguration/>"),
        "PublicAccessBlock" => (200, ACCESS_BLOCK),
        "BucketCors" => (404, "NoSuchCORSConfiguration"),
        "BucketLifecycleConfiguration" => (404, "NoSuchLifecycleConfiguration"),
        "BucketPolicy" | "BucketPolicyStatus" => (404, "NoSuchBucketPolicy"),
        "BucketReplication" => (404, "ReplicationConfigurationNotFoundError"),
        "BucketTagging" => (404, "NoSuchTagSet"),
        "BucketWebsite" => (404, "NoSuchWebsiteConfiguration"),
        "ObjectLockConfiguration" => (404, "ObjectLockConfigurationNotFoundError"),
        _ => return None,
    };
    Some(if status == 200 { xml(StatusCode::OK, text) } else { error(StatusCode::NOT_FOUND, text, part) })
}

const ACL: &str = "<AccessControlPolicy><Owner><ID>owner</ID></Owner><AccessControlList><Grant>\
    <Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>owner</ID></Grantee>\
    <Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>";
const ENCRYPTION: &str = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
    <SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled>\
    </Rule></ServerSideEncryptionConfiguration>";
const OWNERSHIP: &str = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>";
const ACCESS_BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
    <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
    <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
const CALLER: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>AIDABENCH</UserId>\
    <Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>0</RequestId>\
    </ResponseMetadata></GetCallerIdentityResponse>";
const USER: &str = "<GetUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetUserResult><User>\
    <Path>/</Path><UserName>bench</UserName><UserId>AIDABENCH</UserId><Arn>arn:aws:iam::123456789012:user/bench</Arn>\
    <CreateDate>2026-01-01T00:00:00Z</CreateDate></User></GetUserResult></GetUserResponse>";

fn xml(status: StatusCode, text: &str) -> Answer {
    let mut answer = empty(status);
    answer.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/xml"));
    *answer.body_mut() = Full::new(Bytes::copy_from_slice(text.as_bytes()));
    answer
}

fn error(status: StatusCode, code: &str, message: &str) -> Answer {
    xml(
        status,
        &format!("<Error><Code>{code}</Code><Message>{message}</Message><RequestId>0</RequestId></Error>"),
    )
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer.headers_mut().insert("x-amz-bucket-region", hyper::header::HeaderValue::from_static("us-east-1"));
    answer
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
