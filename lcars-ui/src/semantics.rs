//! What the picture means: every part that says or does something, with its role, its name and its box.
//!
//! One list serves pointer, touch and keyboard, the ARIA elements that the page lays over the video, and the tests. What
//! can be pressed is exactly what is announced.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::geometry::{Point, Rect};
use crate::hierarchy::{NodeId, SectorId, TerminalId};
use crate::operation::Operation;
use crate::scene::Key;
use crate::tray::TrayAct;

/// What kind of thing a node is, as WAI-ARIA names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of WAI-ARIA")]
pub enum Role {
    Alert,
    AlertDialog,
    Application,
    Button,
    Dialog,
    Group,
    Heading,
    Img,
    List,
    ListItem,
    Menu,
    MenuItem,
    Meter,
    Region,
    SearchBox,
    Status,
    Tab,
    TabList,
    TextBox,
}

/// How a node stands at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct States {
    /// It cannot be used now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// It is the chosen one of its row, such as a hub's mode.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub selected: bool,
    /// The keyboard is here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub focused: bool,
    /// What it opens is open.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expanded: bool,
    /// Nothing outside of it can be used while it is there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub modal: bool,
}

/// One part of the interface.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The same as long as it is the same part.
    pub key: Key,
    /// What kind of thing it is.
    pub role: Role,
    /// What it is called; clean text.
    pub name: String,
    /// What it says beside its name: a reading, a badge, the text in a box.
    pub value: Option<String>,
    /// How it stands.
    pub states: States,
    /// What is seen of it, output logical.
    pub rect: Rect,
    /// Where it is pressed: over the margin and half a gap, never lower than 40 px.
    pub hit: Rect,
    /// What pressing it does; a node without one only says something.
    pub action: Option<Action>,
    /// What a long press or the secondary button does.
    pub menu: Option<Action>,
    /// What is dragged when it is dragged.
    pub drag: Option<NodeId>,
    /// Where something that is dropped on it goes.
    pub drop: Option<SectorId>,
    /// The place in the list of the node that it is part of; always an earlier one.
    pub parent: Option<usize>,
}

impl Node {
    /// A part that only says something.
    pub fn new(key: Key, role: Role, name: impl Into<String>, rect: Rect) -> Self {
        let (states, hit) = (States::default(), rect);
        let (value, action, menu, drag, drop, parent) = (None, None, None, None, None, None);
        Self { key, role, name: name.into(), value, states, rect, hit, action, menu, drag, drop, parent }
    }
}

/// What pressing something does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Something with the desktop, in the pane of the node.
    Do(Operation),
    /// Something with the interface itself.
    Ui(UiAction),
}

