//! Which block devices are below the host's directories that a container writes to.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use crate::spec::Mount;

/// Whole disks, as `/dev/vda`; or which directory is on none.
pub(super) fn below(mounts: &[Mount]) -> Result<Vec<PathBuf>, String> {
    let found: Result<BTreeSet<PathBuf>, String> =
        mounts.iter().filter(|mount| !mount.read_only).map(|mount| disk(&mount.source)).collect();
    Ok(found?.into_iter().collect())
}

fn disk(path: &Path) -> Result<PathBuf, String> {
    let none = || format!("{} is on no block device of its own", path.display());
    let device = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?.dev();
    let (major, minor) = (nix::sys::stat::major(device), nix::sys::stat::minor(device));
    // A directory of sysfs whose name is the disk's, or the partition's below its disk's.
    let place = fs::canonicalize(format!("/sys/dev/block/{major}:{minor}")).map_err(|_| none())?;
    let whole = if place.join("partition").exists() { place.parent().ok_or_else(none)? } else { place.as_path() };
    let name = whole.file_name().ok_or_else(none)?;
    Ok(Path::new("/dev").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_memory_is_on_no_disk() {
        let mount =
            |source: &str, read_only| Mount { source: source.into(), target: "/x".into(), read_only, follows: false };
        assert!(below(&[mount("/proc", false)]).unwrap_err().contains("no block device"));
        assert!(below(&[mount("/nowhere", false)]).is_err());
        assert_eq!(below(&[mount("/proc", true)]), Ok(vec![]), "nobody writes there");
    }
}
