//! Containers without an engine: our own namespaces.
//!
//! Each container is a directory of records, one process of ours that waits for its end (`tos-init --jail`), and what runs
//! inside. None of it is a child of the caller, who may be killed and come again: what is true is in the records and in the
//! system, and a process is known by its number and the moment of its start, so that nobody else's is ever meant.
//!
//! Not had here: checkpoints and devices by CDI name.

mod cgroup;
mod events;
mod filter;
mod network;
mod plan;
mod probe;
mod process;
mod records;

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use futures::stream::BoxStream;
use gate::plan::Process;
use nix::sys::signal::Signal;
use tokio::{
    sync::{Mutex, broadcast},
    task::JoinHandle,
};

pub(crate) use self::cgroup::UNCOUNTED;
use self::{
    process::{Held, is_alive},
    records::Records,
};
use crate::{Error, Event, Facts, Known, Name, Runtime, Spec, State, Stats, engine::signals, spec::Network};

/// How long a container may take to be made, once it is started.
const MAKING: Duration = Duration::from_secs(30);
/// How long what was killed may take to be gone.
const DYING: Duration = Duration::from_secs(10);
/// Exit status of one whose end nobody saw, because what waited for it was killed as well.
const UNSEEN: i32 = 137;
/// Events that may wait for one who listens.
const EVENTS: usize = 1024;

/// Where and by what containers are made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where records are kept; ours alone. It is made if it is not there. As short-lived as the processes: `/run`.
    pub directory: PathBuf,
    /// The program `tos-init`.
    pub init: PathBuf,
    /// Part of the names of cgroups and networks, so that two of us do not meet: as a container's name.
    pub instance: Name,
    /// Addresses that the containers' networks are cut from; each gets 8.
    pub addresses: Network,
    /// The same for IPv6, each gets a /64; without it containers have IPv4 only.
    pub addresses6: Option<Network>,
    /// Whom containers with a network ask for names; whom the host asks if empty.
    pub resolvers: Vec<IpAddr>,
}

impl Settings {
    /// With the usual addresses.
    pub fn new(directory: PathBuf, init: PathBuf, instance: Name) -> Self {
        let addresses = Network { address: IpAddr::from([10, 212, 0, 0]), prefix: 16 };
        Self { directory, init, instance, addresses, addresses6: None, resolvers: Vec::new() }
    }
}

/// Containers made by ourselves.
pub struct Local {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    records: Records,
    cgroups: cgroup::Host,
    facts: Facts,
    /// Whether there can be networks, or why not.
    leads_out: Result<(), String>,
    /// One change at a time of networks and their rules.
    networks: Mutex<()>,
    filters: Vec<filter::Program>,
    events: broadcast::Sender<Event>,
    /// Whose end is waited for, by the first process; and by what.
    watched: Mutex<HashMap<Process, JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.cgroups.leave();
    }
}

impl Local {
    /// Finds out what the machine gives, and listens to what runs already.
    ///
    /// # Errors
    /// [`Error::System`] if the directory cannot be made.
    pub async fn open(settings: Settings) -> Result<Self, Error> {
        let leads_out = network::possible().await;
        let opened = tokio::task::spawn_blocking(move || -> Result<Inner, Error> {
            let system = |doing| move |source| Error::System { doing, source };
            let records = Records::open(&settings.directory).map_err(system("opening the records of containers"))?;
            let cgroups = cgroup::Host::find(&settings.instance);
            let facts = probe::facts(&settings, &cgroups, &leads_out);
            let filters =
                filter::programs().map_err(|why| Error::Unsupported { what: "a filter of system calls", why })?;
            let (events, _) = broadcast::channel(EVENTS);
            let watched = Mutex::default();
            let (leads_out, networks) = (leads_out.map(drop), Mutex::default());
            Ok(Inner { settings, records, cgroups, facts, leads_out, networks, filters, events, watched })
        });
        let inner = opened.await.map_err(|error| Error::System {
            doing: "opening the records of containers",
            source: io::Error::other(error),
        })??;
        let local = Self { inner: Arc::new(inner) };
        if local.inner.leads_out.is_ok() {
            // What runs already has its rules, whatever became of them meanwhile.
            let _changes = local.inner.networks.lock().await;
            local.inner.write_walls().await?;
        }
        for name in local.inner.names()? {
            local.inner.watch(&name).await;
        }
        Ok(local)
    }
}

impl Inner {
    fn names(&self) -> Result<Vec<Name>, Error> {
        self.records.names().map_err(|source| Error::System { doing: "reading the records of containers", source })
    }

    fn about(&self, name: &Name) -> Result<records::About, Error> {
        if !self.records.has(name) {
            return Err(Error::Missing(name.clone()));
        }
        self.records.about(name).map_err(|source| Error::System { doing: "reading the records of a container", source })
    }

