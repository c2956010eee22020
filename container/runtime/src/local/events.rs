//! Who ended, told by the kernel: nobody goes round and asks.

use std::{sync::Arc, time::Duration};

use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::broadcast;

use super::{Inner, process::Held};
use crate::{Event, Name, State};

/// How long what waits for a container may take to write down how it ended.
const WRITING: Duration = Duration::from_secs(2);

impl Inner {
    /// Waits, on the side, for the end of a container that runs. Once for each.
    pub(super) async fn watch(self: &Arc<Self>, name: &Name) {
        let Some(running) = self.records.running(name) else { return };
        let mut watched = self.watched.lock().await;
        if watched.contains_key(&running.first) {
            return;
        }
        let Ok(Some(first)) = Held::of(running.first) else { return };
        let (inner, name) = (Arc::downgrade(self), name.clone());
        let task = tokio::spawn(async move {
            let waiter = Held::of(running.waiter).ok().flatten();
            let ended = first.ended().await;
            if let Some(waiter) = waiter {
                waiter.ended_within(WRITING).await;
            }
            let Some(inner) = inner.upgrade() else { return };
            if ended.is_ok()
                && let Ok(state @ State::Exited { .. }) = inner.state(&name)
            {
                inner.tell(&name, Some(state));
            }
            inner.watched.lock().await.remove(&running.first);
        });
        watched.insert(running.first, task);
    }

    /// Waits until the end of a container whose first process has ended was told.
    pub(super) async fn told(&self, name: &Name) {
        let Some(running) = self.records.running(name) else { return };
        let watching = self.watched.lock().await.remove(&running.first);
        if let Some(watching) = watching {
            // It can only have been stopped with all of us.
            let _ = watching.await;
        }
    }
}

/// What happens, as a stream. It ends for who listens too slowly: then one lists, and asks anew.
pub(super) fn stream(receiver: broadcast::Receiver<Event>) -> BoxStream<'static, Event> {
    stream::unfold(receiver, |mut receiver| async move {
        let event = receiver.recv().await.ok()?;
        Some((event, receiver))
    })
    .boxed()
}
