//! A disk that gets full.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

/// A small disk. What is mounted goes with its test, however that ends.
pub struct Disk(tempfile::TempDir);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

impl Disk {
    /// None where it cannot be mounted, which is said.
    pub fn new() -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(disk.path()).output().unwrap();
        if mounted.status.success() {
            return Some(disk);
        }
        let said = String::from_utf8_lossy(&mounted.stderr).into_owned();
        assert!(!nix::unistd::geteuid().is_root(), "{said}");
        eprintln!("NOT TESTED: a full disk needs a mount, and that was refused: {said}");
        None
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all that is left.
    pub fn fill(&self) {
        let mut file = std::fs::File::create(self.filler()).unwrap();
        while file.write_all(&[7; 4096]).is_ok() {}
    }

    /// Gives it back.
    pub fn clear(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}
