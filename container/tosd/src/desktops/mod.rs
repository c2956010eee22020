//! Everybody's desktops. One task for each user does one thing after the other, so that whatever comes in at once, and
//! from wherever, finds one desktop and never makes two.

mod phase;

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot, watch};

pub use self::phase::{Act, ActError, Desk, OpenError, Overview, Phase, Step};

/// Everybody's desktops. Clones are the same.
#[derive(Clone)]
pub struct Desktops {
    house: Arc<House>,
}

struct House {
    actors: Mutex<HashMap<String, Handle>>,
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
    Tell(oneshot::Sender<Overview>),
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
        answered.await.map_err(|_| OpenError::Stopping)?
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
            _ => ActError::Stopping,
        })?;
        let (answer, answered) = oneshot::channel();
        handle.tell.send(Message::Act(act, answer)).await.map_err(|_| ActError::Stopping)?;
        answered.await.map_err(|_| ActError::Stopping)?
    }

    /// All of them, by name.
    pub async fn overview(&self) -> Vec<Overview> {
        let actors: Vec<Handle> = self.house.actors.lock().values().cloned().collect();
        let asked = actors.iter().map(|actor| async {
            let (answer, answered) = oneshot::channel();
            actor.tell.send(Message::Tell(answer)).await.ok()?;
            answered.await.ok()
        });
        let mut all: Vec<Overview> = futures::future::join_all(asked).await.into_iter().flatten().collect();
        all.sort_by(|a, b| a.user.cmp(&b.user));
        all
    }

    async fn actor(&self, user: &str) -> Result<Handle, OpenError> {
        self.house.actors.lock().get(user).cloned().ok_or(OpenError::Nobody)
    }
}
