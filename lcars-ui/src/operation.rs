//! Everything that can be asked of the desktop, as one type that keys, pointer, gestures, the page, the control socket
//! and tests share.
//!
//! An operation concerns the focused viewport of the focused output; to work in another pane, focus it first. What a
//! program does with its windows is no operation: see [`Desktop`](crate::hierarchy::Desktop) for these inputs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::hierarchy::{HubMode, NodeId, OutputId, SectorColour, SectorId, TerminalId, ViewportId, WindowId};

/// Something to be done. JSON: `{"op":"zoom_out"}`, `{"op":"jump","to":{"sector":3}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// One level in: to this tile, else to the selected one. An app is entered at the window last in focus.
    ZoomIn {
        /// A child of where the viewport is.
        #[serde(default)]
        into: Option<NodeId>,
    },
    /// One level out; out of an app with several windows to its picker.
    ZoomOut,
    /// To any place, as one movement over the nearest common ancestor.
    Jump {
        /// Where to; the overview where nothing is named.
        #[serde(default)]
        to: Option<NodeId>,
    },
    /// Puts the focus ring on a tile.
    Select {
        /// A child of where the viewport is.
        node: NodeId,
    },
    /// Puts the focus ring on the next tile, after the last on the first.
    FocusNext,
    /// Puts the focus ring on the tile before, before the first on the last.
    FocusPrev,
    /// Moves the focus ring to the nearest tile that lies that way.
    Move {
        /// Which way.
        direction: Direction,
    },
    /// Chooses what the hubs of this viewport show.
    Mode {
        /// What.
        mode: HubMode,
    },
    /// Makes two panes of one. The focus stays in the old one; the new one opens at the sector's hub, or the overview.
    Split {
        /// How the panes lie to each other.
        axis: Axis,
    },
    /// Closes the focused pane; its neighbour takes the room.
    CloseViewport,
    /// Gives the focused pane's room to another and takes that one's.
    Swap {
        /// Which other; the next one where none is named.
        #[serde(default)]
        with: Option<ViewportId>,
    },
    /// Moves the boundary of the split that the focused pane is a half of.
    Resize {
        /// What the focused pane is to have of both, between 0 and 1.
        share: f64,
    },
    /// Gives the focus to a viewport, and with it to its output.
    FocusViewport {
        /// Which.
        viewport: ViewportId,
    },
    /// Gives the focus to the nearest pane of the output that lies that way.
    FocusPane {
        /// Which way.
        direction: Direction,
    },
    /// Puts a new sector at the end of the overview.
    NewSector {
        /// Its name; a numbered one where none is given.
        #[serde(default)]
        name: Option<String>,
        /// Its colour; the next of the row where none is given.
        #[serde(default)]
        colour: Option<SectorColour>,
    },
    /// Names a sector anew.
    Rename {
        /// Which.
        sector: SectorId,
        /// What it is called from now on.
        name: String,
    },
    /// Gives a sector another colour.
    Recolour {
        /// Which.
        sector: SectorId,
        /// Its colour from now on.
        colour: SectorColour,
    },
    /// Puts a sector, or an app within its sector, at another place in the order.
    Reorder {
        /// Which.
        node: NodeId,
        /// Its place from now on, counted from 0; beyond the end means the end.
        to: usize,
    },
    /// Takes a sector away. Its windows move to a neighbour; they never die of it.
    RemoveSector {
        /// Which.
        sector: SectorId,
    },
    /// Moves a window with its dialogs, or a whole app, to another sector.
    #[serde(alias = "move_window")]
    SendToSector {
        /// Which; the window in focus or the selected node where none is named.
        #[serde(default)]
        node: Option<NodeId>,
        /// Where to.
        sector: SectorId,
        /// Whether this viewport goes with it. Other viewports that show it always do, as their picture stays.
        #[serde(default)]
        follow: bool,
    },
    /// Asks a window's program, or an app's for each of its windows, to close it.
    Close {
        /// Which; the window in focus or the selected node where none is named.
        #[serde(default)]
        node: Option<NodeId>,
    },
    /// Adds a terminal to a sector, where the shown one is, and shows it.
    NewTerminal {
        /// Which; where none is named the one that this viewport is in, and the viewport goes to see it.
        #[serde(default)]
        sector: Option<SectorId>,
    },
    /// Takes a terminal away and ends its shell.
    CloseTerminal {
        /// Which; the shown one of the sector here where none is named.
        #[serde(default)]
        terminal: Option<TerminalId>,
    },
    /// Starts the shell of a terminal again that ended.
    RestartTerminal {
        /// Which; the shown one of the sector here where none is named.
        #[serde(default)]
        terminal: Option<TerminalId>,
    },
    /// Goes to a terminal.
    ShowTerminal {
        /// Which.
        terminal: TerminalId,
    },
    /// Shows the sector's next terminal, after the last the first.
    NextTerminal,
    /// Shows the sector's terminal before, before the first the last.
    PreviousTerminal,
    /// Goes to a panel.
    OpenPanel {
        /// Its file's name without the ending.
        name: String,
    },
    /// Puts a panel away; it starts anew when it is seen again.
    ClosePanel {
        /// Which; the one here where none is named.
        #[serde(default)]
        name: Option<String>,
    },
    /// Starts a panel anew, such as one that has stopped or hangs.
    RestartPanel {
        /// Which; the one here where none is named.
        #[serde(default)]
        name: Option<String>,
    },
    /// Gives the keyboard to one of the window in focus and its dialogs, such as the one that was clicked.
    Activate {
        /// Which.
        window: WindowId,
    },
    /// Lets a window fill its pane without our frame, or takes that back.
    Fullscreen {
        /// Which; the one in focus where none is named.
        #[serde(default)]
        window: Option<WindowId>,
        /// Whether; the other way round than now where nothing is said.
        #[serde(default)]
        on: Option<bool>,
    },
}

