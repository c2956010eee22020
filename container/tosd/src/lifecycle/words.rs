//! What a lifecycle is told and asked in.

use std::time::Instant;

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
    /// No container; its processes are in a file, and can go on.
    Kept,
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

/// How much of the processor a desktop gets while others want it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// What its plan says.
    Whole,
    /// A tenth of that: somebody looks at the others.
    Tenth,
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
    /// Give it this share of the processor.
    Weigh(Share),
    /// Get a snapshot from it and keep it.
    Snapshot,
    /// Keep what it wrote down last as a snapshot.
    Salvage,
    /// Write down that no desktop comes up from this.
    Blame(Resume),
    /// Write its processes to a file, which ends them, and take the container away but for its name and numbers.
    Keep,
    /// Let processes go on that are in a file.
    Restore,
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

impl Trouble {
    /// What is written down and shown.
    pub(super) fn text(self) -> String {
        match self {
            Self::Later(why) | Self::Cannot(why) | Self::Broken(why) | Self::Unreadable(why) => why,
            Self::NotYet => "it does not answer".into(),
            Self::Full => "there is no place for another container".into(),
        }
    }
}
