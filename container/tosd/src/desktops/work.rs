//! Doing what a lifecycle says, step by step. Each job may be done again after it was cut off anywhere.

use std::time::Duration;

use gate::Phase as GatePhase;
use runtime::Name;
use store::{Desktop, DesktopState, Moment, SNAPSHOT_MAX, SnapshotId, SnapshotKind, UserId};
use tokio::time::{Instant, sleep};

use super::{
    house::{House, of_runtime, of_store},
    inside,
};
use crate::{
    failpoint,
    lifecycle::{Job, Resume, Share, Trouble},
    plans::Plan,
    volumes::state,
};

/// How long one look for an answer takes: whoever has something else to say is heard in between.
const LOOK: Duration = Duration::from_millis(250);

/// The share of the processor of whoever's plan says nothing of it.
const USUAL_WEIGHT: u32 = 100;

/// Between two looks.
const BETWEEN: Duration = Duration::from_millis(15);

/// What is written down of one user's desktop, and the hands that change it.
pub struct Work {
    pub user: UserId,
    pub name: String,
    /// As it was last written.
    pub row: Desktop,
}

impl Work {
    /// The container, if there is one.
    pub fn container(&self) -> Option<Name> {
        self.row.container.as_deref()?.parse().ok()
    }

    /// Does a job.
    pub async fn perform(&mut self, house: &House, job: Job) -> Result<(), Trouble> {
        match job {
            Job::Take => self.take(house).await,
            Job::Begin(resume) => self.begin(house, resume).await,
            Job::Answer => self.answer(house).await,
            Job::Check => {
                house.keep_settings(&self.name).await;
                self.check(house).await
            }
            Job::Freeze => {
                house.keep_settings(&self.name).await;
                house.runtime.freeze(&self.there()?).await.map_err(of_runtime)?;
                failpoint::pass("freeze.frozen");
                self.record(house, |row| row.state = DesktopState::Frozen).await?;
                failpoint::pass("freeze.recorded");
                Ok(())
            }
            Job::Thaw => {
                house.runtime.thaw(&self.there()?).await.map_err(of_runtime)?;
                failpoint::pass("thaw.thawed");
                Ok(())
            }
            Job::Weigh(share) => {
                let whole = self.plan(house).await?.limits.cpu_weight.unwrap_or(USUAL_WEIGHT);
                let weight = if share == Share::Whole { whole } else { whole.div_ceil(10) };
                house.runtime.weigh(&self.there()?, weight).await.map_err(of_runtime)
            }
            Job::Snapshot => self.snapshot(house).await,
            Job::Salvage => self.salvage(house).await,
            Job::Blame(resume) => self.blame(house, resume).await,
            Job::Keep => self.keep(house).await,
            Job::Restore => self.restore(house).await,
            Job::Remove => self.remove(house).await,
        }
    }

    pub(super) fn there(&self) -> Result<Name, Trouble> {
        self.container().ok_or_else(|| Trouble::Broken("there is no container".into()))
    }

    /// Writes the row, if nobody else did.
    pub async fn record(&mut self, house: &House, change: impl Fn(&mut Desktop)) -> Result<(), Trouble> {
        let mut row = self.row.clone();
        change(&mut row);
        if row == self.row {
            return Ok(());
        }
        match house.store.change_desktop(&row, Moment::now()).await {
            Ok(row) => {
                self.row = row;
                Ok(())
            }
            Err(error @ (store::Error::Stale(_) | store::Error::Unknown(_))) => {
                // Ours may have been written although we were not told; whatever is there now is what counts.
                if let Ok(Some(row)) = house.store.desktop(self.user).await {
                    let other = row.instance.as_deref().is_some_and(|instance| instance != house.config.instance);
                    if other {
                        return Err(Trouble::Later("another session manager looks after this desktop".into()));
                    }
                    self.row = row;
                }
                Err(of_store(error))
            }
            Err(error) => Err(of_store(error)),
        }
    }

    /// The plan of its user.
    pub(super) async fn plan(&self, house: &House) -> Result<Plan, Trouble> {
        let user = house.store.user(self.user).await.map_err(of_store)?;
        let plan = user.map_or_else(|| self.row.plan.clone(), |user| user.plan);
        house.plan(&plan).ok_or_else(|| Trouble::Broken("there is no plan".into()))
    }

