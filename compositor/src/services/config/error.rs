//! Mistakes in the user's file, told where they are and in plain words.

use std::fmt;
use std::path::{Path, PathBuf};

/// More mistakes than this in one file are not listed.
const MOST_ERRORS: usize = 64;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// In which file.
    pub file: PathBuf,
    /// Counted from 1; 0 if the file as a whole is meant.
    pub line: usize,
    /// In characters, counted from 1; 0 if the file as a whole is meant.
    pub column: usize,
    /// What is wrong, fit for the screen.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The mistakes found so far in one text.
#[derive(Debug)]
pub(super) struct Errors<'a> {
    file: &'a Path,
    text: &'a str,
    found: Vec<(usize, ConfigError)>,
}

impl<'a> Errors<'a> {
    /// None yet.
    pub fn new(file: &'a Path, text: &'a str) -> Self {
        Self { file, text, found: Vec::new() }
    }

    /// One more, about what stands at byte `at`.
    pub fn add(&mut self, at: usize, message: impl Into<String>) {
        if self.found.len() < MOST_ERRORS {
            let (line, column) = place(self.text, at);
            let error = ConfigError { file: self.file.to_owned(), line, column, message: message.into() };
            self.found.push((at, error));
        }
    }

    /// The line that byte `at` is on.
    pub fn line(&self, at: usize) -> usize {
        place(self.text, at).0
    }

    /// All of them from the top of the file to its end.
    pub fn into_sorted(mut self) -> Vec<ConfigError> {
        self.found.sort_by_key(|(at, _)| *at);
        self.found.into_iter().map(|(_, error)| error).collect()
    }
}

/// Line and column of byte `at`, both counted from 1.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..text.floor_char_boundary(at)).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_lines_and_characters_from_one() {
        assert_eq!(place("", 0), (1, 1));
        assert_eq!(place("ä = 1\nö = 2", 9), (2, 2), "the first letter of the line takes two bytes");
        assert_eq!(place("ä = 1\nö = 2", 8), (2, 1), "within a letter is where it begins");
        assert_eq!(place("one\n", 400), (2, 1), "beyond the end is the end");
    }

    #[test]
    fn mistakes_come_in_the_order_of_the_file_and_no_more_than_anyone_reads() {
        let mut errors = Errors::new(Path::new("x.toml"), "a\nb\nc\n");
        errors.add(4, "third");
        errors.add(0, "first");
        let told: Vec<String> = errors.into_sorted().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["x.toml:1:1: first", "x.toml:3:1: third"]);

        let mut errors = Errors::new(Path::new("x.toml"), "");
        (0..10_000).for_each(|n| errors.add(n, "again"));
        assert_eq!(errors.into_sorted().len(), MOST_ERRORS);
    }
}
