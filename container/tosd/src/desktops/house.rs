//! What all desktops share: configuration, plans, store, runtime, places.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use gate::Gate;
use identity::grant;
use parking_lot::{Mutex, RwLock};
use runtime::{
    Error, Name, Runtime, Spec,
    spec::{Egress, IdRange, Image, Mount, User},
};
use store::{Block, BlockKind, Room, Store};

use super::{Desk, Handle, Overview};
use crate::{
    config::{Config, Kind, Ports},
    failpoint,
    lifecycle::Trouble,
    plans::{Plan, Plans, WithoutEgress},
    runtimes,
    volumes::Volumes,
};

/// UDP ports of one container.
pub const PORTS_EACH: u32 = 4;

/// What everybody may read of us inside a container: the public halves of the keys that sign grants.
const GRANTS: &str = "/run/grants";

/// Where a program of the host is seen inside.
const PROGRAM: &str = "/run/program";

/// The numbers of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Its ids on the host.
    pub ids: IdRange,
    /// Its UDP ports.
    pub ports: Ports,
}

/// See the module.
pub struct House {
    pub config: Arc<Config>,
    pub plans: Arc<RwLock<Plans>>,
    pub store: Store,
    pub runtime: Arc<dyn Runtime>,
    /// Which kind the runtime is, as the store has it.
    pub kind: Kind,
    pub keys: Arc<RwLock<grant::Keys>>,
    pub volumes: Volumes,
    /// Where users' settings are kept besides their homes.
    pub settings: Option<Arc<dyn store::settings::Settings>>,
    pub(super) actors: Mutex<HashMap<String, Handle>>,
    /// Whose a container is.
    pub(super) owners: Mutex<HashMap<Name, String>>,
    /// Those that run just now.
    pub(super) running: Mutex<HashMap<String, Desk>>,
    /// What is known of everybody, for lists.
    pub(super) books: Mutex<BTreeMap<String, Overview>>,
    /// Containers that wait for somebody, with the stamp of what they were made after.
    pub(super) pool: Mutex<Vec<(Name, String)>>,
    /// Told when one was taken from the pool.
    pub(super) taken: tokio::sync::Notify,
    pub slots: Mutex<HashMap<Name, Slot>>,
    pub(super) stopping: tokio::sync::watch::Sender<bool>,
    /// For figures.
    pub counts: super::Counts,
}

impl House {
    /// The gate's directory on the host.
    pub fn gate_directory(&self, name: &Name) -> PathBuf {
        self.config.run.join("gates").join(name.as_str())
    }

    /// The gate of a container.
    pub fn gate(&self, name: &Name) -> Gate {
        Gate::new(self.gate_directory(name)).with_patience(self.config.lifecycle.health_within.0)
    }

    /// A plan by name; the host's usual one if that is gone from the file.
    pub fn plan(&self, name: &str) -> Option<Plan> {
        let plans = self.plans.read();
        plans.get(name).or_else(|| plans.get(&self.config.identity.plan)).or_else(|| plans.iter().next()).cloned()
    }

    /// A grant for one request of tosd's own.
    pub fn grant(&self, name: &Name, user: &str) -> Result<String, Trouble> {
        let grant = grant::Grant { audience: name.as_str(), user, role: grant::Role::Control, commit: None };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let minted = self.keys.read().mint(&grant, now, Duration::from_secs(30));
        minted.map(|grant| grant.as_str().to_owned()).map_err(|error| Trouble::Later(error.to_string()))
    }

