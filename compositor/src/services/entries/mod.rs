//! What can be started: the desktop entries of the machine and of the user, after the Desktop Entry specification 1.5.
//!
//! Reading them touches the disk; everything else works on what was read.

mod categories;
mod exec;
mod keyfile;
mod locale;
pub mod openers;
mod search;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use lcars_ui::label;

pub use categories::Category;
pub use exec::ExecError;
pub use locale::Locale;

use self::exec::{Fields, Open};
use self::keyfile::Keys;
use super::dirs::Dirs;
use super::files;

/// Our name in `OnlyShowIn` and `NotShowIn`, to be given to programs as `XDG_CURRENT_DESKTOP`.
pub const DESKTOP: &str = "TOS";

/// A larger file is no desktop entry.
const MOST_BYTES: u64 = 1 << 20;
/// No more files are looked at in one data directory.
const MOST_FILES: usize = 4096;
/// How deep entries may lie below `applications`.
const MOST_DEPTH: usize = 8;
/// No entry opens more types.
const MOST_TYPES: usize = 1024;
/// No entry is found by more words than these.
const MOST_KEYWORDS: usize = 64;

/// A program that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The file's path below `applications`, with dashes and without `.desktop`.
    pub id: String,
    /// What it is called, in the user's language; fit for a label, never empty.
    pub name: String,
    /// What kind of program it is: `Web Browser`.
    pub generic_name: Option<String>,
    /// What it is good for.
    pub comment: Option<String>,
    /// What it says it can open, as MIME types.
    pub media_types: Vec<String>,
    /// By which other words it may be searched.
    pub keywords: Vec<String>,
    /// A name in the icon theme, or an absolute path.
    pub icon: Option<String>,
    /// Under what it is listed.
    pub category: Category,
    /// It runs in a terminal.
    pub terminal: bool,
    /// Where it wants to be started.
    pub directory: Option<PathBuf>,
    /// What its windows may call themselves.
    pub window_class: Option<String>,
    /// It is offered to the user; else it only gives its windows a name and an icon.
    pub listed: bool,
    exec: String,
    file: PathBuf,
}

/// The entries of the machine and of the user.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    /// By name.
    entries: Vec<Entry>,
    /// What runs a program that needs a terminal.
    terminal: Option<Terminal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Terminal {
    Foot,
    Xterm,
}

impl Entries {
    /// Reads all of them. Touches the disk: some milliseconds for some hundred files.
    pub fn scan(dirs: &Dirs, locale: &Locale) -> Self {
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        for root in dirs.data.iter().map(|dir| dir.join("applications")) {
            for file in files::list_below(&root, MOST_DEPTH, MOST_FILES) {
                let Some(id) = id_of(&root, &file) else { continue };
                // An entry that hides itself also hides those of its name in directories that count for less.
                if !seen.insert(id.clone()) {
                    continue;
                }
                match files::read_bounded(&file, MOST_BYTES) {
                    Ok(bytes) => entries.extend(read(id, &file, &String::from_utf8_lossy(&bytes), dirs, locale)),
                    Err(error) => tracing::debug!(file = %file.display(), %error, "a desktop entry was not read"),
                }
            }
        }
        entries.sort_by_cached_key(|entry: &Entry| (entry.name.to_lowercase(), entry.id.clone()));
        let terminal = [(Terminal::Foot, "foot"), (Terminal::Xterm, "xterm")];
        let terminal =
            terminal.into_iter().find(|(_, name)| dirs.program(name).is_some()).map(|(terminal, _)| terminal);
        Self { entries, terminal }
    }

