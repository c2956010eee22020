//! `$XDG_RUNTIME_DIR`: where the sockets are. In a bare container nobody has made one, so we do.

use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::PathBuf;

use anyhow::{Context, bail};

/// The directory for this user's sockets, made if the environment names none.
///
/// # Errors
/// If it cannot be made, or belongs to someone else.
pub fn directory() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute()) {
        std::fs::create_dir_all(&path).with_context(|| format!("$XDG_RUNTIME_DIR {}", path.display()))?;
        return Ok(path);
    }
    let user = rustix::process::getuid().as_raw();
    let path = std::env::temp_dir().join(format!("tos-{user}"));
    match std::fs::DirBuilder::new().mode(0o700).create(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
        _ => {}
    }
    // In a directory that all can write to, somebody else may have been first.
    let found = std::fs::symlink_metadata(&path)?;
    if !found.is_dir() || found.uid() != user {
        bail!("{} belongs to someone else; set XDG_RUNTIME_DIR", path.display());
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
    Ok(path)
}
