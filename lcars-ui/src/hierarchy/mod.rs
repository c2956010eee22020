//! The zoom hierarchy: sectors, apps and windows, who looks at them from where, and everything that may be done to them.
//!
//! [`Desktop`] is all of it. Nothing outside of this module can change a tree but through its operations and the words of
//! programs, each of which leaves it whole: every child has one parent, every viewport a path that exists.

mod desktop;
mod edit;
mod id;
pub mod limits;
mod panels;
mod path;
mod terminals;
mod tiles;
mod tree;
mod words;

pub(crate) use desktop::Awaited;
pub use desktop::{DEFAULT_SECTORS, Desktop, Loaded, Restored, Shown, Start};
pub use edit::NewWindow;
pub use id::{AppId, ExpectedId, NodeId, OutputId, SectorId, TerminalId, ViewportId, WindowId};
pub use panels::{NewPanel, Panel, PanelHealth, PanelLevel};
pub use path::{Level, Path};
pub use terminals::{Activity, LONG_COMMAND, Outcome, Terminal};
pub use tiles::{APP_TILE, Grid, HubMode, SECTOR_TILE, content, tiles};
pub use tree::{App, Launch, Sector, SectorColour, Tree, Window};
