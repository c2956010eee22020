//! Names for the things of the desktop. A number is given out once and never again, whatever it named, so that a late
//! word about something that is gone can never reach something else.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $word:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// The bare number, such as for a scene's keys.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// An id from outside. Nothing is believed about it: every use looks up whether it names anything.
            pub const fn from_raw(number: u64) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($word, " {}"), self.0)
            }
        }
    };
}

id!(
    /// Names a sector.
    SectorId,
    "sector"
);
id!(
    /// Names an app within a sector.
    AppId,
    "app"
);
id!(
    /// Names a window.
    WindowId,
    "window"
);
id!(
    /// Names a terminal of a sector.
    TerminalId,
    "terminal"
);
id!(
    /// Names a viewport.
    ViewportId,
    "viewport"
);
id!(
    /// Names an output.
    OutputId,
    "output"
);
id!(
    /// Names an app that was there before a restart and is expected again.
    ExpectedId,
    "expected app"
);

/// Names any node of the tree but its root. JSON: `{"sector":1}`, `{"app":2}`, `{"window":3}`, `"log"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeId {
    /// A sector.
    Sector(SectorId),
    /// An app.
    App(AppId),
    /// A window.
    Window(WindowId),
    /// The log of everything that was said.
    Log,
}

impl NodeId {
    /// The bare number, which no other node of any kind has.
    pub const fn get(self) -> u64 {
        match self {
            Self::Sector(id) => id.0,
            Self::App(id) => id.0,
            Self::Window(id) => id.0,
            // No id is given out twice, and none is 0.
            Self::Log => 0,
        }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sector(id) => id.fmt(f),
            Self::App(id) => id.fmt(f),
            Self::Window(id) => id.fmt(f),
            Self::Log => f.write_str("log"),
        }
    }
}

/// Where ids come from: one counter for everything, so that numbers are unique across kinds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ids {
    last: u64,
}

impl Ids {
    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

impl From<SectorId> for NodeId {
    fn from(id: SectorId) -> Self {
        Self::Sector(id)
    }
}

impl From<AppId> for NodeId {
    fn from(id: AppId) -> Self {
        Self::App(id)
    }
}

impl From<WindowId> for NodeId {
    fn from(id: WindowId) -> Self {
        Self::Window(id)
    }
}
