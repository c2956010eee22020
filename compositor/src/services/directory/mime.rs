//! What files are, by their names and by what they begin with, after the shared MIME database of the machine.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use xdg_mime::SharedMimeInfo;

use crate::services::dirs::Dirs;
use crate::services::files::read_bounded;

/// Bytes of a list of name patterns.
const MOST_PATTERN_BYTES: u64 = 4 << 20;
/// Endings of names that are remembered.
const MOST_REMEMBERED: usize = 4096;
/// What the database says where it knows nothing.
const UNKNOWN: &str = "application/octet-stream";

/// The database, with what was found in it remembered: it is searched from one end to the other for every name.
pub struct Types {
    /// Of the user, then of the machine.
    databases: Vec<SharedMimeInfo>,
    /// How names begin that are known as a whole, such as `makefile`; small letters.
    beginnings: Vec<String>,
    /// What may stand before the last ending and belong to it, such as `tar`.
    before_last: HashSet<String>,
    known: HashMap<String, Arc<str>>,
    nothing: Arc<str>,
}

impl std::fmt::Debug for Types {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Types").field("databases", &self.databases.len()).field("known", &self.known.len()).finish()
    }
}

impl Types {
    /// Reads the databases. Touches the disk, for some twenty milliseconds.
    pub fn load(dirs: &Dirs) -> Self {
        let mut types = Self {
            databases: Vec::new(),
            beginnings: Vec::new(),
            before_last: HashSet::new(),
            known: HashMap::new(),
            nothing: Arc::from(""),
        };
        for data in &dirs.data {
            let Ok(patterns) = read_bounded(&data.join("mime/globs2"), MOST_PATTERN_BYTES) else { continue };
            // A database that somebody wrote is not to end the thread that reads it.
            let read = catch_unwind(AssertUnwindSafe(|| SharedMimeInfo::new_for_directory(data)));
            let Ok(database) = read else {
                tracing::warn!(directory = %data.display(), "its MIME database cannot be read");
                continue;
            };
            types.databases.push(database);
            types.learn(&String::from_utf8_lossy(&patterns));
        }
        types
    }

    /// Takes in how names look that more than their ending decides about: lines of `weight:type:pattern`.
    fn learn(&mut self, patterns: &str) {
        for pattern in patterns.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(':').nth(2))
        {
            let pattern = pattern.to_lowercase();
            match pattern.strip_prefix("*.") {
                Some(ending) => {
                    let mut parts = ending.rsplit('.').skip(1);
                    self.before_last.extend(parts.next().map(str::to_owned));
                }
                None => {
                    let end = pattern.find(['*', '?', '[', '.']).unwrap_or(pattern.len());
                    if let Some(beginning) = pattern.get(..end).filter(|beginning| !beginning.is_empty()) {
                        self.beginnings.push(beginning.to_owned());
                    }
                }
            }
        }
        self.beginnings.sort();
        self.beginnings.dedup();
    }

    /// What a file of that name is; empty if the name does not say it.
    pub fn of_name(&mut self, name: &str) -> Arc<str> {
        let Some(key) = self.key(name) else { return self.look_up(name) };
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.look_up(name);
        if self.known.len() >= MOST_REMEMBERED {
            self.known.clear();
        }
        self.known.insert(key, found.clone());
        found
    }

    /// What of a name decides about its type; `None` if all of it may.
    fn key(&self, name: &str) -> Option<String> {
        let small = name.to_lowercase();
        let special = self.beginnings.iter().any(|beginning| small.starts_with(beginning.as_str()))
            || small.starts_with(|c: char| c.is_ascii_digit())
            || small.ends_with(['~', '%'])
            || small.ends_with(",v")
            || small.contains(".so.");
        if special {
            return None;
        }
        // Capitals of an ending may count: `.C` is not `.c`.
        let mut parts = name.rsplit('.');
        let last = parts.next().unwrap_or_default();
        let before = parts.next();
        // A dot at the beginning hides a file and ends nothing.
        if before.is_none() || last.len() + 1 == name.len() {
            return Some(String::new());
        }
        let before = before.filter(|before| self.before_last.contains(&before.to_lowercase()));
        Some(before.map_or_else(|| format!(".{last}"), |before| format!(".{before}.{last}")))
    }

    fn look_up(&self, name: &str) -> Arc<str> {
        for database in &self.databases {
            let found = database.get_mime_types_from_file_name(name);
            // Several types may have the same ending, in no order: the same one of them each time.
            if let Some(found) = found.iter().map(mime_text).filter(|found| *found != UNKNOWN).min() {
                return Arc::from(found);
            }
        }
        self.nothing.clone()
    }

    /// What a file is, by its name, and where that says nothing by the bytes it begins with. Without either it is text if
    /// it looks so, else a mere row of bytes.
    pub fn of_file(&mut self, name: &str, beginning: &[u8]) -> Arc<str> {
        let by_name = self.of_name(name);
        if !by_name.is_empty() {
            return by_name;
        }
        for database in &self.databases {
            if let Some((found, _)) = database.get_mime_type_for_data(beginning)
                && mime_text(&found) != UNKNOWN
            {
                return Arc::from(mime_text(&found));
            }
        }
        let is_text = std::str::from_utf8(beginning).map_or_else(|error| error.error_len().is_none(), |_| true)
            && !beginning.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b | 0x0c));
        Arc::from(if is_text { "text/plain" } else { UNKNOWN })
    }

    /// A type and what it is a kind of, the nearest first; `text/plain` for all text, and at last a row of bytes.
    pub fn with_parents(&self, media: &str) -> Vec<String> {
        let mut all = vec![media.to_owned()];
        let mut place = 0;
        while let Some(own) = all.get(place).cloned() {
            place += 1;
            for database in &self.databases {
                let parents = own.parse().ok().and_then(|own| database.get_parents(&own)).unwrap_or_default();
                for parent in parents {
                    let parent = mime_text(&parent).to_owned();
                    // A bound for a database that goes in circles.
                    if all.len() < 64 && !all.contains(&parent) {
                        all.push(parent);
                    }
                }
            }
        }
        let implied = [(media.starts_with("text/"), "text/plain"), (!media.starts_with("inode/"), UNKNOWN)];
        for (holds, parent) in implied {
            if holds && !all.iter().any(|own| own == parent) {
                all.push(parent.to_owned());
            }
        }
        all
    }
}

