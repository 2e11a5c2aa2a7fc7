//! State on disk: one snapshot per vendor, replaced as a whole, with the objects' contents beside it.
//!
//! A snapshot is written to a new file, synced, and renamed over the old one before the call that changed the world
//! is answered. Whoever was told "done" finds it done after a crash; nobody ever finds half a snapshot.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::double::World;

/// The layout of a snapshot; a snapshot of another layout is refused, not guessed at.
const LAYOUT: u32 = 1;

/// Why state could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// The file system said no.
    #[error("{path} could not be {verb}: {source}")]
    Io {
        /// The file or directory.
        path: String,
        /// What was tried.
        verb: &'static str,
        /// What the file system answered.
        source: io::Error,
    },
    /// The file is not a snapshot of this version of the sandbox.
    #[error(
        "{path} is not a state file of this version: {reason}; choose another directory or remove this one"
    )]
    Foreign {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two sandboxes on one directory would overwrite each other.
    #[error("{path} is in use by another sandbox; choose another directory or stop that one")]
    InUse {
        /// The directory.
        path: String,
    },
}

/// A directory that belongs to one sandbox for as long as this lives.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    written: Arc<Mutex<HashSet<PathBuf>>>,
    _held: Arc<File>,
}

#[derive(Serialize)]
struct Snapshot<'a, W> {
    layout: u32,
    world: &'a W,
}

#[derive(Deserialize)]
struct Stored<W> {
    layout: u32,
    world: W,
}

impl Disk {
    /// Takes the directory, and creates it where needed.
    pub(crate) fn open(root: &Path) -> Result<Self, DiskError> {
        fs::create_dir_all(root).map_err(failed(root, "created"))?;
        let lock = root.join("lock");
        let held = File::create(&lock).map_err(failed(&lock, "created"))?;
        held.try_lock().map_err(|_| DiskError::InUse { path: root.display().to_string() })?;
        Ok(Self { root: root.to_owned(), written: Arc::default(), _held: Arc::new(held) })
    }

    /// What was saved last, or nothing in a fresh directory. Contents that no object refers to any more are removed.
    pub(crate) fn load<W: World>(&self) -> Result<Option<W>, DiskError> {
        let path = self.snapshot::<W>();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&path, "read")(error)),
        };
        let foreign = |reason: String| DiskError::Foreign { path: path.display().to_string(), reason };
        let stored: Stored<W> = serde_json::from_slice(&bytes).map_err(|error| foreign(error.to_string()))?;
        if stored.layout != LAYOUT {
            return Err(foreign(format!("it has layout {}, this is {LAYOUT}", stored.layout)));
        }
        let mut world = stored.world;
        let mut live = HashSet::new();
        for content in world.contents() {
            let path = self.objects::<W>().join(&content.sha256);
            content.bytes = fs::read(&path).map_err(failed(&path, "read"))?.into();
            live.insert(path);
        }
        self.sweep::<W>(&live)?;
        *self.written() = live;
        Ok(Some(world))
    }

    /// Keeps `world`. When this returns, a crash cannot lose it.
    pub(crate) fn save<W: World>(&self, world: &mut W) -> Result<(), DiskError> {
        let objects = self.objects::<W>();
        fs::create_dir_all(&objects).map_err(failed(&objects, "created"))?;
        for content in world.contents() {
            let path = objects.join(&content.sha256);
            if !self.written().contains(&path) {
                self.replace(&path, &content.bytes)?;
                self.written().insert(path);
            }
        }
        let snapshot = serde_json::to_vec_pretty(&Snapshot { layout: LAYOUT, world })
            .expect("a world has string keys only");
        self.replace(&self.snapshot::<W>(), &snapshot)
    }

    fn sweep<W: World>(&self, live: &HashSet<PathBuf>) -> Result<(), DiskError> {
        let objects = self.objects::<W>();
        for entry in fs::read_dir(&objects).map_err(failed(&objects, "read"))?.flatten() {
            if !live.contains(&entry.path()) {
                fs::remove_file(entry.path()).map_err(failed(&entry.path(), "removed"))?;
            }
        }
        Ok(())
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
        let draft = path.with_extension("draft");
        let mut file = File::create(&draft).map_err(failed(&draft, "created"))?;
        file.write_all(bytes).and_then(|()| file.sync_data()).map_err(failed(&draft, "written"))?;
        fs::rename(&draft, path).map_err(failed(path, "replaced"))
    }

    fn snapshot<W: World>(&self) -> PathBuf {
        self.root.join(format!("{}.json", W::VENDOR))
    }

    fn objects<W: World>(&self) -> PathBuf {
        self.root.join(format!("{}-objects", W::VENDOR))
    }

    fn written(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed<'a>(path: &'a Path, verb: &'static str) -> impl Fn(io::Error) -> DiskError + 'a {
    move |source| DiskError::Io { path: path.display().to_string(), verb, source }
}
