//! The desktop as one versioned JSON value: what is written to the disk, and read again after a restart.
//!
//! A snapshot names nothing by its id, since ids do not survive: places are indices into its own lists. Nothing in it is
//! believed before [`Snapshot::check`] has seen it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::hierarchy::limits::{
    MOST_APP_ID_BYTES, MOST_COMMAND_BYTES, MOST_COMMAND_WORDS, MOST_DIRECTORY_BYTES, MOST_NAME_BYTES, MOST_OUTPUTS,
    MOST_SECTORS, MOST_TERMINALS, MOST_VIEWPORTS, MOST_WINDOWS,
};
use crate::hierarchy::{HubMode, Launch, SectorColour};
use crate::label;
use crate::operation::{Axis, Kind};

/// The version that this program writes, and the only one that it reads so far.
pub const VERSION: u32 = 1;

/// Everything that outlives a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Which form this is.
    pub version: u32,
    /// In their order on the overview; at least one.
    pub sectors: Vec<SavedSector>,
    /// At least one.
    pub outputs: Vec<SavedOutput>,
    /// The output with the focus.
    pub focused: usize,
}

/// One sector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedSector {
    /// What it is called.
    pub name: String,
    /// Of its tile, hub and windows.
    pub colour: SectorColour,
    /// In their order.
    #[serde(default)]
    pub apps: Vec<SavedApp>,
    /// The app last in focus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent: Option<usize>,
    /// In their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terminals: Vec<SavedTerminal>,
    /// The terminal that its hub shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<usize>,
}

/// One terminal, whose shell is to be started again when somebody looks at it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedTerminal {
    /// Where its shell was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
}

/// One app, to be started again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedApp {
    /// By which its windows are grouped; may be empty.
    pub app_id: String,
    /// What it is called.
    pub title: String,
    /// How it was started, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch: Option<Launch>,
    /// How many windows it had, dialogs not counted; at least one.
    pub windows: usize,
    /// Which of them filled their pane without a frame, counted from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fullscreen: Vec<usize>,
    /// What they are called, in their order, where there are several: by that they find their places again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub titles: Vec<String>,
}

/// The panes of one output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedOutput {
    /// How they share it.
    pub panes: SavedPanes,
    /// The one with the focus, counted from the left and top.
    pub focused: usize,
}

/// One viewport, or two halves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SavedPanes {
    /// One has it all.
    Viewport(SavedViewport),
    /// Two share it.
    Split(SavedSplit),
}

/// Two halves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedSplit {
    /// How they lie.
    pub axis: Axis,
    /// What the first has of both, between 0 and 1.
    pub share: f64,
    /// Left or above, and right or below.
    pub halves: Box<[SavedPanes; 2]>,
}

/// One viewport.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedViewport {
    /// Where it was.
    pub path: SavedPath,
    /// What its hubs showed.
    pub mode: HubMode,
    /// Its selected tile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<usize>,
    /// The panel that it showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
    /// Whether it showed the log.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub log: bool,
}

/// A place by indices: the overview, a hub, a picker or a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedPath {
    /// Which sector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<usize>,
    /// Which of its apps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<usize>,
    /// Which of that one's windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
}

