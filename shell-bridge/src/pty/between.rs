//! What has been read from a pty and is not in its grid yet: a bounded buffer between two threads.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// Bytes that are read ahead. More would not be faster, and all of it is still shown after an interrupt.
pub(super) const AHEAD: usize = 128 << 10;

/// How long who takes waits for a larger piece.
const PATIENCE: Duration = Duration::from_millis(1);

/// The buffer. One thread puts, another takes.
#[derive(Default)]
pub(super) struct Between {
    held: Mutex<Held>,
    /// There is something to take, or it has ended.
    filled: Condvar,
    /// There is room.
    emptied: Condvar,
}

#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    /// Who takes sleeps until there are so many.
    awaited: usize,
    ended: bool,
}

/// What came of waiting for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// There are some.
    Bytes,
    /// The time is over.
    Nothing,
    /// All has been taken, and no more will come.
    End,
}

impl Between {
    /// Puts bytes behind the others. Waits while more than [`AHEAD`] are not taken.
    pub fn put(&self, bytes: &[u8]) {
        let mut held = self.held.lock();
        self.emptied.wait_while(&mut held, |held| held.bytes.len() > AHEAD);
        held.bytes.extend_from_slice(bytes);
        let enough = held.awaited > 0 && held.bytes.len() >= held.awaited;
        if enough {
            held.awaited = 0;
        }
        drop(held);
        if enough {
            self.filled.notify_one();
        }
    }

    /// No more will come.
    pub fn end(&self) {
        self.held.lock().ended = true;
        self.filled.notify_one();
    }

    /// Takes all that there is in exchange for `into`, which is emptied; waits for it, for so long at most. What is known
    /// to come fast is taken in larger pieces: of so many bytes at least, unless they take longer than [`PATIENCE`].
    pub fn take(&self, into: &mut Vec<u8>, within: Option<Duration>, least: usize) -> Taken {
        into.clear();
        let mut held = self.held.lock();
        if least > 1 && held.bytes.len() < least {
            held.awaited = least;
            self.filled.wait_while_for(&mut held, |held| held.bytes.len() < least && !held.ended, PATIENCE);
        }
        held.awaited = 1;
        let nothing = |held: &mut Held| held.bytes.is_empty() && !held.ended;
        match within {
            Some(within) => {
                self.filled.wait_while_for(&mut held, nothing, within);
            }
            None => self.filled.wait_while(&mut held, nothing),
        }
        held.awaited = 0;
        if held.bytes.is_empty() {
            return if held.ended { Taken::End } else { Taken::Nothing };
        }
        std::mem::swap(&mut held.bytes, into);
        drop(held);
        self.emptied.notify_one();
        Taken::Bytes
    }

    /// Gives memory back that nothing is in.
    pub fn shrink(&self) {
        self.held.lock().bytes.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_out_in_its_order_however_fast_either_side_is() {
        let sent: Vec<u8> = (0..4 * AHEAD).map(|at| (at % 251) as u8).collect();
        for least in [1, 20_000, AHEAD] {
            come_out(&sent, least);
        }
    }

    fn come_out(sent: &[u8], least: usize) {
        let between = Between::default();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for piece in sent.chunks(4095) {
                    between.put(piece);
                }
                between.end();
            });
            let (mut got, mut buffer) = (Vec::new(), Vec::new());
            while between.take(&mut buffer, None, least) == Taken::Bytes {
                assert!(buffer.len() <= AHEAD + 4095);
                got.extend_from_slice(&buffer);
            }
            assert!(got == sent);
        });
    }

    #[test]
    fn who_waits_is_told_that_the_time_is_over_and_that_nothing_will_come() {
        let between = Between::default();
        let mut buffer = vec![1];
        assert_eq!(between.take(&mut buffer, Some(Duration::ZERO), 1), Taken::Nothing);
        assert!(buffer.is_empty());
        between.put(b"last");
        between.end();
        assert_eq!(between.take(&mut buffer, None, 1), Taken::Bytes);
        assert_eq!(buffer, b"last");
        assert_eq!(between.take(&mut buffer, None, 1), Taken::End);
    }
}
