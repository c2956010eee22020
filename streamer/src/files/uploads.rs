//! Files that come in: in pieces, each with the place where it belongs, so that a broken line costs no more than the last.
//!
//! What is not whole yet is a hidden file in the folder, named after what the page said of the file. The same file offered
//! again is gone on with, by another page, or after a restart too.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use parking_lot::Mutex;
use rustix::{
    fs::{CWD, OFlags, RenameFlags},
    io::Errno,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    name::{numbered, safe},
    sweep,
};

/// Files that are on their way at once, or came lately.
const MOST: usize = 64;
/// One that nothing was heard of for so long may be forgotten for another. What is on the disk stays.
const FORGOTTEN: Duration = Duration::from_secs(60);
/// What was left over is looked for again after this.
const SWEPT: Duration = Duration::from_secs(6 * 3600);
/// Left free on the disk, for all else.
const RESERVE: u64 = 64 << 20;
/// Files of one name.
const NUMBERS: u32 = 10_000;
/// Longest name that is looked at, in bytes.
const MAX_NAME: usize = 4096;

/// What is taken, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRules {
    /// Where files go that come.
    pub folder: PathBuf,
    /// Largest file, in bytes.
    pub most: u64,
}

/// A file that somebody wants to send.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// As it is called there.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// When it was last changed, as the sender counts: tells it from another of the same name.
    #[serde(default)]
    pub modified: u64,
}

/// How far a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Names it in further requests.
    pub id: String,
    /// Bytes that are here.
    pub offset: u64,
    /// Bytes in all.
    pub size: u64,
    /// What it is called in the folder, once it is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Why a file, or a piece of one, is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Nobody said where files go.
    #[error("this session takes no files")]
    Off,
    /// A name longer than any file system takes.
    #[error("the name is too long")]
    Name,
    /// Over the limit.
    #[error("the file is too large: {} is the most", size(*.most))]
    TooLarge {
        /// The limit.
        most: u64,
    },
    /// It would fill the disk.
    #[error("there is no room for it: {} are free", size(*.free))]
    NoSpace {
        /// What may be used.
        free: u64,
    },
    /// Too many at once.
    #[error("too many files are on their way at once")]
    Busy,
    /// No such file is on its way.
    #[error("this file is not on its way any more; begin again")]
    Unknown,
    /// A piece that does not belong where the file ends.
    #[error("the file goes on at {at}")]
    WrongPlace {
        /// Bytes that are here.
        at: u64,
    },
    /// More than was announced.
    #[error("this is more than was announced")]
    TooLong,
    /// The disk says no.
    #[error("it cannot be written: {0}")]
    Disk(io::Error),
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { free: 0 },
            _ => Self::Disk(error),
        }
    }
}

/// For people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{}.{} GiB", bytes >> 30, ((bytes >> 20) & 1023) * 10 / 1024),
    }
}

/// A file on its way.
#[derive(Debug)]
pub struct Upload {
    id: String,
    name: String,
    size: u64,
    folder: PathBuf,
    part: PathBuf,
    file: File,
    state: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    written: u64,
    /// What it is called, once it is whole.
    done: Option<String>,
    touched: Instant,
}

impl Upload {
    /// How far it is.
    pub fn standing(&self) -> Standing {
        let state = self.state.lock();
        Standing { id: self.id.clone(), offset: state.written, size: self.size, name: state.done.clone() }
    }

    /// Where it is, once it is whole.
    #[cfg(test)]
    fn path(&self) -> Option<PathBuf> {
        self.state.lock().done.as_ref().map(|name| self.folder.join(name))
    }

    /// Puts a piece where the file ends. Waits for the disk.
    ///
    /// # Errors
    /// See [`UploadError`]. What was there stays.
    pub fn write(&self, at: u64, piece: &[u8], now: Instant) -> Result<(), UploadError> {
        let end = at.checked_add(piece.len() as u64).filter(|end| *end <= self.size).ok_or(UploadError::TooLong)?;
        let written = self.state.lock().written;
        if at != written {
            return Err(UploadError::WrongPlace { at: written });
        }
        // By its place, and not where the last one ended: a piece whose sender is gone may still be under way, and the same
        // bytes in the same place do no harm.
        self.file.write_all_at(piece, at)?;
        let mut state = self.state.lock();
        state.written = state.written.max(end);
        state.touched = now;
        Ok(())
    }

    /// If all of it is here, gives it its name. Waits for the disk.
    ///
    /// # Errors
    /// See [`UploadError`]. It can be tried again.
    pub fn finish(&self) -> Result<(), UploadError> {
        let mut state = self.state.lock();
        if state.done.is_some() || state.written < self.size {
            return Ok(());
        }
        self.file.sync_all()?;
        for n in 1..NUMBERS {
            let name = numbered(&self.name, n);
            match rename_new(&self.part, &self.folder.join(&name)) {
                Ok(()) => {
                    state.done = Some(name);
                    return Ok(());
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
        Err(UploadError::Disk(io::ErrorKind::AlreadyExists.into()))
    }
}

/// Renames, but never over what is there.
fn rename_new(from: &Path, to: &Path) -> Result<(), Errno> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot: a second name does the same.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            rustix::fs::link(from, to)?;
            rustix::fs::unlink(from)
        }
        done => done,
    }
}

