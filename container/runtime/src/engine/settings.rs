//! Which engine, and how the containers of this host are told from others.

use std::{net::IpAddr, path::PathBuf};

use crate::spec::{IdRange, Network};

/// Which words the engine understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// libpod, podman's own.
    #[default]
    Podman,
    /// The Docker Engine API. Podman understands it too.
    Docker,
}

/// Where the engine is, and what of it is ours. Which OCI runtime is below it is the engine's own setting.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which words it understands.
    pub dialect: Dialect,
    /// Its unix socket.
    pub socket: PathBuf,
    /// Tells the containers, networks and rules of several session managers on one machine apart: 1 to 16 characters
    /// as in a [`crate::Name`]. Names at the engine are `tos-INSTANCE-NAME`.
    pub instance: String,
    /// A directory that is ours to write, and that the engine can read.
    pub directory: PathBuf,
    /// The first process of every container, by its path inside. It is given `--user UID:GID -- PROGRAM …`.
    pub init: PathBuf,
    /// Addresses that the containers' networks are cut from; each gets 8.
    pub addresses: Network,
    /// The same for IPv6, each gets a /64; without it containers have IPv4 only.
    pub addresses6: Option<Network>,
    /// Whom containers with a network ask for names; whom the host asks if empty.
    pub resolvers: Vec<IpAddr>,
    /// The ids that containers can be mapped to where the engine has its own part of the machine's (rootless): those
    /// of `/etc/subuid` for its user. `None` for an engine that is root.
    pub subordinate: Option<IdRange>,
}

impl Settings {
    /// Podman of the system, as Debian sets it up.
    pub fn podman(instance: &str, directory: PathBuf) -> Self {
        Self {
            dialect: Dialect::Podman,
            socket: "/run/podman/podman.sock".into(),
            instance: instance.to_owned(),
            directory,
            init: "/usr/bin/tos-init".into(),
            addresses: Network { address: IpAddr::from([10, 213, 0, 0]), prefix: 16 },
            addresses6: None,
            resolvers: Vec::new(),
            subordinate: None,
        }
    }

    /// Docker of the system.
    pub fn docker(instance: &str, directory: PathBuf) -> Self {
        Self { dialect: Dialect::Docker, socket: "/run/docker.sock".into(), ..Self::podman(instance, directory) }
    }
}
