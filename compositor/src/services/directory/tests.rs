//! Real directories, and what is told of them. Nothing waits for a certain time: each test waits for what it is about.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::sync::mpsc::{Receiver, channel};

use lcars_ui::files::{Kind, Link};

use super::*;

/// A machine too slow for this is one that hangs.
const PATIENCE: Duration = Duration::from_secs(60);

struct World {
    home: tempfile::TempDir,
    directories: Directories,
}

struct Told {
    listings: Receiver<Listing>,
    shown: Shown,
}

impl World {
    fn new() -> Self {
        let dirs = Dirs::new(|name| (name == "XDG_DATA_DIRS").then(|| "/usr/share".into()));
        Self { home: tempfile::tempdir().unwrap(), directories: Directories::new(&dirs) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn show(&self, path: &Path) -> Told {
        let (sender, listings) = channel();
        let shown = self.directories.show(path, move |listing| sender.send(listing).is_ok()).unwrap();
        Told { listings, shown }
    }
}

impl Told {
    /// The first listing that is as it should be; what comes before may be of an earlier moment.
    fn until(&self, what: &str, is_it: impl Fn(&Listing) -> bool) -> Listing {
        let deadline = Instant::now() + PATIENCE;
        let mut last = None;
        while let Ok(listing) = self.listings.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if is_it(&listing) {
                return listing;
            }
            last = Some((listing.progress.clone(), names(&listing)));
        }
        panic!("never told that {what}; last was {last:?}");
    }

    fn whole(&self) -> Listing {
        self.until("it is whole", |listing| listing.progress == Progress::Whole)
    }
}

fn names(listing: &Listing) -> Vec<String> {
    listing.entries.iter().take(50).map(|entry| entry.name.shown()).collect()
}

fn entry<'a>(listing: &'a Listing, name: &str) -> &'a Entry {
    listing.entries.iter().find(|entry| entry.name.shown() == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn what_is_in_a_directory_is_told_with_what_it_is() {
    let world = World::new();
    fs::create_dir(world.path("src")).unwrap();
    fs::write(world.path("two\nlines.txt"), "words").unwrap();
    fs::write(world.path("photo.png"), [0; 100]).unwrap();
    fs::write(world.path("empty.png"), "").unwrap();
    fs::write(world.home.path().join(std::ffi::OsString::from_vec(b"latin\xe9".to_vec())), "").unwrap();
    rustix::fs::mknodat(CWD, world.path("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    symlink("src", world.path("to src")).unwrap();
    symlink("nothing", world.path("broken")).unwrap();
    symlink("b", world.path("a")).unwrap();
    symlink("a", world.path("b")).unwrap();
    let listing = world.show(world.home.path()).whole();
    assert_eq!(
        names(&listing),
        ["src", "to src", "a", "b", "broken", "empty.png", "latin\\xe9", "photo.png", "pipe", "two\\nlines.txt"]
    );
    assert_eq!(entry(&listing, "to src").link, Some(Link::Whole));
    assert_eq!((entry(&listing, "broken").link, entry(&listing, "a").link), (Some(Link::Broken), Some(Link::Loop)));
    assert_eq!(entry(&listing, "pipe").kind, Kind::Pipe);
    let words = entry(&listing, "two\\nlines.txt");
    assert_eq!((words.size, &*words.media, words.kind), (5, "text/plain", Kind::File));
    assert!(entry(&listing, "photo.png").picture && !entry(&listing, "empty.png").picture);
    assert!(words.modified.is_some_and(|moment| moment.seconds > 1_700_000_000));
}

#[test]
fn what_happens_in_it_is_told_as_it_happens() {
    let world = World::new();
    fs::write(world.path("old"), "").unwrap();
    let told = world.show(world.home.path());
    assert_eq!(names(&told.whole()), ["old"]);
    fs::write(world.path("new"), "").unwrap();
    told.until("there is a new one", |listing| names(listing) == ["new", "old"]);
    fs::rename(world.path("old"), world.path("other")).unwrap();
    told.until("one has another name", |listing| names(listing) == ["new", "other"]);
    fs::write(world.path("new"), "much more").unwrap();
    told.until("one has grown", |listing| entry(listing, "new").size == 9);
    fs::remove_file(world.path("new")).unwrap();
    told.until("one is gone", |listing| names(listing) == ["other"]);
    fs::create_dir(world.path("src")).unwrap();
    fs::remove_dir(world.path("src")).unwrap();
    fs::create_dir(world.path("last")).unwrap();
    told.until("what came and went is not there", |listing| names(listing) == ["last", "other"]);
}

#[test]
fn a_directory_that_goes_is_told_of_and_so_is_one_that_comes_back() {
    let world = World::new();
    let path = world.path("src");
    fs::create_dir(&path).unwrap();
    let told = world.show(&path);
    told.whole();
    fs::remove_dir(&path).unwrap();
    told.until("it is gone", |listing| listing.progress == Progress::Gone);
    fs::create_dir(&path).unwrap();
    fs::write(path.join("x"), "").unwrap();
    told.until("it is back", |listing| names(listing) == ["x"]);
    // One that is moved away is gone from where it was, also if it was one further up that was moved.
    fs::rename(&path, world.path("elsewhere")).unwrap();
    told.until("it was moved", |listing| listing.progress == Progress::Gone);
    fs::create_dir_all(world.path("a/b")).unwrap();
    let told = world.show(&world.path("a/b"));
    told.whole();
    fs::rename(world.path("a"), world.path("c")).unwrap();
    told.until("the one above was moved", |listing| listing.progress == Progress::Gone);
}

#[test]
fn one_that_takes_the_place_of_another_is_shown_instead() {
    let world = World::new();
    let path = world.path("src");
    fs::create_dir(&path).unwrap();
    let told = world.show(&path);
    told.whole();
    fs::create_dir(world.path("new")).unwrap();
    fs::write(world.path("new/x"), "").unwrap();
    rustix::fs::renameat_with(CWD, world.path("new"), CWD, &path, rustix::fs::RenameFlags::EXCHANGE).unwrap();
    told.until("the other one is there", |listing| names(listing) == ["x"]);
}

#[test]
fn why_a_directory_cannot_be_read_is_told() {
    let world = World::new();
    fs::write(world.path("file"), "").unwrap();
    symlink("b", world.path("a")).unwrap();
    symlink("a", world.path("b")).unwrap();
    let long = world.path(&"x/".repeat(3000));
    let cases = [
        (world.path("nothing"), Failure::Missing),
        (world.path("file"), Failure::NotADirectory),
        (world.path("file/below"), Failure::NotADirectory),
        (world.path("a"), Failure::Loop),
        (world.path("a/x"), Failure::Loop),
        (long, Failure::TooLong),
        (world.path(&"x".repeat(300)), Failure::TooLong),
    ];
    for (path, failure) in cases {
        let failed = |listing: &Listing| listing.progress == Progress::Failed(failure.clone());
        world.show(&path).until(&failure.to_string(), failed);
    }
    assert_eq!(read::failure(Errno::ACCESS), Failure::Denied);
    assert_eq!(read::failure(Errno::IO), Failure::Other("input/output error".into()));
}

#[test]
fn what_nobody_may_look_into_is_told_to_be_so() {
    let world = World::new();
    let closed = world.path("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    let told = std::thread::scope(|scope| {
        let look = scope.spawn(|| {
            // Root may look anywhere. Files are opened by this thread, and by those it starts, as by nobody.
            // SAFETY: it changes nothing but the credentials of this thread, which ends with the test.
            unsafe { libc::setfsuid(65534) };
            world.show(&closed)
        });
        look.join().unwrap()
    });
    told.until("it may not be read", |listing| listing.progress == Progress::Failed(Failure::Denied));
}

#[test]
fn many_files_are_all_told_and_a_change_costs_no_second_reading() {
    let world = World::new();
    for n in 0..50_000 {
        fs::File::create(world.path(&format!("file {n}"))).unwrap();
    }
    let told = world.show(world.home.path());
    let listing = told.whole();
    assert_eq!((listing.entries.len(), listing.cut), (50_000, false));
    assert_eq!(names(&listing)[..3], ["file 0", "file 1", "file 2"]);
    fs::write(world.path("file 777"), "changed").unwrap();
    let listing = told.until("one was changed", |listing| entry(listing, "file 777").size == 7);
    assert_eq!(listing.entries.len(), 50_000);
}

#[test]
fn no_more_than_so_many_disks_are_waited_for_and_whoever_stops_looking_frees_one() {
    let world = World::new();
    let many: Vec<Told> = (0..MOST_READERS).map(|_| world.show(world.home.path())).collect();
    many.iter().for_each(|told| drop(told.whole()));
    let busy = |listing: &Listing| listing.progress == Progress::Failed(Failure::Busy);
    world.show(world.home.path()).until("there are too many", busy);
    drop(many);
    let deadline = Instant::now() + PATIENCE;
    while world.directories.readers.load(Ordering::Relaxed) > 0 {
        assert!(Instant::now() < deadline, "a thread goes on though nobody looks");
        std::thread::yield_now();
    }
    let told = world.show(world.home.path());
    told.whole();
    drop(told.shown);
}
