//! One file of a directory.

use std::sync::Arc;

use super::when::Moment;
use crate::label;

/// A longer name is none that a file system of Linux gives out.
pub const MOST_NAME_BYTES: usize = 1024;

/// The name of a file, as the disk has it: any bytes but `/` and NUL, which need not be text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(Arc<[u8]>);

impl FileName {
    /// A name by its bytes. `None` if it cannot be one: it is empty, `.` or `..`, too long, or names another directory.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let fits = (1..=MOST_NAME_BYTES).contains(&bytes.len()) && bytes != b"." && bytes != b"..";
        (fits && !bytes.iter().any(|byte| matches!(byte, b'/' | 0))).then(|| Self(bytes.into()))
    }

    /// As the disk has it.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text, if it is some.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// As it is shown: what cannot be seen is written out, so that two names never look alike for that.
    pub fn shown(&self) -> String {
        shown(&self.0)
    }

    /// Whether its name says that it is not to be listed.
    pub fn is_hidden(&self) -> bool {
        self.0.first() == Some(&b'.')
    }

    /// A number that stands for it: the same for the same name in every session.
    pub fn id(&self) -> u64 {
        // FNV-1a. Two names of one directory that share a number share a key of the picture and nothing worse.
        self.0.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
    }
}

/// Bytes of a name or a path on one line, with everything that cannot be seen written out.
pub(super) fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                c if c.is_control() && (c as u32) < 0x80 => text.push_str(&format!("\\x{:02x}", c as u32)),
                c if label::is_unseen(c) => text.push_str(&format!("\\u{{{:x}}}", c as u32)),
                c => text.push(c),
            }
        }
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// What a file is, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Directory,
    File,
    Pipe,
    Socket,
    BlockDevice,
    CharacterDevice,
    /// Nobody may look, or a link leads nowhere.
    Unknown,
}

/// Where a link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// To something that is there.
    Whole,
    /// To nothing.
    Broken,
    /// Round in a circle.
    Loop,
}

/// One file of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is called.
    pub name: FileName,
    /// What it is, links followed.
    pub kind: Kind,
    /// It is a link, and where it leads.
    pub link: Option<Link>,
    /// Bytes; of a directory what the file system says, which means little.
    pub size: u64,
    /// When it was written to last.
    pub modified: Option<Moment>,
    /// Permissions and type, as `stat` gives them.
    pub mode: u32,
    /// What is in it, as a MIME type; empty where nobody knows.
    pub media: Arc<str>,
    /// It is a picture of a kind that can be shown small.
    pub picture: bool,
}

impl Entry {
    /// A plain file of that name of which nothing else is known.
    pub fn named(name: FileName, kind: Kind) -> Self {
        let (link, size, modified, mode, media, picture) = (None, 0, None, 0, Arc::from(""), false);
        Self { name, kind, link, size, modified, mode, media, picture }
    }

    /// Whether one can go into it.
    pub fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// What kind of thing it is, in words.
    pub fn kind_words(&self) -> String {
        let words = match (self.link, self.kind) {
            (Some(Link::Broken), _) => "Link to nothing",
            (Some(Link::Loop), _) => "Link in a circle",
            (_, Kind::Directory) => "Folder",
            (_, Kind::Pipe) => "Pipe",
            (_, Kind::Socket) => "Socket",
            (_, Kind::BlockDevice) => "Block device",
            (_, Kind::CharacterDevice) => "Character device",
            (_, Kind::Unknown) => "Unknown",
            (_, Kind::File) if self.media.is_empty() && self.mode & 0o111 != 0 => "Program",
            (_, Kind::File) if self.media.is_empty() => "File",
            (_, Kind::File) => return self.linked(&self.media),
        };
        self.linked(words)
    }

    fn linked(&self, words: &str) -> String {
        if self.link == Some(Link::Whole) { format!("{words}, by a link") } else { String::from(words) }
    }

    /// Its permissions as `ls` writes them: `drwxr-xr-x`.
    pub fn mode_words(&self) -> String {
        let mut words = String::with_capacity(10);
        words.push(match (self.link, self.kind) {
            (Some(_), _) => 'l',
            (None, Kind::Directory) => 'd',
            (None, Kind::Pipe) => 'p',
            (None, Kind::Socket) => 's',
            (None, Kind::BlockDevice) => 'b',
            (None, Kind::CharacterDevice) => 'c',
            (None, Kind::File) => '-',
            (None, Kind::Unknown) => '?',
        });
        for (shift, special, (set, unset)) in
            [(6, 0o4000, ('s', 'S')), (3, 0o2000, ('s', 'S')), (0, 0o1000, ('t', 'T'))]
        {
            let bits = self.mode >> shift;
            words.push(if bits & 4 != 0 { 'r' } else { '-' });
            words.push(if bits & 2 != 0 { 'w' } else { '-' });
            words.push(match (self.mode & special != 0, bits & 1 != 0) {
                (true, true) => set,
                (true, false) => unset,
                (false, true) => 'x',
                (false, false) => '-',
            });
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(bytes: &[u8]) -> FileName {
        FileName::new(bytes).unwrap()
    }

    #[test]
    fn what_cannot_be_seen_in_a_name_is_written_out() {
        assert_eq!(name(b"two\nlines").shown(), "two\\nlines");
        assert_eq!(name("a\u{202e}txt.exe".as_bytes()).shown(), "a\\u{202e}txt.exe");
        assert_eq!(name(b"latin\xe91").shown(), "latin\\xe91");
        assert_eq!(name(b"\x1b[31m").shown(), "\\x1b[31m");
        assert_eq!(name("Übung 1.txt".as_bytes()).shown(), "Übung 1.txt");
        assert_eq!(name(b"latin\xe91").text(), None);
    }

    #[test]
    fn what_names_another_directory_is_no_name() {
        for bytes in [&b""[..], b".", b"..", b"a/b", b"a\0", &[b'x'; MOST_NAME_BYTES + 1]] {
            assert_eq!(FileName::new(bytes), None, "{bytes:?}");
        }
        assert!(name(b"...").is_hidden() && !name(b"a.b").is_hidden());
    }

    #[test]
    fn permissions_read_as_ls_writes_them() {
        let with = |mode, kind| Entry { mode, ..Entry::named(name(b"x"), kind) }.mode_words();
        assert_eq!(with(0o40755, Kind::Directory), "drwxr-xr-x");
        assert_eq!(with(0o100_644, Kind::File), "-rw-r--r--");
        assert_eq!(with(0o104_755, Kind::File), "-rwsr-xr-x");
        assert_eq!(with(0o1777, Kind::Directory), "drwxrwxrwt");
        assert_eq!(with(0o2644, Kind::File), "-rw-r-Sr--");
        let link = Entry { link: Some(Link::Loop), ..Entry::named(name(b"x"), Kind::Unknown) };
        assert_eq!((link.mode_words().as_str(), link.kind_words().as_str()), ("l---------", "Link in a circle"));
    }

    proptest! {
        #[test]
        fn any_name_is_shown_on_one_line_and_different_ones_differ(a in prop::collection::vec(1u8.., 1..40), b in prop::collection::vec(1u8.., 1..40)) {
            let (Some(a), Some(b)) = (FileName::new(&a), FileName::new(&b)) else { return Ok(()) };
            prop_assert!(!a.shown().chars().any(|c| c.is_control()));
            // A backslash in a name may look like one that was written out; nothing else may.
            if a != b && !a.bytes().contains(&b'\\') && !b.bytes().contains(&b'\\') {
                prop_assert_ne!(a.shown(), b.shown());
            }
        }
    }
}
