//! What `/proc` tells of other processes. They are strangers: every text is bounded and none is believed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Bytes of a command line or an environment that are looked at.
const MOST_BYTES: u64 = 128 << 10;

/// Where a process stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Who started it, or who took it in.
    pub parent: u32,
    /// The process group.
    pub group: u32,
    /// The session.
    pub session: u32,
}

/// Reads `/proc/PID/stat`. The program's name stands in there as the program likes it, brackets and all.
pub fn standing(stat: &str) -> Option<Standing> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(1).map(|field| field.parse().ok());
    Some(Standing { parent: fields.next()??, group: fields.next()??, session: fields.next()?? })
}

/// Where a process stands; nothing if it has ended.
pub fn standing_of(pid: u32) -> Option<Standing> {
    standing(&String::from_utf8_lossy(&read(pid, "stat")?))
}

/// Whether there is a process of that number.
pub fn exists(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// The words a process was started with.
pub fn command_of(pid: u32) -> Option<Vec<String>> {
    let bytes = read(pid, "cmdline")?;
    // A command that was cut off would be another command.
    if bytes.len() as u64 >= MOST_BYTES {
        return None;
    }
    let words = bytes.strip_suffix(b"\0").unwrap_or(&bytes);
    let words: Option<Vec<String>> =
        words.split(|byte| *byte == 0).map(|word| String::from_utf8(word.to_vec()).ok()).collect();
    words.filter(|words| words.first().is_some_and(|program| !program.is_empty()))
}

/// The directory a process works in.
pub fn directory_of(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/cwd")).ok().filter(|path| path.is_dir())
}

/// A variable of the environment a process was started with.
pub fn variable_of(pid: u32, name: &str) -> Option<String> {
    let bytes = read(pid, "environ")?;
    let value =
        bytes.split(|byte| *byte == 0).find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    OsStr::from_bytes(value).to_str().map(str::to_owned)
}

fn read(pid: u32, file: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(format!("/proc/{pid}/{file}")).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_confuse() {
        let stat = "42 (x) S 1 (y)) R 7 40 39 0 -1 4194304";
        assert_eq!(standing(stat), Some(Standing { parent: 7, group: 40, session: 39 }));
    }

    #[test]
    fn odd_texts_give_nothing() {
        for stat in ["", "42", "42 (x)", "42 (x) R", "42 (x) R 7 40", "42 (x) R a 40 39", "42 (x) R -7 40 39"] {
            assert_eq!(standing(stat), None, "{stat:?}");
        }
    }

    #[test]
    fn a_process_can_read_about_itself() {
        let own = std::process::id();
        assert!(exists(own) && standing_of(own).is_some());
        assert_eq!(command_of(own), Some(std::env::args().collect()));
        assert_eq!(directory_of(own), std::env::current_dir().ok());
        assert_eq!(variable_of(own, "PATH"), std::env::var("PATH").ok());
        assert_eq!(variable_of(own, "PAT"), None);
    }

    #[test]
    fn a_process_that_is_not_there_has_nothing() {
        let gone = u32::MAX;
        assert!(!exists(gone) && standing_of(gone).is_none() && command_of(gone).is_none());
    }
}
