//! Which part of a text is what: Fish's own highlighter, `fish_indent --ansi`.
//!
//! It is told a colour of its own for each role, so that what it gives can be read back without doubt. It also tidies the
//! text; its answer is laid over the text as it was, and taken only if nothing but spaces, quotes and separators differs.

use std::ops::Range;
use std::time::Duration;

use super::child::run;
use super::{Fish, QueryError, checked};

const WITHIN: Duration = Duration::from_millis(500);
const MAX_OUTPUT: usize = 2 << 20;

/// What a part of a command line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What is run.
    Command,
    /// `if`, `and`, `end`.
    Keyword,
    /// What begins with `-`.
    Option,
    /// What else a command is given.
    Parameter,
    /// Between quotes.
    Quote,
    /// `>file`.
    Redirection,
    /// `$name`, `*`, `(`.
    Operator,
    /// `|`, `;`, `&`.
    Separator,
    /// `\n`.
    Escape,
    /// Behind `#`.
    Comment,
    /// What cannot stand there.
    Error,
}

/// Fish's names of the roles. The place here is the blue of the colour.
const NAMES: [(&str, Option<Role>); 12] = [
    ("normal", None),
    ("command", Some(Role::Command)),
    ("keyword", Some(Role::Keyword)),
    ("option", Some(Role::Option)),
    ("param", Some(Role::Parameter)),
    ("quote", Some(Role::Quote)),
    ("redirection", Some(Role::Redirection)),
    ("operator", Some(Role::Operator)),
    ("end", Some(Role::Separator)),
    ("escape", Some(Role::Escape)),
    ("comment", Some(Role::Comment)),
    ("error", Some(Role::Error)),
];

/// Neighbouring characters of one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What they are.
    pub role: Role,
}

impl Fish {
    /// The parts of `text` that have a role, in order. None where Fish's answer cannot be laid over the text. Takes at most
    /// half a second.
    ///
    /// # Errors
    /// If it could not be asked, or not be answered in time.
    pub fn colours(&self, text: &str) -> Result<Option<Vec<Span>>, QueryError> {
        let text = checked(text)?;
        let mut command = self.command(&self.program.with_file_name("fish_indent"));
        command.arg("--ansi").env("COLORTERM", "truecolor").env("fish_term24bit", "1").env("TERM", "xterm-256color");
        for (index, (name, _)) in NAMES.iter().enumerate() {
            command.env(format!("fish_color_{name}"), format!("0000{index:02x}"));
        }
        let output = run(command, text, WITHIN, MAX_OUTPUT)?;
        if !output.status.success() || output.cut {
            return Err(QueryError::Answer);
        }
        let coloured = String::from_utf8(output.stdout).map_err(|_| QueryError::Answer)?;
        Ok(laid_over(text, &read(&coloured)))
    }
}

/// The characters of an answer, each with its role.
fn read(coloured: &str) -> Vec<(char, Option<Role>)> {
    struct Reader {
        role: Option<Role>,
        characters: Vec<(char, Option<Role>)>,
    }
    impl vte::Perform for Reader {
        fn print(&mut self, character: char) {
            self.characters.push((character, self.role));
        }
        fn execute(&mut self, byte: u8) {
            self.characters.push((byte.into(), None));
        }
        fn csi_dispatch(&mut self, parameters: &vte::Params, _: &[u8], _: bool, action: char) {
            if action != 'm' {
                return;
            }
            let values: Vec<u16> = parameters.iter().flatten().copied().collect();
            match values.as_slice() {
                [38, 2, 0, 0, index] => {
                    self.role = NAMES.get(usize::from(*index)).and_then(|(_, role)| *role);
                }
                // Bold and the like are not of the role.
                [1 | 3 | 4 | 7] => {}
                _ => self.role = None,
            }
        }
    }
    let mut reader = Reader { role: None, characters: Vec::new() };
    vte::Parser::new().advance(&mut reader, coloured.as_bytes());
    reader.characters
}

fn laid_over(text: &str, answer: &[(char, Option<Role>)]) -> Option<Vec<Span>> {
    let mut spans: Vec<Span> = Vec::new();
    let mut answer = answer.iter().copied().peekable();
    let mut last = None;
    for (at, character) in text.char_indices() {
        // Its line breaks and indentation are its own.
        while answer.next_if(|(given, _)| given.is_whitespace() && *given != character).is_some() {}
        let role = match answer.next_if(|(given, _)| *given == character) {
            Some((_, role)) => role,
            None if character.is_whitespace() => None,
            // A quote that was not needed is of the role of the word that it stands in.
            None if matches!(character, '\'' | '"') => last.or_else(|| answer.peek().and_then(|(_, role)| *role)),
            None if character == ';' => Some(Role::Separator),
            None if character == '\\' => Some(Role::Escape),
            None => return None,
        };
        last = role;
        let Some(role) = role.filter(|_| !character.is_whitespace() || role == Some(Role::Quote)) else { continue };
        let range = at..at + character.len_utf8();
        match spans.last_mut() {
            Some(span) if span.role == role && span.range.end == range.start => span.range.end = range.end,
            _ => spans.push(Span { range, role }),
        }
    }
    answer.all(|(given, _)| given.is_whitespace()).then_some(spans)
}
