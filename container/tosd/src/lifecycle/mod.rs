//! What is to be done with one user's desktop next. Values and the time; nothing here waits or touches anything.
//!
//! A [`Life`] knows what is there ([`Body`]) and what somebody wants ([`Want`]), and [`Life::next`] says the one thing to
//! do now. Whoever does it says how it went ([`Life::done`]). There is no plan that could be lost: killed anywhere, tosd
//! looks at what is there, and the same question is answered again.
//!
//! ```text
//!          take        begin        answer          freeze
//!   None ───────▶ Waiting ───▶ Begun ───────▶ Well ────────▶ Frozen
//!    ▲                │           ▲ │           │               │
//!    │                │           └─┼───────────┼──── thaw ─────┘
//!    │                ▼             ▼           ▼
//!    └─ remove ◀── (nothing)      Dead ─ salvage │ snapshot
//!    └────────────────────────────────◀──────────┘
//! ```
//!
//! 1. `remove` comes after `snapshot` or `salvage`, unless the desktop never began.
//! 2. A snapshot that a desktop does not come up from is blamed only when one without it does.

mod rules;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

pub use self::rules::Rules;

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// No container.
    None,
    /// A container is made; it may not have started.
    Made,
    /// Its first process waits for a user.
    Waiting,
    /// The desktop has begun, and has not answered since it began or thawed.
    Begun,
    /// It answers.
    Well,
    /// It gets no processor.
    Frozen,
    /// It ended, or might as well have.
    Dead {
        /// Why, for the screen.
        why: String,
    },
}

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Nothing: what has begun goes on, what has not is taken away.
    Rest,
    /// A desktop that runs.
    Up,
    /// That it gets no processor.
    Still,
    /// That it is put away.
    Away,
    /// That it ends now.
    Kill,
}

/// What a desktop begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// What it wrote down itself; if there is nothing, as [`Resume::Newest`].
    Remembered,
    /// The newest snapshot, if there is one.
    Newest,
    /// A certain one.
    This(uuid::Uuid),
    /// Nothing.
    Fresh,
}

/// One thing to do. Each may be done again after it was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Write down a container's name, make it or take one of the pool, start it.
    Take,
    /// Bring the user's files in and let the desktop begin.
    Begin(Resume),
    /// Ask whether it answers; for a moment only.
    Answer,
    /// Ask whether it is still well.
    Check,
    /// Take the processor from it.
    Freeze,
    /// Give it back.
    Thaw,
    /// Get a snapshot from it and keep it.
    Snapshot,
    /// Keep what it wrote down last as a snapshot.
    Salvage,
    /// Write down that no desktop comes up from this.
    Blame(Resume),
    /// Take the container away.
    Remove,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Whoever would do it does not answer just now. Nothing is known to be wrong with the desktop.
    Later(String),
    /// It did not answer yet.
    NotYet,
    /// There is no place for another container.
    Full,
    /// The machine cannot do it, ever.
    Cannot(String),
    /// It cannot be done with this container.
    Broken(String),
    /// What it was to begin with cannot be read.
    Unreadable(String),
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// This.
    Do(Job),
    /// Nothing before this time, unless something happens.
    Wait(Option<Instant>),
}

/// One user's desktop.
#[derive(Debug, Clone)]
pub struct Life {
    rules: Rules,
    body: Body,
    want: Want,
    /// Since when the body is as it is.
    since: Instant,
    viewers: u32,
    /// Since when nobody looks at it.
    quiet: Instant,
    resume: Resume,
    /// What a desktop did not come up from; the next try is without.
    suspect: Option<Resume>,
    /// Comes after putting it away.
    then: Option<Resume>,
    /// What is to be known of the container is in the store: it may go.
    saved: bool,
    /// It has answered since it began: whatever is wrong now, it is not what it began with.
    proved: bool,
    /// It cannot be frozen here.
    unfreezable: bool,
    failures: u32,
    unwell: u32,
    checked: Instant,
    /// Not before this.
    pause: Option<Instant>,
    delays: u32,
    gave_up: Option<String>,
    full: bool,
    trouble: Option<String>,
    notice: Option<String>,
}

