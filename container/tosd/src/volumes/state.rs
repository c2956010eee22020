//! The file that a desktop remembers itself in. It lies in a directory that its user can write to: nothing in there is
//! believed, and no link is followed.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, fchown},
    path::{Path, PathBuf},
};

use nix::libc;

/// Its name.
pub const FILE: &str = "desktop.json";

/// The file of a state directory, through a descriptor of the directory: whoever swaps the directory for a link meanwhile
/// has changed nothing.
fn open_directory(directory: &Path) -> io::Result<(fs::File, PathBuf)> {
    use std::os::fd::AsRawFd as _;
    let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW;
    let opened = fs::OpenOptions::new().read(true).custom_flags(flags).open(directory)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd()));
    Ok((opened, path))
}

/// What it holds. `None`: there is none, or nothing that could be one.
///
/// # Errors
/// What the system says.
pub fn read(directory: &Path, most: usize) -> io::Result<Option<Vec<u8>>> {
    let (_held, path) = match open_directory(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = match fs::OpenOptions::new().read(true).custom_flags(flags).open(path.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(libc::ELOOP) => {
            return Ok(None);
        }
        other => other?,
    };
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut body = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut body)?;
    Ok((!body.is_empty() && body.len() <= most).then_some(body))
}

/// Puts this there, or nothing. `owner` is the user on the disk.
///
/// # Errors
/// What the system says.
pub fn write(directory: &Path, body: Option<&[u8]>, owner: u32) -> io::Result<()> {
    let (held, path) = open_directory(directory)?;
    let target = path.join(FILE);
    // A directory of this name would keep every later one out.
    if fs::symlink_metadata(&target).is_ok_and(|about| about.is_dir()) {
        fs::remove_dir_all(&target)?;
    }
    match body {
        None => match fs::remove_file(&target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        },
        Some(body) => {
            let temporary = path.join(format!(".{FILE}.{}", uuid::Uuid::new_v4()));
            let written = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .custom_flags(libc::O_NOFOLLOW)
                .open(&temporary)
                .and_then(|mut file| {
                    file.write_all(body)?;
                    fchown(&file, Some(owner), Some(owner))?;
                    file.sync_all()
                })
                .and_then(|()| fs::rename(&temporary, &target));
            if let Err(error) = written {
                let _ = fs::remove_file(&temporary);
                return Err(error);
            }
        }
    }
    held.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> u32 {
        nix::unistd::geteuid().as_raw()
    }

    #[test]
    fn what_is_written_is_read_and_goes() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(read(place.path(), 100).unwrap(), None);
        write(place.path(), Some(b"{}"), me()).unwrap();
        assert_eq!(read(place.path(), 100).unwrap().as_deref(), Some(b"{}".as_slice()));
        assert_eq!(read(place.path(), 1).unwrap(), None, "too long to be one");
        write(place.path(), None, me()).unwrap();
        write(place.path(), None, me()).unwrap();
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_that_a_user_puts_there_leads_elsewhere() {
        let place = tempfile::tempdir().unwrap();
        let secret = place.path().join("secret");
        fs::write(&secret, "secret").unwrap();
        let state = place.path().join("state");
        fs::create_dir(&state).unwrap();
        std::os::unix::fs::symlink(&secret, state.join(FILE)).unwrap();
        assert_eq!(read(&state, 100).unwrap(), None);
        write(&state, Some(b"new"), me()).unwrap();
        assert_eq!(fs::read(&secret).unwrap(), b"secret");
        assert_eq!(read(&state, 100).unwrap().as_deref(), Some(b"new".as_slice()));
        write(&state, None, me()).unwrap();
        nix::unistd::mkfifo(&state.join(FILE), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(read(&state, 100).unwrap(), None, "nobody waits for a pipe");
        write(&state, None, me()).unwrap();
        fs::create_dir(state.join(FILE)).unwrap();
        write(&state, Some(b"new"), me()).unwrap();
        let link = place.path().join("link");
        std::os::unix::fs::symlink(&state, &link).unwrap();
        assert!(read(&link, 100).is_err());
        assert!(write(&link, None, me()).is_err());
    }
}