/// All files that come.
#[derive(Debug, Default)]
pub struct Uploads {
    rules: Mutex<Option<FileRules>>,
    under_way: Mutex<HashMap<String, Arc<Upload>>>,
    /// Which folder was swept last, and when.
    swept: Mutex<Option<(PathBuf, Instant)>>,
}

impl Uploads {
    /// What is taken from now on; what is on its way goes on as it began.
    pub fn set_rules(&self, rules: Option<FileRules>) {
        *self.rules.lock() = rules;
    }

    /// Removes from the folder what is left over of files that never arrived, unless that was done lately. Waits for the
    /// disk. Returns how many parts went.
    pub fn sweep(&self, now: Instant, today: SystemTime) -> usize {
        let Some(folder) = self.rules.lock().as_ref().map(|rules| rules.folder.clone()) else { return 0 };
        {
            let mut swept = self.swept.lock();
            let lately =
                |(last, then): &(PathBuf, Instant)| *last == folder && now.saturating_duration_since(*then) < SWEPT;
            if swept.as_ref().is_some_and(lately) {
                return 0;
            }
            *swept = Some((folder.clone(), now));
        }
        sweep::sweep(&folder, today, |id, part| {
            // Nobody begins with it meanwhile.
            let under_way = self.under_way.lock();
            if under_way.contains_key(id) { Ok(false) } else { fs::remove_file(part).map(|()| true) }
        })
    }

    /// Begins with a file, or goes on with it. Waits for the disk.
    ///
    /// # Errors
    /// See [`UploadError`].
    pub fn begin(&self, begin: &Begin, now: Instant) -> Result<Arc<Upload>, UploadError> {
        let rules = self.rules.lock().clone().ok_or(UploadError::Off)?;
        if begin.name.len() > MAX_NAME {
            return Err(UploadError::Name);
        }
        if begin.size > rules.most {
            return Err(UploadError::TooLarge { most: rules.most });
        }
        let id = id(begin);
        let mut under_way = self.under_way.lock();
        if let Some(upload) = under_way.get(&id) {
            let mut state = upload.state.lock();
            if state.done.is_none() && upload.folder == rules.folder && upload.part.exists() {
                state.touched = now;
                drop(state);
                return Ok(Arc::clone(upload));
            }
        }
        // Sent again after it was whole: it is another copy.
        under_way.remove(&id);
        if under_way.len() >= MOST {
            let idle = |upload: &Upload| {
                let state = upload.state.lock();
                (state.done.is_none(), state.touched)
            };
            let oldest =
                under_way.iter().map(|(id, upload)| (idle(upload), id)).min().map(|(idle, id)| (idle, id.clone()));
            match oldest {
                Some(((unfinished, touched), id))
                    if !unfinished || now.saturating_duration_since(touched) > FORGOTTEN =>
                {
                    under_way.remove(&id);
                }
                _ => return Err(UploadError::Busy),
            }
        }
        fs::create_dir_all(&rules.folder)?;
        let part = rules.folder.join(sweep::part_name(&id));
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).custom_flags(flags).open(&part)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(UploadError::Disk(io::ErrorKind::InvalidInput.into()));
        }
        let mut written = metadata.len();
        if written > begin.size {
            file.set_len(0)?;
            written = 0;
        }
        // Those on their way have been promised theirs.
        let promised: u64 =
            under_way.values().map(|upload| upload.size - upload.state.lock().written.min(upload.size)).sum();
        let free = free(&rules.folder)?.saturating_sub(RESERVE).saturating_sub(promised);
        if begin.size - written > free {
            if written == 0 {
                let _ = fs::remove_file(&part);
            }
            return Err(UploadError::NoSpace { free });
        }
        let state = Mutex::new(Progress { written, done: None, touched: now });
        let (name, size, folder) = (safe(&begin.name), begin.size, rules.folder);
        let upload = Arc::new(Upload { id: id.clone(), name, size, folder, part, file, state });
        under_way.insert(id, Arc::clone(&upload));
        Ok(upload)
    }

    /// A file on its way, or one that came lately.
    pub fn get(&self, id: &str) -> Option<Arc<Upload>> {
        self.under_way.lock().get(id).cloned()
    }

    /// The user does not want it after all. Waits for the disk.
    pub fn cancel(&self, id: &str) -> bool {
        let Some(upload) = self.under_way.lock().remove(id) else { return false };
        if upload.state.lock().done.is_none() {
            let _ = fs::remove_file(&upload.part);
        }
        true
    }
}

fn free(folder: &Path) -> Result<u64, UploadError> {
    let room = rustix::fs::statvfs(folder).map_err(io::Error::from)?;
    Ok(room.f_bavail.saturating_mul(room.f_frsize))
}

/// The same for the same file.
fn id(Begin { name, size, modified }: &Begin) -> String {
    let hash = Sha256::digest(format!("{size} {modified} {name}"));
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