impl Life {
    /// A desktop that was found like this.
    pub fn found(rules: Rules, body: Body, resume: Resume, now: Instant) -> Self {
        let want = if body == Body::Frozen { Want::Still } else { Want::Rest };
        Self {
            rules,
            body,
            want,
            since: now,
            viewers: 0,
            quiet: now,
            resume,
            suspect: None,
            then: None,
            saved: false,
            proved: resume == Resume::Remembered,
            unfreezable: false,
            failures: 0,
            unwell: 0,
            checked: now,
            pause: None,
            delays: 0,
            gave_up: None,
            full: false,
            trouble: None,
            notice: None,
        }
    }

    /// What is there.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// What somebody wants.
    pub fn want(&self) -> Want {
        self.want
    }

    /// Since when the body is as it is.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// How many look at it.
    pub fn viewers(&self) -> u32 {
        self.viewers
    }

    /// Crashes in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Why it is not tried any more.
    pub fn gave_up(&self) -> Option<&str> {
        self.gave_up.as_deref()
    }

    /// What went wrong last.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// What its user is to be told.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The last try found no place for a container.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Other rules from now on: they come from a file that may change.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Somebody wants the desktop. What was given up is tried anew.
    pub fn open(&mut self, now: Instant) {
        if self.gave_up.take().is_some() {
            self.failures = 0;
            self.pause = None;
        }
        self.full = false;
        // Whoever opens it looks at it in a moment: it is not frozen in between.
        self.quiet = now;
        match self.want {
            // An end that was asked for comes first; who opens it then finds a new one.
            Want::Kill => self.then = self.then.or(Some(Resume::Remembered)),
            Want::Away if self.then.is_some() => {}
            Want::Away if self.saved => self.then = Some(Resume::Newest),
            Want::Rest | Want::Up | Want::Still | Want::Away => self.want = Want::Up,
        }
    }

    /// So many look at it now.
    pub fn view(&mut self, viewers: u32, now: Instant) {
        if viewers == 0 && self.viewers > 0 {
            self.quiet = now;
        }
        self.viewers = viewers;
    }

    /// Somebody wants it frozen.
    pub fn freeze(&mut self) -> bool {
        let can = self.body == Body::Well && !self.unfreezable && matches!(self.want, Want::Up | Want::Rest);
        if can {
            self.want = Want::Still;
        }
        can || self.body == Body::Frozen
    }

    /// Somebody wants it put away, and then perhaps back as an earlier snapshot says.
    pub fn put_away(&mut self, then: Option<Resume>, now: Instant) {
        if self.body == Body::None {
            if let Some(resume) = then {
                self.resume = resume;
                self.suspect = None;
                self.open(now);
            }
            return;
        }
        self.want = Want::Away;
        self.then = then;
    }

    /// Somebody wants it ended.
    pub fn kill(&mut self) {
        self.then = None;
        if self.body != Body::None {
            self.want = Want::Kill;
            self.pause = None;
        } else {
            self.want = Want::Rest;
        }
    }

    /// Its container ended, or is gone.
    pub fn died(&mut self, why: &str, now: Instant) {
        if !matches!(self.body, Body::None | Body::Dead { .. }) {
            self.fail(why.to_owned(), now);
        }
    }

