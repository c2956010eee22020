//! A desktop in a small world where anything may happen at any time, tosd's own death between any two steps of a job
//! included.

mod kept;
mod stories;

use proptest::prelude::*;

use super::*;

const RULES: Rules = Rules {
    stand_back_after: Some(Duration::from_secs(10)),
    freeze_after: Some(Duration::from_secs(300)),
    hibernate_after: Some(Duration::from_secs(7200)),
    start_within: Duration::from_secs(30),
    health_every: Some(Duration::from_secs(20)),
    give_up: 3,
    back_off: Duration::from_secs(1),
    unwell: 3,
    settled: Duration::from_secs(60),
    checkpoint: false,
};

/// What somebody did in a desktop: so many things, one after the other.
type Work = u32;

#[derive(Debug, Clone, Default)]
struct Container {
    id: u32,
    begun: bool,
    frozen: bool,
    dead: bool,
    /// It stands back behind others.
    back: bool,
    work: Work,
    /// What it began with makes it die before it answers.
    doomed: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Row {
    #[default]
    New,
    Up,
    Away,
}

/// Everything that outlives tosd.
#[derive(Debug, Default)]
struct World {
    containers: Vec<Container>,
    /// One whose processes are in a file.
    kept: Option<Container>,
    /// It is asked for that processes are kept.
    keeps: bool,
    /// Processes cannot be written to files, or do not go on from them.
    stuck: bool,
    made: u32,
    row: Row,
    row_container: Option<u32>,
    /// What the desktop wrote down itself.
    file: Option<Work>,
    /// Snapshots: work, and whether it was blamed.
    snapshots: Vec<(Work, bool)>,
    /// Work that desktops cannot come up from.
    poison: Option<Work>,
    /// Nothing comes up at all.
    broken: bool,
    /// The runtime does not answer.
    silent: bool,
    /// Somebody ended it, or it did not answer: what it did not write down may go.
    rough: bool,
    /// The most work that was ever safe: in a file or a snapshot.
    safe: Work,
}

/// tosd was killed here.
struct Killed;

impl World {
    fn ours(&mut self) -> Option<&mut Container> {
        let id = self.row_container?;
        self.containers.iter_mut().find(|container| container.id == id)
    }

    fn keep(&mut self, work: Work) {
        if !self.snapshots.iter().any(|(kept, _)| *kept == work) {
            self.snapshots.push((work, false));
        }
        self.safe = self.safe.max(work);
    }

    fn newest(&self) -> Option<Work> {
        self.snapshots.iter().rev().find(|(_, blamed)| !blamed).map(|(work, _)| *work)
    }

