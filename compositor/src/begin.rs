//! `--begin-on-stdin`: a session that is ready and waits for its user.
//!
//! One line of JSON on the standard input begins it, `{"environment":{"HOME":"/home/ada",…}}`. Until then the loop runs and
//! pages are asked to wait. If the input ends before, nobody will come.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};

use calloop::channel::{Event, sync_channel};
use calloop::{EventLoop, LoopHandle};
use serde::Deserialize;

use crate::environment::Environment;
use crate::state::State;
use crate::wayland;

/// Longest line, in bytes.
const MOST_BYTES: usize = 64 << 10;
/// Variables in it.
const MOST_VARIABLES: usize = 256;
/// Longest name of one, in bytes.
const MOST_NAME: usize = 128;
/// Those that say what only this process knows: they are taken from nobody.
const OWN: [&str; 11] = [
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "TOS_NONCE",
    "TOS_SOCKET",
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "XAUTHORITY",
    "XDG_CURRENT_DESKTOP",
    "XDG_DESKTOP_PORTAL_DIR",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_TYPE",
];

/// Why a session does not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The standard input fails.
    #[error("the line that begins the session cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// There is no end to it.
    #[error("the line that begins the session is longer than {MOST_BYTES} bytes")]
    TooLong,
    /// It ended within the line.
    #[error("the line that begins the session is not whole")]
    Torn,
    /// It is another thing.
    #[error("the line that begins the session is not understood: {0}")]
    Form(#[from] serde_json::Error),
    /// So many cannot be meant.
    #[error("the session is given more than {MOST_VARIABLES} variables")]
    TooMany,
    /// No program could be given it.
    #[error("the session is given a variable that cannot be one: {0:?}")]
    Variable(String),
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    environment: BTreeMap<String, String>,
}

/// Runs the loop until the session is to begin. `None`: it is to end instead.
///
/// # Errors
/// If the line is not one, or the loop fails.
pub fn wait(event_loop: &mut EventLoop<'static, State>, state: &mut State) -> anyhow::Result<Option<Environment>> {
    listen(&event_loop.handle())?;
    wayland::run(event_loop, state)?;
    match state.begun.take() {
        Some(begun) => Ok(begun?),
        // A signal has ended it.
        None => Ok(None),
    }
}

fn listen(handle: &LoopHandle<'static, State>) -> anyhow::Result<()> {
    let (sender, lines) = sync_channel(1);
    handle
        .insert_source(lines, |event, (), state: &mut State| {
            if let Event::Msg(begun) = event {
                state.begun = Some(begun);
                state.signal.stop();
            }
        })
        .map_err(|error| error.error)?;
    // It waits for as long as nobody comes, and ends with the process.
    std::thread::Builder::new().name("begin".into()).spawn(move || {
        let _ = sender.send(read(std::io::stdin()));
    })?;
    Ok(())
}

/// The first line; `None` if there is none.
fn read(input: impl Read) -> Result<Option<Environment>, BeginError> {
    let mut line = Vec::new();
    BufReader::new(input.take(MOST_BYTES as u64 + 1)).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() > MOST_BYTES {
        return Err(BeginError::TooLong);
    }
    if line.last() != Some(&b'\n') {
        return Err(BeginError::Torn);
    }
    // An object: serde would take an array for one, field by field.
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&line)?;
    let Line { environment } = serde_json::from_value(object.into())?;
    if environment.len() > MOST_VARIABLES {
        return Err(BeginError::TooMany);
    }
    let mut given = BTreeMap::new();
    for (name, value) in environment {
        let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
        let starts_well = name.bytes().next().is_some_and(|first| fits(first) && !first.is_ascii_digit());
        if !starts_well || name.len() > MOST_NAME || !name.bytes().all(fits) || value.contains('\0') {
            let shown: String = name.chars().take(MOST_NAME).collect();
            return Err(BeginError::Variable(shown));
        }
        if OWN.contains(&name.as_str()) {
            tracing::warn!(name, "a variable of the session's own is not taken from outside");
        } else {
            given.insert(name, OsString::from(value));
        }
    }
    Ok(Some(Environment::over(given)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_the_session_with_its_users_environment() {
        let line = br#"{"do":"begin","environment":{"HOME":"/home/ada","USER":"ada","WAYLAND_DISPLAY":"other"}}
            and what comes later is not read"#;
        let environment = read(&line[..]).unwrap().unwrap();
        assert_eq!(environment.get("HOME"), Some("/home/ada".into()));
        let given: Vec<_> = environment.given().map(|(name, _)| name).collect();
        assert_eq!(given, ["HOME", "USER"], "what only this process knows is taken from nobody");
        assert_eq!(read(&b"{}\n"[..]).unwrap(), Some(Environment::default()));
        assert_eq!(read(&b""[..]).unwrap(), None, "nobody will come");
    }

    #[test]
    fn what_is_no_beginning_is_refused_for_what_it_is() {
        let many: BTreeMap<String, &str> = (0..=MOST_VARIABLES).map(|n| (format!("V{n}"), "")).collect();
        let many = format!("{}\n", serde_json::json!({ "environment": many }));
        assert!(matches!(read(many.as_bytes()), Err(BeginError::TooMany)));
        assert!(matches!(read(&vec![b' '; 2 * MOST_BYTES][..]), Err(BeginError::TooLong)));
        assert!(matches!(read(&b"{}"[..]), Err(BeginError::Torn)));
        for form in ["", "[]", "null", "begin", r#"{"environment":[]}"#, r#"{"environment":{"A":1}}"#, "\u{fffd}"] {
            let refused = read(format!("{form}\n").as_bytes());
            assert!(matches!(refused, Err(BeginError::Form(_))), "{form}: {refused:?}");
        }
        for name in ["", "A=B", "1A", "A B", "\u{e4}", "A\u{0}", &"A".repeat(MOST_NAME + 1)] {
            let line = format!("{}\n", serde_json::json!({ "environment": { name: "x" } }));
            assert!(matches!(read(line.as_bytes()), Err(BeginError::Variable(_))), "{name}");
        }
        let zero = format!("{}\n", serde_json::json!({ "environment": { "A": "x\u{0}y" } }));
        assert!(matches!(read(zero.as_bytes()), Err(BeginError::Variable(_))));
    }
}
