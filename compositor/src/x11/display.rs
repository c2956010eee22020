//! The number of an X display: its lock, the sockets that programs connect to, and the word that lets them in.
//!
//! Another user of the machine can reach the sockets too. Who does not know the cookie, which only the user can read, is
//! not let in.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};

use rustix::process::{Pid, test_kill_process};

/// Displays that are tried.
const MOST: u32 = 64;
/// Where programs look for the sockets.
const SOCKETS: &str = "/tmp/.X11-unix";
/// What the protocol calls a secret that both sides know.
pub(super) const COOKIE: &[u8] = b"MIT-MAGIC-COOKIE-1";
/// In an authority file: for every host.
const EVERYWHERE: u16 = 0xffff;

/// A display that is ours for as long as this lives.
#[derive(Debug)]
pub(super) struct Display {
    number: u32,
    listeners: Vec<OwnedFd>,
    cookie: [u8; 16],
    authority: PathBuf,
}

impl Display {
    /// Takes the first free display. The cookie is written to a file in `directory`.
    pub(super) fn claim(directory: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o1777).create(SOCKETS)?;
        if !fs::symlink_metadata(SOCKETS)?.is_dir() {
            return Err(io::Error::other(format!("{SOCKETS} is not a directory")));
        }
        let mut cookie = [0; 16];
        File::open("/dev/urandom")?.read_exact(&mut cookie)?;
        let mut last = io::Error::other("every X display is taken");
        for number in 0..MOST {
            if !lock(number) {
                continue;
            }
            match listen(number) {
                Ok(listeners) => {
                    let authority = directory.join(format!("tos-xauthority-{number}"));
                    let display = Self { number, listeners, cookie, authority };
                    write_private(&display.authority, &authority_entry(&cookie))?;
                    return Ok(display);
                }
                Err(error) => {
                    let _ = fs::remove_file(lock_path(number));
                    last = error;
                }
            }
        }
        Err(last)
    }

    /// What programs are told in `DISPLAY`.
    pub(super) fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// What programs are told in `XAUTHORITY`.
    pub(super) fn authority(&self) -> &Path {
        &self.authority
    }

    pub(super) fn cookie(&self) -> [u8; 16] {
        self.cookie
    }

    /// What listens: who connects before a server runs waits there.
    pub(super) fn listeners(&self) -> &[OwnedFd] {
        &self.listeners
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for path in [socket_path(self.number), lock_path(self.number), self.authority.clone()] {
            if let Err(error) = fs::remove_file(&path) {
                tracing::debug!(%error, path = %path.display(), "a file of the X display stays");
            }
        }
    }
}

fn lock_path(number: u32) -> PathBuf {
    format!("/tmp/.X{number}-lock").into()
}

fn socket_path(number: u32) -> PathBuf {
    format!("{SOCKETS}/X{number}").into()
}

/// Whether the display is ours now. A lock whose process is gone is nobody's.
fn lock(number: u32) -> bool {
    let path = lock_path(number);
    for _ in 0..2 {
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o444).open(&path);
        if let Ok(mut file) = opened {
            let written = writeln!(file, "{:>10}", std::process::id());
            if written.is_err() {
                let _ = fs::remove_file(&path);
            }
            return written.is_ok();
        }
        if held(&path) || fs::remove_file(&path).is_err() {
            return false;
        }
    }
    false
}

/// Whether the process that a lock names lives, or may live.
fn held(path: &Path) -> bool {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(32).read_to_string(&mut text));
    let Some(pid) = read.ok().and_then(|_| text.trim().parse().ok()).and_then(Pid::from_raw) else { return true };
    test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

fn listen(number: u32) -> io::Result<Vec<OwnedFd>> {
    let path = socket_path(number);
    let hidden = UnixListener::bind_addr(&SocketAddr::from_abstract_name(path.as_os_str().as_encoded_bytes())?)?;
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let visible = UnixListener::bind(&path)?;
    Ok(vec![hidden.into(), visible.into()])
}

/// One entry of an authority file: family, address, display and the name and bytes of the secret, each with its length.
fn authority_entry(cookie: &[u8]) -> Vec<u8> {
    let mut entry = EVERYWHERE.to_be_bytes().to_vec();
    for field in [&[][..], &[], COOKIE, cookie] {
        entry.extend(u16::try_from(field.len()).unwrap_or_default().to_be_bytes());
        entry.extend(field);
    }
    entry
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn two_displays_are_two_and_leave_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let one = Display::claim(directory.path()).unwrap();
        let two = Display::claim(directory.path()).unwrap();
        assert_ne!(one.name(), two.name());
        assert!(UnixStream::connect(socket_path(one.number)).is_ok(), "who connects may wait");
        let mode = fs::metadata(one.authority()).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "only the user reads the cookie");
        let left = [socket_path(one.number), lock_path(one.number), one.authority.clone()];
        drop(one);
        assert!(left.iter().all(|path| !path.exists()));
    }

    #[test]
    fn an_authority_file_is_as_libraries_read_it() {
        let entry = authority_entry(&[7; 16]);
        let expected = [&b"\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10"[..], &[7; 16]].concat();
        assert_eq!(entry, expected);
    }

    #[test]
    fn a_lock_without_a_process_is_nobodys() {
        let directory = tempfile::tempdir().unwrap();
        let lock = |text: &str| {
            let path = directory.path().join("lock");
            fs::write(&path, text).unwrap();
            held(&path)
        };
        assert!(lock(&format!("{:>10}\n", std::process::id())));
        assert!(lock("whatever\n"), "what is not understood is left alone");
        assert!(!lock(&format!("{:>10}\n", i32::MAX)));
    }
}
