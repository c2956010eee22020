//! Who goes first when the processors are busy: the desktop, which does little at a time and is waited for.
//!
//! No privilege is needed for any of it. A thread that asks for short slices is let in sooner (EEVDF, Linux 6.12 and
//! later); on older kernels the wish changes nothing. What the kernel refuses is left as it is.

use std::io;
use std::mem::size_of;

/// How much a thread of the desktop wants of a processor at a time, nanoseconds: the least that can be asked for.
const SHORT_SLICE: u64 = 100_000;
/// Programs that keep the processors busy are not to keep the desktop from answering.
pub(super) const NICENESS: i32 = 19;
/// The same for the file in which a session's group is told how nice it is.
const GROUP_NICENESS: &[u8] = b"19";

/// Lets this thread, and those it starts from now on, in sooner.
pub fn be_prompt() {
    if let Err(error) = ask_for(SHORT_SLICE) {
        tracing::debug!(%error, "short slices are not to be had");
    }
}

/// Makes the calling process, between fork and exec, an ordinary one that gives way to the desktop, in a session and so
/// in a process group of its own. Takes no lock and allocates nothing.
///
/// # Errors
///
/// If it leads a process group already.
pub(super) fn give_way() -> io::Result<()> {
    // SAFETY: it takes nothing.
    if unsafe { libc::setsid() } < 0 {
        return Err(io::Error::last_os_error());
    }
    // Where the kernel shares the processors out by sessions (sched_autogroup), niceness counts among a session's
    // processes only, and the session has one of its own.
    // SAFETY: the path ends with a zero; the descriptor is open until it is closed here, and the bytes live longer.
    unsafe {
        let group = libc::open(c"/proc/self/autogroup".as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if group >= 0 {
            libc::write(group, GROUP_NICENESS.as_ptr().cast(), GROUP_NICENESS.len());
            libc::close(group);
        }
    }
    // The kernel's own choice of a slice. Refused by kernels that know none, where there is nothing to give back.
    let _ = ask_for(0);
    // SAFETY: it takes numbers only. More niceness is never refused.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS) };
    Ok(())
}

/// Does the same to a process that has just been started otherwise, but leaves it in the session in which it is.
pub fn let_give_way(process: u32) {
    let Ok(number) = i32::try_from(process) else { return };
    // SAFETY: it takes a number only.
    if unsafe { libc::getsid(number) } == number {
        // Of a session of its own: else it would be the desktop's.
        let told = std::fs::write(format!("/proc/{process}/autogroup"), GROUP_NICENESS);
        if let Err(error) = told {
            tracing::trace!(%error, "a session's group keeps its share");
        }
    }
    // SAFETY: it takes numbers only. More niceness is never refused, of a process of our own.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, process, NICENESS) };
    if let Err(error) = ask_for_of(number, 0) {
        tracing::debug!(%error, "a program keeps its short slices");
    }
}

/// Asks for slices of this length for the calling thread; 0 for the usual one.
fn ask_for(slice: u64) -> io::Result<()> {
    ask_for_of(0, slice)
}

/// The same for another; 0 is the calling thread.
fn ask_for_of(process: i32, slice: u64) -> io::Result<()> {
    // SAFETY: all its fields are integers, for which zeroes are valid.
    let mut wish: libc::sched_attr = unsafe { std::mem::zeroed() };
    wish.size = size_of::<libc::sched_attr>() as u32;
    wish.sched_policy = libc::SCHED_OTHER as u32;
    // SAFETY: it takes numbers only.
    wish.sched_nice = unsafe { libc::getpriority(libc::PRIO_PROCESS, process as libc::id_t) };
    wish.sched_runtime = slice;
    // SAFETY: it reads `size` bytes at that place, which live until it returns.
    let done = unsafe { libc::syscall(libc::SYS_sched_setattr, process, &raw const wish, 0) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_refuses_does_no_harm() {
        std::thread::spawn(|| {
            be_prompt();
            assert!(ask_for(0).is_ok(), "the usual slice can always be had");
        })
        .join()
        .unwrap();
    }
}
