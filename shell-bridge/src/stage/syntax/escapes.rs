//! What a backslash makes of what follows it.

use super::{Dialect, Reader};

impl Reader<'_> {
    /// An escape outside of quotes; the backslash is taken already. `None` where nothing comes of it: a joined line.
    pub(super) fn escape(&mut self) -> Option<char> {
        let c = self.next()?;
        if c == '\n' {
            return None;
        }
        if self.dialect == Dialect::Posix { Some(c) } else { Some(self.escape_by_letter(c)) }
    }

    /// An escape by its letter, as Fish has it outside of quotes and POSIX shells within `$'…'`.
    pub(super) fn escape_by_letter(&mut self, c: char) -> char {
        match c {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'e' | 'E' => '\u{1b}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'x' | 'X' => self.digits(16, 2, c),
            'u' => self.digits(16, 4, c),
            'U' => self.digits(16, 8, c),
            '0'..='7' => {
                self.at -= 1;
                self.digits(8, 3, c)
            }
            'c' => match self.next() {
                Some(letter) if letter.is_ascii() => char::from(letter.to_ascii_uppercase() as u8 & 0x1f),
                Some(other) => other,
                None => c,
            },
            other => other,
        }
    }

    /// The character of that number; the letter itself where there is none.
    fn digits(&mut self, base: u32, most: usize, letter: char) -> char {
        let digits: String = self.rest().chars().take(most).take_while(|c| c.is_digit(base)).collect();
        if digits.is_empty() {
            return letter;
        }
        self.at += digits.len();
        let number = u32::from_str_radix(&digits, base).unwrap_or(u32::MAX);
        char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}
