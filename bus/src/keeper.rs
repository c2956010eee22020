//! A process that stays behind: when the desktop ends without a word, killed or crashed, it ends the session bus and what
//! that has started. Nobody else knows those programs, and several outlive their bus, with what they have mounted.

use std::fs::File;
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::raw::c_int;
use std::process::Child;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::services;

/// As it appears in lists of processes; the kernel keeps 15 bytes.
const NAME: &std::ffi::CStr = c"tos-keeper";
/// Where it has its pipe.
const TOLD: c_int = 3;

/// It learns that the desktop has ended from a pipe, of which only the desktop has the other end.
#[derive(Debug)]
pub struct Keeper(PipeWriter);

impl Keeper {
    /// Makes it out of this process, which costs next to nothing while the process is small.
    ///
    /// # Errors
    /// If there is no room for a process or a pipe.
    ///
    /// # Safety
    /// No other thread may run: what it holds locked would stay locked in the keeper.
    pub unsafe fn fork() -> io::Result<Self> {
        let (told, tell) = io::pipe()?;
        // SAFETY: this is the only thread, by the contract of this function.
        match unsafe { libc::fork() } {
            0 => {
                drop(tell);
                // There is nobody to tell of an error.
                let _ = keep(told);
                // SAFETY: it ends the process; nothing that is the desktop's runs on the way.
                unsafe { libc::_exit(0) }
            }
            number if number > 0 => Ok(Self(tell)),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// This bus, whose address no later one will have, is to be ended with all that it has started.
    pub(crate) fn keep(&mut self, bus: &Child, address: &str) -> io::Result<()> {
        self.0.write_all(format!("{} {address}\n", bus.id()).as_bytes())
    }
}

/// Waits for the desktop's end, then ends what it left.
fn keep(told: PipeReader) -> io::Result<()> {
    let mut told = BufReader::new(alone(told)?);
    let mut line = String::new();
    told.read_line(&mut line)?;
    let Some((number, address)) = line.trim_end().split_once(' ') else { return Ok(()) };
    let number = number.parse().ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
    // While the desktop lives, the number is its bus and nobody else's.
    let bus = pidfd_open(number, PidfdFlags::empty())?;
    // It says nothing more: this is its end.
    told.read_line(&mut String::new())?;
    // It may be gone already. Before it is, it would start again what is ended.
    let _ = pidfd_send_signal(&bus, Signal::TERM);
    while let Err(Errno::INTR) = poll(&mut [PollFd::new(&bus, PollFlags::IN)], None) {}
    services::end(address);
    Ok(())
}

/// Lets go of everything that is the desktop's: its terminal and process group, its directory, its descriptors.
fn alone(told: PipeReader) -> io::Result<File> {
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    let told = OwnedFd::from(told);
    // SAFETY: these take numbers and a text that lives. The descriptors from `TOLD` on have no owner here that uses them again, but
    // for `told`, which is given up for the copy that takes its place.
    unsafe {
        libc::setsid();
        libc::prctl(libc::PR_SET_NAME, NAME.as_ptr());
        for number in 0..TOLD {
            libc::dup2(nothing.as_raw_fd(), number);
        }
        if told.as_raw_fd() != TOLD {
            libc::dup2(told.as_raw_fd(), TOLD);
        }
        libc::syscall(libc::SYS_close_range, TOLD + 1, c_int::MAX, 0);
    }
    std::mem::forget((nothing, told));
    std::env::set_current_dir("/")?;
    // SAFETY: it is open, and nobody else's.
    Ok(unsafe { std::os::fd::FromRawFd::from_raw_fd(TOLD) })
}
