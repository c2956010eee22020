//! The standard sequences: OSC 7, 9, 133 and 777.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use percent_encoding::percent_decode;

use super::event::ShellEvent;

/// Longest name of a machine: RFC 1035.
const MAX_HOST: usize = 255;
/// Longest path: `PATH_MAX`.
const MAX_PATH: usize = 4096;
/// Longest command that a mark may tell, in bytes.
const MAX_COMMAND: usize = 16 << 10;
/// Longest texts of a notification, in characters.
const MAX_TITLE: usize = 256;
const MAX_BODY: usize = 4096;

/// A sequence that is understood, and whether it has to be believed.
#[derive(Debug, PartialEq)]
pub(super) enum Standard<'a> {
    /// Changes what is known of the shell. The nonce it came with, if it came with one.
    Mark(ShellEvent, Option<&'a [u8]>),
    /// Any program may say so.
    Open(ShellEvent),
    /// Means something to other terminals. Not for us.
    Foreign,
    /// Makes no sense.
    Malformed,
}

/// Reads the payload of OSC `number`.
pub(super) fn read(number: u16, payload: &[u8]) -> Standard<'_> {
    match number {
        7 => directory(payload),
        9 => notify_iterm(payload),
        133 => mark(payload),
        777 => notify_urxvt(payload),
        _ => Standard::Foreign,
    }
}

/// `file://host/path`, percent-encoded; the nonce is a fragment: `#tos=NONCE`.
fn directory(payload: &[u8]) -> Standard<'_> {
    let Some(rest) = payload.strip_prefix(b"file://") else { return Standard::Malformed };
    let (url, fragment) = split(rest, b'#');
    let nonce = match fragment.map(|fragment| fragment.strip_prefix(b"tos=")) {
        None => None,
        Some(Some(nonce)) => Some(nonce),
        Some(None) => return Standard::Malformed,
    };
    let slash = url.iter().position(|&byte| byte == b'/');
    let Some((host, path)) = slash.and_then(|slash| url.split_at_checked(slash)) else { return Standard::Malformed };
    let Some(path) = percent_decoded(path, MAX_PATH) else { return Standard::Malformed };
    let named = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if host.len() > MAX_HOST || !host.iter().all(named) || path.contains(&0) {
        return Standard::Malformed;
    }
    let host = String::from_utf8_lossy(host).into_owned();
    Standard::Mark(ShellEvent::Directory { host, path: PathBuf::from(OsString::from_vec(path)) }, nonce)
}

/// `A`, `B`, `C` or `D ; status`, each with `key=value` behind it: `cmdline_url`, and `tos`, the nonce.
fn mark(payload: &[u8]) -> Standard<'_> {
    let mut parts = payload.split(|&byte| byte == b';');
    let kind = parts.next().unwrap_or_default();
    let mut status = None;
    let mut nonce = None;
    let mut command = None;
    for (index, part) in parts.enumerate() {
        match split(part, b'=') {
            (b"tos", Some(value)) => nonce = Some(value),
            (b"cmdline_url", Some(value)) => {
                let decoded = percent_decoded(value, MAX_COMMAND).and_then(|bytes| String::from_utf8(bytes).ok());
                let Some(decoded) = decoded else { return Standard::Malformed };
                command = Some(decoded);
            }
            // Others' keys, such as kitty's `k=s` and `special_key=1`.
            (_, Some(_)) => {}
            (value, None) if index == 0 && kind == b"D" && !value.is_empty() => {
                let Some(value) = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok()) else {
                    return Standard::Malformed;
                };
                status = Some(value);
            }
            (_, None) => {}
        }
    }
    let event = match kind {
        b"A" => ShellEvent::PromptStart,
        b"B" => ShellEvent::InputStart,
        b"C" => ShellEvent::OutputStart { command },
        b"D" => ShellEvent::CommandEnd { status },
        // `L`, `N`, `P` of FinalTerm and of those who followed it.
        [b'A'..=b'Z'] => return Standard::Foreign,
        _ => return Standard::Malformed,
    };
    Standard::Mark(event, nonce)
}

/// iTerm's: the payload is the text. ConEmu has the same number for something else, with a number first: `4 ; …` is
/// progress.
fn notify_iterm(payload: &[u8]) -> Standard<'_> {
    let (first, _) = split(payload, b';');
    if !first.is_empty() && first.len() <= 2 && first.iter().all(u8::is_ascii_digit) {
        return Standard::Foreign;
    }
    match shown(payload, MAX_BODY) {
        Some(body) => Standard::Open(ShellEvent::Notify { title: None, body }),
        None => Standard::Malformed,
    }
}

/// urxvt's: `notify ; title ; body`.
fn notify_urxvt(payload: &[u8]) -> Standard<'_> {
    let (b"notify", Some(rest)) = split(payload, b';') else { return Standard::Foreign };
    let (title, body) = split(rest, b';');
    let title = shown(title, MAX_TITLE);
    let body = shown(body.unwrap_or_default(), MAX_BODY);
    match (title, body) {
        (None, None) => Standard::Malformed,
        (title, body) => Standard::Open(ShellEvent::Notify { title, body: body.unwrap_or_default() }),
    }
}

/// A text that is only for reading: without controls, also those of writing direction, which could make it read as
/// something else; cut to a length. None if there is nothing to read.
fn shown(bytes: &[u8], max: usize) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text: String = text.chars().filter(|&character| !is_control(character)).take(max).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_control(character: char) -> bool {
    let direction =
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    direction || character.is_control()
}

/// None if it has anything but printable ASCII, if a `%` is not followed by two digits, or if it is too long.
pub(super) fn percent_decoded(bytes: &[u8], max: usize) -> Option<Vec<u8>> {
    if !bytes.iter().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return None;
    }
    let mut rest = bytes;
    while let Some(percent) = memchr::memchr(b'%', rest) {
        match rest.get(percent + 1..percent + 3) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => {}
            _ => return None,
        }
        rest = rest.get(percent + 3..).unwrap_or_default();
    }
    let decoded: Vec<u8> = percent_decode(bytes).collect();
    (decoded.len() <= max).then_some(decoded)
}

pub(super) fn split(bytes: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(at, bytes) {
        Some(index) => (bytes.get(..index).unwrap_or_default(), bytes.get(index + 1..)),
        None => (bytes, None),
    }
}
