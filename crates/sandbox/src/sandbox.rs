//! Starting and stopping: from options to two ports, and back to nothing.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::admin;
use crate::clock::{Clock, SystemClock, millis};
use crate::cloudflare;
use crate::disk::{Disk, DiskError};
use crate::double::{Double, Founding};
use crate::faults::{FaultError, FaultRule, FaultState, Faults};
use crate::furniture::Furniture;
use crate::record::{Exchange, Listener, Record};
use crate::server::Site;
use crate::supabase;

/// How long background work of the vendors takes, unless told otherwise: long enough to be seen by who does not wait.
const SETTLE: Duration = Duration::from_millis(400);

/// How a sandbox is to run. The default is what a test wants: free ports, nothing on disk, the system's clock.
#[derive(Clone)]
pub struct Options {
    /// Port of the Supabase APIs; 0 takes a free one.
    pub supabase_port: u16,
    /// Port of the Cloudflare APIs; 0 takes a free one.
    pub cloudflare_port: u16,
    /// Directory to keep state in; in memory where absent.
    pub state: Option<PathBuf>,
    /// File to append every call to, one JSON object a line.
    pub record: Option<PathBuf>,
    /// Faults from the start on.
    pub faults: Vec<FaultRule>,
    /// Where generated identifiers and secrets start from: the same seed gives the same ones.
    pub seed: u64,
    /// How long what the vendors do in the background takes: a new project comes up, a bucket is emptied, a domain
    /// becomes active.
    pub settle: Duration,
    /// Cloudflare accounts that the token reaches.
    pub cloudflare_accounts: usize,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Hears of every call once it is answered; for a live log.
    pub listener: Option<Listener>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            supabase_port: 0,
            cloudflare_port: 0,
            state: None,
            record: None,
            faults: Vec::new(),
            seed: 0,
            settle: SETTLE,
            cloudflare_accounts: 1,
            clock: Arc::new(SystemClock),
            listener: None,
        }
    }
}

/// Why a sandbox did not start. Nothing is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port is taken, or may not be used.
    #[error("port {port} for {vendor} could not be opened: {source}")]
    Port {
        /// Whom it was for.
        vendor: &'static str,
        /// The port asked for.
        port: u16,
        /// What the system answered.
        source: io::Error,
    },
    /// The file for the record of calls could not be opened.
    #[error("{path} could not be opened: {source}")]
    Record {
        /// The file.
        path: String,
        /// What the system answered.
        source: io::Error,
    },
    /// A fault rule cannot work.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] DiskError),
    /// The system gave no thread or no event loop.
    #[error("the system refused a thread: {0}")]
    System(#[source] io::Error),
}

/// What a client of the Supabase double needs. The keys open nothing but this sandbox.
#[derive(Clone, Deserialize, Serialize)]
pub struct SupabaseAccess {
    /// Base of the Management API.
    pub url: String,
    /// A personal access token for it.
    pub access_token: String,
    /// Slug of the organisation that exists from the start.
    pub organization_slug: String,
    /// Reference of the project that exists from the start.
    pub project_ref: String,
    /// Base of that project's own APIs, in place of `https://<ref>.supabase.co`.
    pub project_url: String,
    /// Base of its Storage API.
    pub storage_url: String,
    /// Its legacy `service_role` key, a JWT.
    pub service_role_key: String,
    /// Its legacy `anon` key, a JWT.
    pub anon_key: String,
    /// Its `sb_secret_...` key.
    pub secret_key: String,
}

/// What a client of the Cloudflare double needs. The keys open nothing but this sandbox.
#[derive(Clone, Deserialize, Serialize)]
pub struct CloudflareAccess {
    /// Base of the API, `/client/v4` included.
    pub url: String,
    /// A user's API token for it, which reaches every account.
    pub token: String,
    /// An API token that the first account owns: it reaches that account only, and no user.
    pub account_token: String,
    /// The account that exists from the start; the first of them.
    pub account_id: String,
    /// A zone in that account.
    pub zone_id: String,
    /// The zone's name.
    pub zone_name: String,
    /// The S3 face of R2 for that account, in place of `https://<account>.r2.cloudflarestorage.com`.
    pub r2_s3_url: String,
    /// Access key of the S3 face; as at the vendor, the token's id.
    pub r2_access_key_id: String,
    /// Its secret; as at the vendor, the SHA-256 of the token.
    pub r2_secret_access_key: String,
}