    async fn take(&mut self, house: &House) -> Result<(), Trouble> {
        let plan = self.plan(house).await?;
        let mut ready = false;
        if self.container().is_none() {
            let pooled = if house.volumes.late() { house.take_waiting(&plan) } else { None };
            ready = pooled.is_some();
            let name = match pooled {
                Some(name) => name,
                None => House::new_name()?,
            };
            if !ready {
                // Whoever finds no numbers has written nothing down yet.
                house.take_slot(&name).await?;
            }
            let runtime = format!("{:?}", house.kind).to_lowercase();
            let recorded = self
                .record(house, |row| {
                    row.container = Some(name.as_str().to_owned());
                    row.instance = Some(house.config.instance.clone());
                    row.runtime = Some(runtime.clone());
                    row.plan.clone_from(&plan.name);
                })
                .await;
            if let Err(trouble) = recorded {
                if self.container().as_ref() != Some(&name) {
                    // It is nobody's then.
                    house.give_back(name, ready).await;
                }
                return Err(trouble);
            }
            failpoint::pass("take.recorded");
        }
        let name = self.there()?;
        house.owners.lock().insert(name.clone(), self.name.clone());
        if !ready {
            house.make(&name, &plan, Some(&self.name)).await?;
        }
        house.counts.count(if ready { &house.counts.warm } else { &house.counts.cold });
        Ok(())
    }

    async fn begin(&mut self, house: &House, resume: Resume) -> Result<(), Trouble> {
        let name = self.there()?;
        let gate = house.gate(&name);
        let until = Instant::now() + house.config.lifecycle.start_within.0;
        loop {
            match gate.status().await {
                Ok(GatePhase::Waiting) => break,
                Ok(GatePhase::Running { .. }) => return Ok(()),
                Ok(GatePhase::Ended { status }) => return Err(Trouble::Broken(ended(status))),
                Err(_) if Instant::now() < until => {
                    if !is_there(house, &name).await? {
                        return Err(Trouble::Broken("the container ended before it was anybody's".into()));
                    }
                    sleep(BETWEEN).await;
                }
                Err(error) => return Err(Trouble::Broken(error.to_string())),
            }
        }
        let slot = house.take_slot(&name).await?;
        house.home(&self.name, &self.plan(house).await?, slot.ids).await?;
        self.lay_out(house, resume, house.volumes.owner(slot.ids)).await?;
        house.bring_settings(&self.name, house.volumes.owner(slot.ids)).await;
        failpoint::pass("begin.state");
        let pid = house.runtime.pid(&name).await.map_err(of_runtime)?;
        let pid = pid.ok_or_else(|| Trouble::Broken("the container ended before it was anybody's".into()))?;
        let brought = house.volumes.bring(&self.name, &name, slot.ids, pid).await;
        brought.map_err(|error| Trouble::Broken(error.to_string()))?;
        failpoint::pass("begin.bound");
        match gate.begin(&house.environment(&self.name)).await {
            Ok(()) => {}
            Err(gate::Error::Refused(reason)) if reason == "begun" => {}
            Err(error) => return Err(Trouble::Broken(error.to_string())),
        }
        failpoint::pass("begin.begun");
        Ok(())
    }

    /// Puts what the desktop is to begin with where it looks for it.
    async fn lay_out(&mut self, house: &House, resume: Resume, owner: u32) -> Result<(), Trouble> {
        let directory = house.volumes.state(&self.name);
        let remembered = state::read(&directory, SNAPSHOT_MAX).map_err(|error| Trouble::Broken(error.to_string()))?;
        if resume == Resume::Remembered && remembered.is_some() {
            return Ok(());
        }
        let body = match resume {
            Resume::Fresh => None,
            Resume::This(id) => Some(house.store.snapshot_body(self.user, SnapshotId(id)).await.map_err(of_snapshot)?),
            Resume::Remembered | Resume::Newest => {
                match house.store.newest_snapshot(self.user).await.map_err(of_store)? {
                    Some(newest) => Some(house.store.snapshot_body(self.user, newest.id).await.map_err(of_snapshot)?),
                    // Nothing was ever put away: what is there is all there is.
                    None => return Ok(()),
                }
            }
        };
        // What lies there is kept before something else takes its place.
        self.salvage(house).await?;
        state::write(&directory, body.as_deref(), owner).map_err(|error| Trouble::Later(error.to_string()))
    }

    async fn answer(&mut self, house: &House) -> Result<(), Trouble> {
        let name = self.there()?;
        let gate = house.gate(&name);
        let until = Instant::now() + LOOK;
        loop {
            match well(house, &gate, house.config.lifecycle.health_within.0).await {
                Ok(()) => break,
                Err(Trouble::NotYet) if Instant::now() < until => sleep(BETWEEN).await,
                Err(Trouble::NotYet) if !is_there(house, &name).await? => {
                    return Err(Trouble::Broken("the desktop ended as it began".into()));
                }
                Err(trouble) => return Err(trouble),
            }
        }
        self.record(house, |row| {
            row.state = DesktopState::Running;
            row.note.clear();
        })
        .await?;
        failpoint::pass("answer.recorded");
        Ok(())
    }

