//! Directories as hubs show them: read on a thread of their own, and kept up to date for as long as somebody looks.
//!
//! Each has its own thread, for a disk that does not answer, such as a share whose server is gone, holds only who asked
//! it. There are never more than [`MOST_READERS`] of them. What is known is told as a whole [`Listing`] each time, sorted
//! already, so that the thread that draws only takes it over.

pub mod mime;
pub(crate) mod read;
mod watch;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lcars_ui::files::{Entry, Failure, FileName, Listing, MOST_PATH_BYTES, Progress};
use parking_lot::Mutex;
use rustix::event::{EventfdFlags, eventfd};
use rustix::fs::{AtFlags, CWD, fstat, statat};
use rustix::io::Errno;

use self::mime::Types;
use self::read::Reading;
use self::watch::{Happened, Watch};
use super::dirs::Dirs;

/// Directories that are read at a time, those counted whose disk does not answer.
pub const MOST_READERS: usize = 16;
/// What is known of a directory that takes long to read is told after this, and then each time twice as late.
const FIRST: Duration = Duration::from_millis(40);
/// Changes that come within this are shown together.
const TOGETHER: Duration = Duration::from_millis(80);
/// Changes are taken in no more often than this times as long as taking them in takes.
const SHARE: u32 = 5;
/// A directory that cannot be read is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// Nobody tells when a directory further up is moved: whether it is still there is looked up this often.
const STILL_THERE: Duration = Duration::from_secs(3);

/// Reads directories.
#[derive(Debug, Clone)]
pub struct Directories {
    dirs: Dirs,
    types: Arc<Mutex<Option<Types>>>,
    readers: Arc<AtomicUsize>,
}

/// A directory that is shown. It is read and watched until this is dropped.
#[derive(Debug)]
pub struct Shown {
    stop: Arc<OwnedFd>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        // Only an event counter at its end could refuse, and then the thread has been told already.
        let _ = rustix::io::write(&*self.stop, &1u64.to_ne_bytes());
    }
}

impl Directories {
    /// Nothing is read yet.
    pub fn new(dirs: &Dirs) -> Self {
        Self { dirs: dirs.clone(), types: Arc::default(), readers: Arc::default() }
    }

    /// Does something with what is known of types. Reads that from the disk the first time.
    pub fn with_types<R>(&self, work: impl FnOnce(&mut Types) -> R) -> R {
        let mut types = self.types.lock();
        work(types.get_or_insert_with(|| Types::load(&self.dirs)))
    }

    /// Reads a directory and watches it. `tell` is called on another thread with all that is known, again and again as it
    /// changes; it says whether anybody still listens, and may wait.
    ///
    /// # Errors
    /// If there can be no thread for it.
    pub fn show(&self, path: &Path, tell: impl FnMut(Listing) -> bool + Send + 'static) -> io::Result<Shown> {
        let stop = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (own, path, heard) = (self.clone(), path.to_owned(), stop.clone());
        let taken = Reader::take(&self.readers);
        std::thread::Builder::new().name("directory".into()).spawn(move || {
            let mut task = Task { path, stop: heard, tell: Box::new(tell), seen: false, read: false };
            match taken {
                // Counted until the thread ends, however long the disk takes.
                Some(_reader) => task.run(&own),
                None => drop(task.tell(task.failed(Failure::Busy))),
            }
        })?;
        Ok(Shown { stop })
    }
}

/// One of the threads there may be.
struct Reader(Arc<AtomicUsize>);

impl Reader {
    fn take(readers: &Arc<AtomicUsize>) -> Option<Self> {
        let one_more = |count: usize| (count < MOST_READERS).then_some(count + 1);
        readers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Self(readers.clone()))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a thread is at.
struct Task {
    path: PathBuf,
    stop: Arc<OwnedFd>,
    tell: Box<dyn FnMut(Listing) -> bool + Send>,
    /// It was there once.
    seen: bool,
    /// It could be read since it was opened last.
    read: bool,
}

/// Nobody listens any more.
struct Stopped;

impl Task {
    fn listing(&self, entries: Vec<Entry>, progress: Progress) -> Listing {
        Listing::new(self.path.as_os_str().as_bytes(), entries, progress)
    }

    fn failed(&self, failure: Failure) -> Listing {
        let gone = self.seen && failure == Failure::Missing;
        let progress = if gone { Progress::Gone } else { Progress::Failed(failure) };
        self.listing(Vec::new(), progress)
    }

    fn tell(&mut self, listing: Listing) -> Result<(), Stopped> {
        if (self.tell)(listing) { Ok(()) } else { Err(Stopped) }
    }

    fn wait(&self, watch: Option<&Watch>, time: Duration) -> Result<(), Stopped> {
        if watch::wait(watch, self.stop.as_fd(), time) { Err(Stopped) } else { Ok(()) }
    }

