//! Containers that wait for somebody, so that signing in need not wait for one.

use std::{sync::Arc, time::Duration};

use runtime::Name;

use super::house::House;
use crate::lifecycle::Trouble;

/// After a try that failed. What keeps one from being made keeps the next from it too.
const PAUSE: Duration = Duration::from_secs(10);

impl House {
    /// One that waits, with this plan. It is the caller's then.
    pub(super) fn from_pool(&self, plan: &str) -> Option<Name> {
        let mut pool = self.pool.lock();
        let at = pool.iter().position(|(_, of)| of == plan)?;
        let (name, _) = pool.swap_remove(at);
        drop(pool);
        self.taken.notify_one();
        Some(name)
    }

    /// What could not be written down as somebody's: removed, since it is not known whether it was.
    pub(super) async fn give_back(&self, name: Name, made: bool) {
        if made {
            tracing::warn!(container = %name, "taken from the pool for nobody; it is removed");
        }
        // What cannot be removed now is a stray, and goes at the next look.
        if let Err(trouble) = self.remove(&name, None).await {
            tracing::warn!(container = %name, ?trouble, "it stays for now");
        }
    }

    /// Keeps the pool as large as the plans say, until tosd stops.
    pub(super) async fn keep_pool(self: Arc<Self>) {
        let mut stopping = self.stopping.subscribe();
        loop {
            let pause = match self.fill().await {
                Ok(()) => Duration::from_secs(60),
                Err(Trouble::Full) => PAUSE,
                Err(trouble) => {
                    tracing::warn!(?trouble, "the pool is not full");
                    PAUSE
                }
            };
            tokio::select! {
                () = self.taken.notified() => {}
                () = tokio::time::sleep(pause) => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn fill(&self) -> Result<(), Trouble> {
        if !self.volumes.late() {
            return Ok(());
        }
        let plans: Vec<_> = self.plans.read().iter().cloned().collect();
        for plan in plans {
            loop {
                let (there, extra) = {
                    let mut pool = self.pool.lock();
                    let there = pool.iter().filter(|(_, of)| *of == plan.name).count();
                    let many = there > plan.pool as usize;
                    let extra = many.then(|| pool.iter().position(|(_, of)| *of == plan.name)).flatten();
                    (there, extra.map(|at| pool.swap_remove(at).0))
                };
                if let Some(name) = extra {
                    self.remove(&name, None).await?;
                    continue;
                }
                if there >= plan.pool as usize || *self.stopping.borrow() {
                    break;
                }
                let name = Self::new_name()?;
                if let Err(trouble) = self.make(&name, &plan, None).await {
                    self.give_back(name, false).await;
                    return Err(trouble);
                }
                self.pool.lock().push((name, plan.name.clone()));
            }
        }
        Ok(())
    }
}
