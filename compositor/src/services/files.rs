//! Reading files that somebody else wrote.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The bytes of a regular file of at most `most` bytes. Touches the disk; a pipe or a device in its place is an error and
/// never waited for.
///
/// # Errors
/// If it cannot be read, is no regular file or is larger (`FileTooLarge`).
pub fn read_bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a regular file"));
    }
    let mut bytes = Vec::with_capacity(metadata.len().min(most) as usize);
    let too_large = file.take(most + 1).read_to_end(&mut bytes)? as u64 > most;
    if too_large {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("the file is larger than {} KB", most >> 10)));
    }
    Ok(bytes)
}

/// The files below `root`, subdirectories followed down to `depth`, by name and no more than `most` of them. What cannot
/// be read is left out. Touches the disk.
pub fn list_below(root: &Path, depth: usize, most: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(root.to_owned(), 0)];
    while let Some((dir, level)) = open.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        let room = most.saturating_sub(found.len() + open.len());
        let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).take(room).collect();
        paths.sort();
        for path in paths {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() && level < depth => open.push((path, level + 1)),
                Ok(metadata) if metadata.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A directory of its own for a test; gone with the value.
    pub struct Scratch(pub PathBuf);

    impl Scratch {
        pub fn new() -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let dir = std::env::temp_dir().join(format!("tos-services-{}-{number}", std::process::id()));
            fs::create_dir_all(&dir).unwrap();
            Self(dir)
        }

        pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, contents).unwrap();
            path
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_is_read_up_to_its_bound_and_a_pipe_not_at_all() {
        let scratch = Scratch::new();
        let file = scratch.write("file", "12345");
        assert_eq!(read_bounded(&file, 5).unwrap(), b"12345");
        assert_eq!(read_bounded(&file, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        let pipe = scratch.0.join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(read_bounded(&pipe, 5).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(read_bounded(&scratch.0, 5).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(read_bounded(Path::new("/dev/zero"), 5).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn a_list_ends_even_where_directories_do_not() {
        let scratch = Scratch::new();
        for name in ["b", "a", "deep/c"] {
            scratch.write(name, "");
        }
        std::os::unix::fs::symlink(&scratch.0, scratch.0.join("deep/loop")).unwrap();
        let names: Vec<PathBuf> = list_below(&scratch.0, 1, 100);
        assert_eq!(names, ["a", "b", "deep/c"].map(|name| scratch.0.join(name)));
        assert!(list_below(&scratch.0, 1_000_000, 5).len() <= 5);
        assert!(list_below(Path::new("/nonexistent"), 3, 5).is_empty());
    }
}
