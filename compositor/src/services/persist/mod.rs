//! Files that are whole after a crash, a full disk or a pulled plug.
//!
//! A file is written beside its place and moved there once it is on the disk, so that whoever reads sees the old one or
//! the new one. What was read and could not be understood is kept aside under another name.

mod debounce;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use debounce::Debounce;

use super::files;

/// Damaged files that are kept of one name; the disk is not to fill with them.
const MOST_KEPT: u32 = 16;

/// Why a file is not there as it should be. The old one, if there was one, is whole.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum PersistError {
    #[error("{} could not be written: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
    #[error("{} could not be read: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{} could not be kept aside: {error}", path.display())]
    KeepAside { path: PathBuf, error: io::Error },
    #[error("{MOST_KEPT} damaged files lie beside {} already", path.display())]
    TooManyKept { path: PathBuf },
}

/// Writes `bytes` to `path`, for its owner alone, and makes the directory if there is none. Touches the disk and waits
/// for it: tens of milliseconds, on a slow disk more.
///
/// # Errors
/// If that fails at any point; the file is then as it was, and nothing is left beside it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), PersistError> {
    // A link stays one: people keep their files elsewhere.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let failed = |error| PersistError::Write { path: path.clone(), error };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
    let name = path.file_name().ok_or_else(|| failed(ErrorKind::InvalidFilename.into()))?;
    // The number keeps two sessions that share a home from writing into each other's file.
    let mut new = name.to_owned();
    new.push(format!(".new-{}", std::process::id()));
    let new = dir.join(new);
    let written = write_new(&new, bytes).and_then(|()| fs::rename(&new, &path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written.map_err(failed)?;
    // Without this the name may still mean the old file after a power cut, which is whole too: no reason to fail.
    let _ = File::open(dir).and_then(|dir| dir.sync_all());
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // One of an earlier process with this number, which was killed in the middle.
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// What became of a file that was to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded<T> {
    /// There is none.
    Nothing,
    /// It was understood.
    This(T),
    /// It was not, and lies there now.
    KeptAside {
        /// Where.
        at: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads a file of at most `most` bytes and lets `understand` make something of it. A file that is too large, no
/// regular one or not understood is moved aside as `NAME.damaged-1`, `-2` and so on. Touches the disk.
///
/// # Errors
/// If it is there but cannot be read, such as for want of permission, or if it cannot be moved aside: then nobody may
/// write to its place.
pub fn load<T>(
    path: &Path,
    most: u64,
    understand: impl FnOnce(&[u8]) -> Result<T, String>,
) -> Result<Loaded<T>, PersistError> {
    let reason = match files::read_bounded(path, most) {
        Ok(bytes) => match understand(&bytes) {
            Ok(value) => return Ok(Loaded::This(value)),
            Err(reason) => reason,
        },
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Loaded::Nothing),
        Err(error) if matches!(error.kind(), ErrorKind::FileTooLarge | ErrorKind::InvalidInput) => error.to_string(),
        Err(error) => return Err(PersistError::Read { path: path.to_owned(), error }),
    };
    keep_aside(path).map(|at| Loaded::KeptAside { at, reason })
}

/// Moves a file to the first free name beside it.
fn keep_aside(path: &Path) -> Result<PathBuf, PersistError> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".damaged-");
    for number in 1..=MOST_KEPT {
        let mut at = aside.clone();
        at.push(number.to_string());
        let at = PathBuf::from(at);
        // Refuses to take the place of another, which a plain rename would not.
        let flags = rustix::fs::RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(rustix::fs::CWD, path, rustix::fs::CWD, &at, flags) {
            Ok(()) => return Ok(at),
            Err(rustix::io::Errno::EXIST) => {}
            // Some file systems know no such rename.
            Err(rustix::io::Errno::INVAL) if fs::symlink_metadata(&at).is_ok() => {}
            Err(rustix::io::Errno::INVAL) => {
                let failed = |error| PersistError::KeepAside { path: path.to_owned(), error };
                return fs::rename(path, &at).map(|()| at.clone()).map_err(failed);
            }
            Err(error) => return Err(PersistError::KeepAside { path: path.to_owned(), error: error.into() }),
        }
    }
    Err(PersistError::TooManyKept { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::files::tests::Scratch;
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.collect();
        names.sort();
        names
    }

    fn text(bytes: &[u8]) -> Result<String, String> {
        String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_for_its_owner_alone() {
        let scratch = Scratch::new();
        let path = scratch.0.join("new/dir/state.json");
        write(&path, b"one, and rather long").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(path.parent().unwrap()), ["state.json"]);
    }

    #[test]
    fn a_link_leads_on_to_where_the_file_is() {
        let scratch = Scratch::new();
        let real = scratch.write("real/state.json", "one");
        let link = scratch.0.join("link.json");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, b"two").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file_whole() {
        let scratch = Scratch::new();
        let path = scratch.write("state.json", "old");
        // Whatever stands in the way of the new file; here something that cannot be removed like one.
        let in_the_way = scratch.0.join(format!("state.json.new-{}", std::process::id()));
        fs::create_dir(&in_the_way).unwrap();
        assert!(matches!(write(&path, b"new"), Err(PersistError::Write { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::remove_dir(&in_the_way).unwrap();
        let file_as_directory = path.join("below");
        assert!(write(&file_as_directory, b"new").is_err());
        assert_eq!(names(&scratch.0), ["state.json"]);
    }

    #[test]
    fn a_full_disk_leaves_the_old_file_whole() {
        let scratch = Scratch::new();
        let disk = Disk::new(&scratch.0.join("disk"));
        // Where nobody may mount anything the test above has to do.
        let Some(disk) = disk else { return };
        let path = disk.0.join("state.json");
        write(&path, b"old").unwrap();
        let error = write(&path, &vec![b'x'; 1 << 20]).unwrap_err();
        assert!(
            matches!(&error, PersistError::Write { error, .. } if error.kind() == ErrorKind::StorageFull),
            "{error}"
        );
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(&disk.0), ["state.json"], "the half-written file is gone, for it took the last of the room");
    }

    /// A file system of 64 KB.
    struct Disk(PathBuf);

    impl Disk {
        fn new(at: &Path) -> Option<Self> {
            fs::create_dir(at).unwrap();
            let mount = std::process::Command::new("mount")
                .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
                .arg(at)
                .stderr(std::process::Stdio::null())
                .status();
            mount.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = std::process::Command::new("umount").arg(&self.0).status();
        }
    }

    #[test]
    fn a_file_that_is_not_understood_is_kept_aside_and_never_written_over() {
        let scratch = Scratch::new();
        let path = scratch.0.join("state.json");
        assert_eq!(load(&path, 10, text).unwrap(), Loaded::Nothing);
        fs::write(&path, "good").unwrap();
        assert_eq!(load(&path, 10, text).unwrap(), Loaded::This("good".to_owned()));
        for (number, contents) in [(1, b"\xff".as_slice()), (2, b"much too long a text")] {
            fs::write(&path, contents).unwrap();
            let Loaded::KeptAside { at, reason } = load(&path, 10, text).unwrap() else { panic!("it was understood") };
            assert_eq!(at, scratch.0.join(format!("state.json.damaged-{number}")));
            assert_eq!(fs::read(at).unwrap(), contents);
            assert!(!reason.is_empty() && !path.exists());
        }
    }

    #[test]
    fn when_too_many_are_kept_the_file_stays_where_it_is() {
        let scratch = Scratch::new();
        let path = scratch.write("state.json", "bad");
        let refuse = |_: &[u8]| Err::<(), _>("version 99".to_owned());
        for number in 1..=MOST_KEPT {
            scratch.write(&format!("state.json.damaged-{number}"), "older");
        }
        assert!(matches!(load(&path, 10, refuse), Err(PersistError::TooManyKept { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"bad");
    }
}
