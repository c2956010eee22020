//! The rules that say of which class a command is: shipped ones, and the user's over them.
//!
//! `policy.toml` is TOML. `[paths]` names sets of places; `[[rule]]` is one rule:
//!
//! | key | holds if |
//! |---|---|
//! | `commands` | the command is one of these: `"rm"`, `"mkfs*"`, or with its first operands, `"git push"` |
//! | `flags` | it has one of these: `"-r"` (also within `-rf`), `"--recursive"` (also shortened, or with `=value`) |
//! | `operands` | an operand is one of these: `"@system"` (a set of places), or a pattern with `*` |
//! | `writes` | a file that it writes to (redirection, `tee`, `of=`, the target of `cp` …) is one of these |
//! | `reads` | a file that comes into it (`<`), or that those name whose output it gets, is one of these |
//! | `via` | it is wrapped in one of these: `"xargs"`, `"ssh"` |
//! | `from` | it reads what one of these writes, or has it as an argument |
//! | `line` | name and arguments in a line, a space between two, match this regular expression |
//! | `signs` | it has one of the signs of what cannot be seen: `"hidden-code"` |
//! | `text` | the whole text matches this regular expression |
//!
//! All keys of a rule have to hold for one command. `name`, `class` and `because` are in every rule; `secret = true` with
//! `text` masks what matched in the audit log. A rule of the user's file replaces the shipped one of the same name, so
//! that `class = "safe"` turns it off; `[paths]` of the user add to the shipped ones.

mod judge;
mod matching;
mod places;
mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use super::Class;
use super::seen::Sign;

pub use judge::classify;

/// The shipped rules.
const SHIPPED: &str = include_str!("../../../policy.toml");
/// What the file with them is called, for people.
const SHIPPED_NAME: &str = "policy.toml";

/// A mistake in a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    /// The file, as it was named.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, fit for the screen.
    pub message: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}: {}", self.file, self.line, self.message)
    }
}

/// Rules, and sets of places that they speak of.
#[derive(Debug, Clone)]
pub struct Policy {
    rules: Vec<Rule>,
    places: BTreeMap<String, Vec<String>>,
}

impl Policy {
    /// The shipped rules alone.
    #[must_use]
    pub fn shipped() -> Self {
        static SHIPPED_POLICY: LazyLock<Policy> = LazyLock::new(|| {
            let nothing = Policy { rules: Vec::new(), places: BTreeMap::new() };
            // A test holds that it can be read. Without rules everything would be safe: better not to start.
            #[allow(clippy::expect_used, reason = "the file is part of the program")]
            nothing.extended(SHIPPED, SHIPPED_NAME).expect("the shipped policy can be read")
        });
        SHIPPED_POLICY.clone()
    }

    /// These rules with those of a text over them. `file` is what people call it.
    ///
    /// # Errors
    /// Every mistake in the text, from its top to its end; these rules stay what they are.
    pub fn extended(&self, text: &str, file: &str) -> Result<Self, Vec<PolicyError>> {
        let read = read::read(text, file, &self.places)?;
        let mut policy = self.clone();
        for (name, places) in read.places {
            policy.places.entry(name).or_default().extend(places);
        }
        for rule in read.rules {
            match policy.rules.iter_mut().find(|before| before.name == rule.name) {
                Some(before) => *before = rule,
                None => policy.rules.push(rule),
            }
        }
        Ok(policy)
    }
}

/// One rule. A list that is absent holds for everything.
#[derive(Debug, Clone)]
struct Rule {
    name: String,
    class: Class,
    because: String,
    file: String,
    line: usize,
    commands: Option<Vec<String>>,
    flags: Option<Vec<String>>,
    operands: Option<Vec<String>>,
    writes: Option<Vec<String>>,
    reads: Option<Vec<String>>,
    via: Option<Vec<String>>,
    from: Option<Vec<String>>,
    line_matches: Option<Regex>,
    signs: Option<Vec<Sign>>,
    text_matches: Option<Regex>,
    secret: bool,
}

#[cfg(test)]
mod tests;
