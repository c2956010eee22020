//! Everybody's desktops. One task for each user does one thing after the other, so that whatever comes in at once, and
//! from wherever, finds one desktop and never makes two.

mod actor;
mod counts;
mod house;
mod inside;
mod keep;
mod phase;
mod pool;
mod settings;
mod start;
mod work;

use std::{sync::Arc, time::Instant};

use identity::grant;
use parking_lot::RwLock;
use runtime::{Name, Runtime};
use sha2::{Digest as _, Sha256};
use store::{Desktop, Moment, Store};
use tokio::sync::{mpsc, oneshot, watch};

use self::{actor::Actor, house::House, work::Work};
pub use self::{
    counts::{BUCKETS, Counts, Durations},
    house::PORTS_EACH,
    phase::{Act, ActError, Desk, OpenError, Overview, Phase, Step},
};
use crate::{
    config::{Config, Kind},
    lifecycle::{Body, Life},
    plans::{Plan, Plans},
    volumes::Volumes,
};

/// Messages that wait for one desktop. Who finds no room waits: it is busy with what others asked.
const WAITING: usize = 64;

/// What desktops are made with.
pub struct Parts {
    /// The whole configuration.
    pub config: Arc<Config>,
    /// The plans there are.
    pub plans: Plans,
    /// Users, desktops, snapshots.
    pub store: Store,
    /// What makes containers.
    pub runtime: Arc<dyn Runtime>,
    /// Which kind it is; never [`Kind::Auto`].
    pub kind: Kind,
    /// What signs grants.
    pub keys: Arc<RwLock<grant::Keys>>,
    /// Homes.
    pub volumes: Volumes,
}

/// Everybody's desktops. Clones are the same.
#[derive(Clone)]
pub struct Desktops {
    house: Arc<House>,
}

#[derive(Clone)]
struct Handle {
    tell: mpsc::Sender<Message>,
    phase: watch::Receiver<Phase>,
    viewers: Arc<watch::Sender<u32>>,
}

enum Message {
    Open(oneshot::Sender<Result<Desk, OpenError>>),
    Act(Act, oneshot::Sender<Result<(), ActError>>),
    Died(Name, String),
}

