//! Text from elsewhere, made fit to be typed.

use alacritty_terminal::term::TermMode;

use super::Terminal;

/// Bytes of one paste; as many as wait for a program that does not read.
const MAX: usize = (1 << 20) - 64;

/// What is to be done with a paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paste {
    /// Nothing is left of it.
    Nothing,
    /// To be written to the program.
    Bytes(Vec<u8>),
    /// The program would run each line as it comes: to be written if the user says so.
    Ask {
        /// Lines that would run.
        lines: usize,
        /// What is written then.
        bytes: Vec<u8>,
    },
    /// It is longer than can be typed.
    TooLong,
}

impl Terminal {
    /// Prepares a text to be pasted: without control characters, so that it ends no bracket and types no command of the
    /// terminal, with line ends as the Enter key sends them, and in brackets if the program wants those.
    pub fn paste(&self, text: &str) -> Paste {
        let bracketed = self.screen.term.mode().contains(TermMode::BRACKETED_PASTE);
        let mut typed = String::with_capacity(text.len().min(MAX) + 16);
        let mut lines = 0;
        let mut after_return = false;
        for c in text.chars() {
            match c {
                '\n' if after_return => {}
                '\n' | '\r' => {
                    typed.push('\r');
                    lines += 1;
                }
                '\t' => typed.push('\t'),
                c if c.is_control() => {}
                c => typed.push(c),
            }
            after_return = c == '\r';
            if typed.len() > MAX {
                return Paste::TooLong;
            }
        }
        if typed.is_empty() {
            return Paste::Nothing;
        }
        if bracketed {
            return Paste::Bytes(format!("\x1b[200~{typed}\x1b[201~").into_bytes());
        }
        if lines == 0 {
            return Paste::Bytes(typed.into_bytes());
        }
        // A last line without an end is typed, and waits.
        Paste::Ask { lines: lines + usize::from(!typed.ends_with('\r')), bytes: typed.into_bytes() }
    }
}
