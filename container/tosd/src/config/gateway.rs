//! `[gateway]` and `[media]`: where people reach us, and where their picture comes from.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::units::{Period, Ports, hours};

/// `[gateway]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gateway {
    /// Address of the HTTPS port.
    pub listen: SocketAddr,
    /// Address of a port that redirects there.
    pub redirect: Option<SocketAddr>,
    /// Host names that are ours; the first is the one that people are sent to.
    pub names: Vec<String>,
    /// Port that people see, where it is another than the one of `listen`.
    pub public_port: Option<u16>,
    /// Certificate chain (PEM).
    pub certificate: Option<PathBuf>,
    /// Its key (PEM).
    pub key: Option<PathBuf>,
    /// Directory URL of an ACME server.
    pub acme: Option<String>,
    /// Mail address that the ACME server gets.
    pub acme_contact: Option<String>,
    /// Certificates (PEM) that the ACME server itself is believed by, besides the public ones.
    pub acme_roots: Option<PathBuf>,
    /// Another origin that exposed ports are shown on.
    pub ports_origin: Option<String>,
    /// Connections of one address at once.
    pub connections_each: u32,
    /// Directory of noVNC, which shows the fallback display.
    pub novnc: PathBuf,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            redirect: None,
            names: vec!["localhost".into()],
            public_port: None,
            certificate: None,
            key: None,
            acme: None,
            acme_contact: None,
            acme_roots: None,
            ports_origin: None,
            connections_each: 128,
            novnc: "/usr/share/novnc".into(),
        }
    }
}

/// `[media]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// Address that browsers send media to. None: the one of `gateway.listen`.
    pub address: Option<IpAddr>,
    /// Address that the ports are bound on. None: `address`.
    pub bind: Option<IpAddr>,
    /// UDP ports; each container takes four.
    pub ports: Ports,
    /// `turn:` and `turns:` URLs of TURN servers that share a secret with us.
    pub turn: Vec<String>,
    /// File of that secret.
    pub turn_secret: Option<PathBuf>,
    /// How long TURN credentials are good for.
    pub turn_lifetime: Period,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            address: None,
            bind: None,
            ports: Ports { first: 50_000, last: 50_799 },
            turn: Vec::new(),
            turn_secret: None,
            turn_lifetime: hours(12),
        }
    }
}
