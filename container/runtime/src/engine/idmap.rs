//! Tries user namespaces and mounts that show other ids than the disk has.

use std::{
    ffi::CString,
    fs,
    io::{self, Write as _},
    os::{
        fd::{AsRawFd as _, FromRawFd as _, OwnedFd},
        unix::{ffi::OsStrExt as _, process::CommandExt as _},
    },
    path::Path,
    process::{Child, Command, Stdio},
};

use nix::{
    libc,
    sched::{CloneFlags, unshare},
};

/// Whether a user namespace can be made.
pub(super) fn namespaces() -> Result<(), String> {
    let mut child = in_namespace().map_err(|error| format!("the kernel refuses one: {error}"))?;
    end(&mut child);
    Ok(())
}

/// Whether a directory can be mounted with ids mapped. Nothing is left mounted anywhere.
pub(super) fn try_on(directory: &Path) -> Result<(), String> {
    let mut child = in_namespace().map_err(|error| format!("no user namespace: {error}"))?;
    let tried = attach(&child, directory);
    end(&mut child);
    tried.map_err(|error| format!("{}: {error}", directory.display()))
}

/// A program that waits in a user namespace of its own.
fn in_namespace() -> io::Result<Child> {
    let mut command = Command::new("cat");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // SAFETY: between fork and exec there is one system call, which takes no lock and no memory.
    unsafe { command.pre_exec(|| unshare(CloneFlags::CLONE_NEWUSER).map_err(io::Error::from)) };
    command.spawn()
}

fn end(child: &mut Child) {
    drop(child.stdin.take());
    let _ = child.kill();
    let _ = child.wait();
}

fn attach(child: &Child, directory: &Path) -> io::Result<()> {
    let pid = child.id();
    for map in ["uid_map", "gid_map"] {
        fs::OpenOptions::new().write(true).open(format!("/proc/{pid}/{map}"))?.write_all(b"0 100000 1000")?;
    }
    let namespace = fs::File::open(format!("/proc/{pid}/ns/user"))?;
    let path = CString::new(directory.as_os_str().as_bytes())?;
    let flags = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC;
    // SAFETY: the path is a C string that outlives the call; the kernel keeps nothing of it.
    let tree = unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, path.as_ptr(), flags) };
    let tree = i32::try_from(tree).ok().filter(|tree| *tree >= 0).ok_or_else(io::Error::last_os_error)?;
    // SAFETY: the kernel just gave us this descriptor, and nobody else has it.
    let tree = unsafe { OwnedFd::from_raw_fd(tree) };
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_IDMAP,
        attr_clr: 0,
        propagation: 0,
        userns_fd: u64::try_from(namespace.as_raw_fd()).unwrap_or(u64::MAX),
    };
    // SAFETY: both descriptors are open, the empty path is a C string, and the structure has the size that is told.
    let set = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trying_leaves_nothing_and_tells_why_not() {
        let mounts = || fs::read_to_string("/proc/self/mountinfo").unwrap();
        let (before, directory) = (mounts(), tempfile::tempdir().unwrap());
        let why = try_on(Path::new("/nowhere/at/all"));
        assert!(why.is_err_and(|why| why.contains("/nowhere/at/all")));
        // On a disk of Debian 12 it works as root; where it does not, there is a reason to show.
        if let Err(why) = try_on(directory.path()) {
            assert!(why.len() > directory.path().as_os_str().len() + 2, "{why}");
            eprintln!("NOT TESTED: idmapped mounts: {why}");
        }
        assert_eq!(before, mounts());
    }
}
