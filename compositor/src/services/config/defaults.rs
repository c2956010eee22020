//! The bindings in force where the user says nothing else. The overlay of keys lists them in this order.

use lcars_ui::hierarchy::HubMode;
use lcars_ui::operation::{Axis, Direction, Operation};

use super::action::{Action, Bound};
use super::bindings::When;
use super::bindings::When::{Everywhere, Interface, Terminal};

/// One line of the table.
#[derive(Debug)]
pub struct StandardBinding {
    /// The chord, as a user would write it.
    pub chord: &'static str,
    /// Where it counts.
    pub when: When,
    /// What it does.
    pub action: Action,
    /// The same in words.
    pub label: &'static str,
}

const fn op(chord: &'static str, when: When, operation: Operation, label: &'static str) -> StandardBinding {
    StandardBinding { chord, when, action: Action::Operation(operation), label }
}

const fn ui(chord: &'static str, when: When, action: Bound, label: &'static str) -> StandardBinding {
    StandardBinding { chord, when, action: Action::Ui(action), label }
}

/// All of them.
pub const DEFAULTS: &[StandardBinding] = &[
    // The hierarchy.
    op("Super+Up", Everywhere, Operation::ZoomOut, "Zoom out"),
    op("Super+Down", Everywhere, Operation::ZoomIn { into: None }, "Zoom in"),
    op("Super+Home", Everywhere, Operation::Jump { to: None }, "Overview"),
    ui("Super+1", Everywhere, Bound::SectorNumber(1), "Sector 1"),
    ui("Super+2", Everywhere, Bound::SectorNumber(2), "Sector 2"),
    ui("Super+3", Everywhere, Bound::SectorNumber(3), "Sector 3"),
    ui("Super+4", Everywhere, Bound::SectorNumber(4), "Sector 4"),
    ui("Super+5", Everywhere, Bound::SectorNumber(5), "Sector 5"),
    ui("Super+6", Everywhere, Bound::SectorNumber(6), "Sector 6"),
    ui("Super+7", Everywhere, Bound::SectorNumber(7), "Sector 7"),
    ui("Super+8", Everywhere, Bound::SectorNumber(8), "Sector 8"),
    ui("Super+9", Everywhere, Bound::SectorNumber(9), "Sector 9"),
    // Panes.
    op("Super+s", Everywhere, Operation::Split { axis: Axis::Horizontal }, "Split side by side"),
    op("Super+Shift+s", Everywhere, Operation::Split { axis: Axis::Vertical }, "Split one above the other"),
    op("Super+Shift+w", Everywhere, Operation::CloseViewport, "Close the pane"),
    op("Super+x", Everywhere, Operation::Swap { with: None }, "Swap panes"),
    ui("Super+Tab", Everywhere, Bound::NextPane, "Next pane"),
    ui("Super+Shift+Tab", Everywhere, Bound::PreviousPane, "Previous pane"),
    op("Super+Left", Everywhere, Operation::FocusPane { direction: Direction::Left }, "Pane to the left"),
    op("Super+Right", Everywhere, Operation::FocusPane { direction: Direction::Right }, "Pane to the right"),
    op("Super+Ctrl+Up", Everywhere, Operation::FocusPane { direction: Direction::Up }, "Pane above"),
    op("Super+Ctrl+Down", Everywhere, Operation::FocusPane { direction: Direction::Down }, "Pane below"),
    ui("Super+plus", Everywhere, Bound::GrowPane, "Larger pane"),
    ui("Super+equal", Everywhere, Bound::GrowPane, "Larger pane"),
    ui("Super+minus", Everywhere, Bound::ShrinkPane, "Smaller pane"),
    // Windows.
    op("Super+w", Everywhere, Operation::Close { node: None }, "Close the window"),
    op("Super+f", Everywhere, Operation::Fullscreen { window: None, on: None }, "Fullscreen"),
    ui("Super+Shift+1", Everywhere, Bound::SendToSectorNumber(1), "Send to sector 1"),
    ui("Super+Shift+2", Everywhere, Bound::SendToSectorNumber(2), "Send to sector 2"),
    ui("Super+Shift+3", Everywhere, Bound::SendToSectorNumber(3), "Send to sector 3"),
    ui("Super+Shift+4", Everywhere, Bound::SendToSectorNumber(4), "Send to sector 4"),
    ui("Super+Shift+5", Everywhere, Bound::SendToSectorNumber(5), "Send to sector 5"),
    ui("Super+Shift+6", Everywhere, Bound::SendToSectorNumber(6), "Send to sector 6"),
    ui("Super+Shift+7", Everywhere, Bound::SendToSectorNumber(7), "Send to sector 7"),
    ui("Super+Shift+8", Everywhere, Bound::SendToSectorNumber(8), "Send to sector 8"),
    ui("Super+Shift+9", Everywhere, Bound::SendToSectorNumber(9), "Send to sector 9"),
    // The interface.
    ui("Super+space", Everywhere, Bound::Launcher, "Launcher"),
    ui("Super+Return", Everywhere, Bound::Terminal, "Terminal"),
    ui("Super+slash", Everywhere, Bound::Keys, "Keys"),
    ui("Super+period", Everywhere, Bound::Search, "Search"),
    ui("Super+o", Everywhere, Bound::Menu, "Menu"),
    ui("Super+a", Everywhere, Bound::Alerts, "Alerts"),
    ui("Super+t", Everywhere, Bound::NextTheme, "Next theme"),
    op("Super+n", Everywhere, Operation::NewSector { name: None, colour: None }, "New sector"),
    ui("Super+r", Everywhere, Bound::RenameSector, "Rename the sector"),
    ui("Super+p", Everywhere, Bound::Prompt, "Prompt"),
    // Where the keys belong to a terminal.
    ui("Ctrl+Shift+c", Terminal, Bound::Copy, "Copy"),
    ui("Super+c", Terminal, Bound::Copy, "Copy"),
    ui("Ctrl+Shift+v", Terminal, Bound::Paste, "Paste"),
    ui("Super+v", Terminal, Bound::Paste, "Paste"),
    ui("Shift+Insert", Terminal, Bound::Paste, "Paste"),
    ui("Ctrl+Shift+f", Terminal, Bound::FindInTerminal, "Search in the terminal"),
    ui("Ctrl+plus", Terminal, Bound::FontLarger, "Larger letters"),
    ui("Ctrl+equal", Terminal, Bound::FontLarger, "Larger letters"),
    ui("Ctrl+minus", Terminal, Bound::FontSmaller, "Smaller letters"),
    ui("Ctrl+0", Terminal, Bound::FontNormal, "Letters as they were"),
    ui("Ctrl+Shift+Up", Terminal, Bound::PreviousPrompt, "Command before"),
    ui("Ctrl+Shift+Down", Terminal, Bound::NextPrompt, "Next command"),
    ui("Ctrl+Shift+o", Terminal, Bound::SelectOutput, "Select what a command wrote"),
    ui("Ctrl+Shift+space", Terminal, Bound::SelectByKeys, "Select with the arrow keys"),
    op("Ctrl+Shift+t", Terminal, Operation::NewTerminal { sector: None }, "New terminal"),
    op("Ctrl+Shift+w", Terminal, Operation::CloseTerminal { terminal: None }, "Close the terminal"),
    op("Ctrl+Next", Terminal, Operation::NextTerminal, "Next terminal"),
    op("Ctrl+Prior", Terminal, Operation::PreviousTerminal, "Previous terminal"),
    ui("Shift+Prior", Terminal, Bound::ScrollPageUp, "Page back"),
    ui("Shift+Next", Terminal, Bound::ScrollPageDown, "Page forward"),
    ui("Shift+Home", Terminal, Bound::ScrollToTop, "To the oldest line"),
    ui("Shift+End", Terminal, Bound::ScrollToBottom, "To the newest line"),
    // Where the keys belong to the interface.
    ui("F9", Interface, Bound::Prompt, "Prompt"),
    op("Left", Interface, Operation::Move { direction: Direction::Left }, "Tile to the left"),
    op("Right", Interface, Operation::Move { direction: Direction::Right }, "Tile to the right"),
    op("Up", Interface, Operation::Move { direction: Direction::Up }, "Tile above"),
    op("Down", Interface, Operation::Move { direction: Direction::Down }, "Tile below"),
    op("Tab", Interface, Operation::FocusNext, "Next tile"),
    op("Shift+Tab", Interface, Operation::FocusPrev, "Previous tile"),
    op("Return", Interface, Operation::ZoomIn { into: None }, "Zoom in"),
    op("KP_Enter", Interface, Operation::ZoomIn { into: None }, "Zoom in"),
    op("Escape", Interface, Operation::ZoomOut, "Zoom out"),
    ui("Ctrl+Left", Interface, Bound::MoveEarlier, "Move the tile to the front"),
    ui("Ctrl+Right", Interface, Bound::MoveLater, "Move the tile to the end"),
    op("Delete", Interface, Operation::Close { node: None }, "Close what is selected"),
    ui("F2", Interface, Bound::RenameSector, "Rename the sector"),
    op("F6", Interface, Operation::Mode { mode: HubMode::Command }, "Command mode"),
    op("F7", Interface, Operation::Mode { mode: HubMode::Apps }, "Apps mode"),
    op("F8", Interface, Operation::Mode { mode: HubMode::Directory }, "Directory mode"),
    ui("Menu", Interface, Bound::Menu, "Menu"),
    ui("Shift+F10", Interface, Bound::Menu, "Menu"),
    ui("slash", Interface, Bound::Search, "Search"),
    ui("question", Interface, Bound::Keys, "Keys"),
    ui("F1", Interface, Bound::Keys, "Keys"),
];