    /// The entries that are offered, by name.
    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.listed)
    }

    /// The folders that they lie in.
    pub fn folders(&self) -> BTreeSet<&Path> {
        self.entries.iter().filter_map(|entry| entry.file.parent()).collect()
    }

    /// The entry of that id, offered or not.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The entry that the windows of this `app_id` most likely belong to: that of the same id, else one that says its
    /// windows are called so, else one that shares the last component of the name, else one whose program is called so.
    pub fn find(&self, app_id: &str) -> Option<&Entry> {
        if app_id.is_empty() {
            return None;
        }
        if let Some(entry) = self.get(app_id) {
            return Some(entry);
        }
        let wanted = app_id.to_lowercase();
        let class = |entry: &Entry| entry.window_class.as_ref().is_some_and(|class| class.to_lowercase() == wanted);
        let rules: [&dyn Fn(&Entry) -> bool; 4] = [
            &|entry| entry.id.to_lowercase() == wanted,
            &class,
            &|entry| last_component(&entry.id.to_lowercase()) == last_component(&wanted),
            &|entry| entry.program().is_some_and(|program| program.to_lowercase() == wanted),
        ];
        rules.iter().find_map(|rule| {
            let mut found = self.entries.iter().filter(|entry| rule(entry));
            let first = found.clone().next();
            // One that is offered is likelier the program than one that opens a certain kind of file with it.
            found.find(|entry| entry.listed).or(first)
        })
    }

    /// The entries that are offered and fit what was typed, the best first. `recency` says how lately an entry was
    /// started, more being later; with nothing typed it alone decides.
    pub fn search(&self, query: &str, recency: impl Fn(&str) -> u64) -> Vec<&Entry> {
        search::search(self.all(), query, recency)
    }

    /// The words that start an entry, in a terminal if it needs one.
    ///
    /// # Errors
    /// If its `Exec` line is no command, or there is no terminal.
    pub fn command(&self, entry: &Entry) -> Result<Vec<String>, ExecError> {
        self.in_terminal(entry, entry.words(None)?)
    }

    /// The words that open a file, given by its absolute path, or something given by its address.
    ///
    /// # Errors
    /// If the entry's `Exec` line is no command, or there is no terminal.
    pub fn command_to_open(&self, entry: &Entry, what: &str) -> Result<Vec<String>, ExecError> {
        let address = if what.starts_with('/') { address_of(what) } else { what.to_owned() };
        let mut words = entry.words(Some(Open { path: what, address: &address }))?;
        // A program that does not say where a file goes gets it last.
        if !exec::takes_files(&entry.exec) {
            words.push(what.to_owned());
        }
        self.in_terminal(entry, words)
    }

    fn in_terminal(&self, entry: &Entry, mut words: Vec<String>) -> Result<Vec<String>, ExecError> {
        if entry.terminal {
            let wrapper = match self.terminal.ok_or(ExecError::NoTerminal)? {
                // The window carries the entry's name, so that it is a program of its own and not one more terminal.
                Terminal::Foot => vec!["foot".to_owned(), format!("--app-id={}", entry.id), "-e".to_owned()],
                Terminal::Xterm => ["xterm", "-class", &entry.id, "-e"].map(str::to_owned).into(),
            };
            words.splice(0..0, wrapper);
        }
        Ok(words)
    }

    /// The words that start a terminal, if there is one.
    pub fn terminal(&self) -> Option<Vec<String>> {
        let name = match self.terminal? {
            Terminal::Foot => "foot",
            Terminal::Xterm => "xterm",
        };
        Some(vec![name.to_owned()])
    }
}

impl Entry {
    fn words(&self, open: Option<Open>) -> Result<Vec<String>, ExecError> {
        let file = self.file.to_str().unwrap_or_default();
        exec::words(&self.exec, Fields { name: &self.name, icon: self.icon.as_deref(), file, open })
    }

    /// The name of the program that it starts, without its directory.
    fn program(&self) -> Option<String> {
        let words = self.words(None).ok()?;
        let program = Path::new(words.first()?).file_name()?;
        Some(program.to_str()?.to_owned())
    }
}

/// The address of a file: its path with everything encoded that means something in an address.
fn address_of(path: &str) -> String {
    let mut address = String::from("file://");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

/// `org.mozilla.firefox` is `firefox`.
fn last_component(id: &str) -> &str {
    id.rsplit('.').next().unwrap_or(id)
}

/// `kde/foo.desktop` is `kde-foo`.
fn id_of(root: &Path, file: &Path) -> Option<String> {
    let path = file.strip_prefix(root).ok()?.to_str()?;
    Some(path.strip_suffix(".desktop")?.replace('/', "-"))
}

/// One file; nothing if it describes no program that is here.
fn read(id: String, file: &Path, text: &str, dirs: &Dirs, locale: &Locale) -> Option<Entry> {
    let keys = Keys::parse(text, locale)?;
    if keys.string("Type")? != "Application" || keys.is_true("Hidden") {
        return None;
    }
    if keys.string("TryExec").is_some_and(|program| dirs.program(&program).is_none()) {
        return None;
    }
    let label = |key| keys.string(key).map(|text| label::clean(&text)).filter(|text| !text.is_empty());
    let names_us = |key| keys.list(key).map(|desktops| desktops.iter().any(|desktop| desktop == DESKTOP));
    let shown_here = names_us("OnlyShowIn").unwrap_or(true) && !names_us("NotShowIn").unwrap_or(false);
    let mut media_types = keys.list("MimeType").unwrap_or_default();
    media_types.truncate(MOST_TYPES);
    let mut keywords = keys.list("Keywords").unwrap_or_default();
    keywords.truncate(MOST_KEYWORDS);
    Some(Entry {
        name: label("Name")?,
        generic_name: label("GenericName"),
        comment: label("Comment"),
        keywords,
        media_types,
        icon: keys.string("Icon"),
        category: Category::of(&keys.list("Categories").unwrap_or_default()),
        terminal: keys.is_true("Terminal"),
        directory: keys.string("Path").map(PathBuf::from).filter(|path| path.is_absolute()),
        window_class: keys.string("StartupWMClass"),
        listed: shown_here && !keys.is_true("NoDisplay"),
        exec: keys.string("Exec")?,
        file: file.to_owned(),
        id,
    })
}

#[cfg(test)]
mod tests;
