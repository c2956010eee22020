//! Limits of homes, by the project quotas of the file system that they are on (ext4 and xfs, mounted with `prjquota`).
//!
//! A home's project is the number of its directory's inode: nobody else's on that file system, and known again after
//! everything else is lost.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::{
        fd::AsRawFd as _,
        unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    },
    path::Path,
};

use nix::libc;

use self::calls::{Attributes, attributes, set_attributes};

/// `PRJQUOTA`, and the commands as `quotactl(2)` puts them together.
const PROJECT: u32 = 2;
const SET: u32 = (0x80_0008 << 8) | PROJECT;
const INFORMATION: u32 = (0x80_0005 << 8) | PROJECT;
/// What is made in such a directory belongs to its project.
const INHERITED: u32 = 0x200;
/// The kernel counts in these.
const BLOCK: u64 = 1024;

/// What the file system is asked of one file.
mod calls {
    /// `struct fsxattr`
    #[repr(C)]
    #[derive(Default)]
    pub struct Attributes {
        pub flags: u32,
        extent_size: u32,
        extents: u32,
        pub project: u32,
        copied_extent_size: u32,
        pad: [u8; 8],
    }

    nix::ioctl_read!(attributes, b'X', 31, Attributes);
    nix::ioctl_write_ptr!(set_attributes, b'X', 32, Attributes);
}

/// Whether homes in this directory can be limited.
///
/// # Errors
/// Why not, for a person.
pub fn possible(directory: &Path) -> Result<(), String> {
    let known = open(directory).and_then(|directory| {
        // Larger than what is written there: `struct if_dqinfo`.
        let mut information = [0_u64; 8];
        control(&directory, INFORMATION, 0, information.as_mut_ptr().cast())
    });
    known.map_err(words)
}

/// Lets a directory, with all below it, take so many bytes. Doing it again changes nothing but the number.
///
/// # Errors
/// What the system says; most often that the file system has no such quotas.
pub fn limit(directory: &Path, bytes: u64) -> Result<(), String> {
    let limited = || -> io::Result<()> {
        let opened = open(directory)?;
        let project = u32::try_from(opened.metadata()?.ino()).ok().filter(|project| *project != 0);
        let project = project.ok_or_else(|| io::Error::other("its inode's number is no project's"))?;
        // SAFETY: all zeros is a `dqblk` that says nothing.
        let mut quota: libc::dqblk = unsafe { std::mem::zeroed() };
        quota.dqb_bhardlimit = bytes.div_ceil(BLOCK);
        quota.dqb_bsoftlimit = quota.dqb_bhardlimit;
        quota.dqb_valid = libc::QIF_BLIMITS;
        control(&opened, SET, project, (&raw mut quota).cast())?;
        if project_of(&opened)? == (project, true) { Ok(()) } else { give(directory, &opened, project) }
    };
    limited().map_err(words)
}

fn words(error: io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ENOSYS | libc::ESRCH | libc::ENOTTY | libc::EOPNOTSUPP | libc::ENODEV | libc::EINVAL) => {
            "the file system of homes is not mounted with project quotas (prjquota)".into()
        }
        _ => error.to_string(),
    }
}

fn open(path: &Path) -> io::Result<File> {
    // Never through a link, and nothing that waits for somebody at its other end.
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

fn control(file: &File, command: u32, id: u32, data: *mut libc::c_void) -> io::Result<()> {
    // SAFETY: the descriptor is open, and the data is as large as what the command reads or writes.
    let done = unsafe { libc::syscall(libc::SYS_quotactl_fd, file.as_raw_fd(), command, id, data) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn read(file: &File) -> io::Result<Attributes> {
    let mut found = Attributes::default();
    // SAFETY: the descriptor is open, and the structure is the kernel's own.
    unsafe { attributes(file.as_raw_fd(), &raw mut found) }?;
    Ok(found)
}

/// The project, and whether it is passed on.
fn project_of(file: &File) -> io::Result<(u32, bool)> {
    read(file).map(|found| (found.project, found.flags & INHERITED != 0))
}

/// Gives a directory and what is in it to a project; the top last, so that it is done again if it was cut off.
fn give(path: &Path, file: &File, project: u32) -> io::Result<()> {
    let about = file.metadata()?;
    if about.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            // Links, sockets and pipes take no room.
            if entry.file_type().is_ok_and(|kind| kind.is_dir() || kind.is_file()) {
                give(&entry.path(), &open(&entry.path())?, project)?;
            }
        }
    }
    let mut wanted = read(file)?;
    wanted.project = project;
    if about.is_dir() {
        wanted.flags |= INHERITED;
    }
    // SAFETY: the descriptor is open, and the structure is the kernel's own.
    unsafe { set_attributes(file.as_raw_fd(), &raw const wanted) }?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// A file system of our own with such quotas, for as long as a test runs.
    struct Disk(tempfile::TempDir);

    impl Disk {
        fn make() -> Result<Self, String> {
            let place = tempfile::tempdir().unwrap();
            let (image, at) = (place.path().join("image"), place.path().join("at"));
            fs::create_dir(&at).unwrap();
            File::create(&image).unwrap().set_len(64 << 20).unwrap();
            let made = |command: &mut Command| match command.output() {
                Ok(output) if output.status.success() => Ok(()),
                Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
                Err(error) => Err(error.to_string()),
            };
            let quotas = ["-q", "-O", "project,quota", "-E", "quotatype=prjquota"];
            made(Command::new("mkfs.ext4").args(quotas).arg(&image))?;
            made(Command::new("mount").args(["-o", "loop,prjquota"]).arg(&image).arg(&at))?;
            Ok(Self(place))
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg("--lazy").arg(self.0.path().join("at")).status();
        }
    }

    #[test]
    fn a_home_takes_no_more_than_it_may_or_that_is_refused() {
        let place = tempfile::tempdir().unwrap();
        if possible(place.path()).is_err() {
            let why = limit(place.path(), 1 << 20).unwrap_err();
            assert!(why.contains("prjquota") || !nix::unistd::geteuid().is_root(), "{why}");
            assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
        }
        let disk = match Disk::make() {
            Ok(disk) => disk,
            Err(why) => return eprintln!("NOT TESTED: quotas of homes, only that they are refused: {why}"),
        };
        let homes = disk.0.path().join("at");
        possible(&homes).unwrap();
        let (alice, bob) = (homes.join("alice"), homes.join("bob"));
        fs::create_dir_all(alice.join("before")).unwrap();
        fs::create_dir(&bob).unwrap();
        fs::write(alice.join("before/file"), vec![1; 1 << 20]).unwrap();
        limit(&alice, 4 << 20).unwrap();
        limit(&alice, 4 << 20).unwrap();
        // What was there counts, and what is made below.
        let full = fs::write(alice.join("before/more"), vec![1; 5 << 20]).unwrap_err();
        assert!(matches!(full.raw_os_error(), Some(libc::EDQUOT | libc::ENOSPC)), "{full}");
        fs::write(bob.join("file"), vec![1; 8 << 20]).unwrap();
        limit(&alice, 16 << 20).unwrap();
        fs::write(alice.join("before/more"), vec![1; 5 << 20]).unwrap();
    }
}
