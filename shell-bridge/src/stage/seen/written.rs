//! Files that a text first writes and then runs: `curl -o x …; sh x`. What is in them nobody has seen.

use super::walk::{Call, Frame, Walker};
use super::{Arg, Sign, effects};

/// So many files that a text writes are remembered.
const MOST: usize = 64;

/// The name without its directory: two ways to name a file are taken for one.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

impl Walker<'_> {
    /// Remembers what a command brings into files. `redirected` are those that its output goes to.
    pub(super) fn remember_written(
        &mut self,
        name: &str,
        args: &[Arg],
        writes: &[Arg],
        redirected: &[Arg],
        from: &[String],
    ) {
        let mut files: Vec<String> = redirected.iter().map(|arg| base(&arg.text).to_owned()).collect();
        match name {
            "curl" | "wget" | "tee" | "sponge" | "dd" | "openssl" | "gpg" | "aria2c" | "sed" => {
                files.extend(writes.iter().map(|arg| base(&arg.text).to_owned()));
                // Without another name it is that of the address.
                let addresses = args.iter().filter(|arg| arg.text.contains("://"));
                files.extend(
                    addresses.map(|arg| base(arg.text.split(['?', '#']).next().unwrap_or_default()).to_owned()),
                );
            }
            // What is copied, moved or linked is still what it was.
            "cp" | "mv" | "ln" | "install" => {
                let operands = effects::operands(args);
                let source = operands.iter().find_map(|arg| self.written_by(&arg.text));
                if let Some(from) = source {
                    let files = writes.iter().map(|arg| (base(&arg.text).to_owned(), from.clone()));
                    self.written.extend(files.take(MOST));
                }
            }
            _ => {}
        }
        for file in files {
            if !file.is_empty() && self.written.len() < MOST {
                let from = from.iter().cloned().chain([name.to_owned()]).collect();
                self.written.push((file, from));
            }
        }
    }

    fn written_by(&self, file: &str) -> Option<Vec<String>> {
        self.written.iter().find(|(written, _)| written == base(file)).map(|(_, from)| from.clone())
    }

    /// A file is run: as a program, or by one that reads its code from it.
    pub(super) fn run_written(&mut self, file: &Arg, call: &Call, frame: &Frame) {
        if let Some(from) = self.written_by(&file.text) {
            self.sign(Sign::HiddenCode, call.at.clone(), frame, from);
        }
    }
}