    /// A name that no container has had.
    pub fn new_name() -> Result<Name, Trouble> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let name = format!("d-{}", id.get(..16).unwrap_or(&id));
        name.parse().map_err(|_| Trouble::Broken("a name that is none".into()))
    }

    /// Numbers for a container, the ones that it has already if it has.
    pub async fn take_slot(&self, name: &Name) -> Result<Slot, Trouble> {
        if let Some(slot) = self.slots.lock().get(name) {
            return Ok(*slot);
        }
        let runtime = &self.config.runtime;
        let ids = Room {
            first: runtime.first_id,
            end: runtime.first_id.saturating_add(runtime.ids_each.saturating_mul(runtime.most)),
            size: runtime.ids_each,
        };
        let range = self.config.media.ports;
        let ports = Room { first: range.first.into(), end: u32::from(range.last) + 1, size: PORTS_EACH };
        let instance = &self.config.instance;
        let ids = self.store.take_block(instance, BlockKind::Ids, name.as_str(), ids).await.map_err(of_store)?;
        let ports = self.store.take_block(instance, BlockKind::Ports, name.as_str(), ports).await.map_err(of_store)?;
        let slot = slot_of(&ids, &ports).ok_or_else(|| Trouble::Broken("numbers that make no sense".into()))?;
        self.slots.lock().insert(name.clone(), slot);
        Ok(slot)
    }

    /// Makes a container and starts it. With `user`, their home is in it from the beginning (where nothing can be mounted
    /// later).
    pub async fn make(&self, name: &Name, plan: &Plan, user: Option<&str>) -> Result<(), Trouble> {
        let mut spec = self.prepare(name, plan, user).await?;
        match self.runtime.create(&spec).await {
            Err(Error::Unsupported { what, why })
                if spec.egress != Egress::None && plan.without_egress == WithoutEgress::None =>
            {
                // The plan says so: better no network than no desktop.
                tracing::warn!(what, why, plan = plan.name, "containers of this plan have no network here");
                spec.egress = Egress::None;
                existing(self.runtime.create(&spec).await)?;
            }
            other => existing(other)?,
        }
        failpoint::pass("take.created");
        self.runtime.start(name).await.map_err(of_runtime)?;
        failpoint::pass("take.started");
        Ok(())
    }

    /// What a container is to be, with its numbers taken and its places made.
    pub(super) async fn prepare(&self, name: &Name, plan: &Plan, user: Option<&str>) -> Result<Spec, Trouble> {
        let slot = self.take_slot(name).await?;
        self.volumes.make_slot(name).map_err(broken)?;
        let mut spec = self.spec(name, plan, slot);
        if let Some(user) = user.filter(|_| !self.volumes.late()) {
            let home = self.home(user, plan, slot.ids).await?;
            let below = |directory: &str| PathBuf::from(directory).join(user);
            let mount = |source, target| Mount { source, target, read_only: false, follows: false };
            spec.mounts.retain(|mount| !mount.follows);
            spec.mounts.push(mount(home, below("/home")));
            spec.mounts.push(mount(self.volumes.state(user), below("/var/lib/state")));
        }
        Ok(spec)
    }

    /// A user's home, no larger than the plan says.
    pub(super) async fn home(&self, user: &str, plan: &Plan, ids: IdRange) -> Result<PathBuf, Trouble> {
        let home = self.volumes.make(user, ids).await.map_err(broken)?;
        let Some(bytes) = plan.home else { return Ok(home) };
        let (volumes, whose) = (self.volumes.clone(), user.to_owned());
        // All of a home is walked over, the first time.
        let limited = tokio::task::spawn_blocking(move || volumes.limit(&whose, bytes)).await.map_err(broken)?;
        match limited {
            Ok(()) => Ok(home),
            Err(why) if plan.limits.may_lack.iter().any(|name| name == "home") => {
                tracing::warn!(user, why, plan = plan.name, "a home has no limit");
                Ok(home)
            }
            Err(why) => Err(Trouble::Cannot(format!("a limit of homes cannot be had here: {why}"))),
        }
    }

    fn spec(&self, name: &Name, plan: &Plan, slot: Slot) -> Spec {
        let slots = self.volumes.slot(name);
        let mount =
            |source, target: &str, read_only, follows| Mount { source, target: target.into(), read_only, follows };
        let mut mounts = vec![
            mount(slots.join("home"), "/home", false, true),
            mount(slots.join("state"), "/var/lib/state", false, true),
            mount(self.config.run.join("grants"), GRANTS, true, false),
        ];
        if let Some(shared) = &self.config.volumes.shared {
            mounts.push(mount(shared.clone(), "/shared", true, false));
        }
        let local = self.kind == Kind::Local;
        if let Some(folder) = self.program().and_then(|path| Some(path.parent()?.to_owned())) {
            mounts.push(mount(folder, PROGRAM, true, false));
        }
        let labels = [("tos.instance", self.config.instance.clone()), ("tos.stamp", self.stamp(plan))];
        Spec {
            name: name.clone(),
            image: if local {
                Image::Root(self.config.runtime.root.clone())
            } else {
                Image::Named(self.config.runtime.image.clone())
            },
            command: self.command(name, slot),
            environment: [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "C.UTF-8")]
                .into_iter()
                // The image knows what encoders can do without a device, and is not asked again (container/image/finish).
                .chain(
                    plan.gpu
                        .iter()
                        .flat_map(|_| [("GST_REGISTRY", "/tmp/gstreamer.bin"), ("GST_REGISTRY_UPDATE", "yes")]),
                )
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            user: User { uid: crate::volumes::USER, gid: crate::volumes::USER },
            mounts,
            gate: self.gate_directory(name),
            ids: slot.ids,
            egress: plan.egress.clone(),
            limits: plan.limits.clone(),
            gpu: plan.gpu.clone(),
            labels: labels.map(|(key, value)| (key.to_owned(), value)).into(),
        }
    }

    /// tos-comp on the host, where its directory has to be shown to containers that have the host's own system as theirs.
    fn program(&self) -> Option<PathBuf> {
        let comp =
            (self.kind == Kind::Local).then(|| runtimes::beside(self.config.desktop.comp.as_ref(), "tos-comp"))??;
        (!comp.starts_with("/usr")).then_some(comp)
    }

    fn command(&self, name: &Name, slot: Slot) -> Vec<String> {
        let desktop = &self.config.desktop;
        let portal = format!("{}/", self.config.origin());
        let (ports, address) = (slot.ports.to_string(), self.config.media_address().to_string());
        if !desktop.command.is_empty() {
            let fill = |part: &String| {
                part.replace("{ports}", &ports)
                    .replace("{address}", &address)
                    .replace("{name}", name.as_str())
                    .replace("{portal}", &portal)
            };
            return desktop.command.iter().map(fill).collect();
        }
        let inside = |path: PathBuf| PathBuf::from(PROGRAM).join(path.file_name().unwrap_or_default());
        let comp = self.program().map(inside).or_else(|| desktop.comp.clone());
        let comp = comp.map_or_else(|| "tos-comp".to_owned(), |path| path.display().to_string());
        let listen = format!("127.0.0.1:{}", desktop.port);
        let key = format!("{GRANTS}/grant.pem");
        let mut command: Vec<String> = [
            comp.as_str(),
            "run",
            "--begin-on-stdin",
            "--listen",
            &listen,
            "--media-address",
            "127.0.0.1",
            "--udp-ports",
            &ports,
            "--media-public",
            &address,
            "--grant-key",
            &key,
            "--grant-audience",
            name.as_str(),
            "--portal",
            &portal,
        ]
        .map(str::to_owned)
        .into();
        if desktop.step_up {
            command.push("--step-up".into());
        }
        if runtimes::fallback(&self.config, self.kind) {
            command.extend(["--fallback", "vnc"].map(str::to_owned));
        }
        command
    }

    /// What a desktop is told when it becomes somebody's.
    pub fn environment(&self, user: &str) -> BTreeMap<String, String> {
        let home = format!("/home/{user}");
        let state = format!("/var/lib/state/{user}/{}", crate::volumes::state::FILE);
        let known =
            [("HOME", home.as_str()), ("USER", user), ("LOGNAME", user), ("TOS_USER", user), ("TOS_STATE", &state)];
        let mut environment = self.config.desktop.environment.clone();
        environment.extend(known.map(|(key, value)| (key.to_owned(), value.to_owned())));
        environment
    }

    /// Takes a container away, and all that was made for it. Doing it again changes nothing.
    pub async fn remove(&self, name: &Name, user: Option<&str>) -> Result<(), Trouble> {
        let grace = self.config.lifecycle.grace.0;
        match self.runtime.remove(name, grace).await {
            Ok(()) | Err(Error::Missing(_)) => {}
            Err(error) => return Err(of_runtime(error)),
        }
        failpoint::pass("remove.removed");
        self.forget_kept(name);
        self.volumes.clear(name, user).await.map_err(|error| Trouble::Later(error.to_string()))?;
        let _ = std::fs::remove_dir_all(self.gate_directory(name));
        self.store.free_blocks(&self.config.instance, name.as_str()).await.map_err(of_store)?;
        self.slots.lock().remove(name);
        failpoint::pass("remove.cleared");
        Ok(())
    }
}

