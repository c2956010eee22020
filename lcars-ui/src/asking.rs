//! What a program asks the user for: files, a program, a permission, a point of the picture. What was asked never changes;
//! what the user has done about it so far stands beside it, and what comes of it is a [`Verdict`].

use std::sync::Arc;

use crate::files::{FileName, Listing, Rule};
use crate::geometry::Point;
use crate::hierarchy::WindowId;
use crate::interface::text_box;
use crate::view::Launchable;

/// A question that is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// Its name.
    pub id: u64,
    /// The window that it belongs to; any where none is named.
    pub window: Option<WindowId>,
    /// What was asked.
    pub asked: Arc<Asked>,
    /// What was done about it.
    pub doing: Doing,
    /// What came of it.
    pub verdict: Option<Verdict>,
}

/// What was asked. All texts are a stranger's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who asks, for people.
    pub program: String,
    /// What it is about, in the program's own words; may be empty.
    pub title: String,
    /// What is to be written on the button that ends it well.
    pub accept: Option<String>,
    /// What it is.
    pub what: What,
    /// Which files are to be seen, one of these at a time.
    pub filters: Vec<Sieve>,
    /// What else there is to choose.
    pub choices: Vec<Choice>,
    /// Directories that one comes to at once, and their names.
    pub places: Vec<(String, Arc<[u8]>)>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Files that are there.
    Open {
        /// Also several.
        multiple: bool,
    },
    /// A directory that is there.
    Folder,
    /// A directory and a name.
    Save,
    /// A directory for files of these names.
    SaveAll {
        /// As they are called there.
        names: Vec<FileName>,
    },
    /// One of these programs.
    Program {
        /// The one that was chosen the last time comes first.
        programs: Vec<Launchable>,
        /// What it is for.
        to_open: String,
    },
    /// Whether something may be done.
    Permit {
        /// What is said about it.
        text: String,
        /// What is to be written on the button that denies it.
        deny: Option<String>,
    },
    /// A point of the picture.
    Point,
}

/// Which files are to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sieve {
    /// For people.
    pub name: String,
    /// One of these is enough; all where there is none.
    pub rules: Arc<[Rule]>,
}

/// Something else to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// For people.
    pub label: String,
    /// What it may be, for people; at least one.
    pub options: Vec<String>,
    /// Which it is at first.
    pub first: usize,
}

/// What the user has done so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doing {
    /// The directory that is to be seen; absolute.
    pub directory: Arc<[u8]>,
    /// What is looked for, or the name to save under.
    pub text: String,
    /// Which of the filters is in force.
    pub filter: usize,
    /// What was chosen of each of the choices.
    pub chosen: Vec<usize>,
    /// A file of this name is there, and the user is asked whether it may go.
    pub over: Option<FileName>,
    /// Why the last thing that was asked for was not done.
    pub note: Option<String>,
    /// All that is in the directory, whatever the filter lets be seen.
    pub whole: Option<Arc<Listing>>,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// These files, by their absolute paths.
    Files(Vec<Vec<u8>>),
    /// The program at this place.
    Program(usize),
    /// It may.
    Granted,
    /// This point of the picture, output logical.
    Point(Point),
    /// The user does not want to.
    Cancelled,
}

impl Asked {
    /// Whether it is about files.
    pub fn is_of_files(&self) -> bool {
        matches!(self.what, What::Open { .. } | What::Folder | What::Save | What::SaveAll { .. })
    }

    /// Whether what is typed is looked for, and not a name.
    pub fn looks(&self) -> bool {
        matches!(self.what, What::Open { .. } | What::Folder | What::SaveAll { .. } | What::Program { .. })
    }

    /// The programs whose names have this in them, with their places.
    pub fn programs(&self, text: &str) -> Vec<(usize, &Launchable)> {
        let What::Program { programs, .. } = &self.what else { return Vec::new() };
        let wanted = text.trim().to_lowercase();
        programs.iter().enumerate().filter(|(_, program)| program.name.to_lowercase().contains(&wanted)).collect()
    }
}

impl Asking {
    /// A question as it is asked.
    pub fn new(id: u64, window: Option<WindowId>, asked: Asked, directory: Arc<[u8]>, name: &str) -> Self {
        let chosen = asked.choices.iter().map(|choice| choice.first).collect();
        let text = if asked.what == What::Save { fit_name(name) } else { String::new() };
        let doing = Doing { directory, text, chosen, ..Doing::default() };
        Self { id, window, asked: Arc::new(asked), doing, verdict: None }
    }

    /// The box that what is typed goes to.
    pub fn text_box(&mut self) -> Option<&mut String> {
        let typed = self.asked.looks() || self.asked.what == What::Save;
        (typed && self.doing.over.is_none()).then_some(&mut self.doing.text)
    }

    /// What lets be seen what is to be seen.
    pub fn sieve(&self) -> Option<&Sieve> {
        self.asked.filters.get(self.doing.filter)
    }

    /// Whether the directory has something of this name; `None` while nobody knows.
    pub fn has(&self, name: &FileName) -> Option<bool> {
        let whole = self.doing.whole.as_ref().filter(|whole| whole.path == self.doing.directory)?;
        let there = whole.entries.iter().any(|entry| entry.name == *name);
        (there || whole.progress == crate::files::Progress::Whole).then_some(there || whole.cut)
    }
}

/// A name as it fits into the box: what is too long loses letters before its ending.
pub fn fit_name(name: &str) -> String {
    let mut whole = String::new();
    let length = name.chars().count();
    let ending = name.rfind('.').filter(|at| *at > 0 && name.len() - at <= 16);
    match ending.map(|at| name.split_at(at)).filter(|_| length > text_box::MOST_CHARS) {
        Some((stem, ending)) => {
            let room = text_box::MOST_CHARS.saturating_sub(ending.chars().count());
            whole.extend(stem.chars().take(room));
            whole.push_str(ending);
        }
        None => whole.push_str(name),
    }
    let mut text = String::new();
    text_box::insert(&mut text, &whole.replace('/', "_"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_ending() {
        assert_eq!(fit_name("notes.txt"), "notes.txt");
        assert_eq!(fit_name("../etc/passwd"), ".._etc_passwd");
        let long = fit_name(&format!("{}.tar.gz", "x".repeat(300)));
        assert!(long.ends_with("x.gz") && long.chars().count() == text_box::MOST_CHARS, "{long}");
        assert_eq!(fit_name(&"x".repeat(300)).len(), text_box::MOST_CHARS);
    }
}
