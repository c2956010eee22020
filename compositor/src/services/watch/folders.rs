//! Watching folders, for whatever comes, goes or is saved in them. A folder may come later than we do.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use calloop::generic::Generic;
use calloop::{Interest, LoopHandle, Mode, PostAction};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;

use super::Watch;

/// What can happen in a folder that makes it another.
const FLAGS: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::ONLYDIR);
/// Folders that are watched by one.
const MOST: usize = 256;

/// Folders that are watched for as long as the event loop lives.
#[derive(Debug, Clone)]
pub struct Folders(Rc<OwnedFd>);

impl Folders {
    /// Calls `changed` again and again while something happens in one of them, and when one of them comes: wait until it
    /// has been quiet before reading.
    ///
    /// # Errors
    /// If the kernel grants no more watches.
    pub fn watch<D: 'static>(
        handle: &LoopHandle<'static, D>,
        folders: &[PathBuf],
        changed: impl Fn(&mut D) + Clone + 'static,
    ) -> io::Result<Self> {
        let events = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let all = Self(Rc::new(events.try_clone()?));
        all.also(folders.iter().map(PathBuf::as_path))?;
        let tell = changed.clone();
        let inside = Generic::new(events, Interest::READ, Mode::Level);
        let inserted = handle.insert_source(inside, move |_, events, data| {
            drain(events)?;
            tell(data);
            Ok(PostAction::Continue)
        });
        inserted.map_err(|error| io::Error::other(error.error.to_string()))?;
        let (around, again) = (Watch::new(folders)?, all.clone());
        let inserted = handle.insert_source(around, move |folder, (), data| {
            if let Err(error) = again.also([folder.as_path()]) {
                tracing::warn!(%error, "what happens in a folder will not be noticed");
            }
            changed(data);
        });
        inserted.map(|_| all).map_err(|error| io::Error::other(error.error.to_string()))
    }

    /// Watches these, too, as far as they are there. It does no harm to name one again.
    ///
    /// # Errors
    /// If the kernel grants no more watches.
    pub fn also<'a>(&self, folders: impl IntoIterator<Item = &'a Path>) -> io::Result<()> {
        for folder in folders.into_iter().take(MOST) {
            match inotify::add_watch(&*self.0, folder, FLAGS) {
                Ok(_) | Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn drain(events: &OwnedFd) -> io::Result<()> {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(events, &mut buffer);
    loop {
        match reader.next() {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use calloop::EventLoop;

    use super::*;

    #[test]
    fn a_folder_that_comes_later_is_watched_and_what_is_saved_in_it_is_told() {
        let home = tempfile::tempdir().unwrap();
        let (first, later) = (home.path().join("first"), home.path().join("a/b/later"));
        std::fs::create_dir(&first).unwrap();
        let mut turns: EventLoop<'static, u32> = EventLoop::try_new().unwrap();
        let folders = [first.clone(), later.clone()];
        let all = Folders::watch(&turns.handle(), &folders, |count: &mut u32| *count += 1).unwrap();
        let mut told = |what: &str| {
            let mut count = 0;
            while count == 0 {
                turns.dispatch(Duration::from_secs(30), &mut count).unwrap();
                assert!(count > 0, "{what}");
            }
            while count > 0 {
                count = 0;
                turns.dispatch(Duration::ZERO, &mut count).unwrap();
            }
        };
        std::fs::write(first.join("one"), "1").unwrap();
        told("a file is written");
        std::fs::create_dir_all(&later).unwrap();
        told("a folder comes");
        std::fs::write(later.join("two"), "2").unwrap();
        told("a file is written in it");
        std::fs::remove_file(first.join("one")).unwrap();
        told("a file goes");
        let below = first.join("below");
        std::fs::create_dir(&below).unwrap();
        told("a folder comes below");
        all.also([below.as_path(), below.as_path()]).unwrap();
        std::fs::write(below.join("three"), "3").unwrap();
        told("what is watched besides");
    }
}