/// A type without its parameters.
fn mime_text(media: &impl AsRef<str>) -> &str {
    let text = media.as_ref();
    text.split(';').next().unwrap_or(text).trim()
}

/// Bytes at the beginning of a file that are looked at to know what it is.
const BEGINNING: usize = 4096;

/// What a file begins with. Touches the disk; a pipe or a device in its place is an error and never waited for.
///
/// # Errors
/// If it cannot be read or is no regular file.
pub fn beginning_of(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = std::fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "this is not a regular file"));
    }
    let mut bytes = Vec::with_capacity(BEGINNING);
    file.take(BEGINNING as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> Types {
        Types::load(&Dirs::new(|name| (name == "XDG_DATA_DIRS").then(|| "/usr/share".into())))
    }

    #[test]
    fn what_is_remembered_is_what_the_database_says() {
        let mut types = types();
        let names = [
            "a.tar.gz",
            "b.gz",
            "README",
            "README.md",
            "readme.txt",
            "Makefile",
            "Makefile.am",
            "x~",
            "core",
            "x.core",
            "CMakeLists.txt",
            "notes.txt",
            "x.C",
            "x.c",
            "a.PNG",
            "b.so",
            "b.so.1.2",
            "foo.xyzzy",
            "noextension",
            ".bashrc",
            ".hidden.png",
            "a.b.c.d.jpeg",
            "001.vdr",
            "1.csv",
            "x.anim3",
            "x.1",
            "x,v",
            "pom.xml",
            "y.xml",
            ".",
            "a.",
        ];
        for _ in 0..2 {
            for name in names {
                assert_eq!(types.of_name(name), types.look_up(name), "{name}");
            }
        }
        assert_eq!(&*types.of_name("photo.jpeg"), "image/jpeg");
        assert_eq!(&*types.of_name("a.tar.gz"), "application/x-compressed-tar");
        assert_eq!(&*types.of_name("nothing"), "");
    }

    #[test]
    fn many_names_cost_little_and_are_not_all_remembered() {
        let mut types = types();
        for n in 0..20_000 {
            types.of_name(&format!("a.{n}"));
            types.of_name(&format!("measurement {n}.csv"));
        }
        assert!(types.known.len() <= MOST_REMEMBERED);
    }

    #[test]
    fn a_file_without_a_telling_name_is_known_by_its_contents() {
        let mut types = types();
        assert_eq!(&*types.of_file("picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png");
        assert_eq!(&*types.of_file("run", b"#!/bin/sh\necho"), "application/x-shellscript");
        assert_eq!(&*types.of_file("words", "nur Wörter\n".as_bytes()), "text/plain");
        assert_eq!(&*types.of_file("bytes", b"\x00\x01\x02\x03\xff\xfe nothing"), UNKNOWN);
        assert_eq!(&*types.of_file("photo.jpeg", b"words"), "image/jpeg", "the name goes first");
    }

    #[test]
    fn a_type_is_also_what_it_is_a_kind_of() {
        let types = types();
        let parents = types.with_parents("text/x-csrc");
        assert!(parents.starts_with(&["text/x-csrc".into()]) && parents.contains(&"text/plain".into()));
        assert_eq!(parents.last().map(String::as_str), Some(UNKNOWN));
        assert_eq!(types.with_parents("inode/directory"), ["inode/directory"]);
        assert_eq!(types.with_parents("no type"), ["no type", UNKNOWN]);
    }

    #[test]
    fn without_a_database_nothing_is_known_and_nothing_breaks() {
        let mut types = Types::load(&Dirs::new(|name| (name == "XDG_DATA_DIRS").then(|| "/nonexistent".into())));
        assert_eq!(&*types.of_name("a.png"), "");
        assert_eq!(&*types.of_file("a", b"x"), "text/plain");
    }
}
