//! Whether a rule speaks of an invocation.

use std::path::{Path, PathBuf};

use super::places::{absolute, could_be, is_at};
use super::{Policy, Rule};
use crate::stage::Context;
use crate::stage::seen::{Arg, Invocation};
use crate::stage::syntax::UNKNOWN;

/// Options of commands with subcommands that take a value in a word of their own and stand before the subcommand.
const GLOBAL_OPTIONS: [(&str, &[&str]); 6] = [
    ("git", &["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path"]),
    ("docker", &["-H", "--host", "--context", "-c", "-l", "--log-level", "--config", "-f", "--file", "-p"]),
    ("podman", &["--url", "--connection", "-c", "--log-level", "--root"]),
    ("kubectl", &["-n", "--namespace", "--context", "--kubeconfig", "--cluster", "--user", "-s", "--server"]),
    ("systemctl", &["-H", "-M", "--host", "--machine", "-t", "--type"]),
    ("apt-get", &["-o", "-c", "-t"]),
];

impl Policy {
    /// Whether all of a rule's conditions hold for an invocation.
    pub(super) fn speaks_of(&self, rule: &Rule, seen: &Invocation, line: &str, context: &Context) -> bool {
        let here = if seen.elsewhere { Path::new("") } else { &context.directory };
        let directories = || [here].into_iter().chain(seen.directories.iter().map(PathBuf::as_path));
        let places = |patterns: &[String], args: &[Arg]| {
            args.iter().any(|arg| {
                let is_one = |pattern, directory| self.is_one_of(&arg.text, pattern, directory, context);
                patterns.iter().any(|pattern| directories().any(|directory| is_one(pattern, directory)))
            })
        };
        let names = |patterns: &[String], names: &[String]| {
            names.iter().any(|name| patterns.iter().any(|pattern| could_be(name, pattern)))
        };
        let held = [
            rule.commands.as_ref().map(|commands| commands.iter().any(|command| is_command(seen, command))),
            rule.flags.as_ref().map(|flags| flags.iter().any(|flag| has_flag(&seen.args, flag))),
            rule.operands.as_ref().map(|patterns| places(patterns, &seen.args)),
            rule.writes.as_ref().map(|patterns| places(patterns, &seen.writes)),
            rule.reads.as_ref().map(|patterns| places(patterns, &seen.reads)),
            rule.via.as_ref().map(|patterns| names(patterns, &seen.via)),
            rule.from.as_ref().map(|patterns| names(patterns, &seen.from)),
            rule.signs.as_ref().map(|signs| seen.sign.is_some_and(|sign| signs.contains(&sign))),
            rule.line_matches.as_ref().map(|pattern| pattern.is_match(line)),
        ];
        held.into_iter().flatten().all(|holds| holds)
    }

    fn is_one_of(&self, word: &str, pattern: &str, directory: &Path, context: &Context) -> bool {
        let Some(set) = pattern.strip_prefix('@') else { return could_be(word, pattern) };
        // `--output=/etc/x`, `of=/dev/sda`, `host:/path`, `@/path`: what stands behind the sign is a path too.
        let behind = |sign| word.split_once(sign).map(|(_, path)| path);
        let words = [Some(word), behind('='), behind(':'), behind('@')];
        let paths = words.into_iter().flatten().filter_map(|word| absolute(word, directory));
        let places = self.places.get(set).map(Vec::as_slice).unwrap_or_default();
        paths.into_iter().any(|path| places.iter().any(|place| is_at(&path, place, &context.home)))
    }
}

/// Whether the invocation is of that command, `git push` being one.
fn is_command(seen: &Invocation, command: &str) -> bool {
    let mut parts = command.split(' ');
    let Some(name) = parts.next() else { return false };
    if !could_be(&seen.name, name) {
        return false;
    }
    let valued = GLOBAL_OPTIONS.iter().find(|(command, _)| *command == name).map_or(&[][..], |(_, options)| *options);
    let mut args = seen.args.iter();
    parts.all(|part| {
        while let Some(arg) = args.next() {
            if valued.contains(&arg.text.as_str()) {
                args.next();
            } else if !arg.text.starts_with('-') {
                // What is unknown could be it.
                return arg.text.starts_with(UNKNOWN) || could_be(&arg.text, part);
            }
        }
        false
    })
}

/// Whether a flag is given, in any of the ways in which it can be written.
fn has_flag(args: &[Arg], flag: &str) -> bool {
    let letter = flag.strip_prefix('-').filter(|letter| letter.chars().count() == 1 && *letter != "-");
    for arg in args {
        let text = arg.text.as_str();
        if text == flag {
            return true;
        }
        if text == "--" {
            return false;
        }
        let Some(rest) = text.strip_prefix('-') else { continue };
        match (rest.strip_prefix('-'), letter) {
            // Long flags can be shortened.
            (Some(_), None) if flag.starts_with("--") => {
                let name = text.split('=').next().unwrap_or_default();
                if name.len() > 4 && flag.starts_with(name) {
                    return true;
                }
            }
            (None, Some(letter)) => {
                let cluster: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
                if cluster.contains(letter) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> Vec<Arg> {
        text.split(' ').map(|text| Arg { text: text.to_owned(), at: 0..0 }).collect()
    }

    #[test]
    fn flags_are_found_however_they_are_written() {
        for (given, flag, found) in [
            ("-rf x", "-r", true),
            ("-fR x", "-R", true),
            ("--recursive x", "--recursive", true),
            ("--recurs x", "--recursive", true),
            ("--force=yes", "--force", true),
            ("--re", "--recursive", false),
            ("-- -r", "-r", false),
            ("x -delete", "-delete", true),
            ("--relative", "-r", false),
            ("-n10", "-r", false),
        ] {
            assert_eq!(has_flag(&args(given), flag), found, "{given} {flag}");
        }
    }

    #[test]
    fn subcommands_are_found_behind_the_options_of_their_command() {
        let seen = |name: &str, text: &str| Invocation { name: name.into(), args: args(text), ..Invocation::default() };
        assert!(is_command(&seen("git", "-C dir -c a=b push --force"), "git push"));
        assert!(!is_command(&seen("git", "commit -m push"), "git push"));
        assert!(is_command(&seen("docker", "system prune -a"), "docker system prune"));
        assert!(is_command(&seen("apt-get", "-y remove x"), "apt-get remove"));
    }
}
