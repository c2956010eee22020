//! What is said about a staged text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How much care a command asks for, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// No rule speaks of it.
    #[default]
    Safe,
    /// Runs at once, with its reasons shown.
    Caution,
    /// Runs when somebody held the button to confirm it.
    Danger,
    /// Never runs from here.
    Refused,
}

impl Class {
    /// As it is written in a policy and on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Caution => "caution",
            Self::Danger => "danger",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text is of its class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The name of the rule.
    pub rule: String,
    /// Which class the rule gives.
    pub class: Class,
    /// What it says, fit for the screen.
    pub text: String,
    /// What it speaks of, in bytes of the staged text; `None` where it is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Range<usize>>,
    /// The file that the rule stands in, as people call it: `policy.toml`. Empty for what no rule decides.
    pub file: String,
    /// The line of that file, counted from 1; 0 for what no rule decides.
    pub line: usize,
}

impl Reason {
    /// One that no rule of a policy gives, such as a mistake in the syntax.
    #[must_use]
    pub fn built_in(rule: &str, class: Class, text: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), class, text: text.into(), at: None, file: String::new(), line: 0 }
    }

    /// The rule and where it stands: `recursive-bulk, policy.toml line 18`.
    #[must_use]
    pub fn source(&self) -> String {
        if self.line == 0 { self.rule.clone() } else { format!("{}, {} line {}", self.rule, self.file, self.line) }
    }
}

/// What is to be said about a staged text: the class, why, and what of it should not be written down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// The highest class of the reasons; safe without any.
    pub class: Class,
    /// The gravest first.
    pub reasons: Vec<Reason>,
    /// Passwords and keys in the text, in bytes: masked in the audit log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Range<usize>>,
    /// What the command would delete with all that is below it, as absolute paths: for a dialog that counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deletes: Vec<PathBuf>,
}

impl Verdict {
    /// Of these reasons. Each rule is told once.
    #[must_use]
    pub fn new(mut reasons: Vec<Reason>) -> Self {
        let mut told = BTreeSet::new();
        reasons.retain(|reason| told.insert(reason.rule.clone()));
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.class));
        let class = reasons.first().map_or(Class::Safe, |reason| reason.class);
        Self { class, reasons, secrets: Vec::new(), deletes: Vec::new() }
    }

    /// Refused for a reason that stands in no policy.
    #[must_use]
    pub fn refused(rule: &str, text: impl Into<String>) -> Self {
        Self::new(vec![Reason::built_in(rule, Class::Refused, text)])
    }
}

/// What the shell that would run the text knows and the text does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// It is a shell of the POSIX family and not Fish: the text is read by its rules.
    pub posix: bool,
    /// Its working directory, absolute; empty if unknown.
    pub directory: PathBuf,
    /// Its `$HOME`, absolute; empty if unknown.
    pub home: PathBuf,
    /// Aliases and abbreviations: the name and what stands for it.
    pub aliases: BTreeMap<String, String>,
    /// Functions and their bodies, as Fish writes them; `None` where only the name is known.
    pub functions: BTreeMap<String, Option<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_as_grave_as_its_gravest_reason_and_tells_each_rule_once() {
        let reason = |rule: &str, class| Reason::built_in(rule, class, "because");
        let verdict =
            Verdict::new(vec![reason("a", Class::Caution), reason("b", Class::Danger), reason("a", Class::Caution)]);
        assert_eq!(verdict.class, Class::Danger);
        assert_eq!(verdict.reasons.iter().map(|reason| reason.rule.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(Verdict::new(Vec::new()).class, Class::Safe);
        assert_eq!(Verdict::refused("syntax", "no").class, Class::Refused);
    }

    #[test]
    fn a_reason_names_its_rule_and_line() {
        let mut reason = Reason::built_in("recursive-bulk", Class::Danger, "removes much");
        assert_eq!(reason.source(), "recursive-bulk");
        (reason.file, reason.line) = ("policy.toml".into(), 18);
        assert_eq!(reason.source(), "recursive-bulk, policy.toml line 18");
    }
}
