//! Commands among the arguments of programs that this crate knows nothing of: `perf stat rm -rf x`, `poetry run rm -rf x`,
//! `PAGER='rm -rf x'`. Whether such a program runs them nobody can tell; that it hands them on is the careful side.

use super::walk::{Call, Frame, Walker};
use super::{Arg, syntax};

/// Commands that nobody writes among the arguments of another program by chance.
const TELLING: [&str; 16] = [
    "rm", "shred", "srm", "dd", "mkfs", "mke2fs", "wipefs", "chmod", "chown", "sudo", "doas", "reboot", "poweroff",
    "curl", "wget", "killall",
];
/// Programs for which all of this is a text, the name of a file, or a command of their own.
const SPEAK_OF_IT: [&str; 45] = [
    "echo",
    "printf",
    "string",
    "set",
    "export",
    "test",
    "[",
    "cd",
    "ls",
    "cat",
    "cp",
    "mv",
    "ln",
    "touch",
    "mkdir",
    "tee",
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "ag",
    "man",
    "info",
    "help",
    "tldr",
    "which",
    "whereis",
    "whatis",
    "apropos",
    "type",
    "contains",
    "abbr",
    "alias",
    "functions",
    "history",
    "git",
    "gh",
    "hg",
    "apt",
    "apt-get",
    "apk",
    "dnf",
    "notify-send",
    "tos-stage",
    "tos-result",
];
/// So many of them are looked at in one command; within what one of those runs only the first.
const MOST: usize = 4;
/// So many arguments of each of them count.
const MOST_ARGUMENTS: usize = 64;
/// Shells, whose code stands behind their `-c`.
const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "fish"];

impl Walker<'_> {
    /// Looks at what a program that is none of those that are known may run of its arguments.
    pub(super) fn carried(&mut self, name: &str, args: &[Arg], call: &Call, frame: &Frame) {
        if SPEAK_OF_IT.contains(&name) || is_telling(name) || !args.iter().any(Arg::known) {
            // These start a pager or the other side by an option all the same.
            let options = args.iter().filter(|arg| {
                matches!(name, "man" | "git") && !arg.text.starts_with("-m") && arg.text.starts_with('-')
            });
            let pager = args.iter().position(|arg| name == "man" && arg.text == "-P").and_then(|at| args.get(at + 1));
            options.chain(pager).for_each(|arg| self.carried_text(name, arg, frame));
            return;
        }
        let mut left = if self.carrying { 1 } else { MOST };
        for (place, arg) in args.iter().enumerate() {
            let rest = args.get(place..args.len().min(place + MOST_ARGUMENTS)).unwrap_or_default();
            let word = arg.text.strip_prefix('=').unwrap_or(&arg.text);
            let last = word.rsplit('/').next().unwrap_or_default();
            let code_follows = SHELLS.contains(&last) && rest.get(1).is_some_and(|next| next.text.starts_with("-c"));
            if (is_telling(last) && rest.len() > 1) || code_follows {
                let mut inner = rest.to_vec();
                if let Some(first) = inner.first_mut() {
                    first.text = last.to_owned();
                }
                let before = std::mem::replace(&mut self.carrying, true);
                self.inner(name, inner, call, frame);
                self.carrying = before;
            } else if telling_in(&arg.text).is_some() {
                self.carried_text(name, arg, frame);
            } else {
                continue;
            }
            left -= 1;
            if left == 0 {
                return;
            }
        }
    }

    /// The same within one argument, or one value of a variable.
    pub(super) fn carried_text(&mut self, name: &str, arg: &Arg, frame: &Frame) {
        let Some(start) = telling_in(&arg.text) else { return };
        let code = arg.text.get(start..).unwrap_or_default().to_owned();
        let before = std::mem::replace(&mut self.carrying, true);
        self.code(&code, &arg.at, &Frame { posix: true, plain: true, ..frame.within(name) });
        self.carrying = before;
    }
}

fn is_telling(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    syntax::is_known(name) && TELLING.contains(&stem)
}

/// Where in a text of several words one of them begins that is followed by an argument.
fn telling_in(text: &str) -> Option<usize> {
    let mut from = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let at = from;
        from += word.len();
        let bare = word.trim_end();
        let begins = bare.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')));
        let name = begins.map_or(0, |sign| sign + bare[sign..].chars().next().map_or(0, char::len_utf8));
        let follows = text.get(from..).is_some_and(|rest| !rest.trim().is_empty());
        // `-Orm`, `-Irm`: the letter of an option.
        let shift = match bare.get(name..) {
            Some(last) if is_telling(last) => Some(0),
            Some(last) if last.starts_with('-') => last.get(2..).filter(|rest| is_telling(rest)).map(|_| 2),
            _ => None,
        };
        if let Some(shift) = shift
            && follows
        {
            return Some(at + name + shift);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_wherever_it_begins_in_a_text() {
        for (text, found) in [
            ("rm -rf x", Some("rm -rf x")),
            ("x:;rm -rf x", Some("rm -rf x")),
            ("\\! rm -rf x", Some("rm -rf x")),
            ("core.pager=/bin/rm -rf x", Some("rm -rf x")),
            ("-Orm -rf x", Some("rm -rf x")),
            ("|mkfs.ext4 x", Some("mkfs.ext4 x")),
            ("rm", None),
            ("the rm", None),
            ("farm x", None),
            ("", None),
            ("é rm", None),
        ] {
            assert_eq!(telling_in(text).and_then(|at| text.get(at..)), found, "{text}");
        }
    }
}