    /// Does a job in its steps; after each of them tosd may be killed.
    fn perform(&mut self, job: Job, fuse: &mut u32) -> Result<Result<(), Trouble>, Killed> {
        let mut step = || {
            *fuse = fuse.saturating_sub(1);
            if *fuse == 0 { Err(Killed) } else { Ok(()) }
        };
        if self.silent && job != Job::Salvage {
            return Ok(Err(if job == Job::Answer { Trouble::NotYet } else { Trouble::Later("silent".into()) }));
        }
        step()?;
        match job {
            Job::Take => {
                let id = match self.row_container {
                    Some(id) => id,
                    None => {
                        self.made += 1;
                        self.row_container = Some(self.made);
                        self.made
                    }
                };
                step()?;
                if self.ours().is_none() {
                    self.containers.push(Container { id, ..Container::default() });
                }
            }
            Job::Begin(resume) => {
                let newest = self.newest();
                let from = match resume {
                    Resume::Remembered => self.file.or(newest),
                    Resume::Newest => newest,
                    Resume::This(_) => self.snapshots.first().map(|(work, _)| *work),
                    Resume::Fresh => None,
                };
                // What the file holds and no snapshot does would be gone with it.
                if let Some(file) = self.file
                    && resume != Resume::Remembered
                {
                    self.keep(file);
                }
                step()?;
                self.file = from;
                step()?;
                let doomed = self.broken || from.is_some() && from == self.poison;
                let Some(container) = self.ours() else { return Ok(Err(Trouble::Broken("gone".into()))) };
                assert!(!container.begun, "a container begins once");
                (container.begun, container.doomed, container.work) = (true, doomed, from.unwrap_or(0));
            }
            Job::Answer => {
                let Some(container) = self.ours() else { return Ok(Err(Trouble::NotYet)) };
                assert!(container.begun && !container.frozen);
                if container.dead {
                    return Ok(Err(Trouble::NotYet));
                }
                if container.doomed {
                    container.dead = true;
                    return Ok(Err(Trouble::Broken("it ended with status 1".into())));
                }
                step()?;
                self.row = Row::Up;
            }
            Job::Check => match self.ours() {
                Some(container) if !container.dead => assert!(!container.frozen, "a frozen one is not asked"),
                _ => return Ok(Err(Trouble::NotYet)),
            },
            Job::Weigh(share) => match self.ours() {
                Some(container) if !container.dead => {
                    assert!(!container.frozen, "a frozen one is not weighed");
                    container.back = share == Share::Tenth;
                }
                _ => return Ok(Err(Trouble::Broken("gone".into()))),
            },
            Job::Freeze | Job::Thaw => match self.ours() {
                Some(container) if !container.dead => {
                    container.frozen = job == Job::Freeze;
                    assert!(!container.back, "whoever thaws it waits for it");
                }
                _ => return Ok(Err(Trouble::Broken("gone".into()))),
            },
            Job::Snapshot => match self.ours() {
                Some(container) if !container.dead => {
                    assert!(container.begun && !container.frozen, "asked of one that can answer");
                    let work = container.work;
                    step()?;
                    self.keep(work);
                }
                _ => return Ok(Err(Trouble::Broken("gone".into()))),
            },
            Job::Salvage => {
                if let Some(file) = self.file {
                    self.keep(file);
                }
            }
            Job::Blame(resume) => {
                let work = match resume {
                    Resume::This(_) => self.snapshots.first().map(|(work, _)| *work),
                    _ => self.newest(),
                };
                self.snapshots
                    .iter_mut()
                    .filter(|(kept, _)| Some(*kept) == work)
                    .for_each(|(_, blamed)| *blamed = true);
            }
            Job::Keep => {
                if self.stuck {
                    return Ok(Err(Trouble::Broken("criu says no".into())));
                }
                let Some(container) = self.ours() else { return Ok(Err(Trouble::Broken("gone".into()))) };
                assert!(container.begun && !container.frozen);
                if container.dead {
                    return Ok(Err(Trouble::Broken("it does not run".into())));
                }
                let container = container.clone();
                assert!(self.rough || self.snapshots.iter().any(|(kept, _)| *kept == container.work), "{self:?}");
                self.containers.retain(|other| other.id != container.id);
                self.kept = Some(container);
                step()?;
                self.row = Row::Away;
            }
            Job::Restore => {
                let container = self.kept.take().expect("what is kept is there");
                assert!(self.ours().is_none());
                step()?;
                if self.stuck {
                    return Ok(Err(Trouble::Broken("criu says no".into())));
                }
                self.containers.push(container);
            }
            Job::Remove => {
                let id = self.row_container;
                self.kept = None;
                if let Some(work) = self.ours().filter(|it| it.begun && !it.dead && !it.doomed).map(|it| it.work) {
                    let kept = self.snapshots.iter().any(|(kept, _)| *kept == work);
                    assert!(kept || self.rough, "put away as it was: {self:?}");
                }
                self.rough = false;
                self.containers.retain(|container| Some(container.id) != id);
                step()?;
                self.row_container = None;
                self.row = if self.snapshots.is_empty() && self.file.is_none() { Row::New } else { Row::Away };
            }
        }
        step()?;
        Ok(Ok(()))
    }

    /// As tosd finds it at its start: containers of nobody are taken away, what is there is asked how it is.
    fn adopt(&mut self, now: Instant) -> Life {
        let ours = self.row_container;
        self.containers.retain(|container| Some(container.id) == ours);
        let resume = if self.row == Row::Up { Resume::Remembered } else { Resume::Newest };
        let kept = self.kept.is_some();
        let body = match (self.ours(), ours) {
            (None, None) => Body::None,
            (None, Some(_)) if kept => Body::Kept,
            (None, Some(_)) => Body::Dead { why: "it is gone".into() },
            (Some(container), _) if container.dead => Body::Dead { why: "it ended".into() },
            (Some(container), _) if container.frozen => Body::Frozen,
            (Some(container), _) if container.begun => Body::Begun,
            (Some(_), _) => Body::Waiting,
        };
        Life::found(Rules { checkpoint: self.keeps, ..RULES }, body, resume, now)
    }
}

#[derive(Debug, Clone)]
enum Op {
    Open,
    View(u32),
    Freeze,
    PutAway,
    ResumeOldest,
    Kill,
    Wait(u64),
    Work,
    /// The desktop writes down where it is.
    Write,
    /// The container's processes end.
    Crash,
    Silence(bool),
    Poison,
    Break(bool),
    Stick(bool),
    /// tosd is killed so many steps from now.
    Fuse(u32),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => Just(Op::Open),
        2 => (0_u32..3).prop_map(Op::View),
        1 => Just(Op::Freeze),
        1 => Just(Op::PutAway),
        1 => Just(Op::ResumeOldest),
        1 => Just(Op::Kill),
        4 => (1_u64..10_000).prop_map(Op::Wait),
        4 => Just(Op::Work),
        2 => Just(Op::Write),
        2 => Just(Op::Crash),
        1 => any::<bool>().prop_map(Op::Silence),
        1 => Just(Op::Poison),
        1 => any::<bool>().prop_map(Op::Break),
        1 => any::<bool>().prop_map(Op::Stick),
        3 => (1_u32..12).prop_map(Op::Fuse),
    ]
}

