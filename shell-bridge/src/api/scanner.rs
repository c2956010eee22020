//! Finds the sequences that are for us in a stream of bytes, however it is split.
//!
//! The parser of a terminal (Paul Williams' state machine, which the grid's own follows) starts anew at each ESC, wherever
//! it stands. So nothing has to be known of any other sequence: whatever does not begin one of ours is passed on at once,
//! unchanged, and is never kept, be it a title or a megabyte of clipboard.
//!
//! **8-bit controls.** 0x9d (OSC) and 0x9c (ST) are also continuation bytes of UTF-8: `“` ends with 0x9c. They count as
//! controls only where they do not continue a well-formed UTF-8 sequence (Unicode, table 3-7). The two-byte forms
//! U+009C and U+009D are text.

use memchr::memchr2;

const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const ESC: u8 = 0x1b;
const ST: u8 = 0x9c;
const OSC: u8 = 0x9d;

/// The numbers of the sequences that are for us.
const OURS: [(&[u8], u16); 5] = [(b"7", 7), (b"9", 9), (b"133", 133), (b"777", 777), (b"9001", 9001)];
/// Introducer, and the digits of the longest number.
const MAX_HELD: usize = 2 + 4;

/// What was found, in the order of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// Not for us.
    Bytes(&'a [u8]),
    /// `number ; payload`, ended as it should be.
    Sequence { number: u16, payload: &'a [u8] },
    /// One that was longer than allowed. Told when it ends.
    Oversized,
    /// One that was broken off.
    Unfinished,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Where text is.
    Ground,
    /// After ESC, which is held.
    Escape,
    /// After an introducer and some digits, all of which are held.
    Number,
    /// In the payload of one of ours.
    Payload(u16),
    /// After ESC in a payload: its end, or its breaking off.
    PayloadEscape(u16),
}

/// Where in the stream we are.
#[derive(Debug)]
pub(super) struct Scanner {
    at: At,
    /// Bytes that may yet turn out to be ours.
    held: [u8; MAX_HELD],
    holding: usize,
    payload: Vec<u8>,
    oversized: bool,
    max: usize,
    text: Utf8,
}

impl Scanner {
    pub fn new(max: usize) -> Self {
        Self {
            at: At::Ground,
            held: [0; MAX_HELD],
            holding: 0,
            payload: Vec::new(),
            oversized: false,
            max,
            text: Utf8::default(),
        }
    }

    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(Found<'_>)) {
        while let Some((&byte, rest)) = bytes.split_first() {
            match self.at {
                At::Ground => {
                    bytes = self.ground(bytes, sink);
                    continue;
                }
                At::Escape => match byte {
                    b']' => {
                        self.hold(byte);
                        self.at = At::Number;
                    }
                    // Read again from where text is: it may be another ESC, or an 8-bit OSC.
                    _ => {
                        self.release(sink);
                        continue;
                    }
                },
                At::Number => match self.number(byte) {
                    Digit::More => self.hold(byte),
                    Digit::Ours(number) => {
                        self.holding = 0;
                        self.payload.clear();
                        self.oversized = false;
                        self.text = Utf8::default();
                        self.at = At::Payload(number);
                    }
                    Digit::NotOurs => {
                        self.release(sink);
                        continue;
                    }
                },
                At::Payload(number) => {
                    let continues = self.text.take(byte);
                    match byte {
                        BEL => self.finish(number, sink),
                        ST if !continues => self.finish(number, sink),
                        ESC => self.at = At::PayloadEscape(number),
                        OSC if !continues => {
                            self.break_off(sink);
                            self.hold(byte);
                            self.at = At::Number;
                        }
                        CAN | SUB => self.break_off(sink),
                        _ if self.payload.len() < self.max => self.payload.push(byte),
                        _ => self.oversized = true,
                    }
                }
                At::PayloadEscape(number) => match byte {
                    b'\\' => self.finish(number, sink),
                    _ => {
                        self.break_off(sink);
                        self.hold(ESC);
                        self.at = At::Escape;
                        continue;
                    }
                },
            }
            bytes = rest;
        }
    }

    /// Takes text up to where a sequence may begin; what is left after that.
    fn ground<'a>(&mut self, bytes: &'a [u8], sink: &mut impl FnMut(Found<'_>)) -> &'a [u8] {
        let mut from = 0;
        let begins = loop {
            match memchr2(ESC, OSC, bytes.get(from..).unwrap_or_default()) {
                None => break None,
                Some(index) => {
                    let index = from + index;
                    let begins = match bytes.get(index) {
                        // Most of them begin something else: that is seen without leaving the text.
                        Some(&ESC) => matches!(bytes.get(index + 1), None | Some(b']')),
                        _ => !self.text.continued_at(bytes, index),
                    };
                    if begins {
                        break Some(index);
                    }
                    from = index + 1;
                }
            }
        };
        let (text, rest) = bytes.split_at(begins.unwrap_or(bytes.len()));
        if !text.is_empty() {
            sink(Found::Bytes(text));
        }
        self.text.end(text);
        match rest.split_first() {
            Some((&byte, rest)) => {
                self.text = Utf8::default();
                self.hold(byte);
                self.at = if byte == ESC { At::Escape } else { At::Number };
                rest
            }
            None => rest,
        }
    }

    fn number(&self, byte: u8) -> Digit {
        let digits = self.digits();
        match byte {
            b'0'..=b'9' if digits.len() < 4 => Digit::More,
            b';' => {
                // Without leading zeros: only the one way to write it is ours.
                let found = OURS.into_iter().find(|(ours, _)| *ours == digits);
                found.map_or(Digit::NotOurs, |(_, number)| Digit::Ours(number))
            }
            _ => Digit::NotOurs,
        }
    }

    fn digits(&self) -> &[u8] {
        let introducer = if self.held.first() == Some(&ESC) { 2 } else { 1 };
        self.held.get(introducer..self.holding).unwrap_or_default()
    }

    fn hold(&mut self, byte: u8) {
        if let Some(place) = self.held.get_mut(self.holding) {
            *place = byte;
            self.holding += 1;
        }
    }

    /// What is held is not ours.
    fn release(&mut self, sink: &mut impl FnMut(Found<'_>)) {
        let held = self.held.get(..self.holding).unwrap_or_default();
        sink(Found::Bytes(held));
        self.text = Utf8::default();
        self.holding = 0;
        self.at = At::Ground;
    }

    fn finish(&mut self, number: u16, sink: &mut impl FnMut(Found<'_>)) {
        match self.oversized {
            true => sink(Found::Oversized),
            false => sink(Found::Sequence { number, payload: &self.payload }),
        }
        self.leave();
    }

    fn break_off(&mut self, sink: &mut impl FnMut(Found<'_>)) {
        sink(Found::Unfinished);
        self.leave();
    }

    fn leave(&mut self) {
        self.payload.clear();
        // Nobody keeps what one long sequence needed.
        self.payload.shrink_to(4 << 10);
        self.text = Utf8::default();
        self.at = At::Ground;
    }

    #[cfg(test)]
    pub fn kept(&self) -> usize {
        self.payload.capacity()
    }

    /// There are no more bytes. What is held is passed on, an unfinished sequence of ours is not.
    pub fn end(&mut self, sink: &mut impl FnMut(Found<'_>)) {
        match self.at {
            At::Ground => {}
            At::Escape | At::Number => self.release(sink),
            At::Payload(_) | At::PayloadEscape(_) => self.break_off(sink),
        }
    }
}

enum Digit {
    More,
    Ours(u16),
    NotOurs,
}

/// Where in a UTF-8 sequence a stream stands: which bytes would continue it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Utf8 {
    /// Bytes that are still missing.
    missing: u8,
    /// The next one is in this range if it belongs.
    low: u8,
    high: u8,
}

impl Utf8 {
    /// Takes a byte; whether it continued a sequence.
    fn take(&mut self, byte: u8) -> bool {
        if self.missing > 0 && (self.low..=self.high).contains(&byte) {
            *self = Self { missing: self.missing - 1, low: 0x80, high: 0xbf };
            return true;
        }
        let (missing, low, high) = match byte {
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => (0, 0, 0),
        };
        *self = Self { missing, low, high };
        false
    }

    /// Whether `bytes[index]`, which is not ASCII, continues a sequence, where this is the state before `bytes`.
    ///
    /// A sequence begins at most three bytes before its last, and no byte of it but the first can begin one.
    fn continued_at(self, bytes: &[u8], index: usize) -> bool {
        let before = bytes.get(..index).unwrap_or_default();
        let start = before.len().saturating_sub(3);
        let mut state = if start == 0 { self } else { Self::default() };
        for &byte in before.get(start..).unwrap_or_default() {
            state.take(byte);
        }
        bytes.get(index).is_some_and(|&byte| state.take(byte))
    }

    /// Becomes the state after `text`, of which it was the state before.
    fn end(&mut self, text: &[u8]) {
        let start = text.len().saturating_sub(3);
        if start > 0 {
            *self = Self::default();
        }
        for &byte in text.get(start..).unwrap_or_default() {
            self.take(byte);
        }
    }
}
