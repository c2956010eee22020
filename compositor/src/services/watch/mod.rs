//! Watching single files, such as the user's settings, for somebody saving them.
//!
//! Editors write a new file and move it to the place of the old one, the directory may come later than we do, and the
//! file may be a link to one somewhere else. So it is directories that are watched, with inotify: that of the file, that
//! of the file a link leads to, and as long as there is none the nearest above it.
//!
//! A [`Watch`] is an event source of calloop; its event is the path that was given. It tells of every change, some of
//! them more than once and some while the file is still being written: wait until it has been quiet before reading. It
//! looks at the metadata of the files, and at nothing else on the disk, whenever a watched directory changes.

pub mod folders;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use calloop::generic::Generic;
use calloop::{EventSource, Interest, Mode, Poll, PostAction, Readiness, Token, TokenFactory};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

/// What can happen in a directory that may concern a file in it.
const FLAGS: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// Events after which a file of that name holds something new even if it looks the same.
const WRITTEN: ReadFlags = ReadFlags::CLOSE_WRITE.union(ReadFlags::MOVED_TO);

/// Times that directories may come and go while we look for them.
const MOST_TRIES: usize = 32;

/// Tells when files change.
#[derive(Debug)]
pub struct Watch {
    source: Generic<OwnedFd>,
    files: Files,
}

/// The files and the directories that are watched for them.
#[derive(Debug)]
struct Files {
    files: Vec<Watched>,
    /// By inotify's numbers: the names in each directory that belong to a file.
    directories: HashMap<i32, Vec<(Vec<u8>, usize)>>,
}

#[derive(Debug)]
struct Watched {
    path: PathBuf,
    stamp: Option<Stamp>,
}

/// Changes when the file does, except for what is written within the same tick of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Watch {
    /// Watches these files, whether they are there or not. Relative paths count from where the process is now.
    ///
    /// # Errors
    /// If the kernel grants no more watches.
    pub fn new(paths: &[PathBuf]) -> io::Result<Self> {
        let fd = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let watched = |path: &PathBuf| Ok(Watched { path: std::path::absolute(path)?, stamp: None });
        let files = paths.iter().map(watched).collect::<io::Result<Vec<_>>>()?;
        let mut files = Files { files, directories: HashMap::new() };
        files.arm(&fd)?;
        files.changed();
        Ok(Self { source: Generic::new(fd, Interest::READ, Mode::Level), files })
    }
}

impl Files {
    /// Watches the directories that matter now and no others.
    fn arm(&mut self, fd: &OwnedFd) -> io::Result<()> {
        let mut directories: HashMap<i32, Vec<(Vec<u8>, usize)>> = HashMap::new();
        for (index, file) in self.files.iter().enumerate() {
            let link = fs::canonicalize(&file.path).ok().filter(|target| *target != file.path);
            for path in link.iter().chain([&file.path]) {
                if let Some(number) = watch_nearest(fd, path)? {
                    let name = path.file_name().map(|name| name.as_bytes().to_owned()).unwrap_or_default();
                    directories.entry(number).or_default().push((name, index));
                }
            }
        }
        for number in self.directories.keys().filter(|number| !directories.contains_key(number)) {
            // It fails if the directory has gone, and the watch with it.
            let _ = inotify::remove_watch(fd, *number);
        }
        self.directories = directories;
        Ok(())
    }

    /// The files that look different from when this was last asked.
    fn changed(&mut self) -> Vec<usize> {
        let differs = |(index, file): (usize, &mut Watched)| {
            let stamp = Stamp::of(&file.path);
            (std::mem::replace(&mut file.stamp, stamp) != stamp).then_some(index)
        };
        self.files.iter_mut().enumerate().filter_map(differs).collect()
    }

    /// Reads what has happened, as far as it is told yet: the files that were written to, and whether events were lost.
    fn read(&self, fd: &OwnedFd) -> io::Result<(Vec<usize>, bool)> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(fd, &mut buffer);
        let (mut written, mut lost) = (Vec::new(), false);
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::WOULDBLOCK) => return Ok((written, lost)),
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            lost |= event.events().contains(ReadFlags::QUEUE_OVERFLOW);
            if let Some(name) = event.file_name().filter(|_| event.events().intersects(WRITTEN)) {
                let names = self.directories.get(&event.wd()).into_iter().flatten();
                written.extend(names.filter(|(own, _)| own == name.to_bytes()).map(|(_, index)| *index));
            }
        }
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }
}

/// Watches the directory of `path`, or the nearest above it that is there. Nothing if they come and go too fast.
fn watch_nearest(fd: &OwnedFd, path: &Path) -> io::Result<Option<i32>> {
    let directories: Vec<&Path> = path.ancestors().skip(1).collect();
    for _ in 0..MOST_TRIES {
        let Some(nearest) = directories.iter().position(|directory| directory.is_dir()) else { return Ok(None) };
        let Some(directory) = directories.get(nearest) else { return Ok(None) };
        match inotify::add_watch(fd, *directory, FLAGS) {
            // What was made in it before it was watched is told by nobody.
            Ok(_) if nearest > 0 && directories.get(nearest - 1).is_some_and(|below| below.is_dir()) => {}
            Ok(number) => return Ok(Some(number)),
            Err(Errno::NOENT | Errno::NOTDIR) => {}
            // One that nobody may look into changes for nobody.
            Err(Errno::ACCESS) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

impl EventSource for Watch {
    type Event = PathBuf;
    type Metadata = ();
    type Ret = ();
    type Error = io::Error;

    fn process_events<F>(&mut self, readiness: Readiness, token: Token, mut callback: F) -> io::Result<PostAction>
    where
        F: FnMut(PathBuf, &mut ()),
    {
        let Self { source, files } = self;
        source.process_events(readiness, token, |_, fd| {
            let (mut changed, lost) = files.read(fd)?;
            files.arm(fd)?;
            // After the watches: what happens from here on is told by the next event.
            changed.extend(files.changed());
            if lost {
                changed.extend(0..files.files.len());
            }
            changed.sort_unstable();
            changed.dedup();
            for file in changed.iter().filter_map(|index| files.files.get(*index)) {
                callback(file.path.clone(), &mut ());
            }
            Ok(PostAction::Continue)
        })
    }

    fn register(&mut self, poll: &mut Poll, tokens: &mut TokenFactory) -> calloop::Result<()> {
        self.source.register(poll, tokens)
    }

    fn reregister(&mut self, poll: &mut Poll, tokens: &mut TokenFactory) -> calloop::Result<()> {
        self.source.reregister(poll, tokens)
    }

    fn unregister(&mut self, poll: &mut Poll) -> calloop::Result<()> {
        self.source.unregister(poll)
    }
}

#[cfg(test)]
mod tests;
