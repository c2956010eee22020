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
//! 3. Where processes are kept (`keep` in the place of `remove`, `restore` in the place of `take` and `begin`), that comes on
//!    top: the snapshot is there before, and is what counts when anything goes wrong. What is kept is used once.

mod outcome;
mod rules;
#[cfg(test)]
mod tests;
mod words;

use std::time::{Duration, Instant};

pub use self::{
    rules::Rules,
    words::{Body, Job, Next, Resume, Share, Trouble, Want},
};

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
    /// Its processes could not be kept, or do not go on: this time it is done without.
    unkept: bool,
    /// It goes on from processes that were kept, and has not answered since.
    restored: bool,
    /// It cannot be frozen here.
    unfreezable: bool,
    /// Its share of the processor; `None`: whoever was here before knows.
    share: Option<Share>,
    /// Nobody can change that here.
    unweighable: bool,
    /// It was not changed; tried again at this time.
    weigh_at: Option<Instant>,
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
            unkept: false,
            restored: false,
            unfreezable: false,
            share: None,
            unweighable: false,
            weigh_at: None,
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

    /// What is to be done is tried again in a moment: whoever would do it did not answer.
    pub fn is_delayed(&self) -> bool {
        self.delays > 0
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
        if matches!(self.body, Body::None | Body::Kept) {
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
        if !matches!(self.body, Body::None | Body::Kept | Body::Dead { .. }) {
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
            (Body::Kept, Want::Up) if !self.unkept && matches!(self.resume, Resume::Remembered | Resume::Newest) => {
                Job::Restore
            }
            (Body::Kept, Want::Up | Want::Kill) => Job::Remove,
            (Body::None | Body::Kept, _) => return Next::Wait(None),
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
            (Body::Well, Want::Away) if self.saved && self.rules.checkpoint && !self.unkept => Job::Keep,
            (Body::Well, Want::Away) => saved(Job::Snapshot),
            (Body::Well, _) if self.suspect.is_some() => Job::Blame(self.suspect.unwrap_or(Resume::Newest)),
            // Whoever thaws it waits for it.
            (Body::Well, Want::Still) if self.lacks(Share::Whole, now) => Job::Weigh(Share::Whole),
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
        let back = self.rules.stand_back_after.filter(|_| self.viewers == 0).map(|after| self.quiet + after);
        let share = if back.is_some_and(|at| at <= now) { Share::Tenth } else { Share::Whole };
        match (rest, check) {
            (Some((at, want)), _) if at <= now => {
                self.want = want;
                self.next(now)
            }
            _ if self.lacks(share, now) => Next::Do(Job::Weigh(share)),
            (_, Some(at)) if at <= now => Next::Do(Job::Check),
            (rest, check) => {
                let weigh = [back, self.weigh_at].into_iter().flatten().filter(|at| *at > now && !self.unweighable);
                Next::Wait(rest.map(|(at, _)| at).into_iter().chain(check).chain(weigh).min())
            }
        }
    }

    /// Whether its share of the processor is another one, and something can be done about it now.
    fn lacks(&self, share: Share, now: Instant) -> bool {
        self.share != Some(share) && !self.unweighable && self.weigh_at.is_none_or(|at| at <= now)
    }
}

/// A period that is never, if it is nothing.
pub(crate) fn unless_never(period: Duration) -> Option<Duration> {
    (!period.is_zero()).then_some(period)
}