/// Why something is no snapshot to go by. The text is fit for the screen.
#[derive(Debug, Clone, PartialEq, Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum SnapshotError {
    #[error("it does not say which version of a snapshot it is")]
    NoVersion,
    #[error("it is of version {found}; this program reads version {VERSION}")]
    OtherVersion { found: u64 },
    #[error("it is no snapshot: {why}")]
    Malformed { why: String },
    #[error("it has more than {most} {what}")]
    TooMany { what: Kind, most: usize },
    #[error("{what} is longer than {most} bytes")]
    TooLong { what: &'static str, most: usize },
    #[error("it has no {what}")]
    None { what: &'static str },
    #[error("it speaks of {what} {index}, of which it has {count}")]
    NoSuch { what: &'static str, index: usize, count: usize },
    #[error("it speaks of {inner} in no {outer}")]
    Nowhere { inner: &'static str, outer: &'static str },
    #[error("a sector's name needs at least one visible character")]
    EmptyName,
    #[error("a share of a split is not between 0 and 1")]
    Share,
}

impl Snapshot {
    /// Reads JSON text. How long it may be is the caller's to bound.
    ///
    /// # Errors
    /// If it is not JSON, of another version, or not [whole](Self::check).
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        Self::read(serde_json::from_str(text).map_err(malformed)?)
    }

    /// Reads a JSON value.
    ///
    /// # Errors
    /// If it is of another version, or not [whole](Self::check).
    pub fn read(value: Value) -> Result<Self, SnapshotError> {
        // Before anything else: another version may differ in everything else.
        match value.get("version").and_then(Value::as_u64) {
            None => return Err(SnapshotError::NoVersion),
            Some(found) if found != u64::from(VERSION) => return Err(SnapshotError::OtherVersion { found }),
            Some(_) => {}
        }
        let snapshot: Self = serde_json::from_value(value).map_err(malformed)?;
        snapshot.check()?;
        Ok(snapshot)
    }

    /// Checks everything that its types leave open.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), SnapshotError> {
        if self.version != VERSION {
            return Err(SnapshotError::OtherVersion { found: self.version.into() });
        }
        at_most(self.sectors.len(), Kind::Sectors, MOST_SECTORS)?;
        at_most(self.outputs.len(), Kind::Outputs, MOST_OUTPUTS)?;
        if self.sectors.is_empty() {
            return Err(SnapshotError::None { what: "sectors" });
        }
        let windows =
            |sector: &SavedSector| sector.apps.iter().map(|app| app.windows.max(1)).fold(0, usize::saturating_add);
        at_most(self.sectors.iter().map(windows).fold(0, usize::saturating_add), Kind::Windows, MOST_WINDOWS)?;
        let terminals = self.sectors.iter().map(|sector| sector.terminals.len()).fold(0, usize::saturating_add);
        at_most(terminals, Kind::Terminals, MOST_TERMINALS)?;
        self.sectors.iter().try_for_each(SavedSector::check)?;
        within("output", Some(self.focused), self.outputs.len())?;
        self.outputs.iter().try_for_each(|output| self.check_output(output))
    }

    fn check_output(&self, output: &SavedOutput) -> Result<(), SnapshotError> {
        let mut viewports = 0;
        // No recursion: who wrote this chose how deep it is.
        let mut open = vec![&output.panes];
        while let Some(panes) = open.pop() {
            match panes {
                SavedPanes::Viewport(viewport) => {
                    viewports += 1;
                    self.check_viewport(viewport)?;
                }
                SavedPanes::Split(split) => {
                    if !(0.0..=1.0).contains(&split.share) {
                        return Err(SnapshotError::Share);
                    }
                    open.extend(split.halves.iter());
                }
            }
            at_most(viewports + open.len(), Kind::Viewports, MOST_VIEWPORTS)?;
        }
        within("pane", Some(output.focused), viewports)
    }

    fn check_viewport(&self, viewport: &SavedViewport) -> Result<(), SnapshotError> {
        let SavedPath { sector, app, window } = viewport.path;
        if app.is_some() && sector.is_none() {
            return Err(SnapshotError::Nowhere { inner: "an app", outer: "sector" });
        }
        if window.is_some() && app.is_none() {
            return Err(SnapshotError::Nowhere { inner: "a window", outer: "app" });
        }
        within("sector", sector, self.sectors.len())?;
        let apps = sector.and_then(|index| self.sectors.get(index)).map(|sector| sector.apps.as_slice());
        within("app", app, apps.unwrap_or_default().len())?;
        let windows = app.and_then(|index| apps?.get(index)).map_or(0, |app| app.windows);
        within("window", window, windows)?;
        let tiles = match (sector, app, window) {
            (None, ..) => self.sectors.len(),
            (Some(_), None, _) => apps.unwrap_or_default().len(),
            (Some(_), Some(_), None) => windows,
            (Some(_), Some(_), Some(_)) => 0,
        };
        within("tile", viewport.selected, tiles)
    }
}

impl SavedSector {
    fn check(&self) -> Result<(), SnapshotError> {
        bounded("a sector's name", &self.name, MOST_NAME_BYTES)?;
        if label::clean(&self.name).is_empty() {
            return Err(SnapshotError::EmptyName);
        }
        within("app", self.recent, self.apps.len())?;
        within("terminal", self.terminal, self.terminals.len())?;
        let directories = self.terminals.iter().filter_map(|terminal| terminal.directory.as_deref());
        for directory in directories {
            bounded("a terminal's directory", directory, MOST_DIRECTORY_BYTES)?;
        }
        self.apps.iter().try_for_each(SavedApp::check)
    }
}

impl SavedApp {
    fn check(&self) -> Result<(), SnapshotError> {
        bounded("an app_id", &self.app_id, MOST_APP_ID_BYTES)?;
        bounded("an app's title", &self.title, MOST_NAME_BYTES)?;
        if self.windows == 0 {
            return Err(SnapshotError::None { what: "windows in one of its apps" });
        }
        at_most(self.fullscreen.len(), Kind::Windows, self.windows)?;
        at_most(self.titles.len(), Kind::Windows, self.windows)?;
        self.titles.iter().try_for_each(|title| bounded("a window's title", title, MOST_NAME_BYTES))?;
        self.fullscreen.iter().try_for_each(|window| within("window", Some(*window), self.windows))?;
        let Some(launch) = &self.launch else { return Ok(()) };
        at_most(launch.command.len(), Kind::CommandWords, MOST_COMMAND_WORDS)?;
        at_most(launch.bytes(), Kind::CommandBytes, MOST_COMMAND_BYTES)
    }
}

fn malformed(error: serde_json::Error) -> SnapshotError {
    SnapshotError::Malformed { why: error.to_string() }
}

fn at_most(count: usize, what: Kind, most: usize) -> Result<(), SnapshotError> {
    if count > most { Err(SnapshotError::TooMany { what, most }) } else { Ok(()) }
}

fn bounded(what: &'static str, text: &str, most: usize) -> Result<(), SnapshotError> {
    if text.len() > most { Err(SnapshotError::TooLong { what, most }) } else { Ok(()) }
}

fn within(what: &'static str, index: Option<usize>, count: usize) -> Result<(), SnapshotError> {
    match index {
        Some(index) if index >= count => Err(SnapshotError::NoSuch { what, index, count }),
        _ => Ok(()),
    }
}
