//! A tar of what was picked, made while it is sent: `ustar`, with pax headers for what does not fit it.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read as _},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, OpenOptionsExt as _},
    },
    path::{Path, PathBuf},
};

use bytes::Bytes;

/// How deep directories are followed.
const DEEPEST: usize = 128;
/// Entries in one.
const MOST_ENTRIES: usize = 1_000_000;
/// What is read at once.
const PIECE: usize = 256 << 10;
const BLOCK: usize = 512;
/// Lines about what was left out.
const MOST_NOTES: usize = 1000;
/// Under this name they are put in.
const NOTES: &str = "NOT INCLUDED.txt";

/// Why it breaks off. What comes of it so far is no whole tar.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nobody takes it any more.
    #[error("nobody takes it any more")]
    Left,
    /// A file became shorter while it was read.
    #[error("{0} changed while it was read")]
    Changed(PathBuf),
}

/// Packs files and directories, with all that is below them. `out` takes each piece, and says whether it wants more. What
/// cannot be read is left out, and the last entry says so.
///
/// # Errors
/// See [`Fault`].
pub fn pack(paths: &[PathBuf], out: &mut dyn FnMut(Bytes) -> bool) -> Result<(), Fault> {
    let mut packer = Packer { out, notes: Vec::new(), entries: 0 };
    // The last of them is next: each path with its name in the tar, and how deep it is.
    let mut todo: Vec<(PathBuf, Vec<u8>, usize)> = Vec::new();
    for path in paths.iter().rev() {
        match path.file_name() {
            Some(name) => todo.push((path.clone(), name.as_bytes().to_vec(), 0)),
            // The root itself.
            None => todo.push((path.clone(), b"root".to_vec(), 0)),
        }
    }
    while let Some((path, name, depth)) = todo.pop() {
        packer.entries += 1;
        if packer.entries > MOST_ENTRIES || depth > DEEPEST {
            packer.leave_out(&path, "there is too much");
            if packer.entries > MOST_ENTRIES {
                break;
            }
            continue;
        }
        match packer.entry(&path, &name, depth == 0) {
            Ok(None) => {}
            Ok(Some(inside)) => {
                for child in inside.into_iter().rev() {
                    let mut inner = name.clone();
                    inner.push(b'/');
                    inner.extend_from_slice(child.as_bytes());
                    todo.push((path.join(child), inner, depth + 1));
                }
            }
            Err(Problem::Fault(fault)) => return Err(fault),
            Err(Problem::Unreadable(error)) => packer.leave_out(&path, &error.to_string()),
        }
    }
    packer.finish()
}

enum Problem {
    Fault(Fault),
    Unreadable(io::Error),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

struct Packer<'a> {
    out: &'a mut dyn FnMut(Bytes) -> bool,
    notes: Vec<String>,
    entries: usize,
}

impl Packer<'_> {
    fn put(&mut self, bytes: impl Into<Bytes>) -> Result<(), Fault> {
        if (self.out)(bytes.into()) { Ok(()) } else { Err(Fault::Left) }
    }

    fn leave_out(&mut self, path: &Path, why: &str) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(format!("{}: {why}\n", path.display()));
        }
    }

    /// One entry; of a directory what is in it. Links are followed only where the user picked them.
    fn entry(&mut self, path: &Path, name: &[u8], picked: bool) -> Result<Option<Vec<OsString>>, Problem> {
        let metadata = if picked { fs::metadata(path)? } else { fs::symlink_metadata(path)? };
        let kind = metadata.file_type();
        if kind.is_dir() {
            let mut inside = Vec::new();
            for entry in fs::read_dir(path)?.take(MOST_ENTRIES) {
                inside.push(entry?.file_name());
            }
            inside.sort();
            let mut name = name.to_vec();
            name.push(b'/');
            self.header(&name, &metadata, b'5', 0, b"")?;
            return Ok(Some(inside));
        }
        if kind.is_symlink() {
            let target = fs::read_link(path)?;
            self.header(name, &metadata, b'2', 0, target.as_os_str().as_bytes())?;
            return Ok(None);
        }
        if !kind.is_file() {
            self.leave_out(path, "this is no file");
            return Ok(None);
        }
        // Not a pipe that somebody put in its place, which would not open before somebody writes.
        let follow = if picked { 0 } else { rustix::fs::OFlags::NOFOLLOW.bits() };
        let flags = (follow | rustix::fs::OFlags::NONBLOCK.bits()).cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            self.leave_out(path, "this is no file");
            return Ok(None);
        }
        self.header(name, &metadata, b'0', metadata.len(), b"")?;
        self.contents(path, file, metadata.len())?;
        Ok(None)
    }

    fn contents(&mut self, path: &Path, mut file: File, size: u64) -> Result<(), Fault> {
        let mut left = size;
        while left > 0 {
            let want = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let mut piece = vec![0; want];
            let read = file.read(&mut piece).unwrap_or(0);
            if read == 0 {
                // The header has promised more, and cannot be taken back.
                return Err(Fault::Changed(path.to_owned()));
            }
            piece.truncate(read);
            left -= read as u64;
            self.put(piece)?;
        }
        let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
        if over > 0 {
            self.put(vec![0; BLOCK - over])?;
        }
        Ok(())
    }

    fn header(&mut self, name: &[u8], metadata: &Metadata, kind: u8, size: u64, link: &[u8]) -> Result<(), Fault> {
        let mtime = u64::try_from(metadata.mtime()).unwrap_or(0);
        self.raw_header(name, metadata.mode() & 0o777, mtime, kind, size, link)
    }

    fn raw_header(
        &mut self,
        name: &[u8],
        mode: u32,
        mtime: u64,
        kind: u8,
        size: u64,
        link: &[u8],
    ) -> Result<(), Fault> {
        let mut pax = Vec::new();
        if name.len() > 100 || !name.is_ascii() {
            record(&mut pax, b"path", name);
        }
        if link.len() > 100 || !link.is_ascii() {
            record(&mut pax, b"linkpath", link);
        }
        if size >= 1 << 33 {
            record(&mut pax, b"size", size.to_string().as_bytes());
        }
        if !pax.is_empty() {
            let header = block(b"PaxHeader", 0o644, mtime, b'x', pax.len() as u64, b"");
            self.put(header)?;
            pax.resize(pax.len().next_multiple_of(BLOCK), 0);
            self.put(pax)?;
        }
        self.put(block(name, mode, mtime, kind, size, link))
    }

    fn finish(mut self) -> Result<(), Fault> {
        if !self.notes.is_empty() {
            let mut text = std::mem::take(&mut self.notes).concat().into_bytes();
            self.raw_header(NOTES.as_bytes(), 0o644, 0, b'0', text.len() as u64, b"")?;
            text.resize(text.len().next_multiple_of(BLOCK), 0);
            self.put(text)?;
        }
        self.put(vec![0; 2 * BLOCK])
    }
}

