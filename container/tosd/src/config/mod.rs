//! `tosd.toml`: how this host is set up. Every field has a default; `default.toml` beside this file says them all, with
//! what each is for, and a test holds the two together.

mod show;
pub mod units;

use std::{
    collections::BTreeMap,
    fs, io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

pub use self::{
    show::shown,
    units::{Period, Ports, Size},
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
    /// Where settings are: `redis://…`, `etcd://…`. None: in the database.
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

/// `[identity]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// Whether people may sign in with a password.
    pub passwords: bool,
    /// Whether people may sign in with a passkey.
    pub passkeys: bool,
    /// How long somebody stays signed in without being seen.
    pub idle: Period,
    /// How long somebody stays signed in at most.
    pub lifetime: Period,
    /// How long a step-up counts for administration.
    pub step_up: Period,
    /// Plan of users that nobody gave one.
    pub plan: String,
    /// OpenID Connect providers.
    pub providers: Vec<Provider>,
}

/// `[[identity.providers]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Short name, part of the redirect URI.
    pub name: String,
    /// What the button says.
    pub title: String,
    /// Its issuer URL.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// File of the client secret.
    #[serde(default)]
    pub client_secret: Option<PathBuf>,
    /// Scopes asked for besides `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Claim that users' names are made from.
    #[serde(default = "preferred_username")]
    pub name_claim: String,
    /// Makes a user of whoever comes, within the two lists below.
    #[serde(default)]
    pub create: bool,
    /// Domains of verified mail addresses that may come; empty: any.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Groups that may come; empty: any.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Certificates (PEM) that the provider is believed by, besides the public ones.
    #[serde(default)]
    pub roots: Option<PathBuf>,
}

fn preferred_username() -> String {
    "preferred_username".into()
}

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
}

/// `[lifecycle]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lifecycle {
    /// A desktop that nobody looks at is frozen after this; 0s: never.
    pub freeze_after: Period,
    /// A frozen one is put away after this; 0s: never.
    pub hibernate_after: Period,
    /// Snapshots that nobody resumed are deleted after this; 0s: never. The newest stays.
    pub delete_after: Period,
    /// How many snapshots of a desktop are kept.
    pub snapshots: u32,
    /// How long a start may take.
    pub start_within: Period,
    /// How long one step of the runtime may take.
    pub step_within: Period,
    /// How often health is asked.
    pub health_every: Period,
    /// How long an answer may take.
    pub health_within: Period,
    /// After how many failures in a row a desktop is given up until somebody asks for it again.
    pub give_up: u32,
    /// Wait before the first restart; doubled each time.
    pub back_off: Period,
    /// How long processes have to end.
    pub grace: Period,
    /// Whether processes are kept through hibernation, where the machine can.
    pub checkpoint: bool,
}

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
        }
    }
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

impl Default for Identity {
    fn default() -> Self {
        Self {
            passwords: true,
            passkeys: true,
            idle: hours(24),
            lifetime: hours(24 * 14),
            step_up: minutes(5),
            plan: "standard".into(),
            providers: Vec::new(),
        }
    }
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

impl Default for Desktop {
    fn default() -> Self {
        Self { command: Vec::new(), comp: None, port: 9080, api: true, environment: BTreeMap::new(), step_up: true }
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            freeze_after: minutes(5),
            hibernate_after: hours(2),
            delete_after: hours(24 * 90),
            snapshots: 20,
            start_within: seconds(60),
            step_within: seconds(60),
            health_every: seconds(20),
            health_within: seconds(5),
            give_up: 5,
            back_off: seconds(1),
            grace: seconds(10),
            checkpoint: false,
        }
    }
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

const fn seconds(count: u64) -> Period {
    Period(std::time::Duration::from_secs(count))
}

const fn minutes(count: u64) -> Period {
    seconds(count * 60)
}

const fn hours(count: u64) -> Period {
    minutes(count * 60)
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

    fn check(&self) -> Result<(), String> {
        let fail = |what: &str| Err(what.to_owned());
        let short = (1..=16).contains(&self.instance.len());
        if !short || !self.instance.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
            return fail("instance has 1 to 16 of a-z and 0-9: it is part of names");
        }
        if !self.data.is_absolute() || !self.run.is_absolute() {
            return fail("data and run are absolute paths");
        }
        if self.gateway.names.is_empty() {
            return fail("gateway.names has at least one name");
        }
        if self.gateway.certificate.is_some() != self.gateway.key.is_some() {
            return fail("gateway.certificate and gateway.key go together");
        }
        if self.gateway.certificate.is_some() && self.gateway.acme.is_some() {
            return fail("gateway.certificate and gateway.acme exclude each other");
        }
        if !self.media.turn.is_empty() && self.media.turn_secret.is_none() {
            return fail("media.turn needs media.turn_secret");
        }
        if self.runtime.ids_each < 65_536 {
            return fail("runtime.ids_each is at least 65536: programs inside expect the usual ids");
        }
        let last = u64::from(self.runtime.first_id) + u64::from(self.runtime.ids_each) * u64::from(self.runtime.most);
        if self.runtime.first_id < 65_536 || last > u64::from(u32::MAX) {
            return fail("runtime.first_id, ids_each and most leave the ids that can be given out");
        }
        if self.runtime.most == 0 || self.media.ports.count() / 4 < self.runtime.most {
            return fail("media.ports has at least four ports for each of runtime.most containers");
        }
        if self.volumes.home == HomeKind::Gocryptfs
            && self.volumes.key_file.is_none() == self.volumes.key_command.is_empty()
        {
            return fail("volumes.home = \"gocryptfs\" needs one of volumes.key_file and volumes.key_command");
        }
        if self.volumes.home == HomeKind::Command
            && (self.volumes.mount_command.is_empty() || self.volumes.unmount_command.is_empty())
        {
            return fail("volumes.home = \"command\" needs volumes.mount_command and volumes.unmount_command");
        }
        if self.observe.listen.is_some_and(|address| !address.ip().is_loopback()) {
            return fail("observe.listen is a loopback address: figures are for the host");
        }
        Ok(())
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

    #[test]
    fn what_does_not_go_together_is_refused() {
        for text in [
            "instance = \"A b\"",
            "run = \"here\"",
            "[gateway]\ncertificate = \"/a\"",
            "[runtime]\nmost = 100000",
            "[media]\nports = \"50000-50003\"",
            "[volumes]\nhome = \"gocryptfs\"",
            "[volumes]\nhome = \"command\"",
            "[observe]\nlisten = \"0.0.0.0:1\"",
        ] {
            assert!(matches!(parse(text), Err(ConfigError::Together { .. })), "{text}");
        }
    }
}
