//! Requests of the control socket and their answers, one JSON object a line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is asked of the first process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// How it is.
    Status,
    /// The desktop is somebody's now.
    Begin {
        /// What it gets to know of them.
        environment: BTreeMap<String, String>,
    },
    /// The desktop is to end.
    End,
}

/// How far a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// The desktop is ready to be somebody's.
    Waiting,
    /// It is somebody's.
    Running {
        /// Its process, as it is numbered inside.
        pid: u32,
    },
    /// It ended, and the container is about to.
    Ended {
        /// Its exit status; 128 + the signal where one ended it.
        status: i32,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Whether it was done.
    pub ok: bool,
    /// How far it is, if that was asked.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Why it was not done: a word for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Reply {
    /// It was done.
    pub fn done() -> Self {
        Self { ok: true, phase: None, reason: None }
    }

    /// How far it is.
    pub fn phase(phase: Phase) -> Self {
        Self { ok: true, phase: Some(phase), reason: None }
    }

    /// It was not done.
    pub fn refused(reason: &str) -> Self {
        Self { ok: false, phase: None, reason: Some(reason.to_owned()) }
    }
}

/// Whether these can be variables of a process.
pub fn fits(environment: &BTreeMap<String, String>) -> bool {
    environment.iter().all(|(key, value)| !key.is_empty() && !key.contains(['=', '\0']) && !value.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_look_as_written() {
        let text = |reply: &Reply| serde_json::to_string(reply).unwrap();
        assert_eq!(text(&Reply::done()), r#"{"ok":true}"#);
        assert_eq!(text(&Reply::phase(Phase::Waiting)), r#"{"ok":true,"phase":"waiting"}"#);
        assert_eq!(text(&Reply::phase(Phase::Running { pid: 7 })), r#"{"ok":true,"phase":"running","pid":7}"#);
        assert_eq!(text(&Reply::phase(Phase::Ended { status: 137 })), r#"{"ok":true,"phase":"ended","status":137}"#);
        assert_eq!(text(&Reply::refused("begun")), r#"{"ok":false,"reason":"begun"}"#);
        for reply in [Reply::done(), Reply::phase(Phase::Running { pid: 7 }), Reply::refused("begun")] {
            assert_eq!(serde_json::from_str::<Reply>(&text(&reply)).unwrap(), reply);
        }
    }

    #[test]
    fn what_is_no_variable_does_not_fit() {
        let one = |key: &str, value: &str| fits(&BTreeMap::from([(key.to_owned(), value.to_owned())]));
        assert!(one("HOME", "/home/alice"));
        assert!(one("EMPTY", ""));
        assert!(!one("", "x"));
        assert!(!one("A=B", "x"));
        assert!(!one("A", "x\0y"));
    }
}
