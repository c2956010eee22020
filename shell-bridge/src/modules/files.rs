//! The module files, written where a shell can read them.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Path below the directory, and contents.
const FILES: [(&str, &str); 4] = [
    (FISH, include_str!("../../modules/fish/tos.fish")),
    ("fish/prompt.fish", include_str!("../../modules/fish/prompt.fish")),
    (ZSH, include_str!("../../modules/zsh/.zshenv")),
    (BASH, include_str!("../../modules/bash/tos.bash")),
];
const FISH: &str = "fish/tos.fish";
const ZSH: &str = "zsh/.zshenv";
const BASH: &str = "bash/tos.bash";

/// The modules as files.
#[derive(Debug, Clone)]
pub struct ModuleFiles {
    directory: PathBuf,
}

/// Why the modules could not be written.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A directory or file could not be made.
    #[error("{path}: {error}")]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Somebody else could change what shells of this user run.
    #[error("{0} belongs to someone else, or others may write to it")]
    NotPrivate(PathBuf),
}

impl ModuleFiles {
    /// Writes the files below `runtime`, the user's run-time directory, unless they are there. Their directory is named
    /// after what they say, so sessions of different versions do not meet. It is only the user's.
    ///
    /// # Errors
    /// If they cannot be written, or if the place is not only the user's.
    pub fn install(runtime: &Path) -> Result<Self, InstallError> {
        let mut hash = Sha256::new();
        for (path, contents) in FILES {
            hash.update(path);
            hash.update([0]);
            hash.update(contents);
            hash.update([0]);
        }
        let name: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let directory = runtime.join(format!("tos-modules-{name}"));
        private(&directory)?;
        for (path, contents) in FILES {
            let path = directory.join(path);
            if let Some(parent) = path.parent() {
                private(parent)?;
            }
            write(&path, contents).map_err(|error| InstallError::Io { path, error })?;
        }
        Ok(Self { directory })
    }

    /// The file that Fish sources.
    pub fn fish(&self) -> PathBuf {
        self.directory.join(FISH)
    }

    /// The directory that Zsh takes for `ZDOTDIR` at first.
    pub fn zsh(&self) -> PathBuf {
        self.directory.join("zsh")
    }

    /// The file that Bash takes for its `.bashrc`.
    pub fn bash(&self) -> PathBuf {
        self.directory.join(BASH)
    }

    /// [`Self::fish`] as one word of Fish.
    pub(super) fn fish_quoted(&self) -> OsString {
        let mut quoted = vec![b'\''];
        for &byte in self.fish().as_os_str().as_bytes() {
            if matches!(byte, b'\'' | b'\\') {
                quoted.push(b'\\');
            }
            quoted.push(byte);
        }
        quoted.push(b'\'');
        OsString::from_vec(quoted)
    }
}

/// Makes a directory of mode 0700, or sees to it that the one there is such.
fn private(path: &Path) -> Result<(), InstallError> {
    let failed = |error| InstallError::Io { path: path.to_owned(), error };
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let found = std::fs::symlink_metadata(path).map_err(failed)?;
    let ours = found.is_dir() && found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o077 == 0;
    if ours { Ok(()) } else { Err(InstallError::NotPrivate(path.to_owned())) }
}

/// A shell that reads it meanwhile sees the whole of it or nothing.
fn write(path: &Path, contents: &str) -> io::Result<()> {
    if std::fs::read(path).is_ok_and(|found| found == contents.as_bytes()) {
        return Ok(());
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let part = PathBuf::from(name);
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .and_then(|mut file| file.write_all(contents.as_bytes()))
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // It may never have come to be.
        let _ = std::fs::remove_file(&part);
    }
    written
}
