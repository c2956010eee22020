use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use calloop::EventLoop;

use super::super::files::tests::Scratch;
use super::*;

/// A loop that watches `config/tos/config.toml` and `config/tos/theme.css` below a scratch directory.
struct Bench {
    scratch: Scratch,
    event_loop: EventLoop<'static, Vec<PathBuf>>,
    told: Vec<PathBuf>,
}

const FILE: &str = "config/tos/config.toml";
const OTHER: &str = "config/tos/theme.css";

impl Bench {
    fn new(prepare: impl FnOnce(&Scratch)) -> Self {
        let scratch = Scratch::new();
        prepare(&scratch);
        let event_loop = EventLoop::try_new().unwrap();
        let watch = Watch::new(&[scratch.0.join(FILE), scratch.0.join(OTHER)]).unwrap();
        let add = |path, &mut (): &mut (), told: &mut Vec<PathBuf>| told.push(path);
        event_loop.handle().insert_source(watch, add).map_err(|error| error.error).unwrap();
        Self { scratch, event_loop, told: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.0.join(name)
    }

    /// Waits until a change of a file is told.
    fn tells_of(&mut self, name: &str) {
        let path = self.path(name);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.told.contains(&path) {
            assert!(Instant::now() < deadline, "{name} has changed and nobody says so");
            self.event_loop.dispatch(Duration::from_millis(100), &mut self.told).unwrap();
        }
        self.settle();
    }

    /// Takes what is still to come of what has been done.
    fn settle(&mut self) -> Vec<PathBuf> {
        loop {
            let before = self.told.len();
            self.event_loop.dispatch(Duration::ZERO, &mut self.told).unwrap();
            if self.told.len() == before {
                return std::mem::take(&mut self.told);
            }
        }
    }
}

#[test]
fn a_file_that_is_written_in_place_is_told_of_and_no_other() {
    let mut bench = Bench::new(|scratch| drop((scratch.write(FILE, "1"), scratch.write(OTHER, "1"))));
    assert!(bench.settle().is_empty(), "nothing has happened yet");
    bench.scratch.write(FILE, "2");
    // In the same tick of the clock and of the same length.
    bench.scratch.write(FILE, "3");
    let path = bench.path(FILE);
    assert!(bench.settle().iter().all(|told| *told == path));
    bench.scratch.write("config/tos/config.toml~", "a file of an editor's");
    bench.scratch.write(OTHER, "2");
    let other = bench.path(OTHER);
    assert!(bench.settle().iter().all(|told| *told == other));
    bench.scratch.write(FILE, "4");
    bench.tells_of(FILE);
}

#[test]
fn a_file_that_is_replaced_is_told_of_again_and_again() {
    let mut bench = Bench::new(|scratch| drop(scratch.write(FILE, "1")));
    for _ in 0..3 {
        let new = bench.scratch.write("config/tos/.config.toml.swp", "1");
        fs::rename(new, bench.path(FILE)).unwrap();
        bench.tells_of(FILE);
    }
}

#[test]
fn a_file_that_goes_and_comes_back_is_told_of_both_times() {
    let mut bench = Bench::new(|scratch| drop(scratch.write(FILE, "1")));
    fs::remove_file(bench.path(FILE)).unwrap();
    bench.tells_of(FILE);
    bench.scratch.write(FILE, "2");
    bench.tells_of(FILE);
}

#[test]
fn directories_may_come_later() {
    let mut bench = Bench::new(|_| ());
    bench.scratch.write(FILE, "1");
    bench.tells_of(FILE);
    bench.scratch.write(OTHER, "1");
    bench.tells_of(OTHER);
}

#[test]
fn a_whole_directory_may_be_moved_into_place_or_away() {
    let mut bench = Bench::new(|_| ());
    bench.scratch.write("new/tos/config.toml", "1");
    fs::rename(bench.path("new"), bench.path("config")).unwrap();
    bench.tells_of(FILE);
    fs::rename(bench.path("config/tos"), bench.path("config/old")).unwrap();
    bench.tells_of(FILE);
    bench.scratch.write(FILE, "2");
    bench.tells_of(FILE);
    fs::remove_dir_all(bench.path("config/tos")).unwrap();
    bench.tells_of(FILE);
    bench.scratch.write(FILE, "3");
    bench.tells_of(FILE);
}

#[test]
fn a_link_is_followed_to_where_the_file_is() {
    let mut bench = Bench::new(|scratch| {
        let real = scratch.write("dotfiles/settings", "1");
        fs::create_dir_all(scratch.0.join("config/tos")).unwrap();
        symlink(real, scratch.0.join(FILE)).unwrap();
    });
    bench.scratch.write("dotfiles/settings", "2");
    bench.tells_of(FILE);
    let other = bench.scratch.write("elsewhere/settings", "1");
    let link = bench.path("config/tos/new");
    symlink(other, &link).unwrap();
    fs::rename(link, bench.path(FILE)).unwrap();
    bench.tells_of(FILE);
    bench.scratch.write("elsewhere/settings", "2");
    bench.tells_of(FILE);
}

#[test]
fn many_changes_at_once_lose_none() {
    let mut bench = Bench::new(|scratch| drop((scratch.write(FILE, "1"), scratch.write(OTHER, "1"))));
    for n in 0..2000 {
        bench.scratch.write(&format!("config/tos/{n}"), "");
    }
    bench.scratch.write(FILE, "2");
    bench.tells_of(FILE);
}