/// The numbers that two blocks of a container are.
pub fn slot_of(ids: &Block, ports: &Block) -> Option<Slot> {
    let first = u16::try_from(ports.first).ok()?;
    let last = u16::try_from(ports.first.checked_add(ports.size)?.checked_sub(1)?).ok()?;
    Some(Slot { ids: IdRange { first: ids.first, count: ids.size }, ports: Ports { first, last } })
}

fn existing(made: Result<(), Error>) -> Result<(), Trouble> {
    match made {
        Ok(()) | Err(Error::Exists(_)) => Ok(()),
        Err(error) => Err(of_runtime(error)),
    }
}

fn broken(error: impl std::fmt::Display) -> Trouble {
    Trouble::Broken(error.to_string())
}

/// What an error of the runtime means for a desktop.
pub fn of_runtime(error: Error) -> Trouble {
    match error {
        Error::Unreachable(_) => Trouble::Later(error.to_string()),
        Error::Unsupported { .. } => Trouble::Cannot(error.to_string()),
        Error::Missing(_) | Error::Exists(_) | Error::Refused { .. } | Error::System { .. } => broken(error),
    }
}

/// What an error of the store means for a desktop.
pub fn of_store(error: store::Error) -> Trouble {
    match error {
        store::Error::Exhausted(_) => Trouble::Full,
        store::Error::Damaged(_) => Trouble::Unreadable(error.to_string()),
        // Whatever else: nothing is known to be wrong with the desktop, and nothing is done that is not written down.
        _ => Trouble::Later(error.to_string()),
    }
}
