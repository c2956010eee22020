//! How a job went, and what follows from it.

use std::time::Instant;

use super::{Body, Job, Life, Resume, Rules, Share, Trouble, Want};

/// What a user is told who finds an empty desktop.
pub(super) const NOT_RESTORED: &str = "Your desktop could not be restored, so this is a new one. The snapshot is kept.";

/// What a user is told whose programs did not go on.
pub(super) const NOT_KEPT: &str =
    "Your programs could not go on as they were. The desktop is as its last snapshot says.";

impl Life {
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
                self.share = Some(Share::Whole);
                self.become_(Body::Waiting, now);
            }
            Job::Begin(_) => {
                self.proved = false;
                self.restored = false;
                self.become_(Body::Begun, now);
            }
            Job::Thaw => self.become_(Body::Begun, now),
            Job::Answer => {
                self.proved = true;
                self.unkept = false;
                self.restored = false;
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
            Job::Weigh(share) => (self.share, self.weigh_at) = (Some(share), None),
            Job::Snapshot | Job::Salvage => self.saved = true,
            Job::Blame(_) => {
                self.suspect = None;
                self.notice = Some(NOT_RESTORED.into());
            }
            Job::Keep => {
                self.saved = false;
                self.resume = Resume::Newest;
                self.become_(Body::Kept, now);
                self.rest();
            }
            Job::Restore => {
                self.proved = false;
                self.restored = true;
                // Engines differ in what of it they keep.
                self.share = None;
                self.become_(Body::Begun, now);
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
            _ => self.rest(),
        }
    }

    /// It is put away; what was to come then comes now.
    fn rest(&mut self) {
        self.want = Want::Rest;
        if let Some(resume) = self.then.take() {
            self.resume = resume;
            self.suspect = None;
            self.want = Want::Up;
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
            (Job::Weigh(_), Trouble::Cannot(_)) => self.unweighable = true,
            // It goes on as it is for a while. If it is gone, that is heard elsewhere.
            (Job::Weigh(_), _) => self.weigh_at = Some(now + Rules::WEIGH_AGAIN),
            // It does not say where it is: what it wrote down last is the next best.
            (Job::Snapshot, trouble) => self.fail(trouble.text(), now),
            // The snapshot is there.
            (Job::Keep, trouble) => {
                self.unkept = true;
                self.trouble = Some(trouble.text());
            }
            (Job::Restore, trouble) => {
                self.unkept = true;
                self.trouble = Some(trouble.text());
                self.notice = Some(NOT_KEPT.into());
            }
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

    pub(super) fn fail(&mut self, why: String, now: Instant) {
        // What it remembered itself is suspected only when it happens again.
        let again = self.resume != Resume::Remembered || self.failures > 0;
        if self.body == Body::Begun && !self.proved {
            if std::mem::take(&mut self.restored) {
                // Whatever is wrong with its processes, the snapshot beside them was not tried.
                self.notice = Some(NOT_KEPT.into());
            } else if again {
                self.suspicion();
            }
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
