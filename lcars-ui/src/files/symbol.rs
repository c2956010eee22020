//! The small drawings that stand for files, in the strokes of the rest of the interface.

use super::entry::{Entry, Kind, Link};
use crate::theme::Colour;

/// Which drawing stands for a file. In the order in which kinds are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Symbol {
    Folder,
    Text,
    Picture,
    Sound,
    Film,
    Archive,
    Program,
    /// A pipe, a socket, a device.
    Special,
    /// A link that leads nowhere.
    Broken,
    Other,
}

const ALL: [(Symbol, &str); 10] = [
    (Symbol::Folder, "folder"),
    (Symbol::Text, "text"),
    (Symbol::Picture, "picture"),
    (Symbol::Sound, "sound"),
    (Symbol::Film, "film"),
    (Symbol::Archive, "archive"),
    (Symbol::Program, "program"),
    (Symbol::Special, "special"),
    (Symbol::Broken, "broken"),
    (Symbol::Other, "other"),
];

/// What the names of drawings begin with; no icon of a theme and no path does.
const PREFIX: &str = "drawing:";

/// Types that hold many files in one.
const ARCHIVES: [&str; 12] = [
    "application/zip",
    "application/gzip",
    "application/zstd",
    "application/x-tar",
    "application/x-compressed-tar",
    "application/x-7z-compressed",
    "application/x-xz",
    "application/x-bzip2",
    "application/x-rar",
    "application/vnd.rar",
    "application/vnd.debian.binary-package",
    "application/x-rpm",
];

/// Types that are text though they do not say so.
const TEXTS: [&str; 10] = [
    "application/json",
    "application/xml",
    "application/toml",
    "application/yaml",
    "application/x-yaml",
    "application/javascript",
    "application/pdf",
    "application/sql",
    "application/rtf",
    "application/x-desktop",
];

/// The outline of a page, and something on it.
macro_rules! concat_page {
    ($on_it:literal) => {
        concat!("M13 5H38L53 20V55a4 4 0 0 1-4 4H13a4 4 0 0 1-4-4V9a4 4 0 0 1 4-4z M38 5V16a4 4 0 0 0 4 4H53 ", $on_it)
    };
}

impl Symbol {
    /// The one for a file.
    pub fn of(entry: &Entry) -> Self {
        match (entry.link, entry.kind) {
            (Some(Link::Broken | Link::Loop), _) => Self::Broken,
            (_, Kind::Directory) => Self::Folder,
            (_, Kind::File) => Self::of_media(&entry.media, entry.mode & 0o111 != 0),
            (_, Kind::Unknown) => Self::Other,
            (_, Kind::Pipe | Kind::Socket | Kind::BlockDevice | Kind::CharacterDevice) => Self::Special,
        }
    }

    fn of_media(media: &str, executable: bool) -> Self {
        let (class, _) = media.split_once('/').unwrap_or((media, ""));
        match class {
            "image" => Self::Picture,
            "audio" => Self::Sound,
            "video" => Self::Film,
            "text" if executable => Self::Program,
            "text" => Self::Text,
            _ if ARCHIVES.contains(&media) => Self::Archive,
            _ if TEXTS.contains(&media) || media.starts_with("application/vnd.oasis.opendocument") => Self::Text,
            _ if executable => Self::Program,
            _ => Self::Other,
        }
    }

    fn word(self) -> &'static str {
        ALL.iter().find(|(symbol, _)| *symbol == self).map_or("other", |(_, word)| word)
    }

    /// Its strokes, on a square of 64.
    fn strokes(self) -> &'static str {
        match self {
            Self::Folder => {
                "M5 14V9a3 3 0 0 1 3-3H22L27 14H56a3 3 0 0 1 3 3V55a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3z M5 24H59"
            }
            Self::Text => concat_page!("M20 32H42 M20 40H42 M20 48H34"),
            Self::Picture => {
                "M8 9H56a3 3 0 0 1 3 3V52a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3V12a3 3 0 0 1 3-3z M6 48L23 31L35 43L43 35L58 50 M44 18a4 4 0 1 1-.01 0z"
            }
            Self::Sound => concat_page!("M26 48a5 4 0 1 1-.01-4z M26 46V28L42 25V43 M42 45a5 4 0 1 1-.01-4z"),
            Self::Film => {
                "M8 9H56a3 3 0 0 1 3 3V52a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3V12a3 3 0 0 1 3-3z M16 9V55 M48 9V55 M5 24H16 M5 40H16 M48 24H59 M48 40H59"
            }
            Self::Archive => concat_page!("M24 6V10 M24 15V19 M24 24V28 M20 34H28V46H20z"),
            Self::Program => {
                "M8 9H56a3 3 0 0 1 3 3V52a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3V12a3 3 0 0 1 3-3z M5 20H59 M15 30L24 37L15 44 M29 45H42"
            }
            Self::Special => "M32 6L56 20V46L32 60L8 46V20z M32 32L56 20 M32 32V60 M32 32L8 20",
            Self::Broken => concat_page!("M22 32L40 50 M40 32L22 50"),
            Self::Other => concat_page!(""),
        }
    }
}

