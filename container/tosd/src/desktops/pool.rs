//! Containers that wait for somebody, so that signing in need not wait for one.

use std::{sync::Arc, time::Duration};

use runtime::Name;

use super::house::House;
use crate::{lifecycle::Trouble, plans::Plan};

/// After a try that failed. What keeps one from being made keeps the next from it too.
const PAUSE: Duration = Duration::from_secs(10);

impl House {
    /// What containers of a plan are made after. Those of another stamp are of an earlier configuration.
    pub(super) fn stamp(&self, plan: &Plan) -> String {
        let config = &self.config;
        let all = format!("{:?} {:?} {:?} {:?} {plan:?}", self.kind, config.runtime, config.desktop, config.origin());
        super::hex_sha256(all.as_bytes()).chars().take(16).collect()
    }

    /// One that waits, with this plan. It is the caller's then.
    pub(super) fn take_waiting(&self, plan: &Plan) -> Option<Name> {
        let stamp = self.stamp(plan);
        let mut pool = self.pool.lock();
        let at = pool.iter().position(|(_, of)| *of == stamp)?;
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
        let plans: Vec<(Plan, String)> =
            self.plans.read().iter().map(|plan| (plan.clone(), self.stamp(plan))).collect();
        while let Some(name) = self.superfluous(&plans) {
            self.remove(&name, None).await?;
        }
        for (plan, stamp) in plans {
            while self.waiting(&stamp) < plan.pool as usize && !*self.stopping.borrow() {
                let name = Self::new_name()?;
                if let Err(trouble) = self.make(&name, &plan, None).await {
                    self.give_back(name, false).await;
                    return Err(trouble);
                }
                self.pool.lock().push((name, stamp.clone()));
            }
        }
        Ok(())
    }

    fn waiting(&self, stamp: &str) -> usize {
        self.pool.lock().iter().filter(|(_, of)| of == stamp).count()
    }

    /// One that no plan wants, taken out of the pool.
    fn superfluous(&self, plans: &[(Plan, String)]) -> Option<Name> {
        let mut pool = self.pool.lock();
        let wanted = |stamp: &str| plans.iter().find(|(_, of)| of == stamp).map_or(0, |(plan, _)| plan.pool as usize);
        let many = |stamp: &str| pool.iter().filter(|(_, of)| of == stamp).count() > wanted(stamp);
        let at = pool.iter().position(|(_, stamp)| many(stamp))?;
        Some(pool.swap_remove(at).0)
    }
}
