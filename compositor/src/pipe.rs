//! Bounded reads and writes on pipes that a client holds the other end of, without ever blocking the main thread.
//!
//! The other end is hostile: it may never read, never write, or never stop writing.

use std::cell::Cell;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use calloop::generic::Generic;
use calloop::{Interest, LoopHandle, Mode, PostAction};

use crate::state::State;
use crate::timer::after;

/// A client that has not finished by then is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why nothing, or not all, was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Longer than was asked for.
    #[error("it is longer than can be taken")]
    TooLong,
    /// It took longer than [`PATIENCE`].
    #[error("the program did not give it in time")]
    Late,
    /// It cannot be read.
    #[error("the program did not give it")]
    Broken,
}

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
    try_read(handle, fd, limit, move |state, read| match read {
        Ok(bytes) => done(state, bytes),
        Err(error) => tracing::warn!(%error, limit, "reading from a client"),
    })
}

/// Reads from `fd` until its end. `done` is called in any case, once.
pub fn read_all(
    handle: &LoopHandle<'static, State>,
    fd: OwnedFd,
    limit: usize,
    done: impl FnOnce(&mut State, Result<Vec<u8>, ReadError>) + 'static,
) {
    let done = Rc::new(Cell::new(Some(done)));
    let later = Rc::clone(&done);
    let watched = try_read(handle, fd, limit, move |state, read| {
        if let Some(done) = later.take() {
            done(state, read);
        }
    });
    if let Err(error) = watched {
        tracing::warn!(%error, "a client is not read from");
        handle.insert_idle(move |state| {
            if let Some(done) = done.take() {
                done(state, Err(ReadError::Broken));
            }
        });
    }
}

fn try_read(
    handle: &LoopHandle<'static, State>,
    fd: OwnedFd,
    limit: usize,
    done: impl FnOnce(&mut State, Result<Vec<u8>, ReadError>) + 'static,
) -> std::io::Result<()> {
    rustix::io::ioctl_fionbio(&fd, true)?;
    let mut bytes = Vec::new();
    let done = Rc::new(Cell::new(Some(done)));
    let late = Rc::clone(&done);
    let source = Generic::new(File::from(fd), Interest::READ, Mode::Level);
    let token = handle
        .insert_source(source, move |_, file, state| {
            let mut chunk = [0u8; 16 << 10];
            let read = loop {
                // SAFETY: the file is not dropped or replaced, only read from.
                match unsafe { file.get_mut() }.read(&mut chunk) {
                    Ok(0) => break Ok(std::mem::take(&mut bytes)),
                    Ok(n) if bytes.len() + n > limit => break Err(ReadError::TooLong),
                    Ok(n) => bytes.extend_from_slice(&chunk[..n]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(PostAction::Continue),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => break Err(ReadError::Broken),
                }
            };
            if let Some(done) = done.take() {
                done(state, read);
            }
            Ok(PostAction::Remove)
        })
        .map_err(|error| std::io::Error::other(error.to_string()))?;
    give_up(handle, token, move |state| {
        if let Some(done) = late.take() {
            done(state, Err(ReadError::Late));
        }
    });
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
    give_up(handle, token, |_| {});
    Ok(())
}

/// Removing a source that has removed itself does nothing.
fn give_up(
    handle: &LoopHandle<'static, State>,
    token: calloop::RegistrationToken,
    late: impl FnOnce(&mut State) + 'static,
) {
    after(handle, PATIENCE, "a pipe", move |state| {
        state.handle.remove(token);
        late(state);
    });
}
