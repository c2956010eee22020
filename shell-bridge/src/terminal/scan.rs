//! What the grid's parser lets pass, and what it would keep without end: found in the stream before it.
//!
//! Nothing is taken out of the stream but what would do harm. Sequences are seen by the same rules as the parser's, split
//! anywhere. What is found is told at its last byte, so that it has its place among everything else.

use memchr::{memchr, memchr3};

/// Bytes of an OSC sequence that the parser gets; the rest is dropped. Room for a clipboard of a megabyte in base64.
const MAX_OSC: usize = 3 << 19;
/// Bytes of a CSI sequence, and of a DCS sequence, that are looked at.
const MAX_KEPT: usize = 1024;

/// Something in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// For the parser.
    Bytes(&'a [u8]),
    /// The parser has all but the last byte of `CSI kept`: that byte follows as [`Found::Bytes`] unless it says no.
    Csi(&'a [u8]),
    /// The parser has all of `DCS kept ST`.
    Dcs(&'a [u8]),
    /// The sequence that the parser is in is to be dropped: it is too long.
    Drop,
}

/// What is to become of a control sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on to the parser.
    Pass,
    /// It does not.
    Swallow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    Csi,
    /// Too long to be looked at, or of a form that the parser ignores too.
    CsiIgnored,
    Osc,
    /// Dropped until its end.
    OscDropped,
    Dcs,
    /// Of no interest until its end.
    DcsIgnored,
}

/// Looks at the stream of one terminal.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    state: State,
    kept: Vec<u8>,
    length: usize,
}

impl Scanner {
    pub fn feed(&mut self, bytes: &[u8], sink: &mut impl FnMut(Found<'_>) -> Verdict) {
        let mut rest = bytes;
        // What has been looked at and is to be given on, from here.
        let mut from = 0;
        let mut at = 0;
        while at < rest.len() {
            let byte = rest[at];
            match self.state {
                State::Ground => match memchr(0x1b, &rest[at..]) {
                    Some(offset) => {
                        at += offset + 1;
                        self.state = State::Escape;
                        continue;
                    }
                    None => break,
                },
                State::Escape => self.escape(byte),
                State::Csi | State::CsiIgnored => {
                    if self.csi(byte) {
                        if from < at {
                            sink(Found::Bytes(&rest[from..at]));
                        }
                        let verdict = sink(Found::Csi(&self.kept));
                        rest = &rest[at..];
                        from = usize::from(verdict == Verdict::Swallow);
                        at = 0;
                    }
                }
                State::Osc => {
                    // Printable bytes are none of the ends.
                    let run = memchr3(0x07, 0x1b, 0x18, &rest[at..]).unwrap_or(rest.len() - at);
                    let run = memchr(0x1a, &rest[at..at + run]).unwrap_or(run);
                    self.length += run;
                    if self.length > MAX_OSC {
                        let fits = run.saturating_sub(self.length - MAX_OSC);
                        sink(Found::Bytes(&rest[from..at + fits]));
                        sink(Found::Drop);
                        self.state = State::OscDropped;
                        rest = &rest[at + fits..];
                        (from, at) = (0, 0);
                        continue;
                    }
                    at += run;
                    match rest.get(at) {
                        Some(0x1b) => self.state = State::Escape,
                        Some(_) => self.state = State::Ground,
                        None => break,
                    }
                }
                State::OscDropped => {
                    let run = memchr3(0x07, 0x1b, 0x18, &rest[at..]).unwrap_or(rest.len() - at);
                    let run = memchr(0x1a, &rest[at..at + run]).unwrap_or(run);
                    rest = &rest[at + run..];
                    (from, at) = (0, 0);
                    match rest.first() {
                        Some(0x1b) => self.state = State::Escape,
                        // The end alone would be a bell.
                        Some(_) => {
                            self.state = State::Ground;
                            rest = &rest[1..];
                            continue;
                        }
                        None => break,
                    }
                }
                State::Dcs | State::DcsIgnored => match byte {
                    0x1b => {
                        if self.state == State::Dcs {
                            sink(Found::Bytes(&rest[from..at]));
                            sink(Found::Dcs(&self.kept));
                            rest = &rest[at..];
                            (from, at) = (0, 0);
                        }
                        self.state = State::Escape;
                    }
                    0x18 | 0x1a => self.state = State::Ground,
                    _ if self.kept.len() < MAX_KEPT => self.kept.push(byte),
                    _ => self.state = State::DcsIgnored,
                },
            }
            at += 1;
        }
        if from < rest.len() {
            sink(Found::Bytes(&rest[from..]));
        }
    }

    /// Whether what comes next is text, and no part of a sequence.
    pub fn is_in_text(&self) -> bool {
        self.state == State::Ground
    }

    fn escape(&mut self, byte: u8) {
        self.state = match byte {
            b'[' => State::Csi,
            b']' => State::Osc,
            b'P' => State::Dcs,
            0x1b => State::Escape,
            0x18 | 0x1a => State::Ground,
            // Other controls are done, and the sequence goes on; what is not ASCII is nothing here.
            0x00..=0x1f | 0x7f..=0xff => State::Escape,
            _ => State::Ground,
        };
        self.kept.clear();
        self.length = 0;
    }

    /// Takes a byte of a control sequence; says whether it was the last one of a sequence that may be of interest.
    fn csi(&mut self, byte: u8) -> bool {
        match byte {
            0x1b => self.state = State::Escape,
            0x18 | 0x1a => self.state = State::Ground,
            0x00..=0x1f | 0x7f..=0xff => {}
            0x40..=0x7e => {
                let whole = self.state == State::Csi;
                self.state = State::Ground;
                if whole {
                    self.kept.push(byte);
                    return matches!(byte, b'b' | b'n' | b'p' | b'q' | b't' | b'x');
                }
            }
            _ if self.kept.len() < MAX_KEPT => self.kept.push(byte),
            _ => self.state = State::CsiIgnored,
        }
        false
    }
}

/// Whether bytes are the beginning of a character in UTF-8, and not all of it.
pub(super) fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

/// Divides bytes from the beginning of a character at their end, if there is one.
pub(super) fn split_character(bytes: &[u8]) -> (&[u8], &[u8]) {
    for length in 1..=bytes.len().min(3) {
        let (whole, last) = bytes.split_at(bytes.len() - length);
        if last[0] >= 0xc0 {
            return if is_unfinished(last) { (whole, last) } else { (bytes, &[]) };
        }
        if last[0] < 0x80 {
            break;
        }
    }
    (bytes, &[])
}