    /// The one thing to do now.
    pub fn next(&mut self, now: Instant) -> Next {
        if let Some(pause) = self.pause.filter(|pause| now < *pause) {
            return Next::Wait(Some(pause));
        }
        self.pause = None;
        let saved = |job| if self.saved { Job::Remove } else { job };
        let job = match (&self.body, self.want) {
            (Body::Dead { .. }, _) => saved(Job::Salvage),
            (Body::None, Want::Up) => Job::Take,
            (Body::None, _) => return Next::Wait(None),
            (Body::Made, Want::Up) => Job::Take,
            (Body::Waiting, Want::Up) => Job::Begin(self.resume),
            (Body::Made | Body::Waiting, _) => Job::Remove,
            (_, Want::Kill) => saved(Job::Salvage),
            (Body::Begun, _) => Job::Answer,
            (Body::Frozen, Want::Up | Want::Away) => Job::Thaw,
            (Body::Frozen, Want::Still | Want::Rest) => {
                return match self.rules.hibernate_after.map(|after| self.since + after) {
                    Some(at) if at <= now => {
                        self.want = Want::Away;
                        self.then = None;
                        Next::Do(Job::Thaw)
                    }
                    at => Next::Wait(at),
                };
            }
            (Body::Well, Want::Away) => saved(Job::Snapshot),
            (Body::Well, _) if self.suspect.is_some() => Job::Blame(self.suspect.unwrap_or(Resume::Newest)),
            (Body::Well, Want::Still) => Job::Freeze,
            (Body::Well, Want::Up | Want::Rest) => return self.steady(now),
        };
        Next::Do(job)
    }

    /// It runs, and nobody wants anything else: is it well, does somebody look at it?
    fn steady(&mut self, now: Instant) -> Next {
        let quiet = self.rules.freeze_after.filter(|_| self.viewers == 0);
        let rest = match (quiet, self.unfreezable) {
            (None, _) => None,
            (Some(after), false) => Some((self.quiet + after, Want::Still)),
            // Where nothing can be frozen it is put away when a frozen one would be.
            (Some(after), true) => self.rules.hibernate_after.map(|more| (self.quiet + after + more, Want::Away)),
        };
        let check = self.rules.health_every.map(|every| self.checked + every);
        match (rest, check) {
            (Some((at, want)), _) if at <= now => {
                self.want = want;
                self.next(now)
            }
            (_, Some(at)) if at <= now => Next::Do(Job::Check),
            (rest, check) => Next::Wait(rest.map(|(at, _)| at).into_iter().chain(check).min()),
        }
    }

    /// How it went.
    pub fn done(&mut self, job: Job, result: Result<(), Trouble>, now: Instant) {
        let result = match (job, result) {
            // Without an end to it there might be two: it is tried until it is gone.
            (Job::Remove, Err(trouble)) => Err(Trouble::Later(trouble.text())),
            (_, result) => result,
        };
        match result {
            Ok(()) => self.succeeded(job, now),
            Err(Trouble::Later(why)) => {
                self.delays = self.delays.saturating_add(1);
                self.pause = Some(now + self.rules.delay(self.delays).min(Rules::LONGEST_DELAY));
                self.trouble = Some(why);
                return;
            }
            Err(trouble) => self.went_wrong(job, trouble, now),
        }
        self.delays = 0;
    }

    fn succeeded(&mut self, job: Job, now: Instant) {
        match job {
            Job::Take => {
                self.saved = false;
                self.full = false;
                self.become_(Body::Waiting, now);
            }
            Job::Begin(_) => {
                self.proved = false;
                self.become_(Body::Begun, now);
            }
            Job::Thaw => self.become_(Body::Begun, now),
            Job::Answer => {
                self.proved = true;
                self.resume = Resume::Remembered;
                self.unwell = 0;
                self.checked = now;
                self.saved = false;
                self.become_(Body::Well, now);
                if self.want == Want::Rest {
                    self.want = Want::Up;
                }
            }
            Job::Check => {
                self.checked = now;
                self.unwell = 0;
                if now.duration_since(self.since) >= self.rules.settled {
                    self.failures = 0;
                    self.trouble = None;
                }
            }
            Job::Freeze => self.become_(Body::Frozen, now),
            Job::Snapshot | Job::Salvage => self.saved = true,
            Job::Blame(_) => {
                self.suspect = None;
                self.notice = Some(NOT_RESTORED.into());
            }
            Job::Remove => self.removed(now),
        }
    }

