//! A container engine, podman or docker, over its REST API on a unix socket.
//!
//! The engine is another process: it may be away, may be starting again, and may say anything. Each call is one
//! connection, each answer has a bound in bytes and in time, and nothing is kept here that the engine (or the labels of
//! what it made) could not tell again.
//!
//! | file | |
//! |---|---|
//! | `client` | HTTP on the socket, with bounds |
//! | `words`, `podman`, `docker` | what differs between the two languages, without I/O |
//! | `plan` | a spec with every number decided |
//! | `networks` | a network for each container; what may leave it is said by `crate::net` |
//! | `probe`, `idmap`, `ability` | what the machine gives |
//! | `signals` | freezing where there is no freezer |
//!
//! Whoever has root inside has it over a range of ids that is nobody's outside, with four capabilities and without the
//! means to get more; only the first process has it at all. The root is read-only, `/tmp`, `/var/tmp` and `/run` are in
//! memory.

mod ability;
mod calls;
mod client;
mod disks;
mod docker;
mod idmap;
mod networks;
mod plan;
mod podman;
mod probe;
mod settings;
pub(crate) mod signals;
mod words;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use hyper::Method;
use serde_json::Value;

pub use self::settings::{Dialect, Settings};
use self::{
    client::Client,
    docker::Docker,
    networks::Networks,
    podman::Podman,
    probe::{About, Found},
    words::{Seccomp, Words},
};
use crate::{Error, Name, State, seccomp::PROFILE};

/// For calls that only look something up, or change one thing.
const SOON: Duration = Duration::from_secs(30);
/// For making a container: where layers cannot be mapped they are copied.
const LONG: Duration = Duration::from_secs(180);

/// Containers made by an engine.
pub struct Engine {
    settings: Settings,
    client: Client,
    words: Box<dyn Words>,
    about: About,
    found: Found,
    seccomp: Seccomp,
    networks: Networks,
}

impl Engine {
    /// Asks the engine who it is, finds out what the machine gives, and puts the rules of every network of this
    /// instance back in place.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if nothing answers on the socket; [`Error::System`] if the directory cannot be written.
    pub async fn connect(settings: Settings) -> Result<Self, Error> {
        let instance = &settings.instance;
        if instance.len() > 16 || instance.parse::<Name>().is_err() {
            let why = format!("{instance:?} does not have 1 to 16 of a-z, 0-9 and -");
            return Err(Error::Unsupported { what: "an instance of this name", why });
        }
        let client = Client::new(&settings.socket);
        let about = about(&client, settings.dialect).await?;
        let words: Box<dyn Words> = match settings.dialect {
            Dialect::Podman => Box::new(Podman {
                instance: instance.clone(),
                // The engine's own user is its id 0; those that it was lent follow.
                ids_from: settings.subordinate.map_or(0, |range| range.first.saturating_sub(1)),
            }),
            Dialect::Docker => {
                Box::new(Docker { instance: instance.clone(), remapped: about.remapped.is_some() && !about.podman })
            }
        };
        let path = write_profile(&settings.directory)?;
        let seccomp = Seccomp { path, json: PROFILE, by_path: about.podman };
        let found = probe::everything(&about, words.checkpoints(), &settings.directory).await;
        let engine = Self { networks: Networks::default(), settings, client, words, about, found, seccomp };
        engine.adopt_networks().await?;
        Ok(engine)
    }

    /// What it was connected with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The engine's name for a container and for its network.
    fn id(&self, name: &Name) -> String {
        format!("tos-{}-{name}", self.settings.instance)
    }

    /// Our name for an engine's.
    fn name(&self, id: &str) -> Option<Name> {
        id.strip_prefix("tos-")?.strip_prefix(&self.settings.instance)?.strip_prefix('-')?.parse().ok()
    }

    async fn get(&self, rest: &str, doing: &'static str) -> Result<Value, Error> {
        self.client.ask(Method::GET, &self.words.path(rest), None, SOON).await?.good(doing)?.json(doing)
    }

    /// How a container is, and its first process.
    async fn inspect(&self, name: &Name) -> Result<(State, Option<u32>), Error> {
        const DOING: &str = "looking at a container";
        let path = self.words.path(&format!("containers/{}/json", self.id(name)));
        let answer = self.client.ask(Method::GET, &path, None, SOON).await?;
        if answer.status == 404 {
            return Err(Error::Missing(name.clone()));
        }
        let (state, pid) = words::read_inspected(&answer.good(DOING)?.json(DOING)?)
            .ok_or_else(|| Error::Refused { doing: DOING, said: "the engine's answer tells no state".into() })?;
        // Where there is no freezer, the engine does not know who was stopped.
        let stopped = state == State::Running && pid.is_some_and(signals::is_stopped);
        Ok((if stopped { State::Frozen } else { state }, pid))
    }
}

async fn about(client: &Client, dialect: Dialect) -> Result<About, Error> {
    const DOING: &str = "asking the engine who it is";
    let ask = async |path: &str| client.ask(Method::GET, path, None, SOON).await?.good(DOING)?.json(DOING);
    Ok(match dialect {
        Dialect::Podman => probe::of_podman(&ask("/v4.0.0/libpod/info").await?),
        Dialect::Docker => probe::of_docker(&ask("/v1.41/info").await?, &ask("/v1.41/version").await?),
    })
}

/// Puts the profile where the engine reads it, whole or not at all.
fn write_profile(directory: &Path) -> Result<String, Error> {
    let system = |source| Error::System { doing: "writing the profile of system calls", source };
    fs::create_dir_all(directory).map_err(system)?;
    let directory = directory.canonicalize().map_err(system)?;
    let path: PathBuf = directory.join("seccomp.json");
    let unfinished = directory.join(format!("seccomp.json.{}", std::process::id()));
    let mut file = fs::File::create(&unfinished).map_err(system)?;
    file.write_all(PROFILE.as_bytes()).and_then(|()| file.sync_all()).map_err(system)?;
    fs::rename(&unfinished, &path).map_err(system)?;
    let text = path.into_os_string().into_string();
    text.map_err(|_| system(std::io::Error::other("the directory's path is not Unicode")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Spec,
        spec::{Egress, IdRange, Image, Limits, User},
    };

    /// A machine that can do everything but quotas of layers.
    pub(super) fn able() -> ability::Ability {
        ability::Ability {
            ids: Ok(()),
            memory: Ok(()),
            cpu: Ok(()),
            pids: Ok(()),
            block: Ok(()),
            writing: Ok(()),
            network: Ok(()),
            checkpoint: Ok(()),
            layer: false,
            unified: true,
            descriptors: 20_000,
        }
    }

    /// The least that a container can be.
    pub(super) fn spec(name: &str) -> Spec {
        Spec {
            name: name.parse().unwrap(),
            image: Image::Named("tiny".into()),
            command: vec!["/bin/true".into()],
            environment: Default::default(),
            user: User { uid: 1000, gid: 1000 },
            mounts: vec![],
            gate: "/run/tosd/gates/a".into(),
            ids: IdRange { first: 200_000, count: 65_536 },
            egress: Egress::None,
            limits: Limits::default(),
            gpu: None,
            labels: Default::default(),
        }
    }

    #[test]
    fn the_profile_is_written_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = write_profile(&directory.path().join("a/b")).unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), PROFILE);
        assert_eq!(fs::read_dir(directory.path().join("a/b")).unwrap().count(), 1);
    }
}