/// The name of a drawing in a colour, as an icon of the scene has it: `drawing:folder:ffbb99`.
pub fn drawing_name(symbol: Symbol, colour: Colour) -> String {
    let Colour { r, g, b, .. } = colour;
    format!("{PREFIX}{}:{r:02x}{g:02x}{b:02x}", symbol.word())
}

/// What the names of pictures in files begin with.
const PICTURE: &str = "picture:";

/// The name of a picture in a file, as an icon of the scene has it. It is another one when the file was written to. The
/// colour is for the drawing that is shown if there is no picture in it.
pub fn picture_name(path: &str, written: i64, colour: Colour) -> String {
    let Colour { r, g, b, .. } = colour;
    format!("{PICTURE}{r:02x}{g:02x}{b:02x}:{written}:{path}")
}

/// The file of the picture of that name, and the name of the drawing that stands for it; `None` if it is the name of
/// something else.
pub fn picture(name: &str) -> Option<(&str, String)> {
    let (colour, rest) = name.strip_prefix(PICTURE)?.split_once(':')?;
    let (_, path) = rest.split_once(':')?;
    Some((path, format!("{PREFIX}{}:{colour}", Symbol::Picture.word())))
}

/// The drawing of that name as an SVG picture; `None` if it is the name of something else.
pub fn drawing(name: &str) -> Option<String> {
    let (word, colour) = name.strip_prefix(PREFIX)?.split_once(':')?;
    let (symbol, _) = ALL.iter().find(|(_, own)| *own == word)?;
    let plain = colour.len() == 6 && colour.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| {
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path d="{}" fill="none" stroke="#{colour}" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"/></svg>"##,
            symbol.strokes()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::entry::FileName;
    use super::*;

    #[test]
    fn every_symbol_has_a_drawing_in_the_colour_that_was_asked_for() {
        for (symbol, _) in ALL {
            let name = drawing_name(symbol, Colour { r: 255, g: 0, b: 10, a: 255 });
            let svg = drawing(&name).unwrap();
            assert!(svg.contains("stroke=\"#ff000a\"") && svg.contains(symbol.strokes()), "{name}");
        }
        for other in ["folder", "/etc/passwd", "drawing:folder", "drawing:folder:red", "drawing:nothing:ffffff", ""] {
            assert_eq!(drawing(other), None);
        }
    }

    #[test]
    fn a_picture_is_named_by_its_file_and_when_that_was_written() {
        let name = picture_name("/a/b: c.png", -5, Colour { r: 1, g: 2, b: 3, a: 255 });
        let (path, stand_in) = picture(&name).unwrap();
        assert_eq!(path, "/a/b: c.png");
        assert!(drawing(&stand_in).is_some_and(|svg| svg.contains("#010203")));
        assert_eq!((picture("/a/b.png"), picture("picture:x")), (None, None));
    }

    #[test]
    fn a_file_is_drawn_as_what_is_in_it() {
        let of = |media: &str, mode| {
            let name = FileName::new(b"x").unwrap();
            Symbol::of(&Entry { media: media.into(), mode, ..Entry::named(name, Kind::File) })
        };
        assert_eq!(of("image/png", 0o755), Symbol::Picture);
        assert_eq!(of("text/x-rust", 0o644), Symbol::Text);
        assert_eq!(of("text/x-shellscript", 0o755), Symbol::Program);
        assert_eq!(of("application/zip", 0o644), Symbol::Archive);
        assert_eq!(of("application/json", 0o644), Symbol::Text);
        assert_eq!(of("", 0o755), Symbol::Program);
        assert_eq!(of("", 0o644), Symbol::Other);
    }
}
