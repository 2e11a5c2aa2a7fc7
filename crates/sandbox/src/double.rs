//! One vendor's double: its world behind a lock, the disk that it is kept on, and the furniture that it shares.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode};
use hyper::body::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::call::{Call, Reply};
use crate::disk::{Disk, DiskError};
use crate::furniture::{Furniture, Vendor};
use crate::ids::hex;
use crate::operation::{Ask, Face, Operation, Run};

/// Everything that one vendor remembers, and how that vendor speaks.
pub(crate) trait World: DeserializeOwned + Send + Serialize + Sized + 'static {
    /// Whose world it is.
    const VENDOR: Vendor;

    /// The world before the first call.
    fn founded(founding: &Founding) -> Self;

    /// Every stored object's content, which is kept beside the snapshot and not in it.
    fn contents(&mut self) -> Vec<&mut Content>;

    /// All operations of all the vendor's APIs.
    fn router() -> Router<Arc<Double<Self>>>;

    /// The path under which `router` knows a request, where the host or the path as sent means another.
    fn locate(host: &str, path: &str) -> Option<String>;

    /// The vendor's answer to a path or method that it does not have.
    fn no_route(method: &Method, path: &str) -> Reply;

    /// The vendor's answer when it is in trouble, on the API that `path` belongs to.
    fn trouble(path: &str, trouble: Trouble) -> Reply;

    /// Headers that the vendor puts on every answer, made from the number of the call.
    fn house_headers(path: &str, number: u64) -> HeaderMap;
}

/// What a fresh world is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Founding {
    /// Where generated identifiers and secrets start from.
    pub(crate) seed: u64,
    /// When it is founded.
    pub(crate) now: Timestamp,
    /// How many Cloudflare accounts the token reaches.
    pub(crate) cloudflare_accounts: usize,
}

/// Why a vendor cannot answer properly.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// Too many requests, with the seconds to wait where it says so.
    TooManyRequests(Option<u64>),
    /// A failure of its own.
    Failure(StatusCode),
}

/// The bytes of a stored object.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Content {
    pub(crate) sha256: String,
    pub(crate) size: u64,
    #[serde(skip)]
    pub(crate) bytes: Bytes,
}

impl Content {
    /// Takes in `bytes`.
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { sha256: hex(&Sha256::digest(&bytes)), size: bytes.len() as u64, bytes }
    }
}

/// A running vendor.
pub(crate) struct Double<W> {
    world: Mutex<W>,
    disk: Option<Disk>,
    founding: Founding,
    pub(crate) furniture: Arc<Furniture>,
}

impl<W: World> Double<W> {
    /// The vendor as the disk remembers it, or as it was founded.
    pub(crate) fn open(
        disk: Option<Disk>,
        founding: Founding,
        furniture: Arc<Furniture>,
    ) -> Result<Self, DiskError> {
        let world = match &disk {
            Some(disk) => disk.load::<W>()?,
            None => None,
        };
        let double = Self {
            world: Mutex::new(world.unwrap_or_else(|| W::founded(&founding))),
            disk,
            founding,
            furniture,
        };
        double.save(&mut double.lock())?;
        Ok(double)
    }

    /// Now, and how long background work takes.
    pub(crate) fn moment(&self) -> (Timestamp, Duration) {
        (self.furniture.clock.now(), self.furniture.settle)
    }

    /// Looks at the world.
    pub(crate) fn look<R>(&self, at: impl FnOnce(&W) -> R) -> R {
        at(&self.lock())
    }

    /// Founds the world anew.
    pub(crate) fn reset(&self) -> Result<(), DiskError> {
        let mut world = self.lock();
        *world = W::founded(&Founding { now: self.furniture.clock.now(), ..self.founding });
        self.save(&mut world)
    }

    /// Runs one operation alone on the world.
    pub(crate) fn answer<F: Face<World = W>>(&self, operation: &Operation<F>, call: Call) -> Reply {
        let mut world = self.lock();
        let caller = match F::authorise(&world, &call) {
            Ok(caller) => caller,
            Err(refusal) => return refusal,
        };
        let ask = Ask { call, caller };
        let answer = match operation.run {
            Run::Read(run) => run(&world, &ask),
            Run::Write(run) => run(&mut world, &ask).and_then(|reply| {
                self.save(&mut world).map(|()| reply).map_err(|error| {
                    self.furniture.record.complain(&error.to_string());
                    W::trouble(ask.uri.path(), Trouble::Failure(StatusCode::INTERNAL_SERVER_ERROR))
                })
            }),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn save(&self, world: &mut W) -> Result<(), DiskError> {
        self.disk.as_ref().map_or(Ok(()), |disk| disk.save(world))
    }

    fn lock(&self) -> MutexGuard<'_, W> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
