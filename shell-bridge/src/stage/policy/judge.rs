//! From a text to a verdict.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::places::absolute;
use super::{Policy, Rule};
use crate::stage::seen::{self, Arg, Invocation};
use crate::stage::syntax::is_known;
use crate::stage::{Class, Context, Reason, Verdict};

/// So many paths are told to whoever counts what is deleted.
const MOST_DELETES: usize = 64;

/// Says of which class a text is, and why. It has passed [`super::super::check_text`], and Fish has found no mistake in
/// its syntax. Takes time linear in the text; for a long one that is many milliseconds, so on a worker thread.
#[must_use]
pub fn classify(policy: &Policy, text: &str, context: &Context) -> Verdict {
    let seen = seen::see(text, context);
    let mut reasons = Vec::new();
    let mut secrets = Vec::new();
    for rule in policy.rules.iter().filter(|rule| rule.class != Class::Safe || rule.secret) {
        let of_text = rule.text_matches.as_ref().map(|pattern| pattern.find_iter(text).collect::<Vec<_>>());
        if of_text.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let places: Vec<_> = of_text.iter().flatten().map(regex::Match::range).collect();
        if rule.secret {
            secrets.extend(places.iter().cloned());
        }
        if rule.class == Class::Safe {
            continue;
        }
        if rule.speaks_of_commands() {
            let found = seen.iter().find(|seen| policy.speaks_of(rule, seen, &seen.line(), context));
            reasons.extend(found.map(|seen| reason(rule, Some(seen.at.clone()))));
        } else {
            reasons.push(reason(rule, places.into_iter().next()));
        }
    }
    let mut verdict = Verdict::new(reasons);
    verdict.secrets = secrets;
    verdict.deletes = deletes(&seen, context);
    verdict
}

impl Rule {
    /// It has conditions on a command, and not on the text alone.
    fn speaks_of_commands(&self) -> bool {
        let lists = [&self.commands, &self.flags, &self.operands, &self.writes, &self.reads, &self.via, &self.from];
        lists.iter().any(|list| list.is_some()) || self.signs.is_some() || self.line_matches.is_some()
    }
}

fn reason(rule: &Rule, at: Option<std::ops::Range<usize>>) -> Reason {
    Reason {
        rule: rule.name.clone(),
        class: rule.class,
        text: rule.because.clone(),
        at,
        file: rule.file.clone(),
        line: rule.line,
    }
}

/// What would be deleted with all that is below it, where that can be told.
fn deletes(seen: &[Invocation], context: &Context) -> Vec<PathBuf> {
    let mut paths = BTreeSet::new();
    for seen in seen {
        // Within a container or on another machine paths are not ours.
        let elsewhere =
            seen.via.iter().any(|via| matches!(via.as_str(), "ssh" | "docker" | "podman" | "chroot" | "kubectl"));
        if elsewhere || seen.elsewhere {
            continue;
        }
        let operands: Vec<Arg> = match seen.name.as_str() {
            "rm" | "rmdir" | "unlink" | "shred" => seen::operands(&seen.args),
            "find" if seen.args.iter().any(|arg| arg.text == "-delete") => {
                seen.args.iter().take_while(|arg| !arg.text.starts_with(['-', '(', '!'])).cloned().collect()
            }
            _ => continue,
        };
        let known = operands.iter().filter_map(|arg| absolute(&arg.text, &context.directory));
        paths.extend(known.filter(|path| is_known(path)).map(PathBuf::from));
    }
    paths.into_iter().take(MOST_DELETES).collect()
}
