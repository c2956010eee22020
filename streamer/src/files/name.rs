//! Names of files: those that come from elsewhere made harmless, those that go out made fit for a header.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// Longest name, in bytes; file systems take 255, and a number may be added.
const LONGEST: usize = 200;
/// What a file without a name is called.
const NAMELESS: &str = "file";

/// A name that stays in its folder, is seen there, and shows what it is: no path, no control, invisible or bidirectional
/// characters, no leading dot or hyphen.
pub fn safe(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().map(|c| if is_hidden(c) { '_' } else { c }).collect();
    let shown = shown.trim().trim_start_matches('.').trim_end_matches('.').trim();
    let mut name = if shown.is_empty() { NAMELESS.to_owned() } else { shown.to_owned() };
    if name.starts_with('-') {
        name.insert(0, '_');
    }
    let (stem, extension) = split(&name);
    if name.len() > LONGEST {
        // What it is for is seen from its end.
        let room = LONGEST.saturating_sub(extension.len());
        let cut = stem.floor_char_boundary(room.min(stem.len()));
        let extension = extension.get(extension.ceil_char_boundary(extension.len().saturating_sub(LONGEST / 2))..);
        name = format!("{}{}", stem.get(..cut).unwrap_or_default(), extension.unwrap_or_default());
        name.truncate(name.floor_char_boundary(LONGEST));
    }
    name
}

/// The name where `n - 1` others have it already: `a.txt`, `a (2).txt`.
pub fn numbered(name: &str, n: u32) -> String {
    if n <= 1 {
        return name.to_owned();
    }
    let (stem, extension) = split(name);
    format!("{stem} ({n}){extension}")
}

/// The part before the extension, and that with its dot. `.tar.gz` is one.
fn split(name: &str) -> (&str, &str) {
    let dot = |text: &str| text.rfind('.').filter(|at| *at > 0 && text.len() - at <= 16);
    let Some(at) = dot(name) else { return (name, "") };
    let stem = name.get(..at).unwrap_or_default();
    let at = if stem.ends_with(".tar") { dot(stem).unwrap_or(at) } else { at };
    name.split_at(at)
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What a browser is to save this as.
pub fn of_download(paths: &[PathBuf], packed: bool) -> String {
    let name = |path: &Path| path.file_name().map(|name| safe(&name.to_string_lossy()));
    let own = match paths {
        [one] => name(one),
        several => several.first().and_then(|first| first.parent()).and_then(name),
    };
    let own = own.unwrap_or_else(|| "files".to_owned());
    if packed { format!("{own}.tar") } else { own }
}

/// A `Content-Disposition` for it: as it is for those who know RFC 6266, and in ASCII for the others.
pub fn disposition(name: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%' | ';') || c == ' ' { c } else { '_' };
    let mut header =
        format!("attachment; filename=\"{}\"; filename*=UTF-8''", name.chars().map(plain).collect::<String>());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            header.push(char::from(byte));
        } else {
            // A string takes all that is written to it.
            let _ = write!(header, "%{byte:02X}");
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_stay_in_their_folder_and_are_seen() {
        for (given, expected) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("/etc/shadow", "shadow"),
            ("C:\\Users\\me\\a b.txt", "a b.txt"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("  ", "file"),
            (".bashrc", "bashrc"),
            ("-rf", "_-rf"),
            ("a\nb\0c", "a_b_c"),
            ("exe\u{202e}fdp.sh", "exe_fdp.sh"),
            ("dir/", "file"),
            ("ünï code 日本.tar.gz", "ünï code 日本.tar.gz"),
            ("trailing. . .", "trailing. ."),
        ] {
            assert_eq!(safe(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_number_goes_before_the_extension() {
        for (name, n, expected) in [
            ("a.txt", 1, "a.txt"),
            ("a.txt", 2, "a (2).txt"),
            ("a.tar.gz", 3, "a (3).tar.gz"),
            ("Makefile", 2, "Makefile (2)"),
            ("a.notanextensionbutalongword", 2, "a.notanextensionbutalongword (2)"),
        ] {
            assert_eq!(numbered(name, n), expected);
        }
    }

    #[test]
    fn what_goes_out_is_named_after_what_was_picked() {
        let paths = |all: &[&str]| all.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(of_download(&paths(&["/home/ada/a.txt"]), false), "a.txt");
        assert_eq!(of_download(&paths(&["/home/ada"]), true), "ada.tar");
        assert_eq!(of_download(&paths(&["/home/ada/a", "/home/ada/b"]), true), "ada.tar");
        assert_eq!(of_download(&paths(&["/a", "/b"]), true), "files.tar");
        assert_eq!(of_download(&paths(&["/"]), true), "files.tar");
    }

    proptest! {
        #[test]
        fn any_name_becomes_a_plain_one(given in "\\PC*|.{0,400}", n in 1..100_u32) {
            let name = numbered(&safe(&given), n);
            prop_assert!(!name.is_empty() && name.len() <= 255, "{} bytes", name.len());
            prop_assert!(!name.contains(['/', '\\', '\0', '\n']) && !name.starts_with(['.', '-']));
            prop_assert_eq!(Path::new(&name).components().count(), 1);
        }

        #[test]
        fn any_name_fits_a_header(name in "\\PC*|.{0,400}") {
            let header = disposition(&safe(&name));
            prop_assert!(header.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{header}");
            prop_assert_eq!(header.matches('"').count(), 2);
        }
    }
}