/// What runs, and what happened so far.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Status {
    /// The sandbox's version.
    pub version: String,
    /// When it was started, RFC 3339.
    pub started_at: String,
    /// Base of the Supabase double.
    pub supabase_url: String,
    /// Base of the Cloudflare double.
    pub cloudflare_url: String,
    /// Base of the AWS double, where one was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_url: Option<String>,
    /// Where state is kept, if not in memory.
    pub state: Option<String>,
    /// Calls since it was started.
    pub calls: u64,
    /// Calls to operations that the sandbox does not have.
    pub gaps: u64,
    /// What exists.
    pub holds: Holdings,
    /// Every fault rule and its counts.
    pub faults: Vec<FaultState>,
}

/// What exists, counted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Holdings {
    /// Supabase projects.
    pub projects: usize,
    /// Their buckets.
    pub storage_buckets: usize,
    /// The objects in them.
    pub storage_objects: usize,
    /// R2 buckets of all accounts.
    pub r2_buckets: usize,
    /// The objects in them.
    pub r2_objects: usize,
}

/// The doubles of Supabase and Cloudflare.
pub struct Sandbox;

impl Sandbox {
    /// Starts both on 127.0.0.1 and returns once they accept connections. They run on a thread of their own until the
    /// returned handle is dropped.
    pub fn start(options: Options) -> Result<Running, StartError> {
        let mut faults = Faults::default();
        for rule in &options.faults {
            faults.add(rule.clone())?;
        }
        let record = options.record.as_deref().map(open_record).transpose()?;
        let record = Record::new(record, options.listener);
        let supabase_port = listen("Supabase", options.supabase_port)?;
        let cloudflare_port = listen("Cloudflare", options.cloudflare_port)?;
        let disk = options.state.as_deref().map(Disk::open).transpose()?;

        let now = options.clock.now();
        let founding = Founding { seed: options.seed, now, cloudflare_accounts: options.cloudflare_accounts };
        let furniture = Arc::new(Furniture::new(options.clock, options.settle, record, faults));
        let house = Arc::new(House {
            supabase: Arc::new(Double::open(disk.clone(), founding, Arc::clone(&furniture))?),
            cloudflare: Arc::new(Double::open(disk, founding, Arc::clone(&furniture))?),
            furniture,
            supabase_url: format!("http://{}", address(&supabase_port)?),
            cloudflare_url: format!("http://{}", address(&cloudflare_port)?),
            state: options.state,
            started_at: now,
            announced: Mutex::default(),
        });
        let (stop, stopped) = watch::channel(false);
        let event_loop = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let event_loop = event_loop.map_err(StartError::System)?;
        let supabase = Site::new(Arc::clone(&house.supabase), admin::router(&house));
        let cloudflare = Site::new(Arc::clone(&house.cloudflare), admin::router(&house));
        let (supabase_port, cloudflare_port) = {
            let _inside = event_loop.enter();
            (into_async(supabase_port)?, into_async(cloudflare_port)?)
        };
        let thread = thread::Builder::new()
            .name("slipway-sandbox".to_owned())
            .spawn(move || {
                event_loop.block_on(async {
                    tokio::join!(
                        supabase.serve(supabase_port, stopped.clone()),
                        cloudflare.serve(cloudflare_port, stopped)
                    );
                });
            })
            .map_err(StartError::System)?;
        Ok(Running { house, stop, thread: Some(thread) })
    }
}

/// A running sandbox. Dropping it stops it: no new connections, what is under way is finished first.
pub struct Running {
    house: Arc<House>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// How to reach and use the Supabase double.
    pub fn supabase(&self) -> SupabaseAccess {
        self.house.supabase_access()
    }

    /// How to reach and use the Cloudflare double.
    pub fn cloudflare(&self) -> CloudflareAccess {
        self.house.cloudflare_access()
    }

    /// Base of a project's own APIs, in place of `https://<ref>.supabase.co`.
    pub fn project_url(&self, reference: &str) -> String {
        supabase::project_url(&self.house.supabase_url, reference)
    }

    /// The S3 face of R2, in place of `https://<account>[.<jurisdiction>].r2.cloudflarestorage.com`. The jurisdiction
    /// `default` is that of buckets without one.
    pub fn r2_s3_url(&self, account_id: &str, jurisdiction: &str) -> String {
        cloudflare::r2_s3_url(&self.house.cloudflare_url, account_id, jurisdiction)
    }

    /// What runs, and what happened so far.
    pub fn status(&self) -> Status {
        self.house.status()
    }

    /// The environment variables that Terraform, wrangler, the supabase CLI and the aws CLI need.
    pub fn variables(&self) -> Vec<(String, String)> {
        self.house.variables()
    }

    /// Adds variables to those of [`variables`](Self::variables): of an AWS double that runs beside this, of files that a
    /// client wants. A name that is there already gets the new value.
    pub fn announce(&self, variables: impl IntoIterator<Item = (String, String)>) {
        self.house.announced().extend(variables);
    }

