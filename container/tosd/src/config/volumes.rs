//! `[volumes]`: where users' files are, and how they get into containers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How a user's home comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HomeKind {
    /// A directory below `path`.
    Directory,
    /// The same, encrypted by gocryptfs with a key of each user.
    Gocryptfs,
    /// Mounted by a command of the host's administrator.
    Command,
}

/// How a volume gets into a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bind {
    /// As an idmapped mount when somebody signs in; refused where the machine cannot.
    Idmapped,
    /// The same, and where the machine cannot: as `direct`.
    Auto,
    /// Mounted when the container is made, the files owned by the container's own ids. No pool then.
    Direct,
}

/// `[volumes]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Volumes {
    /// How homes come to be.
    pub home: HomeKind,
    /// Directory of homes. None: `homes` in `data`.
    pub path: Option<PathBuf>,
    /// How they get into containers.
    pub bind: Bind,
    /// Directory that everybody sees read-only as `/shared`.
    pub shared: Option<PathBuf>,
    /// File of the master key that users' keys are made from (gocryptfs).
    pub key_file: Option<PathBuf>,
    /// Command that prints the key of `{user}` instead (a KMS).
    pub key_command: Vec<String>,
    /// Command that mounts the volume of `{user}` at `{target}`.
    pub mount_command: Vec<String>,
    /// Command that takes `{target}` away again.
    pub unmount_command: Vec<String>,
}

impl Default for Volumes {
    fn default() -> Self {
        Self {
            home: HomeKind::Directory,
            path: None,
            bind: Bind::Auto,
            shared: None,
            key_file: None,
            key_command: Vec::new(),
            mount_command: Vec::new(),
            unmount_command: Vec::new(),
        }
    }
}
