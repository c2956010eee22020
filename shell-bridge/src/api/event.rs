//! What a shell says, as values.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One thing that a shell told.
#[derive(Debug, Clone, PartialEq)]
pub enum ShellEvent {
    /// OSC 7: where the shell is now.
    Directory {
        /// Name of the machine, as the shell knows it; empty if it did not say.
        host: String,
        /// Absolute.
        path: PathBuf,
    },
    /// OSC 133 A: the prompt begins at the cursor.
    PromptStart,
    /// OSC 133 B: the prompt ends at the cursor; what follows is typed by the user.
    InputStart,
    /// OSC 133 C: a command was started; its output begins at the cursor.
    OutputStart {
        /// What was typed, where the shell tells it.
        command: Option<String>,
    },
    /// OSC 133 D: the command is over.
    CommandEnd {
        /// Its exit status, where the shell tells it.
        status: Option<i32>,
    },
    /// OSC 9 or 777: a program wants the user to know something. Control characters are gone from both texts.
    Notify {
        /// OSC 777 has one.
        title: Option<String>,
        /// What is to be known.
        body: String,
    },
    /// A module is loaded. From here on OSC 7 and 133 are believed only with the nonce.
    Ready {
        /// Such as `fish`.
        shell: String,
        /// Such as `3.6.0`.
        version: String,
    },
    /// What is in a directory.
    Listing(Listing),
    /// Commands that the user may want next, best first.
    Suggest(Vec<Suggested>),
    /// Variables that were chosen to be told; all of them, each time.
    Env(BTreeMap<String, String>),
    /// What may follow a text.
    Complete {
        /// The text that was completed, up to the cursor.
        text: String,
        /// Best first.
        candidates: Vec<Candidate>,
    },
    /// The result of a command as data. Of bounded size and depth.
    Result(serde_json::Value),
    /// A command to put before the user. It has not been checked.
    Stage {
        /// What is to be staged.
        text: String,
    },
}

/// The files of one directory, as far as they fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// Absolute.
    pub directory: String,
    /// Of which machine; absent where it is the shell's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// In the order in which the shell gave them.
    pub files: Vec<ListedFile>,
    /// There are more than those.
    #[serde(default)]
    pub truncated: bool,
}

/// A file in a [`Listing`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedFile {
    /// Without its directory.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When it was last written, in seconds of Unix time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtime: Option<i64>,
    /// Such as `text/plain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// Permission bits, as `stat` gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Has contents.
    File,
    /// Has files.
    Directory,
    /// A symbolic link, whatever it leads to.
    Link,
    /// A pipe, socket, device.
    Other,
}

/// A command that the user may want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suggested {
    /// The command line.
    pub text: String,
    /// How often it was run, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// One way to go on with a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// What the last word becomes.
    pub text: String,
    /// What it means; may be empty.
    #[serde(default)]
    pub description: String,
}
