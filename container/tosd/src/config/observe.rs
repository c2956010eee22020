//! `[observe]`: figures, logs and traces.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people on a terminal, else JSON.
    Auto,
    /// For people.
    Text,
    /// JSON lines.
    Json,
}

/// `[observe]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Observe {
    /// Address of `/metrics` and `/healthz`; loopback.
    pub listen: Option<SocketAddr>,
    /// How logs are written.
    pub log: LogFormat,
    /// What is logged, as `RUST_LOG` says it.
    pub filter: String,
    /// OTLP/HTTP endpoint of traces.
    pub otlp: Option<String>,
}

impl Default for Observe {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 9464))),
            log: LogFormat::Auto,
            filter: "info".into(),
            otlp: None,
        }
    }
}
