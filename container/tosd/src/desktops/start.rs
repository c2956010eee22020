//! The beginning: what runs is found again, what is nobody's goes, and what happens from now on is heard.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use futures::StreamExt as _;
use gate::Phase as GatePhase;
use parking_lot::{Mutex, RwLock};
use runtime::{Known, Name, State};
use store::{BlockKind, Desktop, DesktopState, Moment, UserId};
use tokio::sync::watch;

use super::{
    Counts, Desktops, Message, Overview, Parts, Phase,
    house::{House, slot_of},
};
use crate::{
    lifecycle::{Body, Resume, Rules},
    plans::Plan,
};

/// How often figures of containers are asked for.
const SAMPLE: Duration = Duration::from_secs(15);

/// How often old snapshots are looked for.
const RETENTION: Duration = Duration::from_secs(3600);

/// Before the runtime is asked again that did not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Users asked for at once.
const PAGE: u32 = 500;

impl Desktops {
    /// Finds again what an earlier tosd left, and takes care of it from now on.
    ///
    /// # Errors
    /// If the store does not answer. A runtime that does not is waited for.
    pub async fn start(parts: Parts) -> anyhow::Result<Self> {
        let Parts { config, plans, store, runtime, kind, keys, volumes } = parts;
        let settings = match &config.settings {
            Some(address) => Some(store::settings::open(address, &store).await.context("the store of settings")?),
            None => None,
        };
        let house = Arc::new(House {
            settings,
            config,
            plans: Arc::new(RwLock::new(plans)),
            store,
            runtime,
            kind,
            keys,
            volumes,
            actors: Mutex::default(),
            owners: Mutex::default(),
            running: Mutex::default(),
            books: Mutex::default(),
            pool: Mutex::default(),
            taken: tokio::sync::Notify::new(),
            slots: Mutex::default(),
            stopping: watch::channel(false).0,
            counts: Counts::default(),
        });
        house.publish_keys()?;
        let desktops = Self { house: house.clone() };
        desktops.find_again().await?;
        tokio::spawn(house.clone().keep_pool());
        tokio::spawn(house.clone().hear_events());
        tokio::spawn(house.clone().sample());
        tokio::spawn(house.retention());
        Ok(desktops)
    }

