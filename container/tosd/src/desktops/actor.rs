//! One user's desktop: hears what is wanted, does one thing after the other, tells how it is.

use std::{sync::Arc, time::Instant};

use store::{DesktopState, Moment};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::Instrument as _;

use super::{Act, ActError, Desk, Message, OpenError, Overview, Phase, Step, house::House, work::Work};
use crate::lifecycle::{Body, Job, Life, Next, Resume, Trouble, Want};

/// A task for each user that has, or wants, a desktop.
pub struct Actor {
    pub house: Arc<House>,
    pub life: Life,
    pub work: Work,
    pub heard: mpsc::Receiver<Message>,
    pub phase: watch::Sender<Phase>,
    pub viewers: watch::Receiver<u32>,
    pub stopping: watch::Receiver<bool>,
    pub openers: Vec<(Instant, oneshot::Sender<Result<Desk, OpenError>>)>,
    pub acts: Vec<Asked>,
}

/// Something that somebody wants done.
pub struct Asked {
    act: Act,
    /// The container that it was wanted with: one that somebody opens meanwhile is another.
    container: Option<String>,
    since: Instant,
    answer: oneshot::Sender<Result<(), ActError>>,
}

impl Actor {
    /// Goes on until tosd stops. What runs then goes on running.
    pub async fn run(mut self) {
        loop {
            while let Ok(message) = self.heard.try_recv() {
                self.hear(message).await;
            }
            let viewers = *self.viewers.borrow_and_update();
            if viewers == 0 && self.life.viewers() > 0 {
                // For lists only: what is decided goes by the clock that never jumps.
                let _ = self.house.store.touch_desktop(self.work.user, Moment::now()).await;
            }
            self.life.view(viewers, Instant::now());
            if *self.stopping.borrow() {
                return;
            }
            let next = self.life.next(Instant::now());
            self.tell(next).await;
            match next {
                Next::Do(job) => self.perform(job).await,
                Next::Wait(until) => {
                    let sleep = async {
                        match until {
                            Some(at) => tokio::time::sleep_until(at.into()).await,
                            None => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        message = self.heard.recv() => match message {
                            Some(message) => self.hear(message).await,
                            None => return,
                        },
                        changed = self.viewers.changed() => if changed.is_err() { return },
                        _ = self.stopping.changed() => return,
                        () = sleep => {}
                    }
                }
            }
        }
    }

    async fn perform(&mut self, job: Job) {
        let began = Instant::now();
        // An end of tosd cuts off whatever is under way: the next one goes on with it.
        let most = self.house.config.lifecycle.step_within.0 + self.house.config.lifecycle.grace.0;
        let span = tracing::info_span!("job", user = self.work.name, ?job);
        let done = tokio::select! {
            done = tokio::time::timeout(most, self.work.perform(&self.house, job).instrument(span)) => done,
            _ = self.stopping.wait_for(|stop| *stop) => return,
        };
        let result = done.unwrap_or_else(|_| Err(Trouble::Later("it takes too long".into())));
        let took = began.elapsed();
        match &result {
            Ok(()) => tracing::debug!(user = self.work.name, ?job, ?took, "done"),
            Err(Trouble::NotYet) => {}
            Err(trouble) => tracing::warn!(user = self.work.name, ?job, ?trouble, "not done"),
        }
        self.house.counts.job(job, took, result.is_ok());
        self.life.done(job, result, Instant::now());
        if matches!(job, Job::Remove) && self.life.gave_up().is_some() {
            let why = self.life.gave_up().unwrap_or_default().to_owned();
            tracing::error!(user = self.work.name, why, "given up until somebody asks again");
            let failed = self.work.record(&self.house, |row| {
                row.state = DesktopState::Failed;
                row.note.clone_from(&why);
            });
            // It is said on the screen in any case; without the row only a restart would not know.
            let _ = failed.await;
        }
    }

    async fn hear(&mut self, message: Message) {
        let now = Instant::now();
        match message {
            Message::Open(answer) => {
                let user = match self.house.store.user(self.work.user).await {
                    Ok(user) => user.filter(|user| !user.disabled),
                    Err(_) => {
                        let _ = answer.send(Err(OpenError::Late));
                        return;
                    }
                };
                let Some(user) = user else {
                    let _ = answer.send(Err(OpenError::Nobody));
                    return;
                };
                if let Some(plan) = self.house.plan(&user.plan) {
                    self.life.set_rules(self.house.rules(&plan));
                }
                self.life.open(now);
                self.openers.push((now, answer));
            }
            Message::Died(container, why) => {
                if self.work.row.container.as_deref() == Some(container.as_str()) {
                    tracing::warn!(user = self.work.name, why, "a desktop ended");
                    self.house.counts.count(&self.house.counts.crashes);
                    self.life.died(&why, now);
                }
            }
            Message::Act(act, answer) => {
                let container = self.work.row.container.clone();
                match self.begin_act(act, now).await {
                    Ok(()) => self.acts.push(Asked { act, container, since: now, answer }),
                    Err(error) => drop(answer.send(Err(error))),
                }
            }
        }
    }

    async fn begin_act(&mut self, act: Act, now: Instant) -> Result<(), ActError> {
        let phase = self.phase.borrow().word();
        let there = *self.life.body() != Body::None;
        match act {
            Act::Freeze if !self.life.freeze() => return Err(ActError::NotNow(phase)),
            Act::Freeze => {}
            Act::Thaw if *self.life.body() != Body::Frozen => return Err(ActError::NotNow(phase)),
            Act::Thaw => self.life.open(now),
            Act::Hibernate if *self.life.body() == Body::Kept => return Err(ActError::NotNow(phase)),
            Act::Hibernate | Act::Kill if !there => return Err(ActError::NotNow(phase)),
            Act::Hibernate => self.life.put_away(None, now),
            Act::Kill => self.life.kill(),
            Act::Resume(id) => {
                let known = self.house.store.snapshots(self.work.user).await;
                let known = known.map_err(|error| ActError::Failed(error.to_string()))?;
                if !known.iter().any(|snapshot| snapshot.id.0 == id) {
                    return Err(ActError::NoSnapshot);
                }
                self.life.put_away(Some(Resume::This(id)), now);
            }
        }
        Ok(())
    }

    /// Tells everybody how it is now, and answers who waited for just that.
    async fn tell(&mut self, next: Next) {
        let phase = self.phase_now(next);
        let overview = Overview {
            user: self.work.name.clone(),
            plan: self.work.row.plan.clone(),
            phase: phase.clone(),
            container: self.work.row.container.clone(),
            viewers: self.life.viewers(),
            since: self.life.since().elapsed(),
            restarts: self.life.failures(),
            notice: self.life.notice().map(str::to_owned),
            cpu: std::time::Duration::ZERO,
            memory: 0,
            pids: 0,
        };
        self.house.write_book(overview);
        self.phase.send_if_modified(|before| {
            let changed = *before != phase;
            *before = phase;
            changed
        });
        let body = self.life.body().clone();
        let runs = body == Body::Well && matches!(self.life.want(), Want::Up | Want::Rest);
        let desk = if runs { self.desk() } else { None };
        match &desk {
            Some(desk) => self.house.running.lock().insert(self.work.name.clone(), desk.clone()),
            None => self.house.running.lock().remove(&self.work.name),
        };
        let settled = matches!(next, Next::Wait(_) | Next::Do(Job::Check));
        if let Some(desk) = desk {
            for (since, opener) in self.openers.drain(..) {
                self.house.counts.opened(since.elapsed());
                let _ = opener.send(Ok(desk.clone()));
            }
        } else if self.life.is_full() {
            self.openers.drain(..).for_each(|(_, opener)| drop(opener.send(Err(OpenError::Full))));
        } else if let Some(why) = self.life.gave_up() {
            let why = why.to_owned();
            self.openers.drain(..).for_each(|(_, opener)| drop(opener.send(Err(OpenError::Failed(why.clone())))));
        }
        self.openers.retain(|(_, opener)| !opener.is_closed());
        if settled && !self.acts.is_empty() {
            let word = self.phase.borrow().word();
            let failed = self.life.gave_up().or(self.life.trouble()).map(str::to_owned);
            let most = self.house.config.lifecycle.step_within.0;
            for asked in std::mem::take(&mut self.acts) {
                let Asked { act, ref container, since, .. } = asked;
                let reached = match act {
                    Act::Freeze => body == Body::Frozen,
                    Act::Thaw | Act::Resume(_) => body == Body::Well,
                    Act::Hibernate | Act::Kill => body == Body::Kept || self.work.row.container != *container,
                };
                // Between two tries nothing is settled yet, of a restart or of what an engine or a database is away for.
                let restarts = matches!(next, Next::Wait(Some(_))) && self.life.want() == Want::Up;
                let waits = (restarts && body != Body::Well) || (self.life.is_delayed() && since.elapsed() < most);
                if !reached && waits {
                    self.acts.push(asked);
                    continue;
                }
                let error = failed.clone().map_or(ActError::NotNow(word), ActError::Failed);
                let _ = asked.answer.send(if reached { Ok(()) } else { Err(error) });
            }
        }
    }

    fn phase_now(&self, next: Next) -> Phase {
        let why = || self.life.trouble().unwrap_or("it ended").to_owned();
        if let Some(why) = self.life.gave_up() {
            return Phase::Failed { why: why.to_owned() };
        }
        let step = |step| Phase::Starting { step };
        match (self.life.body(), self.life.want()) {
            (Body::None, Want::Up) if self.life.failures() > 0 && matches!(next, Next::Wait(_)) => {
                Phase::Recovering { why: why() }
            }
            (Body::None | Body::Kept, Want::Up) => step(Step::Container),
            (Body::Kept, _) => Phase::Hibernated,
            (Body::None, _) if self.work.row.state == DesktopState::Hibernated => Phase::Hibernated,
            (Body::None, _) => Phase::New,
            (Body::Dead { why }, Want::Up) => Phase::Recovering { why: why.clone() },
            (Body::Dead { .. }, _) => Phase::Hibernating,
            (Body::Made, _) => step(Step::Container),
            (Body::Waiting, _) => step(Step::Binding),
            (_, Want::Away | Want::Kill) => Phase::Hibernating,
            (Body::Begun, _) => step(Step::Answer),
            (Body::Frozen, Want::Up) => step(Step::Thaw),
            (Body::Frozen, _) => Phase::Frozen,
            (Body::Well, _) => Phase::Running,
        }
    }

    fn desk(&self) -> Option<Desk> {
        let name = self.work.container()?;
        let slot = *self.house.slots.lock().get(&name)?;
        Some(Desk {
            user: self.work.name.clone(),
            gate: self.house.gate_directory(&name),
            ports: slot.ports,
            generation: u64::try_from(self.work.row.generation).unwrap_or_default(),
            name,
        })
    }
}
