//! What is left over of files that never arrived: parts that nobody has gone on with for days.

use std::{
    ffi::OsStr,
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

/// A part that nothing was added to for so long is not gone on with any more.
pub(super) const ABANDONED: Duration = Duration::from_secs(7 * 24 * 3600);
/// Names of a folder that are looked at in one sweep. A folder with more is swept bit by bit, as the disk lists it.
const MOST_LOOKED_AT: usize = 20_000;
/// Parts that go in one sweep.
const MOST_REMOVED: usize = 1000;
/// How a part ends.
const ENDING: &str = ".tos-part";

/// The name of the part of a file.
pub(super) fn part_name(id: &str) -> String {
    format!(".{id}{ENDING}")
}

/// Whether a name is one that [`part_name`] gives, and its id.
fn id_of(name: &OsStr) -> Option<&str> {
    let id = name.to_str()?.strip_prefix('.')?.strip_suffix(ENDING)?;
    (id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))).then_some(id)
}

/// Removes what was left over in a folder. `remove` is told id and path of each and says whether it went: what somebody
/// has just gone on with stays. Waits for the disk. Returns how many went.
pub(super) fn sweep(folder: &Path, now: SystemTime, remove: impl Fn(&str, &Path) -> io::Result<bool>) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let mut removed = 0;
    for entry in entries.take(MOST_LOOKED_AT).flatten() {
        let name = entry.file_name();
        let Some(id) = id_of(&name) else { continue };
        // Of the name itself: a link is none of ours, whatever it leads to.
        let Ok(metadata) = entry.metadata() else { continue };
        let abandoned = metadata.modified().ok().and_then(|written| now.duration_since(written).ok());
        if !metadata.is_file() || abandoned.is_none_or(|age| age < ABANDONED) {
            continue;
        }
        match remove(id, &entry.path()) {
            Ok(false) => {}
            Ok(true) => {
                removed += 1;
                tracing::info!(part = id, "an upload that nobody went on with was removed");
            }
            Err(error) => tracing::debug!(%error, part = id, "an abandoned upload stays"),
        }
        if removed >= MOST_REMOVED {
            break;
        }
    }
    removed
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    fn removed(_: &str, path: &Path) -> io::Result<bool> {
        fs::remove_file(path).map(|()| true)
    }

    #[test]
    fn only_parts_that_nobody_goes_on_with_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        let at = |name: &str| folder.path().join(name);
        let write = |name: &str, age: Duration| {
            let file = File::create(at(name)).unwrap();
            file.set_modified(now - age).unwrap();
        };
        let id = |n: u8| format!("{n:032x}");
        let (old, new, moving, linked) = (part_name(&id(1)), part_name(&id(2)), part_name(&id(3)), part_name(&id(4)));
        let others = ["film.mkv", ".tos-part", ".0123.tos-part", ".ZZ000000000000000000000000000000.tos-part"];
        for name in [&old, &moving].into_iter().map(String::as_str).chain(others) {
            write(name, ABANDONED * 2);
        }
        write(&new, ABANDONED / 2);
        std::os::unix::fs::symlink(at("film.mkv"), at(&linked)).unwrap();
        assert_eq!(
            sweep(folder.path(), now, |name, path| if name == id(3) { Ok(false) } else { removed(name, path) }),
            1
        );
        assert!(!at(&old).exists());
        for name in [&new, &moving, &linked].into_iter().map(String::as_str).chain(others) {
            assert!(at(name).symlink_metadata().is_ok(), "{name} was the user's");
        }
        // A clock that was set back makes nothing old.
        assert_eq!(sweep(folder.path(), SystemTime::UNIX_EPOCH, removed), 0);
        assert_eq!(sweep(&at("nowhere"), now, removed), 0);
    }

    #[test]
    fn one_sweep_is_bounded_and_the_next_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        for n in 0..MOST_REMOVED + 5 {
            let file = File::create(folder.path().join(part_name(&format!("{n:032x}")))).unwrap();
            file.set_modified(now - ABANDONED * 2).unwrap();
        }
        assert_eq!(sweep(folder.path(), now, removed), MOST_REMOVED);
        assert_eq!(sweep(folder.path(), now, removed), 5);
    }
}