    async fn find_again(&self) -> anyhow::Result<()> {
        let house = &self.house;
        let known = loop {
            match house.list().await {
                Ok(known) => break known,
                Err(error) => {
                    tracing::warn!(%error, "the runtime does not answer; it is asked again");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        };
        house.recall_slots().await?;
        let ours = |row: &Desktop| row.instance.as_deref().is_none_or(|instance| instance == house.config.instance);
        let rows: Vec<Desktop> = house.store.desktops().await?.into_iter().filter(ours).collect();
        let users = house.users().await?;
        let mut wanted: HashSet<String> = HashSet::new();
        for row in rows {
            let Some(name) = users.get(&row.user) else { continue };
            let Some(container) = row.container.clone() else {
                house.write_book(in_the_books(name, &row));
                continue;
            };
            let there = known.iter().find(|known| known.name.as_str() == container);
            let kept = container.parse().is_ok_and(|container| house.is_kept(&container, there.is_some()));
            let body = if kept { Body::Kept } else { house.body_of(there).await };
            tracing::info!(user = name, container, ?body, "found again");
            wanted.insert(container.clone());
            if let Ok(container) = container.parse() {
                house.owners.lock().insert(container, name.clone());
            }
            self.spawn(name, row, body);
        }
        for known in known.iter().filter(|known| !wanted.contains(known.name.as_str())) {
            let stamp = known.labels.get("tos.stamp").cloned().unwrap_or_default();
            if house.volumes.late() && house.body_of(Some(known)).await == Body::Waiting {
                house.pool.lock().push((known.name.clone(), stamp));
            } else {
                tracing::info!(container = %known.name, "nobody's; it is removed");
                house.give_back(known.name.clone(), false).await;
            }
        }
        house.sweep(&known.iter().map(|known| known.name.clone()).collect()).await;
        Ok(())
    }
}

/// How a desktop without a container is.
fn in_the_books(name: &str, row: &Desktop) -> Overview {
    Overview {
        user: name.to_owned(),
        plan: row.plan.clone(),
        phase: match row.state {
            DesktopState::Hibernated => Phase::Hibernated,
            DesktopState::Failed => Phase::Failed { why: row.note.clone() },
            DesktopState::New | DesktopState::Running | DesktopState::Frozen => Phase::New,
        },
        container: None,
        viewers: 0,
        since: Moment::now().since(row.changed),
        restarts: row.restarts,
        notice: None,
        cpu: Duration::ZERO,
        memory: 0,
        pids: 0,
    }
}

/// What a desktop in this state begins with next.
pub(super) fn resume_of(row: &Desktop) -> Resume {
    match row.state {
        DesktopState::Running | DesktopState::Frozen => Resume::Remembered,
        DesktopState::New | DesktopState::Hibernated | DesktopState::Failed => Resume::Newest,
    }
}

impl House {
    /// The numbers that this plan goes by.
    pub(super) fn rules(&self, plan: &Plan) -> Rules {
        let mut lifecycle = self.config.lifecycle.clone();
        lifecycle.freeze_after = plan.freeze_after.unwrap_or(lifecycle.freeze_after);
        lifecycle.hibernate_after = plan.hibernate_after.unwrap_or(lifecycle.hibernate_after);
        Rules::from(&lifecycle)
    }

    /// What is known of somebody. Figures stay until they are asked for again.
    pub(super) fn write_book(&self, overview: Overview) {
        let mut books = self.books.lock();
        match books.get_mut(&overview.user) {
            Some(before) => {
                let (cpu, memory, pids) = if overview.container.is_some() {
                    (before.cpu, before.memory, before.pids)
                } else {
                    Default::default()
                };
                *before = Overview { cpu, memory, pids, ..overview };
            }
            None => {
                books.insert(overview.user.clone(), overview);
            }
        }
    }

    /// Puts the public halves of our keys where containers read them.
    fn publish_keys(&self) -> anyhow::Result<()> {
        let directory = self.config.run.join("grants");
        std::fs::create_dir_all(&directory)?;
        let temporary = directory.join("grant.pem.new");
        std::fs::write(&temporary, self.keys.read().public_pem()?)?;
        let open = |mode| std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&directory, open(0o755))?;
        std::fs::set_permissions(&temporary, open(0o644))?;
        std::fs::rename(&temporary, directory.join("grant.pem"))?;
        Ok(())
    }

    /// Our containers.
    async fn list(&self) -> Result<Vec<Known>, runtime::Error> {
        let mut all = self.runtime.list().await?;
        all.retain(|known| known.labels.get("tos.instance") == Some(&self.config.instance));
        Ok(all)
    }

    async fn users(&self) -> Result<HashMap<UserId, String>, store::Error> {
        let mut all = HashMap::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.store.users(after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some(last.name.clone());
            all.extend(page.into_iter().map(|user| (user.id, user.name)));
        }
    }

    async fn recall_slots(&self) -> Result<(), store::Error> {
        let blocks = self.store.blocks(&self.config.instance).await?;
        let mut slots = self.slots.lock();
        for ids in blocks.iter().filter(|block| block.kind == BlockKind::Ids) {
            let same = |block: &&store::Block| block.kind == BlockKind::Ports && block.container == ids.container;
            if let Some(ports) = blocks.iter().find(same)
                && let (Ok(name), Some(slot)) = (ids.container.parse(), slot_of(ids, ports))
            {
                slots.insert(name, slot);
            }
        }
        Ok(())
    }

    async fn body_of(&self, known: Option<&Known>) -> Body {
        let Some(known) = known else { return Body::Dead { why: "its container is gone".into() } };
        match known.state {
            State::Created => Body::Made,
            State::Frozen => Body::Frozen,
            State::Exited { status } => Body::Dead { why: format!("it ended with status {status}") },
            State::Running => {
                // tos-init answers at once, unless it has not come so far: then nobody's desktop has begun either.
                let gate = self.gate(&known.name).with_patience(Duration::from_secs(2));
                match gate.status().await {
                    Ok(GatePhase::Running { .. }) => Body::Begun,
                    Ok(GatePhase::Ended { status }) => Body::Dead { why: format!("it ended with status {status}") },
                    Ok(GatePhase::Waiting) => Body::Waiting,
                    Err(gate::Error::Closed(_)) => Body::Waiting,
                    Err(error) => Body::Dead { why: error.to_string() },
                }
            }
        }
    }

    /// Takes away numbers, mounts and directories of containers that are not there any more.
    async fn sweep(&self, known: &HashSet<Name>) {
        let mut left: HashSet<Name> = self.slots.lock().keys().cloned().collect();
        left.extend(self.volumes.slots());
        let owned: HashSet<Name> = self.owners.lock().keys().cloned().collect();
        for name in left.iter().filter(|name| !known.contains(*name) && !owned.contains(*name)) {
            if let Err(trouble) = self.remove(name, None).await {
                tracing::warn!(container = %name, ?trouble, "what is left of it stays for now");
            }
        }
    }

    /// Hears what the runtime says happened, and asks it all when it could not be heard for a while.
    async fn hear_events(self: Arc<Self>) {
        let mut stopping = self.stopping.subscribe();
        loop {
            let hearing = async {
                match self.runtime.events().await {
                    Ok(mut events) => {
                        self.look_at_all().await;
                        while let Some(event) = events.next().await {
                            let why = match event.state {
                                None => "its container is gone".to_owned(),
                                Some(State::Exited { status }) => format!("it ended with status {status}"),
                                Some(_) => continue,
                            };
                            self.ended(&event.name, why).await;
                        }
                    }
                    Err(error) => tracing::warn!(%error, "nothing is heard of containers"),
                }
                tokio::time::sleep(AGAIN).await;
            };
            tokio::select! {
                () = hearing => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn look_at_all(&self) {
        let Ok(known) = self.list().await else { return };
        let ended: Vec<(Name, String)> = known
            .iter()
            .filter_map(|known| match known.state {
                State::Exited { status } => Some((known.name.clone(), format!("it ended with status {status}"))),
                _ => None,
            })
            .collect();
        for (name, why) in ended {
            self.ended(&name, why).await;
        }
    }

    async fn ended(&self, name: &Name, why: String) {
        let pooled = {
            let mut pool = self.pool.lock();
            let before = pool.len();
            pool.retain(|(waiting, _)| waiting != name);
            before != pool.len()
        };
        if pooled {
            tracing::warn!(container = %name, why, "a container of the pool ended");
            // Another is made at the next look: what ended this one may end them all.
            self.give_back(name.clone(), false).await;
            return;
        }
        let owner = self.owners.lock().get(name).cloned();
        let actor = owner.and_then(|owner| self.actors.lock().get(&owner).cloned());
        if let Some(actor) = actor {
            let _ = actor.tell.send(Message::Died(name.clone(), why)).await;
        }
    }

    /// Asks for figures from time to time.
    async fn sample(self: Arc<Self>) {
        let mut stopping = self.stopping.subscribe();
        loop {
            tokio::select! {
                () = tokio::time::sleep(SAMPLE) => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
            let owners: BTreeMap<Name, String> = self.owners.lock().clone().into_iter().collect();
            for (name, user) in owners {
                if let Ok(stats) = self.runtime.stats(&name).await
                    && let Some(book) = self.books.lock().get_mut(&user)
                {
                    (book.cpu, book.memory, book.pids) = (stats.cpu, stats.memory, stats.pids);
                }
            }
        }
    }

    /// Forgets snapshots that are too many or too old. Never anybody's newest.
    async fn retention(self: Arc<Self>) {
        let mut stopping = self.stopping.subscribe();
        let rules = &self.config.lifecycle;
        loop {
            tokio::select! {
                () = tokio::time::sleep(RETENTION) => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
            let Ok(rows) = self.store.desktops().await else { continue };
            let after = crate::lifecycle::unless_never(rules.delete_after.0);
            let before = after.map_or(Moment::from_millis(0), |after| Moment::now() - after);
            for row in rows {
                match self.store.prune_snapshots(row.user, rules.snapshots, before).await {
                    Ok(0) | Err(store::Error::Missing(_)) => {}
                    Ok(count) => tracing::info!(user = %row.user, count, "old snapshots are gone"),
                    Err(error) => tracing::warn!(user = %row.user, %error, "old snapshots stay for now"),
                }
            }
        }
    }
}
