//! Mounts: a directory whose mounts containers see, a user's directory in it with ids mapped, and away with it.

use std::{
    ffi::CString,
    fs, io,
    os::{
        fd::{AsRawFd as _, FromRawFd as _, OwnedFd},
        unix::{ffi::OsStrExt as _, fs::OpenOptionsExt as _},
    },
    path::Path,
};

use nix::{
    errno::Errno,
    libc,
    mount::{MntFlags, MsFlags, mount, umount2},
};

const NOTHING: Option<&str> = None;

/// Makes what is mounted below a directory later appear wherever the directory itself is mounted. Doing it again changes
/// nothing: a restarted tosd finds it so.
///
/// # Errors
/// What the system says, such as that only root may.
pub fn share(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    if !is_mount(directory)? {
        mount(Some(directory), directory, NOTHING, MsFlags::MS_BIND, NOTHING)?;
    }
    mount(NOTHING, directory, NOTHING, MsFlags::MS_SHARED, NOTHING)?;
    Ok(())
}

/// Whether something is mounted exactly there.
///
/// # Errors
/// If the list of mounts cannot be read.
pub fn is_mount(path: &Path) -> io::Result<bool> {
    let path = fs::canonicalize(path)?;
    let list = fs::read("/proc/self/mountinfo")?;
    let wanted = escaped(path.as_os_str().as_bytes());
    Ok(list.split(|byte| *byte == b'\n').any(|line| line.split(|byte| *byte == b' ').nth(4) == Some(&wanted)))
}

/// As the list of mounts writes a path.
fn escaped(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    for byte in path {
        match byte {
            b' ' | b'\t' | b'\n' | b'\\' => out.extend(format!("\\{byte:03o}").bytes()),
            _ => out.push(*byte),
        }
    }
    out
}

/// Mounts a directory at another place; with `namespace`, a process whose user namespace says how ids on the disk are
/// seen, so that the files of uid 1000 on the disk are those of uid 1000 inside.
///
/// # Errors
/// `EINVAL` where the file system cannot map ids.
pub fn bring(source: &Path, target: &Path, namespace: Option<u32>) -> io::Result<()> {
    let tree = open_tree(source)?;
    let user = namespace.map(|pid| fs::File::open(format!("/proc/{pid}/ns/user"))).transpose()?;
    let set = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV | user.as_ref().map_or(0, |_| libc::MOUNT_ATTR_IDMAP);
    let attributes = libc::mount_attr {
        attr_set: set,
        attr_clr: 0,
        // A slave at first: what appears in the source later is of the host and does not matter inside.
        propagation: libc::MS_PRIVATE,
        userns_fd: user.as_ref().map_or(0, |file| u64::try_from(file.as_raw_fd()).unwrap_or_default()),
    };
    // SAFETY: the descriptor is open, the path is an empty C string, and the structure is as large as the kernel is told.
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
    if set != 0 {
        return Err(io::Error::last_os_error());
    }
    let target = CString::new(target.as_os_str().as_bytes())?;
    // SAFETY: the descriptor is open, both paths are C strings that outlive the call.
    let moved = unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_FDCWD,
            target.as_ptr(),
            libc::MOVE_MOUNT_F_EMPTY_PATH,
        )
    };
    if moved == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn open_tree(source: &Path) -> io::Result<OwnedFd> {
    // A link would be somebody's: only a directory itself is mounted.
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_NOFOLLOW;
    let directory = fs::OpenOptions::new().read(true).custom_flags(flags).open(source)?;
    let flags =
        libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC | u32::try_from(libc::AT_EMPTY_PATH).unwrap_or_default();
    // SAFETY: the descriptor is open and the path is an empty C string.
    let tree = unsafe { libc::syscall(libc::SYS_open_tree, directory.as_raw_fd(), c"".as_ptr(), flags) };
    let tree = i32::try_from(tree).ok().filter(|tree| *tree >= 0).ok_or_else(io::Error::last_os_error)?;
    // SAFETY: the kernel just gave us this descriptor; nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(tree) })
}

/// Takes away what is mounted there, however often, also while somebody uses it. What is not mounted is no error.
///
/// # Errors
/// What the system says.
pub fn take_away(target: &Path) -> io::Result<()> {
    // One mount may cover another, after a try that was cut off. A bound: another process could mount as fast.
    for _ in 0..16 {
        match umount2(target, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW) {
            Ok(()) => {}
            Err(Errno::EINVAL | Errno::ENOENT) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    fn root() -> bool {
        let root = nix::unistd::geteuid().is_root();
        if !root {
            eprintln!("NOT ROOT: only the refusal is tested");
        }
        root
    }

    #[test]
    fn a_shared_directory_stays_one_and_goes() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("slots with space");
        if !root() {
            assert!(share(&directory).is_err());
            return;
        }
        share(&directory).unwrap();
        share(&directory).unwrap();
        assert!(is_mount(&directory).unwrap());
        take_away(&directory).unwrap();
        assert!(!is_mount(&directory).unwrap());
        take_away(&directory).unwrap();
    }

    #[test]
    fn files_are_seen_with_other_ids_and_written_with_ours() {
        if !root() {
            return;
        }
        let place = tempfile::tempdir().unwrap();
        let (source, target) = (place.path().join("a"), place.path().join("b"));
        fs::create_dir(&source).unwrap();
        fs::create_dir(&target).unwrap();
        fs::write(source.join("file"), "x").unwrap();
        std::os::unix::fs::chown(source.join("file"), Some(1000), Some(1000)).unwrap();
        let mut command = std::process::Command::new("cat");
        command.stdin(std::process::Stdio::piped());
        // SAFETY: one system call between fork and exec, which takes no lock and no memory.
        unsafe {
            std::os::unix::process::CommandExt::pre_exec(&mut command, || {
                nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWUSER).map_err(io::Error::from)
            });
        }
        let mut child = command.spawn().unwrap();
        for map in ["uid_map", "gid_map"] {
            fs::write(format!("/proc/{}/{map}", child.id()), "0 700000 65536").unwrap();
        }
        let brought = bring(&source, &target, Some(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        if let Err(error) = brought {
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "a file system without id maps: {error}");
            eprintln!("THIS FILE SYSTEM MAPS NO IDS: only the refusal is tested");
            return;
        }
        assert_eq!(fs::metadata(target.join("file")).unwrap().uid(), 701_000);
        assert_eq!(fs::metadata(source.join("file")).unwrap().uid(), 1000);
        take_away(&target).unwrap();
        assert!(!target.join("file").exists());
    }

    #[test]
    fn a_link_is_not_mounted() {
        if !root() {
            return;
        }
        let place = tempfile::tempdir().unwrap();
        let (link, target) = (place.path().join("link"), place.path().join("b"));
        std::os::unix::fs::symlink("/etc", &link).unwrap();
        fs::create_dir(&target).unwrap();
        assert!(bring(&link, &target, None).is_err());
    }
}