/// What concerns the interface alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "ui", rename_all = "snake_case", deny_unknown_fields)]
pub enum UiAction {
    /// Shows the keys in force, or hides them.
    Keys,
    /// Shows everything that can be launched, or hides it.
    Launcher,
    /// Puts the keyboard into the search box of the hub.
    Search,
    /// Shows what can be done with a node.
    Menu {
        /// Which.
        node: NodeId,
    },
    /// Shows what can be done with the focused pane: how it shares the screen with the others.
    PaneMenu,
    /// Shows the sectors that a node can be sent to.
    SendTo {
        /// Which.
        node: NodeId,
    },
    /// Asks for a sector's new name.
    Rename {
        /// Which.
        sector: SectorId,
    },
    /// Asks for a colour.
    Recolour {
        /// Which.
        sector: SectorId,
    },
    /// Takes a sector away; asks first where it has windows.
    Remove {
        /// Which.
        sector: SectorId,
    },
    /// Shows only what can be launched of one category, or everything.
    Category {
        /// Which; all where none is named.
        #[serde(default)]
        name: Option<String>,
    },
    /// Turns to a page of what is open and does not fit on one.
    Page {
        /// Which, counted from 0.
        number: usize,
    },
    /// Shows what can be set up, or hides it.
    Settings,
    /// Puts the keyboard into the prompt, which opens wherever one is; again, and it closes.
    Prompt,
    /// Puts a text into the prompt in the place of what is there.
    Stage {
        /// The text.
        text: String,
    },
    /// Puts a text behind what is in the prompt, a space between.
    Append {
        /// The text, quoted as the shell wants it.
        text: String,
    },
    /// Runs what is in the prompt, as far as it may; asks first where it is dangerous.
    Execute,
    /// Empties the prompt.
    ClearPrompt,
    /// Leaves the desktop for the portal that the user came by.
    Portal,
    /// Gives the user files of a sector's directory, to keep outside of the desktop.
    Download {
        /// Whose directory.
        sector: SectorId,
        /// The numbers of their names.
        files: Vec<u64>,
    },
    /// Lets a staged text run. It names what was shown.
    Commit {
        /// The staged text.
        id: String,
        /// Its hash.
        hash: String,
        /// Whether it was held, where it is dangerous.
        #[serde(default)]
        confirmed: bool,
    },
    /// Asks whether a dangerous text is to run.
    Confirm {
        /// The staged text.
        id: String,
    },
    /// What is held down is held; it counts once it was held for long enough.
    Hold,
    /// Ends what runs in a terminal, as Ctrl+C does.
    Interrupt {
        /// Which.
        terminal: TerminalId,
    },
    /// Gives the keyboard to the terminal of the hub.
    TerminalFocus,
    /// Asks the shell what could stand at the cursor.
    Complete {
        /// What is in the prompt.
        text: String,
        /// Where in it the cursor is, in bytes.
        cursor: usize,
    },
    /// Takes one of what is listed above the prompt.
    Choose {
        /// Which, counted from 0.
        number: usize,
    },
    /// Moves the keyboard to the next part of the hub, also out of its terminal.
    Around {
        /// To the one before.
        #[serde(default)]
        back: bool,
    },
    /// Opens the box to search in a terminal's lines, or closes it.
    Find,
    /// Searches in a terminal's lines; an empty text ends that.
    FindInTerminal {
        /// Which.
        terminal: TerminalId,
        /// What for.
        text: String,
    },
    /// Goes to the next hit further down.
    FindNext {
        /// In which terminal.
        terminal: TerminalId,
    },
    /// Goes to the next hit further up.
    FindPrevious {
        /// In which terminal.
        terminal: TerminalId,
    },
    /// Scrolls a terminal back to its end.
    ToEnd {
        /// Which.
        terminal: TerminalId,
    },
    /// Something with the files that the hub shows.
    Files {
        /// What.
        act: FilesAct,
    },
    /// Something with the signs in the tray.
    Tray {
        /// What.
        act: TrayAct,
    },
    /// Something about what a program asks.
    Ask {
        /// What.
        act: AskAct,
    },
    /// Takes an alert away.
    Dismiss {
        /// Which.
        alert: u64,
    },
    /// Takes all alerts away.
    DismissAll,
    /// Goes to where an alert comes from, and takes it away.
    Attend {
        /// Which.
        alert: u64,
    },
    /// Does what a program offers to do about an alert of its own, and takes that away.
    Answer {
        /// Which.
        alert: u64,
        /// Which of its choices, counted from 0.
        choice: usize,
    },
    /// Starts a program in the sector of the focused pane.
    Launch {
        /// Its desktop entry.
        entry: String,
    },
    /// Starts another instance of an app, as `NEW WINDOW` does.
    Another {
        /// Which.
        node: NodeId,
    },
    /// Accepts what was typed into the open box.
    Accept,
    /// Closes the topmost overlay.
    Cancel,
    /// Goes to the sector at this place, counted from 1.
    SectorNumber {
        /// Its place.
        number: usize,
    },
    /// Chooses a theme by its name.
    Theme {
        /// Its name.
        name: String,
    },
    /// Makes the whole interface larger or smaller.
    Scale {
        /// 0.75 to 3.
        factor: f64,
    },
    /// Ends the lock of the session, whoever locked it.
    Unlock,
    /// Full motion or reduced.
    ReducedMotion {
        /// Whether reduced.
        on: bool,
    },
}

/// What can be done with the files that a hub shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilesAct {
    /// Stages what a tap stages: to go into a folder, to open a file; while picking, picks it or no longer.
    Tap {
        /// The number of its name.
        file: u64,
    },
    /// Picks a file, or no longer. Begins to pick.
    Pick {
        /// The number of its name.
        file: u64,
    },
    /// Stages to go to the directory around this one.
    Up,
    /// Shows hidden files, or no longer.
    Hidden,
    /// Sorts them by the next thing.
    Sort,
    /// Begins to pick, or ends it.
    Picking,
    /// Forgets what was picked.
    ClearPicks,
    /// Stages to look closer at what is told about.
    Inspect,
    /// Gives the user what was picked, else what is told about, to keep outside of the desktop.
    Download,
}

/// What can be done about what a program asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskAct {
    /// Takes a file, or goes into a folder.
    Tap {
        /// The number of its name.
        file: u64,
    },
    /// Goes to the directory around this one.
    Up,
    /// Goes to a directory that has a button of its own.
    Place {
        /// Which, counted from 0.
        number: usize,
    },
    /// Shows hidden files, or no longer.
    Hidden,
    /// Sorts them by the next thing.
    Sort,
    /// Lets the next kind of files be seen.
    Filter,
    /// Takes the next of what something may be.
    Turn {
        /// Which of the choices, counted from 0.
        choice: usize,
    },
    /// Takes a program.
    Program {
        /// Which, counted from 0.
        number: usize,
    },
    /// Takes the point that is pressed.
    Point,
    /// What is chosen counts; it may.
    Accept,
    /// Nothing of it; it may not.
    Cancel,
}

/// The frontmost node that can be pressed at a point; later ones lie above earlier ones, and nothing behind a modal one
/// can be reached.
pub fn hit(nodes: &[Node], at: Point) -> Option<&Node> {
    let first = nodes.iter().rposition(|node| node.states.modal).unwrap_or(0);
    nodes.get(first..)?.iter().rev().find(|node| node.action.is_some() && node.hit.contains(at))
}
