//! Small files below a directory that its user can write to. Nothing in there is believed: no link is followed anywhere on the
//! way, no pipe is waited for, and who swaps a directory meanwhile has changed nothing.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::fd::OwnedFd,
    path::Path,
};

use nix::{
    errno::Errno,
    fcntl::{OFlag, open, openat, renameat},
    sys::stat::{Mode, mkdirat},
    unistd::{Gid, Uid, UnlinkatFlags, fchown, unlinkat},
};

const DIRECTORY: OFlag = OFlag::O_DIRECTORY.union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// A directory below another one, that one's own path believed. `owner` makes what is missing, and is whose it becomes.
fn directory(top: &Path, below: &[&str], owner: Option<u32>) -> io::Result<Option<OwnedFd>> {
    let mut at = open(top, DIRECTORY, Mode::empty())?;
    for name in below {
        if let Some(owner) = owner {
            match mkdirat(&at, *name, Mode::S_IRWXU) {
                Ok(()) => {
                    let made = openat(&at, *name, DIRECTORY, Mode::empty())?;
                    fchown(&made, Some(Uid::from_raw(owner)), Some(Gid::from_raw(owner)))?;
                }
                Err(Errno::EEXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        at = match openat(&at, *name, DIRECTORY, Mode::empty()) {
            Ok(next) => next,
            Err(Errno::ENOENT | Errno::ELOOP | Errno::ENOTDIR) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
    }
    Ok(Some(at))
}

/// What a file holds. `None`: there is none, or nothing that could be one, or more than `most`.
///
/// # Errors
/// What the system says.
pub fn read(top: &Path, below: &[&str], name: &str, most: usize) -> io::Result<Option<Vec<u8>>> {
    let Some(at) = directory(top, below, None)? else { return Ok(None) };
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let file = match openat(&at, name, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::ENOENT | Errno::ELOOP) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut body = Vec::new();
    file.take(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut body)?;
    Ok((body.len() <= most).then_some(body))
}

/// Puts a file there, or takes it away; `owner` is the user on the disk. Whole or not at all.
///
/// # Errors
/// What the system says; [`io::ErrorKind::NotADirectory`] where the way leads elsewhere.
pub fn write(top: &Path, below: &[&str], name: &str, body: Option<&[u8]>, owner: u32) -> io::Result<()> {
    let Some(body) = body else {
        let Some(at) = directory(top, below, None)? else { return Ok(()) };
        return match unlinkat(&at, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => Ok(()),
            Err(error) => Err(error.into()),
        };
    };
    let at = directory(top, below, Some(owner))?.ok_or(io::ErrorKind::NotADirectory)?;
    let temporary = format!(".{name}.{}", uuid::Uuid::new_v4());
    let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let mut file = File::from(openat(&at, temporary.as_str(), flags, Mode::S_IRUSR | Mode::S_IWUSR)?);
    let written = file.write_all(body).and_then(|()| {
        fchown(&file, Some(Uid::from_raw(owner)), Some(Gid::from_raw(owner)))?;
        file.sync_all()?;
        Ok(renameat(&at, temporary.as_str(), &at, name)?)
    });
    if written.is_err() {
        let _ = unlinkat(&at, temporary.as_str(), UnlinkatFlags::NoRemoveDir);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const BELOW: [&str; 2] = [".config", "tos"];

    fn me() -> u32 {
        nix::unistd::geteuid().as_raw()
    }

    #[test]
    fn what_is_written_is_read_and_goes() {
        let place = tempfile::tempdir().unwrap();
        let read = |most| read(place.path(), &BELOW, "theme.css", most).unwrap();
        assert_eq!(read(100), None);
        write(place.path(), &BELOW, "theme.css", Some(b"a {}"), me()).unwrap();
        assert_eq!(read(100).as_deref(), Some(b"a {}".as_slice()));
        assert_eq!(read(3), None, "too long");
        write(place.path(), &BELOW, "theme.css", None, me()).unwrap();
        write(place.path(), &BELOW, "theme.css", None, me()).unwrap();
        assert_eq!(fs::read_dir(place.path().join(".config/tos")).unwrap().count(), 0, "nothing is left over");
    }

    #[test]
    fn no_link_leads_out_of_a_home() {
        let place = tempfile::tempdir().unwrap();
        let (home, host) = (place.path().join("home"), place.path().join("host"));
        fs::create_dir_all(host.join("tos")).unwrap();
        fs::write(host.join("tos/theme.css"), "secret").unwrap();
        fs::create_dir(&home).unwrap();
        std::os::unix::fs::symlink(&host, home.join(".config")).unwrap();
        let look = || read(&home, &BELOW, "theme.css", 100).unwrap();
        assert_eq!(look(), None);
        assert!(write(&home, &BELOW, "theme.css", Some(b"x"), me()).is_err());
        write(&home, &BELOW, "theme.css", None, me()).unwrap();
        fs::remove_file(home.join(".config")).unwrap();
        fs::create_dir_all(home.join(".config/tos")).unwrap();
        std::os::unix::fs::symlink(host.join("tos/theme.css"), home.join(".config/tos/theme.css")).unwrap();
        assert_eq!(look(), None);
        write(&home, &BELOW, "theme.css", Some(b"x"), me()).unwrap();
        assert_eq!(fs::read(host.join("tos/theme.css")).unwrap(), b"secret");
        assert_eq!(look().as_deref(), Some(b"x".as_slice()));
        fs::remove_file(home.join(".config/tos/theme.css")).unwrap();
        nix::unistd::mkfifo(&home.join(".config/tos/theme.css"), Mode::S_IRWXU).unwrap();
        assert_eq!(look(), None, "nobody waits for a pipe");
    }
}