/// A way to go on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

/// How the two halves of a split lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// One left, one right.
    Horizontal,
    /// One above, one below.
    Vertical,
}

/// What the world outside has to do after something was done to the desktop. What to draw it reads from the desktop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Start the shell of a terminal.
    StartTerminal {
        /// Which.
        terminal: TerminalId,
        /// Whose it is.
        sector: SectorId,
        /// Where; where the session starts its programs if nothing is said or it is not there.
        directory: Option<String>,
    },
    /// End the shell of a terminal, which is gone.
    EndTerminal {
        /// Which.
        terminal: TerminalId,
    },
    /// Ask the program to close this window. It may refuse; the window goes when its program unmaps it.
    AskToClose {
        /// Which.
        window: WindowId,
    },
    /// End what shows a panel until somebody sees it again.
    EndPanel {
        /// Its window.
        window: WindowId,
    },
    /// End what shows a panel and start it anew.
    RestartPanel {
        /// Its window.
        window: WindowId,
    },
    /// Tell the program that its window is fullscreen now, or no longer.
    SetFullscreen {
        /// Which.
        window: WindowId,
        /// Whether.
        on: bool,
    },
    /// The keyboard belongs to this window now, or to the interface.
    Focus {
        /// Whose it is.
        window: Option<WindowId>,
    },
}

/// Effects in the order in which they are to be carried out.
pub type Effects = Vec<Effect>;

/// What there can be too many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Sectors,
    Windows,
    Terminals,
    SectorTerminals,
    NestedDialogs,
    Panels,
    Viewports,
    Outputs,
    CommandWords,
    CommandBytes,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sectors => "sectors",
            Self::Windows => "windows",
            Self::Terminals => "terminals",
            Self::SectorTerminals => "terminals in one sector",
            Self::Panels => "panels",
            Self::NestedDialogs => "dialogs above each other",
            Self::Viewports => "panes on one output",
            Self::Outputs => "outputs",
            Self::CommandWords => "words in a command",
            Self::CommandBytes => "bytes in a command",
        })
    }
}

