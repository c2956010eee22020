//! What stands behind the nonce of OSC 9001: JSON, percent-encoded, one form for each verb.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::event::{Candidate, Listing, ShellEvent, Suggested};
use super::standard::percent_decoded;

/// Longest name of a shell and of its version, in bytes.
const MAX_NAME: usize = 64;
/// Longest path, in bytes.
const MAX_PATH: usize = 4096;
/// Longest name of a file, in bytes.
const MAX_FILE_NAME: usize = 255;
/// Longest command line, in bytes.
const MAX_COMMAND: usize = 16 << 10;
const MAX_DESCRIPTION: usize = 1024;
const MAX_FILES: usize = 1024;
const MAX_SUGGESTIONS: usize = 64;
const MAX_CANDIDATES: usize = 256;
const MAX_VARIABLES: usize = 64;
const MAX_VARIABLE_NAME: usize = 128;
const MAX_VARIABLE: usize = 8 << 10;
/// How deep a result may be nested.
const MAX_DEPTH: usize = 16;
/// Values in a result, those that hold others included.
const MAX_VALUES: usize = 4096;

/// Why a payload was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// None of ours.
    #[error("there is no such verb")]
    UnknownVerb,
    /// Something else than printable ASCII, or a `%` without two digits behind it.
    #[error("not percent-encoded")]
    Encoding,
    /// Decoded, it is not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// Not JSON, or not of the form of this verb.
    #[error("not what this verb takes: {0}")]
    Form(String),
    /// More, longer or deeper than allowed.
    #[error("{0} is over its limit")]
    Limit(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ready {
    shell: String,
    version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Complete {
    text: String,
    candidates: Vec<Candidate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stage {
    text: String,
}

/// Reads what `verb` says. The nonce is not looked at here.
///
/// # Errors
/// If it is not what the verb takes.
pub fn parse_payload(verb: &[u8], payload: &[u8]) -> Result<ShellEvent, PayloadError> {
    let read: fn(&str) -> Result<ShellEvent, PayloadError> = match verb {
        b"ready" => ready,
        b"dir" => listing,
        b"suggest" => suggest,
        b"env" => env,
        b"complete" => complete,
        b"result" => result,
        b"stage" => stage,
        _ => return Err(PayloadError::UnknownVerb),
    };
    let bytes = percent_decoded(payload, usize::MAX).ok_or(PayloadError::Encoding)?;
    read(std::str::from_utf8(&bytes).map_err(|_| PayloadError::Utf8)?)
}

fn form<T: DeserializeOwned>(json: &str) -> Result<T, PayloadError> {
    serde_json::from_str(json).map_err(|error| PayloadError::Form(error.to_string()))
}

fn within(what: &'static str, length: usize, max: usize) -> Result<(), PayloadError> {
    if length <= max { Ok(()) } else { Err(PayloadError::Limit(what)) }
}

fn ready(json: &str) -> Result<ShellEvent, PayloadError> {
    let Ready { shell, version } = form(json)?;
    within("the shell's name", shell.len(), MAX_NAME)?;
    within("the shell's version", version.len(), MAX_NAME)?;
    Ok(ShellEvent::Ready { shell, version })
}

fn listing(json: &str) -> Result<ShellEvent, PayloadError> {
    let listing: Listing = form(json)?;
    within("the path", listing.directory.len(), MAX_PATH)?;
    within("the host", listing.host.as_ref().map_or(0, String::len), MAX_FILE_NAME)?;
    within("the number of files", listing.files.len(), MAX_FILES)?;
    if !listing.directory.starts_with('/') || listing.directory.contains('\0') {
        return Err(PayloadError::Form("the directory is not an absolute path".into()));
    }
    for file in &listing.files {
        within("a file's name", file.name.len(), MAX_FILE_NAME)?;
        within("a file's type", file.mime.as_ref().map_or(0, String::len), MAX_FILE_NAME)?;
        if matches!(file.name.as_str(), "" | "." | "..") || file.name.contains(['/', '\0']) {
            return Err(PayloadError::Form("a file's name is none".into()));
        }
    }
    Ok(ShellEvent::Listing(listing))
}

fn suggest(json: &str) -> Result<ShellEvent, PayloadError> {
    let suggestions: Vec<Suggested> = form(json)?;
    within("the number of suggestions", suggestions.len(), MAX_SUGGESTIONS)?;
    for suggestion in &suggestions {
        within("a command", suggestion.text.len(), MAX_COMMAND)?;
    }
    Ok(ShellEvent::Suggest(suggestions))
}

fn env(json: &str) -> Result<ShellEvent, PayloadError> {
    let variables: BTreeMap<String, String> = form(json)?;
    within("the number of variables", variables.len(), MAX_VARIABLES)?;
    for (name, value) in &variables {
        within("a variable's name", name.len(), MAX_VARIABLE_NAME)?;
        within("a variable", value.len(), MAX_VARIABLE)?;
        let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(named) {
            return Err(PayloadError::Form("a variable's name is none".into()));
        }
    }
    Ok(ShellEvent::Env(variables))
}

fn complete(json: &str) -> Result<ShellEvent, PayloadError> {
    let Complete { text, candidates } = form(json)?;
    within("the text", text.len(), MAX_COMMAND)?;
    within("the number of candidates", candidates.len(), MAX_CANDIDATES)?;
    for candidate in &candidates {
        within("a candidate", candidate.text.len(), MAX_PATH)?;
        within("a description", candidate.description.len(), MAX_DESCRIPTION)?;
    }
    Ok(ShellEvent::Complete { text, candidates })
}

fn result(json: &str) -> Result<ShellEvent, PayloadError> {
    let value: Value = form(json)?;
    let mut values = 0;
    let mut left = vec![(&value, 1)];
    while let Some((value, depth)) = left.pop() {
        values += 1;
        within("the depth", depth, MAX_DEPTH)?;
        within("the number of values", values, MAX_VALUES)?;
        match value {
            Value::Array(items) => left.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(items) => left.extend(items.values().map(|item| (item, depth + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    Ok(ShellEvent::Result(value))
}

fn stage(json: &str) -> Result<ShellEvent, PayloadError> {
    let Stage { text } = form(json)?;
    within("the text", text.len(), MAX_COMMAND)?;
    Ok(ShellEvent::Stage { text })
}
