//! What stands around a command and changes what it does: variables that are set for it, the directory that the text has
//! gone to, a loop that never ends.

use std::path::PathBuf;

use super::syntax::{Command, Script, Stage, Word};
use super::walk::{Call, Frame, Walker};
use super::{Arg, effects};

/// So many directories that a text goes to are looked at.
const MOST_DIRECTORIES: usize = 8;

impl Walker<'_> {
    /// Variables that are set for one command, as if they were set for all.
    pub(super) fn assigned(&mut self, assigns: &[Word], call: &Call, frame: &Frame) {
        for word in assigns {
            let arg = Arg { text: word.text.clone(), at: frame.at(&word.at) };
            self.carried_text("export", &arg, frame);
            let call = Call { at: call.at.clone(), ..Call::default() };
            self.record(
                "export".into(),
                &call,
                &[arg],
                &Frame { from: Vec::new(), reads: Vec::new(), ..frame.clone() },
                None,
            );
        }
    }

    /// The text goes to another directory.
    pub(super) fn goes(&mut self, name: &str, args: &[Arg]) {
        self.moved = true;
        let to = match effects::operands(args).as_slice() {
            [] if name == "cd" => self.context.home.to_string_lossy().into_owned(),
            [to] if to.known() && to.text != "-" && name != "popd" => to.text.clone(),
            _ => return,
        };
        let bases = self.directories.iter().chain([&self.context.directory]);
        let found: Vec<PathBuf> = bases.map(|base| base.join(&to)).filter(|path| path.is_absolute()).collect();
        for path in found {
            if self.directories.len() < MOST_DIRECTORIES && !self.directories.contains(&path) {
                self.directories.push(path);
            }
        }
    }
}

/// Whether a loop that never ends does nothing but start commands that it does not wait for.
pub(super) fn starts_without_end(head: &[Word], body: &Script) -> bool {
    let [keyword] = head else { return false };
    let Some((condition, rest)) = body.pipelines.split_first() else { return false };
    let [Stage { command: Command::Simple { words, .. }, .. }] = condition.stages.as_slice() else { return false };
    let (endless, last) = (words.last().map(|word| word.text.as_str()), words.len() == 1);
    let endless = match keyword.text.as_str() {
        "while" => matches!(endless, Some("true" | ":" | "/bin/true")),
        "until" => matches!(endless, Some("false" | "/bin/false")),
        _ => false,
    };
    endless && last && !rest.is_empty() && rest.iter().all(|pipeline| pipeline.background)
}
