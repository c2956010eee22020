//! What this machine can give a container, found out by trying.

use serde::Serialize;

/// What was asked of the machine, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is about, such as `cgroup v2` or `checkpoint`.
    pub what: &'static str,
    /// Whether it can be had.
    pub there: bool,
    /// A version or a path where it is there; otherwise why it is not, fit for a person.
    pub why: String,
    /// What is done without it; `None` if nothing can be done without it.
    pub without: Option<&'static str>,
}

/// All that was found out, in the order it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facts(pub Vec<Fact>);

impl Facts {
    /// What was found out about something. What was never asked is not there.
    pub fn has(&self, what: &str) -> bool {
        self.0.iter().any(|fact| fact.what == what && fact.there)
    }

    /// Facts without which nothing runs.
    pub fn fatal(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter().filter(|fact| !fact.there && fact.without.is_none())
    }
}