/// Somebody looks at a desktop for as long as this is kept.
pub struct Viewer {
    viewers: Arc<watch::Sender<u32>>,
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.viewers.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Desktops {
    /// Brings a user's desktop to running, from wherever it is. Everybody who asks meanwhile gets the same one.
    ///
    /// # Errors
    /// [`OpenError`]; its text is for the user.
    pub async fn open(&self, user: &str) -> Result<Desk, OpenError> {
        let handle = self.actor(user).await?;
        let (answer, answered) = oneshot::channel();
        handle.tell.send(Message::Open(answer)).await.map_err(|_| OpenError::Stopping)?;
        let rules = &self.house.config.lifecycle;
        let most = rules.start_within.0 + rules.step_within.0;
        match tokio::time::timeout(most, answered).await {
            Err(_) => Err(OpenError::Late),
            Ok(answer) => answer.map_err(|_| OpenError::Stopping)?,
        }
    }

    /// The desktop of a user if it runs just now. Starts nothing, and keeps nothing from being frozen.
    pub fn running(&self, user: &str) -> Option<Desk> {
        self.house.running.lock().get(user).cloned()
    }

    /// Counts somebody as looking at it: while there is one, it is not frozen. Kept for each WebSocket and WHEP session.
    ///
    /// # Errors
    /// [`OpenError::Nobody`].
    pub async fn viewer(&self, user: &str) -> Result<Viewer, OpenError> {
        let viewers = self.actor(user).await?.viewers;
        viewers.send_modify(|count| *count = count.saturating_add(1));
        Ok(Viewer { viewers })
    }

    /// How it is, and how it comes to be. Starts nothing.
    ///
    /// # Errors
    /// [`OpenError::Nobody`].
    pub async fn watch(&self, user: &str) -> Result<watch::Receiver<Phase>, OpenError> {
        Ok(self.actor(user).await?.phase)
    }

    /// Does something with it, and answers when it is done.
    ///
    /// # Errors
    /// [`ActError`]; its text is for whoever asked.
    pub async fn act(&self, user: &str, act: Act) -> Result<(), ActError> {
        let handle = self.actor(user).await.map_err(|error| match error {
            OpenError::Nobody => ActError::Nobody,
            OpenError::Stopping => ActError::Stopping,
            other => ActError::Failed(other.to_string()),
        })?;
        let (answer, answered) = oneshot::channel();
        handle.tell.send(Message::Act(act, answer)).await.map_err(|_| ActError::Stopping)?;
        answered.await.map_err(|_| ActError::Stopping)?
    }

    /// All of them, by name.
    pub async fn overview(&self) -> Vec<Overview> {
        self.house.books.lock().values().cloned().collect()
    }

    /// Ends the desktop of somebody who may not sign in any more, and forgets it and its snapshots. Their files stay: what
    /// becomes of those is for whoever looks after the host.
    ///
    /// # Errors
    /// [`ActError`]: there may still be a container, so it is not forgotten.
    pub async fn discard(&self, user: &str) -> Result<(), ActError> {
        let store = &self.house.store;
        let failed = |error: store::Error| ActError::Failed(error.to_string());
        let Some(known) = store.user_named(user).await.map_err(failed)? else { return Err(ActError::Nobody) };
        if !known.disabled {
            return Err(ActError::NotNow("one that may be opened"));
        }
        match self.act(user, Act::Kill).await {
            // There is no container.
            Ok(()) | Err(ActError::Nobody | ActError::NotNow(_)) => {}
            Err(error) => return Err(error),
        }
        match store.desktop(known.id).await.map_err(failed)? {
            Some(row) if row.container.is_some() => return Err(ActError::NotNow("on its way out")),
            Some(row) => store.remove_desktop(&row).await.map_err(failed)?,
            None => {}
        }
        // Or the next one of this name would have them.
        self.house.forget_settings(user).await.map_err(|error| ActError::Failed(format!("{error:#}")))?;
        // Its task ends with its handle.
        self.house.books.lock().remove(user);
        self.house.actors.lock().remove(user);
        Ok(())
    }

    /// Other plans from now on. Containers that run stay as they are.
    pub fn set_plans(&self, plans: Plans) {
        *self.house.plans.write() = plans;
        self.house.taken.notify_one();
    }

    /// Names of the plans there are.
    pub fn plans(&self) -> Vec<String> {
        self.house.plans.read().iter().map(|plan| plan.name.clone()).collect()
    }

    /// How many containers wait for somebody.
    pub fn pooled(&self) -> usize {
        self.house.pool.lock().len()
    }

    /// What happened so far.
    pub fn counts(&self) -> &Counts {
        &self.house.counts
    }

    /// Lets go of everything. What runs goes on running, and is found again.
    pub fn stop(&self) {
        self.house.stopping.send_replace(true);
    }

    async fn actor(&self, user: &str) -> Result<Handle, OpenError> {
        if *self.house.stopping.borrow() {
            return Err(OpenError::Stopping);
        }
        if let Some(handle) = self.house.actors.lock().get(user) {
            return Ok(handle.clone());
        }
        let store = &self.house.store;
        let known = store.user_named(user).await.map_err(|_| OpenError::Late)?;
        let known = known.filter(|user| !user.disabled).ok_or(OpenError::Nobody)?;
        let plan = self.house.plan(&known.plan).map_or(known.plan, |plan: Plan| plan.name);
        let row = store.claim(known.id, &plan, Moment::now()).await.map_err(|_| OpenError::Late)?;
        Ok(self.spawn(user, row, Body::None))
    }

    /// The task of a user; the one that is there if there is one.
    fn spawn(&self, name: &str, row: Desktop, body: Body) -> Handle {
        let mut actors = self.house.actors.lock();
        if let Some(handle) = actors.get(name) {
            return handle.clone();
        }
        let rules = self.house.plan(&row.plan).map(|plan| self.house.rules(&plan));
        let rules = rules.unwrap_or_else(|| (&self.house.config.lifecycle).into());
        let (tell, heard) = mpsc::channel(WAITING);
        let (phase, told) = watch::channel(Phase::New);
        let viewers = Arc::new(watch::Sender::new(0));
        let handle = Handle { tell, phase: told, viewers: viewers.clone() };
        let actor = Actor {
            house: self.house.clone(),
            life: Life::found(rules, body, start::resume_of(&row), Instant::now()),
            work: Work { user: row.user, name: name.to_owned(), row },
            heard,
            phase,
            viewers: viewers.subscribe(),
            stopping: self.house.stopping.subscribe(),
            openers: Vec::new(),
            acts: Vec::new(),
        };
        actors.insert(name.to_owned(), handle.clone());
        tokio::spawn(actor.run());
        handle
    }
}

/// SHA-256 in hexadecimal digits.
fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
