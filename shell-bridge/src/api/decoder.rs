//! Bytes in; bytes and events out.

use std::time::Duration;

use super::event::ShellEvent;
use super::limits::{Bucket, Counters, Limits};
use super::nonce::Nonce;
use super::payload::parse_payload;
use super::scanner::{Found, Scanner};
use super::standard::{self, Standard, split};

/// A part of a terminal's stream.
#[derive(Debug, PartialEq)]
pub enum Piece<'a> {
    /// For the grid, unchanged.
    Bytes(&'a [u8]),
    /// What the shell said here.
    Event(ShellEvent),
}

/// Reads the stream of one terminal.
///
/// Who is believed: a sequence of ours, only with the nonce. OSC 7 and 133 are believed without one until the shell has
/// said [`Ready`](ShellEvent::Ready); a shell that has a module sends the nonce with them, so from then on nothing else
/// is. With a wrong nonce nothing is ever believed. OSC 9 and 777 need none: they only show a text.
#[derive(Debug)]
pub struct Decoder {
    scanner: Scanner,
    words: Words,
}

/// What is made of the sequences.
#[derive(Debug)]
struct Words {
    nonce: Nonce,
    limits: Limits,
    /// The shell has said that it has a module.
    ready: bool,
    trusted: Bucket,
    moves: Bucket,
    others: Bucket,
    /// A move that was not told for being one too many.
    moved: Option<ShellEvent>,
    counters: Counters,
    logged: [Option<Duration>; Trouble::COUNT],
}

#[derive(Debug, Clone, Copy)]
enum Trouble {
    Oversized,
    Unfinished,
    Untrusted,
    Flooded,
    Malformed,
}

impl Trouble {
    const COUNT: usize = 5;

    fn text(self) -> &'static str {
        match self {
            Self::Oversized => "a sequence of the shell was too long",
            Self::Unfinished => "a sequence of the shell was broken off",
            Self::Untrusted => "a sequence that was not the shell's changed nothing",
            Self::Flooded => "the shell says more than can be heard",
            Self::Malformed => "a sequence of the shell was not understood",
        }
    }
}

impl Decoder {
    /// For a shell that was given `nonce`.
    pub fn new(nonce: Nonce, limits: Limits) -> Self {
        Self {
            scanner: Scanner::new(limits.sequence),
            words: Words {
                nonce,
                limits,
                ready: false,
                trusted: Bucket::new(limits.trusted),
                moves: Bucket::new(limits.moves),
                others: Bucket::new(limits.others),
                moved: None,
                counters: Counters::default(),
                logged: [None; Trouble::COUNT],
            },
        }
    }

    /// Takes what was read from the pty at `now`, a time since any fixed moment. Gives the pieces in their order; at most
    /// six bytes are kept back, those that may begin a sequence, and the sequence of ours that is not finished.
    pub fn feed(&mut self, bytes: &[u8], now: Duration, sink: &mut impl FnMut(Piece<'_>)) {
        let words = &mut self.words;
        self.scanner.feed(bytes, &mut |found| words.take(found, now, sink));
    }

    /// The stream has ended: gives the bytes that were kept back.
    pub fn finish(&mut self, now: Duration, sink: &mut impl FnMut(Piece<'_>)) {
        let words = &mut self.words;
        self.scanner.end(&mut |found| words.take(found, now, sink));
    }

    /// Whether the shell has said that it has a module.
    pub fn has_module(&self) -> bool {
        self.words.ready
    }

    /// Another shell runs now, which has none: OSC 7 and 133 are believed as they were before.
    pub fn forget_module(&mut self) {
        self.words.ready = false;
    }

    /// Bytes that this holds on to.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.scanner.kept()
    }

    /// What became of the sequences so far.
    pub fn counters(&self) -> &Counters {
        &self.words.counters
    }
}

impl Words {
    fn take(&mut self, found: Found<'_>, now: Duration, sink: &mut impl FnMut(Piece<'_>)) {
        match found {
            Found::Bytes(bytes) => sink(Piece::Bytes(bytes)),
            Found::Oversized => self.trouble(Trouble::Oversized, now, None),
            Found::Unfinished => self.trouble(Trouble::Unfinished, now, None),
            Found::Sequence { number, payload } => {
                let event = match number {
                    9001 => self.own(payload, now),
                    _ => self.standard(number, payload, now),
                };
                if let Some(event) = event {
                    // Where the shell is stays true however often it has moved.
                    let moved = self.moved.take().filter(|_| !matches!(event, ShellEvent::Directory { .. }));
                    for event in moved.into_iter().chain([event]) {
                        self.counters.events += 1;
                        sink(Piece::Event(event));
                    }
                }
            }
        }
    }

    /// `verb ; nonce ; payload`
    fn own(&mut self, payload: &[u8], now: Duration) -> Option<ShellEvent> {
        let (verb, rest) = split(payload, b';');
        let (nonce, payload) = split(rest.unwrap_or_default(), b';');
        if !self.nonce.is(nonce) {
            self.trouble(Trouble::Untrusted, now, None);
            return None;
        }
        if !self.trusted.take(now) {
            self.trouble(Trouble::Flooded, now, None);
            return None;
        }
        match parse_payload(verb, payload.unwrap_or_default()) {
            Ok(event) => {
                self.ready |= matches!(event, ShellEvent::Ready { .. });
                Some(event)
            }
            Err(error) => {
                self.trouble(Trouble::Malformed, now, Some(&error));
                None
            }
        }
    }

    fn standard(&mut self, number: u16, payload: &[u8], now: Duration) -> Option<ShellEvent> {
        let (event, trusted) = match standard::read(number, payload) {
            Standard::Mark(event, Some(nonce)) if self.nonce.is(nonce) => (event, true),
            Standard::Mark(event, None) if !self.ready => (event, false),
            Standard::Mark(..) => {
                self.trouble(Trouble::Untrusted, now, None);
                return None;
            }
            Standard::Open(event) => (event, false),
            Standard::Foreign => return None,
            Standard::Malformed => {
                self.trouble(Trouble::Malformed, now, None);
                return None;
            }
        };
        let moves = matches!(event, ShellEvent::Directory { .. });
        let bucket = match (moves, trusted) {
            (true, _) => &mut self.moves,
            (false, true) => &mut self.trusted,
            (false, false) => &mut self.others,
        };
        if bucket.take(now) {
            return Some(event);
        }
        self.trouble(Trouble::Flooded, now, None);
        if moves {
            self.moved = Some(event);
        }
        None
    }

    /// Counts it; tells it, unless that was done a short while ago.
    fn trouble(&mut self, trouble: Trouble, now: Duration, error: Option<&dyn std::error::Error>) {
        let counters = &mut self.counters;
        *match trouble {
            Trouble::Oversized => &mut counters.oversized,
            Trouble::Unfinished => &mut counters.unfinished,
            Trouble::Untrusted => &mut counters.untrusted,
            Trouble::Flooded => &mut counters.flooded,
            Trouble::Malformed => &mut counters.malformed,
        } += 1;
        let Some(logged) = self.logged.get_mut(trouble as usize) else { return };
        if logged.is_none_or(|logged| now.saturating_sub(logged) >= self.limits.log_every) {
            *logged = Some(now);
            let dropped = self.counters.dropped();
            let error = error.map(tracing::field::display);
            tracing::warn!(error, dropped, "{}", trouble.text());
        }
    }
}
