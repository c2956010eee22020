//! What a deletion would take with it, counted within bounds.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Counting takes no longer.
const LONGEST: Duration = Duration::from_millis(200);
/// So much is counted.
const MOST_ENTRIES: u64 = 100_000;
/// Directories that wait to be read.
const MOST_OPEN: usize = 10_000;

/// What lies at and below some paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    pub files: u64,
    pub folders: u64,
    /// As their sizes say; what has several names is counted with each.
    pub bytes: u64,
    /// There is more.
    pub more: bool,
    /// Some could not be looked into.
    pub closed: u64,
}

/// Counts what lies at and below `paths`. Links are not followed, as a deletion does not follow them. Touches the disk.
pub(super) fn count(paths: &[PathBuf]) -> Count {
    count_within(paths, LONGEST, MOST_ENTRIES)
}

fn count_within(paths: &[PathBuf], longest: Duration, most: u64) -> Count {
    let began = Instant::now();
    let mut count = Count::default();
    let mut open: Vec<PathBuf> = Vec::new();
    for path in paths {
        take(path, &mut count, &mut open);
    }
    while let Some(directory) = open.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            count.closed += 1;
            continue;
        };
        for entry in entries.filter_map(Result::ok) {
            if count.files + count.folders >= most || began.elapsed() >= longest || open.len() > MOST_OPEN {
                count.more = true;
                return count;
            }
            take(&entry.path(), &mut count, &mut open);
        }
    }
    count
}

fn take(path: &Path, count: &mut Count, open: &mut Vec<PathBuf>) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    if metadata.is_dir() {
        count.folders += 1;
        open.push(path.to_owned());
    } else {
        count.files += 1;
        count.bytes = count.bytes.saturating_add(metadata.len());
    }
}

impl Count {
    /// Such as `1 284 files in 41 folders, 312 MB`.
    pub(super) fn in_words(self) -> String {
        if self.files + self.folders == 0 {
            return "nothing that is there now".into();
        }
        let some = |number: u64, one: &str, several: &str| match number {
            1 => format!("1 {one}"),
            number => format!("{} {several}", grouped(number)),
        };
        let mut words = some(self.files, "file", "files");
        if self.folders > 0 {
            words += &format!(" in {}", some(self.folders, "folder", "folders"));
        }
        words += &format!(", {}", size(self.bytes));
        if self.more {
            words = format!("more than {words}");
        }
        if self.closed > 0 {
            words += &format!("; {} cannot be looked into", some(self.closed, "folder", "folders"));
        }
        words
    }
}

/// With a space between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

fn size(bytes: u64) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB", "PB"];
    let mut amount = bytes as f64;
    let mut unit = 0;
    while amount >= 999.5 && unit + 1 < units.len() {
        amount /= 1000.0;
        unit += 1;
    }
    if unit > 0 && amount < 9.95 {
        format!("{amount:.1} {}", units[unit])
    } else {
        format!("{amount:.0} {}", units[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_below_is_counted_and_links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("old");
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/one"), [0; 1500]).unwrap();
        fs::write(root.join("a/b/two"), [0; 500]).unwrap();
        std::os::unix::fs::symlink("/", root.join("all")).unwrap();
        std::os::unix::fs::symlink(&root, root.join("a/b/round")).unwrap();
        let count = count(&[root, dir.path().join("missing")]);
        assert_eq!((count.files, count.folders, count.more), (4, 3, false));
        assert!(count.bytes >= 2000);
    }

    #[test]
    fn counting_ends_where_it_should_and_says_so() {
        let dir = tempfile::tempdir().unwrap();
        (0..50).for_each(|number| fs::write(dir.path().join(number.to_string()), "").unwrap());
        let paths = [dir.path().to_owned()];
        let some = count_within(&paths, Duration::from_secs(60), 10);
        assert!(some.more && some.files + some.folders == 10);
        assert!(count_within(&paths, Duration::ZERO, 1000).more);
        assert!(some.in_words().starts_with("more than 9 files in 1 folder, "));
    }

    #[test]
    fn it_is_told_as_somebody_would() {
        let told = |files, folders, bytes| Count { files, folders, bytes, ..Count::default() }.in_words();
        assert_eq!(told(1284, 41, 312_400_000), "1 284 files in 41 folders, 312 MB");
        assert_eq!(told(1, 0, 17), "1 file, 17 bytes");
        assert_eq!(told(0, 1, 0), "0 files in 1 folder, 0 bytes");
        assert_eq!(told(0, 0, 0), "nothing that is there now");
        assert_eq!(told(2, 0, 999_600), "2 files, 1.0 MB");
    }
}