    /// The calls since the start or the last reset, oldest first; the latest 10,000 of them.
    pub fn calls(&self) -> Vec<Exchange> {
        self.house.furniture.record.calls(0)
    }

    /// Makes something go wrong from here on.
    pub fn fault(&self, rule: FaultRule) -> Result<(), FaultError> {
        self.house.furniture.faults().add(rule)
    }

    /// Forgets everything: what exists, the calls, the faults.
    pub fn reset(&self) -> Result<(), DiskError> {
        self.house.reset()
    }

    /// Stops it and returns when it has stopped.
    pub fn stop(self) {}
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// Both doubles under one roof.
pub(crate) struct House {
    supabase: Arc<Double<supabase::World>>,
    cloudflare: Arc<Double<cloudflare::World>>,
    pub(crate) furniture: Arc<Furniture>,
    supabase_url: String,
    cloudflare_url: String,
    state: Option<PathBuf>,
    started_at: Timestamp,
    announced: Mutex<BTreeMap<String, String>>,
}

impl House {
    fn announced(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.announced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn supabase_access(&self) -> SupabaseAccess {
        self.supabase.look(|world| world.access(&self.supabase_url))
    }

    fn cloudflare_access(&self) -> CloudflareAccess {
        self.cloudflare.look(|world| world.access(&self.cloudflare_url))
    }

    pub(crate) fn status(&self) -> Status {
        let (projects, storage_buckets, storage_objects) = self.supabase.look(supabase::World::count);
        let (r2_buckets, r2_objects) = self.cloudflare.look(cloudflare::World::count);
        let calls = self.furniture.record.calls(0);
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: millis(self.started_at),
            supabase_url: self.supabase_url.clone(),
            cloudflare_url: self.cloudflare_access().url,
            aws_url: self.announced().get("AWS_ENDPOINT_URL").cloned(),
            state: self.state.as_ref().map(|path| path.display().to_string()),
            calls: self.furniture.record.count(),
            gaps: calls.iter().filter(|call| call.is_gap()).count() as u64,
            holds: Holdings { projects, storage_buckets, storage_objects, r2_buckets, r2_objects },
            faults: self.furniture.faults().states(),
        }
    }

    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let supabase = self.supabase_access();
        let cloudflare = self.cloudflare_access();
        let announced = self.announced();
        let own = [
            ("SUPABASE_ACCESS_TOKEN", supabase.access_token),
            ("SUPABASE_API_ENDPOINT", supabase.url),
            ("SUPABASE_PROJECT_REF", supabase.project_ref.clone()),
            // What `examples/quickstart` calls it: a project's reference is configuration, and no provider's variable.
            ("TF_VAR_supabase_project_ref", supabase.project_ref),
            ("SUPABASE_URL", supabase.project_url),
            ("SUPABASE_SERVICE_ROLE_KEY", supabase.service_role_key),
            ("SUPABASE_ANON_KEY", supabase.anon_key),
            ("CLOUDFLARE_API_TOKEN", cloudflare.token),
            ("CLOUDFLARE_ACCOUNT_ID", cloudflare.account_id),
            // The Terraform provider and wrangler call the same thing by two names.
            ("CLOUDFLARE_BASE_URL", cloudflare.url.clone()),
            ("CLOUDFLARE_API_BASE_URL", cloudflare.url),
            ("CLOUDFLARE_ZONE_ID", cloudflare.zone_id),
            ("R2_ENDPOINT_URL", cloudflare.r2_s3_url),
            ("R2_ACCESS_KEY_ID", cloudflare.r2_access_key_id),
            ("R2_SECRET_ACCESS_KEY", cloudflare.r2_secret_access_key),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let own = own.into_iter().filter(|(name, _)| !announced.contains_key(name));
        own.chain(announced.iter().map(|(name, value)| (name.clone(), value.clone()))).collect()
    }

    pub(crate) fn reset(&self) -> Result<(), DiskError> {
        self.supabase.reset()?;
        self.cloudflare.reset()?;
        self.furniture.faults().clear();
        self.furniture.record.forget();
        Ok(())
    }
}

fn listen(vendor: &'static str, port: u16) -> Result<TcpListener, StartError> {
    let open = || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    open().map_err(|source| StartError::Port { vendor, port, source })
}

fn address(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(StartError::System)
}

fn into_async(listener: TcpListener) -> Result<tokio::net::TcpListener, StartError> {
    tokio::net::TcpListener::from_std(listener).map_err(StartError::System)
}

fn open_record(path: &Path) -> Result<File, StartError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|source| StartError::Record { path: path.display().to_string(), source })
}
