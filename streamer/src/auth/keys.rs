//! Public keys in PEM files, read again when a file has changed.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use jsonwebtoken::DecodingKey;

/// Largest file. A key has about 120 bytes.
const MAX_FILE: u64 = 64 << 10;
/// Keys of one file: the one in force, and those before and after it while it is changed.
const MAX_KEYS: usize = 8;
const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// By what a changed file is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// A file with one or more public keys. What is in it now counts: while it is not there, or not whole, there is no key.
pub struct KeyFile {
    path: PathBuf,
    stamp: Option<Stamp>,
    keys: Vec<DecodingKey>,
    /// It was said that it cannot be used.
    told: bool,
}

impl KeyFile {
    /// Nothing is read yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, stamp: None, keys: Vec::new(), told: false }
    }

    /// The keys in it, read again if it is another than the last time.
    pub fn keys(&mut self) -> &[DecodingKey] {
        match self.refresh() {
            Ok(()) => self.told = false,
            Err(error) => {
                (self.keys, self.stamp) = (Vec::new(), None);
                if !std::mem::replace(&mut self.told, true) {
                    tracing::warn!(path = %self.path.display(), %error, "no grant is believed: the key cannot be read");
                }
            }
        }
        &self.keys
    }

    fn refresh(&mut self) -> io::Result<()> {
        let before = stamp(&self.path)?;
        if self.stamp == Some(before) {
            return Ok(());
        }
        let mut text = String::new();
        File::open(&self.path)?.take(MAX_FILE).read_to_string(&mut text)?;
        self.keys = parse(&text)?;
        // Of what was there before it was read: what came meanwhile is seen the next time.
        self.stamp = Some(before);
        Ok(())
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let about = fs::metadata(path)?;
    // A pipe would keep whoever opens it.
    if !about.is_file() || about.len() > MAX_FILE {
        return Err(io::Error::other("this is no file with a key"));
    }
    Ok(Stamp {
        device: about.dev(),
        inode: about.ino(),
        size: about.len(),
        modified: (about.mtime(), about.mtime_nsec()),
        changed: (about.ctime(), about.ctime_nsec()),
    })
}

fn parse(text: &str) -> io::Result<Vec<DecodingKey>> {
    let blocks = text.split(BEGIN).skip(1).take(MAX_KEYS);
    let keys: Vec<DecodingKey> = blocks
        .map(|block| {
            let (body, _) = block.split_once(END).ok_or_else(|| io::Error::other("a key is not whole"))?;
            let pem = format!("{BEGIN}{body}{END}\n");
            DecodingKey::from_ed_pem(pem.as_bytes()).map_err(|error| io::Error::other(format!("not Ed25519: {error}")))
        })
        .collect::<io::Result<_>>()?;
    if keys.is_empty() { Err(io::Error::other("it holds no public key (PEM)")) } else { Ok(keys) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::signing::Signer;

    #[test]
    fn a_key_is_read_again_when_its_file_has_changed_and_gone_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grant.pem");
        let mut file = KeyFile::new(path.clone());
        assert_eq!(file.keys().len(), 0, "not there yet");
        fs::write(&path, Signer::new().public()).unwrap();
        assert_eq!(file.keys().len(), 1);
        let both = format!("{}{}", Signer::new().public(), Signer::new().public());
        fs::write(folder.path().join("new"), both).unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        assert_eq!(file.keys().len(), 2, "an old one and a new one");
        fs::write(&path, &Signer::new().public()[..60]).unwrap();
        assert_eq!(file.keys().len(), 0, "half a file");
        fs::write(&path, Signer::new().public()).unwrap();
        assert_eq!(file.keys().len(), 1);
        fs::remove_file(&path).unwrap();
        assert_eq!(file.keys().len(), 0);
    }

    #[test]
    fn what_is_no_public_key_is_none() {
        let private = Signer::new().private();
        for text in ["", "x", BEGIN, &format!("{BEGIN}\n{END}"), &private] {
            assert!(parse(text).is_err(), "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(KeyFile::new(folder.path().to_owned()).keys().len(), 0, "a directory");
        let long = folder.path().join("long");
        fs::write(&long, vec![b'x'; 70 << 10]).unwrap();
        assert_eq!(KeyFile::new(long).keys().len(), 0);
    }
}
