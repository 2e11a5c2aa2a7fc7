//! The socket that a provider listens on: private to the user, or at least to the machine.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::ServeError;
use super::env::Place;

/// Where a listener is found.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

impl Address {
    /// The network's name, in the words of Go.
    pub(crate) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(formatter),
            Self::Tcp(address) => address.fmt(formatter),
        }
    }
}

/// A connection, whatever it runs over.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// An open socket. Dropping it removes its file.
#[derive(Debug)]
pub(super) enum Listener {
    #[cfg(unix)]
    Unix(unix::PrivateSocket),
    Tcp(TcpListener, SocketAddr),
}

impl Listener {
    /// Opens a socket file in a directory that belongs to this process alone. Where no such file can be had
    /// (Windows, a read-only or very long path for temporary files), listens on 127.0.0.1.
    pub(super) async fn open(place: &Place) -> Result<Self, ServeError> {
        #[cfg(unix)]
        match unix::PrivateSocket::open(place) {
            Ok(socket) => return Ok(Self::Unix(socket)),
            // The host asked for this very place, so no other will do.
            Err(reason) if place.directory.is_some() || place.group.is_some() => {
                return Err(ServeError::Listen(reason));
            }
            Err(reason) => tracing::warn!(%reason, "no socket file is possible; listening on 127.0.0.1"),
        }
        Self::on_loopback(place).await.map_err(ServeError::Listen)
    }

    async fn on_loopback(place: &Place) -> io::Result<Self> {
        let Some(ports) = place.ports.clone() else { return Self::on_port(0).await };
        let mut refusal = io::Error::new(io::ErrorKind::AddrInUse, "the range of ports is empty");
        for port in ports {
            match Self::on_port(port).await {
                Ok(listener) => return Ok(listener),
                Err(reason) => refusal = reason,
            }
        }
        Err(refusal)
    }

    async fn on_port(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self::Tcp(listener, address))
    }

    pub(super) fn address(&self) -> Address {
        match self {
            #[cfg(unix)]
            Self::Unix(socket) => Address::Unix(socket.path().to_owned()),
            Self::Tcp(_, address) => Address::Tcp(*address),
        }
    }

    pub(super) async fn accept(&self) -> io::Result<Box<dyn Connection>> {
        match self {
            #[cfg(unix)]
            Self::Unix(socket) => socket.accept().await,
            Self::Tcp(listener, _) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, DirBuilder, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::net::UnixListener;

    use super::{Connection, Place};

    /// A socket in a directory made for it.
    #[derive(Debug)]
    pub(in crate::serve) struct PrivateSocket {
        listener: UnixListener,
        path: PathBuf,
        // Last, so that the socket is closed before its file goes.
        _directory: PrivateDirectory,
    }

    impl PrivateSocket {
        pub(super) fn open(place: &Place) -> io::Result<Self> {
            if let Some(parent) = &place.directory {
                return Self::open_in(parent, place);
            }
            // A path to a socket has about a hundred bytes, and the user's own directory may be deep.
            let own = std::env::temp_dir();
            Self::open_in(&own, place).or_else(|reason| {
                let common = Path::new("/tmp");
                if own == common { Err(reason) } else { Self::open_in(common, place) }
            })
        }

        fn open_in(parent: &Path, place: &Place) -> io::Result<Self> {
            let directory = PrivateDirectory::create_in(parent)?;
            let path = directory.0.join("provider");
            let listener = UnixListener::bind(&path)?;
            if let Some(group) = &place.group {
                let group = group_id(group)?;
                chown(&path, None, Some(group))?;
                fs::set_permissions(&path, Permissions::from_mode(0o660))?;
                chown(&directory.0, None, Some(group))?;
                fs::set_permissions(&directory.0, Permissions::from_mode(0o750))?;
            }
            Ok(Self { listener, path, _directory: directory })
        }

        pub(super) fn path(&self) -> &Path {
            &self.path
        }

        pub(super) async fn accept(&self) -> io::Result<Box<dyn Connection>> {
            let (stream, _) = self.listener.accept().await?;
            Ok(Box::new(stream))
        }
    }

    /// A directory that only this user can enter. Dropping it removes it and what is in it.
    #[derive(Debug)]
    struct PrivateDirectory(PathBuf);

    impl PrivateDirectory {
        /// The name is easily guessed, which does no harm: creating is the one step that can win a race, and
        /// a name that exists, left by a process that was killed, is passed over.
        fn create_in(parent: &Path) -> io::Result<Self> {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let process = std::process::id();
            let mut attempts = 0..1_000;
            loop {
                let number = COUNT.fetch_add(1, Ordering::Relaxed);
                let path = parent.join(format!("tfplugin-{process}-{number}"));
                match DirBuilder::new().mode(0o700).create(&path) {
                    Ok(()) => return Ok(Self(path)),
                    Err(reason)
                        if reason.kind() == io::ErrorKind::AlreadyExists && attempts.next().is_some() => {}
                    Err(reason) => return Err(reason),
                }
            }
        }
    }

    impl Drop for PrivateDirectory {
        fn drop(&mut self) {
            if let Err(reason) = fs::remove_dir_all(&self.0) {
                tracing::warn!(directory = %self.0.display(), %reason, "the socket's directory stays behind");
            }
        }
    }

    /// The number of a group that is given by number or by its name in `/etc/group`.
    fn group_id(group: &str) -> io::Result<u32> {
        if let Ok(id) = group.parse() {
            return Ok(id);
        }
        let groups = fs::read_to_string("/etc/group")?;
        groups.lines().find_map(|line| id_in_entry(line, group)).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                format!("`/etc/group` has no group `{group}`; give its number in PLUGIN_UNIX_SOCKET_GROUP"),
            )
        })
    }

    fn id_in_entry(line: &str, group: &str) -> Option<u32> {
        let mut fields = line.split(':');
        (fields.next() == Some(group)).then(|| fields.nth(1)?.parse().ok()).flatten()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_group_is_found_by_name_or_number() {
            assert_eq!(group_id("4711").ok(), Some(4711));
            assert_eq!(id_in_entry("staff:x:50:alice,bob", "staff"), Some(50));
            assert_eq!(id_in_entry("staff:x:50:alice,bob", "sta"), None);
        }

        #[test]
        fn a_name_left_behind_by_a_killed_process_is_passed_over() {
            let parent = tempfile::tempdir().expect("a directory");
            for number in 0..100 {
                let stale = format!("tfplugin-{}-{number}", std::process::id());
                fs::create_dir(parent.path().join(stale)).expect("a directory");
            }
            let directory = PrivateDirectory::create_in(parent.path()).expect("another directory");
            assert!(directory.0.is_dir());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_passed_over_and_the_range_is_kept() {
        let holder = Listener::on_loopback(&Place::default()).await.expect("a port");
        let Address::Tcp(taken) = holder.address() else { panic!("{holder:?}") };
        let within = |last| Place { ports: Some(taken.port()..=last), ..Place::default() };

        let full = Listener::on_loopback(&within(taken.port())).await.expect_err("no free port");
        assert_eq!(full.kind(), io::ErrorKind::AddrInUse);

        let last = taken.port().saturating_add(50);
        let next = Listener::on_loopback(&within(last)).await.expect("a free port");
        let Address::Tcp(next) = next.address() else { panic!("{next:?}") };
        assert!(next.ip().is_loopback() && (taken.port() + 1..=last).contains(&next.port()), "{next}");
    }
}