    async fn check(&mut self, house: &House) -> Result<(), Trouble> {
        let name = self.there()?;
        let gate = house.gate(&name);
        match well(house, &gate, house.config.lifecycle.health_within.0).await {
            Err(Trouble::NotYet) => Err(Trouble::Broken("it does not answer any more".into())),
            other => other,
        }
    }

    async fn snapshot(&mut self, house: &House) -> Result<(), Trouble> {
        if !house.config.desktop.api {
            return self.salvage(house).await;
        }
        let name = self.there()?;
        let gate = house.gate(&name);
        let grant = house.grant(&name, &self.name)?;
        let (port, within) =
            (house.config.desktop.port, house.config.lifecycle.step_within.0.min(Duration::from_secs(20)));
        let body = inside::get(&gate, port, "/api/v1/snapshot", Some(&grant), SNAPSHOT_MAX, within).await;
        let body = body.map_err(|silence| Trouble::Broken(format!("no snapshot: {silence}")))?;
        if serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_err() {
            return Err(Trouble::Broken("no snapshot: it is not JSON".into()));
        }
        let kept = house.store.add_snapshot(self.user, SnapshotKind::Hibernation, &body, "", Moment::now()).await;
        kept.map_err(of_store)?;
        failpoint::pass("snapshot.kept");
        Ok(())
    }

    /// Keeps what the desktop wrote down itself, unless that is kept already.
    async fn salvage(&mut self, house: &House) -> Result<(), Trouble> {
        let directory = house.volumes.state(&self.name);
        let body = state::read(&directory, SNAPSHOT_MAX).map_err(|error| Trouble::Broken(error.to_string()))?;
        let Some(body) = body else { return Ok(()) };
        let known = house.store.snapshots(self.user).await.map_err(of_store)?;
        let hash = super::hex_sha256(&body);
        if known.iter().any(|snapshot| snapshot.sha256 == hash) {
            return Ok(());
        }
        let note = "what the desktop wrote down itself";
        let kept = house.store.add_snapshot(self.user, SnapshotKind::Periodic, &body, note, Moment::now()).await;
        kept.map(drop).map_err(of_store)
    }

    async fn blame(&mut self, house: &House, resume: Resume) -> Result<(), Trouble> {
        let id = match resume {
            Resume::This(id) => Some(SnapshotId(id)),
            _ => house.store.newest_snapshot(self.user).await.map_err(of_store)?.map(|snapshot| snapshot.id),
        };
        let Some(id) = id else { return Ok(()) };
        tracing::warn!(user = self.name, snapshot = %id, "a snapshot does not restore; it is kept");
        house.store.fail_snapshot(id, "no desktop came up from it").await.map_err(of_store)
    }

    async fn remove(&mut self, house: &House) -> Result<(), Trouble> {
        house.keep_settings(&self.name).await;
        if let Some(name) = self.container() {
            house.remove(&name, Some(&self.name)).await?;
            house.owners.lock().remove(&name);
        }
        let some = house.store.newest_snapshot(self.user).await.map_err(of_store)?.is_some();
        let state = if some { DesktopState::Hibernated } else { DesktopState::New };
        self.record(house, |row| {
            row.container = None;
            row.state = state;
        })
        .await?;
        failpoint::pass("remove.recorded");
        Ok(())
    }
}

/// A snapshot that cannot be read is no reason to have no desktop.
fn of_snapshot(error: store::Error) -> Trouble {
    match error {
        store::Error::Missing(_) => Trouble::Unreadable(error.to_string()),
        other => of_store(other),
    }
}

/// Whether a desktop is well.
async fn well(house: &House, gate: &gate::Gate, within: Duration) -> Result<(), Trouble> {
    if !house.config.desktop.api {
        return match gate.status().await {
            Ok(GatePhase::Running { .. }) => Ok(()),
            Ok(GatePhase::Ended { status }) => Err(Trouble::Broken(ended(status))),
            Ok(GatePhase::Waiting) | Err(_) => Err(Trouble::NotYet),
        };
    }
    match inside::get(gate, house.config.desktop.port, "/healthz", None, 4096, within).await {
        Ok(body) if body.starts_with(b"ok") => Ok(()),
        _ => match gate.status().await {
            Ok(GatePhase::Ended { status }) => Err(Trouble::Broken(ended(status))),
            _ => Err(Trouble::NotYet),
        },
    }
}

fn ended(status: i32) -> String {
    format!("the desktop ended with status {status}")
}

async fn is_there(house: &House, name: &Name) -> Result<bool, Trouble> {
    match house.runtime.pid(name).await {
        Ok(pid) => Ok(pid.is_some()),
        Err(runtime::Error::Missing(_)) => Ok(false),
        Err(error) => Err(of_runtime(error)),
    }
}