struct Play {
    world: World,
    life: Life,
    now: Instant,
    fuse: u32,
}

impl Play {
    fn new() -> Self {
        Self::keeping(false)
    }

    /// With or without processes that are kept.
    fn keeping(keeps: bool) -> Self {
        let now = Instant::now();
        let mut world = World { keeps, ..World::default() };
        let life = world.adopt(now);
        Self { world, life, now, fuse: u32::MAX }
    }

    fn apply(&mut self, op: &Op) {
        let now = self.now;
        match op {
            Op::Open => self.life.open(now),
            Op::View(count) => self.life.view(*count, now),
            Op::Freeze => {
                self.life.freeze();
            }
            Op::PutAway => self.life.put_away(None, now),
            Op::ResumeOldest => {
                if !self.world.snapshots.is_empty() {
                    self.life.put_away(Some(Resume::This(uuid::Uuid::nil())), now);
                }
            }
            Op::Kill => {
                self.world.rough = true;
                self.life.kill();
            }
            Op::Wait(seconds) => self.run_for(*seconds),
            Op::Work => {
                if let Some(container) = self.world.ours().filter(|it| it.begun && !it.frozen && !it.dead && !it.doomed)
                {
                    container.work += 1;
                }
            }
            Op::Write => {
                if let Some(work) = self.world.ours().filter(|it| it.begun && !it.frozen && !it.dead).map(|it| it.work)
                {
                    self.world.file = Some(work);
                    self.world.safe = self.world.safe.max(work);
                }
            }
            Op::Crash => {
                if let Some(container) = self.world.ours() {
                    container.dead = true;
                }
                self.life.died("it ended", now);
            }
            Op::Silence(silent) => {
                self.world.rough = true;
                self.world.silent = *silent;
            }
            Op::Poison => self.world.poison = self.world.newest(),
            Op::Break(broken) => self.world.broken = *broken,
            Op::Stick(stuck) => self.world.stuck = *stuck,
            Op::Fuse(steps) => self.fuse = *steps,
        }
    }

    fn run_for(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        let mut jobs = 0;
        while self.now < end {
            match self.life.next(self.now) {
                Next::Do(job) => {
                    jobs += 1;
                    assert!(jobs < 20_000, "it spins: {job:?} {:?}", self.life);
                    match self.world.perform(job, &mut self.fuse) {
                        Ok(result) => self.life.done(job, result, self.now),
                        Err(Killed) => {
                            self.fuse = u32::MAX;
                            self.life = self.world.adopt(self.now);
                        }
                    }
                    self.now += Duration::from_millis(100);
                }
                Next::Wait(at) => self.now = at.unwrap_or(end).clamp(self.now + Duration::from_millis(1), end),
            }
            self.check();
        }
    }

    fn check(&self) {
        assert!(self.world.containers.len() <= 1, "two containers: {:?}", self.world.containers);
        let live = self.world.containers.iter().filter(|it| it.begun).map(|it| it.work).max();
        let kept = self.world.snapshots.iter().map(|(work, _)| *work).max();
        let most = live.max(kept).max(self.world.file);
        assert!(most.unwrap_or(0) >= self.world.safe, "lost: {:?}", self.world);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_two_containers_and_never_a_lost_snapshot(ops in prop::collection::vec(op(), 1..60), keeps: bool) {
        let mut play = Play::keeping(keeps);
        for op in &ops {
            play.apply(op);
            play.run_for(1);
        }
        // Whatever happened: once the world is well again and somebody wants a desktop, there is one.
        play.apply(&Op::Silence(false));
        play.apply(&Op::Break(false));
        play.fuse = u32::MAX;
        play.run_for(600);
        play.life.view(1, play.now);
        for _ in 0..3 {
            play.apply(&Op::Open);
            play.run_for(120);
        }
        prop_assert_eq!(play.life.body(), &Body::Well, "{:?} {:?}", play.life, play.world);
        prop_assert!(play.world.ours().is_some_and(|it| !it.back), "{:?} {:?}", play.life, play.world);
    }
}