/// Why something was not done. Nothing has changed then; the text is fit for the screen.
#[derive(Debug, Clone, Copy, PartialEq, Error, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the texts say it")]
pub enum Refused {
    #[error("there is no {node}")]
    NoSuchNode { node: NodeId },
    #[error("there is no {viewport}")]
    NoSuchViewport { viewport: ViewportId },
    #[error("there is no {output}")]
    NoSuchOutput { output: OutputId },
    #[error("there is no {terminal}")]
    NoSuchTerminal { terminal: TerminalId },
    #[error("there is no terminal here")]
    NoTerminal,
    #[error("there is no panel of that name")]
    NoSuchPanel,
    #[error("there is no panel here")]
    NoPanel,
    #[error("where a panel is, its file says")]
    PanelStays,
    #[error("the log is always there")]
    LogStays,
    #[error("the shell of {terminal} still runs")]
    StillRuns { terminal: TerminalId },
    #[error("{node} is not one of the tiles here")]
    NotHere { node: NodeId },
    #[error("{node} has no place in an order that could change")]
    NotOrdered { node: NodeId },
    #[error("a whole sector cannot be sent or closed; remove it and its windows move to its neighbour")]
    WholeSector,
    #[error("this is the overview; there is nothing further out")]
    AtTheTop,
    #[error("there is nothing here to zoom into")]
    NothingInside,
    #[error("nothing lies that way")]
    NothingThere,
    #[error("nothing is selected and no window is in focus")]
    NothingMeant,
    #[error("it is there already")]
    AlreadyThere,
    #[error("a name needs at least one visible character")]
    EmptyName,
    #[error("the last sector cannot be removed")]
    LastSector,
    #[error("the last pane of an output cannot be closed")]
    LastViewport,
    #[error("the last output cannot be removed")]
    LastOutput,
    #[error("this pane is not split")]
    NotSplit,
    #[error("a pane of {w:.0} by {h:.0} would be too small; {least_w:.0} by {least_h:.0} is the least")]
    PaneTooSmall { w: f64, h: f64, least_w: f64, least_h: f64 },
    #[error("no more than {most} {what}")]
    TooMany { what: Kind, most: usize },
    #[error("{window} cannot be a dialog of itself")]
    OwnParent { window: WindowId },
    #[error("no gesture is going on")]
    NoGesture,
    #[error("that is not a number to go by")]
    NotFinite,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_read_from_json_with_what_may_be_left_out_left_out() {
        let read = |text: &str| serde_json::from_str::<Operation>(text);
        assert_eq!(read(r#"{"op":"zoom_out"}"#).unwrap(), Operation::ZoomOut);
        assert_eq!(read(r#"{"op":"zoom_in"}"#).unwrap(), Operation::ZoomIn { into: None });
        let to = Some(SectorId::from_raw(3).into());
        assert_eq!(read(r#"{"op":"jump","to":{"sector":3}}"#).unwrap(), Operation::Jump { to });
        let sent = Operation::SendToSector { node: None, sector: SectorId::from_raw(2), follow: false };
        assert_eq!(read(r#"{"op":"move_window","sector":2}"#).unwrap(), sent);
    }

    #[test]
    fn what_is_no_operation_is_an_error_that_says_why() {
        let error = |text: &str| serde_json::from_str::<Operation>(text).unwrap_err().to_string();
        assert!(error(r#"{"op":"explode"}"#).contains("unknown variant"));
        assert!(error(r#"{"op":"jump","where":1}"#).contains("unknown field"));
        assert!(error(r#"{"op":"recolour","sector":1,"colour":9}"#).contains("from 1 to 6"));
        assert!(error(r#"{"op":"jump","to":{"sector":-3}}"#).contains("invalid"));
    }

    #[test]
    fn a_refusal_speaks_in_plain_words() {
        let refused = Refused::PaneTooSmall { w: 100.0, h: 680.0, least_w: 320.0, least_h: 240.0 };
        assert_eq!(refused.to_string(), "a pane of 100 by 680 would be too small; 320 by 240 is the least");
        assert_eq!(Refused::NoSuchNode { node: WindowId::from_raw(7).into() }.to_string(), "there is no window 7");
        assert_eq!(serde_json::to_value(Refused::LastSector).unwrap(), serde_json::json!({ "reason": "last_sector" }));
    }
}
