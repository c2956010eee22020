//! The last line that was noted down outside of the database.

use std::{fs, io, path::Path};

use super::Anchor;
use crate::{Error, file};

/// An anchor is some hundred bytes; what is larger is none.
const MOST: u64 = 4096;

impl Anchor {
    /// Reads the anchor from a file; `None` if there is no such file.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Damaged`] if it is no anchor. Whoever verifies then says so, and does not go on without.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        let failed = |source| Error::File { path: path.to_owned(), source };
        match fs::metadata(path) {
            Ok(meta) if meta.len() > MOST => return Err(damaged(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(_) => {}
        }
        let text = fs::read(path).map_err(failed)?;
        serde_json::from_slice(&text).map(Some).map_err(|_| damaged(path))
    }

    /// Writes the anchor to a file, if it is further than what is there. One writer at a time.
    ///
    /// # Errors
    /// As [`Self::read`]: what is damaged is not written over.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        if Self::read(path)?.is_some_and(|there| there.number >= self.number) {
            return Ok(());
        }
        let mut text = serde_json::to_vec(self).unwrap_or_default();
        text.push(b'\n');
        file::replace(path, |out| out.write_all(&text))
    }
}

fn damaged(path: &Path) -> Error {
    Error::Damaged(format!("the anchor of the audit log ({})", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_moves_forward() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("anchor");
        let anchor = |number| Anchor { number, hash: "ab".repeat(32) };
        assert_eq!(Anchor::read(&path).unwrap(), None);
        anchor(5).write(&path).unwrap();
        anchor(4).write(&path).unwrap();
        assert_eq!(Anchor::read(&path).unwrap(), Some(anchor(5)));
        anchor(6).write(&path).unwrap();
        assert_eq!(Anchor::read(&path).unwrap(), Some(anchor(6)));
    }

    #[test]
    fn what_is_damaged_is_told_and_kept() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("anchor");
        for damage in ["", "{}", "{\"number\":-1,\"hash\":\"\"}", &" ".repeat(5000)] {
            fs::write(&path, damage).unwrap();
            assert!(matches!(Anchor::read(&path), Err(Error::Damaged(_))));
            let anchor = Anchor { number: 1, hash: String::new() };
            assert!(anchor.write(&path).is_err());
            assert_eq!(fs::read_to_string(&path).unwrap(), damage);
        }
    }
}