    fn run(&mut self, own: &Directories) {
        let mut told = None;
        loop {
            self.read = false;
            let Ok(error) = self.show(own) else { return };
            let replaced = self.read && read::open_directory(&self.path).is_ok();
            if self.read {
                told = None;
            }
            if replaced {
                // Another one stands in its place already.
                if self.wait(None, TOGETHER).is_err() {
                    return;
                }
                continue;
            }
            let failed = self.failed(read::failure(error));
            // What is still so need not be said again.
            if told.as_ref() != Some(&failed.progress) {
                told = Some(failed.progress.clone());
                if self.tell(failed).is_err() {
                    return;
                }
            }
            if self.wait(None, AGAIN).is_err() {
                return;
            }
        }
    }

    /// Reads the directory and follows what happens in it. Returns why that ended.
    fn show(&mut self, own: &Directories) -> Result<Errno, Stopped> {
        if self.path.as_os_str().len() > MOST_PATH_BYTES {
            return Ok(Errno::NAMETOOLONG);
        }
        let directory = match read::open_directory(&self.path) {
            Ok(directory) => directory,
            Err(error) => return Ok(error),
        };
        // Before it is read: what happens meanwhile is told afterwards.
        let watch = Watch::new(&self.path)
            .inspect_err(|error| tracing::debug!(path = %self.path.display(), %error, "a directory is not watched"))
            .ok();
        loop {
            let (mut entries, cut) = match self.read(own, &directory)? {
                Ok(read) => read,
                Err(error) => return Ok(error),
            };
            (self.seen, self.read) = (true, true);
            let changed = |directory: &OwnedFd| fstat(directory).map(|stat| (stat.st_mtime, stat.st_mtime_nsec)).ok();
            let stamp = changed(&directory);
            loop {
                let listing = Listing { cut, ..self.listing(entries, Progress::Whole) };
                entries = listing.entries.to_vec();
                self.tell(listing)?;
                let happened = loop {
                    self.wait(watch.as_ref(), STILL_THERE)?;
                    let mut happened = watch.as_ref().map(Watch::take).unwrap_or_default();
                    if watch.is_none() && changed(&directory) != stamp {
                        happened.everything = true;
                    }
                    if happened.itself || !self.is_still(&directory) {
                        return Ok(Errno::NOENT);
                    }
                    if !happened.is_nothing() {
                        self.wait(None, TOGETHER)?;
                        watch.iter().for_each(|watch| watch.take_into(&mut happened));
                        break happened;
                    }
                };
                let begun = Instant::now();
                if happened.everything || cut {
                    self.wait(None, TOGETHER)?;
                    break;
                }
                own.with_types(|types| take_in(&directory, &mut entries, happened, types));
                // A directory in which much happens all the time does not cost all of a core.
                self.wait(None, begun.elapsed() * SHARE)?;
            }
        }
    }

    /// Reads all of it, and tells of it meanwhile if that takes long.
    fn read(&mut self, own: &Directories, directory: &OwnedFd) -> Result<Result<(Vec<Entry>, bool), Errno>, Stopped> {
        let mut reading = match Reading::begin(directory) {
            Ok(reading) => reading,
            Err(error) => return Ok(Err(error)),
        };
        let begun = Instant::now();
        let mut due = FIRST;
        loop {
            // Some at a time, so that other threads come to the types, and somebody who says stop is heard.
            let some = own.with_types(|types| {
                for _ in 0..64 {
                    if !reading.step(types)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            });
            match some {
                Err(error) => return Ok(Err(error)),
                Ok(false) => return Ok(Ok((reading.entries, reading.cut))),
                Ok(true) => {}
            }
            self.wait(None, Duration::ZERO)?;
            // While it is read again what was told before is better than a part of it.
            if begun.elapsed() >= due && !self.seen {
                due = due.saturating_mul(2);
                let listing = self.listing(reading.entries.clone(), Progress::Reading);
                self.tell(listing)?;
            }
        }
    }

    /// Whether the path still leads to the directory that was opened.
    fn is_still(&self, directory: &OwnedFd) -> bool {
        let (Ok(own), Ok(there)) = (fstat(directory), statat(CWD, &self.path, AtFlags::empty())) else { return false };
        (own.st_dev, own.st_ino) == (there.st_dev, there.st_ino)
    }
}

/// Looks again at what something happened to.
fn take_in(directory: &OwnedFd, entries: &mut Vec<Entry>, happened: Happened, types: &mut Types) {
    let changed: std::collections::BTreeSet<FileName> =
        happened.names.iter().filter_map(|name| FileName::new(name.to_bytes())).collect();
    entries.retain(|entry| !changed.contains(&entry.name));
    entries.extend(happened.names.iter().filter_map(|name| read::look_at(directory, name, types)));
}

#[cfg(test)]
mod tests;
