//! The three sockets that are the way in.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
    time::Duration,
};

use gate::{
    seqpacket::Listener,
    wire::{CONTROL, MEDIA, PORTS},
};
use tokio::net::UnixListener;

/// How long nobody is let in after that failed: without descriptors it fails again at once, for ever.
pub const PAUSE: Duration = Duration::from_millis(100);

/// The three.
pub struct Sockets {
    /// Control requests.
    pub control: UnixListener,
    /// Streams.
    pub ports: UnixListener,
    /// Datagrams.
    pub media: Listener,
}

impl Sockets {
    /// Makes them in this directory. Only our own user can open them; the desktop, which is another, passes through
    /// the directory to files that it is meant to read.
    pub fn make(directory: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o711).create(directory)?;
        let place = |name| {
            let path = directory.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(path),
            }
        };
        let ours = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        let (control, ports, media) = (place(CONTROL)?, place(PORTS)?, place(MEDIA)?);
        // Nobody can be quicker: no process is there yet.
        let sockets = Self {
            control: UnixListener::bind(&control)?,
            ports: UnixListener::bind(&ports)?,
            media: Listener::bind(&media)?,
        };
        for path in [&control, &ports, &media] {
            ours(path)?;
        }
        Ok(sockets)
    }
}