    fn removed(&mut self, now: Instant) {
        let crashed = match std::mem::replace(&mut self.body, Body::None) {
            Body::Dead { why } => Some(why),
            _ => None,
        };
        self.become_(Body::None, now);
        // A desktop that never began has not used up what it was to begin with.
        if std::mem::take(&mut self.saved) && self.suspect.is_none() && self.resume == Resume::Remembered {
            self.resume = Resume::Newest;
        }
        match (self.want, crashed) {
            (Want::Up, Some(why)) if self.failures > self.rules.give_up => {
                self.gave_up = Some(why);
                self.want = Want::Rest;
            }
            (Want::Up, Some(_)) => self.pause = Some(now + self.rules.delay(self.failures)),
            (Want::Up, None) => {}
            _ => {
                self.want = Want::Rest;
                if let Some(resume) = self.then.take() {
                    self.resume = resume;
                    self.suspect = None;
                    self.want = Want::Up;
                }
            }
        }
    }

    fn went_wrong(&mut self, job: Job, trouble: Trouble, now: Instant) {
        match (job, trouble) {
            (Job::Answer, Trouble::NotYet) if now.duration_since(self.since) < self.rules.start_within => {}
            (Job::Answer, Trouble::NotYet) => self.fail("it began and does not answer".into(), now),
            (Job::Take, Trouble::Full) => {
                self.full = true;
                self.want = Want::Rest;
            }
            (Job::Check, trouble) => {
                self.checked = now;
                self.unwell += 1;
                if self.unwell >= self.rules.unwell {
                    self.fail(trouble.text(), now);
                }
            }
            (Job::Freeze, Trouble::Cannot(why)) => {
                self.unfreezable = true;
                self.trouble = Some(why);
                self.want = Want::Up;
            }
            // Some of it may be frozen: all of it is thawed, and left so.
            (Job::Freeze, trouble) => {
                self.unfreezable = true;
                self.trouble = Some(trouble.text());
                self.want = Want::Up;
                self.become_(Body::Frozen, now);
            }
            // It does not say where it is: what it wrote down last is the next best.
            (Job::Snapshot, trouble) => self.fail(trouble.text(), now),
            // There is nothing to be had of it; holding on to it would keep its user out.
            (Job::Salvage, trouble) => {
                self.trouble = Some(trouble.text());
                self.saved = true;
            }
            (Job::Blame(_), _) => self.suspect = None,
            (Job::Begin(_), Trouble::Unreadable(why)) => {
                self.suspicion();
                self.fail(why, now);
            }
            (_, trouble) => self.fail(trouble.text(), now),
        }
    }

    fn fail(&mut self, why: String, now: Instant) {
        // What it remembered itself is suspected only when it happens again.
        let again = self.resume != Resume::Remembered || self.failures > 0;
        if self.body == Body::Begun && !self.proved && again {
            self.suspicion();
        }
        self.trouble = Some(why.clone());
        // Frozen or on its way out: nobody waits for it.
        if matches!(self.want, Want::Still | Want::Rest) {
            self.want = Want::Away;
            self.then = None;
        }
        self.failures = self.failures.saturating_add(1);
        self.saved = false;
        self.become_(Body::Dead { why }, now);
    }

    /// It did not come up from what it was to begin with.
    fn suspicion(&mut self) {
        match (self.resume, self.suspect) {
            // Without it, it does not come up either: it was not to blame.
            (Resume::Fresh, Some(suspect)) => (self.resume, self.suspect) = (suspect, None),
            (Resume::Fresh, None) => {}
            (resume, _) => (self.resume, self.suspect) = (Resume::Fresh, Some(resume)),
        }
    }

    fn become_(&mut self, body: Body, now: Instant) {
        self.body = body;
        self.since = now;
    }
}

/// What a user is told who finds an empty desktop.
const NOT_RESTORED: &str = "Your desktop could not be restored, so this is a new one. The snapshot is kept.";

impl Trouble {
    fn text(self) -> String {
        match self {
            Self::Later(why) | Self::Cannot(why) | Self::Broken(why) | Self::Unreadable(why) => why,
            Self::NotYet => "it does not answer".into(),
            Self::Full => "there is no place for another container".into(),
        }
    }
}

/// A period that is never, if it is nothing.
pub(crate) fn unless_never(period: Duration) -> Option<Duration> {
    (!period.is_zero()).then_some(period)
}
