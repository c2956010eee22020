//! Where clients come in. A process that has no descriptor left turns them away instead of failing.

use std::fs::File;
use std::io;
use std::os::unix::net::UnixStream;

use rustix::io::Errno;

/// A descriptor that is given up for a moment when there is no other.
#[derive(Debug, Default)]
pub(crate) struct Reserve(Option<File>);

impl Reserve {
    /// Takes the next client in with `accept`, which gives none where nobody waits. Where there is no descriptor for it, it
    /// is sent away, so that it does not wait, and wake the loop, for ever.
    ///
    /// # Errors
    /// What is wrong with the socket, or with the one who waits there.
    pub fn next(&mut self, accept: impl Fn() -> io::Result<Option<UnixStream>>) -> io::Result<Option<UnixStream>> {
        self.refill();
        match accept() {
            Err(error) if is_shortage(&error) => {
                self.0 = None;
                let turned_away = accept();
                drop(turned_away);
                self.refill();
                Err(error)
            }
            other => other,
        }
    }

    fn refill(&mut self) {
        if self.0.is_none() {
            self.0 = File::open("/dev/null").ok();
        }
    }
}

fn is_shortage(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn who_comes_when_nothing_is_free_is_turned_away_and_the_next_one_comes_in() {
        let (first, second) = (UnixStream::pair().unwrap().0, UnixStream::pair().unwrap().0);
        let waiting = Cell::new(vec![second, first]);
        let calls = Cell::new(0);
        let accept = || {
            calls.set(calls.get() + 1);
            if calls.get() == 1 {
                return Err(io::Error::from(Errno::MFILE));
            }
            let mut queue = waiting.take();
            let next = queue.pop();
            waiting.set(queue);
            Ok(next)
        };
        let mut reserve = Reserve::default();
        assert!(reserve.next(accept).is_err());
        assert_eq!(calls.get(), 2, "the first one was turned away");
        assert!(reserve.0.is_some(), "there is a reserve again");
        assert!(reserve.next(accept).unwrap().is_some());
        assert!(reserve.next(accept).unwrap().is_none());
    }
}
