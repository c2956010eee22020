//! `[runtime]` and `[desktop]`: what makes containers, and what runs in them.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

/// Which runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An engine if there is one, else our own namespaces.
    Auto,
    /// Podman.
    Podman,
    /// Docker.
    Docker,
    /// Our own namespaces.
    Local,
}

/// Whether browsers without video are shown another display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fallback {
    /// Where what it takes is seen to be there.
    Auto,
    /// VNC, in any case.
    Vnc,
    /// No.
    Off,
}

/// `[runtime]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Runtime {
    /// Which.
    pub kind: Kind,
    /// The engine's unix socket. None: where it usually is.
    pub socket: Option<PathBuf>,
    /// Image, as the engine calls it.
    pub image: String,
    /// Root directory of containers of the runtime `local`; `/` shows the host's own system, without what is private.
    pub root: PathBuf,
    /// `tos-init`. None: beside tosd.
    pub init: Option<PathBuf>,
    /// The host's user ids that containers get: first of them.
    pub first_id: u32,
    /// How many ids one container gets.
    pub ids_each: u32,
    /// Most containers at once, the pool's too.
    pub most: u32,
}

impl Default for Runtime {
    fn default() -> Self {
        Self {
            kind: Kind::Auto,
            socket: None,
            image: "localhost/workspace-core:latest".into(),
            root: "/".into(),
            init: None,
            first_id: 1_000_000_000,
            ids_each: 65_536,
            most: 200,
        }
    }
}

/// `[desktop]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desktop {
    /// The program; `{ports}`, `{address}`, `{name}` and `{portal}` are filled in. Empty: tos-comp as it is meant to be.
    pub command: Vec<String>,
    /// tos-comp inside the container. None: from its PATH, or beside tosd with the runtime `local`.
    pub comp: Option<PathBuf>,
    /// Its HTTP port inside.
    pub port: u16,
    /// Whether its API is spoken: health is asked, snapshots are taken. Without, its process is all that is known.
    pub api: bool,
    /// Environment besides what tosd says.
    pub environment: BTreeMap<String, String>,
    /// Whether a danger command wants a step-up.
    pub step_up: bool,
    /// What browsers without video are shown.
    pub fallback: Fallback,
}

impl Default for Desktop {
    fn default() -> Self {
        Self {
            command: Vec::new(),
            comp: None,
            port: 9080,
            api: true,
            environment: BTreeMap::new(),
            step_up: true,
            fallback: Fallback::Auto,
        }
    }
}
