//! System calls that the libraries have no words for.

use std::{
    ffi::CString,
    io,
    mem::size_of,
    os::{
        fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd},
        unix::ffi::OsStrExt as _,
    },
    path::Path,
};

use nix::{
    errno::Errno,
    fcntl::{OFlag, OpenHow, ResolveFlag, openat2},
    libc,
    sched::CloneFlags,
    unistd::Pid,
};

fn path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

fn done(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// A copy of what is mounted there, attached nowhere; with all that is mounted below it if `whole`.
pub fn open_tree(source: &Path, whole: bool) -> io::Result<OwnedFd> {
    let source = path(source)?;
    let mut flags = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC;
    if whole {
        flags |= libc::AT_RECURSIVE.cast_unsigned();
    }
    // SAFETY: the path lives for the call, and the kernel reads no further than its end.
    let fd = done(unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, source.as_ptr(), flags) })?;
    let fd = i32::try_from(fd).map_err(io::Error::other)?;
    // SAFETY: the kernel has just made this descriptor, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Attaches it there.
pub fn move_mount(tree: BorrowedFd, target: BorrowedFd) -> io::Result<()> {
    let flags = libc::MOVE_MOUNT_F_EMPTY_PATH | libc::MOVE_MOUNT_T_EMPTY_PATH;
    // SAFETY: both paths are empty texts that live for ever.
    done(unsafe {
        libc::syscall(libc::SYS_move_mount, tree.as_raw_fd(), c"".as_ptr(), target.as_raw_fd(), c"".as_ptr(), flags)
    })
    .map(drop)
}

/// Gives attributes to a mount and, with `whole`, to all below it; and says how it spreads, if at all.
pub fn set_mount(mount: BorrowedFd, attributes: u64, propagation: u64, whole: bool) -> io::Result<()> {
    let how = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation, userns_fd: 0 };
    let mut flags = libc::AT_EMPTY_PATH;
    if whole {
        flags |= libc::AT_RECURSIVE;
    }
    // SAFETY: the structure is the kernel's own, lives for the call, and its size is told.
    done(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const how,
            size_of::<libc::mount_attr>(),
        )
    })
    .map(drop)
}

/// Opens what has this name in there, wherever its links lead: none leads out.
pub fn open_inside(root: impl AsFd, name: &Path) -> io::Result<OwnedFd> {
    let how = OpenHow::new().flags(OFlag::O_PATH | OFlag::O_CLOEXEC).resolve(ResolveFlag::RESOLVE_IN_ROOT);
    Ok(openat2(root, name, how)?)
}

/// Parts in two, the second in namespaces of its own.
///
/// # Safety
/// The process has one thread.
pub unsafe fn fork_into(namespaces: CloneFlags) -> io::Result<Option<Pid>> {
    let arguments =
        [namespaces.bits().cast_unsigned().into(), 0, 0, 0, libc::SIGCHLD.cast_unsigned().into(), 0u64, 0, 0];
    // SAFETY: the numbers are a `clone_args` of the first version, without a stack and without shared memory: as fork.
    let pid = done(unsafe { libc::syscall(libc::SYS_clone3, arguments.as_ptr(), size_of_val(&arguments)) })?;
    Ok((pid != 0).then(|| Pid::from_raw(i32::try_from(pid).unwrap_or(-1))))
}

/// Sets the loopback of this network up.
pub fn loopback_up(socket: BorrowedFd) -> io::Result<()> {
    // SAFETY: all zeros is an `ifreq` without a name.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = from.cast_signed();
    }
    request.ifr_ifru.ifru_flags =
        libc::c_short::try_from(libc::IFF_UP | libc::IFF_RUNNING).map_err(io::Error::other)?;
    // SAFETY: the request lives for the call, and SIOCSIFFLAGS reads one.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    done(result.into()).map(drop)
}

/// Gives up for ever, for us and all that we start, every capability but these.
pub fn keep_capabilities(kept: &[u32]) -> io::Result<()> {
    for capability in (0..64u32).filter(|capability| !kept.contains(capability)) {
        // SAFETY: it takes numbers.
        match done(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, libc::c_ulong::from(capability), 0, 0, 0) }.into()) {
            Ok(_) => {}
            // Past the last that the kernel knows.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A session of keys of our own: what hangs in the caller's is none of the container's business.
pub fn new_keys() {
    const JOIN_SESSION_KEYRING: libc::c_long = 1;
    // SAFETY: without a name, it takes numbers. A kernel without keys has none that could be seen.
    unsafe { libc::syscall(libc::SYS_keyctl, JOIN_SESSION_KEYRING, 0, 0, 0, 0) };
}

/// Installs a filter of system calls, for us and all that we start.
pub fn filter(program: &[(u16, u8, u8, u32)]) -> io::Result<()> {
    let mut program: Vec<libc::sock_filter> =
        program.iter().map(|&(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k }).collect();
    let length = u16::try_from(program.len()).map_err(|_| Errno::E2BIG)?;
    let program = libc::sock_fprog { len: length, filter: program.as_mut_ptr() };
    // SAFETY: the program lives for the call and its length is told; the kernel checks what it says.
    let result = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program, 0, 0) };
    done(result.into()).map(drop)
}

/// From here on, no descriptor but the first three is there after the next exec.
pub fn close_others_at_exec() -> io::Result<()> {
    // SAFETY: it takes numbers, and closes nothing now.
    done(unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) }).map(drop)
}
