//! What may follow a text, and what was run before: `complete --do-complete` and `history search`.

use std::path::Path;
use std::time::Duration;

use rustix::fs::Access;

use super::child::{Output, run};
use super::{Fish, QueryError, checked};
use crate::api::Candidate;

const WITHIN: Duration = Duration::from_millis(500);
const MAX_OUTPUT: usize = 1 << 20;
const MAX_CANDIDATES: usize = 256;
/// Longest candidate, in bytes.
const MAX_CANDIDATE: usize = 4096;
/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 200;
/// Most commands of one answer.
const MAX_COMMANDS: usize = 256;

/// The user's completions and functions, and those of the system, are found as a Fish with its configuration finds them;
/// what the configuration does is not done.
const COMPLETE: &str = r#"
set -l config $XDG_CONFIG_HOME
test -n "$config"; or set config $HOME/.config
set -l data $XDG_DATA_HOME
test -n "$data"; or set data $HOME/.local/share
set -l system (string split --no-empty : -- "$XDG_DATA_DIRS")
test -n "$system"; or set system /usr/local/share /usr/share
set -g fish_function_path $config/fish/functions /etc/fish/functions $system/fish/vendor_functions.d $__fish_data_dir/functions
set -g fish_complete_path $config/fish/completions /etc/fish/completions $system/fish/vendor_completions.d $__fish_data_dir/completions $data/fish/generated_completions
complete --escape "--do-complete=$argv[1]"
"#;

/// Without its configuration a Fish has no history but the one it is told of.
const HISTORY: &str = r"
set -g fish_history fish
history search --null --max=$argv[2] --contains -- $argv[1]
";

impl Fish {
    /// What may follow `text`, of which the cursor is at the end, for a shell in `directory`. Takes at most half a second.
    ///
    /// # Errors
    /// If it could not be asked, or not be answered in time.
    pub fn complete(&self, text: &str, directory: &Path) -> Result<Vec<Candidate>, QueryError> {
        if rustix::fs::access(directory, Access::EXEC_OK).is_err() {
            return Err(QueryError::Directory);
        }
        let mut command = self.command_at_home();
        command.args(["--no-config", "--command", COMPLETE, "--", checked(text)?]).current_dir(directory);
        let output = answered(run(command, "", WITHIN, MAX_OUTPUT)?)?;
        let candidates = whole(&output, b'\n').map(|line| {
            let (text, description) = line.split_once('\t').unwrap_or((&line, ""));
            let shown = |character: &char| !character.is_control();
            let description = description.chars().filter(shown).take(MAX_DESCRIPTION).collect();
            Candidate { text: text.to_owned(), description }
        });
        let fit = |candidate: &Candidate| {
            let text = &candidate.text;
            !text.is_empty() && text.len() <= MAX_CANDIDATE && !text.contains(char::is_control)
        };
        Ok(candidates.filter(fit).take(MAX_CANDIDATES).collect())
    }

    /// At most `limit` commands of the user's history that contain `text`, the newest first, each once. Takes at most half a
    /// second.
    ///
    /// # Errors
    /// If it could not be asked, or not be answered in time.
    pub fn history_search(&self, text: &str, limit: usize) -> Result<Vec<String>, QueryError> {
        let limit = limit.min(MAX_COMMANDS);
        let mut command = self.command_at_home();
        command.args(["--no-config", "--command", HISTORY, "--", checked(text)?, &limit.to_string()]);
        let output = run(command, "", WITHIN, MAX_OUTPUT)?;
        // Finding nothing is no success.
        if !output.status.success() && output.stderr.is_empty() {
            return Ok(Vec::new());
        }
        let output = answered(output)?;
        let mut commands: Vec<String> = Vec::new();
        for command in whole(&output, 0) {
            if !command.is_empty() && command.len() <= super::MAX_TEXT && !commands.contains(&command) {
                commands.push(command);
            }
        }
        commands.truncate(limit);
        Ok(commands)
    }
}

fn answered(output: Output) -> Result<Output, QueryError> {
    if output.cut || output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line: String =
        said.lines().next().unwrap_or_default().chars().filter(|one| !one.is_control()).take(200).collect();
    Err(QueryError::Failed(if line.is_empty() { output.status.to_string() } else { line }))
}

/// What stands before each `end`, and is UTF-8. What was cut off is no answer.
fn whole(output: &Output, end: u8) -> impl Iterator<Item = String> + '_ {
    let known = match output.stdout.iter().rposition(|&byte| byte == end) {
        Some(last) => output.stdout.get(..last).unwrap_or_default(),
        None => &[],
    };
    known.split(move |&byte| byte == end).filter_map(|line| String::from_utf8(line.to_owned()).ok())
}
