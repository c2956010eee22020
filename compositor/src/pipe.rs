//! Bounded reads and writes on pipes that a client holds the other end of, without ever blocking the main thread.
//!
//! The other end is hostile: it may never read, never write, or never stop writing.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use calloop::generic::Generic;
use calloop::timer::{TimeoutAction, Timer};
use calloop::{Interest, LoopHandle, Mode, PostAction};

use crate::state::State;

/// A client that has not finished by then is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads from `fd` until its end and calls `done` with the bytes; not called past `limit` bytes or after [`PATIENCE`].
///
/// # Errors
/// If the descriptor cannot be watched.
pub fn read(
    handle: &LoopHandle<'static, State>,
    fd: OwnedFd,
    limit: usize,
    done: impl FnOnce(&mut State, Vec<u8>) + 'static,
) -> std::io::Result<()> {
    rustix::io::ioctl_fionbio(&fd, true)?;
    let mut bytes = Vec::new();
    let mut done = Some(done);
    let source = Generic::new(File::from(fd), Interest::READ, Mode::Level);
    let token = handle
        .insert_source(source, move |_, file, state| {
            let mut chunk = [0u8; 16 << 10];
            loop {
                // SAFETY: the file is not dropped or replaced, only read from.
                match unsafe { file.get_mut() }.read(&mut chunk) {
                    Ok(0) => {
                        if let Some(done) = done.take() {
                            done(state, std::mem::take(&mut bytes));
                        }
                        return Ok(PostAction::Remove);
                    }
                    Ok(n) if bytes.len() + n > limit => {
                        tracing::warn!(limit, "a client sent more than it may");
                        return Ok(PostAction::Remove);
                    }
                    Ok(n) => bytes.extend_from_slice(&chunk[..n]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(PostAction::Continue),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => return Ok(PostAction::Remove),
                }
            }
        })
        .map_err(|error| std::io::Error::other(error.to_string()))?;
    give_up(handle, token);
    Ok(())
}

/// Writes all of `bytes` to `fd` as fast as the other end reads, for no longer than [`PATIENCE`].
///
/// # Errors
/// If the descriptor cannot be watched.
pub fn write(handle: &LoopHandle<'static, State>, fd: OwnedFd, bytes: Arc<[u8]>) -> std::io::Result<()> {
    rustix::io::ioctl_fionbio(&fd, true)?;
    let mut written = 0;
    let source = Generic::new(File::from(fd), Interest::WRITE, Mode::Level);
    let token = handle
        .insert_source(source, move |_, file, _| {
            loop {
                let rest = bytes.get(written..).unwrap_or_default();
                if rest.is_empty() {
                    return Ok(PostAction::Remove);
                }
                // SAFETY: the file is not dropped or replaced, only written to.
                match unsafe { file.get_mut() }.write(rest) {
                    Ok(0) => return Ok(PostAction::Remove),
                    Ok(n) => written += n,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(PostAction::Continue),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => return Ok(PostAction::Remove),
                }
            }
        })
        .map_err(|error| std::io::Error::other(error.to_string()))?;
    give_up(handle, token);
    Ok(())
}

/// Removing a source that has removed itself does nothing.
fn give_up(handle: &LoopHandle<'static, State>, token: calloop::RegistrationToken) {
    let inserted = handle.insert_source(Timer::from_duration(PATIENCE), move |_, (), state: &mut State| {
        state.handle.remove(token);
        TimeoutAction::Drop
    });
    if let Err(error) = inserted {
        tracing::error!(%error, "no timer for a pipe");
    }
}
