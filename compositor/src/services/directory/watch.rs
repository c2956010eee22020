//! What happens in a directory, by inotify.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

/// Everything that changes what is shown.
const FLAGS: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);
/// After more names than this it is quicker to read everything again.
const MOST_NAMES: usize = 4096;

/// What has happened since this was last asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Happened {
    /// Of what.
    pub names: BTreeSet<CString>,
    /// So much that nobody knows what.
    pub everything: bool,
    /// The directory itself was removed or moved.
    pub itself: bool,
}

impl Happened {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, other: Self) {
        self.names.extend(other.names);
        self.everything |= other.everything || self.names.len() > MOST_NAMES;
        self.itself |= other.itself;
    }
}

/// Hears what happens in one directory.
#[derive(Debug)]
pub(super) struct Watch(OwnedFd);

impl Watch {
    /// Watches a directory from now on.
    ///
    /// # Errors
    /// If the kernel grants no more watches, or it is not there.
    pub fn new(path: &Path) -> Result<Self, Errno> {
        let fd = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        inotify::add_watch(&fd, path, FLAGS)?;
        Ok(Self(fd))
    }

    /// What has happened so far, without waiting.
    pub fn take(&self) -> Happened {
        let mut buffer = [MaybeUninit::uninit(); 8192];
        let mut reader = inotify::Reader::new(&self.0, &mut buffer);
        let mut happened = Happened::default();
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::INTR) => continue,
                Err(Errno::WOULDBLOCK) => return happened,
                Err(_) => return Happened { everything: true, ..happened },
            };
            let what = event.events();
            let itself = ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::IGNORED | ReadFlags::UNMOUNT;
            let lost = what.contains(ReadFlags::QUEUE_OVERFLOW);
            let names = event.file_name().map(CString::from).into_iter().collect();
            happened.add(Happened { names, everything: lost, itself: what.intersects(itself) });
            if happened.everything {
                happened.names.clear();
            }
        }
    }

    /// Takes in more of what has happened.
    pub fn take_into(&self, happened: &mut Happened) {
        happened.add(self.take());
    }
}

/// Waits until something happens, somebody says stop, or the time is over. Whether to stop.
pub(super) fn wait(watch: Option<&Watch>, stop: BorrowedFd<'_>, time: Duration) -> bool {
    let mut waits = vec![PollFd::from_borrowed_fd(stop, PollFlags::IN)];
    waits.extend(watch.map(|watch| PollFd::from_borrowed_fd(watch.0.as_fd(), PollFlags::IN)));
    let time =
        Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX), tv_nsec: i64::from(time.subsec_nanos()) };
    match poll(&mut waits, Some(&time)) {
        Ok(_) => waits.first().is_some_and(|stop| !stop.revents().is_empty()),
        Err(Errno::INTR) => false,
        Err(_) => true,
    }
}