    fn state(&self, name: &Name) -> Result<State, Error> {
        let about = self.about(name)?;
        let Some(running) = self.records.running(name) else { return Ok(State::Created) };
        if is_alive(running.first) {
            let frozen = cgroup::is_frozen(&about.cgroups).unwrap_or_else(|| signals::is_stopped(running.first.pid));
            return Ok(if frozen { State::Frozen } else { State::Running });
        }
        Ok(State::Exited { status: self.records.exit(name).unwrap_or(UNSEEN) })
    }

    /// Its first process, held.
    fn hold(&self, name: &Name) -> Result<Option<Held>, Error> {
        let Some(running) = self.records.running(name) else { return Ok(None) };
        Held::of(running.first).map_err(|source| Error::System { doing: "looking for a container's process", source })
    }

    fn tell(&self, name: &Name, state: Option<State>) {
        // That nobody listens is no error.
        let _ = self.events.send(Event { name: name.clone(), state });
    }
}

async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other).and_then(|done| done);
    done.map_err(|source| Error::System { doing, source })
}

#[async_trait]
impl Runtime for Local {
    async fn facts(&self) -> Facts {
        self.inner.facts.clone()
    }

    async fn create(&self, spec: &Spec) -> Result<(), Error> {
        let inner = Arc::clone(&self.inner);
        if inner.records.has(&spec.name) {
            return Err(Error::Exists(spec.name.clone()));
        }
        let (mut plan, limits) = plan::plan(spec, &inner.facts, &inner.cgroups)?;
        // Until there are records of it, nobody else may find the same addresses free.
        let changes = self.inner.networks.lock().await;
        let network = inner.new_bridge(spec)?;
        plan.network = network.as_ref().map(network::line);
        plan.filters.clone_from(&inner.filters);
        let (name, labels, gate) = (spec.name.clone(), spec.labels.clone(), plan.gate.clone());
        let owner = plan::root_outside(&plan.ids);
        let made = tokio::task::spawn_blocking(move || -> Result<(), Error> {
            plan::hand_over(&gate, owner)
                .map_err(|source| Error::System { doing: "making a container's gate", source })?;
            let cgroups = inner.cgroups.make(&name, &limits).map_err(cgroup::failed)?;
            plan.cgroups = cgroups.values().cloned().collect();
            let about = records::About { labels, cgroups, network };
            inner.records.make(&name, &plan, &about).map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => Error::Exists(name),
                _ => Error::System { doing: "writing the records of a container", source },
            })
        });
        made.await
            .map_err(|error| Error::System { doing: "making a container", source: io::Error::other(error) })??;
        drop(changes);
        self.inner.tell(&spec.name, Some(State::Created));
        Ok(())
    }

    async fn start(&self, name: &Name) -> Result<(), Error> {
        if matches!(self.inner.state(name)?, State::Running | State::Frozen) {
            return Ok(());
        }
        self.inner.open_way(name).await?;
        let system = |source| Error::System { doing: "starting a container", source };
        let mut command = tokio::process::Command::new(&self.inner.settings.init);
        // Nothing of our own environment is the container's business.
        command.arg("--jail").arg(self.inner.records.of(name)).env_clear().current_dir("/");
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(system)?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _};
            let mut out = tokio::io::BufReader::new(out.take(4096));
            // It goes on without us if we are cut off here: it is told by its lock, and by its records.
            let read = tokio::time::timeout(MAKING, out.read_line(&mut line)).await;
            read.unwrap_or(Err(io::ErrorKind::TimedOut.into())).map_err(system)?;
        }
        // Ours for as long as we live, so that it leaves no zombie.
        tokio::spawn(async move { child.wait().await });
        match line.trim_end() {
            said if said.starts_with("ok") => {}
            said => {
                let said = said.strip_prefix("no ").unwrap_or("it ended without a word").chars().take(400).collect();
                return Err(Error::Refused { doing: "starting a container", said });
            }
        }
        self.inner.watch(name).await;
        self.inner.tell(name, Some(State::Running));
        Ok(())
    }

    async fn freeze(&self, name: &Name) -> Result<(), Error> {
        self.inner.set_frozen(name, true).await
    }

    async fn thaw(&self, name: &Name) -> Result<(), Error> {
        self.inner.set_frozen(name, false).await
    }

    async fn weigh(&self, name: &Name, weight: u32) -> Result<(), Error> {
        let about = self.inner.about(name)?;
        let unsupported = |why| Error::Unsupported { what: "a share of the processor", why };
        self.inner.cgroups.words("cpu").map_err(unsupported)?;
        self.inner.cgroups.weigh(&about.cgroups, weight).map_err(cgroup::failed)
    }

    async fn checkpoint(&self, name: &Name, _: &Path) -> Result<(), Error> {
        self.inner.state(name)?;
        Err(probe::no_checkpoint())
    }

    async fn restore(&self, _: &Spec, _: &Path) -> Result<(), Error> {
        Err(probe::no_checkpoint())
    }

    async fn remove(&self, name: &Name, grace: Duration) -> Result<(), Error> {
        let about = match self.inner.about(name) {
            Err(Error::Missing(_)) => return Ok(()),
            about => about?,
        };
        let system = |source| Error::System { doing: "ending a container", source };
        if let Some(first) = self.inner.hold(name)? {
            first.signal(Signal::SIGTERM).map_err(system)?;
            self.inner.set_frozen(name, false).await?;
            if !first.ended_within(grace).await {
                first.signal(Signal::SIGKILL).map_err(system)?;
                // Some freezers hold on to the dead as well; it may have been frozen again meanwhile.
                self.inner.set_frozen(name, false).await?;
                if !first.ended_within(DYING).await {
                    return Err(system(io::Error::new(io::ErrorKind::TimedOut, "its first process does not end")));
                }
            }
        }
        // Ends by itself now; it has the lock, and writes down the end.
        if let Some(running) = self.inner.records.running(name)
            && let Some(waiter) = Held::of(running.waiter).map_err(system)?
            && !waiter.ended_within(DYING).await
        {
            waiter.signal(Signal::SIGKILL).map_err(system)?;
            waiter.ended_within(DYING).await;
        }
        // The end is told of before the records of it are gone.
        self.inner.told(name).await;
        cgroup::kill(&about.cgroups);
        cgroup::remove(&about.cgroups).await.map_err(system)?;
        let (records, gone) = (self.inner.records.clone(), name.clone());
        let network = about.network.clone();
        blocking("forgetting a container", move || {
            network.as_ref().map_or(Ok(()), network::unplug)?;
            records.forget(&gone)
        })
        .await?;
        if about.network.is_some() {
            let _changes = self.inner.networks.lock().await;
            self.inner.write_walls().await?;
        }
        self.inner.tell(name, None);
        Ok(())
    }

    async fn stats(&self, name: &Name) -> Result<Stats, Error> {
        let about = self.inner.about(name)?;
        let mut stats = cgroup::stats(&about.cgroups);
        if let Some(running) = self.inner.records.running(name).filter(|running| is_alive(running.first)) {
            stats.network = probe::network(running.first.pid);
        }
        Ok(stats)
    }

    async fn list(&self) -> Result<Vec<Known>, Error> {
        let known = |name: Name| match (self.inner.state(&name), self.inner.about(&name)) {
            (Ok(state), Ok(about)) => Some(Ok(Known { name, state, labels: about.labels })),
            // Gone while we looked.
            (Err(Error::Missing(_)), _) | (_, Err(Error::Missing(_))) => None,
            (Err(error), _) | (_, Err(error)) => Some(Err(error)),
        };
        self.inner.names()?.into_iter().filter_map(known).collect()
    }

    async fn pid(&self, name: &Name) -> Result<Option<u32>, Error> {
        self.inner.about(name)?;
        Ok(self.inner.records.running(name).filter(|running| is_alive(running.first)).map(|running| running.first.pid))
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>, Error> {
        // What others of us started meanwhile is heard as well.
        for name in self.inner.names()? {
            self.inner.watch(&name).await;
        }
        Ok(events::stream(self.inner.events.subscribe()))
    }
}

impl Inner {
    async fn set_frozen(&self, name: &Name, frozen: bool) -> Result<(), Error> {
        let doing = if frozen { "freezing a container" } else { "thawing a container" };
        let about = self.about(name)?;
        let Some(running) = self.records.running(name).filter(|running| is_alive(running.first)) else {
            return match frozen {
                true => Err(Error::Refused { doing, said: "it does not run".to_owned() }),
                false => Ok(()),
            };
        };
        let by_cgroup = cgroup::freeze(&about.cgroups, frozen).map_err(|source| Error::System { doing, source })?;
        if !by_cgroup {
            let pid = running.first.pid;
            blocking(doing, move || if frozen { signals::stop(pid) } else { signals::go_on(pid) }).await?;
        }
        // The kernel takes a moment, until the last of them is where it can be stopped.
        let deadline = tokio::time::Instant::now() + DYING;
        while cgroup::is_frozen(&about.cgroups).is_some_and(|now| now != frozen) && is_alive(running.first) {
            if tokio::time::Instant::now() > deadline {
                return Err(Error::Refused { doing, said: "some of its processes do not stop".to_owned() });
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.tell(name, Some(if frozen { State::Frozen } else { State::Running }));
        Ok(())
    }
}
