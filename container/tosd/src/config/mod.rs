//! `tosd.toml`: how this host is set up. Every field has a default; `default.toml` beside this file says them all, with
//! what each is for, and a test holds the two together.

mod check;
mod gateway;
mod identity;
mod lifecycle;
mod observe;
mod runtime;
mod show;
pub mod units;
mod volumes;

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

pub use self::{
    gateway::{Gateway, Media},
    identity::{Identity, Provider},
    lifecycle::Lifecycle,
    observe::{LogFormat, Observe},
    runtime::{Desktop, Fallback, Kind, Runtime},
    show::shown,
    units::{Period, Ports, Size},
    volumes::{Bind, HomeKind, Volumes},
};

/// Where the file is unless somebody says otherwise.
pub const DEFAULT_FILE: &str = "/etc/tosd/tosd.toml";

/// Longest file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A value that cannot be; with the line.
    #[error("{path}, line {line}: {what}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Values that each are fine and do not go together.
    #[error("{path}: {what}")]
    Together {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Name of this tosd on its host: what it makes carries it.
    pub instance: String,
    /// Directory of everything that has to last.
    pub data: PathBuf,
    /// Directory of sockets and mounts, gone after a restart of the host.
    pub run: PathBuf,
    /// File of the plans.
    pub plans: PathBuf,
    /// Where users, sessions, snapshots and audit are: a path (SQLite) or `postgres://…`. None: SQLite in `data`.
    pub database: Option<String>,
    /// Where users' settings are kept for all hosts: `redis://…`, `etcd://…`, `store`. None: in the homes alone.
    pub settings: Option<String>,
    /// The HTTPS port.
    pub gateway: Gateway,
    /// Media.
    pub media: Media,
    /// Who may sign in, and how.
    pub identity: Identity,
    /// What makes containers.
    pub runtime: Runtime,
    /// What runs in them.
    pub desktop: Desktop,
    /// When they are frozen, put away, given up.
    pub lifecycle: Lifecycle,
    /// Where users' files are.
    pub volumes: Volumes,
    /// Figures, logs and traces.
    pub observe: Observe,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            instance: "tos".into(),
            data: "/var/lib/tosd".into(),
            run: "/run/tosd".into(),
            plans: "/etc/tosd/plans.yaml".into(),
            database: None,
            settings: None,
            gateway: Gateway::default(),
            media: Media::default(),
            identity: Identity::default(),
            runtime: Runtime::default(),
            desktop: Desktop::default(),
            lifecycle: Lifecycle::default(),
            volumes: Volumes::default(),
            observe: Observe::default(),
        }
    }
}

impl Config {
    /// Reads the file, or takes the defaults if `path` is [`DEFAULT_FILE`] and there is none.
    ///
    /// # Errors
    /// With the file and, where there is one, the line.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let file = |source| ConfigError::File { path: path.to_owned(), source };
        let text = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && path == Path::new(DEFAULT_FILE) => String::new(),
            Err(error) => return Err(file(error)),
            Ok(about) if about.len() > MAX_BYTES => return Err(file(io::ErrorKind::FileTooLarge.into())),
            Ok(_) => fs::read_to_string(path).map_err(file)?,
        };
        Self::parse(&text, path)
    }

    /// Reads a text; `path` is what errors name.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Line {
            path: path.to_owned(),
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            what: error.message().to_owned(),
        })?;
        config.check().map_err(|what| ConfigError::Together { path: path.to_owned(), what })?;
        Ok(config)
    }

    /// Where users, sessions, snapshots and audit are.
    pub fn database(&self) -> String {
        self.database.clone().unwrap_or_else(|| self.data.join("tosd.sqlite").display().to_string())
    }

    /// Directory of users' homes.
    pub fn homes(&self) -> PathBuf {
        self.volumes.path.clone().unwrap_or_else(|| self.data.join("homes"))
    }

    /// Directory of what desktops remember.
    pub fn states(&self) -> PathBuf {
        self.data.join("states")
    }

    /// Our unix socket for the command line.
    pub fn control(&self) -> PathBuf {
        self.run.join("control.sock")
    }

    /// Where people find us, such as `https://localhost:8443`.
    pub fn origin(&self) -> String {
        let host = self.gateway.names.first().map_or("localhost", String::as_str);
        match self.gateway.public_port.unwrap_or(self.gateway.listen.port()) {
            443 => format!("https://{host}"),
            port => format!("https://{host}:{port}"),
        }
    }

    /// Address that browsers send media to.
    pub fn media_address(&self) -> IpAddr {
        self.media.address.unwrap_or(self.gateway.listen.ip())
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("tosd.toml"))
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        assert_eq!(parse("").unwrap(), Config::default());
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let error = parse("instance = \"a\"\n\n[lifecycle]\nfreeze_after = \"soon\"\n").unwrap_err();
        assert!(error.to_string().starts_with("tosd.toml, line 4: expected a time"), "{error}");
        let error = parse("[gateway]\nlisten = \"127.0.0.1:1\"\nlisen = 3\n").unwrap_err();
        assert!(error.to_string().starts_with("tosd.toml, line 3: unknown field `lisen`"), "{error}");
    }
}
