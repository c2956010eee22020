//! `tos-comp msg open`: what a file is and which program opens it. This is found out by whoever asks and not by the
//! session, so that a disk that does not answer holds only them.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::control::Request;
use crate::services::directory::mime::{Types, beginning_of};
use crate::services::dirs::Dirs;
use crate::services::entries::{Entries, Locale, openers};
use crate::session::TERMINAL_VARIABLE;

/// Longest path or address.
pub const MOST_BYTES: usize = 4096;

/// The request to open a file or an address such as `https://example.org`.
///
/// # Errors
/// If there is no such file, it may not be read, or no program opens what it is.
pub fn request(what: &str) -> anyhow::Result<Request> {
    let terminal = std::env::var(TERMINAL_VARIABLE).ok().and_then(|id| id.parse().ok());
    let (file, entry) = found(what, &Dirs::from_env(), &Locale::from_env())?;
    Ok(Request::Open { file, entry, terminal })
}

/// What is to be opened, as a program is to be told, and the program's desktop entry.
fn found(what: &str, dirs: &Dirs, locale: &Locale) -> anyhow::Result<(String, String)> {
    if what.len() > MOST_BYTES {
        bail!("it is too long to be a path");
    }
    let (target, types, kind) = match scheme(what) {
        Some(scheme) => {
            let media = format!("x-scheme-handler/{scheme}");
            (what.to_owned(), vec![media], format!("{scheme} addresses"))
        }
        None => {
            let path = std::path::absolute(what).with_context(|| what.to_owned())?;
            let (types, media) = types_of(&path, dirs)?;
            let Some(text) = path.to_str() else { bail!("its name is not text") };
            (text.to_owned(), types, media)
        }
    };
    let entries = Entries::scan(dirs, locale);
    match openers::opener(&entries, dirs, &types) {
        Some(entry) => Ok((target, entry.id.clone())),
        None => bail!("no program here opens {kind}"),
    }
}

fn types_of(path: &PathBuf, dirs: &Dirs) -> anyhow::Result<(Vec<String>, String)> {
    let shown = path.display();
    let metadata = std::fs::metadata(path).with_context(|| shown.to_string())?;
    if metadata.is_dir() {
        return Ok((vec!["inode/directory".to_owned()], "directories; `cd` goes there".to_owned()));
    }
    if !metadata.is_file() {
        bail!("{shown} is not a regular file");
    }
    let mut types = Types::load(dirs);
    let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beginning = beginning_of(path).with_context(|| shown.to_string())?;
    let media = types.of_file(&name, &beginning);
    Ok((types.with_parents(&media), format!("files of the type {media}")))
}

/// The scheme of an address: `https` of `https://example.org`.
fn scheme(what: &str) -> Option<String> {
    let (scheme, _) = what.split_once("://")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(plain);
    fits.then(|| scheme.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_leads_to_the_program_that_opens_it_or_to_a_reason() {
        let home = tempfile::tempdir().expect("a directory");
        let at = |name: &str| home.path().join(name);
        let dirs = Dirs::new(|name| match name {
            "HOME" => Some(home.path().into()),
            "XDG_DATA_DIRS" => Some(at("data").into()),
            "XDG_CONFIG_DIRS" => Some(at("etc").into()),
            _ => None,
        });
        let write = |name: &str, text: &str| {
            let path = at(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            std::fs::write(&path, text).expect("a file");
            path.to_str().expect("text").to_owned()
        };
        let entry = |types: &str| format!("[Desktop Entry]\nType=Application\nName=x\nExec=x %u\nMimeType={types}\n");
        write("data/applications/x.desktop", &entry("application/x-tos-test;x-scheme-handler/tostest;"));
        // The types of the machine, but none of its programs.
        std::os::unix::fs::symlink("/usr/share/mime", at("data/mime")).expect("a link");
        let list = "[Default Applications]\ntext/plain=x.desktop\n";
        write(".config/mimeapps.list", list);
        let words = write("words", "plain words\n");
        let find = |what: &str| found(what, &dirs, &Locale::parse("C")).map_err(|error| format!("{error:#}"));
        assert_eq!(find(&words), Ok((words.clone(), "x".into())));
        assert_eq!(find(&write("code.rs", "fn")).map(|(_, entry)| entry), Ok("x".into()), "code is text");
        assert_eq!(find("tostest://somewhere"), Ok(("tostest://somewhere".into(), "x".into())));
        let reasons = [
            (at("nothing").display().to_string(), "No such file"),
            (write("music.flac", "x"), "no program here opens files of the type audio/"),
            (home.path().display().to_string(), "directories"),
            ("tosnone://x".into(), "tosnone addresses"),
            ("x".repeat(5000), "too long"),
        ];
        for (what, reason) in reasons {
            let told = find(&what).expect_err(&what);
            assert!(told.contains(reason), "{told}");
        }
    }
}
