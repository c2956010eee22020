//! Reading a directory: its names, and what `stat` says of each. Nothing is followed but a link's own target, so that links
//! in a circle lead nowhere.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use lcars_ui::files::{Entry, Failure, FileName, Kind, Link, MOST_ENTRIES, Moment};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, open, statat};
use rustix::io::Errno;

use super::mime::Types;

/// Pictures of these types can be shown small.
const PICTURES: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];
/// A larger file is not shown as a picture, whatever is in it.
pub const MOST_PICTURE_BYTES: u64 = 48 << 20;

/// Why a directory cannot be read, in words for the screen.
pub(super) fn failure(error: Errno) -> Failure {
    match error {
        Errno::ACCESS | Errno::PERM => Failure::Denied,
        Errno::NOENT => Failure::Missing,
        Errno::NOTDIR => Failure::NotADirectory,
        Errno::LOOP => Failure::Loop,
        Errno::NAMETOOLONG => Failure::TooLong,
        other => {
            let text = std::io::Error::from(other).to_string();
            Failure::Other(text.split(" (os error").next().unwrap_or(&text).to_lowercase())
        }
    }
}

/// Opens a directory to be read.
///
/// # Errors
/// Why it cannot be.
pub(super) fn open_directory(path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    open(path, flags, Mode::empty())
}

/// A directory that is being read, some entries at a time.
pub(super) struct Reading {
    directory: OwnedFd,
    names: Dir,
    /// What was found so far.
    pub entries: Vec<Entry>,
    /// There was more than is ever shown.
    pub cut: bool,
}

impl Reading {
    /// Begins to read.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn begin(directory: &OwnedFd) -> Result<Self, Errno> {
        // Opened anew, so that it is read from its beginning whoever read it before.
        let again = rustix::fs::openat(
            directory,
            ".",
            OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK,
            Mode::empty(),
        )?;
        let names = Dir::read_from(&again)?;
        Ok(Self { directory: again, names, entries: Vec::new(), cut: false })
    }

    /// Reads one entry more. Whether there may be another.
    ///
    /// # Errors
    /// If the directory cannot be read any further.
    pub fn step(&mut self, types: &mut Types) -> Result<bool, Errno> {
        let Some(next) = self.names.read() else { return Ok(false) };
        let next = match next {
            Ok(next) => next,
            Err(Errno::INTR) => return Ok(true),
            Err(error) => return Err(error),
        };
        if self.entries.len() >= MOST_ENTRIES {
            let counts = FileName::new(next.file_name().to_bytes()).is_some();
            self.cut |= counts;
            return Ok(!self.cut);
        }
        self.entries.extend(look_at(&self.directory, next.file_name(), types));
        Ok(true)
    }
}

/// What there is to know of one entry; nothing if it has gone or has no name that can be.
pub(super) fn look_at(directory: impl AsFd, name: &CStr, types: &mut Types) -> Option<Entry> {
    let own = FileName::new(name.to_bytes())?;
    let directory = directory.as_fd();
    let stat = match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return None,
        // What may be seen but not looked at is there all the same.
        Err(_) => return Some(Entry::named(own, Kind::Unknown)),
    };
    if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
        return Some(entry(own, &stat, None, types));
    }
    Some(match statat(directory, name, AtFlags::empty()) {
        Ok(target) => entry(own, &target, Some(Link::Whole), types),
        Err(error) => {
            let link = if error == Errno::LOOP { Link::Loop } else { Link::Broken };
            let entry = entry(own, &stat, Some(link), types);
            Entry { kind: Kind::Unknown, media: Arc::from(""), picture: false, ..entry }
        }
    })
}

fn entry(name: FileName, stat: &Stat, link: Option<Link>, types: &mut Types) -> Entry {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => Kind::Directory,
        FileType::RegularFile => Kind::File,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        FileType::BlockDevice => Kind::BlockDevice,
        FileType::CharacterDevice => Kind::CharacterDevice,
        FileType::Symlink | FileType::Unknown => Kind::Unknown,
    };
    let media = match kind {
        Kind::File => types.of_name(&String::from_utf8_lossy(name.bytes())),
        _ => Arc::from(""),
    };
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let picture = PICTURES.contains(&&*media) && (1..=MOST_PICTURE_BYTES).contains(&size);
    let modified = Some(moment(stat.st_mtime));
    Entry { name, kind, link, size, modified, mode: stat.st_mode, media, picture }
}

/// A moment with what the user's clock was ahead then.
pub(crate) fn moment(seconds: i64) -> Moment {
    // SAFETY: all its fields are integers and one pointer, for which zeroes are valid.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both point to what they should; the name of the zone that `parts` gets is not looked at.
    let known = unsafe { !libc::localtime_r(&seconds, &mut parts).is_null() };
    let ahead = if known { i32::try_from(parts.tm_gmtoff).unwrap_or(0) } else { 0 };
    Moment { seconds, ahead }
}
