//! What is typed into a shell on somebody's behalf.

use super::command::Kind;

/// Keys that no keyboard has and that the modules bind: those of private characters, as keys are told that are letters.
/// Fish 4 passes over a sequence that can be no key at all.
const CLEAR: &str = "\x1b[983041u";
const PASTE: &str = "\x1b[983042u";
const RUN: &str = "\x1b[983043u";
/// The end of a bracketed paste. Fish has a key for it: its version 4 takes this sequence for itself.
const PASTED: &str = "\x1b[201~";
const PASTED_IN_FISH: &str = "\x1b[983047u";

/// A text that cannot be typed as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSubmitted {
    /// It would press keys instead of being text.
    #[error("the text has the control character U+{0:04X}")]
    Control(u32),
    /// There is nothing to run.
    #[error("the text is empty")]
    Empty,
    /// A shell without a module would run each line before it had seen the next.
    #[error("this shell takes one line at a time")]
    Lines,
}

/// The bytes that make a shell of this kind run `text`, as if it had been typed at an empty prompt: what stands half
/// typed is put aside, the text is pasted, so that nothing in it presses a key, and Enter is pressed.
///
/// Only for a shell that is at its prompt: a program that runs in it gets the same bytes as its input. A shell of
/// [`Kind::Other`] knows no paste: it gets a line.
///
/// # Errors
/// If it has control characters other than newline and tab, nothing at all, or several lines for [`Kind::Other`].
pub fn submit(kind: Kind, text: &str) -> Result<Vec<u8>, NotSubmitted> {
    let control = text.chars().find(|&character| character.is_control() && !matches!(character, '\n' | '\t'));
    if let Some(control) = control {
        return Err(NotSubmitted::Control(control.into()));
    }
    if text.trim().is_empty() {
        return Err(NotSubmitted::Empty);
    }
    let typed = match kind {
        Kind::Fish => format!("{CLEAR}{PASTE}{text}{PASTED_IN_FISH}{RUN}"),
        Kind::Bash => format!("{CLEAR}{PASTE}{text}{PASTED}{RUN}"),
        // At a secondary prompt the first one brings back the lines that were typed before, the second puts them aside.
        Kind::Zsh => format!("{CLEAR}{CLEAR}{PASTE}{text}{PASTED}{RUN}"),
        Kind::Other if text.trim_end_matches('\n').contains('\n') => return Err(NotSubmitted::Lines),
        Kind::Other => format!("\x15{}\r", text.trim_end_matches('\n')),
    };
    Ok(typed.into_bytes())
}

/// What a module can be asked, at a prompt and unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    /// Answered with `suggest`: what was run of late.
    Suggest,
    /// Answered with `dir`: the files of the shell's directory.
    Directory,
    /// Answered with `complete`: what may follow the text that stands at the prompt.
    Complete,
}

/// The bytes that ask a shell of this kind; none for a shell without a module.
pub fn request(kind: Kind, request: Request) -> Option<&'static [u8]> {
    match (kind, request) {
        (Kind::Other, _) => None,
        (_, Request::Suggest) => Some(b"\x1b[983044u"),
        (_, Request::Directory) => Some(b"\x1b[983045u"),
        (_, Request::Complete) => Some(b"\x1b[983046u"),
    }
}
