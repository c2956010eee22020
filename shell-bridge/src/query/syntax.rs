//! Whether a text is well formed: `fish --no-execute`.

use std::ops::Range;
use std::time::Duration;

use super::child::run;
use super::{Fish, QueryError, checked};

const WITHIN: Duration = Duration::from_secs(1);
const MAX_OUTPUT: usize = 64 << 10;
/// Longest message that is shown, in characters.
const MAX_MESSAGE: usize = 500;
const SCRIPT: &str = "/dev/stdin";

/// Why a text cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum SyntaxError {
    /// Fish says that it is not well formed.
    #[error(transparent)]
    Mistake(Mistake),
    /// Nobody knows.
    #[error(transparent)]
    Unanswered(#[from] QueryError),
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mistake {
    /// One line, fit for the screen.
    pub message: String,
    /// Where, from 1.
    pub line: Option<usize>,
    /// Which bytes of the text, where Fish tells it in a way that is certain.
    pub at: Option<Range<usize>>,
}

impl Fish {
    /// Whether Fish can parse `text`. Nothing of it is run. Takes at most a second.
    ///
    /// # Errors
    /// If it cannot, with what is wrong; or if it could not be asked.
    pub fn syntax(&self, text: &str) -> Result<(), SyntaxError> {
        let text = checked(text)?;
        let mut command = self.command(&self.program);
        // Read as a file, a script's mistakes are told with their line.
        command.args(["--no-config", "--no-execute", SCRIPT]);
        let output = run(command, text, WITHIN, MAX_OUTPUT)?;
        if output.status.success() {
            return Ok(());
        }
        match read(&String::from_utf8_lossy(&output.stderr), text) {
            Some(mistake) => Err(SyntaxError::Mistake(mistake)),
            None => Err(QueryError::Failed(output.status.to_string()).into()),
        }
    }
}

/// Reads `FILE (line N): MESSAGE`, the line, and a line that has `^` or `^~~^` below what is wrong.
fn read(said: &str, text: &str) -> Option<Mistake> {
    let mut lines = said.lines().skip_while(|line| line.trim().is_empty());
    let first = lines.next()?;
    // Where there is no home, `~` stands before every path.
    let (line, message) =
        match first.trim_start_matches('~').strip_prefix(SCRIPT).and_then(|rest| rest.split_once("): ")) {
            Some((line, message)) => (line.trim_start_matches(" (line ").parse().ok(), message),
            None => (None, first.split_once(": ").map_or(first, |(_, message)| message)),
        };
    let message: String =
        message.trim().chars().filter(|character| !character.is_control()).take(MAX_MESSAGE).collect();
    if message.is_empty() {
        return None;
    }
    let at = place(lines.next(), lines.next(), line, text);
    Some(Mistake { message, line, at })
}

/// None if it is not certain. Fish counts columns of the screen, and shortens what is long.
fn place(quoted: Option<&str>, marks: Option<&str>, line: Option<usize>, text: &str) -> Option<Range<usize>> {
    let (quoted, marks) = (quoted?, marks?.trim_end());
    // The line that is named is the last that was read; the one that is quoted is where the mistake begins.
    let lines: Vec<&str> = text.split('\n').collect();
    let named = line?.checked_sub(1)?;
    let index = if lines.get(named) == Some(&quoted) { named } else { only(&lines, quoted)? };
    let begin: usize = lines.get(..index)?.iter().map(|line| line.len() + 1).sum();
    let from = marks.find('^')?;
    let good = quoted.is_ascii() && !quoted.contains('\t') && marks.chars().all(|mark| matches!(mark, ' ' | '^' | '~'));
    good.then_some(())?;
    // Marks are drawn at least one wide, also behind the end.
    let from_byte = (begin + from).min(text.len());
    let to = (begin + marks.len()).min(begin + quoted.len()).max(from_byte);
    Some(from_byte..to)
}

fn only(lines: &[&str], wanted: &str) -> Option<usize> {
    let mut found = lines.iter().enumerate().filter(|(_, line)| **line == wanted);
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Some(index),
        _ => None,
    }
}