/// `length key=value\n`, where the length counts itself.
fn record(to: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    to.extend_from_slice(length.to_string().as_bytes());
    to.push(b' ');
    to.extend_from_slice(key);
    to.push(b'=');
    to.extend_from_slice(value);
    to.push(b'\n');
}

fn block(name: &[u8], mode: u32, mtime: u64, kind: u8, size: u64, link: &[u8]) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    let mut put = |at: usize, bytes: &[u8], most: usize| {
        for (to, from) in block.iter_mut().skip(at).zip(bytes.iter().take(most)) {
            *to = *from;
        }
    };
    let octal = |value: u64, digits: usize| {
        let most = (1_u64 << (3 * digits)) - 1;
        format!("{:0digits$o}\0", if value > most { 0 } else { value })
    };
    put(0, name, 100);
    put(100, octal(mode.into(), 7).as_bytes(), 8);
    put(108, octal(0, 7).as_bytes(), 8);
    put(116, octal(0, 7).as_bytes(), 8);
    put(124, octal(size, 11).as_bytes(), 12);
    put(136, octal(mtime, 11).as_bytes(), 12);
    put(148, b"        ", 8);
    put(156, &[kind], 1);
    put(157, link, 100);
    put(257, b"ustar\x0000", 8);
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    for (to, from) in block.iter_mut().skip(148).zip(sum.bytes()) {
        *to = from;
    }
    block
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::symlink, process::Command};

    use super::*;

    fn packed(paths: &[PathBuf]) -> Vec<u8> {
        let mut all = Vec::new();
        pack(paths, &mut |piece| {
            all.extend_from_slice(&piece);
            true
        })
        .unwrap();
        all
    }

    #[test]
    fn another_tar_reads_what_was_packed() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("träumerei");
        let deep = top.join("a".repeat(90)).join("b".repeat(90));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("c.txt"), "deep").unwrap();
        fs::write(top.join("empty"), "").unwrap();
        fs::write(top.join("big"), vec![7; PIECE + 1000]).unwrap();
        symlink("/etc/passwd", top.join("link")).unwrap();
        let fifo = top.join("pipe");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        fs::write(folder.path().join("second"), "2").unwrap();

        let file = folder.path().join("all.tar");
        fs::write(&file, packed(&[top, folder.path().join("second")])).unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        let status = Command::new("tar").arg("-xf").arg(&file).arg("-C").arg(&out).status().unwrap();
        assert!(status.success());
        let top = out.join("träumerei");
        let deep = top.join("a".repeat(90)).join("b".repeat(90));
        assert_eq!(fs::read_to_string(deep.join("c.txt")).unwrap(), "deep");
        assert_eq!(fs::read(top.join("empty")).unwrap(), b"");
        assert_eq!(fs::read(top.join("big")).unwrap(), vec![7; PIECE + 1000]);
        assert_eq!(fs::read_link(top.join("link")).unwrap(), Path::new("/etc/passwd"), "not what it points at");
        assert!(!top.join("pipe").exists());
        assert!(fs::read_to_string(out.join(NOTES)).unwrap().contains("pipe: this is no file"));
        assert_eq!(fs::read_to_string(out.join("second")).unwrap(), "2");
    }

    #[test]
    fn no_entry_leaves_the_folder_it_is_unpacked_in() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("in/side");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("f"), "x").unwrap();
        let all = packed(&[inner.join(".."), inner, "/nonexistent".into()]);
        for header in all.chunks(BLOCK).filter(|block| block.get(257..262) == Some(b"ustar")) {
            let name = header.split(|byte| *byte == 0).next().unwrap();
            assert!(!name.starts_with(b"/") && !name.split(|byte| *byte == b'/').any(|part| part == b".."));
        }
    }

    #[test]
    fn it_ends_when_nobody_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut pieces = 0;
        let ended = pack(&[folder.path().to_owned()], &mut |_| {
            pieces += 1;
            false
        });
        assert!(matches!(ended, Err(Fault::Left)));
        assert_eq!(pieces, 1);
    }
}
